"""Checks of what a reader passes in: each names the argument, what was given and what was expected.

Every function returns the value ready for use and never changes the reader's array. Inside the
package they replace a dozen hand-written `if … raise`, so that all modules fail in the same words.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable

import numpy as np

Array = np.ndarray

#: How far from 1 the sum of a distribution may be: float32 softmaxes over many classes stay within.
SUM_TOLERANCE = 1e-5


def float_dtype(*values: object) -> np.dtype:
    """The dtype to compute in: that of the first floating array, float64 where there is none.

    Python numbers, lists and integer arrays have no say, so a float32 prediction stays float32
    whatever its targets are.
    """
    for value in values:
        dtype = getattr(value, "dtype", None)
        if dtype is not None and np.issubdtype(dtype, np.floating):
            return np.dtype(dtype)
    return np.dtype(np.float64)


def as_array(value: object, name: str) -> Array:
    """`value` as an array of whatever it holds; rows of unequal length are refused."""
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be an array of numbers: {error}") from None


def real(value: object, name: str, dtype: np.dtype | None = None) -> Array:
    """`value` as an array of finite real numbers, in `dtype` (or its own floating dtype)."""
    given = as_array(value, name)
    if given.dtype == bool or np.issubdtype(given.dtype, np.integer) or given.size == 0:
        dtype = dtype or float_dtype(given)
    elif not np.issubdtype(given.dtype, np.floating):
        raise TypeError(f"{name} must hold real numbers, got dtype {given.dtype}")
    else:
        finite(given, name)
    if dtype is None or given.dtype == dtype:
        return given
    with np.errstate(over="ignore"):  # the next line says it better
        cast = given.astype(dtype)
    _all(np.isfinite(cast), given, name, f"in the range of {dtype}")
    return cast


def finite(array: Array, name: str) -> Array:
    """No NaN and no infinity."""
    _all(np.isfinite(array), array, name, "finite")
    return array


def positive(array: Array, name: str) -> Array:
    """Every value above zero."""
    _all(array > 0, array, name, "positive")
    return array


def within(array: Array, low: float, high: float, name: str) -> Array:
    """Every value in the closed interval [low, high]."""
    _all((low <= array) & (array <= high), array, name, f"between {low} and {high}")
    return array


def integers(value: object, name: str) -> Array:
    """`value` as an array of integers; numbers with a decimal point are refused, not rounded."""
    given = as_array(value, name)
    if given.size == 0 and not isinstance(value, np.ndarray):
        given = given.astype(np.intp)  # an empty list has no dtype of its own
    if not np.issubdtype(given.dtype, np.integer):
        raise TypeError(f"{name} must hold integers, got dtype {given.dtype}")
    return given


def labels(value: object, count: int, classes: int, name: str) -> Array:
    """Class labels of shape (count,), each in 0 … classes − 1."""
    given = shape(integers(value, name), (count,), name)
    _all((given >= 0) & (given < classes), given, name, f"between 0 and {classes - 1}")
    return given


def distribution(array: Array, name: str) -> Array:
    """Probabilities on the last axis: none negative, each row's sum 1 within 1e-5."""
    if array.ndim == 0 or array.shape[-1] == 0:
        raise ValueError(
            f"{name} must hold probabilities on its last axis, got shape {array.shape}"
        )
    _all(array >= 0, array, name, "nonnegative")
    total = array.sum(axis=-1)
    wrong = np.abs(total - 1) > SUM_TOLERANCE
    if wrong.any():
        raise ValueError(
            f"{name} must sum to 1 along its last axis, got a sum of {total[wrong].flat[0]:g}"
        )
    return array


def shape(array: Array, expected: tuple[int, ...], name: str) -> Array:
    """Exactly this shape."""
    if array.shape != tuple(expected):
        raise ValueError(f"{name} must have shape {tuple(expected)}, got {array.shape}")
    return array


def dimensions(array: Array, expected: dict[int, str], name: str) -> Array:
    """A number of axes among `expected`, which maps it to the shape in words: {1: "(m,)"}."""
    if array.ndim not in expected:
        words = " or ".join(expected.values())
        raise ValueError(f"{name} must have shape {words}, got {array.shape}")
    return array


def one_of(value: str, options: Iterable[str], name: str) -> str:
    """A name from a short list, which the message repeats."""
    options = tuple(options)
    if value not in options:
        raise ValueError(f"{name} must be one of {', '.join(options)}, got {value!r}")
    return value


def count(value: object, name: str, least: int = 1) -> int:
    """A whole number of things, at least `least`."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {value!r}") from None
    if number < least:
        raise ValueError(f"{name} must be at least {least}, got {number}")
    return number


def positive_number(value: object, name: str) -> float:
    """One positive, finite real number."""
    return float(positive(shape(real(value, name), (), name), name))


def generator(value: object, name: str = "rng") -> np.random.Generator:
    """A NumPy generator: randomness is passed in, never global."""
    if not isinstance(value, np.random.Generator):
        raise TypeError(
            f"{name} must be a numpy.random.Generator such as np.random.default_rng(0), "
            f"got {value!r}"
        )
    return value


def _all(good: Array, array: Array, name: str, expected: str) -> None:
    """Raise for the first entry of `array` that is not `good`, saying where it is."""
    if good.all():
        return
    if array.ndim == 0:
        raise ValueError(f"{name} must be {expected}, got {array}")
    where = tuple(int(i) for i in np.argwhere(~good)[0])
    index = where[0] if len(where) == 1 else where
    raise ValueError(f"{name} must be {expected}, got {array[where]} at index {index}")
