"""Suggestions: near the thresholds, for every label, unlike each other and unlike what is labelled."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest

from balagh.bulk.job import Job
from balagh.corpus import read_corpus
from balagh.duplicates import near_duplicate_pairs
from balagh.errors import DataError
from balagh.exchange import import_items
from balagh.suggest import choose, margins_of, suggest, without_copies

LINE = {
    "doc": "a",
    "issuer": "b",
    "genre": "report",
    "year": 2015,
    "text": "وصل الوفد",
    "labels": [],
    "primary": "none",
}


@pytest.fixture(scope="module")
def corpus(labelled, tmp_path_factory):
    path = tmp_path_factory.mktemp("corpus") / "news.jsonl"
    rows = [{"text": s.text, "source": s.issuer} for s in labelled[1::4]]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


def test_choose_takes_what_is_near_and_every_label_in_turn():
    rng = np.random.default_rng(1)
    margins = rng.normal(0, 3, (400, 4))
    texts = [" ".join(rng.choice(list("ابتثجحخدذرزسشصض"), 8)) + f" {i}" for i in range(400)]
    rows, columns = choose(margins, texts, 42)
    assert len(set(rows.tolist())) == 42
    assert columns[:8].tolist() == [0, 1, 2, 3, 0, 1, 2, 3]
    assert Counter(columns.tolist()) == {0: 11, 1: 11, 2: 10, 3: 10}
    for j in range(4):
        mine = np.abs(margins[rows[columns == j], j])
        assert mine.max() <= np.sort(np.abs(margins[:, j]))[3 * 11 + 42]
    assert [a.tolist() for a in choose(margins, texts, 42)] == [rows.tolist(), columns.tolist()]


def test_groups_of_like_wording_give_one_each():
    kinds = ["أدان الوزير الهجوم على المدينة", "وصل الوفد إلى العاصمة مساء", "يبحث المجلس ميزانية العام المقبل"]
    texts = [f"{kind} {number}" for number in range(30) for kind in kinds]
    rows, _ = choose(np.linspace(0.01, 1, 90)[:, None], texts, 3)
    assert {texts[i].rsplit(" ", 1)[0] for i in rows.tolist()} == set(kinds)


def test_fewer_than_wanted_are_all_taken():
    rows, columns = choose(np.zeros((3, 2)), ["أ", "ب", "ج"], 10)
    assert sorted(rows.tolist()) == [0, 1, 2]
    assert len(columns) == 3


def test_copies_are_left_out():
    texts = ["أدان المجلس الهجوم على المطار أمس", "اجتمع الوزراء في الرياض أمس", "اجتمعَ الوزراء في الرياض أمس."]
    assert without_copies(texts, ["وأدان المجلس الهجوم على المطار أمس."]).tolist() == [1]


def test_what_is_suggested(corpus, tagger, labelled):
    read = read_corpus(Job(sources=(str(corpus),), model=corpus))
    known = [s.text for s in labelled[2::4]]
    found = suggest(read.sentences, tagger, known, 60, seed=3)
    assert len(found.chosen) == 60
    assert set(Counter(s.label for s in found.chosen).values()) == {15}
    texts = [s.sentence.text for s in found.chosen]
    pairs = near_duplicate_pairs([*known, *texts], 0.5)
    assert not (pairs.second >= len(known)).any()
    margins = np.abs(margins_of(tagger.predict_proba(texts), tagger.thresholds)).min(axis=1)
    rest = np.abs(margins_of(tagger.predict_proba([s.text for s in read.sentences]), tagger.thresholds)).min(axis=1)
    assert np.median(margins) < np.median(rest) / 2


@pytest.mark.parametrize("tool", ["label-studio", "doccano", "argilla", "prodigy", "csv", "hf"])
def test_into_a_tool_and_back(tool, corpus, small, command, tmp_path):
    out = tmp_path / ("out.csv" if tool == "csv" else "out.json" if tool == "label-studio" else "out.jsonl")
    line = ["data", "suggest", corpus, "-n", 12, "--tool", tool, "-o", out, "--model", small.safetensors]
    code, _, said = command(*line, "--data", corpus.parent / "none.jsonl")
    assert code == 2
    assert "no such file" in said
    (tmp_path / "labelled.jsonl").write_text(json.dumps(LINE), encoding="utf-8")
    code, _, said = command(*line, "--data", tmp_path / "labelled.jsonl")
    assert code == 0, said
    assert "12 of" in said
    items, problems = import_items(tool, [out])
    assert not problems
    assert [item.state for item in items] == ["unlabelled"] * 12


def test_json_lines_say_why(corpus, small, command, tmp_path):
    out, known = tmp_path / "out.jsonl", tmp_path / "labelled.jsonl"
    known.write_text(json.dumps(LINE), encoding="utf-8")
    code, _, _ = command("data", "suggest", corpus, "-n", 8, "-o", out, "--model", small.safetensors, "--data", known)
    assert code == 0
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 8
    assert all(row["why"].startswith(row["stratum"]) and row["doc"].startswith(f"{corpus}:") for row in rows)


def test_bad_rows_are_named_and_an_empty_corpus_refused(small, command, tmp_path):
    path = tmp_path / "news.jsonl"
    path.write_text('{"text": "أدان الوزير الهجوم على المدينة"}\n{"body": 1}\n', encoding="utf-8")
    line = ["data", "suggest", path, "-o", tmp_path / "out.jsonl", "--model", small.safetensors]
    code, _, said = command(*line)
    assert code == 1
    assert "news.jsonl:2: no field 'text'" in said
    path.write_text('{"text": ""}\n', encoding="utf-8")
    code, _, said = command(*line)
    assert code == 2
    assert "no sentence to choose from" in said


def test_groups_of_a_corpus(tmp_path):
    (tmp_path / "a.csv").write_text("text,month\nوصل الوفد. وعاد الوزير.,2015-07\n", encoding="utf-8")
    (tmp_path / "b.jsonl").write_text('{"text": "وصل", "month": 3}\n{"text": "وصل"}\n', encoding="utf-8")
    job = Job(sources=(str(tmp_path / "a.csv"), str(tmp_path / "b.jsonl")), model=tmp_path)
    corpus = read_corpus(job, by="month")
    assert [(s.text, s.group) for s in corpus.sentences] == [
        ("وصل الوفد.", "2015-07"), ("وعاد الوزير.", "2015-07"), ("وصل", "3"),
    ]  # fmt: skip
    assert "no field 'month'" in str(corpus.problems[0])
    with pytest.raises(DataError, match="no column 'year'"):
        read_corpus(job, by="year")
    (tmp_path / "c.txt").write_text("وصل الوفد", encoding="utf-8")
    with pytest.raises(DataError, match="only rows of JSON"):
        read_corpus(Job(sources=(str(tmp_path / "c.txt"),), model=tmp_path), by="month")


def test_nothing_that_is_read_is_written_over(small, command, tmp_path):
    path, known, link = tmp_path / "news.jsonl", tmp_path / "labelled.jsonl", tmp_path / "link.jsonl"
    path.write_text('{"text": "أدان الوزير الهجوم على المدينة"}\n', encoding="utf-8")
    known.write_text(LINE if isinstance(LINE, str) else json.dumps(LINE), encoding="utf-8")
    link.symlink_to(path)
    before = path.read_bytes(), known.read_bytes()
    for output in (path, known, link):
        code, _, said = command("data", "suggest", path, "-o", output, "--model", small.safetensors, "--data", known)
        assert code == 2
        assert output.name in said
    assert (path.read_bytes(), known.read_bytes()) == before


def test_the_loop_closes(corpus, small, command, tmp_path):
    """What is suggested, annotated and brought back is in the form that training asks for."""
    (tmp_path / "labelled.jsonl").write_text(LINE if isinstance(LINE, str) else json.dumps(LINE), encoding="utf-8")
    line = ["data", "suggest", corpus, "-n", 12, "--tool", "doccano", "-o", tmp_path / "todo.jsonl"]
    assert command(*line, "--model", small.safetensors, "--data", tmp_path / "labelled.jsonl")[0] == 0
    rows = [json.loads(row) for row in (tmp_path / "todo.jsonl").read_text(encoding="utf-8").splitlines()]
    answered = (json.dumps(row | {"label": ["none"]}, ensure_ascii=False) for row in rows)
    (tmp_path / "admin.jsonl").write_text("\n".join(answered), encoding="utf-8")
    back = ["data", "import", tmp_path / "admin.jsonl", "--tool", "doccano", "-o", tmp_path / "new.jsonl"]
    assert command(*back, "--issuer", "صحيفة", "--year", 2016)[0] == 0
    code, out, _ = command("data", "check", tmp_path / "new.jsonl")
    assert code == 1
    assert "no field 'genre'" in out
    code, _, said = command(*back, "--issuer", "صحيفة", "--year", 2016, "--genre", "press")
    assert code == 2
    assert "--genre press: unknown; known are briefing" in said
    assert command(*back, "--issuer", "صحيفة", "--year", 2016, "--genre", "report")[0] == 0
    code, out, _ = command("data", "check", tmp_path / "new.jsonl")
    assert code == 0, out
    docs = [json.loads(row)["doc"] for row in (tmp_path / "new.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(set(docs)) == 12
