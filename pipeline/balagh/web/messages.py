"""What the API takes and gives, as types: requests are checked against them, and OpenAPI describes them."""

from __future__ import annotations

from typing import Annotated

import msgspec

from balagh.tagger import TaggedSentence
from balagh.web.settings import MAX_SENTENCE, MAX_SENTENCES, MAX_TEXT, MAX_TOP

Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
SentenceText = Annotated[str, msgspec.Meta(max_length=MAX_SENTENCE)]


class TagRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A text to split and tag, or sentences to tag as they are: one of the two."""

    text: Text | None = None
    sentences: Annotated[list[SentenceText], msgspec.Meta(max_length=MAX_SENTENCES)] | None = None


class TagResponse(msgspec.Struct):
    """The sentences in order; offsets count Unicode code points of the text, or of the sentence itself."""

    sentences: list[TaggedSentence]


class ExplainRequest(msgspec.Struct, forbid_unknown_fields=True):
    """One sentence, taken as it is given."""

    text: SentenceText
    top: Annotated[int, msgspec.Meta(ge=0, le=MAX_TOP)] = 10
    """Features to name for and against each label."""
    characters: bool = False
    """Give the contribution of every character too."""


class LabelInfo(msgspec.Struct):
    """A label of the model."""

    name: str
    english: str
    arabic: str
    threshold: float
    """Probability from which on it is given."""


class LabelsResponse(msgspec.Struct):
    """The labels of the model, in the order of all lists."""

    labels: list[LabelInfo]


class HealthResponse(msgspec.Struct):
    """That the server works, and with which model."""

    status: str
    version: str
    model: str
    """SHA-256 digest of the model."""


class ReadResponse(msgspec.Struct):
    """The text of a file."""

    text: str
    encoding: str
    """How its bytes were read; empty for a Word document."""


class ErrorResponse(msgspec.Struct):
    """What was wrong and what to do, in one line."""

    error: str
