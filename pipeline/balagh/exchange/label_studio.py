"""Label Studio: its JSON of tasks with annotations and predictions, and a labelling configuration.

The shapes are those of Label Studio's "Basic Label Studio JSON format" and of its JSON export, with the tag
``Choices`` (https://labelstud.io/guide/tasks and https://labelstud.io/tags/choices).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO
from xml.sax.saxutils import quoteattr

import msgspec

from balagh.errors import DataError
from balagh.exchange.documents import json_array
from balagh.exchange.items import NONE_ARABIC, Answer, Item, choices_of, labels_of, made
from balagh.labels import LABELS, NONE
from balagh.lines import Source
from balagh.problems import Problem

FROM_NAME, TO_NAME = "labels", "text"


def config() -> str:
    """Return the labelling configuration: right to left, several choices, and none of them as a choice."""
    choices = [(label.value, f"{label.arabic} · {label.english}") for label in LABELS]
    rows = "\n".join(
        f"    <Choice value={quoteattr(value)} alias={quoteattr(value)} hint={quoteattr(hint)}/>"
        for value, hint in [*choices, (NONE, f"{NONE_ARABIC} · none of these")]
    )
    return f"""<View>
  <Style>.sentence {{ direction: rtl; text-align: right; font-size: 1.3em; line-height: 1.8; }}</Style>
  <View className="sentence"><Text name="{TO_NAME}" value="$text"/></View>
  <Choices name="{FROM_NAME}" toName="{TO_NAME}" choice="multiple" required="true"
           requiredMessage="Choose the labels, or none">
{rows}
  </Choices>
</View>
"""


def write(items: Iterable[Item], file: BinaryIO) -> None:
    """Write items as a JSON array of tasks."""
    file.write(b"[")
    for number, item in enumerate(items):
        file.write(b",\n" if number else b"\n")
        file.write(msgspec.json.encode(_task(item)))
    file.write(b"\n]\n")


def read(source: Source) -> Iterator[Item | Problem]:
    """Yield the items of a JSON export, or what is wrong with a task."""
    yield from json_array(source, _item, "task")


def _task(item: Item) -> dict[str, Any]:
    task: dict[str, Any] = {"data": {"text": item.text, **item.meta()}}
    if item.answers:
        task["annotations"] = [_annotation(answer) for answer in item.answers]
    if item.scores:
        task["data"]["scores"] = item.scores
        best = max(item.scores.values())
        chosen = _result(choices_of(item.suggested))
        task["predictions"] = [
            {"model_version": "balagh", "score": best if item.suggested else 1 - best, "result": [chosen]}
        ]
    return task


def _annotation(answer: Answer) -> dict[str, Any]:
    annotation: dict[str, Any] = {
        "was_cancelled": answer.skipped,
        "result": [] if answer.skipped else [_result(choices_of(answer.labels))],
    }
    if answer.annotator:
        number = answer.annotator.isascii() and answer.annotator.isdecimal()
        annotation["completed_by"] = int(answer.annotator) if number else {"email": answer.annotator}
    return annotation


def _result(choices: list[str]) -> dict[str, Any]:
    return {"from_name": FROM_NAME, "to_name": TO_NAME, "type": "choices", "value": {"choices": choices}}


def _item(task: dict[str, Any]) -> Item:
    data = task.get("data")
    if not isinstance(data, dict):
        raise DataError("no 'data'; export as JSON, not as JSON-MIN")
    answers = [_answer(annotation) for annotation in task.get("annotations") or []]
    predictions = [_choices(prediction) for prediction in task.get("predictions") or []]
    suggested = labels_of(predictions[0]) if predictions else ()
    return made(data.get("text"), data, answers, scores=data.get("scores") or {}, suggested=suggested)


def _answer(annotation: dict[str, Any]) -> Answer:
    by = annotation.get("completed_by", "")
    name = str((by.get("email") or by.get("id") or "") if isinstance(by, dict) else by)
    if annotation.get("was_cancelled"):
        return Answer(annotator=name, skipped=True)
    choices = _choices(annotation)
    if not choices:
        raise DataError("an annotation was submitted without a choice; choose the labels, or none")
    return Answer(labels_of(choices), name)


def _choices(annotation: dict[str, Any]) -> list[str]:
    return [choice for part in annotation.get("result") or [] for choice in part.get("value", {}).get("choices", [])]
