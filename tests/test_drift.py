"""Drift: none between halves of one corpus, some where the texts are of another kind."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from balagh.corpus import CorpusSentence
from balagh.drift import MOST_GROUPS, drift
from balagh.drift_measures import psi, share_of
from balagh.errors import DataError
from balagh.records import load_labelled

LABELLED = Path(__file__).parent.parent / "data" / "labelled"
HOSTILE = '<img src=x onerror=alert(1)>"&\u202e'


def corpus(texts, group=""):
    return [CorpusSentence("a.jsonl", i + 1, 0, text, group) for i, text in enumerate(texts)]


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


def test_items_of_the_home_pages_and_communiques_differ(labelled, tagger):
    home = [s.text for s in load_labelled([LABELLED / "daily_home.jsonl"])]
    found = drift(corpus(home), corpus([s.text for s in labelled if s.genre == "communique"]), tagger)
    assert not found.stable
    assert found.verdict.startswith("shifted: ")


def test_halves_by_document_are_seldom_announced(labelled, tagger):
    """Sentences of one document are alike, which the tests do not know: a rare alarm is within what is promised."""
    docs = {}
    for sentence in labelled:
        docs.setdefault(sentence.doc, []).append(sentence.text)
    announced = []
    for seed in range(8):
        names = sorted(docs)
        random.Random(seed).shuffle(names)
        texts = [text for name in names for text in docs[name]]
        found = drift(corpus(texts[:1000]), corpus(texts[-1000:]), tagger)
        if not found.stable:
            announced.append(found.verdict)
    assert len(announced) <= 1, announced


def test_one_month_that_differs_is_told(labelled, tagger):
    texts = [s.text for s in labelled][::4]
    censure = [s.text for s in labelled if s.labels == ("condemnation",)][:100]
    assert len(censure) == 100
    new = [*corpus(texts, "2015-05"), *corpus(censure, "2015-06"), *corpus(censure[:20], "2015-07")]
    found = drift(corpus(texts), new, tagger)
    assert not any(label.shifted for label in found.labels)
    assert [(g.name, g.shifted, g.enough) for g in found.groups] == [
        ("2015-05", False, True),
        ("2015-06", True, True),
        ("2015-07", False, False),
    ]
    assert found.groups[2].psi is None
    assert not found.stable
    assert "1 of 2 groups changed ('2015-06')" in found.verdict


def test_chance_is_shared_by_many_groups(labelled, tagger):
    texts = random.Random(1).sample([s.text for s in labelled], 3000)
    new = [CorpusSentence("a", i, 0, text, f"s{i % 40}") for i, text in enumerate(texts[1000:])]
    found = drift(corpus(texts[:1000]), new, tagger)
    assert found.stable, found.verdict


def test_too_many_groups(tagger):
    new = [CorpusSentence("a", i, 0, "وصل الوفد", f"u{i}") for i in range(MOST_GROUPS + 1)]
    with pytest.raises(DataError, match="501 groups in the new corpus, 'u0' among them; at most 500"):
        drift(corpus(["وصل الوفد"] * 60), new, tagger)


def test_limits_are_named(labelled, tagger):
    texts = [s.text for s in labelled[:200]]
    found = drift(corpus(texts), corpus(texts), tagger)
    assert (found.limits.psi, found.limits.psi_large, found.limits.share) == (0.1, 0.25, 0.05)
    assert "PSI 0.1, 5% of sentences or words, chance 0.001" in found.verdict


def test_too_few(tagger):
    with pytest.raises(DataError, match="3 sentences in the new corpus; at least 50"):
        drift(corpus(["وصل الوفد"] * 60), corpus(["وصل الوفد"] * 3), tagger)


def test_command(labelled, small, command, tmp_path):
    old = write(tmp_path / "old.jsonl", [s.text for s in labelled[:1200:2]])
    new = write(tmp_path / "new.jsonl", [s.text for s in labelled[1:1200:2]], date="2015-07-02", source=HOSTILE)
    line = ["drift", "--reference", old, "--new", new, "--model", small.safetensors]
    code, out, said = command(*line, "--by", "date", "-o", tmp_path / "drift.html")
    assert code == 0
    assert "2015-07 " in out
    assert "stable" in said
    assert "<svg" in (tmp_path / "drift.html").read_text(encoding="utf-8")
    code, out, _ = command(*line, "--format", "json")
    assert code == 0
    assert json.loads(out)["new"]["sentences"] == pytest.approx(600, abs=60)


def test_a_hostile_group_adds_nothing_to_the_page(labelled, small, command, tmp_path):
    pytest.importorskip("lxml")
    from lxml import html

    shapes = []
    for name, sources in (("mild", ("a", "b")), ("hostile", (HOSTILE, HOSTILE + "2"))):
        half = [s.text for s in labelled[:600]]
        path = tmp_path / f"{name}.jsonl"
        rows = [json.dumps({"text": t, "source": sources[i % 2]}, ensure_ascii=False) for i, t in enumerate(half)]
        path.write_text("\n".join(rows), encoding="utf-8")
        line = ["drift", "--reference", path, "--new", path, "--by", "source", "--model", small.safetensors]
        code, out, _ = command(*line, "-o", tmp_path / "page.html")
        assert code == 0
        assert "\u202e" not in out
        tree = html.fromstring((tmp_path / "page.html").read_text(encoding="utf-8"))
        shapes.append([(e.tag, sorted(e.attrib)) for e in tree.iter()])
    assert shapes[0] == shapes[1]


def test_a_page_replaces_nothing_that_is_read(labelled, small, command, tmp_path):
    texts = [s.text for s in labelled[:100]]
    new = write(tmp_path / "new.jsonl", texts).rename(tmp_path / "new.html")
    before = new.read_bytes()
    line = ["drift", "--reference", new, "--new", new, "--as", "jsonl", "--model", small.safetensors]
    (tmp_path / "link.html").symlink_to(new)
    (tmp_path / "folder.html").mkdir()
    for page, said in (
        (new, "is read by this run"),
        (tmp_path / "link.html", "symbolic link"),
        (tmp_path / "folder.html", "is a folder"),
        (tmp_path / "page.json", "ends in .html"),
    ):
        code, _, error = command(*line, "-o", page)
        assert code == 2
        assert said in error
    assert new.read_bytes() == before


def test_groups_are_no_markup_of_the_terminal(labelled, small, command, tmp_path):
    rows = [{"text": s.text, "g": ("[/]", "[red]x[/red]\nb")[i % 2]} for i, s in enumerate(labelled[:300])]
    new = tmp_path / "new.jsonl"
    new.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    code, out, _ = command("drift", "--reference", new, "--new", new, "--by", "g", "--model", small.safetensors)
    assert code == 0
    assert "[/]" in out
    assert "[red]x[/red] b" in out


def test_mistakes(labelled, small, command, tmp_path):
    new = write(tmp_path / "new.jsonl", [s.text for s in labelled[:100]])
    line = ["drift", "--reference", new, "--new", new, "--model", small.safetensors]
    code, _, said = command(*line, "--by", "month")
    assert code == 2
    assert "new.jsonl:1: no field 'month' (100 rows rejected, no sentence left to compare)" in said
    (tmp_path / "bad.jsonl").write_text("{\n" * 60, encoding="utf-8")
    code, _, said = command("drift", "--reference", tmp_path / "bad.jsonl", "--new", new, "--model", small.safetensors)
    assert code == 2
    assert "60 rows rejected, no sentence left" in said
    code, _, said = command(*line)
    assert code == 0
    assert "is the reference too" in said
    code, _, said = command("drift", "--reference", tmp_path / "no.txt", "--new", new, "--model", small.safetensors)
    assert code == 2
    assert "no such file" in said
    with new.open("a", encoding="utf-8") as file:
        file.write("{\n")
    code, _, said = command(*line)
    assert code == 1
    assert "new.jsonl:101" in said
