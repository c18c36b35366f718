"""`balagh compare` and `balagh data agreement`: two models, or several annotators, on the same sentences."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from balagh.cli.app import ParamsOption, app, data_app, params_in_force

if TYPE_CHECKING:
    from collections.abc import Iterable

    import msgspec

    from balagh.compare import Comparison

_OUTPUT = typer.Option("--output", "-o", help="File to write the sentences to, JSON lines.", metavar="FILE")


@app.command(
    rich_help_panel="Pipeline", epilog="Example: balagh compare old.safetensors new.safetensors --data mine.jsonl"
)
def compare(
    model_a: Annotated[Path, typer.Argument(help="The first model, a tagger.safetensors.")],
    model_b: Annotated[Path, typer.Argument(help="The second.")],
    data: Annotated[Path, typer.Option(help="Labelled sentences: JSON lines with text and labels.", metavar="FILE")],
    output: Annotated[Path | None, _OUTPUT] = None,
) -> None:
    """Show what changes between two models: F1 with intervals, sentences mended and broken, McNemar's test."""
    from balagh.bulk.guard import check_result
    from balagh.compare import compare_models
    from balagh.labels import LABELS, LabelParams
    from balagh.params import EvaluateParams
    from balagh.tagger import Tagger

    check_result(output, [data, model_a, model_b])
    first, second = Tagger.load(model_a), Tagger.load(model_b)
    LABELS.declare(LabelParams(entry.name, entry.arabic, entry.english) for entry in first.manifest.labels)
    found = compare_models(first, second, data, EvaluateParams())
    _show(found)
    typer.echo(f"{found.sentences} sentences, {len(found.changed)} of them labelled differently", err=True)
    _write(found.changed, output)


@data_app.command(epilog="Example: balagh data agreement huda.jsonl omar.jsonl -o disputes.jsonl")
def agreement(
    paths: Annotated[list[Path], typer.Argument(help="Files of the annotators, or one with a field `annotator`.")],
    output: Annotated[Path | None, _OUTPUT] = None,
    params: ParamsOption = Path("params.yaml"),
) -> None:
    """Show how far annotators agree on each label, and write the sentences that they have to settle."""
    from rich.console import Console
    from rich.table import Table

    from balagh.agreement import agreement as run
    from balagh.bulk.guard import check_result

    if params.is_file():
        params_in_force(params)
    check_result(output, paths)
    found = run(paths)
    table = Table(box=None)
    for heading in ("label", "Krippendorff's alpha", "Cohen's kappa", "disputed"):
        table.add_column(heading, justify="left" if heading == "label" else "right")
    for label in found.labels:
        numbers = ("–" if number is None else f"{number:.3f}" for number in (label.alpha, label.kappa))
        table.add_row(label.label, *numbers, str(label.disputed))
    Console().print(table)
    names = ", ".join(found.annotators)
    typer.echo(f"{found.sentences} sentences of {names}; {len(found.disputes)} to settle", err=True)
    _write(found.disputes, output)


def _show(found: Comparison) -> None:
    from rich.console import Console
    from rich.table import Table

    from balagh.evaluation_report import shown

    table = Table(box=None)
    for heading in ("label", "F1 before", "F1 after", "difference", "mended", "broken", "p"):
        table.add_column(heading, justify="left" if heading == "label" else "right")
    for label in found.labels:
        figures = (shown(label.before, 2), shown(label.after, 2), shown(label.difference, 2, "+"))
        table.add_row(label.label, *figures, str(label.mended), str(label.broken), f"{label.p:.3f}")
    table.add_row(
        "macro", shown(found.before, 2), shown(found.after, 2), shown(found.whole.macro_f1, 2, "+"), "", "", ""
    )
    console = Console()
    (console if console.is_terminal else Console(width=140)).print(table)


def _write(rows: Iterable[msgspec.Struct], output: Path | None) -> None:
    import msgspec

    from balagh.atomic import write_atomically

    if output is not None:
        write_atomically(output, msgspec.json.Encoder().encode_lines(rows))
