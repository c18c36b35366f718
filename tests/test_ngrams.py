"""CharNgramTfidf gives the numbers of scikit-learn's TfidfVectorizer."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.utils import estimator_checks

from balagh.ngrams import CharNgramTfidf

LETTERS = st.characters() | st.sampled_from("ابتثم  \t\n.𐎀😀aA")
DOCUMENTS = st.lists(st.text(LETTERS, max_size=40), min_size=1, max_size=6)
PARAMS = st.fixed_dictionaries(
    {
        "analyzer": st.sampled_from(["char", "char_wb"]),
        "ngram_range": st.tuples(st.integers(1, 4), st.integers(0, 3)).map(lambda r: (r[0], sum(r))),
        "lowercase": st.booleans(),
        "min_df": st.sampled_from([1, 2, 0.2]),
        "max_df": st.sampled_from([1.0, 0.8, 3]),
        "max_features": st.sampled_from([None, 1, 7]),
        "sublinear_tf": st.booleans(),
        "norm": st.sampled_from(["l1", "l2", None]),
        "smooth_idf": st.booleans(),
        "use_idf": st.booleans(),
    }
)


def assert_equal(ours, theirs):
    theirs.sort_indices()
    assert ours.shape == theirs.shape
    assert np.array_equal(ours.indptr, theirs.indptr)
    assert np.array_equal(ours.indices, theirs.indices)
    np.testing.assert_allclose(ours.data, theirs.data, rtol=0, atol=1e-12)


@settings(max_examples=300, deadline=None)
@given(DOCUMENTS, DOCUMENTS, PARAMS)
def test_the_numbers_of_scikit_learn(documents, others, params):
    theirs = TfidfVectorizer(**params)
    try:
        expected = theirs.fit_transform(documents)
    except ValueError:
        with pytest.raises(ValueError, match=r"."):
            CharNgramTfidf(**params).fit(documents)
        return
    ours = CharNgramTfidf(**params)
    assert_equal(ours.fit_transform(documents), expected)
    assert ours.get_feature_names_out().tolist() == theirs.get_feature_names_out().tolist()
    if params["use_idf"]:
        np.testing.assert_allclose(ours.idf_, theirs.idf_, rtol=0, atol=1e-12)
    assert_equal(ours.transform(others), theirs.transform(others))


@pytest.mark.parametrize("params", [{"ngram_range": (2, 5), "min_df": 2}, {"analyzer": "char", "ngram_range": (1, 3)}])
def test_labelled_sentences_in_compiled_code(labelled, params):
    texts = [sentence.text for sentence in labelled[:3000]]
    ours = CharNgramTfidf(sublinear_tf=True, **params)
    theirs = TfidfVectorizer(sublinear_tf=True, **({"analyzer": "char_wb"} | params))
    assert_equal(ours.fit_transform(texts), theirs.fit_transform(texts))
    assert_equal(ours.transform(texts[::2]), theirs.transform(texts[::2]))


def test_neither_threads_nor_company_matter(labelled):
    texts = [sentence.text for sentence in labelled[:4000]]
    one, two = (CharNgramTfidf(ngram_range=(2, 4), n_threads=n).fit(texts) for n in (1, 2))
    whole = one.transform(texts)
    assert (whole != two.transform(texts)).nnz == 0
    # A handful of sentences takes the plain path, thousands take the compiled one.
    assert one.transform(texts[:5]).data.tobytes() == whole[:5].data.tobytes()


def test_more_letters_than_fit_in_a_byte():
    texts = ["".join(map(chr, range(start, start + 400))) for start in (0x4E00, 0x4F00, 0x1F600)]
    params = {"analyzer": "char", "ngram_range": (1, 6)}
    assert_equal(CharNgramTfidf(**params).fit_transform(texts), TfidfVectorizer(**params).fit_transform(texts))


@given(DOCUMENTS)
@settings(max_examples=30, deadline=None)
def test_it_is_pickled_and_cloned(documents):
    vectorizer = CharNgramTfidf(ngram_range=(1, 2), lowercase=False)
    assert clone(vectorizer).get_params() == vectorizer.get_params()
    try:
        matrix = vectorizer.fit_transform(documents)
    except ValueError:
        assume(False)
    again = pickle.loads(pickle.dumps(vectorizer))
    assert (again.transform(documents) != matrix).nnz == 0


@pytest.mark.parametrize(
    "check",
    [
        estimator_checks.check_parameters_default_constructible,
        estimator_checks.check_get_params_invariance,
        estimator_checks.check_set_params,
        estimator_checks.check_no_attributes_set_in_init,
        estimator_checks.check_estimator_repr,
        estimator_checks.check_mixin_order,
    ],
)
def test_checks_of_scikit_learn(check):
    check("CharNgramTfidf", CharNgramTfidf())


def test_mistakes():
    with pytest.raises(NotFittedError):
        CharNgramTfidf().transform(["نص"])
    with pytest.raises(ValueError, match="empty vocabulary"):
        CharNgramTfidf().fit(["", ""])
    with pytest.raises(ValueError, match="ngram_range"):
        CharNgramTfidf(ngram_range=(3, 2)).fit(["نص"])
    with pytest.raises(ValueError, match="string object"):
        CharNgramTfidf().fit("نص")
