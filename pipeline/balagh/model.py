"""SentenceTagger: the scikit-learn estimator that is trained and saved as `tagger.joblib`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from joblib import Parallel, delayed
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from balagh.calibration import Bools, Calibration, Floats, calibrate
from balagh.dataset import group_folds
from balagh.features import SentenceVectorizer
from balagh.heads import Heads, fit_heads
from balagh.labels import LABELS
from balagh.params import Params


class SentenceTagger(ClassifierMixin, BaseEstimator):
    """Multi-label classifier of raw Arabic sentences.

    Parameters
    ----------
    params : Params
        Features, folding and training, as in params.yaml.

    Attributes
    ----------
    vectorizer_ : SentenceVectorizer
    heads_ : Heads
        Linear weights, shape (n_features, 4), and intercepts.
    calibration_ : Calibration
        Sigmoids and thresholds, learnt from out-of-fold scores.
    classes_ : ndarray of shape (4,)
        Names of the labels, in the order of all columns.
    """

    def __init__(self, params: Params = Params()) -> None:
        self.params = params

    def fit(self, X: Sequence[str], Y: Bools, groups: npt.NDArray[np.int64] | None = None) -> Self:
        """Fit features, heads, calibration and thresholds.

        Parameters
        ----------
        X : sequence of str, length n_sentences
            Raw sentences.
        Y : bool ndarray of shape (n_sentences, 4)
            Which labels each carries.
        groups : int ndarray of shape (n_sentences,), optional
            Sentences of one group stay in one fold; each is its own group by default.
        """
        vectorizer = SentenceVectorizer(self.params.features, self.params.folding)
        matrix = vectorizer.fit_transform(X)
        groups = np.arange(len(X)) if groups is None else groups
        folds = group_folds(Y, groups, self.params.data.folds, self.params.data.seed)
        return self.fit_matrix(vectorizer, matrix, Y, folds)

    def fit_matrix(
        self, vectorizer: SentenceVectorizer, matrix: sp.csr_matrix, Y: Bools, folds: npt.NDArray[np.int64]
    ) -> Self:
        """Fit everything behind the features, from the matrix of a fitted vectorizer.

        Parameters
        ----------
        vectorizer : SentenceVectorizer
            The fitted vectorizer that made the matrix.
        matrix : csr_matrix of shape (n_sentences, n_features)
        Y : bool ndarray of shape (n_sentences, 4)
        folds : int ndarray of shape (n_sentences,)
            The fold in which each sentence is scored by heads that have not seen it.
        """
        Y = np.asarray(Y, dtype=bool)
        self.out_of_fold_ = out_of_fold_scores(matrix, Y, folds, self.params)
        self.calibration_: Calibration = calibrate(
            self.out_of_fold_, Y, self.params.train.none_share, self.params.train.seed
        )
        self.heads_: Heads = fit_heads(matrix, Y, self.params.train)
        self.vectorizer_ = vectorizer
        self.classes_ = np.array([label.value for label in LABELS])
        return self

    def decision_function(self, X: Sequence[str]) -> Floats:
        """Return the scores before calibration, shape (n_sentences, 4)."""
        check_is_fitted(self)
        return self.heads_.scores(self.vectorizer_.transform(X))

    def predict_proba(self, X: Sequence[str]) -> Floats:
        """Return a probability for each label on its own, shape (n_sentences, 4); rows need not sum to 1."""
        return self.calibration_.probabilities(self.decision_function(X))

    def predict(self, X: Sequence[str]) -> Bools:
        """Return which labels each sentence gets, bool of shape (n_sentences, 4)."""
        labels: Bools = self.predict_proba(X) >= self.calibration_.threshold
        return labels


def out_of_fold_scores(matrix: sp.csr_matrix, Y: Bools, folds: npt.NDArray[np.int64], params: Params) -> Floats:
    """Return for each sentence the scores of heads fitted on the other folds, shape (n_sentences, n_labels).

    Folds are fitted one after another, or wherever `joblib.parallel_config` says, with the same scores.
    """
    parts = [folds == fold for fold in np.unique(folds)]
    fitted = Parallel()(delayed(fit_heads)(matrix[~inside], Y[~inside], params.train) for inside in parts)
    scores = np.zeros(Y.shape)
    for inside, heads in zip(parts, fitted, strict=True):
        scores[inside] = heads.scores(matrix[inside])
    return scores
