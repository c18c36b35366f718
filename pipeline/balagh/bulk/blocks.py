"""Bundle lines as bytes: quick to read and to hand to another process, which decodes them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from balagh.errors import DataError
from balagh.lines import Line, RawLine, check_encoding, line_of, name_of, raw_lines
from balagh.problems import Problem

BLOCK_BYTES: Final = 1 << 22
"""Bytes after which a block of lines is full, however few they are."""


class Block(NamedTuple):
    """Lines that follow each other, as bytes: quick to hand to another process."""

    number: int
    """Of the first line."""
    offset: int
    """Bytes of the source before it."""
    data: bytes
    lines: int
    """How many they are."""


def read_blocks(stream: BinaryIO, *, encoding: str, max_bytes: int, lines: int) -> Iterator[Block | Problem]:
    """Yield the lines of a stream bundled and not yet decoded, which `block_lines` does later, in another process.

    Parameters
    ----------
    stream : binary stream
        Read to its end and left open.
    encoding, max_bytes
        As for `read_lines`.
    lines : int
        A block has so many at most, and is full after `BLOCK_BYTES`.

    Raises
    ------
    DataError
        The stream is empty or binary, or cannot be read.
    """
    check_encoding(encoding)
    held = _Held()
    try:
        for raw in raw_lines(stream, name_of(stream), encoding, max_bytes):
            if isinstance(raw, Problem):
                yield from held.taken()
                yield raw
                continue
            held.add(raw)
            if len(held.data) >= lines or held.size >= BLOCK_BYTES:
                yield from held.taken()
    except (DataError, EOFError):
        yield from held.taken()  # what stands before a fault of the file is good
        raise
    yield from held.taken()


class _Held:
    """The lines of a block that is not yet full."""

    def __init__(self) -> None:
        self.number = self.offset = self.size = 0
        self.data: list[bytes] = []

    def add(self, raw: RawLine) -> None:
        if not self.data:
            self.number, self.offset, _ = raw
        self.data.append(raw.data)
        self.size += len(raw.data)

    def taken(self) -> list[Block]:
        """Return the block, if there is one, and begin anew."""
        if not self.data:
            return []
        block = Block(self.number, self.offset, b"".join(self.data), len(self.data))
        self.data, self.size = [], 0
        return [block]


def block_lines(block: Block, path: str, encoding: str) -> Iterator[Line | Problem]:
    """Yield the lines of a block, or what is wrong with them, as `read_lines` would."""
    offset = block.offset
    for number, data in enumerate(io.BytesIO(block.data), block.number):
        yield line_of(RawLine(number, offset, data), path, encoding)
        offset += len(data)
