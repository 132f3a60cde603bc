"""What may go into a graph, and the words of its errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from feedforward import _check

Array = np.ndarray


def numbers_of_a_tensor(data: Any) -> Array:
    """A copy of `data` as an array of floating numbers; integers and booleans become float64."""
    if hasattr(data, "backward"):
        raise TypeError("data must be numbers, got a Tensor; use its .data")
    array = np.array(_check.as_array(data, "data"))
    if array.dtype == bool or np.issubdtype(array.dtype, np.integer):
        array = array.astype(np.float64)
    if not np.issubdtype(array.dtype, np.floating):
        raise TypeError(f"data must hold real numbers, got dtype {array.dtype}")
    return array


def constant(x: Any, op: str) -> Array:
    """An input that is no Tensor, as an array of real numbers."""
    array = _check.as_array(x, f"an input of {op}")
    if array.dtype.kind not in "biuf":  # booleans, integers, floats
        got = f"dtype {array.dtype}" if array.ndim else repr(x)
        raise TypeError(f"an input of {op} must hold real numbers, got {got}")
    return array


def floats(values: list[Any]) -> list[Any]:
    """Inputs among which is no Tensor: integers become float64 if no floating array is there."""
    if any(isinstance(x, np.ndarray) and x.dtype.kind == "f" for x in values):
        return values
    return [np.asarray(x, np.float64) for x in values]


def compute(op: str, forward: Callable, values: list[Any], options: Mapping[str, Any]) -> Any:
    """forward(*values, **options); an error names the operation, its inputs and its options."""
    try:
        return forward(*values, **options)
    except (ValueError, TypeError) as error:
        what = " and ".join(str(np.shape(x)) for x in values) or "nothing"
        if how := ", ".join(f"{k}={_check.given(v)}" for k, v in options.items()):
            what = f"{what} with {how}"
        words = f"cannot compute {op} of {what}: {error}"
        raise (TypeError if isinstance(error, TypeError) else ValueError)(words) from None


def starting_gradient(gradient: Any, y: Array, op: str | None) -> Array:
    """What `backward` starts with at a Tensor of numbers y that `op` made: 1 for the cost itself.

    A gradient that is given comes back as a copy, in y's dtype.
    """
    if op is None:
        raise ValueError(
            "backward() starts from a Tensor that was computed from others; this one was made "
            "from numbers, or computed under no_grad()"
        )
    if gradient is None:
        if y.size != 1:
            raise ValueError(
                "backward() starts from one number, the cost, and this Tensor has shape "
                f"{y.shape}: take its mean() or sum(), or pass a gradient of that shape"
            )
        return np.ones_like(y)
    gradient = _check.as_array(gradient, "gradient")
    if gradient.dtype.kind not in "biuf":
        raise TypeError(f"gradient must hold real numbers, got dtype {gradient.dtype}")
    return _check.shape(np.array(gradient, dtype=y.dtype), y.shape, "gradient")


def booleans(condition: Any) -> Array:
    """The condition of `where`."""
    if hasattr(condition, "backward"):
        raise TypeError("condition must be an array of booleans, got a Tensor; compare its .data")
    condition = _check.as_array(condition, "condition")
    if condition.dtype != bool:
        raise TypeError(f"condition must hold booleans, got dtype {condition.dtype}")
    return condition


def shapes_of_affine(x: tuple[int, ...], weight: tuple[int, ...], bias: tuple[int, ...]) -> None:
    """The shapes that `affine` takes, of one layer or of a stack of them."""
    if len(weight) not in (2, 3):
        raise ValueError(f"weight must have shape (n_out, n_in), got {weight}")
    *stack, n_out, n_in = weight
    expected = (*stack, 1, n_out) if stack else (n_out,)
    if len(x) < 2 or x[-1] != n_in or x[:-2] not in ((), tuple(stack)):
        raise ValueError(f"x must have shape (m, {n_in}), got {x}")
    if bias != expected:
        raise ValueError(f"bias must have shape {expected}, got {bias}")
