"""How much of a source is read: where it is large, no more than the sequences need."""

from collections.abc import Callable, Iterable
from typing import Any

from litmus.corpus.columns import TokenDocument
from litmus.corpus.sources import Document
from litmus.corpus.splits import AnyDocument, divide
from litmus.errors import LitmusError
from litmus.progress import Progress

# Assumed before there is a tokenizer, and meant to be more than it needs: GPT-2's takes 4 to 5
# bytes of English a token. Where a text needs more, there are fewer sequences than asked for.
BYTES_A_TOKEN = 8
# Of what has been read, that is read on before looking again.
STEP = 0.1


def sequences_in(document: Document | TokenDocument, width: int) -> float:
    """How many sequences with `width` tokens of text each a document gives, about, for a text.

    A text counts in parts, for texts are joined; of token ids whole windows count.
    """
    if isinstance(document, TokenDocument):
        return len(document.array()) // width
    return len(document.text.encode()) / BYTES_A_TOKEN / width


def needed(
    documents: Iterable[AnyDocument],
    size: Callable[[AnyDocument], float],
    training: int,
    evaluation: int,
    eval_share: float,
    seed: int,
) -> list[AnyDocument]:
    """The first different documents, as many as give both splits what they need, or all there are.

    Both splits are drawn as `divide` will draw them, so what is read is enough for certain, by the
    measure of `size`. Documents that give no sequence are passed over.

    Args:
        documents: in their own order; the iterator is left where reading stopped.
        size: sequences that a document gives.
        training: sequences that the documents of the training split shall give together.
        evaluation: likewise, of the evaluation split.
        eval_share: share of the documents that evaluate.
        seed: of the division.
    """
    found: dict[object, AnyDocument] = {}
    total, look = 0.0, max(training / (1 - eval_share), evaluation / eval_share)
    progress = Progress("reading documents", max(1, round(look)), "sequences")
    for document in documents:
        gives = size(document)
        if not gives or document[1] in found:
            continue
        found[document[1]] = document
        total += gives
        progress.advance(int(total) - progress.done)
        if total >= look and len(found) > 1:
            splits = divide(list(found.values()), eval_share, seed)
            have = [sum(map(size, split)) for split in splits]
            if have[0] >= training and have[1] >= evaluation:
                break
            look = (1 + STEP) * total
    return list(found.values())


def enough(
    documents: Iterable[Document | TokenDocument], corpus: dict[str, Any], seed: int
) -> list[Document | TokenDocument]:
    """`needed` for the sequences that the config's block `corpus` asks for.

    Raises:
        LitmusError: token ids came, and no row is long enough for a sequence.
    """
    width = corpus["context"] - corpus["prepend_bos"]
    longest = 0

    def size(document: Document | TokenDocument) -> float:
        nonlocal longest
        if isinstance(document, TokenDocument):
            longest = max(longest, len(document.array()))
        return sequences_in(document, width)

    sizes = (corpus[key] for key in ("max_train_sequences", "eval_sequences", "eval_share"))
    found = needed(documents, size, *sizes, seed)
    if longest and not found:
        raise LitmusError(
            f"corpus.context: found {corpus['context']}, but the longest row of token ids holds "
            f"{longest}, and rows are not joined; lower it, or give longer rows"
        )
    return found
