"""CSV and TSV for spreadsheets: a row for each answer, labels with a space between them.

``state`` keeps apart what an empty cell cannot: a row is labelled (with no label, perhaps), skipped or unlabelled.
A cell that a spreadsheet would run as a formula is written with an apostrophe before it, which reading takes off.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

from balagh.csv_rows import csv_table
from balagh.errors import DataError
from balagh.exchange.items import META, Answer, Item, labels_of, made
from balagh.labels import LABELS
from balagh.lines import MAX_LINE, Source, name_of, read_lines
from balagh.problems import Problem, shown

_GUARDED: Final = ("'", "=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def columns() -> list[str]:
    """Return the heading."""
    return [*META, "text", "labels", "state", "annotator", *(f"score_{label}" for label in LABELS), "suggested"]


def write(items: Iterable[Item], file: BinaryIO) -> None:
    """Write a heading, then a row for each answer and for each sentence without one."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns())
    for item in items:
        for answer in item.answers or (None,):
            writer.writerow([_guard(cell) for cell in _cells(item, answer)])
        file.write(text.getvalue().encode())
        text.seek(0)
        text.truncate()
    file.write(text.getvalue().encode())


def read(source: Source) -> Iterator[Item | Problem]:
    """Yield an item for each row, or what is wrong with it; ``text`` and ``labels`` are enough."""
    name = name_of(source)
    header, rows = csv_table(read_lines(source), path=name, delimiter=",", max_bytes=MAX_LINE)
    missing = [column for column in ("text", "labels") if column not in header]
    if missing:
        raise DataError(f"{name}:1: no column {missing[0]!r}; there are {', '.join(header)}")
    for row in rows:
        if isinstance(row, Problem):
            yield row
            continue
        try:
            yield _item(dict(zip(header, map(_unguard, row.fields), strict=True)))
        except DataError as error:
            yield Problem(name, row.number, str(error))


def _cells(item: Item, answer: Answer | None) -> list[str]:
    meta = item.meta()
    labels = [] if answer is None else [label.value for label in answer.labels]
    state = "unlabelled" if answer is None else "skipped" if answer.skipped else "labelled"
    scores = [repr(item.scores[label]) if label in item.scores else "" for label in LABELS]
    return [
        *(str(meta.get(name, "")) for name in META),
        item.text,
        " ".join(labels),
        state,
        "" if answer is None else answer.annotator,
        *scores,
        " ".join(label.value for label in item.suggested),
    ]


def _item(row: dict[str, str]) -> Item:
    state = row.get("state") or "labelled"
    if state not in ("labelled", "skipped", "unlabelled"):
        raise DataError(f"unknown state {shown(state)}; known are labelled, skipped, unlabelled")
    answers = []
    if state != "unlabelled":
        answers = [Answer(labels_of(row["labels"].split()), row.get("annotator") or "", state == "skipped")]
    try:
        scores = {label.value: float(row[f"score_{label}"]) for label in LABELS if row.get(f"score_{label}")}
        year = {"year": int(row["year"])} if row.get("year") else {}
    except ValueError as error:
        raise DataError(f"not a number ({error})") from None
    suggested = labels_of((row.get("suggested") or "").split())
    return made(row["text"], {**row, "year": None, **year}, answers, scores=scores, suggested=suggested)


def _guard(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_GUARDED) else cell


def _unguard(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_GUARDED) else cell
