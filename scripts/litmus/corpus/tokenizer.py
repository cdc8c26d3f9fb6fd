"""Tokenizers: trained here, read from a file, or the subject's own."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from litmus.corpus.files import PAIR, WHOLE, tokenizer_files
from litmus.errors import LitmusError

END = "<|endoftext|>"


class Marks(NamedTuple):
    """Ids that the text itself does not hold; None where there is none."""

    end: int | None
    """Stands after every text."""
    bos: int | None
    """Begins every sequence."""


def train(texts: Iterable[str], vocabulary: int) -> Tokenizer:
    """A byte-level BPE of at most `vocabulary` tokens, as GPT-2's; `END` has id 0."""
    tokenizer = _byte_level(models.BPE())
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def load(path: str | Path) -> Tokenizer:
    """The tokenizer in a `tokenizer.json`, or in a folder with that or with GPT-2's two files.

    `vocab.json` and `merges.txt` say nothing of how bytes and words are cut: they are read as
    GPT-2's, byte-level, with `END` special where the vocabulary has it.

    Raises:
        LitmusError: the files are no such tokenizer.
    """
    paths = tokenizer_files(path)
    try:
        if len(paths) == 2:
            tokenizer = _byte_level(models.BPE.from_file(*map(str, paths)))
            if tokenizer.token_to_id(END) is not None:
                tokenizer.add_special_tokens([END])
        else:
            tokenizer = Tokenizer.from_file(str(paths[0]))
    except Exception as error:  # tokenizers raises bare Exception
        raise LitmusError(
            f"corpus.tokenizer: {path} is no {WHOLE[0]} of the tokenizers library, nor a folder "
            f"with one or with {' and '.join(PAIR)} ({error})"
        ) from error
    # Some are saved with the settings of their last use, which would cut and fill documents.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def origin(path: str | Path) -> dict[str, Any]:
    """What is known of a pretrained subject: `model/origin.json`.

    Raises:
        LitmusError: the file is missing or damaged.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LitmusError(f"{path}: could not be read ({error}); delete it, run again") from error


def size(tokenizer: Tokenizer) -> int:
    """One more than the largest id: what an embedding needs, also where ids have gaps."""
    return 1 + max(tokenizer.get_vocab().values())


def marks(tokenizer: Tokenizer, origin: dict[str, Any] | None, prepend_bos: bool) -> Marks:
    """The end of a text, and what begins a sequence where `prepend_bos` asks for it.

    The end is `END` where the tokenizer has it, else what the subject's `origin` names; without
    either, texts follow each other directly. What begins a sequence is what the subject's `origin`
    names, or without a pretrained subject `END`, as in GPT-2.

    Raises:
        LitmusError: there is nothing to begin a sequence with, or `origin` names no token.
    """
    end = tokenizer.token_to_id(END)
    if end is None and origin:
        end = _id(tokenizer, origin["end"], "end")
    if not prepend_bos:
        return Marks(end, None)
    bos = _id(tokenizer, origin["bos"], "bos") if origin else tokenizer.token_to_id(END)
    if bos is None:
        raise LitmusError(
            "corpus.prepend_bos: found true, but the tokenizer has no token that begins a text; "
            "set it to false"
        )
    return Marks(end, bos)


def compare(given: Tokenizer, own: Tokenizer, name: str) -> None:
    """Make sure that the tokenizer the config names gives ids that mean the same to the subject.

    Raises:
        LitmusError: a token has another id; names the first one, by the subject's ids.
    """
    ours, theirs = given.get_vocab(), own.get_vocab()
    every = sorted(theirs.items(), key=lambda item: item[1])
    every += sorted(
        ((t, None) for t in ours.keys() - theirs.keys()), key=lambda item: ours[item[0]]
    )
    for token, meant in every:
        if ours.get(token) != meant:
            raise LitmusError(
                f"corpus.tokenizer: {name} is a tokenizer with other ids: it has {token!r} "
                f"{_at(ours.get(token))}, the subject's own {_at(meant)}; set it to model"
            )


def _byte_level(model: models.Model) -> Tokenizer:
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def _id(tokenizer: Tokenizer, token: str | None, role: str) -> int | None:
    if token is None:
        return None
    found = tokenizer.token_to_id(token)
    if found is None:
        raise LitmusError(
            f"corpus.tokenizer: has no token {token!r}, the subject's '{role}'; the subject's "
            "files do not fit each other, load them again"
        )
    return found


def _at(number: int | None) -> str:
    return "nowhere" if number is None else f"at {number}"
