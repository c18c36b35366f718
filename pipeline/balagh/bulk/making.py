"""Make what can only be made from all results, a Parquet file or a table, from the lines that were collected."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec
from rich.console import Console

from balagh.bulk.disk import Disk, OpenFile
from balagh.bulk.layout import Layout, as_text, stored_results
from balagh.outputs import Result, table_writer

GROUP: Final = 16_384
"""Rows of a row group."""


def make(disk: Disk, part: Path, path: Path, layout: Layout) -> None:
    """Write the results of a part in their final form, in bounded memory, and flush them to the disk."""
    file = OpenFile(disk, path, over=True)
    try:
        with part.open("rb") as lines:
            if layout.format == "parquet":
                _write_parquet(file, lines, layout)
            else:
                _write_table(file, lines, layout)
        file.sync()
    finally:
        file.close()


def _batches(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    while batch := list(islice(lines, GROUP)):
        yield batch


def _write_table(file: OpenFile, lines: Iterator[bytes], layout: Layout) -> None:
    console = Console(file=_TextOver(file), width=120)  # type: ignore[arg-type]
    write = table_writer(console, layout.labels)
    for batch in _batches(lines):
        write(stored_results(batch))


def _write_parquet(file: OpenFile, lines: Iterator[bytes], layout: Layout) -> None:
    from balagh.bulk.parquet_in import load_arrow

    arrow, parquet = load_arrow()
    schema = _schema(arrow, layout)
    with parquet.ParquetWriter(_BytesOver(file), schema, compression="zstd") as writer:
        for batch in _batches(lines):
            columns = _columns(list(map(_DECODER.decode, batch)), layout)
            arrays = [_array(arrow, column, field.type) for column, field in zip(columns, schema, strict=True)]
            writer.write_table(arrow.Table.from_arrays(arrays, schema=schema), row_group_size=GROUP)


class _Stored(Result, frozen=True):
    """A result whose input stays JSON until it is known what it is for."""

    input: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET  # type: ignore[assignment]


_DECODER = msgspec.json.Decoder(_Stored)
_INPUT = msgspec.json.Decoder(dict[str, Any])


def _columns(rows: list[_Stored], layout: Layout) -> list[list[Any]]:
    columns: list[list[Any]] = [[getattr(row, name) for row in rows] for name in ("doc", "line", "index", "start")]
    columns += [[getattr(row, name) for row in rows] for name in ("end", "text", "labels", "primary")]
    columns += [[row.scores[label] for row in rows] for label in layout.labels]
    if layout.context:
        columns += [[row.before for row in rows], [row.after for row in rows]]
    if layout.columns:
        given = [{} if row.input is msgspec.UNSET else _INPUT.decode(row.input) for row in rows]
        columns += [[fields.get(name) for fields in given] for name in layout.columns]
    if layout.objects:
        columns.append([None if row.input is msgspec.UNSET else bytes(row.input).decode() for row in rows])
    return columns


def _schema(arrow: Any, layout: Layout) -> Any:
    texts = arrow.list_(arrow.string())
    kinds = {"line": arrow.int64(), "index": arrow.int64(), "start": arrow.int64(), "end": arrow.int64()}
    kinds |= {"labels": texts, "before": texts, "after": texts}
    kinds |= {label: arrow.float64() for label in layout.labels}
    kinds |= {f"input.{name}": _kind(arrow, kind) for name, kind in zip(layout.columns, layout.types, strict=True)}
    return arrow.schema([(name, kinds.get(name, arrow.string())) for name in layout.names()])


def _kind(arrow: Any, name: str) -> Any:
    """Return the type that a name stands for; nested values are text that holds JSON."""
    if name.startswith("timestamp["):
        unit, _, zone = name[len("timestamp[") : -1].partition(", tz=")
        return arrow.timestamp(unit, zone or None)
    if name.startswith("decimal"):
        width, _, places = name.partition("(")[2].rstrip(")").partition(", ")
        return arrow.decimal256(int(width), int(places)) if "256" in name else arrow.decimal128(int(width), int(places))
    simple = {"json": "string", "double": "float64", "float": "float32", "date32[day]": "date32"}
    simple |= {"date64[ms]": "date64", "time32[s]": "time32[s]", "time32[ms]": "time32[ms]"}
    return arrow.type_for_alias(simple.get(name, name))


def _array(arrow: Any, values: list[Any], kind: Any) -> Any:
    if arrow.types.is_string(kind):
        return arrow.array([None if v is None else as_text(v) for v in values], kind)
    if arrow.types.is_temporal(kind) or arrow.types.is_decimal(kind):
        return arrow.array(values, arrow.string()).cast(kind)
    return arrow.array(values, kind)


class _TextOver:
    """Just enough of a text file for Rich, over a binary one."""

    def __init__(self, file: OpenFile) -> None:
        self._file = file

    def write(self, text: str) -> int:
        self._file.write(text.encode("utf-8", "replace"))
        return len(text)

    def flush(self) -> None:
        """Do nothing: the file is flushed at its end."""


class _BytesOver:
    """Just enough of a binary file for pyarrow."""

    def __init__(self, file: OpenFile) -> None:
        self._file = file
        self.closed = False

    def write(self, data: Any) -> int:
        self._file.write(bytes(data))
        return len(data)

    def tell(self) -> int:
        return self._file.size

    def flush(self) -> None:
        """Do nothing: the file is flushed at its end."""

    def close(self) -> None:
        """Leave the file to its owner."""

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False
