"""Whether new texts are still like those that a model is known on: labels, scores and words of two corpora.

Shares of labels are compared by a test of two proportions, scores by the population stability index (PSI), words by
how many the model does not know. A change counts where it is both large and too large for chance. Large is, by the
usual rule of thumb for PSI (Siddiqi, "Credit Risk Scorecards", 2006), 0.1, and 0.25 very much so; of shares, five in a
hundred. Too large for chance: beyond what one comparison in a thousand shows between samples of one corpus (for PSI:
Yurdakul, "Statistical Properties of Population Stability Index", 2018). Whether the labels are still *right* only
labelled sentences can tell.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt
from scipy import stats

from balagh.calibration import Floats
from balagh.corpus import CorpusSentence
from balagh.errors import DataError
from balagh.metrics import Figure
from balagh.scorer import lookup
from balagh.tagger import Tagger
from balagh.terms import STEM, terms

MODERATE, LARGE = 0.1, 0.25
"""PSI from which on a change counts, and from which on it is large."""
SHARE = 0.05
"""Least change of a share, of labels or of unknown words, that counts."""
CHANCE = 0.001
"""A change that chance alone would make more often than this does not count."""
BINS = 10
"""Bins of the PSI: tenths of the reference."""
LEAST = 50
"""Sentences that each side needs."""
SAMPLED = 4000
"""Sentences of a side whose words are looked up, evenly taken from all."""


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
    psi: float
    """The largest over the labels."""
    unknown_words: float
    shifted: bool
    """False too where the group has fewer than fifty sentences."""


class Drift(msgspec.Struct, frozen=True):
    """What changed from one corpus to another."""

    reference: Side
    new: Side
    labels: tuple[LabelDrift, ...]
    groups: tuple[GroupDrift, ...]
    stable: bool
    verdict: str


class _Seen(msgspec.Struct, frozen=True):
    """A corpus and what the model says of it."""

    sentences: Sequence[CorpusSentence]
    probabilities: Floats
    given: npt.NDArray[np.bool_]

    def part(self, rows: npt.NDArray[np.int64]) -> _Seen:
        chosen = [self.sentences[i] for i in rows.tolist()]
        return _Seen(chosen, self.probabilities[rows], self.given[rows])


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
        A side has fewer than fifty sentences.
    """
    for name, sentences in (("reference", reference), ("new", new)):
        if len(sentences) < LEAST:
            raise DataError(f"{len(sentences)} sentences in the {name} corpus; at least {LEAST} are needed to compare")
    old, now = _seen(reference, tagger), _seen(new, tagger)
    sides = side_of(reference, tagger), side_of(new, tagger)
    labels = tuple(_label(j, name, old, now) for j, name in enumerate(tagger.labels))
    found = _reasons(labels, *sides)
    return Drift(*sides, labels, _groups(old, now, tagger), not found, _verdict(found))


def _seen(sentences: Sequence[CorpusSentence], tagger: Tagger) -> _Seen:
    probabilities = tagger.predict_proba([s.text for s in sentences])
    return _Seen(sentences, probabilities, probabilities >= tagger.thresholds)


def side_of(sentences: Sequence[CorpusSentence], tagger: Tagger) -> Side:
    """Return how long the sentences of a corpus are, and how much of them the model does not know."""
    words = float(np.mean([len(s.text.split()) for s in sentences]))
    rows = np.unique(np.linspace(0, len(sentences) - 1, min(SAMPLED, len(sentences)), dtype=np.int64))
    unknown, counted = np.zeros(2), np.zeros(2)
    scorer = tagger.scorer
    for i in rows.tolist():
        tokens = scorer.tokens(sentences[i].text)
        for k, found in enumerate((_stems(tokens, tagger), scorer.ngrams(tokens) if "ngrams" in scorer.blocks else ())):
            unknown[k] += int(np.sum(np.asarray(found) < 0))
            counted[k] += len(found)
    shares = unknown / np.maximum(counted, 1)
    return Side(len(sentences), words, float(shares[0]), float(shares[1]))


def _stems(tokens: list[bytes], tagger: Tagger) -> npt.NDArray[np.int64]:
    scorer = tagger.scorer
    if "words" not in scorer.blocks:
        return np.empty(0, dtype=np.int64)
    found = terms(tokens, "words", scorer.matcher)
    return lookup(scorer.blocks["words"].keys, found.keys[found.kinds == STEM])


def _label(j: int, name: str, old: _Seen, now: _Seen) -> LabelDrift:
    before, after = (share_of(seen.given[:, j]) for seen in (old, now))
    counts = [[int(seen.given[:, j].sum()), int((~seen.given[:, j]).sum())] for seen in (old, now)]
    p = float(stats.fisher_exact(counts)[1]) if min(map(sum, zip(*counts, strict=True))) else 1.0
    scores = old.probabilities[:, j], now.probabilities[:, j]
    index = psi(*scores)
    moved = abs((after.value or 0) - (before.value or 0)) >= SHARE and p < CHANCE
    edges = np.linspace(0, 1, 21)
    histogram = _shares(scores[0], edges), _shares(scores[1], edges)
    ks = float(stats.ks_2samp(*scores).statistic)
    return LabelDrift(name, before, after, p, index, ks, moved or _counts(index, *map(len, scores)), histogram)


def _shares(scores: Floats, edges: Floats) -> tuple[float, ...]:
    return tuple((np.histogram(scores, edges)[0] / len(scores)).tolist())


def share_of(given: npt.NDArray[np.bool_]) -> Figure:
    """Return a share with Wilson's interval ("Probable inference", JASA 1927)."""
    found = stats.binomtest(int(given.sum()), len(given))
    low, high = found.proportion_ci(method="wilson")
    return Figure(float(found.statistic), float(low), float(high))


def psi(reference: Floats, new: Floats) -> float:
    """Return the population stability index of two samples of one score, over tenths of the reference.

    Examples
    --------
    >>> score = np.linspace(0, 1, 100)
    >>> round(psi(score, score), 3), psi(score, score**3) > 0.25
    (0.0, True)
    """
    edges = np.unique(np.quantile(reference, np.linspace(0, 1, BINS + 1)[1:-1]))
    # Half a sentence in each bin, so that an empty one does not make the index infinite.
    bins = [np.searchsorted(edges, scores, "right") for scores in (reference, new)]
    counted = [np.bincount(found, minlength=len(edges) + 1) + 0.5 for found in bins]
    old, now = (counts / counts.sum() for counts in counted)
    return float(np.sum((now - old) * np.log(now / old)))


def _counts(index: float, n: int, m: int) -> bool:
    return index >= MODERATE and index > float(stats.chi2.isf(CHANCE, BINS - 1)) * (1 / n + 1 / m)


def _groups(old: _Seen, now: _Seen, tagger: Tagger) -> tuple[GroupDrift, ...]:
    names = np.array([s.group for s in now.sentences], dtype=object)
    if not any(names):
        return ()
    found = []
    for name in sorted(set(names.tolist())):
        part = now.part(np.flatnonzero(names == name))
        labels = [_label(j, label, old, part) for j, label in enumerate(tagger.labels)]
        found.append(
            GroupDrift(
                name or "(none)",
                len(part.sentences),
                {label.label: label.new for label in labels},
                max(label.psi for label in labels),
                side_of(part.sentences, tagger).unknown_words,
                len(part.sentences) >= LEAST and any(label.shifted for label in labels),
            )
        )
    return tuple(found)


def _reasons(labels: Sequence[LabelDrift], reference: Side, new: Side) -> list[str]:
    found = []
    for label in labels:
        if label.shifted:
            size = "much " if label.psi >= LARGE else ""
            shares = f"{label.reference.value or 0:.0%} to {label.new.value or 0:.0%}"
            found.append(f"{label.label} {size}changed ({shares} of sentences, PSI {label.psi:.2f})")
    if new.unknown_words - reference.unknown_words >= SHARE:
        shares = f"{reference.unknown_words:.0%} to {new.unknown_words:.0%}"
        found.append(f"more words that the model does not know ({shares})")
    return found


def _verdict(reasons: Sequence[str]) -> str:
    if not reasons:
        return "stable: no label and no share of unknown words changed by more than chance and the limits allow"
    return f"shifted: {'; '.join(reasons)}; label some of the new sentences (balagh data suggest) and evaluate on them"
