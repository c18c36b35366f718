"""The local page in a browser: from a pasted text to downloaded corrections, with a mouse or without."""

from __future__ import annotations

import docx
import pytest
from playwright.sync_api import expect

from balagh.html.try_page import EXAMPLE
from balagh.records import LabelledSentence, read_labelled

TEXT = "أدان الوزراء بشدة الهجوم الإرهابي على القافلة.\nووصل الوفد أمس.\nوتعهدوا بمواصلة دعم اليمن."


def open_sentence(page, number):
    page.click(f"#s{number} .words")
    expect(page.locator("#detail h2")).to_have_text(f"Sentence {number}")


def saved(page, tmp_path):
    with page.expect_download() as started:
        page.click("#download")
    path = tmp_path / "corrections.jsonl"
    started.value.save_as(path)
    found = list(read_labelled(path, strict=True))
    assert all(isinstance(one, tuple) for one in found), found
    return [sentence for _, sentence in found]


def test_the_seed_is_tagged_as_by_the_library(ask, seed, tagger):
    page = ask(seed)
    sentences = tagger.tag(seed)
    assert page.locator(".sentence .words").all_inner_texts() == [s.text for s in sentences]
    for number, sentence in enumerate(sentences, 1):
        indices = page.get_attribute(f"#s{number}", "data-labels").split()
        assert {tagger.labels[int(i)] for i in indices} == set(sentence.labels)
    for i, label in enumerate(tagger.labels):
        assert page.inner_text(f"#count-{i}") == str(sum(label in s.labels for s in sentences))


def test_all_kinds_of_labels_are_seen(ask, tagger):
    page = ask(EXAMPLE)
    found = page.locator(".sentence").evaluate_all("all => all.map((one) => one.dataset.labels)")
    assert {label for labels in found for label in labels.split()} == {"0", "1", "2", "3"}
    assert "" in found
    assert any(" " in labels for labels in found)


def test_the_page_and_the_file_show_the_same(ask, visit, seed, seed_file):
    page, file = ask(seed), visit(seed_file)
    # The order of attributes and of classes is no difference.
    parts = """one => [...one.querySelectorAll("*")].map((part) => [
      part.localName, part.children.length ? "" : part.textContent, [...part.classList].sort().join(" "),
      [...part.attributes].filter(({ name }) => name !== "class").map(({ name, value }) => `${name}=${value}`).sort(),
    ])"""
    found = page.locator("#text").evaluate(parts)
    assert found == file.locator("#text").evaluate(parts)
    assert len(found) > 20


def test_explanation_and_filter(ask, tagger):
    page = ask(TEXT)
    open_sentence(page, 1)
    expect(page.locator("#detail")).to_contain_text("Right labels")
    text = page.inner_text("#detail")
    assert "needs" in text
    assert f"{tagger.tag(TEXT)[0].scores['condemnation']:.2f}" in text
    page.click("#detail summary >> nth=0")
    e = tagger.explain(tagger.tag(TEXT)[0].text)
    assert f"+{e.supporting['condemnation'][0].weight:.3f}" in page.inner_text("#detail")
    assert e.supporting["condemnation"][0].shown() in page.inner_text("#detail")
    page.uncheck("#filters input[value='1']")
    assert "off" in page.get_attribute("#s1", "class")


def test_correct_and_download(ask, tmp_path, tagger):
    page = ask(TEXT)
    assert page.is_disabled("#download")
    open_sentence(page, 2)
    page.check(".right input[value='3']")
    page.check(".right input[value='0']")
    page.select_option(".right select", "0")
    assert page.get_attribute("#s2", "data-labels") == "0 3"
    open_sentence(page, 1)
    page.check(".right .checked input")
    open_sentence(page, 3)
    page.check(".right input[value='1']")
    assert page.inner_text("#download") == "Download 3 sentences"
    page.uncheck(".right .checked input")  # takes the correction back
    assert page.inner_text("#download") == "Download 2 sentences"
    page.fill("#save [name=issuer]", "coalition")
    page.fill("#save [name=year]", "2021")
    found = saved(page, tmp_path)
    first = tagger.tag(TEXT)[0]
    common = {"doc": "my-document", "issuer": "coalition", "genre": "communique", "year": 2021}
    labels = ["commitment", "regional_concern"]
    assert found == [
        LabelledSentence(text=first.text, labels=first.labels, primary=first.primary, **common),
        LabelledSentence(text="ووصل الوفد أمس.", labels=tuple(labels), primary="commitment", **common),
    ]


def test_corrections_outlive_the_box_but_not_the_text(ask):
    page = ask(TEXT)
    open_sentence(page, 2)
    page.check(".right input[value='2']")
    open_sentence(page, 1)
    open_sentence(page, 2)
    assert page.is_checked(".right input[value='2']")
    questions = []
    page.on("dialog", lambda dialog: (questions.append(dialog.message), dialog.accept()))
    page.click("button.primary")
    expect(page.locator("#download")).to_have_text("Download 0 sentences")
    assert len(questions) == 1


def test_keyboard_alone(visit, served, tmp_path):
    page = visit(served)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.type(TEXT.split("\n")[0])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#s1")
    for _ in range(20):
        if page.evaluate("document.activeElement.className") == "ref":
            break
        page.keyboard.press("Tab")
    expect(page.locator("#detail")).to_contain_text("Right labels")
    page.keyboard.press("Enter")
    expect(page.locator("#detail")).to_be_focused()
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.right') && document.activeElement.value === '2'"):
            break
    page.keyboard.press("Space")
    assert "2" in page.get_attribute("#s1", "data-labels").split()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "ref"
    assert "Click a sentence" in page.inner_text("#detail")
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "issuer":
            break
    page.keyboard.type("wire")
    with page.expect_download() as started:
        page.keyboard.press("Enter")
    started.value.save_as(tmp_path / "a.jsonl")
    assert len(list(read_labelled(tmp_path / "a.jsonl", strict=True))) == 1


def word_file(path):
    document = docx.Document()
    for line in TEXT.split("\n"):
        document.add_paragraph(line)
    document.save(str(path))


@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.docx"])
def test_files(visit, served, tmp_path, name):
    path = tmp_path / name
    if name == "a.docx":
        word_file(path)
    else:
        lines = "".join(f"<p>{line}</p>" for line in TEXT.split("\n"))
        path.write_text(TEXT if name == "a.txt" else f"<script>x</script>{lines}", encoding="utf-8")
    page = visit(served)
    page.set_input_files("#file", path)
    page.wait_for_selector("#s3")
    assert page.input_value("#source").strip() == TEXT
    assert page.input_value("#save [name=doc]") == "a"


def test_dropped_files(visit, served):
    page = visit(served)
    transfer = page.evaluate_handle(
        "text => { const all = new DataTransfer(); all.items.add(new File([text], 'b.txt')); return all; }", TEXT
    )
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})
    page.wait_for_selector("#s3")


def test_what_cannot_be_read_is_told_in_a_line(visit, served, tmp_path):
    page = visit(served)
    for name, data, told in (
        ("a.pdf", b"%PDF", "cannot be read"),
        ("a.docx", b"PK", "no Word document"),
        ("a.txt", b"\0\xff", "this is no text"),
    ):
        (tmp_path / name).write_bytes(data)
        page.set_input_files("#file", tmp_path / name)
        expect(page.locator("#status")).to_contain_text(told)
    page.click("button.primary")
    assert "no text yet" in page.inner_text("#status")


def test_example_and_half_surrogates(visit, served, tagger):
    page = visit(served)
    page.click("#example")
    page.wait_for_selector("#s4")
    assert page.input_value("#source") == EXAMPLE
    assert page.locator(".sentence").count() == len(tagger.tag(EXAMPLE))
    page.evaluate("document.getElementById('source').value = 'أدان \\ud800 😀 الهجوم.'")
    page.click("button.primary")
    expect(page.locator(".sentence")).to_have_count(1)
    assert page.inner_text("#s1 .words") == "أدان \ufffd 😀 الهجوم."


def test_without_the_server_the_page_says_so(ask):
    page = ask(TEXT)
    page.context.set_offline(True)
    page.click("#s1 .words")
    expect(page.locator("#status")).to_contain_text("does not answer")
    page.click("button.primary")
    assert page.locator(".sentence").count() == 3


@pytest.mark.parametrize("width", [320, 360, 768, 1600])
def test_nothing_is_cut_off(ask, seed, width):
    page = ask(seed, width=width)
    open_sentence(page, 2)
    expect(page.locator("#detail")).to_contain_text("Right labels")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.keyboard.press("Escape")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    boxes = "all => all.map((one) => one.getBoundingClientRect().toJSON()).filter((box) => box.width > 0)"
    for box in page.locator("button, input, select, textarea, fieldset, form").evaluate_all(boxes):
        assert 0 <= box["left"] < box["right"] <= width
