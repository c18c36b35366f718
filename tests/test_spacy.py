"""The spaCy component says what the tagger says, keeps the sentences of others, and travels with its pipeline."""

from __future__ import annotations

import pytest

from balagh.errors import MissingFileError
from balagh.sentences import split
from balagh.spacy import register

spacy = pytest.importorskip("spacy", reason="spaCy is not installed: pip install 'balagh[spacy]'")

TEXT = "أدانت الوزارة الهجوم على المدنيين. وصل الوفد إلى جنيف أمس.\nتعهدت الحكومة بمواصلة دعم اليمن."


@pytest.fixture
def nlp(small):
    register()
    made = spacy.blank("ar")
    made.add_pipe("balagh", config={"model": str(small.safetensors)})
    return made


def test_spans_and_cats(nlp, tagger):
    doc = nlp(TEXT)
    assert [span.text.strip() for span in doc.spans["balagh"]] == [s.text for s in split(TEXT)]
    alone = tagger.tag_sentences([s.text for s in split(TEXT)])
    assert [span.label_ for span in doc.spans["balagh"]] == [s.primary for s in alone]
    assert [span._.balagh_labels for span in doc.spans["balagh"]] == [s.labels for s in alone]
    assert [span._.balagh_scores for span in doc.spans["balagh"]] == [s.scores for s in alone]
    assert doc.cats == {label: max(s.scores[label] for s in alone) for label in tagger.labels}
    assert [s.start for s in doc.sents] == [span.start for span in doc.spans["balagh"]]


def test_sentences_that_are_there_are_kept(small):
    register()
    made = spacy.blank("ar")
    made.add_pipe("sentencizer", config={"punct_chars": ["،"]})
    made.add_pipe("balagh", config={"model": str(small.safetensors)})
    doc = made("أدانت الوزارة الهجوم، ووصل الوفد.")
    assert [span.text for span in doc.spans["balagh"]] == [s.text for s in doc.sents]
    assert len(doc.spans["balagh"]) == 2


def test_many_documents_and_odd_ones(nlp):
    texts = [TEXT, "", "   ", "...", "وصل الوفد", "\u0651" * 50]
    docs = list(nlp.pipe(texts * 30, batch_size=7))
    assert [doc.text for doc in docs] == texts * 30
    assert docs[0].cats == docs[6].cats == nlp(TEXT).cats
    assert set(docs[1].cats.values()) == {0.0}
    assert len(docs[1].spans["balagh"]) == 0


def test_a_pipeline_travels_with_its_model(nlp, tmp_path):
    nlp.to_disk(tmp_path / "pipeline")
    register()
    again = spacy.blank("ar")
    again.add_pipe("balagh", config={"model": str(tmp_path / "pipeline" / "balagh" / "tagger.safetensors")})
    assert again(TEXT).cats == nlp(TEXT).cats
    copy = again.from_bytes(nlp.to_bytes())
    assert copy(TEXT).cats == nlp(TEXT).cats


def test_a_model_that_is_not_there(tmp_path):
    register()
    with pytest.raises(MissingFileError):
        spacy.blank("ar").add_pipe("balagh", config={"model": str(tmp_path / "none.safetensors")})
