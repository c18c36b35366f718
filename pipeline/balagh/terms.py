"""Terms: what is counted beside character n-grams, made of the words of a sentence and their cue classes.

Three families, each of which becomes a block of features of its own:

``words``
    the light stem of each token, and each ordered pair of stems up to three tokens apart;
``cues``
    each cue class, each ordered pair of classes of different tokens up to twelve tokens apart, and each
    class with each stem up to three tokens before or after it;
``context``
    each two classes that stand anywhere in the sentence together, each ordered pair of classes of neighbours or next
    but one, and each class with its own form, those of its neighbours (`balagh.forms`) and the part of the sentence
    in which it stands.

A term is known by a 46-bit key, hashed from its parts; any two of a hundred thousand terms share a key with a
probability of 7e-5, and a term that is none of them passes for one of them once in 700 million. Compiled code
finds the same features in the same order (`balagh.kernels`, `balagh.kernels_cues`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from balagh.alphabet import SPACE, decode
from balagh.cues import CueMatcher
from balagh.forms import FORMS, form
from balagh.stems import stem

Keys = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int64]
Family = Literal["words", "cues", "context"]

SKIP = 3
"""How many tokens apart the parts of a pair with a stem may stand."""
REACH = 12
"""How many tokens apart two cue classes may stand."""
NEAR = 2
"""How many tokens apart classes of neighbours may stand."""
PLACES = ("opening", "start", "middle", "rest")
"""Parts of a sentence in which a cue class may stand."""
PLACE_STARTS = (2, 6, 15)
"""The token at which each part but the first begins."""

STEM, STEM_STEM, CUE, CUE_CUE, CUE_STEM, STEM_CUE, TOGETHER, NEXT, NEXT_BUT_ONE = range(1, 10)
OWN_FORM, FORM_BEFORE, FORM_AFTER, PLACE = range(10, 14)
N_KINDS = PLACE + 1
"""One more than the last kind: kinds count from 1."""
FORM_STEPS = (0, -1, 1)
"""Which token's form OWN_FORM, FORM_BEFORE and FORM_AFTER take, counted from the class."""
_PATTERNS = {
    STEM: "{0}",
    STEM_STEM: "{0} … {1}",
    CUE: "[{0}]",
    CUE_CUE: "[{0}] … [{1}]",
    CUE_STEM: "[{0}] … {1}",
    STEM_CUE: "{0} … [{1}]",
    TOGETHER: "[{0}] + [{1}]",
    NEXT: "[{0}] [{1}]",
    NEXT_BUT_ONE: "[{0}] . [{1}]",
    OWN_FORM: "[{0}] as {1}",
    FORM_BEFORE: "{1} before [{0}]",
    FORM_AFTER: "[{0}] before {1}",
    PLACE: "[{0}] in {1}",
}
_OTHER_NAMES = {OWN_FORM: FORMS, FORM_BEFORE: FORMS, FORM_AFTER: FORMS, PLACE: PLACES}
"""Names of second parts that are neither class nor stem."""

FNV_OFFSET = 0xCBF29CE484222325
FNV_PRIME = 0x100000001B3
FACTOR_A = 0x9E3779B97F4A7C15
FACTOR_B = 0xC2B2AE3D27D4EB4F
FACTOR_KIND = 0x165667B19E3779F9
MIX_1 = 0xBF58476D1CE4E5B9
MIX_2 = 0x94D049BB133111EB
_MASK = (1 << 64) - 1

KEY_BITS = 46
"""Bits of a key: the other 18 of a word number the features of a block."""


class Terms(NamedTuple):
    """The terms of one family in a sentence, in the order in which they are made; all of shape (terms,)."""

    keys: Keys
    kinds: Positions
    first: Positions
    """Token that the first part is made of."""
    second: Positions
    """Token that the second part is made of; the same as the first where there is one part only."""
    parts: tuple[Positions, Positions]
    """Numbers of the parts (of a cue class, a form, a part of the sentence); -1 for a part that is a stem."""


@lru_cache(maxsize=1 << 16)
def stem_hash(word: bytes) -> int:
    """Return the 64-bit FNV-1a hash of the stem of an encoded word.

    The algorithm is that of Fowler, Noll and Vo, https://www.rfc-editor.org/rfc/rfc9923.
    """
    value = FNV_OFFSET
    for code in stem(word):
        value = ((value ^ (code - SPACE)) * FNV_PRIME) & _MASK
    return value


def mix(kind: int, first: Keys, second: Keys) -> Keys:
    """Return the keys of terms of one kind from the hashes of their parts (splitmix64's finaliser)."""
    key = first * np.uint64(FACTOR_A) + second * np.uint64(FACTOR_B) + np.uint64(kind * FACTOR_KIND & _MASK)
    key = (key ^ (key >> np.uint64(30))) * np.uint64(MIX_1)
    key = (key ^ (key >> np.uint64(27))) * np.uint64(MIX_2)
    return (key ^ (key >> np.uint64(31))) >> np.uint64(64 - KEY_BITS)


def terms(tokens: Sequence[bytes], family: Family, matcher: CueMatcher) -> Terms:
    """Return the terms of a sentence.

    Parameters
    ----------
    tokens : sequence of bytes
        Words and marks as `balagh.alphabet.tokens` returns them.
    family : {"words", "cues", "context"}
        Which terms to make.
    matcher : CueMatcher
        The lists of cue classes; "words" makes no use of it.

    Examples
    --------
    >>> from balagh.alphabet import encode, tokens
    >>> from balagh.cues import load_cues
    >>> matcher = CueMatcher(load_cues())
    >>> found = terms(tokens(encode("تعهد بدعم اليمن")), "words", matcher)
    >>> term_names(tokens(encode("تعهد بدعم اليمن")), found, matcher)
    ['تعهد', 'دعم', 'يمن', 'تعهد … دعم', 'دعم … يمن', 'تعهد … يمن']
    """
    stemmed = family != "context"
    hashes = np.array([stem_hash(token) if stemmed else 0 for token in tokens], dtype=np.uint64)
    at = np.arange(len(tokens), dtype=np.int64)
    if family == "words":
        made = _word_terms(hashes, at)
    else:
        events = [(i, cue) for i, token in enumerate(tokens) for cue in matcher.classes(token)]
        make = _cue_terms if family == "cues" else _context_terms
        made = make(tokens, *np.array(events, dtype=np.int64).reshape(-1, 2).T)
    kinds = np.concatenate([np.full(len(part[1]), part[0], dtype=np.int64) for part in made])
    first, second, left, right = (np.concatenate([part[i] for part in made]) for i in range(1, 5))
    keys = np.concatenate(
        [mix(part[0], _hashes(part[3], part[1], hashes), _second_hashes(part, hashes)) for part in made]
    )
    return Terms(keys, kinds, first, second, (left, right))


_Made = tuple[int, Positions, Positions, Positions, Positions]


def _word_terms(hashes: Keys, at: Positions) -> list[_Made]:
    none = np.full(len(at), -1, dtype=np.int64)
    made = [(STEM, at, at, none, none)]
    for gap in range(1, SKIP + 1):
        left = at[: max(len(at) - gap, 0)]
        made.append((STEM_STEM, left, left + gap, none[: len(left)], none[: len(left)]))
    return made


def _cue_terms(tokens: Sequence[bytes], at: Positions, cues: Positions) -> list[_Made]:
    none = np.full(len(at), -1, dtype=np.int64)
    left, right = _pairs(at, REACH)
    made = [(CUE, at, at, cues, none), (CUE_CUE, at[left], at[right], cues[left], cues[right])]
    for step in range(1, SKIP + 1):
        inside = at + step < len(tokens)
        made.append((CUE_STEM, at[inside], at[inside] + step, cues[inside], none[inside]))
    for step in range(1, SKIP + 1):
        inside = at - step >= 0
        made.append((STEM_CUE, at[inside] - step, at[inside], none[inside], cues[inside]))
    return made


def _context_terms(tokens: Sequence[bytes], at: Positions, cues: Positions) -> list[_Made]:
    present, first = np.unique(cues, return_index=True)
    i, j = np.triu_indices(len(present), 1)
    made = [(TOGETHER, at[first[i]], at[first[j]], present[i], present[j])]
    left, right = _pairs(at, NEAR)
    for gap, kind in enumerate((NEXT, NEXT_BUT_ONE), 1):
        chosen = at[right] - at[left] == gap
        one, other = left[chosen], right[chosen]
        made.append((kind, at[one], at[other], cues[one], cues[other]))
    forms = np.array([form(token) for token in tokens], dtype=np.int64)
    for kind, step in zip((OWN_FORM, FORM_BEFORE, FORM_AFTER), FORM_STEPS, strict=True):
        inside = (at + step >= 0) & (at + step < len(tokens))
        beside = at[inside] + step
        made.append((kind, at[inside], beside, cues[inside], forms[beside]))
    made.append((PLACE, at, at, cues, np.searchsorted(PLACE_STARTS, at, "right")))
    return made


def _pairs(at: Positions, reach: int) -> tuple[Positions, Positions]:
    """Return the numbers of all two events of different tokens that are within reach, the earlier one first."""
    # Events ascend by token: the partners of each stand in one run.
    begin, end = np.searchsorted(at, at, "right"), np.searchsorted(at, at + reach, "right")
    left = np.repeat(np.arange(len(at)), end - begin)
    right = np.arange(len(left)) + np.repeat(begin - np.concatenate(([0], np.cumsum(end - begin)[:-1])), end - begin)
    return left, right


def _hashes(numbers: Positions, at: Positions, hashes: Keys) -> Keys:
    # A class hashes to its number plus one; stems hash to 64-bit values, so that the kinds tell them apart.
    return np.where(numbers >= 0, (numbers + 1).astype(np.uint64), hashes[at])


def _second_hashes(part: _Made, hashes: Keys) -> Keys:
    if part[0] in (STEM, CUE):
        return np.zeros(len(part[2]), dtype=np.uint64)
    return _hashes(part[4], part[2], hashes)


def term_names(tokens: Sequence[bytes], found: Terms, matcher: CueMatcher) -> list[str]:
    """Return a readable name for each term, e.g. ``[negation] … دعم``."""
    stems = [decode(stem(token)) for token in tokens]

    def part(number: int, at: int, names: Sequence[str]) -> str:
        return stems[at] if number < 0 else names[number]

    rows = zip(*(column.tolist() for column in (found.kinds, found.first, found.second, *found.parts)), strict=True)
    return [
        _PATTERNS[kind].format(part(left, a, matcher.names), part(right, b, _OTHER_NAMES.get(kind, matcher.names)))
        for kind, a, b, left, right in rows
    ]
