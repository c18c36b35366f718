"""`balagh prepare`, `featurize`, `train`, `evaluate`: the stages of dvc.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from balagh.cli.app import ParamsOption, app, params_in_force, same_sums_everywhere

_PARAMS = Path("params.yaml")
_LABELLED = Path("data/labelled")
_PREPARED = Path("data/prepared")
_FEATURES = Path("data/features")
_MODELS = Path("models")
_REPORTS = Path("reports")


@app.command(rich_help_panel="Pipeline", epilog="Example: balagh prepare --labelled data/labelled --out data/prepared")
def prepare(
    labelled: Annotated[Path, typer.Option(help="Folder of labelled sentences, *.jsonl.")] = _LABELLED,
    out: Annotated[Path, typer.Option(help="Folder to write train.jsonl and test.jsonl to.")] = _PREPARED,
    params: ParamsOption = _PARAMS,
) -> None:
    """Check the labelled sentences and divide them into train, test and folds."""
    from balagh.stages.prepare import prepare as run

    sizes = run(labelled, out, params_in_force(params).data)
    typer.echo(f"prepare: {sizes['train']} sentences to train on, {sizes['test']} to test on", err=True)


@app.command(
    rich_help_panel="Pipeline",
    epilog="Example: balagh featurize --prepared data/prepared --out data/features",
)
def featurize(
    prepared: Annotated[Path, typer.Option(help="Folder that `balagh prepare` has written.")] = _PREPARED,
    out: Annotated[Path, typer.Option(help="Folder to write vectorizer and matrix to.")] = _FEATURES,
    params: ParamsOption = _PARAMS,
) -> None:
    """Learn the features on the training sentences and count them."""
    from balagh.stages.featurize import featurize as run

    given = params_in_force(params)
    rows, columns = run(prepared, out, given.features, given.folding)
    typer.echo(f"featurize: {columns} features of {rows} sentences", err=True)


@app.command(rich_help_panel="Pipeline", epilog="Example: balagh train --features data/features --out models")
def train(
    prepared: Annotated[Path, typer.Option(help="Folder that `balagh prepare` has written.")] = _PREPARED,
    features: Annotated[Path, typer.Option(help="Folder that `balagh featurize` has written.")] = _FEATURES,
    out: Annotated[Path, typer.Option(help="Folder to write both files of the model to.")] = _MODELS,
    params: ParamsOption = _PARAMS,
) -> None:
    """Fit, calibrate and save the model."""
    same_sums_everywhere()
    from balagh.stages.train import train as run

    digest = run(prepared, features, out, params_in_force(params))
    typer.echo(f"train: {out / 'tagger.safetensors'} has digest {digest[:16]}", err=True)
