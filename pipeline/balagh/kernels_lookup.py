"""Compiled look-up of keys: a hash table whose hot part stays in the processor's cache.

A slot holds a key and its feature in one 64-bit word. A small array of bits, which answers for nearly all keys
that are of no feature, is read before the table.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from balagh.compiled import jit
from balagh.scorer import FEATURE_BITS
from balagh.terms import Keys

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_U0, _U1 = np.uint64(0), np.uint64(1)
_S6, _U63 = np.uint64(6), np.uint64(63)
_FEATURE_BITS = np.uint64(FEATURE_BITS)
_FEATURE_MASK = np.uint64((1 << FEATURE_BITS) - 1)
_PRESENT_BITS = 3
"""Bits of a hash, beside those of a slot, that tell a known key from others."""


def make_table(keys: Keys) -> tuple[Any, ...]:
    """Return a table, at most half full, in which the feature of a key is its position.

    Returns
    -------
    slots : uint64 array
        Open-addressing table; its size is a power of two.
    present : uint64 array
        A bit for each value of a hash, set where a key has it.
    shift, present_shift : uint64
        How far a hash is shifted to give a slot or a bit.
    """
    bits = max(5, int(len(keys) * 3 // 2).bit_length())
    shift, present_shift = np.uint64(64 - bits), np.uint64(64 - bits - _PRESENT_BITS)
    slots = np.zeros(1 << bits, dtype=np.uint64)
    present = np.zeros(1 << bits + _PRESENT_BITS - 6, dtype=np.uint64)
    _fill(keys, slots, present, shift, present_shift)
    return slots, present, shift, present_shift


@jit
def _fill(keys, slots, present, shift, present_shift):
    last = len(slots) - 1
    for i in range(len(keys)):
        mixed = keys[i] * _GOLDEN
        bit = mixed >> present_shift
        present[np.int64(bit >> _S6)] |= _U1 << (bit & _U63)
        slot = np.int64(mixed >> shift)
        while slots[slot] != _U0:
            slot = (slot + 1) & last
        slots[slot] = keys[i] << _FEATURE_BITS | np.uint64(i)


@jit
def may_have(table, key):
    """Return 1 if the key may be in the table, 0 if it certainly is not."""
    _, present, _, present_shift = table
    bit = (key * _GOLDEN) >> present_shift
    return np.int64((present[bit >> _S6] >> (bit & _U63)) & _U1)


@jit
def _probe(table, key):
    slots, _, shift, _ = table
    # Unsigned places: a signed index would be checked for being negative at every read.
    last = np.uint64(len(slots) - 1)
    slot = (key * _GOLDEN) >> shift
    while True:
        there = slots[slot]
        if there == _U0:
            return np.int32(-1)
        if there >> _FEATURE_BITS == key:
            return np.int32(there & _FEATURE_MASK)
        slot = (slot + _U1) & last


@jit
def find(table, key):
    """Return the feature of a key, -1 if there is none."""
    return _probe(table, key) if may_have(table, key) == 1 else np.int32(-1)


@jit
def find_all(table, keys, n, found, n_found):
    """Append the features of the keys that have one to those found; return how many are found by then.

    Parameters
    ----------
    table : tuple
        See `make_table`.
    keys : uint64 array
        Its first ``n`` are looked up; lost, for those worth a look are moved to the front.
    n : int
        Number of keys.
    found : int32 array
        With room for ``n`` more and one.
    n_found : int
        Features found before.
    """
    likely = 0
    for i in range(n):
        # Written in any case and kept only if likely: a branch here would be guessed wrong too often.
        key = keys[i]
        keys[likely] = key
        likely += may_have(table, key)
    for i in range(likely):
        feature = _probe(table, keys[i])
        found[n_found] = feature
        n_found += feature >= 0
    return n_found
