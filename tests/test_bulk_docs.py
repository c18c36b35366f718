"""Every command of docs/bulk.md works, in its order."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "bulk.md").read_text(encoding="utf-8")
COMMANDS = [
    line for block in re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines() if line.strip()
]


@pytest.fixture(scope="module")
def project(small, tmp_path_factory) -> Path:
    """A folder with a small model and what the page tags."""
    folder = tmp_path_factory.mktemp("bulk-docs")
    (folder / "models").mkdir()
    shutil.copy(small.safetensors, folder / "models")
    make_example(folder)
    return folder


def make_example(folder: Path) -> None:
    """Write the archive that the page tags."""
    (folder / "archive" / "2015").mkdir(parents=True)
    (folder / "archive" / "2015" / "july.txt").write_text(
        "أدانت وزارة الخارجية بشدة الهجوم الإرهابي على القافلة.\nوصل الوفد إلى جنيف مساء أمس.\n", encoding="utf-8"
    )
    rows = ['{"id": 7, "text": "تعهدت الحكومة بمواصلة دعم اليمن."}', '{"id": 8, "text": ""}']
    (folder / "archive" / "news.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "news.csv").write_text(
        "id,date,body\n"
        "1,2015-07-02,أعرب المبعوث عن قلقه من تدهور الوضع الإنساني في تعز.\n"
        "2,2015-07-03,=HYPERLINK(A1)\n",
        encoding="utf-8",
    )
    (folder / "lines.txt").write_text("أدانت الوزارة الهجوم\n\nوصل الوفد\n", encoding="utf-8")


def test_the_page_shows_the_commands():
    assert len(COMMANDS) >= 10
    for option in ("--resume", "--workers", "--rejects", "--only-tagged", "--context", "--labels", "--min-score"):
        assert option in PAGE


def test_commands_of_the_page(project):
    # In one go, since later commands read what earlier ones wrote.
    for command in COMMANDS:
        balagh = f"{sys.executable} -m balagh"
        line = re.sub(r"\bbalagh(?= tag)", balagh, command)
        done = subprocess.run(["sh", "-c", line], cwd=project, capture_output=True, text=True, check=False)
        # 1: the page tags a row without text, which is rejected.
        assert done.returncode in (0, 1), f"{command}: {done.stderr}"
        assert "Traceback" not in done.stderr
    for name in ("tagged/2015/july.jsonl", "tagged/_SUMMARY.json", "tagged/_REJECTS.jsonl", "tagged.parquet"):
        assert (project / name).exists()
