"""No text crashes anything, and equivalent spellings get the same labels."""

from __future__ import annotations

import random
import unicodedata

import pytest
from tests.fuzz import doubling, texts

from balagh.sentences import split
from balagh.text import normalise

LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
MARKS = "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652"
HIDDEN = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2069\ufeff"


@pytest.mark.parametrize("seed", range(4))
def test_odd_texts_crash_nothing(tagger, seed):
    """Together 2,000; `python -m tests.fuzz.texts --count 2000000` goes on."""
    told = []
    counts = texts.campaign(tagger, 500, seed, told.append)
    assert counts == {"fine": 500}, told[:3]


@pytest.mark.parametrize(
    "text",
    [
        "م" * 1_000_000,
        "\u064e" * 100_000,
        "\ufdfa" * 2_000,
        "\u202e" * 10_000,
        "؟" * 10_000,
        "«" * 10_000,
        "\u0000" * 1_000,
    ],
    ids=["one word of a megabyte", "marks", "a ligature of 18 letters", "overrides", "punctuation", "quotes", "NUL"],
)
def test_extremes(tagger, text):
    texts.check(text, tagger)


def presentation(text, rng):
    """Write some letters in their presentation forms, as old software does."""
    forms = {}
    for code in range(0xFE80, 0xFEF5):
        forms.setdefault(unicodedata.normalize("NFKC", chr(code)), []).append(chr(code))
    return "".join(rng.choice(forms[c]) if c in forms and rng.random() < 0.5 else c for c in text)


def strewn(text, extras, rng, share=0.2):
    """Put characters that change nothing after some letters."""
    return "".join(c + rng.choice(extras) if c in LETTERS and rng.random() < share else c for c in text)


SPELLINGS = {
    "NFC": lambda text, rng: unicodedata.normalize("NFC", text),
    "NFD": lambda text, rng: unicodedata.normalize("NFD", text),
    "presentation forms": presentation,
    "tatweel": lambda text, rng: strewn(text, "ـ", rng),
    "diacritics": lambda text, rng: strewn(text, MARKS, rng, 0.6),
    "hidden marks": lambda text, rng: strewn(text, HIDDEN, rng),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_equivalent_spellings_get_the_same_labels(tagger, labelled, spelling):
    rng = random.Random(spelling)
    given = [sentence.text for sentence in labelled[:: len(labelled) // 1000]][:1000]
    spelt = [SPELLINGS[spelling](text, rng) for text in given]
    before, after = (tagger.tag_sentences(written) for written in (given, spelt))
    assert [s.labels for s in after] == [s.labels for s in before]
    assert [normalise(text) for text in spelt] == [normalise(text) for text in given]


@pytest.mark.parametrize("unit", doubling.UNITS, ids=ascii)
@pytest.mark.parametrize("function", [normalise, split])
def test_twice_the_text_takes_about_twice_the_time(function, unit):
    """`python -m tests.fuzz.doubling` goes on to a million characters, and tags them."""
    assert doubling.growth(function, unit, 64_000, tries=20) <= doubling.MOST
