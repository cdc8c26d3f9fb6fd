"""A Hugging Face directory, whole or not."""

import json
import math
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM

import tiny_pretrained as tiny
from litmus.errors import LitmusError
from litmus.subject import checkpoint, pretrained
from litmus.subject.adapter import Subject
from litmus.subject.processing import FLAGS

STORIES = tiny.SHARED / "tinystories-1000.json"
LLAMA = tiny.SHARED / "tinystories-656k"
MEASURED = 3.14  # nats a token on those stories, as their README says


@pytest.fixture
def folder(tmp_path):
    """A small GPT-2 with its tokenizer."""
    tiny.save(tmp_path)
    return tmp_path


def load(folder, hook=tiny.HOOK, context=tiny.CONTEXT):
    """The subject in a folder, its weights as they are."""
    return pretrained.load(folder, FLAGS["none"], hook, context, "model.path: found 'x'")


def refused(folder, told, **how):
    """That a folder is refused, in one line."""
    with pytest.raises(LitmusError, match=told) as caught:
        load(folder, **how)
    assert len(str(caught.value).splitlines()) == 1


def edited(path, **changes):
    """A JSON file with other values."""
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@pytest.mark.parametrize("processing", FLAGS)
@pytest.mark.skipif(not LLAMA.exists(), reason="needs ../shared/data/tinystories-656k")
def test_a_real_llama(processing):
    """Its log-probabilities on real stories are transformers', its mean loss the measured one."""
    found = pretrained.load(LLAMA, FLAGS[processing], tiny.HOOK, 64, "model.path")
    subject = Subject(found.architecture, found.state, tiny.HOOK)
    model = AutoModelForCausalLM.from_pretrained(LLAMA).eval()
    losses = []
    for story in json.loads(STORIES.read_text())[::20]:  # neighbours are alike
        ids = torch.tensor([found.tokenizer.encode(story, add_special_tokens=False).ids[:512]])
        with torch.no_grad():
            expected = model(ids).logits.log_softmax(-1)
        logits = subject.upper(subject.lower(ids))
        # Single precision keeps seven digits, and some of these are below −20.
        torch.testing.assert_close(logits.log_softmax(-1), expected, atol=1e-4, rtol=1e-5)
        losses.append(torch.nn.functional.cross_entropy(logits[0, :-1], ids[0, 1:]).item())
    mean = sum(losses) / len(losses)
    error = math.sqrt(sum((x - mean) ** 2 for x in losses) / (len(losses) - 1) / len(losses))
    assert abs(mean - MEASURED) < 3 * error
    assert (found.origin["bos"], found.origin["end"]) == ("<|start_story|>", "<|end_story|>")


def test_what_is_loaded_survives_the_disk(folder, tmp_path):
    """Saved as a checkpoint and read again, it is the same, grouped heads and all."""
    for name in ("gpt2", "llama"):
        tiny.save(folder, name)
        found = load(folder)
        checkpoint.save(tmp_path / name, found.architecture, found.state)
        architecture, state = checkpoint.load(tmp_path / name)
        assert architecture == found.architecture
        assert state.keys() == found.state.keys()
        assert all(torch.equal(state[key], found.state[key]) for key in state)


def test_the_origin_is_written_beside_it(folder, tmp_path):
    """Who made it, what was done to it, and how closely it agrees."""
    pretrained.write_origin(tmp_path, load(folder), source="local", name="x", revision=None)
    origin = json.loads((tmp_path / "origin.json").read_text())
    assert {k: origin[k] for k in ("source", "name", "revision", "family", "vocabulary")} == {
        "source": "local",
        "name": "x",
        "revision": None,
        "family": "GPT2LMHeadModel",
        "vocabulary": tiny.VOCABULARY,
    }
    assert origin["processing"] == FLAGS["none"]
    assert origin["end"] == "<|endoftext|>"
    assert 0 <= origin["agreement"]["relative"] < 1e-5
    written = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert written.get_vocab() == tiny.words().get_vocab()


def test_the_digest_is_of_the_weights(folder, tmp_path):
    """Another weight, another digest; another tokenizer, the same."""
    before = load(folder).origin["sha256"]
    (folder / "special_tokens_map.json").write_text("{}")
    assert load(folder).origin["sha256"] == before
    weights = load_file(folder / "model.safetensors")
    weights["transformer.h.0.ln_1.bias"] += 1
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    assert load(folder).origin["sha256"] != before


def test_a_tokenizer_of_two_files(folder):
    """`vocab.json` and `merges.txt` alone cut text as the whole tokenizer does."""
    whole = load(folder).tokenizer
    tiny.words().model.save(str(folder))
    (folder / "tokenizer.json").unlink()
    found = load(folder)
    text = "a tiny story, untold; über 12 models"
    assert found.tokenizer.encode(text).ids == whole.encode(text).ids
    assert found.origin["end"] == "<|endoftext|>"


def test_a_folder_that_is_not_there(tmp_path):
    """Told as such."""
    refused(tmp_path / "none", "found 'x'; valid: a folder that exists")


def test_a_folder_without_a_model(tmp_path):
    """The file that is looked for is named."""
    refused(tmp_path, r"holds no config\.json; valid: a folder with config\.json, model\.safetens")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"model_type": "gpt9"}', '{"n_embd": "a"}'])
def test_a_config_that_cannot_be_read(folder, content):
    """Empty, cut short, of no known model, or of the wrong type."""
    (folder / "config.json").write_text(content)
    refused(folder, r"config\.json cannot be read")


@pytest.mark.parametrize("damage", ["missing", "half"])
def test_weights_that_cannot_be_read(folder, damage):
    """A missing or damaged file is told with what would be valid."""
    path = folder / "model.safetensors"
    content = path.read_bytes()
    path.unlink()
    if damage == "half":
        path.write_bytes(content[: len(content) // 2])
    refused(folder, r"whose weights cannot be read .*valid: model\.safetensors or pytorch_model")


def test_a_weight_that_is_missing(folder):
    """transformers would draw it at random; it is named instead."""
    weights = load_file(folder / "model.safetensors")
    del weights["transformer.h.1.mlp.c_fc.weight"]
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    refused(folder, r"whose weights lack transformer\.h\.1\.mlp\.c_fc\.weight")


def test_weights_of_another_shape(folder):
    """A config.json of another size is noticed."""
    edited(folder / "config.json", n_embd=20)
    refused(folder, "whose weights")


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_weight_that_is_not_finite(folder, value):
    """It is named."""
    weights = load_file(folder / "model.safetensors")
    weights["transformer.h.1.mlp.c_fc.weight"][2, 3] = value
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    refused(folder, r"weight transformer\.h\.1\.mlp\.c_fc\.weight holds NaN or infinite")


def test_a_hook_above_the_model(folder):
    """The layers there are, are told."""
    refused(folder, "hook: found 'blocks.3.*layer from 1 to 2", hook="blocks.3.hook_resid_pre")


def test_a_context_beyond_the_models(folder):
    """The longest that the model reads is told."""
    refused(folder, r"corpus\.context: found 40; valid: at most 32", context=40)


def test_no_tokenizer(folder):
    """Both kinds of files are named."""
    (folder / "tokenizer.json").unlink()
    refused(folder, r"holds no tokenizer.*valid: tokenizer\.json, or vocab\.json and merges\.txt")


def test_a_tokenizer_with_ids_beyond_the_embedding(folder):
    """The first such token is named with its id."""
    tokenizer = tiny.words()
    tokenizer.add_tokens([f"<{i}>" for i in range(tiny.VOCABULARY)])
    first = min((i, t) for t, i in tokenizer.get_vocab().items() if i >= tiny.VOCABULARY)
    tokenizer.save(str(folder / "tokenizer.json"))
    refused(folder, f"tokenizer has '{first[1]}' at {first[0]}, beyond the {tiny.VOCABULARY} rows")


def test_code_of_the_models_own_is_not_run(folder):
    """A folder that brings its own classes is read by transformers' or not at all."""
    (folder / "own.py").write_text("raise SystemExit('run')\n")
    shutil.copy(folder / "config.json", folder / "before.json")
    edited(folder / "config.json", model_type="own", auto_map={"AutoConfig": "own.Config"})
    refused(folder, r"config\.json cannot be read")
