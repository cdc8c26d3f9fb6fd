"""The intervention against closed forms, Euler's method and finite differences."""

import pytest
import torch

from litmus.features import Features
from litmus.intervention import move

WIDTH = 5


def drawn(*shape, seed=0, dtype=torch.float64):
    """Standard normal numbers."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


PROBE, BIAS = drawn(WIDTH, seed=1), 0.3
IN, OUT = drawn(WIDTH, 7, seed=2) / 2, drawn(7, seed=3)


def linear(a):
    """A linear probe: f = ⟨a, w⟩ + b, w no unit vector."""
    return a @ PROBE + BIAS


def sigmoid(a):
    """A logistic probe."""
    return torch.sigmoid(linear(a))


def mlp(a):
    """A small network whose gradient turns on the way."""
    return torch.tanh(a @ IN) @ OUT


# Where each starts, and a change that it can make.
ASKED = {linear: (5.0, -7.0), sigmoid: (0.4, -0.2), mlp: (0.8, -0.5)}
CASES = pytest.mark.parametrize(
    "feature, change", [(f, c) for f, changes in ASKED.items() for c in changes]
)


def starts(feature, change, count=6):
    """Activations from which the feature can change so much."""
    a = drawn(200, WIDTH, seed=4)
    if feature is sigmoid:
        target = feature(a) + change
        a = a[(target > 0.02) & (target < 0.98)]
    elif feature is mlp:
        a = a[(feature(a) + change).abs() < 1.5]
    return a[:count]


def euler(feature, a, change, steps=4000):
    """da/ds = ∇f/‖∇f‖² in tiny steps, nothing corrected: the path, (steps + 1, …, width)."""
    path = [a]
    for _ in range(steps):
        leaf = path[-1].clone().requires_grad_()
        (gradient,) = torch.autograd.grad(feature(leaf).sum(), leaf)
        rate = change / steps / gradient.square().sum(-1, keepdim=True)
        path.append(path[-1] + rate * gradient)
    return torch.stack(path)


@pytest.mark.parametrize("change", [5.0, -7.0, 0.0])
@pytest.mark.parametrize("steps", [1, 8])
def test_for_a_linear_feature_it_adds_a_multiple_of_its_direction(change, steps):
    """a + change·w/‖w‖², in one step as in many."""
    a = drawn(3, 2, WIDTH)
    moved = move(linear, a, linear(a) + change, steps)
    expected = a + change * PROBE / PROBE.square().sum()
    torch.testing.assert_close(moved.activation, expected, rtol=1e-12, atol=1e-12)
    assert moved.reached.all() and moved.reached.shape == (3, 2)


@CASES
def test_the_feature_takes_the_value(feature, change):
    """Within a thousandth of what was asked for, in eight steps."""
    a = starts(feature, change)
    moved = move(feature, a, feature(a) + change)
    assert moved.reached.all()
    assert (feature(moved.activation) - feature(a) - change).abs().max() <= 1e-3 * abs(change)


@CASES
def test_it_follows_the_normal_flow(feature, change):
    """It ends where 4000 steps of Euler's method do, the nearer the more steps it takes."""
    a = starts(feature, change)
    there = euler(feature, a, change)[-1]
    length = (there - a).norm(dim=-1)
    for steps, tolerance in [(8, 0.15), (64, 0.02)]:
        moved = move(feature, a, feature(a) + change, steps).activation
        assert ((moved - there).norm(dim=-1) < tolerance * length).all()


def test_the_flow_is_no_straight_line():
    """A network's gradient turns: to follow it ends elsewhere than to go along its first value."""
    a = starts(mlp, 0.8)
    leaf = a.clone().requires_grad_()
    (normal,) = torch.autograd.grad(mlp(leaf).sum(), leaf)
    way = move(mlp, a, mlp(a) + 0.8, 64).activation - a
    assert (torch.cosine_similarity(way, normal, dim=1) < 0.99).any()


@CASES
def test_the_flow_rises_by_one_per_unit(feature, change):
    """Half of the way along the flow half of the change is made, whatever the feature's form."""
    a = starts(feature, change)
    path = euler(feature, a, change)
    torch.testing.assert_close(
        feature(path[2000]) - feature(a),
        torch.full((len(a),), change / 2).double(),
        rtol=2e-3,
        atol=0,
    )
    half = move(feature, a, feature(a) + change / 2, 64).activation
    assert ((half - path[2000]).norm(dim=-1) < 0.02 * (half - a).norm(dim=-1)).all()


@pytest.mark.parametrize("nonlinearity", ["relu", "hard"])
def test_where_the_feature_is_off_it_stands_still(nonlinearity):
    """There ∇f = 0: the target is not reached and the activation is as it was, bit for bit."""
    features = Features(PROBE[None], torch.tensor([0.5]).double(), nonlinearity)

    def f(a):
        return features.of((a @ PROBE)[None])[0]

    a = drawn(60, WIDTH)
    off = f(a) == 0
    assert 0 < off.sum() < 60
    target = f(a) + 2
    leaf = target.clone().requires_grad_()
    moved = move(f, a, leaf)
    assert torch.equal(moved.reached, ~off)
    assert torch.equal(moved.activation[off], a[off])
    (gradient,) = torch.autograd.grad(moved.activation.sum(), leaf)
    assert (gradient[off] == 0).all() and (gradient[~off] != 0).all()


def test_nothing_asked_is_reached():
    """A feature that is off and shall stay off is where it should be."""
    moved = move(lambda a: (a @ PROBE - 100).relu(), drawn(4, WIDTH), torch.zeros(4).double())
    assert moved.reached.all()


@pytest.mark.parametrize("nonlinearity", ["relu", "hard", "none"])
def test_a_projections_feature_moves_along_its_vector(nonlinearity):
    """Where it fires, before and after: a + (target − f)·v, in closed form."""
    v = torch.nn.functional.normalize(PROBE, dim=0)
    features = Features(v[None], torch.tensor([0.2]).double(), nonlinearity)
    a = drawn(60, WIDTH)
    a = a[a @ v > 0.2]
    f = features.of((a @ v)[None])[0]
    target = f + torch.linspace(0.1, 3, len(a)).double()
    moved = move(lambda x: features.of((x @ v)[None])[0], a, target)
    torch.testing.assert_close(moved.activation, a + (target - f)[:, None] * v)
    assert moved.reached.all()


def test_it_turns_a_relu_off_at_its_edge():
    """From f > 0 to 0: the activation ends on the threshold, not beyond."""
    v = torch.nn.functional.normalize(PROBE, dim=0)
    a = drawn(60, WIDTH)
    a = a[a @ v > 0.2]
    moved = move(lambda x: (x @ v - 0.2).relu(), a, torch.zeros(len(a)).double())
    torch.testing.assert_close(moved.activation @ v, torch.full((len(a),), 0.2).double())
    assert moved.reached.all()


@CASES
def test_the_gradient_to_the_target_is_that_of_finite_differences(feature, change):
    """∂a/∂target, of a random reading of a, against a slightly farther target on a finer flow."""
    a, reading = starts(feature, change), drawn(WIDTH, seed=6)
    target = (feature(a) + change).requires_grad_()
    moved = move(feature, a, target, 64).activation @ reading
    (ours,) = torch.autograd.grad(moved.sum(), target)
    with torch.no_grad():
        step = 1e-3 * abs(change)
        ends = [
            move(feature, a, target.detach() + sign * step, 400).activation @ reading
            for sign in (1, -1)
        ]
    theirs = (ends[0] - ends[1]) / (2 * step)
    assert theirs.abs().max() > 1e-2
    # The last of 64 steps has the gradient of where it began, so a little of the flow is missing.
    torch.testing.assert_close(ours, theirs, rtol=0.05, atol=0.02 * theirs.abs().max().item())


def test_nothing_else_gets_a_gradient():
    """Neither the activation nor the feature's own weights, only the target."""
    a, weights = drawn(3, WIDTH).requires_grad_(), OUT.clone().requires_grad_()
    target = (mlp(a.detach()) + 0.1).requires_grad_()
    moved = move(lambda x: torch.tanh(x @ IN) @ weights, a, target).activation
    found = torch.autograd.grad(moved.sum(), [a, weights, target], allow_unused=True)
    assert found[:2] == (None, None)
    assert (found[2] != 0).all()


def test_rounding_is_not_missing():
    """In single precision f can be no nearer than the activation's last bits let it.

    Activations of norm a thousand, as of a large model's first tokens, and a change of 1e-4.
    """
    a = 1000 * torch.nn.functional.normalize(drawn(50, 64, dtype=torch.float32), dim=1)
    v = torch.nn.functional.normalize(drawn(64, seed=9, dtype=torch.float32), dim=0)
    a = a + 500 * v
    moved = move(lambda x: (x @ v).relu(), a, a @ v + 1e-4)
    assert moved.reached.all()
    far = move(lambda x: (x @ v - 2000).relu(), a, torch.full((50,), 0.1))
    assert not far.reached.any()
