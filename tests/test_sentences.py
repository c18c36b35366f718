"""The splitter: golden cases, and what holds for every text."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from balagh.debris import is_debris
from balagh.sentences import Sentence, split

HERE = Path(__file__).parent
# Not splitlines: the cases hold other line breaks than "\n".
GOLDEN = [json.loads(line) for line in (HERE / "golden" / "sentences.jsonl").open(encoding="utf-8")]
SEED = (HERE.parent / "seeds" / "coalition-rome-2021-06-28.txt").read_text(encoding="utf-8")

any_text = st.lists(
    st.one_of(
        st.characters(codec=None, exclude_categories=()),
        st.sampled_from("أبدهوقلم .…؟!؛،\n\r\u2028\u200f\ufeff\0\ud800()[]«»“”\"'-*•1٢"),
        st.sampled_from(["د. ", "أ.د. ", "50 كلم. ", "قال. ", "وأكد ", "[ad_1]", "Source link", "3.5", ".» ", "1- "]),
    ),
    max_size=60,
).map("".join)


@pytest.mark.parametrize("case", GOLDEN, ids=[case["name"] for case in GOLDEN])
def test_golden(case: dict[str, object]) -> None:
    assert [sentence.text for sentence in split(str(case["text"]))] == case["sentences"]


def check_spans(raw: str, sentences: list[Sentence]) -> None:
    end = 0
    for sentence in sentences:
        assert raw[sentence.start : sentence.end] == sentence.text
        assert sentence.text == sentence.text.strip()
        assert end <= sentence.start < sentence.end
        end = sentence.end


@settings(max_examples=600, deadline=None)
@given(any_text)
def test_spans_are_places_in_the_text(raw: str) -> None:
    check_spans(raw, split(raw))


@settings(max_examples=300, deadline=None)
@given(any_text)
@example("0(د. 0\r)")
def test_lines_are_split_alone(raw: str) -> None:
    whole = [sentence.text for sentence in split(raw)]
    assert whole == [sentence.text for line in raw.splitlines() for sentence in split(line)]


# fmt: off
BITS = [
    "قلم", "وأكد", "السلام", "قال", "UN", " ", ". ", ".", "؟ ", "!", "… ", "..", "«", "»", '"', "(", ")",
    "\n", "3.5", " 50 كلم. ", " د. ", "\u200f", " • ", "\n- ", "\n1. ", "، ", "؛ ", ": ", "\ud800",
]
# fmt: on
clean_text = st.lists(st.sampled_from(BITS), max_size=60).map("".join)


@settings(max_examples=400, deadline=None)
@given(clean_text)
def test_no_letter_is_lost_without_debris(raw: str) -> None:
    kept = "".join(sentence.text for sentence in split(raw))
    assert [char for char in kept if char.isalpha()] == [char for char in raw if char.isalpha()]


def test_the_seed() -> None:
    sentences = split(SEED)
    check_spans(SEED, sentences)
    lines = SEED.splitlines()
    assert lines[0] == "[ad_1]"
    # Two lines of titles, then one sentence a paragraph; the debris is at both ends.
    assert [sentence.text for sentence in sentences] == lines[3:-2]
    assert len(sentences) == 9


@pytest.mark.parametrize("edge", ["\u200f", "\u202b", "\ufeff", " ", "\u00a0", "\u2067 "])
def test_edges_do_not_matter(edge: str) -> None:
    text = "رحب المجلس. وأدان الهجمات."
    raw = edge.join(["", *text.split(" وأ")[:1], " وأ" + text.split(" وأ")[1], ""])
    assert [sentence.text for sentence in split(raw)] == ["رحب المجلس.", "وأدان الهجمات."]


@pytest.mark.parametrize(
    ("piece", "verdict"),
    [
        ("الأحد 28 يونيو 2021", True),
        ("مارس", False),
        ("يونيو 2021", True),
        ("آخر تحديث: 07:23 مساءً", True),
        ("// انتهى //", True),
        ("القاهرة: أ ش أ", True),
        ("لندن (رويترز)", True),
        ("Reuters", True),
        ("رويترز تنفي خبر الهجوم على مقرها", False),
        ("الوكالات الأممية تحذر من المجاعة", False),
        ("انتهى الاجتماع", False),
        ("28 قتيلا في يونيو", False),
        ("رويترز " * 100, False),
        ("", False),
    ],
)
def test_debris(piece: str, verdict: bool) -> None:
    assert is_debris(piece) is verdict


UNITS = [
    "َ", "َّ", '"', "«", "»", "“", ".", "...", "…", "؟", "!", ". ", ".. ", "… ", " ", "\n", "\u200f", "(", ")",
    "()", "[", "[ad_1]", "[ad_", "• ", "- ", "1. ", "3.5 ", "د. ", "أ.د. ", "a.b.", "كلم. ", '."', '." ',
    "؟» ", ". و", "5 - ", "28. ", "«… ", "(.) ", "قال. وأضاف ", "ا", "\ud800", ".[1]", ".\u200f", ".) ",
    "*", "«(“",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_time_is_linear(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        # Of the processor, not of the clock: on a busy machine longer runs are interrupted more often.
        begin = time.thread_time()
        split(text)
        return time.thread_time() - begin

    # Another process may slow one run; time in the square of the length would slow the larger one each time.
    assert any(seconds(20_000) <= 2.5 * seconds(10_000) for _ in range(20))


@pytest.mark.parametrize(
    ("raw", "pieces"),
    [
        ('قال "لن نتراجع!"قال الوزير ذلك أمس. وصل الوفد.', ['قال "لن نتراجع!"', "قال الوزير ذلك أمس.", "وصل الوفد."]),
        ("قال الوزير•نائب الرئيس إن الوفد وصل", ["قال الوزير•نائب الرئيس إن الوفد وصل"]),
        ("“نعم” قال الوزير… وعاد الوفد.", ["“نعم” قال الوزير…", "وعاد الوفد."]),
        ("«نعم» قال الوزير… وعاد الوفد.", ["«نعم» قال الوزير…", "وعاد الوفد."]),
        ('"نعم" قال الوزير… وعاد الوفد.', ['"نعم" قال الوزير…', "وعاد الوفد."]),
        ("قال «لن نتراجع… بل سنعود» ومضى.", ["قال «لن نتراجع… بل سنعود» ومضى."]),
    ],
)
def test_quotations_close(raw: str, pieces: list[str]) -> None:
    assert [sentence.text for sentence in split(raw)] == pieces
