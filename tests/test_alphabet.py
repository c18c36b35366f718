from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from balagh.alphabet import N_SYMBOLS, SPACE, SYMBOLS, decode, encode, spaced, tokens
from balagh.text import normalise


def test_symbols_fit_in_six_bits_with_room_for_absence():
    assert len(SYMBOLS) == len(set(SYMBOLS)) < N_SYMBOLS


def test_latin_digits_and_silent_marks():
    assert decode(encode("سَلامـ F-16 ۴٤4")) == "سلام x-00 000"


def test_unknown_characters_separate_words():
    assert [decode(token) for token in tokens(encode("سلام€حرب中x"))] == ["سلام", "حرب", "x"]


@given(st.text())
def test_codes_of_any_text_are_symbols(text):
    assert all(SPACE <= code < SPACE + len(SYMBOLS) for code in encode(normalise(text)))


@given(st.text())
def test_spaced_is_the_tokens_with_single_spaces(text):
    codes = encode(normalise(text))
    assert spaced(normalise(text)) == " ".join(map(decode, tokens(codes)))
    assert tokens(encode(spaced(normalise(text)))) == tokens(codes)
