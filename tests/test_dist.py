"""A wheel carries a trained model, so that installing it is enough to tag."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from balagh.places import default_model

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(small, tmp_path_factory) -> Path:
    pytest.importorskip("hatchling")
    tree = tmp_path_factory.mktemp("tree")
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tree / name)
    shutil.copytree(ROOT / "pipeline", tree / "pipeline", ignore=shutil.ignore_patterns("__pycache__", "trained"))
    (tree / "pipeline" / "balagh" / "trained").mkdir()
    shutil.copy(small.safetensors, tree / "pipeline" / "balagh" / "trained" / "tagger.safetensors")
    shutil.copy(ROOT / ".gitignore", tree / ".gitignore")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tree / "dist"]
    subprocess.run(build, cwd=tree, check=True, capture_output=True)
    return next((tree / "dist").glob("*.whl"))


def test_the_wheel_holds_the_model_and_the_types(wheel, small):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert archive.read("balagh/trained/tagger.safetensors") == small.safetensors.read_bytes()
    assert {"balagh/py.typed", "balagh/cue_words/commitment.toml", "balagh/html/templates/viewer.css"} <= names
    assert all(name.startswith(("balagh/", "balagh-")) for name in names)


def test_what_is_installed_tags_at_once(wheel, tagger, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    (tmp_path / "a.txt").write_text("أدانت الوزارة الهجوم على المدنيين", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "balagh", "tag", "--format", "jsonl", "a.txt"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout)["scores"] == tagger.tag("أدانت الوزارة الهجوم على المدنيين")[0].scores


def test_the_model_of_the_working_folder_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    packaged = tmp_path / "packaged.safetensors"
    packaged.touch()
    monkeypatch.setattr("balagh.places.PACKAGED", packaged)
    assert default_model() == packaged
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "tagger.safetensors").touch()
    assert default_model() == Path("models/tagger.safetensors")


def test_without_any_model_the_error_names_the_one_that_the_pipeline_makes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("balagh.places.PACKAGED", tmp_path / "none")
    assert default_model() == Path("models/tagger.safetensors")
