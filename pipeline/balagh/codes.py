"""From a raw text to its codes in one step: what `normalise` and `encode` do after each other, for common text.

Nearly all press text is made of some two hundred characters, each of which ends as one code or as none. Such a
text goes through two loops of the standard library's C code. Any other text takes the two steps, and so do all
texts where a switch of the normaliser needs to see more than one character.
"""

from __future__ import annotations

import codecs
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from balagh.alphabet import LETTERS, MARKS, N_SYMBOLS, SPACE, encode
from balagh.folding import is_context_free
from balagh.params import Folding
from balagh.text import normalise

_COMMON = "".join(
    sorted(
        set(LETTERS + MARKS)
        | {chr(code) for code in range(1, 128)}
        | {chr(code) for code in [*range(0x640, 0x656), *range(0x660, 0x66D), *range(0x6F0, 0x6FA), 0x670]}
        | set("،؛؟ٱکیہھەۀے«»“”„‘’‹›–—\u00a0\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\ufeff●○•·")
    )
)

DROPPED, UNKNOWN = N_SYMBOLS, N_SYMBOLS + 1
"""What `symbol_page` has in place of a symbol: for a character that leaves no trace, for one that is not common."""


class _Page(NamedTuple):
    known: str
    encoding: Any  # what codecs.charmap_build makes; typeshed keeps its type private
    codes: bytes
    dropped: bytes


def raw_codes(text: str, folding: Folding) -> bytes:
    """Return the codes of a raw text: the same words and marks as ``encode(normalise(text, folding))``.

    Spaces may differ in number, which no feature sees.

    Examples
    --------
    >>> from balagh.alphabet import decode
    >>> decode(raw_codes("أكّـد «التحالفُ» في ٢٠٢١", Folding()))
    'اكد "التحالف" في 0000'
    """
    page = _page(folding)
    if page is not None:
        try:
            return codecs.charmap_encode(text, "strict", page.encoding)[0].translate(page.codes, page.dropped)
        except UnicodeEncodeError:
            pass
    return encode(normalise(text, folding))


def symbol_page(folding: Folding) -> npt.NDArray[np.uint8]:
    """Return what `raw_codes` makes of each character of a common text, for compiled code.

    Returns
    -------
    uint8 array of shape (65536,)
        Symbol (0 to 63) of each character, `DROPPED`, or `UNKNOWN`: a text with such a character takes two steps.
    """
    symbols = np.full(1 << 16, UNKNOWN, dtype=np.uint8)
    page = _page(folding)
    if page is not None:
        for i, char in enumerate(page.known):
            symbols[ord(char)] = DROPPED if i in page.dropped else max(page.codes[i] - SPACE, 0)
    return symbols


@lru_cache(maxsize=8)
def _page(folding: Folding) -> _Page | None:
    if not is_context_free(folding):
        return None
    # Letters keep their neighbours on both sides, so that nothing is stripped at the ends.
    found = {char: encode(normalise(f"ا{char}ا", folding))[1:-1] for char in _COMMON}
    simple = [char for char in _COMMON if len(found[char]) <= 1]
    # NUL comes first, or `charmap_build` falls back to a dictionary that is ten times slower.
    known = "\0" + "".join(simple)
    found["\0"] = encode(normalise("ا\0ا", folding))[1:-1]
    codes = bytes(found[char][0] if found[char] else 0 for char in known).ljust(256, b"\0")
    dropped = bytes(i for i, char in enumerate(known) if not found[char])
    return _Page(known, codecs.charmap_build(known + "\ufffe" * (256 - len(known))), codes, dropped)
