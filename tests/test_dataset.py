"""Near-duplicates, groups and splits: nothing leaks, every label is spread evenly, same seed same split."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balagh.dataset import group_documents, group_folds, label_matrix, stratified_group_split
from balagh.duplicates import SHINGLE, near_duplicate_pairs, near_duplicates
from balagh.errors import DataError, ParamsError
from balagh.labels import LABELS, Label
from balagh.records import LabelledSentence, load_labelled
from balagh.text import normalise

DATA = Path(__file__).parents[1] / "data" / "labelled"
ATTACK = "أدان مجلس الأمن بأشد العبارات الهجوم الذي استهدف مطار عدن صباح الأربعاء"


@pytest.fixture(scope="module")
def records() -> list[LabelledSentence]:
    return load_labelled([DATA / name for name in ("un.jsonl", "press0.jsonl", "press1.jsonl", "items0.jsonl")])


def record(text: str, doc: str = "") -> LabelledSentence:
    return LabelledSentence(text=text, labels=(), doc=doc)


def jaccard(one: str, other: str) -> float:
    """Compare two texts the slow way."""
    if one == other:
        return 1.0
    sets = [{text[i : i + SHINGLE] for i in range(len(text) - SHINGLE + 1)} for text in (one, other)]
    return len(sets[0] & sets[1]) / max(len(sets[0] | sets[1]), 1)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.text("ابت ", min_size=1, max_size=25), max_size=12),
    st.sampled_from([0.01, 0.2, 0.5, 0.6, 2 / 3, 0.8, 1.0]),
)
def test_the_search_misses_no_pair(texts: list[str], threshold: float) -> None:
    texts = [text for index, text in enumerate(map(normalise, texts)) if text not in texts[:index]]
    texts = list(dict.fromkeys(texts))
    pairs = near_duplicate_pairs(texts, threshold)
    found = {(int(i), int(j)): float(s) for i, j, s in zip(*pairs, strict=True)}
    expected = {
        (i, j): similarity
        for i, j in combinations(range(len(texts)), 2)
        if (similarity := jaccard(texts[i], texts[j])) >= threshold - 1e-12
    }
    assert found == pytest.approx(expected)


def test_the_search_on_real_sentences(records: list[LabelledSentence]) -> None:
    texts = [normalise(record.text) for record in records[300:400]]
    pairs = near_duplicate_pairs(texts, 0.3)
    expected = [(i, j) for i, j in combinations(range(len(texts)), 2) if jaccard(texts[i], texts[j]) >= 0.3]
    assert expected
    assert list(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)) == expected


def test_copies_of_an_agency_are_found() -> None:
    texts = [
        ATTACK,
        "اجتمع الوزراء في بروكسل",
        ATTACK.replace("صباح الأربعاء", "صباح أمس"),
        "و" + ATTACK + ".",
        "أَدانَ" + ATTACK[4:],
        "نعم",
        "نعم",
    ]
    assert near_duplicates(texts).tolist() == [0, 1, 0, 0, 0, 2, 2]


def test_nothing_to_compare() -> None:
    assert near_duplicates([]).tolist() == []
    assert near_duplicates(["", "؟", "نعم"]).tolist() == [0, 1, 2]
    assert near_duplicates(["", " "]).tolist() == [0, 0]
    for threshold in (0.0, 1.1, float("nan")):
        with pytest.raises(ParamsError, match="threshold"):
            near_duplicates([], threshold)


def test_documents_that_share_a_sentence_are_one_group() -> None:
    rows = [
        record("جملة أولى من الوثيقة", "a"),
        record(ATTACK, "a"),
        record("جملة أخرى لا صلة لها", "b"),
        record(f"{ATTACK}.", "c"),
        record("خاتمة الوثيقة الثالثة", "c"),
        record("جملة بلا وثيقة"),
        record("وهذه مثلها من غير عنوان"),
    ]
    assert group_documents(rows).tolist() == [0, 0, 1, 0, 0, 2, 3]


def test_many_copies_still_join() -> None:
    rows = [record(ATTACK, f"d{index % 300}") for index in range(600)]
    assert group_documents(rows).max() == 0


def test_label_matrix() -> None:
    rows = [record("أ"), LabelledSentence(text="ب", labels=(Label.CONDEMNATION, Label.REGIONAL_CONCERN))]
    assert label_matrix(rows).tolist() == [[False] * 4, [False, True, False, True]]
    assert label_matrix([]).shape == (0, len(LABELS))


def test_folds_keep_groups_whole_and_labels_even(records: list[LabelledSentence]) -> None:
    labels, groups = label_matrix(records), group_documents(records)
    folds = group_folds(labels, groups, 5, seed=1)
    assert all(len(set(folds[groups == group])) == 1 for group in set(groups))
    for column in (np.ones(len(labels), dtype=bool), *labels.T, ~labels.any(axis=1)):
        assert np.bincount(folds[column], minlength=5) / column.sum() == pytest.approx(np.full(5, 0.2), abs=0.02)


@pytest.mark.parametrize("share", [0.1, 0.2, 0.5])
def test_split(records: list[LabelledSentence], share: float) -> None:
    labels, groups = label_matrix(records), group_documents(records)
    train, test = stratified_group_split(labels, groups, share, seed=3)
    assert sorted([*train, *test]) == list(range(len(records)))
    assert not set(groups[train]) & set(groups[test])
    for column in (np.ones(len(labels), dtype=bool), *labels.T, ~labels.any(axis=1)):
        assert column[test].sum() / column.sum() == pytest.approx(share, abs=0.02)


def test_a_seed_is_a_split(records: list[LabelledSentence]) -> None:
    labels, groups = label_matrix(records), group_documents(records)
    one, same, other = (group_folds(labels, groups, 4, seed) for seed in (7, 7, 8))
    assert (one == same).all()
    assert (one != other).any()


def test_what_cannot_be_divided() -> None:
    labels, groups = np.zeros((6, 4), dtype=np.bool_), np.array([0, 0, 0, 1, 1, 2])
    assert set(group_folds(labels, groups, 3, 0)) == {0, 1, 2}
    with pytest.raises(DataError, match="3 documents or groups cannot be divided into 4 parts"):
        group_folds(labels, groups, 4, 0)
    with pytest.raises(ParamsError, match="folds"):
        group_folds(labels, groups, 1, 0)
    for share in (0.0, 1.0, 7.0):
        with pytest.raises(ParamsError, match="share"):
            stratified_group_split(labels, groups, share, 0)
