"""What a pretrained model has and an Architecture cannot say: refused, for it would be lost."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, NoReturn

from transformer_lens import HookedTransformerConfig

from litmus.errors import LitmusError

ACTIVATIONS = ("gelu", "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "relu", "silu")
# What an Architecture says.
_SAID = {
    *("n_layers", "d_model", "n_ctx", "d_head", "n_heads", "d_mlp", "d_vocab", "act_fn", "eps"),
    *("normalization_type", "use_attn_scale", "attn_scale", "positional_embedding_type"),
    *("n_key_value_heads", "gated_mlp", "parallel_attn_mlp"),
    *("rotary_dim", "rotary_base", "rotary_adjacent_pairs"),
    *("use_local_attn", "window_size", "attn_types"),  # by a context within the window
}
# What changes no logit of ours, or only together with something else that is refused.
_SILENT = {
    *("model_name", "original_architecture", "tokenizer_name", "trust_remote_code"),
    *("init_mode", "init_weights", "initializer_range", "seed", "n_params", "d_vocab_out"),
    *("device", "n_devices", "dtype", "quantization_method", "tie_word_embeddings"),
    *("default_prepend_bos", "tokenizer_prepends_bos", "uses_rms_norm", "final_rms"),
    *("from_checkpoint", "checkpoint_index", "checkpoint_label_type", "checkpoint_value"),
    *("NTK_by_parts_low_freq_factor", "NTK_by_parts_high_freq_factor", "NTK_by_parts_factor"),
    *("NTK_original_ctx_len", "train_seq_length"),
}
# Others by the names people know them by.
_KNOWN_AS = {
    "attn_scores_soft_cap": "a soft cap on attention scores",
    "output_logits_soft_cap": "a soft cap on logits",
    "use_NTK_by_parts_rope": "scaled rotary positions (NTK by parts, as Llama 3.1's)",
    "use_yarn_rope": "scaled rotary positions (YaRN)",
    "rotary_base_local": "two rotary bases",
    "rotary_scaling_factor": "scaled rotary positions",
    "use_qk_norm": "normalised queries and keys",
    "use_normalization_before_and_after": "normalisation after a layer",
    "num_experts": "experts",
    "attn_only": "no MLPs",
    "scale_attn_by_inverse_layer_idx": "attention scaled by layer",
    "post_embedding_ln": "normalisation after the embedding",
    "use_attention_sinks": "attention sinks",
    "clip_qkv": "clipped queries, keys and values",
    "attention_dir": "attention in both directions",
}


def refuse_unread(hf: Any, where: str) -> None:
    """Refuse what transformers' config tells and TransformerLens does not look at."""
    family = hf.architectures[0]
    kind = (getattr(hf, "rope_parameters", None) or {}).get("rope_type", "default")
    plain = family in ("LlamaForCausalLM", "MistralForCausalLM", "GemmaForCausalLM")
    widths = {getattr(hf, "word_embed_proj_dim", None), getattr(hf, "hidden_size", None)}
    told = {
        f"scaled rotary positions ({kind})": kind != "default",
        "biases of the attention": plain and getattr(hf, "attention_bias", False),
        "biases of the MLPs": plain and getattr(hf, "mlp_bias", False),
        "attention without biases": family == "GPTNeoXForCausalLM" and not hf.attention_bias,
        "layers without biases": not getattr(hf, "enable_bias", True),
        "normalised queries and keys": getattr(hf, "qk_layernorm", False),
        "cross-attention": getattr(hf, "add_cross_attention", False),
        "normalisation after a layer": not getattr(hf, "do_layer_norm_before", True),
        "embeddings of another width": family == "OPTForCausalLM" and len(widths) > 1,
        "quantised weights": getattr(hf, "quantization_config", None) is not None,
    }
    for what, there in told.items():
        if there:
            refuse(where, what)


def refuse_kinds(config: Any, where: str) -> None:
    """Refuse kinds of layers that there are no words for, by TransformerLens's names of them."""
    if config.attn_only:
        refuse(where, _KNOWN_AS["attn_only"])
    kinds = {
        "normalisation": (config.normalization_type, ("LN", "RMS")),
        "positions": (config.positional_embedding_type, ("standard", "rotary")),
        "activation function": (config.act_fn, ACTIVATIONS),
    }
    for what, (found, valid) in kinds.items():
        if found not in valid:
            refuse(where, f"the {what} {found}", f"; valid: {', '.join(valid)}")


def refuse_unsaid(config: HookedTransformerConfig, where: str) -> None:
    """Refuse what is neither said by an Architecture nor TransformerLens's plain default."""
    refuse_kinds(config, where)
    if config.final_rms and config.normalization_type == "LN":
        refuse(where, "two kinds of normalisation")
    for field in fields(config):
        plain = None if field.default is MISSING else field.default
        value = getattr(config, field.name)
        if field.name not in _SAID | _SILENT and value != plain:
            refuse(where, _KNOWN_AS.get(field.name, f"{field.name} = {value}"))


def refuse_unheard(said: Mapping[str, Any], config: HookedTransformerConfig, where: str) -> None:
    """Refuse fields of TransformerLens's config that a file names and its reader does not look at.

    Args:
        said: what the file holds.
        config: what was made of it.
        where: the key and value that the message names.
    """
    for name in sorted(said.keys() & {field.name for field in fields(config)} - _SILENT):
        value, kept = said[name], getattr(config, name)
        if isinstance(value, str):
            value, kept = value.lower(), str(kept).lower()
        if isinstance(value, bool | int | float | str) and value != kept:
            refuse(where, f"{name} = {said[name]}")


def refuse(where: str, what: str, valid: str = "") -> NoReturn:
    """Refuse a model with `what`."""
    raise LitmusError(f"{where}, a model with {what}, which is not supported{valid}")
