"""The tokenizer: trained here, or given."""

import json

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from litmus.corpus.tokenizer import END, Marks, compare, load, marks, origin, size, train
from litmus.errors import LitmusError

TEXTS = ["the cat sat on the mat", "the dog sat on the cat", "a mat, a cat; the end\n"] * 3
ORIGIN = {"end": "</s>", "bos": "<s>"}


@pytest.fixture(scope="module")
def tokenizer():
    """A small BPE."""
    return train(TEXTS, 280)


def words(*known):
    """A tokenizer of whole words, which are numbered from 0."""
    return Tokenizer(WordLevel({word: id for id, word in enumerate(known)}, unk_token=known[0]))


@pytest.mark.parametrize(
    "text",
    [
        *TEXTS[:3],
        "",
        " leading and trailing ",
        "tabs\tand\r\nnew\n\n\nlines",
        "naïve café — “quotes”",
        "日本語 עברית العربية",
        "👩‍👩‍👧‍👦 🇨🇭 é",
        "\x00\x01\x7f\u2028\ufeff\U0010ffff",
        "def f(x):\n    return x ** 2\n",
    ],
)
def test_any_text_survives_the_tokenizer(text, tokenizer):
    """Whatever the tokenizer was trained on: its tokens are bytes."""
    assert tokenizer.decode(tokenizer.encode(text).ids, skip_special_tokens=False) == text


def test_the_vocabulary(tokenizer):
    """END is 0, then 256 bytes, then merges; no more than asked for."""
    assert tokenizer.token_to_id(END) == 0
    assert 257 < tokenizer.get_vocab_size() <= 280
    assert sorted(tokenizer.get_vocab().values()) == list(range(tokenizer.get_vocab_size()))


def test_the_same_texts_give_the_same_tokenizer(tokenizer):
    """Byte for byte."""
    assert train(TEXTS, 280).to_str() == tokenizer.to_str()


def test_a_tokenizer_survives_the_disk(tokenizer, tmp_path):
    """Saved and loaded, it is the same."""
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    assert load(tmp_path / "tokenizer.json").to_str() == tokenizer.to_str()


@pytest.mark.parametrize("content", [None, "", "{}", '{"version": "1.0"}'])
def test_no_tokenizer_is_one_sentence(content, tmp_path):
    """It names the key and the file."""
    path = tmp_path / "tokenizer.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(LitmusError, match=r"corpus\.tokenizer: \S+ is no tokenizer\.json"):
        load(path)


def test_a_given_tokenizer_neither_cuts_nor_fills(tmp_path):
    """Truncation and padding, saved with a tokenizer by its last user, are switched off."""
    tokenizer = train(["a b c d e f g h"], 257)
    tokenizer.enable_truncation(3)
    tokenizer.enable_padding(length=20)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    given = load(tmp_path / "tokenizer.json")
    assert len(given.encode("a b c d e f").ids) == 11


def test_the_size_is_one_more_than_the_largest_id(tmp_path):
    """Ids with gaps need rows in the embedding that no token uses."""
    (tmp_path / "tokenizer.json").write_text(
        Tokenizer(WordLevel({"a": 0, "b": 7}, unk_token="a")).to_str()
    )
    given = load(tmp_path / "tokenizer.json")
    assert (given.get_vocab_size(), size(given)) == (2, 8)


def pair_of(tokenizer, folder):
    """The two files in which GPT-2's tokenizer was published, of this one."""
    model = json.loads(tokenizer.to_str())["model"]
    (folder / "vocab.json").write_text(json.dumps(model["vocab"]), encoding="utf-8")
    merges = ["#version: 0.2", *map(" ".join, model["merges"])]
    (folder / "merges.txt").write_text("\n".join(merges) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("text", ["the cat sat", "naïve  café\n\tdef f(x):", "日本 👩‍👩‍👧", ""])
def test_gpt2s_two_files_are_a_tokenizer(text, tokenizer, tmp_path):
    """It cuts every text as the one that they are of, and knows the same end."""
    given = load(pair_of(tokenizer, tmp_path))
    assert given.encode(text).ids == tokenizer.encode(text).ids
    assert given.encode(f"a{END}b").ids == tokenizer.encode(f"a{END}b").ids
    assert given.get_vocab() == tokenizer.get_vocab()
    assert given.decode(given.encode(text).ids, skip_special_tokens=False) == text


def test_a_folders_tokenizer_json_goes_before_the_pair(tokenizer, tmp_path):
    """It says more than they do: here, another set of words."""
    words("a", "b").save(str(pair_of(tokenizer, tmp_path) / "tokenizer.json"))
    assert load(tmp_path).get_vocab() == {"a": 0, "b": 1}


@pytest.mark.parametrize("missing", [["merges.txt"], ["vocab.json"], ["vocab.json", "merges.txt"]])
def test_half_a_tokenizer_is_one_sentence(missing, tokenizer, tmp_path):
    """It says which files would do."""
    pair_of(tokenizer, tmp_path)
    for name in missing:
        (tmp_path / name).unlink()
    with pytest.raises(LitmusError, match=r"corpus\.tokenizer: .*vocab\.json and merges\.txt"):
        load(tmp_path)


def test_a_trained_tokenizer_begins_and_ends_with_the_same_token(tokenizer):
    """As GPT-2 does; where no beginning is asked for there is none."""
    assert marks(tokenizer, None, prepend_bos=True) == Marks(end=0, bos=0)
    assert marks(tokenizer, None, prepend_bos=False) == Marks(end=0, bos=None)


def test_a_subjects_own_tokens_begin_and_end():
    """By the names that its origin gives them."""
    own = words("<unk>", "<s>", "</s>", "a")
    assert marks(own, ORIGIN, prepend_bos=True) == Marks(end=2, bos=1)
    assert marks(own, ORIGIN, prepend_bos=False) == Marks(end=2, bos=None)
    assert marks(own, {"end": None, "bos": None}, prepend_bos=False) == Marks(None, None)


def test_the_end_of_a_text_goes_before_the_subjects_end():
    """Some name the end of a dialogue; the end of a text is the one to stand between texts."""
    own = words("<unk>", "<s>", "</s>", END)
    assert marks(own, ORIGIN, prepend_bos=False).end == 3


@pytest.mark.parametrize("known", [None, {"end": "</s>", "bos": None}])
def test_no_token_to_begin_with_is_one_sentence(known):
    """Whether the subject names none, or nobody names one."""
    with pytest.raises(
        LitmusError, match=r"corpus\.prepend_bos: found true, but .* set it to false"
    ):
        marks(words("<unk>", "</s>"), known, prepend_bos=True)


def test_a_named_token_that_is_not_there_is_one_sentence():
    """The subject's files are of two subjects then."""
    with pytest.raises(LitmusError, match=r"has no token '</s>', the subject's 'end'"):
        marks(words("<unk>", "<s>"), ORIGIN, prepend_bos=False)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["a", "c", "b"], "'b' at 2, the subject's own at 1;"),
        (["a", "b"], "'c' nowhere, the subject's own at 2;"),
        (["a", "b", "c", "d"], "'d' at 3, the subject's own nowhere;"),
    ],
)
def test_a_tokenizer_with_other_ids_is_one_sentence(given, told):
    """It names the first token, by the subject's ids, that is elsewhere."""
    with pytest.raises(LitmusError, match="mine is a tokenizer with other ids") as error:
        compare(words(*given), words("a", "b", "c"), "mine")
    assert told in str(error.value)


def test_the_subjects_own_tokenizer_is_accepted(tokenizer, tmp_path):
    """In either of its forms."""
    compare(load(pair_of(tokenizer, tmp_path)), tokenizer, "mine")


def test_an_origin_that_cannot_be_read_is_one_sentence(tmp_path):
    """It names the file."""
    with pytest.raises(LitmusError, match=r"origin\.json: could not be read"):
        origin(tmp_path / "origin.json")
    (tmp_path / "origin.json").write_text('{"end": "</s>"}')
    assert origin(tmp_path / "origin.json") == {"end": "</s>"}
