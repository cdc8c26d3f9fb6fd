"""Who imports whom: the rooms of the library, lowest first."""

import ast
import re
import shutil
import sys
from pathlib import Path

import pytest

from litmus.fingerprint import DISTRIBUTIONS, fingerprint, modules, read_pins

ROOT = Path(__file__).parents[1]
SCRIPTS = ROOT / "scripts"
LIBRARY = SCRIPTS / "litmus"
PINS = ROOT / "envs" / "requirements.txt"
# A room imports only rooms of lines above its own, or on its own line where they stand together.
ORDER = """
    errors seeds progress job fingerprint
    settings
    tables slots
    device
    memory
    corpus
    subject
    plan
    neurons rotary
    blocks
    stacked
    upper
    last_position
    restriction
    sampling
    validation
    separation
    feature features
    intervention
    dictionary
    activations
    directions
    preflight
    metrics
    plateaus
    study
    figures
    report
"""
LEVELS = {
    room: level for level, line in enumerate(ORDER.strip().splitlines()) for room in line.split()
}
RULE = re.compile(r"^(?:use )?rule .*?code=code\((.*?)\)", re.MULTILINE | re.DOTALL)
PROJECTION_METRICS = [
    "sparsity",
    "norm_sparsity",
    "projection_std",
    "projection_skewness",
    "projection_kurtosis",
]


SUBJECT, DICTIONARY, TENSORS = "transformer_lens", "sae_lens", "torch"


def room(path):
    """`metrics` of scripts/litmus/metrics/sparsity.py, `tables` of scripts/litmus/tables.py."""
    return path.relative_to(LIBRARY).parts[0].removesuffix(".py")


def packages_of(*scripts):
    """The other packages that scripts need, and so everything they import."""
    return set().union(*(modules(SCRIPTS / script, SCRIPTS)[1] for script in scripts))


SOURCES = sorted(LIBRARY.rglob("*.py"))
NAMES = [path.relative_to(LIBRARY).as_posix() for path in SOURCES]


@pytest.mark.parametrize("path", SOURCES, ids=NAMES)
def test_a_room_imports_only_rooms_below_it(path):
    """Transitively, as the order in this file says."""
    if path.parent == LIBRARY and path.name == "__init__.py":
        return
    needed = {room(file) for file in modules(path, SCRIPTS)[0]} - {"__init__", room(path)}
    assert {name for name in needed if LEVELS[name] > LEVELS[room(path)]} == set()


@pytest.mark.parametrize("path", SOURCES, ids=NAMES)
def test_imports_are_absolute(path):
    """Fingerprints do not follow relative ones."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    assert not [n for n in nodes if isinstance(n, ast.ImportFrom) and n.level]


@pytest.mark.parametrize(
    "package, where",
    [(SUBJECT, r"subject/\w+\.py"), (DICTIONARY, r"dictionary/\w+\.py")],
)
def test_one_room_knows_a_library(package, where):
    """An update of the library touches no other."""
    knowing = [
        name
        for name, path in zip(NAMES, SOURCES, strict=True)
        if re.search(rf"^\s*(import|from) {package}\b", path.read_text(), re.MULTILINE)
    ]
    assert knowing
    assert all(re.fullmatch(where, name) for name in knowing)


@pytest.mark.parametrize(
    "scripts, strangers",
    [
        ("llc*.py", {SUBJECT, DICTIONARY}),
        ("calibrate.py", {SUBJECT, DICTIONARY}),
        ("calibrate_choose.py", {SUBJECT, DICTIONARY, TENSORS}),
        ("*_sensitivity.py", {SUBJECT, DICTIONARY}),
        ("ablation.py", {SUBJECT, DICTIONARY}),
        ("plateau.py", {SUBJECT, DICTIONARY}),
        ("plateau_*.py", {SUBJECT}),
        ("study.py", {SUBJECT, DICTIONARY}),
        ("*agreement.py", {SUBJECT, DICTIONARY, TENSORS}),
        ("study_summary.py", {SUBJECT, DICTIONARY, TENSORS}),
        ("score_projection.py", {SUBJECT, DICTIONARY, TENSORS}),
        ("directions_*.py", {SUBJECT, DICTIONARY, TENSORS}),
        ("activations.py", {SUBJECT, DICTIONARY}),
        ("separation.py", {SUBJECT, DICTIONARY, TENSORS}),
        ("gather.py", {SUBJECT, DICTIONARY, TENSORS}),
        ("figure_*.py", {SUBJECT, DICTIONARY, TENSORS}),
        ("train_dictionary.py", {SUBJECT}),
    ],
)
def test_what_a_script_does_not_depend_on(scripts, strangers):
    """A new version of a heavy library reruns only what it makes."""
    found = [path.name for path in SCRIPTS.glob(scripts)]
    assert found
    assert packages_of(*found) & strangers == set()


def test_every_package_that_a_script_needs_is_pinned():
    """Or it is Python's own; otherwise a new version would change results unseen."""
    packages = packages_of(*SCRIPTS.glob("*.py"), *LIBRARY.glob("metrics/*.py"))
    others = packages - set(sys.stdlib_module_names) - {"litmus"}
    names = {DISTRIBUTIONS.get(name, name).replace("_", "-").lower() for name in others}
    assert names - set(read_pins(PINS)) == set()


def test_an_edit_to_a_metric_reruns_that_metric_alone(tmp_path):
    """Of all rules, as the workflow writes them down, only sparsity's fingerprint changes."""
    shutil.copytree(SCRIPTS, tmp_path, dirs_exist_ok=True)
    rules = "\n".join(path.read_text() for path in sorted((ROOT / "rules").glob("*.smk")))
    calls = {tuple(re.findall(r'"([\w.]+)"', call)) for call in RULE.findall(rules)}
    assert {("score_projection.py", f"litmus.metrics.{m}") for m in PROJECTION_METRICS} < calls

    def of(call):
        script, *names = call
        named = [tmp_path.joinpath(*name.split(".")).with_suffix(".py") for name in names]
        return fingerprint([tmp_path / script, *named], tmp_path, PINS)

    before = {call: of(call) for call in calls}
    sparsity = tmp_path / "litmus" / "metrics" / "sparsity.py"
    sparsity.write_text(sparsity.read_text() + "# edited\n")
    changed = [call for call in calls if of(call) != before[call]]
    assert changed == [("score_projection.py", "litmus.metrics.sparsity")]
