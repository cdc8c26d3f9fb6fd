"""A tiny subject's ablations, by the library and by hooks on the whole model."""

import numpy as np
import torch

import tiny
from litmus.activations.cache import Block
from litmus.metrics.ablation.effect import effects_of
from litmus.metrics.ablation.measure import effects, measure
from litmus.metrics.ablation.settings import Ablation, Variant
from litmus.subject.adapter import Subject

N, COUNT = 24, 5
CPU = torch.device("cpu")
DEFAULTS = dict(
    kinds=["mean", "zero"],
    effects=["kl", "sparsity"],
    strongest=[1, 4, "all"],
    sparsity="logits",
    tokens="all",
    sequences=10,
    batch_tokens=30,
)


class Setting:
    """A tiny subject, its cached activations in two blocks, and a few directions.

    In float64: an effect is a small difference between large numbers.
    """

    def __init__(self, **changes):
        self.settings = Ablation(**{**DEFAULTS, **changes})
        self.architecture, weights = tiny.subject("folded")
        self.subject = Subject(self.architecture, weights, tiny.HOOK)
        self.subject.model.double().cfg.dtype = torch.float64
        self.weights = {name: value.double() for name, value in weights.items()}
        self.tokens = tiny.tokens(N, tiny.CONTEXT)
        self.activations = self.subject.lower(self.tokens)
        parts = zip(self.tokens.split(16), self.activations.split(16), strict=True)
        self.blocks = [Block(t.numpy(), a.numpy()) for t, a in parts]
        drawn = torch.randn(COUNT, 8, generator=torch.Generator().manual_seed(1)).double()
        self.vectors = torch.nn.functional.normalize(drawn, dim=1)
        flat = (self.activations @ self.vectors.T).flatten(0, 1)
        self.mean, self.std = flat.mean(0), flat.std(0)
        self.measures = effects_of(self.architecture, tiny.HOOK, self.weights, self.settings)
        self.variants = {
            f"{kind} {effect} {k}": Variant(kind, effect, k)
            for kind in self.settings.kinds
            for effect in self.settings.effects
            for k in self.settings.strongest
        }

    def every(self):
        """All effects: (kinds, effects, sequences, n)."""
        wanted = np.ones((N, COUNT), bool)
        return effects(self.measures, self.blocks, self.vectors, self.mean, wanted)

    def scores(self, some=slice(None), std=None, seed=0):
        """The scores of some of the directions."""
        return measure(
            self.measures, lambda: self.blocks, self.vectors[some].numpy(),
            self.mean[some].numpy(), self.std[some].numpy() if std is None else std,
            self.variants, seed, CPU,
        )  # fmt: skip

    def hooked(self, positions):
        """Logits by a hook on the whole model: (kinds, n, sequences, position, vocabulary)."""
        rows = []
        for targets in (self.mean, 0 * self.mean):
            for vector, target in zip(self.vectors, targets, strict=True):

                def hook(activation, hook, v=vector, c=target):
                    activation = activation.clone()
                    for place in positions:
                        a = activation[:, place]
                        activation[:, place] = a - torch.outer(a @ v, v) + c * v
                    return activation

                hooks = [(tiny.HOOK, hook)]
                rows.append(self.subject.model.run_with_hooks(self.tokens, fwd_hooks=hooks))
        return torch.stack(rows).unflatten(0, (2, COUNT))
