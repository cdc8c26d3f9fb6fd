"""What the workflow itself asks of directions of one's own, before it starts."""

import subprocess
import sys

from litmus.directions.own_files import KINDS
from litmus.settings.directions_checks import ENDINGS


def test_the_endings_are_those_that_the_settings_accept():
    """Settings import no room above them, so the list is there twice."""
    assert tuple(KINDS) == ENDINGS


def test_the_workflow_imports_nothing_heavy_for_it():
    """NumPy and Arrow wait for a file; torch is never asked."""
    code = (
        "import sys; sys.path.insert(0, 'scripts'); import litmus.directions.own; "
        "print(*{'torch', 'numpy', 'pyarrow', 'pandas'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""
