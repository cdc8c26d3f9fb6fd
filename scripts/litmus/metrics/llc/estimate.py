"""Run the chains of many directions and judge them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from litmus.metrics.llc.settings import LLC
from litmus.metrics.scores import Scores
from litmus.sampling import chains
from litmus.sampling.curvature import stiffness, top_curvature
from litmus.sampling.diagnostics import Health, Limits, judge_all
from litmus.sampling.sampler import sampler
from litmus.stacked import Parameters

# (the chosen directions' numbers, chains of each) → their loss.
LossOf = Callable[[Tensor, int], chains.Loss]
POWER_ITERATIONS = 8  # for the curvature: nine gradients of one chain


@dataclass(frozen=True)
class Where:
    """Which weights move, and θ₀ of all."""

    moving: Parameters
    """θ₀ of the parameters that move, packed."""
    fixed: Parameters = field(default_factory=dict)
    """θ₀ of those that stay as a whole."""
    masks: chains.Masks = field(default_factory=dict)
    """Which elements of the moving parameters move; absent: all."""

    def whole(self, loss: chains.Loss) -> chains.Loss:
        """`loss`, given the moving parameters only."""
        if not self.fixed:
            return loss

        def of_moving(parameters: Parameters, step: int) -> Tensor:
            stack = next(iter(parameters.values())).shape[0]
            still = {n: value.expand(stack, *value.shape) for n, value in self.fixed.items()}
            return loss({**still, **parameters}, step)

        return of_moving


class Estimates(NamedTuple):
    """λ̂ of n directions, and all that tells whether to believe it."""

    scores: Scores
    traces: chains.Traces
    health: list[Health]
    stiffness: np.ndarray
    """ε·(nβ·h + γ) for the largest curvature h found, (n,): chains are stable below 4."""
    unreached: np.ndarray
    """Share of the tokens whose feature moved that the intervention missed, (n,)."""


def score(
    loss_of: LossOf,
    where: Where,
    ids: Sequence[str],
    dead: Sequence[bool],
    settings: LLC,
    seed: int,
    after_step: Callable[[], None] = lambda: None,
) -> Estimates:
    """λ̂ of each direction.

    `settings.stack` chains run at once; a direction's result does not depend on which others run
    beside it. Status: `dead` where the feature is zero on all data; `diverged` where a chain is
    not finite (no value); `unreached` where the intervention missed too many tokens;
    `not_converged` where chains or halves disagree or too few draws are effective.

    Args:
        loss_of: the loss of chosen directions.
        where: which weights move.
        ids: of the directions.
        dead: whether each direction's feature never fires.
        settings: of loss, sampler and judgement.
        seed: of noise and minibatches.
        after_step: called after every step of every block of directions.
    """
    rule = sampler(
        settings.sampler,
        settings.learning_rate,
        settings.n_beta,
        settings.localization,
        adapt_steps=max(1, settings.burn_in // 2),
    )
    runs, curvatures, missed = [], [], []
    for chosen in torch.arange(len(ids)).split(max(1, settings.stack // settings.chains)):
        waves = -(-len(chosen) // max(1, settings.wave // settings.chains))
        losses = [loss_of(some, settings.chains) for some in chosen.split(-(-len(chosen) // waves))]
        runs.append(
            chains.run(
                [where.whole(loss) for loss in losses],
                where.moving,
                rule,
                len(chosen),
                settings.chains,
                settings.steps,
                seed,
                after_step,
                masks=where.masks,
                random_numbers=settings.random_numbers,
                ids=[ids[i] for i in chosen],
            )
        )
        missed += [loss.unreached() for loss in losses]
        alone = where.whole(loss_of(chosen, 1))
        curvatures.append(
            top_curvature(
                alone, where.moving, len(chosen), POWER_ITERATIONS, seed, masks=where.masks
            ).value[:, 0]
        )
    traces = chains.Traces(*(torch.cat(column) for column in zip(*runs, strict=True)))
    unreached = torch.cat(missed).numpy()
    limits = Limits(settings.max_rhat, settings.min_ess, settings.max_drift)
    health = judge_all(traces, limits, settings.burn_in, settings.draw_every)
    statuses = [
        _status(h.status, d, u > settings.max_unreached)
        for h, d, u in zip(health, dead, unreached, strict=True)
    ]
    scores = Scores(
        settings.n_beta * np.array([h.mean for h in health]),
        settings.n_beta * np.array([h.standard_error for h in health]),
        statuses,
    )
    stiff = stiffness(rule, torch.cat(curvatures)).numpy()
    return Estimates(scores, traces, health, stiff, unreached)


def _status(status: str, dead: bool, unreached: bool) -> str:
    """The first that applies: nothing to estimate, no estimate, another quantity, a poor one."""
    if dead:
        return "dead"
    return "unreached" if unreached and status != "diverged" else status
