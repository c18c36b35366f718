"""The explanation of one sentence as a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from balagh.bundle import LabelEntry
from balagh.described import Described, DescribedLabel
from balagh.html.colours import css
from balagh.html.highlight import direction, highlight_words
from balagh.html.pages import render, resource


class _Shown(NamedTuple):
    number: int
    english: str
    arabic: str
    data: DescribedLabel
    highlighted: str


def explanation_page(described: Described, labels: Sequence[DescribedLabel], entries: Sequence[LabelEntry]) -> str:
    """Return the explanation of a sentence as a page that needs no other file.

    Parameters
    ----------
    described : Described
        The sentence.
    labels : sequence of DescribedLabel
        The labels to explain.
    entries : sequence of LabelEntry
        The labels of the model with their names: ``tagger.manifest.labels``.
    """
    names = {entry.name: (i, entry.english, entry.arabic) for i, entry in enumerate(entries)}
    shown = [_Shown(*names[label.label], label, highlight_words(described.text, label.words)) for label in labels]
    return render(
        "explanation.html",
        styles=[css(len(entries)), resource("base.css")],
        title="Why these labels",
        labels=shown,
        direction=direction(described.text),
    )
