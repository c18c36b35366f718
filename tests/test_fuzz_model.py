"""Mutated and hand-made model files are refused in one line, and nothing in them runs."""

from __future__ import annotations

import json
import pickle
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import joblib
import numpy as np
import pytest
from safetensors.numpy import save
from tests.fuzz import model_file

from balagh.errors import ModelFormatError
from balagh.tagger import Tagger

BATCHES = 8
FILES = 2_500


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return model_file.tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.mark.parametrize("batch", range(BATCHES))
def test_mutated_files_run_nothing_and_are_refused(tiny, batch):
    """Together 20,000 of them; `python -m tests.fuzz.model_file --count 1000000` goes on."""
    counts = model_file.campaign(tiny, FILES, seed=1000 * batch, batch=FILES, say=lambda _: None)
    assert model_file.faults(counts) == {}
    assert counts["refused"] > FILES / 2
    assert counts["loaded"] > 0, "some changes are harmless: the digest alone is not what refuses"


def header_of(data, **changes):
    header, arrays = model_file.split(data)
    return model_file.sealed({**header, **changes}, arrays)


def with_size(data, size):
    return struct.pack("<Q", size) + data[8:]


def raw_header(text, rest=b"", size=None):
    raw = text if isinstance(text, bytes) else text.encode()
    return struct.pack("<Q", len(raw) if size is None else size) + raw + rest


class Evil:
    def __reduce__(self):
        return Path.touch, (Path("sentinel"),)


def entry(dtype="U64", shape=(1,), offsets=(0, 8)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


def zip_of(data):
    path = Path("polyglot.zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x")
    return data + path.read_bytes()


def keys_swapped(data):
    header, arrays = model_file.split(data)
    start, _ = header["ngrams.keys"]["data_offsets"]
    return model_file.sealed(
        header, arrays[:start] + arrays[start + 8 : start + 16] + arrays[start : start + 8] + arrays[start + 16 :]
    )


def nan_weights(data):
    header, arrays = model_file.split(data)
    start, end = header["ngrams.rows"]["data_offsets"]
    return model_file.sealed(
        header, arrays[:start] + np.full((end - start) // 4, np.nan, "<f4").tobytes() + arrays[end:]
    )


def manifest_with(data, **changes):
    header, arrays = model_file.split(data)
    return model_file.sealed(header, arrays, json.loads(header["__metadata__"]["balagh"]) | changes)


ATTACKS = {
    "empty": lambda data: b"",
    "one byte": lambda data: b"{",
    "only a size": lambda data: data[:8],
    "size of zero": lambda data: with_size(data, 0),
    "size past the end": lambda data: with_size(data, len(data)),
    "largest size": lambda data: with_size(data, 2**64 - 1),
    "negative size": lambda data: struct.pack("<q", -1) + data[8:],
    "header bomb": lambda data: raw_header("{" + '"a":' * 1000 + "1}", size=2**40),
    "header of a hundred million spaces": lambda data: raw_header(b"{" + b" " * 100_000_000 + b"}"),
    "deep JSON": lambda data: raw_header("{" + '"a":[' + "[" * 200_000 + "]" * 200_000 + "]}"),
    "deep JSON in the manifest": lambda data: manifest_with(data, layout=json.loads("[" * 900 + "]" * 900)),
    "header is a list": lambda data: raw_header("[1, 2]"),
    "header is no JSON": lambda data: raw_header("{never}"),
    "header is not UTF-8": lambda data: raw_header(b'{"\xff\xfe": 1}'),
    "key twice": lambda data: raw_header('{"ngrams.keys":1,"ngrams.keys":2}'),
    "overlapping arrays": lambda data: header_of(data, **{"ngrams.keys": model_file.split(data)[0]["words.keys"]}),
    "array outside the file": lambda data: header_of(
        data, **{"ngrams.keys": entry(offsets=(0, 2**40), shape=(2**37,))}
    ),
    "offsets the wrong way round": lambda data: header_of(data, **{"ngrams.keys": entry(offsets=(8, 0))}),
    "negative offsets": lambda data: header_of(data, **{"ngrams.keys": entry(offsets=(-8, 0))}),
    "negative shape": lambda data: header_of(data, **{"ngrams.keys": entry(shape=(-1,))}),
    "shape that overflows": lambda data: header_of(data, **{"ngrams.keys": entry(shape=(2**32, 2**32, 2))}),
    "shape of a thousand axes": lambda data: header_of(data, **{"ngrams.keys": entry(shape=(1,) * 1000)}),
    "unknown type": lambda data: header_of(data, **{"ngrams.keys": entry(dtype="OBJ")}),
    "other type of the same size": lambda data: header_of(
        data, **{"ngrams.keys": {**model_file.split(data)[0]["ngrams.keys"], "dtype": "F64"}}
    ),
    "one array more": lambda data: header_of(data, evil=entry(offsets=(0, 0), shape=(0,))),
    "NaN for weights": nan_weights,
    "keys out of order": keys_swapped,
    "no labels": lambda data: manifest_with(data, labels=[]),
    "a million labels": lambda data: manifest_with(data, labels=[1] * 1_000_000),
    "n-grams of a billion letters": lambda data: manifest_with(
        data, layout=json.loads(model_file.split(data)[0]["__metadata__"]["balagh"])["layout"] | {"ngram_max": 10**9}
    ),
    "huge list of cues": lambda data: manifest_with(
        data,
        layout=json.loads(model_file.split(data)[0]["__metadata__"]["balagh"])["layout"]
        | {"cues": {"a": {"words": " ".join(f"كلمه{i}" for i in range(100_000))}}},
    ),
    "another format": lambda data: manifest_with(data, format=99),
    "digest of another file": lambda data: data.replace(
        json.loads(model_file.split(data)[0]["__metadata__"]["balagh"])["digest"].encode(), b"a" * 64
    ),
    "a zip behind it": zip_of,
    "pickle": lambda data: pickle.dumps(Evil()),
    "pickle behind it": lambda data: data + pickle.dumps(Evil()),
    "safetensors of somebody else": lambda data: save({"weight": np.zeros(3)}),
    "HTML": lambda data: b"<html><script>alert(1)</script></html>",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_refused_in_one_line(tiny, attack, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "tagger.safetensors"
    path.write_bytes(ATTACKS[attack](tiny.read_bytes()))
    with pytest.raises(ModelFormatError) as caught:
        Tagger.load(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    assert not (tmp_path / "sentinel").exists()


FALLBACKS = [
    *(("tag", name) for name in ("tagger.safetensors", "tagger.joblib", "tagger.pkl", "model", "tagger.SAFETENSORS")),
    *((command, "tagger.joblib") for command in ("explain", "evaluate", "report")),
]


@pytest.mark.parametrize(("command", "name"), FALLBACKS)
def test_no_command_falls_back_to_joblib(tmp_path, name, command):
    joblib.dump(Evil(), tmp_path / name)
    (tmp_path / "a.jsonl").write_text('{"text": "أ", "labels": []}\n', encoding="utf-8")
    words = {
        "tag": ["tag", "a.jsonl"],
        "explain": ["explain", "أ"],
        "evaluate": ["evaluate", "--data", "a.jsonl"],
        "report": ["report", "--data", "a.jsonl"],
    }[command]
    done = subprocess.run(
        [sys.executable, "-m", "balagh", *words, "--model", name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "sentinel").exists()


def test_memory_stays_within_three_times_the_file(small, tmp_path):
    """In a process of its own, for only there is the peak that of loading."""
    code = (
        "import resource, sys\n"
        "from balagh.tagger import Tagger\n"
        "from balagh.errors import ModelFormatError\n"
        "try:\n    Tagger.load(sys.argv[1]).tag('أ')\nexcept ModelFormatError: pass\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try:\n    Tagger.load(sys.argv[2])\nexcept ModelFormatError: pass\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)\n"
    )
    bomb = tmp_path / "bomb.safetensors"
    bomb.write_bytes(raw_header(b"{" + b" " * 60_000_000 + b"}"))
    words = [sys.executable, "-c", code, str(small.safetensors), str(bomb)]
    grown = int(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    assert grown <= 3 * bomb.stat().st_size


def test_the_watch_sees_what_it_should():
    """A test that cannot fail is none: the same hook notes an import and an unpickling."""
    code = (
        "from tests.fuzz.model_file import watch\nimport pickle\nswitch = watch()\nswitch(True)\n"
        "import colorsys\npickle.loads(pickle.dumps(len))\nprint(sorted(set(switch(False))))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=model_file.ROOT, capture_output=True, text=True, check=True)
    assert "import" in done.stdout
    assert "pickle.find_class" in done.stdout
