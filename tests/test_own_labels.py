"""The pipeline trains on labels that a project declares: a small second task from data to tagged text."""

from __future__ import annotations

import json

import pytest

import balagh
from balagh.errors import ParamsError
from balagh.labels import LABELS, Label, LabelParams

PARAMS = """
labels:
  - {name: meeting, arabic: اجتماع}
  - {name: figures, arabic: أرقام, english: facts and figures}
data: {test_share: 0.2, folds: 3, near_duplicate: 1.0}
features: {min_df: 1, min_df_terms: 1}
train: {none_share: 0.4}
evaluate: {bootstrap: 50, curve: [40]}
"""
PLACES = (
    "جنيف",
    "باريس",
    "عمان",
    "الدوحة",
    "القاهرة",
    "تونس",
    "الرباط",
    "نواكشوط",
    "بغداد",
    "بيروت",
    "مسقط",
    "الجزائر",
)
SENTENCES = (
    ("التقى الوزير نظيره في {} صباح اليوم", ["meeting"]),
    ("بلغ عدد الزوار في {} نحو {} ألف زائر", ["figures"]),
    ("عقد الوفد اجتماعا في {} حضره {} مندوبا", ["meeting", "figures"]),
    ("هطلت أمطار غزيرة على {} أمس", []),
)


@pytest.fixture(autouse=True)
def four_labels_again():
    yield
    LABELS.declare(())


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "params.yaml").write_text(PARAMS, encoding="utf-8")
    (tmp_path / "data" / "labelled").mkdir(parents=True)
    rows = [
        {
            "doc": f"{place}-{i}",
            "issuer": "وكالة",
            "genre": "report",
            "year": 2020,
            "text": sentence.format(place, 3 * i + 2),
            "labels": labels,
            "primary": labels[0] if labels else "none",
        }
        for place in PLACES
        for i, (sentence, labels) in enumerate(SENTENCES)
    ]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (tmp_path / "data" / "labelled" / "a.jsonl").write_text(lines, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_second_task_from_data_to_tagged_text(project, command):
    for stage in ("prepare", "featurize", "train", "evaluate"):
        code, out, err = command(stage)
        assert code == 0, err
    figures = json.loads((project / "reports" / "metrics.json").read_text())
    assert "meeting" in json.dumps(figures)
    tagger = balagh.load("models/tagger.safetensors")
    assert tagger.labels == ("meeting", "figures")
    assert [(entry.arabic, entry.english) for entry in tagger.manifest.labels] == [
        ("اجتماع", "meeting"),
        ("أرقام", "facts and figures"),
    ]
    assert tagger.tag_sentences(["التقى الوزير نظيره في صنعاء صباح اليوم"])[0].labels == ("meeting",)
    LABELS.declare(())
    code, out, err = command("evaluate", "--data", "data/labelled/a.jsonl")
    assert code == 0, err
    assert "meeting" in out


def test_data_with_another_label_are_refused(project, command):
    path = project / "data" / "labelled" / "a.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("meeting", "membership"), encoding="utf-8")
    code, _, err = command("prepare")
    assert code == 2
    assert "unknown label 'membership'; known are meeting, figures" in err
    assert command("data", "check")[0] == 1


def test_a_label_without_examples_is_told(project, command):
    text = (project / "params.yaml").read_text(encoding="utf-8")
    (project / "params.yaml").write_text(text.replace("  - {name: figures", "  - {name: rare}\n  - {name: figures"))
    code, _, err = command("prepare")
    assert code == 2
    assert "no sentence has the label 'rare'" in err


@pytest.mark.parametrize(
    ("names", "message"),
    [(["a", "a"], "declared twice"), (["none"], "cannot be a label's name"), (["Big Name"], "small letters")],
)
def test_names_that_cannot_be(names, message):
    with pytest.raises(ParamsError, match=message):
        LABELS.declare(LabelParams(name) for name in names)
    assert tuple(LABELS) == tuple(Label)


def test_declaring_the_four_changes_nothing():
    LABELS.declare(LabelParams(label.value) for label in Label)
    assert tuple(LABELS) == tuple(Label)
