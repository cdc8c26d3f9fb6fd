"""What a search for the chains' settings depends on, and what depends on it."""

import pytest

from workflow.following import (
    CALIBRATION,
    CHAINS,
    FOLLOWING,
    FUNCTIONAL,
    SEARCHED,
    gathered,
    rules,
)
from workflow.project import Project

pytestmark = pytest.mark.workflow

CALIBRATED, FIXED, BORROWING = "llc_functional", "llc_behavioral", "llc_quadratic"

CHUNKS = ["results-tiny/scores/llc_quadratic/isotropic/00000-00005.parquet"]


def test_a_value_that_calibration_finds_is_not_read(project: Project):
    """Named by hand it is in the record of the settings only."""
    pending = project.pending(changes={"metrics": {CALIBRATED: {"localization": 3.0e4}}})
    assert rules(pending) == {"provenance", "report"}


def test_without_calibration_the_value_named_is_read(project: Project):
    """Chains run anew with it, the quadratic takes it over, and nothing is searched for."""
    change = {"calibrate": [], "localization": 3.0e4}
    pending = project.pending(changes={"metrics": {CALIBRATED: change}})
    assert rules(pending) == FUNCTIONAL | FOLLOWING | {"llc_quadratic", "provenance"}
    assert gathered(pending) == {CALIBRATED, BORROWING}


def test_a_family_that_is_calibrated_after_all_is_searched_and_scored(project: Project):
    """The other one keeps its settings and scores."""
    pending = project.pending(changes={"metrics": {FIXED: {"calibrate": ["n_beta"]}}})
    assert rules(pending) == {"llc", "provenance"} | CALIBRATION | CHAINS | FOLLOWING
    assert gathered(pending) == {FIXED}


def test_other_limits_search_and_score_anew(project: Project):
    """Whether or not the same setting wins, for that is known too late."""
    limits = {"calibration": {"n_beta": [50.0, 500.0]}}
    pending = project.pending(changes={"metrics": {CALIBRATED: limits}})
    assert rules(pending) == SEARCHED | FOLLOWING | {"provenance"}
    assert gathered(pending) == {CALIBRATED, BORROWING}


def test_more_settings_try_the_new_ones_only(project: Project):
    """A full job of calibration stays; which setting wins may change."""
    more = {"calibration": {"settings": 12}}
    pending = project.pending(changes={"metrics": {CALIBRATED: more}})
    tried = {path for path, rule in pending.items() if rule == "calibrate"}
    assert tried == {f"calibration/{CALIBRATED}/00008-00011.parquet"}
    assert rules(pending) == SEARCHED | FOLLOWING | {"provenance"}


def test_a_quadratic_with_settings_of_its_own_follows_no_search(project: Project):
    """Named, they are read; the search may change."""
    own = {BORROWING: {"n_beta": 50.0, "localization": 1.0e4}}
    limits = {CALIBRATED: {"calibration": {"n_beta": [50.0, 500.0]}}}
    project.make(*CHUNKS, changes={"metrics": own})
    assert not project.pending(*CHUNKS, changes={"metrics": own | limits})
