"""Output stays where it was told to go: everything else is refused in one line, and nothing is touched."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from balagh.bulk.guard import check_file
from balagh.bulk.job import Job
from balagh.bulk.plan import make_plan
from balagh.bulk.run import run
from balagh.errors import BalaghError, DataError
from fuzz.faults import QuickTagger

ROW = '{"text": "ندد الوزير"}\n'


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with a file of each kind that can be in the way of an output."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("balagh.bulk.run.Tagger.load", lambda path: QuickTagger())
    for folder in ("in/sub", "out", "full", "elsewhere"):
        Path(folder).mkdir(parents=True)
    for name in ("in/a.jsonl", "in/sub/a.jsonl", "b.jsonl", "model", "precious.jsonl", "full/a.jsonl"):
        Path(name).write_text(ROW)
    Path("link.jsonl").symlink_to("precious.jsonl")
    Path("dangling.jsonl").symlink_to("nowhere.jsonl")
    Path("loop.jsonl").symlink_to("loop.jsonl")
    Path("linked").symlink_to("elsewhere")
    Path("gone").symlink_to("no-such-folder")
    Path("out/sub").symlink_to(tmp_path / "elsewhere")
    os.link("precious.jsonl", "hard.jsonl")
    os.mkfifo("pipe.jsonl")
    Path("part.jsonl.part").symlink_to(tmp_path / "precious.jsonl")
    Path("part2.jsonl.part").write_text("not ours")
    Path("journal.jsonl.journal").symlink_to(tmp_path / "precious.jsonl")
    os.link("precious.jsonl", "part3.jsonl.part")
    Path("rejects.rejects.jsonl").symlink_to(tmp_path / "precious.jsonl")
    return tmp_path


def everything(folder):
    return {
        str(path.relative_to(folder)): (path.lstat().st_mode, path.lstat().st_nlink)
        + ((path.read_bytes(),) if path.is_file() else ())
        for path in folder.rglob("*")
    }


REFUSED = [
    # sources, output, options, what is said
    ("b.jsonl", "precious.jsonl", {}, "other names"),
    ("b.jsonl", "precious.jsonl", {"force": True}, "other names"),
    ("b.jsonl", "hard.jsonl", {"force": True}, "other names"),
    ("b.jsonl", "full/a.jsonl", {}, "is there already; --force replaces it"),
    ("b.jsonl", "link.jsonl", {}, "symbolic link"),
    ("b.jsonl", "link.jsonl", {"force": True}, "symbolic link"),
    ("b.jsonl", "link.jsonl", {"resume": True}, "symbolic link"),
    ("b.jsonl", "dangling.jsonl", {}, "symbolic link"),
    ("b.jsonl", "dangling.jsonl", {"force": True}, "symbolic link"),
    ("b.jsonl", "loop.jsonl", {"force": True}, "symbolic link"),
    ("b.jsonl", "b.jsonl", {}, "is read by this run"),
    ("b.jsonl", "b.jsonl", {"force": True}, "is read by this run"),
    ("b.jsonl", "./in/../b.jsonl", {"force": True}, "is read by this run"),
    ("link.jsonl", "precious.jsonl", {"force": True}, "is read by this run"),
    ("hard.jsonl", "precious.jsonl", {"force": True}, "is read by this run"),
    ("b.jsonl", "model", {"force": True}, "is read by this run"),
    ("b.jsonl", "b.rejects.jsonl", {"rejects": Path("b.jsonl"), "force": True}, "is read by this run"),
    ("b.jsonl", "pipe.jsonl", {}, "no plain file"),
    ("b.jsonl", "pipe.jsonl", {"force": True}, "no plain file"),
    ("b.jsonl", "/dev/null", {"force": True}, "no plain file"),
    ("b.jsonl", "/dev/full", {"force": True}, "no plain file"),
    ("b.jsonl", "b.jsonl/out.jsonl", {}, "is a file, not a folder"),
    ("b.jsonl", "b.jsonl/x/y/out.jsonl", {}, "is a file, not a folder"),
    ("b.jsonl", "gone/out.jsonl", {}, "leads nowhere"),
    ("b.jsonl", "new.jsonl.gz", {}, "not compressed"),
    ("b.jsonl", "new.csv.zst", {}, "not compressed"),
    ("b.jsonl", "part.jsonl", {}, "link"),
    ("b.jsonl", "part.jsonl", {"force": True}, "link"),
    ("b.jsonl", "part.jsonl", {"resume": True}, "link"),
    ("b.jsonl", "part2.jsonl", {}, "is in the way"),
    ("b.jsonl", "part3.jsonl", {"force": True}, "link"),
    ("b.jsonl", "part3.jsonl", {}, "link"),
    ("b.jsonl", "journal.jsonl", {}, "journal"),
    ("b.jsonl", "journal.jsonl", {"force": True}, "link"),
    ("b.jsonl", "journal.jsonl", {"resume": True}, "link"),
    ("b.jsonl", "rejects.jsonl", {}, "symbolic link"),
    ("b.jsonl", "rejects.jsonl", {"force": True}, "symbolic link"),
    ("b.jsonl", "new.jsonl", {"rejects": Path("new.jsonl")}, "cannot be the output and the file of rejects"),
    ("b.jsonl", "new.jsonl", {"rejects": Path("full/a.jsonl")}, "is there already"),
    ("b.jsonl", "new.jsonl", {"rejects": Path("link.jsonl"), "force": True}, "symbolic link"),
    ("b.jsonl", "new.jsonl", {"rejects": Path("full")}, "is a folder"),
    ("b.jsonl", None, {"rejects": Path("link.jsonl")}, "symbolic link"),
    ("b.jsonl", None, {"rejects": Path("b.jsonl"), "force": True}, "is read by this run"),
    ("b.jsonl", None, {"resume": True}, "--resume needs an output"),
    ("b.jsonl", None, {"format": "parquet"}, "Parquet cannot go to standard output"),
    ("in", "in", {}, "lies in in, which is read"),
    ("in", "in/out", {}, "lies in in, which is read"),
    ("in", "./in/sub/../out", {"force": True}, "lies in in, which is read"),
    ("in", "out", {}, "leads out of out"),
    ("in", "out", {"force": True}, "leads out of out"),
    ("in", "full", {}, "is there already"),
    ("in", "gone", {}, "symbolic link"),
    ("in", "pipe.jsonl", {"force": True}, "no plain file"),
    ("in", "model/x", {}, "is a file, not a folder"),
    ("in", "new", {"rejects": Path("new/a.jsonl")}, "cannot be the output and the file of rejects"),
    ("no/such/*.txt", "new.jsonl", {}, "no file is of this pattern"),
    ("elsewhere", "new", {}, "is a folder without files to tag"),
    ("b.jsonl\0", "new.jsonl", {}, "NUL"),
]


@pytest.mark.parametrize(("source", "output", "options", "message"), REFUSED)
def test_refused_in_one_line(place, source, output, options, message):
    before = everything(place)
    job = Job(sources=(source,), model=Path("model"), output=Path(output) if output else None)
    with pytest.raises(BalaghError) as error:
        run(msgspec.structs.replace(job, **options))
    assert message in str(error.value)
    assert len(str(error.value).splitlines()) == 1
    assert everything(place) == before


def test_there_are_fifty_cases():
    assert len(REFUSED) >= 50


def test_a_folder_that_may_not_be_written(place, monkeypatch):
    # The superuser may write everywhere: ask as somebody else.
    monkeypatch.setattr("balagh.bulk.guard.os.access", lambda path, mode: False)
    with pytest.raises(DataError, match="may not write to this folder"):
        check_file(place / "new.jsonl", force=True, kept=[])


def test_what_may_be_written_is(place):
    job = Job(sources=("b.jsonl",), model=Path("model"), output=Path("linked/new/out.jsonl"))
    run(job)
    assert (place / "elsewhere/new/out.jsonl").exists()
    run(msgspec.structs.replace(job, force=True))
    run(Job(sources=("in",), model=Path("model"), output=Path("new")))
    assert sorted(str(path.relative_to("new")) for path in Path("new").rglob("*.jsonl")) == ["a.jsonl", "sub/a.jsonl"]


@pytest.mark.parametrize(
    ("sources", "output", "paths"),
    [
        (["in"], "new", ["new/a.jsonl", "new/sub/a.jsonl"]),
        (["in", "b.jsonl"], "elsewhere", ["elsewhere/a.jsonl", "elsewhere/sub/a.jsonl", "elsewhere/b.jsonl"]),
        (["in"], "new.csv", ["new.csv"]),
        (["in/**/*.jsonl"], "new.jsonl", ["new.jsonl"]),
        (["b.jsonl"], "elsewhere", ["elsewhere/b.jsonl"]),
        (["b.jsonl"], "new.txt", ["new.txt"]),
    ],
)
def test_where_results_go(place, sources, output, paths):
    plan = make_plan(Job(sources=tuple(sources), model=Path("model"), output=Path(output)))
    assert [str(path) for path in plan.paths] == paths


def test_two_files_of_one_name(place):
    Path("in/a.csv").write_text("text\nx\n")
    plan = make_plan(Job(sources=("in",), model=Path("model"), output=Path("new"), format="csv"))
    assert [path.name for path in plan.paths] == ["a.csv.csv", "a.jsonl.csv", "a.csv"]
    with pytest.raises(DataError, match="for two inputs of one name"):
        make_plan(Job(sources=("in/a.csv", "in/a.csv"), model=Path("model"), output=Path("elsewhere")))
