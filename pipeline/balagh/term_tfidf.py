"""TermTfidf: TF-IDF over the terms of `balagh.terms`, as a scikit-learn estimator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, Self

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.base import BaseEstimator, TransformerMixin

from balagh.alphabet import encode, tokens
from balagh.arithmetic import logarithms, powers
from balagh.cues import CueClass, CueMatcher, load_cues
from balagh.errors import DataError
from balagh.terms import Family, Keys, term_names, terms

Floats = npt.NDArray[np.float64]


def row_lengths(matrix: sp.csr_matrix) -> Floats:
    """Return the Euclidean length of each row, shape (n_rows,)."""
    lengths: Floats = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return lengths


def scale_rows(matrix: sp.csr_matrix, lengths: Floats, power: float) -> sp.csr_matrix:
    """Return the matrix with each row divided by its length to a power; empty rows stay empty."""
    factors = powers(np.where(lengths > 0, lengths, 1.0), -power)
    return sp.csr_matrix(sp.diags_array(factors) @ matrix)


class TermTfidf(TransformerMixin, BaseEstimator):
    """Turns normalised sentences into rows of sublinear TF-IDF over one family of terms.

    The numbers are those of `sklearn.feature_extraction.text.TfidfVectorizer` with ``sublinear_tf=True`` and
    the terms' names as its tokens; columns are ordered by key.

    Parameters
    ----------
    family : {"words", "cues", "context"}
        Which terms to count.
    min_df : int
        Sentences in which a term must occur.
    norm : {"l2", None}
        Whether every row is scaled to length 1.
    cues : mapping of str to CueClass, optional
        The lists of cue classes; those that come with balagh by default.

    Attributes
    ----------
    keys_ : ndarray of shape (n_features,)
        Keys of the terms, ascending.
    idf_ : ndarray of shape (n_features,)
    names_ : ndarray of shape (n_features,)
        Readable names of the terms.
    """

    def __init__(
        self,
        family: Family = "words",
        *,
        min_df: int = 2,
        norm: Literal["l2"] | None = "l2",
        cues: Mapping[str, CueClass] | None = None,
    ) -> None:
        self.family = family
        self.min_df = min_df
        self.norm = norm
        self.cues = cues

    def fit(self, X: Iterable[str], y: object = None) -> Self:
        """Learn vocabulary and idf from normalised sentences."""
        self.fit_transform(X)
        return self

    def fit_transform(self, X: Iterable[str], y: object = None) -> sp.csr_matrix:
        """Learn vocabulary and idf, and return the matrix of the same sentences.

        Raises
        ------
        DataError
            No term occurs in ``min_df`` sentences.
        """
        matcher = self._matcher()
        names: dict[int, str] = {}
        rows: list[Keys] = []
        for text in X:
            words = tokens(encode(text))
            found = terms(words, self.family, matcher)
            rows.append(found.keys)
            names.update(zip(found.keys.tolist(), term_names(words, found, matcher), strict=True))
        keys, df = np.unique(np.concatenate([np.unique(row) for row in rows]), return_counts=True)
        keep = df >= self.min_df
        if not keep.any():
            raise DataError(
                f"no {self.family} term occurs in {self.min_df} sentences; give more data, lower min_df_terms"
                f" or leave the block out ({self.family}: 0)"
            )
        self.keys_, df = keys[keep], df[keep]
        self.idf_ = logarithms((1 + len(rows)) / (1 + df)) + 1
        self.names_ = np.array([names[key] for key in self.keys_.tolist()], dtype=object)
        return self._weigh(rows)

    def transform(self, X: Iterable[str]) -> sp.csr_matrix:
        """Return the TF-IDF matrix, shape (n_sentences, n_features), of normalised sentences."""
        matcher = self._matcher()
        return self._weigh([terms(tokens(encode(text)), self.family, matcher).keys for text in X])

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[np.object_]:
        """Return the readable names of the columns."""
        return self.names_

    def _matcher(self) -> CueMatcher:
        return CueMatcher(load_cues() if self.cues is None else self.cues)

    def _weigh(self, rows: list[Keys]) -> sp.csr_matrix:
        lengths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
        keys = np.concatenate([*rows, np.empty(0, dtype=np.uint64)])
        columns = np.searchsorted(self.keys_, keys)
        known = self.keys_[np.minimum(columns, len(self.keys_) - 1)] == keys
        row = np.repeat(np.arange(len(rows)), lengths)[known]
        shape = (len(rows), len(self.keys_))
        counts = sp.csr_matrix((np.ones(len(row)), (row, columns[known])), shape=shape)
        counts.sum_duplicates()
        known_counts, which = np.unique(counts.data, return_inverse=True)
        counts.data = (1 + logarithms(known_counts))[which] * self.idf_[counts.indices]
        return counts if self.norm is None else scale_rows(counts, row_lengths(counts), 1.0)
