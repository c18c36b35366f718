"""Compiled code that learns a vocabulary: a trie of n-grams that grows while texts are read.

The trie is a hash table of edges. An edge is one 64-bit word: the n-gram without its last letter and that letter
(together the key), and the n-gram. Whole keys are compared, so that no alphabet and no length can bring two
n-grams together. The first n-grams are the letters themselves, and have no edges.
"""

from __future__ import annotations

import numpy as np

from balagh.compiled import jit
from balagh.ngram_kernels import lay_out, new_sheet, room_for, weigh_row

_FIRST_SIZE = 1 << 14
_U = np.uint64
_U0, _U1 = _U(0), _U(1)
_GOLDEN = _U(0x9E3779B97F4A7C15)


@jit
def new_growth(n_letters):
    """Return a trie of letters: table of edges, key of each n-gram, (last text, number of texts) of each, size."""
    size = _FIRST_SIZE
    while size < 4 * n_letters:
        size *= 2
    texts = np.zeros((size // 2, 2), dtype=np.int32)
    texts[:, 0] = -1
    return np.zeros(size, dtype=np.uint64), np.zeros(size // 2, dtype=np.uint64), texts, n_letters


@jit
def _slot(table, key, id_bits, shift):
    """Return where the edge with this key lies, or the free slot where it would."""
    mask = _U(len(table) - 1)
    slot = (key * _GOLDEN) >> shift
    while table[slot] != _U0 and table[slot] >> id_bits != key:
        slot = (slot + _U1) & mask
    return slot


@jit
def _shift_for(table):
    bits = 0
    while 1 << bits < len(table):
        bits += 1
    return _U(64 - bits)


@jit
def _grown(growth, n_letters, id_bits):
    """Return the same trie with twice the room."""
    _, keys, texts, n = growth
    table = np.zeros(4 * len(keys), dtype=np.uint64)
    more_keys, more_texts = (
        np.zeros(2 * len(keys), dtype=np.uint64),
        np.zeros((2 * len(keys), 2), dtype=np.int32),
    )
    more_texts[:, 0] = -1
    more_keys[:n], more_texts[:n] = keys[:n], texts[:n]
    shift = _shift_for(table)
    for ngram in range(n_letters, n):
        table[_slot(table, keys[ngram], id_bits, shift)] = (keys[ngram] << id_bits) | _U(ngram)
    return table, more_keys, more_texts, n


@jit
def _descend(codes, at, node, active, growth, bits):
    """Take all places to their next longer n-grams, new ones included; return how many go on, and the trie's size."""
    table, keys, _, n_ngrams = growth
    code_bits, id_bits = bits
    shift, id_mask = _shift_for(table), (_U1 << id_bits) - _U1
    kept = _U0
    for k in range(active):
        i = at[k]
        code = codes[_U(i)]
        if code == 0:
            continue
        key = (_U(node[k]) << code_bits) | _U(code)
        slot = _slot(table, key, id_bits, shift)
        if table[slot] == _U0:
            table[slot] = (key << id_bits) | _U(n_ngrams)
            keys[n_ngrams] = key
            n_ngrams += 1
        at[kept], node[kept] = i + 1, table[slot] & id_mask
        kept += _U1
    return kept, n_ngrams


@jit
def _grow_by_text(codes, n_codes, analysis, growth, bits, n_letters, places, found):
    """List the n-grams of a text, with repeats; return how many there are (-1: too many for a trie), and the trie."""
    shortest, longest, within_words = analysis
    at, node = places
    active, n = _U0, 0
    for i in range(n_codes):
        if codes[i] != 0:
            at[active], node[active] = i + _U1, codes[i] - 1
            active += _U1
    for length in range(1, longest + 1):
        if length > 1:
            most = growth[3] + np.int64(active)
            if most >> np.int64(bits[1]) > 0:
                return -1, growth
            while 2 * most > len(growth[0]):
                growth = _grown(growth, n_letters, bits[1])
            active, n_ngrams = _descend(codes, at, node, active, growth, bits)
            growth = (growth[0], growth[1], growth[2], n_ngrams)
        if active == _U0:
            break
        for k in range(active):
            # A padded word that is shorter than every n-gram counts as a whole.
            found[n] = node[k]
            n += length >= shortest or (within_words and _is_whole(codes, at[k] - length, at[k]))
    return n, growth


@jit
def _is_whole(codes, start, end):
    return codes[end] == 0 and (start == 0 or codes[start - 1] == 0)


@jit
def grow(points, offsets, code_of, space, analysis, growth, bits, n_letters, first_text, found):
    """Learn the n-grams of many texts.

    Parameters
    ----------
    points, offsets, code_of, space, analysis
        See `balagh.ngram_kernels.transform_rows`; every letter has a code.
    growth : tuple
        The trie so far, see `new_growth`.
    bits : (uint64, uint64)
        Bits of a code and of an n-gram's number.
    n_letters : int
        How many codes there are.
    first_text : int
        Number of the first text.
    found : int32 array
        Where to write the numbers of the n-grams of all texts, end to end, with repeats.

    Returns
    -------
    ends : int64 array of shape (n_texts,)
        Where each text's numbers end; empty if there were more n-grams than there are numbers.
    growth : tuple
        The trie.
    """
    room = room_for(offsets)
    codes = np.empty(room, dtype=np.int32)
    places = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32)
    ends, end = np.empty(len(offsets) - 1, dtype=np.int64), 0
    for row in range(len(offsets) - 1):
        n_codes = lay_out(points[offsets[row] : offsets[row + 1]], code_of, space, analysis[2], codes)
        n, growth = _grow_by_text(codes, n_codes, analysis, growth, bits, n_letters, places, found[end:])
        if n < 0:
            return ends[:0], growth
        texts = growth[2]
        for k in range(end, end + n):
            seen = texts[_U(found[k])]
            if seen[0] != first_text + row:
                seen[0] = first_text + row
                seen[1] += 1
        end += n
        ends[row] = end
    return ends, growth


@jit
def alphabetical(keys, order, n_letters, code_bits):
    """Return the place of every n-gram in alphabetical order.

    Parameters
    ----------
    keys : uint64 array of shape (n_ngrams,)
        Keys of the n-grams.
    order : int64 array of shape (n_ngrams - n_letters,)
        Those with a key, by key: by their first letters' number, then by their last letter.
    n_letters, code_bits : int, uint64
        As in `grow`.
    """
    n = len(keys)
    size, place, child_place = (
        np.ones(n, dtype=np.int64),
        np.empty(n, dtype=np.int64),
        np.empty(n, dtype=np.int64),
    )
    for ngram in range(n - 1, n_letters - 1, -1):
        size[keys[ngram] >> code_bits] += size[ngram]
    next_place = 0
    for letter in range(n_letters):
        place[letter], child_place[letter] = next_place, next_place + 1
        next_place += size[letter]
    for ngram in order:
        parent = keys[ngram] >> code_bits
        place[ngram], child_place[ngram] = child_place[parent], child_place[parent] + 1
        child_place[parent] += size[ngram]
    return place


@jit
def spell(keys, chosen, n_letters, code_bits):
    """Return the codes of the chosen n-grams, end to end, and where each ends."""
    ends, total = np.empty(len(chosen), dtype=np.int64), 0
    for i in range(len(chosen)):
        ngram = chosen[i]
        total += 1
        while ngram >= n_letters:
            ngram = np.int64(keys[ngram] >> code_bits)
            total += 1
        ends[i] = total
    codes, mask = np.empty(total, dtype=np.int32), (_U1 << code_bits) - _U1
    for i in range(len(chosen)):
        ngram, at = chosen[i], ends[i] - 1
        while ngram >= n_letters:
            codes[at] = np.int32(keys[ngram] & mask)
            ngram = np.int64(keys[ngram] >> code_bits)
            at -= 1
        codes[at] = ngram + 1
    return codes, ends


@jit
def weigh_rows(found, ends, feature_of, n_features, weights, data, indices, start):
    """Write the matrix of texts that `grow` has read; return where each row ends.

    Parameters
    ----------
    found, ends : int32 array, int64 array
        What `grow` has written, and where each text's part ends.
    feature_of : int32 array
        Feature of each n-gram, -1 for none.
    n_features, weights, data, indices, start
        See `balagh.ngram_kernels.transform_rows`.
    """
    longest, begin = 0, 0
    for end in ends:
        longest, begin = max(longest, end - begin), end
    features = np.empty(longest + 1, dtype=np.int32)
    row_ends, sheet, row_end, begin = np.empty(len(ends), dtype=np.int64), new_sheet(n_features), _U(start), 0
    for row in range(len(ends)):
        n = _U0
        for k in range(begin, ends[row]):
            features[n] = feature_of[_U(found[k])]
            n += _U(features[n] >= 0)
        begin = ends[row]
        row_end = weigh_row(features, n, sheet, weights, indices, data, row_end)
        row_ends[row] = row_end
    return row_ends
