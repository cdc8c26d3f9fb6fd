"""Keys of the corpus that do not fit each other, or the model."""

import pytest

from litmus.corpus import files
from litmus.settings import corpus

HUB = {"corpus.source": "hub", "corpus.dataset": "someone/stories"}
TOKENS = {"corpus.source": "tokens", "corpus.paths": ["scripts"]}
MISFITS = [
    (
        {"corpus.source": "text"},
        "corpus.paths: found []; valid: at least one file or folder, for corpus.source is text",
    ),
    (
        {"corpus.source": "tokens", "corpus.tokenizer": "CITATION.cff"},
        "corpus.paths: found []; valid: at least one file or folder, for corpus.source is tokens",
    ),
    (
        {"corpus.paths": ["scripts"]},
        "corpus.paths: found ['scripts']; valid: [] with corpus.source: stdlib; "
        "to read these paths, set corpus.source: text",
    ),
    (
        HUB | {"corpus.paths": ["scripts"]},
        "corpus.paths: found ['scripts']; valid: [] with corpus.source: hub; "
        "to read these paths, set corpus.source: text",
    ),
    (
        TOKENS | {"corpus.paths": ["README.md"], "corpus.tokenizer": "CITATION.cff"},
        "corpus.paths: found ['README.md']; valid: folders and .parquet files with "
        "corpus.source: tokens, unlike README.md",
    ),
    (
        {"corpus.source": "hub"},
        "corpus.dataset: found null; valid: the name of a dataset, e.g. NeelNanda/pile-10k, "
        "for corpus.source is hub",
    ),
    (
        {"corpus.dataset": "someone/stories"},
        "corpus.dataset: found 'someone/stories'; valid: null with corpus.source: stdlib; "
        "to read this dataset, set corpus.source: hub",
    ),
    (
        {"corpus.subset": "en"},
        "corpus.subset: found 'en'; valid: null with corpus.source: stdlib, "
        "for it says which dataset of the hub is meant",
    ),
    (
        {"corpus.revision": "v1"},
        "corpus.revision: found 'v1'; valid: null with corpus.source: stdlib, "
        "for it says which dataset of the hub is meant",
    ),
    (
        TOKENS,
        "corpus.tokenizer: found 'train'; valid: the path of the tokenizer that the ids are of, "
        "for corpus.source is tokens",
    ),
    (
        {"corpus.tokenizer": "model"},
        "corpus.tokenizer: found 'model'; valid: train, or a path, for with model.source: train "
        "the subject has no tokenizer yet",
    ),
]
FITS = [
    HUB,
    HUB | {"corpus.subset": "en", "corpus.revision": "v1", "corpus.split": "test"},
    TOKENS | {"corpus.tokenizer": "CITATION.cff"},
    {"corpus.source": "text", "corpus.paths": ["scripts", "README.md"]},
]


def of_the_corpus(lines):
    """The problems that are told at a key of the corpus."""
    return [line for line in lines if line.startswith("corpus.")]


@pytest.mark.parametrize(("change", "told"), MISFITS, ids=lambda case: str(case)[:40])
def test_a_misfit_is_told_at_the_key_to_change(changed, problems, change, told):
    """One line: the key, the value found, what fits the other keys."""
    assert problems(changed(change)) == [told]


@pytest.mark.parametrize("change", FITS, ids=lambda case: str(case)[:40])
def test_what_fits_is_accepted(changed, problems, change):
    """Each source with the keys that it reads."""
    assert problems(changed(change)) == []


@pytest.mark.parametrize("source", ["local", "hub"])
@pytest.mark.parametrize("text", [{}, TOKENS, HUB])
def test_a_pretrained_subject_knows_the_ids_of_one_tokenizer(changed, problems, source, text):
    """Its own, by name or by path: a trained one gives ids that mean something else to it."""
    (told,) = of_the_corpus(problems(changed(text | {"model.source": source})))
    assert told == (
        "corpus.tokenizer: found 'train'; valid: model, or the path of the same tokenizer, for "
        f"with model.source: {source} the ids must be those that the subject was trained on"
    )
    for name in ("model", "CITATION.cff"):
        assert of_the_corpus(problems(changed({"corpus.tokenizer": name}))) == []


@pytest.mark.parametrize(
    ("names", "accepted"),
    [
        (["tokenizer.json"], True),
        (["vocab.json", "merges.txt"], True),
        (["vocab.json"], False),
        ([], False),
    ],
)
def test_a_folder_with_a_tokenizer_is_accepted(changed, problems, tmp_path, names, accepted):
    """One that holds the files of either form."""
    for name in names:
        (tmp_path / name).touch()
    told = problems(changed({"corpus.tokenizer": str(tmp_path)}))
    assert (told == []) == accepted
    assert accepted or "or of a folder with that or with vocab.json and merges.txt" in told[0]


def test_the_lists_of_files_are_those_of_the_corpus():
    """Settings import no room above them, so they are there twice."""
    for name in ("ENDINGS", "WHOLE", "PAIR"):
        assert getattr(corpus, name) == getattr(files, name)
