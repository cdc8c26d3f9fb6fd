"""Ablate each direction on its strongest data points, and on a sample of all, in one pass.

Only the layers above the hook run; a data point's ablated run serves every k, its unablated run
every direction of the chunk.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np
import torch
from torch import Tensor

from litmus.activations.cache import Block
from litmus.metrics.ablation.effect import Effects
from litmus.metrics.ablation.settings import Variant
from litmus.metrics.ablation.strongest import Chosen, peaks
from litmus.metrics.ablation.workers import mapped
from litmus.metrics.projections import project
from litmus.metrics.scores import Scores, checked


def ablate(activation: Tensor, vector: Tensor, target: Tensor, tokens: str) -> Tensor:
    """The activations with their coordinate along `vector` set to `target`.

    Args:
        activation: (n, position, width).
        vector: unit vectors (n, width).
        target: (n,).
        tokens: `all`, or `last`: the last position only.
    """
    changed = slice(None) if tokens == "all" else slice(-1, None)
    before = activation[:, changed]
    vector = vector.unsqueeze(1)
    missing = target.view(-1, 1, 1) - (before * vector).sum(-1, keepdim=True)
    after = before + missing * vector
    return after if tokens == "all" else torch.cat([activation[:, :-1], after], dim=1)


def effects(
    measure: Effects,
    blocks: Iterable[Block],
    vectors: Tensor,
    means: Tensor,
    wanted: np.ndarray,
    after_runs: Callable[[int], None] = lambda runs: None,
) -> np.ndarray:
    """The effect of ablating each direction on each data point that is wanted for it, run once.

    On a CPU as many batches run side by side as torch has threads, each with all of the settings'
    tokens; no result depends on their number.

    Args:
        measure: of effects; carries the settings.
        blocks: the cached activations.
        vectors: unit vectors (n, width).
        means: of each projection over the data, (n,).
        wanted: which data points of each direction, bool (sequences, n).
        after_runs: called with the number of runs that have been done since.

    Returns:
        float64 (kinds, effects, sequences, n), NaN where it is not wanted.
    """
    settings, device = measure.settings, vectors.device
    targets = torch.stack([means if kind == "mean" else 0 * means for kind in settings.kinds])
    found = np.full((len(targets), len(settings.effects), *wanted.shape), np.nan)

    def run(part: tuple[np.ndarray, Tensor]) -> int:
        """Fill in what is wanted of a few data points; how many runs it took."""
        numbers, activation = part
        base = measure.base(activation)
        # A data point's runs one after the other, its kinds side by side.
        rows, columns, kinds = np.nonzero(wanted[numbers][..., None].repeat(len(targets), -1))
        size = measure.at_once(activation.shape[1])
        for start in range(0, len(rows), size):
            span = slice(start, start + size)
            index = rows[span], columns[span], kinds[span]
            which, pair, kind = (torch.from_numpy(each).to(device) for each in index)
            target, points = targets[kind, pair], activation.index_select(0, which)
            changed = ablate(points, vectors[pair], target, settings.tokens)
            measured = measure.of(changed, base, which).double().cpu().numpy()
            found[kinds[span], :, numbers[rows[span]], columns[span]] = measured.T
        return len(rows)

    # A GPU does one thing at a time.
    workers = torch.get_num_threads() if device.type == "cpu" else 1
    for runs in mapped(run, _needed(blocks, wanted, measure, device), workers):
        after_runs(runs)
    return found


def _needed(
    blocks: Iterable[Block], wanted: np.ndarray, measure: Effects, device: torch.device
) -> Iterator[tuple[np.ndarray, Tensor]]:
    """Numbers and activations of the data points that any direction wants, as many as are held at
    once."""
    first = 0
    for block in blocks:
        count, context = block.activations.shape[:2]
        needed = np.flatnonzero(wanted[first : first + count].any(1))
        size = measure.kept(context)
        for start in range(0, len(needed), size):
            rows = needed[start : start + size]
            yield first + rows, torch.from_numpy(block.activations[rows]).to(device)
        first += count


def measure(
    measures: Effects,
    blocks: Callable[[], Iterable[Block]],
    vectors: np.ndarray,
    mean: np.ndarray,
    std: np.ndarray,
    variants: Mapping[str, Variant],
    seed: int,
    device: torch.device,
    progress: Callable[[int], Callable[[int], None]] = lambda total: lambda runs: None,
) -> dict[str, Scores]:
    """The scores of n directions by each of `variants`, by name.

    The standard error is over data points, taken to be independent draws from those as strong as
    these. A single one has none: NaN.

    Args:
        measures: of effects, on `device`; its settings hold every kind, effect and k of the
            variants.
        blocks: reads the cached activations from the beginning, once for their projections and
            once to ablate them.
        vectors: unit vectors float32 (n, width).
        mean: of each projection over the data, (n,).
        std: likewise; a direction without any spread is dead.
        variants: name → kind, effect and k.
        seed: of the sample that stands for all data points.
        device: where to compute.
        progress: told the number of ablated runs, gives what is called as they are done.

    Raises:
        LitmusError: there are fewer data points than the largest k.
    """
    settings = measures.settings
    chosen = Chosen(peaks(project(blocks(), vectors), settings.tokens), settings, seed)
    found = effects(
        measures,
        blocks(),
        torch.from_numpy(vectors).to(device),
        torch.from_numpy(mean.astype(vectors.dtype)).to(device),
        chosen.wanted,
        progress(int(chosen.wanted.sum()) * len(settings.kinds)),
    )
    scores = {}
    for name, (kind, effect, k) in variants.items():
        of_variant = found[settings.kinds.index(kind), settings.effects.index(effect)]
        values = chosen.of(k, of_variant)
        scores[name] = checked(values.mean(0), standard_error(values), std <= 0)
    return scores


def standard_error(values: np.ndarray) -> np.ndarray:
    """Of the mean over data points: (k, n) → (n,); NaN for one."""
    count = len(values)
    if count == 1:
        return np.full(values.shape[1], np.nan)
    return values.std(0, ddof=1) / np.sqrt(count)
