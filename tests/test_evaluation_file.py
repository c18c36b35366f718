"""Measuring a saved model on a labelled file, by function and by command."""

from __future__ import annotations

import json

import pytest

from balagh.errors import DataError
from balagh.evaluation_file import document_groups, evaluate_file
from balagh.records import LabelledSentence


def labelled(path, *lines):
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def test_a_file_of_texts_and_labels_is_enough(tagger, tmp_path):
    data = labelled(
        tmp_path / "mine.jsonl",
        {"text": "أدانت وزارة الخارجية بشدة الهجوم الإرهابي", "labels": ["condemnation"], "other": 1},
        {"text": "وصل الوفد أمس", "labels": []},
    )
    found = evaluate_file(tagger, data)
    assert (found.data, found.figures.sentences, found.figures.groups) == ("mine.jsonl", 2, 2)
    assert found.figures.labels["condemnation"].f1.value == 1
    assert found.figures.labels["membership"].f1.value is None
    assert found.model == tagger.manifest.digest
    assert not found.strata


def test_strata_and_documents_count_where_they_are_said(tagger, tmp_path):
    lines = [
        {"text": f"وصل الوفد {i}", "labels": [], "doc": f"d{i // 2}", "stratum": "pol" if i < 6 else "other"}
        for i in range(8)
    ]
    found = evaluate_file(tagger, labelled(tmp_path / "mine.jsonl", *lines))
    assert found.figures.groups == 4
    assert [(part.name, part.sentences, part.plain) for part in found.strata] == [("other", 2, 2), ("pol", 6, 6)]
    assert found.strata[0].macro_f1.value is None


def test_sentences_without_a_document_stand_alone():
    made = [LabelledSentence(text="a", labels=(), doc=doc) for doc in ("x", "", "x", "", "0")]
    assert document_groups(made).tolist() == [0, 1, 0, 2, 3]


def test_a_file_that_cannot_be_measured_on(tagger, tmp_path):
    with pytest.raises(DataError, match="the file is empty"):
        evaluate_file(tagger, labelled(tmp_path / "empty.jsonl"))
    with pytest.raises(DataError, match=r"mine\.jsonl:1: unknown label 'war'"):
        evaluate_file(tagger, labelled(tmp_path / "mine.jsonl", {"text": "a", "labels": ["war"]}))


def test_the_command_measures_a_file(command, small, tmp_path):
    lines = [{"text": s.text, "labels": s.labels, "stratum": "pol"} for s in small.sentences[:30]]
    data, out = labelled(tmp_path / "mine.jsonl", *lines), tmp_path / "figures.json"
    code, shown_table, _ = command("evaluate", "--data", data, "--model", small.safetensors, "--out", out)
    assert code == 0
    for word in ("regional concern", "macro", "stratum", "pol", "30 sentences of mine.jsonl", "["):
        assert word in shown_table
    assert "…" not in shown_table
    assert json.loads(out.read_bytes())["figures"]["sentences"] == 30


def test_mistakes_end_in_one_line(command, small, tmp_path):
    for given, words in (
        (("--data", tmp_path / "none.jsonl", "--model", small.safetensors), "none.jsonl: no such file"),
        (("--data", tmp_path / "x", "--model", tmp_path / "no.safetensors"), "no such model"),
        (("--prepared", tmp_path, "--features", tmp_path, "--model", tmp_path / "m"), "run `balagh featurize`"),
        (("--params", tmp_path / "p.yaml"), "p.yaml: no such file"),
    ):
        code, out, error = command("evaluate", *given)
        assert (code, out) == (2, "")
        assert words in error
        assert error.count("\n") == 1
