"""The page of `make validate`: what was held against known values, and how it fared."""

from pathlib import Path

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from markupsafe import Markup

from litmus.errors import LitmusError
from litmus.figures.inline import dark_colors, inline
from litmus.report.prose import fixed, listed, number, plural
from litmus.report.validation_tables import network_table, quadratic_table
from litmus.tables import atomic
from litmus.validation import plans, rows
from litmus.validation.cases import RESOLUTIONS


def write(measured: pd.DataFrame, figure: str | Path, template: str | Path, path: Path) -> None:
    """Write the page of the rows `measured` to `path`.

    Args:
        measured: `validation.parquet`.
        figure: the SVG of errors against nβ.
        template: the page's template; style.css, script.js and sections lie beside it.
        path: where the page goes.

    Raises:
        LitmusError: a file is missing, the template has a mistake, or `path` cannot be written.
    """
    template = Path(template)
    environment = Environment(
        loader=FileSystemLoader(template.parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    quadratic = measured[measured["family"] == "quadratic"]
    networks = measured[measured["family"] == "linear network"]
    final = rows.largest(networks)
    try:
        page = environment.get_template(template.name).render(
            style=Markup((template.parent / "style.css").read_text(encoding="utf-8")),
            script=Markup((template.parent / "script.js").read_text(encoding="utf-8")),
            dark_colors=dark_colors(),
            headline=headline(quadratic, final),
            statements=statements(quadratic, networks, final),
            quadratic=quadratic_table(quadratic),
            final=network_table(final, "Deep linear networks at each one’s largest nβ"),
            ladder=network_table(networks, "Every network at every nβ"),
            figure_svg=Markup(inline(figure)),
            step=f"{plans.STEP:g}",
            reach=f"{plans.REACH:g}",
            max_rhat=f"{plans.MAX_RHAT:g}",
            share=f"{100 * rows.SHARE:.0f} %",
            resolutions=listed([f"{r:g}" for r in RESOLUTIONS]),
        )
    except (OSError, TemplateError) as error:
        raise LitmusError(f"{template}: the page's template failed ({error})") from error
    with atomic(path) as temporary:
        temporary.write_text(page, encoding="utf-8")


def headline(quadratic: pd.DataFrame, final: pd.DataFrame) -> str:
    """Everything agrees, or what does not."""
    both = pd.concat([quadratic, final])
    failed = list(both.loc[~both["passed"], "case"])
    if failed:
        return f"{len(failed)} of {plural(len(both), 'case')} failed: {'; '.join(failed)}."
    return (
        f"The sampler finds the known value in all {len(both)} cases: {len(quadratic)} quadratics "
        f"and {len(final)} deep linear networks."
    )


def statements(
    quadratic: pd.DataFrame, networks: pd.DataFrame, final: pd.DataFrame
) -> list[tuple[str, str]]:
    """One sentence or two for each family, and one for the smaller nβ."""
    off = ((quadratic["estimate"] - quadratic["truth"]) / quadratic["standard_error"]).abs()
    relative = (final["estimate"] / final["truth"] - 1).abs()
    worst = final.loc[relative.idxmax(), "case"] if relative.notna().any() else "none"
    finite = final["criterion"] == "finite nβ"
    by = f"{(~finite).sum()} are held to 15 % of λ, {finite.sum()} to what a finite nβ predicts"
    rest = networks.drop(final.index)
    failed = [
        f"{row.case} at nβ = {number(row.n_beta)}" for row in rest[~rest["passed"]].itertuples()
    ]
    beyond = f" Failed: {listed(failed)}." if failed else ""
    return [
        (
            "Quadratics",
            f"{quadratic['passed'].sum()} of {len(quadratic)} lie within 3 standard errors of the "
            f"exact value; the farthest is {fixed(off.max(), 2)} standard errors away.",
        ),
        (
            "Deep linear networks",
            f"{final['passed'].sum()} of {len(final)} pass at the largest nβ: {by}. The "
            f"largest error is {fixed(100 * relative.max(), 1)} % of λ ({worst}).",
        ),
        (
            "Smaller nβ",
            f"{rest['passed'].sum()} of the other {len(rest)} rungs pass; "
            f"{(rest['criterion'] == 'finite nβ').sum()} are held to the error predicted for so "
            f"small an nβ, to leading order and within 3 standard errors.{beyond}",
        ),
    ]
