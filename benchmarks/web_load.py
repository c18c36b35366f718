"""Load on `balagh serve`: many threads, several workers, every answer compared with the library's.

python -m benchmarks.web_load --requests 10000 --threads 8 --workers 2
"""

from __future__ import annotations

import argparse
import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from balagh.described import describe
from balagh.records import load_labelled
from balagh.tagger import Tagger

MODEL = Path("models/tagger.safetensors")
LABELLED = Path("data/labelled")
PER_CONNECTION = 25
"""Requests that go over one connection."""
_JSON = {"Content-Type": "application/json"}


class Case(NamedTuple):
    """A request, and the answer that the library gives."""

    path: str
    body: bytes
    answer: bytes


class Load(NamedTuple):
    """What a run measured."""

    requests: int
    wrong: int
    seconds: float
    median_ms: float
    high_ms: float
    """99 of 100 requests took less."""

    def line(self) -> str:
        """Return the figures in one line."""
        rate = self.requests / self.seconds
        times = f"median {self.median_ms:.1f} ms, 99% within {self.high_ms:.1f} ms"
        return (
            f"{self.requests:,} requests in {self.seconds:.1f} s ({rate:,.0f}/s), {times}; {self.wrong} wrong answers"
        )


def cases(tagger: Tagger, sentences: Sequence[str]) -> list[Case]:
    """Return requests of every kind, with the answers expected; one in nine asks for an explanation."""
    made = []
    for i in range(0, len(sentences), 3):
        part = list(sentences[i : i + 3])
        text = "\n".join(part)
        for share in (text, *part):
            made.append(Case("/tag", _encoded({"text": share}), _encoded({"sentences": tagger.tag(share)})))
            found = tagger.tag_sentences([share, text])
            made.append(Case("/tag", _encoded({"sentences": [share, text]}), _encoded({"sentences": found})))
        made.append(Case("/explain", _encoded({"text": part[0]}), _encoded(describe(tagger, part[0]))))
    return made


@contextmanager
def serving(model: Path, workers: int) -> Iterator[int]:
    """Start `balagh serve`, and yield the port once it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "balagh", "serve", "--port", str(port), "--workers", str(workers)]
    process = subprocess.Popen([*command, "--model", str(model)], stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                ask(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "GET", "/health")
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise TimeoutError("`balagh serve` does not answer")
        yield port
    finally:
        process.terminate()
        process.wait(20)


def ask(connection: http.client.HTTPConnection, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
    """Return status and body of an answer."""
    connection.request(method, path, body=body, headers=_JSON)
    answer = connection.getresponse()
    return answer.status, answer.read()


def load(port: int, chosen: Sequence[Case], requests: int, threads: int) -> Load:
    """Send requests from several threads, each over its own connection, and compare every answer."""

    def send(thread: int) -> list[tuple[float, bool]]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        found = []
        for i in range(thread, requests, threads):
            if len(found) % PER_CONNECTION == 0:
                connection.close()  # the next request opens it again, perhaps to another worker
            case = chosen[i % len(chosen)]
            begin = time.perf_counter()
            status, body = ask(connection, "POST", case.path, case.body)
            took = time.perf_counter() - begin
            found.append((took, status == 200 and body == case.answer))
        connection.close()
        return found

    begin = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        results = [result for part in pool.map(send, range(threads)) for result in part]
    seconds = time.perf_counter() - begin
    times = np.array([took for took, _ in results]) * 1000
    wrong = sum(not right for _, right in results)
    return Load(len(results), wrong, seconds, float(np.median(times)), float(np.percentile(times, 99)))


def _encoded(value: object) -> bytes:
    return msgspec.json.encode(value)


def main() -> None:
    """Measure and print; exit with 1 when an answer differs."""
    parser = argparse.ArgumentParser(description="Load `balagh serve` and compare every answer with the library's.")
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--model", type=Path, default=MODEL)
    given = parser.parse_args()
    sentences = [sentence.text for sentence in load_labelled([LABELLED])]
    chosen = cases(Tagger.load(given.model), sentences[:: max(1, len(sentences) // 300)])
    with serving(given.model, given.workers) as port:
        found = load(port, chosen, given.requests, given.threads)
    print(found.line())
    sys.exit(found.wrong > 0)


if __name__ == "__main__":
    main()
