from __future__ import annotations

import csv
import json
import sys

import msgspec
import pytest

from balagh.audit import audit
from balagh.cli import main
from balagh.errors import DataError
from balagh.params import DataParams, FeatureParams, Params

pytest.importorskip("cleanlab")

PARAMS = Params(data=DataParams(folds=3), features=FeatureParams(min_df=2, min_df_terms=2))


@pytest.fixture(scope="module")
def spoilt(labelled, tmp_path_factory):
    """Labelled sentences, some of which lost their label."""
    plain = [s for s in labelled if s.labels in ((), ("condemnation",), ("membership",))][::4][:2000]
    rows = [msgspec.to_builtins(s) for s in plain]
    flipped = [i for i, s in enumerate(plain) if s.labels == ("condemnation",)][::15]
    for i in flipped:
        rows[i] |= {"labels": [], "primary": "none"}
    path = tmp_path_factory.mktemp("audit") / "a.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path, flipped


def test_labels_that_were_taken_away_are_found(spoilt):
    path, flipped = spoilt
    doubts = audit([path], PARAMS, 200)
    found = {doubt.line - 1: doubt for doubt in doubts}
    among_the_first = [i for i in flipped if i in found]
    assert len(among_the_first) > 0.4 * len(flipped), "a tenth of the sentences holds four times its share of them"
    doubt = found[among_the_first[0]]
    assert (doubt.label, doubt.given, doubt.file) == ("condemnation", False, str(path))
    assert doubt.probability > 0.5
    assert "has not condemnation, the model gives it" in doubt.reason()
    assert doubt.features


def test_the_worst_come_first_and_the_same_every_time(spoilt):
    doubts = audit([spoilt[0]], PARAMS, 30)
    assert [doubt.rank for doubt in doubts] == list(range(1, 31))
    assert [doubt.quality for doubt in doubts] == sorted(doubt.quality for doubt in doubts)
    assert audit([spoilt[0]], PARAMS, 30) == doubts


@pytest.mark.parametrize("name", ["doubts.jsonl", "doubts.csv"])
def test_the_command_writes_what_annotators_can_read(spoilt, tmp_path, monkeypatch, capsys, name):
    (tmp_path / "params.yaml").write_bytes(msgspec.yaml.encode(PARAMS))
    arguments = ["data", "audit", str(spoilt[0]), "-n", "7", "-o", str(tmp_path / name)]
    monkeypatch.setattr(sys, "argv", ["balagh", *arguments, "--params", str(tmp_path / "params.yaml")])
    with pytest.raises(SystemExit) as stop:
        main()
    assert not stop.value.code
    assert "7 sentences to read again" in capsys.readouterr().err
    text = (tmp_path / name).read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines())) if name.endswith("csv") else list(map(json.loads, text.splitlines()))
    assert len(rows) == 7
    assert all("the model gives it" in row["reason"] for row in rows)


def test_faults_are_told_before_anything_is_scored(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "أ", "labels": ["war"]}\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"a\.jsonl:1: unknown label 'war'"):
        audit([tmp_path / "a.jsonl"], PARAMS)
