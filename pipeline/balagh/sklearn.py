"""Estimators for one's own scikit-learn pipelines, with flat parameters that grid search can reach.

The very functions of the project's pipeline, cut where others may want to put their own steps: `TextNormaliser`,
`SentenceFeatures` (or `balagh.ngrams.CharNgramTfidf` alone) and `LinearTagger`.

Examples
--------
>>> from sklearn.pipeline import make_pipeline
>>> from balagh.sklearn import LinearTagger, SentenceFeatures
>>> texts = ["أدانت الوزارة الهجوم", "وصل الوفد أمس", "أدان المجلس القصف", "عقد الاجتماع في جنيف"] * 3
>>> model = make_pipeline(SentenceFeatures(min_df=1, min_df_terms=1), LinearTagger(folds=3, none_share=0.5))
>>> _ = model.fit(texts, [[1], [0], [1], [0]] * 3)
>>> model.predict(["أدانت المنظمة الهجوم"]).tolist()
[[True]]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from balagh.calibration import Bools, Floats, calibrate
from balagh.dataset import group_folds
from balagh.features import SentenceVectorizer
from balagh.heads import fit_heads
from balagh.model import out_of_fold_scores
from balagh.ngrams import CharNgramTfidf
from balagh.params import DataParams, FeatureParams, Params, TrainParams
from balagh.text import normalise

__all__ = ["CharNgramTfidf", "LinearTagger", "SentenceFeatures", "TextNormaliser"]


class TextNormaliser(TransformerMixin, BaseEstimator):
    """Normalises raw sentences, as everything in balagh does; learns nothing."""

    def fit(self, X: Sequence[str], y: object = None) -> Self:
        """Do nothing, and return itself."""
        return self

    def transform(self, X: Sequence[str]) -> list[str]:
        """Return the normalised sentences."""
        return [normalise(text) for text in X]

    def __sklearn_is_fitted__(self) -> bool:
        return True


class SentenceFeatures(TransformerMixin, BaseEstimator):
    """The four blocks of features of raw sentences: character n-grams, stems, cue classes and their context.

    Parameters
    ----------
    ngram_min, ngram_max : int
        Shortest and longest n-gram.
    min_df, min_df_terms : int
        Sentences in which an n-gram, or a term, must occur.
    ngrams, words, cues, context : float
        Weight of each block; 0 leaves it out.
    ngrams_norm, words_norm, cues_norm, context_norm : float
        How far each block's length is evened out, from 0 to 1.
    """

    def __init__(
        self,
        *,
        ngram_min: int = 3,
        ngram_max: int = 4,
        min_df: int = 8,
        min_df_terms: int = 4,
        ngrams: float = 1.4,
        words: float = 1.4,
        cues: float = 1.4,
        context: float = 1.2,
        ngrams_norm: float = 1.0,
        words_norm: float = 1.0,
        cues_norm: float = 0.5,
        context_norm: float = 1.0,
    ) -> None:
        self.ngram_min = ngram_min
        self.ngram_max = ngram_max
        self.min_df = min_df
        self.min_df_terms = min_df_terms
        self.ngrams = ngrams
        self.words = words
        self.cues = cues
        self.context = context
        self.ngrams_norm = ngrams_norm
        self.words_norm = words_norm
        self.cues_norm = cues_norm
        self.context_norm = context_norm

    def fit(self, X: Sequence[str], y: object = None) -> Self:
        """Learn vocabularies and idf."""
        self.fit_transform(X)
        return self

    def fit_transform(self, X: Sequence[str], y: object = None, **fit_params: Any) -> sp.csr_matrix:
        """Learn vocabularies and idf, and return the matrix of the same sentences."""
        self.vectorizer_ = SentenceVectorizer(FeatureParams(**self.get_params()))
        return self.vectorizer_.fit_transform(X)

    def transform(self, X: Sequence[str]) -> sp.csr_matrix:
        """Return the matrix of raw sentences, shape (n_sentences, n_features)."""
        check_is_fitted(self)
        return self.vectorizer_.transform(X)

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[np.object_]:
        """Return the names of the columns."""
        check_is_fitted(self)
        return self.vectorizer_.get_feature_names_out()


class LinearTagger(ClassifierMixin, BaseEstimator):
    """Independent linear heads, calibrated, with a threshold for each label; any number of labels, several or none.

    Parameters
    ----------
    C, C_nb : float
        Inverse regularisation of the machine and of its naive-Bayes-weighted twin.
    nb_smoothing : float
        Added to each count of the naive-Bayes weights.
    nb_share : float
        Share of the twin, from 0 to 1.
    none_share : float
        Share of sentences without a label where the model will be used.
    folds : int
        Folds of the out-of-fold scores that calibration and thresholds are learnt from.
    random_state : int
        Seed of the heads, the folds and the resamples.

    Attributes
    ----------
    heads_ : Heads
    calibration_ : Calibration
    n_labels_ : int
    """

    def __init__(
        self,
        *,
        C: float = 1.0,
        C_nb: float = 1.0,
        nb_smoothing: float = 1.0,
        nb_share: float = 0.5,
        none_share: float = 0.75,
        folds: int = 5,
        random_state: int = 0,
    ) -> None:
        self.C = C
        self.C_nb = C_nb
        self.nb_smoothing = nb_smoothing
        self.nb_share = nb_share
        self.none_share = none_share
        self.folds = folds
        self.random_state = random_state

    def fit(self, X: sp.csr_matrix, y: npt.ArrayLike, groups: npt.NDArray[np.int64] | None = None) -> Self:
        """Fit heads, calibration and thresholds.

        Parameters
        ----------
        X : csr_matrix of shape (n_sentences, n_features)
        y : array-like of shape (n_sentences, n_labels)
            1 where a sentence carries a label.
        groups : int ndarray of shape (n_sentences,), optional
            Sentences of one group, say of one document, stay in one fold.

        Raises
        ------
        ValueError
            ``y`` has not two dimensions, or a label never occurs.
        """
        Y = np.asarray(y, dtype=bool)
        if Y.ndim != 2 or len(Y) != X.shape[0]:
            raise ValueError(f"y must be of shape ({X.shape[0]}, n_labels), not {Y.shape}")
        if not Y.any(axis=0).all():
            raise ValueError(f"label {int(np.argmin(Y.any(axis=0)))} never occurs in y")
        train = TrainParams(self.C, self.C_nb, self.nb_smoothing, self.nb_share, self.none_share, self.random_state)
        params = Params(data=DataParams(folds=self.folds, seed=self.random_state), train=train)
        groups = np.arange(len(Y)) if groups is None else groups
        folds = group_folds(Y, groups, self.folds, self.random_state)
        scores = out_of_fold_scores(X, Y, folds, params)
        self.calibration_ = calibrate(scores, Y, self.none_share, self.random_state)
        self.heads_ = fit_heads(X, Y, train)
        self.n_labels_ = Y.shape[1]
        self.classes_ = np.arange(self.n_labels_)
        return self

    def decision_function(self, X: sp.csr_matrix) -> Floats:
        """Return the scores before calibration, shape (n_sentences, n_labels)."""
        check_is_fitted(self)
        return self.heads_.scores(X)

    def predict_proba(self, X: sp.csr_matrix) -> Floats:
        """Return a probability for each label on its own, shape (n_sentences, n_labels)."""
        return self.calibration_.probabilities(self.decision_function(X))

    def predict(self, X: sp.csr_matrix) -> Bools:
        """Return which labels each sentence gets, bool of shape (n_sentences, n_labels)."""
        given: Bools = self.predict_proba(X) >= self.calibration_.threshold
        return given
