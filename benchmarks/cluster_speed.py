"""How the rate of `balagh tag --scheduler` grows with the workers of a Dask cluster.

``python -m benchmarks.cluster_speed --workers 1 2 4`` writes a folder of files, starts a cluster of so many worker
processes on this machine, lets it tag a small folder first (so that every process has its model and its compiled code),
then tags the folder and prints the table. More workers than cores show only what the cluster itself costs.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from balagh.bulk.cluster import run_on_cluster
from balagh.bulk.job import Job
from benchmarks.bulk_speed import MODEL, write_sentences


def write_folder(folder: Path, files: int, sentences: int) -> None:
    """Write files of JSON lines, each with so many sentences."""
    folder.mkdir()
    for number in range(files):
        write_sentences(folder / f"{number:03d}.jsonl", sentences, seed=number + 1)


def cpu_seconds(client: Any) -> float:
    """Return the processor seconds that the workers have used until now."""

    def used() -> float:
        return sum(os.times()[:2])

    return float(sum(client.run(used).values()))


def measure(folder: Path, warm_up: Path, workers: int, model: Path) -> tuple[float, float, int]:
    """Tag the folder on a cluster of so many processes; return seconds, the workers' CPU seconds, sentences."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
        tempfile.TemporaryDirectory() as out,
    ):
        run_on_cluster(Job(sources=(str(warm_up),), model=model, output=Path(out) / "warm"), client)
        before, begin = cpu_seconds(client), time.perf_counter()
        summary = run_on_cluster(Job(sources=(str(folder),), model=model, output=Path(out) / "tagged"), client)
        seconds = time.perf_counter() - begin
        return seconds, cpu_seconds(client) - before, summary.sentences


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=16)
    parser.add_argument("--sentences", type=int, default=50_000, help="sentences of a file")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2, 4])
    parser.add_argument("--model", type=Path, default=MODEL)
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores; bytes a sentence: ", end="")
    with tempfile.TemporaryDirectory() as name:
        folder, warm_up = Path(name) / "archive", Path(name) / "warm_up"
        write_folder(warm_up, 2 * max(given.workers), 2_000)
        write_folder(folder, given.files, given.sentences)
        read = sum(path.stat().st_size for path in folder.iterdir())
        print(f"{read / given.files / given.sentences:.0f} read")
        print("| workers | s | sentences a second | times one worker | CPU seconds of the workers | load |")
        print("|---:|---:|---:|---:|---:|---:|")
        first = None
        for workers in given.workers:
            seconds, used, sentences = measure(folder, warm_up, workers, given.model)
            rate = sentences / seconds
            first = first or rate
            load = os.getloadavg()[0]
            print(
                f"| {workers} | {seconds:.1f} | {rate:,.0f} | {rate / first:.2f} | {used:.0f} | {load:.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
