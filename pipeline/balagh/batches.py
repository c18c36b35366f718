"""Scores many sentences at once with compiled code, on as many threads as are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from balagh import kernels, kernels_memo
from balagh import terms as t
from balagh.alphabet import SPACE
from balagh.codes import raw_codes, symbol_page
from balagh.forms import FORMS
from balagh.kernels_lookup import make_table
from balagh.scorer import BLOCKS, Block, BlockScale, Floats, Scorer, lookup

CHUNK = 2048
"""Sentences that one call of compiled code scores."""
_FORGET = 1 << 20
"""Numbers in the lists of a memory from which on it begins anew."""
_TABLES = {
    "cues": ((t.CUE,), (t.CUE_CUE,)),
    "context": (
        (t.TOGETHER,),
        (t.NEXT, t.NEXT_BUT_ONE),
        (t.OWN_FORM, t.FORM_BEFORE, t.FORM_AFTER),
        (t.PLACE,),
    ),
}
"""Kinds of terms whose features are looked up in dense tables, by block; kinds in brackets share a table."""
_SECOND = {t.CUE: 0, t.OWN_FORM: len(FORMS), t.PLACE: len(t.PLACES)}
"""How many second parts a kind has, where that is not the number of classes."""


class _Space:
    """What one thread at a time works with, kept from chunk to chunk."""

    def __init__(self, n_features: int) -> None:
        self.memo = kernels_memo.new_memo()
        self.counts = (
            np.zeros(n_features + 1, dtype=np.int32),
            np.empty(n_features + 1, dtype=np.int32),
        )


class BatchScorer:
    """Gives the same bits as `Scorer.score`, for thousands of sentences.

    Parameters
    ----------
    scorer : Scorer
        Layout and arrays of the model.
    """

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self._page = symbol_page(scorer.layout.folding)
        self._symbol_of = bytes(max(code - SPACE, 0) for code in range(256))
        n_labels = len(scorer.intercept)
        self._intercept = np.zeros(-(-n_labels // kernels.LANES) * kernels.LANES)
        self._intercept[:n_labels] = scorer.intercept
        empty = Block(np.empty(0, dtype=np.uint64), np.empty((0, 1 + n_labels), dtype=np.float32))
        n_cues = len(scorer.layout.cues)
        blocks: list[Any] = []
        tables: list[Any] = []
        for name in BLOCKS:
            block = scorer.blocks.get(name, empty)
            scale = scorer.layout.scales.get(name, BlockScale(0.0, 1.0))
            # Frequent features (of low idf) first, so that what is read most lies together in the cache.
            order = np.argsort(block.rows[:, 0], kind="stable")
            rows = np.zeros((len(order), 1 + len(self._intercept)), dtype=np.float32)
            rows[:, : 1 + n_labels] = block.rows[order]
            blocks.append((make_table(block.keys[order]), rows, (scale.factor, scale.power)))
            if name in _TABLES:
                tables.append(tuple(_table(block, order, kinds, n_cues) for kinds in _TABLES[name]))
        self._blocks, self._tables = tuple(blocks), tuple(tables)
        trie = scorer.matcher.trie
        self._model = (
            (trie.step, trie.whole, trie.prefix, trie.not_whole, trie.not_prefix, np.uint64(trie.bare)),
            (scorer.layout.ngram_min, scorer.layout.ngram_max),
            self._blocks[0][0],
            self._blocks[1][0],
        )
        self._spaces: list[_Space] = []

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
        codes, begins, ends = self._encode(texts)
        scores = np.tile(self._intercept, (len(texts), 1))
        # A list's pop and append are atomic: no two threads get the same space.
        space = self._spaces.pop() if self._spaces else _Space(max(len(block[1]) for block in self._blocks))
        records, _, filled = space.memo
        lists = kernels.score_chunk(
            codes, begins, ends, self._model, self._blocks, self._tables, space.memo, space.counts, scores
        )
        space.memo = (records, lists, filled) if filled[1] < _FORGET else kernels_memo.new_memo()
        self._spaces.append(space)
        return scores[:, : len(self._scorer.intercept)]

    def _encode(self, texts: Sequence[str]) -> tuple[Any, Any, Any]:
        """Return the symbols of sentences, and where each begins and ends among them; a space follows each."""
        chars = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype="<u4")
        offsets = np.zeros(len(texts) + 1, dtype=np.int64)
        np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)), out=offsets[1:])
        codes = np.empty(len(chars) + len(texts) + 1, dtype=np.uint8)
        begins, ends = np.empty(len(texts), dtype=np.int64), np.empty(len(texts), dtype=np.int64)
        n = kernels_memo.encode_chunk(chars, offsets, self._page, codes, begins, ends)
        parts = [codes[:n]]
        for s in np.flatnonzero(ends < 0).tolist():
            symbols = raw_codes(texts[s], self._scorer.layout.folding).translate(self._symbol_of)
            begins[s], ends[s] = n, n + len(symbols)
            parts.append(np.frombuffer(symbols + b"\0", dtype=np.uint8))
            n += len(symbols) + 1
        return np.concatenate(parts) if len(parts) > 1 else parts[0], begins, ends


def _table(block: Block, order: npt.NDArray[np.int64], kinds: Sequence[int], n_cues: int) -> npt.NDArray[np.int32]:
    """Return the feature of every term of some kinds, -1 where there is none.

    Returns
    -------
    int32 ndarray of shape (len(kinds), n_cues, n_second)
        By kind, first part and second part; a kind without a second part has one column.
    """
    first = np.arange(1, n_cues + 1, dtype=np.uint64)
    n_second = _SECOND.get(kinds[0], n_cues)
    second = np.zeros(1, dtype=np.uint64) if n_second == 0 else np.arange(1, n_second + 1, dtype=np.uint64)
    grid = [axis.ravel() for axis in np.meshgrid(first, second, indexing="ij")]
    # One position more, so that -1, for a term that is no feature, stays -1.
    position = np.append(np.argsort(order), -1)
    found = position[lookup(block.keys, np.concatenate([t.mix(kind, *grid) for kind in kinds]))]
    return found.reshape(len(kinds), n_cues, len(second)).astype(np.int32)
