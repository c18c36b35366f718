"""The speed table: every job beside its peer in one run, one thread each, as markdown.

``python -m benchmarks.speed`` measures the trained model and prints the table; ``make bench`` also writes it to
``benchmarks/RESULTS.md``. Ratios are what counts: they compare paired runs on the same machine.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from balagh.tagger import Tagger
from benchmarks import tag_speed, text_speed
from benchmarks.tag_speed import Row, press_sentences

JOBS = ("scikit-learn", "fasttext", "threads", "transform", "fit", "split", "normalise", "cold", "help")


def rows(model: Path, runs: int, count: int) -> list[Row]:
    """Measure every job; each row is printed to stderr as soon as it is there."""
    tagger = Tagger.load(model)
    sentences = press_sentences(count)
    tagger.tag_sentences(sentences[:3000])  # compiles, or loads what was compiled
    makers = {
        "scikit-learn": lambda: tag_speed.scikit_learn_row(tagger, sentences, runs),
        "fasttext": lambda: tag_speed.fasttext_row(tagger, sentences, runs),
        "threads": lambda: tag_speed.threads_row(tagger, sentences * 4, runs),
        "transform": lambda: _ngram_row("transform", runs),
        "fit": lambda: _ngram_row("fit_transform", runs),
        "split": lambda: _ratio_row("split a text", "pySBD, Arabic", text_speed.split_ratio(_text(sentences)), "50"),
        "normalise": lambda: _ratio_row(
            "normalise",
            "chain of pyarabic calls",
            text_speed.normalise_ratio(text_speed.press_sentences()),
            "5",
        ),
        "cold": lambda: tag_speed.cold_row(model, runs),
        "help": lambda: tag_speed.help_row(model, runs),
    }
    done = []
    for job in JOBS:
        done.append(makers[job]())
        print(_line(done[-1]), file=sys.stderr, flush=True)
    return done


def _text(sentences: list[str]) -> str:
    """Return paragraphs of four sentences, as a news item has them."""
    return "\n".join(" ".join(sentences[at : at + 4]) for at in range(0, 120, 4))


def _ratio_row(job: str, peer: str, speeds: tuple[float, float], wanted: str) -> Row:
    ours, theirs = speeds
    return Row(job, peer, ours, theirs, ours / theirs, ours / theirs, ours / theirs, wanted)


def _ngram_row(name: str, runs: int) -> Row:
    from benchmarks import ngram_speed

    measure = getattr(ngram_speed, f"{name}_ratio")
    wanted = {"transform": "10", "fit_transform": "8"}[name]
    return _ratio_row(f"CharNgramTfidf.{name}", f"TfidfVectorizer.{name}", measure(press_sentences(10_000)), wanted)


def memory_row(model: Path) -> str:
    """Compare the peak memory of tagging 1,000,000 sentences from a file with that of 10,000."""
    peaks = []
    with tempfile.TemporaryDirectory() as folder:
        for count in (10_000, 1_000_000):
            source = Path(folder, f"{count}.txt")
            lines = press_sentences(10_000)
            with source.open("w", encoding="utf-8") as file:
                for _ in range(count // 10_000):
                    file.write("\n".join(lines) + "\n")
            code = (
                "import resource, sys; from balagh.cli import main\n"
                "sys.argv = ['balagh', 'tag', '--as', 'sentences', '--format', 'jsonl', '-o',"
                f" {str(source)!r} + '.out', '--model', {str(model)!r}, {str(source)!r}]\n"
                "try:\n    main()\nexcept SystemExit:\n    pass\n"
                # On Linux ru_maxrss of a new process begins at that of the one that started it; VmHWM does not.
                "status = open('/proc/self/status').read() if sys.platform == 'linux' else ''\n"
                "peak = status.partition('VmHWM:')[2].split()\n"
                "print(peak[0] if peak else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
            )
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
            peaks.append(int(done.stdout) * (1 if sys.platform == "darwin" else 1024))
    few, many = (f"{peak >> 20} MiB" for peak in peaks)
    return f"peak memory: {few} for 10,000 sentences, {many} for 1,000,000 ({peaks[1] / peaks[0] - 1:+.0%})"


def _line(row: Row) -> str:
    return (
        f"| {row.job} | {row.peer} | {row.ours:,.4g} | {row.theirs:,.4g} | **{row.ratio:.1f}×**"
        f" | {row.low:.1f}-{row.high:.1f} | {row.wanted}× |"
    )


def table(done: list[Row]) -> str:
    """Return the rows as a markdown table."""
    head = "| job | peer | ours, a second | peer, a second | ratio | min-max | aim |\n|---|---|---|---|---|---|---|"
    return "\n".join([head, *map(_line, done)])


def machine() -> str:
    """Describe the machine and the versions in a line."""
    names = ("balagh", "numpy", "numba", "scikit-learn", "fasttext", "pysbd", "pyarabic")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {versions}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=Path("models/tagger.safetensors"))
    parser.add_argument("--runs", type=int, default=5, help="pairs of runs behind each median")
    parser.add_argument("--sentences", type=int, default=20_000)
    parser.add_argument("--memory", action="store_true", help="also tag 1,000,000 sentences from a file")
    given = parser.parse_args()
    print(table(rows(given.model, given.runs, given.sentences)))
    print(f"\n{machine()}")
    if given.memory:
        print(f"\n{memory_row(given.model)}")


if __name__ == "__main__":
    main()
