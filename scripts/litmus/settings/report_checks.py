"""The checks of the report's own keys."""

import difflib

from litmus.errors import LitmusError
from litmus.settings.checks import check
from litmus.settings.published import read
from litmus.settings.settings import Settings
from litmus.settings.wording import keys

VALID = "null, or a table of published values as report/published/README.md describes them"


@check("report.published")
def published_values_can_be_read(path: str | None) -> str | None:
    """Told before the run, not at its end, when the report is written."""
    if path is None:
        return None
    try:
        published = read(path)
    except LitmusError as error:
        return f"{VALID} ({error})"
    known = set(keys(Settings))
    for row in published.rows:
        for key in row.choices:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                meant = f"; did you mean {near[0]}?" if near else ""
                return f"{VALID} ({path}: choice names {key}, which is no key of the config{meant})"
    return None
