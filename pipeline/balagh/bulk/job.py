"""What to tag and how, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal, TypeAlias

import msgspec

from balagh.lines import MAX_LINE
from balagh.outputs import counted
from balagh.problems import Problem
from balagh.readers import MAX_DOCUMENT

Form: TypeAlias = Literal["text", "sentences", "jsonl", "csv", "tsv", "parquet"]
"""What a file holds: a text, a sentence a line, or rows with a text each."""
Format: TypeAlias = Literal["table", "jsonl", "csv", "parquet"]
"""How results are written."""

STDIN: Final = "-"
"""The source that stands for standard input."""
CHUNK: Final = 4096
"""Rows that are tagged, written and made safe at once."""
SHOWN_PROBLEMS: Final = 20
"""Rejected rows that are named on the terminal; the file of rejects has all."""


class Limits(msgspec.Struct, frozen=True):
    """What is refused, in bytes of UTF-8."""

    line: int = MAX_LINE
    """A line, or a row of CSV."""
    field: int = MAX_LINE
    """The text of one row."""
    document: int = MAX_DOCUMENT
    """A file that is one text."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What to tag, with which model, and where to."""

    sources: tuple[str, ...]
    """Files, folders and patterns such as ``2015/*.txt``; "-" is standard input."""
    model: Path
    output: Path | None = None
    """A file or a folder; None writes to standard output."""
    form: Form | None = None
    """None goes by the ending of each file."""
    format: Format | None = None
    """None goes by the ending of the output."""
    field: str = "text"
    encoding: str = "utf-8"
    labels: tuple[str, ...] = ()
    """Labels to give; empty for all of the model."""
    min_score: float = 0.0
    """Probability that a label needs beside the model's own threshold."""
    only_tagged: bool = False
    context: int = 0
    """Neighbouring sentences to write with each, on either side."""
    raw: bool = False
    workers: int = 1
    chunk: int = CHUNK
    rejects: Path | None = None
    resume: bool = False
    force: bool = False
    limits: Limits = Limits()


class Summary(msgspec.Struct):
    """What was done so far. Every row that was read is written, filtered out or rejected."""

    rows: int = 0
    sentences: int = 0
    untagged: int = 0
    """Sentences without a label."""
    empty: int = 0
    """Lines without text, which have a result without labels so that line stays by line."""
    rejected: int = 0
    failed: int = 0
    """Files that could not be read to their end."""
    skipped: int = 0
    """Files of a folder that are of no known form."""
    labels: dict[str, int] = {}
    """Sentences with each label."""
    problems: list[Problem] = []
    """The first of them."""

    def add(self, other: Summary) -> None:
        """Count what was done elsewhere."""
        for name in ("rows", "sentences", "untagged", "empty", "rejected", "failed", "skipped"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.labels = dict(Counter(self.labels) + Counter(other.labels))
        self.problems += other.problems[: SHOWN_PROBLEMS - len(self.problems)]

    def faults(self) -> list[str]:
        """Return the first problems as lines, each with its file and line."""
        return [str(p) if p.line else f"{p.path}: {p.message}" for p in self.problems]

    def line(self, seconds: float | None = None, tagged: int | None = None) -> str:
        """Return the summary in one line, with the rate at which sentences were tagged in this run."""
        found = [f"{count:,} {label}" for label, count in sorted(self.labels.items(), key=lambda kv: (-kv[1], kv[0]))]
        parts = [
            f"{counted(self.rows, 'row')}, {counted(self.sentences, 'sentence')}: "
            f"{', '.join([*found, f'{self.untagged:,} none'])}",
            f"{counted(self.rejected, 'row')} rejected",
        ]
        if self.empty:
            parts.append(f"{counted(self.empty, 'line')} without text")
        if self.failed:
            parts.append(f"{counted(self.failed, 'file')} not read to the end")
        if self.skipped:
            parts.append(f"{counted(self.skipped, 'file')} of no known form left out")
        if seconds:
            done = self.sentences if tagged is None else tagged
            parts.append(f"{seconds:,.1f} s, {counted(round(done / seconds), 'sentence')} a second")
        return "; ".join(parts)


class Progress(msgspec.Struct):
    """How far a job is."""

    summary: Summary
    read: int
    """Bytes of the input that are done."""
    total: int | None
    """Bytes of the input; None where that is not known."""


Report: TypeAlias = Callable[[Progress], None]
