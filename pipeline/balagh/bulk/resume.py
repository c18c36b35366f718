"""Find out how far an earlier run was, and how much of that is still good."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from balagh.bulk.disk import Mark, new_digest
from balagh.bulk.journal import Commit, Found, Header, read_journal
from balagh.bulk.sink import Target, part_of
from balagh.errors import DataError

_BLOCK = 1 << 20


def where_it_was(journal: Path, header: Header, targets: Sequence[Target], rejects: Path) -> tuple[Commit | None, int]:
    """Return the last state that can be gone on from, and the size of the journal up to it.

    Every part is read: what a crash of the machine has left of it may be shorter than the journal says, or other
    bytes. Then an earlier state is taken, at worst the beginning.

    Raises
    ------
    DataError
        The model, the options or an input are not those of the earlier run.
    """
    found = read_journal(journal)
    if found.header is None:
        return None, 0
    _check_same(journal, found.header, header)
    for commit, size in reversed(_with_names(found, targets)):
        parts = [(part_of(rejects), commit.rejects)]
        if commit.part:
            parts.append((targets[commit.number].part, commit.part))
        if all(holds(path, mark) for path, mark in parts):
            return commit, size
    return None, found.start


def holds(path: Path, mark: Mark) -> bool:
    """Say whether a file begins with the bytes that a mark tells of."""
    digest, left = new_digest(), mark.size
    try:
        with path.open("rb") as file:
            while left and (data := file.read(min(_BLOCK, left))):
                digest.update(data)
                left -= len(data)
    except OSError:
        return False
    return left == 0 and digest.hexdigest() == mark.digest


def _with_names(found: Found, targets: Sequence[Target]) -> list[tuple[Commit, int]]:
    """Return the states up to the first whose finished outputs are gone."""
    good = []
    for commit, size in found.commits:
        if not all(targets[number].path.exists() or targets[number].part.exists() for number in commit.done):
            break
        good.append((commit, size))
    return good


def _check_same(journal: Path, then: Header, now: Header) -> None:
    again = "--force starts anew"
    if then.version != now.version:
        raise DataError(f"{journal}: of another version of balagh; {again}")
    if then.model != now.model:
        raise DataError(f"{journal}: the model is not the one that the earlier run used; {again}")
    changed = sorted(name for name in {*then.options, *now.options} if then.options.get(name) != now.options.get(name))
    if changed:
        raise DataError(f"{journal}: the earlier run had other options ({', '.join(changed)}); {again}")
    if list(then.inputs) != list(now.inputs):
        raise DataError(f"{journal}: the earlier run read other files; {again}")
    for path, digest in now.inputs.items():
        if then.inputs[path] != digest:
            raise DataError(f"{path}: has changed since the earlier run; {again}")
