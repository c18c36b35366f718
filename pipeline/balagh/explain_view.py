"""An explanation for the terminal: words shaded by weight, tables of features, what would change the label."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from balagh.described import Described, DescribedLabel
from balagh.explain import Feature
from balagh.html.colours import LIGHT
from balagh.html.highlight import shade_level
from balagh.outputs import visible

_LEFT_TO_RIGHT = "\u200e"


def render(described: Described, labels: Sequence[DescribedLabel], console: Console) -> None:
    """Show an explanation.

    Parameters
    ----------
    described : Described
        The sentence.
    labels : sequence of DescribedLabel
        The labels to explain; the others get a line.
    console : Console
        Where to.
    """
    for label in labels:
        console.print(_heading(label))
        console.print(_shaded(described.text, label), soft_wrap=True)
        console.print(_features(label))
        console.print(_change(label), soft_wrap=True)
        console.print()
    others = [label for label in described.explanations if label not in labels]
    if others:
        console.print(Text("; ".join(map(_decision, others)), style="dim"), soft_wrap=True)


def _decision(label: DescribedLabel) -> str:
    relation, word = (">=", "given") if label.given else ("<", "not given")
    name = label.label.replace("_", " ")
    return f"{name}: probability {label.probability:.3f} {relation} threshold {label.threshold:.3f}, {word}"


def _heading(label: DescribedLabel) -> Text:
    line = Text(_decision(label), style="bold")
    added = label.score - label.intercept
    return line.append(f"   score {label.score:+.2f} = {label.intercept:+.2f} {added:+.2f} from the words", "not bold")


def _shaded(text: str, label: DescribedLabel) -> Text:
    full = max((abs(word.weight) for word in label.words), default=0.0)
    line, done = Text(), 0
    for word in label.words:
        level = shade_level(word.weight, full)
        # Black on the light colours: whatever the colours of the terminal are, that can be read.
        style = f"{LIGHT.text} on {LIGHT.shade(level)}" if level else ""
        line.append(visible(text[done : word.start])).append(visible(word.text), style=style)
        done = word.end
    return line.append(visible(text[done:]))


def _features(label: DescribedLabel) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    for side in ("for", "against"):
        table.add_column("weight", justify="right")
        table.add_column(f"{side} the label", min_width=24)
    for supporting, opposing in zip_longest(label.supporting, label.opposing):
        table.add_row(*_cells(supporting), *_cells(opposing))
    return table


def _cells(feature: Feature | None) -> tuple[str, Text]:
    if feature is None:
        return "", Text()
    times = f" ×{feature.count}" if feature.count > 1 else ""
    # The mark at the end keeps a terminal that sets Arabic right to left from taking the next column along.
    return f"{feature.weight:+.3f}", Text(feature.shown() + times + _LEFT_TO_RIGHT)


def _change(label: DescribedLabel) -> Text:
    if label.change is None:
        return Text("No run of up to six words changes this by being left out.", style="dim")
    verb = "not be given" if label.given else "be given"
    line = Text("Without ").append(visible(label.change.text), style="bold")
    return line.append(f" it would {verb} (probability {label.change.probability:.3f}).")
