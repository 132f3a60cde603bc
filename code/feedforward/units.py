"""Units: the nonlinearities between two layers, each with its derivative.

A `Unit` is a formula on arrays; called with a Tensor it takes part in a graph.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from feedforward import graph
from feedforward.graph import Either, Tensor

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Unit:
    """A scalar function g, applied to every element, with its slope g′."""

    name: str
    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]

    def __call__(self, z: Either) -> Either:
        """g(z), with z's shape and dtype; a Tensor for a Tensor."""
        return graph.apply_unit(self, z if isinstance(z, Tensor) else _floating(z))

    def derivative(self, z: Array) -> Array:
        """g′(z), with z's shape and dtype."""
        return self.slope(_floating(z))

    def __repr__(self) -> str:
        return f"<unit {self.name}>"


def _floating(z: object) -> Array:
    array = np.asarray(z)
    return array if np.issubdtype(array.dtype, np.floating) else array.astype(np.float64)


def _sigmoid(z: Array) -> Array:
    """1/(1 + e⁻ᶻ), by the exponential that cannot overflow."""
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


def _sigmoid_slope(z: Array) -> Array:
    small = np.exp(-np.abs(z))
    return small / (1 + small) ** 2


sigmoid = Unit("sigmoid", _sigmoid, _sigmoid_slope)

softplus = Unit("softplus", lambda z: np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))), _sigmoid)
