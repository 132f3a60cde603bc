"""Affine functions on many cells at once, with bounds on their rounding.

The formulas of a layer, `lines_of` and `activated`, are those of floats and of whole numbers alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from feedforward.regions.layers import Layers, StraightPieces

Array = np.ndarray

ROUNDING = 2.0**-53
"""What one floating-point operation may add, relative to its result."""


def lines_of(z: Array, kink: Array | None, maxout: int) -> Array:
    """The functions that are zero where a unit changes its piece; z: (P, D, n), the constant last.

    maxout: how many pieces a unit has, or 0 for units with these kinks. Returns (P, D, lines).
    """
    if maxout:
        return _of_pairs(np.subtract, z, maxout)
    line = np.repeat(z, len(kink), axis=2)
    line[:, -1] -= np.tile(kink, z.shape[2])
    return line


def _of_pairs(operation: Callable, z: Array, maxout: int) -> Array:
    """An operation on all ordered pairs of the same maxout unit's pieces."""
    piece = z.reshape(*z.shape[:2], -1, maxout)
    pairs = operation(piece[..., :, None], piece[..., None, :])
    return pairs.reshape(*z.shape[:2], -1)


def activated(z: Array, piece: Array, unit: StraightPieces | None, maxout: int) -> Array:
    """What the units make of z, (P, D, n), each on its piece, (P, units)."""
    if maxout:
        index = np.arange(piece.shape[1]) * maxout + piece
        return np.take_along_axis(z, index[:, None], axis=2)
    a = z * unit.slope[piece][:, None]
    a[:, -1] += unit.offset[piece]
    return a


def value_at(line: Sequence, error: Sequence, point: Sequence, off: Array) -> tuple[Array, Array]:
    """The values of affine functions at points, and how far off they may be.

    line: the slopes and the constant; error: a bound for each slope, and one for the constant.
    point: the coordinates, each of which may be `off`. All broadcast.
    """
    *slopes, constant = line
    there = sum(s * x for s, x in zip(slopes, point, strict=True)) + constant
    slope = sum(map(np.abs, slopes))
    far = sum(map(np.abs, point)) + len(point) * off
    bound = slope * off + (error[0] + 4 * ROUNDING * slope) * far
    return there, bound + (error[1] + 4 * ROUNDING * np.abs(constant))


@dataclass
class Affine:
    """Affine functions on each of P cells: slopes for the D − 1 coordinates, and the constant.

    value: (P, D, n), the constant last. error: (P, 2, n), how far off a slope and the constant are.
    """

    value: Array
    error: Array

    def rows(self, cells: Array | slice) -> Affine:
        return Affine(self.value[cells], self.error[cells])

    def size(self) -> Array:
        """The largest slope and the constant, without their signs, (P, 2, n)."""
        size = np.abs(self.value)
        return np.stack([size[:, :-1].max(axis=1), size[:, -1]], axis=1)

    def layer(self, weight: Array, bias: Array) -> Affine:
        """W·self + b. The bounds: what came in, and n + 2 roundings of each sum's terms."""
        z = self.value @ weight.T
        z[:, -1] += bias
        error = self.error + (weight.shape[1] + 3) * ROUNDING * self.size()
        error = (error.reshape(-1, weight.shape[1]) @ np.abs(weight).T).reshape(len(z), 2, -1)
        error[:, 1] += 2 * ROUNDING * np.abs(z[:, -1])
        return Affine(z, error)

    def lines(self, net: Layers) -> Affine:
        """`lines_of` the units, of which self are the pre-activations."""
        if net.maxout:
            lines = Affine(lines_of(self.value, None, net.maxout), self.error)
            lines.error = _of_pairs(np.add, self.error, net.maxout) + ROUNDING * lines.size()
            return lines
        kink = net.unit.kink
        line, error = lines_of(self.value, kink, 0), np.repeat(self.error, len(kink), axis=2)
        if kink.any():
            error[:, 1] += ROUNDING * np.abs(line[:, -1]) * np.tile(kink != 0, self.value.shape[2])
        return Affine(line, error)

    def activated(self, net: Layers, piece: Array) -> Affine:
        """What the units make of pre-activations self, each on its piece, (P, units)."""
        a = Affine(activated(self.value, piece, net.unit, net.maxout), self.error)
        if net.maxout:
            a.error = activated(self.error, piece, None, net.maxout)
            return a
        slope, offset = net.unit.slope[piece], net.unit.offset[piece]
        a.error = self.error * np.abs(slope)[:, None]
        if (rounded := ~np.isin(net.unit.slope, (-1, 0, 1))).any():
            a.error += 2 * ROUNDING * rounded[piece][:, None] * a.size()
        if offset.any():
            size = np.abs(a.value[:, -1]) + np.abs(offset)
            a.error[:, 1] += 2 * ROUNDING * size * (offset != 0)
        return a
