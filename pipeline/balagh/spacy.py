"""balagh in a spaCy pipeline: ``nlp.add_pipe("balagh")``; see docs/recipes/spacy.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from balagh.errors import DataError
from balagh.places import default_model
from balagh.sentences import Sentence, split
from balagh.shipped import tagger_of
from balagh.tagger import TaggedSentence, Tagger

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

KEY = "balagh"
"""Name of the group of spans, and of the component."""
_FILE = "tagger.safetensors"


class BalaghComponent:
    """Tags the sentences of each document.

    ``doc.cats`` holds for each label the highest probability of a sentence of the document. ``doc.spans["balagh"]``
    holds a span for each sentence, with its primary label or ``"none"``; ``span._.balagh_labels`` all its labels and
    ``span._.balagh_scores`` a probability for each. A document without sentences gets those of balagh.

    Parameters
    ----------
    model : str or Path, optional
        A ``tagger.safetensors``; by default the one that `balagh.load` finds.
    """

    def __init__(self, model: str | Path | None = None) -> None:
        from spacy.tokens import Span

        for name, default in (("balagh_scores", {}), ("balagh_labels", ())):
            if not Span.has_extension(name):
                Span.set_extension(name, default=default)
        self._take(default_model() if model is None else Path(model))

    def _take(self, path: Path) -> None:
        self.tagger = Tagger.load(path)
        self._raw = path.read_bytes()

    def __call__(self, doc: Doc) -> Doc:
        """Tag one document, in place."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], batch_size: int = 64) -> Iterator[Doc]:
        """Tag documents, many at a time."""
        from spacy.util import minibatch

        for batch in minibatch(stream, batch_size):
            docs = list(batch)
            found = [_sentences(doc) for doc in docs]
            tagged = iter(self.tagger.tag_sentences([s.text for part in found for s in part]))
            for doc, part in zip(docs, found, strict=True):
                self._write(doc, part, [next(tagged) for _ in part])
                yield doc

    def _write(self, doc: Doc, places: list[Sentence], tagged: list[TaggedSentence]) -> None:
        spans = []
        for place, said in zip(places, tagged, strict=True):
            # A token may reach over the end of a sentence: it goes with it whole.
            span = doc.char_span(place.start, place.end, label=said.primary, alignment_mode="expand")
            if span is None:
                continue
            span._.balagh_labels, span._.balagh_scores = said.labels, said.scores
            spans.append(span)
        if not doc.has_annotation("SENT_START"):
            starts = {span.start for span in spans}
            for token in doc:
                token.is_sent_start = token.i in starts or token.i == 0
        doc.spans[KEY] = spans
        for label in self.tagger.labels:
            doc.cats[label] = max((said.scores[label] for said in tagged), default=0.0)

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the model into a folder; spaCy calls it when a pipeline is saved."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _FILE).write_bytes(self._raw)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> BalaghComponent:
        """Read the model from the folder where `to_disk` put it."""
        self._take(Path(path) / _FILE)
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return the model as bytes."""
        return self._raw

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> BalaghComponent:
        """Take the model from bytes."""
        self.tagger, self._raw = tagger_of(data), data
        return self


def _sentences(doc: Doc) -> list[Sentence]:
    """Return the sentences that the document has, or else those that balagh cuts it into."""
    if doc.has_annotation("SENT_START"):
        return [Sentence(s.text, s.start_char, s.end_char) for s in doc.sents if s.text.strip()]
    return split(doc.text)


def make_component(nlp: Language, name: str, model: str | None = None) -> BalaghComponent:
    """Return the component; spaCy finds this function by its entry point ``balagh``."""
    return BalaghComponent(model)


def register() -> None:
    """Tell spaCy of the component, where balagh is used without having been installed.

    Raises
    ------
    DataError
        spaCy is not installed.
    """
    try:
        from spacy.language import Language
    except ImportError:
        raise DataError("spaCy is not installed; install it with: pip install 'balagh[spacy]'") from None
    factory: Any = Language.factory
    if not Language.has_factory(KEY):
        factory(KEY, default_config={"model": None}, func=make_component)
