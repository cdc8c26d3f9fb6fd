"""A subject with random weights, whose values speed does not depend on; its data and settings."""

from dataclasses import replace
from pathlib import Path

import torch
import yaml

from litmus.features import Features
from litmus.metrics.llc.data import Data, Minibatches
from litmus.metrics.llc.estimate import LossOf
from litmus.metrics.llc.functional import FunctionalLoss
from litmus.metrics.llc.laboratory import settings_of
from litmus.metrics.llc.patched import PatchedLoss
from litmus.metrics.llc.settings import LLC
from litmus.stacked import StackedLower
from litmus.subject import adapter
from litmus.subject.adapter import Subject
from litmus.subject.checkpoint import Architecture
from litmus.upper import Upper

ROOT = Path(__file__).resolve().parent.parent
CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
GPT2_SMALL = dict(layers=12, width=768, heads=12, mlp_width=3072, vocabulary=50257)


class Bench:
    """Subject, halves, data and settings: the embedded default's, or GPT-2-small's shape.

    Args:
        device: where it runs.
        gpt2: whether it has GPT-2-small's shape, hook at layer 9, 32 sequences a step.
        directions: how many unit vectors are drawn.
    """

    def __init__(
        self, device: torch.device | str = "cpu", gpt2: bool = False, directions: int = 1024
    ) -> None:
        model, corpus = CONFIG["model"], CONFIG["corpus"]
        embedded = dict(
            layers=model["layers"],
            width=model["width"],
            heads=model["heads"],
            mlp_width=model["mlp_width"],
            vocabulary=corpus["vocabulary"],
        )
        shape = Architecture(**(GPT2_SMALL if gpt2 else embedded), context=corpus["context"])
        fresh = adapter.build(shape, 0)
        self.architecture, weights = adapter.folded(fresh, shape)
        self.device = torch.device(device)
        self.weights = {name: value.to(device) for name, value in weights.items()}
        self.hook = "blocks.9.hook_resid_pre" if gpt2 else CONFIG["hook"]
        self.subject = Subject(self.architecture, weights, self.hook, device)
        self.lower = StackedLower(self.architecture, self.hook)
        self.upper = Upper(self.architecture, self.hook, self.weights)
        self.start = self.lower.pack(self.weights)
        source = torch.Generator().manual_seed(0)
        drawn = torch.randint(shape.vocabulary, (512, shape.context), generator=source)
        self.tokens = drawn.to(device)
        vectors = torch.randn(directions, shape.width, generator=source)
        self.vectors = torch.nn.functional.normalize(vectors, dim=1).to(device)
        self.data = Data.of(self.lower, self.start, self.tokens)
        self.std = (self.data.base @ self.vectors.T).flatten(0, 1).std(0)
        self.llc = settings_of(CONFIG["metrics"]["llc_functional"], {})
        if gpt2:
            self.llc = replace(self.llc, batch_size=32, chains=1)
        self.sensitivity = CONFIG["metrics"]["weight_sensitivity"]

    def chains(self, **changes: int) -> LLC:
        """The default's sampler settings with changes, such as fewer steps."""
        return replace(self.llc, **changes)

    def features(self, variant: str, directions: int) -> Features:
        """The first `directions` features: thresholded at 1σ where functional, else linear."""
        vectors, std = self.vectors[:directions], self.std[:directions]
        return Features(vectors, std, "hard" if variant == "functional" else "none")

    def loss_of(self, variant: str, directions: int, settings: LLC) -> LossOf:
        """The loss of the first `directions` features."""
        features = self.features(variant, directions)

        def of(chosen: torch.Tensor, chains: int) -> FunctionalLoss:
            named = [str(int(i)) for i in chosen]
            batches = Minibatches(self.data, replace(settings, chains=chains), 0, named)
            if variant == "functional":
                return FunctionalLoss(self.lower, batches, features[chosen])
            return PatchedLoss(self.lower, self.upper, batches, features[chosen], "behavioral")

        return of
