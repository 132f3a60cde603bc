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


def real(value: object, name: str, dtype: np.dtype | None = None) -> Array:
    """`value` as an array of finite real numbers, in `dtype` (or its own floating dtype)."""
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be an array of numbers: {error}") from None
    if array.dtype == bool or np.issubdtype(array.dtype, np.integer) or array.size == 0:
        array = array.astype(dtype or float_dtype(array))
    elif not np.issubdtype(array.dtype, np.floating):
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
    finite(array, name)
    return array if dtype is None else array.astype(dtype, copy=False)


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
    array = np.asarray(value)
    if array.size == 0 and not isinstance(value, np.ndarray):
        array = array.astype(np.intp)  # an empty list has no dtype of its own
    if not np.issubdtype(array.dtype, np.integer):
        raise TypeError(f"{name} must hold integers, got dtype {array.dtype}")
    return array


def labels(value: object, count: int, classes: int, name: str) -> Array:
    """Class labels of shape (count,), each in 0 … classes − 1."""
    array = shape(integers(value, name), (count,), name)
    _all((array >= 0) & (array < classes), array, name, f"between 0 and {classes - 1}")
    return array


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
    array = shape(real(value, name), (), name)
    return float(positive(array, name))


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
