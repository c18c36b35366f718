"""Whether a full stop, question mark or ellipsis ends its sentence.

Arabic has no capitals, so the words on both sides must tell: an abbreviation before, a conjunction or a
preposition after. The lists hold what news texts and communiqués use; a word in none of them ends its
sentence.
"""

from __future__ import annotations

import re

INVISIBLE = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
"""Characters without width, as the inside of a character class."""

EDGES = "".join(char for char in map(chr, range(0x10000)) if re.match(rf"[\s{INVISIBLE}\0]", char))
"""All white space and invisible characters, for `str.strip`."""

# No decision looks further than this before or behind the stop.
_AROUND = 48
# How far an ellipsis may be from the end of its quotation.
_QUOTATION = 300
# No abbreviation is longer, with its vowels and a number before it.
_LONGEST = 20

_BREAK = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_QUOTE_OR_BREAK = re.compile(r"[»”“\"\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_ARABIC_LETTER = re.compile(r"[\u0621-\u064a\u0671-\u06d3\ufb50-\ufdff\ufe70-\ufefc]")
# Vowels, tatweel and invisible characters, which may stand inside a word.
_DRESS = re.compile(rf"[\u0640\u064b-\u0652\u0670{INVISIBLE}]+")

# A conjunction on a word of three letters or more opens a sentence, but for words that begin with waw or fa.
_CONJUNCTION = re.compile(
    r"[وف](?!سط|راء|فق|ليد|ائل|سام|جدي|هد|يصل|ادي|هيب|اروق|ؤاد|راس)[\u0621-\u064a]{3}"
    r"|كما |لكن|غير أن|إلا أن|أما "
)
_OPENING = re.compile(
    r"(?:أكد|أوضح|أضاف|أشار|أعلن|أعرب|ذكر|قال|شدد|جدد|دعا|طالب|رحب|أدان|لفت|تابع|كان)ت?\s|(?:هذا|هذه|إن|ذلك)\s"
    r"|من (?:جه|جانب|ناحي)|إلى ذلك|في (?:غضون|سياق|الوقت|المقابل|حين)|على صعيد|بدوره"
)
# What follows a unit, an era or a quotation inside one sentence.
_GOING_ON = re.compile(
    r"(?:من|في|على|إلى|عن|حتى|بين|أو|أي|ثم|بعد|قبل|خلال|منذ|ضد|مع|عند|لدى|مربع|مكعب|الموافق|شمال|جنوب|شرق|غرب)"
    r"[\u0621-\u064a]{0,3}\s|[0-9٠-٩۰-۹(]"
)
_ATTRIBUTION = re.compile(
    r"(?:[يت]?قول|قال|أضاف|[يت]ضيف|أكد|أوضح|ذكر|كتب|صرح|هتف|رد|سأل|أجاب|علق|تابع|ختم|نقل)(?:وا|ت|نا)?\s"
    r"|(?:ب?حسب|وفقا?|كما قال|على حد|هكذا|هو|هي|الذي|التي|بهذه|عبارة)"
)

_NUMBER = re.compile(r"[0-9٠-٩۰-۹]+(?:[.,٫٬/-][0-9٠-٩۰-۹]+)*")
_YEAR = re.compile(r"[12١٢۱۲][0-9٠-٩۰-۹]{3}")
_DOTTED = re.compile(r"(?:[^\W\d_]\.\s?)+[^\W\d_]")
_JOINABLE = re.compile(r"(?:[^\W\d_]{3,}|[0-9٠-٩۰-۹]{4})\Z")
_TITLES = {
    "د",
    "أ",
    "ا",
    "م",
    "ش",
    "أ.د",
    "ا.د",
    "أ.م",
    "ا.م",
    "أ.م.د",
    "ا.م.د",
    "م.د",
    "د.م",
    "مج",
    "تح",
    "ط",
}
_LENGTHS = {"كم", "كلم", "سم", "ملم", "مم", "كغ", "كغم", "كجم", "كج", "مل", "م", "ص"}
_PARTS = {"الفئة", "المجموعة", "الفقرة", "البند", "الملحق", "القسم", "الجزء", "النقطة", "فيتامين"}
# Latin ones that never end a sentence, and ones that may.
_LATIN = re.compile("(?:mr|mrs|ms|dr|prof|st|gen|lt|col|sen|rep|gov|capt|sgt|vs|fig|vol|pp|approx|dept|ph.d)")
_LATIN_LAST = re.compile("(?:inc|ltd|co|corp|etc|jr|sr|no|eds|[a-z]|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec)")


def ends_sentence(text: str, span: tuple[int, int, int], stop: int, *, quoted: bool) -> bool:
    """Say whether a run of stops ends its sentence.

    Parameters
    ----------
    text : str
        The whole text.
    span : tuple of int
        Where the sentence began, where the stops begin, where the quotes and brackets that close right
        after them end.
    stop : int
        Where the stops end.
    quoted : bool
        Whether a quotation is open before the stops.

    Examples
    --------
    >>> text = "قال د. أحمد نعم. وغادر"
    >>> ends_sentence(text, (0, 5, 6), 6, quoted=False)
    False
    >>> ends_sentence(text, (0, 15, 16), 16, quoted=False)
    True
    """
    start, at, end = span
    ahead = text[end : end + _AROUND]
    rest = ahead.lstrip(EDGES)
    gap = ahead[: len(ahead) - len(rest)]
    if not rest or (gap != " " and _BREAK.search(gap)):
        return True
    if rest[0] in "،,؛;:)]»":
        return False
    signs = text[at:stop]
    elliptic = signs != "." and ("…" in signs or ".." in signs or ". ." in signs)
    if gap != " " and not any(map(str.isspace, gap)):
        return not elliptic and _ends_unspaced(text[max(start, at - _AROUND) : at], rest)
    if signs in (".", "۔") and _is_abbreviated(text[max(start, at - _AROUND) : at], rest):
        return False
    if end > stop:
        return _ends_quotation(signs, rest)
    return not elliptic or (signs != ".." and not (quoted and _closes(text, stop)))


def _ends_unspaced(before: str, rest: str) -> bool:
    """Decide where the next word follows without a space, as copied text often has it."""
    before = _DRESS.sub("", before)
    if not _JOINABLE.search(before):
        return False
    if rest[0] in '«“"([':
        return True
    # Between Arabic words only: addresses and file names are written in Latin letters.
    if not (_ARABIC_LETTER.match(rest) and (before[-1].isdecimal() or _ARABIC_LETTER.match(before[-1]))):
        return False
    word = before.split()[-1]
    return rest[1:2].isalpha() and word not in _LENGTHS and "/" not in word and "@" not in word


def _ends_quotation(signs: str, rest: str) -> bool:
    """Decide where a quotation or bracket closes right after the stop."""
    if _CONJUNCTION.match(rest):
        return True
    if signs != ".":
        return False
    return bool(_OPENING.match(rest) and not _ATTRIBUTION.match(rest)) or not (
        _GOING_ON.match(rest) or _ATTRIBUTION.match(rest)
    )


def _closes(text: str, end: int) -> bool:
    """Say whether the open quotation closes soon, and in this line."""
    found = _QUOTE_OR_BREAK.search(text, end, end + _QUOTATION)
    return found is not None and not _BREAK.match(found[0])


def _opens(rest: str) -> bool:
    return bool(_CONJUNCTION.match(rest) or _OPENING.match(rest))


def _is_abbreviated(before: str, rest: str) -> bool:
    """Say whether the full stop between the two texts belongs to the word before it."""
    if "a" <= rest[0] <= "z":
        return True
    tail = before[-5:]
    if len(tail) == 5 and tail.isalpha() and not tail.isascii():
        return False  # a word longer than every abbreviation but the Latin ones: nearly all stops
    words = before.rsplit(None, 2)
    if not words or len(words[-1]) > _LONGEST:
        return False
    word = _DRESS.sub("", words[-1]).lstrip("«“”\"'([{-–")
    previous = words[-2] if len(words) > 1 else ""
    number = _NUMBER.match(word)
    if number:
        previous, word = number[0], word[number.end() :]
    if not word:
        # "28. 6. 2021", or the number of an item in a running list
        return len(previous) <= 2 and (rest[0].isdecimal() or (len(words) > 1 and words[-2][-1] == ":"))
    if len(word) > 1 and word[0] == "و" and word[1:] in _TITLES:
        word = word[1:]
    return _is_short_form(word, previous, rest)


def _is_short_form(word: str, previous: str, rest: str) -> bool:
    if _NUMBER.fullmatch(previous) and (word in _LENGTHS or word == "ه"):
        # An era mostly ends its sentence, a unit mostly does not.
        if word == "ه" or (word == "م" and _YEAR.fullmatch(previous)):
            return _GOING_ON.match(rest) is not None and not _OPENING.match(rest)
        return not _opens(rest)
    if word in _TITLES or (len(word) == 1 and _ARABIC_LETTER.match(word)):
        return not (previous in _PARTS and _opens(rest))
    if word == "كلم" or _DOTTED.fullmatch(word):
        return not _opens(rest)
    if _LATIN.fullmatch(word.lower()):
        return True
    return _LATIN_LAST.fullmatch(word.lower()) is not None and not _opens(rest)
