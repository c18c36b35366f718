"""CharNgramTfidf: character n-gram TF-IDF as scikit-learn computes it, many times faster."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, Literal, Self

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.exceptions import NotFittedError

from balagh import ngram_plain
from balagh.ngram_plain import Analysis, Bools, Norm, PlainCounts, Rows, Terms, Weighing
from balagh.ngram_rules import check_params, choose, documents, inverse_frequencies

if TYPE_CHECKING:
    from balagh.ngram_batch import BatchCounts, TermIndex

PLAIN_UP_TO: Final = 10_000
"""Characters up to which a batch is counted in plain Python, which is over before compiled code is loaded."""


class CharNgramTfidf(TransformerMixin, BaseEstimator, auto_wrap_output_keys=None):  # type: ignore[call-arg]
    """Turns texts into rows of TF-IDF values of their character n-grams.

    Vocabulary, columns and values are those of `sklearn.feature_extraction.text.TfidfVectorizer` with the same
    parameters, for any Unicode text. A few thousand characters are counted in plain Python; larger batches go
    through code that numba compiles once and keeps on disk. Both give the same bits, on any number of threads.

    Parameters
    ----------
    analyzer : {"char_wb", "char"}
        Whether n-grams keep within words, each padded with a space on both sides, or run over the whole text.
    ngram_range : tuple of (int, int)
        Lengths of the shortest and the longest n-gram.
    lowercase : bool
        Whether to lower capitals first.
    min_df, max_df : int or float
        Least and greatest number (int) or share (float) of documents that have an n-gram of the vocabulary.
    max_features : int, optional
        Size of the vocabulary, which then is made of the most frequent n-grams.
    sublinear_tf : bool
        Whether a count weighs ``1 + log(count)``.
    norm : {"l2", "l1", None}
        Which norm of a row is made 1.
    use_idf : bool
        Whether rare n-grams weigh more.
    smooth_idf : bool
        Whether the document frequencies are those of one more document that has every n-gram.
    dtype : dtype
        ``numpy.float64`` or ``numpy.float32``.
    n_threads : int
        Threads among which a large batch is shared.

    Attributes
    ----------
    idf_ : ndarray of shape (n_features,)
        Inverse document frequencies; only with ``use_idf``. May be set.

    Examples
    --------
    >>> vectorizer = CharNgramTfidf(ngram_range=(2, 3))
    >>> matrix = vectorizer.fit_transform(["أدان المجلس الهجوم", "يدين المجلس الهجوم"])
    >>> matrix.shape
    (2, 40)
    >>> vectorizer.get_feature_names_out()[:3].tolist()
    [' أ', ' أد', ' ا']
    """

    def __init__(
        self,
        *,
        analyzer: Literal["char", "char_wb"] = "char_wb",
        ngram_range: tuple[int, int] = (1, 1),
        lowercase: bool = True,
        min_df: float = 1,
        max_df: float = 1.0,
        max_features: int | None = None,
        sublinear_tf: bool = False,
        norm: Norm = "l2",
        use_idf: bool = True,
        smooth_idf: bool = True,
        dtype: npt.DTypeLike = np.float64,
        n_threads: int = 1,
    ) -> None:
        self.analyzer = analyzer
        self.ngram_range = ngram_range
        self.lowercase = lowercase
        self.min_df = min_df
        self.max_df = max_df
        self.max_features = max_features
        self.sublinear_tf = sublinear_tf
        self.norm = norm
        self.use_idf = use_idf
        self.smooth_idf = smooth_idf
        self.dtype = dtype
        self.n_threads = n_threads

    def fit(self, X: Iterable[str | bytes], y: object = None) -> Self:
        """Learn vocabulary and idf.

        Parameters
        ----------
        X : iterable of str
            The documents; bytes are read as UTF-8.
        y : None
            Ignored.
        """
        self._learn(documents(X))
        return self

    def fit_transform(self, X: Iterable[str | bytes], y: object = None) -> sp.csr_matrix:
        """Learn vocabulary and idf, and return the matrix of the same documents.

        Returns
        -------
        csr_matrix of shape (n_documents, n_features)
            Equal to ``fit(X).transform(X)``, but faster.

        Raises
        ------
        ValueError
            A parameter is out of range, no document has an n-gram, or none fits min_df and max_df.
        """
        counts, chosen = self._learn(documents(X))
        return self._matrix(counts.rows(chosen, self._weighing(), self.n_threads))

    def transform(self, X: Iterable[str | bytes]) -> sp.csr_matrix:
        """Return the matrix of documents.

        Returns
        -------
        csr_matrix of shape (n_documents, n_features)

        Raises
        ------
        NotFittedError
            There is no vocabulary yet.
        """
        self._check_fitted()
        texts = documents(X)
        index = self._index()
        if index is None and sum(map(len, texts)) <= PLAIN_UP_TO:
            return self._matrix(ngram_plain.rows(texts, self._analysis(), self.vocabulary_, self._weighing()))
        index = index or self._new_index()
        return self._matrix(index.rows(texts, self._weighing(), self.n_threads))

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[np.object_]:
        """Return the n-grams of the columns, in order.

        Parameters
        ----------
        input_features : object
            Ignored.
        """
        self._check_fitted()
        return np.array(self._terms.strings(), dtype=object)

    @property
    def vocabulary_(self) -> dict[str, int]:
        """Column of each n-gram."""
        if not self.__sklearn_is_fitted__():
            raise AttributeError("vocabulary_ is there after fit")
        if "vocabulary" not in self._made:
            self._made["vocabulary"] = {ngram: column for column, ngram in enumerate(self._terms.strings())}
        vocabulary: dict[str, int] = self._made["vocabulary"]
        return vocabulary

    def _learn(self, texts: list[str]) -> tuple[PlainCounts | BatchCounts, Bools]:
        params = self.get_params(deep=False)
        check_params(params)
        counts = self._count(texts)
        chosen = choose(counts.df, counts.totals, len(texts), params)
        self._terms: Terms = counts.spell(chosen)
        # What can be made again from the terms; pickles go without it.
        self._made: dict[str, Any] = {}
        if self.use_idf:
            idf = inverse_frequencies(counts.df[chosen], len(texts), self.smooth_idf)
            self.idf_ = idf.astype(self.dtype)
        elif hasattr(self, "idf_"):
            del self.idf_
        return counts, chosen

    def _count(self, texts: list[str]) -> PlainCounts | BatchCounts:
        if sum(map(len, texts)) <= PLAIN_UP_TO:
            return PlainCounts(texts, self._analysis())
        from balagh.ngram_batch import BatchCounts

        return BatchCounts(texts, self._analysis())

    def _index(self) -> TermIndex | None:
        made: tuple[Analysis, TermIndex] | None = self._made.get("index")
        return made[1] if made is not None and made[0] == self._analysis() else None

    def _new_index(self) -> TermIndex:
        from balagh.ngram_batch import TermIndex

        analysis = self._analysis()
        index = TermIndex(self._terms, analysis)
        self._made["index"] = analysis, index
        return index

    def _analysis(self) -> Analysis:
        return Analysis(*self.ngram_range, self.analyzer == "char_wb", bool(self.lowercase))

    def _weighing(self) -> Weighing:
        idf = self.idf_ if self.use_idf else np.ones(len(self._terms.ends))
        return Weighing(idf, bool(self.sublinear_tf), self.norm)

    def _matrix(self, rows: Rows) -> sp.csr_matrix:
        indptr = np.concatenate([[0], rows.ends])
        size = np.int32 if indptr[-1] <= np.iinfo(np.int32).max else np.int64
        parts = (
            rows.data.astype(self.dtype, copy=False),
            rows.indices.astype(size, copy=False),
            indptr.astype(size),
        )
        matrix = sp.csr_matrix(parts, shape=(len(rows.ends), len(self._terms.ends)), copy=False)
        matrix.has_sorted_indices = True
        return matrix

    def _check_fitted(self) -> None:
        if not self.__sklearn_is_fitted__():
            raise NotFittedError("This CharNgramTfidf is not fitted yet. Call 'fit' before using it.")

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_terms")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = super().__getstate__()
        return {**state, "_made": {}} if "_made" in state else state
