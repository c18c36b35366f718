"""How often what was given a probability is true: the bins behind a calibration plot."""

from __future__ import annotations

import msgspec
import numpy as np

from balagh.metrics_samples import BINS, Bools, Floats


class CalibrationBin(msgspec.Struct, frozen=True):
    """Sentences to which a label was given a probability between two bounds."""

    low: float
    high: float
    sentences: int
    probability: float
    """Their mean probability."""
    share: float
    """Share of them that has the label."""


def calibration_bins(truth: Bools, probability: Floats) -> list[CalibrationBin]:
    """Return the bins of one label that hold a sentence, both arrays of shape (n_sentences,)."""
    bins = np.minimum((probability * BINS).astype(np.int64), BINS - 1)
    found = []
    for index in np.unique(bins).tolist():
        inside = bins == index
        means = (float(probability[inside].mean()), float(truth[inside].mean()))
        found.append(CalibrationBin(index / BINS, (index + 1) / BINS, int(inside.sum()), *means))
    return found
