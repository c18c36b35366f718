"""An evaluation in the shapes that DVC reads: figures to compare, and tables to plot."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from balagh.evaluation import Curve, Evaluation
from balagh.labels import LABELS, NONE
from balagh.metrics import Figure, Figures, Scores
from balagh.metrics_samples import OVERALL, SCORES

POINTS = 200
"""Points of a curve that are kept: more are not seen, and would swell the repository."""


def metrics(evaluation: Evaluation) -> dict[str, Any]:
    """Return the figures to keep and compare: numbers by name, with 95% intervals as pairs beside them.

    DVC shows the numbers and passes over the pairs.
    """
    split = evaluation.split
    return {
        "sentences": evaluation.figures.sentences,
        "groups": evaluation.figures.groups,
        **_figures(evaluation.figures),
        "baselines": {
            re.sub(r"\W+", "_", peer.name): {
                **_named("macro_f1", peer.figures.macro.f1),
                **_named("plain_alarm", peer.figures.plain_alarm),
                **_named("model_leads_by", peer.lead.macro_f1),
            }
            for peer in evaluation.peers
        },
        "out_of_fold": {
            **_named("grouped_macro_f1", split.grouped),
            **_named("random_macro_f1", split.random),
            **_named("random_minus_grouped", split.gap.macro_f1),
        },
    }


def _figures(figures: Figures) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for name in OVERALL:
        whole |= _named(name, getattr(figures, name))
    labels = {label: _scores(scores) for label, scores in figures.labels.items()}
    return {"macro": _scores(figures.macro), **labels, **whole}


def _scores(scores: Scores) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for name in SCORES:
        named |= _named(name, getattr(scores, name))
    return named


def _named(name: str, figure: Figure) -> dict[str, Any]:
    value, low, high = (None if x is None else round(x, 6) for x in (figure.value, figure.low, figure.high))
    return {name: value, f"{name}_95": [low, high]}


def plots(evaluation: Evaluation, primaries: Iterable[tuple[int, int]]) -> dict[str, bytes]:
    """Return the tables of all plots, CSV by file name.

    Parameters
    ----------
    evaluation : Evaluation
        What was measured.
    primaries : iterable of (int, int)
        Columns of the true and the given primary of each sentence whose primary is known.
    """
    names = [*(label.value for label in LABELS), NONE]
    files = {}
    for label, curve in evaluation.curves.items():
        files[f"precision_recall_{label}.csv"] = _csv(("threshold", "precision", "recall"), _thinned(curve))
        bins = [(b.probability, b.share, b.sentences, b.low, b.high) for b in curve.bins]
        files[f"calibration_{label}.csv"] = _csv(("probability", "share", "sentences", "low", "high"), bins)
    said = [(names[true], names[given]) for true, given in primaries]
    files["confusion.csv"] = _csv(("actual", "predicted"), said)
    files["learning_curve.csv"] = _csv(
        ("sentences", "macro_f1", "low", "high", "average_precision"),
        [
            (p.sentences, p.macro_f1.value, p.macro_f1.low, p.macro_f1.high, p.average_precision.value)
            for p in evaluation.learning
        ],
    )
    return files


def _thinned(curve: Curve) -> list[tuple[float, float, float]]:
    rows = list(zip(curve.threshold, curve.precision, curve.recall, strict=True))
    step = max(len(rows) / POINTS, 1)
    return [rows[int(i * step)] for i in range(int(len(rows) / step))]


def _csv(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heading)
    writer.writerows([f"{cell:.6g}" if isinstance(cell, float) else cell for cell in row] for row in rows)
    return text.getvalue().encode()
