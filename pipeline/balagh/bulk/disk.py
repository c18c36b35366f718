"""The few things that are done to files, in one place, so that tests can make each of them fail."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

_NO_LINKS: Final = getattr(os, "O_NOFOLLOW", 0)
_BINARY: Final = getattr(os, "O_BINARY", 0)
_BLOCK: Final = 1 << 20


class Mark(msgspec.Struct, frozen=True):
    """How far a file is, and the digest of what it has until there."""

    size: int
    digest: str


class Disk:
    """What a sink does to the disk; every error names its file."""

    def create(self, path: Path) -> int:
        """Open a new file to write to; one that is there already is an error."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINKS | _BINARY, 0o666)

    def reopen(self, path: Path, size: int) -> int:
        """Open a file to write to after its first ``size`` bytes; what follows them is cut off."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | _NO_LINKS | _BINARY, 0o666)
        os.ftruncate(handle, size)
        os.lseek(handle, size, os.SEEK_SET)
        return handle

    def write(self, handle: int, data: bytes) -> None:
        """Write all of the data."""
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]

    def sync(self, handle: int) -> None:
        """Wait until what was written is on the disk."""
        os.fsync(handle)

    def close(self, handle: int) -> None:
        """Close a file."""
        os.close(handle)

    def rename(self, old: Path, new: Path) -> None:
        """Give a file its final name, over what has it."""
        old.replace(new)

    def remove(self, path: Path) -> None:
        """Remove a file that may be there."""
        path.unlink(missing_ok=True)

    def make_folder(self, path: Path) -> None:
        """Make a folder and those above it."""
        path.mkdir(parents=True, exist_ok=True)

    def sync_folder(self, path: Path) -> None:
        """Wait until the names in a folder are on the disk."""
        if os.name == "posix":  # elsewhere a folder cannot be opened, and names last without
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


class OpenFile:
    """A file that is written piece by piece; knows its size and digest, and says its name when it fails."""

    def __init__(self, disk: Disk, path: Path, *, over: bool = False, size: int = 0) -> None:
        self.path = path
        self.size = size
        self._disk = disk
        self._digest = digest_of(path, size) if size else new_digest()
        with named(path):
            self._handle = disk.reopen(path, size) if over or size else disk.create(path)

    def write(self, data: bytes) -> None:
        """Append data."""
        with named(self.path):
            self._disk.write(self._handle, data)
        self.size += len(data)
        self._digest.update(data)

    def sync(self) -> None:
        """Wait until all is on the disk."""
        with named(self.path):
            self._disk.sync(self._handle)

    def mark(self) -> Mark:
        """Return how far the file is."""
        return Mark(self.size, self._digest.hexdigest())

    def close(self) -> None:
        """Close the file; once is enough."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            self._disk.close(handle)


def new_digest() -> hashlib.blake2b:
    """Return an empty digest of the kind that is used for all files."""
    return hashlib.blake2b(digest_size=16)


def digest_of(path: Path, size: int | None = None) -> hashlib.blake2b:
    """Return the digest of a file, or of its first bytes.

    Raises
    ------
    OSError
        It cannot be read.
    """
    digest = new_digest()
    left = size
    with path.open("rb") as file:
        while data := file.read(_BLOCK if left is None else min(_BLOCK, left)):
            digest.update(data)
            left = None if left is None else left - len(data)
    return digest


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Give errors of the system the name of the file that they are about."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)
        raise
