"""The text that the subject and its dictionary are trained and judged on."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from litmus.settings.block import Block, Number, Text, Words

ENDINGS = (".txt", ".md", ".json", ".jsonl", ".parquet")
WHOLE = ("tokenizer.json",)
PAIR = ("vocab.json", "merges.txt")


def _readable(path: str) -> str:
    there = Path(path)
    if there.is_dir() or (there.is_file() and there.suffix in ENDINGS):
        return path
    raise ValueError(path)


def _tokenizer(name: str) -> str:
    there = Path(name)
    if name in ("train", "model") or there.is_file():
        return name
    if any(all((there / part).is_file() for part in parts) for parts in (WHOLE, PAIR)):
        return name
    raise ValueError(name)


TextPath = Annotated[
    str,
    AfterValidator(_readable),
    Words(
        "an existing folder, or an existing file that ends in .txt, .md, .json, .jsonl or .parquet"
    ),
]
Tokenizer = Annotated[
    str,
    AfterValidator(_tokenizer),
    Words(
        "train, model, or the path of an existing tokenizer.json, or of a folder with that or with "
        "vocab.json and merges.txt"
    ),
]


class Corpus(Block):
    """Where the text comes from, and how it is cut into sequences."""

    source: Literal["stdlib", "text", "tokens", "hub"]
    """What CPython ships, the user's own texts or token ids, or a dataset of the hub."""
    paths: list[TextPath]
    """Files and folders of the sources `text` and `tokens`."""
    field: Text
    """Key in JSON, column in `.parquet` or of a dataset, that holds the text or token ids."""
    dataset: Text | None
    """The dataset of the source `hub`."""
    subset: Text | None
    """Its configuration, where it has several."""
    split: Text
    """Its split that is read."""
    revision: Text | None
    """Its branch, tag or commit; None: the newest there is."""
    separator: Text | None
    """Cuts `.txt` and `.md` files into documents; None: a file is one document."""
    tokenizer: Tokenizer
    """`train`, `model`, or the path of a `tokenizer.json` or of a folder with a tokenizer."""
    prepend_bos: bool
    """Whether every sequence begins with the tokenizer's own first token."""
    vocabulary: int = Field(ge=257)
    """Tokens of a trained tokenizer: at least the 256 bytes and the end of a text."""
    context: int = Field(ge=2)
    """Tokens in a sequence: at least one to predict and one to predict it from."""
    eval_share: Number = Field(gt=0, lt=1)
    """Share of the documents kept for evaluation."""
    max_train_sequences: int = Field(ge=16)
    """Upper limit of the training sequences."""
    eval_sequences: int = Field(ge=16)
    """Sequences behind statistics, thresholds and scores; errors are judged from their spread."""
