"""Read the lines of a file one at a time, in bounded memory, each with its place; nothing crashes it.

Every reader of balagh stands on `read_lines`: it decides what a line is, how long it may be and what to say
of bytes that are no text. A line ends at a line feed only; U+2028 and the other breaks that
`str.splitlines` knows may stand inside a sentence and must not move the lines after it.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, TypeAlias, TypeVar

import msgspec

from balagh.errors import DataError, MissingFileError
from balagh.problems import Problem, shown

T = TypeVar("T")

MAX_LINE: Final = 1_000_000
"""Bytes that a line may have unless told otherwise."""

Source: TypeAlias = "str | os.PathLike[str] | BinaryIO"
"""Where text comes from: the path of a file, or an open binary stream such as ``sys.stdin.buffer``."""

ENCODINGS: Final = ("utf-8", "cp1256")
"""Encodings that files may have: both keep the bytes of ASCII, so a line feed is always one byte."""


class Line(NamedTuple):
    """A line without its end, and its number from 1."""

    number: int
    text: str


class RawLine(NamedTuple):
    """The bytes of a line, its end included, its number from 1, and how many bytes are before it."""

    number: int
    offset: int
    data: bytes


def parse_json(text: str, decoder: msgspec.json.Decoder[T]) -> T:
    """Return what a line of JSON holds, in the type of the decoder.

    Raises
    ------
    DataError
        It is no JSON, not of that type, nested too deep, or has a lone surrogate; without the place.

    Examples
    --------
    >>> parse_json('{"text": 7}', msgspec.json.Decoder(dict[str, int]))
    {'text': 7}
    """
    if not text.strip():
        raise DataError("an empty line where a JSON object is due")
    try:
        return decoder.decode(text)
    except msgspec.MsgspecError as error:
        # msgspec says the same of half a surrogate pair before the end of a string.
        cut_off = str(error) == "Input data was truncated"
        raise DataError("JSON is cut off or has a lone surrogate" if cut_off else str(error)) from None
    except RecursionError:
        raise DataError("JSON nested too deep") from None


def name_of(source: Source) -> str:
    """Return the name of a source for messages."""
    if isinstance(source, (str, os.PathLike)):
        return os.fspath(source)
    name = getattr(source, "name", None)
    return name if isinstance(name, str) else "<stream>"


def open_binary(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a file to read bytes from.

    Raises
    ------
    MissingFileError
        There is no such file.
    DataError
        It is a folder or cannot be read.
    """
    try:
        return Path(path).open("rb")
    except FileNotFoundError:
        raise MissingFileError(f"{os.fspath(path)}: no such file") from None
    except IsADirectoryError:
        raise DataError(f"{os.fspath(path)}: a folder, not a file") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(f"{os.fspath(path)}: cannot be read ({reason})") from None


def check_encoding(encoding: str) -> None:
    """Refuse an encoding that is not one of `ENCODINGS`."""
    if encoding not in ENCODINGS:
        raise DataError(f"unknown encoding {shown(encoding)}: known are {', '.join(ENCODINGS)}")


def opened(source: Source) -> AbstractContextManager[BinaryIO]:
    """Return a context that opens and closes a path, and leaves a stream open."""
    return open_binary(source) if isinstance(source, (str, os.PathLike)) else nullcontext(source)


def read_lines(source: Source, *, encoding: str = "utf-8", max_bytes: int = MAX_LINE) -> Iterator[Line | Problem]:
    r"""Yield every line of a source in order, or what is wrong with it.

    Parameters
    ----------
    source : path or binary stream
        A stream is read to its end and left open.
    encoding : {"utf-8", "cp1256"}
        A byte order mark is accepted in UTF-8 and left out.
    max_bytes : int
        A longer line is a problem; it is skipped without being held in memory.

    Yields
    ------
    Line or Problem
        As many as the source has lines. Bytes that are no text and lines over the limit are problems.

    Raises
    ------
    MissingFileError
        There is no such file.
    DataError
        It is a folder, empty or binary, or cannot be read, or the encoding is not known.

    Examples
    --------
    >>> import io
    >>> list(read_lines(io.BytesIO("سطر\n\r\nآخر".encode())))
    [Line(number=1, text='سطر'), Line(number=2, text=''), Line(number=3, text='آخر')]
    """
    check_encoding(encoding)
    with opened(source) as stream:
        path = name_of(source)
        for raw in raw_lines(stream, path, encoding, max_bytes):
            yield raw if isinstance(raw, Problem) else line_of(raw, path, encoding)


def line_of(raw: RawLine, path: str, encoding: str) -> Line | Problem:
    """Return the line that bytes are, or what is wrong with them."""
    text, message = decode(_without_end(raw.data), raw.offset, encoding)
    return Problem(path, raw.number, message) if message else Line(raw.number, text)


def _without_end(data: bytes) -> bytes:
    return data.removesuffix(b"\n").removesuffix(b"\r")


def raw_lines(stream: BinaryIO, path: str, encoding: str, max_bytes: int) -> Iterator[RawLine | Problem]:
    """Yield the lines of an open stream not yet decoded; those over the limit are problems. See `read_lines`."""
    offset = number = 0
    while True:
        try:
            data = stream.readline(max_bytes + 5)  # five more than allowed: byte order mark and \r\n
        except OSError as error:
            raise DataError(f"{path}: cannot be read ({error.strerror})") from None
        if number == 0:
            offset = check_head(data, path, encoding)
            data = data[offset:]
        elif not data:
            return
        number += 1
        # Most lines are far from the limit: their ends need not be looked at.
        if len(data) > max_bytes and len(_without_end(data)) > max_bytes:
            offset += len(data) + _skip_line(stream, data)
            yield Problem(path, number, f"the line is longer than {max_bytes:,} bytes")
            continue
        yield RawLine(number, offset, data)
        offset += len(data)


def _skip_line(stream: BinaryIO, raw: bytes) -> int:
    """Read to the end of a line that is too long, and return how many bytes that took."""
    skipped = 0
    while raw and not raw.endswith(b"\n"):
        raw = stream.readline(1 << 20)
        skipped += len(raw)
    return skipped


def check_head(raw: bytes, path: str, encoding: str) -> int:
    """Return the length of the byte order mark with which a file begins.

    Raises
    ------
    DataError
        It is no text file at all, or an empty one.
    """
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise DataError(f"{path}: the file is in UTF-16; save it as UTF-8")
    mark = len(codecs.BOM_UTF8) if raw.startswith(codecs.BOM_UTF8) else 0
    if mark and encoding != "utf-8":
        raise DataError(f"{path}: the file is in UTF-8, not {encoding}: it begins with the mark of UTF-8")
    if len(raw) == mark:
        raise DataError(f"{path}: the file is empty")
    if b"\0" in raw:
        raise DataError(f"{path}: a binary file, not text: byte {raw.index(0)} is NUL")
    return mark


def decode(raw: bytes, offset: int, encoding: str) -> tuple[str, str]:
    """Return the text of bytes that begin at an offset of their file, and or what is wrong with them."""
    if b"\0" in raw:
        return "", f"byte {offset + raw.index(0)} of the file is NUL, which no text has"
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            return raw.decode(encoding), ""
        bad = f"byte {offset + error.start} of the file (0x{raw[error.start]:02X}) is not UTF-8"
        return "", f"{bad}; old Windows files are often cp1256"
    if encoding != "utf-8":
        # Arabic in cp1256 is hardly ever UTF-8 by chance, and read wrongly it would be tagged as gibberish.
        if any("\u0600" <= char <= "\u06ff" for char in text):
            return "", f"the text is in UTF-8, not {encoding}"
        return raw.decode(encoding), ""
    return text, ""
