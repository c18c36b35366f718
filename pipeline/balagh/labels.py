"""The labels: their names, their order and their Arabic names, in one place.

The codebook's four are the labels unless a project's params.yaml declares others; then the same pipeline trains on
those. A trained model carries its own labels, so whoever only tags never needs a declaration.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any, Final, overload

import msgspec

from balagh.errors import ParamsError

NONE = "none"
"""What `primary` says of a sentence without any label."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ARABIC: dict[str, str] = {
    "commitment": "التزام",
    "condemnation": "إدانة",
    "membership": "عضوية",
    "regional_concern": "قلق إقليمي",
}
_ENGLISH: dict[str, str] = {}


class LabelParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A label that a project declares."""

    name: str
    """In the data and in results: small letters, digits and underscores."""
    arabic: str = ""
    """To show in Arabic; the English name where there is none."""
    english: str = ""
    """To show in English; the name with spaces where there is none."""


class _Named(StrEnum):
    """A label with names to show."""

    @property
    def english(self) -> str:
        """The name to show in English, e.g. ``regional concern``."""
        return _ENGLISH.get(self.value) or self.value.replace("_", " ")

    @property
    def arabic(self) -> str:
        """The name to show in Arabic."""
        return _ARABIC.get(self.value) or self.english


class Label(_Named):
    """A label of the codebook. Members compare equal to their plain string values.

    Examples
    --------
    >>> Label.MEMBERSHIP == "membership"
    True
    >>> Label.MEMBERSHIP.arabic
    'عضوية'
    """

    COMMITMENT = "commitment"
    CONDEMNATION = "condemnation"
    MEMBERSHIP = "membership"
    REGIONAL_CONCERN = "regional_concern"


class LabelSet(Sequence[Label]):
    """The labels in force, in the order of the columns of all score matrices.

    There is one, `LABELS`, for a process trains one model; a stage declares the labels of its params before it reads
    anything.
    """

    def __init__(self) -> None:
        self._members: tuple[Label, ...] = tuple(Label)

    @overload
    def __getitem__(self, index: int) -> Label: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Label, ...]: ...
    def __getitem__(self, index: int | slice) -> Label | tuple[Label, ...]:
        return self._members[index]

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[Label]:
        return iter(self._members)

    def __contains__(self, label: object) -> bool:
        return label in self._members

    def declare(self, labels: Iterable[LabelParams]) -> None:
        """Put the labels of a project in force, or the codebook's four where it declares none.

        Raises
        ------
        ParamsError
            A name is not allowed or stands twice.
        """
        declared = list(labels)
        names = [label.name for label in declared]
        for name in names:
            if not _NAME.fullmatch(name) or name == NONE:
                raise ParamsError(f"labels: {name!r} cannot be a label's name; use small letters, digits and _")
            if names.count(name) > 1:
                raise ParamsError(f"labels: {name!r} is declared twice")
        if names in ([], [label.value for label in Label]):
            self._members = tuple(Label)
            return
        _ARABIC.update({label.name: label.arabic for label in declared if label.arabic})
        _ENGLISH.update({label.name: label.english for label in declared if label.english})
        # A class of enums that is made at run time has members that no type checker can know.
        base: Any = _Named
        self._members = tuple(base("Label", [(name.upper(), name) for name in names]))


LABELS: Final = LabelSet()
"""Every label in the order of the columns of all score matrices."""
