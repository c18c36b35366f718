"""`balagh tag --format html`: one text as a page, and what is refused."""

from __future__ import annotations

import io
import sys

import pytest

from balagh.cli import main
from balagh.html.document import document

TEXT = "أدانت الوزارة الهجوم الإرهابي بشدة.\nوصل الوفد أمس."


@pytest.fixture
def run(small, monkeypatch, capfdbinary):
    def run_command(*arguments, stdin=b""):
        monkeypatch.setattr(sys, "argv", ["balagh", "tag", *map(str, arguments), "--model", str(small.safetensors)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capfdbinary.readouterr()
        return code, out.decode(), err.decode()

    return run_command


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "speech.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_file_and_standard_output(run, source, tmp_path, tagger):
    expected = document("speech.txt", TEXT, tagger.tag(TEXT), tagger)
    code, out, err = run(source, "--format", "html")
    assert (code, out) == (0, expected)
    assert err.startswith("2 sentences, ")
    code, out, _ = run(source, "-o", tmp_path / "a.html")
    assert (code, out) == (0, "")
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == expected
    code, out, _ = run("-", "--format", "html", "--encoding", "cp1256", stdin=TEXT.encode("cp1256"))
    assert (code, out) == (0, document("standard input", TEXT, tagger.tag(TEXT), tagger))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--only-tagged"], "takes no --only-tagged"),
        (["--labels", "membership"], "takes no --labels"),
        (["--as", "csv"], "shows one text"),
        (["other.txt"], "shows one text"),
    ],
)
def test_what_a_page_cannot_show(run, source, options, told):
    code, out, err = run(source, "--format", "html", *options)
    assert (code, out) == (2, "")
    assert told in err
    assert len(err.splitlines()) == 1


def test_files_that_are_not_there_or_there_already(run, source, tmp_path):
    assert run(tmp_path / "none.txt", "--format", "html")[0] == 2
    (tmp_path / "a.html").write_text("mine", encoding="utf-8")
    code, _, err = run(source, "-o", tmp_path / "a.html")
    assert code == 2
    assert "--force" in err
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == "mine"
    assert run(source, "-o", tmp_path / "a.html", "--force")[0] == 0
    assert run(source, "--format", "html", "-o", source, "--force")[0] == 2
    assert source.read_text(encoding="utf-8") == TEXT
