"""First stage: read and check the labelled sentences, and divide them into train, test and folds."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from balagh.data_check import check
from balagh.dataset import group_documents, group_folds, label_matrix, stratified_group_split
from balagh.errors import DataError
from balagh.labels import LABELS
from balagh.params import DataParams
from balagh.prepared import PreparedSentence, write_prepared
from balagh.records import load_labelled


def prepare(labelled: Path, out: Path, params: DataParams) -> dict[str, int]:
    """Write ``train.jsonl`` and ``test.jsonl`` with the group and the fold of every sentence.

    Parameters
    ----------
    labelled : Path
        Folder of labelled sentences.
    out : Path
        Folder to write to.
    params : DataParams
        Share of the test side, number of folds, what counts as near-duplicate, seed.

    Returns
    -------
    dict of str to int
        Sentences on each side.

    Raises
    ------
    DataError
        `balagh.data_check.check` finds a fault, and the message names the first; or a label has no example.
    """
    problems = check([labelled]).problems
    if problems:
        raise DataError(f"{problems[0]} (one of {len(problems)}; `balagh data check` lists them all)")
    records = load_labelled([labelled])
    Y = label_matrix(records)
    without = [label for label, count in zip(LABELS, Y.sum(axis=0).tolist(), strict=True) if count == 0]
    if without:
        raise DataError(f"{labelled}: no sentence has the label {without[0].value!r}; give examples, or declare it not")
    groups = group_documents(records, params.near_duplicate)
    train, test = stratified_group_split(Y, groups, params.test_share, params.seed)
    folds = np.full(len(records), -1, dtype=np.int64)
    folds[train] = group_folds(Y[train], groups[train], params.folds, params.seed)
    for name, rows in (("train", train), ("test", test)):
        prepared = [PreparedSentence.of(records[i], int(groups[i]), int(folds[i])) for i in rows.tolist()]
        write_prepared(out / f"{name}.jsonl", prepared)
    return {"train": len(train), "test": len(test)}
