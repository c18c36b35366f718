"""`balagh data audit`: labels that are likely wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from balagh.cli.app import ParamsOption, data_app, params_in_force

if TYPE_CHECKING:
    from balagh.audit import Doubt

_SHOWN = 20


@data_app.command(epilog="Example: balagh data audit data/labelled -n 500 -o doubts.csv")
def audit(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files or folders of labelled sentences.")] = None,
    count: Annotated[int, typer.Option("-n", min=1, help="How many sentences to list at most.")] = 500,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write them to, .jsonl or .csv, with the reasons.", metavar="FILE"),
    ] = None,
    params: ParamsOption = Path("params.yaml"),
) -> None:
    """Rank the labels that are likely wrong: a model that has not seen the sentence would not give them.

    Read them again by the codebook; hard cases that were written on purpose come first too. Takes about half a minute
    for ten thousand sentences.
    """
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from balagh.audit import audit as run
    from balagh.bulk.guard import check_result

    check_result(output, paths or [Path("data/labelled")])
    given = params_in_force(params)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        progress.add_task("scoring each sentence by a model that has not seen it", total=None)
        doubts = run(paths or [Path("data/labelled")], given, count)
    if output is not None:
        _write(doubts, output)
        typer.echo(f"{output}: {len(doubts)} sentences to read again", err=True)
    for doubt in doubts[: _SHOWN if output is not None else None]:
        typer.echo(f"{doubt.file}:{doubt.line}: {doubt.reason()}\n    {doubt.text}")


def _write(doubts: list[Doubt], path: Path) -> None:
    import csv
    import io

    import msgspec

    from balagh.atomic import write_atomically
    from balagh.outputs import harmless

    rows = [{**msgspec.to_builtins(doubt), "reason": doubt.reason()} for doubt in doubts]
    if path.suffix.lower() != ".csv":
        write_atomically(path, msgspec.json.Encoder().encode_lines(rows))
        return
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = ("rank", "file", "line", "doc", "labels", "reason", "text")
    writer.writerow(names)
    for row in rows:
        cells = row | {"labels": " ".join(row["labels"])}
        writer.writerow([harmless(str(cells[name])) for name in names])
    write_atomically(path, text.getvalue().encode())
