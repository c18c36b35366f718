"""What passes between labelled data and annotation tools: a sentence with the answers it was given.

Three states that tools like to mix are kept apart: an answer of no label ("none of these"), a sentence that nobody
has answered yet, and one that an annotator skipped. In a tool's file the answer of no label is the choice ``none``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec

from balagh.errors import DataError
from balagh.labels import LABELS, NONE, Label
from balagh.problems import shown

NONE_ARABIC: Final = "لا شيء منها"
META: Final = ("doc", "issuer", "genre", "year", "id", "stratum", "primary")
"""What an item knows of its sentence besides the text."""

State = Literal["labelled", "skipped", "unlabelled"]


class Answer(msgspec.Struct, frozen=True):
    """What one annotator said of a sentence."""

    labels: tuple[Label, ...] = ()
    """In the order of `balagh.labels.LABELS`; empty for none of them."""
    annotator: str = ""
    skipped: bool = False
    """The annotator declined to answer; there are no labels then."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence on its way to or from an annotation tool."""

    text: str
    answers: tuple[Answer, ...] = ()
    """Empty while nobody has looked at the sentence."""
    scores: dict[str, float] = {}
    """Probability of each label, by a model; empty where there is no prediction."""
    suggested: tuple[Label, ...] = ()
    """The labels that the model gives; meaningful where there are scores."""
    primary: str | None = None
    doc: str = ""
    issuer: str = ""
    genre: str = ""
    year: int | None = None
    id: str = ""
    stratum: str = ""

    @property
    def state(self) -> State:
        """Whether the sentence has an answer, was only skipped, or still waits."""
        if any(not answer.skipped for answer in self.answers):
            return "labelled"
        return "skipped" if self.answers else "unlabelled"

    def meta(self) -> dict[str, Any]:
        """Return what is known of the sentence besides its text, without what is not."""
        return {name: value for name in META if (value := getattr(self, name)) not in (None, "")}


def choices() -> tuple[str, ...]:
    """Return what an annotator can choose: the labels, or none of them."""
    return (*(label.value for label in LABELS), NONE)


def choices_of(labels: Iterable[Label]) -> list[str]:
    """Return labels as the choices of a tool: their names, or ``none``."""
    return [label.value for label in labels] or [NONE]


def labels_of(chosen: Sequence[object]) -> tuple[Label, ...]:
    """Return the labels that choices name, in their order.

    Raises
    ------
    DataError
        A choice is not known, or ``none`` stands beside a label; without the place.

    Examples
    --------
    >>> labels_of(["membership", "commitment"])
    (<Label.COMMITMENT: 'commitment'>, <Label.MEMBERSHIP: 'membership'>)
    >>> labels_of(["none"])
    ()
    """
    unknown = [choice for choice in chosen if choice not in choices()]
    if unknown:
        raise DataError(f"unknown label {shown(unknown[0])}; known are {', '.join(choices())}")
    if NONE in chosen and len(set(chosen)) > 1:
        raise DataError(f"'none' beside a label: {', '.join(map(str, chosen))}")
    return tuple(label for label in LABELS if label in chosen)


def made(text: object, meta: Mapping[str, Any], answers: Iterable[Answer] = (), **more: Any) -> Item:
    """Return an item from what a tool's file holds.

    Raises
    ------
    DataError
        The text is none or empty, or a field has the wrong type; without the place.
    """
    if not isinstance(text, str) or not text.strip():
        raise DataError(f"no text but {shown(text)}")
    known = {name: meta[name] for name in META if meta.get(name) not in (None, "")}
    if "id" in known:
        known["id"] = str(known["id"])
    try:
        return msgspec.structs.replace(msgspec.convert({"text": text, **known}, Item), answers=tuple(answers), **more)
    except msgspec.ValidationError as error:
        raise DataError(str(error)) from None


def merged(items: Iterable[Item]) -> list[Item]:
    """Return items with the answers that several rows of a file give to the same sentence put together.

    Rows are of the same sentence when their ids, documents and texts are the same, and all of them have an answer.
    """
    found: dict[tuple[str, str, str], int] = {}
    together: list[Item] = []
    for item in items:
        key = (item.id, item.doc, item.text)
        at = found.get(key)
        if at is None or not item.answers or not together[at].answers:
            found[key] = len(together)
            together.append(item)
        else:
            together[at] = msgspec.structs.replace(together[at], answers=together[at].answers + item.answers)
    return together


def tally(items: Iterable[Item]) -> Counter[str]:
    """Count items by state, and those with answers of several annotators as ``several``."""
    counts: Counter[str] = Counter()
    for item in items:
        counts[item.state] += 1
        counts["none"] += any(not answer.skipped and not answer.labels for answer in item.answers)
        counts["several"] += len(item.answers) > 1
    return counts
