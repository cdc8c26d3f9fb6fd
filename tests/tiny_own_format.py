"""Small models as TransformerLens stores its own, in a folder or a Hugging Face cache."""

import json

import pytest
import torch
from huggingface_hub import constants

import tiny_pretrained as tiny
from litmus.errors import LitmusError
from litmus.subject import pretrained
from litmus.subject.processing import FLAGS

COMMIT, WORDS = "1" * 40, "2" * 40
DIGITS = "NeelNanda/gpt-neox-tokenizer-digits"
# GELU_2L512W_C4_Code's fields, but for those of its training that the model does not show.
GELU_2L = {
    "n_layers": 2,
    "d_model": 512,
    "d_mlp": 2048,
    "d_head": 64,
    "n_heads": 8,
    "n_ctx": 1024,
    "d_vocab": 48262,
    "tokenizer_name": DIGITS,
    "normalization": "LN",
    "act_fn": "gelu",
    "shortformer_pos": False,
    "attn_only": False,
    "ln_eps": 1e-5,
    "dataset_name": "c4_code",
    "betas": [0.9, 0.99],
    "use_bfloat16_matmul": True,
    "weight_init_scheme": "gpt2",
}
SHAPE = {"d_model": 16, "d_mlp": 24, "d_head": 6, "n_heads": 4, "n_ctx": 32}
SMALL = GELU_2L | SHAPE | {"d_vocab": tiny.VOCABULARY}


def stored(config=SMALL):
    """Random weights by the names they are stored by: with constants, without `unembed.b_U`."""
    torch.manual_seed(0)
    d, m, h, n = (config[key] for key in ("d_model", "d_mlp", "d_head", "n_heads"))
    block = {"ln1.w": (d,), "ln1.b": (d,), "ln2.w": (d,), "ln2.b": (d,)}
    block |= {f"attn.W_{x}": (n, d, h) for x in "QKV"} | {f"attn.b_{x}": (n, h) for x in "QKV"}
    block |= {"attn.W_O": (n, h, d), "attn.b_O": (d,)}
    block |= {"mlp.W_in": (d, m), "mlp.b_in": (m,), "mlp.W_out": (m, d), "mlp.b_out": (d,)}
    shapes = {"embed.W_E": (config["d_vocab"], d), "pos_embed.W_pos": (config["n_ctx"], d)}
    for layer in range(config["n_layers"]):
        shapes |= {f"blocks.{layer}.{name}": shape for name, shape in block.items()}
    shapes |= {"ln_final.w": (d,), "ln_final.b": (d,), "unembed.W_U": (d, config["d_vocab"])}
    state = {name: 0.4 * torch.randn(shape) for name, shape in shapes.items()}
    for layer in range(config["n_layers"]):
        mask = torch.ones(config["n_ctx"], config["n_ctx"]).tril().bool()
        state[f"blocks.{layer}.attn.mask"] = mask
        state[f"blocks.{layer}.attn.IGNORE"] = torch.tensor(-torch.inf)
    return state


def put(folder, config=SMALL, state=None):
    """Such a model in `folder`, without a tokenizer."""
    (folder / "config.json").write_text(json.dumps(config))
    torch.save(stored(config) if state is None else state, folder / "model_final.pth")


def speak(folder):
    """A tokenizer in `folder`."""
    tiny.words().save(str(folder / "tokenizer.json"))
    said = {"tokenizer_class": "GPTNeoXTokenizer", "eos_token": "<|endoftext|>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(said))


def cached(home, repository, commit):
    """The folder of a commit in the cache at `home`, as the hub's library keeps it."""
    place = home / "hub" / f"models--{repository.replace('/', '--')}"
    (place / "refs").mkdir(parents=True)
    (place / "refs" / "main").write_text(commit)
    folder = place / "snapshots" / commit
    folder.mkdir(parents=True)
    return folder


def in_cache(home):
    """The small model as gelu-2l, and its tokenizer, in the cache at `home`; the model's folder."""
    folder = cached(home, "NeelNanda/GELU_2L512W_C4_Code", COMMIT)
    put(folder)
    speak(cached(home, DIGITS, WORDS))
    return folder


def only_cache(home, monkeypatch):
    """Have the hub's library use the cache at `home` and ask nobody."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(home / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)


def load(folder, processing="none", **how):
    """The subject in a folder."""
    where = "model.path: found 'x'"
    return pretrained.load(folder, FLAGS[processing], tiny.HOOK, tiny.CONTEXT, where, **how)


def refused(told, act):
    """That something is refused, in one line."""
    with pytest.raises(LitmusError, match=told) as caught:
        act()
    assert len(str(caught.value).splitlines()) == 1


def edited(folder, **changes):
    """Another config.json."""
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
