"""Keep output where it was told to go: what is no plain new file is refused before anything is read or written."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path

from balagh.bulk.job import STDIN, Job
from balagh.bulk.sources import Source
from balagh.errors import DataError


def check_file(path: Path, *, force: bool, kept: Sequence[Path]) -> None:
    """Refuse a path that must not be written.

    Parameters
    ----------
    path : Path
        The file to write.
    force : bool
        Whether a plain file that is there may be replaced.
    kept : sequence of Path
        Files that are read, which are never replaced.

    Raises
    ------
    DataError
        It is a link, no plain file, one of those that are read, or there already; or its folder cannot be written.
    """
    _check_folder(path.parent)
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be written ({getattr(error, 'strerror', None) or error})") from None
    if stat.S_ISLNK(found.st_mode):
        raise DataError(f"{path}: is a symbolic link; name the file that it stands for")
    if stat.S_ISDIR(found.st_mode):
        raise DataError(f"{path}: is a folder; name a file in it")
    if not stat.S_ISREG(found.st_mode):
        raise DataError(f"{path}: is no plain file; name one, or write to standard output")
    for other in kept:
        if other.exists() and path.samefile(other):
            raise DataError(f"{path}: is read by this run and cannot be its output; name another file")
    if found.st_nlink > 1:
        raise DataError(f"{path}: has other names (hard links), which would keep the old content; remove it first")
    if not force:
        raise DataError(f"{path}: is there already; --force replaces it")


def check_result(output: Path | None, read: Iterable[Path]) -> None:
    """Refuse to write the result of a command to a link, to what is no plain file, or over what is read.

    The result of an earlier run may go.

    Parameters
    ----------
    output : Path, optional
        The file to write; None is standard output.
    read : iterable of Path
        Files that are read, and folders whose ``*.jsonl`` are.

    Raises
    ------
    DataError
        The output must not be written.
    """
    if output is not None:
        kept = [file for path in read for file in (sorted(path.glob("*.jsonl")) if path.is_dir() else [path])]
        check_file(output, force=True, kept=kept)


def check_new(path: Path) -> None:
    """Refuse a file for work in progress that is there already.

    Raises
    ------
    DataError
        It is there, or is a link.
    """
    if path.is_symlink() or path.exists():
        raise DataError(f"{path}: is in the way and not of a run that could go on; --force replaces a plain file")


def check_ours(path: Path) -> None:
    """Refuse a file for work in progress that is no plain file of one name; one that is not there is fine."""
    if path.is_symlink() or (path.exists() and (not path.is_file() or path.stat().st_nlink > 1)):
        raise DataError(f"{path}: is a link or no plain file; remove it first")


def check_tree(root: Path, targets: Iterable[Path], job: Job) -> None:
    """Refuse a folder of results that is read by the same run, or from which links lead out.

    Raises
    ------
    DataError
        The folder is or lies in one that is read; or a folder in it is a link to elsewhere.
    """
    if root.exists() and not root.is_dir():
        raise DataError(f"{root}: is a file; name a folder for the results of several files")
    inside = root.resolve()
    for given in job.sources:
        if given != STDIN and Path(given).is_dir() and inside.is_relative_to(Path(given).resolve()):
            raise DataError(f"{root}: lies in {given}, which is read; results there would be read again")
    for folder in {target.parent for target in targets}:
        if not folder.resolve().is_relative_to(inside):
            raise DataError(f"{folder}: a symbolic link leads out of {root}; remove it first")


def files_read(job: Job, sources: Sequence[Source]) -> list[Path]:
    """Return all files that a job reads."""
    return [job.model, *(Path(source.path) for source in sources if source.path != STDIN)]


def _check_folder(folder: Path) -> None:
    """Refuse a folder that cannot be written, or made."""
    while not folder.exists():
        if folder.is_symlink():
            raise DataError(f"{folder}: is a symbolic link that leads nowhere")
        folder = folder.parent
    if not folder.is_dir():
        raise DataError(f"{folder}: is a file, not a folder; no output can be in it")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise DataError(f"{folder}: you may not write to this folder; choose another, or change its mode")
