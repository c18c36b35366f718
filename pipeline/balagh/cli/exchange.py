"""`balagh data export` and `balagh data import`: to annotation tools and back."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from balagh.cli.app import MODEL, ModelOption, data_app

if TYPE_CHECKING:
    from balagh.exchange import Item
    from balagh.problems import Problem


class Tool(StrEnum):
    """Annotation tools whose files are known."""

    LABEL_STUDIO = "label-studio"
    DOCCANO = "doccano"
    ARGILLA = "argilla"
    PRODIGY = "prodigy"
    FASTTEXT = "fasttext"
    CSV = "csv"
    HF = "hf"


ToolOption = Annotated[Tool, typer.Option(help="The tool whose form to read or write.", show_default=False)]
OutputOption = Annotated[Path, typer.Option("--output", "-o", help="File to write.", metavar="FILE")]


@data_app.command(
    "export",
    epilog="Example: balagh data export --tool label-studio --predict todo.jsonl -o tasks.json --config config.xml",
)
def export_(
    paths: Annotated[list[Path], typer.Argument(help="JSONL with text, and labels where there are any.")],
    tool: ToolOption,
    output: OutputOption,
    predict: Annotated[bool, typer.Option("--predict", help="Add what the model says, with its scores.")] = False,
    config: Annotated[
        Path | None, typer.Option(help="Write Label Studio's labelling configuration too.", metavar="FILE")
    ] = None,
    model: ModelOption = MODEL,
) -> None:
    """Write sentences for an annotation tool, labelled or waiting to be.

    In a file of Label Studio, Argilla, Prodigy, doccano, CSV or Hugging Face, "none of these", a sentence that waits
    and one that was skipped are three things. fastText's holds texts and labels only. Parquet: -o FILE.parquet.
    """
    from balagh.bulk.guard import check_result
    from balagh.exchange import export_items, read_items

    check_result(output, [*paths, model])
    check_result(config, [*paths, model, output])

    items: list[Item] = []
    problems: list[Problem] = []
    for path in paths:
        found, wrong = read_items(path)
        items.extend(found)
        problems.extend(wrong)
    if predict:
        items = _predicted(items, model)
    export_items(tool.value, items, output)
    if config is not None:
        _write_config(config)
    _report(items, problems, f"{output}: {{}}")


@data_app.command("import", epilog="Example: balagh data import --tool doccano admin.jsonl -o data/labelled/new.jsonl")
def import_(
    paths: Annotated[list[Path], typer.Argument(help="Files that the tool exported.")],
    tool: ToolOption,
    output: OutputOption,
    rest: Annotated[
        Path | None,
        typer.Option(help="File for the sentences that nobody answered: skipped or waiting.", metavar="FILE"),
    ] = None,
    issuer: Annotated[str | None, typer.Option(help="Issuer of sentences that have none.")] = None,
    genre: Annotated[str | None, typer.Option(help="Genre of sentences that have none, such as report.")] = None,
    year: Annotated[int | None, typer.Option(help="Year of sentences that have none.")] = None,
) -> None:
    """Read what annotators did, and write it as labelled sentences.

    Skipped and cancelled sentences are left out and counted. A sentence that several annotators answered becomes a
    line for each, with a field `annotator`: `balagh data agreement` compares them. With --issuer, --genre or --year
    the lines have the form of data/labelled, which `balagh data check` asks for.
    """
    from balagh.bulk.guard import check_result
    from balagh.errors import DataError
    from balagh.exchange import import_items, write_labelled
    from balagh.records import GENRES

    if genre is not None and genre not in GENRES:
        raise DataError(f"--genre {genre}: unknown; known are {', '.join(GENRES)}")
    check_result(output, paths)
    check_result(rest, [*paths, output])

    items, problems = import_items(tool.value, paths)
    filled = {"issuer": issuer, "genre": genre, "year": year}
    filled = {name: value for name, value in filled.items() if value is not None}
    written = write_labelled(items, output, rest, filled or None)
    _report(items, problems, f"{output}: {written} labelled sentences from {{}}")


def _predicted(items: list[Item], model: Path) -> list[Item]:
    import msgspec

    from balagh.exchange.items import labels_of
    from balagh.tagger import Tagger

    tagged = Tagger.load(model).tag_sentences([item.text for item in items])
    return [
        msgspec.structs.replace(item, scores=sentence.scores, suggested=labels_of(sentence.labels))
        for item, sentence in zip(items, tagged, strict=True)
    ]


def _write_config(path: Path) -> None:
    from balagh.atomic import write_atomically
    from balagh.exchange.label_studio import config

    write_atomically(path, config().encode())


def _report(items: list[Item], problems: list[Problem], line: str) -> None:
    """Say what was read and written; exit with 1 where a row was refused."""
    from balagh.exchange import tally

    counts: Counter[str] = tally(items)
    parts = [
        f"{counts['labelled']} labelled ({counts['none']} with none of the labels)",
        f"{counts['unlabelled']} waiting",
        f"{counts['skipped']} skipped",
    ]
    if counts["several"]:
        parts.append(f"{counts['several']} by several annotators")
    for problem in problems:
        typer.echo(f"balagh: {problem}", err=True)
    rejected = f"{len(problems)} row{'' if len(problems) == 1 else 's'} rejected"
    typer.echo(line.format(f"{len(items)} sentences: {', '.join(parts)}; {rejected}"), err=True)
    if problems:
        raise typer.Exit(1)
