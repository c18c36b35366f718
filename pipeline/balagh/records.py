"""The labelled sentence: what a line of ``data/labelled`` holds, every fault named by file and line.

A file has one JSON object a line. In ``data/labelled`` each object has exactly the fields of the codebook's
data; a test set of a user may have others, which are ignored, or no more than ``text`` and ``labels``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from balagh.errors import DataError, MissingFileError
from balagh.labels import LABELS, NONE
from balagh.lines import MAX_LINE, Source, name_of, parse_json, read_lines
from balagh.problems import Problem, Where, shown

GENRES: Final = (
    "briefing",
    "cabinet",
    "communique",
    "flash",
    "interview",
    "opinion",
    "readout",
    "report",
    "speech",
    "statement",
)
"""Kinds of text that a labelled sentence may come from."""

FIELDS: Final = ("doc", "issuer", "genre", "year", "text", "labels", "primary")
"""What a line of ``data/labelled`` holds, and nothing else."""


class LabelledSentence(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence with the labels it earns by the codebook."""

    text: str
    labels: tuple[str, ...]
    """In the order of `balagh.labels.LABELS`; empty where the sentence earns none."""
    primary: str | None = None
    """The label of the main point, or ``"none"``; None where a file with several labels does not say."""
    doc: str = ""
    """The document that it comes from; never on both sides of a split."""
    issuer: str = ""
    genre: str = ""
    year: int | None = None
    id: str = ""
    stratum: str = ""
    """How the sentence was drawn, in test sets drawn by stratum."""


class _Line(msgspec.Struct, kw_only=True):
    """A line as it stands in a file, before the rules of the codebook."""

    text: str
    labels: tuple[str, ...]
    primary: str | None = None
    doc: str | None = None
    issuer: str | None = None
    genre: str | None = None
    year: int | None = None
    id: str | int | None = None
    stratum: str | None = None


_DECODER = msgspec.json.Decoder(_Line)
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


def labelled_files(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """Return the files that are meant: of a folder, its ``*.jsonl`` in the order of their names.

    Raises
    ------
    MissingFileError
        A path does not exist, or a folder has no such file.
    """
    files: list[Path] = []
    for path in map(Path, paths):
        if not path.is_dir():
            if not path.exists():
                raise MissingFileError(f"{path}: no such file")
            files.append(path)
            continue
        found = sorted(path.glob("*.jsonl"))
        if not found:
            raise MissingFileError(f"{path}: no *.jsonl file in this folder")
        files.extend(found)
    return files


def read_labelled(
    source: Source, *, strict: bool = False, max_bytes: int = MAX_LINE
) -> Iterator[tuple[Where, LabelledSentence] | Problem]:
    r"""Yield every labelled sentence of a file with its place, or what is wrong with the line.

    Parameters
    ----------
    source : path or binary stream
        JSON objects, one a line, in UTF-8.
    strict : bool
        Ask for the form of ``data/labelled``: every field, no other, labels in their order and once each.
        Otherwise ``text`` and ``labels`` are enough.
    max_bytes : int
        A longer line is a problem.

    Yields
    ------
    tuple of Where and LabelledSentence, or Problem
        In the order of the file. A line with several faults yields a problem for each.

    Raises
    ------
    MissingFileError, DataError
        The file as a whole cannot be read; see `balagh.lines.read_lines`.

    Examples
    --------
    >>> import io
    >>> lines = '{"text": "ندد الوزير", "labels": ["condemnation"]}\n{"text": "a", "labels": ["war"]}\n'
    >>> good, *bad = read_labelled(io.BytesIO(lines.encode()))
    >>> str(good[0]), good[1].primary
    ('<stream>:1', 'condemnation')
    >>> print(bad[0])
    <stream>:2: unknown label 'war'; known are commitment, condemnation, membership, regional_concern
    """
    path = name_of(source)
    for line in read_lines(source, max_bytes=max_bytes):
        if isinstance(line, Problem):
            yield line
            continue
        try:
            row = parse_json(line.text, _DECODER)
        except DataError as error:
            yield Problem(path, line.number, str(error))
            continue
        faults = _faults(row, line.text, strict)
        yield from (Problem(path, line.number, fault) for fault in faults)
        if not faults:
            yield Where(path, line.number), _sentence(row)


def load_labelled(
    paths: Iterable[str | os.PathLike[str]], *, strict: bool = True, max_bytes: int = MAX_LINE
) -> list[LabelledSentence]:
    """Return every labelled sentence of files and folders, in order.

    Raises
    ------
    DataError
        A line has a fault: names the first one and how many there are.
    MissingFileError
        A path does not exist, or a folder has no ``*.jsonl``.
    """
    sentences: list[LabelledSentence] = []
    problems: list[Problem] = []
    for path in labelled_files(paths):
        for found in read_labelled(path, strict=strict, max_bytes=max_bytes):
            if isinstance(found, Problem):
                problems.append(found)
            else:
                sentences.append(found[1])
    if problems:
        more = f" (and {len(problems) - 1} more; `balagh data check` lists them)" if problems[1:] else ""
        raise DataError(f"{problems[0]}{more}")
    return sentences


def _faults(row: _Line, raw: str, strict: bool) -> list[str]:
    """Say what is wrong with the fields of a line."""
    unknown = [label for label in row.labels if label not in LABELS]
    if unknown:
        return [f"unknown label {shown(label)}; known are {', '.join(LABELS)}" for label in unknown]
    faults = _strict_faults(row, raw) if strict else []
    if not row.text.strip():
        faults.append("empty text")
    if row.primary is not None:
        faults.extend(_primary_faults(row.primary, row.labels))
    return faults


def _primary_faults(primary: str, labels: tuple[str, ...]) -> list[str]:
    if not labels:
        return [] if primary == NONE else [f"primary {shown(primary)} of a sentence without labels; write 'none'"]
    return [] if primary in labels else [f"primary {shown(primary)} is not among the labels {', '.join(labels)}"]


def _strict_faults(row: _Line, raw: str) -> list[str]:
    found = _OBJECT.decode(raw).keys()
    faults = [f"unknown field {shown(name)}" for name in found if name not in FIELDS]
    faults += [f"no field {name!r}" for name in FIELDS if getattr(row, name) in (None, "") and name != "text"]
    if len(set(row.labels)) < len(row.labels):
        faults.append(f"a label twice: {', '.join(row.labels)}")
    elif list(row.labels) != [label for label in LABELS if label in row.labels]:
        faults.append(f"labels not in the order {', '.join(LABELS)}: {', '.join(row.labels)}")
    return faults


def _sentence(row: _Line) -> LabelledSentence:
    labels = tuple(label.value for label in LABELS if label in row.labels)
    primary = row.primary
    if primary is None and len(labels) < 2:
        primary = labels[0] if labels else NONE
    return LabelledSentence(
        text=row.text,
        labels=labels,
        primary=primary,
        doc=row.doc or "",
        issuer=row.issuer or "",
        genre=row.genre or "",
        year=row.year,
        id="" if row.id is None else str(row.id),
        stratum=row.stratum or "",
    )
