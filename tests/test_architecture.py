"""Imports go down the floors only, and what is heavy is imported where it is used."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "pipeline" / "balagh"

FLOORS = [
    "labels errors params places atomic problems arithmetic compiled",
    "folding text alphabet codes endings debris sentences alignment lines csv_rows records readers prepared",
    "stems forms cues terms term_tfidf ngram_* ngrams duplicates dataset data_check calibration metrics*",
    "heads scorer kernels* batches features bundle model export tagger"
    " occurrences explain sklearn frames shipped dask spark spacy baselines*",
    "html.* web.* described explain_view outputs bulk.* views evaluation* report* exchange.* agreement audit compare"
    " corpus suggest drift* stages.*",
    "cli.* __main__",
]
"""Modules of each floor, from the ground up."""

HEAVY = {"numba", "pyarrow", "dask", "cleanlab", "pandas", "fastapi", "uvicorn", "fasttext"}


def modules():
    return sorted(".".join(path.relative_to(PACKAGE).with_suffix("").parts) for path in PACKAGE.rglob("*.py"))


def floor_of(module):
    for floor, names in enumerate(FLOORS):
        for name in names.split():
            stem = name.rstrip("*.")
            if module == name or (name.endswith("*") and (module == stem or module.startswith(stem))):
                return floor
    return None


def imports(module):
    """Return every import of a module: name imported, whether at the top level, whether for types only."""
    tree = ast.parse((PACKAGE / Path(*module.split("."))).with_suffix(".py").read_text(encoding="utf-8"))
    typing = {
        id(n) for b in tree.body if isinstance(b, ast.If) and "TYPE_CHECKING" in ast.dump(b.test) for n in ast.walk(b)
    }
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            yield name, node in tree.body, id(node) in typing


@pytest.mark.parametrize("module", [m for m in modules() if m != "__init__"])
def test_imports_go_down_only(module):
    floor = floor_of(module)
    assert floor is not None, f"{module} stands on no floor; add it to FLOORS"
    for name, _, for_types in imports(module):
        target = name.removeprefix("balagh.")
        if not for_types and name.startswith("balagh.") and target in modules():
            assert floor_of(target) <= floor, f"{module} imports {target}, which is above it"


def test_no_module_imports_itself_in_a_circle():
    known = set(modules())
    below = {
        module: {n.removeprefix("balagh.") for n, top, types in imports(module) if top and not types} & known
        for module in known
    }
    done: set[str] = set()
    while ready := {module for module in known - done if below[module] - {module} <= done}:
        done |= ready
    # The commands register themselves with the application that they import.
    assert known - done <= {"__init__", *(m for m in known if m.startswith("cli"))}


@pytest.mark.parametrize("module", modules())
def test_heavy_libraries_are_imported_where_they_are_used(module):
    top = {name.split(".")[0] for name, at_top, for_types in imports(module) if at_top and not for_types}
    allowed = {"numba"} if "kernels" in module or module == "compiled" else set()
    assert top & HEAVY <= allowed


def test_only_the_command_line_prints_or_exits():
    for module in modules():
        if module.startswith("cli") or module == "__main__":
            continue
        text = (PACKAGE / Path(*module.split("."))).with_suffix(".py").read_text(encoding="utf-8")
        calls = [n.func for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Call)]
        assert not [c for c in calls if isinstance(c, ast.Name) and c.id in {"print", "exit"}], module


def test_files_are_short():
    for module in modules():
        lines = (PACKAGE / Path(*module.split("."))).with_suffix(".py").read_text(encoding="utf-8").count("\n")
        assert lines <= 300, f"{module} has {lines} lines; split it"
