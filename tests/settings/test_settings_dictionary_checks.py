"""Where a dictionary of others is to be had."""

import pytest

FILES = "cfg.json and sae_weights.safetensors"
VALID = f"valid: a folder with {FILES}, as SAELens saves a dictionary"


@pytest.fixture
def folder(tmp_path):
    """A folder that holds what it should, by name."""
    for name in FILES.split(" and "):
        (tmp_path / name).touch()
    return tmp_path


def test_a_folder_of_the_users_is_accepted(changed, problems, folder):
    """With both files; the width of a trained one does not matter then."""
    given = {"dictionary.source": "local", "dictionary.path": str(folder), "directions.count": 600}
    assert problems(changed(given)) == []


@pytest.mark.parametrize("name", FILES.split(" and "))
def test_a_folder_without_a_file_is_told(changed, problems, folder, name):
    """Which."""
    (folder / name).unlink()
    (told,) = problems(changed({"dictionary.source": "local", "dictionary.path": str(folder)}))
    assert told.endswith(f"{VALID}; it holds no {name}")


def test_no_folder_is_told(changed, problems):
    """Missing, or not named."""
    local = {"dictionary.source": "local"}
    (told,) = problems(changed(local | {"dictionary.path": "no/such"}))
    assert told == f"dictionary.path: found 'no/such'; {VALID}; there is no such folder"
    (told,) = problems(changed({"dictionary.path": None}))
    assert told == f"dictionary.path: found null; {VALID}, for dictionary.source is local"


def test_a_release_is_accepted(changed, problems):
    """Whether there is such a one, SAELens's list tells."""
    hub = {"dictionary.source": "hub", "dictionary.release": "r", "dictionary.id": "i"}
    assert problems(changed(hub)) == []


def test_a_release_needs_both_keys(changed, problems):
    """One line each."""
    valid = "text that is not empty, for dictionary.source is hub"
    assert problems(changed({"dictionary.source": "hub"})) == [
        f"dictionary.{key}: found null; valid: {valid}" for key in ("release", "id")
    ]


@pytest.mark.parametrize("key", ["path", "release", "id"])
def test_what_is_not_read_must_not_be_named(changed, problems, key):
    """Else a run would quietly be of another dictionary."""
    (told,) = problems(changed({f"dictionary.{key}": "mine"}))
    assert told.startswith(
        f"dictionary.{key}: found 'mine'; valid: null with dictionary.source: train; to "
    )
