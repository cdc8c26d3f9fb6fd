"""Training dictionaries with SAELens on activations whose features are known."""

import random
import socket
from dataclasses import replace

import numpy as np
import pytest
import torch
from sae_lens import SAE

from litmus.dictionary.train import Dictionary, load, train
from litmus.errors import LitmusError

ARCHITECTURES = ["topk", "standard", "jumprelu", "batchtopk"]
HOOK = "blocks.2.hook_resid_pre"
CPU = torch.device("cpu")
SETTINGS = Dictionary(
    architecture="topk",
    width=24,
    k=3,
    l1_coefficient=1.0,
    l0_coefficient=1.0,
    training_tokens=2560,
    batch_size=128,
    learning_rate=3e-3,
    seed=0,
)


def planted(tokens=1500, features=12, width=16, active=2, seed=0):
    """Activations (tokens, width) that are sums of few of these unit features, and a mean."""
    stream = np.random.default_rng(seed)
    directions = stream.normal(size=(features, width))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    strength = np.zeros((tokens, features))
    for row in strength:
        row[stream.choice(features, active, replace=False)] = stream.uniform(1, 2, active)
    return (strength @ directions + 3.0).astype(np.float32), directions


ACTIVATIONS, DIRECTIONS = planted()


def files(folder):
    """What lies in a folder, byte for byte."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def trained(folder, activations=ACTIVATIONS, **changes):
    """The folder of a dictionary trained with changed settings."""
    train(activations, replace(SETTINGS, **changes), HOOK, folder, CPU)
    return folder


@pytest.fixture
def no_network(monkeypatch):
    """Every connection is refused."""

    def refuse(*args, **more):
        raise AssertionError("tried to reach the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_dictionary_is_saved_in_saelens_own_format(architecture, tmp_path, no_network):
    """SAELens itself loads it, with its width, its hook and finite weights."""
    folder = trained(tmp_path, architecture=architecture)
    sae = SAE.load_from_disk(folder, device="cpu")
    assert (sae.cfg.d_in, sae.cfg.d_sae) == (16, 24)
    assert sae.cfg.metadata.hook_name == HOOK
    assert all(torch.isfinite(p).all() for p in sae.parameters())
    ours = load(folder)
    a = torch.from_numpy(ACTIVATIONS[:50])
    assert torch.equal(ours.encode(a), sae.encode(a))
    assert not ours.training and not any(p.requires_grad for p in ours.parameters())


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_training_explains_more_than_the_mean(architecture, tmp_path):
    """After 200 batches the reconstruction leaves less than the mean does."""
    sae = load(trained(tmp_path, architecture=architecture, training_tokens=25600))
    a = torch.from_numpy(ACTIVATIONS)
    residual = (a - sae(a)).square().sum() / (a - a.mean(0)).square().sum()
    assert residual < 0.7


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_two_trainings_with_one_seed_are_the_same(architecture, tmp_path):
    """Byte for byte, whatever the global streams were at."""
    torch.manual_seed(1)
    one = files(trained(tmp_path / "one", architecture=architecture))
    torch.manual_seed(2)
    np.random.seed(2)
    other = files(trained(tmp_path / "other", architecture=architecture))
    assert one.keys() == other.keys()
    assert all(one[name] == other[name] for name in one)


def test_another_seed_is_another_dictionary(tmp_path):
    """The seed decides initial weights and the order of the data."""
    one, other = (load(trained(tmp_path / str(seed), seed=seed)).W_dec for seed in (0, 1))
    assert not torch.allclose(one, other, atol=1e-2)


def test_topk_activates_k_features(tmp_path):
    """At most k per token, and k on nearly all."""
    sae = load(trained(tmp_path, k=5, training_tokens=12800))
    active = (sae.encode(torch.from_numpy(ACTIVATIONS)) > 0).sum(1)
    assert active.max() <= 5
    assert active.float().mean() > 4


def test_topk_recovers_planted_features(tmp_path):
    """Each planted feature has a decoder row close to it, closer than random rows are."""
    activations, features = planted(tokens=4000)
    folder = trained(tmp_path, activations, k=2, training_tokens=128_000)
    rows = load(folder).W_dec.numpy()
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    found = (features @ rows.T).max(axis=1).mean()
    chance = np.random.default_rng(5).normal(size=rows.shape)
    chance /= np.linalg.norm(chance, axis=1, keepdims=True)
    assert found > 0.85
    assert (features @ chance.T).max(axis=1).mean() < 0.65


def test_global_streams_and_the_console_are_left_alone(tmp_path, capfd):
    """torch, NumPy and Python draw what they would have drawn; nothing is printed."""

    def draws():
        return torch.randn(2).tolist(), np.random.random(2).tolist(), random.random()

    def seed():
        torch.manual_seed(3)
        np.random.seed(3)
        random.seed(3)

    seed()
    expected = draws()
    seed()
    trained(tmp_path)
    assert draws() == expected
    assert capfd.readouterr() == ("", "")


def test_progress_counts_activations(tmp_path):
    """20 batches of 128 are told one by one."""
    sizes = []
    train(ACTIVATIONS, SETTINGS, HOOK, tmp_path, CPU, sizes.append)
    assert sizes == [128] * 20


def test_too_few_activations_are_one_sentence(tmp_path):
    """The sentence names the key, both numbers and what to change."""
    with pytest.raises(LitmusError, match=r"dictionary\.batch_size: found 128, but only 127 "):
        trained(tmp_path, ACTIVATIONS[:127])
    assert not list(tmp_path.iterdir())
    trained(tmp_path, ACTIVATIONS[:128])


def test_weights_that_diverge_are_one_sentence(tmp_path):
    """It names the learning rate, and no dictionary is written."""
    with pytest.raises(LitmusError, match=r"dictionary\.learning_rate: found 1e\+30"):
        trained(tmp_path, learning_rate=1e30)
    assert not list(tmp_path.iterdir())


def test_a_folder_without_a_dictionary_is_one_sentence(tmp_path):
    """It names the folder."""
    with pytest.raises(LitmusError, match="holds no SAELens dictionary") as error:
        load(tmp_path / "nothing")
    assert str(tmp_path / "nothing") in str(error.value)
