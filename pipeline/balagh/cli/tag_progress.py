"""Show how far `balagh tag` is: a bar on a terminal, a line now and then in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from balagh.bulk.job import Progress as Done
from balagh.outputs import counted

EVERY = 30.0
"""Seconds between two lines of a log."""


class Reporter:
    """Takes reports of a run and shows them; says nothing where nothing should be shown."""

    def __init__(self, bar: Progress | None, *, log: bool) -> None:
        self._bar = bar
        self._task: TaskID | None = None
        self._log = log
        self._begin = self._last = time.monotonic()
        self._before: int | None = None

    @property
    def before(self) -> int:
        """Sentences that an earlier run had tagged."""
        return self._before or 0

    def report(self, done: Done) -> None:
        """Show how far the run is."""
        if self._before is None:
            self._before = done.summary.sentences
        seconds = time.monotonic() - self._begin
        rate = (done.summary.sentences - self.before) / seconds if seconds else 0.0
        text = f"{counted(done.summary.sentences, 'sentence')}, {rate:,.0f} a second"
        if self._bar is not None:
            if self._task is None:
                self._task = self._bar.add_task("", total=done.total)
            self._bar.update(self._task, completed=done.read, description=text)
        elif self._log and time.monotonic() - self._last >= EVERY:
            self._last = time.monotonic()
            sys.stderr.write(f"balagh: {text}{_left(done, seconds)}\n")
            sys.stderr.flush()


@contextmanager
def reporting(*, shown: bool) -> Iterator[Reporter]:
    """Return what to report to; it shows nothing unless ``shown``."""
    if not (shown and sys.stderr.isatty()):
        yield Reporter(None, log=shown)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield Reporter(bar, log=False)


def _left(done: Done, seconds: float) -> str:
    if not done.total or not done.read:
        return ""
    share = done.read / done.total
    return f", {share:.0%} done, {seconds / share - seconds:,.0f} s left"
