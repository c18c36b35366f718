"""Why a sentence got its scores: what each character of the raw text adds to each of them, exactly.

The model is linear once a sentence is counted, so its score is a sum over features, and `balagh.occurrences`
divides each feature among the letters that it is made of. Characters that the normaliser drops (diacritics,
tatweel, marks without width) add nothing. Nothing is sampled or estimated.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
import numpy as np

from balagh.alignment import Aligned, align
from balagh.occurrences import Occurrences, find, sum_at
from balagh.scorer import Floats, Scorer

if TYPE_CHECKING:
    from balagh.tagger import Tagger

TOP: Final = 10
"""Features that are named for and against each label."""
LONGEST_RUN: Final = 6
"""Words of the longest run that is tried when asking what would change a label."""
MOST_WORDS: Final = 150
"""Words of the longest sentence for which runs are tried."""

_WORD = re.compile(r"\S+")


class Feature(msgspec.Struct, frozen=True):
    """A feature found in a sentence, and what it adds to a label's score."""

    block: str
    """Of "ngrams", "words", "cues" or "context"."""
    name: str
    """An n-gram with its spaces, a stem, a [cue class], two of them, a class with a form or place: ``أدان … هجوم``."""
    count: int
    weight: float

    def shown(self) -> str:
        """Return a name for readers: a tatweel stands where the word of an n-gram goes on.

        Examples
        --------
        >>> Feature("ngrams", " ادا", 1, 0.5).shown(), Feature("words", "ادا", 1, 0.5).shown()
        ('اداـ', 'ادا')
        """
        if self.block != "ngrams":
            return self.name
        return "ـ" * (self.name[0] != " ") + self.name.strip() + "ـ" * (self.name[-1] != " ")


class Change(msgspec.Struct, frozen=True):
    """A run of words without which the sentence would get a label, or lose it."""

    start: int
    end: int
    text: str
    """The run: ``raw[start:end]``."""
    words: int
    probability: float
    """Of the label, for the sentence without the run."""


class Explanation(msgspec.Struct, frozen=True, eq=False):
    """The scores of a sentence and where they come from; every dict has a key for each label."""

    text: str
    labels: tuple[str, ...]
    """The labels that the sentence gets."""
    contributions: dict[str, Floats]
    """Shape (len(text),): what each character adds to the score; with the intercept they sum to the score."""
    intercepts: dict[str, float]
    scores: dict[str, float]
    """Decision scores before calibration, as `Tagger.decision_function` gives them."""
    probabilities: dict[str, float]
    thresholds: dict[str, float]
    supporting: dict[str, tuple[Feature, ...]]
    """The features that add most, strongest first."""
    opposing: dict[str, tuple[Feature, ...]]
    """The features that take most away, strongest first."""


class WordWeight(NamedTuple):
    """A run of characters without white space, and what it adds to a score."""

    start: int
    end: int
    weight: float


def explain(tagger: Tagger, text: str, *, top: int = TOP) -> Explanation:
    """Explain the scores of one sentence, taken as it is given.

    Parameters
    ----------
    tagger : Tagger
        A trained model.
    text : str
        Any text; it is not split.
    top : int
        Features to name for and against each label.

    Examples
    --------
    >>> import balagh
    >>> tagger = balagh.load("models/tagger.safetensors")
    >>> e = tagger.explain("أدانت وزارة الخارجية بشدة الهجوم الإرهابي على القافلة.")
    >>> e.labels, len(e.contributions["condemnation"]) == len(e.text)
    (('condemnation',), True)
    >>> total = e.contributions["condemnation"].sum() + e.intercepts["condemnation"]
    >>> bool(abs(total - e.scores["condemnation"]) < 1e-9)
    True
    """
    scorer = tagger.scorer
    aligned = align(text, scorer.layout.folding)
    found = [find(scorer, aligned, block) for block in scorer.blocks]
    codes = np.zeros((len(aligned.codes), len(tagger.labels)))
    for block in found:
        codes += block.by_code(aligned)
    characters = sum_at(aligned.offsets, codes, len(text))
    tagged = tagger.tag_sentences([text])[0]
    sides = [_strongest(found, scorer, aligned, j, top) for j in range(len(tagger.labels))]

    def by_label(values: list[float]) -> dict[str, float]:
        return dict(zip(tagger.labels, values, strict=True))

    return Explanation(
        text=text,
        labels=tagged.labels,
        contributions={label: characters[:, j].copy() for j, label in enumerate(tagger.labels)},
        intercepts=by_label(scorer.intercept.tolist()),
        scores=by_label(tagger.decision_function([text])[0].tolist()),
        probabilities=tagged.scores,
        thresholds=by_label(tagger.thresholds.tolist()),
        supporting={label: side[0] for label, side in zip(tagger.labels, sides, strict=True)},
        opposing={label: side[1] for label, side in zip(tagger.labels, sides, strict=True)},
    )


def word_weights(text: str, contributions: Floats) -> list[WordWeight]:
    """Return what each word of the raw text adds to a score, in order.

    Parameters
    ----------
    text : str
        The text that was explained.
    contributions : ndarray of shape (len(text),)
        Of one label.
    """
    spans = [match.span() for match in _WORD.finditer(text)]
    return [WordWeight(start, end, float(contributions[start:end].sum())) for start, end in spans]


def changes(tagger: Tagger, text: str) -> dict[str, Change | None]:
    """Return for each label the shortest run of words without which its decision would be the other one.

    Every run of up to six words is left out in turn and the rest scored again. Of runs with as many words
    the one that moves the probability most is returned; None where no run changes the decision, or where
    the sentence has more than 150 words.

    Parameters
    ----------
    tagger : Tagger
        A trained model.
    text : str
        One sentence, taken as it is given.

    Examples
    --------
    >>> import balagh
    >>> tagger = balagh.load("models/tagger.safetensors")
    >>> found = changes(tagger, "وأدان الوزراء بشدة الهجوم الإرهابي، وجددوا التزامهم بدعم اليمن.")
    >>> "وأدان" in found["condemnation"].text, found["membership"]
    (True, None)
    """
    given = tagger.predict_proba([text])[0] >= tagger.thresholds
    spans = [match.span() for match in _WORD.finditer(text)]
    result: dict[str, Change | None] = dict.fromkeys(tagger.labels)
    if len(spans) > MOST_WORDS:
        return result
    # A run is not the whole sentence: nothing is left then to decide on.
    for size in range(1, min(LONGEST_RUN, len(spans) - 1) + 1):
        open_ = [j for j, label in enumerate(tagger.labels) if result[label] is None]
        runs = [(spans[i][0], spans[i + size - 1][1]) for i in range(len(spans) - size + 1)]
        without = tagger.predict_proba([text[:start] + text[end:] for start, end in runs])
        for j in open_:
            flipped = (without[:, j] >= tagger.thresholds[j]) != given[j]
            if flipped.any():
                best = int(np.argmax(np.where(flipped, np.abs(without[:, j] - tagger.thresholds[j]), -1)))
                start, end = runs[best]
                result[tagger.labels[j]] = Change(start, end, text[start:end], size, float(without[best, j]))
    return result


def _strongest(
    found: list[Occurrences], scorer: Scorer, aligned: Aligned, label: int, top: int
) -> tuple[tuple[Feature, ...], tuple[Feature, ...]]:
    """Return the features that add most to a label's score, and those that take most away."""
    weights = np.concatenate([np.empty(0), *(block.weights[:, label] for block in found)])
    ends = np.cumsum([len(block.counts) for block in found])
    order = np.argsort(-weights, kind="stable").tolist()

    def named(number: int) -> Feature:
        at = int(np.searchsorted(ends, number, "right"))
        block = found[at]
        i = number - int(ends[at]) + len(block.counts)
        return Feature(block.block, block.name(i, aligned, scorer), int(block.counts[i]), float(weights[number]))

    supporting = tuple(named(i) for i in order[:top] if weights[i] > 0)
    opposing = tuple(named(i) for i in order[::-1][:top] if weights[i] < 0)
    return supporting, opposing
