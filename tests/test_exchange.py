from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balagh.exchange import TOOLS, Answer, Item, choices, export_items, import_items
from balagh.exchange.items import labels_of, merged
from balagh.exchange.label_studio import config
from balagh.labels import LABELS, Label

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(lambda text: text.strip() == text)
LABEL_SETS = st.sets(st.sampled_from(LABELS)).map(lambda found: tuple(label for label in LABELS if label in found))
ANSWERS = st.builds(Answer, labels=LABEL_SETS, annotator=st.just("")) | st.just(Answer(skipped=True))
CHANCES = st.fixed_dictionaries({label.value: st.floats(0, 1) for label in LABELS})


@st.composite
def items(draw):
    answer = draw(st.none() | ANSWERS)
    scores = draw(st.just({}) | CHANCES)
    labels = answer.labels if answer else ()
    return Item(
        text=draw(TEXTS),
        answers=(answer,) if answer else (),
        scores=scores,
        suggested=draw(LABEL_SETS) if scores else (),
        primary=labels[0].value if labels else None,
        doc=draw(st.sampled_from(["", "un-1"])),
        issuer=draw(st.sampled_from(["", "وكالة المدى", "=2+3"])),
        genre=draw(st.sampled_from(["", "report"])),
        year=draw(st.none() | st.integers(1900, 2100)),
        id=draw(st.sampled_from(["", "7", "a-b"])),
    )


def round_trip(tool, found, tmp_path, name="out.json"):
    path = tmp_path / name
    export_items(tool, found, path)
    back, problems = import_items(tool, [path])
    assert problems == []
    return back


@pytest.mark.parametrize(
    ("tool", "name"), [*((tool, "x.json") for tool in TOOLS if tool != "fasttext"), ("hf", "x.parquet")]
)
@given(found=st.lists(items(), min_size=1, unique_by=lambda item: item.text))
@settings(max_examples=40)
def test_nothing_is_lost_on_the_way_there_and_back(tool, name, found, tmp_path_factory):
    assert round_trip(tool, found, tmp_path_factory.mktemp("trip"), name) == found


@given(found=st.lists(items(), min_size=1, unique_by=lambda item: item.text))
@settings(max_examples=40)
def test_fasttext_keeps_texts_and_labels(found, tmp_path_factory):
    found = [item for item in found if item.state != "skipped" and not item.text.startswith("__label__")]
    if found:
        back = round_trip("fasttext", found, tmp_path_factory.mktemp("trip"))
        assert [(item.text, item.answers) for item in back] == [(item.text, item.answers) for item in found]


@pytest.mark.parametrize("tool", [tool for tool in TOOLS if tool != "fasttext"])
def test_several_annotators_are_kept(tool, tmp_path):
    answers = (Answer((Label.MEMBERSHIP,), "1"), Answer((), "2"), Answer((), "3", skipped=True))
    item = Item(text="انضمت مالي إلى التحالف", answers=answers, id="7")
    assert round_trip(tool, [item], tmp_path) == [item]


@pytest.mark.parametrize("tool", TOOLS)
def test_none_is_an_answer_and_waiting_is_not(tool, tmp_path):
    answered, waiting = Item(text="أ", answers=(Answer(),)), Item(text="ب")
    assert [item.state for item in round_trip(tool, [answered, waiting], tmp_path)] == ["labelled", "unlabelled"]


def read(tool, content, tmp_path, name="in.json"):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return import_items(tool, [path])


def test_label_studio_export_as_it_comes(tmp_path):
    task = {
        "id": 12,
        "data": {"text": "ندد الوزير بالهجوم", "doc": "gulf-1"},
        "annotations": [
            {
                "id": 1,
                "completed_by": {"id": 3, "email": "huda@example.org", "first_name": "Huda"},
                "was_cancelled": False,
                "ground_truth": False,
                "lead_time": 4.1,
                "created_at": "2025-03-01T10:00:00Z",
                "result": [
                    {
                        "id": "x1",
                        "from_name": "labels",
                        "to_name": "text",
                        "type": "choices",
                        "origin": "manual",
                        "value": {"choices": ["condemnation"]},
                    }
                ],
            },
            {"id": 2, "completed_by": 4, "was_cancelled": True, "result": []},
        ],
        "drafts": [],
        "predictions": [],
        "meta": {},
        "project": 1,
    }
    (item,), problems = read("label-studio", json.dumps([task]), tmp_path)
    assert problems == []
    assert item.answers == (
        Answer((Label.CONDEMNATION,), "huda@example.org"),
        Answer(annotator="4", skipped=True),
    )
    assert item.doc == "gulf-1"


def test_label_studio_configuration_is_xml_with_every_choice():
    found = ET.fromstring(config()).findall(".//Choice")
    assert [choice.get("value") for choice in found] == list(choices())
    assert "direction: rtl" in config()


def test_prodigy_answers_as_they_come(tmp_path):
    base = {"text": "أ", "options": [], "_input_hash": 1, "_task_hash": 2, "_session_id": "s", "_view_id": "choice"}
    lines = [
        {**base, "text": "أ", "accept": ["membership"], "answer": "accept", "_annotator_id": "huda"},
        {**base, "text": "ب", "accept": [], "answer": "accept"},
        {**base, "text": "ج", "accept": [], "answer": "ignore"},
        {**base, "text": "د", "accept": ["membership"], "answer": "reject"},
        {**base, "text": "ه"},
    ]
    found, problems = read("prodigy", "\n".join(map(json.dumps, lines)), tmp_path)
    assert problems == []
    assert [item.state for item in found] == ["labelled", "labelled", "skipped", "skipped", "unlabelled"]
    assert found[0].answers == (Answer((Label.MEMBERSHIP,), "huda"),)
    assert found[1].answers == (Answer(),)


def test_doccano_annotators_are_told_by_their_files(tmp_path):
    for name, label in (("huda", ["membership"]), ("omar", ["none"])):
        line = {"id": 5, "text": "انضمت مالي", "label": label, "Comments": []}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(line), encoding="utf-8")
    (item,), _ = import_items("doccano", [tmp_path / "huda.jsonl", tmp_path / "omar.jsonl"])
    assert item.answers == (Answer((Label.MEMBERSHIP,), "huda"), Answer((), "omar"))


def test_argilla_records_as_they_come(tmp_path):
    record = {
        "id": "r-1",
        "fields": {"text": "تعهدت الحكومة"},
        "metadata": {"genre": "report"},
        "suggestions": {"labels": {"value": ["commitment"], "score": [0.9], "agent": "balagh"}},
        "responses": {"labels": [{"value": ["commitment"], "user_id": "u1"}, {"value": None, "user_id": "u2"}]},
        "vectors": {},
        "status": "completed",
        "_server_id": "s-1",
    }
    (item,), problems = read("argilla", json.dumps([record]), tmp_path)
    assert problems == []
    assert item.answers == (Answer((Label.COMMITMENT,), "u1"), Answer(annotator="u2", skipped=True))
    assert item.genre == "report"


def test_hugging_face_finds_the_names_in_the_schema(tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    export_items("hf", [Item(text="أ", answers=(Answer((Label.MEMBERSHIP,)),))], tmp_path / "x.parquet")
    table = pq.read_table(tmp_path / "x.parquet")
    told = json.loads(table.schema.metadata[b"huggingface"])["info"]["features"]["labels"]["feature"]
    assert told == {"names": [label.value for label in LABELS], "_type": "ClassLabel"}
    assert table["labels"].to_pylist() == [[told["names"].index("membership")]]


WRONG = [
    ("label-studio", '{"a": 1}', "no JSON array of objects"),
    ("label-studio", '[{"id": 1, "text": "x"}]', "no 'data'"),
    ("label-studio", '[{"data": {"text": "x"}, "annotations": [{"result": []}]}]', "without a choice"),
    ("label-studio", '[{"data": {"text": "x"}, "annotations": ["y"]}]', "not the shape"),
    ("argilla", '[{"fields": {}}]', "no text"),
    ("argilla", "[" * 100_000, "no JSON array"),
    ("doccano", '{"text": "x", "label": ["war"]}', "unknown label 'war'; known are commitment"),
    ("doccano", '{"text": "x", "label": ["none", "membership"]}', "'none' beside a label"),
    ("doccano", '{"text": "x", "label": "membership"}', "is no list"),
    ("prodigy", '{"text": "x", "answer": "maybe"}', "unknown answer 'maybe'"),
    ("prodigy", '{"text": ""}', "no text"),
    ("fasttext", "__label__war نص", "unknown label 'war'"),
    ("csv", "text,label\nx,\n", "no column 'labels'"),
    ("csv", "text,labels,state\nx,,lost\n", "unknown state 'lost'"),
    ("csv", "text,labels,year\nx,,soon\n", "not a number"),
    ("hf", '{"text": "x", "labels": [9]}', "outside 0 to 3"),
]


@pytest.mark.parametrize(("tool", "content", "message"), WRONG)
def test_what_is_wrong_is_told_with_its_place(tool, content, message, tmp_path):
    from balagh.errors import DataError

    try:
        _, problems = read(tool, content, tmp_path)
        told = [str(problem) for problem in problems]
    except DataError as error:
        told = [str(error)]
    assert len(told) == 1
    assert message in told[0]
    assert "in.json" in told[0]


def test_text_that_fasttext_cannot_hold_is_refused(tmp_path):
    from balagh.errors import DataError

    with pytest.raises(DataError, match="cannot hold this text"):
        export_items("fasttext", [Item(text="أ\nب")], tmp_path / "x.txt")
    assert not (tmp_path / "x.txt").exists()


def test_formulas_do_not_reach_a_spreadsheet(tmp_path):
    export_items("csv", [Item(text="=HYPERLINK(1)")], tmp_path / "x.csv")
    assert "'=HYPERLINK(1)" in (tmp_path / "x.csv").read_text(encoding="utf-8")


def test_rows_of_the_same_sentence_are_merged_only_when_answered():
    waiting, answered = Item(text="أ"), Item(text="أ", answers=(Answer(),))
    assert merged([waiting, answered, answered]) == [waiting, Item(text="أ", answers=(Answer(), Answer()))]


def test_labels_come_in_their_order():
    assert labels_of(["regional_concern", "commitment"]) == (Label.COMMITMENT, Label.REGIONAL_CONCERN)


def test_streams_are_read_too():
    from balagh.exchange import fasttext

    assert [item.text for item in fasttext.read(io.BytesIO("__label__none أ\nب\n".encode()))] == ["أ", "ب"]
