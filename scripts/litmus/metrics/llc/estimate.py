"""Run the chains of many directions and judge them."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from litmus.memory import within_memory
from litmus.metrics.llc import held
from litmus.metrics.llc.settings import LLC
from litmus.metrics.scores import Scores
from litmus.sampling import chains
from litmus.sampling.curvature import stiffness, top_curvature
from litmus.sampling.diagnostics import Health, Limits, judge_all
from litmus.sampling.sampler import Sampler, sampler
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
    after_step: Callable[[int], None] = lambda directions: None,
    *,
    curved: bool = True,
    key: str = "stack",
) -> Estimates:
    """λ̂ of each direction.

    `settings.stack` chains run at once, or as many as fit into memory; a direction's result does
    not depend on which others run beside it. Status: `dead` where the feature is zero on all data;
    `diverged` where a chain is not finite (no value); `unreached` where the intervention missed too
    many tokens; `not_converged` where chains or halves disagree or too few draws are effective.

    Args:
        loss_of: the loss of chosen directions.
        where: which weights move.
        ids: of the directions.
        dead: whether each direction's feature never fires.
        settings: of loss, sampler and judgement.
        seed: of noise and minibatches.
        after_step: called after every step with the number of directions that took it; less than
            none where memory ran out and steps are done again.
        curved: whether to look for the largest curvature; without it stiffness is unknown.
        key: of the config, for the sentence where memory runs out.
    """
    rule = sampler(
        settings.sampler,
        settings.learning_rate,
        settings.n_beta,
        settings.localization,
        adapt_steps=max(1, settings.burn_in // 2),
    )
    runner = _Runner(loss_of, where, rule, ids, settings, seed, after_step, curved)
    one, _ = within_memory(1, runner.measured, key, "directions")
    at_once = held.at_once(one, settings, next(iter(where.moving.values())).device)
    if at_once.stack < min(len(ids), settings.stack // settings.chains):
        print(
            f"[memory] {key}: {at_once.stack} directions at once fit", file=sys.stderr, flush=True
        )
    blocks: list[_Block] = []
    first, size = 0, at_once.stack
    while first < len(ids):
        run = partial(runner.block, first, at_once.wave)
        block, size = within_memory(min(size, len(ids) - first), run, key, "directions")
        blocks.append(block)
        first += size
    runs, missed, curvatures = zip(*blocks, strict=True)
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


class _Block(NamedTuple):
    """Some directions' chains, and what else is known of them."""

    traces: chains.Traces
    unreached: Tensor
    curvature: Tensor


@dataclass(frozen=True)
class _Runner:
    """Runs some directions at a time; the fields are `score`'s."""

    loss_of: LossOf
    where: Where
    rule: Sampler
    ids: Sequence[str]
    settings: LLC
    seed: int
    after_step: Callable[[int], None]
    curved: bool

    def measured(self, count: int) -> held.Chain:
        """What a chain of the first direction holds."""
        loss = self.where.whole(self.loss_of(torch.arange(count), self.settings.chains))
        return held.measured(loss, self.where.moving, self.settings)

    def block(self, first: int, of_wave: int, count: int) -> _Block:
        """`count` directions from `first` on, as many in a wave as `of_wave` at most."""
        chosen, settings = torch.arange(first, first + count), self.settings
        shares = chosen.split(-(-count // -(-count // of_wave)))
        losses = [self.loss_of(some, settings.chains) for some in shares]
        told = 0

        def after_step() -> None:
            nonlocal told
            told += count
            self.after_step(count)

        try:
            traces = chains.run(
                [self.where.whole(loss) for loss in losses],
                self.where.moving,
                self.rule,
                count,
                settings.chains,
                settings.steps,
                self.seed,
                after_step,
                masks=self.where.masks,
                random_numbers=settings.random_numbers,
                ids=[self.ids[i] for i in chosen],
            )
            curvature = torch.cat([self._curvature(some) for some in shares])
        except BaseException:
            self.after_step(-told)  # where they are done again
            raise
        return _Block(traces, torch.cat([loss.unreached() for loss in losses]), curvature)

    def _curvature(self, some: Tensor) -> Tensor:
        if not self.curved:
            return torch.full((len(some),), torch.nan)
        alone = self.where.whole(self.loss_of(some, 1))
        return top_curvature(
            alone, self.where.moving, len(some), POWER_ITERATIONS, self.seed, masks=self.where.masks
        ).value[:, 0]


def _status(status: str, dead: bool, unreached: bool) -> str:
    """The first that applies: nothing to estimate, no estimate, another quantity, a poor one."""
    if dead:
        return "dead"
    return "unreached" if unreached and status != "diverged" else status
