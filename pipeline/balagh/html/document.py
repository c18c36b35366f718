"""A tagged document as a page: as it reads, its sentences striped by label, each with its explanation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from balagh.explain import word_weights
from balagh.html.colours import css
from balagh.html.highlight import clean, direction
from balagh.html.pages import data_block, render, resource
from balagh.labels import NONE
from balagh.tagger import TaggedSentence

if TYPE_CHECKING:
    from balagh.tagger import Tagger

_BREAKS = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_DIGITS = 4


class Segment(NamedTuple):
    """A piece of a paragraph: a sentence, or text between sentences."""

    text: str
    number: int
    """Number of the sentence, from 1; 0 for text between sentences."""
    labels: tuple[int, ...] = ()
    """Numbers of its labels; the first is the primary one."""
    names: str = ""
    """What a screen reader says of its labels."""

    @property
    def direction(self) -> str:
        """Which way the text is written, "rtl" or "ltr"."""
        return direction(self.text)


def document(title: str, text: str, sentences: Sequence[TaggedSentence], tagger: Tagger) -> str:
    """Return a tagged text as one HTML file that needs no other.

    Parameters
    ----------
    title : str
        Heading of the page, such as the name of the file.
    text : str
        The raw text.
    sentences : sequence of TaggedSentence
        What `Tagger.tag` returned for it.
    tagger : Tagger
        The model, which explains the sentences that have labels.

    Raises
    ------
    BalaghError
        Jinja2 is not installed.
    """
    entries = tagger.manifest.labels
    counts = [sum(entry.name in sentence.labels for sentence in sentences) for entry in entries]
    return render(
        "document.html",
        styles=[css(len(entries)), resource("base.css"), resource("viewer.css"), stripes(len(entries))],
        scripts=[resource("viewer.js"), resource("document.js")],
        title=title,
        labels=list(zip(entries, counts, strict=True)),
        unlabelled=sum(not sentence.labels for sentence in sentences),
        paragraphs=list(paragraphs(text, sentences, tagger)),
        total=len(sentences),
        data=data_block({"labels": label_data(tagger), "sentences": [_data(s, tagger) for s in sentences]}),
    )


def paragraphs(text: str, sentences: Sequence[TaggedSentence], tagger: Tagger) -> Iterator[list[Segment]]:
    """Yield the lines of a text that are not empty, each as segments that make up the whole line."""
    line: list[Segment] = []
    ends = [0, *(sentence.end for sentence in sentences)]
    begins = [*(sentence.start for sentence in sentences), len(text)]
    for i, (end, begin) in enumerate(zip(ends, begins, strict=True)):
        for j, gap in enumerate(_BREAKS.split(text[end:begin])):
            if j and line:
                yield line
                line = []
            if gap and (line or not gap.isspace()):
                line.append(Segment(gap, 0))
        if i < len(sentences):
            line.append(_segment(i, sentences[i], tagger))
    if line:
        yield line


def stripes(n_labels: int) -> str:
    """Return the style sheet that draws the labels of a sentence under each other: up to one stripe each.

    The class ``at-0-2`` puts the stripe of label 2 lowest, ``at-1-2`` second lowest; ``tint-2`` colours the
    background.
    """
    slots = [
        f".at-{slot}-{i} {{ --at-{slot}: var(--stripe-{i}); }}" for slot in range(n_labels) for i in range(n_labels)
    ]
    tints = [f".tint-{i} {{ background-color: var(--tint-{i}); }}" for i in range(n_labels)]
    room = [f".high-{n} {{ padding-block-end: {5 * n}px; }}" for n in range(1, n_labels + 1)]
    images = ", ".join(f"var(--at-{slot}, none)" for slot in range(n_labels))
    places = ", ".join(f"0 calc(100% - {5 * slot}px)" for slot in range(n_labels))
    drawn = f".sentence {{ background-image: {images}; background-position: {places}; }}"
    return "\n".join([drawn, *slots, *tints, *room])


def label_data(tagger: Tagger) -> list[dict[str, object]]:
    """Return names and thresholds of the labels, as the scripts of the pages take them."""
    return [
        {"name": entry.name, "english": entry.english, "arabic": entry.arabic, "threshold": round(entry.threshold, 4)}
        for entry in tagger.manifest.labels
    ]


def _segment(index: int, sentence: TaggedSentence, tagger: Tagger) -> Segment:
    ranked = sorted(sentence.labels, key=lambda name: name != sentence.primary)
    english = {entry.name: entry.english for entry in tagger.manifest.labels}
    names = ", ".join(english[name] for name in ranked) or NONE
    return Segment(sentence.text, index + 1, tuple(map(tagger.labels.index, ranked)), names)


def _data(sentence: TaggedSentence, tagger: Tagger) -> dict[str, object]:
    """Return what the page shows of a sentence when it is pointed at."""
    ranked = sorted(sentence.labels, key=lambda name: name != sentence.primary)
    explained = tagger.explain(sentence.text, top=0) if ranked else None
    shown = []
    for name in ranked if explained is not None else ():
        assert explained is not None
        words = word_weights(sentence.text, explained.contributions[name])
        rows = [(clean(sentence.text[word.start : word.end]), round(word.weight, _DIGITS)) for word in words]
        shown.append({"label": tagger.labels.index(name), "words": rows})
    return {
        "labels": [tagger.labels.index(name) for name in ranked],
        "probabilities": [round(probability, _DIGITS) for probability in sentence.scores.values()],
        "explained": shown,
    }
