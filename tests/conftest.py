"""What every test runs under: one thread, no network through the hub, quiet libraries."""

import os

from litmus.job import OFFLINE

os.environ.update(OFFLINE)
# Tiny tensors gain nothing from threads, and lose much where the cores are busy.
os.environ["OMP_NUM_THREADS"] = "1"


def pytest_configure(config):
    """TransformerLens 3 and SAELens warn of what version 4 will drop; the pins exclude it."""
    config.addinivalue_line("filterwarnings", "ignore:HookedTransformer is deprecated")
    config.addinivalue_line("filterwarnings", "ignore:The 'utils' module has been deprecated")
