"""Whether a dictionary's record goes with a run's hook and subject."""

import pytest

from litmus.dictionary import fit
from litmus.errors import LitmusError

HOOK = "blocks.9.hook_resid_pre"
SUBJECT = {"width": 8, "normalization": "LNPre", "centred": True}


def record(kind="standard", width=8, **metadata):
    """What cfg.json says."""
    return {"architecture": kind, "d_in": width, "metadata": metadata}


def refused(function, *given):
    """The sentence."""
    with pytest.raises(LitmusError) as caught:
        function(*given)
    return str(caught.value)


def unlike(one, other):
    """No two names are one model's."""
    return False


@pytest.mark.parametrize("named", [HOOK, "blocks.8.hook_resid_post", None])
def test_the_output_of_a_block_is_the_input_of_the_next(named):
    """And what the record leaves out is not held against it."""
    fit.lives_at(record(hook_name=named), HOOK, "here")


def test_another_layer_is_told_with_the_hook_to_set():
    """As the workflow's hooks are called."""
    told = refused(fit.lives_at, record(hook_name="blocks.7.hook_resid_post"), HOOK, "here")
    assert told == (
        f"here: was trained at blocks.7.hook_resid_post, but hook is {HOOK}; valid: a dictionary "
        f"of {HOOK} or blocks.8.hook_resid_post, which is the same, or set "
        "hook: blocks.8.hook_resid_pre"
    )


def test_a_place_off_the_residual_stream_is_no_hook_to_set():
    """An MLP's output has no directions of the residual stream's."""
    told = refused(fit.lives_at, record(hook_name="blocks.9.hook_mlp_out"), HOOK, "here")
    assert "was trained at blocks.9.hook_mlp_out" in told and "set hook" not in told


@pytest.mark.parametrize(
    ("unfit", "told"),
    [
        (record("transcoder"), "is a transcoder"),
        (record("jumprelu_skip_transcoder"), "is a transcoder"),
        (record(hook_name=HOOK, hook_name_out="blocks.9.hook_mlp_out"), "is a transcoder"),
        (record("temporal"), "depend on the tokens before"),
        (record() | {"reshape_activations": "hook_z"}, "joins the heads"),
    ],
)
def test_what_has_no_directions_of_one_token_is_refused(unfit, told):
    """Whose rows are written elsewhere, or read other tokens."""
    assert told in refused(fit.lives_at, unfit, HOOK, "here")


def test_another_width_is_refused():
    """Both are told."""
    told = refused(fit.goes_with, record(width=768), SUBJECT, None, "folded", unlike)
    assert told.startswith("dictionary: found width 768, but the subject's residual stream has 8")


def test_another_model_is_refused_before_its_width_is():
    """The name says more."""
    found = record(width=768, model_name="gpt2-small")
    told = refused(fit.goes_with, found, SUBJECT, "pythia-70m", "folded", unlike)
    assert told.startswith("dictionary: was trained on gpt2-small, but the subject is pythia-70m")


@pytest.mark.parametrize(("trained", "name"), [(None, "gpt2"), ("gpt2", None), ("gpt2", "gpt2")])
def test_a_model_is_compared_where_both_names_are_known(trained, name):
    """And the names may be one model's."""
    found = record(model_name=trained)
    fit.goes_with(found, SUBJECT, name, "folded", lambda one, other: one == other)


def centring(wanted, centred, processing="none", normalization="LN"):
    """A record that asks for a centred residual stream or none, and a subject's."""
    found = record(model_from_pretrained_kwargs={"center_writing_weights": wanted})
    subject = SUBJECT | {"centred": centred, "normalization": normalization}
    return fit.goes_with, found, subject, None, processing, unlike


def test_a_stream_that_was_centred_must_be():
    """The key to change is named."""
    assert refused(*centring(True, False)) == (
        "model.processing: found 'none', but the dictionary was trained on a residual stream that "
        "was centred over its coordinates (center_writing_weights in its record); valid: "
        "dictionary, centred or folded"
    )


def test_a_stream_that_was_not_centred_must_not_be():
    """Where the record says so itself."""
    told = refused(*centring(False, True, "folded"))
    assert "was not centred" in told and told.endswith("valid: dictionary or none")


def test_a_stream_as_it_was_is_accepted():
    """Centred and centred, neither and neither; and RMS normalisation leaves no choice."""
    for given in ((True, True), (False, False), (None, True), (None, False)):
        check, *rest = centring(*given)
        check(*rest)
    check, *rest = centring(True, False, normalization="RMSPre")
    check(*rest)


@pytest.mark.parametrize("name", ["EleutherAI/pythia-70m", "pythia-70M"])
def test_a_name_without_its_owner(name):
    """As SAELens's and Hugging Face's differ."""
    assert fit.plain(name) == "pythia-70m"
