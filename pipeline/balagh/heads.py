"""One linear head per label: a support vector machine averaged with its naive-Bayes-weighted twin."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.svm import LinearSVC

from balagh.arithmetic import logarithms
from balagh.params import TrainParams

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Heads(NamedTuple):
    """Weights of all heads; the score of label ``j`` is ``X @ coef[:, j] + intercept[j]``."""

    coef: Floats
    """Shape (n_features, n_labels), each a single-precision number."""
    intercept: Floats
    """Shape (n_labels,)."""

    def scores(self, X: sp.csr_matrix) -> Floats:
        """Return the scores, shape (n_sentences, n_labels)."""
        return np.asarray(X @ self.coef) + self.intercept


def fit_heads(X: sp.csr_matrix, Y: Bools, params: TrainParams) -> Heads:
    """Fit a head for each column of ``Y``.

    The twin is the same machine on features scaled by their naive-Bayes log-count ratios (Wang and Manning,
    "Baselines and Bigrams", ACL 2012). Both are linear, and so is their average.

    Parameters
    ----------
    X : csr_matrix of shape (n_sentences, n_features)
        The matrix of a `SentenceVectorizer`.
    Y : bool ndarray of shape (n_sentences, n_labels)
        Which labels each sentence carries.
    params : TrainParams
        Regularisation, share of the twin, seed.
    """
    pairs = [_fit_head(X, Y[:, j], params) for j in range(Y.shape[1])]
    coef = np.stack([pair[0] for pair in pairs], axis=1)
    # Single precision is what the model's file keeps; rounding here makes both files score alike.
    return Heads(coef.astype(np.float32).astype(np.float64), np.array([pair[1] for pair in pairs]))


def _fit_head(X: sp.csr_matrix, y: Bools, params: TrainParams) -> tuple[Floats, float]:
    if y.all() or not y.any():
        # Nothing to tell apart, as in a fold without a rare label: the same answer for every sentence.
        return np.zeros(X.shape[1]), 1.0 if y.any() else -1.0
    coef, intercept = _margin(X, y, params.C, params.seed)
    if params.nb_share == 0:
        return coef, intercept
    ratio = log_count_ratio(X, y, params.nb_smoothing)
    twin, twin_intercept = _margin(sp.csr_matrix(X @ sp.diags_array(ratio)), y, params.C_nb, params.seed)
    share = params.nb_share
    return (1 - share) * coef + share * ratio * twin, (1 - share) * intercept + share * twin_intercept


def _margin(X: sp.csr_matrix, y: Bools, C: float, seed: int) -> tuple[Floats, float]:
    # liblinear gives the same bits on every thread count and BLAS kernel; lbfgs does not.
    model = LinearSVC(C=C, class_weight="balanced", dual=True, max_iter=3000, random_state=seed)
    model.fit(X, y)
    return model.coef_.ravel(), float(model.intercept_[0])


def log_count_ratio(X: sp.csr_matrix, y: Bools, smoothing: float) -> Floats:
    """Return how much more often each feature occurs in sentences with the label, as a logarithm.

    Returns
    -------
    ndarray of shape (n_features,)
        ``log(p / q)`` for the smoothed shares ``p`` of the feature's occurrences among those of all features
        in sentences with the label, and ``q`` in those without.
    """
    present = sp.csr_matrix((np.ones(X.nnz), X.indices, X.indptr), shape=X.shape)
    inside = np.asarray(present[y].sum(axis=0)).ravel() + smoothing
    outside = np.asarray(present[~y].sum(axis=0)).ravel() + smoothing
    ratio: Floats = logarithms(inside / inside.sum()) - logarithms(outside / outside.sum())
    return ratio
