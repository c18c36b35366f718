"""Read texts to tag: one sentence a line, JSON lines, or a column of CSV; every row comes out or is named.

A fault of one row (`Problem`) leaves the others as they are; a fault of the whole file is raised. Blank
lines are rows of plain text and are none of JSON lines and CSV.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

import msgspec

from balagh.csv_rows import csv_column
from balagh.errors import DataError
from balagh.lines import (
    MAX_LINE,
    Source,
    check_encoding,
    check_head,
    decode,
    name_of,
    opened,
    parse_json,
    read_lines,
)
from balagh.problems import Problem, shown

Form: TypeAlias = Literal["sentences", "jsonl", "csv", "tsv"]
"""How the rows of a file are written."""

FORMS: Final[tuple[Form, ...]] = get_args(Form)

MAX_DOCUMENT: Final = 50_000_000
"""Bytes that a whole document may have unless told otherwise."""


class TextRow(NamedTuple):
    """A text, the file it comes from, and the line where its row begins."""

    path: str
    line: int
    text: str


class _Settings(NamedTuple):
    path: str
    field: str
    encoding: str
    max_bytes: int


def read_document(source: Source, *, encoding: str = "utf-8", max_bytes: int = MAX_DOCUMENT) -> str:
    """Return the whole text of a file as it stands, line ends included, without its byte order mark.

    Parameters
    ----------
    source : path or binary stream
        A text.
    encoding : {"utf-8", "cp1256"}
        How it is written.
    max_bytes : int
        A longer file is refused.

    Raises
    ------
    MissingFileError, DataError
        The file cannot be read as text; the message names the byte.
    """
    path = name_of(source)
    check_encoding(encoding)
    with opened(source) as stream:
        try:
            raw = stream.read(max_bytes + 1)
        except OSError as error:
            raise DataError(f"{path}: cannot be read ({error.strerror})") from None
    if len(raw) > max_bytes:
        raise DataError(f"{path}: the file is longer than {max_bytes:,} bytes")
    mark = check_head(raw, path, encoding)
    text, message = decode(raw[mark:], mark, encoding)
    if message:
        raise DataError(f"{path}: {message}")
    return text


def scan_texts(
    source: Source,
    *,
    form: Form = "sentences",
    field: str = "text",
    encoding: str = "utf-8",
    max_bytes: int = MAX_LINE,
) -> Iterator[TextRow | Problem]:
    r"""Yield exactly one item for every row of a file, in order: its text, or what is wrong with it.

    Parameters
    ----------
    source : path or binary stream
        Read as it comes; no more than a row is held in memory.
    form : {"sentences", "jsonl", "csv", "tsv"}
        ``sentences`` has one text a line, an empty line being an empty text.
    field : str
        The field of a JSON object, or the column of CSV, that holds the text.
    encoding : {"utf-8", "cp1256"}
        A byte order mark is accepted in UTF-8 and left out.
    max_bytes : int
        A longer line, or row of CSV, is refused.

    Yields
    ------
    TextRow or Problem
        Rows of CSV are counted by the line of the file where they begin.

    Raises
    ------
    MissingFileError
        There is no such file.
    DataError
        The file is a folder, empty or binary; or it is CSV and lacks the column, or has a quote that is
        never closed, after which no row could be trusted.

    Examples
    --------
    >>> import io
    >>> [row.text for row in scan_texts(io.BytesIO("أ\n\nب\n".encode()))]
    ['أ', '', 'ب']
    >>> for row in scan_texts(io.BytesIO(b'{"text": 5}'), form="jsonl"):
    ...     print(row)
    <stream>:1: field 'text' is a number, not a string
    """
    if form not in FORMS:
        raise DataError(f"unknown form {shown(form)}: known are {', '.join(FORMS)}")
    return _SCANNERS[form](source, _Settings(name_of(source), field, encoding, max_bytes))


def read_texts(
    source: Source,
    *,
    form: Form = "sentences",
    field: str = "text",
    encoding: str = "utf-8",
    max_bytes: int = MAX_LINE,
) -> Iterator[TextRow]:
    """Yield the text of every row, as `scan_texts` does, and raise at the first row with a fault.

    Raises
    ------
    MissingFileError
        There is no such file.
    DataError
        The file or a row of it cannot be used; the message names file and line.
    """
    for row in scan_texts(source, form=form, field=field, encoding=encoding, max_bytes=max_bytes):
        if isinstance(row, Problem):
            raise DataError(str(row))
        yield row


def form_of(path: str | os.PathLike[str]) -> Form:
    """Return the form that the ending of a file's name stands for.

    Examples
    --------
    >>> form_of("archive.TSV"), form_of("notes.txt")
    ('tsv', 'sentences')
    """
    endings: dict[str, Form] = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv"}
    return endings.get(Path(path).suffix.lower(), "sentences")


def _scan_sentences(source: Source, given: _Settings) -> Iterator[TextRow | Problem]:
    for line in read_lines(source, encoding=given.encoding, max_bytes=given.max_bytes):
        yield line if isinstance(line, Problem) else TextRow(given.path, line.number, line.text)


_OBJECT: Final = msgspec.json.Decoder(dict[str, object])
_KINDS: Final = {int: "a number", float: "a number", bool: "true or false", list: "a list", dict: "an object"}


def _scan_jsonl(source: Source, given: _Settings) -> Iterator[TextRow | Problem]:
    for line in read_lines(source, encoding=given.encoding, max_bytes=given.max_bytes):
        if isinstance(line, Problem):
            yield line
        elif line.text.strip():
            try:
                text = _field(parse_json(line.text, _OBJECT), given.field)
            except DataError as error:
                yield Problem(given.path, line.number, str(error))
            else:
                yield TextRow(given.path, line.number, text)


def _field(row: dict[str, object], field: str) -> str:
    if field not in row:
        there = ", ".join(map(shown, list(row)[:20])) or "none"
        raise DataError(f"no field {shown(field)}; there are {there}")
    text = row[field]
    if not isinstance(text, str):
        raise DataError(f"field {shown(field)} is {_KINDS.get(type(text), 'null')}, not a string")
    return text


def _scan_csv(source: Source, given: _Settings, delimiter: str = ",") -> Iterator[TextRow | Problem]:
    lines = read_lines(source, encoding=given.encoding, max_bytes=given.max_bytes)
    rows = csv_column(lines, path=given.path, column=given.field, delimiter=delimiter, max_bytes=given.max_bytes)
    for row in rows:
        yield row if isinstance(row, Problem) else TextRow(given.path, row.number, row.text)


def _scan_tsv(source: Source, given: _Settings) -> Iterator[TextRow | Problem]:
    return _scan_csv(source, given, "\t")


_SCANNERS: Final[dict[Form, Callable[[Source, _Settings], Iterator[TextRow | Problem]]]] = {
    "sentences": _scan_sentences,
    "jsonl": _scan_jsonl,
    "csv": _scan_csv,
    "tsv": _scan_tsv,
}
