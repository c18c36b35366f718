"""Compiled code for words: the hash of their stem, their cue classes, their form, their n-grams.

The same as `balagh.terms.stem_hash`, `balagh.cues.CueMatcher`, `balagh.forms.form` and `balagh.scorer.ngram_keys`,
over symbols (codes from 0 to 63) in arrays. Written for the compiler: flat loops, no objects.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from balagh import forms
from balagh import terms as t
from balagh.alphabet import SYMBOLS
from balagh.compiled import jit
from balagh.cues import ARTICLES, CONJUNCTIONS, MIN_REST
from balagh.kernels_lookup import find
from balagh.scorer import BITS
from balagh.stems import MIN_STEM, PREFIXES, SUFFIXES

_U0, _U1 = np.uint64(0), np.uint64(1)
_BITS = np.uint64(BITS)
_OFFSET, _PRIME = np.uint64(t.FNV_OFFSET), np.uint64(t.FNV_PRIME)
_EDGE = 4
"""Symbols of the longest affix: so many are packed into one integer at either edge of a word."""


def _affix_table(affixes: tuple[str, ...], at_end: bool) -> Any:
    """Return a row for each affix: its size, and how an edge is shifted and masked to compare with it."""
    rows = []
    for affix in affixes:
        packed = 0
        for char in affix:
            packed = packed << BITS | SYMBOLS.index(char)
        shift = 0 if at_end else BITS * (_EDGE - len(affix))
        rows.append((len(affix), shift, (1 << BITS * len(affix)) - 1, packed))
    return np.array(rows, dtype=np.int64)


_PREFIXES, _SUFFIXES = _affix_table(PREFIXES, at_end=False), _affix_table(SUFFIXES, at_end=True)
_CONJUNCTIONS, _ARTICLES = _affix_table(CONJUNCTIONS, at_end=False), _affix_table(ARTICLES, at_end=False)
_FORM_CONJUNCTIONS = _affix_table(forms.CONJUNCTIONS, at_end=False)
_FORM_FUTURES = _affix_table(forms.FUTURES, at_end=False)
_FORM_ARTICLES = _affix_table(forms.ARTICLES, at_end=False)
_FORM_PRESENTS = _affix_table(forms.PRESENTS, at_end=False)
_FORM_ENDINGS = _affix_table(forms.ENDINGS, at_end=True)


@jit
def _affix(edge, room, affixes):
    """Return the size of the first affix that stands at the edge and fits into the room, 0 if none does."""
    for a in range(len(affixes)):
        if affixes[a, 0] <= room and (edge >> affixes[a, 1]) & affixes[a, 2] == affixes[a, 3]:
            return affixes[a, 0]
    return 0


@jit
def _head(codes, start, end):
    edge = np.int64(0)
    for i in range(start, start + _EDGE):
        edge = edge << BITS | np.int64(codes[i] if i < end else 0)
    return edge


@jit
def _tail(codes, start, end):
    edge = np.int64(0)
    for i in range(max(start, end - _EDGE), end):
        edge = edge << BITS | np.int64(codes[i])
    return edge


@jit
def stem_hash(codes, start, end):
    """Return the hash of the stem of a word; see `balagh.terms.stem_hash`."""
    start += _affix(_head(codes, start, end), end - start - MIN_STEM, _PREFIXES)
    end -= _affix(_tail(codes, start, end), end - start - MIN_STEM, _SUFFIXES)
    value = _OFFSET
    for i in range(start, end):
        value = (value ^ np.uint64(codes[i])) * _PRIME
    return value


@jit
def _walk(codes, start, end, trie):
    step, whole, prefix, not_whole, not_prefix, _ = trie
    node, found, excluded = np.uint64(0), _U0, _U0
    for i in range(start, end):
        node = np.uint64(step[node, np.uint64(codes[i])])
        if node == _U0:
            return found & ~excluded
        found |= prefix[node]
        excluded |= not_prefix[node]
    return (found | whole[node]) & ~(excluded | not_whole[node])


@jit
def cue_mask(codes, start, end, trie):
    """Return the bits of a word's cue classes; see `balagh.cues.CueMatcher`."""
    bare = trie[5]
    mask = _walk(codes, start, end, trie)
    article = _affix(_head(codes, start, end), end - start - MIN_REST, _ARTICLES)
    if article > 0:
        mask |= _walk(codes, start + article, end, trie) & ~bare
    conjunction = _affix(_head(codes, start, end), end - start - MIN_REST, _CONJUNCTIONS)
    if conjunction > 0:
        start += conjunction
        mask |= _walk(codes, start, end, trie)
        article = _affix(_head(codes, start, end), end - start - MIN_REST, _ARTICLES)
        if article > 0:
            mask |= _walk(codes, start + article, end, trie) & ~bare
    return mask


@jit
def list_cues(mask, found, place):
    """List the classes whose bits are set from ``place`` on, in order; return how many there are."""
    n = np.int64(0)
    for cue in range(64):
        if mask >> np.uint64(cue) == _U0:
            break
        found[place + n] = cue
        n += np.int64((mask >> np.uint64(cue)) & _U1)
    return n


@jit
def word_form(codes, start, end):
    """Return the form of a word; see `balagh.forms`."""
    if end - start > forms.MIN_WORD:
        start += _affix(_head(codes, start, end), 1, _FORM_CONJUNCTIONS)
    size = end - start
    if size < forms.MIN_WORD:
        return forms.SHORT
    head, tail = _head(codes, start, end), _tail(codes, start, end)
    if size >= forms.MIN_FUTURE and _affix(head, size, _FORM_FUTURES) > 0:
        return forms.FUTURE
    if _affix(head, size, _FORM_ARTICLES) > 0:
        return forms.ARTICLE
    for i in range(len(_FORM_PRESENTS)):
        if _affix(head, size, _FORM_PRESENTS[i : i + 1]) > 0:
            return forms.PRESENT + i
    for i in range(len(_FORM_ENDINGS)):
        if _affix(tail, size, _FORM_ENDINGS[i : i + 1]) > 0:
            return forms.ENDING + i
    return forms.OTHER


@jit
def find_ngrams(codes, start, end, lengths, table, found, place):
    """List the features of a word's n-grams from ``place`` on; return how many there are.

    They come in the order of `balagh.scorer.ngram_keys`.
    """
    n, size = 0, end - start + 2
    for length in range(lengths[0], lengths[1] + 1):
        mask = (_U1 << (_BITS * np.uint64(length))) - _U1
        key = _U1
        for i in range(1, size):
            code = _U1 if i == size - 1 else np.uint64(codes[start + i - 1]) + _U1
            key = ((key << _BITS) | code) & mask
            if i >= length - 1 or i == size - 1:
                feature = find(table, key)
                found[place + n] = feature
                n += feature >= 0
        if size <= length:
            break
    return n
