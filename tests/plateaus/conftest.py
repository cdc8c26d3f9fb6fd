"""A laboratory on a tiny subject, with a made-up dictionary."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import tiny
from litmus.activations.statistics import Accumulator
from litmus.last_position import FINAL, LastPosition
from litmus.metrics.plateau.bases import activations
from litmus.plateaus.adjusted import Codes
from litmus.plateaus.laboratory import Laboratory

BLOCK = {
    "threshold": 0.02,
    "steps": 12,
    "tolerance": 1e-3,
    "lines": 3,
    "features": 2,
    "resolution": 7,
    "edge": 5,
    "mixing": [0.1, 0.3],
    "neighbours": 2,
    "base_kinds": ["real", "random", "isotropic", "sae_removed", "sae_added"],
    "direction_kinds": ["random", "real_other", "difference", "sae_active", "sae_active_minus"],
}


@pytest.fixture(scope="session")
def laboratory():
    """Six bases of five tokens, forty references, twenty features."""
    architecture, weights = tiny.subject("folded")
    tokens = tiny.tokens(46, 5).numpy()
    seen = activations(architecture, weights, tiny.HOOK, tokens, 100, torch.device("cpu"))
    moments = Accumulator(architecture.width)
    moments.add(seen[6:, -1].numpy())
    drawn = np.random.default_rng(0)
    codes = Codes(
        drawn.uniform(0, 1, (6, 20)) * (drawn.random((6, 20)) < 0.4),
        drawn.standard_normal((20, architecture.width)),
        drawn.uniform(0.2, 1, 20),
    )
    found = Laboratory(
        LastPosition(architecture, tiny.HOOK, FINAL, weights, 64),
        seen[:6],
        seen[6:, -1].double().numpy(),
        moments.statistics(),
        None,
        True,
        0,
    )
    return replace(found, codes=codes)


@pytest.fixture
def block():
    """The experiments' keys, small."""
    return dict(BLOCK)
