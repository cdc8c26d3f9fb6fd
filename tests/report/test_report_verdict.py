"""The verdict says what the numbers allow, and no more."""

import numpy as np
import pandas as pd
import pytest

import synthetic
from litmus.report import verdict, words

WORDS = synthetic.WORDS


def _row(metric="sparsity", control="isotropic", **changes):
    """A comparison that clearly beats chance, changed as told."""
    return {
        "metric": metric,
        "control": control,
        "delta": 0.1,
        "delta_low": 0.05,
        "delta_high": 0.15,
        "delta_null": 0.44,
        "delta_crossfit": 0.11,
        "higher": "sae",
        "p_holm": 0.001,
        "win_share": np.nan,
        "p_wilcoxon": np.nan,
    } | changes


def _judge(*rows):
    return verdict.judge(pd.DataFrame(rows), 0.95)


def _text(*rows):
    """Headline and statements on `rows`, as one string a subject."""
    judged = _judge(*rows)
    told = words.statements(judged, WORDS, "sae")
    return words.headline(judged, WORDS), {item.subject: item.text for item in told}


def test_clear_separation_beats_chance():
    """p below 0.05 and the whole interval below the null line."""
    assert _judge(_row())[0].beats_chance


@pytest.mark.parametrize(
    "weak",
    [
        {"p_holm": 0.05},
        {"p_holm": 0.9},
        {"p_holm": np.nan},
        {"delta_high": 0.44},
        {"delta_high": np.nan},
        {"delta_null": np.nan},
    ],
    ids=str,
)
def test_anything_short_of_both_conditions_does_not_beat_chance(weak):
    """Neither condition alone suffices, equality is not below, and NaN is no."""
    assert not _judge(_row(**weak))[0].beats_chance


@pytest.mark.parametrize("weak", [{"p_holm": 0.2}, {"delta_high": 0.45}], ids=str)
def test_what_is_not_significant_is_never_said_to_beat_chance(weak):
    """A measure that fails a condition is denied in the headline and in its statement."""
    headline, told = _text(_row(**weak))
    assert headline.startswith("No measure")
    assert told["Sparsity"].startswith("beats chance against no control.")


def test_a_baseline_that_does_what_no_measure_does_is_named_in_the_headline():
    """Else the reader would take "no measure" for "nothing"."""
    headline, _ = _text(_row(p_holm=0.5), _row("projection_std"))
    assert headline.endswith("better than chance; a trivial baseline does: Standard deviation.")


def test_one_lost_control_keeps_a_measure_out_of_the_headline():
    """Only a measure that beats chance against every control is named there."""
    headline, told = _text(_row(), _row(control="matched", p_holm=0.5))
    assert "Sparsity" not in headline
    assert "It does not against matched" in told["Sparsity"]


@pytest.mark.parametrize(
    ("crossfit", "high", "expected"),
    [
        (0.10, 0.15, "better"),
        (0.10, 0.25, "undecided"),
        (0.20, 0.15, "no better"),
        (0.30, 0.35, "no better"),
        (np.nan, 0.1, "unknown"),
    ],
)
def test_the_standard_deviation_is_beaten_only_by_a_whole_interval(crossfit, high, expected):
    """Against a standard deviation at .20: lower with the interval, lower, not lower, unknown."""
    judged = _judge(
        _row(delta_crossfit=crossfit, delta_high=high), _row("projection_std", delta_crossfit=0.2)
    )
    assert judged[0].against_baseline == expected


def test_noise_is_not_better_than_noise():
    """Where the standard deviation says nothing, a measure must still beat chance to be better."""
    judged = _judge(
        _row(p_holm=1.0, delta=0.44, delta_high=0.49, delta_crossfit=0.48),
        _row("projection_std", p_holm=1.0, delta=0.46, delta_high=0.5, delta_crossfit=0.54),
    )
    assert judged[0].against_baseline == "undecided"


def test_against_pairs_of_equal_variance_chance_is_the_yardstick():
    """Where pairs are known, the standard deviation is equal by construction, not beaten."""
    judged = _judge(
        _row(control="matched", win_share=0.7),
        _row("projection_std", "matched", delta_crossfit=0.5, p_holm=1.0),
    )
    assert judged[0].against_baseline == "equal by construction"
    _, told = _text(_row(control="matched", win_share=0.7, p_wilcoxon=0.0123))
    assert "better than the standard deviation" not in told["Sparsity"]
    assert "In 70 % of the pairs with matched, sae is the higher" in told["Sparsity"]


def test_a_measure_no_better_than_the_standard_deviation_is_said_to_be():
    """It beats chance, and the statement takes away what that is worth."""
    headline, told = _text(_row(delta_crossfit=0.2), _row("projection_std", delta_crossfit=0.1))
    assert "None of them beats the projection’s standard deviation" in headline
    assert "It is no better than the standard deviation against isotropic" in told["Sparsity"]


@pytest.mark.parametrize(
    ("higher", "expected"),
    [("sae", "higher in the candidate"), ("isotropic", "lower in the candidate")],
)
def test_the_direction_is_told(higher, expected):
    """Whether the candidate is higher or lower."""
    assert expected in _text(_row(higher=higher))[1]["Sparsity"]


def test_both_directions_are_told_apart():
    """Higher than one control and lower than another are named."""
    _, told = _text(_row(), _row(control="covariance", higher="covariance"))
    assert "than in isotropic, lower than in covariance" in told["Sparsity"]


def test_what_could_not_be_computed_is_said():
    """A row of NaN is neither won nor lost."""
    nothing = dict.fromkeys(("delta", "delta_high", "delta_null", "delta_crossfit"), np.nan)
    lost = _row(**nothing, p_holm=np.nan, higher="neither")
    assert _text(lost)[1]["Sparsity"] == "could not be computed against any control."
    _, told = _text(_row(control="covariance"), lost)
    assert "could not be computed against isotropic" in told["Sparsity"]


def test_without_any_measure_there_is_nothing_to_say():
    """Only baselines: the headline says so."""
    assert "Only trivial baselines" in _text(_row("projection_std"))[0]


def test_failures_are_counted_by_status_metric_and_group():
    """Four not converged and one diverged in each of five groups of LLC scores."""
    scores = synthetic.scores("llc_functional_1sigma", 20)
    failed = verdict.failures(scores)
    assert len(failed) == 10
    assert set(failed["count"]) == {4, 1}
    told = words.failure_sentence(failed, len(scores), WORDS)
    assert told.startswith("25 of 100 estimates failed")
    assert "Functional LLC, 1σ: 20 not converged (4 sae, 4 isotropic" in told
    assert "5 diverged (1 sae" in told


def test_no_failure_is_said_too():
    """All is well is a sentence, not silence."""
    scores = synthetic.scores("sparsity", 5)
    told = words.failure_sentence(verdict.failures(scores), len(scores), WORDS)
    assert told == "All 25 estimates succeeded."


def test_the_rules_name_the_level_that_was_used():
    """A confidence of .99 is told as p below .01 and a 99 % interval."""
    told = " ".join(verdict.rules(0.99, ["projection_std"]))
    assert "below 0.01" in told
    assert "99 % interval" in told
