"""Tag a chunk of rows: from texts to bytes, without a file or a clock, so that any process may do it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from balagh.bulk.chunks import Chunk, Part
from balagh.bulk.job import SHOWN_PROBLEMS, Job, Summary
from balagh.bulk.layout import Layout
from balagh.bulk.rows import Row, parsed, without_sentence
from balagh.bulk.sources import Source
from balagh.labels import NONE
from balagh.outputs import NO_TEXT, Result
from balagh.problems import Problem
from balagh.tagger import TaggedSentence, Tagger


class Piece(NamedTuple):
    """What came of the rows of one source in a chunk."""

    source: int
    payload: bytes
    problems: list[Problem]
    summary: Summary
    last: bool
    unread: bool
    """Whether the source could not be read to its end."""


class Tagged(NamedTuple):
    """What came of a chunk."""

    pieces: list[Piece]
    digest: str
    read: int


class Worker:
    """Tags chunks of one job.

    Parameters
    ----------
    tagger : Tagger
        The model.
    job : Job
        The options.
    sources : sequence of Source
        What the numbers in chunks stand for.
    layouts : sequence of Layout
        One for all sources, or one for each.
    """

    def __init__(self, tagger: Tagger, job: Job, sources: Sequence[Source], layouts: Sequence[Layout]) -> None:
        self._tagger = tagger
        self._job = job
        self._sources = sources
        self._layouts = layouts
        self._choice = _Choice(tagger, job)

    def tag(self, chunk: Chunk) -> Tagged:
        """Tag the rows of a chunk."""
        parts = [self._parsed(part) for part in chunk.parts]
        # One call each for the whole chunk: many small files are tagged as fast as a large one.
        texts = iter(self._tagger.tag_texts([row.text for row in self._rows(parts, whole=False)]))
        whole = iter(self._tagger.tag_sentences([row.text for row in self._rows(parts, whole=True)]))
        pieces = []
        for part in parts:
            if self._sources[part.source].form == "sentences":
                pieces.append(self._piece(part, ([sentence] for sentence in whole)))
            else:
                pieces.append(self._piece(part, texts))
        return Tagged(pieces, chunk.digest, chunk.read)

    def _parsed(self, part: Part) -> Part:
        """Make rows of all lines, which is left to the workers."""
        source = self._sources[part.source]
        return part._replace(items=[row for item in part.items for row in parsed(item, source, self._job)])

    def _rows(self, parts: Sequence[Part], *, whole: bool) -> Iterator[Row]:
        for part in parts:
            if (self._sources[part.source].form == "sentences") is whole:
                yield from (item for item in part.items if isinstance(item, Row))

    def _piece(self, part: Part, tagged: Iterator[list[TaggedSentence]]) -> Piece:
        source = self._sources[part.source]
        layout = self._layouts[part.source if len(self._layouts) > 1 else 0]
        results: list[Result] = []
        problems: list[Problem] = []
        summary = Summary(rows=len(part.items))
        for item in part.items:
            if isinstance(item, Problem):
                problems.append(item)
                continue
            assert isinstance(item, Row)
            sentences = next(tagged)
            if not sentences:
                problems.append(without_sentence(source, item))
                continue
            results += self._results(source, item, part.columns, sentences)
        summary.rejected = len(problems)
        self._count(results, summary)
        if part.fault:
            problems.append(part.fault)
            summary.failed = 1
        summary.problems = problems[:SHOWN_PROBLEMS]
        if self._job.only_tagged:
            results = [result for result in results if result.labels]
        unread = part.fault is not None or (source.form == "text" and isinstance(part.items[0], Problem))
        return Piece(part.source, layout.encode(results), problems, summary, part.last, unread)

    def _results(
        self, source: Source, row: Row, names: tuple[str, ...], sentences: Sequence[TaggedSentence]
    ) -> Iterator[Result]:
        k, whole = self._job.context, source.form == "sentences"
        line, at = row.line, 0
        # A table of one column has nothing else to say; an object without other fields has an empty one.
        given = row.other if isinstance(row.other, dict) else dict(zip(names, row.other, strict=True)) or msgspec.UNSET
        for i, s in enumerate(sentences):
            if source.form == "text":  # its sentences have lines of their own
                line += row.text.count("\n", at, s.start)
                at = s.start
            labels, primary, scores = self._choice.of(s)
            before: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
            after: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
            if k:
                before = row.before if whole else tuple(near.text for near in sentences[max(i - k, 0) : i])
                after = row.after if whole else tuple(near.text for near in sentences[i + 1 : i + 1 + k])
            index = row.line - 1 if whole else i
            if whole and not s.text.strip():
                primary = NO_TEXT
            place = (source.path, line, index, s.start, s.end)
            yield Result(*place, s.text, labels, primary, scores, before, after, given)

    def _count(self, results: Sequence[Result], summary: Summary) -> None:
        for result in results:
            if result.labels:
                for label in result.labels:
                    summary.labels[label] = summary.labels.get(label, 0) + 1
            elif result.primary == NO_TEXT:
                summary.empty += 1
            else:
                summary.untagged += 1
        summary.sentences = len(results) - summary.empty


class _Choice:
    """Keep the labels that were asked for, with the probability that was asked for."""

    def __init__(self, tagger: Tagger, job: Job) -> None:
        self._thresholds = dict(zip(tagger.labels, tagger.thresholds.tolist(), strict=True))
        self._wanted = tuple(label for label in tagger.labels if not job.labels or label in job.labels)
        self._all = len(self._wanted) == len(tagger.labels)
        self._min_score = job.min_score

    def of(self, s: TaggedSentence) -> tuple[tuple[str, ...], str, dict[str, float]]:
        """Return labels, primary label and scores of a sentence."""
        scores = s.scores if self._all else {label: s.scores[label] for label in self._wanted}
        if self._all and not self._min_score:
            return s.labels, s.primary, scores
        labels = tuple(name for name in s.labels if name in scores and scores[name] >= self._min_score)
        if s.primary in labels:
            return labels, s.primary, scores
        return labels, max(labels, key=lambda name: self._margin(name, scores[name]), default=NONE), scores

    def _margin(self, label: str, score: float) -> float:
        """Return by how much a probability is above the label's threshold, in log-odds, as the tagger counts it."""
        return _logit(score) - _logit(self._thresholds[label])


def _logit(probability: float) -> float:
    bounded = min(max(probability, 1e-12), 1 - 1e-12)
    return math.log(bounded / (1 - bounded))
