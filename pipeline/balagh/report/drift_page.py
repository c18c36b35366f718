"""What changed from one corpus to another, as one HTML file."""

from __future__ import annotations

from collections.abc import Sequence

from balagh.drift import Drift, GroupDrift, LabelDrift
from balagh.html.colours import css
from balagh.html.pages import render, resource
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
    return render(
        "drift.html",
        styles=[css(len(entries)), resource("base.css"), resource("report.css")],
        title="Have the texts changed?",
        found=found,
        entries=entries,
        names=names,
        histograms=[histogram(found.labels[j], entry.english, j) for j, entry in enumerate(entries)],
        times=[timeline(found.groups, e.name, e.english, j) for j, e in enumerate(entries) if len(found.groups) > 1],
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
    """Return the share of a label in one group after the other."""
    values = [group.shares[label].value or 0.0 for group in groups]
    frame = Frame(x=(0.0, float(len(groups) - 1)), y=(0.0, max(*values, 0.01) * 1.1))
    parts = [
        axes(frame, f"{groups[0].name} … {groups[-1].name}".replace("<", "‹").replace("&", "+"), "share", ticks=()),
        line(frame, list(enumerate(values)), f"line label-{number}"),
    ]
    words = "; ".join(f"{group.name} {value:.1%}" for group, value in zip(groups, values, strict=True))
    return picture(f"Share of {name} by group", words, parts)
