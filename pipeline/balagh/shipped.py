"""A model that travels as bytes to other processes, each of which loads it once."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

from balagh.tagger import Tagger

_LOADED: dict[bytes, Tagger] = {}


def tagger_of(raw: bytes) -> Tagger:
    """Return the tagger in the bytes of a ``tagger.safetensors``; this process loads the same bytes once.

    Parameters
    ----------
    raw : bytes
        Content of the file.

    Raises
    ------
    ModelFormatError
        The bytes are no model that can be used.
    """
    digest = hashlib.sha256(raw).digest()
    if digest not in _LOADED:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "tagger.safetensors"
            path.write_bytes(raw)
            _LOADED[digest] = Tagger.load(path)
    return _LOADED[digest]
