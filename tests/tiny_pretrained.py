"""Hugging Face directories of models so small that a test of them takes milliseconds."""

from pathlib import Path

import torch
from transformers import AutoConfig, AutoModelForCausalLM

from litmus.corpus import tokenizer

SHARED = Path(__file__).parents[2] / "shared" / "data"
# How a program of its own begins in which every socket is refused.
ALONE = """
import socket, sys, warnings
warnings.simplefilter("ignore")
def refuse(*_, **__):
    raise AssertionError("the network was asked")
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
from pathlib import Path
from litmus.errors import LitmusError
from litmus.subject import checkpoint, hub, pretrained
from litmus.subject.processing import FLAGS
"""
VOCABULARY, CONTEXT = 300, 10
HOOK = "blocks.1.hook_resid_pre"
SHAPE = dict(hidden_size=16, num_attention_heads=4, num_hidden_layers=3, intermediate_size=24)
SHAPE |= dict(vocab_size=VOCABULARY, max_position_embeddings=32)
OLD = dict(n_embd=16, n_head=4, n_layer=3, n_positions=32, vocab_size=VOCABULARY)
NEO = dict(hidden_size=16, num_heads=4, num_layers=2, vocab_size=VOCABULARY, window_size=12)
# Every family, with what is apt to go wrong in it: widths that do not follow from others, grouped
# heads, a window, parts of heads that are turned, and rotary bases.
MODELS = {
    "gpt2": ("gpt2", OLD),
    "gpt2-inner": ("gpt2", OLD | dict(n_inner=40, activation_function="gelu")),
    "gpt2-untied": ("gpt2", OLD | dict(tie_word_embeddings=False, scale_attn_weights=False)),
    "neo": ("gpt_neo", NEO | dict(attention_types=[[["global", "local"], 1]])),
    "gptj": ("gptj", OLD | dict(rotary_dim=2)),
    "pythia": ("gpt_neox", SHAPE | dict(rotary_pct=0.5, rope_theta=500.0)),
    "pythia-sequential": ("gpt_neox", SHAPE | dict(rotary_pct=0.5, use_parallel_residual=False)),
    "opt": ("opt", SHAPE | dict(ffn_dim=24, word_embed_proj_dim=16)),
    "phi": ("phi", SHAPE | dict(partial_rotary_factor=0.5)),
    "llama": ("llama", SHAPE | dict(num_key_value_heads=2, rope_theta=500.0)),
    "llama-heads": ("llama", SHAPE | dict(num_key_value_heads=4, head_dim=6)),
    "mistral": ("mistral", SHAPE | dict(num_key_value_heads=2, sliding_window=16)),
    "mistral-heads": ("mistral", SHAPE | dict(num_key_value_heads=4, head_dim=8)),
    "qwen2": ("qwen2", SHAPE | dict(num_key_value_heads=2)),
    "qwen2-heads": ("qwen2", SHAPE | dict(num_key_value_heads=4, tie_word_embeddings=True)),
    "gemma": ("gemma", SHAPE | dict(num_key_value_heads=1, head_dim=8)),
}


def model(name="gpt2", **changes):
    """transformers' model, none of whose weights is at its initial value."""
    family, shape = MODELS[name]
    torch.manual_seed(0)
    made = AutoModelForCausalLM.from_config(AutoConfig.for_model(family, **{**shape, **changes}))
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
    return made.eval().requires_grad_(False)


def save(folder, name="gpt2", **changes):
    """Such a model with a tokenizer in `folder`, as transformers saves one."""
    made = model(name, **changes)
    made.save_pretrained(folder)
    words().save(str(folder / "tokenizer.json"))
    return made


def words():
    """A byte-level tokenizer of fewer tokens than the embedding has rows."""
    return tokenizer.train(["a tiny story of a tiny model"] * 3, VOCABULARY - 20)


def tokens(rows=3, seed=1):
    """Random token ids, int64 (rows, CONTEXT)."""
    return torch.randint(VOCABULARY, (rows, CONTEXT), generator=torch.Generator().manual_seed(seed))
