"""An evaluation of a file as tables for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table

from balagh.evaluation_errors import Part
from balagh.evaluation_file import FileEvaluation
from balagh.evaluation_report import shown
from balagh.metrics import Figures, Scores

_SCORES = ("precision", "recall", "f1", "average_precision")
_WHOLE = {
    "exact_match": "get their very labels",
    "primary_accuracy": "right primary label",
    "none_precision": "given none: earn none",
    "none_recall": "earn none: get none",
    "plain_alarm": "earn none: get a label",
    "any_alarm": "get some label they do not earn",
}


def render(evaluation: FileEvaluation, console: Console) -> None:
    """Show figures with their 95% intervals, and the strata where there are any."""
    figures = evaluation.figures
    console.print(_labels(figures))
    console.print(_whole(figures))
    if evaluation.strata:
        console.print(_strata(evaluation.strata))
    console.print(
        f"{figures.sentences:,} sentences of {evaluation.data}, model {evaluation.model[:16]};"
        f" in brackets 95% intervals from resamples of {figures.groups:,} documents",
        highlight=False,
        soft_wrap=True,
        markup=False,
    )


def _labels(figures: Figures) -> Table:
    table = _table("label", "sentences", "precision", "recall", "F1", "average precision", "Brier", "ECE")
    for label, scores in figures.labels.items():
        table.add_row(label.replace("_", " "), f"{scores.support:,}", *_cells(scores))
    table.add_row("macro", "", *_cells(figures.macro), style="bold")
    return table


def _cells(scores: Scores) -> list[str]:
    bare = [msgspec.structs.replace(figure, low=None) for figure in (scores.brier, scores.calibration_error)]
    return [*(shown(getattr(scores, name), 2) for name in _SCORES), *map(shown, bare)]


def _whole(figures: Figures) -> Table:
    table = _table("sentences that", "share")
    for name, text in _WHOLE.items():
        table.add_row(text, shown(getattr(figures, name)))
    return table


def _strata(strata: Sequence[Part]) -> Table:
    table = _table("stratum", "sentences", "plain", "plain that get a label", "unearned label", "macro-F1")
    for part in strata:
        alarms = (shown(part.plain_alarm), shown(part.any_alarm))
        table.add_row(part.name or "(none)", f"{part.sentences:,}", f"{part.plain:,}", *alarms, shown(part.macro_f1, 2))
    return table


def _table(*headings: str) -> Table:
    table = Table(headings[0], box=box.SIMPLE_HEAD, show_edge=False)
    for heading in headings[1:]:
        table.add_column(heading, justify="right")
    return table
