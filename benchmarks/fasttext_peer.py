"""fastText as a baseline: one classifier a label on words, pairs of words and subwords of normalised text."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from balagh.baselines import Training
from balagh.calibration import Bools, Floats, calibrate
from balagh.labels import LABELS, NONE
from balagh.metrics import Prediction, logit
from balagh.text import normalise

INNER = 0
"""The fold whose scores thresholds come from: fitting five models for them would take minutes."""
_NAMES = (*(label.value for label in LABELS), NONE)


class FastText:
    """fastText with one-vs-all loss, subwords of 2 to 5 characters, thresholds from an inner split."""

    def fit(self, training: Training) -> None:
        """Fit once without one fold, for the thresholds, and once on everything."""
        self._folding, self._seed = training.folding, training.seed
        texts = self._normalised(training.texts)
        inside = training.folds == INNER
        rest = [text for text, skip in zip(texts, inside, strict=True) if not skip]
        part = self._train(rest, training.Y[~inside])
        held = [text for text, keep in zip(texts, inside, strict=True) if keep]
        self._calibration = calibrate(_scores(part, held), training.Y[inside], training.none_share)
        self._model = self._train(texts, training.Y)

    def predict(self, texts: Sequence[str]) -> Prediction:
        """Return calibrated probabilities."""
        scores = _scores(self._model, self._normalised(texts))
        return Prediction(self._calibration.probabilities(scores), self._calibration.threshold)

    def _normalised(self, texts: Sequence[str]) -> list[str]:
        return [" ".join(normalise(text, self._folding).split()) for text in texts]

    def _train(self, texts: Sequence[str], Y: Bools) -> Any:
        import fasttext

        # A sentence without a label says so: fastText passes over lines with no label at all.
        rows = np.column_stack([Y, ~Y.any(axis=1)])
        lines = [
            " ".join([*(f"__label__{name}" for name, yes in zip(_NAMES, row, strict=True) if yes), text])
            for row, text in zip(rows, texts, strict=True)
        ]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "train.txt"
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            return fasttext.train_supervised(
                str(path),
                loss="ova",
                minn=2,
                maxn=5,
                wordNgrams=2,
                epoch=25,
                lr=0.5,
                bucket=200_000,
                thread=1,
                seed=self._seed % 2**31,
                verbose=0,
            )


def _scores(model: Any, texts: Sequence[str]) -> Floats:
    """Return log-odds by label, shape (n_sentences, 4)."""
    probabilities = np.zeros((len(texts), len(LABELS)))
    column = {f"__label__{label.value}": j for j, label in enumerate(LABELS)}
    # A list is asked for even of one text: for a str, fastText 0.9.3 makes a copy that NumPy 2 refuses.
    for i, (labels, found) in enumerate(zip(*model.predict(list(texts), k=-1), strict=True)):
        for label, probability in zip(labels, found, strict=True):
            if label in column:
                probabilities[i, column[label]] = probability
    return logit(np.clip(probabilities, 1e-6, 1 - 1e-6))
