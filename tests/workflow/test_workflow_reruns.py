"""A setting reruns what reads it and what follows, and nothing else."""

import os
import time

import pytest

from workflow.following import (
    AGAINST_ABLATION,
    AGREEMENT,
    ALL,
    CHAINED,
    CHAINS,
    DICTIONARY,
    FAMILIES,
    FOLLOWING,
    FUNCTIONAL,
    SEARCHED,
    STUDY,
    gathered,
    rules,
)
from workflow.project import Project, artefacts

pytestmark = pytest.mark.workflow


def test_a_finished_run_has_nothing_to_do(project: Project):
    """The second run of the same settings makes nothing and takes seconds."""
    before, started = project.stamps(), time.monotonic()
    console = project.make()
    assert time.monotonic() - started < 20
    assert "Nothing to be done" in console
    assert project.stamps() == before


def test_touching_files_changes_nothing(project: Project):
    """Newer times on the same bytes are no reason to run, for sources and small results."""
    for path in ["Snakefile", "config.yaml", *project.folder.glob("scripts/**/*.py")]:
        os.utime(project.folder / path)
    for name in ("tokens", "scores/sparsity", "diagnostics/llc_functional", "plateaus/plane"):
        os.utime(project.results / f"{name}.parquet")
    os.utime(project.results / "calibration" / "llc_functional.json")
    assert project.pending() == {}


# Family, a change of its block, and the rules at work besides what follows from any metric.
BLOCKS = [
    ("sparsity", {"threshold": 0.9}, {"sparsity"}),
    ("norm_sparsity", {"threshold": 0.9}, {"norm_sparsity"}),
    (
        "weight_sensitivity",
        {"threshold": 0.9},
        {"weight_sensitivity", *AGREEMENT, *DICTIONARY},
    ),
    ("llc_functional", {"max_rhat": 3.0}, SEARCHED | STUDY),
    ("llc_functional", {"thresholds": [1.0, 0.9]}, FUNCTIONAL),
    ("llc_behavioral", {"localization": 9.0e4}, {"llc", *CHAINS}),
    ("llc_quadratic", {"n_beta": 50.0}, {"llc_quadratic", *AGREEMENT}),
    ("ablation", {"sequences": 8}, {"ablation", *AGAINST_ABLATION}),
    ("plateau", {"threshold": 0.4}, {"plateau"}),
]


@pytest.mark.parametrize(
    ("family", "change", "expected"), BLOCKS, ids=[f"{f}-{next(iter(c))}" for f, c, _ in BLOCKS]
)
def test_a_metrics_block_reruns_that_metric_only(project: Project, family, change, expected):
    """Its scores, what compares and draws them, and the record of the settings."""
    pending = project.pending(changes={"metrics": {family: change}})
    assert gathered(pending) == {family} | ({"llc_quadratic"} & expected)
    assert rules(pending) == expected | FOLLOWING | {"provenance"}
    chunks = {path for path, rule in pending.items() if rule == "llc"}
    assert all(path.split("/")[1] == family for path in chunks)


@pytest.mark.parametrize("family", ["projection_std", "projection_skewness", "projection_kurtosis"])
def test_a_metric_less_scores_nothing_anew(project: Project, family: str):
    """What is left is compared and drawn again."""
    pending = project.pending(changes={"metrics": {family: {"enabled": False}}})
    compared = AGREEMENT if family == "projection_std" else set()
    assert rules(pending) == FOLLOWING - {"gather_scores"} | compared | {"provenance"}


def test_an_edited_metric_leaves_the_others_files_alone(project: Project):
    """For real: new scores of one metric, old files of all others, new separation."""
    stamps, bytes_before = project.stamps(), artefacts(project.results)
    project.make(
        "results-tiny/separation.csv", changes={"metrics": {"sparsity": {"threshold": 0.5}}}
    )
    after_stamps, after = project.stamps(), artefacts(project.results)
    rerun = {name for name in stamps if after_stamps[name] != stamps[name]}
    assert rerun == {
        *(name for name in stamps if name.startswith("scores/sparsity")),
        "separation.parquet",
        "separation.csv",
    }
    assert after["scores/sparsity.parquet"] != bytes_before["scores/sparsity.parquet"]
    assert after["separation.csv"] != bytes_before["separation.csv"]


def test_more_directions_add_chunks_only(project: Project):
    """Directions and scores are made of the new chunk alone; the chains' settings stay."""
    pending = project.pending(changes={"directions": {"count": 18}})
    chunks = {path for path in pending if path.split("/")[-1][0] == "0"}
    assert {path.split("/")[-1] for path in chunks} == {"00012-00017.parquet"}
    # Directions, scores, and the chains' traces and diagnostics, in three groups.
    assert len(chunks) == 3 * (1 + len(FAMILIES) + 2 * len(CHAINED))
    joined = rules({p: rule for p, rule in pending.items() if p not in chunks})
    assert joined == {"figure_whole_dictionary", "provenance"} | ALL


def test_more_directions_leave_old_chunks_as_they_were(project: Project):
    """For real: no old chunk is written again, and the old scores come first in the new table."""
    stamps, before = project.stamps(), artefacts(project.results)
    joined = {"scores/sparsity.parquet", "scores/projection_std.parquet"}
    project.make(
        *(f"results-tiny/{name}" for name in sorted(joined)), changes={"directions": {"count": 18}}
    )
    after, new_stamps = artefacts(project.results), project.stamps()
    assert {name for name in stamps if new_stamps[name] != stamps[name]} == joined
    assert len(after) == len(before) + 3 + 2 * 3


def test_a_control_less_recomputes_no_direction(project: Project):
    """What is left is joined, compared and drawn again."""
    pending = project.pending(changes={"directions": {"controls": ["isotropic"]}})
    assert rules(pending) == {"provenance"} | ALL
    assert gathered(pending) == set(FAMILIES)


def test_a_control_more_recomputes_no_old_group(project: Project):
    """Only the added group is drawn and scored."""
    controls = ["isotropic", "difference", "matched"]
    pending = project.pending(
        "results-tiny/scores/sparsity.parquet", changes={"directions": {"controls": controls}}
    )
    assert pending.pop("scores/sparsity.parquet") == "gather_scores"
    assert all("/difference/" in path for path in pending)
    assert sorted(pending.values()) == ["directions_control"] * 2 + ["sparsity"] * 2


# The record of the settings, and what shows it.
RECORD = {"provenance", "report"}
BESIDE = [
    ({"report": {"title": "Do they?"}}, set()),
    ({"plateaus": {"resolution": 9}}, {"plateau_plane", "figure_plateau"}),
    ({"plateaus": {"lines": 3}}, {"plateau_curves", "plateau_layers", "figure_plateau"}),
    ({"plateaus": {"enabled": False}}, set()),
    ({"study": {"draws": 5}}, STUDY),
    ({"study": {"enabled": False}}, set()),
    ({"metrics": {"weight_sensitivity": {"whole_dictionary": False}}}, set()),
]


@pytest.mark.parametrize(("changes", "expected"), BESIDE, ids=[str(c) for c, _ in BESIDE])
def test_what_no_score_depends_on_reruns_no_score(project: Project, changes, expected):
    """A title, the plateaus' experiments, the study: what they make, and the report."""
    assert rules(project.pending(changes=changes)) == expected | RECORD


def test_a_new_version_of_torch_reruns_what_imports_torch(project: Project):
    """The text, the controls' draws and the statistics of the scores stay."""
    pins = project.folder / "envs" / "requirements.txt"
    lines = pins.read_text().splitlines()
    pins.write_text(
        "\n".join("torch==0.0.1" if line.startswith("torch==") else line for line in lines)
    )
    pending = rules(project.pending())
    assert {"train_model", "activations", "train_dictionary", "calibrate", "llc"} <= pending
    assert not {"corpus", "tokens"} & pending


def test_a_moved_folder_has_nothing_to_do(project: Project):
    """No path of the machine is part of what a run depends on."""
    moved = project.folder.rename(project.folder.with_name("elsewhere"))
    assert Project(moved, project.environment).pending() == {}
