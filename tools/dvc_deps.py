"""Write the modules that each stage depends on into dvc.yaml: ``python tools/dvc_deps.py``.

A stage depends on its module, on every module of the package that this one imports, at the top or inside a
function, and so on. Imports for types only are no dependency, and neither is ``balagh/__init__.py``, which
only hands names on. Whoever reads the cue classes also depends on their lists, and who makes pages on their
templates.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "pipeline"
PREFIX = "      - pipeline/balagh/"


def imported(module: Path) -> Iterator[Path]:
    """Yield the modules of the package that a module imports when it is run."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    for_types = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.dump(block.test)
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        paths = (SOURCE / Path(*name.split(".")).with_suffix(".py") for name in names if name.startswith("balagh."))
        yield from filter(Path.is_file, paths)


def dependencies(stage: str) -> list[str]:
    """Return the files of the package that a stage depends on, relative to the root and in order.

    Parameters
    ----------
    stage : str
        Name of a module of ``balagh.stages``.
    """
    waiting, found = [SOURCE / "balagh" / "stages" / f"{stage}.py"], set()
    while waiting:
        module = waiting.pop()
        if module in found:
            continue
        found.add(module)
        waiting.extend(imported(module))
        if module.name == "cues.py":
            found.add(module.parent / "cue_words")
        if module.name == "pages.py":
            found.add(module.parent / "templates")
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def rewritten(text: str) -> str:
    """Return the text of dvc.yaml with the modules that each stage now depends on."""
    lines, stage, inside = [], "", False
    for line in text.splitlines():
        if line.startswith("  ") and line[2] not in " -#" and line.endswith(":"):
            stage = line.strip(" :")
        if inside and not line.startswith("      - "):
            lines.extend(f"      - {path}" for path in dependencies(stage))
            inside = False
        inside = inside or line == "    deps:"
        if not line.startswith(PREFIX):
            lines.append(line)
    return "\n".join(lines) + "\n"


def main() -> None:
    """Rewrite dvc.yaml."""
    path = ROOT / "dvc.yaml"
    path.write_text(rewritten(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
