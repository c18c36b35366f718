"""balagh in a spaCy pipeline: ``nlp.add_pipe("balagh")``; see docs/recipes/spacy.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from balagh.atomic import write_atomically
from balagh.errors import DataError
from balagh.labels import NONE
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
    ``span._.balagh_scores`` a probability for each. A document without sentences gets those of balagh; what balagh
    leaves out, such as debris of scraping, is in none of the spans.

    Parameters
    ----------
    model : str or Path, optional
        A ``tagger.safetensors``; by default the one that `balagh.load` finds. It is loaded when it is first used,
        so that a pipeline that was saved with its model can be loaded where this file is not.
    """

    _raw: bytes
    _tagger: Tagger | None

    def __init__(self, model: str | Path | None = None) -> None:
        _set_extensions()
        self._path = default_model() if model is None else Path(model)
        self._raw, self._tagger = b"", None

    @property
    def tagger(self) -> Tagger:
        """The model.

        Raises
        ------
        MissingFileError, ModelFormatError
            The file is not there, or is no model.
        """
        if self._tagger is None and self._raw:
            self._tagger = tagger_of(self._raw)
        elif self._tagger is None:
            self._tagger, self._raw = Tagger.load(self._path), self._path.read_bytes()
        return self._tagger

    def __getstate__(self) -> dict[str, Any]:
        """Return what goes to another process: the file, not what was made of it."""
        return {"_path": self._path, "_raw": self.to_bytes(), "_tagger": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take what came from another process."""
        _set_extensions()
        self.__dict__.update(state)

    def __call__(self, doc: Doc) -> Doc:
        """Tag one document, in place."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], batch_size: int = 64) -> Iterator[Doc]:
        """Tag documents, many at a time."""
        from spacy.util import minibatch

        tagger = self.tagger
        for batch in minibatch(stream, batch_size):
            docs = list(batch)
            found = [_sentences(doc) for doc in docs]
            tagged = iter(tagger.tag_sentences([s.text for part in found for s in part]))
            for doc, part in zip(docs, found, strict=True):
                self._write(doc, part, [next(tagged) for _ in part])
                yield doc

    def _write(self, doc: Doc, places: list[Sentence], tagged: list[TaggedSentence]) -> None:
        from spacy.tokens import Span

        joined: dict[tuple[int, int], TaggedSentence] = {}
        for place, said in zip(_token_places(doc, places), tagged, strict=True):
            # Two sentences within one token, "a.b", have one span.
            joined[place] = _both(joined[place], said) if place in joined else said
        spans = []
        for (first, last), said in joined.items():
            span = Span(doc, first, last, label=said.primary)
            span._.balagh_labels, span._.balagh_scores = said.labels, said.scores
            spans.append(span)
        if not doc.has_annotation("SENT_START"):
            _set_sentences(doc, [first for first, _ in joined])
        doc.spans[KEY] = spans
        for label in self.tagger.labels:
            doc.cats[label] = max((said.scores[label] for said in tagged), default=0.0)

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the model into a folder; spaCy calls it when a pipeline is saved."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / _FILE, self.to_bytes())

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> BalaghComponent:
        """Read the model from the folder where `to_disk` put it."""
        self._path, self._raw, self._tagger = Path(path) / _FILE, b"", None
        _ = self.tagger
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return the model as bytes."""
        _ = self.tagger
        return self._raw

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> BalaghComponent:
        """Take the model from bytes."""
        self._raw, self._tagger = data, tagger_of(data)
        return self


def _sentences(doc: Doc) -> list[Sentence]:
    """Return the sentences that the document has, or else those that balagh cuts it into."""
    if doc.has_annotation("SENT_START"):
        return [Sentence(s.text, s.start_char, s.end_char) for s in doc.sents if s.text.strip()]
    return split(doc.text)


def _token_places(doc: Doc, places: list[Sentence]) -> list[tuple[int, int]]:
    """Return the first token of each sentence and the one after its last: all that have a character of it.

    A token may reach over the end of a sentence, as in ``الهجوم.وصل``; it belongs to both.
    `Doc.char_span` looks through the document for each sentence, which takes the square of its length.
    """
    starts = np.array([token.idx for token in doc], dtype=np.int64)
    ends = starts + np.array([len(token) for token in doc], dtype=np.int64)
    first = np.searchsorted(ends, [place.start for place in places], "right")
    last = np.searchsorted(starts, [place.end for place in places], "left")
    return list(zip(first.tolist(), last.tolist(), strict=True))


def _both(one: TaggedSentence, other: TaggedSentence) -> TaggedSentence:
    scores = {label: max(score, other.scores[label]) for label, score in one.scores.items()}
    labels = tuple(label for label in scores if label in one.labels or label in other.labels)
    primary = other.primary if one.primary == NONE else one.primary
    return TaggedSentence(f"{one.text} {other.text}", one.start, other.end, labels, primary, scores)


def _set_sentences(doc: Doc, firsts: list[int]) -> None:
    """Let sentences start at these tokens; what stands before the first is one of its own unless it is blank."""
    if not len(doc):
        return
    found = sorted(firsts)
    if not found or not doc[: found[0]].text.isspace():
        found = [0, *found]
    else:
        found[0] = 0
    starts = np.full(len(doc), -1, dtype=np.int64)
    starts[found] = 1
    # All at once: setting them one by one takes the square of the length of the document.
    doc.from_array(["SENT_START"], starts.astype(np.uint64)[:, None])


def _set_extensions() -> None:
    from spacy.tokens import Span

    for name, default in (("balagh_scores", {}), ("balagh_labels", ())):
        if not Span.has_extension(name):
            Span.set_extension(name, default=default)


def make_component(nlp: Language, name: str, model: str | None = None) -> BalaghComponent:
    """Return the component; spaCy finds this function by its entry point ``balagh``."""
    return BalaghComponent(model)


def register() -> None:
    """Tell spaCy of the component; importing this module does it too, which is what the entry point is for.

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
        assigns = ["doc.cats", "doc.spans", "token.is_sent_start", "span._.balagh_labels", "span._.balagh_scores"]
        factory(KEY, default_config={"model": None}, assigns=assigns, func=make_component)


# spaCy imports what its entry points name and expects that this registers it.
if find_spec("spacy") is not None:
    register()
