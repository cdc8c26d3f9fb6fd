"""Reliability and what it corrects, against simulations whose truth is known."""

import numpy as np
import pytest

from litmus.study.agreement import Measure, agreements
from litmus.study.ranks import correlation, midranks
from litmus.study.reliability import Errors, Repeats

N = 4000
ONE = np.repeat("a", N)
WEIGHTS = np.ones((1, N), np.int64)


def again(signal, noise, source):
    """The rank correlation of two whole measurements, which is what reliability means."""
    ranks = [midranks(signal + noise * source.normal(size=N), WEIGHTS) for _ in "xy"]
    return correlation(*ranks, WEIGHTS, ONE, "all")[0]


@pytest.mark.parametrize("count", [2, 3, 4, 5])
@pytest.mark.parametrize("noise", [0.3, 1.0])
def test_repeats_tell_the_reliability_of_their_mean(count, noise):
    """As two independent means of so many repeats correlate."""
    source = np.random.default_rng(count)
    signal = source.normal(size=N)
    repeats = signal[:, None] + noise * source.normal(size=(N, count))
    found = Repeats(repeats).reliability(WEIGHTS, ONE, "all")[0]
    truth = again(signal, noise / np.sqrt(count), source)
    assert found == pytest.approx(truth, abs=0.025)


@pytest.mark.parametrize("noise", [0.2, 0.6])
def test_standard_errors_tell_the_reliability(noise):
    """As two independent measurements correlate, for values that are multiplied by noise too."""
    source = np.random.default_rng(0)
    signal = source.normal(size=N)
    values = np.exp(signal + noise * source.normal(size=N))
    found = Errors.drawn(values, noise * values, source).reliability(WEIGHTS, ONE, "all")[0]
    assert found == pytest.approx(again(signal, noise, source), abs=0.025)


def test_noise_alone_is_not_reliable():
    """Repeats that share nothing give a number near zero, or none."""
    source = np.random.default_rng(1)
    found = Repeats(source.normal(size=(N, 4))).reliability(WEIGHTS, ONE, "all")[0]
    assert np.isnan(found) or found < 0.1


def test_what_all_directions_share_stays_out():
    """A shift of a whole repeat, as from noise that all directions share, changes nothing."""
    source = np.random.default_rng(2)
    repeats = source.normal(size=(N, 1)) + source.normal(size=(N, 4))
    one, other = (
        Repeats(values).reliability(WEIGHTS, ONE, "all")
        for values in (repeats, repeats + 100 * source.normal(size=4))
    )
    np.testing.assert_array_equal(one, other)


def test_the_correction_finds_the_correlation_without_noise():
    """ρ/√(RR′) of two noisy measures is the ρ of what they measure, which ρ itself is below."""
    source = np.random.default_rng(4)
    signal, other = source.normal(size=(2, N))
    second = 0.9 * signal + np.sqrt(1 - 0.81) * other
    repeats = signal[:, None] + source.normal(size=(N, 4))
    noisy = np.exp(second + 0.4 * source.normal(size=N))
    truth = correlation(midranks(signal, WEIGHTS), midranks(second, WEIGHTS), WEIGHTS, ONE, "all")[
        0
    ]
    (found,) = agreements(
        Measure(repeats.mean(1), Repeats(repeats)),
        Measure(noisy, Errors.drawn(noisy, 0.4 * noisy, source)),
        ONE,
        0.95,
        20,
        source,
    )
    assert found.rho.value < truth - 0.1
    assert found.both.value == pytest.approx(truth, abs=0.03)
    assert found.rho.value < found.corrected.value < found.both.value


def test_a_measure_without_known_noise_is_not_corrected():
    """There is nothing to divide by."""
    source = np.random.default_rng(5)
    (found,) = agreements(
        Measure(source.normal(size=N)), Measure(source.normal(size=N)), ONE, 0.95, 10, source
    )
    assert np.isnan(found.corrected.value)
    assert np.isnan(found.both.value)
