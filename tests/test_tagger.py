from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import balagh
from balagh.tagger import Tagger

TEXT = (
    "28 يونيو 2021\nأدانت وزارة الخارجية بشدة الهجوم الإرهابي. وتعهدت الحكومة بمواصلة دعم اليمن.\n"
    "[ad_2]\nوصل الوفد أمس."
)


def test_sentences_stand_where_they_say(tagger):
    tagged = tagger.tag(TEXT)
    assert len(tagged) == 3
    assert all(TEXT[s.start : s.end] == s.text for s in tagged)


def test_labels_are_those_above_their_threshold(tagger):
    for sentence in tagger.tag(TEXT):
        above = [
            label for label, t in zip(tagger.labels, tagger.thresholds, strict=True) if sentence.scores[label] >= t
        ]
        assert list(sentence.labels) == above
        assert sentence.primary in (above or ["none"])


def test_it_has_learnt_something(tagger):
    condemned, promised, plain = tagger.tag(TEXT)
    assert condemned.labels == ("condemnation",)
    assert promised.labels == ("commitment",)
    assert plain.labels == ()
    assert plain.primary == "none"


def test_an_empty_sentence_gets_no_label_and_keeps_its_place(tagger):
    tagged = tagger.tag_sentences(
        ["أدانت وزارة الخارجية بشدة الهجوم الإرهابي", "", "  ", "أدانت وزارة الخارجية بشدة الهجوم الإرهابي"]
    )
    assert [s.labels for s in tagged] == [("condemnation",), (), (), ("condemnation",)]
    assert tagged[1].scores == dict.fromkeys(tagger.labels, 0.0)


def test_probabilities(tagger):
    p = tagger.predict_proba(["أدانت وزارة الخارجية بشدة الهجوم الإرهابي", "نص"])
    assert p.shape == (2, 4)
    assert p.dtype == np.float64
    assert ((p >= 0) & (p <= 1)).all()
    assert tagger.predict_proba([]).shape == (0, 4)


def test_many_texts_are_tagged_as_one_by_one(tagger):
    assert tagger.tag_texts([TEXT, "", TEXT]) == [tagger.tag(TEXT), [], tagger.tag(TEXT)]


def test_a_large_batch_is_tagged_as_a_small_one(tagger, labelled):
    texts = [sentence.text for sentence in labelled[:2500]]
    large = tagger.predict_proba(texts)
    assert large[:10].tobytes() == tagger.predict_proba(texts[:10]).tobytes()


def test_a_text_in_place_of_a_list_is_refused(tagger):
    with pytest.raises(TypeError, match="use tag"):
        tagger.predict_proba("سلام")


def test_primary_is_the_label_furthest_above_its_threshold():
    tagger = Tagger.__new__(Tagger)
    tagger.labels, tagger.thresholds, tagger._sets = ("a", "b"), np.array([0.9, 0.1]), {}
    assert tagger._primary([0.92, 0.6], 0b11) == "b"
    assert tagger._primary([0.999, 0.15], 0b11) == "a"
    assert tagger._primary([0.999, 0.05], 0b01) == "a"
    assert tagger._primary([0.5, 0.05], 0) == "none"


def test_tagging_imports_neither_scikit_learn_nor_numba(small):
    code = (
        "import sys, balagh\n"
        f"balagh.load({str(small.safetensors)!r}).tag('أدانت وزارة الخارجية بشدة الهجوم الإرهابي.')\n"
        "print([m for m in ('sklearn', 'scipy', 'numba', 'joblib', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_public_face():
    assert set(balagh.__all__) >= {"load", "Tagger", "Label", "BalaghError", "ModelFormatError"}
    assert balagh.Tagger is Tagger
    assert issubclass(balagh.ModelFormatError, balagh.BalaghError)
    with pytest.raises(AttributeError):
        balagh.nothing  # noqa: B018
