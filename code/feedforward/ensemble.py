"""Many small networks at once: one shape, one unit, a different seed for each.

An experiment needs several seeds, and a page has to run while you read it. Stacking the weights of
all members along a first axis turns S trainings into one: every array operation serves all of them,
and no number of one member ever meets a number of another.

    net = Ensemble((64, 64, 10), relu, seeded(range(5)))
    train(net, of_each(categorical_nll), x, label, steps=300, learning_rate=0.003, …)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import numpy as np

from feedforward import _check, graph
from feedforward.graph import ArrayOrTensor, Tensor
from feedforward.normalization import BatchNorm, LayerNorm
from feedforward.units import Unit, maxout, unit_by_name

Array = np.ndarray
Initializer = Callable[[tuple[int, int], np.random.Generator], Array]


class Ensemble:
    """S multilayer perceptrons of the same widths, the last layer linear.

    widths: (inputs, hidden …, outputs). unit: a Unit or its name, or "maxout", with `pieces` affine
    pieces per unit. rngs: one generator per member. Each layer's weights start with variance
    1/(n_in·E[g(z)²]), z standard normal, so that every unit starts at its own scale (chapter 3 says
    why), or as `initializer` says: a function (shape, rng) → weights, or a list of one per member.
    Hidden biases start at `bias`, one number or one per member, output biases at 0. norm: BatchNorm
    or LayerNorm, to normalize each hidden layer's pre-activations before the unit.

    `weights` and `biases` list the layers' Tensors, of shape (S, n_out, n_in) and (S, 1, n_out);
    `norms` the hidden layers' normalizations, if any, with parameters of shape (S, 1, n_out).
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
        norm: type[BatchNorm | LayerNorm] | None = None,
        dtype: type[np.floating] = np.float32,
    ) -> None:
        widths = _check.widths(widths)
        rngs = [_check.generator(r, "each of rngs") for r in _check.sequence(rngs, "rngs")]
        if not rngs:
            raise ValueError("rngs must hold one generator per member, got none")
        is_maxout = isinstance(unit, str) and unit == "maxout"
        self.pieces = _check.count(pieces, "pieces") if is_maxout else 1
        self.unit = None if is_maxout else unit_by_name(unit)
        dtype = _check.floating(dtype)
        bias = _check.real(bias, "bias", np.dtype(np.float64))
        if bias.shape not in ((), (len(rngs),)):
            raise ValueError(f"bias must have shape () or ({len(rngs)},), got {bias.shape}")
        norm = norm if norm is None else _check.function(norm, "norm")
        self.weights: list[Tensor] = []
        self.biases: list[Tensor] = []
        draws = _draws(initializer, len(rngs))
        second_moment, last = 1.0, len(widths) - 2
        for layer, (n_in, n_out) in enumerate(pairwise(widths)):
            rows = n_out if layer == last else n_out * self.pieces
            if draws is None:
                std = 1 / np.sqrt(n_in * second_moment)
                weight = [rng.normal(0, std, (rows, n_in)) for rng in rngs]
            else:
                weight = [draw((rows, n_in), rng) for draw, rng in zip(draws, rngs, strict=True)]
            shape = (len(rngs), rows, n_in)
            weight = _check.shape(
                _check.real(weight, "initializer's weights", dtype), shape, "initializer's weights"
            )
            start = np.zeros((len(rngs), 1, rows))
            start += 0 if layer == last else np.reshape(bias, (-1, 1, 1))
            self.weights.append(Tensor(weight))
            self.biases.append(Tensor(start.astype(dtype)))
            second_moment = self._second_moment()
        hidden = self.biases[:-1] if norm else []
        self.norms = [norm(b.shape, dtype=dtype) for b in hidden]

    def __call__(self, x: Array, training: bool = True) -> Tensor:
        """Outputs (S, m, n_out) for inputs x (m, n_in), the same for all, or (S, m, n_in).

        training: what a BatchNorm normalizes by, this batch's moments or the running ones.
        """
        *_, (outputs, _) = self.layers(x, training)
        return outputs

    def predict(self, x: Array) -> Array:
        """The outputs as an array, with nothing remembered: for plots and test errors."""
        with graph.no_grad(), _check.in_range(x=x):
            return self(x, training=False).data

    def layers(self, x: Array, training: bool = True) -> list[tuple[Tensor, Tensor]]:
        """(z, a) of every layer: before and after its unit; the last has none, so a = z there.

        z is what the unit gets: with a normalization, the normalized pre-activation.
        """
        a = _check.real(x, "x", self.weights[0].dtype)
        norms = [*(self.norms or [None] * (len(self.weights) - 1)), None]
        passed = []
        for weight, bias, norm in zip(self.weights, self.biases, norms, strict=True):
            z = graph.affine(a, weight, bias)
            z = z if norm is None else norm(z, training)
            a = z if weight is self.weights[-1] else self.activate(z)
            passed.append((z, a))
        return passed

    def activate(self, z: ArrayOrTensor) -> ArrayOrTensor:
        """The unit, applied to pre-activations."""
        return maxout(z, self.pieces) if self.unit is None else self.unit(z)

    def parameters(self) -> list[Tensor]:
        """Weights and biases, layer by layer from the input; then the normalizations' γ and β."""
        layers = [p for layer in zip(self.weights, self.biases, strict=True) for p in layer]
        return layers + [p for norm in self.norms for p in norm.parameters()]

    def __len__(self) -> int:
        """The number of members, S."""
        return len(self.weights[0])

    def _second_moment(self) -> float:
        """E[g(z)²] for standard normal z: on a grid, or for maxout from a fixed sample."""
        if self.unit is None:
            z = np.random.default_rng(0).normal(size=(20_000, self.pieces))
            return float(np.mean(z.max(axis=1) ** 2))
        z = np.linspace(-10, 10, 4001)
        density = np.exp(-(z**2) / 2)
        return float(density @ self.unit(z) ** 2 / density.sum())


def of_each(
    cost: Callable[[ArrayOrTensor, Array], ArrayOrTensor],
) -> Callable[[ArrayOrTensor, Array], ArrayOrTensor]:
    """A cost (outputs, y) → (m,) as the cost of an Ensemble: summed over members, (m,) again.

    The mean over examples then has, for each member, just the gradient of that member's own mean.
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


def _draws(
    initializer: Initializer | Sequence[Initializer] | None, members: int
) -> Sequence[Initializer] | None:
    """One initializer per member, or None."""
    if initializer is None:
        return None
    if callable(initializer):
        return [initializer] * members
    draws = _check.sequence(initializer, "initializer", "functions")
    if len(draws) != members:
        raise ValueError(
            f"initializer must be one function, or a list of one per member ({members}), "
            f"got {len(draws)}"
        )
    return [_check.function(draw, "each initializer") for draw in draws]
