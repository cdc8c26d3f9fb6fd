"""A dictionary's encoder as an affine map of the activation itself."""

import torch
from sae_lens import SAE
from torch import Tensor

from litmus.errors import LitmusError


@torch.no_grad()
def affine(sae: SAE) -> tuple[Tensor, Tensor]:
    """Rows e (d_sae, width) and biases b (d_sae,): a latent's pre-activation is ⟨a, e⟩ + b.

    Without the scaling by decoder norms that some architectures rank their latents by.

    Raises:
        LitmusError: the dictionary normalises each activation by itself, so there is no such map.
    """
    normalized = sae.cfg.normalize_activations
    if normalized in ("layer_norm", "constant_norm_rescale"):
        raise LitmusError(
            f"dictionary: found normalize_activations {normalized!r}, with which latents are no "
            "affine function of the activation; train one with 'none'"
        )
    rows = sae.W_enc.T.contiguous()
    bias = getattr(sae, "b_enc", torch.zeros(len(rows)))
    if sae.cfg.apply_b_dec_to_input:
        bias = bias - rows @ sae.b_dec
    return rows, bias
