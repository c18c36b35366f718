"""Compiled code for cue classes in a sentence: the terms of `balagh.terms`, in the same order.

Pairs of classes are looked up in dense tables, which `balagh.batches` makes from the model's keys, and classes beside
stems by their keys.
"""

from __future__ import annotations

import numpy as np

from balagh import terms as t
from balagh.compiled import jit
from balagh.kernels_memo import form_of, mix, unpack


@jit
def list_events(known, firsts, lists):
    """List the cue classes of all tokens in order.

    Returns
    -------
    at, cues : int64 arrays of shape (n_events,)
        Token and class of each event.
    bounds : int64 array of shape (n_sentences + 1,)
        The number of the first event of each sentence.
    """
    n_events = 0
    for i in range(len(known)):
        n_events += unpack(known, i)[2]
    at, cues = np.empty(n_events, dtype=np.int64), np.empty(n_events, dtype=np.int64)
    bounds = np.zeros(len(firsts), dtype=np.int64)
    n = 0
    for s in range(len(firsts) - 1):
        for i in range(firsts[s], firsts[s + 1]):
            _, place, n_cues, _ = unpack(known, i)
            for k in range(n_cues):
                at[n], cues[n] = i, lists[place + k]
                n += 1
        bounds[s + 1] = n
    return at, cues, bounds


@jit
def count_pairs(at, reach):
    """Return how many pairs of events are within reach, those of one token included."""
    pairs, far = 0, 0
    for e in range(len(at)):
        while at[e] - at[far] > reach:
            far += 1
        pairs += e - far
    return pairs


@jit
def find_pairs(at, cues, singles, pairs, found):
    """List the features of cue classes and of pairs of them; return how many there are."""
    n = 0
    for e in range(len(at)):
        found[n] = singles[0, cues[e], 0]
        n += found[n] >= 0
    begin, end = 0, 0
    for e in range(len(at)):
        while begin < len(at) and at[begin] <= at[e]:
            begin += 1
        while end < len(at) and at[end] <= at[e] + t.REACH:
            end += 1
        for f in range(begin, end):
            found[n] = pairs[0, cues[e], cues[f]]
            n += found[n] >= 0
    return n


@jit
def list_cue_stems(known, first, last, at, cues, keys):
    """List the keys of cue classes with the stems after and before them; return how many there are."""
    n = 0
    for step in range(1, t.SKIP + 1):
        for e in range(len(at)):
            if at[e] + step < last:
                keys[n] = mix(t.CUE_STEM, np.uint64(cues[e] + 1), known[at[e] + step, 0])
                n += 1
    for step in range(1, t.SKIP + 1):
        for e in range(len(at)):
            if at[e] - step >= first:
                keys[n] = mix(t.STEM_CUE, known[at[e] - step, 0], np.uint64(cues[e] + 1))
                n += 1
    return n


@jit
def _find_together(cues, together, found):
    """List the features of two classes that a sentence has; return how many there are."""
    n_cues = together.shape[1]
    absent, present = np.ones(n_cues, dtype=np.bool_), np.empty(n_cues + 1, dtype=np.int64)
    for e in range(len(cues)):
        absent[cues[e]] = False
    size = 0
    for cue in range(n_cues):
        # Written in any case and kept only if present: a branch here would be guessed wrong too often.
        present[size] = cue
        size += 1 - absent[cue]
    n = 0
    for i in range(size):
        for j in range(i + 1, size):
            found[n] = together[0, present[i], present[j]]
            n += found[n] >= 0
    return n


@jit
def _find_neighbours(at, cues, tables, found, n):
    """List the features of classes of neighbours, then those of the next but one."""
    for gap in range(1, t.NEAR + 1):
        for e in range(len(at)):
            f = e + 1
            while f < len(at) and at[f] <= at[e] + gap:
                if at[f] == at[e] + gap:
                    found[n] = tables[gap - 1, cues[e], cues[f]]
                    n += found[n] >= 0
                f += 1
    return n


@jit
def _find_forms(known, first, last, at, cues, tables, found, n):
    """List the features of classes with the forms of their own, the last and the next token."""
    for k in range(len(t.FORM_STEPS)):
        step = t.FORM_STEPS[k]
        for e in range(len(at)):
            i = at[e] + step
            if first <= i < last:
                found[n] = tables[k, cues[e], form_of(known, i)]
                n += found[n] >= 0
    return n


@jit
def _find_places(first, at, cues, table, found, n):
    """List the features of classes with the part of the sentence in which they stand."""
    for e in range(len(at)):
        place = 0
        for k in range(len(t.PLACE_STARTS)):
            place += at[e] - first >= t.PLACE_STARTS[k]
        found[n] = table[0, cues[e], place]
        n += found[n] >= 0
    return n


@jit
def find_context(known, first, last, at, cues, tables, found):
    """List the features of the family "context" in a sentence; return how many there are.

    Parameters
    ----------
    known : uint64 array of shape (n_tokens, 3)
        What is known of the tokens of the chunk.
    first, last : int
        The sentence's first token, and the one after its last.
    at, cues : int64 arrays of shape (n_events,)
        Token and class of each event of the sentence.
    tables : four int32 arrays of shape (n_kinds, n_cues, n_second)
        Features of classes together, of neighbours, with forms and with places; see `balagh.batches`.
    found : int32 array
        Filled with the features, with room for one more.
    """
    together, neighbours, forms, places = tables
    n = _find_together(cues, together, found)
    n = _find_neighbours(at, cues, neighbours, found, n)
    n = _find_forms(known, first, last, at, cues, forms, found, n)
    return _find_places(first, at, cues, places, found, n)
