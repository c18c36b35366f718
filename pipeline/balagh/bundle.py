"""`tagger.safetensors`: a trained model as plain arrays and JSON, in and out. Nothing in it can run.

The file is a safetensors file with one metadata entry, "balagh", whose JSON is a `Manifest`. The manifest holds
a SHA-256 digest of the whole file (with the digest's own digits as zeros), which is checked before anything
else is read, and golden sentences with their scores, which are scored again when a model is loaded.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from balagh.atomic import write_atomically
from balagh.errors import MissingFileError, ModelFormatError
from balagh.scorer import BITS, BLOCKS, FEATURE_BITS, Block, Layout
from balagh.terms import KEY_BITS

FORMAT = 2
"""Version of the format; a file of another one is refused."""
MAX_HEADER = 1 << 20
"""Bytes of the longest header that is read."""
MAX_FILE = 1 << 30
"""Bytes of the largest file that is read."""

_NO_DIGEST = "0" * 64
_DIGEST = re.compile(rb'\\"digest\\":\\"([0-9a-f]{64})\\"')


class LabelEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One label: the names to show and the numbers that turn its score into a decision."""

    name: str
    english: str
    arabic: str
    intercept: float
    slope: float
    offset: float
    threshold: float


class Golden(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence and the scores that the model gave it when it was saved."""

    text: str
    scores: tuple[float, ...]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file says of the model beside its arrays."""

    format: int
    digest: str
    layout: Layout
    labels: tuple[LabelEntry, ...]
    golden: tuple[Golden, ...]
    data_digest: str
    """SHA-256 of the labelled sentences that the model was trained on."""
    versions: dict[str, str]
    """Versions of balagh and of the libraries that it was trained with."""


class Bundle(msgspec.Struct, frozen=True):
    """A model as it is kept in the file."""

    manifest: Manifest
    blocks: dict[str, Block]


class _Header(msgspec.Struct):
    """What safetensors keeps beside the places of the arrays."""

    metadata: dict[str, str] = msgspec.field(name="__metadata__", default_factory=dict)


class _Version(msgspec.Struct):
    """The one thing that every version of the format says."""

    format: int


def save_bundle(bundle: Bundle, path: Path) -> str:
    """Write a model, whole or not at all, and return its digest.

    The same bundle gives the same bytes.
    """
    tensors = {}
    for name, block in bundle.blocks.items():
        tensors[f"{name}.keys"] = np.ascontiguousarray(block.keys)
        tensors[f"{name}.rows"] = np.ascontiguousarray(block.rows)
    manifest = msgspec.structs.replace(bundle.manifest, format=FORMAT, digest=_NO_DIGEST)
    # One entry only: safetensors writes several in an order that changes from run to run.
    data = save_tensors(tensors, {"balagh": msgspec.json.encode(manifest).decode()})
    digest = hashlib.sha256(data).hexdigest()
    write_atomically(path, data.replace(_NO_DIGEST.encode(), digest.encode(), 1))
    return digest


def load_bundle(path: Path) -> Bundle:
    """Read a model and check all of it.

    Raises
    ------
    MissingFileError
        There is no such file.
    ModelFormatError
        The file is not a model of this format, is damaged, or holds arrays that do not fit together.
    """
    data = _read(path)
    header = _header(data, path)
    _check_digest(data, header, path)
    manifest = _manifest(header, path)
    try:
        tensors = load_tensors(data)
    except (SafetensorError, ValueError, TypeError, KeyError) as error:
        raise ModelFormatError(f"{path}: arrays cannot be read ({error}); train the model again") from None
    blocks = _blocks(tensors, len(manifest.labels), path)
    if not blocks.keys() <= manifest.layout.scales.keys():
        raise ModelFormatError(f"{path}: its manifest does not scale all of its arrays; train the model again")
    return Bundle(manifest, blocks)


def _read(path: Path) -> bytes:
    if not path.exists():
        raise MissingFileError(f"{path}: no such model; run `make` or `dvc repro` first, or pass --model")
    if not path.is_file():
        raise ModelFormatError(f"{path}: not a file; pass the path of a tagger.safetensors")
    if path.stat().st_size > MAX_FILE:
        raise ModelFormatError(f"{path}: larger than {MAX_FILE >> 20} MiB; this is no model of balagh")
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelFormatError(f"{path}: cannot be read ({error.strerror}); check its permissions") from None


def _header(data: bytes, path: Path) -> bytes:
    size = struct.unpack("<Q", data[:8])[0] if len(data) >= 8 else 0
    if not 2 <= size <= min(MAX_HEADER, len(data) - 8) or data[8:9] != b"{":
        raise ModelFormatError(
            f"{path}: not a safetensors file; pass the tagger.safetensors that `dvc repro` writes"
            " (tagger.joblib is loaded with joblib.load, and only from people you trust)"
        )
    return data[8 : 8 + size]


def _check_digest(data: bytes, header: bytes, path: Path) -> None:
    found = _DIGEST.findall(header)
    if len(found) != 1:
        raise ModelFormatError(f"{path}: a safetensors file, but no model of balagh; pass a tagger.safetensors")
    if hashlib.sha256(data.replace(found[0], _NO_DIGEST.encode(), 1)).hexdigest().encode() != found[0]:
        raise ModelFormatError(
            f"{path}: damaged, its digest does not fit its content; copy it again or run `dvc repro`"
        )


def _manifest(header: bytes, path: Path) -> Manifest:
    try:
        text = msgspec.json.decode(header, type=_Header).metadata["balagh"]
        version = msgspec.json.decode(text, type=_Version).format
        if version != FORMAT:
            raise ModelFormatError(
                f"{path}: format {version}, this balagh reads {FORMAT}; train the model again or install the"
                " version of balagh that wrote it"
            )
        manifest = msgspec.json.decode(text, type=Manifest)
    except (msgspec.DecodeError, KeyError, UnicodeDecodeError, RecursionError) as error:
        raise ModelFormatError(f"{path}: its manifest cannot be read ({error}); train the model again") from None
    numbers = [[x.intercept, x.slope, x.offset, x.threshold] for x in manifest.labels]
    lengths = (manifest.layout.ngram_min, manifest.layout.ngram_max)
    scales = manifest.layout.scales.values()
    numbers += [[scale.factor, scale.power, 0.0, 0.0] for scale in scales]
    scored = all(len(sentence.scores) == len(manifest.labels) for sentence in manifest.golden)
    if not manifest.labels or not scored:
        raise ModelFormatError(f"{path}: its golden sentences do not fit its labels; train the model again")
    evened = all(0 <= scale.power <= 1 for scale in scales)
    if not evened or not np.isfinite(numbers).all() or not 1 <= lengths[0] <= lengths[1] <= KEY_BITS // BITS:
        raise ModelFormatError(f"{path}: its manifest holds impossible numbers; train the model again")
    return manifest


def _blocks(tensors: Mapping[str, Any], n_labels: int, path: Path) -> dict[str, Block]:
    names = [name for name in BLOCKS if f"{name}.keys" in tensors]
    if not names or set(tensors) != {f"{name}.{part}" for name in names for part in ("keys", "rows")}:
        raise ModelFormatError(f"{path}: has other arrays than a model of balagh; train the model again")
    blocks = {name: Block(tensors[f"{name}.keys"], tensors[f"{name}.rows"]) for name in names}
    for name, (keys, rows) in blocks.items():
        fits = (
            keys.dtype == np.uint64
            and rows.dtype == np.float32
            and keys.ndim == 1
            and len(keys) <= 1 << FEATURE_BITS
            and rows.shape == (len(keys), 1 + n_labels)
        )
        # Keys that ascend and are not 0 are what the look-ups rely on.
        if (
            not fits
            or (len(keys) and (keys[0] == 0 or keys[-1] >> KEY_BITS or not (keys[1:] > keys[:-1]).all()))
            or not np.isfinite(rows).all()
        ):
            raise ModelFormatError(f"{path}: its {name} arrays do not fit together; train the model again")
    return blocks
