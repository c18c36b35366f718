"""The figures of a prediction on the data as they are and on resamples of their documents, all at once.

A resample draws as many groups of sentences as there are, with replacement; a sentence then weighs as often
as its group was drawn. Nearly every figure is a ratio of sums over sentences, so that the sums of each group,
made once, times the weights give the figure of a thousand resamples by one product of matrices.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

SCORES: Final = ("precision", "recall", "f1", "average_precision", "brier", "calibration_error")
"""Figures of a label, in the order of `Samples.labels` and `Samples.macro`."""
OVERALL: Final = (
    "exact_match",
    "primary_accuracy",
    "none_precision",
    "none_recall",
    "plain_alarm",
    "any_alarm",
)
"""Figures of whole sentences, in the order of `Samples.overall`."""
BINS: Final = 10
"""Bins of the calibration error, of equal width between 0 and 1."""

_CELLS = 1 << 22
"""Weights that are held at once: 32 MiB."""


class Samples(NamedTuple):
    """Figures of the data as they are (row 0) and of each resample (the other rows); NaN where undefined."""

    labels: Floats
    """Shape (1 + resamples, n_labels, len(SCORES))."""
    macro: Floats
    """Shape (1 + resamples, len(SCORES)): the mean over labels that occur."""
    overall: Floats
    """Shape (1 + resamples, len(OVERALL))."""


class Outcome(NamedTuple):
    """What is true of each sentence, and what was said of it."""

    labels: Bools
    """Shape (n_sentences, n_labels)."""
    primary: Ints
    """Shape (n_sentences,): column of the true primary, n_labels for none, -1 where it is not known."""
    probabilities: Floats
    given: Bools
    """Labels given, shape (n_sentences, n_labels)."""
    given_primary: Ints


def draw(outcome: Outcome, groups: Ints, resamples: int, seed: int) -> Samples:
    """Compute every figure on the data and on resamples of their groups.

    Parameters
    ----------
    outcome : Outcome
        At least one sentence.
    groups : int ndarray of shape (n_sentences,)
        Document, or group of documents, of each sentence.
    resamples : int
        How many.
    seed : int
        The same seed and groups give the same resamples, whatever was predicted.
    """
    names, group = np.unique(groups, return_inverse=True)
    sums = np.zeros((len(names), _tally(outcome).shape[1]))
    np.add.at(sums, group, _tally(outcome))
    ranks = [_Ranking(outcome.probabilities[:, j], outcome.labels[:, j], group) for j in range(outcome.labels.shape[1])]
    parts = [
        _figures(weights @ sums, np.stack([rank.precision(weights) for rank in ranks], axis=1))
        for weights in _weights(len(names), len(groups), resamples, seed)
    ]
    return Samples(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _weights(n_groups: int, n_sentences: int, resamples: int, seed: int) -> Iterator[Floats]:
    """Yield how often each group is drawn, shape (rows, n_groups): all ones, then the resamples in parts."""
    yield np.ones((1, n_groups))
    generator = np.random.default_rng(seed)
    rows = max(_CELLS // n_sentences, 1)
    for start in range(0, resamples, rows):
        size = min(rows, resamples - start)
        yield generator.multinomial(n_groups, np.full(n_groups, 1 / n_groups), size=size).astype(np.float64)


def _tally(outcome: Outcome) -> Floats:
    """Return what each sentence adds to the sums that `_figures` reads, in its order."""
    truth, given, p = outcome.labels, outcome.given, outcome.probabilities
    bins = np.minimum((p * BINS).astype(np.int64), BINS - 1)
    deviations = np.where(bins[:, :, None] == np.arange(BINS), (p - truth)[:, :, None], 0)
    plain, silent, known = ~truth.any(axis=1), ~given.any(axis=1), outcome.primary >= 0
    whole = [
        np.ones(len(truth)),
        (truth == given).all(axis=1),
        known,
        known & (outcome.primary == outcome.given_primary),
        plain,
        silent,
        plain & silent,
        (given & ~truth).any(axis=1),
    ]
    return np.column_stack([truth & given, given, truth, (p - truth) ** 2, deviations.reshape(len(p), -1), *whole])


def _figures(sums: Floats, precision_mean: Floats) -> Samples:
    """Return the figures of each row of sums, shape (rows, columns of `_tally`)."""
    n_labels = precision_mean.shape[1]
    hits, given, support, squares = np.split(sums[:, : 4 * n_labels], 4, axis=1)
    deviations = sums[:, 4 * n_labels : (4 + BINS) * n_labels].reshape(len(sums), n_labels, BINS)
    size, exact, known, primary, plain, silent, plain_silent, alarms = sums[:, (4 + BINS) * n_labels :].T
    labels = np.stack(
        [
            np.where(given > 0, _ratio(hits, given), 0),
            _ratio(hits, support),
            np.where(support > 0, _ratio(2 * hits, given + support), np.nan),
            precision_mean,
            squares / size[:, None],
            np.abs(deviations).sum(axis=2) / size[:, None],
        ],
        axis=2,
    )
    occurs = (support > 0)[:, :, None]
    macro = _ratio(np.where(occurs, labels, 0).sum(axis=1), occurs.sum(axis=1).astype(np.float64))
    overall = np.stack(
        [
            exact / size,
            _ratio(primary, known),
            np.where(silent > 0, _ratio(plain_silent, silent), 0),
            _ratio(plain_silent, plain),
            1 - _ratio(plain_silent, plain),
            alarms / size,
        ],
        axis=1,
    )
    return Samples(labels, macro, overall)


def _ratio(part: Floats, whole: Floats) -> Floats:
    ratio = np.full(np.broadcast(part, whole).shape, np.nan)
    np.divide(part, whole, out=ratio, where=whole > 0)
    return ratio


class _Ranking:
    """Sentences by falling probability of one label, for average precision under any weights."""

    def __init__(self, probability: Floats, truth: Bools, group: Ints) -> None:
        order = np.argsort(-probability, kind="stable")
        ranked = probability[order]
        self.group, self.truth = group[order], truth[order].astype(np.float64)
        # Equal probabilities are one step of the curve: only the last sentence of each counts.
        self.ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))

    def precision(self, weights: Floats) -> Floats:
        """Return the average precision under each row of weights, NaN where the label does not occur."""
        each = weights[:, self.group]
        given = np.cumsum(each, axis=1)[:, self.ends]
        hits = np.cumsum(each * self.truth, axis=1)[:, self.ends]
        steps = np.diff(hits, axis=1, prepend=0)
        return _ratio((steps * hits / np.maximum(given, 1e-300)).sum(axis=1), hits[:, -1])
