"""Directions of one's own as the candidate: what the workflow would run, and run again."""

import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from workflow.project import Project

pytestmark = pytest.mark.workflow

ROWS = 9  # of the tiny preset's twelve directions a group, six a chunk
OWN = {"candidate": "file", "file": "mine.npy"}
# Nothing else in the tiny preset asks for the dictionary.
WITHOUT_DICTIONARY = {
    "directions": OWN,
    "metrics": {"weight_sensitivity": {"whole_dictionary": False}},
    "plateaus": {"base_kinds": ["real", "random"], "direction_kinds": ["random", "isotropic"]},
    "study": {"enabled": False},
}
DICTIONARY = {"train_dictionary", "dictionary_quality", "directions_sae", "dictionary_sensitivity"}
CHUNKS = {
    "file": ["00000-00005", "00006-00008"],
    "matched": ["00000-00005", "00006-00008"],
    "isotropic": ["00000-00005", "00006-00011"],
}


@pytest.fixture
def mine(fresh: Project) -> Project:
    """A project in which nothing has run, and a file of directions."""
    np.save(fresh.folder / "mine.npy", np.random.default_rng(0).normal(size=(ROWS, 32)))
    return fresh


def directions(pending: dict[str, str]) -> dict[str, list[str]]:
    """The chunks that would be made of each group."""
    found: dict[str, list[str]] = {}
    for path in sorted(pending):
        folder, _, rest = path.partition("/")
        if folder == "directions":
            found.setdefault(rest.partition("/")[0], []).append(Path(rest).stem)
    return found


def test_a_file_has_its_own_chunks_and_its_partners_follow(mine: Project):
    """Nine rows are a chunk of six and one of three; other controls keep their number."""
    pending = mine.pending(changes={"directions": OWN})
    assert directions(pending) == CHUNKS
    scored = [path for path, rule in pending.items() if rule == "sparsity"]
    assert len(scored) == sum(map(len, CHUNKS.values()))
    assert "scores/sparsity/file/00006-00008.parquet" in scored
    assert {"dictionary_quality", "dictionary_sensitivity"} <= set(pending.values())


def test_the_dictionary_is_made_where_something_asks_for_it_alone(mine: Project):
    """Not for directions of one's own; calibration does without."""
    pending = mine.pending(changes=WITHOUT_DICTIONARY)
    assert set(pending.values()) & DICTIONARY == set()
    assert {"directions_file", "calibrate", "report"} <= set(pending.values())


def test_the_dictionary_may_be_a_control(mine: Project):
    """Of as many directions as are asked for."""
    controls = {**OWN, "controls": ["sae", "matched"]}
    found = directions(mine.pending(changes={"directions": controls}))
    assert found["sae"] == ["00000-00005", "00006-00011"]
    assert found["matched"] == found["file"] == CHUNKS["file"]


def test_a_file_may_be_a_control(mine: Project):
    """Partners are then the dictionary's."""
    controls = {"controls": ["file", "matched"], "file": "mine.npy"}
    found = directions(mine.pending(changes={"directions": controls}))
    assert found["file"] == CHUNKS["file"]
    assert found["matched"] == found["sae"] == ["00000-00005", "00006-00011"]


def pretend(project: Project, changes: dict) -> None:
    """Every result is there, made long after the project's files, one as old as the other."""
    for path in project.pending(changes=changes):
        file = project.results / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("made up")
        os.utime(file, (2e9, 2e9))
    assert project.pending(changes=changes) == {}


def test_an_edited_file_reruns_what_follows_from_it(mine: Project):
    """Its own group and its partners; no other control, no dictionary, no model."""
    pretend(mine, WITHOUT_DICTIONARY)
    np.save(mine.folder / "mine.npy", np.random.default_rng(1).normal(size=(ROWS, 32)))
    os.utime(mine.folder / "mine.npy", (2.1e9, 2.1e9))
    pending = mine.pending(changes=WITHOUT_DICTIONARY)
    assert directions(pending) == {group: CHUNKS[group] for group in ("file", "matched")}
    scored = Counter(path.split("/")[2] for path in pending if path.count("/") == 3)
    assert set(scored) == {"file", "matched"}
    never = {"train_model", "activations", "calibrate", "directions_control", "plateau_curves"}
    assert not never & set(pending.values())
    assert {"separation", "report"} <= set(pending.values())


MISTAKES = {
    "missing": (
        {"directions": {**OWN, "file": "none.npy"}},
        "found 'none.npy'; valid: a file that",
    ),
    "unnamed": (
        {"directions": {"candidate": "file"}},
        "directions.file: found null; valid: a file",
    ),
}


@pytest.mark.parametrize(("changes", "told"), MISTAKES.values(), ids=MISTAKES)
def test_a_file_that_is_not_there_stops_the_workflow(mine: Project, changes, told):
    """Before anything runs."""
    code, console = mine.run("-n", changes=changes)
    assert code != 0
    assert told in console and "Traceback" not in console
    assert not mine.results.exists()


def test_a_row_that_is_no_direction_is_one_sentence(mine: Project):
    """Told before anything long is begun, though only a job can read the numbers."""
    rows = np.ones((ROWS, 32))
    rows[4] = np.nan
    np.save(mine.folder / "mine.npy", rows)
    target = "results-tiny/directions/file/00000-00005.parquet"
    code, console = mine.run(targets=[target], changes={"directions": OWN})
    assert code != 0
    assert "'mine.npy', whose row 4 (the first is 0) holds NaN" in console
    assert "Traceback" not in console
    assert not (mine.results / "model").exists()


def test_a_release_that_is_not_there_stops_the_workflow(fresh: Project):
    """With the nearest that SAELens knows."""
    hub = {"source": "hub", "release": "gpt2-small-resjb", "id": "blocks.1.hook_resid_pre"}
    code, console = fresh.run("-n", changes={"dictionary": hub})
    assert code != 0
    assert "dictionary.release: found 'gpt2-small-resjb'" in console
    assert "gpt2-small-res-jb" in console and "Traceback" not in console


def test_a_dictionary_of_others_is_loaded_and_checked_in_place_of_training(fresh: Project):
    """At a path that no seed names; its quality waits for the check."""
    hub = {"source": "hub", "release": "gpt2-small-res-jb", "id": "blocks.1.hook_resid_pre"}
    pending = fresh.pending(changes={"dictionary": hub})
    folder = "dictionary/blocks.1.hook_resid_pre/pretrained"
    assert pending[f"{folder}/cfg.json"] == "load_dictionary"
    assert pending[f"{folder}/checked.json"] == "check_dictionary"
    assert "train_dictionary" not in pending.values()
