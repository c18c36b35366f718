"""Models that several tests share: a small one, quickly trained, and its files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

import joblib
import numpy as np
import pytest
from hypothesis import settings

from balagh.bundle import save_bundle
from balagh.cli import main
from balagh.dataset import group_documents, label_matrix
from balagh.export import export_bundle
from balagh.model import SentenceTagger
from balagh.params import DataParams, FeatureParams, Params, TrainParams
from balagh.records import LabelledSentence, load_labelled
from balagh.tagger import Tagger

# A busy machine is slow at times, and compiled code is slow at first: no example has a deadline.
settings.register_profile("balagh", deadline=None)
settings.load_profile("balagh")

ROOT = Path(__file__).parent.parent
SMALL = Params(
    data=DataParams(folds=3),
    features=FeatureParams(min_df=2, min_df_terms=2),
    train=TrainParams(none_share=0.4),
)


class Trained(NamedTuple):
    model: SentenceTagger
    sentences: list[LabelledSentence]
    folder: Path

    @property
    def safetensors(self) -> Path:
        return self.folder / "tagger.safetensors"


@pytest.fixture(scope="session")
def labelled() -> list[LabelledSentence]:
    return load_labelled([ROOT / "data" / "labelled"])


@pytest.fixture(scope="session")
def small(labelled, tmp_path_factory) -> Trained:
    """A model of 1,500 sentences, with both of its files."""
    sentences = [labelled[i] for i in np.linspace(0, len(labelled) - 1, 1500, dtype=int)]
    model = SentenceTagger(SMALL)
    model.fit([s.text for s in sentences], label_matrix(sentences), group_documents(sentences))
    folder = tmp_path_factory.mktemp("small")
    joblib.dump(model, folder / "tagger.joblib")
    save_bundle(export_bundle(model, sentences), folder / "tagger.safetensors")
    return Trained(model, sentences, folder)


@pytest.fixture(scope="session")
def tagger(small) -> Tagger:
    return Tagger.load(small.safetensors)


@pytest.fixture
def command(monkeypatch, capsys):
    """Run a command of balagh; return its exit code, what it printed, and what it said on stderr."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["balagh", *map(str, arguments)])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        return code, *capsys.readouterr()

    return run
