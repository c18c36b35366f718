"""No row vanishes: what is read is written, or rejected with its line and reason, in order, in every form."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from balagh.bulk.job import Job, Limits
from balagh.bulk.run import run
from balagh.errors import DataError
from fuzz.faults import QuickTagger

TEXTS = st.one_of(
    st.sampled_from(["", " ", "ندد", "وصل.ندد", ".", "=1+1", "\u202eندد", '"', "a,b", "x" * 300]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), max_size=12),
)
ROWS = st.lists(TEXTS, min_size=1, max_size=14)
FORMATS = ("jsonl", "csv", "parquet")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr("balagh.bulk.run.Tagger.load", lambda path: QuickTagger())


@pytest.fixture
def tag(tmp_path):
    """Tag bytes; return rows as CSV or JSON has them, rejects, and the summary."""
    (tmp_path / "model").write_bytes(b"")

    def run_job(data, name="in.jsonl", fmt="jsonl", **options):
        source = tmp_path / name
        source.write_bytes(data)
        out = tmp_path / f"out.{fmt}"
        limits = Limits(line=2000, field=200)
        job = Job(sources=(str(source),), model=tmp_path / "model", output=out, force=True, limits=limits)
        summary = run(msgspec.structs.replace(job, **options))
        rejects = out.with_name("out.rejects.jsonl")
        lines = rejects.read_text().splitlines() if rejects.exists() else []
        return read(out), [json.loads(line) for line in lines], summary

    return run_job


def read(path):
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    if path.suffix == ".csv":
        return [
            row | {"line": int(row["line"])}
            for row in csv.DictReader(io.StringIO(path.read_bytes().decode(), newline=""))
        ]
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def as_jsonl(texts, faulty):
    lines = [json.dumps({"id": i, "text": text}) for i, text in enumerate(texts)]
    return "\n".join("[]" if i in faulty else line for i, line in enumerate(lines)).encode(), range(1, len(texts) + 1)


def as_csv(texts, faulty, delimiter=","):
    file = io.StringIO()
    rows = [[i, text, *(["more"] if i in faulty else [])] for i, text in enumerate(texts)]
    csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows([["id", "text"], *rows])
    return file.getvalue().encode(), range(2, len(texts) + 2)


def as_tsv(texts, faulty):
    return as_csv(texts, faulty, "\t")


def as_parquet(texts, faulty):
    table = pa.table({"id": range(len(texts)), "text": [None if i in faulty else t for i, t in enumerate(texts)]})
    file = io.BytesIO()
    pq.write_table(table, file, row_group_size=4)
    return file.getvalue(), range(1, len(texts) + 1)


def as_sentences(texts, faulty):
    lines = [b"\xff" if i in faulty else text.encode() for i, text in enumerate(texts)]
    return b"\n".join(lines) + b"\n", range(1, len(texts) + 1)


FORMS = {"jsonl": as_jsonl, "csv": as_csv, "tsv": as_tsv, "parquet": as_parquet, "sentences": as_sentences}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("fmt", FORMATS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=ROWS, faulty=st.sets(st.integers(0, 13), max_size=4), chunk=st.integers(1, 5), context=st.integers(0, 2))
def test_rows_in_are_rows_out_and_rejects(tag, form, fmt, texts, faulty, chunk, context):
    faulty = {i for i in faulty if i and i < len(texts)}  # the first line of a text tells that it is one
    if not any(texts) and form == "sentences":
        texts[0] = "وصل"
    data, lines = FORMS[form](texts, faulty)
    rows, rejects, summary = tag(data, f"in.{form}", fmt, form=form, chunk=chunk, context=context)
    there = [row["line"] for row in rows]
    gone = [reject["line"] for reject in rejects]
    assert there == sorted(there)
    assert gone == sorted(gone)
    assert sorted({*there, *gone}) == list(lines)
    assert not {*there} & {*gone}
    assert {lines[i] for i in faulty} <= {*gone}
    assert all(reject["reason"] and reject["file"].endswith(f"in.{form}") for reject in rejects)
    assert (summary.rows, summary.rejected) == (len(texts), len(gone))
    assert summary.sentences + summary.empty == len(rows)
    long = {lines[i] for i, text in enumerate(texts) if len(text.encode()) > 200}
    assert long <= {*gone}
    if form == "sentences":
        assert len(there) == len({*there})
    for i, text in enumerate(texts):  # no class without a text
        if not text.strip():
            assert [row["primary"] for row in rows if row["line"] == lines[i]] in ([], ["no text"])
            assert not any(row["labels"] for row in rows if row["line"] == lines[i])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=ROWS, chunk=st.integers(1, 5), context=st.integers(0, 3))
def test_chunks_do_not_show(tag, texts, chunk, context):
    """Neither do they in the context, which goes over their borders."""
    data, _ = as_sentences(["أول", *texts], set())
    one, *_ = tag(data, form="sentences", chunk=100, context=context)
    many, *_ = tag(data, form="sentences", chunk=chunk, context=context)
    assert one == many
    good = [row for row in one if row["text"].strip()]
    for i, row in enumerate(good):
        if context:
            assert row["before"] == [near["text"] for near in good[max(i - context, 0) : i]]
            assert row["after"] == [near["text"] for near in good[i + 1 : i + 1 + context]]
        else:
            assert "before" not in row


def test_no_text_is_said_and_is_no_class(tag):
    rows, rejects, summary = tag(as_jsonl(["ندد", "", " \u00a0", "."], set())[0])
    assert [row["line"] for row in rows] == [1]
    assert [(r["line"], r["reason"]) for r in rejects] == [
        (2, "no text"),
        (3, "no text"),
        (4, "no sentence in the text"),
    ]
    rows, rejects, summary = tag("ندد\n\nوصل\n".encode(), form="sentences")
    assert [(row["index"], row["labels"], row["primary"]) for row in rows] == [
        (0, ["condemnation"], "condemnation"),
        (1, [], "no text"),
        (2, [], "none"),
    ]
    assert rejects == []
    assert "2 sentences: 1 condemnation, 1 none; 0 rows rejected; 1 line without text" in summary.line()


@pytest.mark.parametrize("fmt", FORMATS)
def test_only_what_is_tagged(tag, fmt):
    rows, _, summary = tag(as_jsonl(["ندد.وصل", "وصل"], set())[0], fmt=fmt, only_tagged=True)
    assert [row["text"] for row in rows] == ["ندد"]
    assert (summary.rows, summary.sentences, summary.untagged) == (2, 3, 2)


def test_fields_of_json_are_kept_as_they_are_written(tag):
    line = '{"a": 1.10, "text": "ندد", "b": 123456789012345678901234567890, "c": {"d": [null, "\\u0645"]}}'
    for fmt in FORMATS:
        rows, *_ = tag(line.encode(), fmt=fmt)
        assert "1.10" in Path(rows[0]["doc"]).with_name("out.jsonl").read_text()
        given = rows[0]["input"]
        assert (given if fmt == "jsonl" else json.loads(given)) == {
            "a": 1.1,
            "b": 123456789012345678901234567890,
            "c": {"d": [None, "م"]},
        }


def test_columns_of_tables_are_kept(tag):
    data = 'id,text,id,=x\n007,ندد,"a\nb",-1\n'.encode()
    rows, *_ = tag(data, "in.csv")
    assert rows[0]["input"] == {"id": "007", "id.2": "a\nb", "=x": "-1"}
    rows, *_ = tag(data, "in.csv", "csv")
    assert {name: rows[0][f"input.{name}"] for name in ("id", "id.2", "=x")} == {
        "id": "007",
        "id.2": "a\nb",
        "=x": "'-1",
    }
    rows, *_ = tag(data, "in.csv", "parquet")
    assert rows[0]["input.id.2"] == "a\nb"


def test_types_of_parquet_are_kept(tag, tmp_path):
    columns = {
        "text": pa.array(["ندد", "وصل.ندد"]),
        "n": pa.array([2**62, None]),
        "f": pa.array([0.1, None]),
        "b": pa.array([True, False]),
        "day": pa.array([0, 20000], pa.date32()),
        "at": pa.array([1, 1700000000123456789], pa.timestamp("ns", tz="UTC")),
        "plain": pa.array([1, None], pa.timestamp("ms")),
        "money": pa.array([None, None], pa.decimal128(9, 2)),
        "tags": pa.array([["x"], []]),
    }
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    tag(file.getvalue(), "in.parquet", "parquet")
    got = pq.read_table(tmp_path / "out.parquet")
    for name, column in columns.items():
        if name not in ("text", "tags"):
            wanted = pa.table({"x": column})["x"].take(pa.array([0, 1, 1]))
            assert got[f"input.{name}"].combine_chunks().equals(wanted.combine_chunks()), name
    assert got["input.tags"].to_pylist() == ['["x"]', "[]", "[]"]


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gz", "zst"])
@pytest.mark.parametrize("form", ["jsonl", "csv", "tsv", "txt"])
def test_compressed_files(tag, pack, form):
    data = "ندد.وصل".encode() if form == "txt" else FORMS[form](["ندد", "وصل"], set())[0]
    ending = "gz" if pack is gzip.compress else "zst"
    plain, *_ = tag(data, f"in.{form}")
    packed, *_ = tag(pack(data[:5]) + pack(data[5:]), f"in.{form}.{ending}")
    assert [row["text"] for row in packed] == [row["text"] for row in plain] == ["ندد", "وصل"]


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gz", "zst"])
def test_compressed_files_that_are_cut_off_or_damaged(tag, pack):
    ending = "gz" if pack is gzip.compress else "zst"
    data = as_jsonl([f"ندد {i}" for i in range(200)], set())[0]
    whole = pack(data)
    for cut in range(1, len(whole), 7):
        with pytest.raises(DataError, match=r"damaged or cut off|is empty"):
            tag(whole[:cut], f"in.jsonl.{ending}")
    with pytest.raises(DataError, match="damaged or cut off"):
        tag(data, f"in.jsonl.{ending}")


def test_formulas_are_neutralised(tag):
    cells = ["=1", "+1", "-1", "@a", "\ta", "\ra", "\na", "＝1", "＋1", "－1", "＠a", "fine"]
    rows = [json.dumps({"text": "ندد", "x": 1})]
    file = io.StringIO()
    csv.writer(file).writerows([["text", "note"], *(["ندد", cell] for cell in cells)])
    for raw in (False, True):
        rows, *_ = tag(file.getvalue().encode(), "in.csv", "csv", raw=raw)
        got = [row["input.note"] for row in rows]
        # The reader of CSV ends lines with a line feed, so that a return within a cell is kept only by its place.
        wanted = [cell if raw or cell == "fine" else f"'{cell}" for cell in cells]
        assert [g.replace("\r", "") for g in got] == [w.replace("\r", "") for w in wanted]
    rows, *_ = tag("=ندد\n".encode(), "=in.txt", "csv", form="sentences")
    assert rows[0]["text"] == "'=ندد"


def test_an_unclosed_quote_is_told(tag):
    rows = "".join(f'{i},"ندد {i}"\n' for i in range(50))
    with pytest.raises(DataError, match=r"in\.csv:32.*quote"):
        tag(f'id,text\n{rows[: rows.index("30,")]}30,"ندد\n{rows[rows.index("31,") :]}'.encode(), "in.csv")


def test_parquet_that_is_refused(tag):
    def parquet(**columns):
        file = io.BytesIO()
        pq.write_table(pa.table(columns), file)
        return file.getvalue()

    cases = [
        (b"PAR1 not at all", "not a Parquet file"),
        (parquet(body=["x"]), "no column 'text'"),
        (parquet(text=[1]), "not text"),
        (parquet(text=["x", "ندد" * 1_000_000]), "in.parquet:1: 'text' has"),
    ]
    for data, message in cases:
        with pytest.raises(DataError, match=message):
            tag(data, "in.parquet")
    texts = pa.array([b"\xff", "ندد".encode()]).view(pa.string())
    rows, rejects, _ = tag(parquet(text=texts), "in.parquet")
    assert [row["line"] for row in rows] == [2]
    assert rejects[0]["reason"] == "field 'text' is not UTF-8"


def test_several_files_in_one_output(tag, tmp_path):
    (tmp_path / "b.txt").write_text("وصل.\nندد")
    (tmp_path / "bad.csv").write_text("no\n1\n")
    sources = tuple(str(tmp_path / name) for name in ("in.jsonl", "b.txt", "bad.csv"))
    for fmt in FORMATS:
        rows, rejects, summary = tag(as_jsonl(["ندد"], set())[0], fmt=fmt, sources=sources)
        assert [(Path(row["doc"]).name, row["line"]) for row in rows] == [("in.jsonl", 1), ("b.txt", 1), ("b.txt", 1)]
        assert [(Path(r["file"]).name, r["line"]) for r in rejects] == [("bad.csv", None)]
        assert summary.failed == 1
