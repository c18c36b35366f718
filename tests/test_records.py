"""The labelled sentence read in: strict for our data, lenient for a user's test set."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balagh.errors import DataError, MissingFileError
from balagh.labels import LABELS, Label
from balagh.problems import Problem, Where
from balagh.records import FIELDS, GENRES, LabelledSentence, labelled_files, load_labelled, read_labelled

DATA = Path(__file__).parents[1] / "data" / "labelled"
GOOD: dict[str, Any] = {
    "doc": "un-001",
    "issuer": "مجلس الأمن الدولي",
    "genre": "statement",
    "year": 2017,
    "text": "أدان المجلس الهجوم وأعرب عن قلقه من الوضع في مالي.",
    "labels": ["condemnation", "regional_concern"],
    "primary": "condemnation",
}


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in GOOD.items() if name not in names}


def read(*rows: Any, strict: bool = False) -> list[tuple[Where, LabelledSentence] | Problem]:
    lines = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)
    return list(read_labelled(io.BytesIO(lines.encode()), strict=strict))


def sentence(row: Any) -> LabelledSentence:
    (found,) = read(row)
    assert not isinstance(found, Problem)
    return found[1]


def messages(row: Any, *, strict: bool = False) -> list[str]:
    found = read(row, strict=strict)
    assert all(isinstance(problem, Problem) and problem.line == 1 for problem in found)
    return [problem.message for problem in found if isinstance(problem, Problem)]


def test_the_form_of_our_data() -> None:
    ((where, record),) = read(GOOD, strict=True)  # type: ignore[misc]
    assert str(where) == "<stream>:1"
    assert record.labels == (Label.CONDEMNATION, Label.REGIONAL_CONCERN)
    assert all(list(getattr(record, name)) == GOOD[name] for name in ["labels"])
    assert all(getattr(record, name) == GOOD[name] for name in FIELDS if name != "labels")


def test_text_and_labels_are_enough_for_a_test_set() -> None:
    record = sentence({"text": "انضمت موريتانيا إلى التحالف", "labels": ["membership"]})
    assert (record.primary, record.doc, record.year) == ("membership", "", None)
    assert (record.issuer, record.genre, record.id, record.stratum) == ("", "", "", "")
    assert len(list(read_labelled(io.BytesIO(b'{"text": "a", "labels": []}')))) == 1
    assert sentence({"text": "اجتمعوا", "labels": []}).primary == "none"


def test_a_primary_that_is_not_given_is_not_made_up() -> None:
    assert sentence(without("primary")).primary is None


def test_other_fields_are_ignored_in_a_test_set_and_refused_in_our_data() -> None:
    row = GOOD | {"how": "agreed", "id": 7, "stratum": "pol", "z": {"deep": [1]}}
    assert (sentence(row).id, sentence(row).stratum) == ("7", "pol")
    assert messages(GOOD | {"how": 1, "id": "x"}, strict=True) == [
        "unknown field 'how'",
        "unknown field 'id'",
    ]


def test_labels_come_in_one_order() -> None:
    row = GOOD | {"labels": ["regional_concern", "condemnation", "regional_concern"]}
    assert sentence(row).labels == (Label.CONDEMNATION, Label.REGIONAL_CONCERN)
    assert messages(row, strict=True)[0] == "a label twice: regional_concern, condemnation, regional_concern"
    row["labels"] = ["regional_concern", "condemnation"]
    expected = f"labels not in the order {', '.join(LABELS)}: regional_concern, condemnation"
    assert messages(row, strict=True)[0] == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (GOOD | {"labels": ["war"]}, "unknown label 'war'; known are " + ", ".join(LABELS)),
        (GOOD | {"primary": "membership"}, "primary 'membership' is not among the labels condemnation, "),
        (GOOD | {"labels": []}, "primary 'condemnation' of a sentence without labels; write 'none'"),
        (GOOD | {"text": " \t"}, "empty text"),
        (GOOD | {"text": None}, "Expected `str`, got `null` - at `$.text`"),
        (GOOD | {"labels": None}, "Expected `array`, got `null` - at `$.labels`"),
        (GOOD | {"year": "2017"}, "Expected `int | null`, got `str` - at `$.year`"),
        (without("labels"), "Object missing required field `labels`"),
        ([], "Expected `object`, got `array`"),
        ("{", "JSON is cut off"),
        ("", "an empty line where a JSON object is due"),
        (
            '{"text": "\\ud800", "labels": []}',
            "JSON is malformed: unexpected end of escaped utf-16 surrogate",
        ),
        ('{"text": "a", "labels": [], "z": ' + "[" * 200_000, "JSON nested too deep"),
        ('{"text": "' + "a" * 1_000_000 + '"}', "the line is longer than 1,000,000 bytes"),
    ],
)
def test_faults_are_named(row: Any, expected: str) -> None:
    (message,) = messages(row)
    assert message.startswith(expected)


def test_every_fault_of_a_line_is_named() -> None:
    assert messages(without("doc", "year") | {"genre": "", "text": ""}, strict=True) == [
        "no field 'doc'",
        "no field 'genre'",
        "no field 'year'",
        "empty text",
    ]


def test_a_bad_line_does_not_move_or_stop_the_others() -> None:
    found = read(GOOD, "nonsense", GOOD, GOOD | {"labels": ["a", "b"]}, GOOD)
    assert [item.line if isinstance(item, Problem) else item[0].line for item in found] == [1, 2, 3, 4, 4, 5]


def test_load_names_the_first_fault_and_counts_them(tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl"
    path.write_bytes(json.dumps(GOOD).encode() + b"\n\xff\n{}\n")
    with pytest.raises(DataError, match=r"b.jsonl:2: byte \d+ of the file .*and 1 more"):
        load_labelled([path])
    (tmp_path / "a.jsonl").write_text(json.dumps(GOOD | {"doc": "first"}))
    path.write_text(json.dumps(GOOD))
    assert [record.doc for record in load_labelled([tmp_path])] == ["first", "un-001"]


def test_one_fault_is_named_alone_and_with_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    for line, fault in [("{", "JSON is cut off or has a lone surrogate"), ('{"text": "", "labels": []}', "empty text")]:
        path.write_text(line)
        with pytest.raises(DataError) as caught:
            load_labelled([path], strict=False)
        assert str(caught.value) == f"{path}:1: {fault}"


def test_the_form_of_our_data_is_asked_for_unless_told_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "أ", "labels": []}')
    assert len(load_labelled([path], strict=False)) == 1
    with pytest.raises(DataError, match=r"a.jsonl:1: no field 'doc' \(and 4 more; `balagh data check` lists them\)"):
        load_labelled([path])
    with pytest.raises(DataError, match="longer than 9 bytes"):
        load_labelled([path], strict=False, max_bytes=9)
    assert labelled_files([path, tmp_path, path]) == [path] * 3


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="no such file"):
        labelled_files([tmp_path / "gone.jsonl"])
    with pytest.raises(MissingFileError, match=r"no \*.jsonl file"):
        labelled_files([tmp_path])


def test_the_data_in_the_repository_can_be_loaded() -> None:
    records = load_labelled([DATA])
    assert len(records) > 6000
    assert {record.genre for record in records} == set(GENRES)


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.binary(max_size=100), st.from_regex(rb'\{("text": ?"?|"labels": ?|[\[\]",{}:0-9a])*')))
def test_no_bytes_crash_it(data: bytes) -> None:
    for strict in (False, True):
        for found in read_labelled(io.BytesIO(b"\n" + data), strict=strict):
            assert isinstance(found, Problem) or found[1].text.strip()


def test_a_primary_of_a_sentence_without_labels_can_only_be_none() -> None:
    for primary in ("commitment", "regional_concern"):
        assert any("without labels" in fault for fault in messages(GOOD | {"labels": [], "primary": primary}))


def test_three_labels_without_a_primary_have_none() -> None:
    row = without("primary") | {"labels": ["commitment", "condemnation", "membership"]}
    assert sentence(row).primary is None
