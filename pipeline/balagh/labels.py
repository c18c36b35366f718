"""The four labels: their names, their order and their Arabic names, in one place."""

from __future__ import annotations

from enum import StrEnum

NONE = "none"
"""What `primary` says of a sentence without any label."""


class Label(StrEnum):
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

    @property
    def english(self) -> str:
        """The name to show in English, e.g. ``regional concern``."""
        return self.value.replace("_", " ")

    @property
    def arabic(self) -> str:
        """The name to show in Arabic."""
        return _ARABIC[self]


_ARABIC = {
    Label.COMMITMENT: "التزام",
    Label.CONDEMNATION: "إدانة",
    Label.MEMBERSHIP: "عضوية",
    Label.REGIONAL_CONCERN: "قلق إقليمي",
}

LABELS: tuple[Label, ...] = tuple(Label)
"""Every label in the order of the columns of all score matrices."""
