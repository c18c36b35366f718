"""Tagger: what other code loads. Tags texts and sentences without importing scikit-learn."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import islice, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from balagh.bundle import Bundle, load_bundle
from balagh.errors import ModelFormatError, ParamsError
from balagh.labels import NONE
from balagh.scorer import Floats, Scorer
from balagh.sentences import split

if TYPE_CHECKING:
    from balagh.batches import BatchScorer
    from balagh.explain import Explanation

_TOLERANCE = 1e-9
_NOT_A_LIST = "sentences must be a list of str; use tag(text) for one text"
_WORTH_COMPILED: Final = 2000
"""Sentences from which on loading numba and its compiled code pays; few enough once they are loaded."""
_WORTH_BATCH: Final = 16


class TaggedSentence(msgspec.Struct, frozen=True, gc=False):
    """A sentence of a text, where it stands there, and its labels.

    ``raw[start:end] == text`` for the raw text that was tagged.
    """

    text: str
    start: int
    end: int
    labels: tuple[str, ...]
    """Labels in the order of `Tagger.labels`; empty for none."""
    primary: str
    """The label whose probability is furthest above its threshold, or "none"."""
    scores: dict[str, float]
    """Probability of each label on its own, between 0 and 1."""


class Tagger:
    """A trained model that tags Arabic sentences.

    Parameters
    ----------
    bundle : Bundle
        The model's arrays and manifest; see `Tagger.load`.
    threads : int
        Threads to use on large batches. Results do not depend on it.

    Attributes
    ----------
    labels : tuple of str
        Names of the labels, in the order of all columns.
    thresholds : ndarray of shape (n_labels,)
        Probabilities from which on a label is given.
    """

    def __init__(self, bundle: Bundle, threads: int = 1) -> None:
        entries = bundle.manifest.labels
        self.manifest = bundle.manifest
        self.labels = tuple(entry.name for entry in entries)
        self.thresholds: Floats = np.array([entry.threshold for entry in entries])
        self.threads = threads
        self._sets: dict[int, tuple[str, ...]] = {}
        self._slope: Floats = np.array([entry.slope for entry in entries])
        self._offset: Floats = np.array([entry.offset for entry in entries])
        self._scorer = Scorer(bundle.manifest.layout, bundle.blocks, np.array([entry.intercept for entry in entries]))

    @classmethod
    def load(cls, path: str | Path, *, threads: int = 1) -> Tagger:
        """Load a `tagger.safetensors`, and check that it still gives the scores that it was saved with.

        Raises
        ------
        MissingFileError
            There is no such file.
        ModelFormatError
            The file is not a model, is damaged, or scores differently here.
        """
        try:
            tagger = cls(load_bundle(Path(path)), threads)
        except ParamsError as error:
            raise ModelFormatError(f"{path}: its {error}; train the model again") from None
        golden = tagger.manifest.golden
        if golden:
            now = tagger._scorer.score([sentence.text for sentence in golden])
            then = np.array([sentence.scores for sentence in golden])
            if now.shape != then.shape or not np.allclose(now, then, rtol=0, atol=_TOLERANCE):
                versions = ", ".join(f"{name} {version}" for name, version in tagger.manifest.versions.items())
                raise ModelFormatError(
                    f"{path}: scores its golden sentences differently here than where it was trained"
                    f" ({versions}); train the model again with the versions installed"
                )
        return tagger

    def tag(self, text: str) -> list[TaggedSentence]:
        """Split a text into sentences and tag each.

        Debris of scraping (stray dates, by-lines, ``[ad_1]``) is left out; offsets count it.
        """
        return self.tag_texts([text])[0]

    def tag_texts(self, texts: Sequence[str]) -> list[list[TaggedSentence]]:
        """Split texts into sentences and tag each; one list for every text, in order."""
        documents = [split(text) for text in texts]
        flat = [sentence for sentences in documents for sentence in sentences]
        tagged = iter(self._tag([s.text for s in flat], [s.start for s in flat], [s.end for s in flat]))
        return [list(islice(tagged, len(sentences))) for sentences in documents]

    def tag_sentences(self, sentences: Sequence[str]) -> list[TaggedSentence]:
        """Tag sentences as they are given, one result each, in order. An empty one gets no label."""
        if isinstance(sentences, str):
            raise TypeError(_NOT_A_LIST)
        return self._tag(sentences, repeat(0), map(len, sentences))

    def predict_proba(self, sentences: Sequence[str]) -> Floats:
        """Return a probability for each label on its own.

        Returns
        -------
        float64 ndarray of shape (n_sentences, n_labels)
            Columns in the order of `labels`. Rows need not sum to 1. 0 for an empty sentence.
        """
        z = -(self.decision_function(sentences) * self._slope + self._offset)
        probabilities: Floats = 1 / (1 + np.exp(np.minimum(z, 700)))
        probabilities[[not text or text.isspace() for text in sentences]] = 0
        return probabilities

    def decision_function(self, sentences: Sequence[str]) -> Floats:
        """Return the linear scores before calibration, float64 of shape (n_sentences, n_labels)."""
        if isinstance(sentences, str):
            raise TypeError(_NOT_A_LIST)
        loaded = "balagh.kernels" in sys.modules
        if len(sentences) < (_WORTH_BATCH if loaded else _WORTH_COMPILED):
            return self._scorer.score(sentences)
        return self._batches.score(sentences, self.threads)

    def explain(self, text: str, *, top: int = 10) -> Explanation:
        """Explain the scores of one sentence, taken as it is given; see `balagh.explain`.

        Parameters
        ----------
        text : str
            Any text; it is not split.
        top : int
            Features to name for and against each label.
        """
        from balagh.explain import explain  # few need it

        return explain(self, text, top=top)

    @property
    def scorer(self) -> Scorer:
        """What counts and weighs the features, for tools that look into the model."""
        return self._scorer

    @cached_property
    def _batches(self) -> BatchScorer:
        from balagh.batches import BatchScorer  # numba is slow to load: only where it pays

        return BatchScorer(self._scorer)

    def _tag(self, texts: Sequence[str], starts: Iterable[int], ends: Iterable[int]) -> list[TaggedSentence]:
        probabilities = self.predict_proba(texts)
        given = (probabilities >= self.thresholds) & (probabilities > 0)
        # Most sentences share a handful of sets of labels: each set is one number, and its tuple is made once.
        sets = (given @ (1 << np.arange(len(self.labels)))).tolist()
        names = {members: self._names(members) for members in set(sets)}
        first = {members: labels[0] if labels else NONE for members, labels in names.items()}
        primaries = [first[members] for members in sets]
        for i in np.flatnonzero(given.sum(axis=1) > 1).tolist():
            primaries[i] = self._primary(probabilities[i], sets[i])
        # Copied and filled a label at a time: many dictionaries of the same keys are made fastest in this way.
        blank = dict.fromkeys(self.labels, 0.0)
        scores = [blank.copy() for _ in texts]
        for name, column in zip(self.labels, probabilities.T.tolist(), strict=True):
            for row, probability in zip(scores, column, strict=True):
                row[name] = probability
        return list(map(TaggedSentence, texts, starts, ends, map(names.__getitem__, sets), primaries, scores))

    def _names(self, members: int) -> tuple[str, ...]:
        if members not in self._sets:
            self._sets[members] = tuple(name for j, name in enumerate(self.labels) if members >> j & 1)
        return self._sets[members]

    def _primary(self, row: Sequence[float] | Floats, members: int) -> str:
        names = self._names(members)
        if len(names) < 2:
            return names[0] if names else NONE
        # On the log-odds scale, so that a high threshold leaves as much room above it as a low one.
        margins = {
            name: _logit(row[j]) - _logit(self.thresholds[j]) for j, name in enumerate(self.labels) if name in names
        }
        return max(margins, key=margins.__getitem__)


def _logit(probability: float) -> float:
    bounded = min(max(float(probability), 1e-12), 1 - 1e-12)
    return math.log(bounded / (1 - bounded))
