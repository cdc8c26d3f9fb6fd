"""The dictionary's latents and their like for the controls, against SAELens and by counting."""

import numpy as np
import pyarrow as pa
import pytest
import torch
from sae_lens import (
    JumpReLUSAE,
    JumpReLUSAEConfig,
    StandardSAE,
    StandardSAEConfig,
    TopKSAE,
    TopKSAEConfig,
)

from litmus import tables
from litmus.dictionary.encoder import affine
from litmus.directions.table import Directions
from litmus.errors import LitmusError
from litmus.feature import value
from litmus.metrics.llc.latents import Latents, jumps

WIDTH, LATENTS, LEAST = 6, 20, 30


def drawn(*shape, seed):
    """Standard normal numbers."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


BASE = 1 + drawn(100, 8, WIDTH, seed=0)


def made(kind, config, **more):
    """A small dictionary none of whose weights is at its initial value."""
    sae = kind(config(d_in=WIDTH, d_sae=LATENTS, **more)).requires_grad_(False)
    for seed, (name, parameter) in enumerate(sae.named_parameters()):
        parameter.copy_(drawn(*parameter.shape, seed=seed + 1))
        if name == "threshold":
            parameter.abs_()
    return sae.eval()


SAES = {
    "standard": made(StandardSAE, StandardSAEConfig),
    "jumprelu": made(JumpReLUSAE, JumpReLUSAEConfig),
    "topk": made(TopKSAE, TopKSAEConfig, k=4),
}
KINDS = pytest.mark.parametrize("kind", SAES)


@pytest.fixture
def latents(tmp_path):
    """Write a dictionary's table as the workflow does, and read its live latents."""

    def of(kind):
        sae = SAES[kind]
        rows, bias = affine(sae)
        active = (sae.encode(BASE) != 0).flatten(0, 1).sum(0)
        table = {
            "active_tokens": active.numpy(),
            "encoder": pa.FixedSizeListArray.from_arrays(pa.array(rows.numpy().ravel()), WIDTH),
            "encoder_bias": bias.numpy(),
        }
        tables.write(pa.table(table), tmp_path / "features.parquet")
        live = np.flatnonzero(active.numpy() >= LEAST)
        return Latents(tmp_path / "features.parquet", LEAST), live, active.numpy()[live]

    return of


def directions(group, numbers):
    """Directions of these indices."""
    ids = [f"{group}/{i:05d}" for i in numbers]
    vectors = torch.nn.functional.normalize(drawn(len(ids), WIDTH, seed=9), dim=1)
    return Directions(ids, group, vectors.numpy())


def values(features, activations=BASE):
    """f of each feature on every token: (features, tokens)."""
    return features.of(features.vectors @ activations.flatten(0, 1).T)


def assert_is(features, sae, rows, activations):
    """f = SAELens's latents of these rows."""
    theirs = sae.encode(activations).flatten(0, 1).T[rows]
    torch.testing.assert_close(values(features, activations), theirs, rtol=1e-4, atol=1e-5)


def test_a_relu_latent_is_itself(latents):
    """SAELens's encode, in any order, also on activations that the threshold was not found on."""
    found, live, _ = latents("standard")
    numbers = [3, 0, 5]
    features = found.of(directions("sae", numbers), BASE)
    for activations in (BASE, 1 + drawn(500, 8, WIDTH, seed=50)):
        assert_is(features, SAES["standard"], live[numbers], activations)


@KINDS
def test_a_latent_fires_on_as_many_tokens_as_in_the_dictionary(latents, kind):
    """Though a TopK's fire where they win, ours where they are large; and with p = ⟨a, e⟩ + b."""
    found, live, active = latents(kind)
    assert len(live) > 2 and (active < BASE[..., 0].numel()).any()
    features = found.of(directions("sae", range(len(live))), BASE)
    f = values(features)
    assert (f != 0).sum(1).tolist() == active.tolist()
    rows, bias = affine(SAES[kind])
    p = (BASE.flatten(0, 1) @ rows[live].T + bias[live]).T
    torch.testing.assert_close(f, torch.where(f != 0, p, 0), rtol=1e-4, atol=1e-5)
    if kind != "topk":
        assert_is(features, SAES[kind], live, BASE)


@KINDS
def test_a_control_fires_on_as_many_tokens_as_its_partner(latents, kind):
    """Its own direction, no offset, the latent of the same index for a measure."""
    found, live, active = latents(kind)
    numbers = list(range(len(live)))[::-1]
    control = directions("isotropic", numbers)
    features = found.of(control, BASE)
    f = values(features)
    assert (f != 0).sum(1).tolist() == active[::-1].tolist()
    projections = torch.from_numpy(control.vectors) @ BASE.flatten(0, 1).T
    torch.testing.assert_close(f, value(projections, features.thresholds[:, None], "hard"))


def test_dead_latents_are_no_candidates(latents):
    """An index counts the live ones only, as the candidate's directions do."""
    found, live, _ = latents("topk")
    assert 0 < len(live) < LATENTS
    rows, _ = affine(SAES["topk"])
    last = found.of(directions("sae", [len(live) - 1]), BASE)
    assert torch.equal(last.vectors[0], rows[live[-1]])


@pytest.mark.parametrize(
    "active, expected",
    [(0, torch.inf), (1, 3.5), (2, 2.5), (3, 1.5), (4, 0.5), (5, -torch.inf)],
)
def test_jumps_by_hand(active, expected):
    """Projections 0 … 4: midway between two of them, or beyond them all."""
    activations = torch.tensor([[3.0, 9], [1, 9], [0, 9], [4, 9], [2, 9]])
    found = jumps(torch.tensor([[1.0, 0]]), activations, np.array([active]))
    assert found.tolist() == [expected]
    assert (activations[:, 0] > found).sum() == active


@pytest.mark.parametrize("active, fires", [(1, 1), (2, 1), (3, 4), (4, 4), (5, 5)])
def test_equal_activations_stay_together(active, fires):
    """Three that only rounding tells apart fire as one: the nearest count that can be had."""
    values = torch.tensor([0.0, 1, 1 + 1e-7, 1 - 1e-7, 4])
    found = jumps(torch.tensor([[1.0]]), values[:, None], np.array([active]))
    assert (values > found).sum() == fires
    assert (values - found).abs().min() > 0.1


@pytest.mark.parametrize("relu, expected", [(2.1, 2.1), (2.0, 2.0), (3.1, 2.5), (1.9, 2.5)])
def test_a_relus_own_threshold_is_kept(relu, expected):
    """Where it is passed as often as asked for, as 2 and 2.1 are by 3 and 4; else it is midway."""
    activations = torch.arange(5.0)[:, None]
    found = jumps(torch.ones(1, 1), activations, np.array([2]), torch.tensor([relu]))
    assert found.tolist() == pytest.approx([expected])


def test_a_dictionary_without_latents_is_one_sentence(tmp_path):
    """Its features say why, and only who wants a latent hears it."""
    columns = pa.table({"feature": [0], "active_tokens": [9]})
    told = columns.replace_schema_metadata({tables.NO_LATENTS: "dictionary: it has none"})
    tables.write(told, tmp_path / "features.parquet")
    with pytest.raises(LitmusError, match="dictionary: it has none"):
        Latents(tmp_path / "features.parquet", 1)
