"""Whatever somebody may pass to a function, and what the function may do about it."""

import copy
import dataclasses
import math
import re
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.support.book import ROOT

NUMBERS = [0.0, -0.0, 1.0, -1.0, 0.5, 3.0, 7.25]
EXTREMES = [1e308, -1e308, 1.7e308, 1e-308, 5e-324, 1e20, -1e20, 1e-20]
NOT_FINITE = [math.nan, math.inf, -math.inf]
FLOATS = NUMBERS + EXTREMES + NOT_FINITE
SHAPES = [(), (0,), (1,), (3,), (4,), (0, 3), (3, 0), (1, 1), (2, 3), (3, 2), (4, 1), (2, 3, 4)]
FLOATING = [np.float16, np.float32, np.float64]

#: No array at all, or hardly one.
THINGS = [
    *(None, True, False, "relu", "", b"x", 1 + 2j, object(), {}, {1: 2}, {1.5}),
    *([], [[]], [[1.0], [1.0, 2.0]], ["a", "b"], [None], [1, "a"], (1, 2), range(3), slice(3)),
    *(0, 1, 2, 3, 4, -1, *FLOATS, Decimal("1.5"), Fraction(1, 3), ...),
    *(np.float16(2), np.float32(3.5), np.float64(-1), np.int8(2), np.uint8(3), np.bool_(True)),
    *(np.datetime64("2020-01-01"), np.array(None), np.array("a"), np.array([1, 2], dtype=object)),
    *(np.zeros(3, dtype="S2"), np.zeros(2, dtype=[("a", float)]), np.arange(4) * 1j),
]

#: The ways in which the book's errors say what they were given.
CAME = re.compile(
    r"\bgot\b|in the range of|^cannot compute|\bbecame\b|has shape|at most .* allowed"
    r"|cannot offer|the initial value"
)


def arrays_of_all_kinds() -> st.SearchStrategy[np.ndarray]:
    floats = st.sampled_from(FLOATING).flatmap(
        lambda dtype: arrays(
            dtype,
            st.sampled_from(SHAPES),
            elements=st.sampled_from([x for x in FLOATS if _fits(x, dtype)]),
        )
    )
    whole = st.sampled_from([np.int8, np.uint8, np.int64, bool]).flatmap(
        lambda dtype: arrays(dtype, st.sampled_from(SHAPES), elements=st.integers(0, 1))
    )
    return floats | whole


def _fits(x: float, dtype: type) -> bool:
    with np.errstate(over="ignore", under="ignore"):
        return math.isnan(x) or float(dtype(x)) == x


def same_numbers(right: np.ndarray) -> st.SearchStrategy[Any]:
    """The very numbers of `right`, laid out in other ways; float16 and others lose no digit."""

    def strided(a: np.ndarray) -> np.ndarray:
        return np.repeat(a, 2, axis=0)[::2]

    def backwards(a: np.ndarray) -> np.ndarray:
        return a[::-1].copy()[::-1]

    def read_only(a: np.ndarray) -> np.ndarray:
        a = a.copy()
        a.flags.writeable = False
        return a

    def swapped(a: np.ndarray) -> np.ndarray:
        return a.astype(a.dtype.newbyteorder())

    ways = [read_only, np.asfortranarray, np.ndarray.tolist, swapped]
    if right.ndim:
        ways += [strided, backwards]
    return st.sampled_from(ways).map(lambda way: way(right))


def nearly_right(right: np.ndarray) -> st.SearchStrategy[np.ndarray]:
    """`right` with one number replaced, in another dtype, in another shape."""

    def one_replaced(where: int, number: float) -> np.ndarray:
        changed = right.astype(float)
        if changed.size:
            changed.flat[where % changed.size] = number
        return changed

    def reshaped(way: str) -> np.ndarray:
        if way == "more" and right.ndim:
            return np.concatenate([right, right[:1]])
        if way == "fewer" and right.ndim:
            return right[:-1]
        if way == "none" and right.ndim:
            return right[:0]
        if way == "turned":
            return right.T
        return right[None]

    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        casts = [right.astype(t) for t in (*FLOATING, np.int64, np.uint8, complex, object, str)]
        casts += [right * scale for scale in (1e-300, 1e-30, 1e30, 1e300, -1)]
    return (
        st.builds(one_replaced, st.integers(0, 20), st.sampled_from(FLOATS))
        | st.sampled_from(["more", "fewer", "none", "turned", "axis"]).map(reshaped)
        | st.sampled_from(casts)
    )


def anything(right: Any) -> st.SearchStrategy[Any]:
    """What may be passed where `right` would be right."""
    wild = st.sampled_from(THINGS) | arrays_of_all_kinds()
    if isinstance(right, np.ndarray) and right.dtype.kind in "iuf":
        return nearly_right(right) | wild
    if isinstance(right, tuple | list) and right:
        return _changed_sequence(right) | wild
    if isinstance(right, float):
        return st.sampled_from(FLOATS) | st.floats(-10, 10) | wild
    return wild


def _changed_sequence(right: tuple | list) -> st.SearchStrategy[Any]:
    kind = type(right) if type(right) in (tuple, list) else tuple
    one = st.builds(
        lambda i, thing: kind([*right[:i], thing, *right[i + 1 :]]),
        st.integers(0, len(right) - 1),
        st.sampled_from(THINGS),
    )
    return one | st.sampled_from([kind(right[:-1]), kind([*right, right[-1]]), kind(right[::-1])])


# ------------------------------------------------------------------------------ the outcome


def copied(arguments: dict[str, Any]) -> dict[str, Any]:
    """The same arguments anew: what one call does to a generator or a network ends with it."""
    return copy.deepcopy(arguments)


def answer(
    call: Callable,
    arguments: dict[str, Any],
    fuzzed: str,
    *,
    quiet: bool = False,
    changed: tuple[str, ...] = (),
    also: tuple[str, ...] = (),
) -> list[np.ndarray] | None:
    """The numbers of a right answer, or None for an error that says what is wrong with `fuzzed`.

    Anything else fails the test: a warning, a bare traceback, a NaN made of finite numbers, an
    argument that was changed and is not one of `changed`. An error may name another argument, with
    which this one does not go together, or one of `also`.
    """
    lasting = [value for name, value in arguments.items() if name not in changed]
    before = copy.deepcopy(list(numbers_in(lasting)))
    try:
        with np.errstate(all="ignore") if quiet else nullcontext():
            result = call(**arguments)
    except (ValueError, TypeError, FloatingPointError) as error:
        check_message(error, (*arguments, *also), arguments[fuzzed])
        result = None
    after = list(numbers_in(lasting))
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(new, old, "an argument was changed")
    if result is None:
        return None
    found = list(numbers_in(result))
    if not quiet and all(np.isfinite(a).all() for a in before):
        assert not any(np.isnan(a).any() for a in found), f"NaN from finite numbers: {result!r}"
    return found


def check_message(error: Exception, names: tuple[str, ...], given: Any) -> None:
    """It was raised by the book's own code, names an argument, and says what came."""
    raised = Path(traceback.extract_tb(error.__traceback__)[-1].filename)
    said = f"{type(error).__name__}: {error}, for {given!r}"
    assert raised.is_relative_to(ROOT / "code"), f"raised in {raised}: {said}"
    words = set(re.findall(r"\w+", str(error)))
    assert words & set(names), f"names none of {names}: {said}"
    assert CAME.search(str(error)), f"does not say what came: {said}"


def numbers_in(thing: Any) -> Iterator[np.ndarray]:
    """Every array and number in a result or an argument, however deep."""
    if hasattr(thing, "parameters") and callable(thing.parameters) and not isinstance(thing, type):
        thing = thing.parameters()
    if hasattr(thing, "data") and hasattr(thing, "grad"):  # a Tensor
        thing = thing.data
    if isinstance(thing, bool | int | float | np.number | np.ndarray):
        try:
            array = np.asarray(thing, dtype=float if np.ndim(thing) == 0 else None)
        except (OverflowError, TypeError, ValueError):
            return
        if array.dtype.kind in "biuf":
            yield array
    elif dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        for field in dataclasses.fields(thing):
            yield from numbers_in(getattr(thing, field.name))
    elif isinstance(thing, dict):
        yield from numbers_in(list(thing.values()))
    elif isinstance(thing, Iterable) and not isinstance(thing, str | bytes | type | set | range):
        if isinstance(thing, Iterator):
            return
        for part in thing:
            yield from numbers_in(part)
