"""Build wheel and sdist with the trained model inside, and try the wheel in a fresh environment.

    python tools/dist.py [--out dist]

The wheel is installed with the pinned versions, away from the source tree, and must tag as the source tree does.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "models" / "tagger.safetensors"
CARRIED = ROOT / "pipeline" / "balagh" / "trained" / "tagger.safetensors"
SENTENCE = "أدانت وزارة الخارجية بشدة الهجوم على القافلة، وتعهدت بمواصلة دعم اليمن."


def build(out: Path) -> Path:
    """Build both archives, with the model put into the package meanwhile, and return the wheel."""
    if not MODEL.is_file():
        sys.exit(f"{MODEL.relative_to(ROOT)}: no such file; run `make` first, which trains it")
    shutil.rmtree(out, ignore_errors=True)
    CARRIED.parent.mkdir(exist_ok=True)
    shutil.copyfile(MODEL, CARRIED)
    try:
        # The same sources make the same archives: hatchling takes its times from this.
        environment = os.environ | {"SOURCE_DATE_EPOCH": "1624838400"}
        command = [sys.executable, "-m", "hatchling", "build", "-d", str(out)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
    finally:
        shutil.rmtree(CARRIED.parent)
    return next(out.glob("*.whl"))


def check_contents(wheel: Path) -> None:
    """See that the wheel has the model, the types' marker, the cue lists and nothing of the tests."""
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in (
        "balagh/trained/tagger.safetensors",
        "balagh/py.typed",
        "balagh/cue_words/places.toml",
        "balagh/tagger.py",
    ):
        if name not in names:
            sys.exit(f"{wheel.name}: {name} is missing")
    strays = [name for name in names if not name.startswith(("balagh/", "balagh-"))]
    if strays:
        sys.exit(f"{wheel.name}: has {', '.join(strays)}")


def try_wheel(wheel: Path) -> None:
    """Install the wheel into a new environment and tag with it, far from the source tree."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
        bin_ = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
        pip = [bin_ / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        pinned = next(line.split()[0] for line in _constraints() if line.startswith("pip=="))
        subprocess.run([*pip, pinned], check=True)
        core = subprocess.check_output([sys.executable, ROOT / "tools" / "requirements.py", "core"], text=True).split()
        subprocess.run([*pip, "-c", ROOT / "constraints.txt", *core], check=True)
        subprocess.run([*pip, "--no-deps", wheel.resolve()], check=True)
        (folder / "text.txt").write_text(SENTENCE, encoding="utf-8")
        command = [bin_ / "balagh", "tag", "--format", "jsonl", "text.txt"]
        there = json.loads(subprocess.check_output(command, cwd=folder))
        print(f"{wheel.name} tags: {', '.join(there['labels'])}")
        here = json.loads(
            subprocess.check_output([sys.executable, "-m", "balagh", *command[1:-1], folder / "text.txt"])
        )
        if (here["labels"], here["scores"]) != (there["labels"], there["scores"]):
            sys.exit(f"{wheel.name}: tags otherwise than the source tree: {there['labels']}, {here['labels']}")


def _constraints() -> list[str]:
    return (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()


def main() -> None:
    """Build, check, try."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder for the archives, made anew")
    wheel = build(parser.parse_args().out.resolve())
    check_contents(wheel)
    try_wheel(wheel)


if __name__ == "__main__":
    main()
