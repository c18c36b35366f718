"""Scores many sentences at once with compiled code, on as many threads as are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from balagh import kernels
from balagh.alphabet import N_SYMBOLS, SPACE
from balagh.codes import raw_codes
from balagh.kernels_lookup import make_table
from balagh.scorer import Block, BlockScale, Floats, Scorer, lookup
from balagh.terms import CUE, CUE_CUE, mix

CHUNK = 2048
"""Sentences that one call of compiled code scores."""


class BatchScorer:
    """Gives the same bits as `Scorer.score`, for thousands of sentences.

    Parameters
    ----------
    scorer : Scorer
        Layout and arrays of the model.
    """

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self._codes_of = bytes(max(code - SPACE, 0) for code in range(256))
        empty = Block(np.empty(0, dtype=np.uint64), np.empty((0, 1 + len(scorer.intercept)), dtype=np.float32))
        self._tables = []
        for name in ("ngrams", "words", "cues"):
            block = scorer.blocks.get(name, empty)
            scale = scorer.layout.scales.get(name, BlockScale(0.0, 1.0))
            # Frequent features (of low idf) first, so that what is read most lies together in the cache.
            order = np.argsort(block.rows[:, 0], kind="stable")
            self._tables.append((make_table(block.keys[order]), block.rows[order], (scale.factor, scale.power)))
            if name == "cues":
                self._pairs = _pair_features(block, order)
        trie = scorer.matcher.trie
        self._trie = (
            trie.step,
            trie.whole,
            trie.prefix,
            trie.not_whole,
            trie.not_prefix,
            np.uint64(trie.bare),
        )
        self._lengths = (scorer.layout.ngram_min, scorer.layout.ngram_max)

    def score(self, texts: Sequence[str], threads: int = 1) -> Floats:
        """Return the scores of raw sentences, shape (n_sentences, n_labels).

        Parameters
        ----------
        texts : sequence of str
            Raw sentences.
        threads : int
            Threads to share the chunks among; the result does not depend on it.
        """
        chunks = [texts[start : start + CHUNK] for start in range(0, len(texts), CHUNK)]
        if threads == 1 or len(chunks) < 2:
            parts = [self._score_chunk(chunk) for chunk in chunks]
        else:
            with ThreadPoolExecutor(threads) as pool:
                parts = list(pool.map(self._score_chunk, chunks))
        return np.concatenate([np.empty((0, len(self._scorer.intercept))), *parts])

    def _score_chunk(self, texts: Sequence[str]) -> Floats:
        folding = self._scorer.layout.folding
        coded = [raw_codes(text, folding) for text in texts]
        offsets = np.zeros(len(coded) + 1, dtype=np.int64)
        np.cumsum([len(codes) for codes in coded], out=offsets[1:])
        codes = np.frombuffer(b"".join(coded).translate(self._codes_of), dtype=np.uint8)
        scores = np.tile(self._scorer.intercept, (len(texts), 1))
        kernels.score_chunk(codes, offsets, self._lengths, self._trie, *self._tables, self._pairs, scores)
        return scores


def _pair_features(cues: Block, order: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """Return the features of all pairs of cue classes; the last row holds those of single classes."""
    numbers = np.arange(1, N_SYMBOLS + 1, dtype=np.uint64)
    pairs = mix(CUE_CUE, *(axis.ravel() for axis in np.meshgrid(numbers, numbers, indexing="ij")))
    singles = mix(CUE, numbers, np.zeros(N_SYMBOLS, dtype=np.uint64))
    # One position more, so that -1, for a pair that is no feature, stays -1.
    position = np.append(np.argsort(order), -1)
    found = position[lookup(cues.keys, np.concatenate([pairs, singles]))]
    return found.reshape(N_SYMBOLS + 1, N_SYMBOLS).astype(np.int32)
