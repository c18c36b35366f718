"""The only normaliser: one spelling for all the ways in which an Arabic sentence can be typed.

Training, tagging and every tool call `normalise`; what each switch folds is written beside it in
`balagh.params.Folding`. It takes any `str`, lone surrogates included, in time linear in its length, and
normalising twice is normalising once.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from pyarabic import araby

from balagh.folding import RANGES, SEATED, folding_table, is_context_free, is_mark
from balagh.params import Folding

_DEFAULT = Folding()

# The characters that nearly all Arabic press text is made of: these go through bytes, where the C code
# of the standard library folds some ten times as many characters a second as `str.translate` does.
_COMMON = (
    "".join(map(chr, range(128)))
    + "".join(map(chr, [*range(0x621, 0x63B), *range(0x640, 0x656), *range(0x660, 0x66D)]))
    + "".join(map(chr, [*range(0x6F0, 0x6FA), *range(0x200B, 0x2010), *range(0x202A, 0x202F)]))
    + "،؛؟ٰٱپچژڤگکیہھەۀے۔«»“”„‘’‹›–—•\u00a0\u00ad\ufeff\u2009\u2028"
)


class _Page(NamedTuple):
    """How common characters are folded: encoded to one byte each, translated, decoded."""

    encoding: Any  # what codecs.charmap_build makes; typeshed keeps its type private
    folded: bytes
    dropped: bytes
    decoding: str


def normalise(text: str, folding: Folding = _DEFAULT) -> str:
    """Return the text in the one spelling that the model knows.

    Parameters
    ----------
    text : str
        Any text.
    folding : Folding, optional
        The differences to remove; all of them by default.

    Returns
    -------
    str
        The folded text, which can always be encoded. It is not made for readers.

    Examples
    --------
    >>> normalise("أكّـد  «التحالفُ» في ٢٠٢١ إلى")
    'اكد "التحالف" في 2021 الي'
    >>> normalise("ﷲ") == normalise("الله")
    True
    >>> normalise("مدرسة", Folding(ta_marbuta=False))
    'مدرسة'
    """
    page = _page(folding)
    if page is not None:
        try:
            coded = codecs.charmap_encode(text, "strict", page.encoding)[0]
        except UnicodeEncodeError:
            pass  # a less common character: the table knows all of them
        else:
            coded = coded.translate(page.folded, page.dropped)
            if folding.whitespace:
                coded = coded.strip(b" ")
                while b"  " in coded:  # halves every run: no more passes than a run has binary digits
                    coded = coded.replace(b"  ", b" ")
            return codecs.charmap_decode(coded, "strict", page.decoding)[0]
    folded = text.translate(folding_table(folding))
    if page is None:
        folded = _settle(folded, folding)[0]
    return " ".join(folded.split()) if folding.whitespace else folded


def normalise_with_offsets(text: str, folding: Folding = _DEFAULT) -> tuple[str, npt.NDArray[np.int64]]:
    """Return the folded text, and where in the text given each of its characters came from.

    Parameters
    ----------
    text : str
        Any text.
    folding : Folding, optional
        The differences to remove; all of them by default.

    Returns
    -------
    out : str
        The same as `normalise` returns.
    offsets : ndarray of shape (len(out),)
        Index into ``text``, never decreasing. A space points at the first character of the white space it
        stands for. A mark that a switch keeps points at its letter.

    Examples
    --------
    >>> out, offsets = normalise_with_offsets("  أكّد ﷲ")
    >>> out, offsets.tolist()
    ('اكد الله', [2, 3, 5, 6, 7, 7, 7, 7])
    """
    table = folding_table(folding)
    pieces = [table[ord(char)] for char in text]
    lengths = np.fromiter(map(len, pieces), dtype=np.int64, count=len(pieces))
    offsets = np.repeat(np.arange(len(text), dtype=np.int64), lengths)
    folded = "".join(pieces)
    if not is_context_free(folding):
        folded, settled = _settle(folded, folding)
        offsets = offsets[np.array(settled, dtype=np.int64)]
    if not folding.whitespace:
        return folded, offsets
    codes = np.frombuffer(folded.encode("utf-32-le"), dtype=np.uint32)
    inked = codes != ord(" ")
    # A space stays only where the character before it is none; the one left at the end goes too.
    kept = inked | np.concatenate(([False], inked[:-1]))[: len(inked)]
    kept[inked.nonzero()[0][-1] + 1 if inked.any() else 0 :] = False
    return codes[kept].tobytes().decode("utf-32-le"), offsets[kept]


@lru_cache(maxsize=64)
def _page(folding: Folding) -> _Page | None:
    """Build the byte page of these switches; none when marks that stay need a second step."""
    if not is_context_free(folding):
        return None
    table = folding_table(folding)
    # "\ufffe" is how a decoding table says that a byte is not used.
    chars = [char if table[ord(char)] in ("", *_COMMON) else "\ufffe" for char in _COMMON]
    folded = [table[ord(char)] for char in _COMMON]
    codes = {char: code for code, char in enumerate(_COMMON)}
    decoding = "".join(chars).ljust(256, "\ufffe")
    return _Page(
        encoding=codecs.charmap_build(decoding),
        folded=bytes(codes.get(char, 0) for char in folded).ljust(256, b"\0"),
        dropped=bytes(code for code, char in enumerate(folded) if char == ""),
        decoding=decoding,
    )


def _settle(text: str, folding: Folding) -> tuple[str, list[int]]:
    """Write each letter and the marks left on it in one order and one form.

    Returns the text, and for each of its characters the index in the text given: that of the letter for
    a letter with marks.
    """
    parts: list[str] = []
    offsets: list[int] = []
    end = 0
    for marks in _marks().finditer(text):
        start = max(end, marks.start() - 1)  # the letter; a text may begin with marks
        parts.append(text[end:start])
        offsets.extend(range(end, start))
        cluster = _settled(text[start : marks.start()], marks[0], folding)
        parts.append(cluster)
        offsets.extend([start] * len(cluster))
        end = marks.end()
    parts.append(text[end:])
    offsets.extend(range(end, len(text)))
    return "".join(parts), offsets


def _settled(letter: str, marks: str, folding: Folding) -> str:
    if folding.alef if letter == araby.ALEF else folding.hamza:
        marks = marks.translate(dict.fromkeys(map(ord, SEATED)))
    # Sorted here, because normalising an unsorted run takes time in the square of its length.
    cluster = unicodedata.normalize("NFC", letter + "".join(sorted(marks, key=unicodedata.combining)))
    return cluster[: len(letter)] if folding.diacritics else cluster


@lru_cache(maxsize=1)
def _marks() -> re.Pattern[str]:
    # As ranges: beyond the first plane the regex engine tests the members of a class one by one.
    codes = np.array([code for span in RANGES for code in range(*span) if is_mark(chr(code))])
    runs = np.split(codes, np.flatnonzero(np.diff(codes) > 1) + 1)
    return re.compile("[" + "".join(f"{chr(run[0])}-{chr(run[-1])}" for run in runs) + "]+")
