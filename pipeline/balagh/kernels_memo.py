"""Compiled code from characters to words, and what is known of each word.

News repeats its words. What the model knows of a word (hash and feature of its stem, cue classes, form,
features of its n-grams) is found once and remembered, for one thread, from chunk to chunk.
"""

from __future__ import annotations

import numpy as np

from balagh import terms as t
from balagh.alphabet import MARKS, SYMBOLS
from balagh.codes import DROPPED, UNKNOWN
from balagh.compiled import jit
from balagh.cues import MAX_CLASSES
from balagh.kernels_lookup import find
from balagh.kernels_words import cue_mask, find_ngrams, list_cues, stem_hash, word_form
from balagh.scorer import BITS

_FIRST_MARK = SYMBOLS.index(MARKS[0])
_SPACE = 0
_U0, _U1 = np.uint64(0), np.uint64(1)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_BITS = np.uint64(BITS)
_S32, _S56 = np.uint64(32), np.uint64(56)
_LOW_24 = np.uint64((1 << 24) - 1)
_LOW = np.uint64((1 << 32) - 1)
_LONGEST = 64 // BITS
"""Symbols of the longest word that is remembered: its key is the word itself."""
_SLOT_BITS = 16
_SHIFT = np.uint64(64 - _SLOT_BITS)
_LAST = np.uint64((1 << _SLOT_BITS) - 1)
_MOST = 3 << _SLOT_BITS - 2
_LIST_ROOM = 1 << 20
GROUP = 8
"""Features are copied from lists in groups of so many: after its end a list has room for one more group."""

_A, _B = np.uint64(t.FACTOR_A), np.uint64(t.FACTOR_B)
_MIX_1, _MIX_2 = np.uint64(t.MIX_1), np.uint64(t.MIX_2)
_KINDS = np.array([kind * t.FACTOR_KIND & (1 << 64) - 1 for kind in range(t.N_KINDS)], dtype=np.uint64)
_S27, _S30, _S31 = np.uint64(27), np.uint64(30), np.uint64(31)
_KEY_SHIFT = np.uint64(64 - t.KEY_BITS)


@jit
def mix(kind, first, second):
    """Return the key of a term; see `balagh.terms.mix`."""
    key = first * _A + second * _B + _KINDS[kind]
    key = (key ^ (key >> _S30)) * _MIX_1
    key = (key ^ (key >> _S27)) * _MIX_2
    return (key ^ (key >> _S31)) >> _KEY_SHIFT


@jit
def encode_chunk(chars, offsets, page, codes, begins, ends):
    """Turn the characters of sentences into symbols; return how many there are.

    Parameters
    ----------
    chars : uint32 array
        Characters of all sentences, end to end.
    offsets : int64 array of shape (n_sentences + 1,)
        Where each begins.
    page : uint8 array
        Symbol of each character; see `balagh.codes.symbol_page`.
    codes : uint8 array
        Filled with the symbols (0 to 63); with room for a space after each sentence.
    begins, ends : int64 arrays of shape (n_sentences,)
        Filled with the place of each sentence among the symbols; an end of -1 for a sentence that holds a
        character which is not on the page.
    """
    n = 0
    for s in range(len(begins)):
        begins[s] = n
        unknown = 0
        for i in range(offsets[s], offsets[s + 1]):
            char = chars[i]
            code = page[char] if char < len(page) else np.uint8(UNKNOWN)
            codes[n] = code
            n += code != DROPPED
            unknown |= code == UNKNOWN
        ends[s] = n
        if unknown:
            n, ends[s] = begins[s], -1
        codes[n] = _SPACE
        n += 1
    return n


@jit
def new_memo():
    """Return an empty memory.

    Returns
    -------
    records : uint64 array of shape (slots, 4)
        Word; hash of its stem; feature of its stem, number of its cue classes and its form; place of its list and
        number of its n-grams.
    lists : int32 array
        For each word its cue classes, then the features of its n-grams.
    filled : int64 array of shape (2,)
        Words remembered, numbers in the lists.
    """
    records = np.zeros((1 << _SLOT_BITS, 4), dtype=np.uint64)
    return records, np.empty(_LIST_ROOM, dtype=np.int32), np.zeros(2, dtype=np.int64)


@jit
def _grown(lists, used, room):
    if used + room <= len(lists):
        return lists
    grown = np.empty(2 * (used + room), dtype=np.int32)
    for i in range(used):
        grown[i] = lists[i]
    return grown


@jit
def _analyse(codes, start, end, model, lists, place):
    """Return what is known of a word, as it is kept, and write its list from ``place`` on."""
    trie, lengths, ngrams, words = model
    stem = stem_hash(codes, start, end)
    feature = find(words, mix(t.STEM, stem, _U0))
    n_cues = list_cues(cue_mask(codes, start, end, trie), lists, place)
    n_ngrams = find_ngrams(codes, start, end, lengths, ngrams, lists, place + n_cues)
    return (
        stem,
        np.uint64(feature + 1) | np.uint64(n_cues) << _S32 | np.uint64(word_form(codes, start, end)) << _S56,
        np.uint64(place) | np.uint64(n_ngrams) << _S32,
    )


@jit
def unpack(known, i):
    """Return the feature of a token's stem, the place of its list, and how many cues and n-grams are in it."""
    sizes, place = known[i, 1], known[i, 2]
    return (
        np.int32(sizes & _LOW) - np.int32(1),
        np.int64(place & _LOW),
        np.int64((sizes >> _S32) & _LOW_24),
        np.int64(place >> _S32),
    )


@jit
def form_of(known, i):
    """Return the form of a token; see `balagh.forms`."""
    return np.int64(known[i, 1] >> _S56)


@jit
def read_words(codes, begins, ends, model, memo, firsts):
    """Find the words and marks of sentences, and what is known of each.

    Parameters
    ----------
    codes, begins, ends : arrays
        As `encode_chunk` fills them; a space must follow every sentence.
    model : (trie, lengths, table, table)
        Fields of a `balagh.cues.CueTrie`, shortest and longest n-gram, tables of n-grams and of words.
    memo : (records, lists, filled)
        See `new_memo`; changed in place.
    firsts : int64 array of shape (n_sentences + 1,)
        Filled with the number of the first token of each sentence; the first is 0.

    Returns
    -------
    known : uint64 array of shape (n_tokens, 3)
        What `unpack` takes.
    lists : int32 array
        Those of the memory, or longer ones in their place.
    """
    records, lists, filled = memo
    known = np.empty((len(codes), 3), dtype=np.uint64)
    gap = model[1][1] - model[1][0] + 1
    used, n = filled[1], 0
    for s in range(len(begins)):
        i, end = begins[s], ends[s]
        while i < end:
            code = codes[i]
            start = i
            i += 1
            if code == _SPACE:
                continue
            word = np.uint64(code)
            if code < _FIRST_MARK:
                while codes[i] != _SPACE and codes[i] < _FIRST_MARK:
                    word = word << _BITS | np.uint64(codes[i])
                    i += 1
            slot, there = (word * _GOLDEN) >> _SHIFT, _U0
            if i - start <= _LONGEST:
                there = records[slot, 0]
                while there != word and there != _U0:
                    slot = (slot + _U1) & _LAST
                    there = records[slot, 0]
            if there != _U0:
                stem, sizes, place = records[slot, 1], records[slot, 2], records[slot, 3]
            else:
                lists = _grown(lists, used, MAX_CLASSES + GROUP + gap * (i - start + 2))
                stem, sizes, place = _analyse(codes, start, i, model, lists, used)
                used += np.int64((sizes >> _S32) & _LOW_24) + np.int64(place >> _S32)
                if i - start <= _LONGEST and filled[0] < _MOST:
                    records[slot, 0], records[slot, 1] = word, stem
                    records[slot, 2], records[slot, 3] = sizes, place
                    filled[0] += 1
            known[n, 0], known[n, 1], known[n, 2] = stem, sizes, place
            n += 1
        firsts[s + 1] = n
    filled[1] = used
    return known[:n], lists
