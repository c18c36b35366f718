"""How far annotators agree, label by label, and the sentences that they have to settle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import msgspec
import numpy as np

from balagh.errors import DataError
from balagh.exchange import read_items
from balagh.labels import LABELS

Ratings = Mapping[str, bool]
"""Whether each annotator who answered gives a label to one sentence."""


class LabelAgreement(msgspec.Struct, frozen=True):
    """Agreement on one label."""

    label: str
    alpha: float | None
    """Krippendorff's, over all annotators; None where nobody, or everybody, always gives the label."""
    kappa: float | None
    """Cohen's, the mean over pairs of annotators by the sentences that both answered."""
    disputed: int
    """Sentences on which not all who answered agree."""


class Dispute(msgspec.Struct, frozen=True):
    """A sentence that annotators have to settle."""

    text: str
    id: str
    doc: str
    answers: dict[str, tuple[str, ...]]
    """Labels by annotator."""


class Agreement(msgspec.Struct, frozen=True):
    """Agreement of several annotators."""

    annotators: tuple[str, ...]
    sentences: int
    """Those that at least two of them answered."""
    labels: tuple[LabelAgreement, ...]
    disputes: tuple[Dispute, ...]


def agreement(paths: Sequence[Path]) -> Agreement:
    """Compare the answers in files of labelled sentences.

    Parameters
    ----------
    paths : sequence of Path
        JSON lines with ``text`` and ``labels``, and ``annotator`` where several stand in one file, as `balagh data
        import` writes them; otherwise the name of the file is taken for the annotator's. Sentences are the same when
        their ids are, or their texts where they have none.

    Raises
    ------
    DataError
        A line has a fault, or no sentence was answered twice.
    MissingFileError
        A file does not exist.
    """
    answers: dict[str, dict[str, tuple[str, ...]]] = {}
    about: dict[str, tuple[str, str, str]] = {}
    for path in paths:
        items, problems = read_items(path)
        if problems:
            raise DataError(str(problems[0]))
        for item in items:
            key = item.id or item.text
            about.setdefault(key, (item.text, item.id, item.doc))
            for answer in item.answers:
                if not answer.skipped:
                    name = answer.annotator or path.stem
                    answers.setdefault(key, {})[name] = tuple(label.value for label in answer.labels)
    twice = {key: given for key, given in answers.items() if len(given) > 1}
    if not twice:
        raise DataError("no sentence was answered by two annotators; name files of the same sentences")
    disputes = [Dispute(*about[key], given) for key, given in twice.items() if len(set(given.values())) > 1]
    names = sorted({name for given in twice.values() for name in given})
    return Agreement(tuple(names), len(twice), tuple(_label(x.value, twice, names) for x in LABELS), tuple(disputes))


def _label(label: str, given: Mapping[str, Mapping[str, tuple[str, ...]]], names: Sequence[str]) -> LabelAgreement:
    ratings = [{name: label in labels for name, labels in row.items()} for row in given.values()]
    kappas = [cohen(_pairs(ratings, a, b)) for a, b in combinations(names, 2)]
    known = [kappa for kappa in kappas if kappa is not None]
    disputed = sum(len(set(row.values())) > 1 for row in ratings)
    return LabelAgreement(label, krippendorff(ratings), sum(known) / len(known) if known else None, disputed)


def _pairs(ratings: Iterable[Ratings], a: str, b: str) -> list[tuple[bool, bool]]:
    return [(row[a], row[b]) for row in ratings if a in row and b in row]


def cohen(pairs: Sequence[tuple[bool, bool]]) -> float | None:
    """Return Cohen's kappa of two annotators; None where chance alone would make them agree always.

    Cohen, "A Coefficient of Agreement for Nominal Scales" (1960).

    Examples
    --------
    >>> cohen([(True, True), (False, False), (True, False), (False, False)])
    0.5
    """
    if not pairs:
        return None
    first, second = np.array(pairs, dtype=bool).T
    observed = float((first == second).mean())
    p, q = float(first.mean()), float(second.mean())
    chance = p * q + (1 - p) * (1 - q)
    return None if chance == 1 else (observed - chance) / (1 - chance)


def krippendorff(ratings: Iterable[Ratings]) -> float | None:
    """Return Krippendorff's alpha for a yes or no, with any number of annotators and missing answers.

    Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), the nominal metric.

    Examples
    --------
    >>> krippendorff([{"a": True, "b": True}, {"a": False, "b": False}])
    1.0
    """
    counted = [(sum(row.values()), len(row)) for row in ratings if len(row) > 1]
    values = sum(size for _, size in counted)
    yes = sum(given for given, _ in counted)
    expected = 2 * yes * (values - yes) / (values - 1) if values > 1 else 0
    if expected == 0:
        return None
    observed = sum(2 * given * (size - given) / (size - 1) for given, size in counted)
    return 1 - observed / expected
