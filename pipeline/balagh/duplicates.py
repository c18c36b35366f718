"""Find sentences that share most of their wording: copies with a word changed, a date added, a mark lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import CountVectorizer

from balagh.errors import ParamsError
from balagh.text import normalise

Ints: TypeAlias = npt.NDArray[np.int64]

SHINGLE: Final = 5
"""Characters of a shingle; of words instead, one changed word in a short sentence would hide a copy."""

# Texts and pairs compared in one step: as many as fit in some hundred megabytes.
_TEXTS, _PAIRS = 1000, 20_000
# Sums of fractions may come out a little too large.
_ROUNDING = 1e-9


class Pairs(NamedTuple):
    """Near-duplicate texts: ``first[k] < second[k]`` are indices, sorted, with their similarity."""

    first: Ints
    second: Ints
    similarity: npt.NDArray[np.float64]


def near_duplicate_pairs(texts: Sequence[str], threshold: float = 0.5) -> Pairs:
    """Find all pairs of texts that share most of their wording.

    The similarity is the Jaccard index of the sets of five-character shingles of the normalised texts. The
    search is exact: no pair at or above the threshold is missed.

    Parameters
    ----------
    texts : sequence of str
        Sentences; those equal after normalising have similarity 1, however short.
    threshold : float
        Least similarity, above 0 and at most 1.

    Returns
    -------
    Pairs
        Of equal texts, each is paired with the first of them only.

    Raises
    ------
    ParamsError
        The threshold is out of range.

    Examples
    --------
    >>> texts = ["أدان المجلس الهجوم على المطار", "اجتمع الوزراء", "وأدان المجلس الهجوم على المطار."]
    >>> near_duplicate_pairs(texts).similarity.round(2).tolist()
    [0.93]
    """
    if not 0 < threshold <= 1:
        raise ParamsError(f"near-duplicate threshold {threshold}: it must be above 0 and at most 1")
    distinct: dict[str, int] = {}
    firsts = np.array([distinct.setdefault(normalise(text), index) for index, text in enumerate(texts)], dtype=np.int64)
    copies = np.flatnonzero(firsts != np.arange(len(firsts)))
    found = _similar(list(distinct), threshold)
    places = np.fromiter(distinct.values(), dtype=np.int64, count=len(distinct))
    first = np.concatenate([firsts[copies], places[found.first]])
    second = np.concatenate([copies, places[found.second]])
    similarity = np.concatenate([np.ones(len(copies)), found.similarity])
    order = np.lexsort((second, first))
    return Pairs(first[order], second[order], similarity[order])


def near_duplicates(texts: Sequence[str], threshold: float = 0.5) -> Ints:
    """Return the cluster of each text: texts that near-duplicate pairs join, directly or by others.

    Returns
    -------
    ndarray of shape (len(texts),)
        Numbers from 0, in the order in which clusters first appear.

    Examples
    --------
    >>> near_duplicates(["أدان المجلس الهجوم", "اجتمع الوزراء", "أدانَ المجلسُ الهجومَ"]).tolist()
    [0, 1, 0]
    """
    pairs = near_duplicate_pairs(texts, threshold)
    return components(pairs.first, pairs.second, len(texts))


def components(first: Ints, second: Ints, size: int) -> Ints:
    """Return the connected part of each node, numbered in the order in which they first appear."""
    edges = sp.coo_matrix((np.ones(len(first), dtype=np.bool_), (first, second)), shape=(size, size))
    _, parts = connected_components(edges, directed=False)
    _, index, inverse = np.unique(parts, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(index)).astype(np.int64)[inverse]


class _Sets(NamedTuple):
    """The shingles of each text, numbered from the rarest to the commonest, and the rarest of each."""

    all: sp.csr_matrix
    size: Ints
    rarest: sp.csr_matrix
    rest: Ints
    last: Ints


def _similar(texts: list[str], threshold: float) -> Pairs:
    """Find similar pairs among distinct normalised texts, by prefix filtering as in PPJoin.

    Two sets that are similar enough share one of the rarest shingles of each, where as many of the rarest
    are taken as the set may lack and one more. Only such pairs are compared.
    """
    first, second, similarity = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0)]
    if any(len(text) >= SHINGLE for text in texts):
        sets = _shingle(texts, threshold)
        for start in range(0, len(texts), _TEXTS):
            i, j = _candidates(sets, start, threshold)
            for cut in range(0, len(i), _PAIRS):
                a, b = i[cut : cut + _PAIRS], j[cut : cut + _PAIRS]
                shared = np.asarray(sets.all[a].multiply(sets.all[b]).sum(axis=1)).ravel()
                jaccard = shared / (sets.size[a] + sets.size[b] - shared)
                good = jaccard >= threshold - _ROUNDING
                first.append(a[good])
                second.append(b[good])
                similarity.append(jaccard[good])
    return Pairs(np.concatenate(first), np.concatenate(second), np.concatenate(similarity))


def _shingle(texts: list[str], threshold: float) -> _Sets:
    counter = CountVectorizer(
        analyzer="char", ngram_range=(SHINGLE, SHINGLE), lowercase=False, binary=True, dtype=np.int32
    )
    matrix = counter.fit_transform(texts).tocsr()
    often = np.bincount(matrix.indices, minlength=matrix.shape[1])
    rank = np.empty(len(often), dtype=matrix.indices.dtype)
    rank[np.argsort(often, kind="stable")] = np.arange(len(often))
    matrix = sp.csr_matrix((matrix.data, rank[matrix.indices], matrix.indptr), shape=matrix.shape)
    matrix.sort_indices()
    size = np.diff(matrix.indptr).astype(np.int64)
    taken = np.where(size > 0, size - np.ceil(threshold * size - _ROUNDING).astype(np.int64) + 1, 0)
    place = np.arange(matrix.nnz) - np.repeat(matrix.indptr[:-1], size)
    rare = place < np.repeat(taken, size)
    rarest = sp.csr_matrix(
        (matrix.data[rare], matrix.indices[rare], np.concatenate([[0], np.cumsum(taken)])), shape=matrix.shape
    )
    last = np.full(len(size), -1, dtype=np.int64)
    last[taken > 0] = rarest.indices[rarest.indptr[1:][taken > 0] - 1]
    return _Sets(matrix, size, rarest, size - taken, last)


def _candidates(sets: _Sets, start: int, threshold: float) -> tuple[Ints, Ints]:
    """Return the pairs with one of a block of texts that may be similar enough."""
    shared = (sets.rarest[start : start + _TEXTS] @ sets.rarest.T).tocoo()
    i, j = shared.row.astype(np.int64) + start, shared.col.astype(np.int64)
    # Beyond those shared among the rarest, only the rest of the set whose rarest end first can be shared.
    most = shared.data + np.where(sets.last[i] <= sets.last[j], sets.rest[i], sets.rest[j])
    least = threshold / (1 + threshold) * (sets.size[i] + sets.size[j]) - _ROUNDING
    good = (i < j) & (np.minimum(most, np.minimum(sets.size[i], sets.size[j])) >= least)
    return i[good], j[good]
