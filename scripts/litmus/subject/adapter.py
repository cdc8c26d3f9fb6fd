"""The subject as a HookedTransformer."""

import re
from dataclasses import replace

import torch
from torch import Tensor
from transformer_lens import HookedTransformer, HookedTransformerConfig
from transformer_lens.weight_processing import ProcessWeights

from litmus.errors import LitmusError
from litmus.subject.checkpoint import Architecture, hook_layer
from litmus.subject.processing import FLAGS

# Buffers that TransformerLens keeps among the weights.
CONSTANTS = ("mask", "IGNORE", "rotary_sin", "rotary_cos")
# A bias of anything but a normalisation.
BIAS = re.compile(r"\._?b_\w+$")
# Scale and shift of the normalisations.
_NORM = re.compile(r"(^|\.)ln(1|2|_final)\.[wb]$")


def build(architecture: Architecture, seed: int = 0) -> HookedTransformer:
    """A HookedTransformer with fresh weights drawn from `seed` (GPT-2's initialisation).

    It has every bias that TransformerLens knows of, all zero, also where the family has none.
    """
    rotary = architecture.positions == "rotary"
    grouped = architecture.key_value_heads < architecture.heads
    return HookedTransformer(
        HookedTransformerConfig(
            n_layers=architecture.layers,
            d_model=architecture.width,
            n_heads=architecture.heads,
            d_head=architecture.head_width,
            n_key_value_heads=architecture.key_value_heads if grouped else None,
            d_mlp=architecture.mlp_width,
            n_ctx=architecture.context,
            d_vocab=architecture.vocabulary,
            act_fn=architecture.activation,
            gated_mlp=architecture.gated,
            normalization_type=architecture.normalization,
            eps=architecture.epsilon,
            positional_embedding_type=architecture.positions,
            rotary_dim=architecture.rotary_width if rotary else None,
            rotary_base=architecture.rotary_base,
            rotary_adjacent_pairs=architecture.rotary_adjacent,
            parallel_attn_mlp=architecture.parallel,
            attn_scale=architecture.attention_scale,
            seed=seed,
            device="cpu",
        ),
        move_to_device=False,
    )


def weights(model: HookedTransformer) -> dict[str, Tensor]:
    """The parameters by TransformerLens's names, without masks and other constants."""
    return {
        name: value.detach().clone()
        for name, value in model.state_dict().items()
        if not name.endswith(CONSTANTS)
    }


def processed(
    state: dict[str, Tensor],
    config: HookedTransformerConfig,
    architecture: Architecture,
    flags: dict[str, bool],
) -> tuple[Architecture, dict[str, Tensor], dict[str, bool]]:
    """The same predictions from other weights: TransformerLens's processing.

    Args:
        state: all weights, by TransformerLens's names; left as they are.
        config: TransformerLens's, of these weights.
        architecture: likewise.
        flags: `litmus.subject.processing.flags`.

    Returns:
        Architecture, weights, and the flags as they were followed: root-mean-square normalisation
        sees the mean over coordinates, so there writing weights are left uncentred.
    """
    mean_matters = architecture.normalization.startswith("RMS")
    done = flags | {"center_writing_weights": flags["center_writing_weights"] and not mean_matters}
    weights = ProcessWeights.process_weights(dict(state), config, **done)
    if done["fold_ln"]:
        weights = {name: value for name, value in weights.items() if not _NORM.search(name)}
    changed = replace(
        architecture,
        normalization=architecture.normalization + ("Pre" if done["fold_ln"] else ""),
        centred=architecture.centred or done["center_writing_weights"],
    )
    return changed, weights, done


def folded(
    model: HookedTransformer, architecture: Architecture, processing: str = "folded"
) -> tuple[Architecture, dict[str, Tensor]]:
    """The same predictions as `model`'s, its weights processed as the config names it.

    `folded` is TransformerLens's default for pretrained models, which published dictionaries
    expect: LayerNorm folded into the weights after it, writing weights centred. The residual stream
    then has mean zero over its coordinates at every hook.
    """
    return processed(weights(model), model.cfg, architecture, FLAGS[processing])[:2]


class Subject:
    """The model cut at a hook: tokens → activation → logits.

    Args:
        architecture: the model's shape.
        state: its weights by TransformerLens's names; a bias that it lacks is zero.
        hook: `blocks.L.hook_resid_pre`.
        device: where it runs.

    Raises:
        LitmusError: a weight is missing.
    """

    def __init__(
        self,
        architecture: Architecture,
        state: dict[str, Tensor],
        hook: str,
        device: torch.device | str = "cpu",
    ) -> None:
        self.layer = hook_layer(hook)
        self.model = build(architecture)
        self.given = frozenset(state)
        missing = {n: value for n, value in weights(self.model).items() if n not in state}
        if needed := sorted(name for name in missing if not BIAS.search(name)):
            raise LitmusError(f"subject: the weights lack {', '.join(needed)}")
        zero = {name: torch.zeros_like(value) for name, value in missing.items()}
        self.model.load_state_dict({**state, **zero}, strict=False)  # the constants are not there
        self.model.to(device, print_details=False).eval().requires_grad_(False)

    def lower(self, tokens: Tensor) -> Tensor:
        """Activations at the hook: int (batch, position) → float (batch, position, width)."""
        return self.model(tokens, stop_at_layer=self.layer)

    def upper(self, activation: Tensor) -> Tensor:
        """Logits (batch, position, vocabulary) from activations (batch, position, width)."""
        return self.model(activation, start_at_layer=self.layer)

    def loss(self, tokens: Tensor, activation: Tensor) -> Tensor:
        """Next-token loss (nats) of each sequence, mean over its position − 1 predictions.

        Shapes: (batch, position), (batch, position, width) → (batch,).
        """
        logits = self.upper(activation)[:, :-1]
        per_token = torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), tokens[:, 1:].flatten(), reduction="none"
        )
        return per_token.view(len(tokens), -1).mean(1)

    def parameters_below(self) -> dict[str, Tensor]:
        """Every parameter of its own that the activation at the hook depends on, by name."""
        return {
            name: value
            for name, value in self.model.named_parameters()
            if name in self.given
            and (
                name.startswith(("embed.", "pos_embed."))
                or (name.startswith("blocks.") and hook_layer(name) < self.layer)
            )
        }
