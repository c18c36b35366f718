"""Prepared sentences: labelled sentences with their group and fold, as the stages hand them on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import msgspec
import numpy as np
import numpy.typing as npt

from balagh.atomic import write_atomically
from balagh.errors import DataError, MissingFileError
from balagh.records import LabelledSentence


class PreparedSentence(LabelledSentence, frozen=True, kw_only=True):
    """A labelled sentence, and the side of every split that it is on."""

    group: int
    """Sentences of one group are never divided."""
    fold: int
    """Fold of the out-of-fold scores; -1 on the test side."""

    @classmethod
    def of(cls, record: LabelledSentence, group: int, fold: int) -> Self:
        """Return a labelled sentence with its group and fold."""
        return cls(**msgspec.structs.asdict(record), group=group, fold=fold)


def write_prepared(path: Path, sentences: Sequence[PreparedSentence]) -> None:
    """Write one JSON object a line, whole or not at all."""
    write_atomically(path, msgspec.json.Encoder().encode_lines(sentences))


def read_prepared(path: Path) -> list[PreparedSentence]:
    """Read what `write_prepared` wrote.

    Raises
    ------
    MissingFileError
        There is no such file.
    DataError
        It was written by something else, or is cut off.
    """
    if not path.is_file():
        raise MissingFileError(f"{path}: no such file; run `balagh prepare` (or `dvc repro`) first")
    try:
        return msgspec.json.Decoder(PreparedSentence).decode_lines(path.read_bytes())
    except msgspec.DecodeError as error:
        raise DataError(f"{path}: {error}; run `balagh prepare` again") from error


def folds_of(sentences: Sequence[PreparedSentence]) -> npt.NDArray[np.int64]:
    """Return the fold of each sentence."""
    return np.array([sentence.fold for sentence in sentences], dtype=np.int64)


def groups_of(sentences: Sequence[PreparedSentence]) -> npt.NDArray[np.int64]:
    """Return the group of each sentence."""
    return np.array([sentence.group for sentence in sentences], dtype=np.int64)
