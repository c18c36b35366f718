"""Train the same data over threads and hash seeds: one digest of `tagger.safetensors`.

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

from .stages import make_project

SETTINGS = [("0", "1"), ("1", "2"), ("2", "2"), ("0", "2"), ("1", "1"), ("2", "1")]
"""Hash seeds of Python, and threads that BLAS and OpenMP may use."""


def digests(folder: Path, runs: int, sentences: int = 300) -> Iterator[tuple[str, str, str]]:
    """Train a small project so many times; yield hash seed, threads and the SHA-256 of the model."""
    for number, (seed, threads) in enumerate(islice(cycle(SETTINGS), runs)):
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        with patch.dict(os.environ, dict.fromkeys(names, threads) | {"PYTHONHASHSEED": seed}):
            make_project(folder / str(number), sentences, ("prepare", "featurize", "train"))
        model = folder / str(number) / "models" / "tagger.safetensors"
        yield seed, threads, hashlib.sha256(model.read_bytes()).hexdigest()


def main() -> None:
    """Train and compare; code 1 if there is more than one digest."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--sentences", type=int, default=300)
    given = parser.parse_args()
    found = set()
    with tempfile.TemporaryDirectory() as folder:
        for seed, threads, digest in digests(Path(folder), given.runs, given.sentences):
            print(f"hash seed {seed}, {threads} threads: {digest}", flush=True)
            found.add(digest)
    print(f"{given.runs} runs, {len(found)} digest(s)")
    sys.exit(len(found) != 1)


if __name__ == "__main__":
    main()
