"""An edited module reruns the rules that import it and what follows, and nothing else."""

import pytest

from workflow.following import (
    AGAINST_ABLATION,
    AGREEMENT,
    CHAINED,
    DICTIONARY,
    FOLLOWING,
    FUNCTIONAL,
    SEARCHED,
    STUDY,
    gathered,
    rules,
)
from workflow.project import Project

pytestmark = pytest.mark.workflow

# The plateaus' experiments that compare kinds of activations or directions.
COMPARED = {"plateau_curves", "plateau_layers", "plateau_simplex", "figure_plateau"}
LLC = set(CHAINED)
# File, the families that are scored anew, and all rules at work.
EDITS = [
    ("metrics/sparsity.py", {"sparsity"}, {"sparsity", *FOLLOWING}),
    ("metrics/projection_std.py", {"projection_std"}, {"projection_std", *AGREEMENT, *FOLLOWING}),
    ("metrics/ablation/effect.py", {"ablation"}, {"ablation", *AGAINST_ABLATION, *FOLLOWING}),
    (
        "metrics/quadratic/kernel.py",
        {"llc_quadratic"},
        {"llc_quadratic", *AGREEMENT, *STUDY, *FOLLOWING},
    ),
    ("metrics/whole_dictionary.py", set(), {*DICTIONARY, "report"}),
    (
        "metrics/llc/patched.py",
        LLC | {"llc_quadratic"},
        SEARCHED | STUDY | FOLLOWING,
    ),
    ("metrics/traces.py", LLC, FUNCTIONAL | FOLLOWING),
    ("metrics/llc/trial.py", {"llc_functional", "llc_quadratic"}, SEARCHED | FOLLOWING),
    (
        "metrics/llc/choice.py",
        {"llc_functional", "llc_quadratic"},
        SEARCHED - {"calibrate"} | FOLLOWING,
    ),
    ("plateaus/plane.py", set(), {"plateau_plane", "figure_plateau", "report"}),
    ("study/cell.py", set(), {*STUDY, "report"}),
    ("separation/holm.py", set(), COMPARED | FOLLOWING - {"gather_scores"}),
    ("figures/overview.py", set(), {"figure_overview", "report"}),
    ("figures/calibration.py", set(), {"figure_calibration", "report"}),
    ("figures/plateau_plane.py", set(), {"figure_plateau", "report"}),
    ("report/page.py", set(), {"report"}),
    ("settings/checks.py", set(), {"report"}),  # which reads published values as settings do
    ("../separation.py", set(), FOLLOWING - {"gather_scores"}),
    ("../../report/template.html", set(), {"report"}),
    ("../../report/style.css", set(), {"report"}),
    ("../../README.md", set(), set()),
]


@pytest.mark.parametrize(("path", "scored", "expected"), EDITS, ids=[path for path, *_ in EDITS])
def test_an_edited_module_reruns_the_rules_that_import_it(project: Project, path, scored, expected):
    """And what follows from them, no other."""
    project.edit(f"scripts/litmus/{path}")
    pending = project.pending()
    assert rules(pending) == expected
    assert gathered(pending) == scored
