"""How far an activation can be moved along a direction before the output changes."""

from typing import Annotated, ClassVar, Literal, NamedTuple

from pydantic import Field

from litmus.settings.block import Number, Words
from litmus.settings.metrics.metric import About, Metric
from litmus.settings.subject import Hook

Read = Annotated[
    str,
    Field(pattern=r"^(blocks\.[0-9]+\.hook_resid_post|ln_final\.hook_normalized)$"),
    Words(
        "ln_final.hook_normalized, or blocks.<M>.hook_resid_post with a layer M not below the "
        "write hook's"
    ),
]
Share = Annotated[Number, Field(gt=0, le=1)]
Mode = Literal["straight", "sphere"]
Companion = Literal[
    "reached", "kl", "l2", "cosine", "area", "max_slope", "max_slope_at", "departure"
]
# What a mode's range is measured in.
UNITS: dict[Mode, tuple[float, str]] = {"straight": (1.0, ""), "sphere": (180.0, "°")}
HOW: dict[Mode, str] = {
    "straight": "moved straight along the direction, by up to its own norm and with both signs",
    "sphere": "turned towards the direction at constant norm, by up to 180° and with both signs",
}


class Wording(NamedTuple):
    """Title and sentence of a companion; `{at}` is the distance, `{moved}` how it got there."""

    title: str
    sentence: str


SIZE = Wording(
    "Plateau size",
    "How far an activation can be {moved}, before the divergence of the next-token distributions "
    "passes {threshold:g} nats, the range where it never does: high means that the output hardly "
    "depends on the direction",
)
COMPANIONS: dict[Companion, Wording] = {
    "reached": Wording(
        "Share past the plateau",
        "Share of the lines, {moved}, along which the divergence passes {threshold:g} nats: high "
        "means that most lines leave the plateau",
    ),
    "kl": Wording(
        "KL at {at}",
        "Divergence of the next-token distributions of an activation {moved}, at {at}: high means "
        "that the output depends on the direction",
    ),
    "l2": Wording(
        "L2 at {at}",
        "Distance at the read hook of an activation {moved}, at {at}: high means that what is "
        "read late depends on the direction",
    ),
    "cosine": Wording(
        "Cosine at {at}",
        "Cosine at the read hook with the base of an activation {moved}, at {at}: high means that "
        "what is read late hardly depends on the direction",
    ),
    "area": Wording(
        "Mean KL",
        "Divergence of the next-token distributions, averaged over the range of an activation "
        "{moved}: high means that the output depends on the direction",
    ),
    "max_slope": Wording(
        "Steepest rise",
        "Greatest rise of the divergence between two steps of an activation {moved}: high means "
        "that the plateau has a steep edge",
    ),
    "max_slope_at": Wording(
        "Place of steepest rise",
        "Where the divergence rises most steeply for an activation {moved}: high means a wide "
        "plateau",
    ),
    "departure": Wording(
        "Departure from linear",
        "Where the distance at the read hook departs by a tenth from the line through its first "
        "steps for an activation {moved}: high means that the layers above answer evenly for long",
    ),
}
PLACED = ("kl", "l2", "cosine")


class Plateau(Metric):
    """Plateau sizes, straight and along the sphere, and what else the curves say."""

    title: ClassVar[str] = SIZE.title
    sentence: ClassVar[str] = (
        "How far an activation can be moved along the direction before the output changes: high "
        "means that the output hardly depends on the direction."
    )
    published: ClassVar[str] = (
        "GPT-2-small, layer 1, towards random activations on the sphere: the divergence barely "
        "moves until about 40°; towards other real activations it leaves the plateau earlier, in "
        "isotropic directions much later. Another model: compare the separation, not the angles."
    )

    modes: list[Mode] = Field(min_length=1)
    """straight: b + α‖b‖v, α up to 1; sphere: slerp at constant norm, up to 180°."""
    companions: list[Companion]
    """What else of the same curves becomes a metric."""
    at: list[Share]
    """Where kl, l2 and cosine are read, as shares of the range; one metric each."""
    write: Hook | None
    """Where activations are moved; null: at the run's hook."""
    read: Read
    """Where L2 and cosine are taken."""
    positions: int = Field(ge=2)
    """Tokens of a base sequence, the last of which is moved."""
    bases: int = Field(ge=2)
    """Base activations; a standard error needs two."""
    threshold: Number = Field(gt=0)
    """Nats of KL(base ‖ moved) at which the plateau ends."""
    steps: int = Field(ge=4)
    """Equal steps of the coarse scan over the range."""
    tolerance: Number = Field(gt=0, lt=1)
    """Width of the bracket at which bisection stops, a share of the range."""
    batch_size: int = Field(ge=1)
    """Tokens that run at once, at most."""

    def variants(self) -> dict[str, tuple[Mode, str, float | None]]:
        """Name after the family's → mode, what is measured, and at which distance."""
        found: dict[str, tuple[Mode, str, float | None]] = {}
        for mode in self.modes:
            found[f"_{mode}"] = mode, "size", None
            for name in self.companions:
                limit, _ = UNITS[mode]
                places = [limit * share for share in self.at] if name in PLACED else [None]
                for place in places:
                    suffix = "" if place is None else f"_{place:g}"
                    found[f"_{mode}_{name}{suffix}"] = mode, name, place
        return found

    def about(self, family: str) -> dict[str, About]:
        """One metric a mode, and one a companion: `plateau_sphere`, `plateau_sphere_kl_45`."""
        words = {}
        for suffix, (mode, what, place) in self.variants().items():
            wording = SIZE if what == "size" else COMPANIONS[what]
            at = "" if place is None else f"{place:g}{UNITS[mode][1] or ' norms'}"
            words[family + suffix] = About(
                family,
                f"{wording.title.format(at=at)}, {mode}",
                wording.sentence.format(at=at, moved=HOW[mode], threshold=self.threshold) + ".",
                self.trivial,
                self.published if suffix == "_sphere" else "",
                shown=what == "size",
            )
        return words
