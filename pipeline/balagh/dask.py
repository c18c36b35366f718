"""Tag Dask data frames: the model goes to each worker once, partitions are tagged where they lie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from balagh.errors import DataError
from balagh.frames import tag_dataframe
from balagh.places import default_model
from balagh.shipped import tagger_of
from balagh.tagger import Tagger

if TYPE_CHECKING:
    import dask.dataframe as dd

_SAMPLE = "وصل الوفد إلى العاصمة أمس"


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
