"""Where a model errs: wrong labels with their sentences, and errors by genre, year or stratum."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from balagh.labels import LABELS
from balagh.metrics import Figure, Prediction, Truth, logit, measure
from balagh.params import EvaluateParams
from balagh.records import LabelledSentence

MISSED = "missed"
FALSE_ALARM = "false alarm"


class WrongLabel(msgspec.Struct, frozen=True, kw_only=True):
    """A label that a sentence earns and does not get, or gets and does not earn."""

    kind: str
    """"missed" or "false alarm"."""
    label: str
    probability: float
    threshold: float
    text: str
    doc: str
    genre: str
    year: int | None


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Sentences of one genre, year or stratum."""

    name: str
    """Empty where the sentences do not say."""
    sentences: int
    plain: int
    """Sentences that earn no label."""
    wrong: int
    """Sentences that do not get their very labels."""
    missed: int
    """Labels, as in the next."""
    false_alarms: int
    macro_f1: Figure
    """Over the labels that occur."""
    plain_alarm: Figure
    """Of the plain sentences, the share that gets a label."""
    any_alarm: Figure
    """Of all sentences, the share that gets some label they do not earn."""


def wrong_labels(sentences: Sequence[LabelledSentence], truth: Truth, prediction: Prediction) -> list[WrongLabel]:
    """Return every wrong label, the worst first.

    The worst is the one whose probability is furthest on the wrong side of its threshold, in log-odds.
    """
    far = np.abs(logit(prediction.probabilities) - logit(prediction.thresholds))
    rows, columns = np.nonzero(truth.labels != prediction.given)
    order = np.argsort(-far[rows, columns], kind="stable")
    found = []
    for i, j in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        sentence = sentences[i]
        found.append(
            WrongLabel(
                kind=MISSED if truth.labels[i, j] else FALSE_ALARM,
                label=LABELS[j].value,
                probability=float(prediction.probabilities[i, j]),
                threshold=float(prediction.thresholds[j]),
                text=sentence.text,
                doc=sentence.doc,
                genre=sentence.genre,
                year=sentence.year,
            )
        )
    return found


def parts(names: Sequence[str], truth: Truth, prediction: Prediction, params: EvaluateParams) -> list[Part]:
    """Return the figures of each kind of sentence, in the order of their names.

    Parameters
    ----------
    names : sequence of str, length n_sentences
        The kind of each sentence.
    truth, prediction : Truth, Prediction
        Of the same sentences.
    params : EvaluateParams
        Resamples and their seed.
    """
    kinds = np.array(names, dtype=object)
    return [_part(str(name), kinds == name, truth, prediction, params) for name in sorted(set(names))]


def _part(
    name: str, inside: npt.NDArray[np.bool_], truth: Truth, prediction: Prediction, params: EvaluateParams
) -> Part:
    true, said = truth.take(inside), prediction.take(inside)
    figures = measure(true, said, params.bootstrap, params.seed)
    return Part(
        name=name,
        sentences=len(true.labels),
        plain=int((~true.labels.any(axis=1)).sum()),
        wrong=int((true.labels != said.given).any(axis=1).sum()),
        missed=int((true.labels & ~said.given).sum()),
        false_alarms=int((said.given & ~true.labels).sum()),
        macro_f1=figures.macro.f1,
        plain_alarm=figures.plain_alarm,
        any_alarm=figures.any_alarm,
    )
