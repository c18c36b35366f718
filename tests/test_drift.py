"""Drift: none between halves of one corpus, some where the texts are of another kind."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from balagh.cli import main
from balagh.corpus import CorpusSentence
from balagh.drift import drift, psi, share_of
from balagh.errors import DataError

HOSTILE = '<img src=x onerror=alert(1)>"&\u202e'


def corpus(texts, group=""):
    return [CorpusSentence("a.jsonl", i + 1, 0, text, group) for i, text in enumerate(texts)]


@pytest.fixture
def balagh(monkeypatch, capsys):
    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["balagh", *map(str, arguments)])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        return code, *capsys.readouterr()

    return run


def write(path, texts, **more):
    rows = (json.dumps({"text": text, **more}, ensure_ascii=False) for text in texts)
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("seed", range(6))
def test_two_halves_of_one_corpus_are_stable(seed, labelled, tagger):
    texts = random.Random(seed).sample([s.text for s in labelled], 2000)
    found = drift(corpus(texts[:1000]), corpus(texts[1000:], "2015-07"), tagger)
    assert found.stable, found.verdict
    assert found.verdict.startswith("stable")
    assert not found.groups[0].shifted


def test_texts_of_another_kind_have_shifted(labelled, tagger):
    plain = [s.text for s in labelled if not s.labels][:800]
    censure = [s.text for s in labelled if "condemnation" in s.labels][:800]
    found = drift(corpus(plain), corpus(censure, "x"), tagger)
    by_name = {label.label: label for label in found.labels}
    assert not found.stable
    assert by_name["condemnation"].shifted
    assert by_name["condemnation"].psi > 0.25
    assert "condemnation much changed" in found.verdict
    assert found.groups[0].shifted


def test_unknown_words_are_told(labelled, tagger):
    texts = [s.text for s in labelled][:400]
    odd = [" ".join(word[::-1] for word in text.split()) for text in texts]
    found = drift(corpus(texts), corpus(odd), tagger)
    assert found.new.unknown_words > found.reference.unknown_words + 0.3
    assert "does not know" in found.verdict


def test_psi_and_shares():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=5000), rng.normal(size=5000)
    assert psi(a, b) < 0.01
    assert psi(a, b + 1) > 0.5
    assert psi(np.zeros(100), np.zeros(100)) == 0
    share = share_of(np.array([True] * 10 + [False] * 90))
    # Wilson's interval of 10 in 100, as computed by hand.
    assert (share.value, share.low, share.high) == pytest.approx((0.1, 0.0552, 0.1744), abs=1e-4)


def test_too_few(tagger):
    with pytest.raises(DataError, match="3 sentences in the new corpus; at least 50"):
        drift(corpus(["وصل الوفد"] * 60), corpus(["وصل الوفد"] * 3), tagger)


def test_command(labelled, small, balagh, tmp_path):
    old = write(tmp_path / "old.jsonl", [s.text for s in labelled[:1200:2]])
    new = write(tmp_path / "new.jsonl", [s.text for s in labelled[1:1200:2]], date="2015-07-02", source=HOSTILE)
    line = ["drift", "--reference", old, "--new", new, "--model", small.safetensors]
    code, out, said = balagh(*line, "--by", "date", "-o", tmp_path / "drift.html")
    assert code == 0
    assert "2015-07 " in out
    assert "stable" in said
    assert "<svg" in (tmp_path / "drift.html").read_text(encoding="utf-8")
    code, out, _ = balagh(*line, "--format", "json")
    assert code == 0
    assert json.loads(out)["new"]["sentences"] == pytest.approx(600, abs=60)


def test_a_hostile_group_adds_nothing_to_the_page(labelled, small, balagh, tmp_path):
    pytest.importorskip("lxml")
    from lxml import html

    shapes = []
    for name, sources in (("mild", ("a", "b")), ("hostile", (HOSTILE, HOSTILE + "2"))):
        half = [s.text for s in labelled[:600]]
        path = tmp_path / f"{name}.jsonl"
        rows = [json.dumps({"text": t, "source": sources[i % 2]}, ensure_ascii=False) for i, t in enumerate(half)]
        path.write_text("\n".join(rows), encoding="utf-8")
        line = ["drift", "--reference", path, "--new", path, "--by", "source", "--model", small.safetensors]
        code, out, _ = balagh(*line, "-o", tmp_path / "page.html")
        assert code == 0
        assert "\u202e" not in out
        tree = html.fromstring((tmp_path / "page.html").read_text(encoding="utf-8"))
        shapes.append([(e.tag, sorted(e.attrib)) for e in tree.iter()])
    assert shapes[0] == shapes[1]


def test_mistakes(labelled, small, balagh, tmp_path):
    new = write(tmp_path / "new.jsonl", [s.text for s in labelled[:100]])
    line = ["drift", "--reference", new, "--new", new, "--model", small.safetensors]
    code, _, said = balagh(*line, "--by", "month")
    assert code == 2
    assert "0 sentences in the new corpus" in said
    code, _, said = balagh("drift", "--reference", tmp_path / "no.txt", "--new", new, "--model", small.safetensors)
    assert code == 2
    assert "no such file" in said
    with new.open("a", encoding="utf-8") as file:
        file.write("{\n")
    code, _, said = balagh(*line)
    assert code == 1
    assert "new.jsonl:101" in said
