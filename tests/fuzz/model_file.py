"""Load mutated model files: nothing may run, crash, or raise anything but `ModelFormatError`.

``python -m tests.fuzz.model_file --count 1000000`` does it in worker processes, so that a crash is seen, each with an
audit hook that notes every execution, process, import and unpickling. tests/test_fuzz_model.py runs 20,000 of them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

WATCHED = (
    "exec", "compile", "import", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "subprocess.Popen",
    "pickle.find_class", "marshal.loads", "ctypes.dlopen", "socket.connect", "shutil.rmtree", "os.remove",
)  # fmt: skip
"""Audit events that loading data must not raise (https://docs.python.org/3/library/audit_events.html)."""
ROOT = Path(__file__).parent.parent.parent
SENTENCE = "أدانت الوزارة بشدة الهجوم على المدنيين في اليمن"
MEMORY = Path("/dev/shm")
"""Where files are quickest to write, if it is there."""


def split(data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the header of a model file as JSON, and its arrays."""
    size = struct.unpack("<Q", data[:8])[0]
    return json.loads(data[8 : 8 + size]), data[8 + size :]


def sealed(header: dict[str, Any], arrays: bytes, manifest: dict[str, Any] | None = None) -> bytes:
    """Return a file with a digest that fits its content, so that what stands behind the digest is tested too."""
    manifest = json.loads(header["__metadata__"]["balagh"]) if manifest is None else manifest
    text = json.dumps(manifest | {"digest": "0" * 64}, ensure_ascii=False, separators=(",", ":"))
    header = {**header, "__metadata__": {"balagh": text}}
    raw = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    raw += b" " * (-len(raw) % 8)
    whole = struct.pack("<Q", len(raw)) + raw + arrays
    return whole.replace(b"0" * 64, hashlib.sha256(whole).hexdigest().encode(), 1)


def odd_value(rng: random.Random) -> Any:
    """Return a value of JSON that nobody expects."""
    return rng.choice(
        [None, True, -1, 0, 1, 2**31, 2**63, 2**64, -(2**63), 1e308, 0.5, "", "x" * 99, "\u0000", "سلام", [], [[]], {},
         {"a": 1}, [1, 2, 3], "F64", "I8", [0, 2**62], [9, 3], [[[[[[]]]]]]]
    )  # fmt: skip


def mangle(value: Any, rng: random.Random) -> Any:
    """Return JSON with one thing in it changed, somewhere."""
    if isinstance(value, dict) and value and rng.random() < 0.85:
        key = rng.choice(sorted(value))
        roll = rng.random()
        if roll < 0.1:
            return {name: found for name, found in value.items() if name != key}
        if roll < 0.2:
            return {**value, rng.choice(["", "x", "__proto__", key + "s"]): value[key]}
        return {**value, key: mangle(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.85:
        i = rng.randrange(len(value))
        if rng.random() < 0.2:
            return value[:i] + value[i + 1 :]
        return [*value[:i], mangle(value[i], rng), *value[i + 1 :]]
    return odd_value(rng)


def bytes_changed(data: bytes, rng: random.Random) -> bytes:
    """Return data with some bytes flipped, set, cut out, doubled or cut off."""
    torn = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 4, 64])):
        if not torn:
            break
        i, roll = rng.randrange(len(torn)), rng.random()
        if roll < 0.5:
            torn[i] ^= 1 << rng.randrange(8)
        elif roll < 0.7:
            torn[i] = rng.choice([0, 0xFF, 0x7F, 0x80, 0x22, 0x7B])
        elif roll < 0.8:
            del torn[i : i + rng.randrange(1, 64)]
        elif roll < 0.9:
            torn[i:i] = torn[i : i + rng.randrange(1, 64)]
        else:
            del torn[i:]
    return bytes(torn)


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Return a file that is nearly a model."""
    roll = rng.random()
    if roll < 0.4:
        return bytes_changed(data, rng)
    header, arrays = split(data)
    if roll < 0.6:
        manifest = mangle(json.loads(header["__metadata__"]["balagh"]), rng)
        return sealed(header, arrays, manifest if isinstance(manifest, dict) else {"format": manifest})
    if roll < 0.8:
        kept = {name: entry for name, entry in header.items() if name != "__metadata__"}
        changed = mangle(kept, rng)
        entries = changed if isinstance(changed, dict) else kept
        return sealed({**entries, "__metadata__": header["__metadata__"]}, arrays)
    return sealed(header, bytes_changed(arrays, rng) if rng.random() < 0.7 else arrays[: rng.randrange(len(arrays))])


def watch() -> Callable[[bool], list[str]]:
    """Note watched events while switched on; return the switch, which gives what was noted and forgets it."""
    noted: list[str] = []
    on = [False]

    def hook(event: str, _: object) -> None:
        if on[0] and event.startswith(WATCHED):
            noted.append(event)

    sys.addaudithook(hook)

    def switch(to: bool) -> list[str]:
        on[0] = to
        found, noted[:] = list(noted), []
        return found

    return switch


def worker(model: Path, seed: int, count: int, memory: int) -> Counter[str]:
    """Load mutated files one after the other, and count what came of them."""
    import resource

    from balagh.errors import ModelFormatError
    from balagh.tagger import Tagger

    data = model.read_bytes()
    rng = random.Random(seed)
    switch = watch()
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        path = Path(folder) / "tagger.safetensors"
        path.write_bytes(data)
        Tagger.load(path).explain(SENTENCE)  # everything is imported now
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for number in range(count):
            file = mutated(data, rng)
            path.write_bytes(file)
            switch(True)
            try:
                tagger = Tagger.load(path)
                tagger.tag(SENTENCE)
                counts["loaded"] += 1
            except ModelFormatError:
                counts["refused"] += 1
            except BaseException as error:
                counts["other error"] += 1
                print(f"seed {seed}, file {number}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            for event in switch(False):
                counts[f"event {event}"] += 1
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
        if grown > memory:
            counts["too much memory"] += 1
            print(f"seed {seed}: memory grew by {grown:,} bytes", file=sys.stderr, flush=True)
    return counts


def campaign(
    model: Path, count: int, seed: int = 0, batch: int = 20_000, say: Callable[[str], None] = print
) -> Counter[str]:
    """Run workers until as many files were loaded, and return all counts; a worker that dies is a signal."""
    total: Counter[str] = Counter()
    # Three times the file, and what a process's memory moves by anyhow.
    memory = 3 * model.stat().st_size + 16_000_000
    begin = time.monotonic()
    for start in range(0, count, batch):
        words = [sys.executable, "-m", "tests.fuzz.model_file", "--worker", str(seed + start), "--model", str(model)]
        words += ["--count", str(min(batch, count - start)), "--memory", str(memory)]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            total["signal" if done.returncode < 0 else "worker failed"] += 1
            say(f"worker {seed + start} ended with {done.returncode}: {done.stderr[-2000:]}")
            continue
        if done.stderr:
            say(done.stderr)
        total.update(json.loads(done.stdout))
        say(f"{min(start + batch, count):,} of {count:,} in {time.monotonic() - begin:,.0f} s: {dict(total)}")
    return total


def faults(counts: Counter[str]) -> dict[str, int]:
    """Return what must not be there."""
    return {name: number for name, number in counts.items() if name not in ("loaded", "refused")}


def tiny_model(folder: Path) -> Path:
    """Train a very small model with few cue words, so that a file is loaded in no time, and return its file."""
    from unittest.mock import patch

    from balagh import features
    from balagh.bundle import save_bundle
    from balagh.cues import CueClass, load_cues
    from balagh.dataset import label_matrix
    from balagh.export import export_bundle
    from balagh.model import SentenceTagger
    from balagh.params import DataParams, FeatureParams, Params
    from balagh.records import load_labelled

    sentences = load_labelled([ROOT / "data" / "labelled"])[::97]
    model = SentenceTagger(Params(data=DataParams(folds=2), features=FeatureParams(min_df=5, min_df_terms=4)))
    few = {
        name: CueClass(" ".join(cue.words.split()[:6]))
        for name, cue in load_cues().items()
        if name in ("pledge", "censure", "accession", "worry", "minister", "country")
    }
    with patch.object(features, "load_cues", lambda: few):
        model.fit([s.text for s in sentences], label_matrix(sentences))
    bundle = export_bundle(model, sentences)
    # Scoring the golden sentences is most of the time of loading: two short ones do.
    golden = tuple(sorted(bundle.manifest.golden, key=lambda sentence: len(sentence.text))[:2])
    manifest = msgspec.structs.replace(bundle.manifest, golden=golden)
    save_bundle(msgspec.structs.replace(bundle, manifest=manifest), folder / "tiny.safetensors")
    return folder / "tiny.safetensors"


def main() -> None:
    """Run a campaign, or one worker of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--model", type=Path, help="the file to mutate; by default a very small model")
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--memory", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker is not None:
        print(json.dumps(worker(given.model, given.worker, given.count, given.memory)))
        return
    with tempfile.TemporaryDirectory() as folder:
        counts = campaign(given.model or tiny_model(Path(folder)), given.count, given.seed)
    sys.exit(f"found: {faults(counts)}" if faults(counts) else None)


if __name__ == "__main__":
    main()
