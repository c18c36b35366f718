from __future__ import annotations

import json

import pytest
from sklearn.metrics import cohen_kappa_score

from balagh.agreement import agreement, cohen, krippendorff
from balagh.compare import compare_models, mcnemar
from balagh.errors import DataError
from balagh.params import EvaluateParams
from balagh.tagger import Tagger


def written(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def annotated(tmp_path):
    first = [
        {"text": "أ", "labels": ["membership"]},
        {"text": "ب", "labels": []},
        {"text": "ج", "labels": ["commitment"]},
    ]
    second = [{"text": "أ", "labels": ["membership"]}, {"text": "ب", "labels": ["membership"]}, {"text": "ج"}]
    return [written(tmp_path / "huda.jsonl", first), written(tmp_path / "omar.jsonl", second)]


def test_kappa_is_that_of_scikit_learn():
    first, second = [True, True, False, False, True, False, False], [True, False, False, False, True, True, False]
    pairs = list(zip(first, second, strict=True))
    assert cohen(pairs) == pytest.approx(cohen_kappa_score(first, second))
    assert cohen([(True, True)]) is None


def test_alpha_of_a_published_example():
    # Krippendorff (2011), C: two observers, binary data, alpha = 0.095.
    a = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    b = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    rows = [{"a": bool(x), "b": bool(y)} for x, y in zip(a, b, strict=True)]
    assert krippendorff(rows) == pytest.approx(0.095, abs=0.001)
    assert krippendorff([{"a": True}]) is None


def test_answers_are_matched_and_disputes_listed(annotated):
    found = agreement(annotated)
    assert found.annotators == ("huda", "omar")
    assert found.sentences == 2, "nobody but Huda answered the third"
    (dispute,) = found.disputes
    assert (dispute.text, dispute.answers) == ("ب", {"huda": (), "omar": ("membership",)})
    assert {label.label: label.disputed for label in found.labels}["membership"] == 1


def test_one_file_with_a_field_for_the_annotator(tmp_path):
    rows = [{"text": "أ", "labels": [], "annotator": name} for name in ("1", "2")]
    assert agreement([written(tmp_path / "all.jsonl", rows)]).annotators == ("1", "2")


def test_files_without_a_common_sentence_are_told(tmp_path):
    with pytest.raises(DataError, match="no sentence was answered by two annotators"):
        agreement([written(tmp_path / "a.jsonl", [{"text": "أ", "labels": []}])])


def test_the_command_writes_what_is_to_be_settled(annotated, command, tmp_path):
    code, _, err = command("data", "agreement", *annotated, "-o", tmp_path / "disputes.jsonl")
    assert code == 0
    assert "2 sentences of huda, omar; 1 to settle" in err
    assert json.loads((tmp_path / "disputes.jsonl").read_text(encoding="utf-8"))["text"] == "ب"


def test_a_model_differs_from_itself_in_nothing(small, tagger, tmp_path):
    rows = [{"text": s.text, "labels": list(s.labels)} for s in small.sentences[:60]]
    found = compare_models(tagger, tagger, written(tmp_path / "a.jsonl", rows), EvaluateParams(bootstrap=20))
    assert found.changed == ()
    assert {(label.mended, label.broken, label.p) for label in found.labels} == {(0, 0, 1.0)}


def test_a_worse_model_breaks_sentences(small, tagger, tmp_path):
    worse = Tagger.load(small.safetensors)
    worse.thresholds[:] = 1.1  # gives nothing
    rows = [{"text": s.text, "labels": list(s.labels)} for s in small.sentences[:200]]
    found = compare_models(tagger, worse, written(tmp_path / "a.jsonl", rows), EvaluateParams(bootstrap=50))
    assert sum(label.broken for label in found.labels) > 10 * sum(label.mended for label in found.labels)
    assert found.whole.macro_f1.value < -0.5
    assert min(label.p for label in found.labels) < 0.001
    assert all(row.after == () for row in found.changed)


def test_the_command_compares_two_files(small, command, tmp_path):
    rows = [{"text": s.text, "labels": list(s.labels)} for s in small.sentences[:30]]
    data = written(tmp_path / "a.jsonl", rows)
    code, out, err = command(
        "compare", small.safetensors, small.safetensors, "--data", data, "-o", tmp_path / "c.jsonl"
    )
    assert code == 0
    assert "30 sentences, 0 of them labelled differently" in err
    assert "macro" in out


def test_mcnemar_is_even_handed():
    assert mcnemar(3, 9) == mcnemar(9, 3)
    assert mcnemar(5, 5) == 1.0
