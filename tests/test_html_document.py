"""Tagged documents: the whole text, every sentence with its labels, nothing of the text as markup."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balagh.html.document import document, paragraphs
from balagh.html.highlight import clean
from balagh.html.pages import data_block

TEXT = (
    "[ad_1]\n07:23 PM\nأدان الوزراء بشدة الهجوم الإرهابي على القافلة. وصل الوفد أمس.\n\n"
    "وتعهد الوزراء بمواصلة دعم اليمن، وأدانوا الهجمات.\nSource link"
)


class Page(HTMLParser):
    """The parts of a page that the tests look at."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.sentences, self.paragraphs, self.texts = Counter(), [], [], {}
        self.elements, self.path, self.csp, self.names = [], [], "", set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags[tag] += 1
        self.names.update(name for name, _ in attrs)
        if given.get("http-equiv") == "Content-Security-Policy":
            self.csp = given["content"]
        if "sentence" in (given.get("class") or "").split():
            self.sentences.append({**given, "text": ""})
        if tag == "p" and "article" in self.path:
            self.paragraphs.append("")
        if tag not in ("meta", "input", "br"):
            self.path.append(tag)
        self.elements.append((tag, given))

    def handle_endtag(self, tag):
        while self.path and self.path.pop() != tag:
            pass

    def handle_data(self, data):
        if self.path:
            self.texts[self.path[-1]] = self.texts.get(self.path[-1], "") + data
        if "article" in self.path and self.path[-1] != "a" and self.paragraphs and "p" in self.path:
            self.paragraphs[-1] += data
        if self.path[-2:] == ["span", "span"] and self.sentences:
            self.sentences[-1]["text"] += data


def made(tagger, text, title="a.txt"):
    sentences = tagger.tag(text)
    html = document(title, text, sentences, tagger)
    html.encode()
    return html, Page(html), sentences


def test_the_document_as_it_reads(tagger):
    _, page, sentences = made(tagger, TEXT)
    assert page.paragraphs == [line for line in TEXT.split("\n") if line]
    assert [s["text"] for s in page.sentences] == [s.text for s in sentences]
    assert [s["id"] for s in page.sentences] == ["s1", "s2", "s3"]
    for shown, sentence in zip(page.sentences, sentences, strict=True):
        names = [tagger.labels[int(i)] for i in shown["data-labels"].split()]
        assert set(names) == set(sentence.labels)
        assert (names or ["none"])[0] == sentence.primary
        classes = shown["class"].split()
        assert [c for c in classes if c.startswith("at-")] == [
            f"at-{slot}-{i}" for slot, i in enumerate(shown["data-labels"].split())
        ]
        assert ("tint" in shown["class"]) == bool(names)
    assert {len(s.labels) for s in sentences} >= {0, 1}


def test_counts_stand_at_the_top(tagger):
    html, page, sentences = made(tagger, TEXT)
    for i, label in enumerate(tagger.labels):
        count = sum(label in s.labels for s in sentences)
        assert f'id="count-{i}">{count}</span>' in html
    assert f'id="count-none">{sum(not s.labels for s in sentences)}</span>' in html
    assert page.tags["input"] == len(tagger.labels) + 2


def test_explanations_are_those_of_the_library(tagger):
    _, page, sentences = made(tagger, TEXT)
    data = json.loads(re.sub(r"\s+$", "", page.texts["script"].split("\n")[0]).partition('"use strict"')[0])
    assert [label["name"] for label in data["labels"]] == list(tagger.labels)
    for shown, sentence in zip(data["sentences"], sentences, strict=True):
        assert shown["probabilities"] == pytest.approx(list(sentence.scores.values()), abs=5e-5)
        assert {tagger.labels[e["label"]] for e in shown["explained"]} == set(sentence.labels)
        for explained in shown["explained"]:
            assert [word for word, _ in explained["words"]] == sentence.text.split()
            e = tagger.explain(sentence.text)
            name = tagger.labels[explained["label"]]
            total = sum(weight for _, weight in explained["words"]) + e.intercepts[name]
            assert total == pytest.approx(e.scores[name], abs=1e-4 * len(explained["words"]))


def test_nothing_is_loaded_and_only_these_scripts_run(tagger):
    html, page, _ = made(tagger, TEXT)
    assert page.names.isdisjoint({"src", "srcset", "style", "onclick", "action", "poster", "data"})
    assert not {"link", "img", "iframe", "object", "form"} & set(page.tags)
    assert [given["href"][0] for tag, given in page.elements if tag == "a"] == ["#"] * page.tags["a"]
    assert "url(" not in html
    scripts, styles = re.findall(r"<script>(.*?)</script>", html, re.S), re.findall(r"<style>(.*?)</style>", html, re.S)
    assert len(scripts) == len(styles) == 1
    for inline, directive in ((scripts[0], "script-src"), (styles[0], "style-src")):
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}';" in page.csp
    assert page.csp.startswith("default-src 'none';")
    assert "unsafe" not in page.csp


HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</span></p></article><h1>أدان",
    "<!-- <style>*{display:none}</style>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt; &#60;",
    "]]><![CDATA[",
    "\x00\ud800\u202e\u2066",
]


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_text_stays_text(tagger, payload):
    text = f"أدان الوزراء بشدة {payload} الهجوم الإرهابي.\n{payload}\nوصل {payload}"
    html, page, sentences = made(tagger, text, title=payload)
    _, plain, _ = made(tagger, "أدان الوزراء بشدة كلمة الهجوم الإرهابي.")
    assert set(page.tags) <= set(plain.tags)
    assert page.names == plain.names
    assert page.tags["script"] == 2
    assert clean(payload).strip() in page.texts["title"]
    assert [s["text"] for s in page.sentences] == [clean(s.text) for s in sentences]
    assert html.count("<script") == 2


@given(st.text() | st.text(st.sampled_from('ابتأدان .،\n\r\x85\u2028<>&"\t ')))
def test_segments_make_up_the_text(tagger, text):
    sentences = tagger.tag(text)
    lines = list(paragraphs(text, sentences, tagger))
    shown = "".join(segment.text for line in lines for segment in line)
    breaks = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
    assert [c for c in shown if not c.isspace()] == [c for c in text if not c.isspace()]
    assert not any(c in breaks for c in shown)
    assert [segment.number for line in lines for segment in line if segment.number] == [*range(1, len(sentences) + 1)]


@pytest.mark.parametrize("text", ["", " \n ", "Source link", "\ud800"])
def test_texts_without_a_sentence(tagger, text):
    html, page, _ = made(tagger, text)
    assert page.sentences == []
    assert ("There is no sentence" in html) == (not text.strip())


def test_each_sentence_is_written_its_own_way(tagger):
    _, page, _ = made(tagger, "The ministers met in Rome today.\nF-16 طائرة وصلت أمس إلى القاعدة.\nوصل الوفد أمس.")
    words = [given["dir"] for tag, given in page.elements if tag == "span" and given.get("class") == "words"]
    assert words == ["ltr", "rtl", "rtl"]


def test_data_block_cannot_be_closed():
    block = data_block(["</script>", "<!--", "&", "\u2028"])
    assert not set("<>&\u2028") & set(block)
    assert json.loads(block) == ["</script>", "<!--", "&", "\u2028"]
