"""One setting of the chains, tried and measured by what its chains do.

Beside each chain runs a blind one, with nβ = 0 and the same noise and minibatches: what the pull
alone gives at the same steps. It needs no gradient, for the loss has no say in it. From the draws
of both:

- diverged, converged: how many directions are, by the block's own limits;
- drift of the loss averaged over directions, which is surer than that of any one;
- information (blind − chain)/E|blind|, averaged over directions: how far the loss lies below what
  the pull alone gives. An exact sampler has E[blind] ≥ E[chain], for ∂E[L]/∂nβ = −Var(L) whatever
  L's sign. Noise of the minibatches' gradients, multiplied by nβ, heats the chain and can turn this
  round, unseen by R-hat. With the same noise in both, the difference has a small error;
- step ε·(nβ·h + γ) at the draws, the median over directions. There the curvature of log(1 + L) is
  at most h/(1 + L), for L's own largest curvature h. What the steepest direction in weight space
  adds to λ̂ is 1/(1 − step/4) times too large, what the others add less;
- effective draws a step of a chain, burn-in included.

The natural loss may be negative. Information is then in units of E|blind|, and may exceed 1.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from litmus.metrics.llc.estimate import LossOf, Where, score
from litmus.metrics.llc.functional import FunctionalLoss
from litmus.metrics.llc.settings import LLC
from litmus.sampling.diagnostics import draws, judge
from litmus.sampling.sampler import sampler
from litmus.stacked import Parameters


class Measured(NamedTuple):
    """One setting's health, over the directions that are not dead."""

    directions: int
    """How many there are."""
    diverged: int
    """How many of them diverged; what follows is of the others."""
    converged: int
    """How many are `ok`."""
    rhat: float
    """The largest split R-hat."""
    ess_per_step: float
    """Median effective draws of a step of a chain; more than one a draw counts as one."""
    drift: float
    """Of the average over directions, in standard deviations of its draws."""
    drift_error: float
    """Standard error of a drift around zero, 2/√ess."""
    loss: float
    """Mean of the loss that is sampled."""
    blind: float
    """Mean of the same loss along the blind chains."""
    information: float
    """How far below the blind chains' loss the chains' is, as a share of it."""
    information_error: float
    """Its Monte-Carlo error."""
    step: float
    """Median ε·(nβ·h + γ) at the draws."""
    memory: float
    """Share of the blind chain's stationary variance that the first draw still lacks; at least so
    much for rmsprop_sgld, whose steps may be smaller than is assumed."""


UNKNOWN = Measured(0, 0, 0, *[np.nan] * 10)


def measure(
    loss_of: LossOf,
    where: Where,
    ids: Sequence[str],
    dead: Sequence[bool],
    settings: LLC,
    seed: int,
    after_step: Callable[[int], None] = lambda directions: None,
) -> Measured:
    """Run one setting, chains and blind chains, and measure its health.

    Args:
        loss_of: the loss of chosen directions.
        where: which weights move.
        ids: of the directions.
        dead: whether each direction's feature never fires; those do not count.
        settings: the setting's, and all else of the block.
        seed: of noise and minibatches.
        after_step: called after every step of chains and of blind ones, with how many took it.
    """
    found = score(loss_of, where, ids, dead, settings, seed, after_step)
    still = blind(loss_of, where, ids, dead, settings, seed, after_step)
    kept = [
        draws(trace.numpy(), settings.burn_in, settings.draw_every)
        for trace in (found.traces.loss, still)
    ]
    alive = ~np.asarray(dead)
    statuses = np.array(found.scores.status)
    counted = UNKNOWN._replace(
        directions=int(alive.sum()),
        diverged=int((statuses[alive] == "diverged").sum()),
        converged=int((statuses[alive] == "ok").sum()),
    )
    sound = alive & (statuses != "diverged") & np.isfinite(kept[1]).all((1, 2))
    sound &= np.abs(kept[1]).max((1, 2)) > 0
    if not sound.any():
        return counted
    chain, alone = (draw[sound] for draw in kept)
    scale = np.abs(alone).mean((1, 2), keepdims=True)
    # Directions share their noise, so their average has the error that its own draws tell.
    average = judge((chain / scale).mean(0), np.inf)
    gap = judge(((alone - chain) / scale).mean(0), np.inf)
    health = [each for each, good in zip(found.health, sound, strict=True) if good]
    ess = np.median([min(each.ess, chain[0].size) for each in health])
    rule = sampler(settings.sampler, settings.learning_rate, settings.n_beta, settings.localization)
    pull = rule.learning_rate * rule.largest_gain * rule.localization
    tamed = np.exp(-np.abs(chain)).mean((1, 2)) if settings.robust else 1.0
    return counted._replace(
        rhat=max(each.rhat for each in health),
        ess_per_step=ess / (settings.chains * settings.steps),
        drift=average.drift,
        drift_error=2 / np.sqrt(average.ess),
        loss=chain.mean(),
        blind=alone.mean(),
        information=gap.mean,
        information_error=gap.standard_error,
        step=np.median(pull + (found.stiffness[sound] - pull) * tamed),
        memory=(1 - pull / 2) ** (2 * settings.burn_in),
    )


def blind(
    loss_of: LossOf,
    where: Where,
    ids: Sequence[str],
    dead: Sequence[bool],
    settings: LLC,
    seed: int,
    after_step: Callable[[int], None] = lambda directions: None,
) -> Tensor:
    """The loss along chains on which it has no say, nβ = 0: (directions, chains, steps), float64.

    Noise and minibatches are those of the chains of `settings`. rmsprop_sgld's step sizes follow
    the gradients still.
    """

    def of(chosen: Tensor, count: int) -> Unfelt:
        return Unfelt(loss_of(chosen, count))

    unfelt = of if settings.sampler == "sgld" else loss_of
    alone = replace(settings, n_beta=0.0)
    run = score(unfelt, where, ids, dead, alone, seed, after_step, curved=False)
    return run.traces.loss


class Unfelt:
    """A loss with gradient zero, at the cost of none."""

    def __init__(self, loss: FunctionalLoss) -> None:
        self.loss = loss

    def __call__(self, parameters: Parameters, step: int) -> Tensor:
        """The loss's value."""
        with torch.no_grad():
            value = self.loss(parameters, step)
        # Autograd wants a path from every parameter.
        return value + sum(0 * each.flatten(1)[:, 0] for each in parameters.values())

    def unreached(self) -> Tensor:
        """The loss's."""
        return self.loss.unreached()
