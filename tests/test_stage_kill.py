"""An interrupted pipeline never passes as done."""

from __future__ import annotations

import os

import pytest

from balagh.atomic import replacing, write_atomically
from fuzz.stages import STAGES, run_trials


def test_stages_killed_at_random(tmp_path):
    found = run_trials(tmp_path, count=1, seed=os.getpid(), sentences=300)
    assert [wrong for _, faults in found.values() for wrong in faults] == []
    assert list(found) == list(STAGES)


def test_what_a_killed_process_left_is_removed_and_what_is_being_written_is_not(tmp_path):
    path = tmp_path / "a[1].json"
    left = tmp_path / ".a[1].json.x1y2.part"
    left.write_text("half")
    other = tmp_path / ".b.json.x1y2.part"
    other.write_text("of another file")
    with replacing(path) as file:
        assert not left.exists()
        file.write(b"first")
        write_atomically(path, b"second")
    assert path.read_bytes() == b"first"
    assert sorted(tmp_path.iterdir()) == sorted([path, other])


def test_a_block_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "a"
    path.write_text("old")
    with pytest.raises(TypeError), replacing(path) as file:
        file.write("text where bytes are due")
    assert [p.read_text() for p in tmp_path.iterdir()] == ["old"]
