"""Models of every family, held against transformers' own implementation."""

import re
from dataclasses import replace

import pytest
import torch

import tiny_pretrained as tiny
from litmus.errors import LitmusError
from litmus.subject import families, pretrained
from litmus.subject.adapter import Subject
from litmus.subject.processing import FLAGS

# Of an attention, of an MLP, and of the unembedding.
NONE = set()
MLP = {"mlp.b_in", "mlp.b_out"}
ATTENTION = {"attn.b_Q", "attn.b_K", "attn.b_V", "attn.b_O"}
BIASES = {
    "gpt2": ATTENTION | MLP,
    "neo": MLP | {"attn.b_O"},
    "gptj": MLP | {"unembed.b_U"},
    "pythia": ATTENTION | MLP,
    "opt": ATTENTION | MLP,
    "phi": ATTENTION | MLP | {"unembed.b_U"},
    "llama": NONE,
    "mistral": NONE,
    "qwen2": {"attn.b_Q", "attn._b_K", "attn._b_V"},
    "qwen2-heads": {"attn.b_Q", "attn.b_K", "attn.b_V"},
    "gemma": NONE,
}
REFUSED = [
    ("gpt2", {"add_cross_attention": True}, "cross-attention"),
    ("gpt2", {"scale_attn_by_inverse_layer_idx": True}, "attention scaled by layer"),
    ("gpt2", {"activation_function": "relu6"}, "relu6"),
    ("llama", {"attention_bias": True}, "biases of the attention"),
    ("llama", {"mlp_bias": True}, "biases of the MLPs"),
    (
        "llama",
        {"rope_parameters": {"rope_type": "linear", "factor": 2.0, "rope_theta": 1e4}},
        r"scaled rotary positions \(linear\)",
    ),
    (
        "llama",
        {
            "rope_parameters": {
                "rope_type": "llama3",
                "factor": 8.0,
                "low_freq_factor": 1.0,
                "high_freq_factor": 4.0,
                "original_max_position_embeddings": 16,
                "rope_theta": 1e4,
            }
        },
        r"scaled rotary positions \(llama3\)",
    ),
    ("pythia", {"attention_bias": False}, "attention without biases"),
    ("opt", {"do_layer_norm_before": False}, "normalisation after a layer"),
    ("opt", {"word_embed_proj_dim": 8}, "embeddings of another width"),
    ("phi", {"qk_layernorm": True}, "normalised queries and keys"),
]


def load(folder, processing="none", hook=tiny.HOOK, context=tiny.CONTEXT):
    """The subject in a folder."""
    return pretrained.load(folder, FLAGS[processing], hook, context, "model.path: found 'x'")


def logits(found):
    """Those of the subject, cut at the hook."""
    subject = Subject(found.architecture, found.state, tiny.HOOK)
    return subject.upper(subject.lower(tiny.tokens()))


@pytest.mark.parametrize("processing", FLAGS)
@pytest.mark.parametrize("name", tiny.MODELS)
def test_the_subject_predicts_what_transformers_predicts(name, processing, tmp_path):
    """Log-probabilities to 1e-4; logits too, but for what centring the unembedding takes away."""
    model = tiny.save(tmp_path, name)
    expected, found = model(tiny.tokens()).logits, logits(load(tmp_path, processing))
    apart = (found - expected).mean(-1, keepdim=True)
    torch.testing.assert_close(found, expected + apart, atol=1e-4, rtol=0)
    if processing != "folded":
        torch.testing.assert_close(apart, torch.zeros_like(apart), atol=1e-4, rtol=0)
    assert expected.std() > 0.05, "the fake should predict something"


@pytest.mark.parametrize("name", BIASES)
def test_biases_that_the_family_lacks_are_left_out(name, tmp_path):
    """What a chain may move is what the model has."""
    tiny.save(tmp_path, name)
    names = {re.sub(r"^blocks\.\d+\.", "", name) for name in load(tmp_path).state}
    assert {name for name in names if name.split(".")[-1].lstrip("_").startswith("b_")} == (
        BIASES[name]
    )


def test_a_bias_that_processing_makes_is_kept(tmp_path):
    """GPT-2 has none on its logits, until the last LayerNorm's shift is folded in."""
    tiny.save(tmp_path, "gpt2")
    assert "unembed.b_U" not in load(tmp_path).state
    assert load(tmp_path, "folded").state["unembed.b_U"].abs().max() > 0


def test_tied_embeddings_are_stored_twice(tmp_path):
    """Each is a weight of its own, as TransformerLens has it."""
    tiny.save(tmp_path, "gpt2")
    state = load(tmp_path).state
    assert torch.equal(state["embed.W_E"], state["unembed.W_U"].T)


@pytest.mark.parametrize("name", ["gpt2", "pythia"])
@pytest.mark.parametrize("processing", ["centred", "folded"])
def test_centring_centres_the_activations(name, processing, tmp_path):
    """An activation's coordinates sum to zero, and the architecture says so."""
    tiny.save(tmp_path, name)
    found = load(tmp_path, processing)
    mean = Subject(found.architecture, found.state, tiny.HOOK).lower(tiny.tokens()).mean(-1)
    torch.testing.assert_close(mean, torch.zeros_like(mean), atol=1e-5, rtol=0)
    assert found.architecture.centred
    assert found.origin["processing"]["center_writing_weights"]


@pytest.mark.parametrize("processing", ["centred", "folded"])
def test_nothing_is_centred_under_root_mean_square(processing, tmp_path):
    """It would change the function: so the weights are left, and the record tells."""
    tiny.save(tmp_path, "llama")
    found, plain = load(tmp_path, processing), load(tmp_path)
    assert torch.equal(found.state["embed.W_E"], plain.state["embed.W_E"])
    assert not found.architecture.centred
    assert not found.origin["processing"]["center_writing_weights"]
    assert found.origin["processing"]["fold_ln"] == (processing == "folded")


@pytest.mark.parametrize(("name", "context"), [("neo", 12), ("mistral", 16), ("gpt2", 32)])
def test_the_context_ends_with_the_window(name, context, tmp_path):
    """Up to there a window changes nothing; beyond it the model is not the same."""
    tiny.save(tmp_path, name)
    assert load(tmp_path).architecture.context == context
    with pytest.raises(LitmusError, match=rf"corpus\.context: found 33.*at most {context}"):
        load(tmp_path, context=33)


@pytest.mark.parametrize(("name", "changes", "told"), REFUSED, ids=lambda c: str(c)[:30])
def test_what_cannot_be_said_is_refused_by_its_name(name, changes, told, tmp_path):
    """Rather than left out in silence."""
    family, shape = tiny.MODELS[name]
    config = tiny.AutoConfig.for_model(family, **{**shape, **changes})
    plain = tiny.save(tmp_path, name)
    config.architectures = plain.config.architectures
    config.save_pretrained(tmp_path)
    with pytest.raises(LitmusError, match=rf"model\.path: found 'x', .*{told}"):
        load(tmp_path)


def test_a_family_that_is_not_known_is_refused(tmp_path):
    """With those that are."""
    config = tiny.AutoConfig.for_model("bloom", hidden_size=16, n_head=4)
    config.architectures = ["BloomForCausalLM"]
    config.save_pretrained(tmp_path)
    with pytest.raises(LitmusError, match=r"BloomForCausalLM, which is not supported.*GPT2LMHead"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("llama", {"rotary_base": 1000.0}),
        ("gpt2", {"epsilon": 1e-3}),
        ("gpt2", {"activation": "relu"}),
    ],
)
def test_another_function_is_noticed(name, change, tmp_path, monkeypatch):
    """A property that is got wrong does not pass for the model."""
    tiny.save(tmp_path, name)
    described = families.described
    monkeypatch.setattr(
        pretrained, "described", lambda config: replace(described(config), **change)
    )
    with pytest.raises(LitmusError, match="log-probabilities differ from transformers'"):
        load(tmp_path)


def test_the_folders_name_tells_nothing(tmp_path):
    """TransformerLens judges some families by words in a path."""
    folder = tmp_path / "llama-gemma-2-bert"
    folder.mkdir()
    tiny.save(folder, "gpt2")
    assert load(folder).origin["family"] == "GPT2LMHeadModel"
