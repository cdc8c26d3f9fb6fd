"""What may be done to a model's weights without changing what it predicts, by TransformerLens's
flags."""

from typing import Any

from litmus.errors import LitmusError

STEPS = ("fold_ln", "center_writing_weights", "center_unembed", "fold_value_biases")
FLAGS = {
    "folded": dict.fromkeys(STEPS, True),
    "centred": {**dict.fromkeys(STEPS, False), "center_writing_weights": True},
    "none": dict.fromkeys(STEPS, False),
}
# What a dictionary's record may hold besides, and what changes no activation in float32.
_SILENT = (
    "device",
    "dtype",
    "torch_dtype",
    "n_devices",
    "device_map",
    "n_ctx",
    "default_prepend_bos",
    "default_padding_side",
    "move_to_device",
    "trust_remote_code",
    "token",
    "cache_dir",
)


def flags(processing: str, record: dict[str, Any] | None = None) -> dict[str, bool]:
    """The steps of a `processing`, as the config names it.

    Args:
        processing: `folded`, `centred`, `none` or `dictionary`.
        record: with `dictionary`, its `model_from_pretrained_kwargs`: changes to no processing, as
            SAELens takes them.

    Raises:
        LitmusError: the record asks for what is not done here.
    """
    if processing != "dictionary":
        return FLAGS[processing]
    asked = dict(record or {})
    steps = {step: asked.pop(step, False) for step in STEPS}
    for name, value in asked.items():
        harmless = name in _SILENT or not value
        if not harmless:
            raise LitmusError(
                f"model.processing: the dictionary's record asks for {name} = {value!r} in "
                f"model_from_pretrained_kwargs; valid there: {', '.join(STEPS)}; set folded, "
                "centred or none"
            )
    for name, value in steps.items():
        if not isinstance(value, bool):
            raise LitmusError(
                f"model.processing: the dictionary's record says {name} = {value!r}; valid: true "
                "or false"
            )
    return steps
