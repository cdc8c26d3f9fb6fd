"""What a script's result depends on in code."""

import re

import pytest

from litmus.fingerprint import fingerprint, modules, read_pins

FILES = {
    "script.py": "from litmus.job import job\nwith job():\n    from litmus.metrics import width\n",
    "computed.py": "import importlib\nimportlib.import_module('litmus.metrics.other')\n",
    "litmus/__init__.py": "",
    "litmus/job.py": "import os\n",
    "litmus/deep.py": "import numpy as np\n",
    "litmus/late.py": "import sae_lens.training, yaml\n",
    "litmus/metrics/__init__.py": "from litmus.shared import constant\n",
    "litmus/metrics/width.py": "import litmus.deep\ndef f():\n    from litmus import late\n",
    "litmus/metrics/other.py": "import scipy\n",
    "litmus/shared.py": "constant = 1\n",
}
PINS = "# pins\nNumPy==2.0.1 # why\nsae-lens==6.5\nPyYAML==6.0.3\nscipy==1.1\n"
NEEDED = {
    "script.py",
    "litmus/__init__.py",
    "litmus/job.py",
    "litmus/metrics/__init__.py",
    "litmus/metrics/width.py",
    "litmus/deep.py",
    "litmus/late.py",
    "litmus/shared.py",
}


@pytest.fixture
def root(tmp_path):
    """A folder with a script, a small library and its pins."""
    for name, content in {**FILES, "pins.txt": PINS}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path


def of(root, *names):
    """The fingerprint of the script and of other `names`."""
    return fingerprint([root / name for name in ("script.py", *names)], root, root / "pins.txt")


def edit(path):
    """A comment is an edit like any other."""
    path.write_text(path.read_text() + "# edited\n")


def test_the_modules_a_script_needs(root):
    """Those it imports, what they import, inside functions too, and the packages' __init__."""
    files, packages = modules(root / "script.py", root)
    assert {path.relative_to(root).as_posix() for path in files} == NEEDED
    assert packages == {"os", "numpy", "sae_lens", "yaml"}


@pytest.mark.parametrize("name", FILES)
def test_an_edit_changes_it_where_the_module_is_needed(name, root):
    """And nowhere else."""
    before = of(root)
    edit(root / name)
    assert (of(root) != before) == (name in NEEDED)


def test_a_module_of_a_computed_name_is_added_by_hand(root):
    """Then its edits and its packages' pins count too."""
    before = of(root, "litmus/metrics/other.py")
    assert before != of(root)
    edit(root / "litmus/metrics/other.py")
    assert of(root, "litmus/metrics/other.py") != before


@pytest.mark.parametrize(
    "pin, counts",
    [("NumPy==2.0.1", True), ("sae-lens==6.5", True), ("PyYAML==6.0.3", True), ("scipy", False)],
)
def test_a_pin_counts_where_its_package_is_imported(pin, counts, root):
    """Whatever its name's spelling, or however little of the package is imported."""
    before = of(root)
    pins = root / "pins.txt"
    pins.write_text(re.sub(re.escape(pin) + ".*", pin.split("==")[0] + "==99", PINS))
    assert pins.read_text() != PINS
    assert (of(root) != before) == counts


def test_a_comment_beside_a_pin_does_not_count(root):
    """Only the version does."""
    before = of(root)
    (root / "pins.txt").write_text(PINS.replace("# why", "# because"))
    assert of(root) == before


def test_moving_the_checkout_changes_nothing(root, tmp_path_factory):
    """No absolute path is in it, nor the order of the sources."""
    moved = tmp_path_factory.mktemp("elsewhere") / "checkout"
    root.rename(moved)
    before = of(moved, "litmus/late.py", "litmus/deep.py")
    moved.rename(root)
    assert of(root, "litmus/deep.py", "litmus/late.py") == before


def test_two_modules_that_swap_their_content_change_it(root):
    """The same bytes under another name are another module."""
    before = of(root)
    (root / "litmus/deep.py").write_text(FILES["litmus/late.py"])
    (root / "litmus/late.py").write_text(FILES["litmus/deep.py"])
    assert of(root) != before


def test_the_pins_of_a_file(root):
    """Names in lower case with dashes; comments and empty lines are nothing."""
    assert read_pins(root / "pins.txt") == {
        "numpy": "2.0.1",
        "sae-lens": "6.5",
        "pyyaml": "6.0.3",
        "scipy": "1.1",
    }
