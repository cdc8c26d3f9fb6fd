"""The study: whether a cheap measure ranks as λ̂ does, over layers, features and chains."""

from typing import Annotated, Literal

from pydantic import Field

from litmus.settings.block import Block, Number
from litmus.settings.checks import check
from litmus.settings.llc_checks import draws_are_left, the_chain_is_stable

REGIMES = ("tight", "loose")


class Regime(Block):
    """One setting of the chains."""

    learning_rate: Number = Field(gt=0)
    """ε."""
    n_beta: Number = Field(gt=0)
    """Inverse temperature nβ."""
    localization: Number = Field(gt=0)
    """γ, the pull towards the trained weights."""
    steps: int = Field(ge=4)
    """Steps of a chain."""
    burn_in: int = Field(ge=1)
    """Steps dropped from its beginning."""


class Study(Block):
    """Cells of layers × features × regimes; what is not named here is as in `metrics`."""

    enabled: bool
    """Whether to run it."""
    layers: list[Annotated[int, Field(ge=1)]] = Field(min_length=1)
    """Layers whose input the directions lie in."""
    features: list[Literal["none", "hard", "relu"]] = Field(min_length=1)
    """Forms of the feature."""
    thresholds: list[Annotated[Number, Field(ge=0)]] = Field(min_length=1)
    """Of hard and relu, in standard deviations of the projection."""
    regimes: list[Literal["tight", "loose"]] = Field(min_length=1)
    """Settings of the chains."""
    groups: list[Literal["sae", "isotropic", "covariance"]] = Field(min_length=1)
    """Groups of directions."""
    directions: int = Field(ge=8)
    """Directions a group; fewer rank nothing."""
    seeds: int = Field(ge=2)
    """Independent repetitions of every measure; reliability needs two."""
    chains: int = Field(ge=2)
    """Chains of a direction and seed."""
    scales: list[Annotated[Number, Field(gt=0)]] = Field(min_length=1)
    """σ of the weight sensitivities."""
    draws: int = Field(ge=2)
    """Noise vectors of the weight sensitivities."""
    sequences: int = Field(ge=2)
    """Evaluation sequences of the weight sensitivities."""
    quadratic_sequences: int = Field(ge=0)
    """Evaluation sequences of the quadratic's λ; 0: leave it out."""
    tight: Regime
    """The pull decides."""
    loose: Regime
    """The data decide."""


for regime in REGIMES:
    key = f"study.{regime}"
    check(f"{key}.burn_in", f"{key}.steps")(
        lambda burn_in, steps: draws_are_left(burn_in, steps, 1)
    )
    check(f"{key}.learning_rate", f"{key}.localization")(
        lambda rate, pull: the_chain_is_stable(rate, pull, [])
    )


@check("study.layers", "model.layers", "study.enabled")
def layers_are_inside_the_model(layers: list[int], count: int, enabled: bool) -> str | None:
    """There is a block below each, and one above."""
    if not enabled or (max(layers) < count and len(set(layers)) == len(layers)):
        return None
    return f"each layer once, from 1 to {count - 1}, for the model has model.layers = {count}"


@check("study.groups", "study.layers", "hook")
def every_layer_has_directions(groups: list[str], layers: list[int], hook: str) -> str | None:
    """The dictionary's rows exist at the run's own hook alone."""
    if len(set(groups)) < len(groups):
        return "each group once"
    if groups == ["sae"] and [f"blocks.{layer}.hook_resid_pre" for layer in layers] != [hook]:
        return f"a control too, for there is no dictionary but at hook = {hook}"
    return None


@check("study.directions", "dictionary.width", "study.enabled")
def there_are_rows(count: int, width: int, enabled: bool) -> str | None:
    """The candidates are the dictionary's rows."""
    return f"at most dictionary.width = {width}" if enabled and count > width else None
