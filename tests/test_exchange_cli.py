from __future__ import annotations

import json

import pytest


@pytest.fixture
def labelled(tmp_path):
    path = tmp_path / "in.jsonl"
    rows = [
        {"doc": "d", "issuer": "i", "genre": "report", "year": 2015, "text": "انضمت مالي", "labels": ["membership"]},
        {"doc": "d", "issuer": "i", "genre": "report", "year": 2015, "text": "وصل الوفد", "labels": []},
        {"doc": "d", "issuer": "i", "genre": "report", "year": 2015, "text": "ندد الوزير"},
    ]
    rows[0]["primary"], rows[1]["primary"] = "membership", "none"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("tool", ["label-studio", "doccano", "argilla", "prodigy", "csv", "hf"])
def test_what_comes_back_passes_the_check(command, labelled, tmp_path, tool):
    code, _, told = command("data", "export", "--tool", tool, labelled, "-o", tmp_path / "t.out")
    assert code == 0, told
    assert "2 labelled (1 with none of the labels), 1 waiting, 0 skipped; 0 rows rejected" in told
    back, rest = tmp_path / "back.jsonl", tmp_path / "rest.jsonl"
    code, _, told = command("data", "import", "--tool", tool, tmp_path / "t.out", "-o", back, "--rest", rest)
    assert code == 0, told
    assert command("data", "check", back)[0] == 0
    rows = [json.loads(line) for line in labelled.read_text(encoding="utf-8").splitlines()]
    assert [json.loads(line) for line in back.read_text(encoding="utf-8").splitlines()] == rows[:2]
    assert json.loads(rest.read_text(encoding="utf-8"))["state"] == "unlabelled"


def test_an_unknown_label_is_told_and_the_rest_is_written(command, tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "x", "label": ["war"]}\n{"text": "y", "label": ["none"]}\n')
    code, _, told = command("data", "import", "--tool", "doccano", tmp_path / "a.jsonl", "-o", tmp_path / "b.jsonl")
    assert code == 1
    assert "a.jsonl:1: unknown label 'war'; known are commitment" in told
    assert "; 1 row rejected" in told
    assert json.loads((tmp_path / "b.jsonl").read_text())["text"] == "y"


def test_the_configuration_is_written(command, labelled, tmp_path):
    config = tmp_path / "config.xml"
    command("data", "export", "--tool", "label-studio", labelled, "-o", tmp_path / "t.json", "--config", config)
    assert "regional_concern" in config.read_text(encoding="utf-8")


def test_a_missing_file_ends_in_one_line(command, tmp_path):
    code, _, told = command("data", "import", "--tool", "csv", tmp_path / "no.csv", "-o", tmp_path / "b.jsonl")
    assert (code, told.count("\n")) == (2, 1)
    assert "no.csv: no such file" in told
