"""Dictionaries that SAELens saved itself, loaded and saved by us."""

import json

import pytest
import sae_lens
import torch
from sae_lens import SAE, TrainingSAE
from sae_lens.registry import SAE_CLASS_REGISTRY, SAE_TRAINING_CLASS_REGISTRY
from sae_lens.training.activation_scaler import ActivationScaler, ActivationWhitening
from safetensors.torch import load_file, save_file

from litmus.dictionary import pretrained
from litmus.dictionary.train import load
from litmus.errors import LitmusError

WIDTH, LATENTS = 6, 15
HOOK = "blocks.8.hook_resid_post"
INFERENCE = ["standard", "gated", "topk", "jumprelu", "abstopk", "matching_pursuit"]
TRAINING = ["standard", "gated", "topk", "jumprelu", "batchtopk", "matryoshka_batchtopk"]
OWN = {
    "topk": {"k": 4},
    "abstopk": {"k": 4},
    "batchtopk": {"k": 4},
    "matryoshka_batchtopk": {"k": 4, "matryoshka_widths": [5, LATENTS]},
}


def drawn(*shape, seed):
    """Standard normal numbers."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


ACTIVATIONS = 1 + drawn(7, 5, WIDTH, seed=0)


def made(architecture, registry=SAE_CLASS_REGISTRY, **more):
    """A small dictionary none of whose weights is at its initial value."""
    kind, config = registry[architecture]
    sae = kind(config(d_in=WIDTH, d_sae=LATENTS, **OWN.get(architecture, {}), **more))
    sae.requires_grad_(False)
    for seed, (name, value) in enumerate(sae.named_parameters()):
        value.copy_(drawn(*value.shape, seed=seed + 1))
        if name == "threshold":
            value.abs_()
    for _, value in sae.named_buffers():  # batch top-k's threshold
        value.fill_(0.3)
    sae.cfg.metadata.hook_name = HOOK
    sae.cfg.metadata.model_name = "gpt2-small"
    sae.cfg.metadata.model_from_pretrained_kwargs = {"center_writing_weights": True}
    return sae.eval()


def ours(folder, saved):
    """What jobs read of the dictionary in `folder`, once loaded and saved by us in `saved`."""
    pretrained.save(pretrained.local(folder), saved)
    return load(saved)


def assert_same(one, other):
    """Both encode and rebuild alike, and not everything is silent."""
    features = one.encode(ACTIVATIONS)
    assert 0.05 < (features != 0).float().mean() < 0.95
    torch.testing.assert_close(other.encode(ACTIVATIONS), features, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(other(ACTIVATIONS), one(ACTIVATIONS), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("architecture", INFERENCE)
def test_every_architecture_is_loaded(architecture, tmp_path):
    """As SAELens saves it for inference."""
    sae = made(architecture)
    sae.save_model(tmp_path / "theirs")
    assert_same(sae, ours(tmp_path / "theirs", tmp_path / "ours"))


@pytest.mark.parametrize("architecture", TRAINING)
def test_every_training_architecture_is_loaded(architecture, tmp_path):
    """After training, as SAELens saves it then; batch top-k is a JumpReLU there."""
    sae = made(architecture, SAE_TRAINING_CLASS_REGISTRY)
    sae.save_inference_model(tmp_path / "theirs")
    theirs = SAE.load_from_disk(tmp_path / "theirs")
    assert_same(theirs, ours(tmp_path / "theirs", tmp_path / "ours"))


@pytest.mark.parametrize("architecture", TRAINING)
def test_a_checkpoint_of_training_is_loaded(architecture, tmp_path):
    """It is what would have been saved for inference."""
    sae = made(architecture, SAE_TRAINING_CLASS_REGISTRY)
    sae.save_model(tmp_path / "training")
    sae.save_inference_model(tmp_path / "inference")
    theirs = SAE.load_from_disk(tmp_path / "inference")
    assert_same(theirs, ours(tmp_path / "training", tmp_path / "ours"))


def test_the_record_survives(tmp_path):
    """Where and on what it was trained, and where it is from; keys in order."""
    made("standard").save_model(tmp_path / "theirs")
    ours(tmp_path / "theirs", tmp_path / "ours")
    text = (tmp_path / "ours" / "cfg.json").read_text()
    record = json.loads(text)
    assert text == json.dumps(record, sort_keys=True) + "\n"
    kept = record["metadata"]
    assert (kept["hook_name"], kept["model_name"]) == (HOOK, "gpt2-small")
    assert kept["model_from_pretrained_kwargs"] == {"center_writing_weights": True}
    assert kept["litmus"] == {"source": "local", "path": str(tmp_path / "theirs")}


def test_the_same_dictionary_is_the_same_bytes(tmp_path):
    """Whoever loads it."""
    made("jumprelu").save_model(tmp_path / "theirs")
    for name in ("one", "two"):
        ours(tmp_path / "theirs", tmp_path / name)
    for file in pretrained.FILES:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_an_old_record_is_understood(tmp_path):
    """SAELens's before version 6 was flat, and named the hook otherwise."""
    sae = made("standard")
    sae.save_model(tmp_path / "old")
    old = {
        "d_in": WIDTH,
        "d_sae": LATENTS,
        "dtype": "torch.float32",
        "device": "cuda",
        "hook_point": HOOK,
        "model_name": "gpt2-small",
        "normalize_activations": False,
        "sae_lens_version": "3.1.0",
        "model_from_pretrained_kwargs": {"center_writing_weights": True},
    }
    (tmp_path / "old" / "cfg.json").write_text(json.dumps(old))
    found = ours(tmp_path / "old", tmp_path / "ours")
    assert_same(sae, found)
    assert found.cfg.metadata.hook_name == HOOK
    assert found.cfg.metadata.model_from_pretrained_kwargs == {"center_writing_weights": True}
    assert found.cfg.metadata.sae_lens_version == sae_lens.__version__


def test_half_precision_becomes_single(tmp_path):
    """Everything after it is in float32."""
    made("standard").to(torch.bfloat16).save_model(tmp_path / "half")
    record = json.loads((tmp_path / "half" / "cfg.json").read_text())
    (tmp_path / "half" / "cfg.json").write_text(json.dumps(record | {"dtype": "bfloat16"}))
    found = ours(tmp_path / "half", tmp_path / "ours")
    assert {value.dtype for value in found.parameters()} == {torch.float32}
    assert found.encode(ACTIVATIONS).dtype == torch.float32


@pytest.mark.parametrize("architecture", ["standard", "jumprelu"])
@pytest.mark.parametrize("kind", ["expected_average_only_in", "covariance_whitening"])
def test_what_activations_were_scaled_by_is_folded_in(kind, architecture, tmp_path):
    """The dictionary then reads the activations themselves: latents of a as it had of scaled a."""
    matrix = torch.eye(WIDTH) + 0.1 * drawn(WIDTH, WIDTH, seed=9)
    mean = drawn(WIDTH, seed=8)
    whitening = ActivationWhitening(mean, matrix, torch.linalg.inv(matrix))
    scaler = (
        ActivationScaler(scaling_factor=0.4)
        if kind == "expected_average_only_in"
        else ActivationScaler(whitening=whitening)
    )
    sae = made(architecture, normalize_activations=kind)
    sae.save_model(tmp_path / "theirs")
    scaler.save(str(tmp_path / "theirs" / "activation_scaler.json"))
    found = ours(tmp_path / "theirs", tmp_path / "ours")
    assert found.cfg.normalize_activations == "none"
    expected = sae.encode(scaler.scale(ACTIVATIONS))
    assert (expected > 0).any()
    torch.testing.assert_close(found.encode(ACTIVATIONS), expected, rtol=1e-4, atol=1e-4)
    rebuilt = scaler.unscale(sae(scaler.scale(ACTIVATIONS)))
    torch.testing.assert_close(found(ACTIVATIONS), rebuilt, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("kind", ["expected_average_only_in", "covariance_whitening"])
def test_an_unknown_scale_is_one_sentence(kind, tmp_path):
    """No latent of it is that of an activation."""
    made("standard", normalize_activations=kind).save_model(tmp_path)
    with pytest.raises(LitmusError, match=rf"normalize_activations '{kind}'.*activation_scaler"):
        pretrained.local(tmp_path)


def edited(folder, **changes):
    """A dictionary whose record was edited."""
    made("standard").save_model(folder)
    record = json.loads((folder / "cfg.json").read_text()) | changes
    (folder / "cfg.json").write_text(json.dumps(record))


def without_a_file(folder):
    """Its weights are gone."""
    edited(folder)
    (folder / "sae_weights.safetensors").unlink()


def no_record(folder):
    """A list in the record's place."""
    edited(folder)
    (folder / "cfg.json").write_text("[1")


def not_finite(folder):
    """NaN in the decoder."""
    edited(folder)
    weights = load_file(folder / "sae_weights.safetensors")
    weights["W_dec"][3, 1] = torch.nan
    save_file(weights, folder / "sae_weights.safetensors")


MISTAKES = {
    "no weights": (without_a_file, "which holds no sae_weights.safetensors"),
    "no record": (no_record, "whose cfg.json is no record"),
    "architecture": (
        lambda folder: edited(folder, architecture="spline"),
        f"found architecture 'spline', which SAELens {sae_lens.__version__} does not know",
    ),
    "shape": (lambda folder: edited(folder, d_sae=16), "which SAELens cannot load ("),
    "NaN": (not_finite, "its weight W_dec holds NaN or infinite numbers"),
}


@pytest.mark.parametrize(("make", "told"), MISTAKES.values(), ids=MISTAKES)
def test_a_dictionary_that_cannot_be_used_is_one_sentence(make, told, tmp_path):
    """The folder is named, and what is wrong with it."""
    make(tmp_path)
    with pytest.raises(LitmusError) as caught:
        pretrained.local(tmp_path)
    assert str(caught.value).startswith(f"dictionary.path: found '{tmp_path}'")
    assert told in str(caught.value) and "\n" not in str(caught.value)


def test_a_training_class_is_none_for_inference(tmp_path):
    """What these tests call a checkpoint is one that SAELens's own loader of jobs cannot read."""
    made("batchtopk", SAE_TRAINING_CLASS_REGISTRY).save_model(tmp_path)
    with pytest.raises(KeyError):
        SAE.load_from_disk(tmp_path)
    assert isinstance(TrainingSAE.load_from_disk(tmp_path), TrainingSAE)
