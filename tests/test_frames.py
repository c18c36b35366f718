from __future__ import annotations

import pytest

from balagh.errors import DataError
from balagh.frames import tag_dataframe

TEXTS = ["أدانت الوزارة الهجوم على المدنيين", None, "وصل الوفد أمس", "  "]
LONG = "أدانت الوزارة الهجوم على المدنيين. وصل الوفد إلى جنيف أمس."


@pytest.fixture(params=["pandas", "polars"])
def library(request):
    return pytest.importorskip(request.param)


def test_rows_stay_as_they_are_and_say_what_the_tagger_says(library, tagger):
    df = library.DataFrame({"id": [1, 2, 3, 4], "body": TEXTS})
    tagged = tag_dataframe(df, "body", tagger=tagger)
    assert list(tagged.columns) == ["id", "body", "labels", "primary", *tagger.labels]
    assert list(df.columns) == ["id", "body"]
    alone = tagger.tag_sentences([TEXTS[0], TEXTS[2]])
    assert list(tagged["labels"][0]) == list(alone[0].labels)
    assert tagged["condemnation"][2] == alone[1].scores["condemnation"]
    assert tagged["primary"].to_list()[1] is None or tagged["primary"].isna()[1]


def test_texts_can_be_split(library, tagger):
    df = library.DataFrame({"id": [1, 2], "text": [LONG, None]})
    tagged = tag_dataframe(df, tagger=tagger, split=True)
    assert list(tagged["id"]) == [1, 1, 2]
    assert [LONG[int(a) : int(b)] for a, b in zip(tagged["start"][:2], tagged["end"][:2], strict=True)] == list(
        tagged["sentence"][:2]
    )


def test_an_index_of_pandas_is_kept(tagger):
    pandas = pytest.importorskip("pandas")
    df = pandas.DataFrame({"text": [TEXTS[0], TEXTS[2]]}, index=["a", "b"])
    tagged = tag_dataframe(df, tagger=tagger)
    assert list(tagged.index) == ["a", "b"]
    assert tagged.loc["b", "primary"] == tagger.tag_sentences([TEXTS[2]])[0].primary


@pytest.mark.parametrize("kind", ["object", "string"])
def test_every_kind_of_missing_text_of_pandas_is_missing(tagger, kind):
    pandas = pytest.importorskip("pandas")
    df = pandas.DataFrame({"text": pandas.Series([TEXTS[0], None, float("nan"), pandas.NA], dtype=kind)})
    assert tag_dataframe(df, tagger=tagger)["condemnation"].isna().tolist() == [False, True, True, True]


@pytest.mark.parametrize(
    ("columns", "column", "message"),
    [
        ({"text": ["أ"]}, "body", "no column 'body'; there are text"),
        ({"text": [7]}, "text", "row 0 of column 'text' is no text but int"),
        ({"text": ["أ"], "primary": ["x"]}, "text", "already a column 'primary'"),
    ],
)
def test_mistakes_are_told(library, tagger, columns, column, message):
    with pytest.raises(DataError, match=message):
        tag_dataframe(library.DataFrame(columns), column, tagger=tagger)
