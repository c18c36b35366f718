"""`balagh data …`: look after labelled sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from balagh.cli.app import ParamsOption, data_app, params_in_force


@data_app.command(epilog="Example: balagh data check data/labelled")
def check(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files or folders of labelled sentences.")] = None,
    params: ParamsOption = Path("params.yaml"),
) -> None:
    """Check every labelled sentence; exit with 1 when something is wrong, else show what there is."""
    from rich.console import Console

    from balagh.data_check import check as run
    from balagh.views import render

    if params.is_file():
        params_in_force(params)
    report = run(paths or [Path("data/labelled")])
    render(report, Console())
    if report.problems:
        raise typer.Exit(1)
