"""A sentence in HTML, each word shaded by what it adds to a label's score or takes from it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Protocol

from balagh.explain import word_weights
from balagh.html.colours import LEVELS
from balagh.scorer import Floats


class Weighed(Protocol):
    """A word of a text and what it adds to a score, as `balagh.explain.word_weights` returns them."""

    @property
    def start(self) -> int:
        """Where it begins in the text."""

    @property
    def end(self) -> int:
        """Where it ends."""

    @property
    def weight(self) -> float:
        """What it adds."""


def highlight(text: str, contributions: Floats, scale: float | None = None) -> str:
    """Return a raw sentence as HTML, with its words shaded.

    Each word is ``<span class="word up3" title="+0.41">…</span>``, or ``down3`` where it speaks against the
    label; the classes are coloured by `balagh.html.colours.css`. Words that add next to nothing stay plain.
    Nothing of the text can become markup. There are no style attributes, so a strict CSP can stay strict.

    Parameters
    ----------
    text : str
        The sentence that was explained.
    contributions : ndarray of shape (len(text),)
        Of one label, as in `balagh.explain.Explanation.contributions`.
    scale : float, optional
        Weight of a word that is shaded fully; that of the strongest word by default.

    Returns
    -------
    str
        A fragment for an element with ``dir="rtl" lang="ar"``.

    Examples
    --------
    >>> import numpy as np
    >>> highlight("لا <b>", np.array([0.5, 0.5, 0, -0.1, 0, 0]))
    '<span class="word up5" title="+1.00">لا</span> <span class="word down1" title="-0.10">&lt;b&gt;</span>'
    """
    return highlight_words(text, word_weights(text, contributions), scale)


def highlight_words(text: str, words: Sequence[Weighed], scale: float | None = None) -> str:
    """Return a raw sentence as HTML, with its words shaded; see `highlight`."""
    full = strongest(words) if scale is None else scale
    parts: list[str] = []
    done = 0
    for found in words:
        parts.append(escape(clean(text[done : found.start])))
        word = escape(clean(text[found.start : found.end]))
        level = shade_level(found.weight, full)
        if level:
            side = "up" if level > 0 else "down"
            word = f'<span class="word {side}{abs(level)}" title="{found.weight:+.2f}">{word}</span>'
        parts.append(word)
        done = found.end
    parts.append(escape(clean(text[done:])))
    return "".join(parts)


def strongest(words: Sequence[Weighed]) -> float:
    """Return the weight of the strongest word, for or against; 0 without words."""
    return max((abs(word.weight) for word in words), default=0.0)


def shade_level(weight: float, full: float) -> int:
    """Return how a word is shaded: 1 to 5 for the label, -1 to -5 against it, 0 for not at all.

    Examples
    --------
    >>> [shade_level(weight, 1.0) for weight in (1.3, 0.5, 0.05, -0.3)]
    [5, 3, 0, -2]
    """
    if full <= 0:
        return 0
    level = min(int(LEVELS * abs(weight) / full + 0.5), LEVELS)
    return level if weight > 0 else -level


def direction(text: str) -> str:
    """Return "ltr" for a text with letters and none that is written right to left, else "rtl".

    The first letter alone would not do: an Arabic sentence may begin with a Latin name.

    Examples
    --------
    >>> direction("F-16 طائرة"), direction("Source link."), direction("2021")
    ('rtl', 'ltr', 'rtl')
    """
    return "ltr" if any(map(str.isalpha, text)) and not _RIGHT_TO_LEFT.search(text) else "rtl"


def clean(text: str) -> str:
    r"""Return a text that HTML can hold, as long as the one given.

    Controls and halves of surrogate pairs become U+FFFD, line breaks of old kinds a space.

    Examples
    --------
    >>> clean("a\x00\ud800\nb")
    'a��\nb'
    """
    return text.translate(_REPLACED)


# viewer.js tests the same ranges: Hebrew to Arabic Extended-A, and the presentation forms.
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_REPLACED = {
    **dict.fromkeys([*range(9), *range(14, 32), *range(0x7F, 0xA0), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF], "\ufffd"),
    **dict.fromkeys(map(ord, "\r\v\f\x1c\x1d\x1e\x1f\x85"), " "),
}
