"""Cut a text into sentences, each with its place in the text.

A sentence ends

- at a line break, before a bullet, and at the marker a scraper leaves for an advertisement;
- at ``.`` ``؟`` ``?`` ``!`` ``…`` ``۔`` where they close it: not inside a number, date, time, address or
  acronym, not after an abbreviation, an initial or the number of a list item, not inside parentheses;
- after the quotes and brackets that close together with it. Where a sentence goes on after a quotation
  (``«لن نتراجع!» قال الوزير``) the end inside the quotation is none.

It does not end

- at ``؛``: in Arabic it joins a clause to its cause or result, and the second clause mostly leans on the
  first for its subject, so that it could not be labelled alone;
- at ``،`` and ``:``;
- at an ellipsis inside a quotation, where it stands for words left out, nor at ``..``, which the press
  writes for a pause.

Pieces without a letter, and what scraping leaves (see `balagh.debris`), are not in the list; the places
of the others do not move. A list marker at the head of a line is not part of its sentence.

Every decision looks at a bounded number of characters around one place, so the time grows with the
length of the text whatever is in it. A quotation or parenthesis that is never closed ends with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from balagh.debris import is_debris
from balagh.endings import EDGES, INVISIBLE, ends_sentence

# A parenthesis that is longer, or goes on behind its line, is taken for one that was never closed.
_PARENTHESIS = 300

_QUOTES = ('"', "”", "“")
_LETTER = re.compile(r"[^\W\d_]")

# One class of characters first, which the regex engine skips to; what each means is told looking back.
# "plain" is the common case: a full stop after a word too long for an abbreviation, and a word behind it.
_BREAKS, _ITEMS, _STOPS = r"\n\r\v\f\x1c-\x1e\x85\u2028\u2029", "•●○◦▪■►‣", ".!?؟…۔！？"
_BREAK = re.compile(f"[{_BREAKS}]")
# Possessive where a run may be long: nothing behind takes back what was read, and nothing is kept to do so.
_LANDMARK = re.compile(
    rf"""
    [{_BREAKS}{_ITEMS}{_STOPS}«»“”"(\[]
    (?: (?P<plain> (?<=[\u0621-\u064a]{{5}}\.) (?=\x20[\u0621-\u064a]|\n|\Z) )
      | (?P<stop>  (?<=[{_STOPS}]) [{_STOPS}]*+ (?:\x20[{_STOPS}]++)*+ )
        (?: [{INVISIBLE}]? (?: [»›)\]}}] | [”“"'’](?![^\W\d_]) ) )*+ (?: \x20 [»)] )*+ (?: \[[0-9]{{1,3}}\] )*
      | (?P<line>  (?<=[{_BREAKS}]) [{_BREAKS}]* )
      | (?P<quote> (?<=[«»“”"]) )
      | (?P<open>  (?<=\() )
      | (?P<item>  (?<=[{_ITEMS}]) [{_ITEMS}]* )
      | (?P<ad>    (?<=\[) ad_[0-9]{{1,3}}\] )
    )
    """,
    re.VERBOSE,
)
# Dash, star, number or letter before an item; a minus sign, a score (5 - 3) and a title (د. أ.) are none.
_MARKER = re.compile(
    r"""
      [•●○◦▪■□►▶‣✓✔·*]+
    | [-–—−]+ (?![-–—−0-9٠-٩۰-۹])
    | \#{1,6} (?=\s)
    | [(\[]? [0-9٠-٩۰-۹]{1,2} (?: \s?[-–)\]/]\s*+(?![0-9٠-٩۰-۹]) | \.(?=\s|[^\W\d_]) )
    | [(\[]? [\u0621-\u064a] \u0640? \s?[-–)\]] (?=\s*[^\W\d_])
    """,
    re.VERBOSE,
)


class Sentence(msgspec.Struct, frozen=True, gc=False):
    """A sentence and its place: ``text == raw[start:end]`` for the text it was cut from."""

    text: str
    start: int
    end: int


def split(text: str) -> list[Sentence]:
    r"""Cut a text into sentences.

    Parameters
    ----------
    text : str
        Any text, as it was found.

    Returns
    -------
    list of Sentence
        In the order of the text, without overlap. Debris is left out, so it may be empty.

    Examples
    --------
    >>> raw = "[ad_1]\nالتقى الوزير د. سالم نظيره. وأكدا الالتزام بالسلام.\nSource link"
    >>> for sentence in split(raw):
    ...     print(sentence.start, sentence.end, sentence.text)
    7 34 التقى الوزير د. سالم نظيره.
    35 58 وأكدا الالتزام بالسلام.
    """
    sentences = []
    for start, end in _pieces(text):
        sentence = _sentence(text, start, end)
        if sentence is not None:
            sentences.append(sentence)
    return sentences


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of everything between two ends of sentences."""
    start = seen = done = 0
    parenthesis = -1
    quoted = lettered = False
    for mark in _LANDMARK.finditer(text):
        at, end = mark.span()
        kind = mark.lastgroup
        if at < done:
            continue
        if kind == "plain":
            if end > parenthesis:
                yield start, end
                start, seen, lettered = end, end, False
        elif kind == "quote":
            quoted = mark[0] == "«" or (mark[0] != "»" and not quoted)
        elif kind == "open":
            closed = text.find(")", end, end + _PARENTHESIS)
            if closed > parenthesis and not _BREAK.search(text, end, closed):
                parenthesis = closed
        elif kind == "stop":
            if quoted and text[end : end + 1] in _QUOTES:  # closes, though a word follows without a space
                done = end = end + 1
            # A piece without a letter so far is the number of an item or the like: it goes with the next.
            lettered = lettered or _LETTER.search(text, seen, at) is not None
            seen = at
            stop = mark.end("stop")
            if lettered and end > parenthesis and ends_sentence(text, (start, at, end), stop, quoted=quoted):
                yield start, end
                start, seen, lettered = end, end, False
            quoted = quoted and stop == end
        elif kind != "item" or at == 0 or text[at - 1].isspace():
            if start < at:
                yield start, at
            start, seen, lettered, parenthesis, quoted = end, end, False, -1, False
    yield start, len(text)


def _sentence(text: str, start: int, end: int) -> Sentence | None:
    """Return the sentence in a piece of the text, if there is one."""
    piece = text[start:end].rstrip(EDGES)
    end = start + len(piece)
    piece = piece.lstrip(EDGES)
    if not piece[:2].isalpha():  # else it begins with a word: no marker, and not without a letter
        if not _LETTER.search(piece):
            return None
        marker = _MARKER.match(piece)
        if marker and not is_debris(piece):
            piece = piece[marker.end() :].lstrip(EDGES)
    if not piece or is_debris(piece):
        return None
    return Sentence(piece, end - len(piece), end)
