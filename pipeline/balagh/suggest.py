"""Which sentences of a corpus to label next: those that the model is least sure of, for every label, and unlike.

For each label in turn, the sentences nearest to its threshold are put into groups of like wording, and the nearest of
each group is taken: uncertainty sampling (Lewis and Gale, "A Sequential Algorithm for Training Text Classifiers",
SIGIR 1994) in batches that clustering keeps diverse (Xu and others, "Representative Sampling for Text Classification
Using Support Vector Machines", ECIR 2003). What is labelled already, or nearly so, is left out.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import logit
from sklearn.cluster import MiniBatchKMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import normalize

from balagh.calibration import Floats
from balagh.corpus import CorpusSentence
from balagh.duplicates import near_duplicate_pairs
from balagh.ngrams import CharNgramTfidf
from balagh.tagger import Tagger
from balagh.text import normalise

MIN_WORDS = 4
"""A shorter piece is no sentence to label."""
OVERSAMPLE = 3
"""Sentences near a label's threshold that are put into groups, for each one that is taken."""
COMPONENTS = 50
"""Dimensions in which wording is compared."""
_SURE = 1e-6
"""Probabilities nearer to 0 or 1 than this are taken for it: their log-odds say no more."""

Ints = npt.NDArray[np.int64]


class Suggestion(NamedTuple):
    """A sentence worth labelling."""

    sentence: CorpusSentence
    label: str
    """The label for whose sake it was taken."""
    probability: float
    """What the model gives that label."""
    scores: dict[str, float]
    labels: tuple[str, ...]
    """What the model says of it."""


class Suggestions(NamedTuple):
    """What was chosen, and what was not looked at."""

    chosen: list[Suggestion]
    short: int
    """Sentences of fewer than four words."""
    known: int
    """Copies, or nearly, of labelled sentences or of each other, among those that were looked at."""


def suggest(
    sentences: Sequence[CorpusSentence], tagger: Tagger, labelled: Sequence[str], count: int, seed: int = 0
) -> Suggestions:
    """Choose the sentences of a corpus that are most worth labelling.

    Parameters
    ----------
    sentences : sequence of CorpusSentence
        The corpus.
    tagger : Tagger
        The model as it is now.
    labelled : sequence of str
        Texts that are labelled already.
    count : int
        How many to choose at most.
    seed : int
        Of the groups of like wording.

    Returns
    -------
    Suggestions
        The chosen sentences, labels taking turns, each with the label for whose sake it was taken.
    """
    long = [s for s in sentences if len(s.text.split()) >= MIN_WORDS]
    probabilities = tagger.predict_proba([s.text for s in long])
    margins = margins_of(probabilities, tagger.thresholds)
    near, fresh = _fresh(margins, [s.text for s in long], labelled, count)
    picked, columns = choose(margins[fresh], [long[i].text for i in fresh.tolist()], count, seed)
    tagged = tagger.tag_sentences([long[i].text for i in fresh[picked].tolist()])
    chosen = [
        Suggestion(long[i], tagger.labels[j], float(probabilities[i, j]), said.scores, said.labels)
        for i, j, said in zip(fresh[picked].tolist(), columns.tolist(), tagged, strict=True)
    ]
    return Suggestions(chosen, len(sentences) - len(long), near - len(fresh))


def _fresh(margins: Floats, texts: Sequence[str], labelled: Sequence[str], count: int) -> tuple[int, Ints]:
    """Return of how many sentences near the thresholds copies were sought, and those of them that are none.

    Sought among some times as many as are wanted, not in all of a large corpus; among more where few are left.
    """
    reach = 4 * OVERSAMPLE * count
    while True:
        near = np.unique(np.concatenate([_nearest(column, reach) for column in margins.T]))
        fresh = near[without_copies([texts[i] for i in near.tolist()], labelled)]
        if len(fresh) >= OVERSAMPLE * count or len(near) == len(texts):
            return len(near), fresh
        reach *= 2


def margins_of(probabilities: Floats, thresholds: Floats) -> Floats:
    """Return how far each probability is above its threshold, in log-odds; shape (n_sentences, n_labels)."""
    sure = np.clip(probabilities, _SURE, 1 - _SURE)
    return np.asarray(logit(sure) - logit(thresholds))


def without_copies(texts: Sequence[str], labelled: Sequence[str], near: float = 0.5) -> Ints:
    """Return which texts are no near-duplicate of a labelled one or of an earlier one among them."""
    found = near_duplicate_pairs([*labelled, *texts], near)
    copies = found.second[found.second >= len(labelled)] - len(labelled)
    return np.setdiff1d(np.arange(len(texts), dtype=np.int64), copies)


def choose(margins: Floats, texts: Sequence[str], count: int, seed: int = 0) -> tuple[Ints, Ints]:
    """Choose sentences near the thresholds, as many for each label, of unlike wording.

    Parameters
    ----------
    margins : float64 ndarray of shape (n_sentences, n_labels)
        Distance of each score from its label's threshold; see `margins_of`.
    texts : sequence of str, length n_sentences
        The sentences.
    count : int
        How many to choose; fewer where there are fewer.
    seed : int
        Of the groups.

    Returns
    -------
    rows, columns : int64 ndarrays of shape (n_chosen,)
        The sentences, and the label for whose sake each was taken; labels take turns.
    """
    n_labels = margins.shape[1]
    left = np.ones(len(margins), dtype=bool)
    taken: list[Ints] = []
    for j in range(n_labels):
        quota = count // n_labels + (j < count % n_labels)
        rows = np.flatnonzero(left)
        rows = rows[_nearest(margins[rows, j], OVERSAMPLE * quota)]
        picked = rows[_unlike(margins[rows, j], [texts[i] for i in rows.tolist()], quota, seed)]
        left[picked] = False
        taken.append(picked)
    return _in_turn(taken)


def _nearest(margin: Floats, count: int) -> Ints:
    return np.argsort(np.abs(margin), kind="stable")[:count]


def _unlike(margin: Floats, texts: Sequence[str], count: int, seed: int) -> Ints:
    """Return the places of the sentence nearest to the threshold of each group of like wording."""
    if len(texts) <= count:
        return np.arange(len(texts), dtype=np.int64)
    if count == 0:
        return np.empty(0, dtype=np.int64)
    groups = _groups(texts, count, seed)
    order = np.argsort(np.abs(margin), kind="stable")
    first = order[np.sort(np.unique(groups[order], return_index=True)[1])]
    rest = order[~np.isin(order, first)]
    return np.concatenate([first, rest])[:count]


def _groups(texts: Sequence[str], count: int, seed: int) -> Ints:
    vectors = CharNgramTfidf(ngram_range=(3, 4), min_df=2, lowercase=False).fit_transform([normalise(t) for t in texts])
    if vectors.shape[1] > COMPONENTS:
        vectors = normalize(TruncatedSVD(COMPONENTS, random_state=seed).fit_transform(vectors))
    with warnings.catch_warnings():
        # Copies of one text fill fewer groups than were asked for, which is meant.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = MiniBatchKMeans(count, random_state=seed, n_init=1, batch_size=1024)
        return np.asarray(model.fit_predict(vectors), dtype=np.int64)


def _in_turn(taken: Sequence[Ints]) -> tuple[Ints, Ints]:
    rows = [(place, j, row) for j, picked in enumerate(taken) for place, row in enumerate(picked.tolist())]
    rows.sort()
    return np.array([r[2] for r in rows], dtype=np.int64), np.array([r[1] for r in rows], dtype=np.int64)
