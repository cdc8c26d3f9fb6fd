"""One look for each group: a colour for light and one for dark paper, and a line style.

The hues are Okabe and Ito's, darkened until each stands 3:1 against white, with a lighter partner
for dark paper. No figure tells groups apart by colour alone: the dashes differ as well.
"""

from collections.abc import Sequence
from typing import NamedTuple


class Look(NamedTuple):
    """How one group is drawn."""

    color: str
    dark: str
    dashes: str | tuple[int, tuple[float, ...]]


KNOWN = {
    "sae": Look("#0072b2", "#56b4e9", "-"),
    "isotropic": Look("#6f6f6f", "#b4b4b4", (0, (1.2, 1.2))),
    "covariance": Look("#00845f", "#2cc79b", (0, (4, 1.4))),
    "difference": Look("#b8578f", "#e39ac6", (0, (5, 1.4, 1.2, 1.4))),
    "matched": Look("#c44e00", "#f08a4b", (0, (2.4, 1.2))),
    "file": Look("#806500", "#d9be4a", (0, (3, 1, 1, 1))),
}
SPARE = (
    Look("#4b5bb5", "#9aa8ff", (0, (6, 2))),
    Look("#007b8a", "#4fc3d4", (0, (1, 2))),
)


def looks(groups: Sequence[str]) -> dict[str, Look]:
    """A look for each of `groups`; a name that is not ours takes a spare, in sorted order."""
    strangers = sorted(set(groups) - KNOWN.keys())
    spare = {name: SPARE[i % len(SPARE)] for i, name in enumerate(strangers)}
    return {group: KNOWN.get(group) or spare[group] for group in groups}
