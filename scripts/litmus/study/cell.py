"""One cell of the study, measured: λ̂ by several seeds, and cheap measures of the same feature."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch

from litmus import tables
from litmus.activations.statistics import Accumulator
from litmus.corpus.tokens import split_of
from litmus.directions import controls, live
from litmus.features import Features, silent
from litmus.metrics import weight_sensitivity
from litmus.metrics.llc.data import Data, Minibatches
from litmus.metrics.llc.estimate import Where, score
from litmus.metrics.llc.functional import FunctionalLoss
from litmus.metrics.llc.settings import LLC
from litmus.metrics.quadratic.score import Quadratic, measure
from litmus.metrics.scores import Scores
from litmus.metrics.weight_sensitivity import Sensitivity
from litmus.sampling.diagnostics import Health
from litmus.seeds import stream
from litmus.stacked import StackedLower
from litmus.study.plan import Cell
from litmus.subject import checkpoint

STUDY = pa.schema(
    [
        ("layer", pa.int16()),
        ("nonlinearity", pa.string()),
        ("threshold", pa.float64()),
        ("regime", pa.string()),
        ("seed", pa.int16()),
        *tables.SCORES,
        ("rhat", pa.float64()),
        ("ess", pa.float64()),
        ("drift", pa.float64()),
        ("stiffness", pa.float64()),
    ]
)


class Site:
    """A cell's layer with its directions.

    Args:
        cell: which.
        model: folder of the subject.
        tokens: `tokens.parquet`.
        device: where everything lives.
        seed: of the run, from which all draws derive.
    """

    def __init__(
        self, cell: Cell, model: Path, tokens: Path, device: torch.device, seed: int
    ) -> None:
        self.cell, self.device, self.model, self.seed = cell, device, model, seed
        self.architecture, self.weights = checkpoint.load(model)
        self.lower = StackedLower(self.architecture, cell.hook)
        self.tokens = split_of(tables.read(tokens), "eval")
        packed = self.lower.pack(self.weights)
        self.start = {name: value.to(device) for name, value in packed.items()}
        moved = torch.from_numpy(self.tokens).long().to(device)
        self.data = Data.of(self.lower, self.start, moved)
        found = Accumulator(self.architecture.width)
        for part in self.data.base.split(256):
            found.add(part.flatten(0, 1).cpu().numpy())
        self.statistics = found.statistics()
        self.ids: list[str] = []
        self.groups: list[str] = []

    def draw(self, groups: Sequence[str], count: int, features: Path | None, alive: int) -> None:
        """Draw `count` directions of each group: those that the run itself scores first.

        Args:
            groups: `isotropic`, `covariance`, and `sae` where there is a dictionary.
            count: of each.
            features: `features.parquet` of the dictionary at this layer; None: no `sae` here.
            alive: tokens on which a live feature is active.
        """
        architecture, numbers, vectors = self.architecture, range(count), []
        for group in groups:
            if group == "isotropic":
                width = architecture.width
                drawn = controls.isotropic(numbers, width, architecture.centred, self.seed)
            elif group == "covariance":
                drawn = controls.covariance(numbers, self.statistics, self.seed)
            elif features is not None:
                read = live.read(features, self.model / "config.json", alive)
                drawn = read.vectors(range(min(count, len(read.rows))))
            else:
                continue
            vectors.append(drawn.astype(np.float32))
            self.ids += [f"{group}/{i:05d}" for i in range(len(drawn))]
            self.groups += [group] * len(drawn)
        self.vectors = np.concatenate(vectors)
        self.std = self.statistics.projection_std(self.vectors)

    def features(self) -> Features:
        """A feature a direction."""
        at = self.cell.threshold * torch.from_numpy(self.std).float()
        vectors = torch.from_numpy(self.vectors)
        return Features(vectors.to(self.device), at.to(self.device), self.cell.nonlinearity)

    def chains(
        self,
        settings: LLC,
        repetition: int,
        after_step: Callable[[int], None] = lambda directions: None,
    ) -> pa.Table:
        """λ̂ of all directions, from chains of this repetition's own."""
        features, own = self.features(), stream(self.seed, "study", "chains", repetition)

        def loss_of(chosen: torch.Tensor, chains: int) -> FunctionalLoss:
            named = [self.ids[i] for i in chosen]
            batches = Minibatches(self.data, replace(settings, chains=chains), own, named)
            return FunctionalLoss(self.lower, batches, features[chosen])

        dead = silent(features, self.data.base).tolist()
        found = score(loss_of, Where(self.start), self.ids, dead, settings, own, after_step)
        return self._rows(
            repetition, {"llc_functional": found.scores}, found.health, found.stiffness.tolist()
        )

    def sensitivities(self, settings: Mapping[str, Any], repetition: int) -> pa.Table:
        """Weight sensitivity at every scale, with noise and sequences of its own."""
        wanted = Sensitivity(
            threshold=self.cell.threshold, nonlinearity=self.cell.nonlinearity, **settings
        )
        found = weight_sensitivity.measure(
            self.lower,
            self.weights,
            self.tokens,
            self.vectors,
            self.std,
            wanted,
            stream(self.seed, "study", "sensitivity", repetition),
            self.device,
        )
        names = [f"weight_sensitivity_{scale:g}" for scale in wanted.scales]
        return self._rows(repetition, dict(zip(names, found, strict=True)))

    def quadratic(self, settings: Mapping[str, Any], repetition: int) -> pa.Table:
        """λ(γ, nβ) of the quadratic approximation, on sequences of its own."""
        wanted = Quadratic(
            thresholds=[self.cell.threshold], nonlinearity=self.cell.nonlinearity, **settings
        )
        (found,) = measure(
            self.lower,
            self.weights,
            self.tokens,
            self.vectors,
            self.std,
            wanted,
            stream(self.seed, "study", "quadratic", repetition),
            self.device,
        )
        return self._rows(repetition, {"llc_quadratic": found})

    def _rows(
        self,
        repetition: int,
        scores: Mapping[str, Scores],
        health: Sequence[Health] | None = None,
        stiffness: Sequence[float] = (),
    ) -> pa.Table:
        """Tidy rows of `STUDY`."""
        count, parts = len(self.ids), []
        unknown = [np.nan] * count
        for metric, found in scores.items():
            told = {
                **{name: [value] * count for name, value in self.cell._asdict().items()},
                "seed": [repetition] * count,
                "direction": self.ids,
                "group": self.groups,
                "metric": [metric] * count,
                "value": found.value,
                "standard_error": found.standard_error,
                "status": list(found.status),
                **{
                    name: [getattr(each, name) for each in health] if health else unknown
                    for name in ("rhat", "ess", "drift")
                },
                "stiffness": list(stiffness) or unknown,
            }
            parts.append(pa.table(told, schema=STUDY))
        return pa.concat_tables(parts)
