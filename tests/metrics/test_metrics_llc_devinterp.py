"""Functional FT-LLC against devinterp's own sampler on the same loss."""

import math
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from devinterp.optim import SGMCMC
from devinterp.slt.sampler import sample_single_chain

import tiny
from litmus import feature
from litmus.metrics.llc_functional import LLC, base_activations, score
from litmus.stacked import StackedLower
from litmus.subject.adapter import Subject

SETTINGS = LLC(
    threshold=0.3,
    nonlinearity="hard",
    reduction="sum",
    robust=True,
    learning_rate=4e-5,
    n_beta=200.0,
    localization=5e3,
    chains=24,
    steps=110,
    burn_in=30,
    batch_size=8,
    max_rhat=1.2,
    stack=48,
)
CHAINS = 5  # of devinterp's, which run one after the other
TOKENS = tiny.tokens(32, tiny.CONTEXT, seed=4)


class Theirs:
    """devinterp's chains on the functional loss of one direction."""

    def __init__(self, subject, vector, threshold, nonlinearity):
        self.subject = subject
        self.f = lambda a: feature.value(a @ vector, threshold, nonlinearity)
        self.still = self.f(subject.lower(TOKENS))

    def evaluate(self, model, batch):
        """log(1 + L), stopped at the hook, as devinterp wants it."""
        a = model(batch["input_ids"], stop_at_layer=self.subject.layer)
        squares = (self.f(a) - self.still[batch["row"]]).square()
        return squares.sum(1).mean().log1p()[None], {}

    def losses(self, seed, steps, names):
        """The losses of one chain that samples the parameters of these names."""
        self.subject.model.requires_grad_(True)
        seen = []
        random, size = np.random.default_rng(seed), SETTINGS.batch_size
        rows = [random.choice(len(TOKENS), size, replace=False) for _ in range(SETTINGS.steps)]
        data = [{"input_ids": TOKENS[row], "row": row} for row in np.concatenate(rows)]
        sample_single_chain(
            self.subject.model,
            data,
            self.evaluate,
            dict.fromkeys(names),
            num_draws=steps,
            sampling_method=SGMCMC.sgld,
            sampling_method_kwargs=dict(
                lr=SETTINGS.learning_rate,
                nbeta=SETTINGS.n_beta,
                localization=SETTINGS.localization,
            ),
            seed=seed,
            batch_size=SETTINGS.batch_size,
            shuffle=False,
            epoch_mode="once",
            callbacks=[lambda loss, **_: seen.append(loss.item())],
        )
        return seen


def samplers(nonlinearity):
    """A tiny subject, and both samplers of one direction's functional loss."""
    architecture, weights = tiny.subject("folded")
    subject = Subject(architecture, weights, tiny.HOOK)
    lower = StackedLower(architecture, tiny.HOOK)
    vector = torch.randn(8, generator=torch.Generator().manual_seed(0))
    vector /= vector.norm()
    start = lower.pack(weights)
    std = (base_activations(lower, start, TOKENS) @ vector).std()
    settings = replace(SETTINGS, nonlinearity=nonlinearity)
    ours = partial(score, lower, start, TOKENS, vector[None], std[None], settings, 7)
    return ours, Theirs(subject, vector, SETTINGS.threshold * std, nonlinearity)


@pytest.mark.parametrize("nonlinearity", ["hard", "none"])
def test_the_estimate_is_devinterps(nonlinearity):
    """λ̂ agrees within three combined standard errors, which are small beside its value."""
    ours, theirs = samplers(nonlinearity)
    scores, _ = ours()
    below = theirs.subject.parameters_below()
    means = [
        np.mean(theirs.losses(seed, SETTINGS.steps, below)[SETTINGS.burn_in :])
        for seed in range(CHAINS)
    ]
    value = SETTINGS.n_beta * np.mean(means)
    error = SETTINGS.n_beta * np.std(means, ddof=1) / math.sqrt(CHAINS)
    assert scores.status == ["ok"]
    assert max(error, scores.standard_error[0]) < 0.08 * value, "too blunt to tell"
    assert abs(scores.value[0] - value) < 3 * math.hypot(error, scores.standard_error[0])


def test_devinterp_leaves_the_parameters_above_the_hook_alone():
    """They get no gradient and so no noise: sampling all parameters is sampling those below."""
    _, theirs = samplers("hard")
    every = dict(theirs.subject.model.named_parameters())
    below = [name for name in every if name in theirs.subject.parameters_below()]
    assert len(below) < len(every)
    assert theirs.losses(0, 5, every) == theirs.losses(0, 5, below)
