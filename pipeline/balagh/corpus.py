"""The sentences of a corpus, whatever `balagh tag` reads it from, for tools that look at all of it at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from balagh.bulk.job import Job
from balagh.bulk.rows import Row, Rows, parsed, without_sentence
from balagh.bulk.sources import Source, find_sources
from balagh.errors import DataError
from balagh.problems import Problem, shown
from balagh.sentences import split


class CorpusSentence(NamedTuple):
    """A sentence and where it stands."""

    doc: str
    """The document: a file that is one text, or else a row of a file, ``news.csv:7``."""
    line: int
    """Line of the file where it stands, or where its row begins, from 1."""
    number: int
    """Number of the sentence in its text, from 0."""
    text: str
    group: str = ""
    """What its row holds in the field that was asked for."""


class Corpus(NamedTuple):
    """What was read."""

    sentences: list[CorpusSentence]
    problems: list[Problem]
    """Rows that could not be read, or have no sentence."""


def read_corpus(job: Job, by: str = "") -> Corpus:
    """Read all sentences of the sources of a job into memory, in order.

    Parameters
    ----------
    job : Job
        What to read: its sources, form, field, encoding and limits.
    by : str, optional
        Another field or column of each row, whose value becomes the group of its sentences.

    Raises
    ------
    MissingFileError, DataError
        A source cannot be read, or has no rows with other fields where one was asked for.
    """
    sentences: list[CorpusSentence] = []
    problems: list[Problem] = []
    for source in find_sources(job)[0]:
        if by and source.form in ("text", "sentences"):
            raise DataError(f"{source.path}: has no field {shown(by)}: only rows of JSON, CSV and Parquet have any")
        for row in _rows(source, job, by):
            if isinstance(row, Problem):
                problems.append(row)
                continue
            found = list(_sentences(source, row))
            sentences += found
            # A blank line is no row where each line is a sentence.
            if not found and source.form != "sentences":
                problems.append(without_sentence(source, row.row))
    return Corpus(sentences, problems)


class _Grouped(NamedTuple):
    row: Row
    group: str


def _rows(source: Source, job: Job, by: str) -> Iterator[_Grouped | Problem]:
    rows = Rows(source, job)
    try:
        if by and source.form != "jsonl" and by not in rows.columns:
            raise DataError(f"{source.path}: no column {shown(by)}; there are {', '.join(map(shown, rows.columns))}")
        for row in (row for item in rows for row in parsed(item, source, job)):
            if isinstance(row, Problem):
                yield row
            elif by and isinstance(row.other, dict) and by not in row.other:
                yield Problem(source.path, row.line, f"no field {shown(by)}")
            else:
                yield _Grouped(row, _group(row, rows.columns, by) if by else "")
    finally:
        rows.close()


def _group(row: Row, columns: tuple[str, ...], by: str) -> str:
    other = row.other
    value: Any = msgspec.json.decode(other[by]) if isinstance(other, dict) else other[columns.index(by)]
    return "" if value is None else str(value)


def _sentences(source: Source, found: _Grouped) -> Iterator[CorpusSentence]:
    row, line, at = found.row, found.row.line, 0
    if source.form == "sentences":
        if row.text.strip():
            yield CorpusSentence(f"{source.path}:{line}", line, 0, row.text.strip(), found.group)
        return
    doc = source.path if source.form == "text" else f"{source.path}:{line}"
    for number, sentence in enumerate(split(row.text)):
        if source.form == "text":
            line += row.text.count("\n", at, sentence.start)
            at = sentence.start
        yield CorpusSentence(doc, line, number, sentence.text, found.group)
