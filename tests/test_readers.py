"""Lines and texts read in: every row comes out or is named, and no file crashes the reader."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balagh.errors import BalaghError, DataError, MissingFileError
from balagh.lines import Line, read_lines
from balagh.problems import Problem, Where, shown
from balagh.readers import FORMS, Form, TextRow, form_of, read_document, read_texts, scan_texts

SENTENCES = ["أدان المجلس الهجوم.", "", "NA", "قال: «سنواصل»، ثم\u2028غادر", "\ufeffنص"]


def stream(data: str | bytes) -> io.BytesIO:
    return io.BytesIO(data if isinstance(data, bytes) else data.encode())


def texts(data: str | bytes, form: Form = "sentences", **options: object) -> list[str]:
    return [row.text for row in read_texts(stream(data), form=form, **options)]  # type: ignore[arg-type]


class Zeros(io.RawIOBase):
    """A line of so many bytes, never held in memory."""

    def __init__(self, size: int) -> None:
        self.left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        size = min(self.left, len(buffer))
        buffer[:size] = b"x" * size
        self.left -= size
        return size


def test_one_line_in_is_one_row_out(tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    path.write_bytes("\n".join(SENTENCES).encode())
    assert [row.text for row in read_texts(path)] == SENTENCES
    assert list(read_texts(path))[2] == TextRow(str(path), 3, "NA")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("أ\r\nب\r\n", ["أ", "ب"]),
        ("\n", [""]),
        ("\n\nأ\n\n", ["", "", "أ", ""]),
        (b"\xef\xbb\xbf" + "أ\nب".encode(), ["أ", "ب"]),
    ],
)
def test_line_ends(data: str | bytes, expected: list[str]) -> None:
    assert texts(data) == expected


def test_cp1256_on_request() -> None:
    old = "أدان «المجلس» پاريس\nثانٍ".encode("cp1256")
    assert texts(old, encoding="cp1256") == ["أدان «المجلس» پاريس", "ثانٍ"]
    with pytest.raises(DataError, match=r":1: byte 0 of the file \(0xC3\) is not UTF-8.*cp1256"):
        texts(old)
    with pytest.raises(DataError, match="in UTF-8, not cp1256"):
        texts("أدان المجلس", encoding="cp1256")
    with pytest.raises(DataError, match="unknown encoding 'latin-1': known are utf-8, cp1256"):
        texts("a", encoding="latin-1")


def test_a_bad_byte_is_named_by_its_place_in_the_file() -> None:
    data = b"\xef\xbb\xbfok\n\nbad \xff\nfine\n"
    rows = list(scan_texts(stream(data)))
    assert [type(row) for row in rows] == [TextRow, TextRow, Problem, TextRow]
    assert "byte 11 of the file (0xFF)" in rows[2][2]
    assert data[11] == 0xFF


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b"\x89PNG\0\0", "byte 4 is NUL"),
        ("نص".encode("utf-16"), "UTF-16"),
    ],
)
def test_what_is_no_text_file_is_refused(data: bytes, message: str) -> None:
    for form in FORMS:
        with pytest.raises(DataError, match=message):
            texts(data, form)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="no such file"):
        list(read_texts(tmp_path / "gone.txt"))
    with pytest.raises(DataError, match="a folder"):
        list(read_texts(tmp_path))
    with pytest.raises(DataError):
        list(read_texts("a\0b"))


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_the_limit_of_a_line_is_exact(mark: bytes, end: bytes) -> None:
    for size, good in [(9, True), (10, True), (11, False), (12, False), (40, False)]:
        rows = list(read_lines(stream(mark + b"x" * size + end + b"next"), max_bytes=10))
        if end:
            assert isinstance(rows[0], Line) is good
            assert rows[1:] == [Line(2, "next")]


def test_a_huge_line_is_skipped_in_little_memory() -> None:
    tracemalloc.start()
    rows = list(read_lines(io.BufferedReader(Zeros(200_000_000))))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows == [Problem("<stream>", 1, "the line is longer than 1,000,000 bytes")]
    assert peak < 10_000_000


def test_jsonl() -> None:
    lines = ['{"n": 1, "text": "أ"}', "", '{"text": "NA\\n"}']
    assert texts("\n".join(lines), "jsonl") == ["أ", "NA\n"]
    assert texts('{"body": "ب"}', "jsonl", field="body") == ["ب"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"body": "ب", "n": 1}', "no field 'text'; there are 'body', 'n'"),
        ('{"text": null}', "field 'text' is null, not a string"),
        ('{"text": 7}', "a number"),
        ('{"text": true}', "true or false"),
        ("[1]", "Expected `object`, got `array`"),
        ('{"text": "a"', "JSON|truncated"),
        ('{"text": "\\ud800"}', "surrogate"),
        ('{"text": "a", "x": ' + "[" * 100_000, "nested too deep"),
    ],
)
def test_a_bad_json_line_spares_the_others(line: str, message: str) -> None:
    rows = list(scan_texts(stream(f'{{"text": "أ"}}\n{line}\n{{"text": "ب"}}'), form="jsonl"))
    assert [row.line for row in rows] == [1, 2, 3]
    assert [isinstance(row, Problem) for row in rows] == [False, True, False]
    with pytest.raises(DataError, match=message):
        texts(line, "jsonl")


def test_csv_and_tsv() -> None:
    assert texts('id,text\n1,"قال, ""نعم"""\n\n2,"أ\nب"\n3,NA\n', "csv") == ['قال, "نعم"', "أ\nب", "NA"]
    assert texts("id\ttext\n1\tأ, ب\n", "tsv") == ["أ, ب"]
    rows = list(read_texts(stream('text\n\n"أ\nب"\nج\n'), form="csv"))
    assert [row.line for row in rows] == [3, 5]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("id,body\n1,a\n", "no column 'text'; there are 'id', 'body'"),
        ("text,text\na,b\n", "the column 'text' is there 2 times"),
        ("\n\n", "no header"),
        ('id,text\n1,a\n2,"b\n3,c\n', ":3: .*is a quote left open"),
        ('id,text\n1,a\n2,"b\n3,"c"\n', ":3: .*is a quote left open"),
        ("id,text\n1,a\n2,b\rc\n", ":3: "),
        (b"id,text\n1,a\n2,\xff\n", ":3: byte 14 of the file"),
    ],
)
def test_csv_that_cannot_be_trusted(data: str | bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        texts(data, "csv")


def test_an_open_quote_does_not_swallow_the_file() -> None:
    data = 'text\na\n"b\n' + "rows and rows\n" * 200_000
    rows = scan_texts(stream(data), form="csv")
    assert isinstance(next(rows), TextRow)
    with pytest.raises(DataError, match=r"<stream>:3: "):
        next(rows)


def test_a_field_may_be_as_long_as_a_row() -> None:
    text = "ن" * 400_000
    assert texts(f"id,text\n1,{text}\n", "csv") == [text]
    with pytest.raises(DataError, match=r":2: a row longer than 1,000,000 bytes begins here"):
        texts('id,text\n1,"' + "نص\n" * 300_000, "csv")


def test_a_row_with_a_comma_too_many_is_named() -> None:
    rows = list(scan_texts(stream("id,text\n1,a, b\n2\n3,c\n"), form="csv"))
    assert [isinstance(row, Problem) for row in rows] == [True, True, False]
    assert "not quoted" in rows[0][2]
    assert rows[1][2] == "1 fields where the header has 2"


def test_read_document() -> None:
    assert read_document(stream("\ufeffأ\r\n\nب\n")) == "أ\r\n\nب\n"
    assert read_document(stream("abcde"), max_bytes=5) == "abcde"
    assert read_document(stream("أ".encode("cp1256")), encoding="cp1256") == "أ"
    for data, message in [("ab\ncdef", "longer than 5 bytes"), (b"a\n\xff", "byte 2 of"), (b"", "empty")]:
        with pytest.raises(DataError, match=message):
            read_document(stream(data), max_bytes=5)


def test_names_and_messages() -> None:
    assert [form_of(name) for name in ("a.csv", "a.JSONL", "a.tsv", "a")] == [
        "csv",
        "jsonl",
        "tsv",
        "sentences",
    ]
    assert str(Where("f", 2)) == "f:2"
    assert "\x1b" not in shown("\x1b[2J" * 50)
    assert len(shown("x" * 1000)) < 70
    with pytest.raises(DataError, match="unknown form 'xml'"):
        scan_texts(stream("a"), form="xml")  # type: ignore[arg-type]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(FORMS), st.sampled_from(["utf-8", "cp1256"]))
def test_no_bytes_crash_it(data: bytes, form: Form, encoding: str) -> None:
    with contextlib.suppress(BalaghError):
        rows = list(scan_texts(stream(data), form=form, encoding=encoding, max_bytes=50))
        assert form != "sentences" or len(rows) == len(data.removesuffix(b"\n").split(b"\n"))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)))
def test_what_is_written_is_read_back(written: list[str]) -> None:
    table = io.StringIO(newline="")
    csv.writer(table).writerows([["text"], *([text] for text in written)])
    assert texts(table.getvalue(), "csv") == [text.replace("\r\n", "\n") for text in written]
    lines = "\n".join(json.dumps({"text": text}, ensure_ascii=False) for text in written)
    assert texts(lines + "\n", "jsonl") == written
