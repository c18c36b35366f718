"""Kill the stages of the pipeline at random: no half output is accepted, and the next run gives the same bytes.

``python -m tests.fuzz.stages --count 50`` kills each stage 50 times, on a small part of the labelled sentences.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from balagh.records import load_labelled

from .kill import tree

ROOT = Path(__file__).parent.parent.parent
STAGES = {
    "prepare": ("data/prepared",),
    "featurize": ("data/features",),
    "train": ("models",),
    "evaluate": ("reports",),
}
"""The stages in their order, and the folders that each writes."""
SMALL = {"folds": 3, "min_df": 2, "min_df_terms": 2, "bootstrap": 20, "curve": "[200]", "test_share": 0.3}


def make_project(folder: Path, sentences: int, stages: Iterable[str] = STAGES) -> dict[str, float]:
    """Write a small project, run its stages undisturbed, and return how long each takes."""
    labelled = folder / "data" / "labelled"
    labelled.mkdir(parents=True)
    # Whole documents from all over the data, so that every label is there.
    records = load_labelled([ROOT / "data" / "labelled"])
    docs = list(dict.fromkeys(record.doc for record in records))
    kept = set(docs[:: max(len(records) // sentences, 1)])
    lines = [
        line
        for path in sorted((ROOT / "data" / "labelled").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r'"doc": ?"([^"]*)"', line)[1] in kept  # type: ignore[index]
    ]
    (labelled / "some.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    params = (ROOT / "params.yaml").read_text(encoding="utf-8")
    for name, value in SMALL.items():
        params = re.sub(rf"(?m)^  {name}: .*$", f"  {name}: {value}", params)
    (folder / "params.yaml").write_text(params, encoding="utf-8")
    seconds = {}
    for stage in stages:
        begin = time.monotonic()
        subprocess.run(command(stage), cwd=folder, check=True, capture_output=True)
        seconds[stage] = time.monotonic() - begin
    return seconds


def command(stage: str) -> list[str]:
    """Return the command of a stage, as dvc.yaml has it."""
    return [sys.executable, "-m", "balagh", stage]


def trial(folder: Path, stage: str, draw: random.Random, seconds: float, *, fresh: bool) -> tuple[bool, str]:
    """Kill a stage once, look at what it left, and run it again.

    Parameters
    ----------
    folder : Path
        The project, with the outputs of an undisturbed run.
    stage : str
        The stage.
    draw : Random
        Draws the time.
    seconds : float
        How long the stage takes undisturbed.
    fresh : bool
        Remove the outputs before, as DVC does; otherwise they are written over.

    Returns
    -------
    tuple of bool and str
        Whether the kill came before the end, and what is wrong; an empty string if nothing is.
    """
    wanted = outputs(folder, stage)
    if fresh:
        for out in STAGES[stage]:
            shutil.rmtree(folder / out)
    process = subprocess.Popen(command(stage), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(draw.uniform(0.3, 1.05) * seconds)
    process.send_signal(draw.choice((signal.SIGKILL, signal.SIGTERM)))
    killed = process.wait() != 0
    for name, content in outputs(folder, stage).items():
        if not name.endswith(".part") and content != wanted.get(name):
            return killed, f"{stage} left a half {name}"
    subprocess.run(command(stage), cwd=folder, check=True, capture_output=True)
    again = outputs(folder, stage)
    differ = sorted(name for name in {*again, *wanted} if again.get(name) != wanted.get(name))
    return killed, f"after a kill, {stage} gave another {differ[0]}" if differ else ""


def outputs(folder: Path, stage: str) -> dict[str, bytes]:
    """Return the content of all that a stage writes."""
    return {
        f"{out}/{name}": content
        for out in STAGES[stage]
        if (folder / out).exists()
        for name, content in tree(folder / out).items()
    }


def run_trials(folder: Path, *, count: int, seed: int, sentences: int) -> dict[str, tuple[int, list[str]]]:
    """Kill each stage ``count`` times; return for each how many kills came before its end, and what was wrong."""
    seconds = make_project(folder, sentences)
    draw = random.Random(seed)
    found: dict[str, tuple[int, list[str]]] = {}
    for stage in STAGES:
        done = [trial(folder, stage, draw, seconds[stage], fresh=i % 2 == 0) for i in range(count)]
        found[stage] = (sum(killed for killed, _ in done), [wrong for _, wrong in done if wrong])
    return found


def main() -> None:
    """Kill and compare, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=50, help="times to kill each stage")
    parser.add_argument("--sentences", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = run_trials(Path(folder), count=given.count, seed=given.seed, sentences=given.sentences)
    for stage, (killed, wrong) in found.items():
        print(f"{stage}: {given.count} signals, {killed} before its end, {len(wrong)} with another outcome", *wrong[:3])
    sys.exit(any(wrong for _, wrong in found.values()))


if __name__ == "__main__":
    main()
