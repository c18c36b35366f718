"""The three ways to a score: scikit-learn's matrices, plain NumPy, compiled code."""

from __future__ import annotations

from itertools import islice
from unittest.mock import patch

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balagh.alphabet import encode
from balagh.batches import CHUNK, BatchScorer
from balagh.cues import load_cues
from balagh.features import SentenceVectorizer
from balagh.params import FeatureParams, Folding
from balagh.scorer import LOGS, Block, Layout, Scorer, lookup, ngram_key, ngram_keys

ODD = [
    "",
    " ",
    ".",
    "و",
    "a",
    "لن " * 5000,
    "\x00",
    "\ud800",
    "ﷺ",
    "، ؛ ؟",
    "كلمةطويلة" * 300,
    "🙂 سلام",
    "1/2 % (x)",
]


@pytest.fixture(scope="module")
def texts(labelled):
    return [sentence.text for sentence in labelled[::2]]


@pytest.fixture(scope="module")
def batches(tagger):
    return BatchScorer(tagger._scorer)


def test_compiled_code_gives_the_same_bits(tagger, batches, texts):
    sample = texts[:600] + ODD
    assert tagger._scorer.score(sample).tobytes() == batches.score(sample).tobytes()


@pytest.mark.parametrize("count", [0, 1, 2, 64])
def test_compiled_code_gives_the_same_bits_for_any_number_of_cue_classes(count, texts):
    cues = dict(islice(load_cues().items(), count))
    params = FeatureParams(min_df=2, min_df_terms=2, cues=float(count > 0), context=float(count > 1))
    vectorizer = SentenceVectorizer(params)
    with patch("balagh.features.load_cues", lambda: cues):
        matrix = vectorizer.fit_transform(texts[:400])
    layout = Layout(Folding(), params.ngram_min, params.ngram_max, vectorizer.scales_, cues)
    slices = vectorizer.block_slices()
    weights = np.random.default_rng(0).normal(size=(matrix.shape[1], 3)).astype(np.float32)
    blocks = {
        name: Block(block.keys_, np.column_stack([block.idf_, weights[slices[name]]]).astype(np.float32))
        for name, block in vectorizer.blocks_.items()
        if name != "ngrams"
    }
    scorer = Scorer(layout, blocks, np.zeros(3))
    assert scorer.score(texts[:300] + ODD).tobytes() == BatchScorer(scorer).score(texts[:300] + ODD).tobytes()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(st.characters() | st.sampled_from("ابتثويه لنقلقدعم،.«»0")), max_size=4))
def test_compiled_code_gives_the_same_bits_for_any_text(tagger, batches, sample):
    assert tagger._scorer.score(sample).tobytes() == batches.score(sample).tobytes()


def test_neither_chunks_nor_threads_matter(batches, texts):
    sample = (texts * 2)[: 3 * CHUNK + 7]
    whole = batches.score(sample, threads=1)
    assert batches.score(sample, threads=3).tobytes() == whole.tobytes()
    assert batches.score(sample[5:30]).tobytes() == whole[5:30].tobytes()


def test_both_files_of_a_model_agree(small, tagger, texts):
    model = joblib.load(small.folder / "tagger.joblib")
    np.testing.assert_allclose(model.decision_function(texts), tagger.decision_function(texts), rtol=0, atol=1e-9)
    np.testing.assert_allclose(model.predict_proba(texts), tagger.predict_proba(texts), rtol=0, atol=1e-9)
    given = np.array([[label in s.labels for label in tagger.labels] for s in tagger.tag_sentences(texts)])
    assert np.array_equal(model.predict(texts), given)


def test_no_sentences(tagger, batches):
    assert batches.score([]).shape == tagger._scorer.score([]).shape == (0, 4)


@pytest.mark.parametrize("word", ["و", "من", "سلام", "والالتزامات", "."])
@pytest.mark.parametrize("lengths", [(1, 1), (2, 5), (3, 4), (5, 10)])
def test_ngrams_are_those_of_scikit_learn(word, lengths):
    from sklearn.feature_extraction.text import CountVectorizer

    analyse = CountVectorizer(analyzer="char_wb", ngram_range=lengths).build_analyzer()
    assert ngram_keys(encode(word), *lengths).tolist() == [ngram_key(ngram) for ngram in analyse(word)]


def test_lookup_finds_what_is_there():
    known = np.array([3, 5, 9], dtype=np.uint64)
    assert lookup(known, np.array([9, 4, 3, 10, 0], dtype=np.uint64)).tolist() == [2, -1, 0, -1, -1]
    assert lookup(known[:0], known).tolist() == [-1, -1, -1]


def test_log_table():
    np.testing.assert_allclose(LOGS[1:], 1 + np.log(np.arange(1, len(LOGS))))
