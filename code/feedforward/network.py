"""Networks made of `feedforward.graph`: layers z = x Wᵀ + b with a unit between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from feedforward import _check
from feedforward.graph import ArrayOrTensor, Tensor, affine, no_grad, value
from feedforward.initializers import INITIALIZERS
from feedforward.normalization import BatchNorm
from feedforward.units import Unit, unit_by_name

Array = np.ndarray


class MLP:
    """A multilayer perceptron: dense layers of the given widths, a unit after each but the last.

    widths: of input, hidden layers and output, such as (64, 100, 10). unit: a scalar unit or its
    name. initializer: a function (shape, rng) → weights, such as `he`, or its name. dtype: of the
    weights, and so of all that is computed.

    batch_norm: normalize each hidden layer's pre-activations over the batch, before the unit.

    `weights` and `biases` list the layers' Tensors, of shape (fan_out, fan_in) and (fan_out,);
    the biases start at zero; `norms` lists the hidden layers' BatchNorm, if any. Change their
    `data` as you like.
    """

    def __init__(
        self,
        widths: Sequence[int],
        unit: Unit | str,
        initializer: Callable[[tuple[int, int], np.random.Generator], Array] | str,
        rng: np.random.Generator,
        *,
        batch_norm: bool = False,
        dtype: type[np.floating] = np.float64,
    ) -> None:
        self.widths = _check.widths(widths)
        dtype = _check.floating(dtype)
        self.unit = unit_by_name(unit)
        if not callable(initializer):
            initializer = INITIALIZERS[_check.one_of(initializer, INITIALIZERS, "initializer")]
        rng = _check.generator(rng)

        self.weights, self.biases = [], []
        for n_in, n_out in zip(self.widths[:-1], self.widths[1:], strict=True):
            weight = _check.real(initializer((n_out, n_in), rng), "initializer's weights", dtype)
            _check.shape(weight, (n_out, n_in), "initializer's weights")
            self.weights.append(Tensor(weight))
            self.biases.append(Tensor(np.zeros(n_out, dtype)))
        hidden = self.widths[1:-1] if batch_norm else ()
        self.norms = [BatchNorm((n,), dtype=dtype) for n in hidden]

    def __call__(self, x: ArrayOrTensor, training: bool = True) -> Tensor:
        """The outputs (m, n_out) for inputs x (m, n_in), as a Tensor that leads to the weights.

        training: what a BatchNorm normalizes by, this batch's moments or the running ones.
        """
        *_, (outputs, _) = self.layers(x, training)
        return outputs

    def predict(self, x: Array) -> Array:
        """The outputs as an array, with nothing remembered: for plots and test errors."""
        with no_grad(), _check.in_range(x=x):
            return value(self(x, training=False))

    def layers(self, x: ArrayOrTensor, training: bool = True) -> list[tuple[Tensor, Tensor]]:
        """(z, a) of every layer: before and after its unit; the last has none, so a = z there.

        z is what the unit gets: with batch normalization, the normalized pre-activation.
        """
        a, passed = x if isinstance(x, Tensor) else _check.real(x, "x", self.dtype), []
        norms = [*(self.norms or [None] * (len(self.weights) - 1)), None]
        for weight, bias, norm in zip(self.weights, self.biases, norms, strict=True):
            z = affine(a, weight, bias)
            z = z if norm is None else norm(z, training)
            a = z if weight is self.weights[-1] else self.unit(z)
            passed.append((z, a))
        return passed

    def parameters(self) -> list[Tensor]:
        """Weights and biases, layer by layer from the input: W₁, b₁, W₂, b₂, …; then γ₁, β₁, …"""
        layers = [p for layer in zip(self.weights, self.biases, strict=True) for p in layer]
        return layers + [p for norm in self.norms for p in norm.parameters()]

    @property
    def dtype(self) -> np.dtype:
        """Of the weights."""
        return self.weights[0].dtype

    def __repr__(self) -> str:
        return f"MLP({self.widths}, {self.unit.name})"
