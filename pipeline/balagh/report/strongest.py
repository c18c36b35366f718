"""The features that weigh most for each label, named from a saved model alone.

Keys of n-grams hold their symbols. Keys of words are hashes and have no names here; those of cue classes and of
their pairs are made again from the list of classes, and looked up. Those of their context are left out: they are many,
and each says little by itself.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from balagh.alphabet import SPACE, decode
from balagh.scorer import BITS, Block, lookup
from balagh.tagger import Tagger
from balagh.terms import CUE, CUE_CUE, Keys, mix

SHOWN = 15


class Strong(NamedTuple):
    """A feature and what it adds to a label's score at its first occurrence, before the block is scaled."""

    name: str
    weight: float


def strongest_ngrams(tagger: Tagger, label: int, count: int = SHOWN) -> list[Strong]:
    """Return the character n-grams that speak most for a label; ``␣`` is the bound of a word."""
    block = tagger.scorer.blocks["ngrams"]
    weights = _weights(block, label)
    best = np.argsort(-weights, kind="stable")[:count]
    return [Strong(_ngram(int(block.keys[i])), float(weights[i])) for i in best.tolist()]


def strongest_cues(tagger: Tagger, label: int, count: int = SHOWN) -> list[Strong]:
    """Return the cue classes, and pairs of them, that speak most for a label."""
    if "cues" not in tagger.scorer.blocks:
        return []
    block, names = tagger.scorer.blocks["cues"], list(tagger.manifest.layout.cues)
    numbers = np.arange(1, len(names) + 1, dtype=np.uint64)
    first, second = (grid.ravel() for grid in np.meshgrid(numbers, numbers, indexing="ij"))
    none: Keys = np.zeros(len(numbers), dtype=np.uint64)
    keys = np.concatenate([mix(CUE, numbers, none), mix(CUE_CUE, first, second)])
    called = [f"[{name}]" for name in names] + [f"[{a}] … [{b}]" for a in names for b in names]
    at = lookup(block.keys, keys)
    known = np.flatnonzero(at >= 0)
    weights = _weights(block, label)[at[known]]
    return [Strong(called[int(known[i])], float(weights[i])) for i in np.argsort(-weights, kind="stable")[:count]]


def _weights(block: Block, label: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return block.rows[:, 0].astype(np.float64) * block.rows[:, 1 + label]


def _ngram(key: int) -> str:
    symbols: list[int] = []
    while key:
        symbols.append((key & ((1 << BITS) - 1)) - 1 + SPACE)
        key >>= BITS
    return decode(bytes(reversed(symbols))).replace(" ", "␣")
