"""No command writes its result over what it reads, to a link, or to what is no plain file."""

from __future__ import annotations

import json
import os

import pytest

ROW = {"doc": "a", "issuer": "b", "genre": "report", "year": 2015, "text": "وصل", "labels": [], "primary": "none"}


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "data.jsonl"
    path.write_text(json.dumps(ROW | {"text": "وصل الوفد إلى العاصمة"}) + "\n", encoding="utf-8")
    return path


def lines(data, model, out):
    """Return a command of each kind that writes a result."""
    return {
        "audit": ["data", "audit", data, "-o", out],
        "agreement": ["data", "agreement", data, data, "-o", out],
        "compare": ["compare", model, model, "--data", data, "-o", out],
        "drift": ["drift", "--reference", data, "--new", data, "--model", model, "-o", out],
        "evaluate": ["evaluate", "--data", data, "--model", model, "--out", out],
        "export": ["data", "export", data, "--tool", "doccano", "-o", out],
        "import": ["data", "import", data, "--tool", "doccano", "-o", out],
        "report": ["report", "--data", data, "--model", model, "-o", out],
        "suggest": ["data", "suggest", data, "--model", model, "--data", data, "-o", out],
    }


COMMANDS = sorted(lines("", "", ""))


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("kind", ["input", "link", "pipe"])
def test_nothing_is_written_there(name, kind, data, small, command, tmp_path):
    if name == "drift":  # its page has an ending of its own, so that what it reads must have that too
        data = data.rename(tmp_path / "data.html")
    if kind == "link":
        out = tmp_path / "link.html"
        out.symlink_to(data)
    elif kind == "pipe":
        out = tmp_path / "pipe.html"
        os.mkfifo(out)
    else:
        out = data
    before = data.read_bytes()
    line = lines(data, small.safetensors, out)[name]
    code, _, said = command(*line, *(["--as", "jsonl"] if name == "drift" else []))
    assert code == 2, said
    assert out.name in said
    assert len(said.strip().splitlines()) == 1
    assert data.read_bytes() == before
    assert out.is_symlink() == (kind == "link")
    assert out.is_fifo() == (kind == "pipe")
