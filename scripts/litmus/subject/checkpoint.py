"""A subject on disk: `config.json` and `model.safetensors`, read without TransformerLens."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from litmus.errors import LitmusError
from litmus.tables import atomic


@dataclass(frozen=True)
class Architecture:
    """A decoder's architecture: what decides its function, but for the weights."""

    layers: int
    width: int
    heads: int
    mlp_width: int
    context: int
    vocabulary: int
    # `LN` or `RMS`; `LNPre` or `RMSPre` where its scale and shift are folded into what follows.
    normalization: str = "LN"
    # Whether every write to the residual stream has mean zero over its coordinates.
    centred: bool = False
    epsilon: float = 1e-5
    # Of a head; None: width // heads.
    head_width: int | None = None
    # Key and value heads, each shared by heads // key_value_heads query heads; None: heads.
    key_value_heads: int | None = None
    # The MLP's nonlinearity, by TransformerLens's name.
    activation: str = "gelu_new"
    # Whether an MLP is act(x·W_gate)·(x·W_in), as Llama's, rather than act(x·W_in).
    gated: bool = False
    # `standard`: learned, added to the embedding · `rotary`: queries and keys are turned.
    positions: str = "standard"
    # Coordinates of a head that are turned; None: all.
    rotary_width: int | None = None
    rotary_base: float = 10_000.0
    # Whether neighbouring coordinates are turned together, rather than those half a head apart.
    rotary_adjacent: bool = False
    # Whether attention and MLP read the same residual stream, as GPT-NeoX's.
    parallel: bool = False
    # What attention scores are divided by; None: √head_width.
    attention_scale: float | None = None

    def __post_init__(self) -> None:
        """Spell out what follows from the rest."""
        derived = {
            "head_width": self.width // self.heads,
            "key_value_heads": self.heads,
            "rotary_width": self.head_width or self.width // self.heads,
            "attention_scale": math.sqrt(self.head_width or self.width // self.heads),
        }
        for name, value in derived.items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)


def hook_layer(hook: str) -> int:
    """The layer L of `blocks.L.hook_resid_pre`."""
    return int(hook.split(".")[1])


def save(folder: Path, architecture: Architecture, weights: dict[str, torch.Tensor]) -> None:
    """Write the architecture and the weights (TransformerLens's names) to `folder`."""
    with atomic(folder / "model.safetensors") as temporary:
        save_file({name: value.contiguous() for name, value in weights.items()}, temporary)
    with atomic(folder / "config.json") as temporary:
        temporary.write_text(json.dumps(asdict(architecture), indent=2) + "\n")


def load(folder: str | Path) -> tuple[Architecture, dict[str, torch.Tensor]]:
    """The architecture and the weights in `folder`.

    Raises:
        LitmusError: a file is missing or damaged, or a weight is not finite.
    """
    folder = Path(folder)
    try:
        architecture = Architecture(**json.loads((folder / "config.json").read_text()))
        weights = load_file(folder / "model.safetensors")
    except (OSError, ValueError, TypeError, SafetensorError) as error:
        raise LitmusError(
            f"{folder}: holds no readable subject ({error}); delete the folder and run again"
        ) from error
    for name, value in weights.items():
        if not torch.isfinite(value).all():
            raise LitmusError(
                f"{folder / 'model.safetensors'}: {name} holds NaN or infinite numbers; all "
                "weights must be finite: delete the file and run again, or lower the learning rate"
            )
    return architecture, weights
