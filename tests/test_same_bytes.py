"""The same data and parameters give the same model, whatever the threads and the hash seed."""

from __future__ import annotations

from tests.fuzz.same_bytes import digests


def test_one_digest_over_threads_and_hash_seeds(tmp_path):
    """Over three seeds and two counts of threads; `python -m tests.fuzz.same_bytes` trains twenty times."""
    assert len({digest for _, _, digest in digests(tmp_path, 3)}) == 1
