"""The message as a whole: every mistake at once, and the key that was meant."""

import pytest

from litmus.errors import LitmusError
from litmus.settings import read

UNKNOWN = [
    ("corpus.contxt", "did you mean corpus.context?"),
    ("modle", "did you mean model?"),
    ("metrics.llc_functional.burnin", "did you mean metrics.llc_functional.burn_in?"),
    ("metrics.sparsty", "did you mean metrics.sparsity?"),
    ("corpus.processing", "there is model.processing"),
    ("corpus.weight_decy", "there is model.weight_decay"),
    ("corpus.width", "there is model.width and dictionary.width"),
    ("report.xyz", "valid: title or published"),
]


def message(config):
    """What a config is refused with."""
    with pytest.raises(LitmusError) as caught:
        read(config)
    return str(caught.value)


@pytest.mark.parametrize(("path", "told"), UNKNOWN)
def test_an_unknown_key_comes_with_the_one_that_may_be_meant(changed, problems, path, told):
    """The nearest in its block, else the same elsewhere, else what the block knows."""
    assert problems(changed({path: 1})) == [f"{path}: unknown key; {told}"]


def test_a_key_that_is_no_text_is_unknown(config, problems):
    """YAML reads `1:` as a number."""
    config["report"][1] = "a"
    assert problems(config) == ["report.1: unknown key; valid: title or published"]


def test_a_dotted_key_is_told_to_nest(config, problems):
    """Snakemake's --config takes no dotted paths."""
    config["corpus.context"] = 16
    assert problems(config) == [
        "corpus.context: unknown key; a dot makes no block, nest the keys instead"
    ]


def test_a_missing_key_is_told(config, problems):
    """There are no defaults in Python."""
    del config["corpus"]["context"]
    assert problems(config) == ["corpus.context is missing; valid: a whole number ≥ 2"]


def test_a_missing_block_is_told_once(config, problems):
    """Not once for each of its keys."""
    del config["report"]
    assert problems(config) == [
        "report is missing; valid: a block with the keys title and published"
    ]


@pytest.mark.parametrize(("found", "shown"), [(None, "null"), ([1], "[1]"), ("abc", "'abc'")])
def test_a_config_that_is_no_mapping_is_told(problems, found, shown):
    """An empty file, a list, a word."""
    (line,) = problems(found)
    assert line.startswith(f"config: found {shown}; valid: a block with the keys results, seed")


def test_all_mistakes_are_told_at_once(changed):
    """Fields, unknown keys and keys that do not fit, each on its line."""
    change = {"corpus.contxt": 32, "corpus.context": "abc", "model.heads": 3, "seed": -1}
    assert message(changed(change)).splitlines() == [
        "config: 4 problems, nothing was run",
        "  seed: found -1; valid: a whole number ≥ 0",
        "  corpus.context: found 'abc'; valid: a whole number ≥ 2",
        "  corpus.contxt: unknown key; did you mean corpus.context?",
        "  model.heads: found 3; valid: a number that divides model.width = 64",
    ]


def test_one_mistake_is_one_problem(changed):
    """The headline counts in English."""
    assert message(changed({"seed": -1})).startswith("config: 1 problem, nothing was run\n")


def test_every_path_that_is_not_there_is_told(changed, problems):
    """Not only the first of them."""
    lines = problems(changed({"corpus.source": "text", "corpus.paths": ["a.txt", "b.md"]}))
    assert [line.split(";")[0] for line in lines] == [
        "corpus.paths: found 'a.txt'",
        "corpus.paths: found 'b.md'",
    ]


def test_a_wrong_value_silences_only_its_own_checks(changed, problems):
    """What cannot be judged is not guessed at; what can be is told."""
    lines = problems(changed({"model.width": "wide", "model.heads": 3, "dictionary.k": 600}))
    assert lines == [
        "model.width: found 'wide'; valid: a whole number ≥ 2",
        "dictionary.k: found 600; valid: at most dictionary.width = 512",
    ]


def test_the_message_is_in_our_words(changed):
    """No links, no names of classes, no words of the library that checks."""
    text = message(changed({"seed": "a", "corpus": 1, "hook": None, "x": 1})).lower()
    for word in ("pydantic", "http", "input should", "extra_forbidden", "type="):
        assert word not in text
