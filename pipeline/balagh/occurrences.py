"""Every place where a feature of the model occurs in a sentence, and what the feature adds there.

A feature's share of a score is divided evenly among the places where it occurs, and the share of a place
evenly among the letters under it: those of an n-gram, of a word, or of both words of a pair.
"""

from __future__ import annotations

from typing import NamedTuple, cast

import numpy as np

from balagh.alignment import Aligned
from balagh.alphabet import decode
from balagh.scorer import Floats, Indices, Scorer, lookup, ngram_spans, weigh
from balagh.terms import Family, Terms, term_names, terms


class Places(NamedTuple):
    """Where features may occur; all of shape (n_places,)."""

    first: Indices
    """Token that the feature is made of, or its first part."""
    second: Indices
    """Token of its second part; the same as the first where there is none."""
    begins: Indices
    """First symbol in the first token; -1 is the padding before it."""
    ends: Indices
    """Symbol after the last; beyond the token is the padding behind it."""

    def at(self, index: Indices) -> Places:
        """Return some of the places."""
        return Places(*(column[index] for column in self))


class Occurrences(NamedTuple):
    """The features of one block in a sentence."""

    block: str
    counts: Indices
    """Shape (n_features,)."""
    weights: Floats
    """Shape (n_features, n_labels): what the feature adds to each score."""
    which: Indices
    """Shape (n_places,): the feature that occurs at each place."""
    places: Places
    initial: Indices
    """Shape (n_features,): the place where each feature is met first."""
    terms: Terms | None
    """The terms of the features; None for n-grams."""

    def by_code(self, aligned: Aligned) -> Floats:
        """Return what each code of the sentence adds to each score, shape (n_codes, n_labels)."""
        shares: Floats = (self.weights / self.counts[:, None])[self.which]
        lengths = token_lengths(aligned)
        spread = _over_symbols if self.terms is None else _over_tokens
        return spread(self.places, shares, lengths, aligned)

    def name(self, feature: int, aligned: Aligned, scorer: Scorer) -> str:
        """Return a name to read: an n-gram with its spaces, ``دعم``, ``[pledge] … دعم``."""
        place = self.places.at(self.initial[[feature]])
        first, second = (aligned.tokens[int(column[0])] for column in place[:2])
        if self.terms is None:
            padded = f" {decode(first)} "
            return padded[int(place.begins[0]) + 1 : int(place.ends[0]) + 1]
        term = _only(self.terms, np.array([feature]))._replace(first=np.array([0]), second=np.array([1]))
        return term_names([first, second], term, scorer.matcher)[0]


def find(scorer: Scorer, aligned: Aligned, block: str) -> Occurrences:
    """Return the features of one block that occur in a sentence.

    Parameters
    ----------
    scorer : Scorer
        The model's arrays.
    aligned : Aligned
        The sentence.
    block : {"ngrams", "words", "cues", "context"}
        A block that the model has.
    """
    made = None
    if block == "ngrams":
        numbers, places = scorer.ngrams(aligned.tokens), _ngram_places(scorer, aligned)
    else:
        made = terms(aligned.tokens, cast(Family, block), scorer.matcher)
        numbers = lookup(scorer.blocks[block].keys, made.keys)
        places = Places(made.first, made.second, np.zeros_like(made.first), token_lengths(aligned)[made.first])
    known = np.flatnonzero(numbers >= 0)
    features, values = weigh(numbers[known], scorer.blocks[block])
    weights = values[:, None] * scorer.blocks[block].rows[features, 1:].astype(np.float64)
    if len(features):
        weights *= scorer.layout.scales[block].of(values)
    order = np.argsort(features)
    which = order[np.searchsorted(features[order], numbers[known])]
    initial = np.full(len(features), len(known), dtype=np.int64)
    np.minimum.at(initial, which, np.arange(len(known)))
    counts = np.bincount(which, minlength=len(features))
    named = None if made is None else _only(made, known[initial])
    return Occurrences(block, counts, weights, which, places.at(known), initial, named)


def token_lengths(aligned: Aligned) -> Indices:
    """Return the number of codes of each word and mark."""
    return np.fromiter(map(len, aligned.tokens), dtype=np.int64, count=len(aligned.tokens))


def sum_at(at: Indices, values: Floats, size: int) -> Floats:
    """Return the sums of the rows that go to the same place, shape (size, n_labels)."""
    sums = np.zeros((size, values.shape[1]))
    for j in range(values.shape[1]):
        sums[:, j] = np.bincount(at, weights=values[:, j], minlength=size)
    return sums


def _only(made: Terms, at: Indices) -> Terms:
    return Terms(made.keys[at], made.kinds[at], made.first[at], made.second[at], (made.parts[0][at], made.parts[1][at]))


def _ngram_places(scorer: Scorer, aligned: Aligned) -> Places:
    """Return the places of all n-grams of all words, in the order in which the scorer looks them up."""
    lengths = (scorer.layout.ngram_min, scorer.layout.ngram_max)
    spans: dict[int, Indices] = {}
    for size in set(map(len, aligned.tokens)):
        spans[size] = np.array(list(ngram_spans(size + 2, *lengths)), dtype=np.int64) - 1
    found = [spans[len(token)] for token in aligned.tokens]
    begins, ends = np.concatenate([np.empty((0, 2), dtype=np.int64), *found]).T
    tokens = np.repeat(np.arange(len(found)), np.fromiter(map(len, found), dtype=np.int64, count=len(found)))
    return Places(tokens, tokens, begins, ends)


def _over_symbols(places: Places, shares: Floats, lengths: Indices, aligned: Aligned) -> Floats:
    # What an n-gram of padding alone adds (there is one only where n may be 1) goes to the letter beside it.
    last = lengths[places.first] - 1
    begins = np.clip(places.begins, 0, last)
    widths = np.maximum(np.minimum(places.ends, last + 1) - begins, 1)
    at = aligned.starts[places.first] + begins
    shares = shares / widths[:, None]
    total = np.zeros((len(aligned.codes), shares.shape[1]))
    for step in range(int(widths.max(initial=0))):
        inside = step < widths
        total += sum_at(at[inside] + step, shares[inside], len(total))
    return total


def _over_tokens(places: Places, shares: Floats, lengths: Indices, aligned: Aligned) -> Floats:
    pair = places.first != places.second
    letters = lengths[places.first] + np.where(pair, lengths[places.second], 0)
    shares = shares / letters[:, None]
    tokens = sum_at(places.first, shares, len(lengths)) + sum_at(places.second[pair], shares[pair], len(lengths))
    total = np.zeros((len(aligned.codes), shares.shape[1]))
    ends = np.cumsum(lengths)
    at = np.repeat(aligned.starts - (ends - lengths), lengths) + np.arange(lengths.sum())
    total[at] = np.repeat(tokens, lengths, axis=0)
    return total
