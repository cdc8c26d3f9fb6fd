"""FT-LLC against devinterp's own sampler on the same loss."""

import math
from dataclasses import replace

import numpy as np
import pytest
from devinterp.optim import SGMCMC
from devinterp.slt.sampler import sample_single_chain
from devinterp.slt.weight_restrictions import create_param_masks

import tiny
from litmus import feature
from litmus.metrics.llc.estimate import Where
from litmus.restriction import restrict
from litmus.subject.adapter import Subject
from tiny_llc import ARCHITECTURE, DATA, LOWER, SETTINGS, START, VECTORS, WEIGHTS, features, run

CHAINS = 4  # of devinterp's, which run one after the other
TOKENS, THRESHOLD = DATA.tokens, 0.3
OURS = dict(chains=24, steps=65, burn_in=20, batch_size=8, stack=24, wave=24)
# Steps for which chains forget their start in a few dozen, and whose λ̂ is far from zero.
CHAIN = {
    "functional": dict(learning_rate=4e-5, n_beta=200.0, localization=5e3),
    "behavioral": dict(learning_rate=4e-5, n_beta=2000.0, localization=5e3),
}


class Theirs:
    """devinterp's chains on the loss of direction 0, through a HookedTransformer."""

    def __init__(self, variant, form):
        self.settings = replace(SETTINGS, **OURS, **CHAIN[variant])
        self.evaluate = getattr(self, variant)
        self.subject = Subject(ARCHITECTURE, WEIGHTS, tiny.HOOK)
        wanted = features(form, THRESHOLD)
        self.vector = VECTORS[0]
        self.f = lambda a: feature.value(a @ self.vector, wanted.thresholds[0], form)
        self.clean = self.subject.lower(TOKENS)
        self.logs = self.subject.upper(self.clean).log_softmax(-1)

    def functional(self, model, batch):
        """log(1 + L), stopped at the hook, as devinterp wants it."""
        a = model(batch["input_ids"], stop_at_layer=self.subject.layer)
        squares = (self.f(a) - self.f(self.clean[batch["row"]])).square()
        return squares.sum(1).mean().log1p()[None], {}

    def behavioral(self, model, batch):
        """log(1 + L): the trained model on the same tokens, with a hook that adds (f − f₀)·v."""
        f = self.f(model(batch["input_ids"], stop_at_layer=self.subject.layer))

        def add(activation, hook):
            return activation + (f - self.f(activation)).unsqueeze(-1) * self.vector

        hooks = [(tiny.HOOK, add)]
        patched = self.subject.model.run_with_hooks(batch["input_ids"], fwd_hooks=hooks)
        theirs, base = patched.log_softmax(-1), self.logs[batch["row"]]
        return (base.exp() * (base - theirs)).sum((1, 2)).mean().log1p()[None], {}

    def losses(self, seed, steps, masks):
        """The losses of one chain that samples the parameters with these names and masks."""
        chained = Subject(ARCHITECTURE, WEIGHTS, tiny.HOOK).model.requires_grad_(True)
        seen, settings = [], self.settings
        random, size = np.random.default_rng(seed), settings.batch_size
        rows = [random.choice(len(TOKENS), size, replace=False) for _ in range(steps)]
        data = [{"input_ids": TOKENS[row], "row": row} for row in np.concatenate(rows)]
        sample_single_chain(
            chained,
            data,
            self.evaluate,
            masks,
            num_draws=steps,
            sampling_method=SGMCMC.sgld,
            sampling_method_kwargs=dict(
                lr=settings.learning_rate,
                nbeta=settings.n_beta,
                localization=settings.localization,
            ),
            seed=seed,
            batch_size=size,
            shuffle=False,
            epoch_mode="once",
            callbacks=[lambda loss, **_: seen.append(loss.item())],
        )
        return seen

    def means(self, masks):
        """The mean loss of each chain's draws."""
        steps, burn_in = self.settings.steps, self.settings.burn_in
        return [np.mean(self.losses(seed, steps, masks)[burn_in:]) for seed in range(CHAINS)]

    def below(self):
        """No mask for any parameter below the hook."""
        return dict.fromkeys(self.subject.parameters_below())


def ours(variant, form, where=None):
    """The mean loss of each of our chains' draws, on direction 0."""
    found = run([0], features(form, THRESHOLD), variant, where, **OURS, **CHAIN[variant])
    means = found.traces.loss[0, :, OURS["burn_in"] :].mean(1).numpy()
    assert found.scores.value[0] == pytest.approx(CHAIN[variant]["n_beta"] * means.mean())
    return means


def assert_agree(one, other):
    """λ̂ within three standard errors of the difference, which are small beside the value.

    Of a chain's spread both know the same, and the two dozen know it better than the four.
    """
    error = one.std(ddof=1) * math.sqrt(1 / len(one) + 1 / len(other))
    assert error < 0.1 * one.mean(), "too blunt to tell"
    assert abs(one.mean() - np.mean(other)) < 3 * error


@pytest.mark.parametrize("variant, form", [("functional", "hard"), ("behavioral", "none")])
def test_the_estimate_is_devinterps(variant, form):
    """λ̂ of the same loss, other random numbers."""
    theirs = Theirs(variant, form)
    assert_agree(ours(variant, form), theirs.means(theirs.below()))


@pytest.mark.parametrize("name", ["l0 attn", "l0h1"])
def test_a_restricted_estimate_is_devinterps(name):
    """Where devinterp's own masks let only these weights move; λ̂ is another than with all."""
    variant, form = "functional", "none"
    theirs = Theirs(variant, form)
    where = Where(*restrict(START, ARCHITECTURE, LOWER.layer, name, "weights"))
    found = ours(variant, form, where)
    assert_agree(found, theirs.means(create_param_masks(theirs.subject.model, name)))
    assert found.mean() < 0.5 * ours(variant, form).mean()


def test_devinterp_leaves_the_parameters_above_the_hook_alone():
    """They get no gradient and so no noise: sampling all parameters is sampling those below."""
    theirs = Theirs("functional", "hard")
    every = dict.fromkeys(dict(theirs.subject.model.named_parameters()))
    below = dict.fromkeys(name for name in every if name in theirs.below())
    assert len(below) < len(every)
    assert theirs.losses(0, 5, every) == theirs.losses(0, 5, below)
