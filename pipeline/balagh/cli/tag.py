"""`balagh tag`: tag files, folders or standard input."""

from __future__ import annotations

import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from balagh.cli.app import MODEL, ModelOption, app

if TYPE_CHECKING:
    from balagh.bulk.job import Job, Report, Summary

INTERRUPTED = 130
"""Exit code of a run that Ctrl-C ended, as shells have it."""


class InputForm(StrEnum):
    """What a file to tag holds."""

    TEXT = "text"
    SENTENCES = "sentences"
    JSONL = "jsonl"
    CSV = "csv"
    TSV = "tsv"
    PARQUET = "parquet"


class OutputFormat(StrEnum):
    """How results are written."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    HTML = "html"


@app.command(
    epilog="Examples: [bold]balagh tag seeds/*.txt[/bold]; "
    "[bold]balagh tag --as sentences lines.txt -o tagged.jsonl[/bold]; "
    "[bold]balagh tag archive/ -o tagged/ --workers 2 --resume[/bold]; "
    "[bold]balagh tag speech.txt -o speech.html[/bold]; "
    "[bold]cat news.csv | balagh tag --as csv --field body --format csv -[/bold]"
)
def tag(
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Files, folders or patterns; - or nothing reads standard input.", metavar="[PATH…|-]"),
    ] = None,
    as_: Annotated[
        InputForm | None,
        typer.Option(
            "--as", help="What a file holds: a text, a sentence a line, or rows with a text each. [default: its ending]"
        ),
    ] = None,
    field: Annotated[str, typer.Option(help="Field or column that holds the text of a row.")] = "text",
    format_: Annotated[
        OutputFormat | None,
        typer.Option("--format", help="How to write the results. [default: the output's ending; else table or jsonl]"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write, whole or not at all; or a folder.", metavar="PATH"),
    ] = None,
    model: ModelOption = MODEL,
    encoding: Annotated[str, typer.Option(help="utf-8, or cp1256 for old Windows files.")] = "utf-8",
    labels: Annotated[str, typer.Option(help="Labels to give, with commas between. [default: all]")] = "",
    min_score: Annotated[
        float, typer.Option(min=0, max=1, help="Probability that a label needs beside the model's threshold.")
    ] = 0.0,
    only_tagged: Annotated[bool, typer.Option("--only-tagged", help="Leave out sentences without a label.")] = False,
    context: Annotated[int, typer.Option(min=0, max=100, help="Neighbouring sentences to write with each.")] = 0,
    workers: Annotated[int, typer.Option(min=1, help="Processes to tag with.")] = 1,
    scheduler: Annotated[
        str | None,
        typer.Option(
            help="Tag on a Dask cluster, a file a task: [bold]--scheduler tcp://host:8786 IN_FOLDER OUT_FOLDER[/bold].",
            metavar="ADDRESS",
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was cut off.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace output that is there.")] = False,
    rejects: Annotated[
        Path | None,
        typer.Option(help="File for rows that cannot be tagged. [default: beside the output]", metavar="FILE"),
    ] = None,
    raw: Annotated[bool, typer.Option("--raw", help="Leave cells of CSV that look like formulas as they are.")] = False,
    chunk: Annotated[int, typer.Option(min=1, help="Rows that are written and made safe at once.")] = 4096,
    max_line: Annotated[int, typer.Option(min=1, help="Bytes that a line or a row of CSV may have.")] = 1_000_000,
    max_field: Annotated[int, typer.Option(min=1, help="Bytes that the text of a row may have.")] = 1_000_000,
    max_document: Annotated[int, typer.Option(min=1, help="Bytes that a file may have that is one text.")] = 50_000_000,
) -> None:
    """Tag every sentence of texts, and write labels and probabilities."""
    from balagh.bulk.job import Job, Limits
    from balagh.bulk.run import run
    from balagh.cli.tag_progress import reporting
    from balagh.outputs import visible

    page = format_ is OutputFormat.HTML or (format_ is None and output is not None and output.suffix == ".html")
    job = Job(
        sources=tuple(paths or ["-"]),
        model=model,
        output=output,
        form=as_.value if as_ else None,
        format=None if page or format_ is None else format_.value,  # type: ignore[arg-type]
        field=field,
        encoding=encoding,
        labels=tuple(name.strip() for name in labels.split(",") if name.strip()),
        min_score=min_score,
        only_tagged=only_tagged,
        context=context,
        raw=raw,
        workers=workers,
        chunk=chunk,
        rejects=rejects,
        resume=resume,
        force=force,
        limits=Limits(max_line, max_field, max_document),
    )
    if page:
        from balagh.cli.tag_page import tag_page

        typer.echo(tag_page(job), err=True)
        return
    if scheduler is not None:
        job = _with_output(job)
    begin = time.monotonic()
    try:
        with reporting(shown=job.output is not None) as progress:
            summary = run(job, progress.report) if scheduler is None else _on_cluster(job, scheduler, progress.report)
    except KeyboardInterrupt:
        again = "; the same command with --resume goes on" if job.output is not None else ""
        typer.echo(f"balagh: interrupted{again}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    except OSError as error:
        if job.output is not None and not isinstance(error, BrokenPipeError):
            # The journal and the parts are still there.
            error.strerror = f"{error.strerror or error}; mend that, and the same command with --resume goes on"
        raise
    for fault in summary.faults():
        typer.echo(f"balagh: {visible(fault)}", err=True)
    if job.output is not None or not sys.stdout.isatty():
        seconds = time.monotonic() - begin
        typer.echo(summary.line(seconds, summary.sentences - progress.before), err=True)
    if summary.rejected or summary.failed:
        raise typer.Exit(1)


def _with_output(job: Job) -> Job:
    """Take the last path for the output where -o does not name one."""
    import msgspec

    if job.output is not None or len(job.sources) < 2:
        return job
    return msgspec.structs.replace(job, sources=job.sources[:-1], output=Path(job.sources[-1]))


def _on_cluster(job: Job, scheduler: str, report: Report) -> Summary:
    from balagh.bulk.cluster import connected, run_on_cluster

    with connected(scheduler) as client:
        return run_on_cluster(job, client, report)
