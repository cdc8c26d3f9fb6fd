"""Subjects so small that a test of them takes milliseconds."""

import torch

from litmus.subject import adapter
from litmus.subject.checkpoint import Architecture

LAYERS, CONTEXT, VOCABULARY = 3, 6, 11
HOOK = "blocks.2.hook_resid_pre"


def subject(processing="none", seed=0, **changes):
    """Architecture and weights of a subject none of whose weights is at its initial value.

    With processing `folded`, as in the config, LayerNorm is folded into the weights after it.
    """
    shape = dict(layers=LAYERS, width=8, heads=2, mlp_width=12)
    shape |= dict(context=CONTEXT, vocabulary=VOCABULARY, **changes)
    architecture = Architecture(**shape)
    model = adapter.build(architecture, seed)
    model.load_state_dict(moved(adapter.weights(model), 0.3, seed), strict=False)
    if processing == "folded":
        return adapter.folded(model, architecture)
    return architecture, adapter.weights(model)


def moved(weights, scale, seed):
    """The weights with Gaussian noise of this scale added to each."""
    stream = torch.Generator().manual_seed(seed)
    return {
        name: value + scale * torch.randn(value.shape, generator=stream)
        for name, value in weights.items()
    }


def tokens(*shape, seed=0):
    """Random token ids, int64, of this shape."""
    return torch.randint(VOCABULARY, shape, generator=torch.Generator().manual_seed(seed))
