"""What models trained on other parts of the data reach: fewer documents, or folds that ignore documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import scipy.sparse as sp

from balagh.calibration import Bools, Calibration, Floats, calibrate
from balagh.dataset import group_folds, label_matrix
from balagh.heads import fit_heads
from balagh.metrics import Difference, Figure, Figures, Prediction, Truth, compare, measure, truth_of
from balagh.metrics_samples import Ints
from balagh.model import SentenceTagger, out_of_fold_scores
from balagh.params import Params
from balagh.prepared import PreparedSentence, groups_of

Say = Callable[[str], None]
"""Is told, in one line, what is done next."""

_RANDOM_FOLDS = 2
_NEARLY_ALL = 0.9
"""Share of the sentences from which on a sample is no point of its own on the curve."""


class Material(NamedTuple):
    """What an evaluation is made of: both sides of the data, features of the training side, the model."""

    train: Sequence[PreparedSentence]
    test: Sequence[PreparedSentence]
    matrix: sp.csr_matrix
    """Features of the training side, as `SentenceVectorizer` counts them."""
    model: SentenceTagger


class CurvePoint(msgspec.Struct, frozen=True):
    """What a model that has seen some of the training sentences reaches."""

    sentences: int
    groups: int
    macro_f1: Figure
    average_precision: Figure
    """Mean over the labels; needs no threshold."""


class SplitGap(msgspec.Struct, frozen=True):
    """The same sentences scored by models that have not seen their document, and that may have seen it."""

    sentences: int
    grouped: Figure
    """Macro-F1 with folds that keep documents and near-duplicates together."""
    random: Figure
    """Macro-F1 with folds of sentences dealt out at random."""
    gap: Difference
    """Random minus grouped."""


def split_gap(material: Material, params: Params, say: Say) -> SplitGap:
    """Score part of the training side out of fold twice: with folds of documents, and with folds at random.

    Sentences, features, heads and the way to thresholds are the same; the folds differ, nothing else. Two of
    the random folds are enough, and save the time of fitting the others.
    """
    Y, given = label_matrix(material.train), params.evaluate
    folds = np.random.default_rng(given.seed).permutation(len(Y)) % params.data.folds
    rows = np.flatnonzero(folds < _RANDOM_FOLDS)
    say(f"random folds: {len(rows)} sentences")
    scores = np.zeros(Y.shape)
    for fold in range(_RANDOM_FOLDS):
        inside = folds == fold
        heads = fit_heads(material.matrix[~inside], Y[~inside], params.train)
        scores[inside] = heads.scores(material.matrix[inside])
    truth = truth_of(material.train, groups_of(material.train)).take(rows)
    both = [_calibrated(oof[rows], Y[rows], params) for oof in (scores, material.model.out_of_fold_)]
    gap = compare(truth, both[0], both[1], given.bootstrap, given.seed)
    random, grouped = (measure(truth, said, given.bootstrap, given.seed).macro.f1 for said in both)
    return SplitGap(len(rows), grouped, random, gap)


def _calibrated(out_of_fold: Floats, Y: Bools, params: Params) -> Prediction:
    calibration = calibrate(out_of_fold, Y, params.train.none_share, params.train.seed)
    return Prediction(calibration.probabilities(out_of_fold), calibration.threshold)


def learning_curve(
    material: Material, texts: Sequence[str], truth: Truth, params: Params, say: Say
) -> list[CurvePoint]:
    """Train on growing samples of documents, each inside the next, and measure each on other sentences.

    Features are those of the whole training side, so that only the labels seen vary. Sigmoids and thresholds
    come from two halves of the sample, each scored by heads fitted on the other.
    """
    matrix, Y, groups = material.matrix, label_matrix(material.train), groups_of(material.train)
    test_matrix = material.model.vectorizer_.transform(texts)
    points = []
    for rows in nested_samples(groups, params.evaluate.curve, params.evaluate.seed):
        say(f"learning curve: {len(rows)} sentences")
        calibration = _halves(matrix[rows], Y[rows], groups[rows], params)
        scores = fit_heads(matrix[rows], Y[rows], params.train).scores(test_matrix)
        said = Prediction(calibration.probabilities(scores), calibration.threshold)
        figures = measure(truth, said, params.evaluate.bootstrap, params.evaluate.seed)
        points.append(curve_point(len(rows), len(np.unique(groups[rows])), figures))
    return points


def nested_samples(groups: Ints, sizes: Sequence[int], seed: int) -> list[Ints]:
    """Return rows of whole groups for each size well below the number of rows, each sample inside the next.

    A sample stops at the first group with which it has as many rows as wanted.
    """
    names = np.unique(groups)
    place = np.empty(len(names), dtype=np.int64)
    place[np.random.default_rng(seed).permutation(len(names))] = np.arange(len(names))
    rank = place[np.searchsorted(names, groups)]
    held = np.cumsum(np.bincount(rank, minlength=len(names)))
    wanted = [size for size in sorted(sizes) if size < _NEARLY_ALL * len(groups)]
    return [np.flatnonzero(rank <= np.searchsorted(held, size)) for size in wanted]


def _halves(matrix: sp.csr_matrix, Y: Bools, groups: Ints, params: Params) -> Calibration:
    folds = group_folds(Y, groups, 2, params.data.seed)
    return calibrate(out_of_fold_scores(matrix, Y, folds, params), Y, params.train.none_share, params.train.seed)


def curve_point(sentences: int, groups: int, figures: Figures) -> CurvePoint:
    """Return the point of a model that has seen so many sentences and groups."""
    return CurvePoint(sentences, groups, figures.macro.f1, figures.macro.average_precision)
