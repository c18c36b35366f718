"""Third stage: fit the heads, calibrate them out of fold, and write both files of the model."""

from __future__ import annotations

from pathlib import Path

import joblib
import scipy.sparse as sp
from threadpoolctl import threadpool_limits

from balagh.bundle import save_bundle
from balagh.dataset import label_matrix
from balagh.errors import MissingFileError
from balagh.export import export_bundle
from balagh.model import SentenceTagger
from balagh.params import Params
from balagh.prepared import folds_of, read_prepared
from balagh.stages.featurize import write_joblib


def train(prepared: Path, features: Path, out: Path, params: Params) -> str:
    """Write ``tagger.joblib`` and ``tagger.safetensors``.

    Parameters
    ----------
    prepared, features : Path
        Folders that the stages before have written.
    out : Path
        Folder of the model.
    params : Params
        All parameters; the model remembers them.

    Returns
    -------
    str
        Digest of ``tagger.safetensors``.

    Raises
    ------
    MissingFileError
        A stage before has not run.
    """
    for name in ("vectorizer.joblib", "train.npz"):
        if not (features / name).is_file():
            raise MissingFileError(f"{features / name}: no such file; run `balagh featurize` (or `dvc repro`) first")
    sentences = read_prepared(prepared / "train.jsonl")
    vectorizer = joblib.load(features / "vectorizer.joblib")  # our own stage wrote it
    matrix = sp.load_npz(features / "train.npz")
    # One thread, so that sums are added in one order and a rerun gives the same bytes.
    with threadpool_limits(1):
        model = SentenceTagger(params).fit_matrix(vectorizer, matrix, label_matrix(sentences), folds_of(sentences))
    write_joblib(out / "tagger.joblib", model)
    return save_bundle(export_bundle(model, sentences), out / "tagger.safetensors")
