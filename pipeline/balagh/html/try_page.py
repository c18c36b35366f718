"""The local page to try the tagger on; its script talks to the API that serves it, and to nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from balagh.html.colours import css
from balagh.html.document import label_data, stripes
from balagh.html.pages import csp, data_block, render, resource
from balagh.records import GENRES

if TYPE_CHECKING:
    from balagh.tagger import Tagger

EXAMPLE = (
    "أدان الوزراء بشدة الهجوم الإرهابي الذي استهدف القافلة، وجددوا التزامهم بدعم أمن اليمن واستقراره.\n"
    "ورحب الاجتماع بانضمام موريتانيا إلى التحالف عضوا جديدا.\n"
    "وأعربوا عن قلقهم البالغ إزاء تصاعد التوتر في منطقة الساحل.\n"
    "ووصل الوفد إلى العاصمة صباح أمس."
)
"""A short text to start with, written for this page."""


class ServedPage(NamedTuple):
    """A page and the content security policy to send with it."""

    html: str
    csp: str


def try_page(tagger: Tagger) -> ServedPage:
    """Return the page that `balagh serve` shows.

    Parameters
    ----------
    tagger : Tagger
        The model, for its labels.
    """
    entries = tagger.manifest.labels
    styles = [
        css(len(entries)),
        resource("base.css"),
        resource("viewer.css"),
        stripes(len(entries)),
        resource("try.css"),
    ]
    scripts = [resource(name) for name in ("viewer.js", "corrections.js", "try.js")]
    html = render(
        "try.html",
        styles=styles,
        scripts=scripts,
        connect="'self'",
        title="balagh",
        labels=[(entry, 0) for entry in entries],
        genres=GENRES,
        example=EXAMPLE,
        data=data_block({"labels": label_data(tagger)}),
    )
    policy = csp(styles=["\n".join(styles)], scripts=["\n".join(scripts)], connect="'self'")
    return ServedPage(html, f"{policy}; frame-ancestors 'none'")
