"""The embedded default's shapes with random weights: speed does not depend on their values."""

from dataclasses import replace
from pathlib import Path

import torch
import yaml

from litmus.metrics.llc_functional import LLC
from litmus.stacked import StackedLower
from litmus.subject import adapter
from litmus.subject.adapter import Subject
from litmus.subject.checkpoint import Architecture

ROOT = Path(__file__).resolve().parent.parent


class Embedded:
    """Subject, stacked lower half, data and settings of the embedded default."""

    def __init__(self) -> None:
        config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
        model, corpus = config["model"], config["corpus"]
        shape = Architecture(
            layers=model["layers"],
            width=model["width"],
            heads=model["heads"],
            mlp_width=model["mlp_width"],
            context=corpus["context"],
            vocabulary=corpus["vocabulary"],
        )
        fresh = adapter.build(shape, 0)
        self.architecture, self.weights = adapter.folded(fresh, shape)
        self.hook = config["hook"]
        self.subject = Subject(self.architecture, self.weights, self.hook)
        self.lower = StackedLower(self.architecture, self.hook)
        self.start = self.lower.pack(self.weights)
        source = torch.Generator().manual_seed(0)
        self.tokens = torch.randint(shape.vocabulary, (512, shape.context), generator=source)
        self.vectors = torch.nn.functional.normalize(
            torch.randn(1024, shape.width, generator=source), dim=1
        )
        with torch.no_grad():
            self.std = (self.subject.lower(self.tokens) @ self.vectors.T).flatten(0, 1).std(0)
        block = config["metrics"]["llc_functional"]
        self.llc = LLC(**{k: v for k, v in block.items() if k != "enabled"})
        self.sensitivity = config["metrics"]["weight_sensitivity"]

    def chains(self, **changes: int) -> LLC:
        """The default's sampler settings with changes, such as fewer steps."""
        return replace(self.llc, **changes)
