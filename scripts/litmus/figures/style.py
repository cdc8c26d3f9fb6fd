"""How every figure looks, and how it becomes SVG whose bytes depend on the data alone."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from litmus.tables import atomic

WIDTH = 7.6  # inches: 730 CSS pixels, the page's column
FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "litmus",
    "svg.id": None,
    "path.simplify": True,
    "path.simplify_threshold": 0.5,
    "figure.constrained_layout.use": True,
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.labelsize": 8.5,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.4,
}


@contextmanager
def drawing(height: float, width: float = WIDTH) -> Iterator[Figure]:
    """A figure of `width` × `height` inches on transparent paper, under the house settings.

    Figures are made without pyplot: no global state, nothing to close. A user's matplotlibrc has
    no say, since the settings start from matplotlib's own defaults.
    """
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)
        yield Figure(figsize=(width, height), facecolor="none")


def quiet(ax: Axes, grid: str = "x") -> None:
    """Clear the panel's background and give it a faint grid along `grid` (x, y or both)."""
    ax.patch.set_visible(False)
    ax.grid(axis=grid, color="black", alpha=0.12, linewidth=0.6)
    ax.set_axisbelow(True)


def save(figure: Figure, path: str | Path, title: str, description: str) -> None:
    """Write `figure` to `path` as SVG with an accessible title and description.

    Ids carry the names of the file and its folder, so that several figures can stand in one page;
    black becomes `currentColor`, so that they can stand on dark paper.

    Raises:
        LitmusError: the file cannot be written.
    """
    path = Path(path)
    buffer = io.StringIO()
    figure.savefig(
        buffer,
        format="svg",
        transparent=True,
        metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
    )
    prefix = re.sub(r"[^\w-]+", "-", f"{path.parent.name}-{path.stem}-")
    text = finished(buffer.getvalue(), prefix, title, description)
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def finished(svg: str, prefix: str, title: str, description: str) -> str:
    """Matplotlib's `svg` with prefixed ids, ink that follows the page, and words for readers."""
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    # This style sheet would reach every other figure of a page: the root says the same below.
    svg = re.sub(r"\s*<defs>\s*<style[^>]*>.*?</style>\s*</defs>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    # Matplotlib hashes clips by their last bits, which a layout does not settle: number them.
    for place, clip in enumerate(re.findall(r'<clipPath id="([^"]+)"', svg)):
        svg = svg.replace(f'"{clip}"', f'"clip{place}"').replace(f"#{clip})", f"#clip{place})")
    svg = re.sub(r'\bid="(?:matplotlib\.)?', f'id="{prefix}', svg)
    svg = re.sub(r'href="#', f'href="#{prefix}', svg)
    svg = re.sub(r"url\(#", f"url(#{prefix}", svg)
    svg = re.sub(r"(fill|stroke): #000000", r"\1: currentColor", svg)
    # The family is named once, at the root; Matplotlib lists its own with every word.
    svg = re.sub(r"(font: [^;\"]*?px) [^;\"]+", r"\1", svg)
    svg = re.sub(r"font-family: [^;\"]+;? ?", "", svg)
    svg = re.sub(r' transform="rotate\(-?0 [^"]*"', "", svg)
    svg = re.sub(r'(?<=\sd=")[^"]+', lambda match: rounded(match[0]), svg)
    svg = re.sub(r'(?<=\s[xy]=")-?[\d.]+(?=")', lambda match: rounded(match[0]), svg)
    words = (
        f'<title id="{prefix}title">{escape(title)}</title>\n'
        f' <desc id="{prefix}description">{escape(description)}</desc>'
    )
    return re.sub(
        r"<svg ([^>]*)>",
        lambda match: (
            f'<svg {match[1]} role="img" aria-labelledby="{prefix}title {prefix}description"'
            f' font-family="{FONTS}" fill="currentColor" stroke-linejoin="round">\n {words}'
        ),
        svg,
        count=1,
    )


def rounded(coordinates: str) -> str:
    """`coordinates` with every number to a hundredth of a point, which no eye resolves."""
    short = re.sub(r"-?\d+\.\d+", lambda match: _short(float(match[0])), coordinates)
    return re.sub(r"\s+", " ", short).strip()


def _short(number: float) -> str:
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
