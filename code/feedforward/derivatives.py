"""Other ways to the same derivatives, to set beside `Tensor.backward`.

By small differences; over every path of the graph; forwards; backwards with a part of the memory.
Each is the plain version of its idea, and says what it costs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from feedforward import _check
from feedforward.graph import OPS, Array, Tensor, affine, local_gradients, no_grad, value
from feedforward.network import MLP


def central_differences(f: Callable[[Array], float], x: Array, step: float = 1e-6) -> Array:
    """∂f/∂x by (f(x + step) − f(x − step))/(2·step), one element of x after the other.

    Two evaluations for each of x's elements: what a gradient costs without differentiation.
    """
    given = _check.real(x, "x")
    x = given.astype(np.float64)  # of float32's digits a small step would leave nothing
    f, step = _check.function(f, "f"), _check.positive_number(step, "step")
    if not ((x - step < x) & (x < x + step)).all():
        raise ValueError(f"step must be large enough to move x, got {step:g}")
    slope = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        moved = np.zeros_like(x)
        moved[index] = step
        there, back = (_check.number(f(x + way * moved), "f(x)") for way in (1, -1))
        slope[index] = (there - back) / (2 * step)
    return slope.astype(given.dtype)


# ------------------------------------------------------------------ paths, and stored gradients


def gradient_over_paths(last: Tensor, first: Tensor) -> tuple[Array, int]:
    """∂last/∂first as the sum over all paths between them.

    Returns the gradient, and how many local derivatives were applied. It walks the tree of the
    paths from `last`: two paths share the work of their common beginning, but nothing is stored at
    the nodes, so that where paths meet again, what follows is done once for each.
    """

    first, last = _check.kind(first, Tensor, "first"), _check.kind(last, Tensor, "last")

    def walk(node: Tensor, g: Array) -> tuple[Any, int]:
        if node is first:
            return g, 0
        total, applied = 0, 0
        for source, part in local_gradients(node, g):
            below, more = walk(source, part)
            total, applied = total + below, applied + more + 1
        return total, applied

    total, applied = walk(last, np.ones_like(last.data))
    return np.zeros_like(first.data) + total, applied


@contextmanager
def applied_rules() -> Iterator[list[str]]:
    """Inside, every local derivative that a backward pass applies is noted by its op's name."""
    noted: list[str] = []
    before = dict(OPS)

    def noting(name: str, rule: Callable) -> Callable:
        def apply(*args: Any, **options: Any) -> Array:
            noted.append(name)
            return rule(*args, **options)

        return apply

    try:
        for name, op in before.items():
            rules = tuple(noting(name, rule) for rule in op.gradients)
            OPS[name] = op._replace(gradients=rules)
        yield noted
    finally:
        OPS.update(before)


# ----------------------------------------------------------- forward mode and reverse mode


def forward_jacobian(net: MLP, x: Array) -> tuple[Array, int]:
    """∂outputs/∂x at one example x (n,), carried along from the input: J = W_L D … D W₁ · I.

    Returns the Jacobian (n_out, n) and the multiply-adds: n passes, one for each column.
    """
    net, x = _plain(net), _example(net, x)
    columns, multiply_adds = np.eye(len(x), dtype=net.dtype), 0
    for weight, slopes in _layers(net, x):
        multiply_adds += weight.size * columns.shape[1]
        columns = slopes[:, None] * (weight @ columns)
    return columns, multiply_adds


def reverse_jacobian(net: MLP, x: Array) -> tuple[Array, int]:
    """The same Jacobian, carried back from the outputs: I · W_L D … D W₁.

    Returns it and the multiply-adds: n_out passes, one for each row.
    """
    net, x = _plain(net), _example(net, x)
    rows, multiply_adds = np.eye(net.widths[-1], dtype=net.dtype), 0
    for weight, slopes in reversed(list(_layers(net, x))):
        multiply_adds += weight.size * rows.shape[0]
        rows = (rows * slopes) @ weight
    return rows, multiply_adds


def _layers(net: MLP, x: Array) -> Iterator[tuple[Array, Array]]:
    """Each layer's weights, and its unit's slopes at this x; the last layer has no unit.

    One layer at a time: who goes forward with them need not keep them.
    """
    a = x
    for weight, bias in zip(net.weights, net.biases, strict=True):
        with _check.in_range(x=x):
            z = weight.data @ a + bias.data
        slopes = np.ones_like(z) if weight is net.weights[-1] else net.unit.derivative(z)
        yield weight.data, slopes
        a = net.unit(z)


def _plain(net: MLP) -> MLP:
    """A network whose layers are weights, biases and a unit, and nothing else."""
    if _check.kind(net, MLP, "net").norms:
        raise ValueError(f"net must have no batch normalization, got {net!r} with batch_norm=True")
    return net


def _example(net: MLP, x: Array) -> Array:
    return _check.shape(_check.real(x, "x", net.dtype), net.widths[:1], "x")


# ------------------------------------------------------------------------- less memory


def checkpointed_backward(
    layers: Sequence[Callable[[Tensor], Tensor]], x: Array, cost: Callable, segment: int
) -> float:
    """Backward through cost(layers[-1](… layers[0](x))), keeping every `segment`-th activation.

    Adds to the gradients of the layers' parameters what `backward()` of the whole would, and
    returns the cost. Each segment but the last is computed once without memory, for its output;
    each is computed with memory when the gradient of its output has arrived. x: shape (m, …).
    """
    layers = [_check.function(f, "each layer in layers") for f in _check.sequence(layers, "layers")]
    if not layers:
        raise ValueError("layers must hold at least one layer, got none")
    cost, x = _check.function(cost, "cost"), _check.examples(_check.real(x, "x"), "x")
    segment = _check.count(segment, "segment")
    segments = [layers[s : s + segment] for s in range(0, len(layers), segment)]
    checkpoints = [x]
    with no_grad():
        for part in segments[:-1]:
            checkpoints.append(value(_through(part, checkpoints[-1])))

    gradient = None
    for part in reversed(segments):
        start = Tensor(checkpoints.pop())
        end = _through(part, start)
        if gradient is None:  # the last segment: the cost itself is at its end
            end = _check.kind(cost(end), Tensor, "cost's result")
            _check.shape(end.data, (), "cost's result")
            total = float(end)
        end.backward(gradient)
        gradient = start.grad
    return total


def layers_of(net: MLP) -> list[Callable]:
    """The layers of a network as functions, for `checkpointed_backward`."""

    def layer(weight: Tensor, bias: Tensor) -> Callable:
        last = weight is net.weights[-1]
        return lambda a: affine(a, weight, bias) if last else net.unit(affine(a, weight, bias))

    net = _plain(net)
    return [layer(w, b) for w, b in zip(net.weights, net.biases, strict=True)]


def _through(layers: Sequence[Callable], a: Any) -> Any:
    for layer in layers:
        a = layer(a)
    return a
