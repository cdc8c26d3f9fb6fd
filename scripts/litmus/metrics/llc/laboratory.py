"""Everything that the chains of a run need, from the files that hold it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from litmus import tables
from litmus.activations.statistics import Statistics
from litmus.corpus.tokens import split_of
from litmus.directions.table import Directions
from litmus.errors import LitmusError
from litmus.features import Features, silent
from litmus.metrics.llc.data import Data, Minibatches
from litmus.metrics.llc.estimate import LossOf, Where
from litmus.metrics.llc.functional import FunctionalLoss
from litmus.metrics.llc.latents import Latents
from litmus.metrics.llc.patched import PatchedLoss
from litmus.metrics.llc.settings import LLC
from litmus.restriction import restrict
from litmus.stacked import StackedLower
from litmus.subject import checkpoint
from litmus.upper import Upper


class Laboratory:
    """The subject, cut at the hook, and its evaluation data.

    Args:
        model: folder of the subject.
        tokens: `tokens.parquet`.
        statistics: of the hook.
        features: `features.parquet` of the dictionary, where latents are asked for.
        hook: `blocks.L.hook_resid_pre`.
        min_activations: tokens on which a live feature is active.
        device: where everything lives.
    """

    def __init__(
        self,
        model: str | Path,
        tokens: str | Path,
        statistics: str | Path,
        features: str | Path | None,
        hook: str,
        min_activations: int,
        device: torch.device,
    ) -> None:
        self.device = device
        self.architecture, weights = checkpoint.load(Path(model))
        weights = {name: value.to(device) for name, value in weights.items()}
        self.lower = StackedLower(self.architecture, hook)
        self.upper = Upper(self.architecture, hook, weights)
        self.start = self.lower.pack(weights)
        evaluation = torch.from_numpy(split_of(tables.read(tokens), "eval")).long().to(device)
        self.data = Data.of(self.lower, self.start, evaluation)
        self.statistics = Statistics.read(statistics)
        self.latents = Latents(features, min_activations) if features else None

    def features(
        self, directions: Directions, block: Mapping[str, Any], threshold: float | None
    ) -> Features:
        """The features of `directions` as a config block wants them.

        Args:
            directions: of one group.
            block: a `metrics.llc_…` block.
            threshold: in standard deviations of the projection; None: unthresholded.
        """
        if self.latents is not None:
            return self.latents.of(directions, self.data.base)
        vectors = torch.from_numpy(directions.vectors).to(self.device)
        std = torch.from_numpy(self.statistics.projection_std(directions.vectors)).to(vectors)
        if threshold is None:
            return Features(vectors, torch.zeros_like(std), "none")
        return Features(vectors, threshold * std, block["nonlinearity"])

    def dead(self, features: Features, threshold: float | None, key: str) -> list[bool]:
        """Whether each feature is zero on all data.

        Args:
            features: of one group.
            threshold: in standard deviations of the projection; None: unthresholded.
            key: of the config, for the sentence.

        Raises:
            LitmusError: the threshold silences all of two features or more.
        """
        found = silent(features, self.data.base)
        if threshold and len(found) > 1 and found.all():
            tokens = self.data.base.flatten(0, 1)
            peaks = torch.stack([(tokens @ v).max() for v in features.vectors])
            highest = threshold * (peaks / features.thresholds).max().item()
            raise LitmusError(
                f"{key}: found {threshold:g}, but none of {len(found)} directions' features is "
                f"ever so many standard deviations large; valid: below {highest:.3g}, which the "
                "largest of them reaches"
            )
        return found.tolist()

    def where(self, weights: str, key: str) -> Where:
        """Which parameters move, by devinterp's name for them.

        Raises:
            LitmusError: nothing below the hook has this name.
        """
        below = self.lower.layer
        return Where(*restrict(self.start, self.architecture, below, weights, key))

    def loss_of(
        self,
        variant: str,
        features: Features,
        settings: LLC,
        ids: Sequence[str],
        seed: int,
        flow_steps: int = 1,
    ) -> LossOf:
        """The loss of chosen directions, `functional`, `behavioral` or `natural`."""

        def of(chosen: Tensor, chains: int) -> FunctionalLoss:
            fewer, named = replace(settings, chains=chains), [ids[i] for i in chosen]
            key = f"metrics.llc_{variant}.batch_size"
            batches = Minibatches(self.data, fewer, seed, named, key)
            if variant == "functional":
                return FunctionalLoss(self.lower, batches, features[chosen])
            return PatchedLoss(
                self.lower, self.upper, batches, features[chosen], variant, flow_steps
            )

        return of


def settings_of(block: Mapping[str, Any], found: Mapping[str, float]) -> LLC:
    """A config block's settings, with those `found` by calibration in place of `calibrated`."""
    names = LLC.__dataclass_fields__
    return LLC(**{**{k: v for k, v in block.items() if k in names}, **found})
