"""Networks made of `feedforward.graph`: layers z = x Wᵀ + b with a unit between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from feedforward import _check
from feedforward.graph import Either, Tensor, affine, no_grad, value
from feedforward.initializers import INITIALIZERS
from feedforward.units import Unit, unit_by_name

Array = np.ndarray


class MLP:
    """A multilayer perceptron: dense layers of the given widths, a unit after each but the last.

    widths: of input, hidden layers and output, such as (64, 100, 10). unit: a scalar unit or its
    name. initializer: a function (shape, rng) → weights, such as `he`, or its name. dtype: of the
    weights, and so of all that is computed.

    `weights` and `biases` list the layers' Tensors, of shape (fan_out, fan_in) and (fan_out,);
    the biases start at zero. Change their `data` as you like.
    """

    def __init__(
        self,
        widths: Sequence[int],
        unit: Unit | str,
        initializer: Callable[[tuple[int, int], np.random.Generator], Array] | str,
        rng: np.random.Generator,
        *,
        dtype: type[np.floating] = np.float64,
    ) -> None:
        self.widths = tuple(_check.count(n, "each width in widths") for n in widths)
        if len(self.widths) < 2:
            raise ValueError(f"widths must be those of input and output at least, got {widths!r}")
        self.unit = unit_by_name(unit)
        if not callable(initializer):
            initializer = INITIALIZERS[_check.one_of(initializer, INITIALIZERS, "initializer")]
        rng = _check.generator(rng)

        self.weights, self.biases = [], []
        for n_in, n_out in zip(self.widths[:-1], self.widths[1:], strict=True):
            weight = np.asarray(initializer((n_out, n_in), rng), dtype)
            _check.shape(weight, (n_out, n_in), "initializer's weights")
            self.weights.append(Tensor(weight))
            self.biases.append(Tensor(np.zeros(n_out, dtype)))

    def __call__(self, x: Either) -> Tensor:
        """The outputs (m, n_out) for inputs x (m, n_in), as a Tensor that leads to the weights."""
        *hidden, last = zip(self.weights, self.biases, strict=True)
        a = x if isinstance(x, Tensor) else self._batch(x)
        for weight, bias in hidden:
            a = self.unit(affine(a, weight, bias))
        return affine(a, *last)

    def predict(self, x: Array) -> Array:
        """The outputs as an array, with nothing remembered: for plots and test errors."""
        with no_grad():
            return value(self(x))

    def parameters(self) -> list[Tensor]:
        """Weights and biases, layer by layer from the input: W₁, b₁, W₂, b₂, …"""
        return [p for layer in zip(self.weights, self.biases, strict=True) for p in layer]

    @property
    def dtype(self) -> np.dtype:
        """Of the weights."""
        return self.weights[0].dtype

    def _batch(self, x: Array) -> Array:
        x = np.asarray(x)
        if not (np.issubdtype(x.dtype, np.floating) or np.issubdtype(x.dtype, np.integer)):
            raise TypeError(f"x must hold real numbers, got dtype {x.dtype}")
        return x.astype(self.dtype, copy=False)

    def __repr__(self) -> str:
        return f"MLP({self.widths}, {self.unit.name})"
