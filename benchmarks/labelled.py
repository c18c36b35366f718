"""The sentences that a benchmark of accuracy trains on, and those that it measures on."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

from balagh.evaluation_file import document_groups
from balagh.metrics import Truth, truth_of
from balagh.params import Params, load_params
from balagh.prepared import PreparedSentence, groups_of, read_prepared
from balagh.records import load_labelled

PREPARED = Path("data/prepared")


class Sides(NamedTuple):
    """What to train on and what to measure on."""

    train: list[PreparedSentence]
    texts: list[str]
    """Sentences to measure on."""
    truth: Truth
    params: Params
    name: str
    """What they are called in a heading."""


def parser(description: str) -> argparse.ArgumentParser:
    """Return a parser with the options that `read_sides` needs."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--train", type=Path, default=PREPARED / "train.jsonl", help="what to train on")
    made.add_argument("--data", type=Path, help="JSON lines with text and labels; by default the held-out side")
    made.add_argument("--params", type=Path, default=Path("params.yaml"))
    made.add_argument("--out", type=Path, help="Markdown file to write; by default it is printed")
    return made


def read_sides(given: argparse.Namespace) -> Sides:
    """Read both sides.

    Sentences of the held-out side are resampled by the groups of the split; those of another file by their
    ``doc``, or one by one where they have none.
    """
    train = read_prepared(given.train)
    if given.data is None:
        held_out = read_prepared(given.train.parent / "test.jsonl")
        truth, texts, name = truth_of(held_out, groups_of(held_out)), [s.text for s in held_out], "held-out side"
    else:
        sentences = load_labelled([given.data], strict=False)
        truth, name = truth_of(sentences, document_groups(sentences)), given.data.name
        texts = [s.text for s in sentences]
    return Sides(train, texts, truth, load_params(given.params), name)


def write(markdown: str, path: Path | None) -> None:
    """Write a page, or print it where no file is named."""
    if path is None:
        print(markdown)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(markdown + "\n", encoding="utf-8")
