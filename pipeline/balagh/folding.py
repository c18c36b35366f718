"""The folding table: for every code point, the text that the normaliser writes in its place.

The table is context-free: a character is folded by itself, whatever stands beside it. That is what
keeps the normaliser linear and lets a compiled loop do the same work over arrays of code points.
Each entry is folded until nothing changes, so that folding twice is folding once.

One thing needs context: with ``diacritics``, ``alef`` or ``hamza`` switched off some marks stay, and
a letter with its marks can be written in several equivalent ways: `balagh.text` then puts them into one
form after the table did its part.

The data come from `unicodedata`, so a newer Python may fold characters that an older one does not know.
Letters that Arabic texts use have not changed for many years.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pyarabic import araby

from balagh.params import Folding

KEPT, DROPPED = 0, 1
"""The first two values of `FoldingArrays.entry`: the code point stands for itself, or for nothing."""

SEATED = "\u0653\u0654\u0655"
"""Madda and hamza written after their letter: of all marks only these change which letter is meant."""
# pyarabic counts alef maqsura and the superscript alef among the alefs; neither is one here.
_ALEFS = (set(araby.ALEFAT) | {"\u0672", "\u0673"}) - {araby.ALEF_MAKSURA, araby.SMALL_ALEF, araby.ALEF}
# Signs of the printed Quran that Unicode does not count as combining marks.
_QURANIC = "\u06dd\u06de\u06e5\u06e6\u06e9"
# Characters without ink that Unicode does not count as controls: fillers, joiners, variation selectors.
_SELECTORS = [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]
_BLANK = {*"\u034f\u115f\u1160\u3164\uffa0\ufffc", *map(chr, _SELECTORS)}
# Drawn like the Arabic letter. Letters of their own (peh, tcheh, jeh, veh, gaf) stay.
_PERSIAN = {
    **dict.fromkeys("\u06a9\u06aa", araby.KAF),
    **dict.fromkeys("\u06cc\u06d2", araby.YEH),
    **dict.fromkeys("\u06be\u06c1\u06d5", araby.HEH),
    "\u06c3": araby.TEH_MARBUTA,
}
_PUNCTUATION = {
    '"': "'`´«»‘’‚‛“”„‟‹›′″‴〝〞〟",
    "-": "‐‑‒–—―−⁃",
    ",": "،٬⹁",
    ";": "؛⁏",
    "?": "؟⸮",
    ".": "٫۔",
    "%": "٪",
    "/": "⁄∕",
    "*": "٭•●○◦▪■□‣·",
    "(": "﴿",
    ")": "﴾",
}
# fmt: off
RANGES = (
    (0, 0x3400), (0xA000, 0xAC00), (0xD7B0, 0xD800), (0xF900, 0x12000), (0x13000, 0x13500),
    (0x16000, 0x17000), (0x1B000, 0x20000), (0x2F800, 0x2FA20), (0xE0000, 0xE0200),
)
"""Everything that any folding changes lies here, Hangul syllables apart."""
# fmt: on
# Categories that the rules look at; the rest changes only where it decomposes or a rule names it.
_RULED = {"Mn", "Me", "Mc", "Cf", "Cc", "Zs", "Zl", "Zp", "Lu", "Lt"}


class FoldingArrays(NamedTuple):
    """The folding table as arrays, for a compiled loop over code points.

    With ``i = entry[c]``, the code point ``c`` is written as itself when ``i`` is `KEPT` (0) and as
    ``out[starts[i]:starts[i + 1]]`` otherwise. When ``collapse`` is set, every white-space character
    has become U+0020, alone or inside a longer replacement: write U+0020 only between two other
    characters, and once. When ``context_free`` is not set, call `balagh.text.normalise` first: the
    arrays then keep everything as it is, so that the same loop may run.
    """

    entry: npt.NDArray[np.uint16]
    starts: npt.NDArray[np.uint32]
    out: npt.NDArray[np.uint32]
    collapse: bool
    context_free: bool


class FoldingTable(dict[int, str]):
    """Code point → replacement, filled as characters are met; made for `str.translate`."""

    def __init__(self, folding: Folding) -> None:
        super().__init__()
        self.folding = folding
        self.direct = _direct(folding)

    def __missing__(self, code: int) -> str:
        folded = self._fold(chr(code))
        # A text of noise could meet a million code points; beyond this size they are computed anew.
        if len(self) < 1 << 16:
            self[code] = folded
        return folded

    def _fold(self, char: str) -> str:
        step = self._step(char)
        return step if step == char else "".join([self[ord(part)] for part in step])

    def _step(self, char: str) -> str:
        """Return the first rule's replacement of one character."""
        folding = self.folding
        if char in self.direct:
            return self.direct[char]
        if char.isspace():
            return " " if folding.whitespace else char
        category = unicodedata.category(char)
        # Half of a surrogate pair is no character and cannot be encoded: no switch keeps it.
        if category == "Cs" or (folding.invisibles and (category in ("Cc", "Cf") or char in _BLANK)):
            return ""
        if is_mark(char):
            kept = not folding.diacritics or (char in SEATED and not is_context_free(folding))
            form = unicodedata.normalize("NFD", char)
            return form if kept else ""
        form = unicodedata.normalize("NFKD" if folding.presentation_forms else "NFD", char)
        if len(form) > 1 and form[0] == " ":  # a mark drawn alone, as U+FE76: the space only carries it
            form = form[1:]
        return form.lower() if folding.case else form


def is_context_free(folding: Folding) -> bool:
    """Say whether the table alone does the folding, without a second step for the marks that stay.

    Parameters
    ----------
    folding : Folding
        The switches.

    Examples
    --------
    >>> is_context_free(Folding()), is_context_free(Folding(alef=False))
    (True, False)
    """
    return folding.diacritics and folding.alef and folding.hamza


@lru_cache(maxsize=64)
def folding_table(folding: Folding) -> FoldingTable:
    """Return the folding table of these switches, one object for equal switches.

    Parameters
    ----------
    folding : Folding
        The switches.

    Examples
    --------
    >>> folding_table(Folding())[ord("ﷲ")]
    'الله'
    """
    return FoldingTable(folding)


@lru_cache(maxsize=8)
def folding_arrays(folding: Folding) -> FoldingArrays:
    """Return the folding table of these switches as arrays.

    Parameters
    ----------
    folding : Folding
        The switches.

    Returns
    -------
    FoldingArrays
        ``entry`` has shape (0x110000,); the arrays are read-only.

    Examples
    --------
    >>> arrays = folding_arrays(Folding())
    >>> i = arrays.entry[ord("أ")]
    >>> chr(arrays.out[arrays.starts[i]])
    'ا'
    """
    context_free = is_context_free(folding)
    entry = np.zeros(0x110000, dtype=np.uint16)
    numbers = {"": DROPPED}
    if context_free:
        entry[0xD800:0xE000] = DROPPED
        for code, folded in _changed(folding):
            entry[code] = numbers.setdefault(folded, len(numbers) + 1)
    lengths = [0, *map(len, numbers)]
    starts = np.concatenate(([0], np.cumsum(lengths))).astype(np.uint32)
    out = np.frombuffer("".join(numbers).encode("utf-32-le"), dtype=np.uint32).copy()
    for array in (entry, starts, out):
        array.flags.writeable = False
    return FoldingArrays(entry, starts, out, folding.whitespace, context_free)


def is_mark(char: str) -> bool:
    """Say whether a character is a mark on the letter before it."""
    return unicodedata.category(char) in ("Mn", "Me") or unicodedata.combining(char) != 0


def _direct(folding: Folding) -> dict[str, str]:
    """Return the rules that Unicode does not know."""
    rules: dict[str, str] = {}
    if folding.diacritics:
        rules |= dict.fromkeys([*araby.TASHKEEL, araby.SMALL_ALEF, *_QURANIC], "")
    if folding.tatweel:
        rules[araby.TATWEEL] = ""
    if folding.alef:
        # Those that decompose into alef and a seated mark are left to the decomposition.
        rules |= {char: araby.ALEF for char in _ALEFS if not unicodedata.decomposition(char)}
    if folding.hamza:
        rules["\u0674"] = ""  # high hamza, left over from decomposed Kazakh letters
    if folding.alef_maqsura:
        # Final or not: a table without context cannot tell, and elsewhere the letter does not occur.
        rules[araby.ALEF_MAKSURA] = araby.YEH
    if folding.ta_marbuta:
        rules[araby.TEH_MARBUTA] = araby.HEH
    if folding.digits:
        rules |= {chr(zero + i): str(i) for zero in (0x660, 0x6F0) for i in range(10)}
    if folding.persian_letters:
        rules |= _PERSIAN
    if folding.punctuation:
        rules |= {char: sign for sign, chars in _PUNCTUATION.items() for char in chars}
    return rules


def _changed(folding: Folding) -> Iterator[tuple[int, str]]:
    """Yield the code points that do not stand for themselves, with what they stand for."""
    table = FoldingTable(folding)
    for code in range(0xAC00, 0xD7A4):  # Hangul syllables: half of all entries, and all of one kind
        yield code, unicodedata.normalize("NFD", chr(code))
    for start, end in RANGES:
        for code in range(start, end):
            char = chr(code)
            # Most characters have no rule; passing them over early halves the time to build.
            if (
                unicodedata.category(char) not in _RULED
                and not unicodedata.decomposition(char)
                and char not in table.direct
                and char not in _BLANK
            ):
                continue
            folded = table[code]
            if folded != char:
                yield code, folded
