"""The same data and parameters give the same model, whatever the threads, the hash seed and the processor."""

from __future__ import annotations

from tests.fuzz.same_bytes import digests


def test_one_digest_over_threads_hash_seeds_and_processors(tmp_path):
    """Three of the settings that `python -m tests.fuzz.same_bytes` trains with, twenty times."""
    assert len({digest for _, digest in digests(tmp_path, 3)}) == 1
