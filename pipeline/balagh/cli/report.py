"""`balagh report`: the last stage of dvc.yaml, or the same page for one's own labelled sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from balagh.cli.app import MODEL, ModelOption, app

_PREPARED = Path("data/prepared")
_REPORTS = Path("reports")
_MEASURED = Path("benchmarks")
_SEED = Path("seeds/coalition-rome-2021-06-28.txt")


@app.command(
    rich_help_panel="Pipeline",
    epilog="Examples: [bold]balagh report[/bold]; [bold]balagh report --data mine.jsonl -o mine.html[/bold]",
)
def report(
    data: Annotated[
        Path | None,
        typer.Option(help="Make the report of these instead: JSON lines with text and labels.", metavar="FILE"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Page to write, with --data. [default: FILE.html]", metavar="FILE"),
    ] = None,
    model: ModelOption = MODEL,
    out: Annotated[Path, typer.Option(help="Folder of the project's reports.")] = _REPORTS,
    prepared: Annotated[Path, typer.Option(help="Folder that `balagh prepare` has written.")] = _PREPARED,
    measured: Annotated[
        Path, typer.Option(help="Folder of figures measured apart: ablation.json, real_news.json.")
    ] = _MEASURED,
    example: Annotated[Path, typer.Option(help="A text to show tagged.", metavar="FILE")] = _SEED,
) -> None:
    """Write the report as one page that needs nothing else, and the model card."""
    if data is not None:
        _of_file(data, output or Path(f"{data.stem}.html"), model)
        return
    from balagh.stages.report import report as run

    run(prepared, model.parent, out, measured, example if example.is_file() else None)
    typer.echo(f"report: {out / 'index.html'} and {out / 'MODEL_CARD.md'}", err=True)


def _of_file(data: Path, output: Path, model: Path) -> None:
    from balagh.atomic import write_atomically
    from balagh.bulk.guard import check_result
    from balagh.labels import LABELS, LabelParams
    from balagh.params import EvaluateParams
    from balagh.report.contents import file_contents
    from balagh.report.page import page
    from balagh.tagger import Tagger

    check_result(output, [data, model])
    tagger = Tagger.load(model)
    LABELS.declare(LabelParams(entry.name, entry.arabic, entry.english) for entry in tagger.manifest.labels)
    contents = file_contents(tagger, data, EvaluateParams())
    write_atomically(output, page(contents, tagger).encode())
    f1 = contents.figures.macro.f1.value
    typer.echo(f"{output}: {contents.figures.sentences} sentences, macro-F1 {f1 or 0:.2f}", err=True)
