"""Fourth stage: measure the model on the test side, and write figures, plots and the report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import joblib
import msgspec
import scipy.sparse as sp
from threadpoolctl import threadpool_limits

from balagh.atomic import write_atomically
from balagh.errors import MissingFileError
from balagh.evaluation import Evaluation
from balagh.evaluation import evaluate as measure_all
from balagh.evaluation_plots import metrics, plots
from balagh.evaluation_refits import Material
from balagh.evaluation_report import report
from balagh.metrics import Prediction, primaries, truth_of
from balagh.params import Params
from balagh.prepared import groups_of, read_prepared
from balagh.tagger import Tagger


def evaluate(
    prepared: Path, features: Path, models: Path, out: Path, params: Params, say: Callable[[str], None]
) -> Evaluation:
    """Write ``metrics.json``, ``report.md``, ``evaluation.json`` with all of it, and the tables of ``plots/``.

    Parameters
    ----------
    prepared, features, models : Path
        Folders that the stages before have written.
    out : Path
        Folder of the reports.
    params : Params
        All parameters, as the model was trained with.
    say : callable
        Is told, a line at a time, what is done next.

    Raises
    ------
    MissingFileError
        A stage before has not run.
    """
    for path, stage in ((features / "train.npz", "featurize"), (models / "tagger.joblib", "train")):
        if not path.is_file():
            raise MissingFileError(f"{path}: no such file; run `balagh {stage}` (or `dvc repro`) first")
    tagger = Tagger.load(models / "tagger.safetensors")
    test = read_prepared(prepared / "test.jsonl")
    material = Material(
        train=read_prepared(prepared / "train.jsonl"),
        test=test,
        matrix=sp.load_npz(features / "train.npz"),
        model=joblib.load(models / "tagger.joblib"),  # our own stage wrote it
    )
    prediction = Prediction(tagger.predict_proba([s.text for s in test]), tagger.thresholds)
    with threadpool_limits(1):
        evaluation = measure_all(material, prediction, params, say)
    true = truth_of(test, groups_of(test)).primary
    known = [pair for pair in zip(true.tolist(), primaries(prediction).tolist(), strict=True) if pair[0] >= 0]
    encoded = msgspec.json.format(msgspec.json.encode(metrics(evaluation)), indent=2)
    write_atomically(out / "metrics.json", encoded + b"\n")
    write_atomically(out / "report.md", report(evaluation).encode())
    write_atomically(out / "evaluation.json", msgspec.json.encode(evaluation) + b"\n")
    for name, content in plots(evaluation, known).items():
        write_atomically(out / "plots" / name, content)
    return evaluation
