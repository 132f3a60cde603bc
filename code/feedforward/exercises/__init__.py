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
from dataclasses import dataclass, field

import numpy as np

Array = np.ndarray
Hint = Callable[[tuple, Array, Array], str | None]

FEW = 12
"""So many numbers are shown in full; of more, the shape or the first wrong one."""


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
    trial = _Trial(answer, reference, tuple(parts), relative, inner)

    def cases() -> Iterator[tuple[tuple, tuple]]:
        yield from ((arguments, arguments) for arguments in shown)
        yield from _smallest_first(draw, draws, trial.words)

    for tried, (plain, arguments) in enumerate(cases(), 1):  # noqa: B007
        trouble = trial.run(plain, arguments)
        if trouble is None:
            continue
        because = None
        if arguments is not plain and trial.run(plain, plain) is None:
            because = _about_dtypes(trial.names, arguments)
        elif trouble.wrong and near(*trouble.wrong):
            because = (
                "These are nearly the right numbers: is there an epsilon in it, a rounded constant "
                "or a difference quotient?"
            )
        elif trouble.wrong:
            likely = hint[trouble.part] if parts else hint
            with np.errstate(all="ignore"):
                because = likely(deepcopy(plain), *trouble.wrong)
        message = f"at {trial.words(arguments)}{trouble.message}"
        return not_yet(f"{message.removesuffix('.')}. {because}" if because else message)
    return correct(f"{praise} {tried - len(shown)} random inputs agree as well.")


def correct(message: str) -> Feedback:
    return Feedback(True, message)


def not_yet(message: str) -> Feedback:
    return Feedback(False, message)


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
    "any": lambda rng, shape: np.round(rng.normal(size=shape), 2),
    "large": lambda rng, shape: rng.choice([-800, -40, 0, 40, 800], shape),
    "huge": lambda rng, shape: 1e8 * rng.integers(-3, 4, shape),
    "tiny": lambda rng, shape: rng.integers(-3, 4, shape) / 1e8,
    "close": lambda rng, shape: rng.integers(-3, 4) + rng.integers(-3, 4, shape) / 1e8,
}
"""Random numbers of one kind each. None is sorted, and most have ties."""


def numbers(rng: np.random.Generator, *shape: int, kinds: Iterable[str] = tuple(KINDS)) -> Array:
    """An array of floats, all of one kind out of `kinds`."""
    return np.array(KINDS[rng.choice(list(kinds))](rng, shape), dtype=float)


def sizes(rng: np.random.Generator, count: int) -> tuple[int, ...]:
    """How many examples, features, layers …: often one, often equal, at times many."""
    return tuple(rng.integers(1, rng.choice([3, 5, 20]), count).tolist())


def shape(rng: np.random.Generator, most: int = 4) -> tuple[int, ...]:
    """The shape of an array of one axis or more, which are short where they are many."""
    axes = int(rng.integers(1, most + 1))
    return sizes(rng, axes) if axes <= 2 else tuple(rng.integers(1, 4, axes).tolist())


def _smallest_first(draw: Callable, draws: int, words: Callable) -> list[tuple[tuple, tuple]]:
    """Random arguments, each as drawn and as tried, without repetitions.

    Those of few numbers come first, then those that are short to write: so the first one that goes
    wrong is the one to show.
    """
    rng = np.random.default_rng(0)
    cases = {}
    for _ in range(draws):
        plain = draw(rng)
        arguments = _retyped(plain, rng)
        key = sum(map(np.size, arguments)), len(words(arguments)), *map(_exact, arguments)
        cases[key] = plain, arguments
    return [cases[key] for key in sorted(cases)]


def _retyped(arguments: tuple, rng: np.random.Generator) -> tuple:
    """The same numbers, often in other dtypes: all arrays in float32, or whole ones as integers."""
    kind = rng.choice(["as drawn", "as drawn", "float32", "integers"])
    arrays = [a for a in arguments if _dtype(a) == np.float64]
    if kind == "float32" and arrays and all((np.float32(a) == a).all() for a in arrays):
        return tuple(np.float32(a) if _dtype(a) == np.float64 else a for a in arguments)
    if kind == "integers" and any(map(_is_whole, arguments)):
        return tuple(_integers(a) if _is_whole(a) else a for a in arguments)
    return arguments


def _exact(argument: object) -> tuple | str:
    if isinstance(argument, np.ndarray):
        return argument.shape, str(argument.dtype), argument.tobytes()
    return repr(argument)


def _dtype(argument: object) -> np.dtype | None:
    return argument.dtype if isinstance(argument, np.ndarray) else None


def _is_whole(argument: object) -> bool:
    """Floats without a fraction, in an array or alone."""
    if isinstance(argument, float):
        return argument.is_integer()
    return _dtype(argument) == np.float64 and bool((argument == np.round(argument)).all())


def _integers(argument: Array | float) -> Array | int:
    return argument.astype(np.int64) if isinstance(argument, np.ndarray) else int(argument)


def _about_dtypes(names: Sequence[str], arguments: tuple) -> str:
    kinds = [
        f"`{name}` is {_dtype(a) or type(a).__name__}"
        for name, a in zip(names, arguments, strict=True)
        if _dtype(a) or isinstance(a, int)
    ]
    why = (
        "float32 has seven digits and ends at 3e38."
        if np.float32 in map(_dtype, arguments)
        else "An array of integers, and what is made like it, holds no fractions."
    )
    return f"The same numbers in float64 go right; here {', '.join(kinds)}. {why}"


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
    names: list[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", list(inspect.signature(self.reference).parameters))

    def words(self, arguments: tuple) -> str:
        """The input as it is said: x=[1.0, 2.0], n=3."""
        few = FEW if sum(map(np.size, arguments)) <= FEW else 1
        return ", ".join(map(_word, self.names, arguments, len(arguments) * [few]))

    def run(self, plain: tuple, arguments: tuple) -> _Trouble | None:
        """`arguments` are the numbers `plain` in the dtypes that the answer gets."""
        expected = self._expected(plain)
        received = deepcopy(arguments)
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
        for name, before, after in zip(self.names, arguments, received, strict=True):
            if not _same(before, after):
                return _Trouble(
                    f" your function changed its argument `{name}`, which is the caller's: "
                    f"work on a copy, `{name} = {name}.copy()`."
                )
        if not self.parts:
            return self._compare(plain, arguments, expected, [given])
        try:
            given = list(given)
        except TypeError:
            given = [given]
        if len(given) != len(self.parts):
            return _Trouble(f" return {self._aim(expected)}: {', '.join(self.parts)}.")
        return self._compare(plain, arguments, expected, given)

    def _expected(self, plain: tuple) -> list[Array]:
        with np.errstate(all="ignore"):
            found = self.reference(*deepcopy(plain))
        dtype = None if self.relative == 0 else float
        return [np.asarray(part, dtype) for part in (found if self.parts else [found])]

    def _aim(self, expected: list[Array]) -> str:
        if self.parts:
            return f"{({2: 'two', 3: 'three'}).get(len(self.parts), len(self.parts))} arrays"
        return say(expected[0]) if expected[0].size <= FEW else f"shape {expected[0].shape}"

    def _compare(
        self, plain: tuple, arguments: tuple, expected: list[Array], given: list
    ) -> _Trouble | None:
        arrays = []
        for part, (one, aim) in enumerate(zip(given, expected, strict=True)):
            you = f"{': ' + self.parts[part] if self.parts else ''} you returned"
            if one is None:
                return _Trouble(f"{you} None, expected {say(aim)}.", part)
            try:
                values = np.asarray(one)
                if values.dtype.kind not in "biufO":
                    raise TypeError
                arrays.append((values, values.astype(float)))
            except (TypeError, ValueError, OverflowError):
                return _Trouble(
                    f"{you} {one!r}, which is not a number or an array of numbers; "
                    f"expected {say(aim)}",
                    part,
                )
            if values.shape != aim.shape:
                return _Trouble(
                    f"{you} shape {values.shape}, expected {aim.shape}"
                    + (f": {say(aim)}" if aim.size <= FEW else ""),
                    part,
                )
        off = self._off(plain, arguments, expected, arrays)
        for part, wrong in enumerate(off):
            if wrong.any():
                values, aim = arrays[part][1], expected[part].astype(float)
                you = f"{': ' + self.parts[part] if self.parts else ''} you returned"
                return _Trouble(f"{you} {_contrast(values, aim, wrong)}", part, (values, aim))
        return None

    def _off(
        self, plain: tuple, arguments: tuple, expected: list[Array], given: list[tuple]
    ) -> list[Array]:
        """Of each part, which values are wrong."""
        if self.relative == 0:  # Python compares numbers exactly, however long
            return [
                np.reshape(
                    [v != e for v, e in zip(_listed(raw), _listed(aim), strict=True)], raw.shape
                )
                for (raw, _), aim in zip(given, expected, strict=True)
            ]
        allowed = [self.relative * np.abs(aim) for aim in expected]
        off = [
            ~(np.abs(values - aim) <= most)  # nan is off as well
            for (_, values), aim, most in zip(given, expected, allowed, strict=True)
        ]
        if not any(map(np.any, off)):
            return off
        epsilon = max(map(_epsilon, [*arguments, *(raw for raw, _ in given)]))
        slack = self._slack(plain, expected, epsilon)
        return [
            ~(np.abs(values - aim) <= most + more) & (values != _rounded(aim, raw))
            for (raw, values), aim, most, more in zip(given, expected, allowed, slack, strict=True)
        ]

    def _slack(self, plain: tuple, expected: list[Array], epsilon: float) -> list[Array]:
        """How far rounding may move each part: as the reference moves, its input rounded or off.

        Sums of large numbers round by as much as those are large, so no value needs to be closer
        than the part's largest one allows. Where the reference is not defined it says nothing.
        """
        rng = np.random.default_rng(0)
        inner = self.inner(*plain) if callable(self.inner) else self.inner
        slack = [np.full(e.shape, epsilon * np.abs(e).max(initial=inner)) for e in expected]
        with np.errstate(over="ignore"):
            rounded = [np.float32(a).astype(float) if _dtype(a) == np.float64 else a for a in plain]
        if epsilon < np.finfo(np.float32).eps:
            rounded = plain
        for inputs in [rounded, *([_moved(a, epsilon, rng) for a in plain] for _ in range(8))]:
            try:
                moved = self._expected(tuple(inputs))
            except ArithmeticError:
                continue
            for part, (there, aim) in enumerate(zip(moved, expected, strict=True)):
                change = np.abs(there - aim)
                slack[part] = np.fmax(slack[part], np.where(np.isfinite(change), change, 0))
        return [8 * most for most in slack]


def _word(name: str, argument: object, few: int) -> str:
    if isinstance(argument, tuple) and len(argument) > FEW:
        equal = len(set(argument)) == 1
        words = f"={argument[:1]} * {len(argument)}" if equal else f" of {len(argument)} numbers"
        return name + words
    if isinstance(argument, np.ndarray):
        if argument.size > few:
            return f"{name} of shape {argument.shape}"
        argument = argument.tolist()
    return f"{name}={argument}"


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


def _listed(array: Array) -> list:
    return array.ravel().tolist()


def _epsilon(value: object) -> float:
    """The rounding of float64; that of float32 for what is no finer, or was and came in a list."""
    dtype = _dtype(value)
    if dtype is None or dtype.kind != "f":
        return float(np.finfo(np.float64).eps)
    with np.errstate(over="ignore"):
        short, shorter = (value.astype(t) for t in (np.float32, np.float16))
    # Numbers such as 0 and ½, which are short in any type, say nothing about theirs.
    coarse = dtype.itemsize <= 4 or ((value == short).all() and (value != shorter).any())
    return float(np.finfo(np.float32 if coarse else np.float64).eps)


def _rounded(expected: Array, answer: Array) -> Array:
    """What is expected, as float32 if the answer is: beyond its range that is 0 or infinite."""
    with np.errstate(over="ignore"):
        return expected.astype(np.float32 if answer.dtype == np.float32 else float)


def _moved(argument: object, epsilon: float, rng: np.random.Generator) -> object:
    """Real numbers, each a little larger or smaller."""
    if isinstance(argument, float) or _dtype(argument) == np.float64:
        return argument * (1 + epsilon * rng.uniform(-1, 1, np.shape(argument)))
    return argument


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
