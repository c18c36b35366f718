from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.metrics import f1_score

from balagh.calibration import best_threshold, calibrate, fit_sigmoid, mix_weights, steady_threshold


@pytest.fixture
def scored():
    rng = np.random.default_rng(3)
    y = rng.random(500) < 0.3
    return rng.normal(size=500) + 1.5 * y, y


def test_weights_give_the_share_of_none():
    Y = np.array([[1, 0], [0, 0], [0, 1], [1, 1], [0, 0]], dtype=bool)
    weights = mix_weights(Y, 0.8)
    assert weights.mean() == pytest.approx(1)
    assert weights[~Y.any(axis=1)].sum() / weights.sum() == pytest.approx(0.8)


def test_the_sigmoid_is_the_optimum(scored):
    score, y = scored
    weights = np.random.default_rng(0).random(500)
    slope, offset = fit_sigmoid(score, y, weights)
    positive, negative = weights[y].sum(), weights[~y].sum()
    target = np.where(y, (positive + 1) / (positive + 2), 1 / (negative + 2))

    def loss(at):
        z = at[0] * score + at[1]
        return np.sum(weights * (np.logaddexp(0, z) - target * z))

    best = minimize(loss, [1, 0], tol=1e-10)
    assert loss([slope, offset]) <= best.fun + 1e-9
    assert (slope, offset) == pytest.approx(tuple(best.x), abs=1e-4)


def test_separable_scores_still_converge():
    slope, offset = fit_sigmoid(np.array([-1.0, -1.0, 1.0, 1.0]), np.array([0, 0, 1, 1], bool), np.ones(4))
    assert np.isfinite([slope, offset]).all()
    assert slope > 0


def test_no_threshold_is_better(scored):
    score, y = scored
    probability = 1 / (1 + np.exp(-score))
    threshold = best_threshold(probability, y, np.ones(500))
    best = max(f1_score(y, probability >= t) for t in probability)
    assert f1_score(y, probability >= threshold) == pytest.approx(best)


def test_the_average_of_resamples_is_steadier_than_one_best_threshold():
    rng = np.random.default_rng(8)
    best, steady = [], []
    for _ in range(20):
        y = rng.random(300) < 0.3
        probability = 1 / (1 + np.exp(-(rng.normal(size=300) + 1.5 * y - 1)))
        best.append(best_threshold(probability, y, np.ones(300)))
        steady.append(steady_threshold(probability, y, np.ones(300), seed=1))
    assert np.std(steady) < 0.8 * np.std(best)
    assert np.mean(steady) == pytest.approx(np.mean(best), abs=0.05)


def test_a_label_that_never_occurs_is_never_given():
    assert best_threshold(np.array([0.2, 0.9]), np.array([False, False]), np.ones(2)) == 1.0


def test_more_none_means_lower_probabilities(scored):
    score, y = scored
    few, many = (calibrate(score[:, None], y[:, None], share) for share in (0.5, 0.9))
    assert (few.probabilities(score[:, None]) > many.probabilities(score[:, None])).all()
