"""The colours of every page, light and dark, and the style sheet that names them.

The hues of the labels are those of Okabe and Ito ("Color Universal Design", 2008): bluish green, vermilion,
blue and reddish purple, made darker or lighter until text of that colour can be read on the page. No label is
told by its colour alone: each has a pattern of its own too, and its name beside it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

LEVELS: Final = 5
"""Steps of shading for and against a label."""


class Scheme(NamedTuple):
    """Colours as ``#RRGGBB``."""

    page: str
    surface: str
    """Of boxes that lie on the page."""
    text: str
    muted: str
    """Of text that steps back, and still can be read."""
    border: str
    """Of boxes that are only parted from each other."""
    control: str
    """Of the edges of buttons and fields."""
    focus: str
    labels: tuple[str, ...]
    """One a label, for its stripes and its name; more labels begin anew."""
    supporting: str
    """Full colour of words that add to a score; weaker ones are mixed with the surface."""
    opposing: str

    def tint(self, label: int) -> str:
        """Return the background of a sentence with the label of this number."""
        return mix(self.labels[label % len(self.labels)], self.surface, 0.1)

    def shade(self, level: int) -> str:
        """Return the background of a word: 1 to 5 supports the label, -1 to -5 opposes it."""
        full = self.supporting if level > 0 else self.opposing
        return mix(full, self.surface, 0.08 + 0.37 * abs(level) / LEVELS)


LIGHT: Final = Scheme(
    page="#F6F5F2",
    surface="#FFFFFF",
    text="#1B1B1D",
    muted="#5C5C63",
    border="#D9D7D0",
    control="#7C7A74",
    focus="#004CDD",
    labels=("#005A39", "#AD3800", "#004CDD", "#AB3D9D"),
    supporting="#0072B2",
    opposing="#E69F00",
)
DARK: Final = Scheme(
    page="#101215",
    surface="#181B20",
    text="#ECECEE",
    muted="#A2A4AB",
    border="#343840",
    control="#7D828C",
    focus="#8DB8FF",
    labels=("#38F79C", "#FF784E", "#5B98FF", "#DF9CC9"),
    supporting="#56B4E9",
    opposing="#D58A00",
)
SCHEMES: Final = {"light": LIGHT, "dark": DARK}

PATTERNS: Final = (
    "linear-gradient({0}, {0})",
    "repeating-linear-gradient(90deg, {0} 0 9px, transparent 9px 13px)",
    "repeating-linear-gradient(90deg, {0} 0 3px, transparent 3px 6px)",
    "repeating-linear-gradient(90deg, {0} 0 12px, transparent 12px 15px, {0} 15px 18px, transparent 18px 21px)",
)
"""Stripe of each label: whole, dashed, dotted, dash and dot."""


def mix(colour: str, other: str, share: float) -> str:
    """Return ``share`` of one colour mixed with the rest of another, channel by channel.

    Examples
    --------
    >>> mix("#000000", "#FFFFFF", 0.2)
    '#CCCCCC'
    """
    channels = (round(share * a + (1 - share) * b) for a, b in zip(_channels(colour), _channels(other), strict=True))
    return "#" + "".join(f"{channel:02X}" for channel in channels)


def contrast(colour: str, other: str) -> float:
    """Return the contrast ratio of two colours as WCAG 2 defines it, between 1 and 21.

    Examples
    --------
    >>> contrast("#FFFFFF", "#000000")
    21.0
    """
    low, high = sorted((_luminance(colour), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def css(n_labels: int) -> str:
    """Return the style sheet with every colour as a custom property, for light and dark.

    It names ``--page --surface --text --muted --border --control --focus``, for the label of number *i*
    ``--label-i``, ``--tint-i`` and ``--stripe-i``; the classes ``.chip-i``, which set ``--stripe``; and for
    shaded words the classes ``.up1`` to ``.up5`` and ``.down1`` to ``.down5`` (see `balagh.html.highlight`).
    A page shows light or dark as the system asks; ``data-scheme="light"`` or ``"dark"`` on the root element
    decides otherwise. Printing is always light.
    """
    light, dark = _properties(LIGHT, n_labels), _properties(DARK, n_labels)
    return "\n".join(
        [
            f":root {{ color-scheme: light dark; {light} }}",
            f"@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}",
            f':root[data-scheme="light"] {{ color-scheme: light; {light} }}',
            f':root[data-scheme="dark"] {{ color-scheme: dark; {dark} }}',
            f"@media print {{ :root, :root[data-scheme] {{ color-scheme: light; {light} }} }}",
            *(f".chip-{i} {{ --stripe: var(--stripe-{i}); }}" for i in range(n_labels)),
            ".word { border-radius: 0.2em; padding: 0.05em 0.1em; }",
            *(f".up{level} {{ background: var(--up-{level}); }}" for level in range(1, LEVELS + 1)),
            # Against the label also by shape: a dotted line under the word.
            *(
                f".down{level} {{ background: var(--down-{level}); box-shadow: inset 0 -2px var(--opposing); }}"
                for level in range(1, LEVELS + 1)
            ),
        ]
    )


def _properties(scheme: Scheme, n_labels: int) -> str:
    values = {name: getattr(scheme, name) for name in ("page", "surface", "text", "muted", "border", "control")}
    values |= {"focus": scheme.focus, "supporting": scheme.supporting, "opposing": scheme.opposing}
    for i in range(n_labels):
        values[f"label-{i}"] = scheme.labels[i % len(scheme.labels)]
        values[f"tint-{i}"] = scheme.tint(i)
        values[f"stripe-{i}"] = PATTERNS[i % len(PATTERNS)].format(values[f"label-{i}"])
    for level in range(1, LEVELS + 1):
        values[f"up-{level}"] = scheme.shade(level)
        values[f"down-{level}"] = scheme.shade(-level)
    return " ".join(f"--{name}: {value};" for name, value in values.items())


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
