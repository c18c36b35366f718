"""Colours: contrast as WCAG AA asks, and labels that the colour-blind can tell apart."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from balagh.html.colours import DARK, LEVELS, LIGHT, PATTERNS, SCHEMES, contrast, css, mix
from balagh.labels import LABELS

# Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency"
# (2009): full protanopia, deuteranopia and tritanopia, over linear RGB.
VISION = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def lab(colour, vision):
    rgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = XYZ @ np.clip(vision @ linear, 0, 1) / [0.95047, 1, 1.08883]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)
class TestScheme:
    def test_text_can_be_read(self, scheme):
        for background in (scheme.page, scheme.surface):
            assert contrast(scheme.text, background) >= 7
            assert contrast(scheme.muted, background) >= 4.5
            for colour in scheme.labels:
                assert contrast(colour, background) >= 4.5

    def test_text_can_be_read_on_every_tint_and_shade(self, scheme):
        for label in range(len(LABELS)):
            assert contrast(scheme.text, scheme.tint(label)) >= 4.5
            for other in scheme.labels:
                assert contrast(other, scheme.tint(label)) >= 4.5
        for level in (*range(1, LEVELS + 1), *range(-LEVELS, 0)):
            assert contrast(scheme.text, scheme.shade(level)) >= 4.5

    def test_controls_can_be_seen(self, scheme):
        for background in (scheme.page, scheme.surface):
            assert contrast(scheme.control, background) >= 3
            assert contrast(scheme.focus, background) >= 3

    @pytest.mark.parametrize("vision", VISION.values(), ids=VISION)
    def test_labels_differ_for_every_eye(self, scheme, vision):
        for one, other in combinations(scheme.labels, 2):
            assert np.linalg.norm(lab(one, vision) - lab(other, vision)) > 20

    @pytest.mark.parametrize("vision", VISION.values(), ids=VISION)
    def test_for_and_against_differ_for_every_eye(self, scheme, vision):
        strong, weak = (lab(scheme.shade(level), vision) for level in (LEVELS, -LEVELS))
        assert np.linalg.norm(strong - weak) > 20

    def test_shades_grow(self, scheme):
        for side in (1, -1):
            steps = [contrast(scheme.surface, scheme.shade(side * level)) for level in range(1, LEVELS + 1)]
            assert steps == sorted(steps)
            assert len(set(steps)) == LEVELS


def test_every_label_has_a_colour_and_a_pattern_of_its_own():
    for scheme in (LIGHT, DARK):
        assert len(set(scheme.labels)) >= len(LABELS)
    assert len(set(PATTERNS)) >= len(LABELS)


def test_contrast_and_mix():
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)
    assert contrast("#0000FF", "#FFFFFF") == pytest.approx(8.59, abs=0.005)
    assert mix("#102030", "#FFFFFF", 1) == "#102030"


def test_style_sheet_names_every_label():
    sheet = css(6)
    for i in range(6):
        assert sheet.count(f"--label-{i}: {LIGHT.labels[i % 4]};") == 3
        assert sheet.count(f"--label-{i}: {DARK.labels[i % 4]};") == 2
    assert sheet.count("{") == sheet.count("}")
    assert "url(" not in sheet
