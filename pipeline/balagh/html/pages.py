"""Whole pages from templates: text escaped by default, a strict CSP, nothing loaded from anywhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec

from balagh.errors import BalaghError
from balagh.html.highlight import clean

if TYPE_CHECKING:
    from jinja2 import Environment


def render(
    template: str, *, styles: Sequence[str] = (), scripts: Sequence[str] = (), connect: str = "'none'", **values: object
) -> str:
    """Return a page that needs no other file.

    Parameters
    ----------
    template : str
        Name of a file in ``html/templates`` that extends ``base.html``.
    styles, scripts : sequence of str
        Style sheets and scripts to put into the page, which then runs these and no others.
    connect : str
        Where the scripts may send requests to.
    values
        What the template shows.
    """
    style, script = "\n".join(styles), "\n".join(scripts)
    policy = csp(styles=[style], scripts=[script] if script else [], connect=connect)
    return environment().get_template(template).render(**values, csp=policy, style=style, script=script)


def csp(*, styles: Sequence[str], scripts: Sequence[str], connect: str = "'none'") -> str:
    """Return a content security policy that lets in these inline sheets and scripts, and nothing else."""
    style = " ".join(map(_hash, styles)) or "'none'"
    script = " ".join(map(_hash, scripts)) or "'none'"
    return (
        f"default-src 'none'; style-src {style}; script-src {script}; connect-src {connect};"
        " base-uri 'none'; form-action 'none'"
    )


def resource(name: str) -> str:
    """Return a style sheet or script of ``html/templates``."""
    return files("balagh.html").joinpath("templates", name).read_text(encoding="utf-8")


def data_block(value: object) -> str:
    r"""Return JSON that can stand inside a ``<script type="application/json">`` element.

    Examples
    --------
    >>> data_block("</script><b>")
    '"\\u003c/script\\u003e\\u003cb\\u003e"'
    """
    text = msgspec.json.encode(value).decode()
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the templates; what they show is escaped unless a template says otherwise.

    Raises
    ------
    BalaghError
        Jinja2 is not installed.
    """
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError:
        raise BalaghError("HTML needs Jinja2, which is not installed; run pip install 'balagh[report]'") from None

    made = Environment(
        loader=PackageLoader("balagh.html"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.filters["clean"] = clean
    return made


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
