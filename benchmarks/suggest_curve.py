"""What suggested sentences are worth against random ones, on the project's own labelled data.

``python -m benchmarks.suggest_curve`` starts from a few random training sentences, adds others in rounds - those that
`balagh.suggest` chooses with the model of the round before, or as many at random - trains again each time, and measures
on the held-out documents, over several seeds. At last it says how many random sentences the suggested ones are worth.
Features are those of the whole training side, so that only the labels seen vary.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.metrics import average_precision_score

from balagh.calibration import calibrate
from balagh.dataset import group_folds, label_matrix
from balagh.evaluation_report import table
from balagh.features import SentenceVectorizer
from balagh.heads import fit_heads
from balagh.model import out_of_fold_scores
from balagh.params import Params, load_params
from balagh.prepared import read_prepared
from balagh.suggest import choose, margins_of
from benchmarks.labelled import PREPARED, write

Ints = npt.NDArray[np.int64]


class Sides(NamedTuple):
    """Both sides of the data as the heads see them."""

    texts: list[str]
    X: sp.csr_matrix
    Y: npt.NDArray[np.bool_]
    held_out: sp.csr_matrix
    truth: npt.NDArray[np.bool_]
    params: Params


class Measured(NamedTuple):
    """What a model reaches on the held-out side."""

    macro_f1: float
    average_precision: float


def read_sides() -> Sides:
    """Read and vectorise the prepared sentences."""
    train, test = read_prepared(PREPARED / "train.jsonl"), read_prepared(PREPARED / "test.jsonl")
    params, texts = load_params(Path("params.yaml")), [s.text for s in train]
    vectorizer = SentenceVectorizer(params.features, params.folding)
    X = vectorizer.fit_transform(texts)
    return Sides(
        texts, X, label_matrix(train), vectorizer.transform([s.text for s in test]), label_matrix(test), params
    )


def fit(sides: Sides, rows: Ints, others: Ints) -> tuple[Measured, npt.NDArray[np.float64]]:
    """Train on rows; return what is reached and the margins of the other rows."""
    X, Y, params = sides.X[rows], sides.Y[rows], sides.params
    folds = group_folds(Y, np.arange(len(rows)), 3, params.data.seed)
    calibration = calibrate(out_of_fold_scores(X, Y, folds, params), Y, params.train.none_share, params.train.seed)
    heads = fit_heads(X, Y, params.train)
    scores = heads.scores(sides.held_out)
    given = calibration.probabilities(scores) >= calibration.threshold
    hits = (given & sides.truth).sum(axis=0)
    f1 = 2 * hits / np.maximum(given.sum(axis=0) + sides.truth.sum(axis=0), 1)
    precision = [average_precision_score(sides.truth[:, j], scores[:, j]) for j in range(Y.shape[1])]
    margins = margins_of(calibration.probabilities(heads.scores(sides.X[others])), calibration.threshold)
    return Measured(float(f1.mean()), float(np.mean(precision))), margins


def curve(sides: Sides, start: int, step: int, rounds: int, seed: int, how: str) -> list[Measured]:
    """Return what is reached at the start and after each round."""
    order = np.random.default_rng(seed).permutation(len(sides.texts))
    rows, found = order[:start], []
    for _ in range(rounds + 1):
        others = order[~np.isin(order, rows)]
        measured, margins = fit(sides, rows, others)
        found.append(measured)
        if how == "random":
            rows = np.concatenate([rows, others[:step]])
        else:
            picked, _ = choose(margins, [sides.texts[i] for i in others.tolist()], step, seed)
            rows = np.concatenate([rows, others[picked]])
    return found


def worth(suggested: float, random: list[float], added: list[int]) -> str:
    """Return how many random sentences reach what the suggested ones do, between the points of the curve."""
    if suggested > max(random):
        return f"over {added[-1]:,}"
    best = np.maximum.accumulate(random)
    return f"{np.interp(suggested, best, added):,.0f}"


def page(all_of: dict[str, list[list[Measured]]], step: int) -> str:
    """Return the table: a row for each number of sentences added."""
    seeds = len(all_of["random"])
    means = {how: np.mean(np.array(runs), axis=0) for how, runs in all_of.items()}
    spread = {how: np.std(np.array(runs), axis=0, ddof=int(seeds > 1)) for how, runs in all_of.items()}
    added = [i * step for i in range(len(means["random"]))]

    def figure(how: str, i: int, k: int) -> str:
        return f"{means[how][i, k]:.3f} ± {spread[how][i, k]:.3f}" if i < len(means[how]) else ""

    def worth_of(i: int, k: int) -> str:
        there = 0 < i < len(means["suggested"])
        return worth(means["suggested"][i, k], means["random"][:, k].tolist(), added) if there else ""

    rows = [
        [
            f"{count:,}",
            *(figure(how, i, k) for k in (0, 1) for how in ("random", "suggested")),
            worth_of(i, 0),
            worth_of(i, 1),
        ]
        for i, count in enumerate(added)
    ]
    measures = ("macro-F1, random", "macro-F1, suggested", "AP, random", "AP, suggested")
    return table(["added", *measures, "worth in random, by F1", "by AP"], rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--start", type=int, default=500)
    parser.add_argument("--step", type=int, default=250)
    parser.add_argument("--most", type=int, default=1500, help="suggested sentences at the end")
    parser.add_argument("--random", type=int, default=3000, help="random sentences at the end")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    sides = read_sides()
    all_of: dict[str, list[list[Measured]]] = {"random": [], "suggested": []}
    for seed in range(given.seeds):
        for how, most in (("random", given.random), ("suggested", given.most)):
            all_of[how].append(curve(sides, given.start, given.step, most // given.step, seed, how))
            print(f"seed {seed}, {how}: {all_of[how][-1][-1]}", file=sys.stderr, flush=True)
    about = (
        f"{given.start} sentences at the start; mean and standard deviation over {given.seeds} seeds;"
        f" {len(sides.texts):,} sentences to choose from, {len(sides.truth):,} held out."
    )
    write(f"{page(all_of, given.step)}\n\n{about}", given.out)


if __name__ == "__main__":
    main()
