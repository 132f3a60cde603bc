"""One answer, run on one input after another and compared with the reference."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

import numpy as np

from feedforward.exercises.inputs import Input, dtype_of
from feedforward.exercises.words import FEW, say

Array = np.ndarray

DOUBLE, SINGLE = (float(np.finfo(dtype).eps) for dtype in (np.float64, np.float32))

COUNTS = {2: "two", 3: "three", 4: "four"}


@dataclass(frozen=True)
class Trouble:
    """What went wrong at one input; `wrong` holds the values given and expected, if it is those."""

    message: str
    part: int = 0
    wrong: tuple[Array, Array] | None = None


@dataclass(frozen=True)
class Trial:
    """One answer, run on one input after another and compared with the reference."""

    answer: Callable
    reference: Callable
    parts: tuple[str, ...]
    relative: float
    inner: float | Callable[..., float]

    def run(self, one: Input) -> Trouble | None:
        """What is wrong with the answer at this input, or None."""
        expected = self._expected(one.plain)
        received = deepcopy(one.arguments)
        # A reader's mistake may be anything, and the page must go on: so catch it and show it.
        try:
            with np.errstate(all="ignore"):
                given = self.answer(*received)
        except Exception as error:
            return Trouble(f" your function raised {type(error).__name__}: {error}")
        if given is None:
            return Trouble(
                f" you returned None, expected {self._aim(expected)}. "
                "Does your function end in `return`?"
            )
        for name, before, after in zip(one.names, one.arguments, received, strict=True):
            if not _same(before, after):
                return Trouble(
                    f" your function changed its argument `{name}`, which is the caller's: "
                    f"work on a copy, `{name} = {name}.copy()`."
                )
        if self.parts:
            try:
                given = list(given)
            except TypeError:
                given = [given]
            if len(given) != len(self.parts):
                return Trouble(f" return {self._aim(expected)}: {', '.join(self.parts)}.")
        return self._compare(one, expected, given if self.parts else [given])

    def _expected(self, plain: tuple) -> list[Array]:
        with np.errstate(all="ignore"):
            found = self.reference(*deepcopy(plain))
        dtype = None if self.relative == 0 else float
        return [np.asarray(part, dtype) for part in (found if self.parts else [found])]

    def _aim(self, expected: list[Array]) -> str:
        if self.parts:
            return f"{COUNTS[len(self.parts)]} arrays"
        return _short(expected[0])

    def _compare(self, one: Input, expected: list[Array], given: list) -> Trouble | None:
        found = []
        for part, (value, aim) in enumerate(zip(given, expected, strict=True)):
            you = self._you(part)
            if value is None:
                return Trouble(f"{you} None, expected {_short(aim)}.", part)
            try:
                array = np.asarray(value)
                if array.dtype.kind not in "biufO":
                    raise TypeError
                found.append((array, array.astype(float)))
            except (TypeError, ValueError, OverflowError):
                return Trouble(
                    f"{you} {value!r}, which is not a number or an array of numbers; "
                    f"expected {_short(aim)}",
                    part,
                )
            if array.shape != aim.shape:
                shapes = f"{you} shape {array.shape}, expected {aim.shape}"
                return Trouble(shapes + (f": {say(aim)}" if aim.size <= FEW else ""), part)
        epsilon = max(map(_epsilon, [*one.arguments, *(array for array, _ in found)]))
        for part, ((array, values), aim) in enumerate(zip(found, expected, strict=True)):
            if self.relative == 0:
                wrong = _differ(array, aim)
            else:
                wrong = self._off(values, aim, 0)
                if wrong.any():
                    wrong = self._off(values, aim, self._slack(one.plain, part, aim, epsilon))
                    if array.dtype == np.float32:  # beyond its range is only 0 and ∞
                        wrong &= values != _in_single(aim)
            if wrong.any():
                message = f"{self._you(part)} {_contrast(values, aim, wrong)}"
                return Trouble(message, part, (values, aim.astype(float)))
        return None

    def _you(self, part: int) -> str:
        return f"{': ' + self.parts[part] if self.parts else ''} you returned"

    def _off(self, values: Array, aim: Array, slack: Array | float) -> Array:
        return ~(np.abs(values - aim) <= self.relative * np.abs(aim) + slack)  # nan is off as well

    def _slack(self, plain: tuple, part: int, aim: Array, epsilon: float) -> Array:
        """How far rounding may move a part: as the reference moves, its input rounded or off.

        Sums of large numbers round by as much as those are large, so no value needs to be closer
        than the part's largest one allows. Where the reference is not defined it says nothing.
        """
        rng = np.random.default_rng(0)
        inner = self.inner(*plain) if callable(self.inner) else self.inner
        slack = np.full(aim.shape, epsilon * np.abs(aim).max(initial=inner))
        moved_inputs = [tuple(_moved(a, epsilon, rng) for a in plain) for _ in range(8)]
        if epsilon == SINGLE:
            moved_inputs.append(tuple(map(_in_single, plain)))
        for inputs in moved_inputs:
            try:
                moved = self._expected(inputs)[part]
            except ArithmeticError:
                continue
            change = np.abs(moved - aim)
            slack = np.maximum(slack, np.where(np.isfinite(change), change, 0))
        return 8 * slack


def _short(aim: Array) -> str:
    return say(aim) if aim.size <= FEW else f"shape {aim.shape}"


def _contrast(values: Array, expected: Array, wrong: Array) -> str:
    """What was returned and what was expected, in as many digits as tell them apart."""
    where = ""
    if wrong.size > FEW:
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        values, expected, where = values[at], expected[at], f" at {list(at)}"
    for digits in (6, 9, 13, 17):
        given, aim = say(values, digits), say(expected, digits)
        if given != aim:
            break
    return f"{given}{where}, expected {aim}."


def _same(before: object, after: object) -> bool:
    if not isinstance(before, np.ndarray):
        return bool(before == after)
    return dtype_of(after) == before.dtype and np.array_equal(before, after, equal_nan=True)


def _differ(array: Array, aim: Array) -> Array:
    """Where numbers are not equal. Python compares whole numbers exactly, however long they are."""
    pairs = zip(array.ravel().tolist(), aim.ravel().tolist(), strict=True)
    return np.reshape([given != expected for given, expected in pairs], aim.shape)


def _epsilon(value: object) -> float:
    """The rounding of float64, or of float32 for what is no finer."""
    dtype = dtype_of(value)
    coarse = dtype is not None and dtype.kind == "f" and dtype.itemsize <= 4
    return SINGLE if coarse else DOUBLE


def _moved(argument: object, epsilon: float, rng: np.random.Generator) -> object:
    """Real numbers, each a little larger or smaller."""
    if isinstance(argument, float) or dtype_of(argument) == np.float64:
        return argument * (1 + epsilon * rng.uniform(-1, 1, np.shape(argument)))
    return argument


def _in_single(argument: object) -> object:
    """Real numbers, as they are in float32."""
    if isinstance(argument, float) or dtype_of(argument) == np.float64:
        with np.errstate(over="ignore"):
            return np.float64(np.float32(argument))
    return argument
