"""Train the same data over threads, hash seeds and processors: one digest of `tagger.safetensors`.

``python -m tests.fuzz.same_bytes --runs 20`` does it twenty times; tests/test_same_bytes.py a few.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from unittest.mock import patch

from numpy._core import _multiarray_umath

from .stages import make_project

SETTINGS = [
    ("0", "1", "own"),
    ("1", "2", "plain"),
    ("2", "2", "own"),
    ("0", "2", "plain"),
    ("1", "1", "own"),
    ("2", "1", "own"),
]
"""Hash seeds of Python, threads that BLAS and OpenMP may use, and the processor: this one, or an old plain one."""


def plain_processor() -> dict[str, str]:
    """Return the environment in which NumPy and OpenBLAS behave as on a processor of 2008.

    What NumPy can be told to leave out differs from release to release; only its own module says it.
    """
    wide = [name for name in _multiarray_umath.__cpu_dispatch__ if _multiarray_umath.__cpu_features__[name]]
    return {"NPY_DISABLE_CPU_FEATURES": " ".join(wide), "OPENBLAS_CORETYPE": "Prescott"}


def digests(folder: Path, runs: int, sentences: int = 300) -> Iterator[tuple[tuple[str, str, str], str]]:
    """Train a small project so many times; yield the setting and the SHA-256 of the model."""
    for number, setting in enumerate(islice(cycle(SETTINGS), runs)):
        seed, threads, processor = setting
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        changed = dict.fromkeys(names, threads) | {"PYTHONHASHSEED": seed}
        if processor == "plain":
            changed |= plain_processor()
        with patch.dict(os.environ, changed):
            make_project(folder / str(number), sentences, ("prepare", "featurize", "train"))
        model = folder / str(number) / "models" / "tagger.safetensors"
        yield setting, hashlib.sha256(model.read_bytes()).hexdigest()


def main() -> None:
    """Train and compare; code 1 if there is more than one digest."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--sentences", type=int, default=300)
    given = parser.parse_args()
    found = set()
    with tempfile.TemporaryDirectory() as folder:
        for (seed, threads, processor), digest in digests(Path(folder), given.runs, given.sentences):
            print(f"hash seed {seed}, {threads} threads, {processor} processor: {digest}", flush=True)
            found.add(digest)
    print(f"{given.runs} runs, {len(found)} digest(s)")
    sys.exit(len(found) != 1)


if __name__ == "__main__":
    main()
