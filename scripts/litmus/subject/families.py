"""A Hugging Face model in TransformerLens's words and names."""

from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor, nn
from transformer_lens import HookedTransformerConfig
from transformer_lens import loading_from_pretrained as loading

from litmus.errors import LitmusError
from litmus.subject.checkpoint import Architecture
from litmus.subject.refusals import refuse_unread, refuse_unsaid

# Those whose logits the tests hold against transformers'.
FAMILIES = (
    "GPT2LMHeadModel",
    "GPTNeoForCausalLM",
    "GPTJForCausalLM",
    "GPTNeoXForCausalLM",
    "OPTForCausalLM",
    "PhiForCausalLM",
    "LlamaForCausalLM",
    "MistralForCausalLM",
    "Qwen2ForCausalLM",
    "GemmaForCausalLM",
)


def translated(hf: Any, where: str) -> HookedTransformerConfig:
    """TransformerLens's config of the model that transformers' config `hf` describes.

    Raises:
        LitmusError: its family is not supported, or has a property that cannot be said.
    """
    family = (getattr(hf, "architectures", None) or [None])[0]
    if family not in FAMILIES:
        raise LitmusError(
            f"{where}, a model of the family {family or hf.model_type}, which is not supported; "
            f"valid: {', '.join(FAMILIES)}"
        )
    refuse_unread(hf, where)
    # Names that transformers 5 dropped and TransformerLens reads.
    if family == "GPT2LMHeadModel":
        hf.n_ctx = hf.n_positions
    if family == "PhiForCausalLM":
        hf.partial_rotary_factor = hf.rope_parameters["partial_rotary_factor"]
    try:
        config = _gemma(hf) if family == "GemmaForCausalLM" else _by_transformer_lens(hf)
        config |= _put_right(config, hf)
        known = HookedTransformerConfig(**config, device="cpu", init_weights=False)
    except (AssertionError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise LitmusError(
            f"{where}, a {family} that TransformerLens does not know ({error})"
        ) from (error)
    refuse_unsaid(known, where)
    return known


def _by_transformer_lens(hf: Any) -> dict[str, Any]:
    """Its own reading of `hf`.

    By a folder's or model's name it would judge the family, and look it up: so it is given a name
    that tells nothing, and what it looks up is there already.
    """
    found = SimpleNamespace(from_pretrained=lambda *_, **__: hf)
    with patch.object(loading, "AutoConfig", found):
        config = loading.convert_hf_model_config("gpt2")
    return {k: v for k, v in config.items() if k not in ("tokenizer_name", "device", "dtype")}


def _gemma(hf: Any) -> dict[str, Any]:
    """Gemma 1, which TransformerLens knows by its checkpoints' names only."""
    return {
        "original_architecture": "GemmaForCausalLM",
        "d_model": hf.hidden_size,
        "d_head": hf.head_dim,
        "n_heads": hf.num_attention_heads,
        "n_key_value_heads": hf.num_key_value_heads,
        "d_mlp": hf.intermediate_size,
        "n_layers": hf.num_hidden_layers,
        "n_ctx": hf.max_position_embeddings,
        "eps": hf.rms_norm_eps,
        "d_vocab": hf.vocab_size,
        # The older key says gelu and means this.
        "act_fn": getattr(hf, "hidden_activation", None) or "gelu_pytorch_tanh",
        "normalization_type": "RMS",
        "positional_embedding_type": "rotary",
        "rotary_dim": hf.head_dim,
        "gated_mlp": True,
    }


def _put_right(config: dict[str, Any], hf: Any) -> dict[str, Any]:
    """What TransformerLens assumes, and `hf` says."""
    right: dict[str, Any] = {}
    if width := getattr(hf, "n_inner", None) or getattr(hf, "ffn_dim", None):
        right["d_mlp"] = width
    if config["original_architecture"] == "GPTNeoForCausalLM" and hf.intermediate_size:
        right["d_mlp"] = hf.intermediate_size
    rope = getattr(hf, "rope_parameters", None) or {}
    if config.get("positional_embedding_type") == "rotary" and "rope_theta" in rope:
        right["rotary_base"] = rope["rope_theta"]
    if config["original_architecture"] in ("LlamaForCausalLM", "Qwen2ForCausalLM"):
        head = getattr(hf, "head_dim", None) or config["d_head"]
        right |= {"d_head": head, "rotary_dim": head}
    layers = getattr(hf, "layer_types", None) or []
    if "sliding_attention" in layers:
        kinds = ["local" if kind == "sliding_attention" else "global" for kind in layers]
        right |= {"use_local_attn": True, "window_size": hf.sliding_window, "attn_types": kinds}
    return right


def described(config: HookedTransformerConfig) -> Architecture:
    """The same as an Architecture.

    Where attention looks back over a window only, the context ends with it: up to there the window
    changes nothing.
    """
    local = config.use_local_attn and "local" in (config.attn_types or [])
    context = min(config.n_ctx, config.window_size) if local else config.n_ctx
    rotary = {
        "positions": "rotary",
        "rotary_width": config.rotary_dim,
        "rotary_base": float(config.rotary_base),
        "rotary_adjacent": config.rotary_adjacent_pairs,
    }
    return Architecture(
        layers=config.n_layers,
        width=config.d_model,
        heads=config.n_heads,
        mlp_width=config.d_mlp,
        context=context,
        vocabulary=config.d_vocab,
        normalization=config.normalization_type,
        epsilon=config.eps,
        head_width=config.d_head,
        key_value_heads=config.n_key_value_heads,
        activation=config.act_fn,
        gated=config.gated_mlp,
        parallel=config.parallel_attn_mlp,
        attention_scale=float(config.attn_scale) if config.use_attn_scale else 1.0,
        **(rotary if config.positional_embedding_type == "rotary" else {}),
    )


def converted(
    model: nn.Module, config: HookedTransformerConfig, architecture: Architecture, where: str
) -> tuple[dict[str, Tensor], set[str]]:
    """The weights of transformers' `model`, by TransformerLens's names.

    `config` is told where there are as many key and value heads as query heads, for then they are
    not grouped.

    Returns:
        All that TransformerLens has a place for, and the names of the biases among them that it
        filled in with zeros since the family has none.

    Raises:
        LitmusError: the weights are not those of a plain model of the family.
    """
    try:
        state = loading.get_pretrained_state_dict("gpt2", config, model)
    except (AttributeError, KeyError, ValueError, RuntimeError, NotImplementedError) as error:
        raise LitmusError(
            f"{where}, whose weights TransformerLens cannot convert ({error}); valid: those of a "
            f"plain {config.original_architecture}"
        ) from error
    state.setdefault("unembed.b_U", torch.zeros(config.d_vocab))
    if "pos_embed.W_pos" in state:
        state["pos_embed.W_pos"] = state["pos_embed.W_pos"][: architecture.context]
    if architecture.key_value_heads == architecture.heads:
        config.n_key_value_heads = None
        state = {name.replace(".attn._", ".attn."): value for name, value in state.items()}
    # What the model has shares its memory; what was filled in does not.
    given = {value.untyped_storage().data_ptr() for value in model.state_dict().values()}
    filled = {
        name
        for name, value in state.items()
        if name.rsplit(".", 1)[-1].lstrip("_").startswith("b_")
        and value.untyped_storage().data_ptr() not in given
    }
    return {name: value.detach().float() for name, value in state.items()}, filled
