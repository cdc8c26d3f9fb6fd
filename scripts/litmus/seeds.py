"""Random streams named by what they are for, so that no draw depends on another.

A stream is the SHA-256 of the config's seed and a list of labels: the noise of chain 2 at step 7,
or the vector of `isotropic/00017`. Adding directions, chains or chunks leaves every other stream
as it was.
"""

import hashlib

import numpy as np


def stream(seed: int, *labels: str | int) -> int:
    """A 63-bit seed for the stream that `labels` name under the config's `seed`."""
    name = "\x1f".join([str(seed), *map(str, labels)])
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") >> 1


def generator(seed: int, *labels: str | int) -> np.random.Generator:
    """A NumPy generator for the stream that `labels` name under the config's `seed`."""
    return np.random.default_rng(stream(seed, *labels))
