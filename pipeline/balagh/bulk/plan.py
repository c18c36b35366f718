"""Decide what is written where, and refuse what must not be, before anything is read or written."""

from __future__ import annotations

from collections import Counter
from pathlib import Path, PurePath
from typing import Final, NamedTuple

from balagh.bulk.guard import check_file, check_new, check_ours, check_tree, files_read
from balagh.bulk.job import STDIN, Format, Job
from balagh.bulk.sink import part_of
from balagh.bulk.sources import Source, find_sources
from balagh.errors import DataError

_FORMATS: Final[dict[str, Format]] = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".parquet": "parquet"}
_ENDINGS: Final[dict[Format, str]] = {"jsonl": ".jsonl", "csv": ".csv", "parquet": ".parquet", "table": ".table.txt"}


class Plan(NamedTuple):
    """What a job reads and writes."""

    sources: list[Source]
    skipped: int
    """Files of folders that are of no known form."""
    format: Format
    paths: list[Path]
    """One output for all sources, one for each, or none for standard output."""
    rejects: Path | None
    totals: Path | None
    """The summary of a folder of results."""
    journal: Path | None


def make_plan(job: Job) -> Plan:
    """Return what a job reads and writes.

    Raises
    ------
    MissingFileError, DataError
        There is nothing to read, or what should be written must not be.
    """
    sources, skipped = find_sources(job)
    if job.output is None:
        if job.resume:
            raise DataError("--resume needs an output with -o; standard output cannot be written again")
        if job.format == "parquet":
            raise DataError("Parquet cannot go to standard output; name a file with -o")
        plan = Plan(sources, skipped, job.format or "table", [], job.rejects, None, None)
        if job.rejects:
            check_file(job.rejects, force=job.force, kept=files_read(job, sources))
        return plan
    plan = _folder(job, sources, skipped) if _is_folder(job, job.output) else _file(job, job.output, sources, skipped)
    _check(job, plan)
    return plan


def _is_folder(job: Job, output: Path) -> bool:
    """Say whether results go to a folder: one that is there, or a name without an ending for what is a folder."""
    if output.is_dir() and not output.is_symlink():
        return True
    folders = any(given != STDIN and Path(given).is_dir() for given in job.sources)
    return folders and output.suffix.lower() not in _FORMATS and not output.is_file()


def _file(job: Job, output: Path, sources: list[Source], skipped: int) -> Plan:
    if output.suffix.lower() in (".gz", ".zst"):
        raise DataError(f"{output}: output is not compressed; leave out {output.suffix}, or use Parquet")
    fmt = job.format or _FORMATS.get(output.suffix.lower(), "table")
    rejects = job.rejects or output.with_name(f"{output.stem}.rejects.jsonl")
    return Plan(sources, skipped, fmt, [output], rejects, None, output.with_name(output.name + ".journal"))


def _folder(job: Job, sources: list[Source], skipped: int) -> Plan:
    output = job.output
    assert output is not None
    fmt = job.format or "jsonl"
    times = Counter(source.place for source in sources)
    paths = []
    for source in sources:
        # Two files of one name and different endings, a.txt and a.csv, keep them.
        place = PurePath(source.place)
        whole = place if times[source.place] == 1 else place.with_name(PurePath(source.path).name)
        paths.append(output / whole.with_name(whole.name + _ENDINGS[fmt]))
    twice = [path for path, count in Counter(paths).items() if count > 1]
    if twice:
        raise DataError(f"{twice[0]}: would be written for two inputs of one name; tag them into two folders")
    rejects = job.rejects or output / "_REJECTS.jsonl"
    return Plan(sources, skipped, fmt, paths, rejects, output / "_SUMMARY.json", output / "_JOURNAL")


def _check(job: Job, plan: Plan) -> None:
    assert plan.rejects is not None
    assert plan.journal is not None
    assert job.output is not None
    kept = files_read(job, plan.sources)
    going_on = plan.journal.exists() and job.resume
    others = [path for path in (plan.rejects, plan.totals) if path]
    if plan.totals:
        check_tree(job.output, plan.paths, job)
    if plan.rejects in plan.paths:
        raise DataError(f"{plan.rejects}: cannot be the output and the file of rejects; name another with --rejects")
    if plan.journal.exists() and not (job.resume or job.force):
        raise DataError(f"{plan.journal}: an earlier run was cut off; --resume goes on with it, --force starts anew")
    for path in [*plan.paths, *others]:
        check_file(path, force=job.force or going_on, kept=kept)
    for path in [plan.journal, *map(part_of, [*plan.paths, *others])]:
        check_ours(path)
        if not (going_on or job.force):
            check_new(path)
