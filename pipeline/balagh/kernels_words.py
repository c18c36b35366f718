"""Compiled code for words: where they stand, the hash of their stem, their cue classes.

The same as `balagh.alphabet.tokens`, `balagh.terms.stem_hash` and `balagh.cues.CueMatcher`, over symbols (codes
from 0 to 63) in arrays. Written for the compiler: flat loops, no objects.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from balagh import terms as t
from balagh.alphabet import MARKS, SYMBOLS
from balagh.cues import ARTICLES, CONJUNCTIONS, MIN_REST
from balagh.scorer import BITS
from balagh.stems import MIN_STEM, PREFIXES, SUFFIXES

_FIRST_MARK = SYMBOLS.index(MARKS[0])
_SPACE = 0
_U0, _U1 = np.uint64(0), np.uint64(1)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_BITS = np.uint64(BITS)
_REMEMBERED, _REMEMBERED_SHIFT = 1 << 12, np.uint64(64 - 12)
_REMEMBERED_LENGTH = 64 // BITS
_OFFSET, _PRIME = np.uint64(t.FNV_OFFSET), np.uint64(t.FNV_PRIME)

_jit = njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)


def _affix_table(affixes: tuple[str, ...]) -> Any:
    """Return affixes as rows of symbols, each row led by its length."""
    table = np.zeros((len(affixes), 1 + max(map(len, affixes))), dtype=np.int64)
    for row, affix in zip(table, affixes, strict=True):
        row[0] = len(affix)
        row[1 : 1 + len(affix)] = [SYMBOLS.index(char) for char in affix]
    return table


_PREFIXES, _SUFFIXES = _affix_table(PREFIXES), _affix_table(SUFFIXES)
_CONJUNCTIONS, _ARTICLES = _affix_table(CONJUNCTIONS), _affix_table(ARTICLES)


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
def analyse_words(codes, starts, ends, trie, hashes, masks):
    """Fill in the hash of the stem and the bits of the cue classes of every word.

    News repeats its words: those of up to ten symbols, which fit in one integer, are remembered.
    """
    known = np.zeros(_REMEMBERED, dtype=np.uint64)
    known_hash, known_mask = np.empty(_REMEMBERED, dtype=np.uint64), np.empty(_REMEMBERED, dtype=np.uint64)
    for i in range(len(starts)):
        start, end = starts[i], ends[i]
        if end - start > _REMEMBERED_LENGTH:
            hashes[i] = stem_hash(codes, start, end)
            masks[i] = cue_mask(codes, start, end, trie)
            continue
        word = _U0
        for k in range(start, end):
            word = word << _BITS | np.uint64(codes[k])
        place = np.int64((word * _GOLDEN) >> _REMEMBERED_SHIFT)
        if known[place] != word:
            known[place] = word
            known_hash[place] = stem_hash(codes, start, end)
            known_mask[place] = cue_mask(codes, start, end, trie)
        hashes[i], masks[i] = known_hash[place], known_mask[place]


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
