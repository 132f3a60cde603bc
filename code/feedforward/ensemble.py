"""Many small networks at once: one shape, one unit, a different seed for each.

An experiment needs several seeds, and a page has to run while you read it. Stacking the weights of
all members along a first axis turns S trainings into one: every array operation serves all of them,
and no number of one member ever meets a number of another.

    net = Ensemble((64, 64, 10), relu, seeded(range(5)))
    train(net, per_member(categorical_nll), x, label, steps=300, learning_rate=0.003, …)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import pairwise

import numpy as np

from feedforward import _check, graph
from feedforward.graph import ArrayOrTensor, Tensor
from feedforward.network import Initializer, Network, Norm, checked_norm, checked_weights
from feedforward.units import Unit, maxout, unit_by_name

Array = np.ndarray
Cost = Callable[[ArrayOrTensor, Array], ArrayOrTensor]


class Ensemble(Network):
    """S multilayer perceptrons of the same widths: a `Network` with a leading axis of members.

    widths: (inputs, hidden …, outputs). unit: a Unit or its name, or "maxout", with `pieces` affine
    pieces per unit. rngs: one generator per member. Each layer's weights start with variance
    1/(n_in·E[g(z)²]), z standard normal, so that every unit starts at its own scale (chapter 3 says
    why), or as `initializer` says: a function (shape, rng) → weights, or a list of one per member.
    Hidden biases start at `bias`, one number or one per member, output biases at 0. norm: BatchNorm
    or LayerNorm, to normalize each hidden layer's pre-activations before the unit.

    Called with inputs (m, n_in), the same for all members, or (S, m, n_in), it returns (S, m,
    n_out). `weights` and `biases` list the layers' Tensors, of shape (S, n_out, n_in) and (S, 1,
    n_out); `norms` the hidden layers' normalizations, if any, with parameters (S, 1, n_out).
    Raises ValueError or TypeError, with the argument's name, for anything else.

    >>> net = Ensemble((2, 3, 1), "relu", seeded(range(5)))
    >>> net.predict(np.zeros((4, 2))).shape
    (5, 4, 1)
    """

    def __init__(
        self,
        widths: Sequence[int],
        unit: Unit | str,
        rngs: Sequence[np.random.Generator],
        *,
        pieces: int = 2,
        bias: float | Array = 0.0,
        initializer: Initializer | Sequence[Initializer] | None = None,
        norm: Norm | None = None,
        dtype: type[np.floating] = np.float32,
    ) -> None:
        widths, dtype = _check.widths(widths), _check.floating(dtype)
        rngs = [_check.generator(r, "each of rngs") for r in _check.sequence(rngs, "rngs")]
        if not rngs:
            raise ValueError("rngs must hold one generator per member, got none")
        if isinstance(unit, str) and unit == "maxout":
            pieces = _check.count(pieces, "pieces")
            unit = partial(maxout, pieces=pieces)
        else:
            pieces, unit = 1, unit_by_name(unit)
        bias = _check.real(bias, "bias", np.dtype(np.float64))
        if bias.shape not in ((), (len(rngs),)):
            raise ValueError(f"bias must have shape () or ({len(rngs)},), got {bias.shape}")
        draws = _one_per_member(initializer, len(rngs))

        weights, biases, second_moment = [], [], 1.0
        for layer, (n_in, n_out) in enumerate(pairwise(widths)):
            hidden = layer < len(widths) - 2
            shape = (n_out * pieces if hidden else n_out, n_in)
            std = 1 / np.sqrt(n_in * second_moment)
            each = [
                draw(shape, rng) if draw else rng.normal(0, std, shape)
                for draw, rng in zip(draws, rngs, strict=True)
            ]
            weights.append(checked_weights(each, (len(rngs), *shape), dtype))
            start = np.zeros((len(rngs), 1, shape[0]))
            start += np.reshape(bias, (-1, 1, 1)) if hidden else 0
            biases.append(start.astype(dtype))
            second_moment = _second_moment(unit, pieces)
        super().__init__(weights, biases, unit, checked_norm(norm))

    def __len__(self) -> int:
        """The number of members, S."""
        return len(self.weights[0])


def per_member(cost: Cost) -> Cost:
    """A cost (outputs, y) → (m,) as the cost of an Ensemble: summed over members, (m,) again.

    The mean over examples then has, for each member, just the gradient of that member's own mean.
    outputs: shape (S, m, n_out); y: m targets, which every member gets. ValueError for others.

    >>> from feedforward.costs import squared_error
    >>> outputs = np.array([[[1.0], [2.0]], [[3.0], [4.0]]])  # two members, two examples
    >>> per_member(squared_error)(outputs, np.array([[1.0], [1.0]]))
    array([ 4., 10.])
    """
    _check.function(cost, "cost")

    def summed(outputs: ArrayOrTensor, y: Array) -> ArrayOrTensor:
        outputs = outputs if isinstance(outputs, Tensor) else _check.real(outputs, "outputs")
        _check.dimensions(graph.value(outputs), {3: "(S, m, n_out)"}, "outputs")
        members, m, n_out = outputs.shape
        y = _check.numbers(y, "y")
        if y.shape[:1] != (m,):
            raise ValueError(f"y must hold {m} targets, got shape {y.shape}")
        y = np.tile(y, (members,) + (1,) * (np.ndim(y) - 1))
        values = cost(graph.reshape(outputs, (members * m, n_out)), y)
        return graph.sum(graph.reshape(values, (members, m)), axis=0)

    return summed


def seeded(seeds: Iterable[int]) -> list[np.random.Generator]:
    """One generator per seed."""
    seeds = _check.sequence(seeds, "seeds", "integers")
    return [np.random.default_rng(_check.count(s, "each seed in seeds", 0)) for s in seeds]


def _one_per_member(
    initializer: Initializer | Sequence[Initializer] | None, members: int
) -> Sequence[Initializer | None]:
    """One initializer per member, None where the ensemble's own start is meant."""
    if initializer is None or callable(initializer):
        return [initializer] * members
    draws = _check.sequence(initializer, "initializer", "functions")
    if len(draws) != members:
        raise ValueError(
            f"initializer must be one function, or a list of one per member ({members}), "
            f"got {len(draws)}"
        )
    return [_check.function(draw, "each initializer") for draw in draws]


def _second_moment(unit: Callable[[Array], Array], pieces: int) -> float:
    """E[g(z)²] for standard normal z: on a grid, or for maxout from a fixed sample.

    1/gain(unit)² within 4·10⁻⁶. Computed apart from `gain` so that the experiments, whose results
    hang on every bit of their start, stay what they are.
    """
    if pieces > 1 or not isinstance(unit, Unit):
        z = np.random.default_rng(0).normal(size=(20_000, pieces))
        return float(np.mean(z.max(axis=1) ** 2))
    z = np.linspace(-10, 10, 4001)
    density = np.exp(-(z**2) / 2)
    return float(density @ unit(z) ** 2 / density.sum())
