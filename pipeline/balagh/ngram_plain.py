"""Character n-grams and their weights in plain Python: what they are, and how a few texts are counted.

What is written here in a line or two, `balagh.ngram_kernels` does in the same order of floating-point operations,
so that both give the same bits.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Norm: TypeAlias = Literal["l1", "l2"] | None

Bools: TypeAlias = npt.NDArray[np.bool_]
Points: TypeAlias = npt.NDArray[np.uint32]

_UTF_32: Final = f"utf-32-{sys.byteorder[0]}e"
_SPACES: Final = re.compile(r"\s\s+")


class Analysis(NamedTuple):
    """Which n-grams a text has."""

    shortest: int
    longest: int
    within_words: bool
    """Whether n-grams keep within words, each padded with a space on both sides."""
    lowercase: bool


class Weighing(NamedTuple):
    """How counts become values."""

    idf: Floats
    """Shape (n_features,)."""
    sublinear: bool
    norm: Norm


class Terms(NamedTuple):
    """N-grams in alphabetical order."""

    points: Points
    """Code points of all, end to end."""
    ends: Ints
    """Shape (n_terms,): where each ends."""

    def strings(self) -> list[str]:
        """Return the n-grams one by one."""
        text, ends = decode(self.points), self.ends.tolist()
        return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]


class Rows(NamedTuple):
    """Rows of a sparse matrix."""

    data: Floats
    indices: npt.NDArray[np.int32]
    ends: Ints
    """Shape (n_rows,): where each row ends."""


def encode(text: str) -> Points:
    """Return the code points of a text."""
    return np.frombuffer(text.encode(_UTF_32, "surrogatepass"), dtype=np.uint32)


def decode(points: Points) -> str:
    """Return the text of code points."""
    return points.tobytes().decode(_UTF_32, "surrogatepass")


def frequencies(counts: Iterable[int], sublinear: bool) -> Floats:
    """Return the weight of each count: itself, or ``1 + log(count)``."""
    if sublinear:
        return np.array([math.log(count) + 1.0 for count in counts], dtype=np.float64)
    return np.array([*counts], dtype=np.float64)


def ngrams(text: str, analysis: Analysis) -> list[str]:
    """Return the n-grams of a text, with repeats.

    Examples
    --------
    >>> ngrams("بلاغ", Analysis(5, 6, within_words=True, lowercase=False))
    [' بلاغ', 'بلاغ ', ' بلاغ ']
    >>> ngrams("a  b", Analysis(2, 3, within_words=False, lowercase=False))
    ['a ', ' b', 'a b']
    """
    if analysis.lowercase:
        text = text.lower()
    if not analysis.within_words:
        return _windows(_SPACES.sub(" ", text), analysis.shortest, analysis.longest)
    found = []
    for word in text.split():
        padded = f" {word} "
        # A padded word that is shorter than every n-gram counts as a whole.
        found += _windows(padded, min(analysis.shortest, len(padded)), analysis.longest)
    return found


def _windows(text: str, shortest: int, longest: int) -> list[str]:
    return [
        text[start : start + length]
        for length in range(shortest, min(longest, len(text)) + 1)
        for start in range(len(text) - length + 1)
    ]


class PlainCounts:
    """The n-grams of a few texts, counted.

    Parameters
    ----------
    texts : sequence of str
        The texts.
    analysis : Analysis
        Which n-grams they have.

    Attributes
    ----------
    df : int64 array of shape (n_ngrams,)
        Number of texts that have each n-gram, in alphabetical order.
    """

    def __init__(self, texts: Sequence[str], analysis: Analysis) -> None:
        self._counts = [Counter(ngrams(text, analysis)) for text in texts]
        df = Counter(ngram for counts in self._counts for ngram in counts)
        self._ngrams = sorted(df)
        self.df: Ints = np.array([df[ngram] for ngram in self._ngrams], dtype=np.int64)

    def totals(self) -> Ints:
        """Return how often each n-gram occurs."""
        totals: Counter[str] = sum(self._counts, Counter())
        return np.array([totals[ngram] for ngram in self._ngrams], dtype=np.int64)

    def spell(self, chosen: Bools) -> Terms:
        """Return the n-grams that a mask chooses."""
        strings = list(compress(self._ngrams, chosen))
        return Terms(encode("".join(strings)), np.cumsum([len(string) for string in strings], dtype=np.int64))

    def rows(self, chosen: Bools, weighing: Weighing, n_threads: int = 1) -> Rows:
        """Return the rows of the matrix of the texts, its columns those that a mask chooses."""
        vocabulary = {ngram: feature for feature, ngram in enumerate(compress(self._ngrams, chosen))}
        return _weigh(self._counts, vocabulary, weighing)


def rows(texts: Sequence[str], analysis: Analysis, vocabulary: Mapping[str, int], weighing: Weighing) -> Rows:
    """Return the rows of the matrix of texts, its columns the n-grams of a vocabulary."""
    return _weigh([Counter(ngrams(text, analysis)) for text in texts], vocabulary, weighing)


def _weigh(counts: Sequence[Mapping[str, int]], vocabulary: Mapping[str, int], weighing: Weighing) -> Rows:
    rows = [_weigh_text(one, vocabulary, weighing) for one in counts]
    ends = np.cumsum([len(indices) for indices, _ in rows], dtype=np.int64)
    indices = np.concatenate([np.empty(0, dtype=np.int32), *(indices for indices, _ in rows)])
    return Rows(np.concatenate([np.empty(0), *(data for _, data in rows)]), indices, ends)


def _weigh_text(
    counts: Mapping[str, int], vocabulary: Mapping[str, int], weighing: Weighing
) -> tuple[npt.NDArray[np.int32], Floats]:
    known = sorted((vocabulary[ngram], count) for ngram, count in counts.items() if ngram in vocabulary)
    indices = np.array([feature for feature, _ in known], dtype=np.int32)
    data = frequencies([count for _, count in known], weighing.sublinear) * weighing.idf[indices]
    if weighing.norm is not None and len(data):
        # cumsum adds one by one, as compiled code does; sum would add in pairs.
        total = float(np.cumsum(data * data if weighing.norm == "l2" else np.abs(data))[-1])
        if weighing.norm == "l2":
            total = math.sqrt(total)
        if total > 0:
            data /= total
    return indices, data
