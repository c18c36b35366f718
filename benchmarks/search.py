"""Search for hyper-parameters by successive halving, over folds that keep documents whole.

``python -m benchmarks.search --candidates 54`` draws so many settings, measures all on a small share of the training
sentences, the better third on three times as many, and so on (Jamieson and Talwalkar, "Non-stochastic Best Arm
Identification and Hyperparameter Optimization", AISTATS 2016). What is measured is the average precision of each label,
averaged: it needs no threshold. The held-out side and other test sets are not touched.

Shortest and longest n-gram and the least numbers of sentences are left as they are: they are set by speed, and what
is rare in a small share of the sentences says nothing of all of them.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any, Self

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import scipy.sparse as sp
from scipy.stats import loguniform
from sklearn.base import BaseEstimator
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GroupKFold, HalvingRandomSearchCV
from sklearn.pipeline import Pipeline

from balagh.dataset import label_matrix
from balagh.evaluation_report import table
from balagh.heads import fit_heads
from balagh.params import Params, TrainParams, load_params
from balagh.prepared import groups_of, read_prepared
from balagh.sklearn import SentenceFeatures
from benchmarks.labelled import PREPARED, write

FACTOR = 3
SPACE = {
    "features__ngrams": loguniform(0.7, 2.8),
    "features__words": loguniform(0.7, 2.8),
    "features__cues": loguniform(0.7, 2.8),
    "features__context": loguniform(0.7, 2.8),
    "features__ngrams_norm": [0.5, 0.75, 1.0],
    "features__words_norm": [0.5, 0.75, 1.0],
    "features__cues_norm": [0.25, 0.5, 0.75, 1.0],
    "features__context_norm": [0.5, 0.75, 1.0],
    "heads__C": loguniform(0.1, 4),
    "heads__C_nb": loguniform(0.1, 4),
    "heads__nb_smoothing": [0.3, 1.0, 3.0],
    "heads__nb_share": [0.25, 0.5, 0.75],
}


class Heads(BaseEstimator):
    """The heads alone, without calibration: average precision does not see it."""

    def __init__(
        self, C: float = 1.0, C_nb: float = 1.0, nb_smoothing: float = 1.0, nb_share: float = 0.5, seed: int = 0
    ) -> None:
        self.C, self.C_nb, self.nb_smoothing, self.nb_share, self.seed = C, C_nb, nb_smoothing, nb_share, seed

    def fit(self, X: sp.csr_matrix, y: Any) -> Self:
        """Fit a head for each column of ``y``."""
        train = TrainParams(self.C, self.C_nb, self.nb_smoothing, self.nb_share, 0.5, self.seed)
        self.heads_ = fit_heads(X, y, train)
        return self

    def decision_function(self, X: sp.csr_matrix) -> Any:
        """Return the scores, shape (n_sentences, n_labels)."""
        return self.heads_.scores(X)


def mean_precision(model: Any, X: Any, y: Any) -> float:
    """Return the average precision of the labels that occur, averaged."""
    scores, there = model.decision_function(list(X)), np.flatnonzero(y.any(axis=0))
    return float(np.mean([average_precision_score(y[:, j], scores[:, j]) for j in there]))


def in_use(params: Params) -> dict[str, Any]:
    """Return what params.yaml says of the space."""
    parts = {"features": params.features, "heads": params.train}
    return {name: getattr(parts[name.split("__")[0]], name.split("__")[1]) for name in SPACE}


def pipeline(params: Params) -> Pipeline:
    """Return features and heads, with what is not searched as it is in params.yaml."""
    f = params.features
    fixed = {"ngram_min": f.ngram_min, "ngram_max": f.ngram_max, "min_df": f.min_df, "min_df_terms": f.min_df_terms}
    return Pipeline([("features", SentenceFeatures(**fixed)), ("heads", Heads(seed=params.train.seed))])


def search(params: Params, texts: Any, Y: Any, groups: Any, candidates: int, seed: int) -> HalvingRandomSearchCV:
    """Run the search."""
    rounds = int(np.log(candidates) / np.log(FACTOR))
    found = HalvingRandomSearchCV(
        pipeline(params),
        SPACE,
        n_candidates=candidates,
        factor=FACTOR,
        min_resources=len(texts) // FACTOR**rounds,
        scoring=mean_precision,
        cv=GroupKFold(5),
        refit=False,
        random_state=seed,
        verbose=1,
    )
    return found.fit(texts, Y, groups=groups)


def finalists(found: HalvingRandomSearchCV, count: int) -> list[dict[str, Any]]:
    """Return the best settings of the last rounds, best first."""
    results = found.cv_results_
    order = sorted(range(len(results["iter"])), key=lambda i: (-results["iter"][i], -results["mean_test_score"][i]))
    settings: list[dict[str, Any]] = []
    for i in order:
        if results["params"][i] not in settings:
            settings.append(results["params"][i])
    return settings[:count]


def measured(params: Params, texts: Any, Y: Any, groups: Any, setting: dict[str, Any]) -> list[float]:
    """Return the average precision of one setting on each fold of all sentences."""
    model = pipeline(params).set_params(**setting)
    found = []
    for inside, outside in GroupKFold(5).split(texts, Y, groups):
        model.fit(texts[inside], Y[inside])
        found.append(mean_precision(model, texts[outside], Y[outside]))
    return found


def row(name: str, setting: dict[str, Any], folds: list[float], base: list[float]) -> list[str]:
    """Return a row of the table: the setting, its figure, and the paired difference to what is in use."""
    change = np.array(folds) - np.array(base)
    error = change.std(ddof=1) / np.sqrt(len(change))
    values = [f"{value:.2f}" for value in setting.values()]
    return [name, *values, f"{np.mean(folds):.4f}", f"{change.mean():+.4f} ± {error:.4f}"]


def main() -> None:
    """Search, measure the finalists on all sentences, and write the table."""
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("--candidates", type=int, default=54)
    given.add_argument("--finalists", type=int, default=4)
    given.add_argument("--seed", type=int, default=1)
    given.add_argument("--out", type=Path, help="Markdown file to write; by default it is printed")
    options = given.parse_args()
    params, rows = load_params(), read_prepared(PREPARED / "train.jsonl")
    texts, Y, groups = np.array([s.text for s in rows], dtype=object), label_matrix(rows), groups_of(rows)
    found = search(params, texts, Y, groups, options.candidates, options.seed)
    base = measured(params, texts, Y, groups, in_use(params))
    lines = [row("in use", in_use(params), base, base)]
    for number, setting in enumerate(finalists(found, options.finalists), 1):
        ordered = {name: setting[name] for name in SPACE}
        lines.append(row(f"finalist {number}", ordered, measured(params, texts, Y, groups, ordered), base))
    heading = ["setting", *(name.split("__")[1] for name in SPACE), "average precision", "against what is in use"]
    write(table(heading, lines), options.out)


if __name__ == "__main__":
    main()
