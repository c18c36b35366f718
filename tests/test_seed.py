"""The source communiqué is tagged as the codebook says, by the model that the pipeline trains."""

from __future__ import annotations

from pathlib import Path

import pytest

from balagh.params import load_params
from balagh.stages.featurize import featurize
from balagh.stages.prepare import prepare
from balagh.stages.train import train
from balagh.tagger import Tagger

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """Run the stages on all labelled sentences, as `dvc repro` does, in an empty folder."""
    folder = tmp_path_factory.mktemp("full")
    params = load_params(ROOT / "params.yaml")
    prepare(ROOT / "data" / "labelled", folder / "prepared", params.data)
    featurize(folder / "prepared", folder / "features", params.features, params.folding)
    digest = train(folder / "prepared", folder / "features", folder / "models", params)
    return folder, digest


@pytest.fixture(scope="module")
def labels(full):
    text = (ROOT / "seeds" / "coalition-rome-2021-06-28.txt").read_text(encoding="utf-8")
    return {sentence.text: sentence.labels for sentence in Tagger.load(full[0] / "models/tagger.safetensors").tag(text)}


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("عزم دولهم المشترك على مواصلة القتال", ("commitment",)),
        ("استقبل الوزراء أعضاء جدداً", ("commitment", "membership")),
        ("عن التزام دولهم بتعزيز التعاون", ("commitment",)),
        ("وقوفهم إلى جانب الشعب السوري", ("commitment",)),
        ("منطقة الساحل وفي شرق إفريقيا وموزمبيق", ("regional_concern",)),
        ("عقب الاجتماع المشترك في روما بإيطاليا", ()),
    ],
)
def test_a_sentence_gets_its_labels(labels, part, expected):
    # The shortest sentence with these words: the place of the meeting is named again in a longer one.
    found = min((text for text in labels if part in text), key=len)
    assert labels[found] == expected


def test_attacks_on_the_coalition_are_condemned(labels):
    (found,) = (text for text in labels if "إدانتهم بشدة للهجمات" in text)
    assert "condemnation" in labels[found]


def test_debris_is_not_tagged(labels):
    assert not [text for text in labels if "ad_" in text or "Source link" in text or "07:23" in text]


def test_the_same_data_gives_the_same_bytes(full):
    folder, digest = full
    again = train(folder / "prepared", folder / "features", folder / "again", load_params(ROOT / "params.yaml"))
    assert again == digest
    first, second = (folder / name / "tagger.safetensors" for name in ("models", "again"))
    assert first.read_bytes() == second.read_bytes()
