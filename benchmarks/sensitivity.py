"""Weight sensitivity: what a thousand directions cost over one."""

from litmus.metrics.weight_sensitivity import Sensitivity, changes
from pairs import Comparison, compare, timed
from subject import Bench


def thousand_against_one(given: Bench) -> Comparison:
    """`ratio` is the cost of 1000 over that of one, so that 2 means twice the cost."""
    unread = {"enabled", "whole_dictionary"}
    block = {k: v for k, v in given.sensitivity.items() if k not in unread}
    settings = Sensitivity(**{**block, "draws": 4, "sequences": 128})

    def seconds(directions: int) -> float:
        return timed(
            lambda: changes(
                given.lower,
                given.start,
                given.tokens[:128],
                given.vectors[:directions],
                given.std[:directions],
                settings,
                0,
            )
        )

    # `compare` divides the second by the first.
    return compare(
        "weight_sensitivity_1000_vs_1",
        "s (ours: one, theirs: 1000)",
        lambda: seconds(1),
        lambda: seconds(1000),
    )
