from __future__ import annotations

import json
import struct

import joblib
import msgspec
import numpy as np
import pytest
from safetensors.numpy import save

import balagh
from balagh.bundle import FORMAT, load_bundle, save_bundle
from balagh.errors import MissingFileError, ModelFormatError
from balagh.export import export_bundle
from balagh.scorer import Block
from balagh.tagger import Tagger


@pytest.fixture(scope="module")
def data(small):
    return small.safetensors.read_bytes()


@pytest.fixture
def load(tmp_path):
    """Write bytes to a file and load it as a model."""

    def load_bytes(content):
        path = tmp_path / "tagger.safetensors"
        path.write_bytes(content)
        return Tagger.load(path)

    return load_bytes


def header_of(data):
    """Return the size of the header of a model's file, the header, and the manifest in it."""
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + size])
    return size, header, json.loads(header["__metadata__"]["balagh"])


def resealed(data, **changes):
    """Return the file with changes in its manifest and a digest that fits."""
    import hashlib

    size, header, manifest = header_of(data)
    manifest |= changes | {"digest": "0" * 64}
    header["__metadata__"]["balagh"] = json.dumps(manifest, ensure_ascii=False, separators=(",", ":"))
    raw = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    raw += b" " * (-len(raw) % 8)
    sealed = struct.pack("<Q", len(raw)) + raw + data[8 + size :]
    return sealed.replace(b"0" * 64, hashlib.sha256(sealed).hexdigest().encode(), 1)


def test_what_is_saved_is_loaded(small):
    bundle = load_bundle(small.safetensors)
    saved = export_bundle(small.model, small.sentences)
    assert bundle.manifest.layout == saved.manifest.layout
    assert bundle.manifest.labels == saved.manifest.labels
    for name, block in saved.blocks.items():
        assert np.array_equal(bundle.blocks[name].keys, block.keys)
        assert np.array_equal(bundle.blocks[name].rows, block.rows)


def test_the_same_model_gives_the_same_bytes(small, data, tmp_path):
    save_bundle(export_bundle(small.model, small.sentences), tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == data


def test_every_flipped_bit_is_noticed(data, load):
    rng = np.random.default_rng(0)
    size = struct.unpack("<Q", data[:8])[0]
    places = [*range(64), *rng.integers(0, 8 + size, 100), *rng.integers(0, len(data), 100)]
    for place in places:
        torn = bytearray(data)
        torn[place] ^= 1 << int(rng.integers(8))
        with pytest.raises(ModelFormatError):
            load(bytes(torn))


@pytest.mark.parametrize("keep", [0, 1, 7, 8, 9, 100, 0.3, 0.9, -1])
def test_every_truncation_is_noticed(data, load, keep):
    end = int(len(data) * keep) if isinstance(keep, float) else keep
    with pytest.raises(ModelFormatError):
        load(data[:end])


def test_trailing_bytes_are_noticed(data, load):
    with pytest.raises(ModelFormatError, match="damaged"):
        load(data + b"\0")


def test_resealing_is_what_the_tests_think(data, load):
    assert load(resealed(data)).labels == tuple(balagh.Label)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": FORMAT + 1}, f"format {FORMAT + 1}, this balagh reads {FORMAT}"),
        ({"format": FORMAT - 1}, f"format {FORMAT - 1}, this balagh reads {FORMAT}"),
        ({"labels": []}, "golden sentences do not fit its labels"),
        ({"golden": [{"text": "سلام", "scores": [1, 2, 3, 4]}]}, "golden sentences differently"),
        ({"golden": [{"text": "سلام", "scores": [1]}]}, "golden sentences do not fit its labels"),
        ({"layout": {}}, "manifest cannot be read"),
        ({"surprise": 1}, "manifest cannot be read"),
        ({"labels": "x"}, "manifest cannot be read"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(data, load, changes, message):
    with pytest.raises(ModelFormatError, match=message):
        load(resealed(data, **changes))


@pytest.mark.parametrize(
    ("part", "number", "value"),
    [
        ("layout", "ngram_min", 0),
        ("layout", "ngram_min", 5),
        ("layout", "ngram_max", 2),
        ("layout", "ngram_max", 8),
        ("scales", "power", -0.5),
        ("scales", "power", 1.5),
        ("scales", "factor", float("inf")),
        ("labels", "threshold", float("nan")),
        ("labels", "slope", float("-inf")),
    ],
)
def test_impossible_numbers_are_refused(data, load, part, number, value):
    """Lengths of n-grams go from 1 to 7 in order, powers from 0 to 1; NaN and infinity are no JSON."""
    manifest = header_of(data)[2]
    places = {
        "layout": [manifest["layout"]],
        "scales": list(manifest["layout"]["scales"].values()),
        "labels": manifest["labels"],
    }[part]
    assert manifest["layout"]["ngram_min"] == 3
    assert number in places[-1]
    places[-1][number] = value
    changed = {key: manifest[key] for key in ("layout", "labels")}
    with pytest.raises(ModelFormatError, match=r"impossible numbers|manifest cannot be read"):
        load(resealed(data, **changed))


def test_a_file_or_a_header_out_of_all_size_is_refused_unread(data, tmp_path, load):
    with (tmp_path / "huge.safetensors").open("wb") as file:
        file.truncate((1 << 30) + 1)
    with pytest.raises(ModelFormatError, match="larger than 1024 MiB"):
        load_bundle(tmp_path / "huge.safetensors")
    with pytest.raises(ModelFormatError, match="not a safetensors file"):
        load(resealed(data, surprise="x" * (1 << 20)))


def test_other_files_are_refused(load, small, tmp_path):
    with pytest.raises(ModelFormatError, match="not a safetensors file"):
        load(b"this is a text, not a model")
    with pytest.raises(ModelFormatError, match="no model of balagh"):
        load(save({"a": np.zeros(3)}))
    with pytest.raises(ModelFormatError, match="not a safetensors file"):
        load((small.folder / "tagger.joblib").read_bytes())
    with pytest.raises(ModelFormatError, match="not a file"):
        Tagger.load(tmp_path)
    with pytest.raises(MissingFileError, match="run `make` or `dvc repro` first"):
        Tagger.load(tmp_path / "none.safetensors")


class Evil:
    def __reduce__(self):
        from pathlib import Path

        return Path.touch, (Path("sentinel"),)


@pytest.mark.parametrize("name", ["tagger.safetensors", "tagger.joblib", "tagger.pkl", "tagger"])
def test_joblib_is_never_a_fallback(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    joblib.dump(Evil(), tmp_path / name)
    with pytest.raises(ModelFormatError):
        balagh.load(tmp_path / name)
    assert not (tmp_path / "sentinel").exists()


def broken(keys, rows):
    """Return arrays of a block each of which breaks one rule."""
    order = np.arange(len(keys))
    order[[3, 4]] = order[[4, 3]]
    equal, low, high = keys.copy(), keys.copy(), keys.copy()
    equal[4] = equal[3]
    low[0] = 0
    high[-1] = np.uint64(1) << np.uint64(50)
    endless = rows.copy()
    endless[5, 1] = np.inf
    return {
        "keys signed": (keys.astype(np.int64), rows),
        "keys short": (keys.astype(np.uint32), rows),
        "rows double": (keys, rows.astype(np.float64)),
        "rows half": (keys, rows.astype(np.float16)),
        "a row missing": (keys, rows[:-1]),
        "a column missing": (keys, rows[:, :-1]),
        "a column more": (keys, np.hstack([rows, rows[:, :1]])),
        "keys in columns": (keys[:, None], rows),
        "out of order": (keys[order], rows),
        "equal keys": (equal, rows),
        "key of 0": (low, rows),
        "key too large": (high, rows),
        "infinite": (keys, endless),
    }


CASES = list(broken(np.arange(1, 9, dtype=np.uint64), np.zeros((8, 5), dtype=np.float32)))


@pytest.mark.parametrize("name", ["ngrams", "words", "cues", "context"])
@pytest.mark.parametrize("case", CASES)
def test_arrays_that_do_not_fit_are_refused(small, tmp_path, name, case):
    bundle = load_bundle(small.folder / "tagger.safetensors")
    keys, rows = bundle.blocks[name]
    blocks = bundle.blocks | {name: Block(*broken(keys, rows)[case])}
    save_bundle(msgspec.structs.replace(bundle, blocks=blocks), tmp_path / "tagger.safetensors")
    with pytest.raises(ModelFormatError, match=f"its {name} arrays do not fit together"):
        load_bundle(tmp_path / "tagger.safetensors")
