"""Forms of words: what its first and last letters say of a word's part in the sentence.

A class of cue words puts "we shall support", "he supported" and "the support" together; their forms tell the promise,
the report and the thing apart. The rules go by letters alone, in the folded spelling, so that they are as fast in
compiled code; they are not always right: "التزم" counts as a word with the article, "سيادة" as a future.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from balagh.alphabet import encode

FORMS: Final = ("short", "future", "article", "ya", "ta", "nun", "na", "in", "alef", "ha", "other")
"""Names of the forms; a word's form is its place among them."""

CONJUNCTIONS: Final = ("و", "ف")
ARTICLES: Final = ("ال", "لل", "بال")
PRESENTS: Final = ("ي", "ت", "ن")
FUTURES: Final = ("سي", "ست", "سن")
ENDINGS: Final = ("نا", "ين", "ا", "ه")
SHORT, FUTURE, ARTICLE, PRESENT = range(4)
ENDING = PRESENT + len(PRESENTS)
OTHER = ENDING + len(ENDINGS)
"""The forms that each rule gives, or the first of them."""
MIN_WORD = 3
"""Letters of the shortest word that has a form of its own; marks have none either."""
MIN_FUTURE = 5

_CONJUNCTIONS = tuple(map(encode, CONJUNCTIONS))
_ARTICLES = tuple(map(encode, ARTICLES))
_PRESENTS = tuple(map(encode, PRESENTS))
_FUTURES = tuple(map(encode, FUTURES))
_ENDINGS = tuple(map(encode, ENDINGS))


@lru_cache(maxsize=1 << 16)
def form(word: bytes) -> int:
    """Return the form of an encoded word, without a conjunction that leaves enough of it.

    Parameters
    ----------
    word : bytes
        A word or mark as `balagh.alphabet.tokens` returns it.

    Returns
    -------
    int
        Its place in `FORMS`.

    Examples
    --------
    >>> [FORMS[form(encode(word))] for word in ("وسنواصل", "الدعم", "تدعم", "ملتزمين", "من")]
    ['future', 'article', 'ta', 'in', 'short']
    """
    if len(word) > MIN_WORD and word.startswith(_CONJUNCTIONS):
        word = word[1:]
    if len(word) < MIN_WORD:
        return SHORT
    if len(word) >= MIN_FUTURE and word.startswith(_FUTURES):
        return FUTURE
    if word.startswith(_ARTICLES):
        return ARTICLE
    for i, letter in enumerate(_PRESENTS):
        if word.startswith(letter):
            return PRESENT + i
    for i, ending in enumerate(_ENDINGS):
        if word.endswith(ending):
            return ENDING + i
    return OTHER
