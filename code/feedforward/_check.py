"""Checks of arguments: an error names the argument, what was given and what was expected.

Public functions call them on what a reader passes in; inner functions trust what they get. Each
check returns the value ready for use and never changes the reader's array.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

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
            return np.dtype(dtype).newbyteorder("=")
    return np.dtype(np.float64)


def as_array(value: object, name: str) -> Array:
    """`value` as an array of whatever it holds, in this machine's order of bytes.

    Rows of unequal length are refused.
    """
    try:
        array = np.asarray(value)
    except (ValueError, TypeError) as error:
        wrong = type(error)
        words = f"{name} must be an array of numbers: {error}, got {given(value)}"
        raise wrong(words) from None
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def real(value: object, name: str, dtype: np.dtype | None = None) -> Array:
    """`value` as an array of finite real numbers, in `dtype` (or its own floating dtype)."""
    array = as_array(value, name)
    if array.dtype == bool or np.issubdtype(array.dtype, np.integer) or array.size == 0:
        dtype = dtype or float_dtype(array)
    elif not np.issubdtype(array.dtype, np.floating):
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
    else:
        finite(array, name)
    if dtype is None or array.dtype == dtype:
        return array
    with np.errstate(over="ignore"):  # the next line says it better
        cast = array.astype(dtype)
    _all(np.isfinite(cast), array, name, f"in the range of {dtype}")
    return cast


def real_or_tensor(value: Any, name: str) -> Any:
    """The same for an argument that may be a Tensor as well, which stays one."""
    if hasattr(value, "backward"):
        finite(value.data, name)
        return value
    return real(value, name)


def numbers(value: object, name: str) -> Array:
    """`value` as an array of finite real numbers: integers, which may be labels, stay integers."""
    array = as_array(value, name)
    if array.size and array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
    return finite(array, name) if array.dtype.kind == "f" else array


def finite(array: Array, name: str) -> Array:
    """No NaN and no infinity."""
    _all(np.isfinite(array), array, name, "finite")
    return array


def positive(array: Array, name: str) -> Array:
    """Every value above zero."""
    _all(array > 0, array, name, "positive")
    return array


def nonnegative(array: Array, name: str) -> Array:
    """No value below zero."""
    _all(array >= 0, array, name, "nonnegative")
    return array


def within(array: Array, low: float, high: float, name: str) -> Array:
    """Every value in the closed interval [low, high]."""
    _all((low <= array) & (array <= high), array, name, f"between {low} and {high}")
    return array


def integers(value: object, name: str) -> Array:
    """`value` as an array of integers; numbers with a decimal point are refused, not rounded."""
    array = as_array(value, name)
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
    with np.errstate(over="ignore"):
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


def examples(array: Array, name: str) -> Array:
    """At least one example, along the first axis."""
    if array.ndim == 0 or not len(array):
        raise ValueError(f"{name} must hold at least one example, got shape {array.shape}")
    return array


def dimensions(array: Array, expected: dict[int, str], name: str) -> Array:
    """A number of axes among `expected`, which maps it to the shape in words: {1: "(m,)"}."""
    if array.ndim not in expected:
        words = " or ".join(expected.values())
        raise ValueError(f"{name} must have shape {words}, got {array.shape}")
    return array


def broadcast(**arguments: Any) -> tuple[int, ...]:
    """The shape that arrays of these shapes broadcast to."""
    shapes = [value.shape for value in arguments.values()]
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        got = " and ".join(map(str, shapes))
        raise ValueError(
            f"{' and '.join(arguments)} must have shapes that broadcast, got {got}"
        ) from None


def one_of(value: str, options: Iterable[str], name: str) -> str:
    """A name from a short list, which the message repeats."""
    options = tuple(options)
    if not isinstance(value, str) or value not in options:
        raise ValueError(f"{name} must be one of {', '.join(options)}, got {given(value)}")
    return value


def count(value: object, name: str, least: int = 1) -> int:
    """A whole number of things, at least `least`."""
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {given(value)}") from None
    if number < least:
        raise ValueError(f"{name} must be at least {least}, got {number}")
    return number


def number(value: object, name: str) -> float:
    """One finite real number."""
    return float(shape(real(value, name), (), name))


def positive_number(value: object, name: str) -> float:
    """One positive, finite real number."""
    return float(positive(shape(real(value, name), (), name), name))


def nonnegative_number(value: object, name: str) -> float:
    """One finite real number, zero or above."""
    return float(nonnegative(shape(real(value, name), (), name), name))


def generator(value: object, name: str = "rng") -> np.random.Generator:
    """A NumPy generator: randomness is passed in, never global."""
    if not isinstance(value, np.random.Generator):
        raise TypeError(
            f"{name} must be a numpy.random.Generator such as np.random.default_rng(0), "
            f"got {given(value)}"
        )
    return value


def floating(value: object, name: str = "dtype") -> np.dtype:
    """A dtype to compute in."""
    names = ("float16", "float32", "float64")
    try:
        dtype = np.dtype(value)  # type: ignore[call-overload]
    except (TypeError, ValueError):
        dtype = None
    if value is None or dtype is None or dtype.name not in names:
        raise TypeError(f"{name} must be one of {', '.join(names)}, got {given(value)}")
    return dtype


def sequence(value: object, name: str, of: str = "values") -> tuple[Any, ...]:
    """Several things, one after the other."""
    try:
        if isinstance(value, str | bytes):
            raise TypeError
        return tuple(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{name} must be a sequence of {of}, got {given(value)}") from None


def widths(value: object) -> tuple[int, ...]:
    """The widths of a network's layers: of input, any hidden layers, and output."""
    found = tuple(count(n, "each width in widths") for n in sequence(value, "widths", "integers"))
    if len(found) < 2:
        raise ValueError(f"widths must be those of input and output at least, got {found}")
    return found


def function(value: Any, name: str) -> Callable:
    """Something that can be called."""
    if not callable(value):
        raise TypeError(f"{name} must be a function, got {given(value)}")
    return value


def kind(value: Any, kinds: type | tuple[type, ...], name: str) -> Any:
    """An object of one of these classes."""
    kinds = kinds if isinstance(kinds, tuple) else (kinds,)
    if not isinstance(value, kinds):
        words = " or ".join(k.__name__ for k in kinds)
        raise TypeError(f"{name} must be {words}, got {given(value)}")
    return value


def has_attributes(value: Any, attributes: tuple[str, ...], name: str) -> Any:
    """An object that has these attributes, whatever its class: also a network of your own."""
    missing = [attribute for attribute in attributes if not hasattr(value, attribute)]
    if missing or isinstance(value, type):
        raise TypeError(f"{name} must have {' and '.join(attributes)}, got {given(value)}")
    return value


def layer(value: object, i: int, name: str, n_in: int | None) -> tuple[Array, Array]:
    """Layer i of `name`, (W, b) in float64: weights (n_out, n_in), the bias of any shape.

    n_in: what the layer below gives; None for the first.
    """
    pair = sequence(value, f"layer {i} of {name}", "two arrays (W, b)")
    if len(pair) != 2:
        raise ValueError(f"layer {i} of {name} must be (W, b), got {len(pair)} things")
    weight, bias = (
        real(array, f"{what} {i} of {name}", np.dtype(np.float64))
        for what, array in zip(("weight", "bias"), pair, strict=True)
    )
    dimensions(weight, {2: "(n_out, n_in)"}, f"weight {i} of {name}")
    if n_in is not None and weight.shape[1] != n_in:
        raise ValueError(f"weight {i} of {name} must have {n_in} columns, got shape {weight.shape}")
    return weight, bias


def layers(value: object, name: str) -> list[tuple[Array, Array]]:
    """Layers (W, b) in float64, weights (n_out, n_in): each takes what the one below gives."""
    checked: list[tuple[Array, Array]] = []
    for i, given_layer in enumerate(sequence(value, name, "layers (W, b)")):
        weight, bias = layer(given_layer, i, name, len(checked[-1][0]) if checked else None)
        checked.append((weight, shape(bias, weight.shape[:1], f"bias {i} of {name}")))
    if not checked:
        raise ValueError(f"{name} must hold at least one layer, got none")
    return checked


@contextmanager
def in_range(underflow: bool = False, **arguments: object) -> Iterator[None]:
    """Inside, a number too large for its dtype is an error that names the arguments.

    underflow: whether one too close to zero is as well.
    """
    under = "raise" if underflow else "ignore"
    try:
        with np.errstate(over="raise", invalid="raise", divide="raise", under=under):
            yield
    except ArithmeticError as error:
        what = " and ".join(f"{name} {given(value)}" for name, value in arguments.items())
        raise ValueError(
            f"{' and '.join(arguments)} must keep every result in the range of its dtype, "
            f"got {what}: {error}"
        ) from None


def given(value: object) -> str:
    """A value in a few words, for an error message."""
    if isinstance(value, np.ndarray) and value.size > 1:
        return f"an array of shape {value.shape}"
    words = repr(value)
    return words if len(words) <= 100 else f"{words[:100]}…"


def _all(good: Array, array: Array, name: str, expected: str) -> None:
    """Raise for the first entry of `array` that is not `good`, saying where it is."""
    if good.all():
        return
    if array.ndim == 0:
        raise ValueError(f"{name} must be {expected}, got {array}")
    where = tuple(int(i) for i in np.argwhere(~good)[0])
    index = where[0] if len(where) == 1 else where
    raise ValueError(f"{name} must be {expected}, got {array[where]} at index {index}")
