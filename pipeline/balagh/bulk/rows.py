"""Read the rows of a source with their other columns, one at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple, TypeAlias

import msgspec

from balagh.bulk.blocks import Block, block_lines, read_blocks
from balagh.bulk.job import Job
from balagh.bulk.sources import Source
from balagh.bulk.streams import Stream, reading
from balagh.csv_rows import column_index, csv_table
from balagh.errors import DataError
from balagh.lines import Line, parse_json, read_lines
from balagh.outputs import NO_TEXT
from balagh.problems import Problem, shown
from balagh.readers import read_document


class Row(NamedTuple):
    """A text to tag and what came with it."""

    line: int
    text: str
    other: tuple[object, ...] | dict[str, msgspec.Raw] = ()
    """Values of the other columns, in the order of `Rows.columns`, or the other fields of an object."""
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


Item: TypeAlias = "Row | Block | Problem"
"""A row, lines that are still to be parsed, or what is wrong with one."""


class Rows:
    """The rows of one source.

    Attributes
    ----------
    columns : tuple of str
        Names of the other columns of a table.
    types : tuple of str
        Their types, as Arrow writes them; empty for CSV, where all are strings.
    """

    def __init__(self, source: Source, job: Job) -> None:
        self.source = source
        self.columns: tuple[str, ...] = ()
        self.types: tuple[str, ...] = ()
        self._job = job
        self._stream = Stream(source)
        try:
            self._items = self._open()
        except BaseException:
            self.close()
            raise

    def __iter__(self) -> Iterator[Item]:
        with reading(self.source.path):
            yield from self._items

    def position(self) -> int:
        """Return how many bytes of the file have been read."""
        return self._stream.position()

    def digest(self) -> str:
        """Return the digest of what standard input has given so far."""
        return self._stream.digest()

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def _open(self) -> Iterator[Item]:
        form, job = self.source.form, self._job
        if form == "text":
            return self._document()
        if form == "parquet":
            from balagh.bulk.parquet_in import parquet_rows  # pyarrow is an extra

            self.columns, self.types, items = parquet_rows(self.source, job)
            return items
        stream: BinaryIO = self._stream  # type: ignore[assignment]
        limit = job.limits.line
        if form == "jsonl" or (form == "sentences" and not job.context):
            return read_blocks(stream, encoding=job.encoding, max_bytes=limit, lines=job.chunk)
        lines = read_lines(stream, encoding=job.encoding, max_bytes=limit)
        if form == "sentences":
            return with_neighbours(_sized(_rows_of(lines), self.source.path, job), job.context)
        return self._table(lines, "," if form == "csv" else "\t")

    def _document(self) -> Iterator[Item]:
        limits = self._job.limits
        text = read_document(self._stream, encoding=self._job.encoding, max_bytes=limits.document)  # type: ignore[arg-type]
        yield Row(1, text)

    def _table(self, lines: Iterable[Line | Problem], delimiter: str) -> Iterator[Item]:
        path, limits = self.source.path, self._job.limits
        with reading(path):
            header, rows = csv_table(lines, path=path, delimiter=delimiter, max_bytes=limits.line)
        index = column_index(header, self._job.field, path)
        names = distinct(header)
        self.columns = (*names[:index], *names[index + 1 :])
        found = (
            row
            if isinstance(row, Problem)
            else Row(row.number, row.fields[index], (*row.fields[:index], *row.fields[index + 1 :]))
            for row in rows
        )
        return _sized(found, path, self._job)


def parse_object(line: Line, field: str, path: str, max_bytes: int) -> Row | Problem:
    """Return the text of a JSON object on a line, its other fields being kept as they are written."""
    try:
        fields = parse_json(line.text, _OBJECT)
        if field not in fields:
            there = ", ".join(map(shown, list(fields)[:20])) or "none"
            raise DataError(f"no field {shown(field)}; there are {there}")
        raw = bytes(fields.pop(field))
        if not raw.startswith(b'"'):
            raise DataError(f"field {shown(field)} is {_KINDS.get(raw[:1], 'a number')}, not a string")
        text = _STRING.decode(raw)
    except DataError as error:
        return Problem(path, line.number, str(error))
    return _too_long(path, line.number, text, max_bytes) or Row(line.number, text, fields)


def parsed(item: Item, source: Source, job: Job) -> Iterator[Row | Problem]:
    """Yield the row that an item is, or those that its lines hold."""
    if not isinstance(item, Block):
        yield item
        return
    lines = block_lines(item, source.path, job.encoding)
    if source.form == "sentences":
        yield from _sized(_rows_of(lines), source.path, job)
        return
    for line in lines:
        if isinstance(line, Problem):
            yield line
        elif line.text.strip():
            yield parse_object(line, job.field, source.path, job.limits.field)


def without_sentence(source: Source, row: Row) -> Problem:
    """Return what is wrong with a row in which there is no sentence."""
    return Problem(source.path, row.line, "no sentence in the text" if row.text.strip() else NO_TEXT)


def with_neighbours(lines: Iterable[Row | Problem], count: int) -> Iterator[Row | Problem]:
    """Give every line the texts of the lines before and after it; lines without text are no neighbours."""
    past: deque[str] = deque(maxlen=count)
    waiting: deque[Row | Problem] = deque()
    ahead: deque[str] = deque()

    def first() -> Row | Problem:
        line = waiting.popleft()
        if isinstance(line, Problem):
            return line
        if line.text.strip():
            ahead.popleft()
        row = line._replace(before=tuple(past), after=tuple(list(ahead)[:count]))
        if line.text.strip():
            past.append(line.text)
        return row

    for line in lines:
        waiting.append(line)
        if not isinstance(line, Problem) and line.text.strip():
            ahead.append(line.text)
        # The texts of the first line's neighbours are there once one more than their number waits.
        while len(ahead) > count or (waiting and isinstance(waiting[0], Problem)):
            yield first()
    while waiting:
        yield first()


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Return names of columns with a number after those that were there before.

    Examples
    --------
    >>> distinct(["id", "text", "id"])
    ('id', 'text', 'id.2')
    """
    found: list[str] = []
    for name in names:
        number, new = 1, name
        while new in found:
            number += 1
            new = f"{name}.{number}"
        found.append(new)
    return tuple(found)


_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_STRING = msgspec.json.Decoder(str)
_KINDS = {b"t": "true or false", b"f": "true or false", b"n": "null", b"[": "a list", b"{": "an object"}


def _rows_of(lines: Iterable[Line | Problem]) -> Iterator[Row | Problem]:
    return (line if isinstance(line, Problem) else Row(*line) for line in lines)


def _sized(rows: Iterable[Row | Problem], path: str, job: Job) -> Iterator[Row | Problem]:
    for row in rows:
        yield row if isinstance(row, Problem) else _too_long(path, row.line, row.text, job.limits.field) or row


def _too_long(path: str, line: int, text: str, max_bytes: int) -> Problem | None:
    # Most texts are far from the limit: their bytes need not be counted.
    if len(text) * 4 > max_bytes and len(text.encode("utf-8", "surrogatepass")) > max_bytes:
        return Problem(path, line, f"the text is longer than {max_bytes:,} bytes")
    return None
