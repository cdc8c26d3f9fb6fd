"""Straight lines and slerp, against geometry."""

import math

import pytest
import torch

from litmus.errors import LitmusError
from litmus.metrics.plateau.geometry import SCALES, lines

WIDTH = 16
SHARES = torch.linspace(0, 1, 13)


@pytest.fixture
def drawn():
    """Bases of different norms (3, width), and directions towards five targets each."""
    stream = torch.Generator().manual_seed(0)
    base = torch.randn(3, WIDTH, generator=stream) * torch.tensor([[1.0], [5.0], [20.0]])
    target = 7 * torch.randn(3, 5, WIDTH, generator=stream)
    return base, target - base.unsqueeze(1), target


def along(base, direction, mode):
    """Points (bases, n, steps, width)."""
    return lines(base, direction, mode).points(SHARES.view(1, 1, -1))


def angle(a, b):
    """Degrees between vectors, by atan2: exact near 0° and 180° too."""
    a, b = (x / x.norm(dim=-1, keepdim=True) for x in (a.double(), b.double()))
    return torch.rad2deg(2 * torch.atan2((a - b).norm(dim=-1), (a + b).norm(dim=-1)))


def test_the_norm_stays_on_the_sphere(drawn):
    """Known bug of public code: a "sphere mode" that walks straight."""
    base, direction, _ = drawn
    norm = along(base, direction, "sphere").norm(dim=-1)
    torch.testing.assert_close(norm, base.norm(dim=-1)[:, None, None].expand_as(norm))


def test_the_angle_is_the_share_of_the_half_circle(drawn):
    """0° to 180° in equal steps."""
    base, direction, _ = drawn
    turned = angle(along(base, direction, "sphere"), base[:, None, None].expand(3, 5, 13, -1))
    expected = (SCALES["sphere"].limit * SHARES.double()).expand_as(turned)
    torch.testing.assert_close(turned, expected, atol=1e-3, rtol=0)


def test_the_sphere_ends_at_the_antipode(drawn):
    """From the base itself to its opposite, whatever the direction."""
    base, direction, _ = drawn
    points = along(base, direction, "sphere")
    start = base.unsqueeze(1).expand(3, 5, -1)
    torch.testing.assert_close(points[:, :, 0], start)
    torch.testing.assert_close(points[:, :, -1], -start, atol=1e-4, rtol=0)


def test_the_meridian_goes_through_the_target(drawn):
    """The one that the target lies on, on the target's side: slerp towards it, written out."""
    base, direction, target = drawn
    b, t = base.unsqueeze(1).expand_as(target).double(), target.double()
    norm = b.norm(dim=-1, keepdim=True)
    on_sphere = t / t.norm(dim=-1, keepdim=True) * norm
    whole = torch.deg2rad(angle(b, on_sphere)).unsqueeze(-1)
    for part in (0.25, 0.5, 1.0):
        slerp = torch.sin((1 - part) * whole) * b + torch.sin(part * whole) * on_sphere
        slerp = slerp / torch.sin(whole)
        share = (part * whole / math.pi).float()
        ours = lines(base, direction, "sphere").points(share).squeeze(2)
        torch.testing.assert_close(ours.double(), slerp, atol=1e-4, rtol=1e-5)


def test_only_the_meridian_of_a_direction_matters(drawn):
    """Its length and its part along the base are nothing to the sphere."""
    base, direction, _ = drawn
    other = 3.7 * direction - 0.8 * base.unsqueeze(1)
    torch.testing.assert_close(
        along(base, direction, "sphere"), along(base, other, "sphere"), atol=1e-4, rtol=1e-4
    )


def test_straight_goes_as_far_as_the_base_is_long(drawn):
    """‖x − b‖ = α‖b‖, from α = 0 to 1, in the direction's own direction."""
    base, direction, _ = drawn
    moved = along(base, direction, "straight") - base[:, None, None]
    reach = moved.norm(dim=-1)
    expected = (base.norm(dim=-1)[:, None, None] * SHARES).expand_as(reach)
    torch.testing.assert_close(reach, expected, atol=1e-4, rtol=1e-5)
    assert float(angle(moved[:, :, -1], direction).max()) < 0.01


def test_the_two_signs_go_opposite_ways(drawn):
    """Both leave the base, and meet only there (and, on the sphere, at the antipode)."""
    base, direction, _ = drawn
    for mode in SCALES:
        plus, minus = along(base, direction, mode), along(base, -direction, mode)
        middle = base[:, None] * (torch.cos(math.pi * SHARES[6]) if mode == "sphere" else 1)
        torch.testing.assert_close(
            (plus + minus)[:, :, 6] / 2, middle.expand(3, 5, -1), atol=1e-5, rtol=1e-5
        )


def test_a_nearly_parallel_direction_still_names_its_meridian():
    """A hundredth of a degree off the base: the turn is still across it."""
    base = torch.zeros(1, WIDTH)
    base[0, 0] = 30.0
    direction = base.unsqueeze(1).clone()
    direction[..., 1] = 30 * math.tan(math.radians(0.01))
    quarter = lines(base, direction, "sphere").points(torch.tensor([[[0.5]]]))[0, 0, 0]
    expected = torch.zeros(WIDTH)
    expected[1] = 30.0
    torch.testing.assert_close(quarter, expected, atol=1e-3, rtol=0)


@pytest.mark.parametrize(
    "mode, factor", [("straight", 0.0), ("sphere", 0.0), ("sphere", 1.0), ("sphere", -2.0)]
)
def test_a_direction_that_leads_nowhere_is_refused(mode, factor):
    """Zero, or on the sphere parallel to the base."""
    base = torch.randn(2, WIDTH, generator=torch.Generator().manual_seed(1))
    with pytest.raises(LitmusError, match="parallel to a base"):
        lines(base, factor * base.unsqueeze(1), mode)
