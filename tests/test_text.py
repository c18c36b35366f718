"""The normaliser: what each switch folds, and what holds for every text."""

from __future__ import annotations

import json
import random
import sys
import time
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyarabic import araby

from balagh.folding import DROPPED, KEPT, folding_arrays, folding_table, is_context_free
from balagh.params import Folding
from balagh.text import normalise, normalise_with_offsets

SWITCHES = Folding.__struct_fields__
NONE = Folding(**dict.fromkeys(SWITCHES, False))
SEED = (Path(__file__).parent.parent / "seeds" / "coalition-rome-2021-06-28.txt").read_text(encoding="utf-8")
LETTERS = "".join(sorted(map(chr, [*range(0x621, 0x63B), *range(0x641, 0x64B)])))

any_text = st.text(
    st.one_of(
        st.characters(codec=None, exclude_categories=()),
        st.sampled_from(LETTERS + "\u064b\u064e\u0651\u0653\u0654\u0655\u0670ـٱىیکۀۓ"),
        st.sampled_from("  \t\n\u00a0\u2028\x1c\x85.…،؟«»'\u200b\u200f\ufeff\0\ud800\udfff٣۳ﷲﷺﻻﻷﹶﱠéİẛ한"),
    ),
    max_size=40,
)
foldings = st.builds(Folding, **dict.fromkeys(SWITCHES, st.booleans()))


@pytest.mark.parametrize(
    ("switch", "text", "folded"),
    [
        ("diacritics", "مُحَمَّدٌ ٱلرَّحۡمَٰن", "محمد ٱلرحمن"),
        ("tatweel", "الســــلام", "السلام"),
        ("invisibles", "\ufeffال\u200cسلام\u200f\u202c\0\u00ad", "السلام"),
        ("presentation_forms", "ﻻ ﷲ ﺳﻼﻡ ＡＢ３ ﬁ", "لا الله سلام AB3 fi"),
        ("alef", "أإآٱا", "ااااا"),
        ("hamza", "ؤئء", "ويء"),
        ("alef_maqsura", "إلى", "إلي"),
        ("ta_marbuta", "مدرسة", "مدرسه"),
        ("digits", "٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹", "0123456789 0123456789"),
        ("persian_letters", "کتاب ی ہ ھ ە گ چ پ ژ", "كتاب ي ه ه ه گ چ پ ژ"),
        ("punctuation", "«أ» “أ” ‘أ’ ، ؛ ؟ – — ٣٫٥ ٪", '"أ" "أ" "أ" , ; ? - - ٣.٥ %'),
        ("case", "DAESH Σ", "daesh σ"),
        ("whitespace", " \t أ\u00a0\n\u2003ب \u2028", "أ ب"),
    ],
)
def test_each_switch_folds_its_own(switch: str, text: str, folded: str) -> None:
    assert normalise(text, Folding(**dict.fromkeys(SWITCHES, False) | {switch: True})) == folded
    assert normalise(text, NONE) == unicodedata.normalize("NFC", text)


def test_everything_at_once() -> None:
    text = "\u200fأكّـد «التحالفُ»، في ٢٨ یونیو… إلى   ﷲ؟\n"
    assert normalise(text) == 'اكد "التحالف", في 28 يونيو... الي الله?'


def test_dropped_even_with_all_switches_off() -> None:
    assert normalise("ا\ud800ب\udfff", NONE) == "اب"


@settings(max_examples=400, deadline=None)
@given(any_text, foldings)
@example("ا\u0654\u0654", Folding(diacritics=False))
@example("ا\u200d\u0655\u0640\u0653", Folding(alef=False))
@example("ی\u0654", Folding(hamza=False))
def test_idempotent_and_can_be_encoded(text: str, folding: Folding) -> None:
    once = normalise(text, folding)
    once.encode("utf-8")
    assert normalise(once, folding) == once
    default = normalise(text)
    assert normalise(default) == default


@settings(max_examples=400, deadline=None)
@given(any_text, foldings)
def test_equivalent_forms_are_equal(text: str, folding: Folding) -> None:
    for form in ("NFC", "NFD"):
        assert normalise(unicodedata.normalize(form, text), folding) == normalise(text, folding)


@settings(max_examples=300, deadline=None)
@given(any_text, foldings)
def test_offsets(text: str, folding: Folding) -> None:
    out, offsets = normalise_with_offsets(text, folding)
    assert out == normalise(text, folding)
    assert offsets.dtype == np.int64
    assert offsets.shape == (len(out),)
    assert (np.diff(offsets) >= 0).all()
    if is_context_free(folding):
        table = folding_table(folding)
        assert all(char in table[ord(text[at])] for char, at in zip(out, offsets, strict=True))


def test_offsets_of_the_seed_point_at_the_same_letters() -> None:
    out, offsets = normalise_with_offsets(SEED)
    assert len(out) > 0.9 * len(SEED)
    assert all(normalise(SEED[at]) in (char, "") for char, at in zip(out, offsets, strict=True) if char != " ")


def dressed(word: str, how: str, rng: random.Random) -> str:
    """Write a word in another way that means the same."""
    extra = {
        "marks": "َُِّْٰۡ",
        "tatweel": "ـ",
        "invisible": "\u200b\u200c\u200d\u200e\u200f\u2067\ufeff\u00ad",
    }.get(how)
    if extra:
        return "".join(char + rng.choice(extra) for char in word)
    if how == "presentation":
        return "".join(rng.choice(FORMS.get(char, [char])) for char in word)
    return unicodedata.normalize(how, word)


FORMS: dict[str, list[str]] = {}
for code in [*range(0xFB50, 0xFE00), *range(0xFE70, 0xFEFD)]:
    FORMS.setdefault(unicodedata.normalize("NFKC", chr(code)), []).append(chr(code))


@pytest.mark.parametrize("how", ["NFC", "NFD", "NFKC", "NFKD", "presentation", "marks", "tatweel", "invisible"])
def test_spellings_of_the_seed_are_equal(how: str) -> None:
    rng = random.Random(7)
    for word in SEED.split():
        assert normalise(dressed(word, how, rng)) == normalise(word)


@pytest.mark.parametrize("folding", [Folding(), Folding(punctuation=False), Folding(alef=False)])
def test_arrays_say_the_same_as_the_table(folding: Folding) -> None:
    arrays = folding_arrays(folding)
    table = folding_table(folding) if arrays.context_free else {}
    assert arrays.context_free is is_context_free(folding)
    for code in [*range(0x3400), *range(0xA000, 0x20000), *range(0x20000, sys.maxunicode + 1, 13)]:
        entry = arrays.entry[code]
        if entry == KEPT:
            assert table.get(code, chr(code)) == chr(code)
        else:
            folded = arrays.out[arrays.starts[entry] : arrays.starts[entry + 1]]
            assert "".join(map(chr, folded)) == table[code]
            assert bool(entry == DROPPED) is (len(folded) == 0)


@settings(max_examples=200, deadline=None)
@given(any_text, foldings)
def test_a_loop_over_the_arrays_normalises(text: str, folding: Folding) -> None:
    arrays = folding_arrays(folding)
    if not arrays.context_free:
        assert not arrays.entry.any()
        return
    out: list[int] = []
    for char in text:
        entry = arrays.entry[ord(char)]
        folded = arrays.out[arrays.starts[entry] : arrays.starts[entry + 1]] if entry else [ord(char)]
        for code in folded:
            if not (arrays.collapse and code == 32 and (not out or out[-1] == 32)):
                out.append(int(code))
    if arrays.collapse and out and out[-1] == 32:
        out.pop()
    assert "".join(map(chr, out)) == normalise(text, folding)


def test_bytes_and_table_agree() -> None:
    texts = [json.dumps(LETTERS), SEED, "a\tb\x1cc\x0bd \n", "", " ", "\0", "…"]
    for text in texts:
        # A letter of another script sends the whole text the slow way.
        assert normalise(text + " ქ") == (normalise(text) + " ქ").strip()


def test_pyarabic_agrees_where_it_is_sound() -> None:
    text = araby.strip_tatweel(araby.strip_tashkeel(SEED))
    only = Folding(**dict.fromkeys(SWITCHES, False) | {"diacritics": True, "tatweel": True})
    assert normalise(SEED, only) == text
    assert normalise(SEED) == normalise(araby.normalize_teh(araby.normalize_hamza(text, "tasheel")))


UNITS = [
    "\u064e",
    "\u0651\u064e",
    "ا\u0654",
    "ـ",
    "\u0300\u0323",
    "ﷺ",
    " ",
    "\n",
    "\ud800",
    "\0",
    "أ ",
    "…",
    "한",
    "😀",
]


@pytest.mark.parametrize("folding", [Folding(), Folding(diacritics=False, alef=False)])
@pytest.mark.parametrize("unit", UNITS)
def test_time_is_linear(unit: str, folding: Folding) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        begin = time.thread_time()
        normalise(text, folding)
        return time.thread_time() - begin

    # Another process may slow one run; time in the square of the length would slow the larger one each time.
    assert any(seconds(20_000) <= 2.5 * seconds(10_000) for _ in range(20))


@pytest.mark.parametrize("text", [" وصل الوفد", "وصل الوفد ", "وصل  الوفد", "\tوصل الوفد", "  وصل  الوفد  "])
def test_spaces_at_one_end_only(text: str) -> None:
    assert normalise(text) == "وصل الوفد"
    out, offsets = normalise_with_offsets(text)
    assert out == "وصل الوفد"
    assert offsets[-1] == text.rindex("د")


def test_a_mark_that_is_kept_points_at_its_letter() -> None:
    out, offsets = normalise_with_offsets("كتبَ", Folding(diacritics=False))
    assert (out, offsets.tolist()) == ("كتبَ", [0, 1, 2, 2])


def test_a_hamza_on_another_letter_than_alef_goes_by_the_switch_of_hamza() -> None:
    assert normalise("و\u0654", Folding(alef=False)) == "و"
    assert normalise("و\u0654", Folding(hamza=False)) == "ؤ"
    assert normalise("ا\u0654", Folding(hamza=False)) == "ا"
    assert normalise("ا\u0654", Folding(alef=False)) == "أ"
