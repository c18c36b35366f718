"""Hugging Face `datasets`: Parquet whose schema carries the ``ClassLabel`` names, or JSON lines with the names.

In Parquet ``labels`` is a list of numbers, and the metadata entry "huggingface" of the schema tells `load_dataset`
what they mean. null is a sentence that waits or was skipped; ``state`` tells which.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from balagh.errors import DataError
from balagh.exchange.documents import json_lines
from balagh.exchange.items import Answer, Item, labels_of, made
from balagh.labels import LABELS
from balagh.lines import Source, name_of, opened
from balagh.problems import Problem

_STRINGS: Final = ("text", "primary", "doc", "issuer", "genre", "id", "stratum", "state", "annotator")
BATCH: Final = 4096


def features() -> dict[str, Any]:
    """Return the features of the data set, in the form in which `datasets` writes them."""
    strings = {name: {"dtype": "string", "_type": "Value"} for name in _STRINGS}
    scores = {f"score_{label}": {"dtype": "float64", "_type": "Value"} for label in LABELS}
    year = {"dtype": "int32", "_type": "Value"}
    classes = {"feature": {"names": _names(), "_type": "ClassLabel"}, "_type": "Sequence"}
    return {**strings, "year": year, "labels": classes, "suggested": classes, **scores}


def _names() -> list[str]:
    return [label.value for label in LABELS]


def write(items: Iterable[Item], file: BinaryIO) -> None:
    """Write items as JSON lines, a line for each answer."""
    for row in _rows(items):
        file.write(msgspec.json.encode(row) + b"\n")


def read(source: Source) -> Iterator[Item | Problem]:
    """Yield an item for each row of JSON lines or Parquet, or what is wrong with it."""
    if str(source).endswith(".parquet"):
        yield from _read_parquet(source)
    else:
        yield from json_lines(source, _item)


def write_parquet(items: Iterable[Item], file: BinaryIO) -> None:
    """Write items as Parquet, a row for each answer; needs the extra ``parquet``."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {name: pa.string() for name in _STRINGS} | {"year": pa.int32()}
    kinds |= {"labels": pa.list_(pa.int64()), "suggested": pa.list_(pa.int64())}
    kinds |= {f"score_{label}": pa.float64() for label in LABELS}
    schema = pa.schema(kinds, metadata={"huggingface": json.dumps({"info": {"features": features()}})})
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        rows = [_numbered(row) for row in _rows(items)]
        for start in range(0, len(rows), BATCH):
            writer.write_table(pa.Table.from_pylist(rows[start : start + BATCH], schema=schema))


def _read_parquet(source: Source) -> Iterator[Item | Problem]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    name, number = name_of(source), 0
    try:
        with opened(source) as stream:
            for batch in pq.ParquetFile(stream).iter_batches(batch_size=BATCH):
                for row in batch.to_pylist():
                    number += 1
                    try:
                        yield _item(row)
                    except DataError as error:
                        yield Problem(name, number, f"row {number}: {error}")
    except pa.ArrowException as error:
        raise DataError(f"{name}: no Parquet file that can be read ({str(error).splitlines()[0]})") from None


def _rows(items: Iterable[Item]) -> Iterator[dict[str, Any]]:
    for item in items:
        for answer in item.answers or (None,):
            row: dict[str, Any] = {"text": item.text, **item.meta()}
            row["state"] = "unlabelled" if answer is None else "skipped" if answer.skipped else "labelled"
            row["labels"] = [label.value for label in answer.labels] if answer and not answer.skipped else None
            row |= {"annotator": answer.annotator} if answer and answer.annotator else {}
            if item.scores:
                row["suggested"] = [label.value for label in item.suggested]
                row |= {f"score_{label}": chance for label, chance in item.scores.items()}
            yield row


def _numbered(row: dict[str, Any]) -> dict[str, Any]:
    lists = {name: row.get(name) for name in ("labels", "suggested")}
    return row | {
        name: None if names is None else [_names().index(label) for label in names] for name, names in lists.items()
    }


def _item(row: dict[str, Any]) -> Item:
    annotator, labels = str(row.get("annotator") or ""), row.get("labels")
    answers = [] if labels is None else [Answer(_labels(labels), annotator)]
    if row.get("state") == "skipped":
        answers = [Answer(annotator=annotator, skipped=True)]
    scores = {label.value: row[f"score_{label}"] for label in LABELS if row.get(f"score_{label}") is not None}
    suggested = _labels(row.get("suggested") or [])
    return made(row.get("text"), row, answers, scores=scores, suggested=suggested)


def _labels(values: list[Any]) -> tuple[Any, ...]:
    names = _names()
    if any(isinstance(value, int) and not 0 <= value < len(names) for value in values):
        raise DataError(f"a label number outside 0 to {len(names) - 1}")
    return labels_of([names[value] if isinstance(value, int) else value for value in values])


def is_parquet(path: Path) -> bool:
    """Return whether a file's name says that it is Parquet."""
    return path.suffix == ".parquet"
