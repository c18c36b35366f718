"""Character n-grams of large batches: chunks of texts, on threads, through compiled code."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from balagh import ngram_growth, ngram_kernels, ngram_trie
from balagh.ngram_gather import gather, map_on_threads
from balagh.ngram_plain import (
    Analysis,
    Bools,
    Ints,
    Points,
    Rows,
    Terms,
    Weighing,
    decode,
    encode,
    frequencies,
)

Codes: TypeAlias = npt.NDArray[np.int32]

CHUNK: Final = 1 << 16
"""Characters that one call of compiled code reads, unless a single text has more."""

TABLE: Final = 1024
"""Counts below this have their weight in a table."""

_N_POINTS: Final = sys.maxunicode + 1
# The only letters whose lower case is two letters, or depends on what stands beside them.
_ODD_CAPITALS: Final = ("\u0130", "\u03a3")
_SPACE: Final = ord(" ")


def _encode(texts: Sequence[str], lowercase: bool) -> tuple[Points, Ints]:
    """Return the code points of texts, end to end, and where each begins; capitals are only partly lowered."""
    joined = "".join(texts)
    if lowercase and any(capital in joined for capital in _ODD_CAPITALS):
        texts = [text.lower() for text in texts]
        joined = "".join(texts)
    offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)), out=offsets[1:])
    return encode(joined), offsets


@lru_cache(maxsize=1)
def _all_letters() -> tuple[Codes, Ints]:
    """Return the lower case of every code point, itself for an odd one, and those that are white space."""
    points = np.arange(_N_POINTS, dtype=np.uint32)
    for capital in _ODD_CAPITALS:
        points[ord(capital)] = 0
    text = decode(points)
    lower = encode(text.lower()).astype(np.int32)
    for capital in _ODD_CAPITALS:
        lower[ord(capital)] = ord(capital)
    return lower, np.array([match.start() for match in re.finditer(r"\s", text)], dtype=np.int64)


def _code_table(alphabet: Points, lowercase: bool) -> tuple[Codes, int]:
    """Return the code of every code point, as compiled code wants it, and that of a space."""
    lower, spaces = _all_letters()
    table = np.zeros(_N_POINTS, dtype=np.int32)
    table[alphabet] = np.arange(1, len(alphabet) + 1)
    if lowercase:
        table = table[lower]
    table[spaces] = -1 - table[spaces]
    return table, int(-1 - table[_SPACE])


def _chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut a batch into pieces of about as many characters each."""
    start, size = 0, 0
    for end, text in enumerate(texts, 1):
        size += len(text)
        if size >= CHUNK or end == len(texts):
            yield texts[start:end]
            start, size = end, 0


def _weights(weighing: Weighing) -> tuple[Any, Any, bool, int]:
    table = np.concatenate([[0.0], frequencies(range(1, TABLE), weighing.sublinear)])
    norm = {None: 0, "l1": 1, "l2": 2}[weighing.norm]
    return np.ascontiguousarray(weighing.idf, dtype=np.float64), table, weighing.sublinear, norm


class TermIndex:
    """Finds and weighs known n-grams in large batches.

    Parameters
    ----------
    terms : Terms
        The known n-grams, in alphabetical order.
    analysis : Analysis
        Which n-grams texts have.
    """

    def __init__(self, terms: Terms, analysis: Analysis) -> None:
        alphabet = np.unique(terms.points)
        codes = (np.searchsorted(alphabet, terms.points) + 1).astype(np.int32)
        nodes = ngram_trie.nodes_of(codes, terms.ends)
        self._trie = (*ngram_trie.place(*nodes, len(alphabet) + 1), len(terms.ends))
        self._code_of, self._space = _code_table(alphabet, analysis.lowercase)
        self._analysis = analysis

    def rows(self, texts: Sequence[str], weighing: Weighing, n_threads: int) -> Rows:
        """Return the rows of the matrix of texts."""
        table, analysis, weights = (self._code_of, self._space), self._analysis, _weights(weighing)

        def prepare(chunk: Sequence[str]) -> tuple[Points, Ints, int]:
            points, offsets = _encode(chunk, analysis.lowercase)
            return points, offsets, ngram_kernels.most_ngrams(points, len(chunk), table[0], analysis[:3])

        def write(number: int, *place: Any) -> Any:
            points, offsets, _ = chunks[number]
            return ngram_kernels.transform_rows(points, offsets, *table, analysis[:3], self._trie, weights, *place)

        chunks = map_on_threads(prepare, _chunks(texts), n_threads)
        return gather(write, [most for _, _, most in chunks], n_threads)


class BatchCounts:
    """The n-grams of a large batch, counted; the compiled likeness of `balagh.ngram_plain.PlainCounts`.

    Parameters
    ----------
    texts : sequence of str
        The batch.
    analysis : Analysis
        Which n-grams the texts have.

    Attributes
    ----------
    df : int64 array of shape (n_ngrams,)
        Number of texts that have each n-gram, in alphabetical order.

    Raises
    ------
    ValueError
        There are more n-grams than can be numbered.
    """

    def __init__(self, texts: Sequence[str], analysis: Analysis) -> None:
        chunks = [_encode(chunk, analysis.lowercase) for chunk in _chunks(texts)]
        lower, _ = _all_letters()
        seen = np.zeros(_N_POINTS, dtype=np.bool_)
        seen[_SPACE] = True
        for points, _ in chunks:
            seen[lower[points] if analysis.lowercase else points] = True
        self._alphabet = np.flatnonzero(seen).astype(np.uint32)
        code_bits = len(self._alphabet).bit_length()
        self._bits = (np.uint64(code_bits), np.uint64(min(31, (64 - code_bits) // 2)))
        self._found: list[tuple[Any, Any]] = []
        keys, texts_with = self._grow(chunks, analysis)
        order = len(self._alphabet) + np.argsort(keys[len(self._alphabet) :])
        place = ngram_growth.alphabetical(keys, order, len(self._alphabet), self._bits[0])
        by_place = np.argsort(place)
        self._ngrams = by_place[texts_with[by_place] > 0]
        self._keys, self.df = keys, texts_with[self._ngrams].astype(np.int64)

    def _grow(self, chunks: Iterable[tuple[Points, Ints]], analysis: Analysis) -> tuple[Any, Any]:
        """Read all chunks; return the key of each n-gram, and the number of texts that have it."""
        n_letters, first_text = len(self._alphabet), 0
        code_of, space = _code_table(self._alphabet, analysis.lowercase)
        growth, desk = ngram_growth.new_growth(n_letters), np.empty(0, dtype=np.int32)
        for points, offsets in chunks:
            most = ngram_kernels.most_ngrams(points, len(offsets) - 1, code_of, analysis[:3]) + 1
            if most > len(desk):
                desk = np.empty(most, dtype=np.int32)
            ends, growth = ngram_growth.grow(
                points, offsets, code_of, space, analysis[:3], growth, self._bits, n_letters, first_text, desk
            )
            if len(ends) == 0:
                raise ValueError(f"more than {1 << int(self._bits[1]):,} n-grams; fit on fewer documents")
            self._found.append((desk[: ends[-1]].copy(), ends))
            first_text += len(ends)
        _, keys, texts, n_ngrams = growth
        return keys[:n_ngrams], texts[:n_ngrams, 1]

    def totals(self) -> Ints:
        """Return how often each n-gram occurs."""
        totals = np.zeros(len(self._keys), dtype=np.int64)
        for found, _ in self._found:
            totals += np.bincount(found, minlength=len(totals))
        chosen: Ints = totals[self._ngrams]
        return chosen

    def spell(self, chosen: Bools) -> Terms:
        """Return the n-grams that a mask chooses."""
        codes, ends = ngram_growth.spell(self._keys, self._ngrams[chosen], len(self._alphabet), self._bits[0])
        return Terms(self._alphabet[codes - 1], ends)

    def rows(self, chosen: Bools, weighing: Weighing, n_threads: int) -> Rows:
        """Return the rows of the matrix of the batch, its columns those that a mask chooses."""
        weights, n_features = _weights(weighing), len(weighing.idf)
        feature_of = np.full(len(self._keys), -1, dtype=np.int32)
        feature_of[self._ngrams[chosen]] = np.arange(n_features)

        def write(number: int, *place: Any) -> Any:
            return ngram_growth.weigh_rows(*self._found[number], feature_of, n_features, weights, *place)

        return gather(write, [len(found) for found, _ in self._found], n_threads)
