"""Cut off anywhere, by a kill or a full disk, a run that is resumed gives the same bytes as one that was not."""

from __future__ import annotations

import json

import msgspec
import pytest

from balagh.bulk.disk import Disk
from balagh.bulk.job import Job
from balagh.bulk.run import run
from balagh.errors import DataError
from fuzz.faults import Crash, FaultyDisk, QuickTagger, bulk_run, clear, full_disk, naive_run, survivors

TEXTS = ["ندد.وصل", "", "أدان", "غادر.د", "سلام"]


@pytest.fixture
def quick(monkeypatch, tmp_path):
    """A model that is none, so that thousands of runs take seconds; an empty folder for output."""
    monkeypatch.setattr("balagh.bulk.run.Tagger.load", lambda path: QuickTagger())
    (tmp_path / "model").write_bytes(b"model")
    (tmp_path / "out").mkdir()
    return tmp_path


@pytest.fixture
def jsonl(quick):
    path = quick / "in.jsonl"
    rows = [json.dumps({"id": i, "text": text}, ensure_ascii=False) for i, text in enumerate(TEXTS)]
    path.write_text("\n".join([*rows[:3], "{", *rows[3:]]) + "\n")
    return path


@pytest.fixture
def folder(quick):
    """Three files of two forms, one in a folder of its own, and one that cannot be read."""
    source = quick / "in"
    (source / "b").mkdir(parents=True)
    (source / "a.txt").write_text("ندد.وصل")
    (source / "b" / "c.csv").write_text("id,text\n" + "".join(f"{i},{text}\n" for i, text in enumerate(TEXTS)))
    (source / "d.txt").write_bytes(b"\0")
    (source / "e.csv").write_text("id,text\n1,ندد\n")
    return source


def job_for(root, source, name="out.jsonl", **options):
    output = root / "out" / name if name else root / "out"
    return Job(**{"sources": (str(source),), "model": root / "model", "output": output, "chunk": 2} | options)


def tree(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def every_byte():
    return (FaultyDisk(room=room) for room in range(1_000_000))


def every_operation(error=None):
    return (FaultyDisk(fail_at=number, error=error and error()) for number in range(1, 1_000_000))


@pytest.mark.parametrize(("name", "chunk"), [("out.jsonl", 2), ("out.csv", 4)])
def test_output_cut_at_every_byte(quick, jsonl, name, chunk):
    job = job_for(quick, jsonl, name, chunk=chunk)
    failed, good = survivors(job, bulk_run, every_byte(), lambda: tree(quick / "out"))
    assert failed > 1000
    assert good == failed


@pytest.mark.parametrize("error", [None, full_disk], ids=["killed", "disk full"])
@pytest.mark.parametrize("name", ["out.jsonl", "out.csv", "out.parquet", "out.txt"])
def test_a_fault_at_every_operation(quick, jsonl, name, error):
    failed, good = survivors(job_for(quick, jsonl, name), bulk_run, every_operation(error), lambda: tree(quick / "out"))
    assert failed > 25
    assert good == failed


@pytest.mark.parametrize("fmt", ["jsonl", "parquet"])
def test_a_fault_at_every_operation_of_a_folder(quick, folder, fmt):
    job = job_for(quick, folder, "", format=fmt)
    failed, good = survivors(job, bulk_run, every_operation(), lambda: tree(quick / "out"))
    assert failed > 40
    assert good == failed
    assert sorted(tree(quick / "out")) == [
        "_REJECTS.jsonl",
        "_SUMMARY.json",
        f"a.{fmt}",
        f"b/c.{fmt}",
        f"e.{fmt}",
    ]


def test_the_checks_find_a_naive_writer_out(quick):
    source = quick / "in.txt"
    source.write_text("\n".join(TEXTS) + "\n")
    job = job_for(quick, source, "out.txt", form="sentences")
    failed, good = survivors(job, naive_run, every_byte(), lambda: tree(quick / "out"))
    # Only a cut that happens to fall between two lines does it no harm.
    assert failed > 50
    assert good <= len(TEXTS) + 1


def test_a_disk_that_is_full_leaves_what_was_there(quick, jsonl):
    job = job_for(quick, jsonl, force=True)
    for number in range(1, 1000):
        clear(job)
        job.output.write_text("old")
        disk = FaultyDisk(fail_at=number, error=full_disk())
        try:
            run(job, disk=disk)
        except OSError:
            there = job.output.read_bytes()
            # Either the old output or, once it has been renamed, the whole new one.
            assert there == b"old" or there.count(b"\n") == 6
        else:
            break
    assert number > 25


def test_parts_that_a_crash_of_the_machine_has_cut_or_filled(quick, jsonl):
    """The journal says more than the disk has kept: what is missing is done again."""
    job = job_for(quick, jsonl)
    run(job)
    wanted = tree(quick / "out")
    resumed = msgspec.structs.replace(job, resume=True)
    for left in range(0, 900, 7):
        for content in (lambda data: data[:left], lambda data: data[:left] + bytes(max(len(data) - left, 0))):  # noqa: B023
            clear(job)
            with pytest.raises(Crash):
                run(job, disk=FaultyDisk(fail_at=18))
            part = quick / "out" / "out.jsonl.part"
            assert part.stat().st_size > 500
            part.write_bytes(content(part.read_bytes()))
            run(resumed)
            assert tree(quick / "out") == wanted


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": "other"}, "the model is not the one"),
        ({"input": '{"text": "x"}\n'}, "has changed"),
        ({"options": {"only_tagged": True}}, "only_tagged"),
        ({"options": {"chunk": 3}}, "chunk"),
        ({"options": {"resume": False}}, "was cut off"),
    ],
)
def test_a_run_goes_on_only_with_the_same(quick, jsonl, change, message):
    job = job_for(quick, jsonl)
    with pytest.raises(Crash):
        run(job, disk=FaultyDisk(fail_at=18))
    before = tree(quick / "out")
    if "model" in change:
        (quick / "model").write_text(change["model"])
    if "input" in change:
        jsonl.write_text(change["input"])
    with pytest.raises(DataError, match=message) as error:
        run(msgspec.structs.replace(job, **{"resume": True} | change.get("options", {})))
    assert len(str(error.value).splitlines()) == 1
    assert tree(quick / "out") == before
    run(msgspec.structs.replace(job, force=True))
    assert list(tree(quick / "out")) == ["out.jsonl"] or "rejects" in str(tree(quick / "out"))


def test_two_runs_cannot_write_the_same_output(quick, jsonl):
    job = job_for(quick, jsonl)

    class Meddling(Disk):
        def sync(self, handle):
            if not refused:
                refused.append(True)
                with pytest.raises(DataError, match="another run"):
                    run(msgspec.structs.replace(job, force=True))

    refused = []
    run(job, disk=Meddling())
    assert refused
