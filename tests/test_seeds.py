"""Random streams."""

import subprocess
import sys
from pathlib import Path

import numpy as np

from litmus.seeds import generator, stream

SCRIPTS = Path(__file__).parents[1] / "scripts"


def test_a_stream_does_not_change():
    """Half the first eight bytes that sha256sum gives; published results rest on it."""
    assert stream(0, "noise", 2, 7) == 3559791559601483078


def test_streams_agree_across_processes():
    """Nothing of the process, such as Python's string hashing, is in them."""
    code = "from litmus.seeds import stream; print(stream(3, 'isotropic', 17))"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=SCRIPTS
    )
    assert int(found.stdout) == stream(3, "isotropic", 17)


def test_streams_of_different_names_differ():
    """Seed, labels, their order and their number all count."""
    streams = [
        stream(0),
        stream(1),
        stream(0, "a"),
        stream(0, "a", "b"),
        stream(0, "b", "a"),
        stream(0, "a", "b", 0),
        *(stream(0, "isotropic", i) for i in range(1000)),
        *(stream(0, "matched", i) for i in range(1000)),
    ]
    assert len(set(streams)) == len(streams)


def test_labels_do_not_run_together():
    """Where one label ends and the next begins is part of the name."""
    assert stream(0, "a", "bc") != stream(0, "ab", "c")
    assert stream(0, "a", 11) != stream(0, "a", 1, 1)
    assert stream(1, "2") != stream(12)


def test_a_stream_fits_where_seeds_go():
    """63 bits: torch's and NumPy's seeds take it."""
    streams = [stream(0, i) for i in range(1000)]
    assert 0 <= min(streams) < max(streams) < 2**63
    assert max(streams) > 2**62


def test_the_generator_is_that_of_the_stream():
    """NumPy's default generator, seeded with the stream."""
    expected = np.random.default_rng(stream(5, "matched", 3)).standard_normal(4)
    np.testing.assert_array_equal(generator(5, "matched", 3).standard_normal(4), expected)


def test_streams_are_uncorrelated():
    """The first draws of 2000 neighbouring streams look like 2000 draws of one."""
    draws = np.array([generator(0, "isotropic", i).standard_normal() for i in range(2000)])
    assert abs(draws.mean()) < 4 / np.sqrt(2000)
    assert abs(draws.var() - 1) < 4 * np.sqrt(2 / 2000)
    assert abs(np.corrcoef(draws[:-1], draws[1:])[0, 1]) < 4 / np.sqrt(2000)
