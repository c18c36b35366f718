"""The model card, in the form of the Hugging Face Hub, filled from the same figures as the report."""

from __future__ import annotations

from balagh.html.pages import environment
from balagh.report.contents import Contents
from balagh.report.page import shown
from balagh.tagger import Tagger


def model_card(contents: Contents, tagger: Tagger) -> str:
    """Return the card as Markdown with YAML before it.

    Raises
    ------
    BalaghError
        Jinja2 is not installed.
    """
    # A card is Markdown: nothing in it comes from a text, and escaping would show.
    template = environment().overlay(autoescape=False).get_template("model_card.md")
    return template.render(
        contents=contents, extras=contents.extras, labels=tagger.manifest.labels, manifest=tagger.manifest, shown=shown
    )
