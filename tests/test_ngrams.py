from __future__ import annotations

import pickle
import subprocess
import sys

import joblib
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_checks

from balagh import ngram_batch, ngrams
from balagh.ngram_batch import BatchCounts
from balagh.ngram_plain import Analysis, Weighing
from balagh.ngrams import CharNgramTfidf

PRESS = ["أكدت الوزارة أن الاتفاق سيُنفَّذ في موعده.", "أدان المجلس الهجوم على المدنيين", "ان  ان\tان\nان", "", " \n "]

letters = st.one_of(
    st.sampled_from("اان بب  \t\n\u00a0\u2028\x1c"),  # many repeats, and white space of every kind
    st.sampled_from("aAbB İIıΣσςßẞÀǅ\u0345\x00"),  # capitals that are hard to lower
    st.integers(0x4E00, 0x4E00 + 600).map(chr),  # more than 255 letters
    st.sampled_from("😀𐐀\U0001e900\ud83d\ude00\udfff"),  # astral letters, lone surrogates
    st.characters(codec=None),
)
texts = st.lists(st.text(letters, max_size=40), min_size=1, max_size=8)
settings_of = st.fixed_dictionaries(
    {
        "analyzer": st.sampled_from(["char", "char_wb"]),
        "ngram_range": st.tuples(st.integers(1, 6), st.integers(0, 7)).map(lambda pair: (pair[0], sum(pair))),
        "lowercase": st.booleans(),
        "min_df": st.sampled_from([1, 2, 0.0, 0.3]),
        "max_df": st.sampled_from([1.0, 0.6, 4]),
        "max_features": st.sampled_from([None, 1, 7]),
        "sublinear_tf": st.booleans(),
        "norm": st.sampled_from(["l1", "l2", None]),
        "use_idf": st.booleans(),
        "smooth_idf": st.booleans(),
    }
)


@pytest.fixture(params=["plain", "compiled"])
def way(request, monkeypatch):
    """Count every batch in one of the two ways."""
    _take(monkeypatch, request.param)
    return request.param


def _take(monkeypatch, way, chunk=60):
    monkeypatch.setattr(ngrams, "PLAIN_UP_TO", 0 if way == "compiled" else 10**9)
    monkeypatch.setattr(ngram_batch, "CHUNK", chunk)


def bits(matrix):
    return matrix.shape, matrix.indptr.tobytes(), matrix.indices.tobytes(), matrix.data.tobytes()


def assert_equal(mine, theirs):
    theirs.sort_indices()  # scikit-learn leaves rows unsorted after fit_transform with max_features
    assert type(mine) is type(theirs)
    assert mine.shape == theirs.shape
    for name in ("indptr", "indices"):
        assert getattr(mine, name).dtype == getattr(theirs, name).dtype
        np.testing.assert_array_equal(getattr(mine, name), getattr(theirs, name))
    assert mine.data.dtype == theirs.data.dtype
    np.testing.assert_allclose(mine.data, theirs.data, rtol=0, atol=1e-12)


@settings(max_examples=150, deadline=None)
@given(texts, texts, settings_of)
def test_same_numbers_as_scikit_learn(seen, unseen, params):
    peer = TfidfVectorizer(**params)
    try:
        expected = peer.fit_transform(seen)
    except ValueError as error:
        for way in ("plain", "compiled"):
            with pytest.MonkeyPatch.context() as patch:
                _take(patch, way)
                with pytest.raises(ValueError, match=f"^{str(error)[:15]}"):
                    CharNgramTfidf(**params).fit(seen)
        return
    results = set()
    for way, chunk, threads in (("plain", 60, 1), ("compiled", 1 << 17, 1), ("compiled", 20, 2)):
        with pytest.MonkeyPatch.context() as patch:
            _take(patch, way, chunk)
            mine = CharNgramTfidf(**params, n_threads=threads)
            fitted = mine.fit_transform(seen)
            assert_equal(fitted, expected)
            assert mine.vocabulary_ == peer.vocabulary_
            assert mine.get_feature_names_out().tolist() == peer.get_feature_names_out().tolist()
            if params["use_idf"]:
                np.testing.assert_array_equal(mine.idf_, peer.idf_)
            transformed = mine.transform(unseen)
            assert_equal(transformed, peer.transform(unseen))
            assert bits(mine.transform(seen)) == bits(fitted)
            results.add((bits(fitted), bits(transformed)))
    assert len(results) == 1  # to the bit, whatever the way, the chunks and the threads


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(letters, max_size=200), min_size=1, max_size=3), st.integers(3, 40))
def test_long_ngrams(seen, longest):
    assume(any(seen))
    peer = TfidfVectorizer(analyzer="char", ngram_range=(1, longest))
    with pytest.MonkeyPatch.context() as patch:
        _take(patch, "compiled")
        assert_equal(
            CharNgramTfidf(analyzer="char", ngram_range=(1, longest)).fit_transform(seen), peer.fit_transform(seen)
        )


def test_real_sentences(labelled):
    sentences = [s.text for s in labelled[:3000]]
    params = {"analyzer": "char_wb", "ngram_range": (2, 5), "min_df": 2, "max_features": 9000, "sublinear_tf": True}
    mine, peer = CharNgramTfidf(**params, n_threads=2), TfidfVectorizer(**params)
    assert_equal(mine.fit_transform(sentences[:1500]), peer.fit_transform(sentences[:1500]))
    assert_equal(mine.transform(sentences), peer.transform(sentences))


def test_single_precision(way):
    mine = CharNgramTfidf(ngram_range=(1, 3), dtype=np.float32).fit(PRESS)
    peer = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 3), dtype=np.float32).fit(PRESS)
    assert mine.idf_.dtype == mine.transform(PRESS).dtype == np.float32
    np.testing.assert_allclose(mine.transform(PRESS).toarray(), peer.transform(PRESS).toarray(), atol=1e-6)


def test_counts_beyond_the_table(way):
    text = ["ab " * (2 * ngram_batch.TABLE), "b"]
    for sublinear in (True, False):
        params = {"ngram_range": (1, 2), "sublinear_tf": sublinear}
        assert_equal(
            CharNgramTfidf(**params).fit_transform(text),
            TfidfVectorizer(analyzer="char_wb", **params).fit_transform(text),
        )


def test_idf_can_be_set(way):
    vectorizer = CharNgramTfidf(ngram_range=(2, 3), norm=None).fit(PRESS)
    before = vectorizer.transform(PRESS)
    vectorizer.idf_ = vectorizer.idf_ * 2
    np.testing.assert_array_equal(vectorizer.transform(PRESS).data, before.data * 2)


def test_parameters_set_after_the_fit_count(way):
    vectorizer = CharNgramTfidf(ngram_range=(2, 3)).fit(PRESS)
    vectorizer.transform(PRESS)
    vectorizer.set_params(ngram_range=(3, 3))
    short = [column for ngram, column in vectorizer.vocabulary_.items() if len(ngram) == 2]
    assert vectorizer.transform(PRESS)[:, short].nnz == 0


def test_survives_pickle_joblib_and_clone(way, tmp_path):
    vectorizer = CharNgramTfidf(ngram_range=(2, 4), min_df=2).fit(PRESS)
    matrix = vectorizer.transform(PRESS)
    joblib.dump(vectorizer, tmp_path / "vectorizer.joblib")
    fresh = pickle.loads(pickle.dumps(CharNgramTfidf(ngram_range=(2, 4), min_df=2).fit(PRESS)))
    for copy in (pickle.loads(pickle.dumps(vectorizer)), joblib.load(tmp_path / "vectorizer.joblib"), fresh):
        assert bits(copy.transform(PRESS)) == bits(matrix)
    # What a transform has made for itself is left out.
    assert len(pickle.dumps(vectorizer)) == len(pickle.dumps(fresh))
    unfitted = clone(vectorizer)
    assert unfitted.get_params() == vectorizer.get_params()
    with pytest.raises(NotFittedError):
        unfitted.transform(PRESS)


def test_bytes_generators_and_no_documents(way):
    vectorizer = CharNgramTfidf(ngram_range=(2, 3)).fit(text.encode() for text in PRESS)
    assert bits(vectorizer.transform(np.array(PRESS))) == bits(vectorizer.transform(PRESS))
    assert vectorizer.transform([]).shape == (0, len(vectorizer.vocabulary_))


@pytest.mark.parametrize(
    ("params", "documents", "message"),
    [
        ({}, "one string", "Iterable over raw text documents expected, string object received."),
        ({}, ["", " "], "empty vocabulary"),
        ({"min_df": 2, "analyzer": "char"}, ["a", "b"], "After pruning, no terms remain"),
        ({"min_df": 3, "max_df": 2}, ["a", "b"], "max_df corresponds to < documents than min_df"),
        ({"ngram_range": (3, 2)}, ["a"], r"Invalid value for ngram_range=\(3, 2\) lower boundary larger"),
        ({"ngram_range": (0, 2)}, ["a"], "an n-gram has a letter at least"),
        ({"analyzer": "word"}, ["a"], "Invalid value for analyzer='word': must be one of 'char', 'char_wb'"),
        ({"norm": "max"}, ["a"], "Invalid value for norm='max'"),
        ({"dtype": np.int64}, ["a"], "must be one of float64, float32"),
        ({"min_df": 1.5}, ["a"], "Invalid value for min_df=1.5"),
        ({"n_threads": 0}, ["a"], "Invalid value for n_threads=0"),
        ({}, ["a", np.nan], "np.nan is an invalid document, expected byte or unicode string."),
    ],
)
def test_errors(params, documents, message, way):
    with pytest.raises(ValueError, match=message):
        CharNgramTfidf(**params).fit(documents)


def test_a_document_that_is_no_text_is_named():
    with pytest.raises(TypeError, match="document 1 is of type int"):
        CharNgramTfidf().fit(["a", 1])


def test_an_error_on_a_thread_comes_out(monkeypatch):
    _take(monkeypatch, "compiled", 5)
    analysis = Analysis(1, 2, within_words=True, lowercase=True)
    counts = BatchCounts(PRESS * 5, analysis)
    counts._found[3] = (None, None)
    chosen = np.ones(len(counts.df), dtype=bool)
    with pytest.raises(Exception, match=r".+"):
        counts.rows(chosen, Weighing(np.ones(len(counts.df)), sublinear=False, norm=None), n_threads=2)


CHECKS = """
    check_parameters_default_constructible check_get_params_invariance check_set_params check_estimator_repr
    check_no_attributes_set_in_init check_do_not_raise_errors_in_init_or_set_params check_estimator_cloneable
    check_estimator_tags_renamed check_valid_tag_types check_mixin_order
"""


@pytest.mark.parametrize("check", CHECKS.split())
def test_checks_of_scikit_learn(check):
    getattr(estimator_checks, check)("CharNgramTfidf", CharNgramTfidf())


def test_looks_like_a_text_vectorizer():
    mine, peer = CharNgramTfidf(), TfidfVectorizer()
    assert mine.__sklearn_tags__().input_tags == peer.__sklearn_tags__().input_tags
    assert not hasattr(mine, "set_output")  # a sparse matrix of n-grams goes into no data frame
    assert not hasattr(mine, "vocabulary_")
    assert make_pipeline(mine).fit(PRESS).get_feature_names_out().tolist() == mine.get_feature_names_out().tolist()


def test_few_texts_need_no_compiler():
    code = (
        "import sys; from balagh.ngrams import CharNgramTfidf\n"
        "CharNgramTfidf().fit(['نص']).transform(['نص'])\n"
        "sys.exit('numba' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
