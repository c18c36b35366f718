from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

import balagh.cues
from balagh.alphabet import encode
from balagh.cues import MAX_CLASSES, THEMES, CueClass, CueMatcher, compile_cues, load_cues
from balagh.errors import ParamsError
from balagh.text import normalise


@pytest.fixture(scope="module")
def matcher():
    return CueMatcher(load_cues())


def test_every_file_of_lists_is_read_and_no_class_is_in_two():
    folder = Path(balagh.cues.__file__).parent / "cue_words"
    assert sorted(path.stem for path in folder.iterdir()) == sorted(THEMES)
    classes = re.findall(r"(?m)^\[(\w+)\]$", "".join((folder / f"{theme}.toml").read_text("utf-8") for theme in THEMES))
    assert classes == list(load_cues())


def names(matcher, word):
    return {matcher.names[i] for i in matcher.classes(encode(normalise(word)))}


@pytest.mark.parametrize(
    ("word", "cue"),
    [
        ("تعهدت", "pledge"),
        ("والتزامهم", "pledge"),
        ("ستواصل", "continuation"),
        ("وستواصل", "future"),
        ("أدانت", "censure"),
        ("بإدانة", "censure"),
        ("للانضمام", "accession"),
        ("قلقه", "worry"),
        ("لن", "never"),
        ("2014", "number"),
        ('"', "quote"),
    ],
)
def test_a_word_has_its_class(matcher, word, cue):
    assert cue in names(matcher, word)


@pytest.mark.parametrize(("word", "cue"), [("سياسة", "future"), ("سيناء", "future"), ("المصرف", "country")])
def test_exceptions_take_a_class_away(matcher, word, cue):
    assert cue not in names(matcher, word)


def test_a_bare_class_takes_no_article():
    matcher = CueMatcher({"future": CueClass(words="سي*", bare=True)})
    assert matcher.classes(encode("وسيبقي")) == (0,)
    assert matcher.classes(encode("السيف")) == ()


def test_every_listed_word_is_spelt_as_the_normaliser_spells_it():
    for name, cue in load_cues().items():
        for word in (cue.words + " " + cue.exceptions).split():
            stem = word.rstrip("*")
            assert normalise(stem) == stem, f"{name}: {word}"


def test_too_many_classes_are_refused():
    cues = {str(i): CueClass(words="كلمه") for i in range(MAX_CLASSES + 1)}
    with pytest.raises(ParamsError, match="65 classes"):
        compile_cues(cues)


def test_a_list_with_an_unknown_key_is_refused():
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"a": {"words": "x", "word": "y"}}, dict[str, CueClass])
