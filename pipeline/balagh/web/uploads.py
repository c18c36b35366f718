"""The text of a file that was dropped on the page: plain text, HTML or a Word document."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final, NamedTuple

from balagh.errors import DataError

MAX_UNPACKED: Final = 64 << 20
"""Bytes that the parts of a Word document may unpack to."""

HTML_TYPES: Final = ("text/html", "application/xhtml+xml")
DOCX_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TYPES: Final = ("text/plain", *HTML_TYPES, DOCX_TYPE)

_SKIPPED = frozenset(("script", "style", "template", "noscript", "head", "svg", "math", "object", "iframe", "select"))
_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "br", "caption", "dd", "details", "div", "dl", "dt"),
        *("fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr"),
        *("li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th"),
        *("thead", "tr", "ul"),
    )
)
_OLD_ARABIC = "cp1256"
_BREAK = re.compile(r"[\r\n]+")


class Upload(NamedTuple):
    """What was read."""

    text: str
    encoding: str
    """How its bytes were read; empty for a Word document."""


def read_upload(data: bytes, kind: str) -> Upload:
    """Return the text of a file.

    Parameters
    ----------
    data : bytes
        The file.
    kind : str
        Its media type, one of `TYPES`.

    Raises
    ------
    DataError
        The file is not of this kind, is damaged, or unpacks to too much.
    """
    if kind == DOCX_TYPE:
        return Upload(_docx_text(data), "")
    text, encoding = _decode(data)
    return Upload(_html_text(text) if kind in HTML_TYPES else text, encoding)


def _decode(data: bytes) -> tuple[str, str]:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace"), "utf-16"
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        if b"\0" in data:
            raise DataError("this is no text; drop a .txt, .html or .docx file") from None
        # Old Arabic files that are not UTF-8 were nearly all written on Windows.
        return data.decode(_OLD_ARABIC, "replace"), "windows-1256"


def _html_text(text: str) -> str:
    from lxml import etree, html

    try:
        root = html.document_fromstring(
            text.replace("\0", "").encode("utf-8", "replace"), html.HTMLParser(encoding="utf-8")
        )
    except (etree.ParserError, ValueError):
        return ""  # nothing but markup
    parts: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        if event in ("comment", "pi"):
            parts.append(_line(element.tail))
            continue
        skipped = element.tag in _SKIPPED
        if element.tag in _BLOCKS:
            parts.append("\n")
        if event == "end":
            parts.append(_line(element.tail))
        elif skipped:
            walk.skip_subtree()
        else:
            parts.append(_line(element.text))
    lines = ("".join(parts)).split("\n")
    return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


def _line(text: str | None) -> str:
    """Return text as a browser shows it: a line break in the source is a space."""
    return _BREAK.sub(" ", text or "")


def _docx_text(data: bytes) -> str:
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table
    from lxml.etree import LxmlError

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                raise DataError(f"the document unpacks to more than {MAX_UNPACKED >> 20} MiB; save it as text first")
        content = docx.Document(io.BytesIO(data)).iter_inner_content()
        lines = []
        for block in content:
            if isinstance(block, Table):
                lines += [cell.text for row in block.rows for cell in row.cells]
            else:
                lines.append(block.text)
    except DataError:
        raise
    except (zipfile.BadZipFile, PackageNotFoundError, LxmlError, KeyError, ValueError, AttributeError, OSError,
            NotImplementedError, RuntimeError, EOFError, zipfile.LargeZipFile):  # fmt: skip
        raise DataError("this is no Word document that can be read; save it again as .docx or as text") from None
    return "\n".join(line for line in lines if line.strip())
