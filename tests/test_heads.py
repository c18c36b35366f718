from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.svm import LinearSVC

from balagh.heads import fit_heads, log_count_ratio
from balagh.params import TrainParams


@pytest.fixture(scope="module")
def problem():
    rng = np.random.default_rng(1)
    X = sp.random(300, 40, density=0.2, random_state=1, format="csr")
    return X, rng.random((300, 2)) < 0.3


def test_without_the_twin_it_is_scikit_learns_machine(problem):
    X, Y = problem
    heads = fit_heads(X, Y, TrainParams(nb_share=0.0, C=0.5))
    theirs = LinearSVC(C=0.5, class_weight="balanced", dual=True, max_iter=3000, random_state=TrainParams().seed)
    theirs.fit(X, Y[:, 1])
    np.testing.assert_allclose(heads.scores(X)[:, 1], theirs.decision_function(X), atol=1e-6)


def test_the_average_is_linear(problem):
    X, Y = problem
    alone, twin, both = (fit_heads(X, Y, TrainParams(nb_share=share)) for share in (0.0, 1.0, 0.5))
    np.testing.assert_allclose(both.scores(X), (alone.scores(X) + twin.scores(X)) / 2, atol=1e-6)


def test_the_same_bits_again(problem):
    X, Y = problem
    one, two = fit_heads(X, Y, TrainParams()), fit_heads(X, Y, TrainParams())
    assert one.coef.tobytes() == two.coef.tobytes()
    assert one.intercept.tobytes() == two.intercept.tobytes()


def test_weights_fit_in_single_precision(problem):
    coef = fit_heads(*problem, TrainParams()).coef
    assert np.array_equal(coef, coef.astype(np.float32))


def test_log_count_ratio_by_hand():
    X = sp.csr_matrix(np.array([[2.0, 0], [1, 1], [0, 1]]))
    ratio = log_count_ratio(X, np.array([True, True, False]), 1.0)
    assert ratio == pytest.approx([np.log(3 / 5) - np.log(1 / 3), np.log(2 / 5) - np.log(2 / 3)])
