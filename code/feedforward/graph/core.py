"""The core of the engine: a table of derivatives, arrays that remember, and the walk back.

Read it from top to bottom. `OPS` says how each operation is computed, and how a gradient comes back
through it; nothing else is differentiated anywhere. `apply` computes an operation and remembers it.
`Tensor.backward` walks from the cost to all that it was computed from.

Beside it: `rules`, the longer entries of the table; `methods`, a Tensor's operators (+ applies
"add"); `functions`, exp and others by name; `checks`, what is refused, and in which words.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from feedforward.graph.checks import (
    compute,
    constant,
    floats,
    numbers_of_a_tensor,
    starting_gradient,
)
from feedforward.graph.methods import ArrayMethods
from feedforward.graph.rules import (
    add_bias,
    half_at_ties,
    index_gradient,
    log_of,
    log_sum_exp,
    matmul_left,
    matmul_right,
    max_gradient,
    mean_of,
    power_slope,
    ratio,
    softmax_gradient,
    spread,
    transpose_gradient,
    x_times_log_y,
)

Array = np.ndarray


class Op(NamedTuple):
    """How to compute y from its inputs, and one rule for each input for the way back.

    A rule gets g = ∂J/∂y, then y, then the inputs, and returns ∂J/∂input = g · ∂y/∂input. Where an
    input was broadcast, the rule may return the broadcast shape: `unbroadcast` sums it back.
    """

    forward: Callable[..., Array]
    gradients: tuple[Callable[..., Array], ...]


# fmt: off
OPS: dict[str, Op] = {
    # y =      forward         ∂J/∂(each input), given g = ∂J/∂y
    "add":     Op(np.add,      (lambda g, y, a, b: g,
                                lambda g, y, a, b: g)),
    "sub":     Op(np.subtract, (lambda g, y, a, b: g,
                                lambda g, y, a, b: -g)),
    "mul":     Op(np.multiply, (lambda g, y, a, b: g * b,
                                lambda g, y, a, b: g * a)),
    "div":     Op(np.divide,   (lambda g, y, a, b: g / b,
                                lambda g, y, a, b: -g * y / b)),
    "pow":     Op(np.power,    (lambda g, y, a, b: g * power_slope(a, b),
                                lambda g, y, a, b: g * x_times_log_y(y, a))),
    "neg":     Op(np.negative, (lambda g, y, x: -g,)),
    "abs":     Op(np.abs,      (lambda g, y, x: g * np.sign(x),)),
    "exp":     Op(np.exp,      (lambda g, y, x: g * y,)),
    "log":     Op(np.log,      (lambda g, y, x: g / x,)),
    "sqrt":    Op(np.sqrt,     (lambda g, y, x: g / (2 * y),)),
    "tanh":    Op(np.tanh,     (lambda g, y, x: g * (1 - y * y),)),
    "maximum": Op(np.maximum,  (lambda g, y, a, b: g * half_at_ties(a, b),
                                lambda g, y, a, b: g * half_at_ties(b, a))),
    "minimum": Op(np.minimum,  (lambda g, y, a, b: g * half_at_ties(b, a),
                                lambda g, y, a, b: g * half_at_ties(a, b))),
    "where":   Op(lambda a, b, at: np.where(at, a, b),
                               (lambda g, y, a, b, at: np.where(at, g, 0),
                                lambda g, y, a, b, at: np.where(at, 0, g))),
    "x_log_y": Op(x_times_log_y,
                               (lambda g, z, x, y: g * log_of(y),
                                lambda g, z, x, y: g * ratio(x, y))),
    "unit":    Op(lambda z, unit: unit.value(z),
                               (lambda g, y, z, unit: g * unit.slope(z),)),
    "matmul":  Op(np.matmul,   (matmul_left,
                                matmul_right)),
    "affine":  Op(add_bias,    (lambda g, z, x, W, b: g @ W,
                                lambda g, z, x, W, b: g.mT @ x,
                                lambda g, z, x, W, b: g)),
    # a reduction gets axis and keepdims as r
    "sum":     Op(lambda x, **r: x.sum(**r),
                               (lambda g, y, x, **r: spread(g, x, **r),)),
    "mean":    Op(mean_of,     (lambda g, y, x, **r: spread(g, x, **r)
                                * (y.size / x.size),)),
    "max":     Op(lambda x, **r: x.max(**r),
                               (max_gradient,)),
    "logsumexp": Op(log_sum_exp,
                               (softmax_gradient,)),
    "reshape": Op(lambda x, shape: x.reshape(shape),
                               (lambda g, y, x, shape: g.reshape(x.shape),)),
    "transpose": Op(lambda x, axes: x.transpose(axes),
                               (transpose_gradient,)),
    "index":   Op(lambda x, index: x[index],
                               (index_gradient,)),
}
# fmt: on

_counter = itertools.count()
_recording = True


def apply(op: str, *inputs: Any, **options: Any) -> ArrayOrTensor:
    """Compute OPS[op].

    If a Tensor is among the inputs, so is the result, and it remembers them.
    """
    inputs = tuple(x if isinstance(x, TENSOR_OR_NUMBER) else constant(x, op) for x in inputs)
    values = [value(x) for x in inputs]
    if not any(isinstance(x, Tensor) for x in inputs):
        return compute(op, OPS[op].forward, floats(values), options)
    y = Tensor.__new__(Tensor)  # not Tensor(...), which would copy
    y._begin(np.asarray(compute(op, OPS[op].forward, values, options)))
    if _recording:
        y._op, y._inputs, y._options = op, inputs, options
    return y


class Tensor(ArrayMethods):
    """An array, the operation it came from, and the gradient that reaches it.

    `data` is copied, so that training never changes an array of yours; float32
    stays float32, integers become float64. `grad` is None until `backward()`
    reaches this node.
    """

    __slots__ = ("__weakref__", "_inputs", "_number", "_op", "_options", "data", "grad")

    _apply = staticmethod(apply)

    def __init__(self, data: Any) -> None:
        self._begin(numbers_of_a_tensor(data))

    def _begin(self, data: Array) -> None:
        self.data, self.grad = data, None
        self._op, self._inputs, self._options = None, (), {}
        self._number = next(_counter)

    def backward(self, gradient: Any = None) -> None:
        """Add ∂J/∂node to the `grad` of each node that self was computed from.

        `gradient` is ∂J/∂self, of self's shape. Leave it out where self is the
        cost J itself, one number.
        """
        arriving = {self: starting_gradient(gradient, self.data, self._op)}
        for node in reversed(nodes(self)):
            g = arriving.pop(node)  # ∂J/∂node, summed over all paths from J
            node.grad = g if node.grad is None else node.grad + g
            for source, part in local_gradients(node, g):
                if source in arriving:
                    part = arriving[source] + part
                elif source._op is None and (part is g or part.base is not None):
                    part = part.copy()  # a leaf's gradient may change in place
                arriving[source] = part


ArrayOrTensor = Array | Tensor
TENSOR_OR_NUMBER = (Tensor, float, int)


def value(x: Any) -> Any:
    """The numbers of a Tensor; anything else as it is."""
    return x.data if isinstance(x, Tensor) else x


def nodes(last: Tensor) -> list[Tensor]:
    """Every Tensor that `last` was computed from, each after its own inputs.

    `last` is the last of them. A node is numbered after its inputs, so sorting by
    number *is* a topological order; the search keeps its own stack, so that a chain
    may be longer than Python's recursion limit.
    """
    found = {last}
    stack = [last]
    while stack:
        for source in stack.pop()._inputs:
            if isinstance(source, Tensor) and source not in found:
                found.add(source)
                stack.append(source)
    return sorted(found, key=lambda node: node._number)


def local_gradients(node: Tensor, g: Array) -> Iterator[tuple[Tensor, Array]]:
    """(input, g · ∂node/∂input) for each input that is a Tensor; g is ∂J/∂node."""
    values = [value(x) for x in node._inputs]
    for i, source in enumerate(node._inputs):
        if isinstance(source, Tensor):
            rule = OPS[node._op].gradients[i]
            part = rule(g, node.data, *values, **node._options)
            yield source, unbroadcast(part, source.data)


def unbroadcast(gradient: Array, x: Array) -> Array:
    """`gradient` in x's shape and dtype: summed where x was broadcast."""
    gradient = np.asarray(gradient)
    if gradient.shape != x.shape:
        added = gradient.ndim - x.ndim
        stretched = [a + added for a, n in enumerate(x.shape) if n != gradient.shape[a + added]]
        axes = (*range(added), *stretched)
        gradient = gradient.sum(axes, keepdims=True).reshape(x.shape)
    return gradient if gradient.dtype == x.dtype else gradient.astype(x.dtype)


@contextmanager
def no_grad() -> Iterator[None]:
    """Inside, results remember nothing: for predictions, which need no gradient."""
    global _recording
    before, _recording = _recording, False
    try:
        yield
    finally:
        _recording = before
