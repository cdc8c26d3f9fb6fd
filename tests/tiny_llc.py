"""A tiny subject cut at its hook, features on it, and chains short enough for a test."""

from dataclasses import replace

import torch

import tiny
from litmus.features import Features, silent
from litmus.metrics.llc.data import Data, Minibatches
from litmus.metrics.llc.estimate import Where, score
from litmus.metrics.llc.functional import FunctionalLoss
from litmus.metrics.llc.patched import PatchedLoss
from litmus.metrics.llc.settings import LLC
from litmus.stacked import StackedLower
from litmus.upper import Upper

SETTINGS = LLC(
    reduction="sum",
    robust=True,
    sampler="sgld",
    learning_rate=1e-4,
    n_beta=100.0,
    localization=2e3,
    chains=2,
    steps=14,
    burn_in=6,
    draw_every=1,
    batch_size=6,
    random_numbers="shared",
    stack=8,
    wave=4,
    max_rhat=10.0,
    min_ess=0.0,
    max_drift=10.0,
    max_unreached=1.0,
)
TOKENS = tiny.tokens(20, tiny.CONTEXT, seed=4)
ARCHITECTURE, WEIGHTS = tiny.subject("folded")
LOWER = StackedLower(ARCHITECTURE, tiny.HOOK)
UPPER = Upper(ARCHITECTURE, tiny.HOOK, WEIGHTS)
START = LOWER.pack(WEIGHTS)
DATA = Data.of(LOWER, START, TOKENS)
VECTORS = torch.nn.functional.normalize(
    torch.randn(5, 8, generator=torch.Generator().manual_seed(0)), dim=1
)
STD = (DATA.base @ VECTORS.T).flatten(0, 1).std(0, correction=0)
IDS = [f"sae/{i:05d}" for i in range(5)]


def features(nonlinearity="hard", threshold=0.5, **changes):
    """Five features; `changes` replace fields of them."""
    return replace(Features(VECTORS, threshold * STD, nonlinearity), **changes)


def double(parameters):
    """The same in float64."""
    return {name: value.double() for name, value in parameters.items()}


def laboratory(variant, wanted, settings, ids=IDS, data=DATA, seed=7, lower=LOWER, upper=UPPER):
    """`loss_of` for `score`, as the workflow's laboratory makes it."""

    def of(chosen, chains):
        named = [ids[i] for i in chosen]
        batches = Minibatches(data, replace(settings, chains=chains), seed, named)
        if variant == "functional":
            return FunctionalLoss(lower, batches, wanted[chosen])
        return PatchedLoss(lower, upper, batches, wanted[chosen], variant)

    return of


def run(
    chosen=(0, 1, 2, 3, 4),
    wanted=None,
    variant="functional",
    where=None,
    seed=7,
    ids=IDS,
    after_step=lambda directions: None,
    **changes,
):
    """`score` of the chosen directions; the behavioral and natural ones are linear."""
    settings, places = replace(SETTINGS, **changes), torch.tensor(list(chosen))
    if wanted is None:
        wanted = features("hard" if variant == "functional" else "none")
    wanted, ids = wanted[places], [ids[i] for i in chosen]
    return score(
        laboratory(variant, wanted, settings, ids, seed=seed),
        where or Where(START),
        ids,
        silent(wanted, DATA.base).tolist(),
        settings,
        seed,
        after_step,
    )
