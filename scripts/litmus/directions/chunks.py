"""A group's directions in chunks, named by the indices they hold."""


def chunk_ids(count: int, size: int) -> list[str]:
    """The chunks of a group of `count` directions: `00000-00047`, `00048-00095`, …

    More directions add chunks and touch no full one.
    """
    starts = range(0, count, size)
    return [f"{start:05d}-{min(start + size, count) - 1:05d}" for start in starts]


def indices(chunk: str) -> range:
    """The indices that a chunk's name stands for."""
    first, last = map(int, chunk.split("-"))
    return range(first, last + 1)
