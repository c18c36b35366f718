"""How good a prediction is: (truth, probabilities, thresholds) to figures with 95% intervals.

Intervals are percentiles of a bootstrap over groups of documents, since sentences of one document, or of
documents that copy each other, err together: resampling sentences would promise too much.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np

from balagh.dataset import label_matrix
from balagh.labels import LABELS, NONE
from balagh.metrics_samples import OVERALL, SCORES, Bools, Floats, Ints, Outcome, Samples, draw
from balagh.records import LabelledSentence

RESAMPLES: Final = 1000
SEED: Final = 20210628

_TAILS = (2.5, 97.5)
_FEWEST_GROUPS = 10
_UNSURE = 1e-12  # probabilities nearer to 0 or 1 are taken as so near


class Figure(msgspec.Struct, frozen=True):
    """A figure with its 95% interval; None where undefined, as the recall of a label that never occurs.

    There is no interval either where fewer than ten groups are measured: they say too little about others.
    """

    value: float | None
    low: float | None
    high: float | None


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a label, or their mean over the labels that occur."""

    precision: Figure
    """0 where the label is never given."""
    recall: Figure
    f1: Figure
    average_precision: Figure
    brier: Figure
    """Mean squared difference of probability and truth."""
    calibration_error: Figure
    """Mean distance of probability and share of truth over ten bins of equal width, by their sentences."""


class LabelScores(Scores, frozen=True, kw_only=True):
    """The figures of one label."""

    support: int
    """Sentences that have the label."""
    given: int
    """Sentences that it was given to."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """All figures of a prediction."""

    sentences: int
    groups: int
    labels: dict[str, LabelScores]
    macro: Scores
    exact_match: Figure
    """Share of sentences that get their very labels."""
    primary_accuracy: Figure
    """Share of sentences with the right primary, among those whose primary is known; "none" is one."""
    none_precision: Figure
    """Of the sentences that get no label, the share that earns none."""
    none_recall: Figure
    """Of the plain sentences, which earn no label, the share that gets none."""
    plain_alarm: Figure
    """Of the plain sentences, the share that gets a label."""
    any_alarm: Figure
    """Share of all sentences that get some label they do not earn."""
    confusion: list[list[int]]
    """Sentences by true primary (rows) and given primary (columns): the labels in their order, then none."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """By how much one prediction beats another on the same resamples: first minus second."""

    macro_f1: Figure
    labels: dict[str, Figure]
    """Difference in F1."""
    plain_alarm: Figure
    better: float | None
    """Share of resamples in which the first has the higher macro-F1."""


class Truth(NamedTuple):
    """What is true of each sentence."""

    labels: Bools
    """Shape (n_sentences, 4)."""
    primary: Ints
    """Shape (n_sentences,): column of the primary, 4 for none, -1 where it is not known."""
    groups: Ints
    """Shape (n_sentences,)."""

    def take(self, rows: Ints | Bools) -> Truth:
        """Return the truth of some sentences only."""
        return Truth(self.labels[rows], self.primary[rows], self.groups[rows])


class Prediction(NamedTuple):
    """What a model says of each sentence."""

    probabilities: Floats
    """Shape (n_sentences, 4)."""
    thresholds: Floats
    """Shape (4,): probabilities from which on a label is given."""

    @property
    def given(self) -> Bools:
        """Which labels each sentence gets, shape (n_sentences, 4)."""
        given: Bools = self.probabilities >= self.thresholds
        return given

    def take(self, rows: Ints | Bools) -> Prediction:
        """Return the prediction for some sentences only."""
        return Prediction(self.probabilities[rows], self.thresholds)


def truth_of(sentences: Sequence[LabelledSentence], groups: Ints) -> Truth:
    """Return the truth of labelled sentences with their groups."""
    columns = {None: -1, NONE: len(LABELS)} | {label.value: j for j, label in enumerate(LABELS)}
    primary = np.array([columns[sentence.primary] for sentence in sentences], dtype=np.int64)
    return Truth(label_matrix(sentences), primary, groups)


def logit(probability: Floats) -> Floats:
    """Return log-odds, finite also for 0 and 1."""
    bounded = np.clip(probability, _UNSURE, 1 - _UNSURE)
    odds: Floats = np.log(bounded / (1 - bounded))
    return odds


def primaries(prediction: Prediction) -> Ints:
    """Return the column of each sentence's primary label, 4 for none.

    It is the label furthest above its threshold in log-odds, as `Tagger` chooses it.
    """
    given = prediction.given
    margin = np.where(given, logit(prediction.probabilities) - logit(prediction.thresholds), -np.inf)
    return np.where(given.any(axis=1), np.argmax(margin, axis=1), len(LABELS)).astype(np.int64)


def measure(truth: Truth, prediction: Prediction, resamples: int = RESAMPLES, seed: int = SEED) -> Figures:
    """Return every figure of a prediction.

    Parameters
    ----------
    truth : Truth
        At least one sentence.
    prediction : Prediction
        Of the same sentences.
    resamples : int
        Resamples of the groups behind each interval.
    seed : int
        Seed of the resamples.

    Examples
    --------
    >>> Y = np.array([[True, False, False, False], [False] * 4])
    >>> truth = Truth(Y, np.array([0, 4]), np.array([0, 1]))
    >>> figures = measure(truth, Prediction(np.where(Y, 0.9, 0.2), np.full(4, 0.5)))
    >>> figures.macro.f1.value, figures.exact_match.value
    (1.0, 1.0)
    """
    outcome = _outcome(truth, prediction)
    samples = _drawn(outcome, truth.groups, resamples, seed)
    overall = dict(zip(OVERALL, _intervals(samples.overall), strict=True))
    labels = {
        label.value: LabelScores(
            support=int(truth.labels[:, j].sum()),
            given=int(outcome.given[:, j].sum()),
            **dict(zip(SCORES, _intervals(samples.labels[:, j]), strict=True)),
        )
        for j, label in enumerate(LABELS)
    }
    confusion = np.zeros((len(LABELS) + 1, len(LABELS) + 1), dtype=np.int64)
    known = truth.primary >= 0
    np.add.at(confusion, (truth.primary[known], outcome.given_primary[known]), 1)
    return Figures(
        sentences=len(truth.labels),
        groups=len(np.unique(truth.groups)),
        labels=labels,
        macro=Scores(**dict(zip(SCORES, _intervals(samples.macro), strict=True))),
        confusion=confusion.tolist(),
        **overall,
    )


def compare(
    truth: Truth, first: Prediction, second: Prediction, resamples: int = RESAMPLES, seed: int = SEED
) -> Difference:
    """Return by how much the first prediction beats the second, with intervals from paired resamples.

    Both are measured on the same resamples, so that what is hard for both does not widen the interval.
    """
    one, other = (_drawn(_outcome(truth, p), truth.groups, resamples, seed) for p in (first, second))
    gap = Samples(*(a - b for a, b in zip(one, other, strict=True)))
    f1 = SCORES.index("f1")
    return Difference(
        macro_f1=_intervals(gap.macro)[f1],
        labels={label.value: _intervals(gap.labels[:, j])[f1] for j, label in enumerate(LABELS)},
        plain_alarm=_intervals(gap.overall)[OVERALL.index("plain_alarm")],
        better=float(np.mean(gap.macro[1:, f1] > 0)) if len(gap.macro) > 1 else None,
    )


def _outcome(truth: Truth, prediction: Prediction) -> Outcome:
    return Outcome(truth.labels, truth.primary, prediction.probabilities, prediction.given, primaries(prediction))


def _drawn(outcome: Outcome, groups: Ints, resamples: int, seed: int) -> Samples:
    few = len(np.unique(groups)) < _FEWEST_GROUPS
    return draw(outcome, groups, 0 if few else resamples, seed)


def _intervals(samples: Floats) -> list[Figure]:
    """Return value and interval of each column: row 0 is the value, the others are resamples."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a column that is undefined throughout
        drawn = samples[1:] if len(samples) > 1 else np.full_like(samples, np.nan)
        tails = np.nanpercentile(drawn, _TAILS, axis=0)
    rows = np.stack([samples[0], *tails], axis=1)
    return [Figure(*(None if np.isnan(number) else float(number) for number in row)) for row in rows]
