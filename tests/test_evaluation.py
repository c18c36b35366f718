from __future__ import annotations

import csv
import json
from pathlib import Path

import msgspec
import numpy as np
import pytest
import yaml

from balagh.baselines import BASELINES
from balagh.errors import MissingFileError
from balagh.evaluation import PEERS, Evaluation
from balagh.evaluation_errors import FALSE_ALARM, MISSED, parts, wrong_labels
from balagh.evaluation_plots import metrics
from balagh.evaluation_refits import nested_samples
from balagh.evaluation_report import quoted, report, shown
from balagh.labels import LABELS
from balagh.metrics import Figure, Prediction, Truth
from balagh.metrics_samples import OVERALL, SCORES
from balagh.params import DataParams, EvaluateParams, FeatureParams, Params, TrainParams
from balagh.prepared import PreparedSentence, write_prepared
from balagh.records import LabelledSentence
from balagh.stages.evaluate import evaluate
from balagh.stages.featurize import featurize
from balagh.stages.train import train

ROOT = Path(__file__).parent.parent
PARAMS = Params(
    data=DataParams(folds=3),
    features=FeatureParams(min_df=2, min_df_terms=2),
    train=TrainParams(none_share=0.5),
    evaluate=EvaluateParams(bootstrap=40, curve=(60, 120, 5000)),
)
ACTORS = ("وزارة الخارجية", "الرئاسة", "الأمين العام للأمم المتحدة", "الاتحاد الأفريقي", "مجلس التعاون")
ACTS = (
    ("تعهد {} بمواصلة دعم اليمن", "أكد {} عزمه على إعادة إعمار غزة", "جدد {} التزامه بأمن لبنان"),
    ("أدان {} الهجوم على المدنيين", "استنكر {} قصف المستشفى", "اتهم {} الميليشيات بعرقلة الهدنة"),
    ("انضم {} إلى منظمة التعاون", "رحب {} بعضوية الدولة في التحالف", "أعلن {} الانسحاب من الاتفاقية الدولية"),
    ("أعرب {} عن قلقه إزاء الوضع في السودان", "حذر {} من كارثة في تعز", "يخشى {} تدهور الأوضاع في ليبيا"),
)
PLAIN = ("وصل {} إلى المطار صباحا", "بحث {} العلاقات مع نظيره", "افتتح {} المعرض أمس", "غادر {} العاصمة")
PLACES = ("القاهرة", "عمان", "الرباط", "بغداد", "تونس", "الدوحة", "مسقط")


def sentences(documents: range, folds: int | None) -> list[PreparedSentence]:
    """Return documents of four sentences: two acts, and two plain ones of which one is hard."""
    rng = np.random.default_rng(documents.start)
    made = []
    for document in documents:
        for number in range(4):
            act = int(rng.integers(4)) if number < 2 else -1
            forms = ACTS[act] if act >= 0 else (PLAIN if number == 2 else ("لم يعرف ما إذا كان {} أدان أو تعهد",))
            text = f"{forms[rng.integers(len(forms))].format(ACTORS[rng.integers(5)])} في {PLACES[rng.integers(7)]}"
            made.append(
                PreparedSentence(
                    text=f"{text} يوم {document}.",
                    labels=(LABELS[act],) if act >= 0 else (),
                    primary=LABELS[act].value if act >= 0 else "none",
                    doc=f"d{document}",
                    genre="report" if document % 3 else "speech",
                    year=2015 + document % 2,
                    group=document,
                    fold=document % folds if folds else -1,
                )
            )
    return made


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A folder in which all stages before the evaluation have run."""
    folder = tmp_path_factory.mktemp("project")
    write_prepared(folder / "prepared" / "train.jsonl", sentences(range(60), 3))
    write_prepared(folder / "prepared" / "test.jsonl", sentences(range(60, 80), None))
    featurize(folder / "prepared", folder / "features", PARAMS.features, PARAMS.folding)
    train(folder / "prepared", folder / "features", folder / "models", PARAMS)
    return folder


def run_stage(project, out, said=None) -> Evaluation:
    folders = (project / "prepared", project / "features", project / "models")
    return evaluate(*folders, out, PARAMS, (said if said is not None else []).append)


@pytest.fixture(scope="module")
def reports(project) -> tuple[Path, Evaluation, list[str]]:
    said: list[str] = []
    out = project / "reports"
    return out, run_stage(project, out, said), said


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_plot_of_dvc_yaml_is_written_with_its_columns(reports):
    out, _, _ = reports
    named = set()
    for plot in yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["plots"]:
        (settings,) = plot.values()
        for file, columns in settings["y"].items():
            path = out / Path(file).relative_to("reports")
            named.add(path)
            wanted = {settings["x"], *([columns] if isinstance(columns, str) else columns)}
            assert wanted <= rows(path)[0].keys()
    assert named == set((out / "plots").iterdir())


def test_metrics_are_numbers_with_their_intervals(reports):
    out, evaluation, _ = reports
    found = json.loads((out / "metrics.json").read_bytes())
    assert found == json.loads(json.dumps(metrics(evaluation)))
    for name in ("macro", *(label.value for label in LABELS)):
        for score in SCORES:
            low, high = found[name][f"{score}_95"]
            assert low <= high
            assert 0 <= found[name][score] <= 1
    assert set(OVERALL) <= found.keys()
    assert found["macro"]["f1"] == pytest.approx(evaluation.figures.macro.f1.value, abs=1e-6)
    assert len(found["baselines"]) == len(PEERS)
    assert found["out_of_fold"].keys() >= {"grouped_macro_f1", "random_macro_f1", "random_minus_grouped"}


def test_the_report_says_all_that_it_should(reports):
    out, evaluation, _ = reports
    text = (out / "report.md").read_text(encoding="utf-8")
    assert text == report(evaluation)
    headings = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert headings[:8] == [
        "The model",
        "Beside simple baselines",
        "Grouped against random split",
        "Learning curve",
        "Thresholds",
        "Confusion of primary labels",
        "Errors by genre",
        "Errors by year",
    ]
    assert headings[8].endswith("worst errors")
    for name in (*PEERS, "speech", "2016", "make up 50%", "3 grouped folds", "40 bootstrap resamples"):
        assert name in text
    assert all(quoted(error.text) in text for error in evaluation.errors)


def test_what_is_measured_is_the_held_out_side(reports):
    _, evaluation, said = reports
    assert (evaluation.train_sentences, evaluation.train_groups) == (240, 60)
    assert (evaluation.figures.sentences, evaluation.figures.groups) == (80, 20)
    assert any("baseline" in line for line in said)
    assert [(part.name, part.sentences) for part in evaluation.genres] == [("report", 52), ("speech", 28)]
    assert sum(part.sentences for part in evaluation.years) == 80


def test_the_learning_curve_ends_with_the_model(reports):
    _, evaluation, _ = reports
    assert [point.sentences for point in evaluation.learning] == [60, 120, 240]
    assert evaluation.learning[-1].macro_f1 == evaluation.figures.macro.f1


def test_an_evaluation_can_be_kept(reports):
    _, evaluation, _ = reports
    assert msgspec.json.decode(msgspec.json.encode(evaluation), type=Evaluation) == evaluation


def test_a_second_run_writes_the_same_bytes(project, reports, tmp_path):
    out, _, _ = reports
    run_stage(project, tmp_path)
    files = [path.relative_to(out) for path in out.rglob("*") if path.is_file()]
    assert len(files) > 10
    assert all((out / file).read_bytes() == (tmp_path / file).read_bytes() for file in files)


def test_a_stage_that_has_not_run_is_named(project, tmp_path):
    with pytest.raises(MissingFileError, match="run `balagh featurize`"):
        evaluate(project / "prepared", tmp_path, project / "models", tmp_path, PARAMS, print)
    with pytest.raises(MissingFileError, match="run `balagh train`"):
        evaluate(project / "prepared", project / "features", tmp_path, tmp_path, PARAMS, print)


def test_peers_are_baselines():
    assert set(PEERS) <= set(BASELINES)
    assert {"most frequent", "cue rules"} <= set(PEERS)


def test_samples_are_nested_and_made_of_whole_groups():
    groups = np.random.default_rng(0).integers(100, 160, 500)
    small, large = nested_samples(groups, [200, 50, 490], seed=1)
    assert 50 <= len(small) < len(large) < 250
    assert set(small) < set(large)
    assert not set(groups[large]) & set(np.delete(groups, large))
    again, _ = nested_samples(groups, [50, 200], seed=1)
    assert (again == small).all()
    assert set(nested_samples(groups, [50], seed=2)[0]) != set(small)


def judged():
    labels = np.zeros((3, 4), dtype=bool)
    labels[0, 1] = labels[1, 0] = True
    truth = Truth(labels, np.array([1, 0, 4]), np.arange(3))
    probabilities = np.array([[0.9, 0.4, 0, 0], [0.99, 0, 0, 0], [0, 0, 0.7, 0.001]])
    return truth, Prediction(probabilities, np.full(4, 0.5))


def test_wrong_labels_are_listed_by_their_distance():
    texts = [LabelledSentence(text=text, labels=()) for text in "abc"]
    found = wrong_labels(texts, *judged())
    assert [(e.kind, e.text, e.label, e.probability) for e in found] == [
        (FALSE_ALARM, "a", "commitment", 0.9),
        (FALSE_ALARM, "c", "membership", 0.7),
        (MISSED, "a", "condemnation", 0.4),
    ]


def test_errors_of_parts_add_up():
    one, other = parts(["x", "", "x"], *judged(), EvaluateParams(bootstrap=5))[::-1]
    assert (one.name, one.sentences, one.plain, one.wrong, one.missed, one.false_alarms) == ("x", 2, 1, 2, 1, 2)
    assert (other.name, other.sentences, other.wrong, other.plain_alarm.value) == ("", 1, 0, None)
    assert one.plain_alarm.value == one.any_alarm.value == 1.0


def test_figures_to_read():
    assert shown(Figure(None, None, None)) == "–"
    assert shown(Figure(0.5, None, None), 2) == "0.50"
    assert shown(Figure(0.02, -0.01, 0.05), 2, "+") == "+0.02 [-0.01, +0.05]"


def test_a_sentence_cannot_break_the_report():
    assert quoted("a | b\n# c <script> [d](e) \x1b") == r"a \| b \# c &lt;script&gt; \[d\](e) &lt;U+001B&gt;"


def test_the_command_runs_the_stage(command, project, reports, tmp_path):
    params = tmp_path / "params.yaml"
    params.write_bytes(msgspec.yaml.encode(PARAMS))
    folders = ("--prepared", project / "prepared", "--features", project / "features")
    model = project / "models" / "tagger.safetensors"
    code, out, error = command("evaluate", *folders, "--model", model, "--out", tmp_path, "--params", params)
    assert (code, out) == (0, "")
    assert "macro-F1" in error.splitlines()[-1]
    assert (tmp_path / "report.md").read_bytes() == (reports[0] / "report.md").read_bytes()
