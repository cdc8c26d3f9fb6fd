"""What removing a direction's coordinate does to the output."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PlainValidator

from litmus.settings.block import Words
from litmus.settings.metrics.metric import About, Metric


def _strongest(value: Any) -> Any:
    """`value`, if it is a number of data points or all of them."""
    if value == "all" or (type(value) is int and value >= 1):
        return value
    raise ValueError("neither a number of data points nor all")


Kind = Literal["mean", "zero"]
Effect = Literal["kl", "sparsity"]
Strongest = Annotated[Any, PlainValidator(_strongest), Words("a whole number ≥ 1, or all")]
TO: dict[Kind, str] = {"mean": "its mean over the data", "zero": "zero"}
PUBLISHED: dict[tuple[Kind, Effect, int], str] = {
    ("mean", "kl", 16): "the best separation by KL, δ 1 %",
    ("zero", "sparsity", 8): "the best separation by L1/L2, δ 4.6 %",
}


class Ablation(Metric):
    """Effect on the output of removing the direction's coordinate, on its strongest data points."""

    title: ClassVar[str] = "Ablation"
    sentence: ClassVar[str] = (
        "What the output loses with the direction's coordinate, and over how many of its numbers "
        "the change is spread: high means that the output depends on it, or an even spread."
    )

    kinds: list[Kind] = Field(min_length=1)
    """What the coordinate is set to."""
    effects: list[Effect] = Field(min_length=1)
    """kl: KL(original ‖ ablated); sparsity: L1/L2 of the effect."""
    strongest: list[Strongest] = Field(min_length=1)
    """How many data points, strongest first, are averaged over; one metric each."""
    sparsity: Literal["logits", "divergence"]
    """What L1/L2 is taken of: the logits' changes, or the KL on every token."""
    tokens: Literal["all", "last"]
    """Which of a sequence's tokens are ablated, together."""
    sequences: int = Field(ge=2)
    """Evaluation sequences, at most, that stand for all."""
    batch_tokens: int = Field(ge=1)
    """Tokens that run at once."""

    def variants(self) -> dict[str, tuple[Kind, Effect, int | str]]:
        """Name after the family's → kind, effect and k: `_mean_kl_top16`, `_zero_sparsity_all`."""
        last = "_last" if self.tokens == "last" else ""
        return {
            f"_{kind}_{effect}_{'all' if k == 'all' else f'top{k}'}{last}": (kind, effect, k)
            for kind in self.kinds
            for effect in self.effects
            for k in self.strongest
        }

    def headlines(self, family: str) -> list[str]:
        """The metrics that the report shows one by one; the others stand in its grid.

        For each effect the combination that separated best in the source, or the one with the
        nearest k, and the same over all data. Fixed before any is scored.
        """
        names = {variant: family + suffix for suffix, variant in self.variants().items()}
        numbers = [k for k in self.strongest if k != "all"]
        chosen = []
        for kind, effect, best in PUBLISHED:
            nearest = min(numbers, key=lambda k, best=best: (abs(k - best), k), default="all")
            chosen += [(kind, effect, nearest), (kind, effect, "all")]
        found = [names[variant] for variant in dict.fromkeys(chosen) if variant in names]
        return found or list(names.values())

    def about(self, family: str) -> dict[str, About]:
        """One metric for each kind, effect and k."""
        shown = self.headlines(family)
        return {
            family + suffix: About(
                family,
                self._title(*variant),
                self._sentence(*variant),
                self.trivial,
                self._published(*variant),
                family + suffix in shown,
            )
            for suffix, variant in self.variants().items()
        }

    def _title(self, kind: Kind, effect: Effect, k: int | str) -> str:
        measure = {"kl": "KL", "sparsity": "L1/L2"}[effect]
        of = "all" if k == "all" else f"top {k}"
        return f"{kind.capitalize()} ablation {measure}, {of}"

    def _sentence(self, kind: Kind, effect: Effect, k: int | str) -> str:
        where = "every token" if self.tokens == "all" else "the last token"
        how = f"when the direction's coordinate is set to {TO[kind]} on {where}"
        of = {
            "all": f"at most {self.sequences} sequences that stand for all",
            1: "the sequence with the strongest activation",
        }.get(k, f"the {k} sequences with the strongest activation")
        if effect == "kl":
            return (
                f"Mean divergence (nats a token) of the next-token distributions {how}, over {of}: "
                "high means that the output depends on it."
            )
        spread = {
            "logits": "the logits' changes, each token's median taken away",
            "divergence": "the tokens' divergences",
        }[self.sparsity]
        return (
            f"L1/L2 norm of {spread}, {how}, mean over {of}: low means an effect on few of them, "
            "high one that is spread evenly."
        )

    def _published(self, kind: Kind, effect: Effect, k: int | str) -> str:
        told = PUBLISHED.get((kind, effect, k))
        if told is None or self.tokens == "last":
            return ""
        return (
            f"GPT-2-small, layer 9, 500 dictionary rows against 500 isotropic directions: {told}. "
            "Another model: compare the separation, not the values."
        )
