"""Explanations: exact sums over the characters of any text, and what would change a label."""

from __future__ import annotations

import time
from itertools import compress

import msgspec
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from balagh.alignment import align
from balagh.alphabet import decode, encode, tokens
from balagh.bundle import load_bundle
from balagh.codes import raw_codes
from balagh.explain import LONGEST_RUN, MOST_WORDS, changes, explain, word_weights
from balagh.folding import is_context_free
from balagh.occurrences import find
from balagh.params import Folding
from balagh.scorer import Block, lookup
from balagh.tagger import Tagger
from balagh.terms import term_names, terms
from balagh.text import normalise

SENTENCE = "وأكّـد الوزراءُ التزامَهم بدعم العراق، وأدانوا بشدة الهجمات الإرهابية التي شنها داعش في سوريا."
WORDS = st.sampled_from([*SENTENCE.split(), "ﷲ", "ﻻ", "لن", "ال", ".", "،", "F-16", "٢٠٢١", "\u200f", "  ", "\n"])
TEXTS = (
    st.text() | st.text(st.characters(categories=["Lo", "Mn", "Cf", "Po", "Cs", "Zs"])) | st.lists(WORDS).map(" ".join)
)
FOLDINGS = st.builds(Folding, **dict.fromkeys(Folding.__struct_fields__, st.booleans()))


def assert_exact(tagger, text):
    explained = explain(tagger, text)
    scores = tagger.decision_function([text])[0]
    for j, label in enumerate(tagger.labels):
        contributions = explained.contributions[label]
        assert contributions.dtype == np.float64
        assert contributions.shape == (len(text),)
        assert explained.scores[label] == scores[j]
        assert abs(contributions.sum() + explained.intercepts[label] - scores[j]) < 1e-9
    return explained


@given(TEXTS)
@example("")
@example("\ud800")
@example("ـَُِ")
@example("ﷺﷲﻻ")
@example(SENTENCE)
def test_contributions_sum_to_the_score(tagger, text):
    assert_exact(tagger, text)


def test_contributions_sum_to_the_score_of_the_data(tagger, small):
    for sentence in small.sentences[::5]:
        assert_exact(tagger, sentence.text)


@pytest.mark.parametrize(
    "text", ["من " * 333_334, "ا" * 1_000_000, "\u064b" * 1_000_000, ". " * 500_000, SENTENCE * 10_500]
)
def test_a_megabyte_is_explained_in_seconds(tagger, text):
    begin = time.monotonic()
    assert_exact(tagger, text)
    assert time.monotonic() - begin < 60


def test_dropped_characters_add_nothing(tagger):
    explained = explain(tagger, SENTENCE)
    dropped = [i for i, char in enumerate(SENTENCE) if not normalise(char).strip()]
    assert len(dropped) > 10
    for contributions in explained.contributions.values():
        assert not contributions[dropped].any()
        assert contributions.any()


def test_diacritics_move_no_weight(tagger):
    bare = "".join(char for char in SENTENCE if normalise(char) or char == " ")
    assert len(bare) < len(SENTENCE)
    for label in tagger.labels:
        full, plain = (word_weights(t, explain(tagger, t).contributions[label]) for t in (SENTENCE, bare))
        np.testing.assert_allclose([w.weight for w in full], [w.weight for w in plain], atol=1e-12)


def test_padding_alone_belongs_to_the_letter_beside_it(tagger, small):
    one = Tagger(load_bundle(small.safetensors))
    one.scorer.layout = msgspec.structs.replace(one.scorer.layout, ngram_min=1, ngram_max=2)
    keys = np.arange(1, 64 * 64, dtype=np.uint64)
    one.scorer.blocks["ngrams"] = Block(keys, np.ones((len(keys), 5), dtype=np.float32))
    for text in ["و", "أدان.", "لن، لن", SENTENCE]:
        assert_exact(one, text)


@given(TEXTS, FOLDINGS)
def test_alignment_tells_the_same_words_as_the_normaliser(text, folding):
    aligned = align(text, folding)
    assert aligned.tokens == tokens(raw_codes(text, folding))
    assert len(aligned.offsets) == len(aligned.codes)
    assert (np.diff(aligned.offsets) >= 0).all()
    for token, start in zip(aligned.tokens, aligned.starts.tolist(), strict=True):
        assert aligned.codes[start : start + len(token)] == token
        first, last = aligned.offsets[start], aligned.offsets[start + len(token) - 1]
        assert 0 <= first <= last < len(text)
        if is_context_free(folding):  # else a letter's form depends on the marks behind it
            assert token in encode(normalise(text[first : last + 1], folding))


@given(TEXTS)
def test_occurrences_are_the_features_of_the_scorer(tagger, text):
    scorer = tagger.scorer
    aligned = align(text, scorer.layout.folding)
    for block in scorer.blocks:
        features = scorer.features(scorer.tokens(text), block)
        found = find(scorer, aligned, block)
        assert found.counts.tolist() == [int((features == f).sum()) for f in dict.fromkeys(features.tolist())]
        assert len(found.which) == found.counts.sum() == len(features)


def test_names_of_features_are_those_of_their_places(tagger):
    scorer = tagger.scorer
    aligned = align(SENTENCE, scorer.layout.folding)
    spaced = " " + " ".join(map(decode, aligned.tokens)) + " "
    found = find(scorer, aligned, "ngrams")
    names = [found.name(i, aligned, scorer) for i in range(len(found.counts))]
    assert len(set(names)) == len(names) > 20
    for name, count in zip(names, found.counts.tolist(), strict=True):
        # Two n-grams may share their padding, which `count` would pass over.
        assert sum(spaced.startswith(name, i) for i in range(len(spaced))) >= count >= 1
    for block in ("words", "cues", "context"):
        made = terms(aligned.tokens, block, scorer.matcher)
        known = lookup(scorer.blocks[block].keys, made.keys) >= 0
        expected = compress(term_names(aligned.tokens, made, scorer.matcher), known)
        found = find(scorer, aligned, block)
        names = [found.name(i, aligned, scorer) for i in range(len(found.counts))]
        assert names == list(dict.fromkeys(expected))
        assert any(" … " in name or " + " in name for name in names)


def test_strongest_features(tagger):
    explained = explain(tagger, SENTENCE, top=5)
    for label in tagger.labels:
        best = [feature.weight for feature in explained.supporting[label]]
        worst = [feature.weight for feature in explained.opposing[label]]
        assert len(best) == len(worst) == 5
        assert best == sorted(best, reverse=True)
        assert worst == sorted(worst)
        assert best[-1] > 0 > worst[-1]
    everything = explain(tagger, SENTENCE, top=10_000)
    for label in tagger.labels:
        total = sum(f.weight for f in (*everything.supporting[label], *everything.opposing[label]))
        assert total + everything.intercepts[label] == pytest.approx(everything.scores[label], abs=1e-9)


def test_a_change_flips_the_label_and_is_the_shortest(tagger):
    spans = [(w.start, w.end) for w in word_weights(SENTENCE, np.zeros(len(SENTENCE)))]
    labels = set(tagger.tag_sentences([SENTENCE])[0].labels)
    found = changes(tagger, SENTENCE)
    assert labels
    assert any(found.values())
    for label, change in found.items():
        limit = LONGEST_RUN if change is None else change.words - 1
        runs = [(spans[i][0], spans[i + n][1]) for n in range(limit) for i in range(len(spans) - n)]
        shorter = tagger.tag_sentences([SENTENCE[:a] + SENTENCE[b:] for a, b in runs]) if runs else []
        assert all((label in sentence.labels) == (label in labels) for sentence in shorter)
        if change is not None:
            rest = tagger.tag_sentences([SENTENCE[: change.start] + SENTENCE[change.end :]])[0]
            assert (label in rest.labels) != (label in labels)
            assert rest.scores[label] == change.probability
            assert change.text == SENTENCE[change.start : change.end]
            assert len(change.text.split()) == change.words


@pytest.mark.parametrize("text", ["", " ", "أدان", "\ud800", "أدان " * (MOST_WORDS + 1)])
def test_nothing_to_leave_out(tagger, text):
    assert set(changes(tagger, text)) == set(tagger.labels)
    assert set(changes(tagger, text).values()) == {None}
