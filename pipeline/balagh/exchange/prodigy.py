"""Prodigy: JSON lines of the ``choice`` interface with several choices.

``accept`` lists what was chosen and ``answer`` says how the task ended: "accept" is an answer, "ignore" and "reject"
are a task that the annotator skipped; a task without ``answer`` waits (https://prodi.gy/docs/api-interfaces#choice).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import msgspec

from balagh.errors import DataError
from balagh.exchange.documents import json_lines
from balagh.exchange.items import NONE_ARABIC, Answer, Item, choices_of, labels_of, made
from balagh.labels import LABELS, NONE
from balagh.lines import Source
from balagh.problems import Problem, shown


def options() -> list[dict[str, str]]:
    """Return the options of a task: the labels, and none of them."""
    labels = [{"id": label.value, "text": f"{label.arabic} · {label.english}"} for label in LABELS]
    return [*labels, {"id": NONE, "text": f"{NONE_ARABIC} · none of these"}]


def write(items: Iterable[Item], file: BinaryIO) -> None:
    """Write items as tasks; a sentence with several annotators stands once for each."""
    for item in items:
        for answer in item.answers or (None,):
            file.write(msgspec.json.encode(_task(item, answer)) + b"\n")


def read(source: Source) -> Iterator[Item | Problem]:
    """Yield an item for each task, or what is wrong with it."""
    yield from json_lines(source, _item)


def _task(item: Item, answer: Answer | None) -> dict[str, Any]:
    task: dict[str, Any] = {
        "text": item.text,
        "meta": item.meta(),
        "options": options(),
        "config": {"choice_style": "multiple"},
    }
    if item.scores:
        task["meta"] |= {"scores": item.scores, "suggested": choices_of(item.suggested)}
        task["accept"] = choices_of(item.suggested)
    if answer is not None:
        task["accept"] = [] if answer.skipped else choices_of(answer.labels)
        task["answer"] = "ignore" if answer.skipped else "accept"
        task |= {"_annotator_id": answer.annotator} if answer.annotator else {}
    return task


def _item(task: dict[str, Any]) -> Item:
    meta = task.get("meta") or {}
    answers = []
    if (answer := task.get("answer")) is not None:
        annotator = str(task.get("_annotator_id") or "")
        if answer not in ("accept", "reject", "ignore"):
            raise DataError(f"unknown answer {shown(answer)}; known are accept, reject, ignore")
        skipped = answer != "accept"
        # Accepting a task with nothing chosen is an answer too: that no option fits.
        labels = () if skipped else labels_of(task.get("accept") or [NONE])
        answers = [Answer(labels, annotator, skipped)]
    suggested = labels_of(meta.get("suggested") or [])
    return made(task.get("text"), meta, answers, scores=meta.get("scores") or {}, suggested=suggested)
