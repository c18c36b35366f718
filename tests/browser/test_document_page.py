"""The tagged document in a browser: filters, explanations, keyboard, narrow windows, paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from balagh.explain import word_weights
from balagh.html.highlight import shade_level, strongest

BOXES = "all => all.map((one) => one.getBoundingClientRect().toJSON()).filter((box) => box.width > 0)"


def shown(page):
    return page.inner_text("#detail")


def labels_of(page, number):
    return page.get_attribute(f"#s{number}", "class").split()


@pytest.fixture
def sentences(tagger, seed):
    return tagger.tag(seed)


def test_pointing_at_a_sentence_shows_its_scores_and_words(visit, seed_file, sentences):
    page = visit(seed_file)
    assert "Click a sentence" in shown(page)
    number = next(i for i, s in enumerate(sentences, 1) if len(s.labels) > 1)
    page.hover(f"#s{number} .words")
    sentence = sentences[number - 1]
    text = shown(page)
    assert f"Sentence {number}" in text
    for probability in sentence.scores.values():
        assert f"{probability:.2f}" in text
    assert page.locator("#detail h3").count() == len(sentence.labels)
    assert page.locator("#detail .sentence-text").first.inner_text().split() == sentence.text.split()
    assert page.locator("#detail .up5").count() >= 1
    # The box holds on to a sentence that was clicked, until Escape.
    page.click(f"#s{number} .words")
    page.hover(f"#s{len(sentences)} .words")
    assert f"Sentence {number}\n" in shown(page)
    page.keyboard.press("Escape")
    assert "Click a sentence" in shown(page)


@pytest.mark.parametrize("hovered", [1, 2, 3, 5, 8, -1])
def test_escape_stays_when_the_page_scrolls_back_under_the_mouse(visit, seed_file, sentences, hovered):
    page = visit(seed_file)
    page.set_viewport_size({"width": 1000, "height": 400})
    page.click("#s4 .words")
    page.hover(f"#s{hovered % (len(sentences) + 1)} .words")
    page.keyboard.press("Escape")
    # Chromium tells of the sentence that has come under the mouse only a while after the scrolling.
    page.wait_for_timeout(300)
    assert "Click a sentence" in shown(page)


def test_shading_is_the_same_as_in_python(visit, seed_file, sentences, tagger):
    page = visit(seed_file)
    for number, sentence in enumerate(sentences, 1):
        page.hover(f"#s{number} .words")
        for place, name in enumerate(sorted(sentence.labels, key=lambda one: one != sentence.primary)):
            words = word_weights(sentence.text, tagger.explain(sentence.text, top=0).contributions[name])
            levels = [shade_level(round(word.weight, 4), round(strongest(words), 4)) for word in words]
            expected = [f"word {'up' if level > 0 else 'down'}{abs(level)}" for level in levels if level]
            found = page.locator("#detail .sentence-text").nth(place).locator(".word")
            assert found.evaluate_all("all => all.map((one) => one.className)") == expected


def test_filters(visit, seed_file, sentences, tagger):
    page = visit(seed_file)
    several = next(i for i, s in enumerate(sentences, 1) if len(s.labels) > 1)
    primary = tagger.labels.index(sentences[several - 1].primary)
    assert f"at-0-{primary}" in labels_of(page, several)
    page.uncheck(f"#filters input[value='{primary}']")
    assert f"at-0-{primary}" not in labels_of(page, several)
    assert any(name.startswith("tint-") for name in labels_of(page, several))
    for i in range(len(tagger.labels)):
        page.uncheck(f"#filters input[value='{i}']")
    assert "off" in labels_of(page, several)
    page.check("#hide")
    plain = [i for i, s in enumerate(sentences, 1) if not s.labels]
    assert page.locator(".sentence:visible").count() == len(plain) > 0
    page.uncheck("#filters input[value='none']")
    assert page.locator(".sentence:visible").count() == 0
    page.uncheck("#hide")
    for box in page.locator("#filters input[value]").all():
        box.check()
    assert f"at-0-{primary}" in labels_of(page, several)
    assert page.locator(".sentence.off").count() == 0


def test_keyboard_alone(visit, seed_file, sentences):
    page = visit(seed_file)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className").startswith("skip")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.value") == "0"
    page.keyboard.press("Space")
    assert not page.is_checked("#filters input[value='0']")
    page.keyboard.press("Space")
    for _ in range(6):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#s1"
    assert "Sentence 1\n" in shown(page)
    for _ in range(len(sentences) + 3):  # stops at the last one
        page.keyboard.press("ArrowDown")
    assert f"Sentence {len(sentences)}\n" in shown(page)
    page.keyboard.press("ArrowRight")
    assert f"Sentence {len(sentences) - 1}\n" in shown(page)
    page.keyboard.press("Escape")
    assert "Click a sentence" in shown(page)
    assert page.evaluate("document.activeElement.getAttribute('href')") == f"#s{len(sentences) - 1}"


def test_links_lead_to_their_sentence(visit, seed_file, sentences):
    page = visit(f"{seed_file}#s{len(sentences)}")
    assert f"Sentence {len(sentences)}\n" in shown(page)
    assert page.locator(f"#s{len(sentences)}").evaluate("one => one.getBoundingClientRect().top < innerHeight")
    page.evaluate("location.hash = '#s2'")
    expect(page.locator("#detail h2")).to_have_text("Sentence 2")
    page.evaluate("location.hash = '#s999'")
    page.click("#detail .close")
    assert "Click a sentence" in shown(page)


@pytest.mark.parametrize("width", [320, 360, 768, 1600])
def test_nothing_is_cut_off(visit, seed_file, width):
    page = visit(seed_file, width=width)
    page.click("#s2 .words")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    for box in page.locator("#filters *, #detail, #text").evaluate_all(BOXES):
        assert 0 <= box["left"] < box["right"] <= width
    assert page.locator("#text").evaluate("one => getComputedStyle(one).direction") == "rtl"
    assert page.locator("body").evaluate("one => getComputedStyle(one).direction") == "ltr"


def test_paper_and_no_script(visit, seed_file, sentences):
    page = visit(seed_file, scheme="dark")
    page.emulate_media(media="print")
    assert not page.is_visible("#detail")
    assert page.locator("body").evaluate("one => getComputedStyle(one).color") == "rgb(27, 27, 29)"
    plain = visit(seed_file, java_script_enabled=False)
    assert plain.locator(".sentence").count() == len(sentences)
    assert plain.locator(".sentence .words").all_inner_texts() == [s.text for s in sentences]


def test_light_and_dark(visit, seed_file):
    pages = [visit(seed_file, scheme=scheme) for scheme in ("light", "dark")]
    colours = [page.locator("#text").evaluate("one => getComputedStyle(one).backgroundColor") for page in pages]
    assert colours == ["rgb(255, 255, 255)", "rgb(24, 27, 32)"]
