"""Files of annotation tools and of labelled sentences, in and out, with what is wrong in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

import msgspec

from balagh.atomic import replacing, write_atomically
from balagh.errors import DataError, MissingFileError
from balagh.exchange.documents import json_lines
from balagh.exchange.items import Answer, Item, labels_of, made, merged
from balagh.labels import NONE
from balagh.lines import Source
from balagh.problems import Problem
from balagh.records import FIELDS

TOOLS: Final = {
    "label-studio": "label_studio",
    "doccano": "doccano",
    "argilla": "argilla",
    "prodigy": "prodigy",
    "fasttext": "fasttext",
    "csv": "tables",
    "hf": "hf",
}
"""The name of each tool, and its module."""


def export_items(tool: str, items: Iterable[Item], path: Path) -> None:
    """Write items to a file in the form of a tool, whole or not at all.

    Raises
    ------
    DataError
        The tool's format cannot hold a sentence, or a library that it needs is missing.
    OSError
        The file cannot be written.
    """
    module = import_module(f"balagh.exchange.{TOOLS[tool]}")
    with replacing(path) as file:
        if tool == "hf" and module.is_parquet(path):
            _needs_pyarrow()
            module.write_parquet(items, file)
        else:
            module.write(items, file)


def import_items(tool: str, paths: Sequence[Path]) -> tuple[list[Item], list[Problem]]:
    """Return the items of a tool's files, the answers of several annotators together, and what is wrong with the rest.

    Raises
    ------
    MissingFileError, DataError
        A file as a whole cannot be read.
    """
    module = import_module(f"balagh.exchange.{TOOLS[tool]}")
    items: list[Item] = []
    problems: list[Problem] = []
    for path in paths:
        if not path.is_file():
            raise MissingFileError(f"{path}: no such file")
        if tool == "hf" and module.is_parquet(path):
            _needs_pyarrow()
        for found in module.read(path):
            if isinstance(found, Problem):
                problems.append(found)
            else:
                # doccano writes a file for each annotator and names it after them.
                items.append(_signed(found, path.stem) if tool == "doccano" and paths[1:] else found)
    return merged(items), problems


def _needs_pyarrow() -> None:
    try:
        import_module("pyarrow.parquet")
    except ImportError:
        raise DataError("Parquet needs pyarrow; install it with: pip install 'balagh[parquet]'") from None


def _signed(item: Item, annotator: str) -> Item:
    answers = (msgspec.structs.replace(answer, annotator=answer.annotator or annotator) for answer in item.answers)
    return msgspec.structs.replace(item, answers=tuple(answers))


class _Row(msgspec.Struct):
    text: str
    labels: list[str] | None = None
    primary: str | None = None
    doc: str | None = None
    issuer: str | None = None
    genre: str | None = None
    year: int | None = None
    id: str | int | None = None
    stratum: str | None = None
    annotator: str | None = None
    state: str | None = None


def read_items(source: Source) -> tuple[list[Item], list[Problem]]:
    """Return the items of a file of labelled sentences; a line without ``labels`` is a sentence that waits."""
    items: list[Item] = []
    problems: list[Problem] = []
    for found in json_lines(source, _from_labelled):
        if isinstance(found, Problem):
            problems.append(found)
        else:
            items.append(found)
    return merged(items), problems


def _from_labelled(line: dict[str, object]) -> Item:
    try:
        row = msgspec.convert(line, _Row)
    except msgspec.ValidationError as error:
        raise DataError(str(error)) from None
    answers = [] if row.labels is None else [Answer(labels_of(row.labels), row.annotator or "")]
    if row.state == "skipped":
        answers = [Answer(annotator=row.annotator or "", skipped=True)]
    return made(row.text, msgspec.to_builtins(row), answers)


def write_labelled(
    items: Iterable[Item], path: Path, rest: Path | None = None, filled: Mapping[str, object] | None = None
) -> int:
    """Write answered sentences as labelled ones, and the others to a file of their own.

    A sentence with answers of several annotators becomes a line for each, with a field ``annotator``.

    Parameters
    ----------
    items : iterable of Item
        The sentences.
    path : Path
        File of the answered ones.
    rest : Path, optional
        File of the others.
    filled : mapping of str to object, optional
        What stands for an issuer, genre or year that a sentence does not have. With it lines have the fields of
        ``data/labelled`` and no others.

    Returns
    -------
    int
        Lines written to ``path``.
    """
    lines: list[bytes] = []
    others: list[bytes] = []
    for item in items:
        several = len(item.answers) > 1
        lines.extend(_line(item, answer, several, filled) for answer in item.answers if not answer.skipped)
        if item.state != "labelled":
            others.append(msgspec.json.encode({**item.meta(), "text": item.text, "state": item.state}))
    write_atomically(path, b"".join(line + b"\n" for line in lines))
    if rest is not None:
        write_atomically(rest, b"".join(line + b"\n" for line in others))
    return len(lines)


def _line(item: Item, answer: Answer, several: bool, filled: Mapping[str, object] | None) -> bytes:
    labels = [label.value for label in answer.labels]
    primary = item.primary if item.primary in labels or (item.primary == NONE and not labels) else None
    if primary is None and len(labels) < 2:
        primary = labels[0] if labels else NONE
    fields = {name: value for name, value in item.meta().items() if name != "primary"}
    line: dict[str, object] = {**fields, "text": item.text, "labels": labels}
    line |= {"primary": primary} if primary else {}
    if filled is not None:
        line = {name: value for name, value in {**filled, **line}.items() if name in FIELDS}
    line |= {"annotator": answer.annotator} if several or item.state == "skipped" else {}
    return msgspec.json.encode(line)
