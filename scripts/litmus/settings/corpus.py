"""The text that the subject and its dictionary are trained and judged on."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from litmus.settings.block import Block, Number, Text, Words

ENDINGS = (".txt", ".md", ".jsonl", ".parquet")


def _readable(path: str) -> str:
    there = Path(path)
    if there.is_dir() or (there.is_file() and there.suffix in ENDINGS):
        return path
    raise ValueError(path)


def _tokenizer(name: str) -> str:
    if name == "train" or Path(name).is_file():
        return name
    raise ValueError(name)


TextPath = Annotated[
    str,
    AfterValidator(_readable),
    Words("an existing folder, or an existing file that ends in .txt, .md, .jsonl or .parquet"),
]
Tokenizer = Annotated[
    str, AfterValidator(_tokenizer), Words("train, or the path of an existing tokenizer.json")
]


class Corpus(Block):
    """Where the text comes from, and how it is cut into sequences."""

    source: Literal["stdlib", "text"]
    """What CPython ships, or the user's own files."""
    paths: list[TextPath]
    """Files and folders of the source `text`."""
    field: Text
    """Key in `.jsonl`, column in `.parquet`, that holds the text."""
    separator: Text | None
    """Cuts `.txt` and `.md` files into documents; None: a file is one document."""
    tokenizer: Tokenizer
    """`train`, or the path of a `tokenizer.json`."""
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
