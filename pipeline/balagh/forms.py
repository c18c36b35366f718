"""Forms of words: what its first and last letters say of a word's part in the sentence.

A class of cue words puts "we shall support", "he supported" and "the support" together; their forms tell the promise,
the report and the thing apart. The rules go by letters alone, so that they are as fast in compiled code.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from balagh.alphabet import encode

FORMS: Final = ("short", "future", "article", "ya", "ta", "nun", "na", "in", "alef", "ha", "other")
"""Names of the forms; a word's form is its place among them."""

SHORT, FUTURE, ARTICLE, PRESENT, ENDING, OTHER = 0, 1, 2, 3, 6, 10
"""First of the forms that each rule gives."""

CONJUNCTIONS: Final = ("و", "ف")
ARTICLES: Final = ("ال", "لل", "بال")
PRESENT_LETTERS: Final = ("ي", "ت", "ن")
FUTURE_LETTER: Final = "س"
ENDINGS: Final = ("نا", "ين", "ا", "ه")
MIN_WORD = 3
"""Letters of the shortest word that has a form of its own; marks have none either."""
MIN_FUTURE = 5

_CONJUNCTIONS = tuple(map(encode, CONJUNCTIONS))
_ARTICLES = tuple(map(encode, ARTICLES))
_PRESENT = tuple(map(encode, PRESENT_LETTERS))
_FUTURE = tuple(encode(FUTURE_LETTER + letter) for letter in PRESENT_LETTERS)
_ENDINGS = tuple(map(encode, ENDINGS))


@lru_cache(maxsize=1 << 16)
def form(word: bytes) -> int:
    """Return the form of an encoded word, after a conjunction that leaves enough of it.

    Examples
    --------
    >>> [FORMS[form(encode(word))] for word in ("وسنواصل", "الدعم", "تدعم", "ملتزمين", "من")]
    ['future', 'article', 'ta', 'in', 'short']
    """
    if len(word) > MIN_WORD and word.startswith(_CONJUNCTIONS):
        word = word[1:]
    if len(word) < MIN_WORD:
        return SHORT
    if len(word) >= MIN_FUTURE and word.startswith(_FUTURE):
        return FUTURE
    if word.startswith(_ARTICLES):
        return ARTICLE
    for i, letter in enumerate(_PRESENT):
        if word.startswith(letter):
            return PRESENT + i
    for i, ending in enumerate(_ENDINGS):
        if word.endswith(ending):
            return ENDING + i
    return OTHER
