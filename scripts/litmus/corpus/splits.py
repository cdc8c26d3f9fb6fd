"""Which documents train, which evaluate, and in which order."""

from typing import TypeVar

from litmus.errors import LitmusError
from litmus.seeds import stream

# A name, and what it holds: a text, or token ids.
AnyDocument = TypeVar("AnyDocument", bound=tuple[str, str | bytes])


def divide(
    documents: list[AnyDocument], eval_share: float, seed: int
) -> tuple[list[AnyDocument], list[AnyDocument]]:
    """(training, evaluation) documents, each in an order drawn from `seed` and the names.

    The share `eval_share` of the documents evaluates, at least one. What occurs twice is
    kept once, so that nothing is both trained on and evaluated; the drawn order makes the first
    documents of a split a fair sample of it.

    Raises:
        LitmusError: there are fewer than two different documents.
    """
    drawn = sorted(documents, key=lambda document: stream(seed, "split", document[0]))
    different = list({document[1]: document for document in reversed(drawn)}.values())[::-1]
    if len(different) < 2:
        raise LitmusError(
            f"corpus: found {len(different)} different documents, at least 2 are needed, one to "
            "train and one to evaluate; add more, or set corpus.separator to cut the one"
        )
    count = min(max(1, round(eval_share * len(different))), len(different) - 1)
    return different[count:], different[:count]
