"""params.yaml as frozen, typed objects; an unknown key is an error."""

from __future__ import annotations

from pathlib import Path

import msgspec

from balagh.errors import MissingFileError, ParamsError
from balagh.labels import LabelParams


class Folding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which differences of spelling the normaliser removes. Each is a switch, kept in the model."""

    diacritics: bool = True
    """Drop short vowels, shadda, sukun, superscript alef and Quranic marks."""
    tatweel: bool = True
    """Drop the lengthening stroke."""
    invisibles: bool = True
    """Drop zero-width characters, bidirectional controls and other control characters."""
    presentation_forms: bool = True
    """Replace ligatures, positional and full-width forms by the letters they stand for."""
    alef: bool = True
    """Write alef with hamza, madda or wasla as a bare alef."""
    hamza: bool = True
    """Write hamza on waw as waw, hamza on ya as ya."""
    alef_maqsura: bool = True
    """Write a final alef maqsura as ya."""
    ta_marbuta: bool = True
    """Write ta marbuta as ha."""
    digits: bool = True
    """Write Arabic-Indic and Persian digits as 0-9."""
    persian_letters: bool = True
    """Write the look-alike letters of Persian and Urdu keyboards as the Arabic ones."""
    punctuation: bool = True
    """Fold quotes, dashes, commas and other marks that differ by keyboard only."""
    case: bool = True
    """Lower-case Latin and other cased letters."""
    whitespace: bool = True
    """Turn each run of white space into one space and strip the ends."""


class DataParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the labelled sentences are read and divided."""

    test_share: float = 0.1
    """Share of the groups kept for the evaluation, between 0 and 1."""
    folds: int = 5
    """Grouped folds for the out-of-fold scores."""
    near_duplicate: float = 0.5
    """Jaccard similarity above which sentences of different documents stay on one side of every split."""
    seed: int = 20210628


class FeatureParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is counted in a sentence and how the four blocks of features weigh against each other."""

    ngram_min: int = 3
    ngram_max: int = 4
    """Characters of the shortest and the longest n-gram, inside word bounds."""
    min_df: int = 8
    """Sentences in which an n-gram must occur to become a feature."""
    min_df_terms: int = 4
    """The same for terms (stems, cue classes, their pairs and their context)."""
    ngrams: float = 1.4
    words: float = 1.4
    cues: float = 1.4
    context: float = 1.2
    """Weight of each block; 0 leaves the block out."""
    ngrams_norm: float = 1.0
    words_norm: float = 1.0
    cues_norm: float = 0.5
    context_norm: float = 1.0
    """How far the length of each block's vector is evened out: 1 makes every sentence's vector equally long,
    0 lets a sentence with more features have a longer one."""


class TrainParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the heads are fitted, calibrated and cut."""

    C: float = 1.0
    """Inverse regularisation of the support vector machine."""
    C_nb: float = 1.0
    """The same for its twin on naive-Bayes-weighted features."""
    nb_smoothing: float = 1.0
    """Added to each count of the naive-Bayes weights."""
    nb_share: float = 0.5
    """Share of the twin in the averaged score, from 0 (none) to 1."""
    none_share: float = 0.75
    """Share of sentences without a label in the texts that will be tagged: nine in ten of newspaper sentences drawn at
    random, three in five of communiqués. A lower one misses less, a higher one gives fewer false alarms."""
    seed: int = 20210628


class EvaluateParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the model is measured."""

    bootstrap: int = 1000
    """Resamples of documents behind each interval."""
    curve: tuple[int, ...] = (500, 1000, 2000, 4000, 8000)
    """Training sentences at which the learning curve is measured, besides all."""
    seed: int = 20210628


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything in params.yaml."""

    labels: tuple[LabelParams, ...] = ()
    """The labels to train on; none declared means the four of the codebook."""
    data: DataParams = DataParams()
    folding: Folding = Folding()
    features: FeatureParams = FeatureParams()
    train: TrainParams = TrainParams()
    evaluate: EvaluateParams = EvaluateParams()


def load_params(path: Path = Path("params.yaml")) -> Params:
    """Read params.yaml.

    Raises
    ------
    MissingFileError
        There is no such file.
    ParamsError
        It is no YAML, has an unknown key, or a value of the wrong type.
    """
    if not path.is_file():
        raise MissingFileError(f"{path}: no such file; run the command in the project's root or pass --params")
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=Params)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ParamsError(f"{path}: {error}; correct that key or take it out") from error
