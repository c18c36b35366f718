"""The 64 characters that features are made of, and the words and marks of a normalised text.

Everything that the model counts is counted over these codes: a character fits in six bits, so that five of
them pack into one small integer. Latin letters keep their place but not their identity (all are ``x``), and
so do digits (all are ``0``): which number or name stands there says nothing about an act, that one stands
there does. What is not listed separates words, as a space does.
"""

from __future__ import annotations

import codecs
import re
import string
from typing import Any, Final

LETTERS: Final = "ءابتثجحخدذرزسشصضطظعغفقكلمنهويپچڤگژأإآٱؤئىة"
MARKS: Final = '.,;:?!"()-/%'
SPACE: Final = 32
"""Code of a space. The codes of all others follow it, so that `bytes` methods see words as words."""

SYMBOLS: Final = " " + LETTERS + "x0" + MARKS
"""Every symbol; the code of ``SYMBOLS[i]`` is ``SPACE + i``."""

N_SYMBOLS: Final = 64
"""Symbols that fit in the six bits of a code."""

_SILENT: Final = "".join(map(chr, [*range(0x64B, 0x660), 0x640, 0x670]))
_LATIN: Final = string.ascii_letters
_DIGITS: Final = string.digits + "".join(map(chr, [*range(0x660, 0x66A), *range(0x6F0, 0x6FA)]))
# Two steps, each of them a loop in C: every known character to a byte of its own, those bytes to codes.
# The page must begin with NUL, or `charmap_build` falls back to a dictionary that is ten times slower.
_KNOWN: Final = "\0 " + LETTERS + MARKS + _LATIN + _DIGITS + _SILENT
_PAGE: Final[Any] = codecs.charmap_build(_KNOWN + "\ufffe" * (256 - len(_KNOWN)))
_FOLDED: Final = bytes(
    SPACE + max(0, SYMBOLS.find("x" if char in _LATIN else "0" if char in _DIGITS else char)) for char in _KNOWN
).ljust(256, b"\0")
_DROPPED: Final = bytes(map(_KNOWN.index, _SILENT))
_ERRORS: Final = "balagh.separate"
_FIRST_MARK: Final = SPACE + SYMBOLS.index(MARKS[0])
_TOKEN: Final = re.compile(
    rb"[\x%02x-\x%02x]+|[\x%02x-\x%02x]" % (SPACE + 1, _FIRST_MARK - 1, _FIRST_MARK, SPACE + len(SYMBOLS) - 1)
)


def _separate(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return " " * (error.end - error.start), error.end


codecs.register_error(_ERRORS, _separate)


def encode(normalised: str) -> bytes:
    """Return one code for every character of a normalised text that is not a silent mark.

    Examples
    --------
    >>> decode(encode("اكد F-16 في 2021 €"))
    'اكد x-00 في 0000  '
    """
    return codecs.charmap_encode(normalised, _ERRORS, _PAGE)[0].translate(_FOLDED, _DROPPED)


def decode(codes: bytes) -> str:
    """Return the symbols that codes stand for."""
    return "".join(SYMBOLS[code - SPACE] for code in codes)


def tokens(codes: bytes) -> list[bytes]:
    """Return the words and the single marks of an encoded text, in order.

    Examples
    --------
    >>> [decode(token) for token in tokens(encode('قال: "لن نقبل".'))]
    ['قال', ':', '"', 'لن', 'نقبل', '"', '.']
    """
    return _TOKEN.findall(codes)


def spaced(normalised: str) -> str:
    """Return the text as the features see it: known symbols, one space between words and marks.

    Examples
    --------
    >>> spaced('قال: "لن نقبل F-16".')
    'قال : " لن نقبل x - 00 " .'
    """
    return " ".join(decode(token) for token in tokens(encode(normalised)))
