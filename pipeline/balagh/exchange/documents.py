"""How tools' files are opened: an array of JSON as a whole, lines of JSON one by one; every fault with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from balagh.errors import DataError
from balagh.exchange.items import Item
from balagh.lines import Source, name_of, opened, parse_json, read_lines
from balagh.problems import Problem

MAX_ARRAY: Final = 512_000_000
"""Bytes of a JSON array that are held in memory at once."""

_LINE = msgspec.json.Decoder(dict[str, Any])


def json_array(source: Source, parse: Callable[[dict[str, Any]], Item], unit: str) -> Iterator[Item | Problem]:
    """Yield an item for each object of a JSON array, or what is wrong with it.

    Parameters
    ----------
    source : path or binary stream
    parse : callable
        Makes the item of an object; its `DataError` becomes a problem with the object's number.
    unit : str
        What an object is called in messages.

    Raises
    ------
    DataError
        The file as a whole is no JSON array of objects, or too large.
    """
    name = name_of(source)
    with opened(source) as stream:
        raw = stream.read(MAX_ARRAY + 1)
    if len(raw) > MAX_ARRAY:
        raise DataError(f"{name}: larger than {MAX_ARRAY:,} bytes; export in parts")
    try:
        objects = msgspec.json.decode(raw, type=list[dict[str, Any]])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(f"{name}: no JSON array of objects ({error or 'nested too deep'})") from None
    for number, found in enumerate(objects, start=1):
        yield _guarded(parse, found, name, number, f"{unit} {number}: ")


def json_lines(source: Source, parse: Callable[[dict[str, Any]], Item]) -> Iterator[Item | Problem]:
    """Yield an item for each line of JSON, or what is wrong with it."""
    name = name_of(source)
    for line in read_lines(source):
        if isinstance(line, Problem):
            yield line
            continue
        try:
            found = parse_json(line.text, _LINE)
        except DataError as error:
            yield Problem(name, line.number, str(error))
            continue
        yield _guarded(parse, found, name, line.number, "")


def _guarded(
    parse: Callable[[dict[str, Any]], Item], found: dict[str, Any], name: str, number: int, prefix: str
) -> Item | Problem:
    try:
        return parse(found)
    except DataError as error:
        return Problem(name, number, f"{prefix}{error}")
    except (AttributeError, TypeError, KeyError, ValueError) as error:
        return Problem(name, number, f"{prefix}not the shape that this tool writes ({type(error).__name__}: {error})")
