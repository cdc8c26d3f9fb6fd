"""Functional FT-LLC: against devinterp, against the machine, and as the number grows."""

import statistics
from functools import partial

import torch
from devinterp.optim import SGMCMC
from devinterp.slt.sampler import sample_single_chain

from litmus import feature
from litmus.metrics.llc_functional import LLC, score
from pairs import Comparison, compare, timed
from subject import Embedded


def ours(given: Embedded, settings: LLC, directions: int) -> float:
    """Milliseconds a chain step of one direction, `directions` of them in one chunk."""
    seconds = timed(
        partial(
            score,
            given.lower,
            given.start,
            given.tokens,
            given.vectors[:directions],
            given.std[:directions],
            settings,
            0,
        )
    )
    return 1e3 * seconds / (directions * settings.chains * settings.steps)


def devinterps(given: Embedded, settings: LLC) -> float:
    """The same for devinterp, as its users can drive it best.

    Its own sampler on the loss of one direction, stopped at the hook, only the parameters below
    sampled, no observables, the values at θ₀ computed beforehand.
    """
    subject, vector = given.subject, given.vectors[0]
    threshold = settings.threshold * given.std[0]
    with torch.no_grad():
        still = feature.value(
            subject.lower(given.tokens) @ vector, threshold, settings.nonlinearity
        )

    def evaluate(model, batch):  # noqa: ANN001
        """log(1 + L)."""
        projection = model(batch["input_ids"], stop_at_layer=subject.layer) @ vector
        f = feature.value(projection, threshold, settings.nonlinearity)
        return (f - still[batch["row"]]).square().sum(1).mean().log1p()[None], {}

    subject.model.requires_grad_(True)
    data = [{"input_ids": tokens, "row": row} for row, tokens in enumerate(given.tokens)]
    seconds = timed(
        lambda: sample_single_chain(
            subject.model,
            data,
            evaluate,
            dict.fromkeys(subject.parameters_below()),
            num_draws=settings.steps,
            sampling_method=SGMCMC.sgld,
            sampling_method_kwargs=dict(
                lr=settings.learning_rate,
                nbeta=settings.n_beta,
                localization=settings.localization,
            ),
            seed=0,
            batch_size=settings.batch_size,
        )
    )
    subject.model.requires_grad_(False)
    return 1e3 * seconds / settings.steps


def against_devinterp(given: Embedded) -> Comparison:
    """Time of a chain step of one direction."""
    settings = given.chains(steps=40, burn_in=20)
    return compare(
        "llc_functional_vs_devinterp",
        "ms a direction's step",
        lambda: ours(given, settings, 16),
        lambda: devinterps(given, given.chains(steps=120, burn_in=20)),
    )


def arithmetic(given: Embedded, settings: LLC) -> float:
    """Floating-point operations of the matrix products in one direction's chain step.

    Forward, and twice that backward; the last block's W_out is one product with a vector.
    """
    a, layers = given.architecture, given.lower.layer
    tokens = settings.batch_size * a.context
    weights = layers * (4 * a.width**2 + 2 * a.width * a.mlp_width) - a.width * a.mlp_width
    attention = layers * 2 * a.context * a.width
    return 3 * 2 * tokens * (weights + attention)


def matrix_rate(given: Embedded, settings: LLC) -> float:
    """GFLOP/s of the batched product of the hidden layer's shape, the largest of a step."""
    a = given.architecture
    stack = settings.stack
    left = torch.randn(stack, settings.batch_size * a.context, a.width)
    right = torch.randn(stack, a.width, a.mlp_width)
    repeats = 40
    seconds = timed(lambda: [torch.bmm(left, right) for _ in range(repeats)])
    return 2e-9 * repeats * left.numel() * a.mlp_width / seconds


def against_the_machine(given: Embedded) -> Comparison:
    """Achieved rate of a whole chain step over the machine's own at the same shapes."""
    settings = given.chains(steps=30, burn_in=20)
    flops = arithmetic(given, settings)
    rows = []
    for warm in range(6):
        achieved = flops / (ours(given, settings, 16) * 1e-3) * 1e-9
        if warm:
            rows.append((achieved, matrix_rate(given, settings)))
    shares = [mine / limit for mine, limit in rows]
    return Comparison(
        "chain_step_vs_matrix_rate",
        statistics.median(mine for mine, _ in rows),
        statistics.median(limit for _, limit in rows),
        "GFLOP/s",
        statistics.median(shares),
        min(shares),
        max(shares),
        len(rows),
    )


def flatness(given: Embedded) -> Comparison:
    """Cost of an estimate among 1024 directions over its cost among 16: 1 is flat."""
    settings = given.chains(steps=5, burn_in=1, chains=2)
    return compare(
        "cost_flatness",
        "ms a direction's step",
        lambda: ours(given, settings, 1024),
        lambda: statistics.mean(ours(given, settings, 16) for _ in range(8)),
    )
