"""A tagged sentence as it is written, and a table of them for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeAlias

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

COLOURS: Final = ("green", "red", "cyan", "yellow", "magenta", "blue")
"""Colours of the labels in a terminal, in their order."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

NO_TEXT: Final = "no text"
"""What stands for a label where there is no text to earn one."""


class Result(msgspec.Struct, frozen=True):
    """One tagged sentence of a document, as a line of JSON holds it."""

    doc: str
    """The file; "-" for standard input."""
    line: int
    """Line of the file where the sentence stands, or where its row begins, from 1."""
    index: int
    """Number of the sentence in its text, from 0; of a line in its file where each is a sentence."""
    start: int
    end: int
    text: str
    labels: tuple[str, ...]
    primary: str
    scores: dict[str, float]
    before: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    after: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    """Neighbouring sentences, where they were asked for."""
    input: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    """What else the row of the input holds."""


Writer: TypeAlias = Callable[[Iterable[Result]], None]


def table_writer(console: Console, labels: Sequence[str]) -> Writer:
    """Return a function that shows results as a table a document, a sentence a row."""
    colours = {label: COLOURS[i % len(COLOURS)] for i, label in enumerate(labels)}

    def write(results: Iterable[Result]) -> None:
        documents: dict[str, list[Result]] = {}
        for result in results:
            documents.setdefault(result.doc, []).append(result)
        for doc, rows in documents.items():
            console.print(_table(doc, rows, colours))

    return write


def _table(doc: str, rows: Sequence[Result], colours: dict[str, str]) -> Table:
    table = Table(title=Text(visible(doc)), title_justify="left", box=box.SIMPLE_HEAD, show_lines=False, padding=(0, 1))
    table.add_column("#", justify="right", style="dim")
    table.add_column("labels", min_width=17)
    table.add_column("p", justify="right")
    # A terminal that knows Arabic sets the words right to left by itself; the column only has to end at the right.
    table.add_column("sentence", justify="right", overflow="fold")
    for row in rows:
        names, chances = Text(), Text()
        for label in sorted(row.labels, key=lambda name: name != row.primary):
            names.append(("\n" if names else "") + label.replace("_", " "), style=colours[label])
            chances.append(("\n" if chances else "") + f"{row.scores[label]:.2f}", style=colours[label])
        if not row.labels:
            names.append(row.primary, style="dim")
        # A mark of direction keeps the full stop at the left end of the sentence.
        sentence = Text(visible(row.text) + "\u200f", style="" if row.labels else "dim")
        table.add_row(str(row.index + 1), names, chances, sentence)
    return table


def visible(text: str) -> str:
    r"""Return a text with controls of the terminal and of text direction as visible tokens.

    Examples
    --------
    >>> visible("a\x1b[2J")
    'a<U+001B>[2J'
    """
    return "".join(f"<U+{ord(char):04X}>" if _is_control(char) else char for char in text)


def _is_control(char: str) -> bool:
    code = ord(char)
    bidi = 0x200E <= code <= 0x200F or 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069
    return (code < 32 and char not in "\n\t") or 0x7F <= code < 0xA0 or bidi or 0xD800 <= code < 0xE000


def harmless(cell: str) -> str:
    """Return a cell of CSV with an apostrophe before it where a spreadsheet would take it for a formula.

    Examples
    --------
    >>> harmless("=1+1"), harmless("1+1")
    ("'=1+1", '1+1')
    """
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def counted(count: int, noun: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1, "row"), counted(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
