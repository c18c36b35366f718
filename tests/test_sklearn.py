from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline, make_union

from balagh.dataset import label_matrix
from balagh.sklearn import CharNgramTfidf, LinearTagger, SentenceFeatures, TextNormaliser


@pytest.fixture(scope="module")
def data(labelled):
    sentences = labelled[:600]
    Y = label_matrix(sentences)
    return [s.text for s in sentences], Y[:, Y.sum(axis=0) > 10]


def test_a_pipeline_is_searched_and_cloned(data):
    texts, Y = data
    pipeline = make_pipeline(SentenceFeatures(min_df=2, min_df_terms=2), LinearTagger(folds=3))
    grid = {"sentencefeatures__cues": [0.0, 1.4], "lineartagger__nb_share": [0.5]}
    search = GridSearchCV(pipeline, grid, scoring="f1_micro", cv=2).fit(texts, Y)
    # A block of weight 0 is left out, and the acts are hard to tell without their cues.
    assert search.best_params_["sentencefeatures__cues"] == 1.4
    assert search.best_score_ > 0.4
    again = clone(search.best_estimator_).fit(texts, Y)
    assert np.array_equal(again.decision_function(texts[:50]), search.best_estimator_.decision_function(texts[:50]))


def test_pieces_go_into_other_peoples_pipelines(data):
    texts, Y = data
    features = make_union(
        make_pipeline(TextNormaliser(), CharNgramTfidf(analyzer="char_wb", ngram_range=(2, 4))),
        SentenceFeatures(min_df=2, ngrams=0.0),
    )
    model = make_pipeline(features, OneVsRestClassifier(LogisticRegression(max_iter=200))).fit(texts, Y)
    assert model.predict(texts).shape == Y.shape
    assert (model.predict(texts) == Y).mean() > 0.9


def test_names_fit_the_columns(data):
    features = SentenceFeatures(min_df=2)
    matrix = features.fit_transform(data[0])
    assert len(features.get_feature_names_out()) == matrix.shape[1]


def test_probabilities_and_labels_agree(data):
    texts, Y = data
    matrix = SentenceFeatures(min_df=2).fit_transform(texts)
    model = LinearTagger(folds=3).fit(matrix, Y)
    assert np.array_equal(model.predict(matrix), model.predict_proba(matrix) >= model.calibration_.threshold)


@pytest.mark.parametrize(("Y", "message"), [(np.ones(4), "n_labels"), (np.zeros((4, 2)), "label 0 never occurs")])
def test_wrong_targets_are_told(Y, message):
    matrix = SentenceFeatures(min_df=1, min_df_terms=1, cues=0.0, context=0.0).fit_transform(["أ", "ب", "ج", "د"])
    with pytest.raises(ValueError, match=message):
        LinearTagger(folds=2).fit(matrix, Y)
