"""Everything that a trained model is measured by, as one typed value: what the reports are made of."""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np

from balagh.baselines import BASELINES, Training
from balagh.calibration import Bools
from balagh.dataset import label_matrix
from balagh.evaluation_errors import Part, WrongLabel, parts, wrong_labels
from balagh.evaluation_refits import (
    CurvePoint,
    Material,
    Say,
    SplitGap,
    curve_point,
    learning_curve,
    split_gap,
)
from balagh.labels import LABELS
from balagh.metrics import (
    Difference,
    Figures,
    Prediction,
    Truth,
    compare,
    measure,
    truth_of,
)
from balagh.metrics_bins import CalibrationBin, calibration_bins
from balagh.params import Params
from balagh.prepared import folds_of, groups_of

PEERS: Final = tuple(name for name in BASELINES if "(1,3)" not in name and "Bayes" not in name)
"""Baselines that are measured beside the model; the others are left to the benchmarks."""


class PeerFigures(msgspec.Struct, frozen=True):
    """A baseline on the sentences that the model is measured on."""

    name: str
    figures: Figures
    lead: Difference
    """The model minus the baseline."""


class Curve(msgspec.Struct, frozen=True):
    """Precision and recall of one label at falling thresholds, with its bins of calibration."""

    threshold: list[float]
    precision: list[float]
    recall: list[float]
    bins: list[CalibrationBin]


class Cut(msgspec.Struct, frozen=True):
    """How the score of a label becomes a probability and a decision."""

    slope: float
    offset: float
    threshold: float


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of a trained model."""

    train_sentences: int
    train_groups: int
    params: Params
    figures: Figures
    """On the test side, as everything below where nothing else is said."""
    cuts: dict[str, Cut]
    peers: list[PeerFigures]
    split: SplitGap
    """On the training side, out of fold."""
    learning: list[CurvePoint]
    curves: dict[str, Curve]
    errors: list[WrongLabel]
    """All of them, the worst first."""
    genres: list[Part]
    years: list[Part]


def evaluate(material: Material, prediction: Prediction, params: Params, say: Say) -> Evaluation:
    """Measure a model.

    Parameters
    ----------
    material : Material
        Data and model.
    prediction : Prediction
        What the saved model says of the test side.
    params : Params
        As the model was trained with.
    say : callable
        Is told of the progress.
    """
    given, train, test = params.evaluate, material.train, material.test
    truth = truth_of(test, groups_of(test))
    say(f"measure the model on {len(test)} sentences")
    figures = measure(truth, prediction, given.bootstrap, given.seed)
    calibration = material.model.calibration_
    return Evaluation(
        train_sentences=len(train),
        train_groups=len(np.unique(groups_of(train))),
        params=params,
        figures=figures,
        cuts={label.value: Cut(*(float(numbers[j]) for numbers in calibration)) for j, label in enumerate(LABELS)},
        peers=_peers(material, truth, prediction, params, say),
        split=split_gap(material, params, say),
        learning=[
            *learning_curve(material, [s.text for s in test], truth, params, say),
            curve_point(len(train), len(np.unique(groups_of(train))), figures),
        ],
        curves={label.value: curve_of(truth.labels[:, j], prediction, j) for j, label in enumerate(LABELS)},
        errors=wrong_labels(test, truth, prediction),
        genres=parts([s.genre for s in test], truth, prediction, given),
        years=parts([str(s.year or "") for s in test], truth, prediction, given),
    )


def _peers(material: Material, truth: Truth, prediction: Prediction, params: Params, say: Say) -> list[PeerFigures]:
    train, given = material.train, params.evaluate
    training = Training(
        [s.text for s in train],
        label_matrix(train),
        folds_of(train),
        params.train.none_share,
        params.folding,
        params.train.seed,
    )
    measured = []
    for name in PEERS:
        say(f"baseline: {name}")
        baseline = BASELINES[name]()
        baseline.fit(training)
        said = baseline.predict([s.text for s in material.test])
        figures = measure(truth, said, given.bootstrap, given.seed)
        lead = compare(truth, prediction, said, given.bootstrap, given.seed)
        measured.append(PeerFigures(name, figures, lead))
    return measured


def curve_of(truth: Bools, prediction: Prediction, j: int) -> Curve:
    """Return the curve of a label, from its truth of shape (n_sentences,) and all predictions.

    A label that no sentence earns has no points, only bins.
    """
    from sklearn.metrics import precision_recall_curve

    probability = prediction.probabilities[:, j]
    if not truth.any():
        return Curve([], [], [], calibration_bins(truth, probability))
    precision, recall, threshold = precision_recall_curve(truth, probability, drop_intermediate=True)
    # The last point, without a threshold, is a convention and no measurement.
    return Curve(
        threshold.tolist(),
        precision[:-1].tolist(),
        recall[:-1].tolist(),
        calibration_bins(truth, probability),
    )
