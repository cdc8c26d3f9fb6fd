"""Tokenizers that others published, on text that others wrote."""

import json
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from litmus.corpus import sources
from litmus.corpus.sequences import of_texts
from litmus.corpus.tokenizer import END, compare, load, marks, size

DATA = Path(__file__).parents[3] / "shared" / "data"
GPT2, LLAMA, STORIES = (
    DATA / name for name in ("gpt2-tokenizer", "tinystories-656k", "tinystories-1000.json")
)


def needs(*paths):
    """Skip where data that is no part of the project is not beside it."""
    absent = [path.name for path in paths if not path.exists()]
    return pytest.mark.skipif(bool(absent), reason=f"{', '.join(absent)} not in ../shared/data")


# The ids that OpenAI's own encoder and the documentation of transformers have for these.
PUBLISHED = [
    ("Hello world", [15496, 995]),
    (" Hello world", [18435, 995]),
    ("Hello, my dog is cute", [15496, 11, 616, 3290, 318, 13779]),
    ("hello world", [31373, 995]),
    ("\n", [198]),
]
PAGE = [
    "It's 1984: they'll say 'no', we've said “yes” — don't you?",
    "runs  of   spaces,\ttabs\t\tand\r\nlines\n\n\n  indented\n ",
    "def f(x):\n    return {k: v ** 2 for k, v in x.items()}  # 0xFF_00\n",
    "Ünïcödé, 日本語のテキスト, עברית, हिन्दी, e\u0301 and é, ½ ² Ⅷ ٣",
    "👩‍👩‍👧‍👦 🇨🇭 \u200b\ufeff\u2028\xa0|\x00\x7f\U0010ffff",
    "https://example.org/?q=a+b&c=%20 <p class='x'>…</p> $3.50 #1 @me",
    "",
    " ",
]


@pytest.fixture(scope="module")
def gpt2():
    """GPT-2's, from the two files in which it was published."""
    return load(GPT2)


@needs(GPT2)
@pytest.mark.parametrize(("text", "ids"), PUBLISHED)
def test_gpt2s_ids_are_the_published_ones(gpt2, text, ids):
    """Of short texts whose ids were printed."""
    assert gpt2.encode(text).ids == ids


@needs(GPT2)
def test_gpt2s_vocabulary_and_end(gpt2):
    """50257 tokens, of which the last ends a text, and begins one."""
    assert size(gpt2) == gpt2.get_vocab_size() == 50257
    assert gpt2.token_to_id(END) == 50256
    assert marks(gpt2, None, prepend_bos=True) == (50256, 50256)
    assert gpt2.encode(f"a{END}").ids == [64, 50256]


def letters():
    """The published table of bytes to letters: those that can be seen stand for themselves."""
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in seen]
    return {b: chr(b) for b in seen} | {b: chr(256 + n) for n, b in enumerate(hidden)}


def encoder():
    """The encoder published with GPT-2, written down again: join the earliest merge, and again."""
    regex = pytest.importorskip("regex", reason="the published pattern needs the package regex")
    pattern = regex.compile(
        r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
    )
    letter, ids = letters(), json.loads((GPT2 / "vocab.json").read_text(encoding="utf-8"))
    lines = (GPT2 / "merges.txt").read_text(encoding="utf-8").split("\n")[1:]
    ranks = {tuple(line.split()): rank for rank, line in enumerate(lines) if line}

    @cache
    def joined(word):
        parts = list(word)
        while pairs := [pair for pair in pairwise(parts) if pair in ranks]:
            first = min(pairs, key=ranks.get)
            at, together = 0, []
            while at < len(parts):
                both = tuple(parts[at : at + 2]) == first
                together.append("".join(parts[at : at + 1 + both]))
                at += 1 + both
            parts = together
        return [ids[part] for part in parts]

    def encode(text):
        words = ("".join(letter[b] for b in word.encode()) for word in pattern.findall(text))
        return [number for word in words for number in joined(word)]

    return encode


@needs(GPT2)
def test_gpt2s_ids_are_those_of_the_published_algorithm(gpt2):
    """Written down in Python, on mixed text: scripts, emoji, code, runs of white space."""
    encode = encoder()
    for text in PAGE:
        assert gpt2.encode(text).ids == encode(text), text
        assert gpt2.decode(gpt2.encode(text).ids, skip_special_tokens=False) == text


@needs(GPT2)
def test_gpt2s_ids_are_those_of_transformers(gpt2):
    """Built from the same two files; its vocabulary is the same, token by token."""
    from transformers import GPT2Tokenizer

    theirs = GPT2Tokenizer(*(str(GPT2 / name) for name in ("vocab.json", "merges.txt")))
    for text in PAGE:
        assert gpt2.encode(text).ids == theirs(text)["input_ids"], text
    compare(gpt2, theirs.backend_tokenizer, "ours")


@pytest.fixture(scope="module")
def stories():
    """A hundred real stories, as the corpus reads them."""
    return [document.text for document in sources.text([str(STORIES)], "text", None)][:100]


@needs(STORIES)
def test_real_stories_are_read():
    """A list of a thousand texts in one file, in their order."""
    found = sources.text([str(STORIES)], "text", None)
    texts = json.loads(STORIES.read_text(encoding="utf-8"))
    assert len(found) == len(texts) == 1000
    assert [document.text for document in found] == texts


@needs(LLAMA, STORIES)
def test_a_pretrained_subjects_ids_are_those_of_transformers(stories):
    """A Llama's own tokenizer, without the beginning that transformers adds."""
    from transformers import AutoTokenizer

    own, theirs = load(LLAMA), AutoTokenizer.from_pretrained(LLAMA)
    for story in stories:
        found = own.encode(story, add_special_tokens=False).ids
        assert found == theirs(story, add_special_tokens=False)["input_ids"]


@needs(LLAMA, STORIES)
def test_real_stories_between_a_pretrained_subjects_marks(stories):
    """Its own end stands after each, its own beginning before each sequence."""
    own = load(LLAMA)
    origin = {"end": "<|end_story|>", "bos": "<|start_story|>"}
    used = marks(own, origin, prepend_bos=True)
    assert used == (2, 1)
    rows = of_texts(own, stories, 33, 10**6, used)
    assert (rows[:, 0] == 1).all() and not (rows[:, 1:] == 1).any()
    assert 0 <= len(stories) - (rows == 2).sum() <= 1
    told = own.decode(rows[:, 1:].ravel().tolist(), skip_special_tokens=True)
    assert told.replace(" ", "")[:500] == "".join(stories).replace(" ", "")[:500]
