"""Training: draw a minibatch, compute the cost, go back, take a step.

`training_loop` is all there is to it. `train` checks what a reader passes in and hands the loop its
minibatches and an optimizer. A learning rate that falls, a check that all numbers stay finite, and
snapshots of the parameters stand around the loop, not in it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any, Protocol

import numpy as np

from feedforward import _check
from feedforward.graph import ArrayOrTensor, Tensor
from feedforward.progress import progress

Array = np.ndarray
Cost = Callable[[Tensor, Array], ArrayOrTensor]
"""cost(prediction, target): one value per example, as the functions of `feedforward.costs`."""
Step = Callable[..., None]
"""step(scale=1.0): one step of `scale` times the learning rate."""
Callback = Callable[[int], Any]
"""callback(step): called before the first step and after each, with the number of steps taken."""


class Trainable(Protocol):
    """What can be trained: a function of a batch, and the list of its parameters."""

    def __call__(self, x: Array) -> Tensor: ...

    def parameters(self) -> list[Tensor]: ...


def training_loop(
    net: Trainable,
    cost: Cost,
    batches: Iterable[tuple[Array, Array]],
    take_step: Step,
    callback: Callback,
) -> Array:
    """Take a step for each minibatch (x, y); return the costs before each step."""
    parameters, history = net.parameters(), []
    callback(0)
    for step, (x, y) in enumerate(batches, start=1):
        mean_cost = cost(net(x), y).mean()
        for p in parameters:
            p.grad = None
        mean_cost.backward()
        take_step()
        history.append(float(mean_cost))
        callback(step)
    return np.array(history, float)


def train(
    net: Trainable,
    cost: Cost,
    x: Array,
    y: Array,
    *,
    steps: int,
    learning_rate: float | Array,
    batch_size: int | None = None,
    rng: np.random.Generator | None = None,
    optimizer: str = "sgd",
    decay: bool = False,
    callback: Callback | None = None,
    check_finite: bool = True,
) -> Array:
    """Lower the mean cost of net(x) against y, step by step; the net is changed in place.

    net: an `MLP`, an `Ensemble`, or any function of a batch that has `parameters()`.
    cost: a function of (prediction, target) with one value per example, as in `feedforward.costs`.
    x: shape (m, …), y: m targets, shape (m, …).
    learning_rate: a positive number; for an Ensemble of S members also one each, (S, 1, 1).
    batch_size: how many examples a step sees, all of them if None; rng shuffles them and is needed
    for minibatches only. optimizer: "sgd", "momentum" or "adam".
    decay: whether the learning rate falls to zero over the steps, on a straight line; at a constant
    rate the last steps may go back and forth over a minimum.
    callback: called with the number of steps taken, 0 to `steps`: to look at the net on the way.
    check_finite: whether to stop where a number overflows. An Ensemble may go on without a member
    that diverged: that one fills with NaN, and no other meets its numbers.

    Returns the history, shape (steps,): the mean cost of each minibatch *before* its step. The same
    seeds give the same history, to the last digit. A run of more than two seconds shows its
    progress in a notebook.
    Raises ValueError or TypeError for an argument that cannot be, and FloatingPointError, with the
    step, where a prediction, the cost or, at the end, a parameter is not finite.

    >>> from feedforward.costs import squared_error
    >>> from feedforward.network import MLP
    >>> x = np.array([[0.0], [1.0], [2.0]])
    >>> line = MLP((1, 1), "identity", "he", np.random.default_rng(0))
    >>> history = train(line, squared_error, x, 3 * x - 1, steps=200, learning_rate=0.2)
    >>> [round(float(p.data.item()), 3) for p in line.parameters()]
    [3.0, -1.0]
    """
    steps = _check.count(steps, "steps", least=0)
    x, y = _check.numbers(x, "x"), _check.numbers(y, "y")
    _check.function(_check.has_attributes(net, ("parameters",), "net"), "net")
    cost = _check.function(cost, "cost")
    if x.ndim == 0 or y.ndim == 0 or len(x) != len(y) or len(x) == 0:
        raise ValueError(
            f"x and y must hold the same number of examples, got shapes {x.shape} and {y.shape}"
        )
    decay = _check.kind(decay, bool, "decay")
    check_finite = _check.kind(check_finite, bool, "check_finite")
    callback = _check.function(_no_callback if callback is None else callback, "callback")
    parameters = net.parameters()
    rate = _learning_rate(learning_rate, parameters)
    make_optimizer = OPTIMIZERS[_check.one_of(optimizer, OPTIMIZERS, "optimizer")]
    take_step = make_optimizer(parameters, rate)
    if decay:
        take_step = linear_decay(take_step, steps)
    indices = minibatches(len(x), batch_size, rng)

    # What overflows is not warned of on the way but reported, with the step it happened at. An
    # interrupted run takes its bar away at once, though a notebook keeps the traceback alive.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        with closing(progress(steps)) as bar:
            batches = ((x[i], y[i]) for _, i in zip(bar, indices, strict=False))
            checked = _checked(cost, rate, check_finite)
            history = training_loop(net, checked, batches, take_step, callback)
        if check_finite:
            for p in parameters:
                _still_finite(p.data, "a parameter", steps, rate)
    return history


def train_with_snapshots(
    net: Trainable, cost: Cost, x: Array, y: Array, *, at: Collection[int], **settings: Any
) -> list[list[Array]]:
    """`train` for max(at) steps; a copy of every parameter after each number of steps in `at`.

    settings: of `train`, all but `steps` and `callback`. Returns one list of arrays for each number
    in `at`, in rising order; step 0 is the start.

    >>> from feedforward.costs import squared_error
    >>> from feedforward.network import MLP
    >>> line = MLP((1, 1), "identity", "he", np.random.default_rng(0))
    >>> x = np.ones((1, 1))
    >>> frames = train_with_snapshots(line, squared_error, x, x, at=(0, 50), learning_rate=0.1)
    >>> [round(float(weight.item() + bias.item()), 3) for weight, bias in frames]
    [0.178, 1.0]
    """
    frames: list[list[Array]] = []

    def keep(_: int) -> None:
        frames.append([p.data.copy() for p in net.parameters()])

    train(net, cost, x, y, steps=max(at), callback=at_steps(at, keep), **settings)
    return frames


def _no_callback(_: int) -> None:
    """What `train` calls where it is given nothing to call."""


def at_steps(steps: Collection[int], callback: Callback) -> Callback:
    """A callback of `train` that calls `callback` after these numbers of steps only."""
    return lambda step: callback(step) if step in steps else None


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


def linear_decay(take_step: Step, steps: int) -> Step:
    """The same steps, but the learning rate falls from its full value to 0 on a straight line."""
    scales = iter([1 - step / steps for step in range(steps)])
    return lambda: take_step(next(scales))


def _with_gradient(parameters: Sequence[Tensor]) -> Iterator[Tensor]:
    """The parameters that the cost depends on."""
    return (p for p in parameters if p.grad is not None)


# -------------------------------------------------------------------------------- checks


def _learning_rate(value: Any, parameters: Sequence[Tensor]) -> float | Array:
    """A positive number, or an array of them that broadcasts to each parameter's shape."""
    rate = _check.positive(_check.real(value, "learning_rate"), "learning_rate")
    if rate.ndim == 0:
        return float(rate)
    for shape in [p.shape for p in parameters]:
        try:
            fits = np.broadcast_shapes(rate.shape, shape) == shape
        except ValueError:
            fits = False
        if not fits:
            raise ValueError(
                "learning_rate must be one number, or one for each member of an Ensemble, shape "
                f"(S, 1, 1), got shape {rate.shape} for a parameter of shape {shape}"
            )
    return rate


def _checked(cost: Cost, learning_rate: float | Array, check_finite: bool) -> Cost:
    """`cost`, with a check of what it gets and returns; call it once a step."""
    steps = itertools.count()

    def checked(prediction: Tensor, y: Array) -> Tensor:
        step = next(steps)
        if check_finite:
            _still_finite(prediction.data, "the prediction", step, learning_rate)
        values = _check.kind(cost(prediction, y), Tensor, "cost's result")
        if check_finite:
            _still_finite(values.mean().data, "the cost", step, learning_rate)
        return values

    return checked


def _still_finite(numbers: Array, what: str, step: int, learning_rate: float | Array) -> None:
    if not np.isfinite(numbers).all():
        bad = numbers[~np.isfinite(numbers)].flat[0]
        rate = f"{learning_rate:g}" if isinstance(learning_rate, float) else "of each member"
        raise FloatingPointError(
            f"{what} became {bad} after {step} steps with learning_rate {rate}: "
            "a smaller learning rate or smaller initial weights may help"
        )
