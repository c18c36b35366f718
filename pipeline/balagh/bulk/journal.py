"""The journal beside an output that is being written: what it is made from, and how far it is on the disk.

One line for the job and one for each chunk, each with a checksum; a line that is torn, and all after it, is as if
it had never been written. A line is written only when what it tells of is safe on the disk.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from balagh.bulk.disk import Disk, Mark, OpenFile
from balagh.bulk.job import Summary
from balagh.errors import DataError

_VERSION: Final = 2
"""Another whenever a file is cut into other chunks: they are what the journal counts."""
_ENCODER = msgspec.json.Encoder()


class Header(msgspec.Struct, frozen=True):
    """What an output is made from: a run goes on only with the same."""

    model: str
    """Digest of the file."""
    options: dict[str, Any]
    """Those that change the output."""
    inputs: dict[str, str]
    """Digests of the files that are read; empty for standard input."""
    version: int = _VERSION


class Commit(msgspec.Struct, frozen=True):
    """The state after a chunk."""

    chunks: int
    """Chunks that are done."""
    stream: str
    """Digest of what standard input had given."""
    part: Mark | None
    """The output that is being written, if one is."""
    number: int
    """Its number."""
    rejects: Mark
    done: list[int]
    """Outputs that were finished with this chunk, which may still have to get their names."""
    summary: Summary


class Found(NamedTuple):
    """What a journal holds: each commit with the size of the journal up to it."""

    header: Header | None
    start: int
    """Size of the journal with its header alone."""
    commits: list[tuple[Commit, int]]


class Journal:
    """A journal that is being written."""

    def __init__(self, disk: Disk, path: Path, size: int = 0) -> None:
        self.path = path
        self._file = OpenFile(disk, path, size=size)

    def begin(self, header: Header) -> None:
        """Write down what the output is made from."""
        self._append(header)

    def commit(self, commit: Commit) -> None:
        """Write down that a chunk is done, and wait until that is on the disk."""
        self._append(commit)

    def close(self) -> None:
        """Close the journal, which stays."""
        self._file.close()

    def _append(self, entry: Header | Commit) -> None:
        self._file.write(line_of(entry))
        self._file.sync()


def line_of(entry: Header | Commit) -> bytes:
    """Return an entry as a line with its checksum."""
    data = _ENCODER.encode(entry)
    return b"%08x %s\n" % (zlib.crc32(data), data)


def read_journal(path: Path) -> Found:
    """Return what a journal holds up to the first line that is not whole."""
    header: Header | None = None
    commits: list[tuple[Commit, int]] = []
    start = size = 0
    with path.open("rb") as file:
        for line in file:
            data = line[9:-1]
            if not line.endswith(b"\n") or line[:9] != b"%08x " % zlib.crc32(data):
                break
            size += len(line)
            try:
                if header is None:
                    header, start = msgspec.json.decode(data, type=Header), size
                else:
                    commits.append((msgspec.json.decode(data, type=Commit), size))
            except msgspec.MsgspecError:
                raise DataError(f"{path}: not a journal of this version; --force starts anew") from None
    return Found(header, start, commits)


class BusyError(DataError):
    """Another run is writing the same output."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep a journal for this run alone.

    Raises
    ------
    BusyError
        Another run is writing the same output.
    """
    try:
        import fcntl
    except ImportError:  # not on this system
        yield
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(f"{path}: another run is writing this output; wait until it ends") from None
        yield
    finally:
        os.close(handle)
