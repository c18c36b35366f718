"""The report as a reader uses it: filters, keyboard, narrow windows, and nothing from elsewhere."""

from __future__ import annotations

import json

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect

from balagh.params import EvaluateParams
from balagh.report.contents import file_contents
from balagh.report.page import page as report_page


@pytest.fixture(scope="session")
def report_file(tagger, small, labelled, tmp_path_factory):
    """Address of a report on sentences that the small model has not seen."""
    seen = {sentence.text for sentence in small.sentences}
    rows = [
        {"text": s.text, "labels": list(s.labels), "genre": s.genre, "year": s.year, "doc": s.doc}
        for s in labelled
        if s.text not in seen
    ][::50]
    folder = tmp_path_factory.mktemp("report")
    (folder / "mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    contents = file_contents(tagger, folder / "mine.jsonl", EvaluateParams(bootstrap=20))
    (folder / "mine.html").write_text(report_page(contents, tagger), encoding="utf-8")
    return (folder / "mine.html").as_uri()


def shown(page):
    return page.locator(".errors li:not([hidden])")


def test_errors_are_filtered_by_label_kind_and_genre(visit, report_file):
    page = visit(report_file)
    every = shown(page).count()
    page.select_option("#by-kind", "missed")
    missed = shown(page).count()
    assert 0 < missed < every
    assert set(shown(page).evaluate_all("items => items.map(item => item.dataset.kind)")) == {"missed"}
    page.select_option("#by-label", "1")
    assert set(shown(page).evaluate_all("items => items.map(item => item.dataset.label)")) <= {"1"}
    expect(page.locator("#count")).to_have_text(f"{shown(page).count()} of {every} shown")
    page.select_option("#by-label", "")
    page.select_option("#by-kind", "")
    genre = (
        page.locator("#by-genre option").nth(1).get_attribute("value")
        or page.locator("#by-genre option").nth(1).text_content()
    )
    page.select_option("#by-genre", genre)
    assert set(shown(page).evaluate_all("items => items.map(item => item.dataset.genre)")) == {genre}


def test_the_contents_are_reached_by_keyboard(visit, report_file):
    page = visit(report_file)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.locator(".toc a", has_text="Errors").focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("#errors")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1600])
def test_axe_finds_nothing_and_nothing_is_cut_off(visit, report_file, scheme, width):
    page = visit(report_file, scheme=scheme, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert [(one["id"], [node["html"] for node in one["nodes"]][:2]) for one in found["violations"]] == []


def test_sentences_are_right_to_left_and_shaded(visit, report_file):
    page = visit(report_file)
    sentence = page.locator(".errors .sentence-text").first
    assert sentence.evaluate("node => getComputedStyle(node).direction") == "rtl"
    word = page.locator(".errors .word").first
    assert word.evaluate("node => getComputedStyle(node).backgroundColor") != "rgba(0, 0, 0, 0)"


def test_it_prints(visit, report_file):
    page = visit(report_file)
    assert len(page.pdf()) > 10_000
