"""The accuracy table: peers trained on the same sentences and measured on the same, in one run, as Markdown.

``python -m benchmarks.accuracy`` measures on the held-out side; ``--data FILE.jsonl`` on any labelled file.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence

os.environ.setdefault("OMP_NUM_THREADS", "1")

from balagh.baselines import BASELINES, Baseline, Training
from balagh.dataset import label_matrix
from balagh.evaluation_report import shown, table
from balagh.features import SentenceVectorizer
from balagh.labels import LABELS
from balagh.metrics import Figures, Prediction, compare, measure
from balagh.model import SentenceTagger
from balagh.params import Params
from balagh.prepared import folds_of
from benchmarks.fasttext_peer import FastText
from benchmarks.labelled import Sides, parser, read_sides, write

FASTTEXT = "fastText, one-vs-all, subwords 2-5 and word pairs"
OURS = "balagh"
PEERS: dict[str, Callable[[], Baseline]] = {**BASELINES, FASTTEXT: FastText}


class Balagh:
    """The model itself, trained as the pipeline trains it."""

    def __init__(self, params: Params) -> None:
        self._params = params

    def fit(self, training: Training) -> None:
        """Fit features, heads, calibration and thresholds."""
        vectorizer = SentenceVectorizer(self._params.features, self._params.folding)
        matrix = vectorizer.fit_transform(training.texts)
        self._model = SentenceTagger(self._params).fit_matrix(vectorizer, matrix, training.Y, training.folds)

    def predict(self, texts: Sequence[str]) -> Prediction:
        """Return probabilities with the thresholds."""
        return Prediction(self._model.predict_proba(texts), self._model.calibration_.threshold)


def predictions(sides: Sides) -> dict[str, tuple[Prediction, float]]:
    """Return what each peer says, and the seconds that it took to train it."""
    params = sides.params
    training = Training(
        [s.text for s in sides.train],
        label_matrix(sides.train),
        folds_of(sides.train),
        params.train.none_share,
        params.folding,
        params.train.seed,
    )
    said = {}
    for name, make in {**PEERS, OURS: lambda: Balagh(params)}.items():
        print(name, file=sys.stderr, flush=True)
        begin = time.perf_counter()
        peer = make()
        peer.fit(training)
        said[name] = (peer.predict(sides.texts), time.perf_counter() - begin)
    return said


def page(sides: Sides, said: dict[str, tuple[Prediction, float]]) -> str:
    """Return the table, the model last."""
    given = sides.params.evaluate
    heading = ["trained on the same sentences", "macro-F1", *(label.value for label in LABELS)]
    heading += ["average precision", "plain sentences that get a label", "balagh leads by", "trained in"]
    rows = []
    for name, (prediction, seconds) in said.items():
        figures = measure(sides.truth, prediction, given.bootstrap, given.seed)
        lead = "–"
        if name != OURS:
            gap = compare(sides.truth, said[OURS][0], prediction, given.bootstrap, given.seed)
            lead = shown(gap.macro_f1, 2, "+")
        rows.append([name, *_cells(figures), lead, f"{seconds:.0f} s"])
    return (
        f"{table(heading, rows)}\n\nTrained on {len(sides.train):,} sentences, measured on {len(sides.texts):,}"
        f" ({sides.name}). In brackets: 95% intervals from {given.bootstrap:,} bootstrap resamples of documents."
        " All read the same normalised text; thresholds are learnt on the training side, for"
        f" {sides.params.train.none_share:.0%} of sentences without a label."
    )


def _cells(figures: Figures) -> list[str]:
    each = [shown(figures.labels[label.value].f1, 2) for label in LABELS]
    rest = (figures.macro.average_precision, figures.plain_alarm)
    return [shown(figures.macro.f1, 2), *each, *(shown(figure, 2) for figure in rest)]


def main() -> None:
    """Train, measure and print."""
    given = parser(__doc__.splitlines()[0]).parse_args()
    sides = read_sides(given)
    write(page(sides, predictions(sides)), given.out)


if __name__ == "__main__":
    main()
