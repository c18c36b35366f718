"""Compiled code that scores many sentences: the operations of `balagh.scorer`, in the same order.

Imported only for work that is worth it, since numba takes a while to load. Written for the compiler: flat
loops over arrays, no objects. Each block is counted for a whole chunk of sentences before the next one, so that
only one block's arrays compete for the cache. The kernels release the GIL.
"""

from __future__ import annotations

import math

import numpy as np

from balagh import terms as t
from balagh.compiled import jit
from balagh.kernels_cues import count_pairs, find_context, find_pairs, list_cue_stems, list_events
from balagh.kernels_lookup import find_all
from balagh.kernels_memo import GROUP, mix, read_words, unpack
from balagh.scorer import LOG_TABLE, LOGS

LANES = 4
"""Labels that are summed side by side: weights are padded to a multiple of it."""


@jit
def _gather(known, first, last, lists, found):
    """List the features of the n-grams of some tokens; return how many there are."""
    n = 0
    for i in range(first, last):
        _, place, n_cues, size = unpack(known, i)
        begin = place + n_cues
        # Whole groups are copied, and what is too much is overwritten: most words need one or two.
        for group in range(0, size, GROUP):
            for k in range(group, group + GROUP):
                found[n + k] = lists[begin + k]
        n += size
    return n


@jit
def _add_share(found, n_found, block, space, scores, s):
    """Count the features found in a sentence and add the block's share to its scores."""
    _, rows, scale = block
    counts, touched = space
    n = np.uint64(0)
    for i in range(n_found):
        feature = np.uint32(found[i])
        # Written in any case and kept only if new: a branch here would be guessed wrong too often.
        touched[n] = feature
        n += np.uint64(counts[feature] == 0)
        counts[feature] += 1
    if n == 0:
        return
    for j in range(0, scores.shape[1], LANES):
        norm, a, b, c, d = 0.0, 0.0, 0.0, 0.0, 0.0
        for i in range(n):
            feature = np.uint32(touched[i])
            count = np.uint32(counts[feature])
            tf = LOGS[count] if count < LOG_TABLE else 1 + math.log(count)
            value = tf * np.float64(rows[feature, 0])
            norm += value * value
            a += value * np.float64(rows[feature, j + 1])
            b += value * np.float64(rows[feature, j + 2])
            c += value * np.float64(rows[feature, j + 3])
            d += value * np.float64(rows[feature, j + 4])
        factor = scale[0] / math.sqrt(norm) ** scale[1]
        scores[s, j] += a * factor
        scores[s, j + 1] += b * factor
        scores[s, j + 2] += c * factor
        scores[s, j + 3] += d * factor
    for i in range(n):
        counts[np.uint32(touched[i])] = 0


@jit
def _add_ngrams(known, lists, firsts, block, space, scores):
    found = np.empty(0, dtype=np.int32)
    for s in range(len(scores)):
        room = GROUP
        for i in range(firsts[s], firsts[s + 1]):
            room += unpack(known, i)[3]
        if len(found) < room:
            found = np.empty(2 * room, dtype=np.int32)
        n = _gather(known, firsts[s], firsts[s + 1], lists, found)
        _add_share(found, n, block, space, scores, s)


@jit
def _add_words(known, firsts, block, space, scores):
    table, _, _ = block
    longest = _longest(firsts)
    found, keys = np.empty((t.SKIP + 1) * longest + 1, dtype=np.int32), np.empty(t.SKIP * longest + 1, dtype=np.uint64)
    for s in range(len(scores)):
        first, last = firsts[s], firsts[s + 1]
        n = 0
        for i in range(first, last):
            feature = unpack(known, i)[0]
            found[n] = feature
            n += feature >= 0
        n_keys = 0
        for gap in range(1, t.SKIP + 1):
            for i in range(first, last - gap):
                keys[n_keys] = mix(t.STEM_STEM, known[i, 0], known[i + gap, 0])
                n_keys += 1
        n = find_all(table, keys, n_keys, found, n)
        _add_share(found, n, block, space, scores, s)


@jit
def _longest(firsts):
    longest = 0
    for s in range(len(firsts) - 1):
        longest = max(longest, firsts[s + 1] - firsts[s])
    return longest


@jit
def _add_cues(known, firsts, events, block, tables, space, scores):
    table, _, _ = block
    singles, pairs = tables
    all_at, all_cues, bounds = events
    found, keys = np.empty(1, dtype=np.int32), np.empty(1, dtype=np.uint64)
    for s in range(len(scores)):
        at, cues = all_at[bounds[s] : bounds[s + 1]], all_cues[bounds[s] : bounds[s + 1]]
        room = len(at) * (1 + 2 * t.SKIP) + count_pairs(at, t.REACH) + 1
        if len(found) < room:
            found, keys = np.empty(2 * room, dtype=np.int32), np.empty(2 * room, dtype=np.uint64)
        n = find_pairs(at, cues, singles, pairs, found)
        n_keys = list_cue_stems(known, firsts[s], firsts[s + 1], at, cues, keys)
        n = find_all(table, keys, n_keys, found, n)
        _add_share(found, n, block, space, scores, s)


@jit
def _add_context(known, firsts, events, block, tables, space, scores):
    all_at, all_cues, bounds = events
    n_cues = tables[0].shape[1]
    found = np.empty(1, dtype=np.int32)
    for s in range(len(scores)):
        at, cues = all_at[bounds[s] : bounds[s + 1]], all_cues[bounds[s] : bounds[s + 1]]
        room = n_cues * n_cues // 2 + 4 * len(at) + count_pairs(at, t.NEAR) + 1
        if len(found) < room:
            found = np.empty(2 * room, dtype=np.int32)
        n = find_context(known, firsts[s], firsts[s + 1], at, cues, tables, found)
        _add_share(found, n, block, space, scores, s)


@jit
def score_chunk(codes, begins, ends, model, blocks, tables, memo, space, scores):
    """Add to each row of ``scores`` the shares of all blocks for one encoded sentence.

    Parameters
    ----------
    codes, begins, ends : arrays
        As `balagh.kernels_memo.encode_chunk` fills them.
    model : tuple
        What `balagh.kernels_memo.read_words` takes beside them.
    blocks : four of (table, rows, (factor, power))
        Table, rows and scale of n-grams, words, cues and context; a block left out has no rows.
    tables : (cue tables, context tables)
        Features of terms whose parts are few; see `balagh.batches`.
    memo : tuple
        See `balagh.kernels_memo.new_memo`.
    space : (counts, touched)
        As long as the longest block has rows, and one; the counts are 0, and are so again afterwards.
    scores : float64 array of shape (n_sentences, n_labels padded to LANES)
        The intercepts; changed in place.

    Returns
    -------
    lists : int32 array
        The lists of the memory from now on.
    """
    ngrams, words, cues, context = blocks
    firsts = np.zeros(len(begins) + 1, dtype=np.int64)
    known, lists = read_words(codes, begins, ends, model, memo, firsts)
    if len(ngrams[1]) > 0:
        _add_ngrams(known, lists, firsts, ngrams, space, scores)
    if len(words[1]) > 0:
        _add_words(known, firsts, words, space, scores)
    events = list_events(known, firsts, lists)
    if len(cues[1]) > 0:
        _add_cues(known, firsts, events, cues, tables[0], space, scores)
    if len(context[1]) > 0:
        _add_context(known, firsts, events, context, tables[1], space, scores)
    return lists
