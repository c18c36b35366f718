"""`make bench`: the speed table, and the accuracy table of the held-out side, written to RESULTS.md."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks import accuracy, speed
from benchmarks.labelled import parser, read_sides

MODEL = Path("models/tagger.safetensors")
RESULTS = Path("benchmarks/RESULTS.md")


def main() -> None:
    """Measure, print and write."""
    if not MODEL.exists():
        sys.exit(f"{MODEL}: no such model; run `make` first")
    table = speed.table(speed.rows(MODEL, runs=5, count=20_000))
    memory = speed.memory_row(MODEL)
    text = f"# Results of `make bench`\n\n## Speed\n\n{speed.machine()}\n\n{table}\n\n{memory}.\n"
    sides = read_sides(parser("").parse_args([]))
    text += f"\n## Accuracy on the held-out side\n\n{accuracy.page(sides, accuracy.predictions(sides))}\n"
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
