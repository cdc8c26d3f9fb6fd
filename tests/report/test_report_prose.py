"""Numbers as a reader wants them."""

import math

import pytest

from litmus.report import prose

NAN = math.nan


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"),
        (0.12345, "0.123"),
        (-1.5, "−1.50"),
        (12345.6, "12\u202f346"),
        (2e-6, "2.00 × 10⁻⁶"),
        (-3.2e9, "−3.20 × 10⁹"),
        (NAN, "–"),
        (math.inf, "–"),
        (None, "–"),
    ],
)
def test_numbers_have_three_significant_digits(value, expected):
    """Thin spaces between thousands, a true minus, powers of ten at the extremes."""
    assert prose.number(value) == expected


@pytest.mark.parametrize(
    ("value", "error", "expected"),
    [
        (21.9012, 2.513, "21.9 ± 2.5"),
        (0.94, 0.0011, "0.9400 ± 0.0011"),
        (512.0, 0.0, "512"),
        (3.0, NAN, "3.00"),
        (NAN, 1.0, "–"),
    ],
)
def test_an_error_decides_the_digits_of_its_value(value, error, expected):
    """Two significant digits of the error, as many decimals of the value."""
    assert prose.plus_minus(value, error) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.04, "0.0 s"), (59, "59 s"), (61.2, "1 min 01 s"), (7500, "2 h 05 min"), (NAN, "–")],
)
def test_durations_are_read_not_computed(seconds, expected):
    """Seconds, minutes or hours, whichever says it best."""
    assert prose.duration(seconds) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(0.0001, "< 0.001"), (0.0123, "0.012"), (1.0, "1.000"), (NAN, "–")]
)
def test_a_tiny_p_is_only_bounded(value, expected):
    """No p is shown with more digits than permutations can give."""
    assert prose.p_value(value) == expected


def test_lists_end_in_and():
    """None, one, two and three."""
    lists = [[], ["a"], ["a", "b"], ["a", "b", "c"]]
    assert [prose.listed(words) for words in lists] == ["", "a", "a and b", "a, b and c"]
