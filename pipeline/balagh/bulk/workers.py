"""Tag chunks in several processes, in order, with few of them in memory at a time."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from multiprocessing.connection import wait
from typing import Final

from balagh.bulk.chunks import Chunk
from balagh.bulk.work import Tagged, Worker

AHEAD: Final = 1
"""Chunks for each process that may be read ahead of what has been written."""

_worker: Worker | None = None


@contextmanager
def collector_paused() -> Iterator[None]:
    """Let the collector of cycles rest, if it is at work, for as long as a block runs.

    The objects of a chunk are many and without cycles: looking for some was measured at a quarter of the time.
    """
    at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if at_work:
            gc.enable()


def tag_chunks(chunks: Iterable[Chunk], make_worker: Callable[[], Worker], processes: int) -> Iterator[Tagged]:
    """Yield what comes of chunks, in their order.

    Processes and not threads: most of the work is compiled code that needs no lock, but the rest does, so that two
    threads were measured 1.4 times as fast as one and two processes 1.9 times.

    Parameters
    ----------
    chunks : iterable of Chunk
        Read as they are needed.
    make_worker : callable
        Loads the model; can be pickled. Called once a process.
    processes : int
        1 tags in this process.

    Raises
    ------
    OSError
        A process has died, for instance for want of memory.
    """
    if processes == 1:
        worker = make_worker()
        yield from map(worker.tag, chunks)
        return
    # Not forked: threads of numerical libraries do not survive that.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, context, initializer=_start, initargs=(make_worker,))
    running: deque[Future[Tagged]] = deque()
    with closing(_Pool(pool)):
        try:
            for chunk in chunks:
                running.append(pool.submit(_tag, chunk))
                if len(running) > AHEAD * processes:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
        except BrokenProcessPool:
            raise OSError("a process that tags has died, perhaps for want of memory; try fewer --workers") from None


class _Pool:
    """Ends the processes at once when what they would do is no longer wanted."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


def _start(make_worker: Callable[[], Worker]) -> None:
    """Prepare a process: it dies with its parent, and leaves Ctrl-C to it."""
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_die_with, args=(parent.sentinel,), daemon=True).start()
    # For good: a process of the pool does nothing else; see `collector_paused`.
    gc.freeze()
    gc.disable()
    _worker = make_worker()


def _die_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _tag(chunk: Chunk) -> Tagged:
    assert _worker is not None
    return _worker.tag(chunk)
