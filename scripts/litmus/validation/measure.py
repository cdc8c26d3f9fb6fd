"""Run the cases: chains of our own sampler, then rows."""

from collections.abc import Callable, Sequence

import torch

from litmus.sampling import chains
from litmus.sampling.diagnostics import judge
from litmus.seeds import stream
from litmus.validation import linear_network, plans, quadratic, rows
from litmus.validation.aoyagi import learning
from litmus.validation.cases import DIMENSIONS, NETWORKS, QUADRATICS, RESOLUTIONS, Quadratic, name

Step = Callable[[], None]


def length(widths: tuple[int, ...] | None) -> int:
    """Steps that `job` takes for these widths."""
    if widths is None:
        return sum(plans.for_quadratic(case).steps for case in QUADRATICS)
    return sum(plans.for_network(widths, resolution).steps for resolution in RESOLUTIONS)


def job(widths: tuple[int, ...] | None, seed: int, after_step: Step) -> list[dict[str, object]]:
    """All rows of the networks of these widths, or of the quadratics where they are None."""
    if widths is None:
        return [quadratics_row(case, seed, after_step) for case in QUADRATICS]
    ranks = NETWORKS[widths]
    ladder = [network_rows(widths, ranks, r, seed, after_step) for r in RESOLUTIONS]
    return [row for of_rank in zip(*ladder, strict=True) for row in of_rank]


def quadratics_row(case: Quadratic, seed: int, after_step: Step) -> dict[str, object]:
    """One quadratic of DIMENSIONS coordinates, from its minimum."""
    plan, count = plans.for_quadratic(case), plans.CHAINS["quadratic"]
    curvatures = torch.logspace(torch.tensor(case.lowest).log10(), 0, DIMENSIONS)
    truth = quadratic.expected(curvatures, plan.sampler)
    spread = "h = 1" if case.lowest == 1 else f"h = {case.lowest:g}…1"
    settings = f"ε = {case.learning_rate:g}, γ = {case.localization:g}, nβ = {case.n_beta:g}"
    known = rows.Known("quadratic", f"{spread}, {settings}", truth, truth, 1, DIMENSIONS)
    traces = chains.run(
        quadratic.loss_of(curvatures),
        {"w": torch.zeros(DIMENSIONS)},
        plan.sampler,
        directions=1,
        chains=count,
        steps=plan.steps,
        seed=stream(seed, "validation", known.case),
        after_step=after_step,
    )
    draws = traces.loss[0, :, plan.burn_in :].numpy()
    return rows.row(known, plan, count, judge(draws, plans.MAX_RHAT))


def network_rows(
    widths: tuple[int, ...],
    ranks: Sequence[int],
    resolution: float,
    seed: int,
    after_step: Step = lambda: None,
    plan: plans.Plan | None = None,
) -> list[dict[str, object]]:
    """A row for each rank, at one nβ, in one stack: the ranks stand where directions would.

    Args:
        widths: of the networks, the input's first.
        ranks: of the true products.
        resolution: nβ·h/γ.
        seed: the config's.
        after_step: for progress.
        plan: another than the rule's, for short runs.
    """
    plan, count = plan or plans.for_network(widths, resolution), plans.CHAINS["network"]
    stars = [linear_network.point(widths, rank) for rank in ranks]
    start = linear_network.offsets(stars[0])
    traces = chains.run(
        linear_network.loss_of(stars, count),
        start,
        plan.sampler,
        directions=len(ranks),
        chains=count,
        steps=plan.steps,
        seed=stream(seed, "validation", name(widths), resolution),
        after_step=after_step,
    )
    found = []
    for rank, star, losses in zip(ranks, stars, traces.loss, strict=True):
        truth = learning(widths, rank)
        known = rows.Known(
            "linear network",
            f"{name(widths)}, rank {rank}",
            float(truth.coefficient),
            quadratic.expected(linear_network.curvatures(star), plan.sampler),
            truth.multiplicity,
            sum(value.numel() for value in start.values()),
        )
        health = judge(losses[:, plan.burn_in :].numpy(), plans.MAX_RHAT)
        found.append(rows.row(known, plan, count, health))
    return found
