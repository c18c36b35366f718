"""Cue classes: which kinds of word (pledge, censure, actor, negation …) a word belongs to.

The lists are in the files of `cue_words`, to be read and extended without knowing any code, in normalised spelling.
"تعهد*" stands for every word that begins so, a word without a star only for itself. A conjunction (و ف), an article or
a preposition (ال بال كال لل ب ل س) before it need not be written. ``except`` lists words that begin alike and mean
something else; ``bare = true`` allows no article or preposition before the word.

They are compiled into a trie over the codes of `balagh.alphabet`, which plain Python and compiled code walk alike, so
that both find the same classes in time linear in the word.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from balagh.alphabet import N_SYMBOLS, SPACE, encode
from balagh.errors import ParamsError

MAX_CLASSES = 64
"""Classes that fit in the bits of one integer."""

THEMES: Final = (
    "commitment",
    "condemnation",
    "membership",
    "concern",
    "places",
    "actors",
    "no_actors",
    "surroundings",
)
"""The files of `cue_words`, in the order in which their classes are numbered."""

CONJUNCTIONS = ("و", "ف")
ARTICLES = ("بال", "كال", "ال", "لل", "ب", "ل", "س")
MIN_REST = 2
"""Letters that must be left of a word when something before it is taken off."""


class CueClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One class of `cue_words`: words and prefixes, split at white space."""

    words: str
    bare: bool = False
    exceptions: str = msgspec.field(default="", name="except")


class CueTrie(msgspec.Struct, frozen=True):
    """The compiled lists. Node 0 is the root; bit ``i`` of a mask stands for class ``i``."""

    step: npt.NDArray[np.int16]
    """Shape (nodes, 64): the node that a code leads to, 0 for none."""
    whole: npt.NDArray[np.uint64]
    """Shape (nodes,): classes of a word that ends at the node."""
    prefix: npt.NDArray[np.uint64]
    """Shape (nodes,): classes of every word that passes through the node."""
    not_whole: npt.NDArray[np.uint64]
    """Shape (nodes,): classes that a word ending at the node does not have after all."""
    not_prefix: npt.NDArray[np.uint64]
    """Shape (nodes,): classes that a word passing through the node does not have after all."""
    bare: int
    """Classes whose words stand without an article or a preposition."""


def load_cues() -> dict[str, CueClass]:
    """Read the lists that come with balagh, in the order in which their classes are numbered."""
    folder = files("balagh") / "cue_words"
    texts = (folder.joinpath(f"{theme}.toml").read_text(encoding="utf-8") for theme in THEMES)
    return {name: cue for text in texts for name, cue in msgspec.toml.decode(text, type=dict[str, CueClass]).items()}


def compile_cues(cues: Mapping[str, CueClass]) -> CueTrie:
    """Return the trie of all lists.

    Raises
    ------
    ParamsError
        There are more than 64 classes, or too many words for 16-bit node numbers.
    """
    if len(cues) > MAX_CLASSES:
        raise ParamsError(f"cues: {len(cues)} classes, {MAX_CLASSES} at most; merge some")
    step: list[dict[int, int]] = [{}]
    masks: list[list[int]] = [[0], [0], [0], [0]]

    def add(word: str, bit: int, kinds: tuple[int, int]) -> None:
        node = 0
        for code in encode(word.rstrip("*")):
            if code - SPACE not in step[node]:
                step[node][code - SPACE] = len(step)
                step.append({})
                for mask in masks:
                    mask.append(0)
            node = step[node][code - SPACE]
        masks[kinds[word.endswith("*")]][node] |= bit

    for i, cue in enumerate(cues.values()):
        for word in cue.words.split():
            add(word, 1 << i, (0, 1))
        for word in cue.exceptions.split():
            add(word, 1 << i, (2, 3))
    if len(step) >= np.iinfo(np.int16).max:
        raise ParamsError(f"cues: the lists make {len(step)} nodes, 32766 at most; shorten them")
    table = np.zeros((len(step), N_SYMBOLS), dtype=np.int16)
    for node, edges in enumerate(step):
        for symbol, target in edges.items():
            table[node, symbol] = target
    bare = sum(1 << i for i, cue in enumerate(cues.values()) if cue.bare)
    whole, prefix, not_whole, not_prefix = (np.array(mask, dtype=np.uint64) for mask in masks)
    return CueTrie(table, whole, prefix, not_whole, not_prefix, bare)


class CueMatcher:
    """Finds the classes of words in plain Python, a word at a time, and remembers them.

    Parameters
    ----------
    cues : mapping of str to CueClass
        The lists, in the order of their bits.

    Examples
    --------
    >>> matcher = CueMatcher(load_cues())
    >>> [matcher.names[i] for i in matcher.classes(encode("وتعهدت"))]
    ['pledge']
    """

    def __init__(self, cues: Mapping[str, CueClass]) -> None:
        self.names = tuple(cues)
        self.trie = compile_cues(cues)
        self._affixes = tuple(tuple(map(encode, affixes)) for affixes in (CONJUNCTIONS, ARTICLES))
        # Instance-bound, so that matchers of different lists never share an answer.
        self.mask = lru_cache(maxsize=1 << 16)(self._mask)
        self.classes = lru_cache(maxsize=1 << 16)(self._classes)

    def _classes(self, word: bytes) -> tuple[int, ...]:
        mask = self.mask(word)
        return tuple(i for i in range(len(self.names)) if mask >> i & 1)

    def _mask(self, word: bytes) -> int:
        mask = self._walk(word)
        stem = _without(word, self._affixes[0])
        if stem is not None:
            mask |= self._walk(stem)
        for candidate in (word, stem):
            rest = None if candidate is None else _without(candidate, self._affixes[1])
            if rest is not None:
                mask |= self._walk(rest) & ~self.trie.bare
        return mask

    def _walk(self, word: bytes) -> int:
        trie, node, found, excluded = self.trie, 0, 0, 0
        for code in word:
            node = int(trie.step[node, code - SPACE])
            if node == 0:
                return found & ~excluded
            found |= int(trie.prefix[node])
            excluded |= int(trie.not_prefix[node])
        return (found | int(trie.whole[node])) & ~(excluded | int(trie.not_whole[node]))


def _without(word: bytes, prefixes: tuple[bytes, ...]) -> bytes | None:
    for prefix in prefixes:
        if word.startswith(prefix) and len(word) - len(prefix) >= MIN_REST:
            return word[len(prefix) :]
    return None
