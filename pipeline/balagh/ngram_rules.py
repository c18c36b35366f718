"""The rules of scikit-learn's text vectorizers that `CharNgramTfidf` follows: parameters, documents, vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from numbers import Integral, Real
from typing import Any, Final

import numpy as np

from balagh.arithmetic import logarithms
from balagh.ngram_plain import Bools, Floats, Ints

_CHOICES: Final[dict[str, tuple[Any, ...]]] = {
    "analyzer": ("char", "char_wb"),
    "norm": ("l1", "l2", None),
    "dtype": (np.float64, np.float32),
}


def check_params(params: dict[str, Any]) -> None:
    """Check the parameters of a `CharNgramTfidf`.

    Raises
    ------
    ValueError
        One of them is out of range.
    """
    for name, choices in _CHOICES.items():
        if params[name] not in choices:
            allowed = ", ".join(getattr(choice, "__name__", repr(choice)) for choice in choices)
            raise ValueError(f"Invalid value for {name}={params[name]!r}: must be one of {allowed}.")
    shortest, longest = params["ngram_range"]
    if shortest > longest:
        raise ValueError(
            f"Invalid value for ngram_range={params['ngram_range']} lower boundary larger than the upper boundary."
        )
    if shortest < 1:
        raise ValueError(f"Invalid value for ngram_range={params['ngram_range']}: an n-gram has a letter at least.")
    for name in ("min_df", "max_df"):
        share = params[name]
        whole = isinstance(share, Integral)
        if not (int(share) >= 1 if whole else isinstance(share, Real) and 0 <= float(share) <= 1):
            raise ValueError(f"Invalid value for {name}={share!r}: an int from 1 or a float from 0 to 1 is expected.")
    for name in ("n_threads", "max_features"):
        number = params[name]
        if not ((isinstance(number, Integral) and int(number) >= 1) or (name == "max_features" and number is None)):
            raise ValueError(f"Invalid value for {name}={number!r}: an int from 1 is expected.")


def documents(X: Iterable[str | bytes]) -> list[str]:
    """Return documents as a list of strings; bytes are read as UTF-8.

    Raises
    ------
    ValueError
        A single string is given, or not a number is among the documents.
    TypeError
        A document is no text.
    """
    if isinstance(X, str):
        raise ValueError("Iterable over raw text documents expected, string object received.")
    texts = list(X)
    if not {*map(type, texts)} <= {str}:
        texts = [_text(number, document) for number, document in enumerate(texts)]
    return texts  # type: ignore[return-value]


def _text(number: int, document: object) -> str:
    if isinstance(document, bytes):
        return document.decode("utf-8")
    if isinstance(document, str):  # of a class of its own, like NumPy's
        return str(document)
    if document is np.nan:
        raise ValueError("np.nan is an invalid document, expected byte or unicode string.")
    raise TypeError(f"document {number} is of type {type(document).__name__}, expected byte or unicode string.")


def choose(df: Ints, totals: Callable[[], Ints], n_documents: int, params: dict[str, Any]) -> Bools:
    """Return which n-grams the vocabulary keeps.

    Parameters
    ----------
    df : ndarray of shape (n_ngrams,)
        Number of documents that have each n-gram, in alphabetical order.
    totals : callable
        Returns how often each occurs.
    n_documents : int
        Number of documents.
    params : dict
        Parameters of the vectorizer.

    Raises
    ------
    ValueError
        There are no n-grams, or none is kept.
    """
    if len(df) == 0:
        raise ValueError("empty vocabulary; perhaps the documents are empty or shorter than every n-gram")
    low, high = (
        int(value) if isinstance(value, Integral) else value * n_documents
        for value in (params["min_df"], params["max_df"])
    )
    if high < low:
        raise ValueError("max_df corresponds to < documents than min_df")
    chosen = (df >= low) & (df <= high)
    limit = params["max_features"]
    if limit is not None and chosen.sum() > limit:
        # The type and the sort are scikit-learn's, so that ties fall out as they do there.
        frequent = (-totals().astype(params["dtype"])[chosen]).argsort()[:limit]
        kept = np.flatnonzero(chosen)[frequent]
        chosen = np.zeros(len(df), dtype=np.bool_)
        chosen[kept] = True
    if not chosen.any():
        raise ValueError("After pruning, no terms remain. Try a lower min_df or a higher max_df.")
    return np.asarray(chosen, dtype=np.bool_)


def inverse_frequencies(df: Ints, n_documents: int, smooth: bool) -> Floats:
    """Return ``1 + log(n_documents / df)``, with one more document that has every n-gram if smooth."""
    return logarithms((n_documents + smooth) / (df + float(smooth))) + 1.0
