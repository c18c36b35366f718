"""Compiled code that builds the trie of a known vocabulary: a double array, small and read without branches.

Each n-gram has a record in a slot: the slot of the n-gram without its last letter, the base of its children, and
its feature. The child by a letter, if there is one, lies in the slot ``base + code``, and names this slot as its
parent's. Code 0 is nobody's letter.
"""

from __future__ import annotations

import numpy as np

from balagh.compiled import jit
from balagh.ngram_kernels import NO_PARENT

NO_FEATURE = np.iinfo(np.int32).max

_FREE = -2
# Slots tried before the search moves on for good; more packs hardly tighter.
_PATIENCE = 16
# Nodes with so few children try the holes that others have left.
_SMALL = 2


@jit
def nodes_of(codes, ends):
    """Return parent, code and feature of each prefix of the sorted n-grams; parents come before children.

    Parameters
    ----------
    codes : int32 array
        Codes of the n-grams, end to end.
    ends : int64 array of shape (n_features,)
        Where each ends.
    """
    parent, code = np.empty(len(codes), dtype=np.int32), np.empty(len(codes), dtype=np.int32)
    feature = np.full(len(codes), NO_FEATURE, dtype=np.int32)
    longest, start = 0, 0
    for end in ends:
        longest, start = max(longest, end - start), end
    path = np.empty(longest, dtype=np.int32)
    n, before, start = 0, 0, 0
    for f in range(len(ends)):
        shared = 0
        while shared < min(start - before, ends[f] - start) and codes[start + shared] == codes[before + shared]:
            shared += 1
        for depth in range(shared, ends[f] - start):
            parent[n] = path[depth - 1] if depth > 0 else NO_PARENT
            code[n] = codes[start + depth]
            path[depth] = n
            n += 1
        feature[n - 1] = f
        before, start = start, ends[f]
    return parent[:n], code[:n], feature[:n]


@jit
def _children_of(parent):
    """Return all nodes by parent, and where those of each parent begin; the root comes first."""
    begins = np.zeros(len(parent) + 2, dtype=np.int64)
    for p in parent:
        begins[p + 2] += 1
    begins = np.cumsum(begins)
    filled, children = begins.copy(), np.empty(len(parent), dtype=np.int64)
    for node in range(len(parent)):
        children[filled[parent[node] + 1]] = node
        filled[parent[node] + 1] += 1
    return children, begins


@jit
def _free_base(used, codes, start):
    """Return the first base from a start on at which the slots of all codes are free."""
    base = start
    while True:
        free = True
        for code in codes:
            if used[base + code]:
                free = False
                break
        if free:
            return base
        base += 1


@jit
def place(parent, code, feature, n_codes):
    """Return the records of a trie, shape (n_slots, 3), and the base of its root.

    Nodes with many children go first, while there is room; those with a single one fill the holes.

    Parameters
    ----------
    parent, code, feature : int32 arrays of shape (n_nodes,)
        See `nodes_of`.
    n_codes : int
        All codes are below this.
    """
    children, begins = _children_of(parent)
    slots, bases = np.empty(len(parent) + 1, dtype=np.int32), np.zeros(len(parent) + 1, dtype=np.int32)
    slots[0] = NO_PARENT
    used = np.zeros(len(parent) + 2 * n_codes, dtype=np.bool_)
    first_free, start, fan_before, top = 0, 0, -1, 0
    for p in np.argsort(begins[:-1] - begins[1:]):
        fan = begins[p + 1] - begins[p]
        if fan == 0:
            break
        mine = children[begins[p] : begins[p + 1]]
        while used[first_free]:
            first_free += 1
        if fan != fan_before and fan <= _SMALL:
            fan_before, start = fan, first_free
        # A base is at least 0, for the slot ``base`` itself is read as well: by code 0.
        low = max(start - code[mine[0]], 0)
        base = _free_base(used, code[mine], low)
        if base - low > _PATIENCE or fan == 1:
            start = base + code[mine[0]]
        bases[p] = base
        for child in mine:
            slots[child + 1] = base + code[child]
            used[base + code[child]] = True
            top = max(top, base + code[child])
        if top + 2 * n_codes > len(used):
            used = np.concatenate((used, np.zeros(len(used), dtype=np.bool_)))
    records = np.zeros((top + n_codes + 1, 3), dtype=np.int32)
    records[:, 0], records[:, 2] = _FREE, NO_FEATURE
    for node in range(len(parent)):
        slot = slots[node + 1]
        records[slot, 0], records[slot, 1] = slots[parent[node] + 1], bases[node + 1]
        records[slot, 2] = feature[node]
    return records, bases[0]
