"""Highlighted sentences: every character once, nothing of the text as markup."""

from __future__ import annotations

from html.parser import HTMLParser

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from balagh.explain import word_weights
from balagh.html.highlight import clean, highlight, shade_level, strongest


class Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.text, self.tags, self.attributes = "", [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.extend(attrs)

    def handle_data(self, data):
        self.text += data


def read(html):
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


@given(st.text() | st.text(st.sampled_from("ابت <>&\"'/=\x00\ud800\r\n\u202e")), st.integers(0, 2**32 - 1))
def test_the_text_comes_back_whole(text, seed):
    contributions = np.random.default_rng(seed).normal(size=len(text))
    html = highlight(text, contributions)
    html.encode()
    found = read(html)
    assert found.text == clean(text)
    assert set(found.tags) <= {"span"}
    assert {name for name, _ in found.attributes} <= {"class", "title"}
    assert len(clean(text)) == len(text)


def test_words_are_shaded_by_weight(tagger):
    text = "وأدان الوزير بشدة الهجوم الإرهابي."
    contributions = tagger.explain(text).contributions["condemnation"]
    words = word_weights(text, contributions)
    found = read(highlight(text, contributions))
    classes = [value for name, value in found.attributes if name == "class"]
    levels = [shade_level(word.weight, strongest(words)) for word in words]
    assert classes == [f"word {'up' if n > 0 else 'down'}{abs(n)}" for n in levels if n]
    assert 5 in map(abs, levels)
    doubled = read(highlight(text, contributions, scale=2 * strongest(words)))
    assert "word up5" not in [value for name, value in doubled.attributes if name == "class"]


def test_nothing_to_shade():
    assert highlight("", np.zeros(0)) == ""
    assert highlight("لا شيء", np.zeros(6)) == "لا شيء"
    assert shade_level(0.0, 0.0) == 0
    assert shade_level(-9.0, 1.0) == -5
