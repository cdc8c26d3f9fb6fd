"""Learning coefficients under a GPU's TF32, whose products read ten bits of each mantissa."""

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from tiny_llc import run

ADDING = ("addmm", "baddbmm")
PRODUCTS = ("mm", "bmm", *ADDING)
CHAINS = dict(chains=8, steps=60, burn_in=20, stack=40, wave=40, learning_rate=4e-5, n_beta=200.0)


def rounded(x):
    """float32 with the last 13 of 23 bits of the mantissa rounded away, ties away from zero."""
    return ((x.view(torch.int32) + 0x1000) & ~0x1FFF).view(torch.float32)


class TF32(TorchDispatchMode):
    """Every matrix product, forward and backward, reads rounded operands and adds up in float32."""

    seen = 0

    def __torch_dispatch__(self, function, types, arguments=(), more=None):
        """`function` on rounded operands, where it is a product."""
        name = function.overloadpacket.__name__
        if name in PRODUCTS:
            TF32.seen += 1
            # What is added to a product is not read by it.
            operands = arguments[1:] if name in ADDING else arguments
            arguments = (*arguments[: -len(operands)], *map(rounded, operands))
        return function(*arguments, **(more or {}))


def test_rounding_keeps_ten_bits():
    """1 + 2⁻¹⁰ stays, 1 + 2⁻¹² is 1, 1 + 2⁻¹¹ goes up, a power of two is itself."""
    x = torch.tensor([1 + 2**-10, 1 + 2**-12, 1 + 2**-11, -0.25])
    assert rounded(x).tolist() == [1 + 2**-10, 1.0, 1 + 2**-10, -0.25]


@pytest.mark.parametrize("variant", ["functional", "behavioral"])
def test_estimates_stay_within_their_standard_errors(variant):
    """The same noise and minibatches: what differs is rounding, and it is far below chance."""
    exact = run(variant=variant, **CHAINS)
    TF32.seen = 0
    with TF32():
        coarse = run(variant=variant, **CHAINS)
    assert TF32.seen > CHAINS["steps"], "no product was rounded"
    assert not np.array_equal(exact.scores.value, coarse.scores.value)
    apart = np.abs(exact.scores.value - coarse.scores.value)
    assert (apart < 0.5 * exact.scores.standard_error).all()
