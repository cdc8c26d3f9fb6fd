"""The section on the model: trained here, or by others."""

import json
from dataclasses import replace

import pytest

from litmus.report import page
from litmus.report.subject import pretrained
from markup import Outline

ORIGIN = {
    "source": "hub",
    "name": "gpt2-small",
    "revision": "607a30d783",
    "family": "GPT2LMHeadModel",
    "processing": {"fold_ln": False, "center_writing_weights": True, "center_unembed": False},
    "end": "<|endoftext|>",
    "bos": None,
    "vocabulary": 50257,
    "sha256": "248dfc39",
    "agreement": {"sequences": 2, "largest": 0.0012, "relative": 3e-7},
}


@pytest.fixture(scope="module")
def section(inputs, templates, tmp_path_factory):
    """The section of a run on a model that others trained."""
    path = tmp_path_factory.mktemp("model") / "origin.json"
    path.write_text(json.dumps(ORIGIN))
    text = page.build(replace(inputs, training=None, training_curve=None, subject=path), templates)
    assert Outline(text).errors == []
    return text[text.index('<section id="subject">') : text.index('<section id="choices">')]


def test_a_trained_model_shows_its_curve(html):
    """And no origin."""
    assert "The model’s training" in html
    assert "Others trained this model" not in html


def test_a_pretrained_model_shows_where_it_comes_from(section):
    """Its name, revision, family and processing, in place of a curve."""
    assert "The model’s training" not in section
    for value in ("gpt2-small", "607a30d783", "GPT2LMHeadModel", "50\u202f257", "248dfc39"):
        assert f"<dd>{value}</dd>" in section
    assert "<dd>writing weights centred</dd>" in section
    assert "&lt;|endoftext|&gt;" in section


def test_how_closely_it_agrees_is_told(section):
    """With the number of sequences it was tried on."""
    assert "read from the Hugging Face hub" in section
    assert "at most 0.00120 nats on 2 random sequences" in section


def test_a_model_that_transformers_does_not_know_is_held_against_another():
    """The sentence says whose, and where the tokenizer comes from is told."""
    agreement = {**ORIGIN["agreement"], "with": "TransformerLens"}
    told = pretrained({**ORIGIN, "agreement": agreement, "tokenizer": "someone/words@607a"})
    assert "those of TransformerLens’ own implementation" in told["sentence"]
    assert ("tokenizer", "someone/words@607a") in told["facts"]
    assert "those of transformers’ own implementation" in pretrained(ORIGIN)["sentence"]


def test_what_is_not_known_is_left_out(section):
    """No token begins a text, so no line says so."""
    assert "begins a text" not in section
    assert "None" not in section
