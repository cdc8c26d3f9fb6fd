"""Numbers and lists as a reader wants them."""

import math
from collections.abc import Sequence

MISSING = "–"


def number(value: float, digits: int = 3) -> str:
    """`value` to `digits` significant digits; very large and small ones as a power of ten."""
    if value is None or not math.isfinite(value):
        return MISSING
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    if size < -3 or size > 6:
        mantissa = f"{value / 10**size:.{digits - 1}f}"
        power = str(size).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{mantissa} × 10{power}".replace("-", "−")
    return f"{value:,.{max(0, digits - 1 - size)}f}".replace(",", "\u202f").replace("-", "−")


def fixed(value: float, digits: int = 3) -> str:
    """`value` with `digits` decimals: δ, AUROC, shares."""
    if value is None or not math.isfinite(value):
        return MISSING
    return f"{value:.{digits}f}".replace("-", "−")


def count(value: float) -> str:
    """A whole number with thin spaces between thousands."""
    if value is None or not math.isfinite(value):
        return MISSING
    return f"{round(value):,}".replace(",", "\u202f").replace("-", "−")


def plus_minus(value: float, error: float, digits: int = 3) -> str:
    """`value ± error`, both to the decimals at which the error has two significant digits."""
    if value is None or not math.isfinite(value):
        return MISSING
    if error is None or not math.isfinite(error) or error <= 0:
        return number(value, digits)
    decimals = 1 - math.floor(math.log10(error))
    if not 0 <= decimals <= 5:
        return f"{number(value, digits)} ± {number(error, 2)}"
    return f"{fixed(value, decimals)} ± {fixed(error, decimals)}"


def p_value(value: float) -> str:
    """A p value; below a thousandth only that it is."""
    if value is None or not math.isfinite(value):
        return MISSING
    return "< 0.001" if value < 0.001 else fixed(value)


def duration(seconds: float) -> str:
    """Seconds as `12 s`, `3 min 05 s` or `2 h 04 min`."""
    if seconds is None or not math.isfinite(seconds):
        return MISSING
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def listed(words: Sequence[str], last: str = "and") -> str:
    """`a, b and c`."""
    words = list(words)
    return (
        words[0]
        if len(words) == 1
        else f"{', '.join(words[:-1])} {last} {words[-1]}"
        if words
        else ""
    )


def plural(n: int, one: str, many: str | None = None) -> str:
    """`1 measure`, `3 measures`."""
    return f"{count(n)} {one if n == 1 else many or one + 's'}"
