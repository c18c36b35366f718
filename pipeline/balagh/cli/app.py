"""The Typer application and the options that several commands share."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from balagh.places import default_model

if TYPE_CHECKING:
    from balagh.params import Params

MODEL = default_model()

app = typer.Typer(
    name="balagh",
    help="Tag every sentence of an Arabic diplomatic or political text: commitment, condemnation, membership,"
    " regional concern, several of them or none.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
data_app = typer.Typer(help="Look after labelled sentences.", no_args_is_help=True)
app.add_typer(data_app, name="data")

ParamsOption = Annotated[Path, typer.Option("--params", help="File of parameters.")]
ModelOption = Annotated[Path, typer.Option("--model", help="The trained model, a tagger.safetensors.")]


def params_in_force(path: Path) -> Params:
    """Read params.yaml, and put the labels that it declares in force."""
    from balagh.labels import LABELS
    from balagh.params import load_params

    params = load_params(path)
    LABELS.declare(params.labels)
    return params


def same_sums_everywhere() -> None:
    """Have sums of products added in one order on every x86-64 processor; to be called before NumPy is loaded.

    OpenBLAS takes the widest instructions that it finds, and the order of its sums with them, so the last bits of a
    model would hang on the machine. The kernels of Nehalem run wherever NumPy does; training is no slower with them.
    """
    if platform.machine() in ("x86_64", "AMD64"):
        os.environ["OPENBLAS_CORETYPE"] = "Nehalem"


def _show_version(wanted: bool) -> None:
    if wanted:
        import balagh

        typer.echo(f"balagh {balagh.__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Collect the options that come before a command."""


# Registered by their import; each module holds the commands of one concern.
from balagh.cli import audit, compare, data, drift, evaluate, exchange, explain, report, serve, stages, suggest, tag  # noqa: E402, F401
