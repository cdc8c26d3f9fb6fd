"""Chunks of a group's directions."""

import pytest

from litmus.directions.chunks import chunk_ids, indices


@pytest.mark.parametrize(
    "count, size, expected",
    [
        (96, 48, ["00000-00047", "00048-00095"]),
        (100, 48, ["00000-00047", "00048-00095", "00096-00099"]),
        (97, 48, ["00000-00047", "00048-00095", "00096-00096"]),
        (3, 1, ["00000-00000", "00001-00001", "00002-00002"]),
        (5, 64, ["00000-00004"]),
    ],
)
def test_by_hand(count, size, expected):
    """Full chunks, then a part of one."""
    assert chunk_ids(count, size) == expected


@pytest.mark.parametrize("count, size", [(1, 1), (7, 3), (96, 48), (130, 64)])
def test_the_chunks_hold_every_index_once(count, size):
    """In order."""
    held = [i for chunk in chunk_ids(count, size) for i in indices(chunk)]
    assert held == list(range(count))


def test_more_directions_touch_no_full_chunk():
    """They only add chunks behind."""
    assert chunk_ids(96, 48) == chunk_ids(500, 48)[:2]
