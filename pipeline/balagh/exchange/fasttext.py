"""fastText: a sentence a line, its labels before it as ``__label__name``.

The format holds texts and labels, nothing else: fields, annotators and skipped sentences are left out, and the answer
"none of these" is ``__label__none``, so that a line without a label is a sentence that waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from balagh.errors import DataError
from balagh.exchange.items import Answer, Item, choices_of, labels_of, made
from balagh.lines import Source, name_of, read_lines
from balagh.problems import Problem, shown

PREFIX = "__label__"


def write(items: Iterable[Item], file: BinaryIO) -> None:
    """Write a line for each answer, and one for each sentence that waits.

    Raises
    ------
    DataError
        A text has a line feed or begins like a label: the format cannot hold it.
    """
    for item in items:
        if "\n" in item.text or "\r" in item.text or item.text.lstrip().startswith(PREFIX):
            raise DataError(f"fastText's format cannot hold this text: {shown(item.text)}")
        for answer in [answer for answer in item.answers if not answer.skipped] or (None,):
            names = [] if answer is None else [PREFIX + choice for choice in choices_of(answer.labels)]
            file.write(" ".join([*names, item.text]).encode() + b"\n")


def read(source: Source) -> Iterator[Item | Problem]:
    """Yield an item for each line, or what is wrong with it."""
    name = name_of(source)
    for line in read_lines(source):
        try:
            yield line if isinstance(line, Problem) else _item(line.text)
        except DataError as error:
            assert not isinstance(line, Problem)
            yield Problem(name, line.number, str(error))


def _item(line: str) -> Item:
    chosen = []
    while line.startswith(PREFIX):
        label, _, line = line.partition(" ")
        chosen.append(label.removeprefix(PREFIX))
    return made(line, {}, [Answer(labels_of(chosen))] if chosen else [])
