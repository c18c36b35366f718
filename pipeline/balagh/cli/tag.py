"""`balagh tag`: tag files or standard input."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from balagh.cli.app import MODEL, ModelOption, app


class InputForm(StrEnum):
    """What a file to tag holds."""

    TEXT = "text"
    SENTENCES = "sentences"
    JSONL = "jsonl"
    CSV = "csv"


class OutputFormat(StrEnum):
    """How results are written."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"


@app.command(
    epilog="Examples: [bold]balagh tag seeds/*.txt[/bold]; "
    "[bold]balagh tag --as sentences --format jsonl lines.txt -o tagged.jsonl[/bold]; "
    "[bold]cat news.csv | balagh tag --as csv --field body --format csv -[/bold]"
)
def tag(
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Files to tag; - or nothing reads standard input.", metavar="[PATH…|-]"),
    ] = None,
    as_: Annotated[
        InputForm,
        typer.Option("--as", help="What a file holds: a text, a sentence a line, or rows with a text each."),
    ] = InputForm.TEXT,
    field: Annotated[str, typer.Option(help="Field or column that holds the text of a row.")] = "text",
    format_: Annotated[OutputFormat, typer.Option("--format", help="How to write the results.")] = OutputFormat.TABLE,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write, whole or not at all.", metavar="FILE"),
    ] = None,
    model: ModelOption = MODEL,
    encoding: Annotated[str, typer.Option(help="utf-8, or cp1256 for old Windows files.")] = "utf-8",
    threads: Annotated[int, typer.Option(min=1, help="Threads to tag large files with.")] = 1,
    raw: Annotated[bool, typer.Option("--raw", help="Leave cells of CSV that look like formulas as they are.")] = False,
) -> None:
    """Tag every sentence of texts, and write labels and probabilities."""
    from balagh.tag_files import Job, run_job
    from balagh.tagger import Tagger

    tagger = Tagger.load(model, threads=threads)
    job = Job(
        sources=tuple(paths or ["-"]),
        form=as_.value,
        field=field,
        encoding=encoding,
        format=format_.value,
        output=output,
        raw=raw,
    )
    summary = run_job(tagger, job)
    for problem in summary.problems:
        typer.echo(f"balagh: {problem}", err=True)
    if output is not None or not sys.stdout.isatty():
        typer.echo(summary.line(), err=True)
    if summary.rejected:
        raise typer.Exit(1)
