"""A network as the regions need it: weights in float64, and units as straight pieces."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from feedforward import _check
from feedforward.graph import value
from feedforward.units import Unit, unit_by_name

Array = np.ndarray


def fold_batch_norm(
    weight: Array,
    bias: Array,
    mean: Array,
    variance: Array,
    scale: Array,
    shift: Array,
    epsilon: float = 1e-5,
) -> tuple[Array, Array]:
    """(W, b) of the one affine layer that does what this layer and a batch normalization do.

    In evaluation mode batch normalization is affine itself: z ↦ scale·(z − mean)/√(variance + ε) +
    shift, with the running mean and variance.
    weight: (n_out, n_in); all others (n_out,). Returns W, (n_out, n_in), and b, (n_out,).
    ValueError where shapes differ or variance + ε is not positive.
    Source: Ioffe and Szegedy (2015), algorithm 2.

    >>> import numpy as np
    >>> two, one = np.full(1, 2.0), np.ones(1)
    >>> fold_batch_norm([[6.0]], one, mean=one, variance=4 * one, scale=two, shift=one, epsilon=0)
    (array([[6.]]), array([1.]))
    """
    weight = _check.dimensions(_check.real(weight, "weight"), {2: "(n_out, n_in)"}, "weight")
    epsilon = _check.nonnegative_number(epsilon, "epsilon")
    n_out = len(weight)
    given = {"mean": mean, "variance": variance, "scale": scale, "shift": shift, "bias": bias}
    mean, variance, scale, shift, bias = (
        _check.shape(_check.real(v, name), (n_out,), name) for name, v in given.items()
    )
    with _check.in_range(weight=weight, **given, epsilon=epsilon):
        factor = scale / np.sqrt(_check.positive(variance + epsilon, "variance + epsilon"))
        return weight * factor[:, None], (bias - mean) * factor + shift


class StraightPieces(NamedTuple):
    """A unit as straight pieces: slope[i]·z + offset[i] between kink[i − 1] and kink[i]."""

    kink: Array
    slope: Array
    offset: Array


def straight_pieces(unit: Unit) -> StraightPieces:
    """The pieces of a scalar unit; ValueError if it is not made of straight ones."""
    kink = np.array(sorted(unit.kinks))
    edge = [kink[0] - 8, *kink, kink[-1] + 8] if kink.size else [-8.0, 8.0]
    middle = np.array([(a + b) / 2 for a, b in pairwise(edge)])
    slope = np.asarray(unit.derivative(middle), float)
    offset = unit(middle) - slope * middle
    for i, (a, b) in enumerate(pairwise(edge)):
        z = np.linspace(a, b, 9)[1:-1]
        if not np.allclose(unit(z), slope[i] * z + offset[i], rtol=1e-12, atol=1e-12):
            raise ValueError(f"unit must be piecewise linear, got {unit!r}")
    return StraightPieces(kink, slope, offset)


class Layers:
    """Weights and biases in float64, and the unit: its straight pieces, or maxout's number of them.

    A *line* of a layer is an affine function that is zero where one of its units changes piece: one
    for each unit and kink, or, for maxout, one for each unit and ordered pair of its pieces. Lines
    and hidden units are numbered through all layers: those of layer i from first_line[i], and from
    first_unit[i].
    """

    def __init__(self, net: object, unit: Unit | str | None, pieces: int) -> None:
        if hasattr(net, "weights") and hasattr(net, "biases"):
            if getattr(net, "norms", ()):
                raise ValueError(
                    f"net must have no normalization, got {net!r}: see fold_batch_norm"
                )
            layers = [(value(w), value(b)) for w, b in zip(net.weights, net.biases, strict=True)]
            unit = net.unit if unit is None else unit
        else:
            layers = _check.sequence(net, "net", "layers (W, b)")
            unit = "relu" if unit is None else unit
        is_maxout = isinstance(unit, str) and unit == "maxout"
        self.maxout = _check.count(pieces, "pieces", least=2) if is_maxout else 0
        self.unit = None if is_maxout else straight_pieces(unit_by_name(unit))
        self.weights: list[Array] = []
        self.biases: list[Array] = []
        n_in = None
        for i, layer in enumerate(layers):
            weight, bias = _check.layer(layer, i, "net", n_in)
            self.weights.append(weight)
            bias = _check.shape(bias.reshape(-1), weight.shape[:1], f"bias {i} of net")
            self.biases.append(bias)
            n_in = len(weight)
            if self.maxout and i < len(layers) - 1:
                if n_in % self.maxout:
                    raise ValueError(
                        f"weight {i} of net must have a multiple of {self.maxout} rows for so many "
                        f"pieces, got shape {weight.shape}"
                    )
                n_in //= self.maxout
        if not self.weights:
            raise ValueError("net must have at least one layer, got none")
        self.depth = len(self.weights) - 1
        self.n_in = self.weights[0].shape[1]
        self.units = [len(w) // (self.maxout or 1) for w in self.weights[:-1]]
        lines = self.maxout**2 if self.maxout else len(self.unit.kink)
        self.first_unit = np.cumsum([0, *self.units])
        self.first_line = lines * self.first_unit
