"""The linear scores of sentences from plain arrays: one sentence at a time in NumPy, many in compiled code.

Both ways do the same floating-point operations in the same order, so that a sentence gets the same bits
whichever is taken, in whatever company, on however many threads.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple, cast

import msgspec
import numpy as np
import numpy.typing as npt

from balagh.alphabet import SPACE, encode, tokens
from balagh.codes import raw_codes
from balagh.cues import CueClass, CueMatcher
from balagh.params import Folding
from balagh.terms import KEY_BITS, Family, Keys, terms

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

BLOCKS: Final[tuple[str, ...]] = ("ngrams", "words", "cues", "context")
"""The blocks of features, in the order of their columns; all but the first are families of terms."""
BITS = 6
"""Bits of a character in the key of an n-gram; its last character stands lowest."""
FEATURE_BITS = 64 - KEY_BITS
"""Bits that are left for the number of a feature beside its key in one word."""
LOG_TABLE = 4096
LOGS: Floats = np.array([0.0] + [1 + math.log(count) for count in range(1, LOG_TABLE)])
"""Sublinear term frequency ``1 + log(count)`` by count."""


class Block(NamedTuple):
    """The features of one block and their weights."""

    keys: Keys
    """Shape (n_features,), ascending."""
    rows: npt.NDArray[np.float32]
    """Shape (n_features, 1 + n_labels): idf, then a weight for each label."""


class BlockScale(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a block's vector is scaled: by ``factor / length ** power``."""

    factor: float
    power: float

    def of(self, values: Floats) -> float:
        """Return the number that a block's vector is multiplied by."""
        # cumsum adds one by one, as compiled code does; sum would add in pairs.
        return float(self.factor / math.sqrt(np.cumsum(values * values)[-1]) ** self.power)


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What beside the arrays says how a sentence is counted."""

    folding: Folding
    ngram_min: int
    ngram_max: int
    scales: dict[str, BlockScale]
    cues: dict[str, CueClass]


class Scorer:
    """Scores sentences with the weights of a trained model.

    Parameters
    ----------
    layout : Layout
        Normalisation, n-gram lengths and cue lists.
    blocks : mapping of str to Block
        The arrays of some or all of `BLOCKS`.
    intercept : ndarray of shape (n_labels,)
        Score of a sentence without any known feature.
    """

    def __init__(self, layout: Layout, blocks: Mapping[str, Block], intercept: Floats) -> None:
        self.layout = layout
        self.blocks = dict(blocks)
        self.intercept = intercept
        self.matcher = CueMatcher(layout.cues)
        self._ngrams_of = lru_cache(maxsize=1 << 15)(self._lookup_ngrams)

    def tokens(self, text: str) -> list[bytes]:
        """Return the encoded words and marks of a raw sentence."""
        return tokens(raw_codes(text, self.layout.folding))

    def score(self, texts: Sequence[str]) -> Floats:
        """Return the scores of raw sentences one by one, shape (n_sentences, n_labels)."""
        scores = np.empty((len(texts), len(self.intercept)))
        for i, text in enumerate(texts):
            scores[i] = self._score_tokens(self.tokens(text))
        return scores

    def features(self, words: Sequence[bytes], name: str) -> Indices:
        """Return the known features of a block in the order in which they are met, repeats included."""
        if name == "ngrams":
            found = self.ngrams(words)
        else:
            found = lookup(self.blocks[name].keys, terms(words, cast(Family, name), self.matcher).keys)
        return found[found >= 0]

    def ngrams(self, words: Sequence[bytes]) -> Indices:
        """Return the feature of each character n-gram of the words, -1 for an unknown one."""
        return np.concatenate([np.empty(0, dtype=np.int64), *map(self._ngrams_of, words)])

    def _score_tokens(self, words: Sequence[bytes]) -> Floats:
        score = self.intercept.copy()
        for name, block in self.blocks.items():
            features, values = weigh(self.features(words, name), block)
            if len(features):
                factor = self.layout.scales[name].of(values)
                weights = block.rows[features, 1:].astype(np.float64)
                score += np.cumsum(values[:, None] * weights, axis=0)[-1] * factor
        return score

    def _lookup_ngrams(self, word: bytes) -> Indices:
        keys = ngram_keys(word, self.layout.ngram_min, self.layout.ngram_max)
        return lookup(self.blocks["ngrams"].keys, keys)


def weigh(features: Indices, block: Block) -> tuple[Indices, Floats]:
    """Return the distinct features in order of first occurrence, and tf-idf of each before the norm."""
    distinct, first, counts = np.unique(features, return_index=True, return_counts=True)
    order = np.argsort(first)
    tf = np.array([LOGS[c] if c < LOG_TABLE else 1 + math.log(c) for c in counts[order].tolist()])
    return distinct[order], tf * block.rows[distinct[order], 0].astype(np.float64)


def lookup(known: Keys, keys: Keys) -> Indices:
    """Return the position of each key among the known ones, which ascend; -1 for one that is not there."""
    if len(known) == 0:
        return np.full(len(keys), -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[at] == keys, at, -1)


def ngram_spans(size: int, shortest: int, longest: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of each n-gram of a word padded to ``size`` symbols, as ``char_wb`` orders them.

    N-grams go from short to long, each length from left to right, and a padded word that is not longer than
    an n-gram counts once and ends the list.
    """
    for length in range(shortest, longest + 1):
        yield from ((i, min(i + length, size)) for i in range(max(size - length, 0) + 1))
        if size <= length:
            break


def ngram_keys(word: bytes, shortest: int, longest: int) -> Keys:
    """Return the keys of a word's character n-grams, in the order of scikit-learn's ``char_wb`` analyser.

    The word is padded with a space on both sides; see `ngram_spans`.
    """
    codes = [1, *(code - SPACE + 1 for code in word), 1]
    keys = [pack(codes[start:end]) for start, end in ngram_spans(len(codes), shortest, longest)]
    return np.array(keys, dtype=np.uint64)


def pack(codes: Sequence[int]) -> int:
    """Return the key of an n-gram: six bits for each of its symbols, none of which is 0."""
    key = 0
    for code in codes:
        key = key << BITS | code
    return key


def ngram_key(ngram: str) -> int:
    """Return the key of an n-gram of symbols, as `balagh.alphabet.spaced` writes them."""
    return pack([code - SPACE + 1 for code in encode(ngram)])
