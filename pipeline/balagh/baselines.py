"""Simple peers trained on the same sentences: what the model has to be better than.

All read text that `normalise` has folded. Where a peer gives scores, they become probabilities and decisions
as the model's do: sigmoids and thresholds from out-of-fold scores, for the same share of sentences without a
label.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.base import ClassifierMixin
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB

from balagh.alphabet import encode, tokens
from balagh.calibration import Bools, Calibration, Floats, calibrate, mix_weights
from balagh.cues import CueMatcher, load_cues
from balagh.labels import LABELS, Label
from balagh.metrics import Prediction
from balagh.params import Folding
from balagh.text import normalise

Ints = npt.NDArray[np.int64]


class Training(NamedTuple):
    """What a baseline learns from."""

    texts: Sequence[str]
    """Raw sentences."""
    Y: Bools
    """Which labels each carries, shape (n_sentences, 4)."""
    folds: Ints
    """The fold in which each sentence is scored by heads that have not seen it."""
    none_share: float
    """Share of sentences without a label where the baseline will be used."""
    folding: Folding = Folding()
    seed: int = 0


class Baseline(Protocol):
    """What every baseline can do."""

    def fit(self, training: Training) -> None:
        """Learn all that is to be learnt, thresholds included."""

    def predict(self, texts: Sequence[str]) -> Prediction:
        """Return probabilities for raw sentences, with the thresholds."""


class MostFrequent:
    """Says of each label what is true of most sentences, which is that they do not have it."""

    def fit(self, training: Training) -> None:
        """Count how often each label occurs."""
        weights = mix_weights(training.Y, training.none_share)
        self._share = np.average(training.Y, axis=0, weights=weights)

    def predict(self, texts: Sequence[str]) -> Prediction:
        """Return these shares for every sentence."""
        return Prediction(np.tile(self._share, (len(texts), 1)), np.full(len(self._share), 0.5))


class Rule(NamedTuple):
    """A label is given where a word of `cues` stands un-negated in a sentence that has a word of `beside`."""

    cues: tuple[str, ...]
    beside: tuple[str, ...] = ()


RULES: Final[dict[str, Rule]] = {
    Label.COMMITMENT: Rule(("pledge", "resolve", "affirmation")),
    Label.CONDEMNATION: Rule(("censure", "criticism", "accusation", "rejection")),
    Label.MEMBERSHIP: Rule(("accession", "membership_word", "leaving", "seat"), ("bloc", "organisation")),
    Label.REGIONAL_CONCERN: Rule(("worry", "warning"), ("region", "country", "city")),
}
"""The rule of each label of the codebook, in classes of `cue_words`; a label of one's own has none and is not given."""
NEGATED_BY: Final = 2
"""Words before a cue in which a negation takes it back."""


class CueRules:
    """Gives labels by `RULES`; only how far they can be trusted is learnt."""

    def __init__(self) -> None:
        self._matcher = CueMatcher(load_cues())
        number = {name: i for i, name in enumerate(self._matcher.names)}
        self._negation = number["negation"]
        self._rules = [
            ({number[cue] for cue in rule.cues}, {number[cue] for cue in rule.beside})
            for rule in (RULES.get(label, Rule(())) for label in LABELS)
        ]

    def fit(self, training: Training) -> None:
        """Learn the probability of each label where its rule holds, and where it does not."""
        self._folding = training.folding
        calibration = calibrate(self._scores(training.texts), training.Y, training.none_share)
        # The rules decide: the threshold only has to stand between their two answers.
        answers = calibration.probabilities(np.array([[0.0], [1.0]]) * np.ones(len(LABELS)))
        self._calibration = calibration._replace(threshold=answers.mean(axis=0))

    def predict(self, texts: Sequence[str]) -> Prediction:
        """Return one of two probabilities a label."""
        return _decided(self._scores(texts), self._calibration)

    def _scores(self, texts: Sequence[str]) -> Floats:
        rows = [self._judge(normalise(text, self._folding)) for text in texts]
        return np.array(rows, dtype=np.float64).reshape(len(texts), len(LABELS))

    def _judge(self, normalised: str) -> list[bool]:
        words = [set(self._matcher.classes(word)) for word in tokens(encode(normalised))]
        negated = [self._negation in word for word in words]
        free = [word for i, word in enumerate(words) if not any(negated[max(i - NEGATED_BY, 0) : i])]
        said, present = set().union(*free), set().union(*words)
        return [bool(cues & said) and (not beside or bool(beside & present)) for cues, beside in self._rules]


class TfidfHeads:
    """TF-IDF of scikit-learn with one classifier a label.

    Parameters
    ----------
    classifier : callable
        Returns an unfitted classifier for a seed.
    **counted
        Parameters of `CountVectorizer`.
    """

    def __init__(self, classifier: Callable[[int], ClassifierMixin], **counted: Any) -> None:
        self._classifier = classifier
        self._vectorizer = CountVectorizer(**counted)

    def fit(self, training: Training) -> None:
        """Fit idf and classifiers, on all sentences and, for the thresholds, without each fold."""
        self._folding, self._seed = training.folding, training.seed
        counts = self._vectorizer.fit_transform([normalise(text, self._folding) for text in training.texts])
        out_of_fold = np.zeros(training.Y.shape)
        for fold in np.unique(training.folds):
            inside = training.folds == fold
            out_of_fold[inside] = self._fit(counts[~inside], training.Y[~inside]).scores(counts[inside])
        self._fitted = self._fit(counts, training.Y)
        self._calibration = calibrate(out_of_fold, training.Y, training.none_share)

    def predict(self, texts: Sequence[str]) -> Prediction:
        """Return calibrated probabilities."""
        counts = self._vectorizer.transform([normalise(text, self._folding) for text in texts])
        return _decided(self._fitted.scores(counts), self._calibration)

    def _fit(self, counts: sp.csr_matrix, Y: Bools) -> _Fitted:
        # What occurs in no training sentence is no feature: it would shorten all others of a vector by its
        # length, out of fold but never in use, and thresholds would come out too low.
        known = np.flatnonzero(counts.getnnz(axis=0))
        tfidf = TfidfTransformer()
        X = tfidf.fit_transform(counts[:, known])
        return _Fitted(known, tfidf, [self._classifier(self._seed).fit(X, y) for y in Y.T])


class _Fitted(NamedTuple):
    """Columns that are features, their weights, and a classifier for each label."""

    known: npt.NDArray[np.intp]
    tfidf: TfidfTransformer
    heads: list[Any]

    def scores(self, counts: sp.csr_matrix) -> Floats:
        """Return the score of each label, shape (n_sentences, n_labels)."""
        X = self.tfidf.transform(counts[:, self.known])
        if hasattr(self.heads[0], "decision_function"):
            return np.stack([head.decision_function(X) for head in self.heads], axis=1)
        both = [head.predict_joint_log_proba(X) for head in self.heads]
        return np.stack([pair[:, 1] - pair[:, 0] for pair in both], axis=1)


def _decided(scores: Floats, calibration: Calibration) -> Prediction:
    return Prediction(calibration.probabilities(scores), calibration.threshold)


def _logistic(seed: int) -> LogisticRegression:
    # liblinear, which rounds alike on every machine, and its dual form, which is quick on many columns.
    return LogisticRegression(class_weight="balanced", solver="liblinear", dual=True, max_iter=1000, random_state=seed)


def _naive_bayes(_: int) -> ComplementNB:
    # With the usual smoothing of 1 the many rare n-grams drown the rest.
    return ComplementNB(alpha=0.01)


BASELINES: Final[dict[str, Callable[[], Baseline]]] = {
    "most frequent": MostFrequent,
    "cue rules": CueRules,
    "word (1,2) TF-IDF, logistic regression": lambda: TfidfHeads(_logistic, ngram_range=(1, 2)),
    "word (1,3) TF-IDF, logistic regression": lambda: TfidfHeads(_logistic, ngram_range=(1, 3)),
    "char_wb (2,5) TF-IDF, logistic regression": lambda: TfidfHeads(_logistic, analyzer="char_wb", ngram_range=(2, 5)),
    "char_wb (2,5) TF-IDF, complement naive Bayes": lambda: TfidfHeads(
        _naive_bayes, analyzer="char_wb", ngram_range=(2, 5)
    ),
}
"""Makers of the baselines, by their names in tables."""
