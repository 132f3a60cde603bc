"""The longer rules of the table of derivatives, as functions of plain arrays.

A gradient's rule gets g = ∂J/∂y, then y, then the inputs, and returns ∂J/∂input, of the shape that
y's inputs were broadcast to.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray
Axis = int | tuple[int, ...] | None

_BASIC_INDEX = (int, slice, type(Ellipsis), type(None))


def half_at_ties(mine: Array, other: Array) -> Array:
    """Slope of max(mine, other) in mine: 1, 0, and ½ where both are equal."""
    return np.where(mine == other, 0.5, mine > other).astype(np.result_type(mine, other))


def power_slope(a: Array, b: Array) -> Array:
    """b·aᵇ⁻¹, and 0 where b = 0 even at a = 0."""
    if isinstance(b, int | float):
        return b * a ** (b - 1) if b != 0 else np.zeros_like(a)
    return np.where(b == 0, 0, b * a ** np.where(b == 0, 1, b - 1))


def log_of(y: Array) -> Array:
    """log y, without NumPy's warning where log 0 = −∞ is meant."""
    with np.errstate(divide="ignore"):
        return np.log(y)


def x_times_log_y(x: Array, y: Array) -> Array:
    """x·log y with 0·log 0 = 0, its limit."""
    return np.where(x == 0, 0, x * log_of(np.where(x == 0, 1, y)))


def ratio(x: Array, y: Array) -> Array:
    """x/y, and 0 where x = 0 even at y = 0; ∞ at y = 0 < x is meant."""
    with np.errstate(divide="ignore"):
        return x / np.where(x == 0, 1, y)


# ------------------------------------------------------------------------------- products


def add_bias(x: Array, weight: Array, bias: Array) -> Array:
    """x Wᵀ + b."""
    z = x @ weight.mT
    z += bias
    return z


def matmul_left(g: Array, _: Array, a: Array, b: Array) -> Array:
    """∂J/∂a of a @ b = g bᵀ. A vector is a matrix with one row (left) or one column (right)."""
    if a.ndim == 1 and b.ndim == 1:
        return g * b
    if b.ndim == 1:
        return g[..., None] * b
    if a.ndim == 1:
        return (g[..., None, :] @ np.swapaxes(b, -1, -2))[..., 0, :]
    return g @ np.swapaxes(b, -1, -2)


def matmul_right(g: Array, _: Array, a: Array, b: Array) -> Array:
    """∂J/∂b of a @ b = aᵀ g."""
    if a.ndim == 1 and b.ndim == 1:
        return g * a
    if a.ndim == 1:
        return a[:, None] * g[..., None, :]
    if b.ndim == 1:
        return (np.swapaxes(a, -1, -2) @ g[..., None])[..., 0]
    return np.swapaxes(a, -1, -2) @ g


# ----------------------------------------------------------------------------- reductions


def keep_axes(y: Array, x: Array, axis: Axis, keepdims: bool) -> Array:
    """A reduction of x, or its gradient, with the reduced axes back as axes of length 1."""
    if keepdims:
        return y
    return np.expand_dims(y, tuple(range(x.ndim)) if axis is None else axis)


def spread(g: Array, x: Array, axis: Axis, keepdims: bool) -> Array:
    """g handed to every element of x that the reduction took in."""
    return np.broadcast_to(keep_axes(g, x, axis, keepdims), x.shape)


def mean_of(x: Array, axis: Axis, keepdims: bool) -> Array:
    """The mean; ValueError where it would be one of no numbers."""
    if not x.size and x.sum(axis).size:
        raise ValueError("there is no mean of nothing")
    return x.mean(axis=axis, keepdims=keepdims)


def max_gradient(g: Array, y: Array, x: Array, axis: Axis, keepdims: bool) -> Array:
    """g for the largest element; several equal ones share it evenly."""
    largest = x == keep_axes(y, x, axis, keepdims)
    return largest * (keep_axes(g, x, axis, keepdims) / largest.sum(axis, x.dtype, keepdims=True))


def log_sum_exp(x: Array, axis: int, keepdims: bool) -> Array:
    """log Σ eˣ = x_max + log1p(Σ e^(x − x_max) of the others): exact however far apart."""
    top = np.argmax(x, axis=axis, keepdims=True)
    peak = np.take_along_axis(x, top, axis)
    others = np.exp(x - np.where(np.isfinite(peak), peak, 0).astype(x.dtype))
    np.put_along_axis(others, top, 0, axis)
    y = peak + np.log1p(others.sum(axis=axis, keepdims=True))
    return y if keepdims else y.squeeze(axis)


def softmax_gradient(g: Array, y: Array, x: Array, axis: int, keepdims: bool) -> Array:
    """∂J/∂x of y = log Σ eˣ: g times the softmax, e^(x − y)."""
    return keep_axes(g, x, axis, keepdims) * np.exp(x - keep_axes(y, x, axis, keepdims))


# --------------------------------------------------------------------------------- shapes


def index_gradient(g: Array, _: Array, x: Array, index: Any) -> Array:
    """Send g back to where it was taken from, as often as it was taken."""
    whole = np.zeros_like(x)
    if all(isinstance(i, _BASIC_INDEX) for i in (index if isinstance(index, tuple) else (index,))):
        whole[index] = g  # a slice takes nothing twice
    else:
        np.add.at(whole, index, g)
    return whole


def transpose_gradient(g: Array, _: Array, x: Array, axes: tuple[int, ...] | None) -> Array:
    """The inverse permutation."""
    return g.transpose(None if axes is None else np.argsort([a % x.ndim for a in axes]))
