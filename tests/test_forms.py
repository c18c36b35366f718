from __future__ import annotations

import numpy as np
import pytest

from balagh import kernels_words
from balagh.alphabet import SPACE, encode
from balagh.forms import FORMS, form
from balagh.text import normalise


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("سنواصل", "future"),
        ("وسيدعم", "future"),
        ("فستبقى", "future"),
        ("سيف", "other"),
        ("الدعم", "article"),
        ("والدعم", "article"),
        ("للدعم", "article"),
        ("بالدعم", "article"),
        ("يدعم", "ya"),
        ("وتدعم", "ta"),
        ("ندعم", "nun"),
        ("دعمنا", "na"),
        ("ملتزمين", "in"),
        ("داعما", "alef"),
        ("ملتزمة", "ha"),
        ("دعم", "other"),
        ("ودع", "other"),
        ("وعد", "other"),
        ("من", "short"),
        ("و", "short"),
        ("،", "short"),
        ("2015", "other"),
    ],
)
def test_forms(word, name):
    assert FORMS[form(encode(normalise(word)))] == name


def test_compiled_code_finds_the_same(labelled):
    words = {word for sentence in labelled[:800] for word in normalise(sentence.text).split()}
    for word in sorted(words | {"", "و", "ال", "سي", "سين", "وسين"}):
        encoded = encode(word)
        codes = np.frombuffer(encoded, dtype=np.uint8) - np.uint8(SPACE)
        assert kernels_words.word_form(codes, 0, len(codes)) == form(encoded), word
