"""Print the requirements of parts of pyproject.toml: ``core``, an extra, or a dependency group."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path


def names(parts: list[str]) -> list[str]:
    """Return the requirements of the parts, in order."""
    settings = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    project, groups = settings["project"], settings["dependency-groups"]
    known = {"core": project["dependencies"]} | project["optional-dependencies"] | groups
    unknown = [part for part in parts if part not in known]
    if unknown:
        sys.exit(f"tools/requirements.py: no part {unknown[0]!r} in pyproject.toml; there are {', '.join(known)}")
    return [requirement for part in parts for requirement in known[part]]


if __name__ == "__main__":
    print(*names(sys.argv[1:]))
