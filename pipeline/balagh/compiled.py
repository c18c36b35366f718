"""The decorator of compiled functions, and when their code on disk is thrown away.

Numba keeps machine code beside the sources and takes it up again while the file of a function is the same. The code
of a function also holds what it took from other files: the constants of `balagh.terms`, say, and the functions that it
calls. So the stamp that numba compares gets a digest of them all: an update must not score with yesterday's rules.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from numba import njit

_SOURCES = ("alphabet.py", "codes.py", "cues.py", "forms.py", "scorer.py", "stems.py", "terms.py")
_PATTERNS = ("kernels*.py", "ngram_*.py")


def jit(function: Callable[..., Any]) -> Any:
    """Compile a function on its first call, or take up what an earlier process has compiled from the same sources."""
    made = njit(cache=True, nogil=True, error_model="numpy", boundscheck=False)(function)
    if hasattr(made, "_cache"):  # NUMBA_DISABLE_JIT leaves a plain function
        index = made._cache._cache_file
        index._source_stamp = (*index._source_stamp, sources_digest())
    return made


@lru_cache
def sources_digest(folder: Path = Path(__file__).parent) -> str:
    """Return the SHA-256 of every source that compiled code is made of, in hexadecimal."""
    paths = [*(folder / name for name in _SOURCES), *(path for pattern in _PATTERNS for path in folder.glob(pattern))]
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
