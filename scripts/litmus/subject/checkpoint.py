"""A subject on disk: `config.json` and `model.safetensors`, read without TransformerLens."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from litmus.errors import LitmusError
from litmus.tables import atomic


@dataclass(frozen=True)
class Architecture:
    """A GPT-2 architecture in the words of a TransformerLens config."""

    layers: int
    width: int
    heads: int
    mlp_width: int
    context: int
    vocabulary: int
    # `LN`, or `LNPre` where LayerNorm's scale and shift are folded into the weights after it.
    normalization: str = "LN"
    # Whether every write to the residual stream has mean zero over its coordinates.
    centred: bool = False
    epsilon: float = 1e-5


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
