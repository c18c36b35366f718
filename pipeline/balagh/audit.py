"""Find labels that are likely wrong: those that a model which has not seen the sentence would not give.

Sentences are scored out of fold, whole documents at a time; cleanlab ranks them by how well their labels fit the
probabilities (Northcutt, Jiang and Chuang, "Confident Learning", JAIR 2021; for several labels: Thyagarajan and
others, "Identifying Incorrect Annotations in Multi-Label Classification Data", 2022). A rank is a reason to read a
sentence again by the codebook, not to change it: hard cases that were written on purpose come first too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from os import PathLike
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from threadpoolctl import threadpool_limits

from balagh.calibration import Bools, Floats, calibrate
from balagh.dataset import group_documents, group_folds, label_matrix
from balagh.errors import DataError
from balagh.features import SentenceVectorizer
from balagh.heads import Heads, fit_heads
from balagh.labels import LABELS
from balagh.params import Params
from balagh.problems import Problem, Where
from balagh.records import LabelledSentence, labelled_files, read_labelled

SHOWN_FEATURES = 4
"""Features that are named for or against a label."""


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence one of whose labels the model would not give, or that lacks one that it would."""

    rank: int
    file: str
    line: int
    doc: str
    text: str
    labels: tuple[str, ...]
    label: str
    """The label that is most in doubt."""
    given: bool
    """Whether the sentence carries it."""
    probability: float
    """What the model that has not seen the sentence gives it."""
    quality: float
    """cleanlab's score of all its labels together, between 0 (likely wrong) and 1."""
    features: tuple[str, ...]
    """What speaks most for the model's view."""

    def reason(self) -> str:
        """Return the doubt in one line."""
        has = "has" if self.given else "has not"
        side = "against" if self.given else "for"
        shown = f"; {side} it: {', '.join(self.features)}" if self.features else ""
        return f"{has} {self.label}, the model gives it {self.probability:.0%}{shown}"


def audit(paths: Iterable[str | PathLike[str]], params: Params, count: int = 500) -> list[Doubt]:
    """Return the sentences of files and folders whose labels are most in doubt, the worst first.

    Parameters
    ----------
    paths : iterable of paths
        Labelled sentences, JSON lines.
    params : Params
        Of the model that judges them.
    count : int
        How many to return at most.

    Raises
    ------
    DataError
        A line has a fault, there are too few documents, or cleanlab is not installed.
    MissingFileError
        A path does not exist.
    """
    rank = _ranking()
    places, sentences = _load(paths)
    judged = _judge(sentences, params)
    quality = rank([np.flatnonzero(row).tolist() for row in judged.Y], judged.probabilities)
    worst = np.argsort(quality, kind="stable")[:count].tolist()
    doubts = []
    for number, i in enumerate(worst, start=1):
        j = _most_doubtful(judged, i)
        doubts.append(
            Doubt(
                rank=number,
                file=places[i].path,
                line=places[i].line,
                doc=sentences[i].doc,
                text=sentences[i].text,
                labels=sentences[i].labels,
                label=LABELS[j].value,
                given=bool(judged.Y[i, j]),
                probability=round(float(judged.probabilities[i, j]), 4),
                quality=round(float(quality[i]), 4),
                features=judged.features(i, j),
            )
        )
    return doubts


class _Judged(NamedTuple):
    """What heads that have not seen a sentence say of it."""

    matrix: sp.csr_matrix
    names: npt.NDArray[np.object_]
    folds: npt.NDArray[np.int64]
    heads: dict[int, Heads]
    Y: Bools
    probabilities: Floats

    def features(self, i: int, j: int) -> tuple[str, ...]:
        """Return what speaks most against a label that is given, or for one that is not."""
        row = self.matrix[[i]]
        weights = row.data * self.heads[int(self.folds[i])].coef[row.indices, j]
        toward = -weights if self.Y[i, j] else weights
        best = [k for k in np.argsort(-toward, kind="stable")[:SHOWN_FEATURES].tolist() if toward[k] > 0]
        return tuple(str(self.names[row.indices[k]]) for k in best)


def _judge(sentences: Sequence[LabelledSentence], params: Params) -> _Judged:
    Y = label_matrix(sentences)
    groups = group_documents(sentences, params.data.near_duplicate)
    folds = group_folds(Y, groups, params.data.folds, params.data.seed)
    vectorizer = SentenceVectorizer(params.features, params.folding)
    matrix = vectorizer.fit_transform([s.text for s in sentences])
    scores = np.zeros(Y.shape)
    heads: dict[int, Heads] = {}
    with threadpool_limits(1):
        for fold in np.unique(folds).tolist():
            inside = folds == fold
            heads[fold] = fit_heads(matrix[~inside], Y[~inside], params.train)
            scores[inside] = heads[fold].scores(matrix[inside])
    # The share of none of these very sentences: it is their labels that are judged, not the news.
    none = min(max(float((~Y.any(axis=1)).mean()), 0.01), 0.99)
    probabilities = calibrate(scores, Y, none, params.train.seed).probabilities(scores)
    return _Judged(matrix, vectorizer.get_feature_names_out(), folds, heads, Y, probabilities)


def _most_doubtful(judged: _Judged, i: int) -> int:
    agreement = np.where(judged.Y[i], judged.probabilities[i], 1 - judged.probabilities[i])
    return int(np.argmin(agreement))


def _ranking() -> Any:
    try:
        from cleanlab.multilabel_classification import get_label_quality_scores
    except ImportError:
        raise DataError("an audit needs cleanlab; install it with: pip install 'balagh[audit]'") from None
    return get_label_quality_scores


def _load(paths: Iterable[str | PathLike[str]]) -> tuple[list[Where], list[LabelledSentence]]:
    places: list[Where] = []
    sentences: list[LabelledSentence] = []
    for path in labelled_files(paths):
        for found in read_labelled(path):
            if isinstance(found, Problem):
                raise DataError(f"{found}; `balagh data check` lists what else is wrong")
            places.append(found[0])
            sentences.append(found[1])
    return places, sentences
