from __future__ import annotations

import json
import re
import sys

import msgspec
import numpy as np
import pytest

from balagh.cli import main
from balagh.evaluation import Curve, Cut
from balagh.evaluation_refits import CurvePoint
from balagh.metrics import Figure
from balagh.metrics_bins import CalibrationBin
from balagh.params import EvaluateParams
from balagh.report import svg
from balagh.report.contents import file_contents
from balagh.report.page import page, shown
from balagh.report.strongest import strongest_cues, strongest_ngrams

html = pytest.importorskip("lxml.html")
QUICK = EvaluateParams(bootstrap=20)
PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</title><h1>x</h1>",
    "</style><b>x</b>",
    "javascript:alert(1)",
    "&lt;b&gt;<!--",
    "]]><![CDATA[<b>",
    "{{ 7 * 7 }}{% raw %}",
    "\u202e<b>x",
]


def rows_of(sentences, **more):
    return [{**msgspec.to_builtins(sentence), **more} for sentence in sentences]


def written(rows, path):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def contents(small, labelled, tagger, tmp_path_factory):
    seen = {sentence.text for sentence in small.sentences}
    unseen = [sentence for sentence in labelled if sentence.text not in seen]
    path = written(rows_of(unseen[::60]), tmp_path_factory.mktemp("report") / "mine.jsonl")
    return file_contents(tagger, path, QUICK)


@pytest.fixture(scope="module")
def tree(contents, tagger):
    return html.fromstring(page(contents, tagger))


def structure(tree):
    """Return every element with the names of its attributes: what a payload must not change."""
    return [(element.tag, *sorted(element.attrib)) for element in tree.iter() if isinstance(element.tag, str)]


def test_the_page_needs_nothing_else(contents, tagger, tree):
    source = page(contents, tagger)
    assert not re.search(r"(src|href)=.?(https?:|//)", source)
    assert [link.get("href")[0] for link in tree.iter("a")] == ["#"] * len(list(tree.iter("a")))
    policy = tree.find(".//meta[@http-equiv]").get("content")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page(contents, tagger) == source


def test_every_link_of_the_contents_leads_somewhere(tree):
    places = {element.get("id") for element in tree.iter() if element.get("id")}
    assert {link.get("href")[1:] for link in tree.iter("a")} <= places


def test_errors_are_all_there_and_right_to_left(contents, tree):
    items = tree.findall(".//ol[@class='errors']/li")
    assert len(items) == len(contents.errors) > 10
    for item, error in zip(items, contents.errors, strict=True):
        sentence = item.find("p[@lang='ar']")
        assert sentence.get("dir") in ("rtl", "ltr")
        assert sentence.text_content() == error.text
        assert item.get("data-kind") == error.kind


def test_pictures_say_in_words_what_they_show(tree):
    pictures = list(tree.iter("svg"))
    assert len(pictures) >= 6
    assert all(picture.get("role") == "img" and len(picture.get("aria-label")) > 20 for picture in pictures)


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("field", ["text", "doc", "issuer", "genre", "stratum"])
def test_hostile_text_adds_no_element(small, tagger, tmp_path, payload, field):
    # The sentence is wrongly labelled on purpose, so that it is shown as an error, with all its fields. Its twin has
    # other signs in the place of those of markup, signs that the model reads alike: so it is scored and drawn alike.
    base = {"text": "أدانت الوزارة بشدة الهجوم الإرهابي", "doc": "d", "genre": "g", "stratum": "s", "issuer": "i"}
    trees = []
    for added in (re.sub(r"[<>&{}]", "#", re.sub(r"['\"]", "«", payload)), payload):
        rows = [{**base, field: base[field] + added, "labels": ["membership"]}, {"text": "وصل الوفد أمس", "labels": []}]
        path = written(rows, tmp_path / "x.jsonl")
        trees.append(html.fromstring(page(file_contents(tagger, path, QUICK), tagger)))
    tame, hostile = map(structure, trees)
    assert hostile == tame


def test_points_are_where_the_data_are():
    frame = svg.Frame()
    assert frame.at(0.5, 0.5) == (
        (frame.at(0, 0)[0] + frame.at(1, 0)[0]) / 2,
        (frame.at(0, 0)[1] + frame.at(0, 1)[1]) / 2,
    )
    curve = Curve([0.2, 0.6], [0.5, 1.0], [1.0, 0.25], [CalibrationBin(0, 0.1, 4, 0.05, 0.25)])
    drawn = svg.precision_recall(curve, Cut(1, 0, 0.55), "x", 0)
    x, y = frame.at(0.25, 1.0)
    assert f'cx="{x:.1f}" cy="{y:.1f}"' in drawn, "the dot is at the threshold in force"
    assert "At the threshold 0.55 precision is 1.00 and recall 0.25." in drawn
    x, y = frame.at(0.05, 0.25)
    assert f'cx="{x:.1f}" cy="{y:.1f}"' in svg.calibration(curve, "x", 0)


def test_a_learning_curve_stands_on_a_logarithmic_axis():
    points = [
        CurvePoint(n, n // 5, Figure(v, v - 0.1, v + 0.1), Figure(v, None, None))
        for n, v in ((100, 0.5), (1000, 0.6), (10000, 0.7))
    ]
    places = re.findall(r'circle class="dot" cx="([\d.]+)"', svg.learning_curve(points, "x"))
    first, second, third = map(float, places)
    assert second - first == pytest.approx(third - second, abs=0.2)


def test_names_are_escaped_in_pictures():
    assert "<b>" not in svg.bars([("<b>", 3)], "t") + svg.intervals([("<b>", Figure(0.5, 0.4, 0.6))], "t")


def test_figures_are_shown_with_their_intervals():
    assert shown(Figure(0.861, 0.8332, 0.8874)) == "0.86 [0.83, 0.89]"
    assert shown(Figure(None, None, None)) == "–"
    assert shown(Figure(0.1, 0.05, 0.2), 2, "+") == "+0.10 [+0.05, +0.20]"


def test_the_strongest_features_are_those_of_the_model(small, tagger):
    names = small.model.vectorizer_.get_feature_names_out()
    slices = small.model.vectorizer_.block_slices()
    for j in range(len(tagger.labels)):
        weights = small.model.heads_.coef[slices["ngrams"], j] * small.model.vectorizer_.blocks_["ngrams"].idf_
        # Of n-grams that occur together always, any may come first.
        ties = names[slices["ngrams"]][np.isclose(weights, weights.max(), rtol=1e-5)]
        assert strongest_ngrams(tagger, j)[0].name in [tie.strip("'").replace(" ", "␣") for tie in ties]
        assert strongest_ngrams(tagger, j)[0].weight == pytest.approx(weights.max(), rel=1e-5)
    # Stems beside classes have no names here: the strongest cue is among the model's, but not always the first.
    cues = {name for name in names[slices["cues"]].tolist() if re.fullmatch(r"\[\w+\]( … \[\w+\])?", name)}
    assert all(strong.name in cues for strong in strongest_cues(tagger, 1))


def test_the_command_makes_a_report_of_ones_own_sentences(small, tmp_path, monkeypatch, capsys):
    path = written(rows_of(small.sentences[:60], stratum="mine"), tmp_path / "mine.jsonl")
    output = tmp_path / "mine.html"
    words = ["balagh", "report", "--data", path, "--model", small.safetensors, "-o", output]
    monkeypatch.setattr(sys, "argv", list(map(str, words)))
    with pytest.raises(SystemExit) as stop:
        main()
    assert not stop.value.code
    assert "60 sentences, macro-F1" in capsys.readouterr().err
    text = html.fromstring(output.read_text(encoding="utf-8")).text_content()
    assert "mine" in text
    assert "Baselines" not in text
