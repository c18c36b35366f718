"""The learning curve on any labelled file: whether more sentences like those there are would help.

``python -m benchmarks.learning_curve --data FILE.jsonl``; without a file, on the held-out side. Sizes and the
way to thresholds are those of the curve in the report.
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from balagh.dataset import label_matrix
from balagh.evaluation_refits import CurvePoint, Material, curve_point, learning_curve
from balagh.evaluation_report import shown, table
from balagh.features import SentenceVectorizer
from balagh.metrics import Prediction, measure
from balagh.model import SentenceTagger
from balagh.prepared import folds_of, groups_of
from benchmarks.labelled import Sides, parser, read_sides, write


def points(sides: Sides) -> list[CurvePoint]:
    """Train on growing samples of documents, and at last on all, and measure each."""
    params, train = sides.params, sides.train
    vectorizer = SentenceVectorizer(params.features, params.folding)
    matrix = vectorizer.fit_transform([s.text for s in train])
    model = SentenceTagger(params).fit_matrix(vectorizer, matrix, label_matrix(train), folds_of(train))
    material = Material(train, train, matrix, model)

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    found = learning_curve(material, sides.texts, sides.truth, params, say)
    said = Prediction(model.predict_proba(sides.texts), model.calibration_.threshold)
    figures = measure(sides.truth, said, params.evaluate.bootstrap, params.evaluate.seed)
    return [*found, curve_point(len(train), len(np.unique(groups_of(train))), figures)]


def page(found: list[CurvePoint], sides: Sides) -> str:
    """Return the table."""
    rows = [(f"{p.sentences:,}", f"{p.groups:,}", shown(p.macro_f1), shown(p.average_precision)) for p in found]
    heading = ["training sentences", "groups of documents", "macro-F1", "average precision"]
    return f"{table(heading, rows)}\n\nMeasured on {len(sides.texts):,} sentences ({sides.name})."


def main() -> None:
    """Train, measure and print."""
    given = parser(__doc__.splitlines()[0]).parse_args()
    sides = read_sides(given)
    write(page(points(sides), sides), given.out)


if __name__ == "__main__":
    main()
