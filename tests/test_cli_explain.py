"""`balagh explain`: text, JSON and HTML of one explanation, and the mistakes that people make."""

from __future__ import annotations

import io
import json
import re
import sys

import pytest
from rich.console import Console

from balagh.cli import main
from balagh.described import describe
from balagh.explain_view import render
from balagh.html.explanation import explanation_page

SENTENCE = "وأكّـد الوزراءُ التزامَهم بدعم العراق، وأدانوا بشدة الهجمات الإرهابية التي شنها داعش في سوريا."


@pytest.fixture
def run(small, monkeypatch, capfdbinary):
    def run_command(*arguments, stdin=b""):
        monkeypatch.setattr(sys, "argv", ["balagh", "explain", *map(str, arguments), "--model", str(small.safetensors)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capfdbinary.readouterr()
        return code, out.decode(), err.decode()

    return run_command


def test_text_names_labels_words_and_what_would_change_them(run, tagger):
    code, out, _ = run(SENTENCE)
    assert code == 0
    described = describe(tagger, SENTENCE)
    assert described.labels
    for label in described.explanations:
        name = label.label.replace("_", " ")
        assert f"{name}: probability {label.probability:.3f}" in out
        if label.given:
            assert label.supporting[0].shown() in out
            assert f"Without {label.change.text} it would not be given" in out


def test_a_sentence_without_a_label_is_explained_too(run):
    code, out, _ = run("وصل الوفد أمس.")
    assert code == 0
    assert out.count("for the label") == 1
    assert run("وصل الوفد أمس.", "--all")[1].count("for the label") == 4


def test_json_holds_the_exact_sum(run, tagger):
    _, out, _ = run("--format", "json", SENTENCE)
    found = json.loads(out)
    explained = tagger.explain(SENTENCE)
    assert found["text"] == SENTENCE
    assert found["labels"] == list(explained.labels)
    assert [label["label"] for label in found["explanations"]] == list(tagger.labels)
    for label in found["explanations"]:
        assert len(label["contributions"]) == len(SENTENCE)
        assert sum(label["contributions"]) + label["intercept"] == pytest.approx(label["score"], abs=1e-9)
        assert sum(w["weight"] for w in label["words"]) + label["intercept"] == pytest.approx(label["score"], abs=1e-9)
        assert all(SENTENCE[w["start"] : w["end"]] == w["text"] for w in label["words"])


def test_html_file(run, tmp_path):
    code, out, _ = run("--format", "html", "-o", tmp_path / "why.html", "--label", "membership", SENTENCE)
    assert (code, out) == (0, "")
    page = (tmp_path / "why.html").read_text(encoding="utf-8")
    assert "Content-Security-Policy" in page
    assert page.count("<section") == 1
    assert "عضوية" in page


def test_standard_input_and_text_file(run, tmp_path):
    code, out, _ = run("-", "--output", tmp_path / "why.txt", stdin=SENTENCE.encode() + b"\xff\n")
    assert (code, out) == (0, "")
    assert "for the label" in (tmp_path / "why.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [[""], [" \n"], ["-"], ["--label", "war", "نص"]])
def test_mistakes_end_in_one_line(run, arguments):
    code, out, err = run(*arguments)
    assert code == 2
    assert out == ""
    assert len(err.splitlines()) == 1
    assert err.startswith("balagh: explain: ")


def test_half_surrogates_of_the_command_line(run):
    assert run("أدان\udcff الهجوم", "--format", "json")[0] == 0


def test_terminal_shows_controls_as_tokens_and_shades_words(tagger):
    file = io.StringIO()
    described = describe(tagger, "أدان\x1b[2J بشدة \u202eالهجوم")
    render(
        described, described.explanations, Console(file=file, force_terminal=True, width=100, color_system="truecolor")
    )
    shown = file.getvalue()
    assert "\x1b[2J" not in shown
    assert "<U+001B>" in shown
    assert "\u202e" not in shown
    assert "\x1b[38;2;27;27;29;48;2;" in shown


def test_page_escapes_everything(tagger):
    hostile = "أدان <script>alert(1)</script> \"'><img src=x onerror=alert(1)> {{ 7 * 7 }} \x00 بشدة"
    described = describe(tagger, hostile)
    page = explanation_page(described, described.explanations, tagger.manifest.labels)
    assert "<script" not in page
    assert "<img" not in page
    assert "{{ 7 * 7 }}" in re.sub("<[^>]+>", "", page)
    page.encode()
