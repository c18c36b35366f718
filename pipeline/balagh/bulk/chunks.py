"""Bundle rows into chunks: what is tagged, written and made safe at once. Runs of one job bundle alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from balagh.bulk.blocks import Block
from balagh.bulk.job import STDIN
from balagh.bulk.rows import Item, Rows
from balagh.bulk.sources import Source
from balagh.errors import BalaghError, DataError, MissingFileError
from balagh.problems import Problem

MAX_SIZE: Final = 4_000_000
"""Characters, or bytes of lines, after which a chunk is full, however few its rows are."""


class Part(NamedTuple):
    """Rows of one source that follow each other."""

    source: int
    """Its place among the sources of the job."""
    items: list[Item]
    last: bool
    """Whether the source ends here."""
    columns: tuple[str, ...] = ()
    """Names of the other columns of a table."""
    fault: Problem | None = None
    """Why it ends before its end."""


class Chunk(NamedTuple):
    """Rows of one or several sources."""

    parts: list[Part]
    digest: str
    """Of what standard input has given so far."""
    read: int
    """Bytes of all sources that have been read so far."""


def chunks(sources: Sequence[Source], opening: Callable[[Source], Rows], size: int) -> Iterator[Chunk]:
    """Yield the rows of all sources in order, none left out.

    Parameters
    ----------
    sources : sequence of Source
        What to read.
    opening : callable
        Opens a source.
    size : int
        Rows of a chunk; a block of lines is never cut, so that there may be nearly twice as many.

    Raises
    ------
    MissingFileError, DataError
        The only source cannot be read. Where there are several, such a one ends with its fault.
    """
    parts: list[Part] = []
    rows_left, size_left, read = size, MAX_SIZE, 0
    digest = ""
    for number, source in enumerate(sources):
        items: list[Item] = []
        rows = None
        try:
            rows = opening(source)
            for item in rows:
                items.append(item)
                rows_left -= item.lines if isinstance(item, Block) else 1
                size_left -= _size(item)
                if rows_left <= 0 or size_left <= 0:
                    parts.append(Part(number, items, False, rows.columns))
                    yield Chunk(parts, rows.digest() or digest, read + rows.position())
                    parts, items, rows_left, size_left = [], [], size, MAX_SIZE
        except (DataError, MissingFileError) as error:
            if len(sources) == 1:
                raise
            parts.append(_faulty(number, source, items, error, rows.columns if rows else ()))
        else:
            parts.append(Part(number, items, True, rows.columns))
        finally:
            if rows is not None:
                digest = rows.digest() or digest
                rows.close()
        read += file_size(source) or 0
        if len(parts) >= size or number == len(sources) - 1:
            yield Chunk(parts, digest, read)
            parts, rows_left, size_left = [], size, MAX_SIZE


def _size(item: Item) -> int:
    if isinstance(item, Block):
        return len(item.data)
    return 0 if isinstance(item, Problem) else len(item.text)


def file_size(source: Source) -> int | None:
    """Return the bytes of a file; None for standard input and what has no size."""
    if source.path == STDIN:
        return None
    path = Path(source.path)
    return path.stat().st_size if path.is_file() else None


def _faulty(number: int, source: Source, items: list[Item], error: BalaghError, columns: tuple[str, ...] = ()) -> Part:
    problem = fault_of(source.path, error)
    if source.form == "text":  # the file is the row
        return Part(number, [problem], True)
    return Part(number, items, True, columns, problem)


def fault_of(path: str, error: BalaghError) -> Problem:
    """Return what is wrong with a file as a problem, line 0 standing for the whole file."""
    message = str(error).removeprefix(path)
    place = re.match(r":(\d+): ", message)
    if place:
        return Problem(path, int(place[1]), message[place.end() :])
    return Problem(path, 0, message.removeprefix(": "))
