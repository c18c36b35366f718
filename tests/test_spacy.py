"""The spaCy component says what the tagger says, keeps the sentences of others, and travels with its pipeline."""

from __future__ import annotations

import pickle
import shutil
import subprocess
import sys
import time
from importlib.metadata import entry_points

import pytest

from balagh.errors import MissingFileError
from balagh.sentences import Sentence, split
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


def test_a_saved_pipeline_needs_no_other_file(small, tmp_path):
    model = tmp_path / "model.safetensors"
    shutil.copy(small.safetensors, model)
    made = spacy.blank("ar")
    made.add_pipe("balagh", config={"model": str(model)})
    made.to_disk(tmp_path / "pipeline")
    before = made(TEXT).cats
    model.unlink()
    assert spacy.load(tmp_path / "pipeline")(TEXT).cats == before


def test_a_model_that_is_not_there(tmp_path):
    made = spacy.blank("ar")
    made.add_pipe("balagh", config={"model": str(tmp_path / "none.safetensors")})
    with pytest.raises(MissingFileError, match=r"none\.safetensors: no such model"):
        made(TEXT)


def test_spacy_finds_it_by_its_entry_point(small):
    if not entry_points(group="spacy_factories", name="balagh"):
        pytest.skip("balagh is not installed here with its entry points: install it anew")
    code = (
        "import sys, spacy; nlp = spacy.blank('ar'); nlp.add_pipe('balagh', config={'model': sys.argv[1]}); nlp('وصل.')"
    )
    subprocess.run([sys.executable, "-c", code, str(small.safetensors)], check=True, timeout=300)


def test_it_goes_to_other_processes(nlp):
    copy = pickle.loads(pickle.dumps(nlp.get_pipe("balagh")))
    assert copy(nlp.make_doc(TEXT)).cats == nlp(TEXT).cats
    docs = list(nlp.pipe([TEXT] * 4, n_process=2))
    here = nlp(TEXT)
    for doc in docs:
        assert [s._.balagh_scores for s in doc.spans["balagh"]] == [s._.balagh_scores for s in here.spans["balagh"]]


def test_tokens_over_the_end_of_a_sentence(nlp, tagger):
    text = "أدانت الوزارة الهجوم على المدنيين.وصل الوفد إلى جنيف أمس.تعهدت الحكومة بدعم اليمن."
    found = split(text)
    assert len(found) == 3
    doc = nlp(text)
    for span, sentence in zip(doc.spans["balagh"], found, strict=True):
        # Whole tokens, and no more of them than have a character of the sentence.
        assert span.start_char <= sentence.start < doc[span.start].idx + len(doc[span.start])
        assert doc[span.end - 1].idx < sentence.end <= span.end_char
        assert span._.balagh_scores == tagger.tag_sentences([sentence.text])[0].scores


def test_sentences_within_one_token_share_a_span(nlp, tagger):
    words = ["أدانت_الوزارة_الهجوم.تعهدت_الحكومة"]
    texts = ["أدانت الوزارة الهجوم على المدنيين.", "تعهدت الحكومة بمواصلة دعم اليمن."]
    doc = spacy.tokens.Doc(nlp.vocab, words=words)
    said = tagger.tag_sentences(texts)
    places = [Sentence("", 0, 21), Sentence("", 21, len(words[0]))]
    nlp.get_pipe("balagh")._write(doc, places, said)
    (span,) = doc.spans["balagh"]
    assert span._.balagh_labels == tuple(x for x in tagger.labels if any(x in s.labels for s in said))
    assert span._.balagh_scores == doc.cats == {x: max(s.scores[x] for s in said) for x in tagger.labels}


def test_blanks_and_debris_before_the_first_sentence(nlp):
    doc = nlp("\n\n  أدانت الوزارة الهجوم. وصل الوفد.\n")
    assert [s.text.strip() for s in doc.sents] == ["أدانت الوزارة الهجوم.", "وصل الوفد."]
    doc = nlp("[ad_1] 2015-07-02 09:00\nأدانت الوزارة الهجوم. وصل الوفد.")
    assert [s.text for s in doc.spans["balagh"]] == ["أدانت الوزارة الهجوم.", "وصل الوفد."]
    assert len(list(doc.sents)) == 3


def test_twice_the_document_takes_about_twice_the_time(nlp):
    component = nlp.get_pipe("balagh")
    component(nlp.make_doc(TEXT * 1000))

    def seconds(count):
        doc = nlp.make_doc("أدانت الوزارة الهجوم. وصل الوفد أمس. " * count)
        start = time.process_time()
        component(doc)
        return time.process_time() - start

    # Where it takes the square it is sixteen times as long.
    assert min(seconds(4000) for _ in range(2)) < 9 * min(seconds(1000) for _ in range(2))
