"""doccano: JSON lines of a text-classification project, with ``text``, ``label`` and fields of one's own.

An empty ``label`` is a sentence that waits; the answer "none of these" is the label ``none``. doccano writes a file
for each annotator (``admin.jsonl``): the name of the file is taken for theirs where a line does not tell.
Source: https://doccano.github.io/doccano/tutorial and the project's export of `JSONL`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import msgspec

from balagh.errors import DataError
from balagh.exchange.documents import json_lines
from balagh.exchange.items import Answer, Item, choices_of, labels_of, made
from balagh.lines import Source
from balagh.problems import Problem


def write(items: Iterable[Item], file: BinaryIO) -> None:
    """Write items as JSON lines; a sentence with several annotators stands once for each."""
    for item in items:
        for answer in item.answers or (None,):
            file.write(msgspec.json.encode(_line(item, answer)) + b"\n")


def read(source: Source) -> Iterator[Item | Problem]:
    """Yield an item for each line, or what is wrong with it."""
    yield from json_lines(source, _item)


def _line(item: Item, answer: Answer | None) -> dict[str, Any]:
    line: dict[str, Any] = {"text": item.text, "label": [], **item.meta()}
    if answer is not None:
        line["label"] = [] if answer.skipped else choices_of(answer.labels)
        line |= {"annotator": answer.annotator} if answer.annotator else {}
        line |= {"skipped": True} if answer.skipped else {}
    if item.scores:
        line |= {"scores": item.scores, "suggested": choices_of(item.suggested)}
    return line


def _item(line: dict[str, Any]) -> Item:
    chosen = line.get("label", line.get("labels", []))
    if not isinstance(chosen, list):
        raise DataError("'label' is no list; make the project one of text classification")
    annotator = str(line.get("annotator") or "")
    answers = []
    if line.get("skipped"):
        answers = [Answer(annotator=annotator, skipped=True)]
    elif chosen:
        answers = [Answer(labels_of(chosen), annotator)]
    suggested = labels_of(line.get("suggested") or [])
    return made(line.get("text"), line, answers, scores=line.get("scores") or {}, suggested=suggested)
