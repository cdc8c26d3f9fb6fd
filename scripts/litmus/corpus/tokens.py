"""Documents → a byte-level BPE tokenizer → sequences of `context` token ids."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from litmus import tables
from litmus.errors import LitmusError
from litmus.tables import tokens_schema

END = "<|endoftext|>"


def train_tokenizer(texts: Iterable[str], vocabulary: int) -> Tokenizer:
    """A byte-level BPE of at most `vocabulary` tokens, as GPT-2's; `END` has id 0."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def load_tokenizer(path: str | Path) -> Tokenizer:
    """The tokenizer in a `tokenizer.json`.

    Raises:
        LitmusError: the file is no such tokenizer.
    """
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises bare Exception
        raise LitmusError(
            f"corpus.tokenizer: {path} is no tokenizer.json of the tokenizers library ({error})"
        ) from error
    # Some are saved with the settings of their last use, which would cut and fill documents.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def size(tokenizer: Tokenizer) -> int:
    """One more than the largest id: what an embedding needs, also where ids have gaps."""
    return 1 + max(tokenizer.get_vocab().values())


def sequences(tokenizer: Tokenizer, texts: list[str], context: int, most: int) -> np.ndarray:
    """The texts of one split, joined with `END` between them, cut into rows.

    Returns:
        int32 array (n, context), n ≤ most; the tail that fills no row is dropped.
    """
    tokenizer.encode_special_tokens = True  # a text that spells END out means its characters
    end = tokenizer.token_to_id(END)
    between = [] if end is None else [end]
    ids: list[np.ndarray] = []
    total = 0
    for start in range(0, len(texts), 256):
        if total >= most * context:
            break
        for encoding in tokenizer.encode_batch(
            texts[start : start + 256], add_special_tokens=False
        ):
            ids.append(np.array(encoding.ids + between, dtype=np.int32))
            total += len(ids[-1])
    joined = np.concatenate(ids) if ids else np.empty(0, np.int32)
    count = min(len(joined) // context, most)
    return joined[: count * context].reshape(count, context)


def table(evaluation: np.ndarray, training: np.ndarray) -> pa.Table:
    """`tokens.parquet`: evaluation first, so that its sequence numbers never depend on training."""
    context = evaluation.shape[1]
    rows = np.concatenate([evaluation, training])
    split = ["eval"] * len(evaluation) + ["train"] * len(training)
    return pa.table(
        {
            "sequence": pa.array(np.arange(len(rows), dtype=np.int32)),
            "split": pa.array(split),
            "tokens": pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), context),
        },
        schema=tokens_schema(context),
    )


def batches(
    path: str | Path, split: str, size: int, most: int | None = None
) -> Iterator[tuple[int, np.ndarray]]:
    """The first `most` rows of one split, `size` at a time, without the others in memory.

    Yields:
        The number of the first sequence, and int32 (n, context).
    """
    left = most
    with tables.reading(path), pq.ParquetFile(path, page_checksum_verification=True) as file:
        # Rows lie split by split, so a batch of the file holds a run of this one, or none of it.
        for rows in file.iter_batches(batch_size=size):
            chosen = rows.filter(pc.equal(rows["split"], split))
            if left is not None:
                chosen = chosen.slice(0, left)
                left -= len(chosen)
            if len(chosen):
                flat = chosen["tokens"].flatten().to_numpy()
                yield chosen["sequence"][0].as_py(), flat.reshape(len(chosen), -1)


def split_of(tokens: pa.Table, split: str) -> np.ndarray:
    """The rows of one split of `tokens.parquet`: int32 (n, context)."""
    chosen = tokens.filter(pc.equal(tokens["split"], split))["tokens"].combine_chunks()
    return chosen.flatten().to_numpy().reshape(len(chosen), -1).copy()


def unigram_entropy(training: np.ndarray, evaluation: np.ndarray, vocabulary: int) -> float:
    """Cross-entropy (nats a token) of `evaluation` under the token frequencies of `training`.

    What a model scores that has learned how often tokens occur and nothing else; counts start at 1.
    """
    counts = np.bincount(training.ravel(), minlength=vocabulary) + 1.0
    return float(-np.log(counts / counts.sum())[evaluation.ravel()].mean())
