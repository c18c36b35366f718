"""Dask: the same rows as on one machine, on separate worker processes, one of which is killed."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path

import msgspec
import pytest

from balagh.bulk.job import Job
from balagh.bulk.run import run
from balagh.errors import DataError

distributed = pytest.importorskip("distributed")
dd = pytest.importorskip("dask.dataframe")


@pytest.fixture(scope="module")
def cluster():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def client(cluster):
    with distributed.Client(cluster) as client:
        yield client


@pytest.fixture(scope="module")
def archive(labelled, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    (folder / "2015").mkdir()
    for number in range(8):
        rows = [{"text": s.text, "n": i} for i, s in enumerate(labelled[number * 300 : number * 300 + 300])]
        rows[7]["text"] = None
        path = folder / ("2015" if number % 2 else "") / f"part{number}.jsonl"
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return folder


def job_of(archive, output, small, **more) -> Job:
    return Job(sources=(str(archive),), output=output, model=small.safetensors, chunk=64, **more)


@pytest.fixture(scope="module")
def alone(archive, small, tmp_path_factory) -> Path:
    output = tmp_path_factory.mktemp("alone") / "out"
    run(job_of(archive, output, small))
    return output


def kill_a_worker_after(cluster, folder: Path, first: str) -> threading.Event:
    """Kill one worker process as soon as the folder has a first result; return the event that says so."""
    victim = next(iter(cluster.workers.values())).pid
    killed = threading.Event()

    def kill():
        while not any(folder.rglob(first)):
            time.sleep(0.005)
        os.kill(victim, signal.SIGKILL)
        killed.set()

    threading.Thread(target=kill, daemon=True).start()
    return killed


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_files_as_on_one_machine(archive, small, client, alone, tmp_path):
    from balagh.bulk.cluster import run_on_cluster

    summary = run_on_cluster(job_of(archive, tmp_path / "out", small), client)
    assert contents(tmp_path / "out") == contents(alone)
    assert (summary.rows, summary.rejected) == (2400, 8)


def test_a_worker_that_is_killed_costs_nothing(archive, small, client, cluster, alone, tmp_path):
    from balagh.bulk.cluster import run_on_cluster

    killed = kill_a_worker_after(cluster, tmp_path / "out", "part*.jsonl")
    run_on_cluster(job_of(archive, tmp_path / "out", small), client)
    assert killed.wait(10)
    assert contents(tmp_path / "out") == contents(alone)


def test_a_later_run_does_only_what_is_missing(archive, small, client, alone, tmp_path):
    from balagh.bulk.cluster import run_on_cluster

    output = tmp_path / "out"
    seen = []

    def stop(progress):
        seen.append(progress.summary.rows)
        if len(seen) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_on_cluster(job_of(archive, output, small), client, stop)
    time.sleep(0.5)
    ledger = (output / "_CLUSTER.jsonl").read_bytes().splitlines()
    assert len(ledger) >= 4
    done = [msgspec.json.decode(line)["place"] for line in ledger[1:]]
    stamps = {place: (output / place).stat().st_mtime_ns for place in done}
    with pytest.raises(DataError, match="another model or options"):
        run_on_cluster(job_of(archive, output, small, resume=True, context=1), client)
    run_on_cluster(job_of(archive, output, small, resume=True), client)
    assert {place: (output / place).stat().st_mtime_ns for place in done} == stamps
    assert contents(output) == contents(alone)


def test_a_file_that_cannot_be_read_does_not_stop_the_others(archive, small, client, tmp_path):
    from balagh.bulk.cluster import run_on_cluster

    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.jsonl").write_bytes(b"\x00\x01")
    (folder / "b.jsonl").write_text('{"text": "أدانت الوزارة الهجوم"}\n', encoding="utf-8")
    summary = run_on_cluster(job_of(folder, tmp_path / "out", small), client)
    assert (summary.failed, summary.rows) == (1, 1)
    assert "binary file" in (tmp_path / "out" / "_REJECTS.jsonl").read_text()


def test_results_that_are_there_are_not_replaced_unasked(archive, small, client, alone):
    from balagh.bulk.cluster import run_on_cluster

    before = contents(alone)
    with pytest.raises(DataError, match="--force"):
        run_on_cluster(job_of(archive, alone, small), client)
    assert contents(alone) == before


def test_a_scheduler_that_is_not_there_is_told(monkeypatch):
    from balagh.bulk import cluster as module

    monkeypatch.setattr(module, "CONNECT", "1s")
    with pytest.raises(DataError, match="no Dask scheduler answers there"), module.connected("tcp://127.0.0.1:9"):
        pass


@pytest.mark.parametrize("split", [False, True])
def test_data_frames_get_what_one_process_gives(labelled, small, tagger, client, split):
    import pandas as pd

    from balagh.dask import tag
    from balagh.frames import tag_dataframe

    df = pd.DataFrame({"n": range(40), "body": [s.text for s in labelled[:39]] + [None]})
    lazy = tag(dd.from_pandas(df, npartitions=4), "body", model=small.safetensors, split=split)
    there = lazy.compute().reset_index(drop=True)
    here = tag_dataframe(df, "body", tagger=tagger, split=split)
    assert list(there.columns) == list(here.columns) == list(lazy.columns)
    assert there.astype(str).to_numpy().tolist() == here.astype(there.dtypes).astype(str).to_numpy().tolist()


def test_cross_validation_runs_on_the_cluster_with_the_same_scores(small, client):
    import joblib
    import numpy as np

    from balagh.dataset import group_documents, group_folds, label_matrix
    from balagh.model import out_of_fold_scores

    sentences = small.sentences[:300]
    Y = label_matrix(sentences)
    matrix = small.model.vectorizer_.transform([s.text for s in sentences])
    folds = group_folds(Y, group_documents(sentences), 3, 1)
    here = out_of_fold_scores(matrix, Y, folds, small.model.params)
    with joblib.parallel_config(backend="dask"):
        there = out_of_fold_scores(matrix, Y, folds, small.model.params)
    assert np.array_equal(here, there)


@pytest.fixture
def frame(labelled, tmp_path):
    """A frame whose partitions are files, as those of archives are."""
    import pandas as pd

    for number in range(6):
        texts = [s.text for s in labelled[number * 200 : number * 200 + 200]]
        pd.DataFrame({"n": range(200), "body": [*texts[:-1], None]}).to_parquet(tmp_path / f"in{number}.parquet")
    return dd.read_parquet(sorted(map(str, tmp_path.glob("in*.parquet"))))


def test_shards_are_written_once_and_only_what_is_missing_again(frame, small, tagger, client, tmp_path):
    import pandas as pd

    from balagh.dask import tag_to_parquet
    from balagh.frames import tag_dataframe

    shards = tag_to_parquet(frame, tmp_path / "out", "body", model=small.safetensors)
    assert [shard.name for shard in shards] == [f"part-{i:05d}.parquet" for i in range(6)]
    here = tag_dataframe(frame.compute(), "body", tagger=tagger)
    there = pd.concat([pd.read_parquet(shard) for shard in shards])
    assert there["primary"].fillna("").tolist() == here["primary"].fillna("").tolist()
    assert there["n"].tolist() == here["n"].tolist()
    stamps = [shard.stat().st_mtime_ns for shard in shards]
    whole = shards[2].read_bytes()
    shards[2].unlink()
    (tmp_path / "out" / ".part-00002.parquet.x.part").write_bytes(b"what a worker that died left behind")
    assert tag_to_parquet(frame, tmp_path / "out", "body", model=small.safetensors) == shards
    assert shards[2].read_bytes() == whole
    assert [stamp for i, stamp in enumerate(stamps) if shards[i].stat().st_mtime_ns != stamp] == [stamps[2]]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["_TAGGED.json", *(s.name for s in shards)]


def test_shards_survive_a_worker_that_is_killed(frame, small, client, cluster, tmp_path):
    import pandas as pd

    from balagh.dask import tag_to_parquet

    killed = kill_a_worker_after(cluster, tmp_path / "out", "part-*.parquet")
    shards = tag_to_parquet(frame, tmp_path / "out", "body", model=small.safetensors)
    assert killed.wait(10)
    assert sum(len(pd.read_parquet(shard)) for shard in shards) == 6 * 200
    again = tag_to_parquet(frame, tmp_path / "again", "body", model=small.safetensors)
    assert [shard.read_bytes() for shard in shards] == [shard.read_bytes() for shard in again]


def test_shards_of_something_else_are_refused(frame, small, client, tmp_path):
    from balagh.dask import tag_to_parquet

    tag_to_parquet(frame, tmp_path / "out", "body", model=small.safetensors)
    with pytest.raises(DataError, match="another model, frame or options"):
        tag_to_parquet(frame, tmp_path / "out", "body", model=small.safetensors, split=True)
    with pytest.raises(DataError, match="another model, frame or options"):
        tag_to_parquet(frame[frame["n"] > 5], tmp_path / "out", "body", model=small.safetensors)
    with pytest.raises(DataError, match="is not empty"):
        tag_to_parquet(frame, tmp_path, "body", model=small.safetensors)
    (tmp_path / "out" / "_TAGGED.json").write_text("{")
    with pytest.raises(DataError, match="not of this making"):
        tag_to_parquet(frame, tmp_path / "out", "body", model=small.safetensors)
