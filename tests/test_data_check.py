"""The check of labelled data: every fault is found and named, and our own data have none."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from balagh.data_check import CheckReport, check, summarise
from balagh.errors import MissingFileError
from balagh.views import render

DATA = Path(__file__).parents[1] / "data" / "labelled"
CHALLENGE = DATA.parent / "challenge.jsonl"
GOOD: dict[str, Any] = {
    "doc": "a-1",
    "issuer": "وزارة الخارجية",
    "genre": "statement",
    "year": 2017,
    "text": "أدانت الوزارة الهجوم على سوق المدينة القديمة يوم الجمعة.",
    "labels": ["condemnation"],
    "primary": "condemnation",
}
NONE = {"labels": [], "primary": "none"}


@pytest.fixture(scope="module")
def our_data() -> CheckReport:
    return check([DATA])


def run(folder: Path, *rows: dict[str, Any], **files: list[dict[str, Any]]) -> list[str]:
    """Check files of rows; return problems with the folder taken out."""
    for name, content in ({"a": list(rows)} | files).items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in content))
    return [str(problem).replace(f"{folder}/", "") for problem in check([folder]).problems]


def shown(report: CheckReport, width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width)
    render(report, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_our_data_are_sound(our_data: CheckReport) -> None:
    assert our_data.problems == []


def test_the_challenge_is_sound_and_nothing_of_it_is_trained_on() -> None:
    assert check([DATA, CHALLENGE]).problems == []
    documents = [{json.loads(line)["doc"] for line in path.open()} for path in DATA.glob("*.jsonl")]
    assert not set().union(*documents) & {json.loads(line)["doc"] for line in CHALLENGE.open()}


def test_the_summary_adds_up(our_data: CheckReport) -> None:
    summary = our_data.summary
    assert summary.files == len(list(DATA.glob("*.jsonl")))
    assert sum(summary.genres.values()) == sum(summary.years.values()) == summary.sentences
    assert sum(summary.labels.values()) >= summary.sentences + summary.several
    assert list(summary.years) == sorted(summary.years)
    assert list(summary.lengths.values()) == sorted(summary.lengths.values())


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"labels": ["war"]}, "unknown label 'war'; known are commitment"),
        ({"labels": []}, "primary 'condemnation' of a sentence without labels"),
        ({"text": "  "}, "empty text"),
        ({"text": "أبوظبي - وام:"}, "no sentence in the text, which tagging would pass over"),
        ({"text": "كلمة " * 201}, "text of 1,005 characters; the limit is 1,000"),
        ({"text": "نص\u200f أول\u200f"}, "text has U+200F RIGHT-TO-LEFT MARK as character 3"),
        ({"text": "نص\u202e أول"}, "text has U+202E RIGHT-TO-LEFT OVERRIDE as character 3"),
        ({"text": "نص\u200bأول"}, "text has U+200B ZERO WIDTH SPACE as character 3"),
        ({"text": "نص\x1b[2J"}, "text has U+001B control character as character 3"),
        ({"text": "سطر\nثان"}, "text has U+000A control character as character 4"),
        ({"text": "نص \ufffd"}, "text has U+FFFD REPLACEMENT CHARACTER as character 4"),
        ({"doc": "a\u2066-1"}, "doc has U+2066 LEFT-TO-RIGHT ISOLATE as character 2"),
        ({"year": 1944}, "year 1944 is not between 1945 and 2100"),
        ({"year": 0}, "year 0 is not between"),
        ({"genre": "poem"}, "unknown genre 'poem'; known are briefing"),
        ({"issuer": None}, "no field 'issuer'"),
        ({"note": 1}, "unknown field 'note'"),
    ],
)
def test_a_fault_of_one_sentence(tmp_path: Path, change: dict[str, Any], expected: str) -> None:
    (problem,) = run(tmp_path, GOOD | change)
    assert problem.startswith(f"a.jsonl:1: {expected}")


def test_the_same_text_twice(tmp_path: Path) -> None:
    other = GOOD | {"text": "أدانَت الوزارة الهجوم على سوق المدينة القديمة يوم الجمعة."}
    assert run(tmp_path, GOOD, other, b=[other | NONE | {"doc": "b-1"}]) == [
        "a.jsonl:2: the same text as a.jsonl:1",
        "b.jsonl:1: the same text as a.jsonl:1 with other labels: none, there condemnation",
    ]


def test_nearly_the_same_text_in_another_document(tmp_path: Path) -> None:
    copy = GOOD | {"text": "وأدانت الوزارة الهجوم على سوق المدينة القديمة يوم السبت."}
    assert run(tmp_path, GOOD, copy) == []  # a contrast pair: two sentences of one document may be close
    (problem,) = run(tmp_path, GOOD, copy | {"doc": "a-2"})
    assert problem.startswith("a.jsonl:2: nearly the same text as a.jsonl:1, of another document (similarity 0.")


def test_a_document_in_two_files(tmp_path: Path) -> None:
    rows = [GOOD | {"text": text} for text in ("افتتح الوزير الدورة", "غادر الوفد العاصمة مساء")]
    assert run(tmp_path, GOOD, b=rows) == ["b.jsonl:1: document 'a-1' is also in a.jsonl:1"]


def test_problems_come_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    bad = GOOD | {"labels": ["x"]}
    found = run(tmp_path, GOOD, bad, GOOD | {"doc": "a-2"}, bad, b=[bad, GOOD])
    assert [problem.split(": ")[0] for problem in found] == [
        "a.jsonl:2",
        "a.jsonl:3",
        "a.jsonl:4",
        "b.jsonl:1",
        "b.jsonl:2",
        "b.jsonl:2",
    ]


def test_missing_path(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError):
        check([tmp_path / "gone"])


def test_problems_are_shown_one_a_line(tmp_path: Path) -> None:
    path = tmp_path / ("a" * 150 + ".jsonl")
    path.write_text(json.dumps(GOOD | {"genre": "[red]x\x1b[0m"}) + "\n{}\n")
    lines = shown(check([path])).splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(f"{path}:1: unknown genre '[red]x\\x1b[0m'; known are ")
    assert lines[2] == "2 problems in 1 file"


def test_the_summary_is_shown_when_all_is_well(our_data: CheckReport) -> None:
    text = shown(our_data)
    assert "regional_concern" in text
    assert "communique" in text
    assert f"{our_data.summary.sentences:,} sentences" in text
    assert text.rstrip().endswith("no problem found")
    assert max(map(len, shown(our_data, 60).splitlines())) <= 60


def test_a_summary_of_nothing() -> None:
    assert "0 sentences" in shown(CheckReport([], summarise([], 0)))
