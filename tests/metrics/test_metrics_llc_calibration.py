"""Which settings calibration tries, and on which directions."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from litmus.activations.statistics import Accumulator
from litmus.directions import controls
from litmus.directions.live import Live
from litmus.errors import LitmusError
from litmus.features import Features
from litmus.metrics.llc import calibration
from litmus.metrics.llc.trial import UNKNOWN
from litmus.sampling.sampler import sampler

BLOCK = {"sampler": "sgld", "learning_rate": 1e-6, "n_beta": 100.0, "localization": 1e4}
LIMITS = {
    "learning_rate": [1e-7, 1e-4],
    "n_beta": [10.0, 1e6],
    "localization": [1e3, 1e6],
}


def drawn(numbers, limits=LIMITS, **changes):
    """Settings with these numbers."""
    return [calibration.drawn(n, BLOCK | changes, limits, 0, "llc_functional") for n in numbers]


def live(rows, width=5, centred=True):
    """A dictionary whose first rows are dead."""
    decoder = np.random.default_rng(0).normal(size=(rows, width))
    return Live(np.arange(3, rows + 3), decoder, centred, rows + 3)


def test_settings_lie_between_the_limits():
    """All three, and neither end is favoured: log-uniform where stability leaves a free choice."""
    found = drawn(range(400))
    for name, (low, high) in LIMITS.items():
        assert all(low <= setting[name] <= high for setting in found)
    n_beta = np.log10([setting["n_beta"] for setting in found])
    # Uniform on [1, 6]: mean 3.5 within four standard errors, and as many in each fifth.
    assert abs(n_beta.mean() - 3.5) < 4 * 5 / np.sqrt(12 * 400)
    counts, _ = np.histogram(n_beta, bins=5, range=(1, 6))
    assert counts.min() > 80 - 4 * 8


@pytest.mark.parametrize("name", ["sgld", "rmsprop_sgld"])
def test_the_pull_alone_never_diverges(name):
    """ε·γ stays below 4, ten times less where a sampler may take steps ten times larger."""
    gain = sampler(name, 1.0, 1.0, 1.0).largest_gain
    found = drawn(range(200), sampler=name)
    assert all(gain * s["learning_rate"] * s["localization"] < 4 for s in found)


def test_what_is_not_searched_for_stays():
    """The block's value, in every setting."""
    found = drawn(range(5), {"n_beta": [10.0, 1e6]})
    assert {(s["learning_rate"], s["localization"]) for s in found} == {(1e-6, 1e4)}
    assert len({s["n_beta"] for s in found}) == 5


def test_numbers_are_short():
    """Three digits, for they are read and typed again."""
    for setting in drawn(range(20)):
        assert all(value == float(f"{value:.3g}") for value in setting.values())


def test_limits_without_a_stable_setting_are_a_mistake():
    """The sentence names the block and the bound."""
    with pytest.raises(LitmusError, match=r"metrics\.llc_functional\.calibration: .* below 4"):
        drawn([0], {"learning_rate": [1e-3, 1e-2]})


def test_half_are_the_last_live_rows():
    """As unit vectors without a mean, by their index among the live ones; the rest isotropic."""
    rows, others = calibration.unscored(live(9), 5, 0)
    assert rows.ids == ["sae/00007", "sae/00008"]
    expected = live(9).decoder[7:]
    expected = expected - expected.mean(1, keepdims=True)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(rows.vectors, expected, atol=1e-6)
    assert (len(others.ids), others.group) == (3, "isotropic")
    np.testing.assert_allclose(np.linalg.norm(others.vectors, axis=1), 1, atol=1e-6)


def test_an_isotropic_direction_has_a_rows_latent():
    """Its id ends in the index of one of the rows that are used."""
    rows, others = calibration.unscored(live(9), 6, 0)
    assert [n.rpartition("/")[2] for n in others.ids] == [n[-5:] for n in rows.ids]


def test_too_few_live_rows_are_a_mistake():
    """The sentence says how many there are."""
    with pytest.raises(LitmusError, match="only 2 of the dictionary's 5 features are live"):
        calibration.unscored(live(2), 6, 0)


def differing(count=40, width=5):
    """Statistics of some activations, and the activations by number."""
    activations = np.random.default_rng(1).normal(size=(count, width))
    adding = Accumulator(width)
    adding.add(activations)
    return adding.statistics(), lambda numbers: activations[numbers]


def test_without_a_dictionary_half_are_differences():
    """Of two activations, none of which is scored; the rest isotropic."""
    found = calibration.without_dictionary(5, *differing(), True, 0)
    assert [(part.group, len(part.ids)) for part in found] == [("difference", 2), ("isotropic", 3)]
    assert found[0].ids == [f"calibration/difference/{i}" for i in (90000, 90001)]
    for part in found:
        np.testing.assert_allclose(np.linalg.norm(part.vectors, axis=1), 1, atol=1e-6)
        np.testing.assert_allclose(part.vectors.mean(1), 0, atol=1e-6)
    _, activation = differing()
    scored = controls.difference(range(90000, 90002), 40, activation, True, 0)
    np.testing.assert_allclose(found[0].vectors, scored, atol=1e-6)


def test_features_of_two_groups_stand_in_a_row():
    """Vectors, thresholds and offsets; none where neither has any."""

    def part(n, offset):
        return Features(
            torch.full((n, 2), float(n)), torch.full((n,), float(n)), "hard",
            torch.full((n,), offset) if offset else None,
        )  # fmt: skip

    both = calibration.joined([part(1, 0.5), part(2, 0.7)])
    assert both.thresholds.tolist() == [1, 2, 2]
    assert both.offsets.tolist() == pytest.approx([0.5, 0.7, 0.7])
    assert both.vectors.shape == (3, 2)
    assert calibration.joined([part(1, 0), part(2, 0)]).offsets is None


def test_a_table_has_a_row_a_setting():
    """Numbered, with what was tried and what came of it."""
    (setting,) = drawn([7])
    table = calibration.table({7: (setting, UNKNOWN._replace(directions=8))}, 400)
    row = SimpleNamespace(**table.to_pylist()[0])
    assert (row.setting, row.first_row, row.n_beta, row.directions) == (
        7,
        400,
        setting["n_beta"],
        8,
    )
