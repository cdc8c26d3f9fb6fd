"""The figure and the words on calibration, on made-up settings."""

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from litmus.figures import calibration as figure
from litmus.metrics.llc import choice
from litmus.metrics.llc.calibration import NAMES, SCHEMA
from litmus.report import calibration as words
from markup import Outline

BLOCK = {
    "calibrate": ["n_beta", "learning_rate"],
    "learning_rate": 1e-6,
    "n_beta": 100.0,
    "localization": 5e4,
    "chains": 4,
    "steps": 70,
    "calibration": {"directions": 8, "n_beta": [10.0, 1e6], "learning_rate": [1e-7, 1e-4]},
}
REASON_OF = ["", "", "hot", "stiff", "diverged", "not_converged", "drift", "start"]


def tried(count=24, passing=True):
    """Settings of every kind, or none that passes."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "setting": np.arange(count),
            "first_row": 400,
            "learning_rate": 10 ** rng.uniform(-7, -4, count),
            "n_beta": 10 ** rng.uniform(1, 6, count),
            "localization": 5e4,
            "directions": 8,
            "diverged": 0,
            "converged": 8,
            "rhat": 1.02,
            "ess_per_step": rng.uniform(0.2, 0.7, count),
            "drift": 0.05,
            "drift_error": 0.1,
            "loss": 1.4,
            "blind": 1.5,
            "information": rng.uniform(0.05, 0.2, count),
            "information_error": 0.01,
            "step": 0.4,
            "memory": 0.01,
        }
    )
    assert set(table.columns) == set(SCHEMA.names)
    kinds = np.array(REASON_OF if passing else REASON_OF[2:])[np.arange(count) % 6]
    table.loc[kinds == "hot", "information"] = -7.0
    table.loc[kinds == "stiff", "step"] = 30.0
    table.loc[kinds == "not_converged", "converged"] = 6
    table.loc[kinds == "drift", "drift"] = 1.0
    table.loc[kinds == "start", "memory"] = 0.9
    gone = kinds == "diverged"
    table.loc[gone, ["diverged", "converged"]] = 8, 0
    table.loc[gone, ["rhat", "ess_per_step", "drift", "loss", "information", "step"]] = np.nan
    return choice.judged(table)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """The figure's path."""
    path = tmp_path_factory.mktemp("figures") / "llc_functional_calibration.svg"
    figure.draw(tried(), "Functional LLC", path)
    return path


def test_every_reason_has_a_look():
    """No two share a marker."""
    assert set(figure.KINDS) == {"", *choice.REASONS}
    assert len({kind.marker for kind in figure.KINDS.values()}) == len(figure.KINDS)


def test_the_same_settings_give_the_same_bytes(drawn, tmp_path):
    """Drawn again, in a folder of the same name."""
    (tmp_path / drawn.parent.name).mkdir()
    again = tmp_path / drawn.parent.name / drawn.name
    figure.draw(tried(), "Functional LLC", again)
    assert again.read_bytes() == drawn.read_bytes()


def test_the_figure_counts_verdicts_and_names_what_is_taken(drawn):
    """In its legend and in the words for those who do not see it."""
    text = drawn.read_text()
    ElementTree.fromstring(text)
    counts = tried()["reason"].value_counts()
    for reason, kind in figure.KINDS.items():
        if reason in counts:
            assert f"{kind.words} ({counts[reason]})" in text
    taken = tried().query("chosen").iloc[0]
    assert f"n_beta {taken['n_beta']:.3g}" in text
    assert len(re.findall(r'id="[^"]*taken"', text)) >= 1


@pytest.mark.parametrize("passing", [True, False])
def test_settings_none_of_which_passes_can_be_drawn(passing, tmp_path):
    """Nor need there be more than one."""
    for count in (1, 12):
        figure.draw(tried(count, passing), "LLC", tmp_path / "one.svg")


def section(table, drawn, jobs=(), **changes):
    """The section's context."""
    arguments = dict(scored=["sae/00000", "sae/00399"], figure=drawn, benchmarks=drawn.parent)
    return words.section(
        "llc_functional", table, "Functional LLC", BLOCK, jobs=jobs, **arguments | changes
    )


def render(parts):
    """The section as HTML."""
    folder = Path(__file__).parents[2] / "report"
    environment = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    source = (
        '{% from "sections/_parts.html" import table, figure, facts with context %}'
        '{% include "sections/calibration.html" %}'
    )
    return environment.from_string(source).render(calibrations=parts)


def test_the_section_shows_the_best_and_all(drawn):
    """Eight rows, and every setting in a table that opens; every tag is closed."""
    html = render([section(tried(), drawn)])
    outline = Outline(html)
    assert (outline.errors, outline.open) == ([], [])
    assert html.count('<th scope="row"') == 8 + 24


def test_without_calibration_there_is_no_section():
    """Nothing at all."""
    assert render([]).strip() == ""


def test_the_words_name_what_was_searched_for(drawn):
    """In the order ε, nβ, γ, with what stayed."""
    sentence = section(tried(), drawn)["searched"]
    assert "24 settings" in sentence
    assert sentence.index("ε from 1.00 × 10⁻⁷") < sentence.index("nβ from 10.0")
    assert "γ = 50" in sentence


def test_that_none_passed_is_said_loudly(drawn):
    """In bold, with the criterion that the one taken missed."""
    html = render([section(tried(passing=False), drawn)])
    assert "<strong>No setting passed every criterion." in html
    assert "not to be relied on" in html


@pytest.mark.parametrize(
    "information, error, expected",
    [
        (
            0.042,
            0.009,
            "4.2 % (standard error 0.9 %) below what the pull alone gives, so λ̂ is close",
        ),
        (0.2, 0.01, "20 % (standard error 1 %) below what the pull alone gives, so the data shape"),
        (0.7, 0.01, "more than the pull does"),
        (0.002, 0.003, "cannot be told"),
        (-0.4, 0.01, "40 % (standard error 1 %) above"),
        (np.nan, np.nan, "no loss to compare"),
    ],
)
def test_the_meaning_is_that_of_the_information(information, error, expected):
    """Below, above, or not to be told from the blind chains."""
    table = tried(1).assign(information=information, information_error=error)
    assert expected in words.meaning(table)


def test_scored_rows_that_calibration_has_seen_are_counted(drawn):
    """Index 400 is the first that it ran on."""
    assert section(tried(), drawn)["seen"] == ""
    told = section(tried(), drawn, scored=["sae/00399", "sae/00400", "sae/00401"])["seen"]
    assert told.startswith("2 scored directions")


def test_the_cost_is_that_of_the_runs_jobs(drawn, tmp_path):
    """Of this family, and of this run only: 53 760 steps in 80 s."""
    for name, seconds in (("00000-00007", 30), ("00008-00015", 50), ("00016-00023", 900)):
        path = tmp_path / "calibration" / "llc_functional" / f"{name}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"s\th:m:s\n{seconds}\t0:00:30\n")
    jobs = [f"calibration/llc_functional/{n}" for n in ("00000-00007", "00008-00015", "missing")]
    found = section(tried(), drawn, jobs, benchmarks=tmp_path)
    assert "1 min 20 s" in found["cost"] and "53\u202f760 steps" in found["cost"]
    assert found["best"].columns[-1] == "ESS a second"
    taken = tried().query("chosen").iloc[0]
    assert found["best"].rows[0][-1].sort == pytest.approx(taken["ess_per_step"] * 53760 / 80)


def test_without_times_no_column_tells_them(drawn):
    """A benchmark is never worth a report."""
    assert "ESS a second" not in section(tried(), drawn)["best"].columns


def test_the_names_are_those_of_the_config():
    """Every value that can be searched for has a symbol."""
    assert set(words.SYMBOLS) == set(NAMES)
