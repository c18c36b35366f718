"""The ablation table: each block of features and each choice taken out of the model, as Markdown and JSON.

``python -m benchmarks.ablation`` measures out of fold on the training side and on the held-out side;
``--data FILE.jsonl`` on any labelled file instead of the latter. ``--only NAME`` measures some variants.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

os.environ.setdefault("OMP_NUM_THREADS", "1")

import msgspec
import numpy as np
import scipy.sparse as sp
from sklearn.svm import LinearSVC

from balagh.dataset import label_matrix
from balagh.evaluation_report import shown, table
from balagh.features import SentenceVectorizer
from balagh.metrics import Difference, Figures, Prediction, Truth, compare, measure, truth_of
from balagh.model import SentenceTagger
from balagh.params import FeatureParams, Folding, Params
from balagh.prepared import folds_of, groups_of
from balagh.report.contents import Ablated, Ablation
from balagh.scorer import BLOCKS
from benchmarks.labelled import Sides, parser, read_sides, write

FULL = "balagh"
Change = Callable[[Params], Params]


class Variant(NamedTuple):
    """The model with one thing changed."""

    name: str
    change: Change
    around: Callable[[], AbstractContextManager[Any]] = nullcontext
    """What holds while it is trained, for a choice that is no parameter."""
    halves: bool = False
    """Whether every label is given from a probability of one half on."""


class Row(msgspec.Struct, frozen=True):
    """What a variant reaches, and the model's lead over it."""

    name: str
    out_of_fold: Figures
    out_of_fold_lead: Difference
    data: Figures
    data_lead: Difference


def _features(**changed: float) -> Change:
    return lambda params: msgspec.structs.replace(params, features=msgspec.structs.replace(params.features, **changed))


def _train(**changed: float) -> Change:
    return lambda params: msgspec.structs.replace(params, train=msgspec.structs.replace(params.train, **changed))


def _raw(params: Params) -> Params:
    """Switch off every folding but those without which words are no words."""
    kept = {"whitespace", "invisibles", "punctuation"}
    switches = {name: name in kept for name in Folding.__struct_fields__}
    return msgspec.structs.replace(params, folding=Folding(**switches))


def _unweighted() -> AbstractContextManager[Any]:
    def machine(**settings: Any) -> LinearSVC:
        return LinearSVC(**{**settings, "class_weight": None})

    return patch("balagh.heads.LinearSVC", machine)


def _same(params: Params) -> Params:
    return params


VARIANTS = (
    Variant("without character n-grams", _features(ngrams=0.0)),
    Variant("without stems and their pairs", _features(words=0.0)),
    Variant("without the context of cue classes", _features(context=0.0)),
    Variant("without cue classes and their context", _features(cues=0.0, context=0.0)),
    Variant("character n-grams only", _features(words=0.0, cues=0.0, context=0.0)),
    Variant("stems and their pairs only", _features(ngrams=0.0, cues=0.0, context=0.0)),
    Variant("cue classes and their context only", _features(ngrams=0.0, words=0.0)),
    Variant("without the naive-Bayes twin", _train(nb_share=0.0)),
    Variant("the naive-Bayes twin only", _train(nb_share=1.0)),
    Variant("without class weights", _same, _unweighted),
    Variant("thresholds for the written mix", _train(none_share=-1.0)),
    Variant("threshold of one half", _same, halves=True),
    Variant("n-grams of 2 to 4", _features(ngram_min=2, ngram_max=4)),
    Variant("n-grams of 3 to 5", _features(ngram_min=3, ngram_max=5)),
    Variant("every n-gram and term that occurs twice", _features(min_df=2, min_df_terms=2)),
    Variant("cue vectors equally long", _features(cues_norm=1.0)),
    Variant("letters not folded", _raw),
)


class Bench:
    """Trains variants, and counts features anew only where a variant needs it."""

    def __init__(self, sides: Sides) -> None:
        self.sides = sides
        self.Y = label_matrix(sides.train)
        self.folds = folds_of(sides.train)
        self.truth: Truth = truth_of(sides.train, groups_of(sides.train))
        self._counted: dict[tuple[FeatureParams, Folding], tuple[sp.csr_matrix, sp.csr_matrix, Any]] = {}

    def predictions(self, variant: Variant) -> tuple[Prediction, Prediction]:
        """Return what a variant says of the training side, out of fold, and of the sentences to measure on."""
        params = variant.change(self.sides.params)
        if params.train.none_share < 0:
            written = float(np.mean(~self.Y.any(axis=1)))
            params = _train(none_share=written)(params)
        matrix, other, vectorizer = self._matrices(params)
        with variant.around():
            model = SentenceTagger(params).fit_matrix(vectorizer, matrix, self.Y, self.folds)
        calibration = model.calibration_
        threshold = np.full_like(calibration.threshold, 0.5) if variant.halves else calibration.threshold
        return (
            Prediction(calibration.probabilities(model.out_of_fold_), threshold),
            Prediction(calibration.probabilities(model.heads_.scores(other)), threshold),
        )

    def _matrices(self, params: Params) -> tuple[sp.csr_matrix, sp.csr_matrix, SentenceVectorizer]:
        """Return the features of both sides; a block that is left out is cut from those that are there."""
        wanted = [name for name in BLOCKS if getattr(params.features, name) > 0]
        whole = {name: getattr(self.sides.params.features, name) for name in BLOCKS}
        features = msgspec.structs.replace(params.features, **whole)
        key = (features, params.folding)
        if key not in self._counted:
            vectorizer = SentenceVectorizer(features, params.folding)
            matrix = vectorizer.fit_transform([s.text for s in self.sides.train])
            self._counted[key] = matrix, vectorizer.transform(self.sides.texts), vectorizer
        matrix, other, vectorizer = self._counted[key]
        slices = vectorizer.block_slices()
        columns = np.concatenate([np.arange(slices[name].start, slices[name].stop) for name in wanted])
        return matrix[:, columns], other[:, columns], vectorizer


def rows(sides: Sides, only: list[str]) -> list[Row]:
    """Train and measure every variant that is wanted, the model itself first."""
    bench, given = Bench(sides), sides.params.evaluate
    measured = partial(measure, resamples=given.bootstrap, seed=given.seed)
    lead = partial(compare, resamples=given.bootstrap, seed=given.seed)
    full: tuple[Prediction, Prediction] | None = None
    found = []
    for variant in (Variant(FULL, _same), *VARIANTS):
        if full is not None and only and variant.name not in only:
            continue
        print(variant.name, file=sys.stderr, flush=True)
        said = bench.predictions(variant)
        full = full or said
        found.append(
            Row(
                variant.name,
                measured(bench.truth, said[0]),
                lead(bench.truth, full[0], said[0]),
                measured(sides.truth, said[1]),
                lead(sides.truth, full[1], said[1]),
            )
        )
    return found


def page(found: list[Row], sides: Sides) -> str:
    """Return the table."""
    heading = ["", "out of fold: macro-F1", "change", f"{sides.name}: macro-F1", "change"]
    heading += ["average precision", "plain sentences that get a label"]
    cells = [
        [
            row.name,
            shown(row.out_of_fold.macro.f1),
            _change(row.out_of_fold_lead, row.name),
            shown(row.data.macro.f1),
            _change(row.data_lead, row.name),
            shown(row.data.macro.average_precision),
            shown(row.data.plain_alarm),
        ]
        for row in found
    ]
    return (
        f"{table(heading, cells)}\n\nTrained on {len(sides.train):,} sentences; out of fold on the same,"
        f" {sides.name}: {len(sides.texts):,} sentences. In brackets: 95% intervals from"
        f" {sides.params.evaluate.bootstrap:,} bootstrap resamples of documents, for changes the same resamples"
        " of both. A change below zero is what the part is worth."
    )


def saved(found: list[Row], sides: Sides) -> Ablation:
    """Return the table as the report takes it."""
    return Ablation(
        data=f"{sides.name} ({len(sides.texts):,} sentences; trained on {len(sides.train):,})",
        rows=tuple(
            Ablated(
                row.name,
                shown(row.out_of_fold.macro.f1),
                _change(row.out_of_fold_lead, row.name),
                shown(row.data.macro.f1),
                _change(row.data_lead, row.name),
            )
            for row in found
        ),
    )


def _change(lead: Difference, name: str) -> str:
    if name == FULL:
        return "–"
    gap = lead.macro_f1
    turned = [None if number is None else -number for number in (gap.value, gap.high, gap.low)]
    return shown(type(gap)(*turned), sign="+")


def main() -> None:
    """Train, measure and print."""
    options = parser(__doc__.splitlines()[0])
    options.add_argument("--json", type=Path, help="file to write the table to, as `balagh report` reads it")
    options.add_argument("--only", action="append", default=[], choices=[v.name for v in VARIANTS])
    options.add_argument("--name", help="what to call the data in the table; by default the name of the file")
    given = options.parse_args()
    sides = read_sides(given)
    sides = sides._replace(name=given.name or sides.name)
    found = rows(sides, given.only)
    if given.json is not None:
        given.json.write_bytes(msgspec.json.format(msgspec.json.encode(saved(found, sides)), indent=2) + b"\n")
    write(page(found, sides), given.out)


if __name__ == "__main__":
    main()
