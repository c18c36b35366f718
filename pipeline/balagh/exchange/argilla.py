"""Argilla 2: a JSON array of records, as ``dataset.records.to_json`` writes and ``from_json`` reads them.

A record has ``fields``, ``metadata``, ``suggestions`` by question and a list of ``responses`` by question, each with
the ``user_id`` that gave it. A response of status "discarded" is a sentence that its annotator skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import msgspec

from balagh.exchange.documents import json_array
from balagh.exchange.items import Answer, Item, choices, choices_of, labels_of, made
from balagh.labels import NONE
from balagh.lines import Source
from balagh.problems import Problem

QUESTION = "labels"


def settings() -> dict[str, Any]:
    """Return what a dataset needs, as keyword arguments for `argilla`'s classes: one field and one question."""
    return {
        "fields": [{"name": "text", "type": "text"}],
        "questions": [{"name": QUESTION, "type": "multi_label_selection", "labels": list(choices())}],
    }


def write(items: Iterable[Item], file: BinaryIO) -> None:
    """Write items as a JSON array of records."""
    file.write(b"[")
    for number, item in enumerate(items):
        file.write(b",\n" if number else b"\n")
        file.write(msgspec.json.encode(_record(item)))
    file.write(b"\n]\n")


def read(source: Source) -> Iterator[Item | Problem]:
    """Yield the item of each record, or what is wrong with it."""
    yield from json_array(source, _item, "record")


def _record(item: Item) -> dict[str, Any]:
    record: dict[str, Any] = {
        "fields": {"text": item.text},
        "metadata": item.meta(),
        "suggestions": {},
        "responses": {QUESTION: [_response(answer) for answer in item.answers]} if item.answers else {},
        "vectors": {},
    }
    if item.id:
        record["id"] = item.id
    if item.scores:
        value = choices_of(item.suggested)
        score = [item.scores.get(choice, 1 - max(item.scores.values())) for choice in value]
        record["suggestions"][QUESTION] = {"value": value, "score": score, "agent": "balagh"}
        record["metadata"] |= {f"score_{label}": chance for label, chance in item.scores.items()}
    return record


def _response(answer: Answer) -> dict[str, Any]:
    if answer.skipped:
        return {"value": None, "user_id": answer.annotator, "status": "discarded"}
    return {"value": choices_of(answer.labels), "user_id": answer.annotator}


def _item(record: dict[str, Any]) -> Item:
    metadata = record.get("metadata") or {}
    answers = []
    for response in (record.get("responses") or {}).get(QUESTION) or []:
        annotator = str(response.get("user_id") or "")
        if response.get("status") == "draft":
            continue
        discarded = response.get("status") == "discarded" or response.get("value") is None
        answers.append(
            Answer(annotator=annotator, skipped=True) if discarded else Answer(labels_of(response["value"]), annotator)
        )
    scores = {name.removeprefix("score_"): chance for name, chance in metadata.items() if name.startswith("score_")}
    suggestion = (record.get("suggestions") or {}).get(QUESTION) or {}
    suggested = labels_of(suggestion.get("value") or [NONE])
    return made((record.get("fields") or {}).get("text"), metadata, answers, scores=scores, suggested=suggested)
