"""Read the rows of a Parquet file batch by batch; only needed where one is read, since pyarrow is an extra."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from balagh.bulk.job import STDIN, Job
from balagh.bulk.sources import Source
from balagh.errors import DataError
from balagh.problems import Problem, shown

if TYPE_CHECKING:
    from balagh.bulk.rows import Item

BATCH: Final = 256
"""Rows that are decoded at once: few, since a row may have a megabyte."""
MAX_GROUP: Final = 1 << 30
"""Bytes that the texts of one row group may have."""
_PLAIN: Final = ("int", "uint", "float", "double", "bool", "string", "large_string")
"""Types whose values JSON holds as they are; others are written as text."""


def load_arrow() -> tuple[Any, Any]:
    """Return pyarrow and its Parquet module.

    Raises
    ------
    DataError
        They are not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise DataError("Parquet needs pyarrow; run `pip install balagh[parquet]`") from None
    return pyarrow, pyarrow.parquet


def parquet_rows(source: Source, job: Job) -> tuple[tuple[str, ...], tuple[str, ...], Iterator[Item]]:
    """Return the names and types of the other columns, and the rows, counted from 1.

    Raises
    ------
    DataError
        It is no Parquet file, lacks the column, or has a row group that is too large.
    """
    arrow, parquet = load_arrow()
    if source.path == STDIN or source.packing:
        raise DataError(f"{source.path}: Parquet is read from a file only, and has a compression of its own")
    try:
        file = parquet.ParquetFile(source.path, pre_buffer=False, buffer_size=1 << 20)
    except (arrow.ArrowException, OSError) as error:
        raise DataError(f"{source.path}: not a Parquet file ({_first_line(error)})") from None
    schema = file.schema_arrow
    if schema.names.count(job.field) != 1:
        there = ", ".join(map(shown, schema.names[:20])) or "none"
        raise DataError(f"{source.path}: no column {shown(job.field)}; there are {there}")
    if not _is_text(schema.field(job.field).type):
        raise DataError(f"{source.path}: column {shown(job.field)} is {schema.field(job.field).type}, not text")
    others = [field for field in schema if field.name != job.field]
    _check_groups(file, source.path, job)
    types = tuple(str(f.type) if str(f.type).startswith(_PLAIN) or _castable(f.type) else "json" for f in others)
    return tuple(f.name for f in others), types, _rows(file, source.path, job, types)


def _check_groups(file: Any, path: str, job: Job) -> None:
    """Refuse, by what the file says of itself, what would have to be held in memory before it can be refused."""
    first = 1
    for number in range(file.metadata.num_row_groups):
        group = file.metadata.row_group(number)
        for index in range(group.num_columns):
            column = group.column(index)
            size = column.total_uncompressed_size
            limit = min(MAX_GROUP, max(group.num_rows, 1) * job.limits.field + (1 << 20))
            if size > limit:
                raise DataError(
                    f"{path}:{first}: {shown(column.path_in_schema)} has {size:,} bytes in the {group.num_rows:,} rows"
                    f" from here on, more than {limit:,}; write the file with smaller row groups or texts"
                )
        first += group.num_rows


def _rows(file: Any, path: str, job: Job, types: tuple[str, ...]) -> Iterator[Item]:
    from balagh.bulk.rows import Row

    arrow, _ = load_arrow()
    line = 0
    batches = file.iter_batches(batch_size=BATCH)
    while True:
        try:
            batch = next(batches, None)
        except (arrow.ArrowException, OSError) as error:
            raise DataError(f"{path}: damaged after row {line} ({_first_line(error)})") from None
        if batch is None:
            return
        names = [name for name in batch.schema.names if name != job.field]
        columns = [_values(arrow, batch.column(name), kind) for name, kind in zip(names, types, strict=True)]
        for i, text in enumerate(_texts(arrow, batch.column(job.field))):
            line += 1
            if isinstance(text, str) and len(text.encode("utf-8", "surrogatepass")) <= job.limits.field:
                yield Row(line, text, tuple(column[i] for column in columns))
            elif text is None:
                yield Problem(path, line, f"field {shown(job.field)} is null, not a string")
            elif isinstance(text, bytes):
                yield Problem(path, line, f"field {shown(job.field)} is not UTF-8")
            else:
                yield Problem(path, line, f"the text is longer than {job.limits.field:,} bytes")


def _texts(arrow: Any, column: Any) -> list[Any]:
    """Return the texts of a batch; bytes for those that are no UTF-8, which pyarrow does not check."""
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:
        found = []
        for value in column.cast(arrow.large_binary()).to_pylist():
            try:
                found.append(None if value is None else value.decode())
            except UnicodeDecodeError:
                found.append(value)
        return found


def _values(arrow: Any, column: Any, kind: str) -> list[Any]:
    if kind != "json" and not kind.startswith(_PLAIN):
        column = column.cast(arrow.string())
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:
        return [None if v is None else v.decode("utf-8", "replace") for v in column.cast("large_binary").to_pylist()]


def _is_text(kind: Any) -> bool:
    name = str(kind)
    return name in ("string", "large_string", "string_view") or name.startswith("dictionary<values=string")


def _castable(kind: Any) -> bool:
    """Say whether values of a type can go through text and come back."""
    return str(kind).startswith(("timestamp", "date", "time", "decimal"))


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
