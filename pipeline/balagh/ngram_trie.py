"""Compiled code that builds tries of n-grams: one that grows while texts are read, one that is read only.

The growing trie is a hash table of edges. An edge is one 64-bit word: the n-gram without its last letter, that
letter, and the n-gram. Whole edges are compared, so that no alphabet and no length can bring two n-grams together.

The other one is a double array: a record (slot of the parent, base of the children, feature) for each n-gram, and
the child by a letter is found in the slot ``base + code`` if the record there names this parent.
"""

from __future__ import annotations

import numpy as np

from balagh.ngram_kernels import NO_PARENT, jit, lay_out_text, lay_out_words, room_for

_FREE = -2
_PATIENCE = 16
_FIRST_SIZE = 1 << 12
_U = np.uint64
_U0, _U1 = _U(0), _U(1)
_GOLDEN = _U(0x9E3779B97F4A7C15)


@jit
def new_growth(n_letters):
    """Return an empty trie: table of edges, edge of each n-gram, (last text, number of texts) of each.

    The first n-grams are the letters themselves; they have no edges.
    """
    size = _FIRST_SIZE
    while size < 4 * n_letters:
        size *= 2
    return (
        np.zeros(size, dtype=np.uint64),
        np.zeros(size // 2, dtype=np.uint64),
        np.full((size // 2, 2), np.array([-1, 0], dtype=np.int32)),
        n_letters,
    )


@jit
def _slot_of(table, key, id_bits):
    """Return where the edge with this key lies in the table, or the free slot where it would."""
    bits = 0
    while 1 << bits < len(table):
        bits += 1
    return _slot(table, key, id_bits, _U(64 - bits))


@jit
def _slot(table, key, id_bits, shift):
    mask = _U(len(table) - 1)
    slot = (key * _GOLDEN) >> shift
    while table[slot] != _U0 and table[slot] >> id_bits != key:
        slot = (slot + _U1) & mask
    return slot
