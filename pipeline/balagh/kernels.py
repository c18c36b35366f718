"""Compiled code that scores many sentences: the operations of `balagh.scorer`, in the same order.

Imported only for work that is worth it, since numba takes a while to load. Everything here is written for
the compiler: flat loops over arrays, no objects. The kernels release the GIL.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from balagh import terms as t
from balagh.alphabet import MARKS, N_SYMBOLS, SYMBOLS
from balagh.cues import ARTICLES, CONJUNCTIONS, MIN_REST
from balagh.scorer import BITS, LOG_TABLE, LOGS
from balagh.stems import MIN_STEM, PREFIXES, SUFFIXES

_FIRST_MARK = SYMBOLS.index(MARKS[0])
_SPACE = 0
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_U0, _U1 = np.uint64(0), np.uint64(1)
_OFFSET, _PRIME = np.uint64(t.FNV_OFFSET), np.uint64(t.FNV_PRIME)
_A, _B = np.uint64(t.FACTOR_A), np.uint64(t.FACTOR_B)
_MIX_1, _MIX_2 = np.uint64(t.MIX_1), np.uint64(t.MIX_2)
_KINDS = np.array([kind * t.FACTOR_KIND & (1 << 64) - 1 for kind in range(7)], dtype=np.uint64)
_S27, _S30, _S31 = np.uint64(27), np.uint64(30), np.uint64(31)
_BITS = np.uint64(BITS)


def _affix_table(affixes: tuple[str, ...]) -> Any:
    """Return affixes as rows of symbols, each row led by its length."""
    table = np.zeros((len(affixes), 1 + max(map(len, affixes))), dtype=np.int64)
    for row, affix in zip(table, affixes, strict=True):
        row[0] = len(affix)
        row[1 : 1 + len(affix)] = [SYMBOLS.index(char) for char in affix]
    return table


_PREFIXES, _SUFFIXES = _affix_table(PREFIXES), _affix_table(SUFFIXES)
_CONJUNCTIONS, _ARTICLES = _affix_table(CONJUNCTIONS), _affix_table(ARTICLES)

_jit = njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)


@_jit
def find(table_keys, table_index, shift, key):
    """Return the feature of a key in an open-addressing table, -1 if there is none."""
    mask = len(table_keys) - 1
    slot = np.int64((key * _GOLDEN) >> shift)
    while True:
        there = table_keys[slot]
        if there == key:
            return np.int64(table_index[slot])
        if there == _U0:
            return np.int64(-1)
        slot = (slot + 1) & mask


@_jit
def build_table(keys, size, shift):
    """Return keys and features of an open-addressing table whose size is a power of two."""
    table_keys = np.zeros(size, dtype=np.uint64)
    table_index = np.zeros(size, dtype=np.int32)
    for i in range(len(keys)):
        slot = np.int64((keys[i] * _GOLDEN) >> shift)
        while table_keys[slot] != _U0:
            slot = (slot + 1) & (size - 1)
        table_keys[slot] = keys[i]
        table_index[slot] = i
    return table_keys, table_index


@_jit
def _touch(feature, counts, touched, n):
    if feature >= 0:
        if counts[feature] == 0:
            touched[n] = feature
            n += 1
        counts[feature] += 1
    return n


@_jit
def _finish(rows, scale, counts, touched, n, score):
    """Add a block's share to the score and clear its counts."""
    if n == 0:
        return
    labels = len(score)
    norm = 0.0
    sums = np.zeros(labels)
    for i in range(n):
        feature = touched[i]
        count = counts[feature]
        counts[feature] = 0
        tf = LOGS[count] if count < LOG_TABLE else 1 + math.log(count)
        value = tf * np.float64(rows[feature, 0])
        norm += value * value
        for j in range(labels):
            sums[j] += value * np.float64(rows[feature, 1 + j])
    factor = scale[0] / math.sqrt(norm) ** scale[1]
    for j in range(labels):
        score[j] += sums[j] * factor


@_jit
def find_tokens(codes, starts, ends):
    """Fill in where each word or mark begins and ends; return how many there are."""
    n, i, size = 0, 0, len(codes)
    while i < size:
        code = codes[i]
        if code == _SPACE:
            i += 1
            continue
        starts[n] = i
        i += 1
        if code < _FIRST_MARK:
            while i < size and codes[i] != _SPACE and codes[i] < _FIRST_MARK:
                i += 1
        ends[n] = i
        n += 1
    return n


@_jit
def _count_ngrams(codes, starts, ends, n_tokens, shortest, longest, table, counts, touched):
    table_keys, table_index, shift = table
    n = 0
    for token in range(n_tokens):
        start, size = starts[token], ends[token] - starts[token] + 2
        for length in range(shortest, longest + 1):
            mask = (_U1 << (_BITS * np.uint64(length))) - _U1
            key = _U0
            for i in range(size):
                code = _U1 if i == 0 or i == size - 1 else np.uint64(codes[start + i - 1]) + _U1
                key = ((key << _BITS) | code) & mask
                if i >= length - 1 or (i == size - 1 and size < length):
                    n = _touch(find(table_keys, table_index, shift, key), counts, touched, n)
            if size <= length:
                break
    return n


@_jit
def _without(codes, start, end, affixes, minimum):
    """Return where the word begins without the first affix that fits, or -1."""
    for a in range(len(affixes)):
        size = affixes[a, 0]
        if end - start - size >= minimum:
            k = 0
            while k < size and codes[start + k] == affixes[a, 1 + k]:
                k += 1
            if k == size:
                return start + size
    return -1


@_jit
def stem_hash(codes, start, end):
    """Return the hash of the stem of a word; see `balagh.terms.stem_hash`."""
    rest = _without(codes, start, end, _PREFIXES, MIN_STEM)
    if rest >= 0:
        start = rest
    for a in range(len(_SUFFIXES)):
        size = _SUFFIXES[a, 0]
        if end - start - size >= MIN_STEM:
            k = 0
            while k < size and codes[end - size + k] == _SUFFIXES[a, 1 + k]:
                k += 1
            if k == size:
                end -= size
                break
    value = _OFFSET
    for i in range(start, end):
        value = (value ^ np.uint64(codes[i])) * _PRIME
    return value


@_jit
def _walk(codes, start, end, step, whole, prefix, not_whole, not_prefix):
    node, found, excluded = 0, _U0, _U0
    for i in range(start, end):
        node = step[node, codes[i]]
        if node == 0:
            return found & ~excluded
        found |= prefix[node]
        excluded |= not_prefix[node]
    return (found | whole[node]) & ~(excluded | not_whole[node])


@_jit
def cue_mask(codes, start, end, trie):
    """Return the bits of a word's cue classes; see `balagh.cues.CueMatcher`."""
    step, whole, prefix, not_whole, not_prefix, bare = trie
    mask = _walk(codes, start, end, step, whole, prefix, not_whole, not_prefix)
    stem = _without(codes, start, end, _CONJUNCTIONS, MIN_REST)
    if stem >= 0:
        mask |= _walk(codes, stem, end, step, whole, prefix, not_whole, not_prefix)
    rest = _without(codes, start, end, _ARTICLES, MIN_REST)
    if rest >= 0:
        mask |= _walk(codes, rest, end, step, whole, prefix, not_whole, not_prefix) & ~bare
    if stem >= 0:
        rest = _without(codes, stem, end, _ARTICLES, MIN_REST)
        if rest >= 0:
            mask |= _walk(codes, rest, end, step, whole, prefix, not_whole, not_prefix) & ~bare
    return mask


@_jit
def mix(kind, first, second):
    """Return the key of a term; see `balagh.terms.mix`."""
    key = first * _A + second * _B + _KINDS[kind]
    key = (key ^ (key >> _S30)) * _MIX_1
    key = (key ^ (key >> _S27)) * _MIX_2
    return key ^ (key >> _S31)


@_jit
def _count_words(hashes, n_tokens, table, counts, touched):
    table_keys, table_index, shift = table
    n = 0
    for i in range(n_tokens):
        n = _touch(find(table_keys, table_index, shift, mix(t.STEM, hashes[i], _U0)), counts, touched, n)
    for gap in range(1, t.SKIP + 1):
        for i in range(n_tokens - gap):
            key = mix(t.STEM_STEM, hashes[i], hashes[i + gap])
            n = _touch(find(table_keys, table_index, shift, key), counts, touched, n)
    return n


@_jit
def unpack_events(masks, n_tokens, at, cues):
    """List the cue classes of all tokens in order; return how many there are."""
    n = 0
    for i in range(n_tokens):
        mask = masks[i]
        cue = 0
        while mask != _U0:
            if mask & _U1:
                at[n] = i
                cues[n] = cue
                n += 1
            mask >>= _U1
            cue += 1
    return n


@_jit
def _count_cues(hashes, n_tokens, at, cues, n_events, table, pairs, counts, touched):
    table_keys, table_index, shift = table
    n = 0
    for e in range(n_events):
        n = _touch(pairs[N_SYMBOLS, cues[e]], counts, touched, n)
    for e in range(n_events):
        for f in range(e + 1, n_events):
            if at[f] - at[e] > t.REACH:
                break
            if at[f] != at[e]:
                n = _touch(pairs[cues[e], cues[f]], counts, touched, n)
    for step in range(1, t.SKIP + 1):
        for e in range(n_events):
            if at[e] + step < n_tokens:
                key = mix(t.CUE_STEM, np.uint64(cues[e] + 1), hashes[at[e] + step])
                n = _touch(find(table_keys, table_index, shift, key), counts, touched, n)
    for step in range(1, t.SKIP + 1):
        for e in range(n_events):
            if at[e] - step >= 0:
                key = mix(t.STEM_CUE, hashes[at[e] - step], np.uint64(cues[e] + 1))
                n = _touch(find(table_keys, table_index, shift, key), counts, touched, n)
    return n


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
    ngrams, words, cues : ((keys, features, shift), rows, (factor, power))
        Open-addressing table, rows and scale of each block; a block left out has no rows.
    pairs : int32 array of shape (65, 64)
        Features of pairs of cue classes, and in the last row those of single classes.
    scores : float64 array of shape (n_sentences, n_labels)
        The intercepts; changed in place.
    """
    size = 1
    for s in range(len(offsets) - 1):
        size = max(size, offsets[s + 1] - offsets[s])
    most = max(len(ngrams[1]), len(words[1]), len(cues[1])) + 1
    counts, touched = np.zeros(most, dtype=np.int32), np.empty(most, dtype=np.int32)
    starts, ends = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    hashes, masks = np.empty(size, dtype=np.uint64), np.empty(size, dtype=np.uint64)
    at, classes = np.empty(size * N_SYMBOLS, dtype=np.int64), np.empty(size * N_SYMBOLS, dtype=np.int64)
    for s in range(len(offsets) - 1):
        sentence, score = codes[offsets[s] : offsets[s + 1]], scores[s]
        n_tokens = find_tokens(sentence, starts, ends)
        if len(ngrams[1]) > 0:
            n = _count_ngrams(sentence, starts, ends, n_tokens, lengths[0], lengths[1], ngrams[0], counts, touched)
            _finish(ngrams[1], ngrams[2], counts, touched, n, score)
        if len(words[1]) == 0 and len(cues[1]) == 0:
            continue
        for i in range(n_tokens):
            hashes[i] = stem_hash(sentence, starts[i], ends[i])
        if len(words[1]) > 0:
            n = _count_words(hashes, n_tokens, words[0], counts, touched)
            _finish(words[1], words[2], counts, touched, n, score)
        if len(cues[1]) > 0:
            for i in range(n_tokens):
                masks[i] = cue_mask(sentence, starts[i], ends[i], trie)
            n_events = unpack_events(masks, n_tokens, at, classes)
            n = _count_cues(hashes, n_tokens, at, classes, n_events, cues[0], pairs, counts, touched)
            _finish(cues[1], cues[2], counts, touched, n, score)
