"""Check labelled sentences: every fault with its file and line, and a summary of what there is."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np

from balagh.duplicates import near_duplicate_pairs
from balagh.labels import LABELS, NONE
from balagh.problems import Problem, Where, shown
from balagh.records import GENRES, LabelledSentence, labelled_files, read_labelled
from balagh.sentences import split
from balagh.text import normalise

MAX_CHARS: Final = 1000
"""Characters that a sentence may have unless told otherwise: more is a paragraph that was not split."""

YEARS: Final = range(1945, 2101)
"""Years that a text may come from."""

COPY: Final = 0.7
"""Similarity from which sentences of two documents count as copies: one word in ten or so differs."""

QUANTILES: Final = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)

# Controls, format characters (bidirectional and zero-width ones among them), surrogates, private and
# unassigned characters, line and paragraph separators: invisible in an editor, and each makes a new word.
_HIDDEN: Final = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")

_Row = tuple[Where, LabelledSentence]


class Summary(NamedTuple):
    """What the sound sentences of the files are."""

    files: int
    sentences: int
    documents: int
    issuers: int
    labels: dict[str, int]
    """Sentences that have each label, and under ``none`` those that have no label."""
    several: int
    """Sentences with more than one label."""
    genres: dict[str, int]
    years: dict[int, int]
    lengths: dict[float, int]
    """Characters of a sentence at each of `QUANTILES`; empty when there is no sentence."""


class CheckReport(NamedTuple):
    """All that is wrong, in the order of files and lines, and the summary of the rest."""

    problems: list[Problem]
    summary: Summary


def check(paths: Iterable[str | os.PathLike[str]], *, max_chars: int = MAX_CHARS, copy: float = COPY) -> CheckReport:
    """Check every labelled sentence of files and folders by itself and against all others.

    Parameters
    ----------
    paths : iterable of path
        Files of JSON lines, and folders of ``*.jsonl``.
    max_chars : int
        A longer text is a problem.
    copy : float
        Jaccard similarity of five-character shingles from which sentences of two documents are a problem.

    Returns
    -------
    CheckReport
        Its list of problems is empty when the data can be trained on.

    Raises
    ------
    MissingFileError
        A path does not exist, or a folder has no ``*.jsonl``.
    DataError
        A file as a whole cannot be read as text.
    """
    problems: list[Problem] = []
    rows: list[_Row] = []
    files = labelled_files(paths)
    order = {os.fspath(path): place for place, path in enumerate(files)}
    for path in order:
        for found in read_labelled(path, strict=True):
            if isinstance(found, Problem):
                problems.append(found)
            else:
                rows.append(found)
                problems.extend(Problem(*found[0], fault) for fault in _faults(found[1], max_chars))
    problems += [*_same_texts(rows), *_copies(rows, copy), *_shared_documents(rows)]
    problems.sort(key=lambda problem: (order[problem.path], problem.line))
    return CheckReport(problems, summarise([sentence for _, sentence in rows], len(order)))


def summarise(sentences: Sequence[LabelledSentence], files: int) -> Summary:
    """Count sentences by label, genre, year and length."""
    labels = Counter(label for sentence in sentences for label in sentence.labels)
    none = sum(not sentence.labels for sentence in sentences)
    years = Counter(sentence.year for sentence in sentences if sentence.year is not None)
    lengths = [len(sentence.text) for sentence in sentences]
    cuts = np.quantile(lengths, QUANTILES, method="nearest").tolist() if lengths else []
    return Summary(
        files=files,
        sentences=len(sentences),
        documents=len({sentence.doc for sentence in sentences}),
        issuers=len({sentence.issuer for sentence in sentences}),
        labels={**{label.value: labels[label.value] for label in LABELS}, NONE: none},
        several=sum(len(sentence.labels) > 1 for sentence in sentences),
        genres=dict(Counter(sentence.genre for sentence in sentences).most_common()),
        years=dict(sorted(years.items())),
        lengths=dict(zip(QUANTILES, cuts, strict=False)),
    )


def _faults(sentence: LabelledSentence, max_chars: int) -> list[str]:
    """Say what is wrong with the values of a sentence."""
    faults = []
    if not split(sentence.text):
        faults.append("no sentence in the text, which tagging would pass over")
    if len(sentence.text) > max_chars:
        faults.append(f"text of {len(sentence.text):,} characters; the limit is {max_chars:,}")
    if sentence.genre not in GENRES:
        faults.append(f"unknown genre {shown(sentence.genre)}; known are {', '.join(GENRES)}")
    if sentence.year not in YEARS:
        faults.append(f"year {sentence.year} is not between {YEARS[0]} and {YEARS[-1]}")
    for field in ("text", "doc", "issuer"):
        faults.extend(_hidden(field, getattr(sentence, field)))
    return faults


def _hidden(field: str, value: str) -> list[str]:
    """Name the first character of each kind that cannot be seen."""
    firsts: dict[str, int] = {}
    for place, char in enumerate(value, 1):
        if char == "\ufffd" or unicodedata.category(char) in _HIDDEN:
            firsts.setdefault(char, place)
    return [
        f"{field} has U+{ord(char):04X} {unicodedata.name(char, 'control character')} as character {place}"
        for char, place in firsts.items()
    ]


def _same_texts(rows: Sequence[_Row]) -> list[Problem]:
    """Find texts that are there before, compared as the model sees them."""
    firsts: dict[str, _Row] = {}
    problems = []
    for where, sentence in rows:
        before, first = firsts.setdefault(normalise(sentence.text), (where, sentence))
        if before == where:
            continue
        if first.labels == sentence.labels:
            message = f"the same text as {before}"
        else:
            message = f"the same text as {before} with other labels: {_named(sentence)}, there {_named(first)}"
        problems.append(Problem(*where, message))
    return problems


def _named(sentence: LabelledSentence) -> str:
    return "+".join(sentence.labels) or NONE


def _copies(rows: Sequence[_Row], threshold: float) -> list[Problem]:
    """Find near-duplicates across documents; equal texts are reported elsewhere."""
    pairs = near_duplicate_pairs([sentence.text for _, sentence in rows], threshold)
    problems = []
    for first, second, similarity in zip(*pairs, strict=True):
        (before, one), (where, other) = rows[int(first)], rows[int(second)]
        if one.doc != other.doc and normalise(one.text) != normalise(other.text):
            message = f"nearly the same text as {before}, of another document (similarity {similarity:.2f})"
            problems.append(Problem(*where, message))
    return problems


def _shared_documents(rows: Sequence[_Row]) -> list[Problem]:
    """Find documents whose name an earlier file has used: once for each file."""
    firsts: dict[str, Where] = {}
    reported: set[tuple[str, str]] = set()
    problems = []
    for where, sentence in rows:
        before = firsts.setdefault(sentence.doc, where)
        if before.path != where.path and (sentence.doc, where.path) not in reported:
            reported.add((sentence.doc, where.path))
            problems.append(Problem(*where, f"document {shown(sentence.doc)} is also in {before}"))
    return problems
