"""From the fitted scikit-learn estimator to the plain arrays of a bundle: the same model, the same numbers."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Sequence
from importlib.metadata import version

import msgspec
import numpy as np

from balagh.bundle import FORMAT, Bundle, Golden, LabelEntry, Manifest
from balagh.labels import LABELS
from balagh.model import SentenceTagger
from balagh.records import LabelledSentence
from balagh.scorer import BLOCKS, Block, Layout, Scorer, ngram_key
from balagh.terms import Keys

GOLDEN = 12
"""Sentences whose scores go into the file, to be scored again when it is loaded."""

_LIBRARIES = ("balagh", "numpy", "scipy", "scikit-learn", "pyarabic")


def export_bundle(model: SentenceTagger, training: Sequence[LabelledSentence]) -> Bundle:
    """Return the bundle of a fitted model.

    Parameters
    ----------
    model : SentenceTagger
        A fitted model.
    training : sequence of LabelledSentence
        What it was trained on, for the digest and the golden sentences.
    """
    features = model.params.features
    vectorizer = model.vectorizer_
    layout = Layout(
        folding=model.params.folding,
        ngram_min=features.ngram_min,
        ngram_max=features.ngram_max,
        scales=vectorizer.scales_,
        cues=vectorizer.cues_,
    )
    blocks = {name: _block(model, name) for name in BLOCKS if name in vectorizer.blocks_}
    scorer = Scorer(layout, blocks, model.heads_.intercept)
    texts = [training[i].text for i in np.linspace(0, len(training) - 1, GOLDEN, dtype=int)]
    golden = [Golden(text, tuple(row)) for text, row in zip(texts, scorer.score(texts).tolist(), strict=True)]
    manifest = Manifest(
        format=FORMAT,
        digest="",
        layout=layout,
        labels=_labels(model),
        golden=tuple(golden),
        data_digest=data_digest(training),
        versions={"python": platform.python_version()} | {name: version(name) for name in _LIBRARIES},
    )
    return Bundle(manifest, blocks)


def data_digest(sentences: Sequence[LabelledSentence]) -> str:
    """Return the SHA-256 of labelled sentences, in hexadecimal."""
    return hashlib.sha256(msgspec.json.encode(sentences)).hexdigest()


def _labels(model: SentenceTagger) -> tuple[LabelEntry, ...]:
    calibration = model.calibration_
    return tuple(
        LabelEntry(
            name=label.value,
            english=label.english,
            arabic=label.arabic,
            intercept=float(model.heads_.intercept[j]),
            slope=float(calibration.slope[j]),
            offset=float(calibration.offset[j]),
            threshold=float(calibration.threshold[j]),
        )
        for j, label in enumerate(LABELS)
    )


def _block(model: SentenceTagger, name: str) -> Block:
    block = model.vectorizer_.blocks_[name]
    keys: Keys = (
        np.array([ngram_key(ngram) for ngram in block.get_feature_names_out()], dtype=np.uint64)
        if name == "ngrams"
        else block.keys_
    )
    coef = model.heads_.coef[model.vectorizer_.block_slices()[name]]
    rows = np.concatenate([block.idf_[:, None], coef], axis=1).astype(np.float32)
    order = np.argsort(keys)
    return Block(keys[order], rows[order])
