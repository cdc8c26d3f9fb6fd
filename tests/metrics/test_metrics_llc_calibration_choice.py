"""Which setting is taken, on tables worked by hand."""

import json

import numpy as np
import pandas as pd
import pytest

from litmus.metrics.llc import choice

# Passes every criterion.
HEALTHY = dict(
    learning_rate=1e-6, n_beta=100.0, localization=1e5, directions=8, diverged=0, converged=8,
    drift=0.1, drift_error=0.1, information=0.2, information_error=0.02, step=0.5, memory=0.01,
    ess_per_step=0.5,
)  # fmt: skip
MISSED = {
    "diverged": {"diverged": 1},
    "not_converged": {"converged": 7},
    "drift": {"drift": -0.31},
    "start": {"memory": 0.07},
    "hot": {"information": -0.03, "memory": 0.0},
    "stiff": {"step": 1.0},
}


def judged(*changes):
    """The verdicts on healthy settings with these changes."""
    rows = [HEALTHY | {"setting": i} | change for i, change in enumerate(changes)]
    return choice.judged(pd.DataFrame(rows))


def chosen(*changes):
    """Which is taken."""
    taken = judged(*changes)["chosen"]
    assert taken.sum() == 1
    return int(np.flatnonzero(taken)[0])


def test_a_healthy_setting_passes():
    """No reason is named."""
    row = judged({}).iloc[0]
    assert (row["passed"], row["reason"]) == (True, "")


@pytest.mark.parametrize("reason", MISSED)
def test_each_criterion_can_be_missed(reason):
    """And is named."""
    row = judged(MISSED[reason]).iloc[0]
    assert (row["passed"], row["reason"]) == (False, reason)


def test_the_first_criterion_missed_is_named():
    """In the order of the list."""
    assert list(MISSED) == list(choice.REASONS)
    for first, second in zip(choice.REASONS, choice.REASONS[1:], strict=False):
        assert judged(MISSED[second] | MISSED[first])["reason"].iloc[0] == first


@pytest.mark.parametrize(
    "column, reason",
    [("drift", "drift"), ("memory", "start"), ("information", "start"), ("step", "stiff")],
)
def test_what_is_not_a_number_does_not_pass(column, reason):
    """A comparison with NaN is no pass."""
    assert judged({column: np.nan})["reason"].iloc[0] == reason


def test_a_start_matters_as_much_as_the_pull_decides():
    """Half of 8 % is below 5 %."""
    assert judged({"memory": 0.08, "information": 0.5})["passed"].iloc[0]


def test_a_loss_within_a_standard_error_of_the_blind_one_is_not_hot():
    """On either side."""
    assert judged({"information": -0.02})["passed"].iloc[0]


def test_most_information_a_step_wins():
    """0.3 × 0.4 beats 0.2 × 0.5, less the errors."""
    assert chosen({}, {"information": 0.3, "ess_per_step": 0.4}, {"ess_per_step": 0.4}) == 1


def test_luck_does_not_win():
    """More information with a larger error may be less that is sure."""
    assert chosen({}, {"information": 0.25, "information_error": 0.1}) == 0


def test_what_fails_is_not_taken_while_another_passes():
    """However much information it has."""
    assert chosen({"information": 0.9, "step": 3.0}, {"information": 0.0}) == 1


def test_without_sure_information_the_surest_is_taken():
    """Below zero, effective draws do not count against a setting."""
    low = {"information": 0.0, "information_error": 0.01}
    assert chosen(low | {"information": -0.005, "ess_per_step": 0.1}, low) == 1


def test_where_none_passes_the_least_bad_is_taken():
    """The one whose first missed criterion comes last; passed is false for all."""
    changes = [MISSED[reason] for reason in ("drift", "stiff", "diverged", "hot")]
    assert chosen(*changes) == 1
    assert not judged(*changes)["passed"].any()


def test_among_equally_bad_the_count_decides():
    """Fewer diverged, then more converged directions."""
    assert chosen({"diverged": 3, "converged": 5}, {"diverged": 1, "converged": 2}) == 1
    assert chosen({"converged": 5}, {"converged": 7}) == 1


def test_nothing_known_still_gives_a_choice():
    """All diverged, everything else NaN."""
    unknown = {name: np.nan for name in HEALTHY if name not in ("directions", "converged")}
    assert chosen(*[unknown | {"diverged": 8, "converged": 0}] * 2) == 0


def test_only_what_is_searched_for_is_written(tmp_path):
    """Exactly these keys, of the row that is taken."""
    table = judged({"step": 3.0}, {"n_beta": 321.0})
    choice.write(table, ["localization", "n_beta"], tmp_path / "found.json")
    found = json.loads((tmp_path / "found.json").read_text())
    assert found == {"localization": 1e5, "n_beta": 321.0}
