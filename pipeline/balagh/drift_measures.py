"""What two samples are compared by, and from which on a difference counts; `balagh.drift` says where that is from."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt
from scipy import stats

from balagh.calibration import Floats
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


class Limits(msgspec.Struct, frozen=True):
    """From which on a change counts; `balagh.drift` says where that is from."""

    psi: float = MODERATE
    psi_large: float = LARGE
    share: float = SHARE
    chance: float = CHANCE
    sentences: int = LEAST


def share_of(given: npt.NDArray[np.bool_]) -> Figure:
    """Return a share with Wilson's interval ("Probable inference", JASA 1927)."""
    found = stats.binomtest(int(given.sum()), len(given))
    low, high = found.proportion_ci(method="wilson")
    return Figure(float(found.statistic), float(low), float(high))


def share_test(reference: npt.NDArray[np.bool_], new: npt.NDArray[np.bool_]) -> float:
    """Return p of Fisher's exact test that two shares are one; 1 where all or none have it on both sides."""
    counts = [[int(given.sum()), int((~given).sum())] for given in (reference, new)]
    return float(stats.fisher_exact(counts)[1]) if min(map(sum, zip(*counts, strict=True))) else 1.0


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


def psi_matters(index: float, n: int, m: int, chance: float) -> bool:
    """Say whether an index of samples of n and m is large, and larger than chance makes it."""
    return index >= MODERATE and index > float(stats.chi2.isf(chance, BINS - 1)) * (1 / n + 1 / m)


def unknown(texts: Sequence[str], tagger: Tagger, most: int) -> Floats:
    """Count what the model does not know in sentences, evenly taken from all.

    Parameters
    ----------
    texts : sequence of str
        Sentences.
    tagger : Tagger
        The model.
    most : int
        Sentences to look at.

    Returns
    -------
    float64 ndarray of shape (min(most, n_texts), 4)
        Of each sentence: unknown stems, stems, unknown character n-grams, character n-grams.
    """
    rows = np.unique(np.linspace(0, len(texts) - 1, min(most, len(texts)), dtype=np.int64))
    counts = np.zeros((len(rows), 4))
    scorer = tagger.scorer
    for k, i in enumerate(rows.tolist()):
        tokens = scorer.tokens(texts[i])
        ngrams = scorer.ngrams(tokens) if "ngrams" in scorer.blocks else np.empty(0, dtype=np.int64)
        for column, found in ((0, _stems(tokens, tagger)), (2, ngrams)):
            counts[k, column : column + 2] = np.sum(found < 0), len(found)
    return counts


def _stems(tokens: list[bytes], tagger: Tagger) -> npt.NDArray[np.int64]:
    scorer = tagger.scorer
    if "words" not in scorer.blocks:
        return np.empty(0, dtype=np.int64)
    found = terms(tokens, "words", scorer.matcher)
    return lookup(scorer.blocks["words"].keys, found.keys[found.kinds == STEM])


def unknown_shares(counts: Floats) -> tuple[float, float]:
    """Return the shares of unknown stems and n-grams of all sentences together."""
    stems, all_stems, ngrams, all_ngrams = counts.sum(axis=0).tolist()
    return stems / max(all_stems, 1), ngrams / max(all_ngrams, 1)


def unknown_matters(reference: Floats, new: Floats, chance: float) -> bool:
    """Say whether a sample has more unknown words: by enough, and by more than chance (Mann and Whitney's test)."""
    if unknown_shares(new)[0] - unknown_shares(reference)[0] < SHARE:
        return False
    shares = [counts[:, 0] / np.maximum(counts[:, 1], 1) for counts in (reference, new)]
    return float(stats.mannwhitneyu(*shares).pvalue) < chance
