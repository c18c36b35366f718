"""Divide labelled sentences into train, test and folds so that nothing leaks from one into the other.

Agencies copy each other: sentences of one document, and documents that share a nearly equal sentence, form
a group, and a group is never divided.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from balagh.duplicates import Ints, components, near_duplicate_pairs
from balagh.errors import DataError, ParamsError
from balagh.labels import LABELS
from balagh.records import LabelledSentence


def label_matrix(records: Sequence[LabelledSentence]) -> npt.NDArray[np.bool_]:
    """Return which label each sentence has.

    Returns
    -------
    ndarray of shape (len(records), 4)
        Columns in the order of `balagh.labels.LABELS`.
    """
    rows = [[label in record.labels for label in LABELS] for record in records]
    return np.array(rows, dtype=np.bool_).reshape(len(records), len(LABELS))


def group_documents(records: Sequence[LabelledSentence], threshold: float = 0.5) -> Ints:
    """Return the group of each sentence: its document, merged with those that share near-duplicates.

    A sentence without a document is one of its own.

    Returns
    -------
    ndarray of shape (len(records),)
        Numbers from 0, in the order in which groups first appear.
    """
    documents: dict[str, int] = {}
    firsts = [documents.setdefault(record.doc, index) if record.doc else index for index, record in enumerate(records)]
    pairs = near_duplicate_pairs([record.text for record in records], threshold)
    here = np.arange(len(records), dtype=np.int64)
    first = np.concatenate([np.array(firsts, dtype=np.int64), pairs.first])
    return components(first, np.concatenate([here, pairs.second]), len(records))


def stratified_group_split(
    labels_matrix: npt.NDArray[np.bool_], groups: Ints, test_share: float, seed: int
) -> tuple[Ints, Ints]:
    """Divide rows into train and test: whole groups, each label in nearly the same share on both sides.

    Parameters
    ----------
    labels_matrix : ndarray of shape (n, 4)
        Labels of each row, as `label_matrix` returns.
    groups : ndarray of shape (n,)
        Group of each row, as `group_documents` returns.
    test_share : float
        Share of the rows for the test side, between 0 and 1.
    seed : int
        Decides between equally good divisions.

    Returns
    -------
    train, test : ndarray
        Sorted indices of rows.

    Raises
    ------
    ParamsError
        The share is out of range.
    DataError
        There are too few groups.
    """
    if not 0 < test_share < 1:
        raise ParamsError(f"test share {test_share}: it must be between 0 and 1")
    part = _divide(labels_matrix, groups, np.array([1 - test_share, test_share]), seed)
    return np.flatnonzero(part == 0), np.flatnonzero(part == 1)


def group_folds(labels_matrix: npt.NDArray[np.bool_], groups: Ints, n_folds: int, seed: int) -> Ints:
    """Return the fold of each row, from 0: whole groups, each label in nearly the same share everywhere.

    Raises
    ------
    ParamsError
        Fewer than two folds are asked for.
    DataError
        There are fewer groups than folds.
    """
    if n_folds < 2:
        raise ParamsError(f"{n_folds} folds: there must be at least 2")
    return _divide(labels_matrix, groups, np.full(n_folds, 1 / n_folds), seed)


def _divide(labels_matrix: npt.NDArray[np.bool_], groups: Ints, shares: npt.NDArray[np.float64], seed: int) -> Ints:
    """Give each group, the largest first, to the part that lacks most of what the group holds.

    scikit-learn's StratifiedGroupKFold does the same for one label a row and equal parts only.
    """
    names, group = np.unique(groups, return_inverse=True)
    if len(names) < len(shares):
        raise DataError(f"{len(names)} documents or groups cannot be divided into {len(shares)} parts")
    # What is to be spread evenly: rows, each label, and rows without any.
    kinds = np.column_stack([np.ones(len(groups)), labels_matrix, ~labels_matrix.any(axis=1)])
    held = np.zeros((len(names), kinds.shape[1]))
    np.add.at(held, group, kinds)
    held /= np.maximum(held.sum(axis=0), 1)
    order = np.random.default_rng(seed).permutation(len(names))
    order = order[np.argsort(-held[order, 0], kind="stable")]
    lack = np.ones((len(shares), kinds.shape[1]))
    part = np.empty(len(names), dtype=np.int64)
    for index in order:
        # Elementwise, since a matrix product may round differently from one machine to the next.
        part[index] = np.argmax((lack * held[index]).sum(axis=1))
        lack[part[index]] -= held[index] / shares[part[index]]
    return part[group]
