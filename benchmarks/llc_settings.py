"""How the default SGLD settings were chosen: chain health over a grid, separation never looked at.

Run after the embedded default, from the project's folder:

    .venv/bin/python benchmarks/llc_settings.py

Twelve directions that the workflow does not score (six dictionary rows after those drawn, six
isotropic ones) run at every setting. A setting is judged by its chains alone: divergence, split
R-hat, effective draws per step, and how far the second half of the draws lies from the first.
"""

import argparse
import itertools
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

from litmus import tables
from litmus.activations.statistics import Statistics
from litmus.corpus.tokens import split_of
from litmus.directions.controls import centre, isotropic, unit
from litmus.metrics.llc_functional import LLC, score
from litmus.sampling.diagnostics import judge
from litmus.stacked import StackedLower
from litmus.subject import checkpoint


def main() -> None:
    """Print one line a setting."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--results", type=Path, default=Path("results"))
    arguments.add_argument("--threads", type=int, default=2)
    given = arguments.parse_args()
    torch.set_num_threads(given.threads)
    config = yaml.safe_load(Path("config.yaml").read_text())
    block = {k: v for k, v in config["metrics"]["llc_functional"].items() if k != "enabled"}
    settings = LLC(**block)
    statistics = Statistics.read(next((given.results / "statistics").glob("*.parquet")))
    features = tables.read(next((given.results / "dictionary").rglob("features.parquet")))
    decoder = features["decoder"].combine_chunks().flatten().to_numpy().reshape(len(features), -1)
    live = np.flatnonzero(features["active_tokens"].to_numpy() >= 10)
    unscored = live[config["directions"]["count"] :][:6]
    vectors = np.concatenate(
        [
            unit(centre(decoder[unscored].astype(float), True)),
            isotropic(range(90_000, 90_006), decoder.shape[1], True, config["seed"]),
        ]
    )
    architecture, weights = checkpoint.load(given.results / "model")
    lower = StackedLower(architecture, config["hook"])
    tokens = torch.from_numpy(split_of(tables.read(given.results / "tokens.parquet"), "eval"))
    start = lower.pack(weights)
    std = torch.from_numpy(statistics.projection_std(vectors)).float()
    columns = ("ε·γ", "γ", "nβ", "diverged", "ok", "R-hat", "max", "ESS/draw", "drift/sd", "mean L")
    print("".join(f"{name:>10}" for name in columns))
    for decay, gamma, n_beta in itertools.product(
        (0.2,), (1e4, 5e4, 2.5e5), (1e-3, 1e2, 1e3, 1e4, 1e5)
    ):
        tried = replace(settings, learning_rate=decay / gamma, localization=gamma, n_beta=n_beta)
        _, traces = score(
            lower, start, tokens.long(), torch.from_numpy(vectors).float(), std, tried, 0
        )
        draws = traces.loss[..., tried.burn_in :].numpy()
        health = [judge(of_direction, tried.max_rhat) for of_direction in draws]
        finite = [h for h in health if h.status != "diverged"]
        halves = np.array_split(draws, 2, axis=2)
        drift = np.abs(halves[1].mean((1, 2)) - halves[0].mean((1, 2))) / draws.std((1, 2))
        rhat = [h.rhat for h in finite] or [np.nan]
        row = [
            decay,
            gamma,
            n_beta,
            len(health) - len(finite),
            sum(h.status == "ok" for h in health),
            np.median(rhat),
            max(rhat),
            np.median([h.ess for h in health]) / draws[0].size,
            np.nanmedian(drift),
            np.median([h.mean for h in finite] or [np.nan]),
        ]
        print("".join(f"{value:10.4g}" for value in row), flush=True)


if __name__ == "__main__":
    main()
