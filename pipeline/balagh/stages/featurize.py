"""Second stage: learn the features on the training side, and count them in every sentence."""

from __future__ import annotations

import io
from pathlib import Path

import joblib
import scipy.sparse as sp

from balagh.atomic import write_atomically
from balagh.features import SentenceVectorizer
from balagh.params import FeatureParams, Folding
from balagh.prepared import read_prepared


def featurize(prepared: Path, out: Path, params: FeatureParams, folding: Folding) -> tuple[int, int]:
    """Write the fitted vectorizer, ``vectorizer.joblib``, and the matrix of the training side, ``train.npz``.

    Returns
    -------
    tuple of int
        Shape of the matrix: training sentences, features.

    Raises
    ------
    MissingFileError
        The stage before has not run.
    """
    texts = [sentence.text for sentence in read_prepared(prepared / "train.jsonl")]
    vectorizer = SentenceVectorizer(params, folding)
    matrix = vectorizer.fit_transform(texts)
    write_joblib(out / "vectorizer.joblib", vectorizer)
    buffer = io.BytesIO()
    sp.save_npz(buffer, matrix, compressed=False)
    write_atomically(out / "train.npz", buffer.getvalue())
    rows, columns = matrix.shape
    return int(rows), int(columns)


def write_joblib(path: Path, value: object) -> None:
    """Write an object with joblib, whole or not at all."""
    buffer = io.BytesIO()
    joblib.dump(value, buffer)
    write_atomically(path, buffer.getvalue())
