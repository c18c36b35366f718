"""Read one column of CSV as strings; a quote left open is refused with its line, never read to the end.

The reader of the standard library in its strict mode does the parsing. Around it stand what it lacks: a
limit on the size of a row, the line where a row begins, and a check that no row has more or fewer fields
than the header, as one with an unquoted comma in its text has.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from balagh.errors import DataError
from balagh.lines import Line
from balagh.problems import Problem, shown


class _Lines:
    """Hand the lines of a file to the CSV reader, and refuse a row that goes on for too long."""

    def __init__(self, lines: Iterable[Line | Problem], path: str, max_bytes: int) -> None:
        self._lines = iter(lines)
        self._path = path
        self._max_bytes = max_bytes
        self._number = 0
        self.begin_row()

    def begin_row(self) -> None:
        """Note that the next line begins a row."""
        self.row_line = self._number + 1
        self._size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        if isinstance(line, Problem):
            raise DataError(str(line))
        self._number = line.number
        self._size += len(line.text.encode())
        if self._size > self._max_bytes:
            raise DataError(
                f"{self._path}:{self.row_line}: a row longer than {self._max_bytes:,} bytes begins here; "
                "is a quote left open?"
            )
        return line.text + "\n"


def csv_column(
    lines: Iterable[Line | Problem], *, path: str, column: str, delimiter: str, max_bytes: int
) -> Iterator[Line | Problem]:
    """Yield the text of a column, one item for every row below the header; blank lines are no rows.

    Parameters
    ----------
    lines : iterable of Line or Problem
        The lines of the file, the first of them the header.
    path : str
        Name of the file, for messages.
    column : str
        Name of the column.
    delimiter : str
        What stands between two fields.
    max_bytes : int
        A longer row is refused.

    Yields
    ------
    Line or Problem
        The text with the number of the line where its row begins. A row with another number of fields than
        the header is a problem.

    Raises
    ------
    DataError
        There is no such column, or no way to tell where rows begin: a quote is left open, a row is too
        long, or a line is no text.

    Examples
    --------
    >>> lines = [Line(1, "id,text"), Line(2, '1,"a, b"'), Line(3, "2,a, b")]
    >>> for row in csv_column(lines, path="f.csv", column="text", delimiter=",", max_bytes=1000):
    ...     print(row)
    Line(number=2, text='a, b')
    f.csv:3: 3 fields where the header has 2; is a text with ',' in it not quoted?
    """
    header, rows = csv_table(lines, path=path, delimiter=delimiter, max_bytes=max_bytes)
    index = column_index(header, column, path)
    for row in rows:
        yield row if isinstance(row, Problem) else Line(row.number, row.fields[index])


class Fields(NamedTuple):
    """A row of CSV, and the number of the line where it begins."""

    number: int
    fields: list[str]


def csv_table(
    lines: Iterable[Line | Problem], *, path: str, delimiter: str, max_bytes: int
) -> tuple[list[str], Iterator[Fields | Problem]]:
    """Return the header of CSV, and its rows as `csv_column` yields them, with all their fields.

    Raises
    ------
    DataError
        There is no header; later, while the rows are read, as `csv_column` raises it.
    """
    physical = _Lines(lines, path, max_bytes)
    # The module's own limit, 131,072 characters a field, would come first. It holds for the process: only raised.
    csv.field_size_limit(max(csv.field_size_limit(), max_bytes))
    rows = _rows(csv.reader(physical, delimiter=delimiter, strict=True), physical, path)
    header = next(rows, None)
    if header is None:
        raise DataError(f"{path}: no header")
    return header.fields, _checked(rows, len(header.fields), path, delimiter)


def _checked(rows: Iterator[Fields], width: int, path: str, delimiter: str) -> Iterator[Fields | Problem]:
    for row in rows:
        if len(row.fields) == width:
            yield row
        else:
            hint = f"; is a text with {delimiter!r} in it not quoted?" if len(row.fields) > width else ""
            yield Problem(path, row.number, f"{len(row.fields)} fields where the header has {width}{hint}")


def _rows(reader: Iterator[list[str]], physical: _Lines, path: str) -> Iterator[Fields]:
    """Yield rows that are not blank, with the line where each begins."""
    while True:
        try:
            fields = next(reader, None)
        except csv.Error as error:
            raise DataError(
                f"{path}:{physical.row_line}: CSV that is not well formed ({error}); is a quote left open?"
            ) from None
        if fields is None:
            return
        if fields:
            yield Fields(physical.row_line, fields)
        physical.begin_row()


def column_index(header: list[str], column: str, path: str) -> int:
    """Return the place of the column in the header; none or several of the name are a `DataError`."""
    if header.count(column) == 1:
        return header.index(column)
    if column in header:
        raise DataError(f"{path}: the column {shown(column)} is there {header.count(column)} times")
    there = ", ".join(map(shown, header[:20]))
    raise DataError(f"{path}: no column {shown(column)}; there are {there}")
