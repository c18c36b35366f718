"""Tag columns of Spark data frames with a pandas UDF; see docs/recipes/spark.md."""

# Annotations of the function that Spark gets are read at run time, so they must not become strings.
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from balagh.errors import DataError
from balagh.frames import tag_dataframe
from balagh.places import default_model
from balagh.shipped import tagger_of
from balagh.tagger import Tagger


def tag_udf(model: str | Path | None = None) -> Any:
    """Return a function for Spark columns that tags each cell as one sentence.

    The model goes with the function to the workers, which need balagh installed but not the model. Each process
    loads it once.

    Parameters
    ----------
    model : str or Path, optional
        A ``tagger.safetensors`` that this process can read. By default the one that `balagh.load` finds.

    Returns
    -------
    pandas UDF
        From a column of strings to a column of structs: ``labels`` (an array of strings), ``primary`` and the
        probability of each label. A missing or blank text has null in all of them.

    Raises
    ------
    DataError
        PySpark or what its pandas UDFs need is not installed.
    MissingFileError, ModelFormatError
        The model cannot be used.
    """
    try:
        import pandas as pd
        from pyspark.sql.functions import pandas_udf
    except ImportError as error:
        raise DataError(
            f"Spark columns need {error.name}; install what is needed with: pip install 'balagh[spark]'"
        ) from None
    path = default_model() if model is None else Path(model)
    result_type = _struct(Tagger.load(path).labels)
    raw = path.read_bytes()

    def tag(batches: Iterator[pd.Series]) -> Iterator[pd.DataFrame]:
        tagger = tagger_of(raw)
        for batch in batches:
            frame = pd.DataFrame({"text": batch.reset_index(drop=True)})
            yield tag_dataframe(frame, tagger=tagger).drop(columns="text")

    return pandas_udf(tag, returnType=result_type)


def _struct(labels: tuple[str, ...]) -> Any:
    from pyspark.sql.types import ArrayType, DoubleType, StringType, StructField, StructType

    fields = [StructField("labels", ArrayType(StringType())), StructField("primary", StringType())]
    return StructType([*fields, *(StructField(label, DoubleType()) for label in labels)])
