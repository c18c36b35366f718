"""Train in an environment with the oldest libraries that pyproject.toml allows and in one with the newest, and compare.

Each model file must load in the other environment and give the same scores and labels there. `make versions` runs it;
it installs from the package index, so it is no test.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHOWN = ("numpy", "scipy", "scikit-learn", "numba", "safetensors", "msgspec")
TOLERANCE = 1e-9

TRAIN = """
import sys
from pathlib import Path
from tests.fuzz.stages import make_project
make_project(Path(sys.argv[1]), 1500, ("prepare", "featurize", "train"))
"""
SCORE = """
import json, sys, warnings
warnings.simplefilter("error")
from balagh.records import load_labelled
from balagh.tagger import Tagger
tagger = Tagger.load(sys.argv[1])
texts = [sentence.text for sentence in load_labelled(["data/labelled"])]
# One by one in NumPy, and all at once in compiled code.
single = [tagger.decision_function([text])[0].tolist() for text in texts[::20]]
print(json.dumps([single, tagger.decision_function(texts).tolist(), [s.labels for s in tagger.tag_sentences(texts)]]))
"""


def requirements(oldest: bool) -> list[str]:
    """Return what the core needs, each at its lower bound or free."""
    words = [sys.executable, "tools/requirements.py", "core"]
    found = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return [name.replace(">=", "==") for name in found] if oldest else found


def environment(folder: Path, oldest: bool) -> Path:
    """Make an environment and return its interpreter."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, *requirements(oldest)], check=True)
    subprocess.run([*install, "--no-deps", "--editable", ROOT], check=True)
    return python


def run(python: Path, code: str, argument: Path) -> str:
    """Run code of ours in an environment, and return what it prints."""
    paths = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [python, "-c", code, argument], cwd=ROOT, env=paths, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"in {python.parent.parent.name}: {done.stderr[-3000:]}")
    return done.stdout


def versions(python: Path) -> str:
    """Return the versions of the libraries that matter."""
    code = "from importlib.metadata import version\nprint(*(f'{n} {version(n)}' for n in NAMES))"
    return run(python, code.replace("NAMES", repr(SHOWN)), Path()).strip()


def difference(one: list[list[float]], other: list[list[float]]) -> float:
    """Return the largest difference between two tables of scores."""
    return max(abs(a - b) for row, twin in zip(one, other, strict=True) for a, b in zip(row, twin, strict=True))


def compare(folder: Path) -> bool:
    """Make both environments and both models, and say whether every model scores the same in both."""
    pythons = {name: environment(folder / name, name == "oldest") for name in ("oldest", "newest")}
    good = True
    digests = set()
    for name, python in pythons.items():
        print(f"{name}: {versions(python)}", flush=True)
        run(python, TRAIN, folder / f"project-{name}")
        model = folder / f"project-{name}" / "models" / "tagger.safetensors"
        digests.add(hashlib.sha256(model.read_bytes()).hexdigest())
        old, new = (json.loads(run(reader, SCORE, model)) for reader in pythons.values())
        apart = max(difference(old[i], new[i]) for i in range(2))
        same = old[2] == new[2]
        good = good and same and apart <= TOLERANCE
        print(f"model trained with the {name}: scores differ by {apart:.1e} at most, labels are the same: {same}")
    print("both models are the same bytes" if len(digests) == 1 else "the two models are not the same bytes")
    return good


def main() -> None:
    """Compare; code 1 if scores or labels differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, help="an empty folder to work in; by default one that is removed")
    given = parser.parse_args()
    if given.folder:
        sys.exit(not compare(given.folder.resolve()))
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(not compare(Path(folder)))


if __name__ == "__main__":
    main()
