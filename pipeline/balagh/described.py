"""An explanation as plain data, ready for JSON: what the terminal, the pages and the API show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from balagh.explain import TOP, Change, Explanation, Feature, changes, word_weights
from balagh.scorer import Floats

if TYPE_CHECKING:
    from balagh.tagger import Tagger


class Word(msgspec.Struct, frozen=True):
    """A run of characters without white space, and what it adds to a score."""

    start: int
    end: int
    text: str
    weight: float


class DescribedLabel(msgspec.Struct, frozen=True, kw_only=True):
    """One label's score and where it comes from."""

    label: str
    given: bool
    probability: float
    threshold: float
    score: float
    """Decision score before calibration: the intercept and all contributions."""
    intercept: float
    words: tuple[Word, ...]
    supporting: tuple[Feature, ...]
    opposing: tuple[Feature, ...]
    change: Change | None
    """The shortest run of words without which the decision would be the other one."""
    contributions: tuple[float, ...] | None = None
    """One number a character of the text; None where nobody asked for them."""


class Described(msgspec.Struct, frozen=True, omit_defaults=True):
    """A sentence, its labels and the explanation of every label's score."""

    text: str
    labels: tuple[str, ...]
    explanations: tuple[DescribedLabel, ...]

    def shown(self) -> tuple[DescribedLabel, ...]:
        """Return the labels given, or the one that came nearest to being given."""
        given = tuple(label for label in self.explanations if label.given)
        return given or (max(self.explanations, key=lambda label: label.probability - label.threshold),)


def describe(tagger: Tagger, text: str, *, top: int = TOP, characters: bool = False) -> Described:
    """Explain one sentence, and say what would change its labels.

    Parameters
    ----------
    tagger : Tagger
        A trained model.
    text : str
        One sentence, taken as it is given.
    top : int
        Features to name for and against each label.
    characters : bool
        Give the contributions of single characters too.
    """
    explained = tagger.explain(text, top=top)
    found = changes(tagger, text)
    return Described(
        text, explained.labels, tuple(_label(explained, label, found[label], characters) for label in tagger.labels)
    )


def _label(explained: Explanation, label: str, change: Change | None, characters: bool) -> DescribedLabel:
    contributions: Floats = explained.contributions[label]
    words = word_weights(explained.text, contributions)
    return DescribedLabel(
        label=label,
        given=label in explained.labels,
        probability=explained.probabilities[label],
        threshold=explained.thresholds[label],
        score=explained.scores[label],
        intercept=explained.intercepts[label],
        words=tuple(Word(start, end, explained.text[start:end], weight) for start, end, weight in words),
        supporting=explained.supporting[label],
        opposing=explained.opposing[label],
        change=change,
        contributions=tuple(contributions.tolist()) if characters else None,
    )
