"""SentenceVectorizer: from raw sentences to the matrix that the heads read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self, cast

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.base import BaseEstimator, TransformerMixin

from balagh.alphabet import spaced
from balagh.cues import CueClass, load_cues
from balagh.errors import ParamsError
from balagh.ngrams import CharNgramTfidf
from balagh.params import FeatureParams, Folding
from balagh.scorer import BLOCKS, BlockScale
from balagh.term_tfidf import TermTfidf, row_lengths, scale_rows
from balagh.terms import Family
from balagh.text import normalise

MAX_NGRAM = 7
"""Characters that fit, with six bits each, in the 46 bits of a key."""
MAX_FEATURES = 1 << 18
"""Features that a block can number beside 46 bits of key."""


class SentenceVectorizer(TransformerMixin, BaseEstimator):
    """Normalises sentences and counts character n-grams, stems with their pairs, cue classes and their context.

    Each block is a TF-IDF vector of its own, divided by its length to a power between 0 and 1 and scaled to
    the block's weight on the average training sentence, so that none drowns the others.

    Parameters
    ----------
    params : FeatureParams
        What is counted and how the blocks weigh.
    folding : Folding
        Switches of the normaliser.

    Attributes
    ----------
    blocks_ : dict of str to estimator
        The fitted `CharNgramTfidf` and `TermTfidf` of the blocks whose weight is not 0.
    scales_ : dict of str to BlockScale
        How the vector of each block is scaled.
    cues_ : dict of str to CueClass
        The lists of cue classes at the time of fitting.
    """

    def __init__(self, params: FeatureParams = FeatureParams(), folding: Folding = Folding()) -> None:
        self.params = params
        self.folding = folding

    def fit(self, X: Sequence[str], y: object = None) -> Self:
        """Learn vocabularies and idf from raw sentences."""
        self.fit_transform(X)
        return self

    def fit_transform(self, X: Sequence[str], y: object = None) -> sp.csr_matrix:
        """Learn vocabularies and idf, and return the matrix of the same sentences.

        Raises
        ------
        ParamsError
            Every block has weight 0, or the n-grams are too long.
        """
        if not 1 <= self.params.ngram_min <= self.params.ngram_max <= MAX_NGRAM:
            raise ParamsError(f"features: ngram_min and ngram_max must be between 1 and {MAX_NGRAM}, in that order")
        self.cues_: dict[str, CueClass] = load_cues()
        self.blocks_ = {name: self._new_block(name) for name in BLOCKS if getattr(self.params, name) > 0}
        if not self.blocks_:
            raise ParamsError(f"features: every block has weight 0; give one of {', '.join(BLOCKS)} a positive one")
        normalised = [normalise(text, self.folding) for text in X]
        counted = {name: self._fit_block(name, normalised) for name in self.blocks_}
        self.scales_ = {name: self._scale(name, matrix) for name, matrix in counted.items()}
        return self._join(counted)

    def transform(self, X: Sequence[str]) -> sp.csr_matrix:
        """Return the matrix of raw sentences, shape (n_sentences, n_features)."""
        return self._join(self._count([normalise(text, self.folding) for text in X]))

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[np.object_]:
        """Return the names of the columns: n-grams in quotes, terms as they are."""
        names = [
            [f"'{ngram}'" for ngram in block.get_feature_names_out()]
            if name == "ngrams"
            else block.get_feature_names_out().tolist()
            for name, block in self.blocks_.items()
        ]
        return np.array([name for part in names for name in part], dtype=object)

    def block_slices(self) -> dict[str, slice]:
        """Return the columns of each block."""
        ends = np.cumsum([len(block.idf_) for block in self.blocks_.values()]).tolist()
        return {name: slice(start, end) for name, start, end in zip(self.blocks_, [0, *ends], ends, strict=False)}

    def _new_block(self, name: str) -> CharNgramTfidf | TermTfidf:
        if name == "ngrams":
            lengths = (self.params.ngram_min, self.params.ngram_max)
            return CharNgramTfidf(
                ngram_range=lengths, min_df=self.params.min_df, sublinear_tf=True, norm=None, lowercase=False
            )
        return TermTfidf(cast(Family, name), min_df=self.params.min_df_terms, norm=None, cues=self.cues_)

    def _fit_block(self, name: str, normalised: list[str]) -> sp.csr_matrix:
        block = self.blocks_[name]
        matrix = block.fit_transform(self._input(name, normalised))
        # Kept in single precision, so that the model's file holds the very numbers that are used here.
        rounded = block.idf_.astype(np.float32).astype(np.float64)
        matrix = sp.csr_matrix(matrix @ sp.diags_array(rounded / block.idf_))
        block.idf_ = rounded
        return matrix

    def _input(self, name: str, normalised: list[str]) -> list[str]:
        return [spaced(text) for text in normalised] if name == "ngrams" else normalised

    def _count(self, normalised: list[str]) -> dict[str, sp.csr_matrix]:
        return {name: block.transform(self._input(name, normalised)) for name, block in self.blocks_.items()}

    def _scale(self, name: str, matrix: sp.csr_matrix) -> BlockScale:
        power = getattr(self.params, f"{name}_norm")
        average = float(np.mean(row_lengths(matrix))) or 1.0
        return BlockScale(getattr(self.params, name) / average ** (1 - power), power)

    def _join(self, counted: dict[str, sp.csr_matrix]) -> sp.csr_matrix:
        parts = [
            scale_rows(matrix, row_lengths(matrix), self.scales_[name].power) * self.scales_[name].factor
            for name, matrix in counted.items()
        ]
        return sp.hstack(parts, format="csr")
