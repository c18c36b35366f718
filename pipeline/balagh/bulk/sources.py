"""Find what to tag: files, folders and patterns, each with its form."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Final, Literal, TypeAlias

import msgspec

from balagh.bulk.job import STDIN, Form, Job
from balagh.errors import DataError, MissingFileError
from balagh.problems import shown

Packing: TypeAlias = Literal["", "gz", "zst"]

_PACKINGS: Final[dict[str, Packing]] = {".gz": "gz", ".zst": "zst"}
_ENDINGS: Final[dict[str, Form]] = {
    ".txt": "text",
    ".text": "text",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
}


class Source(msgspec.Struct, frozen=True):
    """A file to tag."""

    path: str
    form: Form
    packing: Packing
    place: str
    """Its path inside a folder of results, without the ending of its form."""


def find_sources(job: Job) -> tuple[list[Source], int]:
    """Return the files of a job in order, and how many files of its folders are of no known form.

    A folder is walked in the order of names; hidden files in it are left out.

    Raises
    ------
    MissingFileError, DataError
        A path is not there, a file is empty, or a folder or pattern has nothing to tag.
    """
    sources: list[Source] = []
    skipped = 0
    for given in job.sources:
        for path in _expanded(given):
            if path != STDIN and Path(path).is_dir():
                found = [(file, form_by_name(file)) for file in _files(path)]
                # A form that was asked for holds for files of any name.
                kept = [file for file, form in found if form or job.form]
                skipped += len(found) - len(kept)
                if not kept:
                    raise DataError(f"{path}: is a folder without files to tag; known are {', '.join(_ENDINGS)}")
                sources += [_source(file, job, os.path.relpath(file, path)) for file in kept]
            else:
                _check(path, alone=len(job.sources) == 1)
                sources.append(_source(path, job, PurePath(path).name))
    if [source.path for source in sources].count(STDIN) > 1:
        raise DataError("-: standard input can be read only once")
    return sources, skipped


def form_by_name(path: str) -> Form | None:
    """Return the form that the ending of a file's name stands for, compressed or not.

    Examples
    --------
    >>> form_by_name("news/2015.CSV.gz"), form_by_name("photo.jpg")
    ('csv', None)
    """
    name = PurePath(path)
    if name.suffix.lower() in _PACKINGS:
        name = name.with_suffix("")
    return _ENDINGS.get(name.suffix.lower())


def _expanded(given: str) -> list[str]:
    # A file may have a star in its name; it goes before the pattern.
    if given == STDIN or not glob.has_magic(given) or Path(given).exists():
        return [given]
    found = sorted(path for path in glob.glob(given, recursive=True) if Path(path).is_file())  # noqa: PTH207
    if not found:
        raise MissingFileError(f"{given}: no file is of this pattern; check the path")
    return found


def _files(folder: str) -> Iterator[str]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (os.path.join(parent, name) for name in sorted(files) if not name.startswith("."))  # noqa: PTH118


def _check(path: str, *, alone: bool) -> None:
    if path == STDIN:
        return
    if "\0" in path:
        raise DataError(f"{shown(path)}: no path has a NUL")
    if not Path(path).exists():
        raise MissingFileError(f"{path}: no such file; check the path, or use - for standard input")
    if alone and Path(path).is_file() and Path(path).stat().st_size == 0:
        raise DataError(f"{path}: is empty; there is nothing to tag")


def _source(path: str, job: Job, place: str) -> Source:
    packing = _PACKINGS.get(PurePath(path).suffix.lower(), "") if path != STDIN else ""
    bare = place[: -len(packing) - 1] if packing else place
    if form_by_name(bare):
        bare = str(PurePath(bare).with_suffix(""))
    return Source(path, job.form or form_by_name(path) or "text", packing, bare if path != STDIN else "stdin")
