"""Reverse-mode automatic differentiation on arrays, small enough to read in one sitting.

A `Tensor` is an array that remembers how it was computed. `backward()` walks that memory from the
last node to the first and multiplies by one derivative at each step. The derivatives are rows of
one table, `OPS`, and the helpers above it that its rows name; nothing else here differentiates.

    >>> w = Tensor([1.0, 2.0])
    >>> cost = (w * w).sum()
    >>> cost.backward()
    >>> w.grad
    array([2., 4.])

Three rules make the whole design:

* **A Tensor wants a gradient, an array is a constant.** There is no flag to set.
* **Every function takes either.** `exp(array)` is an array, `exp(tensor)` a Tensor; so a cost or
  a unit is written once, and serves to plot and to train.
* **Gradients accumulate** in `.grad`, at every node of the graph, until you set it to None.

A Tensor's `data` may be changed in place between two passes (an optimizer does), but not between
a forward pass and its own backward pass, which reads the values again.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from feedforward import _check

Array = np.ndarray

_BASIC_INDEX = (int, slice, type(Ellipsis), type(None))

_births = itertools.count()
_recording = True


class Tensor:
    """An array, the operation it came from, and the gradient that reaches it.

    `data` is copied, so that training never changes an array of yours; float32 stays float32,
    integers become float64. `grad` is None until `backward()` reaches this node.
    """

    __slots__ = ("__weakref__", "_born", "_inputs", "_op", "_options", "data", "grad")

    # NumPy then leaves `array * tensor` to Tensor.__rmul__ instead of looping over the elements.
    __array_ufunc__ = None

    def __init__(self, data: Any) -> None:
        if isinstance(data, Tensor):
            raise TypeError("data must be numbers, got a Tensor; use its .data")
        array = np.array(_check.as_array(data, "data"))
        if array.dtype == bool or np.issubdtype(array.dtype, np.integer):
            array = array.astype(np.float64)
        if not np.issubdtype(array.dtype, np.floating):
            raise TypeError(f"data must hold real numbers, got dtype {array.dtype}")
        self._fill(array, None, (), {})

    def _fill(self, data: Array, op: str | None, inputs: tuple, options: dict) -> None:
        self.data = data
        self.grad: Array | None = None
        self._op = op
        self._inputs = inputs
        self._options = options
        self._born = next(_births)

    # ---------------------------------------------------------------- the backward pass

    def backward(self, gradient: Any = None) -> None:
        """Add ∂J/∂node to the `grad` of every node that self was computed from.

        `gradient` is ∂J/∂self, of self's shape. Leave it out where self is the cost J itself,
        one number.
        """
        if self._op is None:
            raise ValueError(
                "backward() starts from a Tensor that was computed from others; this one was made "
                "from numbers, or computed under no_grad()"
            )
        if gradient is None:
            if self.data.size != 1:
                raise ValueError(
                    "backward() starts from one number, the cost, and this Tensor has shape "
                    f"{self.shape}: take its mean() or sum(), or pass a gradient of that shape"
                )
            gradient = np.ones_like(self.data)
        else:
            gradient = _check.as_array(gradient, "gradient")
            if gradient.dtype.kind not in "biuf":
                raise TypeError(f"gradient must hold real numbers, got dtype {gradient.dtype}")
            gradient = np.array(gradient, dtype=self.dtype)
            _check.shape(gradient, self.shape, "gradient")

        arriving = {self: gradient}  # ∂J/∂node, summed over the paths walked so far
        for node in reversed(nodes(self)):
            g = arriving.pop(node)
            node.grad = g if node.grad is None else node.grad + g
            if node._op is None:
                continue
            rules = OPS[node._op].gradients
            values = [value(x) for x in node._inputs]
            for i, source in enumerate(node._inputs):
                if not isinstance(source, Tensor):
                    continue
                part = _like(rules[i](g, node.data, *values, **node._options), source.data)
                if source in arriving:
                    part = arriving[source] + part
                elif source._op is None and (part is g or part.base is not None):
                    part = part.copy()  # a leaf's gradient may be scaled in place: never share it
                arriving[source] = part

    # ---------------------------------------------------------------- what an array can do

    @property
    def shape(self) -> tuple[int, ...]:
        return self.data.shape

    @property
    def ndim(self) -> int:
        return self.data.ndim

    @property
    def size(self) -> int:
        return self.data.size

    @property
    def dtype(self) -> np.dtype:
        return self.data.dtype

    @property
    def T(self) -> Tensor:
        return transpose(self)

    def __len__(self) -> int:
        return len(self.data)

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def __float__(self) -> float:
        return self.data.item()

    def __bool__(self) -> bool:
        raise TypeError("a Tensor is neither true nor false: compare its .data")

    def __repr__(self) -> str:
        made = "" if self._op is None else f", op={self._op!r}"
        return f"Tensor({np.array2string(self.data, separator=', ')}{made})"

    def __array__(self, dtype: Any = None, copy: Any = None) -> Array:
        raise TypeError(
            "a Tensor is not an array: use its .data for the numbers, or a function of "
            "feedforward.graph to compute with it"
        )

    def __add__(self, other: Any) -> Tensor:
        return _apply("add", self, other)

    def __radd__(self, other: Any) -> Tensor:
        return _apply("add", other, self)

    def __sub__(self, other: Any) -> Tensor:
        return _apply("sub", self, other)

    def __rsub__(self, other: Any) -> Tensor:
        return _apply("sub", other, self)

    def __mul__(self, other: Any) -> Tensor:
        return _apply("mul", self, other)

    def __rmul__(self, other: Any) -> Tensor:
        return _apply("mul", other, self)

    def __truediv__(self, other: Any) -> Tensor:
        return _apply("div", self, other)

    def __rtruediv__(self, other: Any) -> Tensor:
        return _apply("div", other, self)

    def __pow__(self, other: Any) -> Tensor:
        return _apply("pow", self, other)

    def __rpow__(self, other: Any) -> Tensor:
        return _apply("pow", other, self)

    def __matmul__(self, other: Any) -> Tensor:
        return matmul(self, other)

    def __rmatmul__(self, other: Any) -> Tensor:
        return matmul(other, self)

    def __neg__(self) -> Tensor:
        return _apply("neg", self)

    def __abs__(self) -> Tensor:
        return _apply("abs", self)

    def __getitem__(self, index: Any) -> Tensor:
        return _apply("index", self, index=index)

    def sum(self, axis: Axis = None, keepdims: bool = False) -> Tensor:
        return sum(self, axis, keepdims)

    def mean(self, axis: Axis = None, keepdims: bool = False) -> Tensor:
        return mean(self, axis, keepdims)

    def max(self, axis: Axis = None, keepdims: bool = False) -> Tensor:
        return max(self, axis, keepdims)

    def reshape(self, *shape: int | tuple[int, ...]) -> Tensor:
        return reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: int) -> Tensor:
        return transpose(self, axes or None)


Either = Array | Tensor
Axis = int | tuple[int, ...] | None


def value(x: Any) -> Any:
    """The numbers of a Tensor; anything else as it is."""
    return x.data if isinstance(x, Tensor) else x


def nodes(last: Tensor) -> list[Tensor]:
    """Every Tensor that `last` was computed from, itself included, each after its own inputs.

    A node is always born after its inputs, so sorting by age *is* a topological order; the search
    keeps its own stack, so that a chain may be longer than Python's recursion limit.
    """
    found = {last}
    stack = [last]
    while stack:
        for source in stack.pop()._inputs:
            if isinstance(source, Tensor) and source not in found:
                found.add(source)
                stack.append(source)
    return sorted(found, key=lambda node: node._born)


@contextmanager
def no_grad() -> Iterator[None]:
    """Inside, results remember nothing: for predictions, which need no gradient."""
    global _recording
    before, _recording = _recording, False
    try:
        yield
    finally:
        _recording = before


# -------------------------------------------------------------------- the table of derivatives


class Op(NamedTuple):
    """How to compute y from its inputs, and one rule per input for the way back.

    A rule gets g = ∂J/∂y, then y, then the inputs, and returns ∂J/∂input = g · ∂y/∂input. Where an
    input was broadcast, the rule may return the broadcast shape: `backward` sums it back.
    """

    forward: Callable[..., Array]
    gradients: tuple[Callable[..., Array], ...] | _Each


class _Each:
    """One rule for any number of inputs; it is told by `i` which one is meant."""

    def __init__(self, rule: Callable[..., Array]) -> None:
        self.rule = rule

    def __getitem__(self, i: int) -> Callable[..., Array]:
        return partial(self.rule, i=i)


def _half_at_ties(mine: Array, other: Array) -> Array:
    """Slope of max(mine, other) in mine: 1, 0, and ½ where both are equal."""
    return np.where(mine == other, 0.5, mine > other).astype(np.result_type(mine, other))


def _power_slope(a: Array, b: Array) -> Array:
    """b·aᵇ⁻¹, and 0 where b = 0 even at a = 0."""
    if isinstance(b, int | float):
        return b * a ** (b - 1) if b != 0 else np.zeros_like(a)
    return np.where(b == 0, 0, b * a ** np.where(b == 0, 1, b - 1))


def _kept(y: Array, x: Array, axis: Axis, keepdims: bool) -> Array:
    """A reduction of x, or its gradient, with the reduced axes back as axes of length 1."""
    if keepdims:
        return y
    return np.expand_dims(y, tuple(range(x.ndim)) if axis is None else axis)


def _spread(g: Array, x: Array, axis: Axis, keepdims: bool) -> Array:
    """g handed to every element of x that the reduction took in."""
    return np.broadcast_to(_kept(g, x, axis, keepdims), x.shape)


def _max_gradient(g: Array, y: Array, x: Array, axis: Axis, keepdims: bool) -> Array:
    largest = x == _kept(y, x, axis, keepdims)
    return largest * (_kept(g, x, axis, keepdims) / largest.sum(axis, x.dtype, keepdims=True))


def _mean(x: Array, axis: Axis, keepdims: bool) -> Array:
    if not x.size and x.sum(axis).size:
        raise ValueError("there is no mean of nothing")
    return x.mean(axis=axis, keepdims=keepdims)


def _logsumexp(x: Array, axis: int, keepdims: bool) -> Array:
    """log Σ eˣ = x_max + log1p(Σ e^(x − x_max) of the others): exact however far apart."""
    top = np.argmax(x, axis=axis, keepdims=True)
    peak = np.take_along_axis(x, top, axis)
    others = np.exp(x - np.where(np.isfinite(peak), peak, 0).astype(x.dtype))
    np.put_along_axis(others, top, 0, axis)
    y = peak + np.log1p(others.sum(axis=axis, keepdims=True))
    return y if keepdims else y.squeeze(axis)


def _logsumexp_gradient(g: Array, y: Array, x: Array, axis: int, keepdims: bool) -> Array:
    return _kept(g, x, axis, keepdims) * np.exp(x - _kept(y, x, axis, keepdims))


def _log(y: Array) -> Array:
    """log y, with log 0 = −∞ meant, so that NumPy need not warn of it."""
    with np.errstate(divide="ignore"):
        return np.log(y)


def _x_log_y(x: Array, y: Array) -> Array:
    """x·log y with 0·log 0 = 0, its limit."""
    return np.where(x == 0, 0, x * _log(np.where(x == 0, 1, y)))


def _ratio(x: Array, y: Array) -> Array:
    """x/y, and 0 where x = 0 even at y = 0; ∞ at y = 0 < x is meant."""
    with np.errstate(divide="ignore"):
        return x / np.where(x == 0, 1, y)


def _affine(x: Array, weight: Array, bias: Array) -> Array:
    z = x @ weight.mT
    z += bias
    return z


def _matmul_left(g: Array, _: Array, a: Array, b: Array) -> Array:
    """∂J/∂a of a @ b = g bᵀ. A vector is a matrix with one row (left) or one column (right)."""
    if a.ndim == 1 and b.ndim == 1:
        return g * b
    if b.ndim == 1:
        return g[..., None] * b
    if a.ndim == 1:
        return (g[..., None, :] @ np.swapaxes(b, -1, -2))[..., 0, :]
    return g @ np.swapaxes(b, -1, -2)


def _matmul_right(g: Array, _: Array, a: Array, b: Array) -> Array:
    """∂J/∂b of a @ b = aᵀ g."""
    if a.ndim == 1 and b.ndim == 1:
        return g * a
    if a.ndim == 1:
        return a[:, None] * g[..., None, :]
    if b.ndim == 1:
        return (np.swapaxes(a, -1, -2) @ g[..., None])[..., 0]
    return np.swapaxes(a, -1, -2) @ g


def _index_gradient(g: Array, _: Array, x: Array, index: Any) -> Array:
    """Send g back to where it was taken from, as often as it was taken."""
    whole = np.zeros_like(x)
    if all(isinstance(i, _BASIC_INDEX) for i in (index if isinstance(index, tuple) else (index,))):
        whole[index] = g  # a slice takes nothing twice
    else:
        np.add.at(whole, index, g)
    return whole


def _transpose_gradient(g: Array, _: Array, x: Array, axes: tuple[int, ...] | None) -> Array:
    """The inverse permutation."""
    return g.transpose(None if axes is None else np.argsort([a % x.ndim for a in axes]))


def _concatenate_gradient(g: Array, _: Array, *xs: Array, axis: int, i: int) -> Array:
    """The stretch of g that came from input i."""
    start = int(np.sum([x.shape[axis] for x in xs[:i]], dtype=int))
    stretch = [slice(None)] * g.ndim
    stretch[axis] = slice(start, start + xs[i].shape[axis])
    return g[tuple(stretch)]


# fmt: off
OPS: dict[str, Op] = {
    # y =                 forward                     ∂J/∂(each input), given g = ∂J/∂y
    "add":     Op(np.add,                            (lambda g, y, a, b: g,
                                                      lambda g, y, a, b: g)),
    "sub":     Op(np.subtract,                       (lambda g, y, a, b: g,
                                                      lambda g, y, a, b: -g)),
    "mul":     Op(np.multiply,                       (lambda g, y, a, b: g * b,
                                                      lambda g, y, a, b: g * a)),
    "div":     Op(np.divide,                         (lambda g, y, a, b: g / b,
                                                      lambda g, y, a, b: -g * y / b)),
    "pow":     Op(np.power,                          (lambda g, y, a, b: g * _power_slope(a, b),
                                                      lambda g, y, a, b: g * _x_log_y(y, a))),
    "neg":     Op(np.negative,                       (lambda g, y, x: -g,)),
    "abs":     Op(np.abs,                            (lambda g, y, x: g * np.sign(x),)),
    "exp":     Op(np.exp,                            (lambda g, y, x: g * y,)),
    "log":     Op(np.log,                            (lambda g, y, x: g / x,)),
    "sqrt":    Op(np.sqrt,                           (lambda g, y, x: g / (2 * y),)),
    "tanh":    Op(np.tanh,                           (lambda g, y, x: g * (1 - y * y),)),
    "maximum": Op(np.maximum,                        (lambda g, y, a, b: g * _half_at_ties(a, b),
                                                      lambda g, y, a, b: g * _half_at_ties(b, a))),
    "minimum": Op(np.minimum,                        (lambda g, y, a, b: g * _half_at_ties(b, a),
                                                      lambda g, y, a, b: g * _half_at_ties(a, b))),
    "where":   Op(lambda a, b, at: np.where(at, a, b),
                                                     (lambda g, y, a, b, at: np.where(at, g, 0),
                                                      lambda g, y, a, b, at: np.where(at, 0, g))),
    "x_log_y": Op(_x_log_y,                          (lambda g, z, x, y: g * _log(y),
                                                      lambda g, z, x, y: g * _ratio(x, y))),
    "unit":    Op(lambda z, unit: unit.value(z),
                                                     (lambda g, y, z, unit: g * unit.slope(z),)),

    "matmul":  Op(np.matmul,                         (_matmul_left,
                                                      _matmul_right)),
    "affine":  Op(_affine,                           (lambda g, z, x, W, b: g @ W,
                                                      lambda g, z, x, W, b: g.mT @ x,
                                                      lambda g, z, x, W, b: g)),

    # a reduction gets axis and keepdims as r
    "sum":     Op(lambda x, **r: x.sum(**r),         (lambda g, y, x, **r: _spread(g, x, **r),)),
    "mean":    Op(_mean,                             (lambda g, y, x, **r: _spread(g, x, **r)
                                                      * (y.size / x.size),)),
    "max":     Op(lambda x, **r: x.max(**r),         (_max_gradient,)),
    "logsumexp": Op(_logsumexp,                      (_logsumexp_gradient,)),

    "reshape": Op(lambda x, shape: x.reshape(shape), (lambda g, y, x, shape: g.reshape(x.shape),)),
    "transpose": Op(lambda x, axes: x.transpose(axes), (_transpose_gradient,)),
    "index":   Op(lambda x, index: x[index],         (_index_gradient,)),
    "concatenate": Op(lambda *xs, axis: np.concatenate(xs, axis), _Each(_concatenate_gradient)),
}
# fmt: on


# ------------------------------------------------------- functions of arrays and of Tensors


def exp(x: Either) -> Either:
    """eˣ."""
    return _apply("exp", x)


def log(x: Either) -> Either:
    """Natural logarithm."""
    return _apply("log", x)


def sqrt(x: Either) -> Either:
    """√x."""
    return _apply("sqrt", x)


def tanh(x: Either) -> Either:
    """Hyperbolic tangent."""
    return _apply("tanh", x)


def maximum(a: Either, b: Either) -> Either:
    """The larger of a and b, element by element; at a tie each gets half the gradient."""
    return _apply("maximum", a, b)


def minimum(a: Either, b: Either) -> Either:
    """The smaller of a and b, element by element; at a tie each gets half the gradient."""
    return _apply("minimum", a, b)


def where(condition: Array, a: Either, b: Either) -> Either:
    """a where `condition` (an array of booleans) holds, b elsewhere."""
    if isinstance(condition, Tensor):
        raise TypeError("condition must be an array of booleans, got a Tensor; compare its .data")
    condition = _check.as_array(condition, "condition")
    if condition.dtype != bool:
        raise TypeError(f"condition must hold booleans, got dtype {condition.dtype}")
    return _apply("where", a, b, at=condition)


def x_log_y(x: Either, y: Either) -> Either:
    """x·log y with 0·log 0 = 0; −∞ where x > 0 = y."""
    return _apply("x_log_y", x, y)


def apply_unit(unit: Any, z: Either) -> Either:
    """unit.value(z), element by element, whose slope is unit.derivative(z)."""
    return _apply("unit", z, unit=unit)


def matmul(a: Either, b: Either) -> Either:
    """Matrix product a @ b, with NumPy's rules for vectors and stacks of matrices."""
    return _apply("matmul", a, b)


def affine(x: Either, weight: Either, bias: Either) -> Either:
    """z = x Wᵀ + b: x (m, n_in), weight (n_out, n_in), bias (n_out,) → (m, n_out).

    Or for a stack of S layers at once: x (m, n_in) or (S, m, n_in), weight (S, n_out, n_in), bias
    (S, 1, n_out) → (S, m, n_out).
    """
    given = {"x": x, "weight": weight, "bias": bias}
    x, weight, bias = (
        a if isinstance(a, Tensor) else _check.as_array(a, name) for name, a in given.items()
    )
    inputs, weights, biases = x.shape, weight.shape, bias.shape
    if len(weights) not in (2, 3):
        raise ValueError(f"weight must have shape (n_out, n_in), got {weights}")
    *stack, n_out, n_in = weights
    expected = (*stack, 1, n_out) if stack else (n_out,)
    if len(inputs) < 2 or inputs[-1] != n_in or inputs[:-2] not in ((), tuple(stack)):
        raise ValueError(f"x must have shape (m, {n_in}), got {inputs}")
    if biases != expected:
        raise ValueError(f"bias must have shape {expected}, got {biases}")
    return _apply("affine", x, weight, bias)


def sum(x: Either, axis: Axis = None, keepdims: bool = False) -> Either:
    """Sum over `axis` (all axes if None)."""
    return _apply("sum", x, axis=axis, keepdims=keepdims)


def mean(x: Either, axis: Axis = None, keepdims: bool = False) -> Either:
    """Mean over `axis` (all axes if None)."""
    return _apply("mean", x, axis=axis, keepdims=keepdims)


def max(x: Either, axis: Axis = None, keepdims: bool = False) -> Either:
    """Largest value along `axis`; several equal ones share the gradient evenly."""
    return _apply("max", x, axis=axis, keepdims=keepdims)


def logsumexp(x: Either, axis: int = -1, keepdims: bool = False) -> Either:
    """log Σ eˣ along `axis`; never overflows. Its gradient is the softmax."""
    return _apply("logsumexp", x, axis=axis, keepdims=keepdims)


def reshape(x: Either, shape: int | tuple[int, ...]) -> Either:
    """The same numbers in another shape."""
    return _apply("reshape", x, shape=shape)


def transpose(x: Either, axes: tuple[int, ...] | None = None) -> Either:
    """Axes permuted; reversed if `axes` is None."""
    return _apply("transpose", x, axes=axes)


def concatenate(xs: Sequence[Either], axis: int = 0) -> Either:
    """Arrays and Tensors one after the other along `axis`."""
    return _apply("concatenate", *_check.sequence(xs, "xs", "arrays"), axis=axis)


# ------------------------------------------------------------------------------ machinery


def _apply(op: str, *inputs: Any, **options: Any) -> Either:
    """Compute OPS[op]; if a Tensor is among the inputs, so is the result, and it remembers them."""
    inputs = tuple(x if isinstance(x, Tensor | float | int) else _constant(x, op) for x in inputs)
    values = [value(x) for x in inputs]
    remembered = any(isinstance(x, Tensor) for x in inputs)
    if not remembered:
        values = _floats(values)
    try:
        data = OPS[op].forward(*values, **options)
    except (ValueError, TypeError) as error:
        what = " and ".join(str(np.shape(x)) for x in values) or "nothing"
        if how := ", ".join(f"{k}={_check.given(v)}" for k, v in options.items()):
            what = f"{what} with {how}"
        words = f"cannot compute {op} of {what}: {error}"
        raise (TypeError if isinstance(error, TypeError) else ValueError)(words) from None
    if not remembered:
        return data
    result = Tensor.__new__(Tensor)
    if _recording:
        result._fill(np.asarray(data), op, inputs, options)
    else:
        result._fill(np.asarray(data), None, (), {})
    return result


def _constant(x: Any, op: str) -> Array:
    """Anything that is no Tensor as an array of real numbers."""
    array = _check.as_array(x, f"an input of {op}")
    if array.dtype.kind not in "biuf":  # booleans, integers, floats
        got = f"dtype {array.dtype}" if array.ndim else repr(x)
        raise TypeError(f"an input of {op} must hold real numbers, got {got}")
    return array


def _floats(values: list[Any]) -> list[Any]:
    """Numbers alone, without a Tensor: integers become float64 if no floating array is there."""
    if any(isinstance(x, np.ndarray) and x.dtype.kind == "f" for x in values):
        return values
    return [np.asarray(x, np.float64) for x in values]


def _like(gradient: Array, x: Array) -> Array:
    """`gradient` with x's shape and dtype: summed over the axes along which x was broadcast."""
    gradient = np.asarray(gradient)
    if gradient.shape != x.shape:
        extra = tuple(range(gradient.ndim - x.ndim))
        stretched = tuple(
            a + len(extra)
            for a, n in enumerate(x.shape)
            if n == 1 and gradient.shape[a + len(extra)] != 1
        )
        gradient = gradient.sum(extra + stretched, keepdims=True).reshape(x.shape)
    return gradient if gradient.dtype == x.dtype else gradient.astype(x.dtype)
