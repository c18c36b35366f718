"""A disk that fails where it is told to, a tagger that is quick, and a writer that is naive."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from balagh.bulk.disk import Disk
from balagh.bulk.job import Job
from balagh.bulk.run import run
from balagh.tagger import TaggedSentence


class Crash(BaseException):
    """The process ends here, as if it were killed."""


class FaultyDisk(Disk):
    """Counts what is done, and fails at one place.

    Parameters
    ----------
    fail_at : int
        Number of the operation that fails, from 1; 0 for none.
    room : int or None
        Bytes that can be written until the process "is killed", in the middle of a write if need be.
    error : exception or None
        What an operation fails with; None for a crash.
    """

    def __init__(self, fail_at: int = 0, room: int | None = None, error: Exception | None = None) -> None:
        self.operations = 0
        self.written = 0
        self._fail_at, self._room, self._error = fail_at, room, error

    def write(self, handle: int, data: bytes) -> None:
        if self._room is not None and self.written + len(data) > self._room:
            os.write(handle, data[: self._room - self.written])
            raise Crash
        # Where the operation fails, half of the data is there, as on a disk that fills up.
        self._step(lambda: os.write(handle, data[: len(data) // 2]))
        self.written += len(data)
        super().write(handle, data)

    def sync(self, handle: int) -> None:
        """Count and do nothing else: what a process wrote outlives it without."""
        self._step()

    def create(self, path: Path) -> int:
        self._step()
        return super().create(path)

    def reopen(self, path: Path, size: int) -> int:
        self._step()
        return super().reopen(path, size)

    def rename(self, old: Path, new: Path) -> None:
        self._step()
        super().rename(old, new)

    def remove(self, path: Path) -> None:
        self._step()
        super().remove(path)

    def make_folder(self, path: Path) -> None:
        self._step()
        super().make_folder(path)

    def sync_folder(self, path: Path) -> None:
        self._step()

    def _step(self, before: Callable[[], object] = lambda: None) -> None:
        self.operations += 1
        if self.operations == self._fail_at:
            before()
            raise self._error or Crash


def full_disk() -> OSError:
    """Return the error of a disk that is full."""
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class QuickTagger:
    """Stands in for a `Tagger` where the labels do not matter: every sentence with a "د" condemns."""

    labels = ("condemnation",)
    thresholds = np.array([0.5])

    def tag_texts(self, texts: Sequence[str]) -> list[list[TaggedSentence]]:
        return [list(self._sentences(text)) for text in texts]

    def tag_sentences(self, texts: Sequence[str]) -> list[TaggedSentence]:
        return [self._tagged(text, 0) for text in texts]

    def _sentences(self, text: str) -> Iterator[TaggedSentence]:
        start = 0
        for piece in text.split("."):
            if piece.strip():
                yield self._tagged(piece, start)
            start += len(piece) + 1

    def _tagged(self, text: str, start: int) -> TaggedSentence:
        given = "د" in text
        labels = self.labels if given else ()
        return TaggedSentence(
            text, start, start + len(text), labels, "condemnation" if given else "none", {"condemnation": float(given)}
        )


def naive_run(job: Job, disk: Disk) -> None:
    """Tag one file of sentences as it is often done: append, and on resuming count the lines that are there.

    The tests of `balagh.bulk` must find it out.
    """
    assert job.output is not None
    lines = Path(job.sources[0]).read_text(encoding="utf-8").splitlines()
    there = job.output.read_bytes() if job.resume and job.output.exists() else b""
    handle = disk.reopen(job.output, len(there))
    try:
        for line in lines[there.count(b"\n") :]:
            disk.write(handle, f"{line}\tcondemnation\n".encode())
        disk.sync(handle)
    finally:
        disk.close(handle)


def survivors(
    job: Job, runner: Callable[[Job, Disk], object], disks: Iterator[FaultyDisk], contents: Callable[[], object]
) -> tuple[int, int]:
    """Let a run fail on each disk, resume it on a good one, and compare what is there with an undisturbed run.

    Returns
    -------
    tuple of int
        Runs that failed, and those of them after which the output was as it should be.
    """
    resumed = Job(**{name: getattr(job, name) for name in Job.__struct_fields__} | {"resume": True})
    runner(job, Disk())
    wanted = contents()
    failed = good = 0
    for disk in disks:
        clear(job)
        try:
            runner(job, disk)
        except (Crash, OSError):
            failed += 1
            try:
                runner(resumed, FaultyDisk())
            except Exception:  # a resume that refuses has lost the output
                continue
            good += contents() == wanted
        else:
            break  # the disk failed later than the run ended
    return failed, good


def clear(job: Job) -> None:
    """Remove all that a run left."""
    assert job.output is not None
    paths = sorted(job.output.rglob("*"), reverse=True) if job.output.is_dir() else job.output.parent.iterdir()
    for path in paths:
        path.rmdir() if path.is_dir() else path.unlink()


def bulk_run(job: Job, disk: Disk) -> None:
    """Run `balagh.bulk`; a run that was cut off after its very end has nothing left to resume."""
    assert job.output is not None
    journal = job.output / "_JOURNAL" if job.output.is_dir() else job.output.with_name(job.output.name + ".journal")
    if job.resume and job.output.is_file() and not journal.exists():
        return
    if job.resume and (job.output / "_SUMMARY.json").exists() and not journal.exists():
        return
    run(job, disk=disk)
