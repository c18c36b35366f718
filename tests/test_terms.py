from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer

from balagh.alphabet import decode, encode, tokens
from balagh.cues import CueMatcher, load_cues
from balagh.errors import DataError
from balagh.stems import stem
from balagh.term_tfidf import TermTfidf
from balagh.terms import REACH, SKIP, term_names, terms
from balagh.text import normalise

MATCHER = CueMatcher(load_cues())


def names(text, family):
    words = tokens(encode(normalise(text)))
    return term_names(words, terms(words, family, MATCHER), MATCHER)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("والوزارة", "وزار"),
        ("بالتزامهم", "تزام"),
        ("من", "من"),
        ("لن", "لن"),
        ("سلام", "لام"),
        ("قلق", "قلق"),
    ],
)
def test_stems(word, expected):
    assert decode(stem(encode(normalise(word)))) == expected


def test_stems_pair_up_to_three_tokens_apart():
    found = names("قلق حرب سلم نفط ذهب", "words")
    assert "قلق … نفط" in found
    assert "قلق … ذهب" not in found
    assert len(found) == 5 + 4 + 3 + 2


def test_cue_classes_pair_in_order_and_within_reach():
    near = names("تعهد الوزير", "cues")
    assert "[pledge] … [minister]" in near
    assert "[minister] … [pledge]" not in near
    far = "تعهد " + "نص " * (REACH - 1)
    assert "[pledge] … [minister]" in names(far + "الوزير", "cues")
    assert "[pledge] … [minister]" not in names(far + "نص الوزير", "cues")


def test_cues_pair_with_stems_on_both_sides():
    found = names("لن تعهد نفط", "cues")
    assert "[pledge] … نفط" in found
    assert "لن … [pledge]" in found


def test_the_context_of_cues():
    found = names("وتعهد نص الوزير، لن ينسحب، الوزير", "context")
    assert "[pledge] . [minister]" in found
    assert "[never] [leaving]" in found
    assert "[minister] + [never]" in found or "[never] + [minister]" in found
    assert {"[minister] as article", "[leaving] as ya", "short before [leaving]", "[minister] before short"} <= set(
        found
    )
    assert {"[pledge] in opening", "[minister] in start", "[minister] in middle"} <= set(found)


def test_far_classes_are_together_once():
    text = "تعهد " + "نص " * 40 + "الوزير الوزير"
    found = [name for name in names(text, "context") if "pledge" in name and "minister" in name]
    assert len(found) == 1


@pytest.mark.parametrize("family", ["words", "cues", "context"])
def test_keys_tell_terms_apart(labelled, family):
    seen = {}
    for sentence in labelled[:1500]:
        words = tokens(encode(normalise(sentence.text)))
        found = terms(words, family, MATCHER)
        for key, name in zip(found.keys.tolist(), term_names(words, found, MATCHER), strict=True):
            assert seen.setdefault(key, name) == name
    assert len(set(seen.values())) == len(seen)


@pytest.mark.parametrize("family", ["words", "cues", "context"])
@pytest.mark.parametrize("text", ["", "!", "سلام", "لن"])
def test_short_texts(family, text):
    assert len(terms(tokens(encode(text)), family, MATCHER).keys) == len(names(text, family))


@pytest.mark.parametrize("family", ["words", "cues", "context"])
@pytest.mark.parametrize("norm", ["l2", None])
def test_the_same_numbers_as_scikit_learn(labelled, family, norm):
    texts = [normalise(sentence.text) for sentence in labelled[::40]]
    ours = TermTfidf(family, min_df=2, norm=norm)
    theirs = TfidfVectorizer(
        analyzer=lambda text: names(text, family), min_df=2, sublinear_tf=True, norm=norm, lowercase=False
    )
    mine, other = ours.fit_transform(texts), theirs.fit_transform(texts)
    order = [theirs.vocabulary_[name] for name in ours.names_]
    assert sorted(ours.names_) == theirs.get_feature_names_out().tolist()
    np.testing.assert_allclose(mine.toarray(), other.toarray()[:, order], rtol=0, atol=1e-12)
    assert (ours.transform(texts[:50]) != mine[:50]).nnz == 0


def test_it_is_a_scikit_learn_estimator():
    block = TermTfidf("cues", min_df=3, norm=None)
    assert clone(block).get_params() == block.get_params()


def test_no_frequent_term_is_an_error():
    with pytest.raises(DataError, match="no words term occurs in 5 sentences"):
        TermTfidf("words", min_df=5).fit(["سلام"])


def test_reach_is_wider_than_skip():
    assert SKIP < REACH
