"""The subject as a HookedTransformer: the one file that knows TransformerLens."""

import torch
from torch import Tensor
from transformer_lens import HookedTransformer, HookedTransformerConfig

from litmus.errors import LitmusError
from litmus.subject.checkpoint import Architecture, hook_layer

# Buffers that TransformerLens keeps among the weights.
_CONSTANTS = ("mask", "IGNORE")


def build(architecture: Architecture, seed: int = 0) -> HookedTransformer:
    """A HookedTransformer with fresh weights drawn from `seed` (GPT-2's initialisation)."""
    model = HookedTransformer(
        HookedTransformerConfig(
            n_layers=architecture.layers,
            d_model=architecture.width,
            n_heads=architecture.heads,
            d_head=architecture.width // architecture.heads,
            d_mlp=architecture.mlp_width,
            n_ctx=architecture.context,
            d_vocab=architecture.vocabulary,
            act_fn="gelu_new",
            normalization_type=architecture.normalization,
            eps=architecture.epsilon,
            seed=seed,
            device="cpu",
        ),
        move_to_device=False,
    )
    return model


def weights(model: HookedTransformer) -> dict[str, Tensor]:
    """The parameters by TransformerLens's names, without the constant attention masks."""
    return {
        name: value.detach().clone()
        for name, value in model.state_dict().items()
        if not name.endswith(_CONSTANTS)
    }


def folded(model: HookedTransformer, architecture: Architecture) -> tuple[Architecture, dict]:
    """The same function with LayerNorm folded and writing weights centred.

    TransformerLens's default for pretrained models, which published dictionaries expect. The
    residual stream then has mean zero over its coordinates at every hook.
    """
    model.process_weights_(fold_ln=True, center_writing_weights=True, center_unembed=True)
    changed = Architecture(**{**vars(architecture), "normalization": "LNPre", "centred": True})
    return changed, weights(model)


class Subject:
    """The model cut at a hook: tokens → activation → logits.

    Args:
        architecture: the model's shape.
        state: its weights by TransformerLens's names.
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
        missing = set(weights(self.model)) - set(state)
        if missing:
            raise LitmusError(f"subject: the weights lack {', '.join(sorted(missing))}")
        self.model.load_state_dict(state, strict=False)  # the constants are not in `state`
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
        """Every parameter that the activation at the hook depends on, by name."""
        return {
            name: value
            for name, value in self.model.named_parameters()
            if name.startswith(("embed.", "pos_embed."))
            or (name.startswith("blocks.") and hook_layer(name) < self.layer)
        }
