from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balagh.alphabet import encode, tokens
from balagh.codes import raw_codes
from balagh.params import Folding
from balagh.text import normalise

FOLDINGS = [
    Folding(),
    Folding(alef=False),
    Folding(diacritics=False),
    Folding(case=False, digits=False),
    Folding(hamza=False, ta_marbuta=False),
]


def same(text, folding):
    return tokens(raw_codes(text, folding)) == tokens(encode(normalise(text, folding)))


@settings(max_examples=400)
@given(st.text(), st.sampled_from(FOLDINGS))
def test_any_text(text, folding):
    assert same(text, folding)


@pytest.mark.parametrize("folding", FOLDINGS)
@pytest.mark.parametrize("char", list(map(chr, range(128))), ids=ascii)
def test_every_character_of_ascii_between_letters(char, folding):
    assert same(f"قال{char}0و", folding)


@settings(max_examples=400)
@given(st.text("ابةأآىؤئ ءً\u0653\u0654ّـ«»\"'،؛؟٣۴5Aa-–…\u200f\u00a0\n●€"), st.sampled_from(FOLDINGS))
def test_text_of_arabic_and_its_marks(text, folding):
    assert same(text, folding)


@pytest.mark.parametrize("folding", FOLDINGS)
def test_the_labelled_sentences(labelled, folding):
    assert all(same(sentence.text, folding) for sentence in labelled[::10])
