"""How fast sentences are tagged, from text to labels, beside peers with the same work; one thread each.

``python -m benchmarks.tag_speed --model models/tagger.safetensors`` prints the table.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from balagh.records import load_labelled
from balagh.tagger import Tagger
from balagh.text import normalise

ROOT = Path(__file__).parent.parent
LONG = 150
"""Characters from which on a sentence counts as one of the length that the press writes."""


class Row(NamedTuple):
    """One line of the table: speeds are per second, the ratio is of paired runs."""

    job: str
    peer: str
    ours: float
    theirs: float
    ratio: float
    low: float
    high: float
    wanted: str

    @classmethod
    def of(cls, job: str, peer: str, pairs: list[tuple[float, float]], count: float, wanted: str) -> Row:
        """Make a row from the seconds of ours and theirs in every pair of runs."""
        ratios = [theirs / ours for ours, theirs in pairs]
        ours, theirs = (statistics.median(pair[i] for pair in pairs) for i in (0, 1))
        return cls(
            job,
            peer,
            count / ours,
            count / theirs,
            statistics.median(ratios),
            min(ratios),
            max(ratios),
            wanted,
        )


def press_sentences(count: int) -> list[str]:
    """Return sentences of press length, over again until there are as many as wanted."""
    long = [s.text for s in load_labelled([ROOT / "data" / "labelled"]) if len(s.text) >= LONG]
    return (long * (count // len(long) + 1))[:count]


def paired(ours: Callable[[], object], theirs: Callable[[], object], runs: int) -> list[tuple[float, float]]:
    """Run both in turn, so that both meet the same moods of the machine; the first pair warms up."""
    pairs = []
    for _ in range(runs + 1):
        seconds = []
        for job in (ours, theirs):
            begin = time.perf_counter()
            job()
            seconds.append(time.perf_counter() - begin)
        pairs.append((seconds[0], seconds[1]))
    return pairs[1:]


def scikit_learn_row(tagger: Tagger, sentences: list[str], runs: int) -> Row:
    """Tag with scikit-learn's own vectorizers on the same features and weights."""
    peer = scikit_learn_pipeline(tagger)
    few = sentences[: len(sentences) // 20]
    labels = peer(few)
    mine = np.array([[name in t.labels for name in tagger.labels] for t in tagger.tag_sentences(few)])
    if (labels != mine).any():
        raise ValueError(
            f"the peer gives other labels for {(labels != mine).any(axis=1).sum()} of {len(few)} sentences"
        )
    pairs = paired(lambda: tagger.tag_sentences(sentences), lambda: peer(few), runs)
    pairs = [(ours, theirs * len(sentences) / len(few)) for ours, theirs in pairs]
    return Row.of("tag sentences", "scikit-learn, same features", pairs, len(sentences), "30")


def scikit_learn_pipeline(tagger: Tagger) -> Callable[[list[str]], np.ndarray]:
    """Return a function that tags with `TfidfVectorizer` for every block and the tagger's own weights."""
    import scipy.sparse as sp
    from sklearn.feature_extraction.text import TfidfVectorizer

    from balagh.alphabet import encode, spaced, tokens
    from balagh.scorer import ngram_key
    from balagh.terms import term_names, terms

    scorer, layout = tagger._scorer, tagger.manifest.layout
    training = [s.text for s in load_labelled([ROOT / "data" / "labelled"])]

    def named(family: str) -> Callable[[str], list[str]]:
        def analyse(text: str) -> list[str]:
            words = tokens(encode(normalise(text, layout.folding)))
            return term_names(words, terms(words, family, scorer.matcher), scorer.matcher)  # type: ignore[arg-type]

        return analyse

    def keys_of(family: str) -> dict[int, str]:
        found: dict[int, str] = {}
        for text in training:
            words = tokens(encode(normalise(text, layout.folding)))
            made = terms(words, family, scorer.matcher)  # type: ignore[arg-type]
            found.update(zip(made.keys.tolist(), term_names(words, made, scorer.matcher), strict=True))
        return found

    parts = []
    for name, block in scorer.blocks.items():
        if name == "ngrams":
            options = {"analyzer": "char_wb", "ngram_range": (layout.ngram_min, layout.ngram_max)}
            options |= {"preprocessor": lambda text: spaced(normalise(text, layout.folding))}
            plain = TfidfVectorizer(**options).fit(training).get_feature_names_out()
            names = {ngram_key(ngram): ngram for ngram in plain}
        else:
            options, names = {"analyzer": named(name)}, keys_of(name)
        vectorizer = TfidfVectorizer(
            **options, vocabulary=[names[key] for key in block.keys.tolist()], sublinear_tf=True, norm=None
        )
        vectorizer.idf_ = block.rows[:, 0].astype(np.float64)
        parts.append((vectorizer, block.rows[:, 1:].astype(np.float64), layout.scales[name]))

    def tag(texts: list[str]) -> np.ndarray:
        scores = np.tile(scorer.intercept, (len(texts), 1))
        for vectorizer, weights, scale in parts:
            X = vectorizer.transform(texts)
            lengths = np.sqrt(np.asarray(X.multiply(X).sum(axis=1)).ravel())
            factor = scale.factor / np.where(lengths > 0, lengths, 1) ** scale.power
            scores += sp.diags_array(factor) @ (X @ weights)
        probabilities = 1 / (1 + np.exp(-(scores * tagger._slope + tagger._offset)))
        return probabilities >= tagger.thresholds

    return tag


def fasttext_row(tagger: Tagger, sentences: list[str], runs: int) -> Row:
    """Tag with fastText, subwords of 2 to 5 characters, one-vs-all, on the same normalised sentences."""
    import fasttext

    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        for s in load_labelled([ROOT / "data" / "labelled"]):
            labels = " ".join(f"__label__{label}" for label in (s.labels or ["none"]))
            file.write(f"{labels} {normalise(s.text)}\n")
        file.flush()
        model = fasttext.train_supervised(file.name, minn=2, maxn=5, epoch=5, loss="ova", thread=1, verbose=0)
    few = sentences[: len(sentences) // 4]
    pairs = paired(
        lambda: tagger.tag_sentences(sentences),
        lambda: model.predict([normalise(text) for text in few], k=-1, threshold=0.5),
        runs,
    )
    pairs = [(ours, theirs * len(sentences) / len(few)) for ours, theirs in pairs]
    return Row.of("tag sentences", "fastText, subwords 2-5", pairs, len(sentences), "5")


def threads_row(tagger: Tagger, sentences: list[str], runs: int) -> Row:
    """Score a large batch with two threads and with one."""
    batches = tagger._batches
    pairs = paired(lambda: batches.score(sentences, 2), lambda: batches.score(sentences, 1), runs)
    return Row.of("score, two threads", "one thread", pairs, len(sentences), "1.8")


def cold_row(model: Path, runs: int) -> Row:
    """Tag one sentence in a new process, beside joblib and scikit-learn doing the same."""
    text = "أكدت الوزارة في بيان أنها ستواصل دعم اليمن."
    peer = "import sys, joblib; m = joblib.load(sys.argv[1]); t = sys.stdin.read().strip(); print(m.predict_proba([t]))"
    ours = [sys.executable, "-m", "balagh", "tag", "--model", str(model), "--format", "jsonl", "-"]
    theirs = [sys.executable, "-c", peer, str(model.with_suffix(".joblib"))]

    def run(command: list[str]) -> None:
        subprocess.run(command, input=text.encode(), capture_output=True, check=True, env=os.environ)

    pairs = paired(lambda: run(ours), lambda: run(theirs), runs)
    return Row.of("tag one sentence, whole process", "joblib and scikit-learn", pairs, 1, "3")


def help_row(model: Path, runs: int) -> Row:
    """Show the help in a new process, beside tagging one sentence with joblib and scikit-learn."""
    peer = "import sys, joblib; m = joblib.load(sys.argv[1]); print(m.predict_proba(['نص']))"
    jobs = (
        [sys.executable, "-m", "balagh", "--help"],
        [sys.executable, "-c", peer, str(model.with_suffix(".joblib"))],
    )
    pairs = paired(*(lambda job=job: subprocess.run(job, capture_output=True, check=True) for job in jobs), runs)
    return Row.of("balagh --help", "joblib and scikit-learn, one sentence", pairs, 1, "2")
