"""Checks for the coding exercises: one module per chapter, one `check_<exercise>` per exercise.

A check runs the reader's function on a few inputs and reports the first one that goes wrong, with
the answer that was expected and, where the mistake is a usual one, its likely cause. It reports and
does not raise, so a page with an empty stub still runs from top to bottom.
"""

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Feedback:
    """What a check found: `passed`, and a sentence for the reader. Shown as that sentence."""

    passed: bool
    message: str

    def __repr__(self) -> str:
        return f"{self._verdict}: {self.message}"

    def _repr_html_(self) -> str:
        """In a notebook: a paragraph, which wraps on a narrow screen."""
        message = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(self.message))
        return f'<p style="margin: 0.5em 1em"><strong>{self._verdict}:</strong> {message}</p>'

    @property
    def _verdict(self) -> str:
        return "Correct" if self.passed else "Not yet"


def correct(message: str) -> Feedback:
    return Feedback(True, message)


def not_yet(message: str) -> Feedback:
    return Feedback(False, message)


def say(value: object) -> str:
    """A value as a reader would type it: few digits, no array(…) around it."""
    if value is None:
        return "None"
    try:
        array = np.asarray(value, dtype=float) + 0.0  # minus zero would only puzzle
    except (TypeError, ValueError):
        return repr(value)
    if array.ndim == 0:
        return f"{array[()]:.6g}"
    return f"[{', '.join(say(entry) for entry in array)}]"


def compare(
    answer: Callable,
    cases: Iterable[tuple[str, tuple, object]],
    hint: Callable[[tuple, np.ndarray, np.ndarray], str | None],
    praise: str,
    *,
    relative: float = 1e-5,
) -> Feedback:
    """Run `answer` on each case (words for the input, the arguments, the expected value).

    hint(arguments, given, expected) may name the likely cause of a wrong value, or return None.
    relative: how far off a value may be, relative to the expected one; float32 answers are right.
    """
    for words, arguments, expected in cases:
        expected = np.asarray(expected, dtype=float)
        # A reader's mistake may be anything, and the page must go on: so catch it and show it.
        try:
            with np.errstate(all="ignore"):
                given = answer(*arguments)
        except Exception as error:
            return not_yet(f"at {words} your function raised {type(error).__name__}: {error}")
        if given is None:
            return not_yet(
                f"at {words} you returned None, expected {say(expected)}. "
                "Does your function end in `return`?"
            )
        try:
            values = np.asarray(given, dtype=float)
        except (TypeError, ValueError):
            return not_yet(
                f"at {words} you returned {given!r}, which is not a number or an array of numbers; "
                f"expected {say(expected)}"
            )
        if values.shape != expected.shape:
            return not_yet(
                f"at {words} you returned shape {values.shape}, expected {expected.shape}: "
                f"{say(expected)}"
            )
        off = np.abs(values - expected) > relative * np.abs(expected) + 1e-9
        if (off | ~np.isfinite(values)).any():
            because = hint(arguments, values, expected)
            return not_yet(
                f"at {words} you returned {say(values)}, expected {say(expected)}."
                + (f" {because}" if because else "")
            )
    return correct(praise)
