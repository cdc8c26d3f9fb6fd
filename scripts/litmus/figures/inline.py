"""An SVG file made fit to stand inside an HTML page."""

import re
from pathlib import Path

from litmus.errors import LitmusError
from litmus.figures.palette import KNOWN, SPARE


def variable(color: str) -> str:
    """The name of the CSS variable that may override `color` on a page, e.g. on dark paper."""
    return f"--c-{color.lstrip('#')}"


def dark_colors() -> dict[str, str]:
    """CSS variable → its colour on dark paper, for every colour that a figure may use."""
    return {variable(look.color): look.dark for look in (*KNOWN.values(), *SPARE)}


def inline(path: str | Path) -> str:
    """The `<svg>` element of the file at `path`, as wide as its container allows.

    The XML prologue goes, the fixed size becomes the widest one, and every group's colour becomes
    a CSS variable with that colour as its fallback.

    Raises:
        LitmusError: the file is missing or holds no `<svg>` element.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise LitmusError(f"{path}: could not be read ({error.strerror}); run again") from error
    start = text.find("<svg")
    if start < 0:
        raise LitmusError(f"{path}: holds no <svg> element; delete it and run again")
    head, body = text[start:].split(">", 1)
    width = re.search(r'\swidth="([\d.]+)pt"', head)
    head = re.sub(r'\s(?:width|height|xmlns:xlink|version)="[^"]*"', "", head)
    if width:
        head += f' style="max-width: {float(width[1]) * 4 / 3:.0f}px"'
    svg = f"{head}>{body}".replace("xlink:href", "href")
    for look in (*KNOWN.values(), *SPARE):
        svg = svg.replace(look.color, f"var({variable(look.color)}, {look.color})")
    return svg.replace("#ffffff", "var(--paper, #ffffff)").strip()
