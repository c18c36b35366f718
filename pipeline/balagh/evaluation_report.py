"""An evaluation as a page to read, in Markdown."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from typing import Final

from balagh.evaluation import Evaluation
from balagh.evaluation_errors import Part, WrongLabel
from balagh.evaluation_refits import SplitGap
from balagh.labels import LABELS, NONE
from balagh.metrics import Figure, Figures, Scores
from balagh.outputs import visible

_SCORE_NAMES = {
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "average_precision": "average precision",
    "brier": "Brier score",
    "calibration_error": "calibration error",
}
_OVERALL_NAMES = {
    "exact_match": "sentences that get their very labels",
    "primary_accuracy": "sentences with the right primary label (none is one)",
    "none_precision": "of the sentences that get no label, those that earn none",
    "none_recall": "of the plain sentences (which earn no label), those that get none",
    "plain_alarm": "of the plain sentences, those that get a label all the same",
    "any_alarm": "of all sentences, those that get some label they do not earn",
}
WORST: Final = 20
"""Wrong labels that are listed; the HTML report has all."""
_MARKDOWN = re.compile(r"([\\`*_{}\[\]#|~])")


def report(evaluation: Evaluation) -> str:
    """Return the report, whole."""
    sections = [
        _opening(evaluation),
        *_model(evaluation.figures),
        *_baselines(evaluation),
        *_split(evaluation.split),
        *_learning(evaluation),
        *_cuts(evaluation),
        *_confusion(evaluation.figures),
        "## Errors by genre",
        _parts("genre", evaluation.genres),
        "## Errors by year",
        _parts("year", evaluation.years),
        *_errors(evaluation.errors[:WORST]),
    ]
    return "\n\n".join(sections) + "\n"


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the first column is of names, the others of figures."""
    lines = [heading, ["---", *["---:"] * (len(heading) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def shown(figure: Figure, digits: int = 3, sign: str = "") -> str:
    """Return a figure with its interval.

    Examples
    --------
    >>> shown(Figure(0.8571, 0.82, 0.89))
    '0.857 [0.820, 0.890]'
    """
    if figure.value is None:
        return "–"
    interval = ""
    if figure.low is not None and figure.high is not None:
        interval = f" [{figure.low:{sign}.{digits}f}, {figure.high:{sign}.{digits}f}]"
    return f"{figure.value:{sign}.{digits}f}{interval}"


def _opening(evaluation: Evaluation) -> str:
    figures, params = evaluation.figures, evaluation.params
    return (
        f"# Evaluation\n\nThe model was trained on {evaluation.train_sentences:,} sentences in "
        f"{evaluation.train_groups:,} groups, and is measured on {figures.sentences:,} sentences in "
        f"{figures.groups:,} other groups. A group is a document, with all documents that share a "
        "nearly equal sentence with it.\n\nIn brackets: 95% intervals, from "
        f"{params.evaluate.bootstrap:,} bootstrap resamples of the groups. These are sentences written"
        " like those of the training side: on text of another kind the figures are lower. `balagh "
        "evaluate --data FILE.jsonl` measures the model on yours."
    )


def _model(figures: Figures) -> list[str]:
    rows = [_score_row(label, scores, scores.support) for label, scores in figures.labels.items()]
    rows.append(_score_row("**macro**", figures.macro, sum(s.support for s in figures.labels.values())))
    whole = [(name, shown(getattr(figures, key))) for key, name in _OVERALL_NAMES.items()]
    return [
        "## The model",
        table(["label", *_SCORE_NAMES.values(), "support"], rows),
        "The calibration error is the mean distance between probability and share of truth over ten "
        "bins of equal width, weighed by their sentences.",
        table(["whole sentences", "share"], whole),
    ]


def _score_row(name: str, scores: Scores, support: int) -> list[str]:
    return [name, *(shown(getattr(scores, key)) for key in _SCORE_NAMES), f"{support:,}"]


def _baselines(evaluation: Evaluation) -> list[str]:
    heading = ["", "macro-F1", *(label.value for label in LABELS), "macro precision", "macro recall"]
    heading += ["average precision", "plain sentences that get a label", "the model leads in macro-F1 by"]
    rows = [
        ["**balagh**", *_peer_cells(evaluation.figures), ""],
        *([peer.name, *_peer_cells(peer.figures), shown(peer.lead.macro_f1, sign="+")] for peer in evaluation.peers),
    ]
    return [
        "## Beside simple baselines",
        "Trained on the same sentences and measured on the same. Their probabilities and thresholds "
        "are learnt out of fold as the model's are. The lead is measured on the same resamples for "
        "both.",
        table(heading, rows),
    ]


def _peer_cells(figures: Figures) -> list[str]:
    each = [figures.labels[label.value].f1 for label in LABELS]
    macro = figures.macro
    cells = [macro.f1, *each, macro.precision, macro.recall, macro.average_precision, figures.plain_alarm]
    return [shown(cell) for cell in cells]


def _split(split: SplitGap) -> list[str]:
    gap = split.gap.macro_f1
    text = (
        f"{split.sentences:,} sentences of the training side were scored by heads that had not seen them,"
        " twice: with folds of whole groups, and with folds of sentences dealt out at random. Features, heads"
        " and the way to thresholds are the same."
    )
    if gap.high is not None and gap.high < 0:
        text += (
            " The random folds flatter nothing here, on the contrary: many documents hold pairs of "
            "sentences that share topic and words but not labels, and to have seen one of a pair "
            "misleads about the other."
        )
    elif gap.low is not None and gap.low > 0:
        text += " The random folds flatter: sentences of a document help with each other."
    else:
        text += " The two differ by less than chance allows to say."
    rows = [
        ("grouped folds", shown(split.grouped)),
        ("random folds", shown(split.random)),
        ("random minus grouped", shown(gap, sign="+")),
    ]
    return ["## Grouped against random split", text, table(["out of fold", "macro-F1"], rows)]


def _learning(evaluation: Evaluation) -> list[str]:
    rows = [
        (f"{p.sentences:,}", f"{p.groups:,}", shown(p.macro_f1), shown(p.average_precision))
        for p in evaluation.learning
    ]
    return [
        "## Learning curve",
        "Heads trained on growing samples of whole groups, each inside the next. Features are those "
        "of the whole training side; sigmoids and thresholds come from two halves of the sample. The "
        "last row is the model, whose folds leave out less and so place its thresholds better: average "
        "precision, which needs none, is the fairer column.",
        table(["training sentences", "groups", "macro-F1", "average precision"], rows),
    ]


def _cuts(evaluation: Evaluation) -> list[str]:
    params = evaluation.params
    rows = [
        (label, f"{cut.threshold:.3f}", f"{cut.slope:.3f}", f"{cut.offset:.3f}")
        for label, cut in evaluation.cuts.items()
    ]
    return [
        "## Thresholds",
        "A label is given from its threshold on. Sigmoids (Platt) and thresholds were learnt from the"
        f" scores of {params.data.folds} grouped folds, each scored by heads fitted on the others, "
        "with every sentence weighed so that those without a label make up "
        f"{params.train.none_share:.0%}, as in the news that is to be tagged. The threshold is the average"
        " of the best ones by F1, under these weights, of many resamples. The test side had no part in it.",
        table(["label", "threshold", "slope", "offset"], rows),
    ]


def _confusion(figures: Figures) -> list[str]:
    names = [*(label.value for label in LABELS), NONE]
    rows = [[name, *map(str, row)] for name, row in zip(names, figures.confusion, strict=True)]
    return ["## Confusion of primary labels", table(["true ↓ given →", *names], rows)]


def _parts(kind: str, parts: Sequence[Part]) -> str:
    heading = [kind, "sentences", "not all right", "missed labels", "false alarms", "macro-F1"]
    heading.append("plain sentences that get a label")
    rows = [
        (
            part.name or "(not said)",
            f"{part.sentences:,}",
            f"{part.wrong:,} ({part.wrong / part.sentences:.0%})",
            f"{part.missed:,}",
            f"{part.false_alarms:,}",
            shown(part.macro_f1, 2),
            shown(part.plain_alarm, 2),
        )
        for part in parts
    ]
    return table(heading, rows)


def _errors(errors: Sequence[WrongLabel]) -> list[str]:
    items = [
        f"{number}. {error.kind}: **{error.label}**, probability {error.probability:.3f}, threshold"
        f" {error.threshold:.3f} ({_place(error)})\n\n   > {quoted(error.text)}"
        for number, error in enumerate(errors, 1)
    ]
    text = "The wrong labels whose probability is furthest from their threshold, in log-odds."
    return [f"## The {len(errors)} worst errors", text, *items]


def _place(error: WrongLabel) -> str:
    return ", ".join(filter(None, (error.doc, error.genre, str(error.year or ""))))


def quoted(text: str) -> str:
    r"""Return a sentence as one line of Markdown that shows it as it is.

    Examples
    --------
    >>> quoted("a *b*\n<c>")
    'a \\*b\\* &lt;c&gt;'
    """
    return _MARKDOWN.sub(r"\\\1", html.escape(visible(" ".join(text.split())), quote=False))
