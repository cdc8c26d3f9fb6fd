"""Noise and minibatches shared by all directions, or drawn for each: which errs less at equal cost?

Run after the embedded default, from the project's folder, on a quiet machine (six minutes):

    .venv/bin/python benchmarks/random_numbers.py

Dictionary rows and controls are scored with K independent seeds both ways, in turn. What is told is
the standard deviation over seeds, of λ̂ of one direction, of the difference of two directions, of
the difference of the groups' means and of δ between the groups; its own uncertainty is from
resampling seeds. Sharing makes every direction err alike: a difference loses what is common, a
mean over directions keeps it.

Drawing for each direction costs more a step. Errors of means fall with the root of the steps, so at
equal cost those of the dearer way are multiplied by the root of the ratio of their costs; for δ
that is an approximation, and burn-in, which both ways need alike, is left out of it.
"""

# ruff: noqa: E402 - the path of the library comes first

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "scripts")]

from litmus.directions.table import Directions, read
from litmus.features import silent
from litmus.metrics.llc.estimate import score
from litmus.metrics.llc.laboratory import Laboratory, settings_of
from litmus.metrics.llc.settings import LLC
from litmus.seeds import stream
from litmus.separation.delta import fit
from pairs import timed

MODES = ("shared", "per_direction")
RESAMPLES = 2000
QUANTITIES = (
    "λ̂ of a direction",
    "difference of two directions",
    "difference of group means",
    "δ between the groups",
)


class Runs(NamedTuple):
    """What one way gave: λ̂ (seeds, directions), and seconds of each seed's run (seeds,)."""

    values: np.ndarray
    seconds: np.ndarray


def errors(values: np.ndarray, ours: np.ndarray) -> np.ndarray:
    """Standard deviations over seeds of the four quantities, (4,).

    Args:
        values: λ̂ (seeds, directions).
        ours: which directions are dictionary rows, (directions,).
    """
    single = values.var(0, ddof=1).mean()
    # Over all pairs: mean Var(x − y) = 2 (mean variance − mean covariance of two).
    n = values.shape[1]
    between = (n * values.mean(1).var(ddof=1) * n - n * single) / (n * (n - 1))
    means = values[:, ours].mean(1) - values[:, ~ours].mean(1)
    deltas = np.array([fit(row[ours], row[~ours]).delta for row in values])
    pairs = max(2 * (single - between), 0.0)
    return np.sqrt([single, pairs, means.var(ddof=1), deltas.var(ddof=1)])


def resampled(runs: dict[str, Runs], ours: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Errors of both ways and costs in resamples of seeds, the sample itself first.

    Returns:
        Of each mode (1 + RESAMPLES, 5): four errors, and seconds.
    """
    source = np.random.default_rng(stream(seed, "random numbers"))
    found = {}
    for mode in MODES:
        values, seconds = runs[mode]
        drawn = source.integers(len(values), size=(RESAMPLES, len(values)))
        rows = [np.arange(len(values)), *drawn]
        found[mode] = np.array([[*errors(values[r], ours), np.median(seconds[r])] for r in rows])
        # A resample's variance is too small by (K − 1)/K on average.
        found[mode][1:, :4] *= np.sqrt(len(values) / (len(values) - 1))
    return found


def told(samples: np.ndarray) -> str:
    """The first with the 95 % interval of the others."""
    low, high = np.nanquantile(samples[1:], [0.025, 0.975])
    return f"{samples[0]:9.3g} ({low:.3g} to {high:.3g})".ljust(32)


def table(runs: dict[str, Runs], ours: np.ndarray, seed: int) -> None:
    """Print errors, at equal steps and at equal cost, and the cost of a step."""
    found = resampled(runs, ours, seed)
    shared, own = (found[mode] for mode in MODES)
    cost = own[:, 4] / shared[:, 4]
    print(f"{'standard error of':32}{'shared':32}{'per direction':32}", end="")
    print(f"{'ratio, equal steps':32}{'ratio, equal cost':32}")
    for i, name in enumerate(QUANTITIES):
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = own[:, i] / shared[:, i]
        columns = (shared[:, i], own[:, i], ratio, ratio * np.sqrt(cost))
        print(f"{name:32}" + "".join(map(told, columns)))
    for mode in MODES:
        deltas = np.array([fit(row[ours], row[~ours]).delta for row in runs[mode].values])
        error = deltas.std(ddof=1) / np.sqrt(len(deltas))
        print(f"mean δ, {mode}: {deltas.mean():.4f} ± {error:.4f}")
    print(f"cost of per_direction over shared: {told(cost).strip()}")


def measure(
    laboratory: Laboratory,
    groups: list[Directions],
    settings: LLC,
    block: dict[str, object],
    seeds: int,
    first: int,
) -> dict[str, Runs]:
    """λ̂ of all directions with every seed both ways, in turn."""
    ids = [name for group in groups for name in group.ids]
    joined = Directions(ids, "sae", np.concatenate([group.vectors for group in groups]))
    features = laboratory.features(joined, block, 1.0)
    dead = silent(features, laboratory.data.base).tolist()
    if any(dead):
        sys.exit("random_numbers: a direction's feature never fires; choose fewer --directions")
    where = laboratory.where("full", "weights")
    values, seconds = ({mode: [] for mode in MODES} for _ in range(2))
    for number in range(seeds):
        # Each way goes first as often as the other.
        for mode in MODES if number % 2 else MODES[::-1]:
            chosen, own = replace(settings, random_numbers=mode), first + number

            def run(mode: str = mode, chosen: LLC = chosen, own: int = own) -> None:
                loss_of = laboratory.loss_of("functional", features, chosen, ids, own)
                found = score(loss_of, where, ids, dead, chosen, own)
                values[mode].append(found.scores.value)

            seconds[mode].append(timed(run))
        print(f"seed {number + 1} of {seeds}", end="\r", file=sys.stderr, flush=True)
    return {mode: Runs(np.array(values[mode]), np.array(seconds[mode])) for mode in MODES}


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--results", type=Path, default=ROOT / "results")
    arguments.add_argument("--control", default="matched", help="group that the rows meet")
    arguments.add_argument("--directions", type=int, default=16, help="of each group")
    arguments.add_argument("--seeds", type=int, default=16)
    arguments.add_argument("--chains", type=int, default=2)
    arguments.add_argument("--steps", type=int, default=None, help="default: the config's")
    arguments.add_argument("--burn-in", type=int, default=None, help="default: the config's")
    arguments.add_argument("--seed", type=int, default=0, help="the first of the seeds")
    arguments.add_argument("--threads", type=int, default=1)
    given = arguments.parse_args()
    torch.set_num_threads(given.threads)
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    block, hook = config["metrics"]["llc_functional"], config["hook"]
    settings = settings_of(block, {})
    changes = {"chains": given.chains, "steps": given.steps, "burn_in": given.burn_in}
    settings = replace(settings, **{k: v for k, v in changes.items() if v is not None})
    laboratory = Laboratory(
        given.results / "model",
        given.results / "tokens.parquet",
        given.results / "statistics" / f"{hook}.parquet",
        None,
        hook,
        config["dictionary"]["min_activations"],
        torch.device("cpu"),
    )
    groups = []
    for group in ("sae", given.control):
        chunk = read(min((given.results / "directions" / group).glob("*.parquet")))
        groups.append(
            Directions(chunk.ids[: given.directions], group, chunk.vectors[: given.directions])
        )
    ours = np.repeat([True, False], [len(group.ids) for group in groups])
    print(
        f"{len(ours)} directions (sae, {given.control}), {settings.chains} chains of "
        f"{settings.steps} steps, {settings.burn_in} of them burn-in; {given.seeds} seeds"
    )
    runs = measure(laboratory, groups, settings, block, given.seeds, given.seed)
    steps = len(ours) * settings.chains * settings.steps
    table(runs, ours, given.seed)
    for mode in MODES:
        seconds = runs[mode].seconds
        print(
            f"{mode}: {1e3 * np.median(seconds) / steps:.3g} ms a direction, chain and step "
            f"({1e3 * seconds.min() / steps:.3g} to {1e3 * seconds.max() / steps:.3g})"
        )


if __name__ == "__main__":
    main()
