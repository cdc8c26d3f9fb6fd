"""Where a threshold is passed, on subjects whose divergence has a closed form."""

import math

import pytest
import torch

import tiny
from litmus.last_position import FINAL, Effect, LastPosition
from litmus.metrics.plateau.geometry import lines
from litmus.metrics.plateau.scan import Grid, bisected, profile

TOLERANCE = 1e-4


class Stub:
    """A subject whose KL along a line is what a function says of ‖x − b‖/‖b‖."""

    budget = 50

    def __init__(self, kl):
        self.kl = kl

    def effect(self, points, bases):
        """KL of the distance; L2 the distance itself."""
        far = (points - bases.unsqueeze(1)).norm(dim=-1) / bases.norm(dim=-1, keepdim=True)
        return Effect(self.kl(far), far, torch.ones_like(far))


def straight(kl, steps=10, threshold=0.5, extra=()):
    """The profile of four bases × three lines."""
    stream = torch.Generator().manual_seed(0)
    base = 4 * torch.randn(4, 8, generator=stream)
    direction = torch.randn(1, 3, 8, generator=stream)
    grid = Grid.of(steps, TOLERANCE, extra)
    return profile(Stub(kl), base, lines(base, direction, "straight"), grid, threshold), grid


@pytest.mark.parametrize("scale", [0.6, 3.0, 40.0])
def test_a_quadratic_is_solved(scale):
    """KL = c·α² passes ½ at √(1/2c)."""
    found, _ = straight(lambda far: scale * far.square())
    expected = math.sqrt(0.5 / scale)
    assert found.reached.all()
    assert (found.size - expected).abs().max() <= TOLERANCE


def test_never_reached_is_said_and_not_made_up():
    """The size is then the whole range, and marked."""
    found, _ = straight(lambda far: 0.4 * far)
    assert not found.reached.any()
    assert (found.size == 1).all()


def test_lines_are_censored_one_by_one():
    """Some of a base's lines pass, others do not; each has its own mark."""
    stream = torch.Generator().manual_seed(0)
    base = torch.randn(4, 8, generator=stream)
    slope = torch.tensor([0.2, 5.0, 0.2, 5.0]).unsqueeze(1)
    subject = Stub(lambda far: slope * far)
    given = lines(base, torch.randn(1, 3, 8, generator=stream), "straight")
    found = profile(subject, base, given, Grid.of(10, TOLERANCE), 0.5)
    assert found.reached.tolist() == [[False] * 3, [True] * 3] * 2
    assert (found.size[1] - 0.1).abs().max() <= TOLERANCE


def test_the_first_passage_counts():
    """KL that rises, falls and rises again: known bug of public code, `nonzero()[0]` on a tensor
    of more axes than one, which is an index of the wrong axis."""
    found, _ = straight(lambda far: torch.sin(2 * math.pi * far).abs(), steps=40)
    expected = math.asin(0.5) / (2 * math.pi)
    assert (found.size - expected).abs().max() <= TOLERANCE


def test_each_line_has_a_place_of_its_own():
    """Against a search line by line on a fine grid, on a real subject, both modes."""
    architecture, weights = tiny.subject("folded")
    subject = LastPosition(architecture, tiny.HOOK, FINAL, weights, 40)
    stream = torch.Generator().manual_seed(5)
    bases = subject.bases(torch.randn(4, 5, architecture.width, generator=stream))
    direction = torch.randn(4, 6, architecture.width, generator=stream)
    for mode in ("straight", "sphere"):
        given = lines(bases.activation, direction, mode)
        found = profile(subject, bases, given, Grid.of(200, 1e-3), 0.05)
        fine = torch.linspace(0, 1, 2001)[1:]
        for b in range(4):
            for n in range(6):
                alone = given._replace(
                    base=given.base[b : b + 1], reach=given.reach[b : b + 1, n : n + 1]
                )
                curve = subject.effect(
                    alone.points(fine.view(1, 1, -1)).flatten(1, 2), bases[b : b + 1]
                ).kl[0]
                above = [i for i, value in enumerate(curve.tolist()) if value > 0.05]
                assert bool(found.reached[b, n]) == bool(above)
                if above:
                    assert abs(float(found.size[b, n]) - float(fine[above[0]])) < 1.6e-3
        assert found.size.std() > 0.01, "the lines should differ"


def test_the_curve_is_read_at_every_step_and_extra_place():
    """Its shares are those asked for, and its values the function's."""
    found, grid = straight(lambda far: 2 * far, steps=4, extra=(0.3, 0.5))
    torch.testing.assert_close(grid.share, torch.tensor([0.25, 0.3, 0.5, 0.75, 1.0]).double())
    expected = (2 * grid.share.float()).expand_as(found.effect.kl)
    torch.testing.assert_close(found.effect.kl, expected, atol=1e-5, rtol=0)


def test_bisection_keeps_its_tolerance():
    """The middle of a bracket no wider than that."""
    root = torch.tensor([0.123456, 0.2, 0.3])
    found = bisected(lambda at: at > root, torch.zeros(3), torch.full((3,), 0.5), 0.01)
    assert (found - root).abs().max() <= 0.005


def test_on_a_linear_subject_the_plateau_has_a_closed_form():
    """No block writes, and the final norm is undone by giving activations that it leaves alone.

    With two tokens of logits ±z the base has p = σ(2z): along the sphere in the plane of two
    coordinates the logits turn, z = cos θ·z₀, and KL(θ) = Σ p log p/q is solved for ½ by hand.
    """
    architecture, weights = tiny.subject("folded")
    silent = {
        name: torch.zeros_like(value) if name.startswith("blocks.") else value
        for name, value in weights.items()
    }
    width = architecture.width
    rows = torch.zeros(width, 2)
    first = torch.tensor([1.0, -1.0] * (width // 2))
    second = torch.tensor([1.0, 1.0, -1.0, -1.0] * (width // 4))
    rows[:, 0], rows[:, 1] = first / width, -first / width
    silent |= {"unembed.W_U": 2 * rows, "unembed.b_U": torch.zeros(2)}
    subject = LastPosition(architecture, tiny.HOOK, FINAL, silent, 64)
    bases = subject.bases(first.expand(1, 3, width))
    # Both have mean 0 and variance 1, as has every point between: LayerNorm leaves them alone.
    found = profile(
        subject,
        bases,
        lines(first.unsqueeze(0), second.view(1, 1, -1), "sphere"),
        Grid.of(36, TOLERANCE),
        0.5,
    )
    p = 1 / (1 + math.exp(-4))

    def kl(cosine):
        q = 1 / (1 + math.exp(-4 * cosine))
        return p * math.log(p / q) + (1 - p) * math.log((1 - p) / (1 - q))

    curve = torch.tensor([kl(math.cos(math.pi * float(s))) for s in Grid.of(36, 1.0).share])
    torch.testing.assert_close(found.effect.kl[0, 0], curve, atol=1e-4, rtol=1e-4)
    low, high = 0.0, math.pi
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if kl(math.cos(middle)) > 0.5 else (middle, high)
    assert abs(float(found.size[0, 0]) - low / math.pi) <= TOLERANCE
