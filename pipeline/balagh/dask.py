"""Tag Dask data frames: the model goes to each worker once, partitions are tagged where they lie."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from balagh.atomic import replacing, write_atomically
from balagh.errors import DataError
from balagh.frames import tag_dataframe
from balagh.places import default_model
from balagh.shipped import tagger_of
from balagh.tagger import Tagger

if TYPE_CHECKING:
    import dask.dataframe as dd

RECORD: Final = "_TAGGED.json"
"""File beside the shards that says what they were made from."""

_SAMPLE = "وصل الوفد إلى العاصمة أمس"


class _Record(msgspec.Struct, frozen=True):
    """What all shards of a folder were made from."""

    model: str
    """SHA-256 of the model's file."""
    frame: str
    """Dask's token of the data frame: the same frame of the same data has the same one."""
    column: str
    split: bool
    partitions: int


def tag(
    df: dd.DataFrame, column: str = "text", *, model: str | Path | None = None, split: bool = False
) -> dd.DataFrame:
    """Return a Dask data frame with what a model says of a column of texts; nothing is computed yet.

    Parameters
    ----------
    df : dask.dataframe.DataFrame
    column : str
        Column that holds the texts.
    model : str or Path, optional
        A ``tagger.safetensors`` that this process can read; the workers need not. By default the one that
        `balagh.load` finds.
    split : bool
        As in `balagh.tag_dataframe`: a row for each sentence of each text.

    Returns
    -------
    dask.dataframe.DataFrame
        With the new columns of `balagh.tag_dataframe`. Partitions stay what they are.

    Raises
    ------
    DataError
        There is no such column, a new column's name is taken, or Dask is not installed.
    MissingFileError, ModelFormatError
        The model cannot be used.
    """
    try:
        from dask import delayed
    except ImportError:
        raise DataError("Dask data frames need dask; install it with: pip install 'balagh[cluster]'") from None
    path = default_model() if model is None else Path(model)
    tagger = Tagger.load(path)
    meta = _tagged(_sample(df, column), column, split, tagger).iloc[:0]
    # A delayed value is one task whose result each worker fetches once, however many partitions need it.
    raw = delayed(path.read_bytes(), pure=True)
    return df.map_partitions(_tag_partition, raw, column, split, meta=meta)


def tag_to_parquet(
    df: dd.DataFrame,
    folder: str | Path,
    column: str = "text",
    *,
    model: str | Path | None = None,
    split: bool = False,
) -> list[Path]:
    """Tag a Dask data frame and write each partition as a shard of Parquet, ``part-00000.parquet`` and so on.

    A shard gets its name when it is whole and on the disk. Where a run was cut off, the same call goes on: it tags
    the partitions whose shards are missing, and no others.

    Parameters
    ----------
    df, column, model, split
        As for `tag`.
    folder : str or Path
        Where the shards go; every worker must see it. It is made where it is not there.

    Returns
    -------
    list of Path
        The shards, in the order of the partitions.

    Raises
    ------
    DataError
        The folder has shards of another model, frame or options, or files of somebody else; or as for `tag`.
    MissingFileError, ModelFormatError
        The model cannot be used.
    """
    tagged = tag(df, column, model=model, split=split)
    from dask import compute, delayed

    place = Path(folder).resolve()
    path = default_model() if model is None else Path(model)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    _claim(place, _Record(digest, str(df._name), column, split, int(df.npartitions)))
    shards = [place / f"part-{number:05d}.parquet" for number in range(df.npartitions)]
    parts = tagged.to_delayed()
    compute(*(delayed(_write_shard)(parts[i], shard) for i, shard in enumerate(shards) if not shard.exists()))
    return shards


def _claim(folder: Path, record: _Record) -> None:
    """Say in the folder what its shards are made from, or see that an earlier run said the same."""
    said = folder / RECORD
    if said.is_file():
        try:
            found = msgspec.json.decode(said.read_bytes(), type=_Record)
        except msgspec.DecodeError:
            raise DataError(f"{said}: is not of this making; name another folder") from None
        if found != record:
            raise DataError(f"{folder}: has shards of another model, frame or options; name another folder")
    elif folder.is_dir() and any(folder.iterdir()):
        raise DataError(f"{folder}: is not empty, and its files are not of an earlier run; name another folder")
    else:
        write_atomically(said, msgspec.json.encode(record))


def _write_shard(part: Any, path: Path) -> None:
    with replacing(path) as file:
        part.to_parquet(file)


def _sample(df: dd.DataFrame, column: str) -> Any:
    sample = df._meta_nonempty.copy()
    if column in sample.columns:
        sample[column] = _SAMPLE
    return sample


def _tag_partition(partition: Any, raw: bytes, column: str, split: bool) -> Any:
    return _tagged(partition, column, split, tagger_of(raw))


def _tagged(frame: Any, column: str, split: bool, tagger: Tagger) -> Any:
    tagged = tag_dataframe(frame, column, tagger=tagger, split=split)
    # Partitions with and without missing texts must have the same types.
    kinds = {"labels": object, "primary": "string", **dict.fromkeys(tagger.labels, "float64")}
    if split:
        kinds |= {"sentence": "string", "start": "Int64", "end": "Int64"}
    return tagged.astype(kinds)
