"""Logarithms and powers that have the same bits on every processor.

NumPy computes them with the widest instructions that it finds, and the last bit depends on which these are. That is
enough for another model. Python's own functions are the C library's, one number at a time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def logarithms(values: Iterable[float]) -> Floats:
    """Return the natural logarithm of each value, shape (n_values,)."""
    return np.array([math.log(value) for value in values], dtype=np.float64)


def powers(values: Iterable[float], exponent: float) -> Floats:
    """Return each value to the power of the exponent, shape (n_values,)."""
    return np.array([math.pow(value, exponent) for value in values], dtype=np.float64)
