"""Batches side by side, a thread each: cores share a small batch badly, and many of them well."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import torch

Item = TypeVar("Item")
Result = TypeVar("Result")


def mapped(work: Callable[[Item], Result], items: Iterable[Item], workers: int) -> Iterator[Result]:
    """What `work` gives for each of `items`, in their order and without gradients.

    Each call has one thread of torch's, so that no result depends on how many workers there are;
    but for a single worker, which has all of them.

    Args:
        work: safe to call from several threads at once.
        items: taken as they are needed; no more than two a worker are held.
        workers: how many calls run at once.
    """
    without = torch.inference_mode()(work)
    if workers == 1:
        yield from map(without, items)
        return
    waiting: deque[Future[Result]] = deque()
    with single_threaded(), ThreadPoolExecutor(workers) as pool:
        for item in items:
            waiting.append(pool.submit(without, item))
            if len(waiting) == 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@contextmanager
def single_threaded() -> Iterator[None]:
    """Torch has one thread, in this one and in those that start meanwhile."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
