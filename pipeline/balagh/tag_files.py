"""Tag files and standard input: read, tag in batches, write; memory does not grow with the input."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec
from rich.console import Console

from balagh.atomic import replacing
from balagh.errors import DataError, MissingFileError
from balagh.lines import Source
from balagh.outputs import Format, Result, Writer, csv_writer, jsonl_writer, table_writer
from balagh.problems import Problem
from balagh.readers import TextRow, read_document, scan_texts
from balagh.tagger import Tagger

BATCH = 4096
"""Rows that are tagged at once."""
SHOWN_PROBLEMS = 20
"""Rejected rows that are named; the others are only counted."""


class Job(msgspec.Struct, frozen=True):
    """What to tag, and where to."""

    sources: tuple[str, ...]
    """Paths; "-" is standard input."""
    form: Literal["text", "sentences", "jsonl", "csv"] = "text"
    field: str = "text"
    encoding: str = "utf-8"
    format: Format = "table"
    output: Path | None = None
    """None writes to standard output."""
    raw: bool = False


class Summary(msgspec.Struct):
    """What was done."""

    rows: int = 0
    sentences: int = 0
    rejected: int = 0
    labels: Counter[str] = msgspec.field(default_factory=Counter)
    problems: list[Problem] = msgspec.field(default_factory=list)

    def reject(self, problem: Problem) -> None:
        """Count a row that cannot be tagged."""
        self.rows += 1
        self.rejected += 1
        if len(self.problems) < SHOWN_PROBLEMS:
            self.problems.append(problem)

    def line(self) -> str:
        """Return the summary in one line."""
        labels = ", ".join(f"{count} {label}" for label, count in self.labels.most_common()) or "no labels"
        return f"{self.rows} rows, {self.sentences} sentences: {labels}; {self.rejected} rows rejected"


def run_job(tagger: Tagger, job: Job) -> Summary:
    """Tag all sources of a job, in order.

    Raises
    ------
    MissingFileError, DataError
        A source as a whole cannot be read; nothing has been written to the job's output.
    OSError
        The output cannot be written.
    """
    for source in job.sources:
        _check_source(source)
    summary = Summary()
    with _output(job) as file:
        write = _writer(file, tagger, job)
        for source in job.sources:
            write_all(_results(tagger, job, source, summary), write, summary)
        file.flush()
    return summary


def write_all(batches: Iterable[list[Result]], write: Writer, summary: Summary) -> None:
    """Write results batch by batch, counting them."""
    for results in batches:
        write(results)
        summary.sentences += len(results)
        summary.labels.update(label for result in results for label in result.labels)


def _results(tagger: Tagger, job: Job, source: str, summary: Summary) -> Iterator[list[Result]]:
    stream: Source = sys.stdin.buffer if source == "-" else source
    if job.form == "text":
        text = read_document(stream, encoding=job.encoding)
        summary.rows += 1
        yield [Result.of(source, i, sentence) for i, sentence in enumerate(tagger.tag(text))]
        return
    rows = scan_texts(stream, form=job.form, field=job.field, encoding=job.encoding)
    for batch in _batches(_good_rows(rows, summary)):
        texts = [row.text for row in batch]
        if job.form == "sentences":
            tagged = tagger.tag_sentences(texts)
            yield [Result.of(source, row.line - 1, sentence) for row, sentence in zip(batch, tagged, strict=True)]
        else:
            yield [
                Result.of(f"{source}:{row.line}", i, sentence)
                for row, sentences in zip(batch, tagger.tag_texts(texts), strict=True)
                for i, sentence in enumerate(sentences)
            ]


def _batches(rows: Iterator[TextRow]) -> Iterator[list[TextRow]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _good_rows(rows: Iterable[TextRow | Problem], summary: Summary) -> Iterator[TextRow]:
    for row in rows:
        if isinstance(row, Problem):
            summary.reject(row)
        else:
            summary.rows += 1
            yield row


def _check_source(source: str) -> None:
    path = Path(source)
    if source == "-":
        return
    if path.is_dir():
        raise DataError(f"{source}: is a folder; name the files in it, e.g. {source.rstrip('/')}/*.txt")
    if not path.exists():
        raise MissingFileError(f"{source}: no such file; check the path, or use - for standard input")
    if path.is_file() and path.stat().st_size == 0:
        raise DataError(f"{source}: is empty; there is nothing to tag")


def _output(job: Job) -> AbstractContextManager[BinaryIO]:
    if job.output is not None:
        return replacing(job.output)
    return nullcontext(sys.stdout.buffer)


def _writer(file: BinaryIO, tagger: Tagger, job: Job) -> Writer:
    if job.format == "jsonl":
        return jsonl_writer(file, tagger.labels)
    if job.format == "csv":
        return csv_writer(file, tagger.labels, raw=job.raw)
    if job.output is None:
        return table_writer(Console(), tagger.labels)
    return table_writer(Console(file=_TextOver(file), width=120), tagger.labels)  # type: ignore[arg-type]


class _TextOver:
    """Just enough of a text file for Rich, over a binary one."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        self._file.write(text.encode("utf-8", "replace"))
        return len(text)

    def flush(self) -> None:
        self._file.flush()
