"""An edit reruns what depends on it, and nothing else."""

import os
import time

import pytest

from workflow.project import Project, artefacts

pytestmark = pytest.mark.workflow

METRICS = [
    "sparsity",
    "norm_sparsity",
    "projection_std",
    "projection_skewness",
    "projection_kurtosis",
    "weight_sensitivity",
    "llc_functional",
]
# What follows from any metric: the separation is of all of them together.
FOLLOWING = {"gather_scores", "separation", "figure_distribution", "figure_overview", "report"}


def rules(pending: dict[str, str]) -> set[str]:
    """The rules at work."""
    return set(pending.values())


def gathered(pending: dict[str, str]) -> set[str]:
    """The metrics whose chunks are joined anew."""
    paths = {path for path, rule in pending.items() if rule == "gather_scores"}
    return {path.removeprefix("scores/").removesuffix(".parquet") for path in paths}


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
    os.utime(project.results / "tokens.parquet")
    os.utime(project.results / "scores" / "sparsity.parquet")
    assert project.pending() == {}


@pytest.mark.parametrize("metric", METRICS)
def test_a_metrics_block_reruns_that_metric_only(project: Project, metric: str):
    """Its scores, what compares and draws them, and the record of the settings."""
    block = "threshold" if "projection" not in metric else "enabled"
    value = 0.9 if block == "threshold" else False
    pending = project.pending(changes={"metrics": {metric: {block: value}}})
    chained = {"gather_traces", "figure_traces"} if metric == "llc_functional" else set()
    if block == "threshold":
        assert gathered(pending) == {metric}
        assert rules(pending) == {metric, "provenance"} | FOLLOWING | chained
    else:
        assert rules(pending) == {"provenance"} | FOLLOWING - {"gather_scores"}


def test_an_edited_metric_leaves_the_others_files_alone(project: Project):
    """For real: new scores of one metric, old files of all others, new separation."""
    stamps, bytes_before = project.stamps(), artefacts(project.results)
    project.make(changes={"metrics": {"sparsity": {"threshold": 0.5}}})
    untouched = {name for name, stamp in project.stamps().items() if stamp == stamps[name]}
    rerun = {name for name in stamps if name not in untouched}
    scored = {name for name in rerun if name.startswith(("scores/", "traces/"))}
    assert scored == {name for name in stamps if name.startswith("scores/sparsity")}
    assert all(name.startswith(("scores/", "figures/", "sep", "prov")) for name in rerun)
    after = artefacts(project.results)
    assert after["scores/sparsity.parquet"] != bytes_before["scores/sparsity.parquet"]
    assert after["separation.csv"] != bytes_before["separation.csv"]


def test_more_directions_add_chunks_only(project: Project):
    """Directions and scores are made of the new chunk alone."""
    pending = project.pending(changes={"directions": {"count": 18}})
    chunks = {path for path in pending if path.split("/")[-1][0] == "0"}
    assert {path.split("/")[-1] for path in chunks} == {"00012-00017.parquet"}
    assert len(chunks) == 5 * (1 + len(METRICS) + 1)  # directions, scores, the chains' traces
    assert rules({p: rule for p, rule in pending.items() if p not in chunks}) == {
        "gather_traces",
        "figure_traces",
        "provenance",
        *FOLLOWING,
    }


def test_more_directions_leave_old_chunks_as_they_were(project: Project):
    """For real: no old chunk is written again, and the old scores come first in the new table."""
    stamps, before = project.stamps(), artefacts(project.results)
    gathered = [
        "results-tiny/scores/sparsity.parquet",
        "results-tiny/scores/projection_std.parquet",
    ]
    project.make(*gathered, changes={"directions": {"count": 18}})
    after, new_stamps = artefacts(project.results), project.stamps()
    changed = {name for name in stamps if new_stamps[name] != stamps[name]}
    assert changed == {"scores/sparsity.parquet", "scores/projection_std.parquet"}
    assert len(after) == len(before) + 5 + 2 * 5


def test_a_control_less_recomputes_no_direction(project: Project):
    """What is left is joined, compared and drawn again."""
    pending = project.pending(changes={"directions": {"controls": ["isotropic", "matched"]}})
    assert rules(pending) == {"gather_traces", "figure_traces", "provenance", *FOLLOWING}
    assert gathered(pending) == set(METRICS)


def test_a_control_more_recomputes_no_old_group(project: Project):
    """Only the added group is drawn and scored."""
    scores = "results-tiny/scores/sparsity.parquet"
    project.make(scores, changes={"directions": {"controls": ["isotropic", "matched"]}})
    for path in project.results.glob("**/difference/*.parquet"):
        path.unlink()
    pending = project.pending(scores)
    assert pending.pop("scores/sparsity.parquet") == "gather_scores"
    assert all("/difference/" in path for path in pending)
    assert sorted(pending.values()) == ["directions_control"] * 2 + ["sparsity"] * 2


EDITS = [
    ("scripts/litmus/metrics/sparsity.py", {"sparsity", *FOLLOWING}),
    ("scripts/litmus/metrics/projection_std.py", {"projection_std", *FOLLOWING}),
    ("scripts/litmus/separation/holm.py", FOLLOWING - {"gather_scores"}),
    ("scripts/litmus/figures/overview.py", {"figure_overview", "report"}),
    ("scripts/litmus/figures/training.py", {"figure_training", "report"}),
    ("scripts/litmus/report/page.py", {"report"}),
    ("scripts/separation.py", FOLLOWING - {"gather_scores"}),
    ("report/template.html", {"report"}),
    ("report/style.css", {"report"}),
    ("README.md", set()),
    ("scripts/litmus/settings/checks.py", set()),
]


@pytest.mark.parametrize(("path", "expected"), EDITS, ids=[path for path, _ in EDITS])
def test_an_edited_module_reruns_the_rules_that_import_it(project: Project, path, expected):
    """And what follows from them, no other."""
    project.edit(path)
    pending = project.pending()
    assert rules(pending) == expected
    if "sparsity" in expected:
        assert gathered(pending) == {"sparsity"}


def test_a_new_title_reruns_the_report_only(project: Project):
    """And the record of the settings, which holds the title."""
    pending = project.pending(changes={"report": {"title": "Do they?"}})
    assert pending == {"report.html": "report", "provenance.json": "provenance"}


def test_a_new_version_of_torch_reruns_what_imports_torch(project: Project):
    """The text, the controls' draws and the statistics of the scores stay."""
    pins = project.folder / "envs" / "requirements.txt"
    lines = pins.read_text().splitlines()
    pins.write_text(
        "\n".join("torch==0.0.1" if line.startswith("torch==") else line for line in lines)
    )
    pending = rules(project.pending())
    assert {"train_model", "activations", "train_dictionary", "llc_functional"} <= pending
    assert not {"corpus", "tokens"} & pending


def test_a_moved_folder_has_nothing_to_do(project: Project):
    """No path of the machine is part of what a run depends on."""
    moved = project.folder.rename(project.folder.with_name("elsewhere"))
    assert Project(moved, project.environment).pending() == {}
