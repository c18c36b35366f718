"""How fast `normalise` and `split` are, each beside the peer that does the same.

``python benchmarks/text_speed.py`` prints both, on the labelled sentences of ``data/labelled``.
"""

from __future__ import annotations

import json
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from pyarabic import araby

from balagh.sentences import split
from balagh.text import normalise

_DATA = Path(__file__).parent.parent / "data" / "labelled"
_TIMES = 20
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


def pyarabic_chain(text: str) -> str:
    """Fold a text as `normalise` does, by pyarabic's calls where it has one and regexes for the rest.

    Parameters
    ----------
    text : str
        A press sentence. On rare characters pyarabic is not equal to `normalise`; on these it is.
    """
    text = araby.strip_tashkeel(text)
    text = araby.strip_small(text)
    text = araby.strip_tatweel(text)
    text = araby.normalize_ligature(text)
    text = re.sub("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\u00ad\ufeff]", "", text)
    text = re.sub("[یى]", "ي", text)  # before normalize_alef, which would make an alef of it
    text = re.sub("ک", "ك", text)
    text = re.sub("[ہھە]", "ه", text)
    text = araby.normalize_hamza(text, "tasheel")
    text = araby.normalize_alef(text)
    text = araby.normalize_teh(text)
    text = text.translate(_DIGITS)
    text = re.sub("[«»“”„‘’']", '"', text)
    text = re.sub("[–—‑]", "-", text)
    text = re.sub("[•●○]", "*", text)
    text = text.replace("،", ",").replace("؛", ";").replace("؟", "?").replace("٫", ".").replace("٪", "%")
    text = text.replace("…", "...").lower()
    return re.sub(r"\s+", " ", text).strip()


def normalise_ratio(sentences: list[str], runs: int = 5) -> tuple[float, float]:
    """Measure `normalise` beside the chain of pyarabic calls.

    Parameters
    ----------
    sentences : list of str
        What to normalise; about 2,000 press sentences give a steady figure.
    runs : int
        How many pairs of runs to take the median of.

    Returns
    -------
    tuple of float
        Sentences a second: ours, the peer's.
    """
    ours = sum(normalise(text) == pyarabic_chain(text) for text in sentences)
    if ours < 0.99 * len(sentences):
        raise ValueError(f"the peer does another job: equal on {ours} of {len(sentences)} sentences")
    return _paired(
        lambda: [normalise(text) for text in sentences],
        lambda: [pyarabic_chain(text) for text in sentences],
        len(sentences),
        runs,
    )


def split_ratio(text: str, runs: int = 5) -> tuple[float, float]:
    """Measure `split` beside pySBD's Arabic splitter.

    Parameters
    ----------
    text : str
        What to split; 20,000 characters of press text keep the peer's run under a second.
    runs : int
        How many pairs of runs to take the median of.

    Returns
    -------
    tuple of float
        Characters a second: ours, the peer's.
    """
    import pysbd

    segmenter = pysbd.Segmenter(language="ar", clean=False)
    return _paired(lambda: split(text), lambda: segmenter.segment(text), len(text), runs)


def _paired(ours: Callable[[], object], peer: Callable[[], object], count: int, runs: int) -> tuple[float, float]:
    """Run both in turn, so that both meet the same moods of the machine; return the median speeds."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for number in range(runs + 1):
        # Ours is over so soon that one call would measure the clock.
        for taken, job, times in zip(seconds, (ours, peer), (_TIMES, 1), strict=True):
            begin = time.perf_counter()
            for _ in range(times):
                job()
            if number:  # the first pair warms up
                taken.append((time.perf_counter() - begin) / times)
    return count / statistics.median(seconds[0]), count / statistics.median(seconds[1])


def press_sentences(count: int = 2000) -> list[str]:
    """Return the first sentences of the press files.

    Parameters
    ----------
    count : int
        How many.
    """
    lines = [line for path in sorted(_DATA.glob("press*.jsonl")) for line in path.open(encoding="utf-8")]
    return [json.loads(line)["text"] for line in lines[:count]]


def main() -> None:
    """Print both ratios."""
    sentences = press_sentences()
    paragraphs = "\n".join(" ".join(sentences[at : at + 4]) for at in range(0, 120, 4))
    for name, (ours, peer) in (
        ("normalise, sentences/s, against pyarabic", normalise_ratio(sentences)),
        ("split, characters/s, against pySBD", split_ratio(paragraphs)),
    ):
        print(f"{name}: {ours:,.0f} / {peer:,.0f} = {ours / peer:.1f}x")


if __name__ == "__main__":
    main()
