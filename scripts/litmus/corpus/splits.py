"""Which documents train, which evaluate, and in which order."""

from litmus.corpus.sources import Document
from litmus.errors import LitmusError
from litmus.seeds import stream


def divide(
    documents: list[Document], eval_share: float, seed: int
) -> tuple[list[Document], list[Document]]:
    """(training, evaluation) documents, each in an order drawn from `seed` and the names.

    The share `eval_share` of the documents evaluates, at least one. A text that occurs twice is
    kept once, so that nothing is both trained on and evaluated; the drawn order makes the first
    documents of a split a fair sample of it.

    Raises:
        LitmusError: there are fewer than two different documents.
    """
    drawn = sorted(documents, key=lambda document: stream(seed, "split", document.name))
    different = list({document.text: document for document in reversed(drawn)}.values())[::-1]
    if len(different) < 2:
        raise LitmusError(
            f"corpus.paths: found {len(different)} different documents, at least 2 are needed, one "
            "to train and one to evaluate; add files, or set corpus.separator to cut the one"
        )
    count = min(max(1, round(eval_share * len(different))), len(different) - 1)
    return different[count:], different[:count]
