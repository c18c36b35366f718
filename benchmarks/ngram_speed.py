"""How fast `CharNgramTfidf` is beside scikit-learn's `TfidfVectorizer`, with the same matrix.

``python -m benchmarks.ngram_speed`` prints the figures, and what the first use costs.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from balagh.ngrams import CharNgramTfidf
from benchmarks.tag_speed import paired, press_sentences

_LENGTHS = (2, 5)
_FIRST_USE = """
import time
begin = time.perf_counter()
from balagh.ngrams import CharNgramTfidf
texts = ["a few thousand characters of any text"] * 1000
vectorizer = CharNgramTfidf(ngram_range=(2, 5)).fit(texts)
vectorizer.transform(texts)
print(time.perf_counter() - begin)
"""


def _peer() -> TfidfVectorizer:
    return TfidfVectorizer(analyzer="char_wb", ngram_range=_LENGTHS)


def _speeds(pairs: list[tuple[float, float]], count: int) -> tuple[float, float]:
    """Return the median speed of the peer times the median ratio of paired runs, and that speed."""
    theirs = count / statistics.median(pair[1] for pair in pairs)
    return theirs * statistics.median(peer / mine for mine, peer in pairs), theirs


def _check_equal(sentences: list[str]) -> None:
    few = sentences[:1000]
    mine, theirs = CharNgramTfidf(ngram_range=_LENGTHS), _peer()
    mine.fit(few)
    theirs.fit(few)
    gap = mine.transform(few) - theirs.transform(few)
    if mine.vocabulary_ != theirs.vocabulary_ or np.abs(gap.data).max(initial=0) > 1e-12:
        raise ValueError("the peer gives another matrix")


def transform_ratio(sentences: list[str], runs: int = 5) -> tuple[float, float]:
    """Measure ``transform``, on one thread, beside that of `TfidfVectorizer`.

    Parameters
    ----------
    sentences : list of str
        What to fit on and transform; 10,000 press sentences keep the peer's run at some ten seconds.
    runs : int
        How many pairs of runs to take the median of.

    Returns
    -------
    tuple of float
        Sentences a second: ours (by the median of the ratios), the peer's.

    Raises
    ------
    ValueError
        The two give different matrices.
    """
    _check_equal(sentences)
    mine, theirs = CharNgramTfidf(ngram_range=_LENGTHS).fit(sentences), _peer().fit(sentences)
    pairs = paired(lambda: mine.transform(sentences), lambda: theirs.transform(sentences), runs)
    return _speeds(pairs, len(sentences))


def fit_transform_ratio(sentences: list[str], runs: int = 5) -> tuple[float, float]:
    """Measure ``fit_transform`` as `transform_ratio` measures ``transform``.

    Parameters
    ----------
    sentences, runs
        As there.

    Returns
    -------
    tuple of float
        Sentences a second: ours, the peer's.

    Raises
    ------
    ValueError
        The two give different matrices.
    """
    _check_equal(sentences)
    mine, theirs = CharNgramTfidf(ngram_range=_LENGTHS), _peer()
    pairs = paired(lambda: mine.fit_transform(sentences), lambda: theirs.fit_transform(sentences), runs)
    return _speeds(pairs, len(sentences))


def threads_ratio(sentences: list[str], runs: int = 9) -> tuple[float, float]:
    """Measure ``transform`` on two threads beside one.

    Parameters
    ----------
    sentences : list of str
        A large batch: 50,000 sentences or more.
    runs : int
        How many pairs of runs to take the median of.

    Returns
    -------
    tuple of float
        Sentences a second: on two threads, on one.
    """
    one, two = (CharNgramTfidf(ngram_range=_LENGTHS, n_threads=threads).fit(sentences) for threads in (1, 2))
    pairs = paired(lambda: two.transform(sentences), lambda: one.transform(sentences), runs)
    return _speeds(pairs, len(sentences))


def first_use_seconds() -> tuple[float, float]:
    """Measure a new process from the first import to the end of its first large batch.

    Returns
    -------
    tuple of float
        Seconds when everything is compiled, and when compiled code is read from disk.
    """
    with tempfile.TemporaryDirectory() as cache:
        command = [sys.executable, "-c", _FIRST_USE]
        environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
        compiled, loaded = (
            float(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)
            for _ in range(2)
        )
    return compiled, loaded


def main() -> None:
    """Print all figures."""
    sentences = press_sentences(20_000)
    for name, (ours, peer) in (
        ("transform, against TfidfVectorizer", transform_ratio(sentences)),
        ("fit_transform, against TfidfVectorizer", fit_transform_ratio(sentences)),
        ("transform on two threads, against one", threads_ratio(sentences * 4)),
    ):
        print(f"{name}: {ours:,.0f} / {peer:,.0f} sentences a second = {ours / peer:.1f}x")
    compiled, loaded = first_use_seconds()
    print(f"first use of a large batch: {compiled:.1f} s, once; then {loaded:.1f} s in each new process")


if __name__ == "__main__":
    main()
