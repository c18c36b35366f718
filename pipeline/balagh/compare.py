"""What changes between two models on the same labelled sentences, and whether that is more than chance."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from balagh.calibration import Bools
from balagh.errors import ModelFormatError
from balagh.evaluation_file import document_groups
from balagh.labels import LABELS
from balagh.metrics import Difference, Figure, Prediction, measure, truth_of
from balagh.metrics import compare as paired
from balagh.params import EvaluateParams
from balagh.records import load_labelled
from balagh.tagger import Tagger


class LabelChange(msgspec.Struct, frozen=True):
    """What changes for one label."""

    label: str
    before: Figure
    after: Figure
    """F1 of both models."""
    difference: Figure
    """After minus before, on the same resamples of documents."""
    mended: int
    """Sentences that only the second model has right."""
    broken: int
    """Sentences that only the first model has right."""
    p: float
    """McNemar's exact test: how likely so uneven a split of those is by chance."""


class Changed(msgspec.Struct, frozen=True):
    """A sentence that the models label differently."""

    text: str
    truth: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]


class Comparison(msgspec.Struct, frozen=True):
    """Two models on the same sentences."""

    sentences: int
    whole: Difference
    before: Figure
    after: Figure
    """Macro-F1 of both."""
    labels: tuple[LabelChange, ...]
    changed: tuple[Changed, ...]


def compare_models(first: Tagger, second: Tagger, path: Path, params: EvaluateParams) -> Comparison:
    """Measure two models on a file of labelled sentences.

    Raises
    ------
    MissingFileError, DataError
        The file cannot be read.
    ModelFormatError
        The models have different labels.
    """
    if first.labels != second.labels:
        raise ModelFormatError(f"the models give different labels: {first.labels} and {second.labels}")
    sentences = load_labelled([path], strict=False)
    texts = [sentence.text for sentence in sentences]
    truth = truth_of(sentences, document_groups(sentences))
    said = [Prediction(tagger.predict_proba(texts), tagger.thresholds) for tagger in (first, second)]
    figures = [measure(truth, prediction, params.bootstrap, params.seed) for prediction in said]
    whole = paired(truth, said[1], said[0], params.bootstrap, params.seed)
    changes = []
    for j, label in enumerate(LABELS):
        right = [prediction.given[:, j] == truth.labels[:, j] for prediction in said]
        mended, broken = int((~right[0] & right[1]).sum()), int((right[0] & ~right[1]).sum())
        before, after = (found.labels[label.value].f1 for found in figures)
        changes.append(
            LabelChange(label.value, before, after, whole.labels[label.value], mended, broken, mcnemar(mended, broken))
        )
    differ = np.flatnonzero((said[0].given != said[1].given).any(axis=1)).tolist()
    rows = [
        Changed(texts[i], *(_names(given[i]) for given in (truth.labels, *(p.given for p in said)))) for i in differ
    ]
    return Comparison(len(texts), whole, figures[0].macro.f1, figures[1].macro.f1, tuple(changes), tuple(rows))


def mcnemar(mended: int, broken: int) -> float:
    """Return the two-sided p of McNemar's exact test, 1 where nothing changed.

    McNemar, "Note on the sampling error of the difference between correlated proportions" (1947): under chance each
    sentence that only one model has right is equally likely to be either's.

    Examples
    --------
    >>> mcnemar(8, 0)
    0.0078125
    """
    from scipy.stats import binomtest

    return float(binomtest(mended, mended + broken).pvalue) if mended + broken else 1.0


def _names(row: Bools) -> tuple[str, ...]:
    return tuple(label.value for j, label in enumerate(LABELS) if row[j])
