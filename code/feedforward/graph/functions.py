"""Functions of arrays and of Tensors: exp(array) is an array, exp(tensor) a Tensor.

All take arrays of any shape, unless they say otherwise, and raise TypeError for what holds no real
numbers, ValueError for shapes that do not fit; the message names the operation and the shapes.
"""

from __future__ import annotations

from typing import Any

from feedforward import _check
from feedforward.graph.checks import booleans, shapes_of_affine
from feedforward.graph.core import Array, ArrayOrTensor, Tensor, apply
from feedforward.graph.rules import Axis


def exp(x: ArrayOrTensor) -> ArrayOrTensor:
    """eˣ, element by element, of x's shape."""
    return apply("exp", x)


def log(x: ArrayOrTensor) -> ArrayOrTensor:
    """Natural logarithm, element by element, of x's shape."""
    return apply("log", x)


def sqrt(x: ArrayOrTensor) -> ArrayOrTensor:
    """√x, element by element, of x's shape."""
    return apply("sqrt", x)


def tanh(x: ArrayOrTensor) -> ArrayOrTensor:
    """Hyperbolic tangent, element by element, of x's shape."""
    return apply("tanh", x)


def maximum(a: ArrayOrTensor, b: ArrayOrTensor) -> ArrayOrTensor:
    """The larger of a and b, element by element; their shapes broadcast.

    At a tie each gets half the gradient.

    >>> a = Tensor([1.0, 2.0, 3.0])
    >>> maximum(a, 2.0).sum().backward()
    >>> a.grad
    array([0. , 0.5, 1. ])
    """
    return apply("maximum", a, b)


def minimum(a: ArrayOrTensor, b: ArrayOrTensor) -> ArrayOrTensor:
    """The smaller of a and b, element by element; their shapes broadcast.

    At a tie each gets half the gradient.
    """
    return apply("minimum", a, b)


def where(condition: Array, a: ArrayOrTensor, b: ArrayOrTensor) -> ArrayOrTensor:
    """a where `condition` (an array of booleans) holds, b elsewhere; all three broadcast."""
    return apply("where", a, b, at=booleans(condition))


def x_log_y(x: ArrayOrTensor, y: ArrayOrTensor) -> ArrayOrTensor:
    """x·log y with 0·log 0 = 0; −∞ where x > 0 = y. Shapes broadcast."""
    return apply("x_log_y", x, y)


def apply_unit(unit: Any, z: ArrayOrTensor) -> ArrayOrTensor:
    """unit.value(z), element by element, whose slope is unit.slope(z)."""
    return apply("unit", z, unit=unit)


def matmul(a: ArrayOrTensor, b: ArrayOrTensor) -> ArrayOrTensor:
    """Matrix product a @ b: (…, n, k) and (…, k, m) → (…, n, m); NumPy's rules for vectors."""
    return apply("matmul", a, b)


def affine(x: ArrayOrTensor, weight: ArrayOrTensor, bias: ArrayOrTensor) -> ArrayOrTensor:
    """z = x Wᵀ + b: x (m, n_in), weight (n_out, n_in), bias (n_out,) → (m, n_out).

    Or for a stack of S layers at once: x (m, n_in) or (S, m, n_in), weight (S, n_out, n_in), bias
    (S, 1, n_out) → (S, m, n_out). ValueError for any other shapes.
    """
    given = {"x": x, "weight": weight, "bias": bias}
    x, weight, bias = (
        a if isinstance(a, Tensor) else _check.as_array(a, name) for name, a in given.items()
    )
    shapes_of_affine(x.shape, weight.shape, bias.shape)
    return apply("affine", x, weight, bias)


def sum(x: ArrayOrTensor, axis: Axis = None, keepdims: bool = False) -> ArrayOrTensor:
    """Sum over `axis` (all axes if None), which stays with length 1 if `keepdims`."""
    return apply("sum", x, axis=axis, keepdims=keepdims)


def mean(x: ArrayOrTensor, axis: Axis = None, keepdims: bool = False) -> ArrayOrTensor:
    """Mean over `axis` (all axes if None); ValueError where there is nothing to average."""
    return apply("mean", x, axis=axis, keepdims=keepdims)


def max(x: ArrayOrTensor, axis: Axis = None, keepdims: bool = False) -> ArrayOrTensor:
    """Largest value along `axis` (of all if None); several equal ones share the gradient evenly."""
    return apply("max", x, axis=axis, keepdims=keepdims)


def logsumexp(x: ArrayOrTensor, axis: int = -1, keepdims: bool = False) -> ArrayOrTensor:
    """log Σ eˣ along `axis`; never overflows. Its gradient is the softmax.

    >>> import numpy as np
    >>> z = Tensor([1000.0, 1000.0 + np.log(3.0)])
    >>> logsumexp(z).backward()
    >>> z.grad.round(12)
    array([0.25, 0.75])
    """
    return apply("logsumexp", x, axis=axis, keepdims=keepdims)


def reshape(x: ArrayOrTensor, shape: int | tuple[int, ...]) -> ArrayOrTensor:
    """The same numbers in another shape."""
    return apply("reshape", x, shape=shape)


def transpose(x: ArrayOrTensor, axes: tuple[int, ...] | None = None) -> ArrayOrTensor:
    """Axes permuted; reversed if `axes` is None."""
    return apply("transpose", x, axes=axes)
