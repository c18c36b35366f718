"""What changed from one corpus to another, as one HTML file."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from balagh.drift import Drift, GroupDrift, LabelDrift
from balagh.html.colours import css
from balagh.html.highlight import clean
from balagh.html.pages import render, resource
from balagh.outputs import visible
from balagh.report.page import shown
from balagh.report.svg import Frame, axes, line, picture
from balagh.tagger import Tagger


def drift_page(found: Drift, tagger: Tagger, names: tuple[str, str]) -> str:
    """Return the comparison of two corpora as a page that needs no other file.

    Parameters
    ----------
    found : Drift
        What changed.
    tagger : Tagger
        The model.
    names : (str, str)
        What the reference and the new corpus are called.

    Raises
    ------
    BalaghError
        Jinja2 is not installed.
    """
    entries = tagger.manifest.labels
    large = [group for group in found.groups if group.enough]
    return render(
        "drift.html",
        styles=[css(len(entries)), resource("base.css"), resource("report.css")],
        title="Have the texts changed?",
        found=found,
        entries=entries,
        names=names,
        histograms=[histogram(found.labels[j], entry.english, j) for j, entry in enumerate(entries)],
        times=[timeline(large, e.name, e.english, j) for j, e in enumerate(entries) if len(large) > 1],
        shown=shown,
    )


def histogram(label: LabelDrift, name: str, number: int) -> str:
    """Return how the probabilities of a label are spread in both corpora."""
    old, new = label.histogram
    # Nearly all sentences are in the first bin; the others would be flat beside it.
    top = max(*old[1:], *new[1:], 0.01) * 1.1
    frame = Frame(y=(0.0, top))
    middles = [(i + 0.5) / len(old) for i in range(len(old))]
    parts = [
        axes(frame, "probability", "share of sentences"),
        line(frame, [(x, min(y, top)) for x, y in zip(middles, old, strict=True)], "line guide"),
        line(frame, [(x, min(y, top)) for x, y in zip(middles, new, strict=True)], f"line label-{number}"),
    ]
    words = f"Population stability index {label.psi:.2f}; the dashed line is the reference."
    return picture(f"Probabilities of {name}", words, parts)


def timeline(groups: Sequence[GroupDrift], label: str, name: str, number: int) -> str:
    """Return the share of a label in one group after the other, with its interval."""
    figures = [group.shares[label] for group in groups]
    highs = [figure.high or 0.0 for figure in figures]
    frame = Frame(x=(0.0, float(len(groups) - 1)), y=(0.0, max(*highs, 0.01) * 1.1))
    above = [frame.at(x, high) for x, high in enumerate(highs)]
    below = [frame.at(x, figure.low or 0.0) for x, figure in enumerate(figures)]
    band = " ".join(f"{x:.1f},{y:.1f}" for x, y in [*above, *reversed(below)])
    values = [figure.value or 0.0 for figure in figures]
    names = [_short(group.name) for group in groups]
    parts = [
        axes(frame, escape(f"{names[0]} … {names[-1]}"), "share", ticks=()),
        f'<polygon class="band" points="{band}"/>',
        line(frame, list(enumerate(values)), f"line label-{number}"),
    ]
    words = "; ".join(f"{name} {value:.1%}" for name, value in zip(names, values, strict=True))
    return picture(f"Share of {name} by group", words, parts)


def _short(name: str, width: int = 16) -> str:
    # Also no sign that turns the direction of what follows it: there is no <bdi> in a picture.
    line_of = " ".join(visible(clean(name[: width + 1])).split())
    return line_of if len(name) <= width else f"{line_of[:width]}…"
