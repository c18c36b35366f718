"""Twice the text takes about twice the time, whatever is repeated in it.

``python -m tests.fuzz.doubling`` doubles from 64,000 to a million characters; tests/test_fuzz_texts.py doubles once.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from balagh.sentences import split
from balagh.tagger import Tagger
from balagh.text import normalise

MOST = 2.5
"""How many times as long a text of twice the length may take."""
FLOOR = 0.004
"""Seconds; less is noise, and a quadratic function is soon above it."""
UNITS = (
    "\u064e", "\u0651\u064e", "\u0300\u0323", "ا\u0654", "ـ", "«", "»", "«»", '"', "“", "'", ".", "..", "…", "؟",
    "!", ". ", "… ", " ", "\n", "\t", "(", ")", "()", "[", "]", "[ad_1]", "• ", "- ", "1. ", "3.5 ", "د. ", "أ.ف.ب ",
    "قال ", "قال. وأضاف ", "أدان ", '«"', "؟» ", "\u202e", "\u200f", "\ufeff", "ﷺ", "한", "😀", "\ud800", "\0", "ا",
)  # fmt: skip
"""What is repeated."""


def seconds(function: Callable[[str], object], unit: str, length: int) -> float:
    """Return the best of three times for a text of so many characters."""
    text = unit * (length // len(unit))
    best = float("inf")
    for _ in range(3):
        begin = time.perf_counter()
        function(text)
        best = min(best, time.perf_counter() - begin)
    return best


def growth(function: Callable[[str], object], unit: str, length: int, tries: int = 4) -> float:
    """Return how many times as long twice the length takes.

    Another process may slow one measurement, but not each of several: the least of them is returned.
    """
    least = float("inf")
    for _ in range(tries):
        least = min(least, seconds(function, unit, 2 * length) / max(seconds(function, unit, length), FLOOR))
        if least <= MOST:
            break
    return least


def main() -> None:
    """Double every unit through every function; code 1 if one takes too long."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--first", type=int, default=64_000)
    parser.add_argument("--doublings", type=int, default=4)
    parser.add_argument("--model", type=Path, default=Path("models/tagger.safetensors"))
    given = parser.parse_args()
    worst = 0.0
    functions: tuple[Callable[[str], object], ...] = (normalise, split, Tagger.load(given.model).tag)
    for function in functions:
        found = {
            (unit, given.first << doubling): growth(function, unit, given.first << doubling)
            for unit in UNITS
            for doubling in range(given.doublings)
        }
        (unit, length), most = max(found.items(), key=lambda item: item[1])
        bad = sum(factor > MOST for factor in found.values())
        worst = max(worst, most)
        print(
            f"{function.__name__}: {len(UNITS)} units, up to {given.first << given.doublings:,} characters: {bad} of"
            f" {len(found)} over {MOST}; the most is {most:.2f}, {unit!a} from {length:,} on",
            flush=True,
        )
    sys.exit(worst > MOST)


if __name__ == "__main__":
    main()
