"""Texts that nobody would write, through everything that takes a text: nothing may crash, and promises must hold.

``python -m tests.fuzz.texts --count 2000000`` goes on for as long; tests/test_fuzz_texts.py runs 2,000 of them.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from balagh.readers import read_document, scan_texts
from balagh.sentences import split
from balagh.tagger import Tagger
from balagh.text import normalise

UNITS = (
    "\u064e", "\u0651\u064e", "\u0640", "«", "»", '"', ".", "…", "؟!", " ", "\n", "\r\n", "\t", "\u00a0",
    "\u200f", "\u202e", "\u2066", "\u200c", "\ufeff", "\u0000", "\u0007", "\u001b[2J", "\ud800", "\udfff",
    "\ufdfa", "\ufdfd", "ﷺ", "ﻼ", "ﺍ", "\u0670", "\u0655", "\u06d6", "(", ")", "[", "]", "{", "}",
    "[ad_1]", "،", "؛", ":", "-", "—", "0", "٣", "۴", "a", "Ω", "\U0001f1f8\U0001f1e6",
    "\U0001f468\u200d\U0001f469", "\u1100\u1161", "e\u0301", "\u2028", "\x85", "ـ" * 5, "أ", "و", "قال",
    "أدانت الوزارة", "في اليمن", "انضمت مالي إلى التحالف", "تعهد بدعم", "د. ", "أ.ف.ب", "3.5", "'", "’",
    "“", "”", "=1+1", ",", ";", "\\", "</script>",
)  # fmt: skip
"""What odd texts are made of."""


MANY = 2_000
"""Texts that are scored together."""


def odd_text(rng: random.Random, longest: int = 400) -> str:
    """Return a text of odd pieces, or of any characters at all, lone surrogates included."""
    roll, length = rng.random(), int(longest ** rng.random())
    if roll < 0.6:
        return "".join(rng.choices(UNITS, k=length))
    if roll < 0.8:
        return "".join(chr(rng.randrange(0x110000)) for _ in range(length))
    if roll < 0.9:
        return rng.choice(UNITS) * length
    block = rng.randrange(0, 0x110000, 256)
    return "".join(chr(min(block + rng.randrange(256), 0x10FFFF)) for _ in range(length))


def check(text: str, tagger: Tagger) -> list[float]:
    """Put a text through everything, assert what is promised, and return the explained score of each label."""
    once = normalise(text)
    assert normalise(once) == once, "normalising twice changes nothing more"
    for sentence in split(text):
        assert text[sentence.start : sentence.end] == sentence.text, "a sentence stands where it says"
    for tagged in tagger.tag(text):
        assert text[tagged.start : tagged.end] == tagged.text
        assert all(0 <= chance <= 1 for chance in tagged.scores.values())
    explained = tagger.explain(text, top=3)
    for label in tagger.labels:
        total = explained.contributions[label].sum() + explained.intercepts[label]
        assert explained.contributions[label].shape == (len(text),)
        assert abs(total - explained.scores[label]) < 1e-9, "contributions add up to the score"
    _read(text.encode("utf-8", "surrogatepass"))
    return [float(explained.scores[label]) for label in tagger.labels]


def _read(raw: bytes) -> None:
    """Read bytes as every form: rows and problems are fine, and so is a refusal of the file."""
    from balagh.errors import DataError

    for form in ("sentences", "jsonl", "csv"):
        try:
            list(scan_texts(io.BytesIO(raw), form=form, field="text", encoding="utf-8"))  # type: ignore[arg-type]
        except DataError as error:
            _one_line(error)
    try:
        read_document(io.BytesIO(raw), encoding="utf-8")
    except DataError as error:
        _one_line(error)


def _one_line(error: Exception) -> None:
    assert "\n" not in str(error), "a refusal is one line"


def campaign(tagger: Tagger, count: int, seed: int, say: Callable[[str], None]) -> Counter[str]:
    """Check many texts, and count what came of them by kind of error."""
    rng = random.Random(seed)
    counts: Counter[str] = Counter()
    begin = time.monotonic()
    met: dict[str, list[float]] = {}
    for number in range(count):
        text = odd_text(rng)
        try:
            met[text] = check(text, tagger)
            counts["fine"] += 1
        except Exception as error:  # whatever it is, it is what is looked for
            counts[type(error).__name__] += 1
            say(f"seed {seed}, text {number}: {type(error).__name__}: {error}: {text[:200]!a}")
        if met and (number == count - 1 or len(met) == MANY):
            # Many at once go through compiled code, which must find what one text alone finds.
            together = tagger.decision_function(list(met))
            if not np.allclose(together, list(met.values()), rtol=0, atol=1e-9):
                counts["other scores in a batch"] += 1
                worst = int(np.abs(together - list(met.values())).max(axis=1).argmax())
                say(f"seed {seed}, up to text {number}: a batch differs at {list(met)[worst][:200]!a}")
            met.clear()
        if number % 10_000 == 9_999:
            say(f"{number + 1:,} of {count:,} in {time.monotonic() - begin:,.0f} s: {dict(counts)}")
    return counts


def quick_campaign(count: int, seed: int) -> Counter[str]:
    """Only normalise and split, which is quick enough for millions."""
    rng = random.Random(seed)
    for _ in range(count):
        text = odd_text(rng)
        once = normalise(text)
        assert normalise(once) == once, ascii(text)
        assert all(text[s.start : s.end] == s.text for s in split(text)), ascii(text)
    return Counter(fine=count)


def hypothesis_campaign(tagger: Tagger, count: int) -> Counter[str]:
    """Let Hypothesis choose the texts; it raises the smallest that fails."""
    texts = st.text(st.one_of(st.characters(codec=None, exclude_categories=()), st.sampled_from("".join(UNITS))))

    @settings(max_examples=count, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(texts)
    def run(text: str) -> None:
        counts["fine"] += 1
        check(text, tagger)

    counts: Counter[str] = Counter()
    run()
    return counts


def main() -> None:
    """Run a campaign with the trained model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--model", type=Path, default=Path("models/tagger.safetensors"))
    parser.add_argument("--quick", action="store_true", help="only normalise and split")
    parser.add_argument("--hypothesis", action="store_true", help="let Hypothesis choose the texts")
    arguments = parser.parse_args()
    if arguments.quick:
        counts = quick_campaign(arguments.count, arguments.seed)
    elif arguments.hypothesis:
        counts = hypothesis_campaign(Tagger.load(arguments.model), arguments.count)
    else:
        counts = campaign(Tagger.load(arguments.model), arguments.count, arguments.seed, print)
    print(dict(counts))
    sys.exit(1 if set(counts) - {"fine"} else 0)


if __name__ == "__main__":
    main()
