"""The training loop: draw a minibatch, compute the cost, go back, take a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Protocol

import numpy as np

from feedforward import _check
from feedforward.graph import Either, Tensor
from feedforward.progress import progress

Array = np.ndarray
Step = Callable[..., None]
"""step(scale=1.0): one step of `scale` times the learning rate."""


class Network(Protocol):
    """What can be trained: a function of a batch, and the list of its parameters."""

    def __call__(self, x: Array) -> Tensor: ...

    def parameters(self) -> list[Tensor]: ...


def train(
    net: Network,
    cost: Callable[[Tensor, Array], Either],
    x: Array,
    y: Array,
    *,
    steps: int,
    learning_rate: float,
    batch_size: int | None = None,
    rng: np.random.Generator | None = None,
    optimizer: str = "sgd",
    decay: bool = False,
) -> Array:
    """Lower the mean cost of net(x) against y, step by step; the net is changed in place.

    cost: a function of (prediction, target) with one value per example, as in `feedforward.costs`.
    x: shape (m, …), y: m targets. batch_size: how many examples a step sees, all of them if None;
    rng shuffles them and is needed for minibatches only. optimizer: "sgd", "momentum" or "adam".
    decay: whether the learning rate falls to zero over the steps, on a straight line; at a constant
    rate the last steps may go back and forth over a minimum.

    Returns the history, shape (steps,): the mean cost of each minibatch *before* its step. The same
    seeds give the same history, to the last digit. FloatingPointError tells the step at which the
    cost stopped being finite. A run of more than two seconds shows its progress in a notebook.
    """
    steps = _check.count(steps, "steps", least=0)
    learning_rate = _check.positive_number(learning_rate, "learning_rate")
    x, y = _check.numbers(x, "x"), _check.numbers(y, "y")
    _check.function(_check.able(net, ("parameters",), "net"), "net")
    cost = _check.function(cost, "cost")
    if x.ndim == 0 or y.ndim == 0 or len(x) != len(y) or len(x) == 0:
        raise ValueError(
            f"x and y must hold the same number of examples, got shapes {x.shape} and {y.shape}"
        )
    decay = _check.kind(decay, bool, "decay")
    batches = minibatches(len(x), batch_size, rng)
    parameters = net.parameters()
    make_optimizer = OPTIMIZERS[_check.one_of(optimizer, OPTIMIZERS, "optimizer")]
    take_step = make_optimizer(parameters, learning_rate)

    history = np.zeros(steps)
    # What overflows is not warned of on the way but reported below, with the step it happened at.
    # An interrupted run takes its bar away at once, though a notebook keeps the traceback alive.
    with np.errstate(over="ignore", invalid="ignore"), closing(progress(steps)) as going:
        for step in going:
            batch = next(batches)
            prediction = net(x[batch])
            _still_finite(prediction.data, "the prediction", step, learning_rate)
            costs = _check.kind(cost(prediction, y[batch]), Tensor, "cost's result")
            mean_cost = costs.mean()
            _still_finite(mean_cost.data, "the cost", step, learning_rate)
            history[step] = float(mean_cost)

            for p in parameters:
                p.grad = None
            mean_cost.backward()
            take_step(1 - step / steps if decay else 1.0)
        for p in parameters:
            _still_finite(p.data, "a parameter", steps, learning_rate)
    return history


def minibatches(
    m: int, batch_size: int | None, rng: np.random.Generator | None
) -> Iterator[Array | slice]:
    """Indices of one minibatch after another, for ever.

    Every pass sees all m examples once, in a new order; the last minibatch of a pass may be
    smaller. With batch_size None each minibatch is all of them.
    """
    m = _check.count(m, "m")
    if batch_size is None:
        return _whole_batches()
    batch_size = _check.count(batch_size, "batch_size")
    return _shuffled_batches(m, batch_size, _check.generator(rng))


def _whole_batches() -> Iterator[slice]:
    while True:
        yield slice(None)


def _shuffled_batches(m: int, batch_size: int, rng: np.random.Generator) -> Iterator[Array]:
    while True:
        order = rng.permutation(m)
        for start in range(0, m, batch_size):
            yield order[start : start + batch_size]


# ----------------------------------------------------------------------------- optimizers
#
# Each takes the parameters once and returns a function that takes one step along their gradients,
# or a share of one.


def sgd(parameters: Sequence[Tensor], learning_rate: float) -> Step:
    """θ ← θ − η·g."""

    def step(scale: float = 1.0) -> None:
        for p in _with_gradient(parameters):
            p.data -= scale * learning_rate * p.grad

    return step


def momentum(parameters: Sequence[Tensor], learning_rate: float, decay: float = 0.9) -> Step:
    """v ← 0.9·v + g, then θ ← θ − η·v: a gradient that keeps its direction counts up to ten times.

    Source: Goodfellow et al. (2016), algorithm 8.2, with the learning rate outside of v as in
    PyTorch.
    """
    velocity = {p: np.zeros_like(p.data) for p in parameters}

    def step(scale: float = 1.0) -> None:
        for p in _with_gradient(parameters):
            v = velocity[p]
            v *= decay
            v += p.grad
            p.data -= scale * learning_rate * v

    return step


def adam(
    parameters: Sequence[Tensor],
    learning_rate: float,
    decay: float = 0.9,
    square_decay: float = 0.999,
    epsilon: float = 1e-8,
) -> Step:
    """θ ← θ − η·m̂/(√v̂ + ε), running means m of g and v of g², corrected for starting at zero.

    Source: Kingma and Ba (2015), algorithm 1.
    """
    first = {p: np.zeros_like(p.data) for p in parameters}
    second = {p: np.zeros_like(p.data) for p in parameters}
    count = 0

    def step(scale: float = 1.0) -> None:
        nonlocal count
        count += 1
        for p in _with_gradient(parameters):
            m, v, g = first[p], second[p], p.grad
            m += (1 - decay) * (g - m)
            v += (1 - square_decay) * (g * g - v)
            root = np.sqrt(v / (1 - square_decay**count))
            p.data -= scale * learning_rate / (1 - decay**count) * m / (root + epsilon)

    return step


OPTIMIZERS: dict[str, Callable[..., Step]] = {f.__name__: f for f in (sgd, momentum, adam)}


def _with_gradient(parameters: Sequence[Tensor]) -> Iterator[Tensor]:
    """The parameters that the cost depends on."""
    return (p for p in parameters if p.grad is not None)


def _still_finite(numbers: Array, what: str, step: int, learning_rate: float) -> None:
    if not np.isfinite(numbers).all():
        bad = numbers[~np.isfinite(numbers)].flat[0]
        raise FloatingPointError(
            f"{what} became {bad} after {step} steps with learning_rate {learning_rate:g}: "
            "a smaller learning rate or smaller initial weights may help"
        )
