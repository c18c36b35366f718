"""Threads that write the rows of one matrix, chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any, TypeVar

import numpy as np

from balagh.ngram_plain import Rows

_In = TypeVar("_In")
_Out = TypeVar("_Out")


def map_on_threads(function: Callable[[_In], _Out], items: Iterable[_In], n_threads: int) -> list[_Out]:
    """Return what a function gives for each item, in order."""
    if n_threads == 1:
        return [function(item) for item in items]
    with ThreadPoolExecutor(n_threads) as pool:
        return list(pool.map(function, items))


def gather(write: Callable[..., Any], sizes: Sequence[int], n_threads: int) -> Rows:
    """Have the rows of all chunks written one below the other.

    Parameters
    ----------
    write : callable
        Given the number of a chunk, data and indices to write to, and where to begin, returns the row ends.
    sizes : sequence of int
        How many values each chunk has at most.
    n_threads : int
        Threads that write.
    """
    # Fresh memory costs more than what is written to it: nothing is written twice, the rest is given back.
    data, indices = np.empty(sum(sizes)), np.empty(sum(sizes), dtype=np.int32)
    ends = [np.zeros(1, dtype=np.int64)]
    if n_threads == 1 or len(sizes) == 1:
        for number in range(len(sizes)):
            ends.append(write(number, data, indices, ends[-1][-1]))
    else:
        ends += _gather_on_threads(write, sizes, n_threads, data, indices)
    data.resize(ends[-1][-1], refcheck=False)
    indices.resize(ends[-1][-1], refcheck=False)
    return Rows(data, indices, np.concatenate(ends)[1:])


def _gather_on_threads(
    write: Callable[..., Any], sizes: Sequence[int], n_threads: int, data: Any, indices: Any
) -> list[Any]:
    """Do `gather`'s work; a chunk is written to a desk, and copied when the one before knows where it ends."""
    desks: SimpleQueue[tuple[Any, Any]] = SimpleQueue()
    for _ in range(n_threads):
        desks.put((np.empty(max(sizes)), np.empty(max(sizes), dtype=np.int32)))
    starts: list[Future[int]] = [Future() for _ in range(len(sizes) + 1)]
    starts[0].set_result(0)

    def job(number: int) -> Any:
        desk = desks.get()
        try:
            ends = write(number, *desk, 0)
            start, size = starts[number].result(), int(ends[-1])
            starts[number + 1].set_result(start + size)
            for place, values in zip((data, indices), desk, strict=True):
                place[start : start + size] = values[:size]
        except BaseException as error:
            if not starts[number + 1].done():  # or those that wait for it would wait for ever
                starts[number + 1].set_exception(error)
            raise
        finally:
            desks.put(desk)
        return ends + start

    return map_on_threads(job, range(len(sizes)), n_threads)
