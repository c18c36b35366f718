"""Fifth stage: the report as a page, and the model card."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

from balagh.atomic import write_atomically
from balagh.data_check import summarise
from balagh.errors import DataError, MissingFileError
from balagh.evaluation import Evaluation
from balagh.prepared import read_prepared
from balagh.report.card import model_card
from balagh.report.contents import Ablation, Extras, RealNews, own_contents, side_of
from balagh.report.page import page
from balagh.tagger import Tagger

T = TypeVar("T")


def report(prepared: Path, models: Path, out: Path, measured: Path, seed: Path | None) -> None:
    """Write ``index.html`` and ``MODEL_CARD.md``.

    Parameters
    ----------
    prepared, models : Path
        Folders that the stages before have written.
    out : Path
        Folder of the reports, with the ``evaluation.json`` of the stage before.
    measured : Path
        Folder of figures that were measured apart: ``ablation.json`` and ``real_news.json``, if they are there.
    seed : Path, optional
        A text to show tagged.

    Raises
    ------
    MissingFileError
        A stage before has not run.
    DataError
        A file was not written by this version.
    """
    source = out / "evaluation.json"
    if not source.is_file():
        raise MissingFileError(f"{source}: no such file; run `balagh evaluate` (or `dvc repro`) first")
    evaluation = _read(source, Evaluation)
    tagger = Tagger.load(models / "tagger.safetensors")
    train, test = (read_prepared(prepared / f"{name}.jsonl") for name in ("train", "test"))
    ablation, real_news = measured / "ablation.json", measured / "real_news.json"
    extras = Extras(
        train_sentences=evaluation.train_sentences,
        train_groups=evaluation.train_groups,
        peers=evaluation.peers,
        split=evaluation.split,
        learning=evaluation.learning,
        params=evaluation.params,
        make_up=summarise([*train, *test], 0),
        sides=(side_of("training", train), side_of("test", test)),
        ablation=_read(ablation, Ablation) if ablation.is_file() else None,
        real_news=_read(real_news, RealNews) if real_news.is_file() else None,
        example=seed.read_text(encoding="utf-8") if seed else "",
    )
    contents = own_contents(evaluation, extras)
    write_atomically(out / "index.html", page(contents, tagger).encode())
    write_atomically(out / "MODEL_CARD.md", model_card(contents, tagger).encode())


def _read(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except msgspec.MsgspecError as error:
        raise DataError(f"{path}: {error}; make it again") from None
