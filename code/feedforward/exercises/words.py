"""Numbers as a check says them to a reader, and comparisons for its hints."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

Array = np.ndarray

FEW = 12
"""So many numbers are shown in full; of more, the shape or the first wrong one."""


def near(values: Array, other: object) -> bool:
    """For hints: are these the same numbers, up to rounding?"""
    if np.shape(values) != np.shape(other):
        return False
    largest = np.abs(np.asarray(other, dtype=float)).max(initial=0)
    return bool(np.allclose(values, other, rtol=1e-6, atol=1e-12 * largest))


def named(mistakes: Iterable[tuple[object, str]], given: Array) -> str | None:
    """For hints: the words for the first mistake that gives these numbers."""
    return next((why for wrong, why in mistakes if near(given, wrong)), None)


def say(value: object, digits: int = 6) -> str:
    """A value as a reader would type it: few digits, no array(…) around it."""
    if value is None:
        return "None"
    try:
        array = np.asarray(value, dtype=float) + 0.0  # minus zero would only puzzle
    except (TypeError, ValueError):
        return repr(value)
    if array.ndim == 0:
        return f"{array[()]:.{digits}g}"
    return f"[{', '.join(say(entry, digits) for entry in array)}]"
