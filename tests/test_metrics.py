from __future__ import annotations

import msgspec
import numpy as np
import pytest
from sklearn import metrics as reference

from balagh.labels import LABELS
from balagh.metrics import (
    Figures,
    Prediction,
    Truth,
    compare,
    measure,
    primaries,
    truth_of,
)
from balagh.metrics_bins import calibration_bins
from balagh.metrics_samples import BINS
from balagh.records import LabelledSentence
from balagh.tagger import Tagger

THRESHOLDS = np.array([0.5, 0.4, 0.6, 0.3])


def made(n=400, groups=40, seed=0, noise=0.5):
    """Return a truth and a prediction that is mostly right, with ties among its probabilities."""
    rng = np.random.default_rng(seed)
    labels = rng.random((n, 4)) < (0.3, 0.2, 0.1, 0.15)
    probabilities = np.round(labels * (1 - noise) + rng.random((n, 4)) * noise, 2)
    primary = np.where(labels.any(axis=1), labels.argmax(axis=1), 4)
    return Truth(labels, primary, rng.integers(0, groups, n)), Prediction(probabilities, THRESHOLDS)


@pytest.fixture(scope="module")
def case():
    return made(noise=0.75)


@pytest.fixture(scope="module")
def figures(case) -> Figures:
    return measure(*case)


def test_label_figures_are_those_of_scikit_learn(case, figures):
    truth, prediction = case
    precision, recall, f1, support = reference.precision_recall_fscore_support(truth.labels, prediction.given)
    for j, label in enumerate(LABELS):
        got = figures.labels[label]
        assert got.precision.value == pytest.approx(precision[j])
        assert got.recall.value == pytest.approx(recall[j])
        assert got.f1.value == pytest.approx(f1[j])
        assert got.support == support[j]
        assert got.given == prediction.given[:, j].sum()
        columns = truth.labels[:, j], prediction.probabilities[:, j]
        assert got.average_precision.value == pytest.approx(reference.average_precision_score(*columns))
        assert got.brier.value == pytest.approx(reference.brier_score_loss(*columns))


def test_macro_figures_are_those_of_scikit_learn(case, figures):
    truth, prediction = case
    assert figures.macro.f1.value == pytest.approx(reference.f1_score(truth.labels, prediction.given, average="macro"))
    assert figures.macro.average_precision.value == pytest.approx(
        reference.average_precision_score(truth.labels, prediction.probabilities, average="macro")
    )


def test_calibration_error_is_the_distance_from_the_diagonal(case, figures):
    truth, prediction = case
    y, p = truth.labels[:, 0], prediction.probabilities[:, 0]
    edges = np.minimum(np.floor(p * BINS), BINS - 1)
    expected = sum(abs(p[edges == b].mean() - y[edges == b].mean()) * np.mean(edges == b) for b in np.unique(edges))
    assert figures.labels["commitment"].calibration_error.value == pytest.approx(expected)
    bins = calibration_bins(y, p)
    assert sum(b.sentences for b in bins) == len(y)
    assert sum(abs(b.probability - b.share) * b.sentences for b in bins) / len(y) == pytest.approx(expected)


def test_whole_sentences(case, figures):
    truth, prediction = case
    given, plain = prediction.given, ~truth.labels.any(axis=1)
    silent = ~given.any(axis=1)
    assert figures.exact_match.value == pytest.approx(reference.accuracy_score(truth.labels, given))
    assert figures.none_precision.value == pytest.approx(reference.precision_score(plain, silent))
    assert figures.none_recall.value == pytest.approx(reference.recall_score(plain, silent))
    assert figures.plain_alarm.value == pytest.approx(np.mean(~silent[plain]))
    assert figures.any_alarm.value == pytest.approx(np.mean((given & ~truth.labels).any(axis=1)))
    said = primaries(prediction)
    assert figures.primary_accuracy.value == pytest.approx(np.mean(said == truth.primary))
    assert figures.confusion == reference.confusion_matrix(truth.primary, said).tolist()


def test_the_primary_is_the_one_that_the_tagger_chooses(small):
    tagger = Tagger.load(small.safetensors)
    # Low thresholds, so that many sentences get several labels.
    tagger.thresholds = np.array([0.05, 0.02, 0.1, 0.03])
    texts = [sentence.text for sentence in small.sentences[:600]]
    tagged = tagger.tag_sentences(texts)
    assert sum(len(sentence.labels) > 1 for sentence in tagged) > 20
    said = primaries(Prediction(tagger.predict_proba(texts), tagger.thresholds))
    names = [*tagger.labels, "none"]
    assert [names[column] for column in said] == [sentence.primary for sentence in tagged]


def test_intervals_are_those_of_resampling_documents_one_by_one(case, figures):
    truth, prediction = case
    rng = np.random.default_rng(5)
    rows = [np.flatnonzero(truth.groups == group) for group in np.unique(truth.groups)]
    values = []
    for _ in range(400):
        drawn = np.concatenate([rows[i] for i in rng.integers(0, len(rows), len(rows))])
        values.append(reference.f1_score(truth.labels[drawn], prediction.given[drawn], average="macro"))
    low, high = np.percentile(values, [2.5, 97.5])
    assert figures.macro.f1.low == pytest.approx(low, abs=0.012)
    assert figures.macro.f1.high == pytest.approx(high, abs=0.012)
    assert figures.macro.f1.low < figures.macro.f1.value < figures.macro.f1.high


def test_documents_that_err_together_widen_the_interval():
    # Each document is wholly right or wholly wrong: ten documents, not two hundred sentences.
    labels = np.ones((200, 4), dtype=bool)
    document = np.repeat(np.arange(10), 20)
    prediction = Prediction(np.where(document[:, None] < 5, 0.9, 0.1) * np.ones((1, 4)), np.full(4, 0.5))
    primary = np.zeros(200, dtype=np.int64)
    together = measure(Truth(labels, primary, document), prediction).exact_match
    apart = measure(Truth(labels, primary, np.arange(200)), prediction).exact_match
    assert together.value == apart.value == 0.5
    assert together.high - together.low > 3 * (apart.high - apart.low)


def test_the_same_seed_gives_the_same_intervals(case, figures):
    assert measure(*case) == figures
    assert measure(*case, seed=1).macro.f1 != figures.macro.f1
    assert measure(*case, seed=1).macro.f1.value == figures.macro.f1.value


def test_a_label_that_never_occurs_is_left_out():
    truth, prediction = made()
    truth.labels[:, 2] = False
    figures = measure(truth, prediction, resamples=50)
    missing = figures.labels["membership"]
    assert missing.f1.value is missing.recall.value is missing.average_precision.value is None
    rest = [figures.labels[label].f1.value for label in LABELS if label != "membership"]
    assert figures.macro.f1.value == pytest.approx(np.mean(rest))


def test_nothing_given_is_no_error():
    truth, _ = made()
    figures = measure(truth, Prediction(np.zeros((400, 4)), np.ones(4)), resamples=20)
    assert figures.macro.f1.value == figures.macro.precision.value == 0
    assert figures.none_recall.value == 1
    assert figures.plain_alarm.value == 0
    assert msgspec.json.decode(msgspec.json.encode(figures), type=Figures) == figures


def test_unknown_primaries_do_not_count():
    sentences = [
        LabelledSentence(text="a", labels=(LABELS[0], LABELS[1]), primary=None),
        LabelledSentence(text="b", labels=(LABELS[1],), primary="condemnation"),
        LabelledSentence(text="c", labels=(), primary="none"),
    ]
    truth = truth_of(sentences, np.arange(3))
    assert truth.primary.tolist() == [-1, 1, 4]
    figures = measure(truth, Prediction(truth.labels * 0.9, np.full(4, 0.5)), resamples=20)
    assert figures.primary_accuracy.value == 1
    assert sum(map(sum, figures.confusion)) == 2


def test_paired_differences():
    truth, good = made(noise=0.6)
    worse = Prediction(good.probabilities, np.full(4, 0.95))
    same = compare(truth, good, good)
    assert (same.macro_f1.value, same.macro_f1.low, same.macro_f1.high, same.better) == (0, 0, 0, 0)
    gap = compare(truth, good, worse)
    one, other = measure(truth, good), measure(truth, worse)
    assert gap.macro_f1.value == pytest.approx(one.macro.f1.value - other.macro.f1.value)
    assert gap.better == 1
    assert gap.macro_f1.low > 0
    assert compare(truth, worse, good).macro_f1.value == -gap.macro_f1.value


def test_part_of_the_sentences():
    truth, prediction = made()
    rows = truth.groups < 10
    part = measure(truth.take(rows), prediction.take(rows), resamples=10)
    assert part.sentences == rows.sum()
    assert part.groups == 10
    assert part.macro.f1.low is not None


def test_few_groups_make_no_interval():
    truth, prediction = made(groups=9)
    figure = measure(truth, prediction).macro.f1
    assert figure.value is not None
    assert figure.low is figure.high is None
    assert compare(truth, prediction, prediction).better is None
