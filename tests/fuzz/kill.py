"""Kill `balagh tag` at random, resume it, and compare what it writes with an undisturbed run.

``python -m tests.fuzz.kill --count 200`` does it with the trained model, and ends with code 1 if a byte differs.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
CASES: tuple[tuple[str, ...], ...] = (
    ("out.jsonl",),
    ("out.csv", "--workers", "2"),
    ("out.parquet",),
    ("folder",),
)
"""Name of the output and options."""
SENTENCES = (
    "أدانت وزارة الخارجية بشدة الهجوم الإرهابي على القافلة",
    "وصل الوفد إلى جنيف مساء أمس",
    "تعهدت الحكومة بمواصلة دعم اليمن",
    "أعرب المبعوث عن قلقه من تدهور الوضع الإنساني في تعز",
)


class Trial(NamedTuple):
    """What came of one output that was killed until it was done."""

    kills: int
    """Runs that a signal ended."""
    cut: int
    """Those of them that left work to resume."""
    same: bool
    """Whether the output is that of an undisturbed run."""


def write_inputs(folder: Path, rows: int) -> None:
    """Write a file of rows, some of them faulty, and a folder of two files."""
    lines = [json.dumps({"id": i, "text": f"{SENTENCES[i % 4]} {i}. {SENTENCES[i % 3]}."}) for i in range(rows)]
    lines[:: max(rows // 5, 1)] = ["not JSON"] * len(lines[:: max(rows // 5, 1)])
    (folder / "in").mkdir(parents=True)
    (folder / "in" / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "in" / "b.txt").write_text(". ".join(SENTENCES * 5), encoding="utf-8")


def trial(folder: Path, model: Path, case: Sequence[str], draw: random.Random, seconds: float) -> Trial:
    """Start a run, kill it after a random time, and go on with it until it ends by itself.

    Parameters
    ----------
    folder : Path
        Holds ``in``, and in ``wanted`` the outputs of undisturbed runs.
    model : Path
        The model.
    case : sequence of str
        One of `CASES`.
    draw : Random
        Draws the times and the signals.
    seconds : float
        How long an undisturbed run takes.
    """
    shutil.rmtree(folder / "out", ignore_errors=True)
    (folder / "out").mkdir()
    kills = cut = 0
    # The third kill is the last: a run that is always killed early never ends.
    for left in (3, 2, 1, 0):
        process = subprocess.Popen(command(folder, "out", model, case, "--resume"), stderr=subprocess.PIPE)
        if left:
            time.sleep(draw.uniform(0.15, 1.05) * seconds)
            process.send_signal(draw.choice(SIGNALS))
        error = process.communicate(timeout=300)[1].decode()
        if process.returncode in (0, 1):
            if "Traceback" in error:
                return Trial(kills, cut, False)
            break
        kills += 1
        cut += bool([*(folder / "out").rglob("*.journal"), *(folder / "out").rglob("_JOURNAL")])
        if process.returncode == 2 and "is there already" not in error:
            return Trial(kills, cut, False)
    return Trial(kills, cut, tree(folder / "out") == tree(folder / "wanted" / case[0]))


def command(folder: Path, out: str, model: Path, case: Sequence[str], *options: str) -> list[str]:
    """Return the command of a case."""
    name, *given = case
    source = folder / "in" if name == "folder" else folder / "in" / "a.jsonl"
    line = [sys.executable, "-m", "balagh", "tag", str(source), "-o", str(folder / out / name)]
    return [*line, "--model", str(model), "--chunk", "10", *given, *options]


def undisturbed(folder: Path, model: Path, case: Sequence[str]) -> float:
    """Make the output that is wanted of a case; return how long that takes."""
    begin = time.monotonic()
    (folder / "wanted" / case[0]).mkdir(parents=True)
    # The folder of the output has the same depth, so that no path in it differs.
    done = subprocess.run(command(folder, f"wanted/{case[0]}", model, case), capture_output=True, check=False)
    if done.returncode != 1:  # rows were rejected
        raise SystemExit(done.stderr.decode())
    return time.monotonic() - begin


def tree(folder: Path) -> dict[str, bytes]:
    """Return the content of all files below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def run_trials(folder: Path, model: Path, *, count: int, rows: int, seed: int) -> list[tuple[str, Trial]]:
    """Kill until ``count`` signals have ended a run; return the outcome of every output."""
    write_inputs(folder, rows)
    seconds = {case[0]: undisturbed(folder, model, case) for case in CASES}
    draw = random.Random(seed)
    trials: list[tuple[str, Trial]] = []
    while sum(done.kills for _, done in trials) < count:
        case = CASES[len(trials) % len(CASES)]
        trials.append((case[0], trial(folder, model, case, draw, seconds[case[0]])))
    return trials


def main() -> None:
    """Kill and compare, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="runs to kill")
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", type=Path, default=Path("models/tagger.safetensors"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        trials = run_trials(Path(folder), given.model, count=given.count, rows=given.rows, seed=given.seed)
    for name in dict.fromkeys(name for name, _ in trials):
        own = [done for case, done in trials if case == name]
        kills, cut = sum(done.kills for done in own), sum(done.cut for done in own)
        bad = sum(not done.same for done in own)
        print(f"{name}: {kills} kills, {cut} of them in the middle of the work; {len(own)} outputs, {bad} that differ")
    sys.exit(any(not done.same for _, done in trials))


if __name__ == "__main__":
    main()
