"""From scores to probabilities and thresholds, for a stated share of sentences without a label.

Written training data hold far more labelled sentences than the news does. A probability or a threshold learnt
on the written mix would promise too much, so both are learnt with each sentence weighed to the mix of the news.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_RESAMPLES = 200
_NEWTON_STEPS = 100
_CONVERGED = 1e-12


class Calibration(NamedTuple):
    """Per label, the sigmoid of the score and the probability from which on the label is given."""

    slope: Floats
    """Shape (n_labels,)."""
    offset: Floats
    """Shape (n_labels,)."""
    threshold: Floats
    """Shape (n_labels,), between 0 and 1."""

    def probabilities(self, scores: Floats) -> Floats:
        """Return ``1 / (1 + exp(-(slope * score + offset)))``, shape (n_sentences, n_labels)."""
        probabilities: Floats = expit(scores * self.slope + self.offset)
        return probabilities


def mix_weights(Y: Bools, none_share: float) -> Floats:
    """Return a weight per sentence under which sentences without a label make up ``none_share``.

    Parameters
    ----------
    Y : bool ndarray of shape (n_sentences, n_labels)
        Which labels each sentence carries.
    none_share : float
        The share wanted, above 0 and below 1.

    Returns
    -------
    ndarray of shape (n_sentences,)
        Weights with a mean of 1.
    """
    none = ~Y.any(axis=1)
    count = max(int(none.sum()), 1)
    return np.where(none, none_share * len(Y) / count, (1 - none_share) * len(Y) / max(len(Y) - count, 1))


def calibrate(scores: Floats, Y: Bools, none_share: float, seed: int = 0) -> Calibration:
    """Fit sigmoids and thresholds on out-of-fold scores.

    Parameters
    ----------
    scores : ndarray of shape (n_sentences, n_labels)
        Scores by heads that have not seen the sentence.
    Y : bool ndarray of shape (n_sentences, n_labels)
        Which labels each sentence carries.
    none_share : float
        Share of sentences without a label where the model will be used.
    seed : int
        Seed of the resamples behind the thresholds.
    """
    weights = mix_weights(Y, none_share)
    sigmoids = np.array([fit_sigmoid(scores[:, j], Y[:, j], weights) for j in range(Y.shape[1])])
    probabilities = expit(scores * sigmoids[:, 0] + sigmoids[:, 1])
    threshold = np.array([steady_threshold(probabilities[:, j], Y[:, j], weights, seed) for j in range(Y.shape[1])])
    return Calibration(sigmoids[:, 0], sigmoids[:, 1], threshold)


def fit_sigmoid(score: Floats, y: Bools, weights: Floats) -> tuple[float, float]:
    """Return slope and offset of Platt's sigmoid, fitted by Newton's method with a step that is halved.

    Targets are smoothed as in Platt, "Probabilistic Outputs for Support Vector Machines" (1999); the method is
    that of Lin, Lin and Weng, "A Note on Platt's Probabilistic Outputs" (2007), here with weights.
    """
    positive, negative = weights[y].sum(), weights[~y].sum()
    target = np.where(y, (positive + 1) / (positive + 2), 1 / (negative + 2))
    design = np.stack([score, np.ones_like(score)], axis=1)

    def loss(at: Floats) -> float:
        z = design @ at
        return float(np.sum(weights * (np.logaddexp(0, z) - target * z)))

    at = np.array([1.0, np.log((positive + 1) / (negative + 1))])
    for _ in range(_NEWTON_STEPS):
        p = expit(design @ at)
        gradient = design.T @ (weights * (p - target))
        hessian = (design * (weights * p * (1 - p))[:, None]).T @ design + _CONVERGED * np.eye(2)
        step, size = np.linalg.solve(hessian, gradient), 1.0
        while loss(at - size * step) > loss(at) and size > _CONVERGED:
            size /= 2
        at = at - size * step
        if np.abs(size * step).max() < _CONVERGED:
            break
    return float(at[0]), float(at[1])


def steady_threshold(probability: Floats, y: Bools, weights: Floats, seed: int) -> float:
    """Return the average of the best thresholds of many resamples of the sentences.

    The best threshold of one sample hangs on the few sentences next to it: from one resample to the next it moves
    by about 0.05. Their average (bagging: Breiman, "Bagging Predictors", 1996) does not.
    """
    rng = np.random.default_rng(seed)
    order = np.argsort(-probability, kind="stable")
    probability, y, weights = probability[order], y[order], weights[order]
    times = (np.bincount(rng.integers(0, len(y), len(y)), minlength=len(y)) for _ in range(_RESAMPLES))
    return float(np.mean([best_threshold(probability, y, weights * count) for count in times]))


def best_threshold(probability: Floats, y: Bools, weights: Floats) -> float:
    """Return the threshold with the best weighted F1, midway between the scores that it parts.

    A label that never occurs gets a threshold of 1.
    """
    order = np.argsort(-probability, kind="stable")
    ranked, truth, weight = probability[order], y[order], weights[order]
    hits, given = np.cumsum(weight * truth), np.cumsum(weight)
    if hits[-1] == 0:
        return 1.0
    f1 = 2 * hits / (given + hits[-1])
    last = int(np.argmax(f1))
    below = ranked[last + 1] if last + 1 < len(ranked) else 0.0
    return float((ranked[last] + below) / 2)
