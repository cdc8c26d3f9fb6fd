"""The cells of the study: where, of what and with which chains λ̂ meets cheap measures."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Cell(NamedTuple):
    """One layer, form of the feature and regime of the chains."""

    layer: int
    nonlinearity: str
    threshold: float
    """In standard deviations of the projection; zero for `none`, which has none."""
    regime: str
    """`tight` or `loose`."""

    @property
    def hook(self) -> str:
        """The hook point."""
        return f"blocks.{self.layer}.hook_resid_pre"

    @property
    def name(self) -> str:
        """Of the cell's file: `l2_hard_1sigma_tight`."""
        at = "" if self.nonlinearity == "none" else f"_{self.threshold:g}sigma"
        return f"l{self.layer}_{self.nonlinearity}{at}_{self.regime}"


def cells(study: Mapping[str, Any]) -> dict[str, Cell]:
    """All cells of the config's `study` block, by name."""
    found = [
        Cell(layer, form, threshold, regime)
        for regime in study["regimes"]
        for layer in study["layers"]
        for form in study["features"]
        for threshold in ([0.0] if form == "none" else study["thresholds"])
    ]
    return {cell.name: cell for cell in found}
