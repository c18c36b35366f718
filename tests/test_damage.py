"""Every flipped bit and every truncation of a model file is noticed before anything in it is used."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.fuzz import model_file

from balagh.bundle import load_bundle
from balagh.errors import ModelFormatError

FLIPS = 10_000


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return model_file.tiny_model(tmp_path_factory.mktemp("tiny")).read_bytes()


@pytest.fixture
def path(tmp_path):
    # In memory where there is such a place: tens of thousands of files are written.
    folder = model_file.MEMORY if model_file.MEMORY.is_dir() else tmp_path
    path = folder / f"{tmp_path.parent.name}-{tmp_path.name}.safetensors"
    yield path
    path.unlink()


def is_refused(path: Path, data: bytes) -> bool:
    path.write_bytes(data)
    try:
        load_bundle(path)
    except ModelFormatError as error:
        return "\n" not in str(error)
    return False


def test_every_flipped_bit_is_noticed(tiny, path):
    rng = random.Random(0)
    size = 8 + int.from_bytes(tiny[:8], "little")
    # Each bit of the length, then half in the header, where the metadata is, and half in the arrays.
    bits = [*range(64), *(8 * rng.randrange(size) + rng.randrange(8) for _ in range(FLIPS // 2))]
    bits += [8 * rng.randrange(size, len(tiny)) + rng.randrange(8) for _ in range(FLIPS - len(bits))]
    missed = []
    for bit in bits:
        torn = bytearray(tiny)
        torn[bit // 8] ^= 1 << bit % 8
        if not is_refused(path, bytes(torn)):
            missed.append(bit)
    assert missed == []


def test_every_truncation_is_noticed(tiny, path):
    assert [end for end in range(len(tiny)) if not is_refused(path, tiny[:end])] == []
    assert not is_refused(path, tiny), "the whole file is fine"
