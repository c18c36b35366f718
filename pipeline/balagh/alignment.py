"""Where in the raw text each code and each word came from that the features are made of."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from balagh.alphabet import encode, tokens
from balagh.params import Folding
from balagh.text import normalise_with_offsets

Positions = npt.NDArray[np.int64]


class Aligned(NamedTuple):
    """The words and marks of a raw text, and the places of their codes."""

    codes: bytes
    tokens: list[bytes]
    """Words and marks, the same as ``tokens(raw_codes(text, folding))``."""
    starts: Positions
    """Shape (n_tokens,): where each token begins in ``codes``."""
    offsets: Positions
    """Shape (n_codes,): the raw character that each code came from; never decreasing."""


def align(text: str, folding: Folding) -> Aligned:
    """Return the words and marks of a raw text with their places in it.

    Made of the normaliser's own offsets and the encoder's own answer for each character, so that it cannot
    tell another story than they do.

    Parameters
    ----------
    text : str
        Any text.
    folding : Folding
        Switches of the normaliser.

    Examples
    --------
    >>> from balagh.alphabet import decode
    >>> found = align("أكّـد ﷲ", Folding())
    >>> [decode(token) for token in found.tokens], found.offsets.tolist()
    (['اكد', 'الله'], [0, 1, 4, 5, 6, 6, 6, 6])
    """
    normalised, offsets = normalise_with_offsets(text, folding)
    # The encoder leaves some marks out and looks at one character at a time.
    silent = {char for char in set(normalised) if not encode(char)}
    kept = np.fromiter((char not in silent for char in normalised), dtype=bool, count=len(normalised))
    codes = encode(normalised)
    found = tokens(codes)
    starts = np.empty(len(found), dtype=np.int64)
    at = 0
    for i, token in enumerate(found):
        # Nothing but spaces stands between two tokens: the first match is the token itself.
        starts[i] = codes.index(token, at)
        at = int(starts[i]) + len(token)
    return Aligned(codes, found, starts, offsets[kept])
