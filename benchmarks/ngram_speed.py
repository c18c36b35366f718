"""How fast `CharNgramTfidf` is beside `TfidfVectorizer`, on the same sentences with equal results.

``python -m benchmarks.ngram_speed`` prints the figures and what the first call of compiled code costs.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from sklearn.feature_extraction.text import TfidfVectorizer

from balagh.ngrams import CharNgramTfidf
from benchmarks.tag_speed import press_sentences

OPTIONS = {"analyzer": "char_wb", "ngram_range": (2, 5), "sublinear_tf": True}


def transform_ratio(sentences: list[str], runs: int = 3) -> tuple[float, float]:
    """Return sentences a second of ``transform``, ours and scikit-learn's: medians of paired runs."""
    ours, theirs = CharNgramTfidf(**OPTIONS).fit(sentences), TfidfVectorizer(**OPTIONS).fit(sentences)
    if abs(ours.transform(sentences[:500]) - theirs.transform(sentences[:500])).max() > 1e-12:
        raise ValueError("the peer gives other numbers")
    return _paired(lambda: ours.transform(sentences), lambda: theirs.transform(sentences), len(sentences), runs)


def fit_transform_ratio(sentences: list[str], runs: int = 3) -> tuple[float, float]:
    """Return sentences a second of ``fit_transform``, ours and scikit-learn's: medians of paired runs."""
    return _paired(
        lambda: CharNgramTfidf(**OPTIONS).fit_transform(sentences),
        lambda: TfidfVectorizer(**OPTIONS).fit_transform(sentences),
        len(sentences),
        runs,
    )


def threads_ratio(sentences: list[str], runs: int = 3) -> tuple[float, float]:
    """Return sentences a second of ``transform`` with two threads and with one."""
    one, two = (CharNgramTfidf(**OPTIONS, n_threads=n).fit(sentences) for n in (1, 2))
    return _paired(lambda: two.transform(sentences), lambda: one.transform(sentences), len(sentences), runs)


def _paired(ours: Callable[[], object], theirs: Callable[[], object], count: int, runs: int) -> tuple[float, float]:
    seconds: tuple[list[float], list[float]] = ([], [])
    for number in range(runs + 1):
        for job, taken in zip((ours, theirs), seconds, strict=True):
            begin = time.perf_counter()
            job()
            if number:  # the first pair warms up, and compiles
                taken.append(time.perf_counter() - begin)
    return count / statistics.median(seconds[0]), count / statistics.median(seconds[1])


def main() -> None:
    """Print every ratio, and the cost of the first call."""
    sentences = press_sentences(10_000)
    begin = time.perf_counter()
    CharNgramTfidf(**OPTIONS).fit_transform(sentences)
    print(f"first call, compiling or loading what was compiled: {time.perf_counter() - begin:.1f} s")
    for measure in (transform_ratio, fit_transform_ratio, threads_ratio):
        ours, theirs = measure(sentences)
        print(f"{measure.__name__}: {ours:,.0f} and {theirs:,.0f} sentences a second, {ours / theirs:.1f} times")


if __name__ == "__main__":
    main()
