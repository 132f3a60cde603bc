"""Checks for the coding exercises: one module per chapter, one `check_<exercise>` per exercise.

A check runs the reader's function on a few inputs that were picked by hand, then on many that are
drawn at random, the smallest first. It reports the first one that goes wrong, with the answer that
was expected and, where the mistake is a usual one, its likely cause. It reports and does not raise,
so a page with an empty stub still runs from top to bottom.

**What makes a check hard to fool.** What is expected comes from a reference of the check's own,
which computes it another way than the printed solution and before the reader's function is called.
That function gets copies, which are looked at afterwards. The random inputs are of all the kinds
that a hand-picked list forgets (see `inputs`), and the same at each run.

**What counts as right.** Exact arithmetic is not asked for. A value may be as far off as the
reference itself moves when its input is rounded to the dtype of the answer. So an answer in float32
is right where float32 can do no better, and an epsilon added "for safety" is not.
"""

from __future__ import annotations

import html
import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from feedforward.exercises.inputs import KINDS, Input, numbers, retyped, shape, sizes
from feedforward.exercises.trial import Trial, Trouble
from feedforward.exercises.words import named, near, say

__all__ = ["KINDS", "Feedback", "judge", "named", "near", "numbers", "say", "shape", "sizes"]

Array = np.ndarray
Hint = Callable[[tuple, Array, Array], str | None]


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


def judge(
    answer: Callable,
    reference: Callable,
    shown: Sequence[tuple],
    draw: Callable[[np.random.Generator], tuple],
    hint: Hint | Sequence[Hint],
    praise: str,
    *,
    parts: Sequence[str] = (),
    relative: float = 1e-9,
    inner: float | Callable[..., float] = 0.0,
    draws: int = 300,
) -> Feedback:
    """Run `answer` on the hand-picked arguments `shown`, then on `draws` random ones.

    reference(*arguments): what is expected. Readers see the names of its parameters.
    draw(rng): random arguments for which the exercise is defined, small ones among them. Floats
    are tried in other dtypes as well; integers are counts or labels and stay as they are.
    hint(arguments, given, expected): the likely cause of a wrong value, or None. It sees floats.
    parts: names of the arrays to be returned, where there are several; then each has its `hint`.
    relative: how far off a value may be at any input; 0 asks for exactly equal numbers.
    inner: the size of numbers on the way to the result, whose rounding is no mistake either, or a
    function of the arguments that returns it.
    """
    names = tuple(inspect.signature(reference).parameters)
    trial = Trial(answer, reference, tuple(parts), relative, inner)
    rng = np.random.default_rng(0)

    def drawn(count: int) -> list[Input]:
        """Random inputs without repetitions, the smallest first."""
        plain = (draw(rng) for _ in range(count))
        inputs = [Input(names, numbers, retyped(numbers, rng)) for numbers in plain]
        return sorted({one.size: one for one in inputs}.values(), key=attrgetter("size"))

    def first_wrong(inputs: Iterable[Input]) -> tuple[Input, Trouble] | None:
        tried = ((one, trial.run(one)) for one in inputs)
        return next(((one, trouble) for one, trouble in tried if trouble), None)

    found = first_wrong(Input(names, arguments, arguments) for arguments in shown)
    if found is None:
        inputs = drawn(draws)
        found = first_wrong(inputs)
        if found is None:
            return Feedback(True, f"{praise} {len(inputs)} random inputs agree as well.")
        more = drawn(2 * draws)  # among which a smaller one may go wrong
        found = first_wrong(one for one in more if one.size < found[0].size) or found
    one, trouble = found
    because = None
    if one.arguments is not one.plain and trial.run(one.as_drawn()) is None:
        because = one.about_dtypes()
    elif trouble.wrong and relative and near(*trouble.wrong):
        because = (
            "These are nearly the right numbers: is there an epsilon in it, a rounded constant "
            "or a difference quotient?"
        )
    elif trouble.wrong:
        with np.errstate(all="ignore"):
            because = (hint[trouble.part] if parts else hint)(deepcopy(one.plain), *trouble.wrong)
    message = f"at {one.words}{trouble.message}"
    return Feedback(False, f"{message.removesuffix('.')}. {because}" if because else message)
