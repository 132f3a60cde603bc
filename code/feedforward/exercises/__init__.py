"""Checks for the coding exercises: one module per chapter, one `check_<exercise>` per exercise.

A check runs the reader's function on a few inputs that were picked by hand, then on many that are
drawn at random, the smallest first. It reports the first one that goes wrong, with the answer that
was expected and, where the mistake is a usual one, its likely cause. It reports and does not raise,
so a page with an empty stub still runs from top to bottom.

**What makes a check hard to fool.** What is expected comes from a reference of the check's own,
which computes it another way than the printed solution and before the reader's function is called.
That function gets copies, which are looked at afterwards. The random inputs are of all the kinds
that a hand-picked list forgets (see KINDS and `_retyped`), and the same at each run.

**What counts as right.** Exact arithmetic is not asked for. A value may be as far off as the
reference itself moves when its input is rounded to the dtype of the answer. So an answer in float32
is right where float32 can do no better, and an epsilon added "for safety" is not.
"""

import html
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

import numpy as np

Array = np.ndarray
Hint = Callable[[tuple, Array, Array], str | None]

DOUBLE, SINGLE = (float(np.finfo(dtype).eps) for dtype in (np.float64, np.float32))

FEW = 12
"""So many numbers are shown in full; of more, the shape or the first wrong one."""

COUNTS = {2: "two", 3: "three", 4: "four"}


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
    trial = _Trial(answer, reference, tuple(parts), relative, inner)
    rng = np.random.default_rng(0)

    def drawn(count: int) -> list[_Input]:
        """Random inputs without repetitions, the smallest first."""
        plain = (draw(rng) for _ in range(count))
        inputs = [_Input(names, numbers, _retyped(numbers, rng)) for numbers in plain]
        return sorted({one.size: one for one in inputs}.values(), key=attrgetter("size"))

    def first_wrong(inputs: Iterable[_Input]) -> tuple[_Input, _Trouble] | None:
        tried = ((one, trial.run(one)) for one in inputs)
        return next(((one, trouble) for one, trouble in tried if trouble), None)

    found = first_wrong(_Input(names, arguments, arguments) for arguments in shown)
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


# ------------------------------------------------------------------------------- random inputs

KINDS: dict[str, Callable[[np.random.Generator, tuple], object]] = {
    "whole": lambda rng, shape: rng.integers(-3, 4, shape),
    "positive": lambda rng, shape: rng.integers(1, 10, shape),
    "negative": lambda rng, shape: -rng.integers(1, 10, shape),
    "tied": lambda rng, shape: rng.choice(rng.integers(-3, 4, 2), shape),
    "quarters": lambda rng, shape: rng.integers(-12, 13, shape) / 4,
    "any": lambda rng, shape: rng.normal(size=shape).round(2),
    "large": lambda rng, shape: rng.choice([-800, -40, 0, 40, 800], shape),
    "huge": lambda rng, shape: 1e8 * rng.integers(-3, 4, shape),
    "tiny": lambda rng, shape: rng.integers(-3, 4, shape) / 1e8,
    "close": lambda rng, shape: rng.integers(-3, 4) + rng.integers(-3, 4, shape) / 1e8,
}
"""Random numbers of one kind each. None is sorted, and most have ties."""


def numbers(rng: np.random.Generator, *shape: int, kinds: Iterable[str] = tuple(KINDS)) -> Array:
    """An array of floats, all of one kind out of `kinds`."""
    return np.array(KINDS[_one_of(tuple(kinds), rng)](rng, shape), dtype=float)


def sizes(rng: np.random.Generator, count: int) -> tuple[int, ...]:
    """How many examples, features, layers …: often one, often equal, at times many."""
    return tuple(rng.integers(1, _one_of((3, 5, 20), rng), count).tolist())


def shape(rng: np.random.Generator, most: int = 4) -> tuple[int, ...]:
    """The shape of an array of one axis or more, which are short where they are many."""
    axes = int(rng.integers(1, most + 1))
    return sizes(rng, axes) if axes <= 2 else tuple(rng.integers(1, 4, axes).tolist())


def _one_of(things: Sequence, rng: np.random.Generator) -> object:
    return things[rng.integers(len(things))]


def _retyped(arguments: tuple, rng: np.random.Generator) -> tuple:
    """The same numbers, often in other dtypes: all arrays in float32, or whole ones as integers."""
    kind = _one_of(("as drawn", "as drawn", "float32", "integers"), rng)
    arrays = [a for a in arguments if _dtype(a) == np.float64]
    if kind == "float32" and arrays and all((np.float32(a) == a).all() for a in arrays):
        return tuple(np.float32(a) if _dtype(a) == np.float64 else a for a in arguments)
    if kind == "integers" and any(map(_is_whole, arguments)):
        return tuple(_integers(a) if _is_whole(a) else a for a in arguments)
    return arguments


def _dtype(argument: object) -> np.dtype | None:
    return argument.dtype if isinstance(argument, np.ndarray) else None


def _is_whole(argument: object) -> bool:
    """Floats without a fraction, in an array or alone."""
    if isinstance(argument, float):
        return argument.is_integer()
    return _dtype(argument) == np.float64 and bool((argument == np.round(argument)).all())


def _count(argument: object) -> int:
    """How many numbers; `np.size` takes longer than all else that is done with a small array."""
    if isinstance(argument, np.ndarray):
        return argument.size
    return len(argument) if isinstance(argument, tuple) else 1


def _integers(argument: Array | float) -> Array | int:
    return argument.astype(np.int64) if isinstance(argument, np.ndarray) else int(argument)


@dataclass(frozen=True)
class _Input:
    """The arguments of one call: as drawn, and in the dtypes in which they are passed."""

    names: tuple[str, ...]
    plain: tuple
    arguments: tuple

    def as_drawn(self) -> "_Input":
        return _Input(self.names, self.plain, self.plain)

    @cached_property
    def words(self) -> str:
        """As it is said to a reader: x=[1.0, 2.0], n=3."""
        few = FEW if self.count <= FEW else 1
        return ", ".join(_word(*named, few) for named in self._named())

    @cached_property
    def size(self) -> tuple:
        """How many numbers it has, how long it is to write, and itself, to order all others."""
        exactly = (
            (a.shape, str(a.dtype), a.tobytes()) if isinstance(a, np.ndarray) else repr(a)
            for a in self.arguments
        )
        return self.count, len(self.words), *exactly

    @cached_property
    def count(self) -> int:
        return sum(_count(a) for a in self.arguments)

    def about_dtypes(self) -> str:
        kinds = [
            f"`{name}` is {_dtype(a) or type(a).__name__}"
            for name, a in self._named()
            if _dtype(a) or isinstance(a, int)
        ]
        words = f"The same numbers in float64 go right; here {', '.join(kinds)}."
        if np.int64 in map(_dtype, self.arguments):
            words += " An array of integers, and what is made like it, holds no fractions."
        if np.float32 in map(_dtype, self.arguments):
            words += " float32 has seven digits and ends at 3e38."
        return words

    def _named(self) -> Iterator[tuple[str, object]]:
        return zip(self.names, self.arguments, strict=True)


def _word(name: str, argument: object, few: int) -> str:
    if isinstance(argument, tuple) and len(argument) > FEW and len(set(argument)) == 1:
        return f"{name}={argument[:1]} * {len(argument)}"
    if isinstance(argument, np.ndarray):
        if argument.size > few:
            return f"{name} of shape {argument.shape}"
        argument = argument.tolist()
    return f"{name}={argument}"


# --------------------------------------------------------------------------------- one trial


@dataclass(frozen=True)
class _Trouble:
    """What went wrong at one input; `wrong` holds the values given and expected, if it is those."""

    message: str
    part: int = 0
    wrong: tuple[Array, Array] | None = None


@dataclass(frozen=True)
class _Trial:
    """One answer, run on one input after another and compared with the reference."""

    answer: Callable
    reference: Callable
    parts: tuple[str, ...]
    relative: float
    inner: float | Callable[..., float]

    def run(self, one: _Input) -> _Trouble | None:
        """What is wrong with the answer at this input, or None."""
        expected = self._expected(one.plain)
        received = deepcopy(one.arguments)
        # A reader's mistake may be anything, and the page must go on: so catch it and show it.
        try:
            with np.errstate(all="ignore"):
                given = self.answer(*received)
        except Exception as error:
            return _Trouble(f" your function raised {type(error).__name__}: {error}")
        if given is None:
            return _Trouble(
                f" you returned None, expected {self._aim(expected)}. "
                "Does your function end in `return`?"
            )
        for name, before, after in zip(one.names, one.arguments, received, strict=True):
            if not _same(before, after):
                return _Trouble(
                    f" your function changed its argument `{name}`, which is the caller's: "
                    f"work on a copy, `{name} = {name}.copy()`."
                )
        if self.parts:
            try:
                given = list(given)
            except TypeError:
                given = [given]
            if len(given) != len(self.parts):
                return _Trouble(f" return {self._aim(expected)}: {', '.join(self.parts)}.")
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

    def _compare(self, one: _Input, expected: list[Array], given: list) -> _Trouble | None:
        found = []
        for part, (value, aim) in enumerate(zip(given, expected, strict=True)):
            you = self._you(part)
            if value is None:
                return _Trouble(f"{you} None, expected {_short(aim)}.", part)
            try:
                array = np.asarray(value)
                if array.dtype.kind not in "biufO":
                    raise TypeError
                found.append((array, array.astype(float)))
            except (TypeError, ValueError, OverflowError):
                return _Trouble(
                    f"{you} {value!r}, which is not a number or an array of numbers; "
                    f"expected {_short(aim)}",
                    part,
                )
            if array.shape != aim.shape:
                shapes = f"{you} shape {array.shape}, expected {aim.shape}"
                return _Trouble(shapes + (f": {say(aim)}" if aim.size <= FEW else ""), part)
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
                return _Trouble(message, part, (values, aim.astype(float)))
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
    return _dtype(after) == before.dtype and np.array_equal(before, after, equal_nan=True)


def _differ(array: Array, aim: Array) -> Array:
    """Where numbers are not equal. Python compares whole numbers exactly, however long they are."""
    pairs = zip(array.ravel().tolist(), aim.ravel().tolist(), strict=True)
    return np.reshape([given != expected for given, expected in pairs], aim.shape)


def _epsilon(value: object) -> float:
    """The rounding of float64, or of float32 for what is no finer."""
    dtype = _dtype(value)
    coarse = dtype is not None and dtype.kind == "f" and dtype.itemsize <= 4
    return SINGLE if coarse else DOUBLE


def _moved(argument: object, epsilon: float, rng: np.random.Generator) -> object:
    """Real numbers, each a little larger or smaller."""
    if isinstance(argument, float) or _dtype(argument) == np.float64:
        return argument * (1 + epsilon * rng.uniform(-1, 1, np.shape(argument)))
    return argument


def _in_single(argument: object) -> object:
    """Real numbers, as they are in float32."""
    if isinstance(argument, float) or _dtype(argument) == np.float64:
        with np.errstate(over="ignore"):
            return np.float64(np.float32(argument))
    return argument
