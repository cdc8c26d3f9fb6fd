"""Keys of the local learning coefficients' blocks that do not fit each other, or the subject."""

import pytest

from litmus.sampling.rmsprop import RMSpropSGLD
from litmus.settings.llc_checks import FAMILIES, GAIN

# With 70 steps, γ = 5e4, ε = 4e-6, four heads, and layers 0 and 1 below the hook.
MISFITS = [
    (
        {"burn_in": 67},
        "burn_in: found 67; valid: at most 66, for split R-hat needs 4 draws of the 70 steps",
    ),
    (
        {"burn_in": 40, "draw_every": 10},
        "burn_in: found 40; valid: at most 39, for split R-hat needs 4 draws of the 70 steps",
    ),
    (
        {"draw_every": 23},
        "burn_in: found 20; valid: more steps: 4 draws, 23 steps apart, do not fit into 70",
    ),
    (
        {"batch_size": 4097},
        "batch_size: found 4097; valid: at most corpus.eval_sequences = 4096",
    ),
    (
        {"learning_rate": 8e-5},
        "learning_rate: found 8e-05; valid: below 4 / localization = 8e-05; "
        "from there on every chain diverges",
    ),
    (
        {"learning_rate": "1e-4"},  # text to YAML
        "learning_rate: found 0.0001; valid: below 4 / localization = 8e-05; "
        "from there on every chain diverges",
    ),
    (
        {"learning_rate": 8.1e-6, "sampler": "rmsprop_sgld"},
        "learning_rate: found 8.1e-06; valid: below 0.4 / localization = 8e-06; "
        "from there on every chain diverges",
    ),
    (
        {"learning_rate": 8e-5, "calibrate": ["n_beta"]},  # which leaves ε and γ as they are
        "learning_rate: found 8e-05; valid: below 4 / localization = 8e-05; "
        "from there on every chain diverges",
    ),
    (
        {"calibration.learning_rate": [1e-4, 1e-7]},
        "calibration.learning_rate: found [0.0001, 1e-07]; valid: the lowest value, then the "
        "highest",
    ),
    (
        {"calibration.n_beta": ["1e3", "1e2"]},
        "calibration.n_beta: found ['1e3', '1e2']; valid: the lowest value, then the highest",
    ),
    (
        {"calibration.localization": [2, 1.5]},
        "calibration.localization: found [2, 1.5]; valid: the lowest value, then the highest",
    ),
    (
        {"calibrate": ["learning_rate"], "localization": 4e7},
        "calibrate: found ['learning_rate']; valid: a lowest learning_rate · localization below "
        "4; with 1e-07 · 4e+07 every chain tried diverges",
    ),
    (
        {"calibrate": ["localization"], "learning_rate": 4e-3},
        "calibrate: found ['localization']; valid: a lowest learning_rate · localization below "
        "4; with 0.004 · 1000 every chain tried diverges",
    ),
    (
        {
            "calibrate": ["learning_rate", "n_beta", "localization"],
            "calibration.learning_rate": ["1e-3", 1.0],
            "calibration.localization": [1e4, 1e5],
        },
        "calibrate: found ['learning_rate', 'n_beta', 'localization']; valid: a lowest "
        "learning_rate · localization below 4; with 0.001 · 10000 every chain tried diverges",
    ),
    (
        {"weights": ["full", "l2 attn"]},
        "weights: found ['full', 'l2 attn']; valid: layers l0 to l1, those below "
        "blocks.2.hook_resid_pre; 'l2 attn' moves nothing there",
    ),
    (
        {"weights": ["l17"]},
        "weights: found ['l17']; valid: layers l0 to l1, those below blocks.2.hook_resid_pre; "
        "'l17' moves nothing there",
    ),
    (
        {"weights": ["l1h4"]},
        "weights: found ['l1h4']; valid: heads h0 to h3, for model.heads = 4; found 'l1h4'",
    ),
    (
        {"weights": ["l0 mlp", "embed", "l0 mlp"]},
        "weights: found ['l0 mlp', 'embed', 'l0 mlp']; valid: each name once",
    ),
]

# Whatever is shipped, the tests begin without calibration, and with wide limits for it.
BY_HAND = {
    "calibrate": [],
    "calibration.learning_rate": [1e-7, 1e-4],
    "calibration.n_beta": [10.0, 1e6],
    "calibration.localization": [1e3, 1e6],
}

# Whatever is shipped, the tests begin without calibration, and with wide limits for it.
BY_HAND = {
    "calibrate": [],
    "calibration.learning_rate": [1e-7, 1e-4],
    "calibration.n_beta": [10.0, 1e6],
    "calibration.localization": [1e3, 1e6],
}

FITS = [
    {"burn_in": 66},
    {"burn_in": 39, "draw_every": 10},
    {"draw_every": 16},
    {"batch_size": 4096},
    {"learning_rate": 7.9e-5},
    {"learning_rate": 7.9e-6, "sampler": "rmsprop_sgld"},
    {"learning_rate": 100.0, "localization": 0},  # no pull, no bound from it
    {"learning_rate": 8e-5, "calibrate": ["learning_rate"]},
    {"localization": 1e9, "calibrate": ["localization", "n_beta"]},
    {"localization": 3.9e7, "calibrate": ["learning_rate"]},
    {"calibration.n_beta": [5.0, 5.0]},
    {"calibration.learning_rate": ["1e-7", "1e-4"], "calibrate": ["learning_rate"]},
    {"calibration.learning_rate": [10.0, 100.0]},  # nothing is searched there
    {"weights": ["full", "embed", "l0", "l1 attn", "l1 mlp", "l0h0", "l1h3"]},
]


def inside(family, change):
    """The change as dotted paths."""
    return {f"metrics.{family}.{key}": value for key, value in change.items()}


@pytest.fixture
def changed(changed):
    """The shipped config, all calibration off, with other values at dotted paths."""
    off = {k: v for family in FAMILIES for k, v in inside(family, BY_HAND).items()}
    return lambda change: changed(off | change)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("change", "told"), MISFITS, ids=lambda case: str(case)[:40])
def test_a_misfit_is_told_at_the_key_to_change(changed, problems, family, change, told):
    """One line: the key, the value found, what fits the other keys."""
    assert problems(changed(inside(family, change))) == [f"metrics.{family}.{told}"]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("change", FITS, ids=lambda case: str(case)[:40])
def test_what_just_fits_is_accepted(changed, problems, family, change):
    """The limits belong to what is valid."""
    own = {"separation.permutations": 10**6, "metrics.llc_quadratic.localization": 1.0}
    change = own | inside(family, change)
    assert problems(changed(change)) == []


def test_calibration_keeps_off_the_rows_that_are_scored(changed, problems):
    """Half of the directions that the greediest family asks for are dictionary rows."""
    change = {
        "directions.count": 507,
        "metrics.llc_functional.calibrate": ["n_beta"],
        "metrics.llc_functional.calibration.directions": 13,
        "metrics.llc_behavioral.calibrate": ["n_beta"],
        "metrics.llc_behavioral.calibration.directions": 8,
        "metrics.llc_natural.calibrate": ["n_beta"],
        "metrics.llc_natural.calibration.directions": 400,
        "metrics.llc_natural.enabled": False,
    }
    assert problems(changed(change)) == [
        "directions.count: found 507; valid: at most 506: 512 rows in the dictionary, less 6 to "
        "calibrate on"
    ]
    assert problems(changed(change | {"directions.count": 506})) == []


def test_without_calibration_every_row_may_be_scored(changed, problems):
    """However many directions it would be tried on."""
    change = {"directions.count": 512, "metrics.llc_functional.calibration.directions": 400}
    assert problems(changed(change)) == []


@pytest.mark.parametrize("thresholds", [[1.0, 1.0], [1, 2.0, 1.0000001], ["1e0", 1]])
def test_a_threshold_names_one_metric(changed, problems, thresholds):
    """Two that are written alike would be one."""
    (told,) = problems(changed({"metrics.llc_functional.thresholds": thresholds}))
    assert told.startswith("metrics.llc_functional.thresholds: found [")
    assert told.endswith("; valid: each number once, to six digits")


def test_the_gains_are_those_of_the_samplers():
    """Settings import no room above them, so the number is there twice."""
    assert RMSpropSGLD(1.0, 1.0, 1.0).largest_gain == pytest.approx(GAIN["rmsprop_sgld"])


def test_the_quadratic_takes_over_no_absent_pull(changed, problems):
    """γ = 0 suits chains with data enough, and no quadratic; a γ of its own, or one searched for,
    does."""
    off = {"metrics.llc_functional.localization": 0.0, "metrics.llc_functional.calibrate": []}
    assert problems(changed(off)) == [
        "metrics.llc_quadratic.localization: found null; valid: a number > 0, for "
        "metrics.llc_functional.localization, which null takes over, is 0"
    ]
    assert not problems(changed({"metrics.llc_quadratic.localization": 1.0}))
    lent = {"metrics.llc_functional.calibrate": ["localization"]}
    assert not problems(changed(lent | {"metrics.llc_quadratic.localization": None}))


def test_what_only_the_loaded_subject_can_tell_is_left_to_it(changed, problems):
    """Heads and dictionary rows of a trained run say nothing about a model of others."""
    named = {"metrics.llc_functional.weights": ["l0h7"]}
    assert problems(changed(named)), "four heads are trained here"
    of_others = [found for found in problems(changed({"model.source": "hub"})) if "l0h7" in found]
    assert not of_others
