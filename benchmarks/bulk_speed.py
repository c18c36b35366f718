"""How long `balagh tag` takes for a million sentences of press text, and how much memory.

``python -m benchmarks.bulk_speed --count 1000000 --workers 2`` writes a file of sentences, tags it with a file of
each size, and prints the table. On a machine that others use too, look at the CPU seconds and the load beside the
clock. The sentences are those of ``data/labelled`` that are as long as the press writes,
shuffled, each with a number of its own in it so that no two are the same.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.tag_speed import press_sentences

MODEL = Path("models/tagger.safetensors")
_CHILD = """
import json, os, resource, sys, time
from pathlib import Path
from balagh.bulk.job import Job
from balagh.bulk.run import run
job = Job(sources=(sys.argv[1],), model=Path(sys.argv[2]), output=Path(sys.argv[3]), workers=int(sys.argv[4]))
begin = time.perf_counter()
first = []
def report(progress):
    if progress.read and not first:
        first.append((time.perf_counter(), progress.summary.sentences))
if __name__ == "__main__":
    summary = run(job, report)
    end = time.perf_counter()
    print(json.dumps({"sentences": summary.sentences, "all": end - begin, "rest": end - first[0][0],
        "after": summary.sentences - first[0][1],
        "cpu": sum(os.times()[:4]),
        "main": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "workers": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024}))
"""


def write_sentences(path: Path, count: int, seed: int = 1) -> None:
    """Write rows of JSON with one sentence each, no two of them the same."""
    draw = random.Random(seed)
    sentences = press_sentences(10_000)
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            if number % len(sentences) == 0:
                draw.shuffle(sentences)
            words = sentences[number % len(sentences)].split(" ")
            words.insert(draw.randrange(1, len(words)), str(number))
            row = {"id": number, "source": f"press-{number % 97}", "text": " ".join(words)}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def measure(path: Path, output: Path, model: Path, workers: int) -> dict[str, float]:
    """Tag a file in a new process; return seconds and the largest memory of the process and of a worker, in MB."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "child.py"
        script.write_text(_CHILD, encoding="utf-8")
        command = [sys.executable, str(script), str(path), str(model), str(output), str(workers)]
        begin = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
        seconds = time.perf_counter() - begin
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout) | {"process": seconds}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--small", type=int, default=10_000, help="sentences of the run that memory is compared with")
    parser.add_argument("--workers", type=int, nargs="*", default=[2, 1])
    parser.add_argument("--formats", nargs="*", default=["jsonl"])
    parser.add_argument("--model", type=Path, default=MODEL)
    given = parser.parse_args()
    print("| rows | output | workers | process, s | once started, s | CPU, s | memory, MB: main, worker | load |")
    print("|---:|---|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for count in (given.small, given.count):
            write_sentences(folder / f"{count}.jsonl", count)
        for fmt in given.formats:
            for workers in given.workers:
                for count in (given.small, given.count):
                    output = folder / re.sub(r"\W", "_", f"{count}_{workers}")
                    found = measure(folder / f"{count}.jsonl", output.with_suffix(f".{fmt}"), given.model, workers)
                    # The first chunk waits for processes to start and compiled code to load; the rest is scaled up.
                    started = found["rest"] * found["sentences"] / found["after"]
                    worker = f", {found['workers']:.0f}" if workers > 1 else ""
                    print(
                        f"| {count:,} | {fmt} | {workers} | {found['process']:.1f} | {started:.1f} | {found['cpu']:.0f}"
                        f" | {found['main']:.0f}{worker} | {os.getloadavg()[0]:.1f} |",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
