"""The plateau blocks: names and words of the metrics, and what does not fit together."""

import pytest
from pydantic import ValidationError

from litmus.metrics.plateau.geometry import SCALES
from litmus.settings import plateau_checks as checks
from litmus.settings.metrics.plateau import UNITS, Plateau
from litmus.settings.plateaus import Plateaus

HOOK, FINAL = "blocks.2.hook_resid_pre", "ln_final.hook_normalized"
BLOCK = {
    "enabled": True,
    "modes": ["straight", "sphere"],
    "companions": ["kl", "area"],
    "at": [0.25, 0.5],
    "write": None,
    "read": FINAL,
    "positions": 10,
    "bases": 32,
    "threshold": 0.5,
    "steps": 20,
    "tolerance": 0.005,
    "batch_size": 8192,
}


def test_a_metric_is_named_by_mode_companion_and_distance():
    """In the mode's own unit, so that a reader sees what was measured where."""
    names = list(Plateau(**BLOCK).about("plateau"))
    assert names == [
        "plateau_straight",
        "plateau_straight_kl_0.25",
        "plateau_straight_kl_0.5",
        "plateau_straight_area",
        "plateau_sphere",
        "plateau_sphere_kl_45",
        "plateau_sphere_kl_90",
        "plateau_sphere_area",
    ]


def test_every_metric_has_words_of_its_own():
    """No two titles alike, no placeholder left, and what high means."""
    every = {
        **BLOCK,
        "companions": list(Plateau.model_fields["companions"].annotation.__args__[0].__args__),
    }
    words = Plateau(**every).about("plateau").values()
    assert len({about.title for about in words}) == len(words)
    for about in words:
        assert "high means" in about.sentence and about.sentence.endswith(".")
        assert "{" not in about.title + about.sentence


def test_names_and_measures_go_together():
    """The suffixes of the names are those of what is computed."""
    block = Plateau(**BLOCK)
    assert ["plateau" + suffix for suffix in block.variants()] == list(block.about("plateau"))


def test_the_ranges_are_those_of_the_geometry():
    """Settings import no room above them, so they are there twice."""
    assert {mode: limit for mode, (limit, _) in UNITS.items()} == {
        mode: scale.limit for mode, scale in SCALES.items()
    }


@pytest.mark.parametrize(
    "key, value",
    [
        ("companions", ["kurtosis"]),
        ("modes", []),
        ("read", "blocks.3.hook_resid_pre"),
        ("write", "blocks.0.hook_resid_pre"),
        ("at", [1.5]),
        ("positions", 1),
        ("bases", 1),
    ],
)
def test_what_a_block_refuses(key, value):
    """Each at the key where it stands."""
    with pytest.raises(ValidationError) as error:
        Plateau(**{**BLOCK, key: value})
    assert error.value.errors()[0]["loc"][0] == key


@pytest.mark.parametrize(
    "read, write, fits",
    [
        (FINAL, None, True),
        ("blocks.2.hook_resid_post", None, True),
        ("blocks.1.hook_resid_post", None, False),
        ("blocks.1.hook_resid_post", "blocks.1.hook_resid_pre", True),
        ("blocks.2.hook_resid_post", "blocks.3.hook_resid_pre", False),
        ("blocks.4.hook_resid_post", None, False),
    ],
)
def test_a_read_hook_lies_above_the_write_hook(read, write, fits):
    """And inside the model; the sentence names what would do."""
    told = checks.read_is_above_write(read, write, HOOK, 4, "train")
    assert (told is None) == fits
    if not fits:
        assert FINAL in told and "must lie above it" in told and (write or HOOK) in told


def test_a_write_hook_lies_inside_the_model():
    """A block is left above it."""
    assert checks.write_is_inside_the_model("blocks.3.hook_resid_pre", 4, "train") is None
    assert "up to 3" in checks.write_is_inside_the_model("blocks.4.hook_resid_pre", 4, "train")


def test_layers_of_a_model_of_others_are_not_known_yet():
    """But that a read hook lies above the write hook is."""
    assert checks.write_is_inside_the_model("blocks.9.hook_resid_pre", 4, "hub") is None
    assert checks.read_is_above_write("blocks.9.hook_resid_post", None, HOOK, 4, "hub") is None
    assert "M ≥ 2" in checks.read_is_above_write("blocks.1.hook_resid_post", None, HOOK, 4, "hub")


def test_dictionary_kinds_need_the_runs_hook():
    """The dictionary lives nowhere else."""
    other = "blocks.1.hook_resid_pre"
    assert checks.the_dictionary_is_there(["sae_any"], None, HOOK) is None
    assert checks.the_dictionary_is_there(["real"], other, HOOK) is None
    assert other in checks.the_dictionary_is_there(["sae_any"], other, HOOK)


def test_bases_and_others_fit_into_the_data():
    """They are different sequences."""
    assert checks.sequences_suffice(2048, 64, 4096) is None
    assert "at most 36" in checks.sequences_suffice(64, 64, 100)
    assert "at least 8" in checks.others_suffice(5, 4, 4)


def test_the_experiments_refuse_an_unknown_kind():
    """At its key."""
    with pytest.raises(ValidationError) as error:
        Plateaus.model_validate({"base_kinds": ["real", "surreal"]})
    found = [e for e in error.value.errors() if e["loc"][0] == "base_kinds"]
    assert found[0]["loc"] == ("base_kinds", 1)
