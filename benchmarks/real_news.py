"""Figures of the saved model on sentences of real news, and the learning curve there, for the report.

``python -m benchmarks.real_news --data FILE.jsonl --about "What the sentences are."`` writes figures only, no text,
to benchmarks/real_news.json, which `balagh report` shows.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

from pathlib import Path

import msgspec

from balagh.evaluation_file import evaluate_file
from balagh.report.contents import RealNews
from balagh.tagger import Tagger
from benchmarks.labelled import parser, read_sides
from benchmarks.learning_curve import points


def main() -> None:
    """Measure and write."""
    options = parser(__doc__.splitlines()[0])
    options.add_argument("--about", required=True, help="a sentence or two on what the data are")
    options.add_argument("--model", type=Path, default=Path("models/tagger.safetensors"))
    options.add_argument("--json", type=Path, default=Path("benchmarks/real_news.json"))
    given = options.parse_args()
    if given.data is None:
        options.error("--data is needed")
    measured = evaluate_file(Tagger.load(given.model), given.data)
    found = RealNews(given.about, measured, tuple(points(read_sides(given))))
    given.json.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    f1 = measured.figures.macro.f1
    print(
        f"{given.json}: {measured.figures.sentences} sentences, macro-F1 {f1.value:.2f} [{f1.low:.2f}, {f1.high:.2f}]"
    )


if __name__ == "__main__":
    main()
