"""Tagged sentences as JSON lines, CSV, or a table for the terminal."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import BinaryIO, Final, Literal, TypeAlias

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from balagh.labels import NONE
from balagh.tagger import TaggedSentence

Format: TypeAlias = Literal["table", "jsonl", "csv"]

COLOURS: Final = ("green", "red", "cyan", "yellow", "magenta", "blue")
"""Colours of the labels in a terminal, in their order."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class Result(msgspec.Struct, frozen=True):
    """One tagged sentence of a document, as a line of JSON holds it."""

    doc: str
    index: int
    """Number of the sentence in its document, from 0."""
    start: int
    end: int
    text: str
    labels: tuple[str, ...]
    primary: str
    scores: dict[str, float]

    @classmethod
    def of(cls, doc: str, index: int, sentence: TaggedSentence) -> Result:
        """Return a tagged sentence with its document and number."""
        return cls(doc, index, **{name: getattr(sentence, name) for name in sentence.__struct_fields__})


Writer: TypeAlias = Callable[[Iterable[Result]], None]


def jsonl_writer(file: BinaryIO, labels: Sequence[str]) -> Writer:
    """Return a function that writes results as one JSON object a line."""
    encoder = msgspec.json.Encoder()
    return lambda results: _discard(file.write(encoder.encode_lines(list(results))))


def csv_writer(file: BinaryIO, labels: Sequence[str], *, raw: bool = False) -> Writer:
    """Write a heading, and return a function that writes results as rows of CSV.

    Cells that a spreadsheet would take for a formula get an apostrophe before them, unless ``raw``.
    """

    def write(rows: Iterable[Sequence[object]]) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        file.write(text.getvalue().encode("utf-8", "surrogatepass"))

    write([("doc", "index", "start", "end", "text", "labels", "primary", *labels)])

    def cells(r: Result) -> Sequence[object]:
        shown = (r.doc, r.text) if raw else (_harmless(r.doc), _harmless(r.text))
        scores = (f"{r.scores[label]:.6f}" for label in labels)
        return (shown[0], r.index, r.start, r.end, shown[1], " ".join(r.labels), r.primary, *scores)

    return lambda results: write(map(cells, results))


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
    table = Table(title=Text(doc), title_justify="left", box=box.SIMPLE_HEAD, show_lines=False, padding=(0, 1))
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
            names.append(NONE, style="dim")
        table.add_row(str(row.index + 1), names, chances, Text(visible(row.text), style="" if row.labels else "dim"))
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


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _discard(_: object) -> None:
    """Drop a result that nobody asked for."""
