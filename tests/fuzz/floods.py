"""Rows too large to hold are refused with their number, in little time and memory, by `balagh tag` itself.

``python -m tests.fuzz.floods --size 1000000000`` does it with a gigabyte; tests/test_floods.py with less.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

MOST_SECONDS, MOST_BYTES = 5, 500_000_000
"""What a refusal may cost, whatever the size."""

# Run in the process itself: what the kernel says of a child begins at the memory of its parent.
_MEASURED = """
import atexit, re, sys
from pathlib import Path
def peak():
    kilobytes = re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]
    print(f"peak {kilobytes}", file=sys.stderr)
atexit.register(peak)
from balagh.cli import main
main()
"""


class Flood(NamedTuple):
    """What came of a file."""

    code: int
    message: str
    """What is said of the row; empty if it is not named by file and number."""
    seconds: float
    peak: int
    """Bytes."""

    def bad(self) -> bool:
        """Say whether the promise was broken."""
        return not (self.code in (1, 2) and self.message and self.seconds <= MOST_SECONDS and self.peak <= MOST_BYTES)


def _filled(path: Path, head: str, tail: str, size: int) -> None:
    with path.open("wb") as file:
        file.write(head.encode())
        for _ in range(size // 1_000_000):
            file.write(b"x" * 1_000_000)
        file.write(tail.encode())


def long_line(folder: Path, size: int) -> tuple[Path, int]:
    """Write lines of which the second is long."""
    _filled(folder / "line.txt", "وصل الوفد.\n", "\nوصل الوفد.\n", size)
    return folder / "line.txt", 2


def long_value(folder: Path, size: int) -> tuple[Path, int]:
    """Write JSON lines with a long text in the second."""
    _filled(folder / "value.jsonl", '{"text": "وصل"}\n{"text": "', '"}\n{"text": "وصل"}\n', size)
    return folder / "value.jsonl", 2


def long_field(folder: Path, size: int) -> tuple[Path, int]:
    """Write CSV with one long field, in the line after the header's next."""
    _filled(folder / "field.csv", 'id,text\n1,وصل\n2,"', '"\n3,وصل\n', size)
    return folder / "field.csv", 3


def open_quote(folder: Path, size: int) -> tuple[Path, int]:
    """Write CSV in which a quote is left open before many short lines."""
    path = folder / "quote.csv"
    path.write_text('id,text\n1,وصل\n2,"وصل\n' + "3,وصل الوفد\n" * (size // 20), encoding="utf-8")
    return path, 3


def deep_json(folder: Path, size: int) -> tuple[Path, int]:
    """Write JSON lines of which the second is 100,000 deep."""
    deep = "[" * 100_000 + "]" * 100_000
    path = folder / "deep.jsonl"
    path.write_text(f'{{"text": "وصل"}}\n{{"text": "وصل", "x": {deep}}}\n{{"text": "وصل"}}\n', encoding="utf-8")
    return path, 2


def large_cells(folder: Path, size: int) -> tuple[Path, int]:
    """Write Parquet whose second row group holds twice the size in two cells, packed to nearly nothing."""
    import pyarrow
    import pyarrow.parquet

    path = folder / "cells.parquet"
    schema = pyarrow.schema([("text", pyarrow.large_string())])
    with pyarrow.parquet.ParquetWriter(path, schema, compression="zstd", use_dictionary=False) as writer:
        for texts in (["وصل الوفد."], ["x" * size] * 2):
            writer.write_table(pyarrow.table({"text": texts}, schema=schema))
    return path, 2


CASES: dict[str, Callable[[Path, int], tuple[Path, int]]] = {
    "line": long_line,
    "JSON value": long_value,
    "CSV field": long_field,
    "open quote in CSV": open_quote,
    "deep JSON": deep_json,
    "Parquet cells": large_cells,
}


def refused(path: Path, line: int, model: Path) -> Flood:
    """Tag a file in a process of its own, and measure it."""
    form = ["--as", "sentences"] if path.suffix == ".txt" else []
    words = [sys.executable, "-c", _MEASURED, "tag", path, "--model", model, *form]
    begin = time.monotonic()
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - begin
    said = [row for row in done.stderr.splitlines() if re.search(rf"{re.escape(path.name)}:{line}: ", row)]
    peak = re.search(r"^peak (\d+)$", done.stderr, re.MULTILINE)
    message = said[0] if said and "Traceback" not in done.stderr else ""
    return Flood(done.returncode, message, seconds, int(peak[1]) * 1024 if peak else sys.maxsize)


def run_cases(folder: Path, size: int, model: Path) -> Iterator[tuple[str, Flood]]:
    """Make the file of each case and tag it."""
    for name, make in CASES.items():
        path, line = make(folder, size)
        yield name, refused(path, line, model)
        path.unlink()


def main() -> None:
    """Run every case and say what it cost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=1_000_000_000, help="bytes of the row; twice that in Parquet")
    parser.add_argument("--model", type=Path, default=Path("models/tagger.safetensors"))
    given = parser.parse_args()
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, flood in run_cases(Path(folder), given.size, given.model):
            bad += flood.bad()
            cost = f"code {flood.code}, {flood.seconds:.1f} s, {flood.peak / 1e6:.0f} MB"
            print(f"{name}: {'NOT AS PROMISED, ' * flood.bad()}{cost}: {Path(flood.message).name or 'row not named'}")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
