"""The same data and parameters give the same model, whatever the threads and the hash seed."""

from __future__ import annotations

import hashlib

from tests.fuzz.stages import make_project

RUNS = [("0", "1"), ("1", "2"), ("2", "2")]
"""Hash seeds of Python, and threads that BLAS and OpenMP may use."""


def test_one_digest_over_threads_and_hash_seeds(tmp_path, monkeypatch):
    digests = set()
    for seed, threads in RUNS:
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            monkeypatch.setenv(name, threads)
        folder = tmp_path / f"{seed}-{threads}"
        make_project(folder, 300, ("prepare", "featurize", "train"))
        digests.add(hashlib.sha256((folder / "models" / "tagger.safetensors").read_bytes()).hexdigest())
    assert len(digests) == 1
