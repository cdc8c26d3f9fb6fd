"""Which group is in question, and what it is held against."""

import pytest

OWN = {"directions.candidate": "file", "directions.file": "mine.npy"}


@pytest.mark.parametrize(
    "change",
    [
        OWN,
        OWN | {"directions.controls": ["sae", "isotropic"]},
        {"directions.controls": ["file", "matched"], "directions.file": "mine.safetensors"},
        OWN | {"directions.count": 600},  # the dictionary's rows are no group
    ],
    ids=str,
)
def test_a_file_may_be_the_candidate_or_a_control(changed, problems, change):
    """Whether it is there, the workflow sees as it counts its rows."""
    assert problems(changed(change)) == []


@pytest.mark.parametrize("candidate", ["sae", "file"])
def test_the_candidate_is_no_control(changed, problems, candidate):
    """Nothing differs from itself."""
    change = OWN | {"directions.candidate": candidate, "directions.controls": [candidate, "file"]}
    told = [line for line in problems(changed(change)) if "controls: found" in line]
    assert told[-1].endswith(f"valid: controls without {candidate}, for it is directions.candidate")


def test_a_group_needs_its_file(changed, problems):
    """As candidate and as control."""
    (told,) = problems(changed({"directions.candidate": "file"}))
    assert told == (
        "directions.file: found null; valid: a file of your directions, ending in .parquet, .npy, "
        ".npz, .safetensors, for file is directions.candidate"
    )
    change = {"directions.candidate": "sae", "directions.controls": ["file"]}
    (told,) = problems(changed(change))
    assert told.endswith("for file is one of directions.controls")


def test_a_file_needs_its_group(changed, problems):
    """Else it would quietly be left out."""
    assert problems(changed({"directions.file": "mine.npy"})) == [
        "directions.file: found 'mine.npy'; valid: null, or file as directions.candidate or among "
        "directions.controls"
    ]


def test_a_file_of_another_kind_is_told(changed, problems):
    """By its ending."""
    (told,) = problems(changed(OWN | {"directions.file": "mine.pt"}))
    assert told.startswith("directions.file: found 'mine.pt'; valid: a file of your directions")


@pytest.mark.parametrize("change", [{}, OWN | {"directions.controls": ["sae"]}], ids=str)
def test_the_dictionary_must_have_as_many_rows(changed, problems, change):
    """Where they are a group, whichever it is."""
    assert problems(changed(change | {"directions.count": 513})) == [
        "directions.count: found 513; valid: at most dictionary.width = 512"
    ]
