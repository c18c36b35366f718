"""balagh: tags every sentence of an Arabic diplomatic or political text.

Examples
--------
>>> import balagh
>>> tagger = balagh.load("models/tagger.safetensors")
>>> [s.labels for s in tagger.tag("أدانت وزارة الخارجية بشدة الهجوم الإرهابي على القافلة.")]
[('condemnation',)]
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from balagh.errors import BalaghError, DataError, MissingFileError, ModelFormatError, ParamsError
from balagh.labels import Label

if TYPE_CHECKING:
    __version__: str
    from balagh.frames import tag_dataframe
    from balagh.tagger import Tagger

__all__ = [
    "BalaghError",
    "DataError",
    "Label",
    "MissingFileError",
    "ModelFormatError",
    "ParamsError",
    "Tagger",
    "__version__",
    "load",
    "tag_dataframe",
]


def load(path: str | Path | None = None, *, threads: int = 1) -> Tagger:
    """Load a trained model. Runs no code from the file, and does not import scikit-learn.

    Parameters
    ----------
    path : str or Path, optional
        A ``tagger.safetensors``. By default ``models/tagger.safetensors`` or, where there is none, the model that
        came with the package.
    threads : int
        Threads to use on large batches; results do not depend on it.

    Raises
    ------
    MissingFileError
        There is no such file.
    ModelFormatError
        The file is not a model, is damaged, or of another version of the format.
    """
    from balagh.places import default_model
    from balagh.tagger import Tagger

    return Tagger.load(default_model() if path is None else path, threads=threads)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("balagh")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0+unknown"


def __getattr__(name: str) -> object:
    # Loaded on first use, so that `balagh --help` need not wait for NumPy, nor a tag for the package's metadata.
    if name == "__version__":
        return _version()
    if name == "Tagger":
        from balagh.tagger import Tagger

        return Tagger
    if name == "tag_dataframe":
        from balagh.frames import tag_dataframe

        return tag_dataframe
    raise AttributeError(f"module 'balagh' has no attribute {name!r}")
