"""Tag a column of a data frame: pandas, polars and whatever else narwhals knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from balagh.errors import DataError
from balagh.places import default_model
from balagh.tagger import TaggedSentence, Tagger

Frame = TypeVar("Frame")


def tag_dataframe(df: Frame, column: str = "text", *, tagger: Tagger | None = None, split: bool = False) -> Frame:
    """Return a data frame with what a tagger says of a column of texts.

    Parameters
    ----------
    df : data frame of pandas, polars, …
        Left as it is.
    column : str
        Column that holds the texts.
    tagger : Tagger, optional
        By default the model that `balagh.load` finds.
    split : bool
        Take each cell for a text and return a row for each of its sentences, the other columns repeated, with the
        columns ``sentence``, ``start`` and ``end``. Otherwise each cell is one sentence and rows stay as they are.

    Returns
    -------
    data frame of the same kind
        With new columns ``labels`` (a list), ``primary`` and the probability of each label. A missing text or a
        blank one has null in all of them; with ``split`` it keeps its row.

    Raises
    ------
    DataError
        There is no such column, it holds something else than text, a new column's name is taken, or narwhals is not
        installed.

    Examples
    --------
    >>> import pandas as pd
    >>> df = pd.DataFrame({"id": [7], "body": ["أدانت وزارة الخارجية بشدة الهجوم الإرهابي على القافلة."]})
    >>> tag_dataframe(df, "body")["primary"].tolist()
    ['condemnation']
    """
    nw = _narwhals()
    frame = nw.from_native(df, eager_only=True)
    if column not in frame.columns:
        raise DataError(f"no column {column!r}; there are {', '.join(map(str, frame.columns))}")
    cells = zip(frame[column].to_list(), frame[column].is_null().to_list(), strict=True)
    texts = [None if missing or (isinstance(cell, str) and not cell.strip()) else cell for cell, missing in cells]
    wrong = next((i for i, text in enumerate(texts) if text is not None and not isinstance(text, str)), None)
    if wrong is not None:
        raise DataError(f"row {wrong} of column {column!r} is no text but {type(texts[wrong]).__name__}")
    tagger = Tagger.load(default_model()) if tagger is None else tagger
    rows, found = _split(texts, tagger) if split else _whole(texts, tagger)
    columns = _columns(found, tagger.labels, split)
    taken = [name for name in columns if name in frame.columns]
    if taken:
        raise DataError(f"there is already a column {taken[0]!r}; rename it")
    if split:
        frame = frame[rows]
    backend = nw.get_native_namespace(frame)
    series = [nw.new_series(name, values, backend=backend) for name, values in columns.items()]
    if hasattr(df, "index") and split:  # new series count rows from 0, and pandas joins by index
        frame = nw.from_native(frame.to_native().reset_index(drop=True), eager_only=True)
    elif hasattr(df, "index"):
        series = [nw.from_native(one.to_native().set_axis(df.index), series_only=True) for one in series]
    tagged: Frame = frame.with_columns(*series).to_native()
    return tagged


def _narwhals() -> Any:
    try:
        import narwhals
    except ImportError:
        raise DataError("data frames need narwhals; install it with: pip install 'balagh[frames]'") from None
    return narwhals


def _whole(texts: Sequence[str | None], tagger: Tagger) -> tuple[list[int], list[TaggedSentence | None]]:
    present = [text for text in texts if text is not None]
    tagged = iter(tagger.tag_sentences(present))
    return list(range(len(texts))), [None if text is None else next(tagged) for text in texts]


def _split(texts: Sequence[str | None], tagger: Tagger) -> tuple[list[int], list[TaggedSentence | None]]:
    rows: list[int] = []
    found: list[TaggedSentence | None] = []
    for row, sentences in enumerate(tagger.tag_texts([text or "" for text in texts])):
        rows.extend([row] * max(len(sentences), 1))
        found.extend(sentences or [None])
    return rows, found


def _columns(found: Sequence[TaggedSentence | None], labels: Sequence[str], split: bool) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {}
    if split:
        for name, field in (("sentence", "text"), ("start", "start"), ("end", "end")):
            columns[name] = [None if one is None else getattr(one, field) for one in found]
    columns["labels"] = [None if one is None else list(one.labels) for one in found]
    columns["primary"] = [None if one is None else one.primary for one in found]
    for label in labels:
        columns[label] = [None if one is None else one.scores[label] for one in found]
    return columns
