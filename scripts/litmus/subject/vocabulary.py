"""A subject's own tokenizer: its file, and the tokens that begin and end a text."""

from pathlib import Path
from typing import Any, NamedTuple

from tokenizers import Tokenizer
from transformers import AutoTokenizer

from litmus.errors import LitmusError

FILES = ("tokenizer.json", "vocab.json", "tokenizer.model", "spiece.model")
VALID = "tokenizer.json, or vocab.json and merges.txt"


class Vocabulary(NamedTuple):
    """What the subject's token ids mean."""

    tokenizer: Tokenizer
    end: str | None
    bos: str | None


def load(folder: Path, where: str, most: int) -> Vocabulary:
    """The tokenizer in a Hugging Face directory.

    Args:
        folder: holds tokenizer.json, or vocab.json and merges.txt, or what else transformers reads.
        where: the key and value that a message names.
        most: rows of the embedding.

    Raises:
        LitmusError: there is none, or it has ids beyond the embedding.
    """
    if not any((folder / name).is_file() for name in FILES):
        raise LitmusError(f"{where}, which holds no tokenizer; valid: {VALID}")
    try:
        given: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        backend = given.backend_tokenizer
        if (folder / "tokenizer.json").exists():
            # As it is: transformers rebuilds some from their vocabulary alone.
            backend = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # tokenizers raises bare Exception
        told = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise LitmusError(
            f"{where}, which holds no tokenizer that can be read ({told}); valid: {VALID}"
        ) from error
    ids = backend.get_vocab(with_added_tokens=True)
    beyond = sorted((number, token) for token, number in ids.items() if number >= most)
    if beyond:
        number, token = beyond[0]
        raise LitmusError(
            f"{where}, whose tokenizer has {token!r} at {number}, beyond the {most} rows of "
            "the model's embedding; valid: the tokenizer that the model was trained with"
        )
    end, bos = (
        str(token) if token is not None and str(token) in ids else None
        for token in (given.eos_token, given.bos_token)
    )
    return Vocabulary(backend, end, bos)
