"""Real processes that are killed, and disks that are really full."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fuzz.kill import run_trials, write_inputs


def balagh(*arguments, limit=None, **options):
    def lower_the_limit():
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    line = [sys.executable, "-m", "balagh", "tag", *map(str, arguments)]
    # The limit would hit what coverage writes, too.
    env = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    return subprocess.run(line, text=True, check=False, preexec_fn=lower_the_limit, env=env, **options)


def test_killed_at_random_and_resumed(small, tmp_path):
    trials = run_trials(tmp_path, small.safetensors, count=12, rows=300, seed=os.getpid())
    assert [name for name, done in trials if not done.same] == []


@pytest.mark.parametrize("name", ["out.jsonl", "out.parquet"])
@pytest.mark.parametrize("limit", [0, 10_000, 50_000])
def test_a_limit_on_the_size_of_files(small, tmp_path, name, limit):
    """What was there stays, and with more room the run goes on where it was."""
    write_inputs(tmp_path, 200)
    out = tmp_path / name
    arguments = [tmp_path / "in" / "a.jsonl", "--model", small.safetensors, "--chunk", 50]
    balagh(*arguments, "-o", tmp_path / f"wanted-{name}")
    out.write_text("old")
    done = balagh(*arguments, "-o", out, "--force", limit=limit, capture_output=True)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "File too large" in done.stderr
    assert "--resume" in done.stderr
    assert out.read_text() == "old"
    again = balagh(*arguments, "-o", out, "--resume", "--force", capture_output=True)
    assert "rejected" in again.stderr
    assert out.read_bytes() == (tmp_path / f"wanted-{name}").read_bytes()
    assert not list(tmp_path.glob(f"{name}.*"))


@pytest.mark.parametrize("fmt", ["jsonl", "csv", "table"])
def test_standard_output_that_is_full(small, tmp_path, fmt):
    write_inputs(tmp_path, 200)
    with Path("/dev/full").open("wb") as full:
        done = balagh(
            tmp_path / "in" / "a.jsonl",
            *("--model", small.safetensors, "--format", fmt),
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["balagh: No space left on device"]


def test_a_reader_that_has_gone_is_no_error(small, tmp_path):
    write_inputs(tmp_path, 2000)
    options = f"--format jsonl --chunk 50 --model {small.safetensors}"
    line = f"{sys.executable} -m balagh tag {tmp_path}/in/a.jsonl {options} | head -1"
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["line"] == 2
    assert done.stderr == ""


def test_interrupted_by_hand(small, tmp_path):
    write_inputs(tmp_path, 30_000)
    out = tmp_path / "out.jsonl"
    line = [sys.executable, "-m", "balagh", "tag", tmp_path / "in" / "a.jsonl", "-o", out, "--chunk", "10"]
    process = subprocess.Popen(
        [*line, "--model", small.safetensors],
        stderr=subprocess.PIPE,
        text=True,
        # Tests that a shell started in the background hand on that Ctrl-C is to be ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    for _ in range(600):
        if out.with_name("out.jsonl.part").exists():
            break
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    error = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert error.splitlines() == ["balagh: interrupted; the same command with --resume goes on"]
    assert not out.exists()


def test_workers_end_with_the_process_that_started_them(small, tmp_path):
    write_inputs(tmp_path, 3000)
    out = tmp_path / "out.jsonl"
    line = [sys.executable, "-m", "balagh", "tag", tmp_path / "in" / "a.jsonl", "-o", out, "--chunk", "10"]
    process = subprocess.Popen([*line, "--model", small.safetensors, "--workers", "2"], stderr=subprocess.DEVNULL)
    for _ in range(600):
        if out.with_name("out.jsonl.part").exists():
            break
        time.sleep(0.02)
    children = children_of(process.pid)
    process.kill()
    process.wait()
    assert len(children) >= 2
    for _ in range(100):
        if not any(alive(child) for child in children):
            break
        time.sleep(0.1)
    assert not [child for child in children if alive(child)]


def children_of(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
