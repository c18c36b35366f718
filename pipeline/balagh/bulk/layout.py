"""The layout of the output: which columns there are, and results as bytes.

JSON lines hold what is in `balagh.outputs.Result`. CSV and Parquet have a column for each of its fields, one
for the probability of each label, and one ``input.NAME`` for each other column of a table that was read. Fields of
JSON objects need not be the same in each: where such are read, all that rows hold is one column ``input`` of JSON.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from balagh.bulk.job import Format, Job
from balagh.bulk.rows import Rows
from balagh.bulk.sources import Source
from balagh.bulk.streams import is_stream
from balagh.errors import DataError, MissingFileError
from balagh.outputs import Result, harmless

_JSON = msgspec.json.Encoder(enc_hook=str)
_ROWS = msgspec.json.Decoder(Result)


class Layout(msgspec.Struct, frozen=True):
    """The columns of one output."""

    format: Format
    labels: tuple[str, ...]
    context: bool = False
    columns: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    """Types of the columns, as Arrow writes them."""
    objects: bool = False
    """Whether rows of JSON are among what is read; then there are no columns."""
    raw: bool = False

    @property
    def stored(self) -> Format:
        """The form in which results are collected: what needs all of them is made from JSON lines at the end."""
        return "csv" if self.format == "csv" else "jsonl"

    def names(self) -> list[str]:
        """Return the names of all columns."""
        return [
            *("doc", "line", "index", "start", "end", "text", "labels", "primary"),
            *self.labels,
            *(("before", "after") if self.context else ()),
            *(f"input.{name}" for name in self.columns),
            *(("input",) if self.objects else ()),
        ]

    def heading(self) -> bytes:
        """Return what stands before the first result."""
        names = self.names() if self.raw else [harmless(name) for name in self.names()]
        return _csv([names]) if self.stored == "csv" else b""

    def encode(self, results: Sequence[Result]) -> bytes:
        """Return results as they are collected."""
        if self.stored == "jsonl":
            return _JSON.encode_lines(results)
        rows: Iterable[list[object]] = (self.cells(result) for result in results)
        if not self.raw:
            rows = ([harmless(c) if isinstance(c, str) else c for c in row] for row in rows)
        return _csv(rows)

    def cells(self, result: Result) -> list[object]:
        """Return a result as a row of CSV."""
        given = {} if result.input is msgspec.UNSET else result.input
        cells: list[object] = [
            *(result.doc, result.line, result.index, result.start, result.end, result.text),
            *(" ".join(result.labels), result.primary),
            *(f"{result.scores[label]:.6f}" for label in self.labels),
        ]
        if self.context:
            cells += ["\n".join(near) if near else "" for near in (result.before, result.after)]
        cells += [as_text(given.get(name)) for name in self.columns]
        if self.objects:
            cells.append("" if result.input is msgspec.UNSET else _JSON.encode(given).decode())
        return cells


def layout_of(
    job: Job, fmt: Format, labels: tuple[str, ...], sources: Sequence[Source], opening: Callable[[Source], Rows]
) -> Layout:
    """Return the layout of what is written for some sources.

    Parameters
    ----------
    job : Job
        The options.
    fmt : {"table", "jsonl", "csv", "parquet"}
        How to write.
    labels : tuple of str
        The labels that are given.
    sources : sequence of Source
        What goes into this output; the headers of tables are read where the layout depends on them.
    opening : callable
        Opens a source; one that cannot be opened twice stays open.
    """
    columns: dict[str, str] = {}
    tables = [source for source in sources if source.form in ("csv", "tsv", "parquet")]
    objects = any(source.form == "jsonl" for source in sources)
    for source in tables if fmt in ("csv", "parquet") and not objects else ():
        try:
            rows = opening(source)
        except (DataError, MissingFileError):
            continue  # what is wrong with it is told when it is read
        for name, kind in zip(rows.columns, rows.types or ["string"] * len(rows.columns), strict=True):
            # Columns of one name and several types meet as text.
            columns[name] = kind if columns.get(name, kind) == kind else "string"
        if not is_stream(source):
            rows.close()
    return Layout(
        format=fmt,
        labels=labels,
        context=job.context > 0,
        columns=tuple(columns),
        types=tuple(columns.values()),
        objects=objects,
        raw=job.raw,
    )


def stored_results(lines: Iterable[bytes]) -> Iterator[Result]:
    """Yield the results that were collected as lines of JSON."""
    return map(_ROWS.decode, lines)


def as_text(value: object) -> str:
    """Return a value of a column as a cell of text."""
    if value is None:
        return ""
    return value if isinstance(value, str) else _JSON.encode(value).decode()


def _csv(rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO()
    minimal = csv.writer(text, lineterminator="\n")
    # The library leaves a carriage return unquoted, at which many readers would begin a new row.
    whole = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for row in rows:
        cells = list(row)
        (whole if any(isinstance(c, str) and "\r" in c for c in cells) else minimal).writerow(cells)
    return text.getvalue().encode("utf-8", "surrogatepass")
