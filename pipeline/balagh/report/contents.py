"""What a report shows, whether of the project's own evaluation or of a user's test set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from balagh.data_check import Summary
from balagh.evaluation import Curve, Cut, Evaluation, PeerFigures, curve_of
from balagh.evaluation_errors import Part, WrongLabel, parts, wrong_labels
from balagh.evaluation_file import FileEvaluation, document_groups
from balagh.evaluation_refits import CurvePoint, SplitGap
from balagh.labels import LABELS
from balagh.metrics import Figures, Prediction, measure, truth_of
from balagh.params import EvaluateParams, Params
from balagh.prepared import PreparedSentence
from balagh.records import load_labelled
from balagh.tagger import Tagger


class Side(msgspec.Struct, frozen=True):
    """One side of the split."""

    name: str
    sentences: int
    documents: int
    groups: int
    """Documents that share a nearly equal sentence are one group."""
    labels: dict[str, int]
    none: int


class Ablated(msgspec.Struct, frozen=True):
    """The model with something taken out: its macro-F1 and how far the whole model leads."""

    name: str
    out_of_fold: str
    lead: str
    data: str
    data_lead: str


class Ablation(msgspec.Struct, frozen=True):
    """A saved ablation table, and what it was made on."""

    data: str
    rows: tuple[Ablated, ...]


class RealNews(msgspec.Struct, frozen=True):
    """What a saved model reached on sentences of real newspapers, with the learning curve; figures only."""

    about: str
    measured: FileEvaluation
    learning: tuple[CurvePoint, ...] = ()


class Extras(msgspec.Struct, frozen=True, kw_only=True):
    """What the project's own report shows besides the evaluation."""

    train_sentences: int
    train_groups: int
    peers: list[PeerFigures]
    split: SplitGap
    learning: list[CurvePoint]
    params: Params
    make_up: Summary
    sides: tuple[Side, ...]
    ablation: Ablation | None = None
    real_news: RealNews | None = None
    example: str = ""
    """Raw text of the communiqué that is shown tagged."""


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What every report shows."""

    title: str
    data: str
    """What the sentences are that were measured on."""
    figures: Figures
    cuts: dict[str, Cut]
    curves: dict[str, Curve]
    errors: list[WrongLabel]
    genres: list[Part]
    years: list[Part]
    strata: list[Part]
    extras: Extras | None = None


def own_contents(evaluation: Evaluation, extras: Extras) -> Contents:
    """Return the contents of the project's own report."""
    return Contents(
        title="balagh: what the model can and cannot do",
        data="documents kept back from the written data",
        figures=evaluation.figures,
        cuts=evaluation.cuts,
        curves=evaluation.curves,
        errors=evaluation.errors,
        genres=evaluation.genres,
        years=evaluation.years,
        strata=[],
        extras=extras,
    )


def file_contents(tagger: Tagger, path: Path, params: EvaluateParams) -> Contents:
    """Measure a model on a file of labelled sentences, and return the contents of its report.

    Raises
    ------
    MissingFileError, DataError
        The file cannot be read.
    """
    sentences = load_labelled([path], strict=False)
    truth = truth_of(sentences, document_groups(sentences))
    prediction = Prediction(tagger.predict_proba([s.text for s in sentences]), tagger.thresholds)

    def by(names: list[str]) -> list[Part]:
        return parts(names, truth, prediction, params) if any(names) else []

    return Contents(
        title=f"balagh on {path.name}",
        data=path.name,
        figures=measure(truth, prediction, params.bootstrap, params.seed),
        cuts={e.name: Cut(e.slope, e.offset, e.threshold) for e in tagger.manifest.labels},
        curves={label.value: curve_of(truth.labels[:, j], prediction, j) for j, label in enumerate(LABELS)},
        errors=wrong_labels(sentences, truth, prediction),
        genres=by([s.genre for s in sentences]),
        years=by([str(s.year or "") for s in sentences]),
        strata=by([s.stratum for s in sentences]),
    )


def side_of(name: str, sentences: Sequence[PreparedSentence]) -> Side:
    """Count one side of the split."""
    return Side(
        name=name,
        sentences=len(sentences),
        documents=len({s.doc for s in sentences}),
        groups=len({s.group for s in sentences}),
        labels={label.value: sum(label in s.labels for s in sentences) for label in LABELS},
        none=sum(not s.labels for s in sentences),
    )
