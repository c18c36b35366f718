"""Compiled code that scores many sentences: the operations of `balagh.scorer`, in the same order.

Imported only for work that is worth it, since numba takes a while to load. Written for the compiler: flat
loops over arrays, no objects. Each block is counted for a whole chunk of sentences before the next one, so that
only one block's arrays compete for the cache. The kernels release the GIL.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from balagh import terms as t
from balagh.alphabet import N_SYMBOLS
from balagh.kernels_lookup import find
from balagh.kernels_words import analyse_words, find_tokens, unpack_events
from balagh.scorer import BITS, FEATURE_BITS, LOG_TABLE, LOGS

_U0, _U1 = np.uint64(0), np.uint64(1)
_A, _B = np.uint64(t.FACTOR_A), np.uint64(t.FACTOR_B)
_MIX_1, _MIX_2 = np.uint64(t.MIX_1), np.uint64(t.MIX_2)
_KINDS = np.array([kind * t.FACTOR_KIND & (1 << 64) - 1 for kind in range(7)], dtype=np.uint64)
_S27, _S30, _S31 = np.uint64(27), np.uint64(30), np.uint64(31)
_BITS, _FEATURE_BITS = np.uint64(BITS), np.uint64(FEATURE_BITS)

_jit = njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)


@_jit
def mix(kind, first, second):
    """Return the key of a term; see `balagh.terms.mix`."""
    key = first * _A + second * _B + _KINDS[kind]
    key = (key ^ (key >> _S30)) * _MIX_1
    key = (key ^ (key >> _S27)) * _MIX_2
    return (key ^ (key >> _S31)) >> _FEATURE_BITS


@_jit
def _add_share(found, n_found, block, counts, touched, score):
    """Count the features found in a sentence and add the block's share to its score."""
    _, rows, scale = block
    n = 0
    for i in range(n_found):
        feature = np.uint32(found[i])
        # Written in any case and kept only if new: a branch here would be guessed wrong too often.
        touched[n] = feature
        n += counts[feature] == 0
        counts[feature] += 1
    if n == 0:
        return
    norm, sums = 0.0, np.zeros(len(score))
    for i in range(n):
        feature = np.uint32(touched[i])
        count = counts[feature]
        counts[feature] = 0
        tf = LOGS[count] if count < LOG_TABLE else 1 + math.log(count)
        value = tf * np.float64(rows[feature, 0])
        norm += value * value
        for j in range(len(score)):
            sums[j] += value * np.float64(rows[feature, 1 + j])
    factor = scale[0] / math.sqrt(norm) ** scale[1]
    for j in range(len(score)):
        score[j] += sums[j] * factor


@_jit
def _find_ngrams(codes, starts, ends, n_tokens, lengths, table, found):
    n = 0
    for token in range(n_tokens):
        start, size = starts[token], ends[token] - starts[token] + 2
        for length in range(lengths[0], lengths[1] + 1):
            mask = (_U1 << (_BITS * np.uint64(length))) - _U1
            key = _U1
            for i in range(1, size):
                code = _U1 if i == size - 1 else np.uint64(codes[start + i - 1]) + _U1
                key = ((key << _BITS) | code) & mask
                if i >= length - 1 or i == size - 1:
                    feature = find(table, key)
                    found[n] = feature
                    n += feature >= 0
            if size <= length:
                break
    return n


@_jit
def _find_words(hashes, table, found):
    n = 0
    for i in range(len(hashes)):
        feature = find(table, mix(t.STEM, hashes[i], _U0))
        found[n] = feature
        n += feature >= 0
    for gap in range(1, t.SKIP + 1):
        for i in range(len(hashes) - gap):
            feature = find(table, mix(t.STEM_STEM, hashes[i], hashes[i + gap]))
            found[n] = feature
            n += feature >= 0
    return n


@_jit
def _find_cues(hashes, at, cues, n_events, table, pairs, found):
    n = 0
    for e in range(n_events):
        found[n] = pairs[N_SYMBOLS, cues[e]]
        n += found[n] >= 0
    for e in range(n_events):
        for f in range(e + 1, n_events):
            if at[f] - at[e] > t.REACH:
                break
            if at[f] != at[e]:
                found[n] = pairs[cues[e], cues[f]]
                n += found[n] >= 0
    for step in range(1, t.SKIP + 1):
        for e in range(n_events):
            if at[e] + step < len(hashes):
                found[n] = find(table, mix(t.CUE_STEM, np.uint64(cues[e] + 1), hashes[at[e] + step]))
                n += found[n] >= 0
    for step in range(1, t.SKIP + 1):
        for e in range(n_events):
            if at[e] - step >= 0:
                found[n] = find(table, mix(t.STEM_CUE, hashes[at[e] - step], np.uint64(cues[e] + 1)))
                n += found[n] >= 0
    return n


@_jit
def _add_ngrams(codes, starts, ends, firsts, lengths, block, scores):
    most = 0
    for s in range(len(scores)):
        a, b = firsts[s], firsts[s + 1]
        if b > a:
            most = max(most, ends[b - 1] - starts[a] + 2 * (b - a))
    found = np.empty(most * (lengths[1] - lengths[0] + 1) + 1, dtype=np.int32)
    counts, touched = np.zeros(len(block[1]) + 1, dtype=np.int32), np.empty(len(block[1]) + 1, dtype=np.int32)
    for s in range(len(scores)):
        a, b = firsts[s], firsts[s + 1]
        n = _find_ngrams(codes, starts[a:b], ends[a:b], b - a, lengths, block[0], found)
        _add_share(found, n, block, counts, touched, scores[s])


@_jit
def _add_words(hashes, firsts, block, scores):
    found = np.empty((t.SKIP + 1) * len(hashes) + 1, dtype=np.int32)
    counts, touched = np.zeros(len(block[1]) + 1, dtype=np.int32), np.empty(len(block[1]) + 1, dtype=np.int32)
    for s in range(len(scores)):
        n = _find_words(hashes[firsts[s] : firsts[s + 1]], block[0], found)
        _add_share(found, n, block, counts, touched, scores[s])


@_jit
def _add_cues(hashes, masks, firsts, block, pairs, scores):
    longest = 0
    for s in range(len(scores)):
        longest = max(longest, firsts[s + 1] - firsts[s])
    at, cues = (
        np.empty(longest * N_SYMBOLS + 1, dtype=np.int64),
        np.empty(longest * N_SYMBOLS + 1, dtype=np.int64),
    )
    found = np.empty(1, dtype=np.int32)
    counts, touched = np.zeros(len(block[1]) + 1, dtype=np.int32), np.empty(len(block[1]) + 1, dtype=np.int32)
    for s in range(len(scores)):
        a, b = firsts[s], firsts[s + 1]
        n_events = unpack_events(masks[a:b], b - a, at, cues)
        room = n_events * (1 + 2 * t.SKIP) + _count_pairs(at, n_events) + 1
        if len(found) < room:
            found = np.empty(room, dtype=np.int32)
        n = _find_cues(hashes[a:b], at, cues, n_events, block[0], pairs, found)
        _add_share(found, n, block, counts, touched, scores[s])


@_jit
def _count_pairs(at, n_events):
    pairs, far = 0, 0
    for e in range(n_events):
        while at[e] - at[far] > t.REACH:
            far += 1
        pairs += e - far
    return pairs


@_jit
def score_chunk(codes, offsets, lengths, trie, ngrams, words, cues, pairs, scores):
    """Add to each row of ``scores`` the shares of all blocks for one encoded sentence.

    Parameters
    ----------
    codes : uint8 array
        Symbols (0 to 63) of all sentences, end to end.
    offsets : int64 array of shape (n_sentences + 1,)
        Where each begins.
    lengths : (int, int)
        Shortest and longest n-gram.
    trie : tuple of arrays
        The fields of a `balagh.cues.CueTrie`.
    ngrams, words, cues : (table, rows, (factor, power))
        Table, rows and scale of each block; a block left out has no rows.
    pairs : int32 array of shape (65, 64)
        Features of pairs of cue classes, and in the last row those of single classes.
    scores : float64 array of shape (n_sentences, n_labels)
        The intercepts; changed in place.
    """
    starts, ends = np.empty(len(codes) + 1, dtype=np.int64), np.empty(len(codes) + 1, dtype=np.int64)
    firsts = np.zeros(len(offsets), dtype=np.int64)
    for s in range(len(scores)):
        first = firsts[s]
        n = find_tokens(codes[offsets[s] : offsets[s + 1]], starts[first:], ends[first:])
        for i in range(first, first + n):
            starts[i] += offsets[s]
            ends[i] += offsets[s]
        firsts[s + 1] = first + n
    n_tokens = firsts[-1]
    if len(ngrams[1]) > 0:
        _add_ngrams(codes, starts[: n_tokens + 1], ends[: n_tokens + 1], firsts, lengths, ngrams, scores)
    if len(words[1]) == 0 and len(cues[1]) == 0:
        return
    hashes, masks = np.empty(n_tokens, dtype=np.uint64), np.empty(n_tokens, dtype=np.uint64)
    analyse_words(codes, starts[:n_tokens], ends[:n_tokens], trie, hashes, masks)
    if len(words[1]) > 0:
        _add_words(hashes, firsts, words, scores)
    if len(cues[1]) > 0:
        _add_cues(hashes, masks, firsts, cues, pairs, scores)
