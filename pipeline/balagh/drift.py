"""Whether new texts are still like those that a model is known on: labels, scores and words of two corpora.

Shares of labels are compared by a test of two proportions, scores by the population stability index (PSI), words by
how many the model does not know. A change counts where it is both large and too large for chance. Large is, by the
usual rule of thumb for PSI (Siddiqi, "Credit Risk Scorecards", 2006), 0.1, and 0.25 very much so; of shares, five in a
hundred. Too large for chance: beyond what one comparison in a thousand shows between samples of one corpus (for PSI:
Yurdakul, "Statistical Properties of Population Stability Index", 2018); of groups, one in a thousand for all of them
together (Bonferroni). The tests take sentences for independent of each other; those of one document are not
quite, so of small corpora more is announced than that. Whether the labels are still *right* only labelled sentences can
tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
from scipy import stats

from balagh.calibration import Floats
from balagh.corpus import CorpusSentence
from balagh.drift_measures import (
    CHANCE,
    LARGE,
    LEAST,
    MODERATE,
    SHARE,
    Limits,
    psi,
    psi_matters,
    share_of,
    share_test,
    unknown,
    unknown_matters,
    unknown_shares,
)
from balagh.errors import DataError
from balagh.metrics import Figure
from balagh.problems import shown
from balagh.tagger import Tagger

MOST_GROUPS = 500
"""Groups that can be compared, and looked through."""
SAMPLED = 4000
"""Sentences of a side whose words are looked up, evenly taken from all."""
_NAMED = 3


class Side(msgspec.Struct, frozen=True):
    """One corpus as the model sees it."""

    sentences: int
    words: float
    """Mean length of a sentence."""
    unknown_words: float
    """Share of the words whose stem the model does not know."""
    unknown_ngrams: float
    """Share of the character n-grams that it does not know."""


class LabelDrift(msgspec.Struct, frozen=True):
    """What changed for one label."""

    label: str
    reference: Figure
    """Share of the sentences that get it, with Wilson's interval."""
    new: Figure
    p: float
    """Of the hypothesis that both shares are one."""
    psi: float
    """Population stability index of the scores."""
    ks: float
    """Largest difference of their distribution functions (Kolmogorov and Smirnov)."""
    shifted: bool
    histogram: tuple[tuple[float, ...], tuple[float, ...]] = ((), ())
    """Share of the sentences in each twentieth of the probabilities: reference, new."""


class GroupDrift(msgspec.Struct, frozen=True):
    """A month or source of the new corpus against the whole reference."""

    name: str
    sentences: int
    shares: dict[str, Figure]
    psi: float | None
    """The largest over the labels; None where there are too few sentences."""
    unknown_words: float
    shifted: bool
    enough: bool
    """Whether it has the fifty sentences that a comparison needs; where not, `shifted` is False and says nothing."""


class Drift(msgspec.Struct, frozen=True):
    """What changed from one corpus to another."""

    reference: Side
    new: Side
    labels: tuple[LabelDrift, ...]
    groups: tuple[GroupDrift, ...]
    stable: bool
    verdict: str
    limits: Limits = Limits()


class _Seen(msgspec.Struct, frozen=True):
    """A corpus and what the model says of it."""

    sentences: Sequence[CorpusSentence]
    probabilities: Floats
    given: npt.NDArray[np.bool_]

    def part(self, rows: list[int]) -> _Seen:
        return _Seen([self.sentences[i] for i in rows], self.probabilities[rows], self.given[rows])


def drift(reference: Sequence[CorpusSentence], new: Sequence[CorpusSentence], tagger: Tagger) -> Drift:
    """Compare two corpora as a model sees them.

    Parameters
    ----------
    reference : sequence of CorpusSentence
        What the model is known on.
    new : sequence of CorpusSentence
        What it is used on now; sentences with a `group` are compared by group too.
    tagger : Tagger
        The model.

    Raises
    ------
    DataError
        A side has fewer than fifty sentences, or the new one more than five hundred groups.
    """
    for name, sentences in (("reference", reference), ("new", new)):
        if len(sentences) < LEAST:
            raise DataError(f"{len(sentences)} sentences in the {name} corpus; at least {LEAST} are needed to compare")
    rows = _rows_by_group(new)
    old, now = _seen(reference, tagger), _seen(new, tagger)
    words = [unknown([s.text for s in side], tagger, SAMPLED) for side in (reference, new)]
    sides = side_of(reference, words[0]), side_of(new, words[1])
    labels = tuple(_label(j, name, old, now) for j, name in enumerate(tagger.labels))
    groups = _groups(rows, old, now, words[0], tagger)
    found = _label_reasons(labels)
    if unknown_matters(words[0], words[1], CHANCE):
        shares = f"{sides[0].unknown_words:.0%} to {sides[1].unknown_words:.0%}"
        found.append(f"more words that the model does not know ({shares})")
    found += _group_reasons(groups)
    return Drift(*sides, labels, groups, not found, _verdict(found))


def _seen(sentences: Sequence[CorpusSentence], tagger: Tagger) -> _Seen:
    probabilities = tagger.predict_proba([s.text for s in sentences])
    return _Seen(sentences, probabilities, probabilities >= tagger.thresholds)


def side_of(sentences: Sequence[CorpusSentence], words: Floats) -> Side:
    """Return how long the sentences of a corpus are, and how much of them the model does not know.

    Parameters
    ----------
    sentences : sequence of CorpusSentence
        The corpus.
    words : float64 ndarray of shape (n, 4)
        What `unknown` counted in it.
    """
    stems, ngrams = unknown_shares(words)
    return Side(len(sentences), float(np.mean([len(s.text.split()) for s in sentences])), stems, ngrams)


class _Shift(NamedTuple):
    p: float
    psi: float
    shifted: bool


def _shift(j: int, old: _Seen, now: _Seen, chance: float) -> _Shift:
    """Compare the shares and the scores of one label."""
    p = share_test(old.given[:, j], now.given[:, j])
    index = psi(old.probabilities[:, j], now.probabilities[:, j])
    moved = abs(float(now.given[:, j].mean() - old.given[:, j].mean())) >= SHARE and p < chance
    return _Shift(p, index, moved or psi_matters(index, len(old.sentences), len(now.sentences), chance))


def _label(j: int, name: str, old: _Seen, now: _Seen) -> LabelDrift:
    found = _shift(j, old, now, CHANCE)
    scores = old.probabilities[:, j], now.probabilities[:, j]
    ks = float(stats.ks_2samp(*scores, method="asymp").statistic)
    shares = share_of(old.given[:, j]), share_of(now.given[:, j])
    histogram = _shares(scores[0]), _shares(scores[1])
    return LabelDrift(name, *shares, found.p, found.psi, ks, found.shifted, histogram)


def _shares(scores: Floats) -> tuple[float, ...]:
    return tuple((np.histogram(scores, np.linspace(0, 1, 21))[0] / len(scores)).tolist())


def _rows_by_group(sentences: Sequence[CorpusSentence]) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for i, sentence in enumerate(sentences):
        rows.setdefault(sentence.group, []).append(i)
    if len(rows) > MOST_GROUPS:
        raise DataError(
            f"{len(rows):,} groups in the new corpus, {shown(min(rows))} among them; at most {MOST_GROUPS} can be"
            " compared: take a field with fewer values, such as a date or a source"
        )
    return {} if set(rows) == {""} else rows


def _groups(
    rows: dict[str, list[int]], old: _Seen, now: _Seen, words: Floats, tagger: Tagger
) -> tuple[GroupDrift, ...]:
    chance = CHANCE / max(sum(len(found) >= LEAST for found in rows.values()), 1)
    most = max(SAMPLED // max(len(rows), 1), LEAST)
    return tuple(_group(name, old, now.part(rows[name]), words, tagger, chance, most) for name in sorted(rows))


def _group(name: str, old: _Seen, part: _Seen, words: Floats, tagger: Tagger, chance: float, most: int) -> GroupDrift:
    count = len(part.sentences)
    found = unknown([s.text for s in part.sentences], tagger, most)
    shares = {label: share_of(part.given[:, j]) for j, label in enumerate(tagger.labels)}
    if count < LEAST:
        return GroupDrift(name or "(none)", count, shares, None, unknown_shares(found)[0], False, False)
    shifts = [_shift(j, old, part, chance) for j in range(len(tagger.labels))]
    shifted = any(shift.shifted for shift in shifts) or unknown_matters(words, found, chance)
    largest = max(shift.psi for shift in shifts)
    return GroupDrift(name or "(none)", count, shares, largest, unknown_shares(found)[0], shifted, True)


def _label_reasons(labels: Sequence[LabelDrift]) -> list[str]:
    found = []
    for label in labels:
        if label.shifted:
            size = "much " if label.psi >= LARGE else ""
            shares = f"{label.reference.value or 0:.0%} to {label.new.value or 0:.0%}"
            found.append(f"{label.label} {size}changed ({shares} of sentences, PSI {label.psi:.2f})")
    return found


def _group_reasons(groups: Sequence[GroupDrift]) -> list[str]:
    shifted = [group for group in groups if group.shifted]
    if not shifted:
        return []
    names = ", ".join(shown(group.name, 30) for group in shifted[:_NAMED])
    more = "" if len(shifted) <= _NAMED else " and others"
    return [f"{len(shifted)} of {sum(group.enough for group in groups)} groups changed ({names}{more})"]


def _verdict(reasons: Sequence[str]) -> str:
    limits = f"PSI {MODERATE}, {SHARE:.0%} of sentences or words, chance {CHANCE}"
    if not reasons:
        return f"stable: nothing changed by more than chance and the limits allow ({limits})"
    return (
        f"shifted: {'; '.join(reasons)}; look at some of the new sentences: label them (balagh data suggest) and"
        f" evaluate on them (limits: {limits})"
    )
