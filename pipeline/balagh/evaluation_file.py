"""Measure a saved model on any labelled file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from balagh.errors import ModelFormatError
from balagh.evaluation_errors import Part, parts
from balagh.labels import LABELS
from balagh.metrics import Figures, Prediction, measure, truth_of
from balagh.metrics_samples import Ints
from balagh.params import EvaluateParams
from balagh.records import LabelledSentence, load_labelled
from balagh.tagger import Tagger

_PARAMS = EvaluateParams()


class FileEvaluation(msgspec.Struct, frozen=True, kw_only=True):
    """What a model reaches on the sentences of a file."""

    data: str
    model: str
    """Digest of the model."""
    figures: Figures
    strata: list[Part]
    """By ``stratum``, where the file has one; else empty."""


def evaluate_file(tagger: Tagger, path: Path, params: EvaluateParams = _PARAMS) -> FileEvaluation:
    """Measure a model on a file of labelled sentences.

    Parameters
    ----------
    tagger : Tagger
        The model.
    path : Path
        One JSON object a line with ``text`` and ``labels`` at least. ``doc`` groups sentences for the
        intervals; a sentence without one is a group of its own. ``primary`` and ``stratum`` are measured
        where they stand.
    params : EvaluateParams
        Resamples and their seed.

    Raises
    ------
    MissingFileError
        There is no such file.
    DataError
        A line is no labelled sentence, or the file is empty.
    ModelFormatError
        The model gives other labels than the codebook's.
    """
    if tagger.labels != tuple(label.value for label in LABELS):
        raise ModelFormatError(f"the model gives the labels {', '.join(tagger.labels)}; train it again")
    sentences = load_labelled([path], strict=False)
    truth = truth_of(sentences, document_groups(sentences))
    prediction = Prediction(tagger.predict_proba([s.text for s in sentences]), tagger.thresholds)
    strata = [s.stratum for s in sentences]
    return FileEvaluation(
        data=path.name,
        model=tagger.manifest.digest,
        figures=measure(truth, prediction, params.bootstrap, params.seed),
        strata=parts(strata, truth, prediction, params) if any(strata) else [],
    )


def document_groups(sentences: Sequence[LabelledSentence]) -> Ints:
    """Return the group of each sentence: its document, or itself where it names none."""
    numbers: dict[str, int] = {}
    groups = [numbers.setdefault(s.doc or f"\0{i}", len(numbers)) for i, s in enumerate(sentences)]
    return np.array(groups, dtype=np.int64)
