from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from balagh.baselines import BASELINES, RULES, CueRules, MostFrequent, TfidfHeads, Training, _logistic
from balagh.cues import load_cues
from balagh.labels import LABELS
from balagh.text import normalise

ACTS = [
    "تعهدت الحكومة بمواصلة دعم اليمن في المؤتمر رقم {}",
    "أدانت وزارة الخارجية بشدة الهجوم الإرهابي رقم {}",
    "انضمت الدولة إلى منظمة التعاون في الجلسة رقم {}",
    "أعرب الأمين العام عن قلقه إزاء الأوضاع في السودان في اليوم {}",
]
PLAIN = "وصل الوفد إلى المطار صباح اليوم {} وغادر مساء"


@pytest.fixture(scope="module")
def training() -> Training:
    texts, rows = [], []
    for number in range(60):
        kind = number % 6
        texts.append((ACTS[kind] if kind < 4 else PLAIN).format(number))
        rows.append([kind == j for j in range(4)])
    return Training(texts, np.array(rows), np.arange(60) // 6 % 5, none_share=0.5)


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_gives_probabilities_and_thresholds(name, training):
    baseline = BASELINES[name]()
    baseline.fit(training)
    prediction = baseline.predict(training.texts[:7])
    assert prediction.probabilities.shape == (7, 4)
    assert ((prediction.probabilities >= 0) & (prediction.probabilities <= 1)).all()
    assert ((prediction.thresholds > 0) & (prediction.thresholds < 1)).all()


@pytest.mark.parametrize("name", [name for name in BASELINES if name != "most frequent"])
def test_what_is_easy_is_learnt(name, training):
    baseline = BASELINES[name]()
    baseline.fit(training)
    assert (baseline.predict(training.texts).given == training.Y).all()


@pytest.mark.parametrize("name", BASELINES)
def test_fitting_again_gives_the_same(name, training):
    first, second = BASELINES[name](), BASELINES[name]()
    first.fit(training)
    second.fit(training)
    for one, other in zip(first.predict(training.texts), second.predict(training.texts), strict=True):
        assert (one == other).all()


def test_most_frequent_says_none_with_the_stated_share(training):
    baseline = MostFrequent()
    baseline.fit(training)
    prediction = baseline.predict(["أي جملة"])
    assert not prediction.given.any()
    assert prediction.probabilities.sum() == pytest.approx(1 - training.none_share)


def test_rules_are_made_of_known_classes():
    known = set(load_cues())
    assert list(RULES) == list(LABELS)
    assert all(set(rule.cues) | set(rule.beside) <= known for rule in RULES.values())


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("أدانت الوزارة الهجوم", ["condemnation"]),
        ("لم تدن الوزارة الهجوم", []),
        ("لا أدانت ولا استنكرت", []),
        ("أعرب عن قلقه", []),
        ("أعرب عن قلقه على السودان", ["regional_concern"]),
        ("تعهد بالدعم وأدان الهجوم", ["commitment", "condemnation"]),
        ("انضم إلى المنظمة", ["membership"]),
        ("", []),
    ],
)
def test_cue_rules(training, text, labels):
    baseline = CueRules()
    baseline.fit(training)
    given = baseline.predict([text]).given[0]
    assert [label.value for label, yes in zip(LABELS, given, strict=True) if yes] == labels


def test_tfidf_heads_are_those_of_scikit_learn(training):
    """Counts, columns and weights made in parts come to what TfidfVectorizer makes of the same texts."""
    baseline = TfidfHeads(_logistic, ngram_range=(1, 2))
    baseline.fit(training)
    texts = [normalise(text) for text in training.texts]
    vectorizer = TfidfVectorizer(ngram_range=(1, 2))
    X = vectorizer.fit_transform(texts)
    expected = np.zeros(training.Y.shape)
    for j in range(4):
        head = LogisticRegression(class_weight="balanced", solver="liblinear", dual=True, max_iter=1000, random_state=0)
        expected[:, j] = head.fit(X, training.Y[:, j]).decision_function(X)
    counts = baseline._vectorizer.transform(texts)
    assert baseline._fitted.scores(counts) == pytest.approx(expected, abs=1e-9)


def test_thresholds_come_from_heads_fitted_without_the_fold(training):
    """Features of the held-out fold alone are none, as those of a new sentence are none."""
    seen = []

    class Spy(TfidfHeads):
        def _fit(self, counts, Y):
            fitted = super()._fit(counts, Y)
            seen.append((len(Y), len(fitted.known)))
            return fitted

    baseline = Spy(_logistic, ngram_range=(1, 2))
    baseline.fit(training)
    *parts, (size, columns) = seen
    assert size == 60
    assert len(parts) == 5
    assert all(rows < 60 and known < columns for rows, known in parts)
