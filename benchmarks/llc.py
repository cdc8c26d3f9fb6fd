"""FT-LLC: against devinterp, against the machine, and as the number of directions grows."""

import statistics
from collections.abc import Callable

import torch
from devinterp.optim import SGMCMC
from devinterp.slt.sampler import sample_single_chain

from litmus.metrics.llc.estimate import Where, score
from litmus.metrics.llc.settings import LLC
from pairs import Comparison, compare, timed
from subject import Bench

UNIT = "ms a direction's step"


def ours(given: Bench, variant: str, settings: LLC, directions: int) -> float:
    """Milliseconds a chain step of one direction, `directions` of them in one chunk."""
    seconds = timed(
        lambda: score(
            given.loss_of(variant, directions, settings),
            Where(given.start),
            [str(i) for i in range(directions)],
            [False] * directions,
            settings,
            0,
        ),
        given.device,
    )
    return 1e3 * seconds / (directions * settings.chains * settings.steps)


def evaluate_of(given: Bench, variant: str, settings: LLC) -> Callable:
    """The loss of one direction as devinterp wants it: log(1 + L) of a model and a batch.

    Stopped at the hook where functional; what depends on θ₀ alone is computed beforehand.
    """
    subject, features = given.subject, given.features(variant, 1)
    vector = features.vectors[0]
    with torch.no_grad():
        base = subject.lower(given.tokens)
        still = features.of((base @ vector)[None])[0]
        logs = subject.upper(base).log_softmax(-1) if variant == "behavioral" else None

    def evaluate(model, batch):  # noqa: ANN001
        row = batch["row"]
        projection = model(batch["input_ids"], stop_at_layer=subject.layer) @ vector
        change = features.of(projection[None])[0] - still[row]
        if variant == "functional":
            return change.square().sum(1).mean().log1p()[None], {}
        patched = model(base[row] + change.unsqueeze(-1) * vector, start_at_layer=subject.layer)
        then = patched.log_softmax(-1)
        divergence = torch.nn.functional.kl_div(then, logs[row], log_target=True, reduction="sum")
        return (divergence / len(row)).log1p()[None], {}

    return evaluate


def devinterps(given: Bench, variant: str, settings: LLC) -> float:
    """Milliseconds a chain step for devinterp, as its users can drive it best.

    Its own sampler on the loss of one direction, only the parameters below the hook sampled and
    differentiated, no observables.
    """
    subject = given.subject
    below = subject.parameters_below()
    for parameter in below.values():
        parameter.requires_grad_(True)
    data = [{"input_ids": tokens, "row": row} for row, tokens in enumerate(given.tokens)]
    evaluate = evaluate_of(given, variant, settings)
    seconds = timed(
        lambda: sample_single_chain(
            subject.model,
            data,
            evaluate,
            dict.fromkeys(below),
            num_draws=settings.steps,
            sampling_method=SGMCMC.sgld,
            sampling_method_kwargs=dict(
                lr=settings.learning_rate,
                nbeta=settings.n_beta,
                localization=settings.localization,
            ),
            seed=0,
            batch_size=settings.batch_size,
        ),
        given.device,
    )
    subject.model.requires_grad_(False)
    return 1e3 * seconds / settings.steps


def against_devinterp(variant: str) -> Callable[[Bench], Comparison]:
    """Time of a chain step of one direction, of the loss that is named."""

    def case(given: Bench) -> Comparison:
        mine, theirs = given.chains(steps=70), given.chains(steps=120)
        return compare(
            f"llc_{variant}_vs_devinterp",
            UNIT,
            lambda: ours(given, variant, mine, 8),
            lambda: devinterps(given, variant, theirs),
        )

    return case


def arithmetic(given: Bench, settings: LLC) -> float:
    """Floating-point operations of the matrix products in one direction's chain step.

    Forward, and twice that backward; the last block's W_out is one product with a vector.
    """
    a, layers = given.architecture, given.lower.layer
    tokens = settings.batch_size * a.context
    weights = layers * (4 * a.width**2 + 2 * a.width * a.mlp_width) - a.width * a.mlp_width
    attention = layers * 2 * a.context * a.width
    return 3 * 2 * tokens * (weights + attention)


def matrix_rate(given: Bench, settings: LLC) -> float:
    """GFLOP/s of the batched product of the hidden layer's shape, the largest of a step."""
    a = given.architecture
    stack = settings.wave
    left = torch.randn(stack, settings.batch_size * a.context, a.width, device=given.device)
    right = torch.randn(stack, a.width, a.mlp_width, device=given.device)
    repeats = 40
    seconds = timed(lambda: [torch.bmm(left, right) for _ in range(repeats)], given.device)
    return 2e-9 * repeats * left.numel() * a.mlp_width / seconds


def against_the_machine(given: Bench) -> Comparison:
    """Achieved rate of a whole chain step over the machine's own at the same shapes."""
    settings = given.llc
    flops = arithmetic(given, settings)
    rows = []
    for warm in range(6):
        achieved = flops / (ours(given, "functional", settings, 16) * 1e-3) * 1e-9
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


def flatness(given: Bench) -> Comparison:
    """Cost of an estimate among 16 directions over its cost among 1024: 1 is flat."""
    settings = given.chains(steps=5, burn_in=1, chains=2)
    return compare(
        "cost_flatness",
        UNIT,
        lambda: ours(given, "functional", settings, 1024),
        lambda: statistics.mean(ours(given, "functional", settings, 16) for _ in range(8)),
    )
