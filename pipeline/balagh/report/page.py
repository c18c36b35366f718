"""The report as one HTML file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from balagh.evaluation_errors import Part, WrongLabel
from balagh.html.colours import css
from balagh.html.document import paragraphs, stripes
from balagh.html.highlight import direction, highlight
from balagh.html.pages import render, resource
from balagh.labels import LABELS, NONE
from balagh.metrics import Figure
from balagh.report import svg
from balagh.report.contents import Contents, Extras
from balagh.report.strongest import strongest_cues, strongest_ngrams
from balagh.tagger import Tagger

SHOWN_ERRORS = 400
"""Wrong labels that can be browsed; the worst come first."""


class ShownError(NamedTuple):
    """A wrong label with its sentence, shaded."""

    error: WrongLabel
    label: int
    direction: str
    highlighted: str


def page(contents: Contents, tagger: Tagger) -> str:
    """Return the report.

    Parameters
    ----------
    contents : Contents
        What was measured.
    tagger : Tagger
        The model, which explains its errors.

    Raises
    ------
    BalaghError
        Jinja2 is not installed.
    """
    entries = tagger.manifest.labels
    extras = contents.extras
    return render(
        "report.html",
        styles=[css(len(entries)), resource("base.css"), resource("report.css"), stripes(len(entries))],
        scripts=[resource("report.js")],
        title=contents.title,
        contents=contents,
        extras=extras,
        labels=entries,
        names=[label.english for label in LABELS],
        digest=tagger.manifest.digest,
        versions=tagger.manifest.versions,
        data_digest=tagger.manifest.data_digest,
        plots=_plots(contents),
        errors=_errors(contents.errors, tagger),
        unshown=max(len(contents.errors) - SHOWN_ERRORS, 0),
        genres=sorted({error.genre for error in contents.errors if error.genre}),
        parts=[(name, found) for name, found in _parts(contents) if found],
        strongest=[(strongest_ngrams(tagger, j), strongest_cues(tagger, j)) for j in range(len(entries))],
        example=_example(extras, tagger),
        settings=list(_settings(extras)),
        shown=shown,
    )


def shown(figure: Figure, digits: int = 2, sign: str = "") -> str:
    """Return a figure with its interval, ``0.86 [0.83, 0.89]``."""
    if figure.value is None:
        return "–"
    value = f"{figure.value:{sign}.{digits}f}"
    if figure.low is None or figure.high is None:
        return value
    return f"{value} [{figure.low:{sign}.{digits}f}, {figure.high:{sign}.{digits}f}]"


def _plots(contents: Contents) -> dict[str, Any]:
    extras, figures = contents.extras, contents.figures
    names = [label.english for label in LABELS]
    plots: dict[str, Any] = {
        "precision_recall": [
            svg.precision_recall(contents.curves[label], contents.cuts[label], name, j)
            for j, (label, name) in enumerate(zip(LABELS, names, strict=True))
            if contents.curves[label].threshold
        ],
        "calibration": [
            svg.calibration(contents.curves[label], name, j)
            for j, (label, name) in enumerate(zip(LABELS, names, strict=True))
            if contents.curves[label].bins
        ],
        "confusion": svg.confusion(figures.confusion, [*names, NONE]),
        "labels": svg.intervals(
            [
                ("all, macro", figures.macro.f1),
                *((n, figures.labels[k].f1) for k, n in zip(LABELS, names, strict=True)),
            ],
            "F1 of each label",
        ),
    }
    if extras:
        peers = [("balagh", figures.macro.f1), *((peer.name, peer.figures.macro.f1) for peer in extras.peers)]
        plots["peers"] = svg.intervals(peers, "Macro-F1 beside the baselines")
        plots["learning"] = svg.learning_curve(extras.learning, "Learning curve on held-out documents")
        real = extras.real_news
        plots["real_learning"] = (
            svg.learning_curve(real.learning, "Learning curve on real news") if real and real.learning else ""
        )
        summary = extras.make_up
        counts = [(LABELS[j].english, summary.labels[LABELS[j].value]) for j in range(len(LABELS))]
        plots["data_labels"] = svg.bars([*counts, (NONE, summary.labels[NONE])], "Sentences with each label")
        plots["data_genres"] = svg.bars(list(summary.genres.items()), "Sentences of each genre")
        plots["data_years"] = svg.bars([(str(year), n) for year, n in summary.years.items()], "Sentences of each year")
    return plots


def _errors(errors: Sequence[WrongLabel], tagger: Tagger) -> list[ShownError]:
    return [
        ShownError(
            error,
            tagger.labels.index(error.label),
            direction(error.text),
            highlight(error.text, tagger.explain(error.text, top=0).contributions[error.label]),
        )
        for error in errors[:SHOWN_ERRORS]
    ]


def _parts(contents: Contents) -> Iterator[tuple[str, list[Part]]]:
    yield "stratum", contents.strata
    yield "genre", contents.genres
    yield "year", contents.years


def _example(extras: Extras | None, tagger: Tagger) -> list[Any]:
    if not extras or not extras.example:
        return []
    return list(paragraphs(extras.example, tagger.tag(extras.example), tagger))


def _settings(extras: Extras | None) -> Iterable[tuple[str, str]]:
    """Yield every parameter with its value, ``train.C`` and so on."""
    if not extras:
        return
    for section, values in msgspec.to_builtins(extras.params).items():
        if isinstance(values, dict):
            yield from ((f"{section}.{name}", str(value)) for name, value in values.items())
        elif values:
            yield section, ", ".join(entry["name"] for entry in values)
