"""What every experiment needs: real bases with their pasts, other real activations, and moments."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from litmus import tables
from litmus.activations.statistics import Accumulator, Statistics
from litmus.corpus.tokens import split_of
from litmus.directions.controls import centre
from litmus.last_position import LastPosition
from litmus.memory import within_memory
from litmus.metrics.plateau.bases import activations, sample
from litmus.metrics.plateau.scan import Grid
from litmus.plateaus import adjusted
from litmus.plateaus.activations import gaussian, isotropic
from litmus.plateaus.adjusted import Codes
from litmus.seeds import generator
from litmus.subject import checkpoint

Result = TypeVar("Result")


@dataclass(frozen=True)
class Laboratory:
    """The subject at a write hook, and real activations there, all at the last position."""

    subject: LastPosition
    context: Tensor
    """Activations of the base sequences, (bases, position, width)."""
    reference: np.ndarray
    """Real activations of other sequences, float64 (reference, width)."""
    statistics: Statistics
    """Mean and covariance of the reference."""
    codes: Codes | None
    """What the dictionary says of them; None where no kind needs it."""
    centred: bool
    seed: int

    @property
    def real(self) -> np.ndarray:
        """The base activations, float64 (bases, width)."""
        return self.context[:, -1].double().cpu().numpy()

    def tensor(self, array: np.ndarray) -> Tensor:
        """As the subject takes it."""
        return torch.from_numpy(array).to(self.context)

    def bases(self, kind: str, features: int) -> np.ndarray:
        """Base activations of one kind, (bases, width).

        real · random: Gaussian with the data's moments · isotropic · sae_removed, sae_added: real
        ones without `features` of their active features, or with as many inactive ones.
        """
        drawn = generator(self.seed, "plateaus", "bases", kind)
        count = len(self.context)
        if kind == "real":
            return self.real
        if kind in ("random", "isotropic"):
            return self._made(kind, count, drawn)
        change = {"sae_removed": adjusted.removed, "sae_added": adjusted.added}[kind]
        return centre(change(self.real, self.codes, features, drawn), self.centred)

    def targets(self, kind: str, count: int, *labels: str | int) -> np.ndarray:
        """`random`, `isotropic` or `real_other` ones for each base, (bases, count, width).

        Real ones are never twice the same for a base, and the first never depend on the count.
        """
        drawn = generator(self.seed, "plateaus", "targets", kind, *labels)
        bases = len(self.context)
        if kind == "real_other":
            rows = [
                generator(self.seed, "plateaus", "others", *labels, base).permutation(
                    len(self.reference)
                )[:count]
                for base in range(bases)
            ]
            return self.reference[np.stack(rows)]
        return self._made(kind, bases * count, drawn).reshape(bases, count, -1)

    def directions(self, kind: str, count: int) -> np.ndarray:
        """Directions of one kind from each real base, (bases, count, width).

        random, isotropic, real_other: a target less the base · difference: one other real
        activation less a second, without the base · sae_active, sae_any: decoder rows, and with
        `_minus` the same rows turned round.
        """
        if kind == "difference":
            pairs = self.targets("real_other", 2 * count, "pairs")
            return pairs[:, ::2] - pairs[:, 1::2]
        if kind.startswith("sae_"):
            name = kind.removesuffix("_minus")
            drawn = generator(self.seed, "plateaus", "rows", name)
            rows = adjusted.rows(self.codes, name.removeprefix("sae_"), count, drawn)
            return centre(-rows if kind.endswith("_minus") else rows, self.centred)
        return self.targets(kind, count) - self.real[:, None]

    def _made(self, kind: str, count: int, drawn: np.random.Generator) -> np.ndarray:
        if kind == "random":
            return gaussian(count, self.statistics, drawn)
        return isotropic(count, self.statistics, self.centred, drawn)


def in_laboratory(
    experiment: Callable[[Laboratory], Result],
    model: str | Path,
    tokens: str | Path,
    write: str,
    block: dict[str, Any],
    seed: int,
    device: torch.device,
) -> Result:
    """What an experiment finds in a laboratory at `write`.

    Where memory runs out it begins again, in a laboratory that runs half as many tokens at once.

    Args:
        experiment: what is done there.
        model: folder of the subject.
        tokens: `tokens.parquet`.
        write: `blocks.L.hook_resid_pre`.
        block: the config's `plateaus` block.
        seed: of every draw.
        device: where it runs.

    Raises:
        LitmusError: not even one token at once fits into memory.
    """

    def run(budget: int) -> Result:
        halved = {**block, "batch_size": budget}
        return experiment(open_laboratory(model, tokens, write, halved, seed, device))

    return within_memory(block["batch_size"], run, "plateaus.batch_size", "tokens")[0]


def open_laboratory(
    model: str | Path,
    tokens: str | Path,
    write: str,
    block: dict[str, Any],
    seed: int,
    device: torch.device,
) -> Laboratory:
    """A laboratory at `write`, of the same arguments."""
    architecture, weights = checkpoint.load(model)
    weights = {name: value.to(device) for name, value in weights.items()}
    drawn = sample(
        split_of(tables.read(tokens), "eval"),
        block["bases"] + block["reference"],
        block["positions"],
        seed,
        "plateaus.bases + plateaus.reference",
    )
    budget = block["batch_size"]
    own, others = drawn[: block["bases"]], drawn[block["bases"] :]
    context = activations(architecture, weights, write, own, budget, device)
    last = activations(architecture, weights, write, others, budget, device)[:, -1]
    moments = Accumulator(architecture.width)
    moments.add(last.cpu().numpy())
    return Laboratory(
        LastPosition(architecture, write, block["read"], weights, budget),
        context,
        last.double().cpu().numpy(),
        moments.statistics(),
        None,
        architecture.centred,
        seed,
    )


def grid(block: dict[str, Any]) -> Grid:
    """Where lines are looked at, as the config's block says."""
    return Grid.of(block["steps"], block["tolerance"])
