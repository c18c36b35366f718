"""Plots as inline SVG, coloured by the page's style sheet; each says in words what it shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

from balagh.evaluation import Curve, Cut
from balagh.evaluation_refits import CurvePoint
from balagh.metrics import Figure

WIDTH: Final = 320
HEIGHT: Final = 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 14, 10, 40
_TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)


class Frame(NamedTuple):
    """A plot's area: where values between two bounds stand on the picture."""

    x: tuple[float, float] = (0.0, 1.0)
    y: tuple[float, float] = (0.0, 1.0)
    logarithmic: bool = False
    """Of the x axis."""

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of a point, in the units of the picture.

        Examples
        --------
        >>> Frame().at(0.0, 0.0), Frame().at(1.0, 1.0)
        ((52.0, 220.0), (306.0, 10.0))
        """
        low, high = self.x
        if self.logarithmic:
            x, low, high = math.log(x), math.log(low), math.log(high)
        across = (x - low) / (high - low)
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        return (_LEFT + across * (WIDTH - _LEFT - _RIGHT), HEIGHT - _BOTTOM - up * (HEIGHT - _TOP - _BOTTOM))


def precision_recall(curve: Curve, cut: Cut, name: str, number: int) -> str:
    """Return precision over recall at all thresholds, with the threshold in force marked."""
    frame = Frame()
    points = sorted(zip(curve.recall, curve.precision, strict=True))
    i = min(range(len(curve.threshold)), key=lambda k: abs(curve.threshold[k] - cut.threshold))
    here = (curve.recall[i], curve.precision[i])
    parts = [
        axes(frame, "recall", "precision"),
        line(frame, points, f"line label-{number}"),
        _dot(frame, *here, f"dot label-{number}", 5),
    ]
    words = f"At the threshold {cut.threshold:.2f} precision is {here[1]:.2f} and recall {here[0]:.2f}."
    return picture(f"Precision and recall of {name}", words, parts)


def calibration(curve: Curve, name: str, number: int) -> str:
    """Return the share of true labels over the probability given, a dot for each bin, larger for more sentences."""
    frame = Frame()
    most = max(found.sentences for found in curve.bins)
    parts = [axes(frame, "probability given", "share that is true"), line(frame, [(0, 0), (1, 1)], "line guide")]
    parts += [
        _dot(frame, found.probability, found.share, f"dot label-{number}", 2.5 + 6 * math.sqrt(found.sentences / most))
        for found in curve.bins
    ]
    far = max(curve.bins, key=lambda found: abs(found.probability - found.share) * found.sentences)
    words = (
        f"On the line, probabilities mean what they say. Of {far.sentences:,} sentences given about "
        f"{far.probability:.2f}, {far.share:.2f} have the label."
    )
    return picture(f"Calibration of {name}", words, parts)


def learning_curve(points: Sequence[CurvePoint], title: str) -> str:
    """Return macro-F1 over the number of training sentences, on a logarithmic axis, with its interval."""
    known = [point for point in points if point.macro_f1.value is not None]
    sizes = [point.sentences for point in known]
    figures = [point.macro_f1 for point in known]
    lowest = min(_low(figure) for figure in figures)
    frame = Frame((sizes[0] * 0.9, sizes[-1] * 1.1), (math.floor(lowest * 10) / 10, 1.0), logarithmic=True)
    above = [frame.at(n, _high(f)) for n, f in zip(sizes, figures, strict=True)]
    below = [frame.at(n, _low(f)) for n, f in zip(sizes, figures, strict=True)]
    band = " ".join(f"{x:.1f},{y:.1f}" for x, y in [*above, *reversed(below)])
    values = [(n, f.value or 0.0) for n, f in zip(sizes, figures, strict=True)]
    parts = [
        axes(frame, "training sentences", "macro-F1", sizes),
        f'<polygon class="band" points="{band}"/>',
        line(frame, values, "line"),
        *(_dot(frame, n, value, "dot", 4) for n, value in values),
    ]
    words = f"From {values[0][1]:.2f} with {sizes[0]:,} sentences to {values[-1][1]:.2f} with {sizes[-1]:,}."
    return picture(title, words, parts)


def intervals(rows: Sequence[tuple[str, Figure]], title: str) -> str:
    """Return a figure of several models one under the other, each with its interval; the first stands out."""
    step, left, width = 30, 290, 680
    height = step * len(rows) + 34
    parts = []
    for tick in _TICKS:
        x = left + tick * (width - left - 20)
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="4" y2="{height - 26}"/>')
        parts.append(f'<text class="tick" x="{x:.1f}" y="{height - 8}" text-anchor="middle">{tick:.2f}</text>')
    for i, (name, figure) in enumerate(rows):
        y = 18 + i * step
        low, value, high = (
            left + number * (width - left - 20) for number in (_low(figure), figure.value or 0.0, _high(figure))
        )
        kind = "first" if i == 0 else "other"
        parts += [
            f'<text class="name {kind}" x="{left - 14}" y="{y + 4}" text-anchor="end">{escape(name)}</text>',
            f'<line class="span {kind}" x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}"/>',
            f'<circle class="dot {kind}" cx="{value:.1f}" cy="{y}" r="5"/>',
        ]
    said = "; ".join(f"{name} {figure.value or 0:.2f}" for name, figure in rows)
    return picture(title, said, parts, width, height)


def confusion(counts: Sequence[Sequence[int]], names: Sequence[str]) -> str:
    """Return a table of counts as shaded squares: true primary labels down, given ones across."""
    side, left, top = 84, 118, 58
    width, height = left + side * len(names) + 10, top + side * len(names) + 10
    parts = [
        f'<text class="axis" x="{left + side * len(names) / 2:.0f}" y="14" text-anchor="middle">given</text>',
        f'<text class="axis" x="6" y="{top - 10}">true</text>',
    ]
    for i, name in enumerate(names):
        middle = top + side * i + side / 2 + 4
        parts.append(f'<text class="tick" x="{left - 8}" y="{middle:.0f}" text-anchor="end">{escape(name)}</text>')
        first, _, rest = name.partition(" ")
        for j, word in enumerate(filter(None, (first, rest))):
            x, y = left + side * i + side / 2, top - 22 + 13 * j
            parts.append(f'<text class="tick" x="{x:.0f}" y="{y}" text-anchor="middle">{escape(word)}</text>')
    for i, row in enumerate(counts):
        whole = max(sum(row), 1)
        for j, count in enumerate(row):
            x, y, share = left + side * j, top + side * i, count / whole
            level = min(int(share * 5 + 0.999), 5)
            kind = "right" if i == j else "wrong"
            size = f'width="{side - 2}" height="{side - 2}" rx="4"'
            parts.append(
                f'<rect class="cell {kind} level-{level}" x="{x}" y="{y}" {size}/>'
                f'<text class="count" x="{x + side / 2 - 1:.0f}" y="{y + side / 2 + 4:.0f}" text-anchor="middle">'
                f"{count}</text>"
            )
    right = sum(counts[i][i] for i in range(len(names)))
    total = sum(map(sum, counts))
    words = f"{right:,} of {total:,} sentences get the right primary label."
    return picture("Primary labels, true and given", words, parts, width, height)


def bars(rows: Sequence[tuple[str, int]], title: str) -> str:
    """Return counts as bars, one under the other."""
    step, left, width = 24, 150, 420
    most = max((count for _, count in rows), default=1) or 1
    parts = []
    for i, (name, count) in enumerate(rows):
        y, length = 4 + i * step, count / most * (width - left - 70)
        parts += [
            f'<text class="name other" x="{left - 10}" y="{y + 14}" text-anchor="end">{escape(name)}</text>',
            f'<rect class="bar" x="{left}" y="{y + 3}" width="{max(length, 1):.1f}" height="15" rx="3"/>',
            f'<text class="tick" x="{left + length + 6:.1f}" y="{y + 15}">{count:,}</text>',
        ]
    words = "; ".join(f"{name} {count:,}" for name, count in rows)
    return picture(title, words, parts, width, 8 + step * len(rows))


def _low(figure: Figure) -> float:
    return figure.low if figure.low is not None else figure.value or 0.0


def _high(figure: Figure) -> float:
    return figure.high if figure.high is not None else figure.value or 0.0


def picture(title: str, words: str, parts: Sequence[str], width: int = WIDTH, height: int = HEIGHT) -> str:
    """Return a picture of parts, with what it shows in words."""
    label = escape(f"{title}. {words}", quote=True)
    body = "".join(parts)
    return f'<svg class="plot" role="img" aria-label="{label}" viewBox="0 0 {width} {height}">{body}</svg>'


def axes(frame: Frame, across: str, up: str, ticks: Sequence[float] = _TICKS) -> str:
    """Return the grid, the ticks and the names of both axes."""
    (left, bottom), (right, top) = frame.at(frame.x[0], frame.y[0]), frame.at(frame.x[1], frame.y[1])
    parts = []
    for value in _TICKS:
        value = frame.y[0] + value * (frame.y[1] - frame.y[0])
        y = frame.at(frame.x[0], value)[1]
        parts.append(f'<line class="grid" x1="{left:.1f}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" x="{left - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{value:.2f}</text>')
    shown = -math.inf
    for tick in ticks:
        x = frame.at(tick, frame.y[0])[0]
        if x - shown < 30:
            continue  # the last two sizes of a learning curve may stand too close to be read
        shown = x
        name = f"{tick:,.0f}" if frame.logarithmic else f"{tick:.2f}"
        parts.append(f'<text class="tick" x="{x:.1f}" y="{bottom + 15:.1f}" text-anchor="middle">{name}</text>')
    middle, half = (left + right) / 2, (top + bottom) / 2
    parts.append(f'<text class="axis" x="{middle:.1f}" y="{bottom + 32:.1f}" text-anchor="middle">{across}</text>')
    turned = f'transform="rotate(-90 11 {half:.1f})"'
    parts.append(f'<text class="axis" x="11" y="{half:.1f}" text-anchor="middle" {turned}>{up}</text>')
    return "".join(parts)


def line(frame: Frame, points: Sequence[tuple[float, float]], kind: str) -> str:
    """Return a line through points, of a class of the style sheet."""
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in (frame.at(*point) for point in points))
    return f'<polyline class="{kind}" points="{places}"/>'


def _dot(frame: Frame, x: float, y: float, kind: str, radius: float) -> str:
    across, down = frame.at(x, y)
    return f'<circle class="{kind}" cx="{across:.1f}" cy="{down:.1f}" r="{radius:.1f}"/>'
