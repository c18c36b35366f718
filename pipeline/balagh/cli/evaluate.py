"""`balagh evaluate`: the last stage of dvc.yaml, or a saved model on any labelled file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from balagh.cli.app import MODEL, ModelOption, ParamsOption, app, params_in_force, same_sums_everywhere

_PARAMS = Path("params.yaml")
_PREPARED = Path("data/prepared")
_FEATURES = Path("data/features")
_REPORTS = Path("reports")


@app.command(
    rich_help_panel="Pipeline",
    epilog="Examples: [bold]balagh evaluate[/bold]; "
    "[bold]balagh evaluate --data mine.jsonl --model models/tagger.safetensors --out figures.json[/bold]",
)
def evaluate(
    data: Annotated[
        Path | None,
        typer.Option(help="Measure on this file instead: JSON lines with text and labels.", metavar="FILE"),
    ] = None,
    model: ModelOption = MODEL,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of the reports (reports); with --data, a file to write the figures to."),
    ] = None,
    prepared: Annotated[Path, typer.Option(help="Folder that `balagh prepare` has written.")] = _PREPARED,
    features: Annotated[Path, typer.Option(help="Folder that `balagh featurize` has written.")] = _FEATURES,
    params: ParamsOption = _PARAMS,
) -> None:
    """Measure the model: on the test side with every report, or with --data on a labelled file."""
    if data is not None:
        _measure_file(data, model, out)
        return
    same_sums_everywhere()
    from balagh.evaluation_report import shown
    from balagh.stages.evaluate import evaluate as run

    begin = time.monotonic()

    def say(line: str) -> None:
        typer.echo(f"evaluate: {time.monotonic() - begin:5.1f} s  {line}", err=True)

    folder = out or _REPORTS
    f1 = run(prepared, features, model.parent, folder, params_in_force(params), say).figures.macro.f1
    say(f"macro-F1 {shown(f1)}; see {folder / 'report.md'}")


def _measure_file(data: Path, model: Path, out: Path | None) -> None:
    import msgspec
    from rich.console import Console

    from balagh.atomic import write_atomically
    from balagh.bulk.guard import check_result
    from balagh.evaluation_file import evaluate_file
    from balagh.evaluation_view import render
    from balagh.labels import LABELS, LabelParams
    from balagh.tagger import Tagger

    check_result(out, [data, model])
    tagger = Tagger.load(model)
    LABELS.declare(LabelParams(entry.name, entry.arabic, entry.english) for entry in tagger.manifest.labels)
    evaluation = evaluate_file(tagger, data)
    if out is not None:
        write_atomically(out, msgspec.json.format(msgspec.json.encode(evaluation), indent=2) + b"\n")
    console = Console()
    # Cut cells would hide figures: what is no terminal is given all the room it needs.
    render(evaluation, console if console.is_terminal else Console(width=140))
