"""Plateau metrics: what is averaged over what, and what is censored."""

import numpy as np
import pytest
import torch

import tiny
from litmus.errors import LitmusError
from litmus.last_position import FINAL, LastPosition
from litmus.metrics.plateau.bases import activations, sample
from litmus.metrics.plateau.curves import area, departure, steepest
from litmus.metrics.plateau.geometry import lines
from litmus.metrics.plateau.measure import Plateau, measure
from litmus.metrics.plateau.scan import Grid, profile
from litmus.subject.adapter import Subject

BASES, POSITIONS = 5, 4
VARIANTS = {
    "straight": ("straight", "size", None),
    "sphere": ("sphere", "size", None),
    "reached": ("straight", "reached", None),
    "kl": ("sphere", "kl", 72.0),
    "l2": ("straight", "l2", 0.3),
    "cosine": ("straight", "cosine", 0.3),
    "area": ("sphere", "area", None),
    "max_slope": ("straight", "max_slope", None),
    "max_slope_at": ("sphere", "max_slope_at", None),
    "departure": ("straight", "departure", None),
}
SETTINGS = Plateau(threshold=0.05, steps=10, tolerance=1e-4)
ARCHITECTURE, WEIGHTS = tiny.subject("folded")
TOKENS = tiny.tokens(BASES, tiny.CONTEXT).numpy()[:, :POSITIONS]
CONTEXT = activations(ARCHITECTURE, WEIGHTS, tiny.HOOK, TOKENS, 100, torch.device("cpu"))
VECTORS = torch.nn.functional.normalize(
    torch.randn(6, ARCHITECTURE.width, generator=torch.Generator().manual_seed(2)), dim=1
)


def measured(vectors=VECTORS, settings=SETTINGS, budget=64):
    """The scores of `vectors` from all bases."""
    subject = LastPosition(ARCHITECTURE, tiny.HOOK, FINAL, WEIGHTS, budget)
    return measure(subject, subject.bases(CONTEXT), vectors, VARIANTS, settings)


def one_by_one(direction, mode, steps=10):
    """The profile of one direction, both signs as lines of their own."""
    subject = LastPosition(ARCHITECTURE, tiny.HOOK, FINAL, WEIGHTS, 64)
    bases = subject.bases(CONTEXT)
    both = torch.stack([direction, -direction]).unsqueeze(0)
    given = lines(bases.activation, both, mode)
    return profile(subject, bases, given, Grid.of(steps, 1e-4, (0.3, 0.4)), 0.05)


def test_base_activations_are_those_of_the_full_model():
    """The last position of the first tokens, by TransformerLens from the whole sequence."""
    whole = Subject(ARCHITECTURE, WEIGHTS, tiny.HOOK).lower(tiny.tokens(BASES, tiny.CONTEXT))
    torch.testing.assert_close(CONTEXT, whole[:, :POSITIONS], atol=1e-5, rtol=0)


def test_a_size_is_the_mean_over_bases_and_signs():
    """In the mode's own unit: norms of the base, and degrees."""
    scores = measured()
    for mode, limit in (("straight", 1.0), ("sphere", 180.0)):
        for i in range(len(VECTORS)):
            sizes = limit * one_by_one(VECTORS[i], mode).size
            assert scores[mode].value[i] == pytest.approx(float(sizes.mean()), rel=1e-5)


def test_the_error_is_over_bases():
    """Signs of one base are averaged first: its two lines are no independent sample."""
    sizes = one_by_one(VECTORS[3], "straight").size.mean(1).numpy()
    expected = sizes.std(ddof=1) / np.sqrt(BASES)
    assert measured()["straight"].standard_error[3] == pytest.approx(expected, rel=1e-5)


def test_heights_are_those_of_the_curve_at_the_distance_named():
    """KL at 72° and the read hook's change at 0.3 norms, neither of them needing to be a step."""
    scores = measured()
    sphere, straight = (one_by_one(VECTORS[1], mode).effect for mode in ("sphere", "straight"))
    share = Grid.of(10, 1.0, (0.3, 0.4)).share
    at = {place: int((share - place).abs().argmin()) for place in (0.3, 0.4)}
    assert scores["kl"].value[1] == pytest.approx(float(sphere.kl[..., at[0.4]].mean()), rel=1e-4)
    assert scores["l2"].value[1] == pytest.approx(float(straight.l2[..., at[0.3]].mean()), rel=1e-4)
    cosine = float(straight.cosine[..., at[0.3]].mean())
    assert scores["cosine"].value[1] == pytest.approx(cosine, rel=1e-4)


def test_the_sign_of_a_direction_does_not_matter():
    """Both are walked: a dictionary row has a sign, a control has none."""
    for ours, flipped in zip(measured().values(), measured(-VECTORS).values(), strict=True):
        np.testing.assert_allclose(ours.value, flipped.value, rtol=1e-4)


@pytest.mark.parametrize("budget", [1, 37, 100_000])
def test_a_direction_does_not_depend_on_its_neighbours(budget):
    """Alone or among others, whatever the budget."""
    together, alone = measured(), measured(VECTORS[4:5], budget=budget)
    for metric, scores in together.items():
        np.testing.assert_allclose(scores.value[4], alone[metric].value[0], rtol=1e-4)


def test_a_direction_that_never_passes_is_censored_at_the_limit():
    """The value is the range, the status says that the truth lies beyond it."""
    scores = measured(settings=Plateau(50.0, 10, 1e-4))
    for mode, limit in (("straight", 1.0), ("sphere", 180.0)):
        assert list(scores[mode].status) == ["censored"] * len(VECTORS)
        assert (scores[mode].value == limit).all()
    assert list(scores["kl"].status) == ["ok"] * len(VECTORS)


def test_some_lines_beyond_the_range_do_not_censor_the_mean():
    """The mean of min(size, limit) is known then, and the share past the plateau stands by."""
    scores = measured(settings=Plateau(0.2, 10, 1e-4))
    partly = (scores["reached"].value > 0) & (scores["reached"].value < 1)
    assert partly.any()
    assert {scores["straight"].status[i] for i in np.flatnonzero(partly)} == {"ok"}
    assert (scores["straight"].value[partly] < 1).all()


def test_a_censored_size_is_a_tie_for_ranks():
    """δ and AUROC are functions of ranks: how far beyond the limit a size lies is nothing to them,
    as long as no size within the range is beyond one that is not."""
    from litmus.separation.auroc import auroc
    from litmus.separation.delta import fit

    stream = np.random.default_rng(0)
    candidate, control = stream.uniform(0.4, 0.9, 40), stream.uniform(0.5, 1.0, 40)
    candidate[:6], control[:15] = 1.0, 1.0
    far = [np.where(x == 1.0, 1e6, x) for x in (candidate, control)]
    assert fit(candidate, control).delta == fit(*far).delta
    assert auroc(candidate, control, 0.95) == auroc(*far, 0.95)


def test_the_area_of_a_triangle():
    """y = x over [0, 1], unevenly sampled: ½."""
    share = torch.tensor([0.1, 0.35, 0.5, 1.0])
    torch.testing.assert_close(area(share, share), torch.tensor(0.5))


def test_the_steepest_rise_counts_the_way_from_the_base():
    """By hand: rises 4, 1, 10 per unit; the first curve is steepest on its way from zero."""
    share = torch.tensor([0.25, 0.5, 1.0])
    slope, place = steepest(share, torch.tensor([[1.0, 1.25, 6.25], [3.0, 3.0, 3.0]]))
    torch.testing.assert_close(slope, torch.tensor([10.0, 12.0]))
    torch.testing.assert_close(place, torch.tensor([0.75, 0.125]))


def test_a_line_departs_where_it_bends():
    """y = x up to ½, and then flat: x − ½ is a tenth of x at 5/9; a straight one never departs."""
    share = torch.linspace(0, 1, 1001)[1:].double()
    place, departs = departure(share, torch.stack([share.clamp(max=0.5), 3 * share + 1]))
    assert departs.tolist() == [True, False]
    assert float(place[0]) == pytest.approx(5 / 9, abs=1e-4)
    assert float(place[1]) == 1


def test_base_sequences_are_shuffled_and_drawn_once_each():
    """Known bug of public code: a shuffle whose result is dropped."""
    rows = np.arange(400).reshape(100, 4)
    drawn = sample(rows, 60, 2, 0, "bases")
    assert drawn.shape == (60, 2)
    assert (drawn[:, 0] != rows[:60, 0]).sum() > 50
    assert len(set(drawn[:, 0])) == 60
    np.testing.assert_array_equal(drawn[:, 1], drawn[:, 0] + 1)


def test_more_bases_keep_the_first():
    """And another seed draws others."""
    rows = np.arange(400).reshape(100, 4)
    few, many = (sample(rows, count, 3, 0, "bases") for count in (10, 50))
    np.testing.assert_array_equal(few, many[:10])
    assert (sample(rows, 10, 3, 1, "bases") != few).any()


def test_sequences_that_begin_alike_are_one():
    """Their activations are the same, and a direction from one to the other is none."""
    rows = np.concatenate([np.tile([1, 2, 3, 9], (50, 1)), np.arange(40).reshape(10, 4) + 5])
    drawn = sample(rows, 11, 3, 0, "bases")
    assert len(np.unique(drawn, axis=0)) == 11


def test_too_many_bases_name_the_key():
    """What was asked for, and what there is."""
    with pytest.raises(LitmusError, match=r"metrics.plateau.bases: found 9, .* only 5"):
        sample(np.arange(20).reshape(5, 4), 9, 2, 0, "metrics.plateau.bases")
