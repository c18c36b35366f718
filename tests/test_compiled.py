"""Machine code on disk belongs to the sources that it was made of."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import balagh
from balagh import kernels, kernels_words, ngram_kernels
from balagh.compiled import sources_digest

PACKAGE = Path(balagh.__file__).parent


@pytest.mark.parametrize("name", ["forms.py", "terms.py", "stems.py", "kernels_cues.py", "ngram_trie.py"])
def test_a_change_of_any_source_is_a_new_stamp(tmp_path, name):
    copy = shutil.copytree(PACKAGE, tmp_path / "balagh", ignore=shutil.ignore_patterns("__pycache__"))
    assert sources_digest(copy) == sources_digest()
    (copy / name).write_text((copy / name).read_text(encoding="utf-8") + "\n", encoding="utf-8")
    sources_digest.cache_clear()
    assert sources_digest(copy) != sources_digest()


@pytest.mark.parametrize("function", [kernels.score_chunk, kernels_words.word_form, ngram_kernels.transform_rows])
def test_numba_compares_the_stamp(function):
    assert sources_digest() in function._cache._cache_file._source_stamp


def test_numba_keeps_the_stamp_it_is_given():
    kernels_words.word_form(np.zeros(4, dtype=np.uint8), 0, 4)
    index = kernels_words.word_form._cache._cache_file
    assert index._load_index()
    stamp = index._source_stamp
    try:
        index._source_stamp = (*stamp[:-1], "another")
        assert not index._load_index()
    finally:
        index._source_stamp = stamp
