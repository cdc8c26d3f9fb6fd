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


def ours(
    given: Bench, variant: str, settings: LLC, directions: int, *, curved: bool = True
) -> float:
    """Milliseconds a chain step of one direction, `directions` of them in one chunk."""
    seconds = timed(
        lambda: score(
            given.loss_of(variant, directions, settings),
            Where(given.start),
            [str(i) for i in range(directions)],
            [False] * directions,
            settings,
            0,
            curved=curved,
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


def products(given: Bench, stack: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """The operands of every matrix product in a step of `stack` chains, laid out as they are there.

    Of each matrix the forward product and the two backward, but for the last block's W_out, which
    is a product with a vector; of each block's attention the two forward and the four backward.
    """
    a, layers, batch = given.architecture, given.lower.layer, given.llc.batch_size

    def drawn(*shape: int) -> torch.Tensor:
        return torch.randn(shape, device=given.device)

    times = {
        (a.width, 3 * a.width): layers,
        (a.width, a.width): layers,
        (a.width, a.mlp_width): layers,
        (a.mlp_width, a.width): layers - 1,
    }
    found = []
    for (inner, outer), count in times.items():
        x, w = drawn(stack, batch * a.context, inner), drawn(stack, inner, outer)
        change = drawn(stack, batch * a.context, outer)
        found += count * [(x, w), (change, w.mT), (x.mT, change)]
    heads = stack * batch * a.heads
    q, k, v, change = (drawn(heads, a.context, a.head_width) for _ in "qkvo")
    pattern = drawn(heads, a.context, a.context)
    forward = [(q, k.mT), (pattern, v)]
    backward = [(change, v.mT), (pattern.mT, change), (pattern, k), (pattern.mT, q)]
    return found + layers * [*forward, *backward]


def against_the_machine(given: Bench) -> Comparison:
    """Achieved rate of a whole chain step over that of its matrix products alone.

    On one thread, as the workflow runs chains: a job a core.
    """
    settings, threads = given.llc, torch.get_num_threads()
    torch.set_num_threads(1)
    pairs = products(given, settings.wave)
    operations = sum(2 * left.numel() * right.shape[-1] for left, right in pairs)
    rows = []

    def multiplied() -> None:
        for pair in 5 * pairs:
            torch.bmm(*pair)  # and let go: what is kept would be new memory each time

    try:
        for warm in range(6):
            milliseconds = ours(given, "functional", settings, 16)
            alone = timed(multiplied, given.device)
            if warm:
                achieved = 1e-6 * operations / settings.wave / milliseconds
                rows.append((achieved, 5e-9 * operations / alone))
    finally:
        torch.set_num_threads(threads)
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
    """Cost of a chain's step among 16 directions over its cost among 1024: 1 is flat."""
    settings = given.chains(steps=6, burn_in=1)

    def cost(directions: int) -> float:
        # The curvature, once a direction, would outweigh chains as short as these.
        return ours(given, "functional", settings, directions, curved=False)

    return compare(
        "cost_flatness",
        UNIT,
        lambda: cost(1024),
        lambda: statistics.mean(cost(16) for _ in range(8)),
    )
