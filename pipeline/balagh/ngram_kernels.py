"""Compiled code that finds the known n-grams of many texts in a trie, counts and weighs them.

Imported only for batches that are worth it, since numba takes a while to load. What makes it fast, by measure:

- The trie is a double array (see `balagh.ngram_trie`). One read of 12 bytes takes an n-gram to the next longer
  one, whatever the alphabet and the length, and an n-gram that is not there ends its place in the text.
- All places of a text take their step in one loop without branches, so that reads do not wait for each other.
- Bits, set for the features found and read off in order, sort them for less than any sort does.
- Indices are unsigned, which spares the check for negative ones that wrap around.
"""

from __future__ import annotations

import math

import numpy as np

from balagh.compiled import jit

NO_PARENT = -1
_U = np.uint64
_U0, _U1, _LOW_6, _6, _58 = _U(0), _U(1), _U(63), _U(6), _U(58)
_DE_BRUIJN = 0x03F79D71B4CB0A89
_PLACE_OF_BIT = np.zeros(64, dtype=np.uint8)
for _i in range(64):
    _PLACE_OF_BIT[(_DE_BRUIJN << _i & (1 << 64) - 1) >> 58] = _i
_FACTOR = _U(_DE_BRUIJN)


@jit
def _lay_out_words(points, code_of, space, codes):
    """Write the codes of a text's words, each between two spaces and with a 0 behind; return how many."""
    n, inside = _U0, False
    for i in range(_U(len(points))):
        code = code_of[points[i]]
        if code >= 0:
            if not inside:
                codes[n] = space
                n += _U1
                inside = True
            codes[n] = code
            n += _U1
        elif inside:
            codes[n] = space
            codes[n + _U1] = 0
            n += _U(2)
            inside = False
    if inside:
        codes[n] = space
        codes[n + _U1] = 0
        n += _U(2)
    return n


@jit
def _lay_out_text(points, code_of, space, codes):
    """Write the codes of a text, runs of white space as one space, and a 0 behind; return how many."""
    n, spaces = _U0, False
    for i in range(_U(len(points))):
        code = code_of[points[i]]
        if code >= 0:
            codes[n] = code
            n += _U1
        elif spaces:  # a white space that stands alone stays what it is, but this one does not
            codes[n - _U1] = space
        else:
            codes[n] = -1 - code
            n += _U1
        spaces = code < 0
    codes[n] = 0
    return n + _U1


@jit
def lay_out(points, code_of, space, within_words, codes):
    """Write the codes of a text as n-grams are to be cut from them, never across a 0; return how many."""
    if within_words:
        return _lay_out_words(points, code_of, space, codes)
    return _lay_out_text(points, code_of, space, codes)


@jit
def room_for(offsets):
    """Return how many codes the longest text may be laid out in."""
    longest = 0
    for row in range(len(offsets) - 1):
        longest = max(longest, offsets[row + 1] - offsets[row])
    return 2 * longest + 4


@jit
def most_ngrams(points, n_texts, code_of, analysis):
    """Return how many n-grams texts have at most, repeats included."""
    shortest, longest, within_words = analysis
    spaces = 0
    if within_words:
        for i in range(_U(len(points))):
            spaces += code_of[points[i]] < 0
    # Each space may end a word, and so may each text; a word brings two spaces of its own.
    return (len(points) + spaces + 2 * n_texts) * (longest - shortest + 1)


@jit
def _find(codes, n_codes, shortest, longest, trie, room, found):
    """List the features of a text, with repeats; return how many there are."""
    records, root, n_features = trie
    at, slot, base = room
    active, n = _U0, _U0
    for i in range(n_codes):
        step = _U(root + codes[i])
        known = records[step, 0] == NO_PARENT
        at[active], slot[active], base[active] = i + _U1, step, records[step, 1]
        found[n] = records[step, 2]
        n += _U((shortest == 1) & known & (records[step, 2] < n_features))
        active += _U(known)
    for length in range(2, longest + 1):
        if active == _U0:
            break
        kept = _U0
        for k in range(active):
            i = at[k]
            step = _U(base[k] + codes[_U(i)])
            known = records[step, 0] == slot[k]
            at[kept], slot[kept], base[kept] = i + 1, step, records[step, 1]
            found[n] = records[step, 2]
            n += _U((length >= shortest) & known & (records[step, 2] < n_features))
            kept += _U(known)
        active = kept
    return n


@jit
def _find_short_words(codes, n_codes, shortest, trie, found, n):
    """Add the padded words that are shorter than every n-gram, each as a whole; return how many there are.

    A 0 within a word stands for an unknown letter. What it cuts off has no space at one of its ends, as every
    feature that is so short has, and is not found.
    """
    records, root, n_features = trie
    start = _U0
    for end in range(n_codes):
        if codes[end] != 0:
            continue
        if end > start and end - start < _U(shortest):
            parent, step = np.int64(NO_PARENT), np.int64(root + codes[start])
            known = records[_U(step), 0] == parent
            for i in range(start + _U1, end):
                parent, step = step, np.int64(records[_U(step), 1] + codes[i])
                known &= records[_U(step), 0] == parent
            if known and records[_U(step), 2] < n_features:
                found[n] = records[_U(step), 2]
                n += _U1
        start = end + _U1
    return n


@jit
def _lowest_bit(word):
    return _U(_PLACE_OF_BIT[((word & (~word + _U1)) * _FACTOR) >> _58])


@jit
def new_sheet(n_features):
    """Return room to count in: a bit for each feature, a bit for each 64 of them, a count for each."""
    words = (n_features >> 6) + 1
    bits, summary = np.zeros(words, dtype=np.uint64), np.zeros((words >> 6) + 1, dtype=np.uint64)
    return bits, summary, np.zeros(n_features, dtype=np.int32)


@jit
def _count(found, n, sheet, indices, end):
    """Count the features found and write them in order, each once; return where they end."""
    bits, summary, counts = sheet
    for k in range(n):
        feature = _U(found[k])
        counts[feature] += 1
        word = feature >> _6
        bits[word] |= _U1 << (feature & _LOW_6)
        summary[word >> _6] |= _U1 << (word & _LOW_6)
    for s in range(_U(len(summary))):
        words = summary[s]
        summary[s] = _U0
        while words != _U0:
            word = (s << _6) | _lowest_bit(words)
            words &= words - _U1
            features = bits[word]
            bits[word] = _U0
            while features != _U0:
                indices[end] = (word << _6) | _lowest_bit(features)
                features &= features - _U1
                end += _U1
    return end


@jit
def weigh_row(found, n, sheet, weights, indices, data, start):
    """Write a row of the matrix, and return where it ends.

    Parameters
    ----------
    found, n : int32 array, uint64
        Features of the text, with repeats, and how many there are.
    sheet : tuple of arrays
        See `new_sheet`; all zero, before and after.
    weights : (float64 array, float64 array, bool, int)
        Inverse document frequencies, weights of the first counts, whether those are logarithmic, and
        the norm: 0 for none, 1 or 2.
    indices, data : int32 array, float64 array
        Where to write.
    start : uint64
        Where the row begins.
    """
    idf, frequency, sublinear, norm = weights
    end = _count(found, n, sheet, indices, start)
    counts, total = sheet[2], 0.0
    for k in range(start, end):
        feature = _U(indices[k])
        count = _U(counts[feature])
        counts[feature] = 0
        if count < _U(len(frequency)):  # noqa: SIM108 - two conditions in one line are hard to read
            tf = frequency[count]
        else:
            tf = math.log(count) + 1.0 if sublinear else float(count)
        value = tf * idf[feature]
        data[k] = value
        total += value * value if norm == 2 else abs(value)
    if norm == 2:
        total = math.sqrt(total)
    if norm != 0 and total > 0:
        for k in range(start, end):
            data[k] /= total
    return end


@jit
def transform_rows(points, offsets, code_of, space, analysis, trie, weights, data, indices, start):
    """Write the matrix of many texts; return where each row ends.

    Parameters
    ----------
    points : uint32 array
        Code points of all texts, end to end.
    offsets : int64 array of shape (n_texts + 1,)
        Where each begins.
    code_of : int32 array
        Code of each code point: 0 if no feature has it, ``-1 - code`` if it is a white space.
    space : int
        Code of a space.
    analysis : (int, int, bool)
        Shortest and longest n-gram; whether they keep within words.
    trie : (int32 array, int, int)
        Records and root, see `balagh.ngram_trie.place`, and the number of features.
    weights, data, indices
        See `weigh_row`.
    start : int
        Where the first row begins.
    """
    shortest, longest, within_words = analysis
    room = room_for(offsets)
    codes, found = np.empty(room, dtype=np.int32), np.empty(room * (longest - shortest + 1) + 1, dtype=np.int32)
    active = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32)
    ends, sheet, end = np.empty(len(offsets) - 1, dtype=np.int64), new_sheet(trie[2]), _U(start)
    for row in range(len(offsets) - 1):
        n_codes = lay_out(points[offsets[row] : offsets[row + 1]], code_of, space, within_words, codes)
        n = _find(codes, n_codes, shortest, longest, trie, active, found)
        if within_words and shortest > 3:
            n = _find_short_words(codes, n_codes, shortest, trie, found, n)
        end = weigh_row(found, n, sheet, weights, indices, data, end)
        ends[row] = end
    return ends
