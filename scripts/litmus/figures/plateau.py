"""The words and looks of the plateau experiments' kinds, and what their figures share."""

from litmus.figures.palette import KNOWN, SPARE, Look

# Base kinds and direction kinds; a dictionary's are a family of their own.
TITLES = {
    "real": "real",
    "random": "random, data's covariance",
    "isotropic": "isotropic",
    "sae_removed": "real, features removed",
    "sae_added": "real, features added",
    "real_other": "towards a real one",
    "difference": "difference of two real ones",
    "sae_active": "active feature +",
    "sae_active_minus": "active feature −",
    "sae_any": "any feature +",
    "sae_any_minus": "any feature −",
}
SHORT = {
    "real_other": "real other",
    "sae_removed": "removed",
    "sae_added": "added",
    "sae_active": "active +",
    "sae_active_minus": "active −",
    "sae_any": "any +",
    "sae_any_minus": "any −",
}
LOOKS: dict[str, Look] = {
    "real": KNOWN["difference"],
    "real_other": KNOWN["difference"],
    "random": KNOWN["covariance"],
    "isotropic": KNOWN["isotropic"],
    "difference": KNOWN["file"],
    "sae_removed": KNOWN["sae"],
    "sae_added": KNOWN["matched"],
    "sae_active": KNOWN["sae"],
    "sae_active_minus": SPARE[1],
    "sae_any": KNOWN["matched"],
    "sae_any_minus": SPARE[0],
}
AXES = {"straight": "distance, norms of the base", "sphere": "angle, degrees"}
LIMITS = {"straight": 1.0, "sphere": 180.0}


def short(kind: str) -> str:
    """A kind's name in a few letters."""
    return SHORT.get(kind, kind)
