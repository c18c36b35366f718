"""Do a job: read, tag, write, chunk by chunk."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec
from rich.console import Console

from balagh.atomic import replacing
from balagh.bulk.chunks import Chunk, chunks, file_size
from balagh.bulk.disk import Disk, digest_of
from balagh.bulk.job import Job, Progress, Report, Summary
from balagh.bulk.journal import Commit, Header, Journal, locked
from balagh.bulk.layout import Layout, layout_of
from balagh.bulk.plan import Plan, make_plan
from balagh.bulk.resume import where_it_was
from balagh.bulk.rows import Rows
from balagh.bulk.sink import FileSink, Sink, StreamSink, Target
from balagh.bulk.sources import Source
from balagh.bulk.streams import is_stream
from balagh.bulk.work import Worker
from balagh.bulk.workers import collector_paused, tag_chunks
from balagh.errors import DataError, MissingFileError
from balagh.outputs import table_writer
from balagh.problems import shown
from balagh.tagger import Tagger

_WORTH_COMPILED: Final = 500_000
"""Bytes of input from which on loading numba and its compiled code pays."""
_NOT_IN_THE_OUTPUT = ("sources", "model", "output", "workers", "resume", "force", "rejects")


def run(job: Job, report: Report | None = None, *, disk: Disk | None = None) -> Summary:
    """Tag all that a job names, in order.

    Parameters
    ----------
    job : Job
        What to tag and where to.
    report : callable, optional
        Told how far the job is, after each chunk.
    disk : Disk, optional
        What is done to files goes through it.

    Returns
    -------
    Summary
        Of the whole output, earlier runs that it goes on from included.

    Raises
    ------
    MissingFileError, DataError
        Nothing can be read, or what should be written must not be; no output was touched.
    ModelFormatError
        The model cannot be used.
    OSError
        The output cannot be written; what was written stays for a later run with ``resume``.
    """
    plan = make_plan(job)
    tagger = Tagger.load(job.model)
    unknown = [label for label in job.labels if label not in tagger.labels]
    if unknown:
        raise DataError(f"unknown label {shown(unknown[0])}; the model has {', '.join(tagger.labels)}")
    opening = _Opening(job)
    layouts = _layouts(job, plan, tagger, opening)
    with ExitStack() as stack:
        stack.enter_context(collector_paused())
        if plan.journal is None:
            sink: Sink = _stream_sink(plan, layouts[0], stack)
            return _Run(job, plan, layouts, opening).through(sink, None, report)
        return _to_files(job, plan, layouts, opening, report, disk or Disk(), stack)


def _to_files(
    job: Job,
    plan: Plan,
    layouts: Sequence[Layout],
    opening: _Opening,
    report: Report | None,
    disk: Disk,
    stack: ExitStack,
) -> Summary:
    assert plan.journal is not None
    assert plan.rejects is not None
    targets = [Target(path, layout) for path, layout in zip(plan.paths, layouts, strict=True)]
    header = _header(job, plan)
    since, size = None, 0
    disk.make_folder(plan.journal.parent)
    if plan.journal.exists():
        stack.enter_context(locked(plan.journal))
        if job.resume:
            since, size = where_it_was(plan.journal, header, targets, plan.rejects)
    over = job.resume or job.force
    if since:
        journal = Journal(disk, plan.journal, size)
    else:
        disk.remove(plan.journal)
        journal = Journal(disk, plan.journal)
        stack.enter_context(locked(plan.journal))
        journal.begin(header)
    sink = FileSink(
        disk,
        targets,
        last=len(plan.sources) - 1,
        rejects=plan.rejects,
        totals=plan.totals,
        journal=journal,
        since=since,
        over=over,
    )
    try:
        return _Run(job, plan, layouts, opening).through(sink, since, report)
    except (DataError, MissingFileError):
        sink.abandon()  # the mistake is in the input: going on would only meet it again
        raise
    except BaseException:
        sink.close()
        raise


class _Opening:
    """Opens sources; standard input and pipes only once."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._streams: dict[str, Rows] = {}

    def __call__(self, source: Source) -> Rows:
        if not is_stream(source):
            return Rows(source, self._job)
        if source.path not in self._streams:
            self._streams[source.path] = Rows(source, self._job)
        return self._streams[source.path]


class _Run:
    """One pass over all chunks."""

    def __init__(self, job: Job, plan: Plan, layouts: Sequence[Layout], opening: _Opening) -> None:
        self._job, self._plan, self._layouts, self._opening = job, plan, layouts, opening

    def through(self, sink: Sink, since: Commit | None, report: Report | None) -> Summary:
        """Tag all chunks that an earlier run has not, and return the summary of all."""
        job, plan = self._job, self._plan
        summary = since.summary if since else Summary(skipped=plan.skipped)
        sizes = [file_size(source) for source in plan.sources]
        total = None if None in sizes else sum(size for size in sizes if size is not None)
        if report:
            report(Progress(summary, 0, total))
        read = chunks(plan.sources, self._opening, job.chunk)
        if since:
            _skip(read, since)
        make_worker = partial(_worker, job, plan.sources, self._layouts, total)
        for tagged in tag_chunks(read, make_worker, job.workers):
            for piece in tagged.pieces:
                summary.add(piece.summary)
            sink.commit(tagged, summary)
            if report:
                report(Progress(summary, tagged.read, total))
        sink.finish(summary)
        return summary


def _skip(read: Iterator[Chunk], since: Commit) -> None:
    """Read over the chunks that are done; standard input must be as it was."""
    for chunk in islice(read, since.chunks - 1, since.chunks):
        if chunk.digest != since.stream:
            raise DataError("-: standard input is not what the earlier run was given; --force starts anew")


def _worker(job: Job, sources: Sequence[Source], layouts: Sequence[Layout], total: int | None) -> Worker:
    if job.workers > 1 or (total is not None and total > _WORTH_COMPILED):
        # Else the first chunks would be tagged without compiled code where they are small. Standard input is mostly
        # a text or two, which should not wait for it; long input meets it in its first full chunk.
        importlib.import_module("balagh.batches")
    return Worker(Tagger.load(job.model), job, sources, layouts)


def _layouts(job: Job, plan: Plan, tagger: Tagger, opening: _Opening) -> list[Layout]:
    labels = tuple(label for label in tagger.labels if not job.labels or label in job.labels)
    groups = [[source] for source in plan.sources] if len(plan.paths) > 1 else [plan.sources]
    return [layout_of(job, plan.format, labels, group, opening) for group in groups]


def _stream_sink(plan: Plan, layout: Layout, stack: ExitStack) -> StreamSink:
    table = table_writer(Console(), layout.labels) if layout.format == "table" else None
    rejects = stack.enter_context(replacing(plan.rejects)) if plan.rejects else None
    return StreamSink(sys.stdout.buffer, layout, table=table, rejects=rejects)


def _header(job: Job, plan: Plan) -> Header:
    """Return what the output is made from."""
    options = {name: getattr(job, name) for name in Job.__struct_fields__ if name not in _NOT_IN_THE_OUTPUT}
    options["format"] = plan.format
    inputs = {
        source.path: "" if is_stream(source) else digest_of(Path(source.path)).hexdigest() for source in plan.sources
    }
    # Through JSON, so that it compares equal to what was read.
    header = Header(digest_of(job.model).hexdigest(), options, inputs)
    return msgspec.json.decode(msgspec.json.encode(header), type=Header)
