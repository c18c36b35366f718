"""What is wrong with data, and where: the form in which readers and checks tell it."""

from __future__ import annotations

from typing import NamedTuple


class Where(NamedTuple):
    """The place of a line.

    Examples
    --------
    >>> print(Where("un.jsonl", 3))
    un.jsonl:3
    """

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class Problem(NamedTuple):
    """Something wrong with a line, and where.

    Examples
    --------
    >>> print(Problem("un.jsonl", 3, "empty text"))
    un.jsonl:3: empty text
    """

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


def shown(value: object, width: int = 60) -> str:
    r"""Return a value as it can stand in a message: short, on one line, without control characters.

    Examples
    --------
    >>> shown("a\x1b[31m")
    "'a\\x1b[31m'"
    """
    text = value[: width + 1] if isinstance(value, str) else value
    printed = repr(text)
    return printed if len(printed) <= width + 2 else printed[:width] + "…"
