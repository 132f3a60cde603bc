"""Networks made of `feedforward.graph`: layers z = x Wᵀ + b with a unit between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from feedforward import _check
from feedforward.graph import ArrayOrTensor, Tensor, affine, no_grad, value
from feedforward.initializers import INITIALIZERS
from feedforward.normalization import BatchNorm, LayerNorm
from feedforward.units import Unit, unit_by_name

Array = np.ndarray
Initializer = Callable[[tuple[int, int], np.random.Generator], Array]
Norm = type[BatchNorm | LayerNorm]


class Network:
    """Dense layers with a unit after each but the last: what `MLP` and `Ensemble` share.

    weights, biases: a Tensor for each layer, (n_out, n_in) and (n_out,); or with a leading axis for
    S networks at once, (S, n_out, n_in) and (S, 1, n_out). unit: a function of pre-activations.
    norm: BatchNorm or LayerNorm, to normalize the pre-activations of each hidden layer before the
    unit; `norms` lists them. Change the `data` of all these as you like.
    """

    def __init__(
        self,
        weights: Sequence[Array],
        biases: Sequence[Array],
        unit: Callable[[ArrayOrTensor], ArrayOrTensor],
        norm: Norm | None = None,
    ) -> None:
        self.weights = [Tensor(weight) for weight in weights]
        self.biases = [Tensor(bias) for bias in biases]
        self.unit = unit
        hidden = self.biases[:-1] if norm else []
        self.norms = [norm(bias.shape, dtype=bias.dtype) for bias in hidden]

    def __call__(self, x: ArrayOrTensor, training: bool = True) -> Tensor:
        """The outputs, (m, n_out) or (S, m, n_out), as a Tensor that leads to the weights.

        x: inputs, (m, n_in), for an ensemble also (S, m, n_in). training: what a BatchNorm
        normalizes by, this batch's moments or the running ones. ValueError where x does not fit.
        """
        return self.layers(x, training)[-1][0]

    def layers(self, x: ArrayOrTensor, training: bool = True) -> list[tuple[Tensor, Tensor]]:
        """(z, a) of every layer: before and after its unit.

        The last has none, so a = z there. z is what the unit gets: with a
        normalization, the normalized pre-activation.
        """
        a = x if isinstance(x, Tensor) else _check.real(x, "x", self.dtype)
        passed = []
        for i, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            z = affine(a, weight, bias)
            if i < len(self.norms):
                z = self.norms[i](z, training)
            a = z if weight is self.weights[-1] else self.activate(z)
            passed.append((z, a))
        return passed

    def activate(self, z: ArrayOrTensor) -> ArrayOrTensor:
        """The unit, applied to pre-activations."""
        return self.unit(z)

    def predict(self, x: Array) -> Array:
        """The outputs as an array, with nothing remembered: for plots and test errors."""
        with no_grad(), _check.in_range(x=x):
            return value(self(x, training=False))

    def parameters(self) -> list[Tensor]:
        """Weights and biases, layer by layer from the input: W₁, b₁, W₂, b₂, …; then γ₁, β₁, …"""
        layers = [p for layer in zip(self.weights, self.biases, strict=True) for p in layer]
        return layers + [p for norm in self.norms for p in norm.parameters()]

    @property
    def dtype(self) -> np.dtype:
        """Of the weights, and so of all that is computed."""
        return self.weights[0].dtype


class MLP(Network):
    """A multilayer perceptron: dense layers of the given widths, a unit after each but the last.

    widths: of input, hidden layers and output, such as (64, 100, 10). unit: a scalar unit or its
    name. initializer: a function (shape, rng) → weights, such as `he`, or its name. norm: BatchNorm
    or LayerNorm, to normalize each hidden layer's pre-activations before the unit;
    `batch_norm=True` is short for `norm=BatchNorm`. dtype: of the weights.

    `weights` and `biases` list the layers' Tensors, of shape (fan_out, fan_in) and (fan_out,);
    the biases start at zero; `norms` lists the hidden layers' normalizations, if any.
    Raises ValueError or TypeError, with the argument's name, for anything else.

    >>> net = MLP((2, 3, 1), "relu", "he", np.random.default_rng(0))
    >>> [p.shape for p in net.parameters()]
    [(3, 2), (3,), (1, 3), (1,)]
    >>> net.predict(np.zeros((5, 2))).shape
    (5, 1)
    """

    def __init__(
        self,
        widths: Sequence[int],
        unit: Unit | str,
        initializer: Initializer | str,
        rng: np.random.Generator,
        *,
        norm: Norm | None = None,
        batch_norm: bool = False,
        dtype: type[np.floating] = np.float64,
    ) -> None:
        self.widths = _check.widths(widths)
        dtype, unit, rng = _check.floating(dtype), unit_by_name(unit), _check.generator(rng)
        if not callable(initializer):
            initializer = INITIALIZERS[_check.one_of(initializer, INITIALIZERS, "initializer")]
        if batch_norm:
            if norm not in (None, BatchNorm):
                raise ValueError(f"norm must be BatchNorm where batch_norm is True, got {norm}")
            norm = BatchNorm
        shapes = [(n_out, n_in) for n_in, n_out in pairwise(self.widths)]
        weights = [checked_weights(initializer(shape, rng), shape, dtype) for shape in shapes]
        biases = [np.zeros(n_out, dtype) for n_out, _ in shapes]
        super().__init__(weights, biases, unit, checked_norm(norm))

    def __repr__(self) -> str:
        return f"MLP({self.widths}, {self.unit.name})"


def checked_weights(weight: Any, shape: tuple[int, ...], dtype: np.dtype) -> Array:
    """What an initializer returned, as an array of this dtype; ValueError for another shape."""
    return _check.shape(
        _check.real(weight, "initializer's weights", dtype), shape, "initializer's weights"
    )


def checked_norm(norm: Any) -> Norm | None:
    """A normalization's class, or None."""
    return norm if norm is None else _check.function(norm, "norm")
