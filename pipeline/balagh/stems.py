"""Light stems: a word without the article, conjunctions, prepositions and endings that hang on it.

The lists follow the light stemmer of Larkey, Ballesteros and Connell ("Improving stemming for Arabic
information retrieval", 2002), widened by the future prefix and by pronoun endings.
"""

from __future__ import annotations

from functools import lru_cache

from balagh.alphabet import encode

PREFIXES = (
    "وال",
    "فال",
    "بال",
    "كال",
    "ولل",
    "فلل",
    "وب",
    "وس",
    "فس",
    "ول",
    "لل",
    "ال",
    "و",
    "ف",
    "ب",
    "ل",
    "س",
)
SUFFIXES = (
    *("تهما", "تهم", "تها", "هما", "ات", "ون", "ين", "ان", "هم", "ها", "نا", "يه", "ته", "وا"),
    *("ه", "ي", "ا", "ت"),
)
MIN_STEM = 3
"""Letters that must be left of a word when an affix is taken off."""

_PREFIXES = tuple(map(encode, PREFIXES))
_SUFFIXES = tuple(map(encode, SUFFIXES))


@lru_cache(maxsize=1 << 16)
def stem(word: bytes) -> bytes:
    """Return the light stem of an encoded word: the first prefix and the first suffix listed are taken off.

    Examples
    --------
    >>> from balagh.alphabet import decode
    >>> decode(stem(encode("والوزارات")))
    'وزار'
    """
    for prefix in _PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= MIN_STEM:
            word = word[len(prefix) :]
            break
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= MIN_STEM:
            return word[: -len(suffix)]
    return word
