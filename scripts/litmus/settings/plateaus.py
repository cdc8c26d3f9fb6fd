"""The source's experiments on activation plateaus and sensitive directions."""

from typing import Annotated, Literal

from pydantic import Field

from litmus.settings.block import Block, Number
from litmus.settings.metrics.plateau import Read
from litmus.settings.subject import Hook

Base = Literal["real", "random", "isotropic", "sae_removed", "sae_added"]
Direction = Literal[
    "random",
    "real_other",
    "isotropic",
    "difference",
    "sae_active",
    "sae_active_minus",
    "sae_any",
    "sae_any_minus",
]
Mixing = Annotated[Number, Field(gt=0, lt=1)]


class Plateaus(Block):
    """What is perturbed from where, and how closely it is looked at."""

    enabled: bool
    """Whether to run the experiments."""
    write: Hook | None
    """Where activations are moved; null: at the run's hook."""
    read: Read
    """Where L2 and cosine are taken."""
    positions: int = Field(ge=2)
    """Tokens of a base sequence, the last of which is moved."""
    bases: int = Field(ge=3)
    """Base activations of each kind; the plane takes the first three."""
    lines: int = Field(ge=1)
    """Directions of each kind from every base."""
    reference: int = Field(ge=2)
    """Other sequences: real targets, and the moments of random ones."""
    base_kinds: list[Base] = Field(min_length=2)
    """Experiment 1: kinds of base activation."""
    direction_kinds: list[Direction] = Field(min_length=2)
    """Experiment 2: kinds of direction from real bases."""
    features: int = Field(ge=1)
    """Active features removed, or inactive ones added."""
    threshold: Number = Field(gt=0)
    """Nats of KL(base ‖ moved) at which the plateau ends."""
    steps: int = Field(ge=4)
    """Equal steps of the coarse scan over the range."""
    tolerance: Number = Field(gt=0, lt=1)
    """Width of the bracket at which bisection stops, a share of the range."""
    resolution: int = Field(ge=5)
    """Points on a side of the plane."""
    edge: int = Field(ge=3)
    """Points on an edge of the simplex."""
    mixing: list[Mixing] = Field(min_length=1)
    """Weights of another target mixed into the simplex's corner."""
    neighbours: int = Field(ge=1)
    """Other targets mixed in, of each kind."""
    resamples: int = Field(ge=100)
    """Resamples of the bases behind each interval of δ."""
    batch_size: int = Field(ge=1)
    """Tokens that run at once, at most."""

    def needs_dictionary(self, kinds: list[str]) -> bool:
        """Whether a kind is made of the dictionary's features."""
        return any(kind.startswith("sae_") for kind in kinds)
