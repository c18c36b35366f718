"""Examples in docstrings and in the README do what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import balagh

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MODULES = sorted(m.name for m in pkgutil.walk_packages(balagh.__path__, "balagh.") if not m.name.endswith("__main__"))


@pytest.fixture(scope="module")
def project(small, tmp_path_factory) -> Path:
    """A folder with a small model where the examples look for one, and the files that they tag."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "models").mkdir()
    for name in ("tagger.safetensors", "tagger.joblib"):
        shutil.copy(small.folder / name, folder / "models" / name)
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    shutil.copytree(ROOT / "data" / "labelled", folder / "data" / "labelled")
    (folder / "lines.txt").write_text("أدانت الوزارة الهجوم\nوصل الوفد\n", encoding="utf-8")
    (folder / "news.csv").write_text("id,body\n1,أدانت الوزارة الهجوم\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["balagh", *MODULES])
def test_docstrings(name, project, monkeypatch):
    monkeypatch.chdir(project)
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_python_in_the_readme(code, project, monkeypatch):
    monkeypatch.chdir(project)
    exec(compile(code, "README.md", "exec"), {})


RECIPES = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs" / "recipes").glob("*.md"))}


NEEDS = {"spark": "pyspark", "spacy": "spacy"}
"""Libraries that are not everywhere."""


@pytest.mark.parametrize("recipe", RECIPES)
def test_recipes(recipe, project, monkeypatch):
    if recipe in NEEDS:
        pytest.importorskip(NEEDS[recipe], reason=f"{NEEDS[recipe]} is not installed: pip install 'balagh[{recipe}]'")
    if recipe == "spark" and shutil.which("java") is None:
        pytest.skip("Spark needs Java, which is not on this machine")
    monkeypatch.chdir(project)
    # The blocks of a recipe go on from one another.
    code = "\n".join(re.findall(r"```python\n(.*?)```", RECIPES[recipe], re.DOTALL))
    exec(compile(code, f"{recipe}.md", "exec"), {"__name__": recipe})


@pytest.mark.parametrize(
    "command",
    [line for block in re.findall(r"```bash\n(.*?)```", README, re.DOTALL) for line in block.splitlines()],
)
def test_commands_in_the_readme(command, project):
    words = shlex.split(command, comments=True)
    assert words[0] == "balagh"
    done = subprocess.run([sys.executable, "-m", *words], cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_file_that_the_readme_links_to_is_there():
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
