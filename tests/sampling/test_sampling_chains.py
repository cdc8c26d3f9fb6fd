"""Many chains at once: what they share and what they do not."""

import math

import pytest
import torch

from litmus.sampling import chains
from litmus.sampling.rmsprop import RMSpropSGLD
from litmus.sampling.sgld import SGLD

START = {"w": torch.tensor([[1.0, -2.0], [0.5, 3.0]]), "b": torch.tensor([0.25, -4.0, 1.0])}
SAMPLER = SGLD(learning_rate=0.01, n_beta=20.0, localization=1.0)


def loss_of(scales, chain_count, spoiled=()):
    """Σ s·θ⁴ for each direction's s; not finite where `spoiled` has (row, step): value."""
    spoiled = dict(spoiled)
    factor = torch.tensor(scales).repeat_interleave(chain_count)

    def loss(parameters, step):
        values = factor * sum(p.flatten(1).pow(4).sum(1) for p in parameters.values())
        for (row, at), bad in spoiled.items():
            if at == step:
                add = torch.zeros_like(values)
                add[row] = bad
                values = values + add * parameters["b"][:, 0]
        return values

    return loss


def run(scales, chain_count=2, steps=12, seed=0, spoiled=(), **more):
    """Traces of directions that differ by their scale."""
    loss = loss_of(scales, chain_count, spoiled)
    return chains.run(loss, START, SAMPLER, len(scales), chain_count, steps, seed, **more)


def test_a_directions_traces_do_not_depend_on_its_neighbours():
    """Alone, with another, or among four, they are the same bit for bit."""
    together = run([0.3, 0.1, 0.2, 0.05])
    for scales, place in [([0.2], 0), ([0.2, 0.9], 0), ([0.4, 0.4, 0.2], 2)]:
        other = run(scales)
        assert torch.equal(other.loss[place], together.loss[2])
        assert torch.equal(other.distance[place], together.distance[2])


def test_a_chain_does_not_depend_on_how_many_there_are():
    """The first two of five chains are those of two."""
    few, many = run([0.1, 0.2], chain_count=2), run([0.1, 0.2], chain_count=5)
    assert torch.equal(few.loss, many.loss[:, :2])
    assert torch.equal(few.distance, many.distance[:, :2])


def test_a_trace_does_not_depend_on_how_long_it_becomes():
    """The first steps of a long run are those of a short one."""
    assert torch.equal(run([0.1], steps=5).loss, run([0.1], steps=12).loss[..., :5])


def test_equal_directions_have_equal_traces():
    """Directions share their noise: what is equal stays equal, chain by chain."""
    traces = run([0.2, 0.2])
    assert torch.equal(traces.loss[0], traces.loss[1])
    assert not torch.equal(traces.loss[0, 0], traces.loss[0, 1]), "chains should differ"


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_diverging_chain_touches_no_other(bad):
    """After its loss and gradient turn bad, all others go on as if it were not there."""
    clean, hurt = run([0.1, 0.2, 0.3]), run([0.1, 0.2, 0.3], spoiled={(3, 4): bad}.items())
    assert not hurt.loss[1, 1, 4:].isfinite().any()
    hurt.loss[1, 1], hurt.distance[1, 1] = clean.loss[1, 1], clean.distance[1, 1]
    assert torch.equal(hurt.loss, clean.loss)
    assert torch.equal(hurt.distance, clean.distance)


def test_chains_are_the_update_in_a_plain_loop():
    """One direction, one chain: loss and distance before each update, then the formula."""
    traces = run([0.1], chain_count=1, steps=6)
    theta = {name: value.clone() for name, value in START.items()}
    for step in range(6):
        loss = 0.1 * sum(value.pow(4).sum() for value in theta.values())
        square = sum((theta[name] - START[name]).square().sum() for name in START)
        assert traces.loss[0, 0, step].item() == pytest.approx(loss.item(), rel=1e-5)
        assert traces.distance[0, 0, step].item() == pytest.approx(square.sqrt().item(), rel=1e-5)
        noise = chains.noise(START, 1, step, 0, torch.device("cpu"))
        for name, value in theta.items():
            drift = 20 * 0.4 * value.pow(3) + 1.0 * (value - START[name])
            theta[name] = value - 0.005 * drift + 0.1 * noise[name][0]


def test_the_start_is_left_alone():
    """θ₀ is what it was, and every chain begins there."""
    before = {name: value.clone() for name, value in START.items()}
    traces = run([0.1, 0.2])
    assert all(torch.equal(START[name], before[name]) for name in START)
    assert (traces.distance[..., 0] == 0).all()


def test_the_shapes_of_traces_and_the_count_of_steps():
    """(directions, chains, steps) in float64; `after_step` is called once a step."""
    called = []
    traces = run([0.1, 0.2, 0.3], steps=7, after_step=lambda: called.append(1))
    assert traces.loss.shape == traces.distance.shape == (3, 2, 7)
    assert traces.loss.dtype == traces.distance.dtype == torch.float64
    assert len(called) == 7


def test_noise_is_standard_normal():
    """Mean, variance and kurtosis of 80,000 draws are 0, 1 and 3."""
    draws = chains.noise({"w": torch.zeros(100, 200)}, 4, 0, 0, torch.device("cpu"))["w"]
    assert draws.mean().item() == pytest.approx(0, abs=0.015)
    assert draws.var().item() == pytest.approx(1, abs=0.02)
    assert draws.pow(4).mean().item() == pytest.approx(3, abs=0.15)


def test_noise_differs_between_chains_steps_seeds_and_parameters():
    """No two rows of noise are correlated."""
    shapes = {"a": torch.zeros(2000), "b": torch.zeros(2000)}
    device = torch.device("cpu")
    rows = [
        row
        for seed, step in [(0, 0), (0, 1), (1, 0)]
        for value in chains.noise(shapes, 3, step, seed, device).values()
        for row in value
    ]
    correlation = torch.corrcoef(torch.stack(rows)) - torch.eye(len(rows))
    assert correlation.abs().max() < 0.1


def test_distance_by_hand():
    """Moved by (3, 0) in one parameter and 4 in another: √(9 + 16), over all parameters."""
    start = {"w": torch.tensor([1.0, 1.0]), "b": torch.tensor([[2.0]])}
    theta = {
        "w": torch.tensor([[[4.0, 1.0], [1.0, 1.0]]]),
        "b": torch.tensor([[[[6.0]], [[2.0]]]]),
    }
    assert chains.distance(theta, start).tolist() == [[5.0, 0.0]]


def test_the_global_stream_is_not_touched():
    """Neither used nor advanced."""
    torch.manual_seed(1)
    expected = torch.randn(3)
    torch.manual_seed(1)
    run([0.1])
    assert torch.equal(torch.randn(3), expected)


MASKS = {"w": torch.tensor([[1, 0], [0, 1]]), "b": None}
SAMPLERS = pytest.mark.parametrize(
    "sampler", [SAMPLER, RMSpropSGLD(0.01, 20.0, 1.0)], ids=["sgld", "rmsprop_sgld"]
)


def seen(sampler, steps=8, **more):
    """The parameters at every step of a run of two directions with two chains, and its traces."""
    inner, places = loss_of([0.1, 0.2], 2), []

    def loss(parameters, step):
        places.append({name: value.detach().clone() for name, value in parameters.items()})
        return inner(parameters, step)

    return places, chains.run(loss, START, sampler, 2, 2, steps, 0, **more)


@SAMPLERS
def test_a_direction_does_not_depend_on_its_neighbours_under_any_sampler(sampler):
    """Nor on theirs that diverge: what a sampler remembers is each chain's own."""
    alone = chains.run(loss_of([0.2], 2), START, sampler, 1, 2, 12, 0)
    spoiled = {(0, 3): math.nan}.items()
    third = chains.run(loss_of([9.0, 0.1, 0.2], 2, spoiled), START, sampler, 3, 2, 12, 0)
    assert torch.equal(alone.loss[0], third.loss[2])


@SAMPLERS
def test_masked_elements_stay_where_they_are(sampler):
    """Bit for bit, at every step, while all others move."""
    places, _ = seen(sampler, masks=MASKS)
    for place in places[1:]:
        still = (place["w"] == START["w"]).all(0)
        assert still.tolist() == [[False, True], [True, False]]
        assert (place["b"] != START["b"]).all()


def test_masked_chains_are_the_update_of_what_moves():
    """One chain in a plain loop over the elements with 1; distance is over these alone."""
    loss = loss_of([0.1], 1)
    traces = chains.run(loss, START, SAMPLER, 1, 1, 5, 0, masks=MASKS)
    theta = {name: value.clone() for name, value in START.items()}
    for step in range(5):
        value = 0.1 * sum(p.pow(4).sum() for p in theta.values())
        square = sum((theta[name] - START[name]).square().sum() for name in START)
        assert traces.loss[0, 0, step].item() == pytest.approx(value.item(), rel=1e-5)
        assert traces.distance[0, 0, step].item() == pytest.approx(square.sqrt().item(), rel=1e-5)
        noise = chains.noise(START, 1, step, 0, torch.device("cpu"))
        for name, place in [("w", (0, 0)), ("w", (1, 1)), ("b", (0,)), ("b", (1,)), ("b", (2,))]:
            x, pull = theta[name][place], START[name][place]
            drift = 20 * 0.4 * x**3 + 1.0 * (x - pull)
            theta[name][place] = x - 0.005 * drift + 0.1 * noise[name][0][place]


def test_a_mask_of_ones_masks_nothing():
    """The same traces as without."""
    ones = {name: torch.ones_like(value) for name, value in START.items()}
    for masked, free in zip(run([0.1, 0.2], masks=ones), run([0.1, 0.2]), strict=True):
        assert torch.equal(masked, free)


def test_with_noise_per_direction_neighbours_do_not_matter_either():
    """What counts is a direction's id, not its place nor who stands beside it."""
    together = run([0.3, 0.1, 0.2], random_numbers="per_direction", ids=["a", "b", "c"])
    alone = run([0.1], random_numbers="per_direction", ids=["b"])
    moved = run([0.1, 0.7], random_numbers="per_direction", ids=["b", "z"])
    assert torch.equal(alone.loss[0], together.loss[1])
    assert torch.equal(moved.loss[0], together.loss[1])
    assert torch.equal(moved.distance[0], together.distance[1])


def test_with_noise_per_direction_equal_directions_differ():
    """Unless they have one id: then they are the same."""
    traces = run([0.2, 0.2, 0.2], random_numbers="per_direction", ids=["a", "b", "a"])
    assert torch.equal(traces.loss[0], traces.loss[2])
    assert (traces.loss[0, :, 1:] != traces.loss[1, :, 1:]).all()


def test_shared_noise_does_not_ask_for_ids():
    """The traces are the same with and without."""
    assert torch.equal(run([0.1, 0.2], ids=["a", "b"]).loss, run([0.1, 0.2]).loss)


def test_noise_differs_between_directions():
    """No two rows are correlated, and one direction's do not depend on the others asked for."""
    start, device = {"a": torch.zeros(2000)}, torch.device("cpu")
    drawn = chains.noise(start, 3, 0, 0, device, ["x", "y"])["a"]
    assert drawn.shape == (2, 3, 2000)
    correlation = torch.corrcoef(drawn.flatten(0, 1)) - torch.eye(6)
    assert correlation.abs().max() < 0.1
    assert torch.equal(drawn[1:], chains.noise(start, 3, 0, 0, device, ["y"])["a"])


@pytest.mark.parametrize("ids", [None, ["a"]])
def test_noise_per_direction_needs_an_id_each(ids):
    """Said with what was found."""
    with pytest.raises(ValueError, match="each of 2 directions, got"):
        run([0.1, 0.2], random_numbers="per_direction", ids=ids)
