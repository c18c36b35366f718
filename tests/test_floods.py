"""What is too large to hold is refused with the number of its row, in bounded time and memory."""

from __future__ import annotations

import pytest
from tests.fuzz.floods import CASES, refused


@pytest.mark.parametrize("case", CASES)
def test_floods_are_refused(case, small, tmp_path):
    """Of 64 MB; `python -m tests.fuzz.floods` does it with a gigabyte."""
    path, line = CASES[case](tmp_path, 64_000_000)
    flood = refused(path, line, small.safetensors)
    assert not flood.bad(), flood
    assert flood.peak < 250_000_000, flood
