"""A dictionary's encoder as an affine map of the activation itself."""

import torch
from sae_lens import SAE
from torch import Tensor

from litmus.errors import LitmusError

# A latent of these passes a threshold of its own pre-activation, or competes with others' by it.
AFFINE = ("standard", "topk", "jumprelu", "gated")


@torch.no_grad()
def affine(sae: SAE) -> tuple[Tensor, Tensor]:
    """Rows e (d_sae, width) and biases b (d_sae,): a latent's pre-activation is ⟨a, e⟩ + b.

    Without the scaling by decoder norms that some architectures rank their latents by. Of a gated
    one it is that of the magnitude, eʳ·p + b: its gate p + b' > 0 is a threshold on the same
    projection, so that the latent is a JumpReLU's.

    Raises:
        LitmusError: the architecture has no such map, or the dictionary normalises each activation
            by itself.
    """
    kind, normalized = sae.cfg.architecture(), sae.cfg.normalize_activations
    if kind not in AFFINE:
        raise LitmusError(
            f"dictionary: found architecture {kind!r}, whose latents are no function of one "
            f"projection; feature: latent needs {', '.join(AFFINE)}"
        )
    if normalized != "none":
        raise LitmusError(
            f"dictionary: found normalize_activations {normalized!r}, with which latents are no "
            "affine function of the activation; feature: latent needs a dictionary with 'none'"
        )
    rows, bias = sae.W_enc.T, sae.b_mag if kind == "gated" else sae.b_enc
    if kind == "gated":
        rows = rows * sae.r_mag.exp()[:, None]
    if sae.cfg.apply_b_dec_to_input:
        bias = bias - rows @ sae.b_dec
    return rows.contiguous(), bias.detach()
