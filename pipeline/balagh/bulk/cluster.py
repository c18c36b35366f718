"""Tag a folder on a Dask cluster: each file is a task, done by the very run that one machine would do.

Inputs and outputs lie where every worker sees them; the model is sent along. A file's results get their name only when
they are whole, so a worker that dies in the middle leaves nothing that passes for done, and a later run with
``resume`` does only the files that are missing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from balagh.atomic import write_atomically
from balagh.bulk.disk import digest_of
from balagh.bulk.job import STDIN, Job, Progress, Report, Summary
from balagh.bulk.journal import BusyError
from balagh.bulk.plan import Plan, make_plan
from balagh.bulk.run import run
from balagh.bulk.sink import reject_lines, totals_of
from balagh.errors import DataError, MissingFileError
from balagh.problems import Problem

if TYPE_CHECKING:
    from distributed import Client

LEDGER: Final = "_CLUSTER.jsonl"
"""What was done by earlier runs: a line for the model and the options, then one for each file."""
CONNECT: Final = "10s"
"""How long to wait for the scheduler."""
PATIENCE: Final = 600.0
"""Seconds to wait for a file that a task of an earlier run is still writing."""
RETRIES: Final = 3
"""Workers that may die over one file before the job fails."""

_HERE = ("sources", "model", "output", "workers", "resume", "force", "rejects", "form", "format")


class _Head(msgspec.Struct, frozen=True):
    model: str
    options: dict[str, Any]


class _Done(msgspec.Struct, frozen=True):
    place: str
    """Path of the results inside the output folder."""
    input: str
    """Digest of the file that was tagged."""
    summary: Summary


@contextmanager
def connected(scheduler: str) -> Iterator[Client]:
    """Connect to the scheduler of a cluster for as long as a block runs.

    Raises
    ------
    DataError
        Dask is not installed, or nobody answers at the address.
    """
    try:
        from distributed import Client
    except ImportError:
        raise DataError("a cluster needs distributed; install it with: pip install 'balagh[cluster]'") from None
    try:
        client = Client(scheduler, timeout=CONNECT)
    except (OSError, ValueError) as error:
        raise DataError(f"{scheduler}: no Dask scheduler answers there ({str(error).splitlines()[0]})") from None
    with client:
        yield client


def run_on_cluster(job: Job, client: Client, report: Report | None = None) -> Summary:
    """Tag the files of a job on the workers of a cluster.

    Parameters
    ----------
    job : Job
        Its output is a folder; standard input cannot be part of it.
    client : distributed.Client
        Of the cluster's scheduler.
    report : callable, optional
        Told how far the job is, after each file.

    Raises
    ------
    MissingFileError, DataError
        Nothing can be read, what should be written must not be, or a file could not be tagged.
    """
    if job.output is None or STDIN in job.sources:
        raise DataError("a cluster tags files into a folder; name an input and an output folder")
    ledger = job.output / LEDGER
    plan = make_plan(msgspec.structs.replace(job, force=job.force or (job.resume and ledger.is_file())))
    if plan.totals is None:
        raise DataError(f"{job.output}: a cluster tags into a folder; name one that is there, or read a folder")
    if not plan.sources:
        raise DataError("nothing to tag")
    return _ClusterRun(job, plan, ledger).through(client, report)


class _ClusterRun:
    def __init__(self, job: Job, plan: Plan, ledger: Path) -> None:
        assert job.output is not None
        self._job, self._plan, self._ledger, self._output = job, plan, ledger, job.output
        options = {name: getattr(job, name) for name in Job.__struct_fields__ if name not in _HERE}
        self._digest = digest_of(job.model).hexdigest()
        head = _Head(self._digest, options | {"format": plan.format})
        self._head = msgspec.json.decode(msgspec.json.encode(head), type=_Head)
        self._lines: list[bytes] = [msgspec.json.encode(self._head)]

    def through(self, client: Client, report: Report | None) -> Summary:
        """Tag what is missing, and return the summary of all."""
        summaries = self._earlier()
        sizes = {place: Path(source.path).stat().st_size for place, source in self._places().items()}
        self._keep(summaries)
        _send_model(client, self._digest, self._job.model.read_bytes())
        tasks = {
            client.submit(_tag_file, self._task(place), self._digest, retries=RETRIES, pure=False): place
            for place in sizes
            if place not in summaries
        }
        for future, done in _completed(tasks):
            place = tasks[future]
            summaries[place] = done[1]
            self._lines.append(msgspec.json.encode(_Done(place, done[0], done[1])))
            write_atomically(self._ledger, b"\n".join(self._lines) + b"\n")
            if report:
                total = self._total(summaries)
                report(Progress(total, sum(sizes[known] for known in summaries), sum(sizes.values())))
        return self._finish(summaries)

    def _places(self) -> dict[str, Any]:
        names = [str(path.relative_to(self._output)) for path in self._plan.paths]
        return dict(zip(names, self._plan.sources, strict=True))

    def _task(self, place: str) -> Job:
        source = self._places()[place]
        output = self._output / place
        return msgspec.structs.replace(
            self._job,
            sources=(str(Path(source.path).resolve()),),
            output=output.resolve(),
            form=source.form,
            format=self._plan.format,
            rejects=_rejects_of(output).resolve(),
            workers=1,
            resume=True,  # where a worker died in the middle
            force=True,  # where it died at the end, before it could tell
        )

    def _earlier(self) -> dict[str, Summary]:
        """Return what earlier runs have done, after seeing that they had the same model, options and input."""
        if not (self._job.resume and self._ledger.is_file()):
            return {}
        head, *rest = self._ledger.read_bytes().splitlines()
        if msgspec.json.decode(head, type=_Head) != self._head:
            raise DataError(f"{self._ledger}: an earlier run had another model or options; --force starts anew")
        done = [msgspec.json.decode(line, type=_Done) for line in rest]
        places = self._places()
        for one in done:
            source = places.get(one.place)
            if source is None or digest_of(Path(source.path)).hexdigest() != one.input:
                raise DataError(f"{one.place}: its input is not what an earlier run was given; --force starts anew")
        kept = [one for one in done if (self._output / one.place).is_file()]
        self._lines += [msgspec.json.encode(one) for one in kept]
        return {one.place: one.summary for one in kept}

    def _keep(self, summaries: dict[str, Summary]) -> None:
        self._output.mkdir(parents=True, exist_ok=True)
        for path in self._plan.paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            # What this run did not make is made anew; `make_plan` has refused it unless it may be replaced.
            if str(path.relative_to(self._output)) not in summaries:
                path.unlink(missing_ok=True)
        write_atomically(self._ledger, b"\n".join(self._lines) + b"\n")

    def _total(self, summaries: dict[str, Summary]) -> Summary:
        total = Summary(skipped=self._plan.skipped)
        for place in self._places():
            if place in summaries:
                total.add(summaries[place])
        return total

    def _finish(self, summaries: dict[str, Summary]) -> Summary:
        total = self._total(summaries)
        assert self._plan.totals is not None
        assert self._plan.rejects is not None
        parts = [_rejects_of(self._output / place) for place in self._places()]
        rejected = b"".join(part.read_bytes() for part in parts if part.is_file())
        if rejected:
            write_atomically(self._plan.rejects, rejected)
        write_atomically(self._plan.totals, totals_of(total))
        for part in parts:
            part.unlink(missing_ok=True)
        self._ledger.unlink()
        return total


def _rejects_of(output: Path) -> Path:
    return output.with_name(f".{output.name}.rejects.jsonl")


def _completed(tasks: dict[Any, str]) -> Any:
    from distributed import as_completed

    try:
        for future, result in as_completed(list(tasks), with_results=True):
            yield future, result
    except BaseException:
        for future in tasks:
            future.cancel()
        raise


def _tag_file(job: Job, digest: str) -> tuple[str, Summary]:
    """Tag one file, on a worker."""
    from distributed import get_worker

    model = Path(get_worker().local_directory) / f"{digest}.safetensors"
    try:
        summary = _when_free(msgspec.structs.replace(job, model=model))
    except (DataError, MissingFileError) as error:
        # One file that cannot be read is counted and named; it does not stop the others.
        fault = Problem(job.sources[0], 0, str(error))
        assert job.rejects is not None
        write_atomically(job.rejects, reject_lines([fault]))
        summary = Summary(failed=1, problems=[fault])
    return digest_of(Path(job.sources[0])).hexdigest(), summary


def _when_free(job: Job) -> Summary:
    """Do a job as soon as nobody else writes its output: a task of an earlier run may still be at it."""
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            return run(job)
        except BusyError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.2)


def _send_model(client: Client, digest: str, raw: bytes) -> None:
    for attempt in range(RETRIES):
        try:
            client.register_plugin(_model_plugin(digest, raw))
            return
        except OSError:  # a worker died meanwhile; the one that takes its place gets the model as it starts
            if attempt == RETRIES - 1:
                raise


def _model_plugin(digest: str, raw: bytes) -> Any:
    """Return what puts the model beside every worker, those that start later included."""
    from distributed import WorkerPlugin

    class ModelPlugin(WorkerPlugin):
        name = f"balagh-{digest[:12]}"

        def setup(self, worker: Any) -> None:
            write_atomically(Path(worker.local_directory) / f"{digest}.safetensors", raw)

    return ModelPlugin()
