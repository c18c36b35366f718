"""Open what is to be read: plain, gzip or Zstandard; a file that is cut off is never taken for a whole one."""

from __future__ import annotations

import gzip
import hashlib
import io
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

from balagh.bulk.job import STDIN
from balagh.bulk.sources import Source
from balagh.errors import DataError
from balagh.lines import open_binary

_BLOCK: Final = 1 << 18
_SIP: Final = 1 << 11
"""Bytes that are decompressed at once: few, since each may stand for thousands."""
_MAX_WINDOW: Final = 1 << 27
"""Bytes that Zstandard may ask to keep, as much as its own command line allows."""


def is_stream(source: Source) -> bool:
    """Say whether a source is standard input or a pipe, which can be read only once."""
    return source.path == STDIN or not Path(source.path).is_file()


class Stream:
    """A binary stream that knows its name and how much of the file below it has been read."""

    def __init__(self, source: Source) -> None:
        self.name = source.path
        self._file = sys.stdin.buffer if source.path == STDIN else open_binary(source.path)
        if is_stream(source):
            self._file = _Watched(self._file)
        opened = _unpacked(self._file, source)
        # The methods themselves, so that a line costs no further call.
        self.readline: Callable[..., bytes] = opened.readline
        self.read: Callable[..., bytes] = opened.read

    def position(self) -> int:
        """Return how many bytes of the file have been read."""
        return self._file.tell()

    def digest(self) -> str:
        """Return the digest of what a stream has given so far; of a file, nothing."""
        return self._file.digest() if isinstance(self._file, _Watched) else ""

    def close(self) -> None:
        """Close the file; standard input is left open."""
        self._file.close()


class _Watched(io.RawIOBase):
    """A stream that cannot be read twice: its digest tells whether a later run is given the same."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._hash = hashlib.blake2b(digest_size=16)
        self._read = 0

    def read(self, size: int = -1, /) -> bytes:
        return self._seen(self._stream.read(size))

    def readline(self, size: int | None = -1, /) -> bytes:
        return self._seen(self._stream.readline(-1 if size is None else size))

    def _seen(self, data: bytes) -> bytes:
        self._hash.update(data)
        self._read += len(data)
        return data

    def tell(self) -> int:
        return self._read

    def digest(self) -> str:
        return self._hash.hexdigest()

    def close(self) -> None:
        """Leave the stream open."""


class _Gzip(gzip.GzipFile):
    """Say of damage what no reader above takes for a fault of the disk."""

    def readinto(self, buffer: Any, /) -> int:
        try:
            return super().readinto(buffer)
        except (zlib.error, gzip.BadGzipFile) as error:
            raise EOFError(str(error)) from None


class _Zstd(io.RawIOBase):
    """Decompress frame by frame; the library's own reader takes a frame that is cut off for a whole one."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            import zstandard
        except ImportError:
            raise DataError("Zstandard is not installed; run `pip install balagh[zstd]`") from None
        self._file = file
        self._library = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW)
        self._frame: Any = None
        self._rest = b""
        self._ready = memoryview(b"")
        self.errors = zstandard.ZstdError

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        while not self._ready:
            if not self._fill():
                return 0
        n = min(len(buffer), len(self._ready))
        buffer[:n] = self._ready[:n]
        self._ready = self._ready[n:]
        return n

    def _fill(self) -> bool:
        data = self._rest or self._file.read(_SIP)
        self._rest = b""
        if not data:
            if self._frame is not None:
                raise EOFError("it ends within a frame")
            return False
        if self._frame is None:
            self._frame = self._library.decompressobj()
        try:
            self._ready = memoryview(self._frame.decompress(data))
        except self.errors as error:
            raise EOFError(str(error)) from None
        if self._frame.eof:
            self._rest, self._frame = self._frame.unused_data, None
        return True


def _unpacked(file: BinaryIO, source: Source) -> BinaryIO:
    if source.packing == "gz":
        return io.BufferedReader(_Gzip(fileobj=file, mode="rb"), _BLOCK)
    if source.packing == "zst":
        return io.BufferedReader(_Zstd(file), _BLOCK)
    return file


@contextmanager
def reading(path: str) -> Iterator[None]:
    """Turn what decompression says of a damaged file into a `DataError` of one line."""
    try:
        yield
    except EOFError as error:
        raise DataError(f"{path}: compressed data that is damaged or cut off ({error})") from None
