"""Degeneracy: a network's lines in whole numbers decide what rounding leaves open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import islice

import numpy as np

from feedforward.regions.affine import activated, lines_of
from feedforward.regions.layers import Layers, StraightPieces

Array = np.ndarray


def whole(arrays: Sequence[Array]) -> tuple[list[Array], int]:
    """Floats, or fractions with powers of two below, as whole numbers over one power of two."""
    ratios = [[Fraction(v) for v in np.ravel(a)] for a in arrays]
    one = max((r.denominator for rs in ratios for r in rs), default=1)
    numbers = [np.array([int(r * one) for r in rs], dtype=object) for rs in ratios]
    return [n.reshape(np.shape(a)) for n, a in zip(numbers, arrays, strict=True)], one


def vertex(*lines: Array) -> tuple[Array, ...]:
    """Where D − 1 lines meet, in homogeneous coordinates: a place times the last of them.

    lines: (…, D) each, the constant last. One line has its zero there, two cross.
    """
    if len(lines) == 1:
        a, c = np.moveaxis(lines[0], -1, 0)
        return -c, a
    (a1, b1, c1), (a2, b2, c2) = (np.moveaxis(line, -1, 0) for line in lines)
    return b1 * c2 - b2 * c1, c1 * a2 - c2 * a1, a1 * b2 - a2 * b1


def _sign(numbers: Array) -> Array:
    """−1, 0 or 1 for each of an array of integers of any size."""
    return (numbers > 0).astype(np.int8) - (numbers < 0).astype(np.int8)


class Exact:
    """The lines of a network without any rounding, each up to a positive factor.

    start: (D, n_in), floats or fractions, the inputs as functions of the D − 1 coordinates and 1.
    border: (sides, D), the lines around the whole; label −1 is the first of them, −2 the second.
    """

    def __init__(self, net: Layers, start: Array, border: Array) -> None:
        self.net = net
        (self.start,), self.one = whole([start])
        (self.border,), _ = whole([border])

    @cached_property
    def layers(self) -> list[tuple[list[Array], int]]:
        return [whole(layer) for layer in zip(self.net.weights, self.net.biases, strict=True)]

    @cached_property
    def unit(self) -> tuple[list[Array], int]:
        return whole(self.net.unit or ())

    def lines(self, piece: Array, label: Array) -> Array:
        """The lines with these labels, (Q,), in cells on these pieces, (Q, units), as (Q, D)."""
        found = self.border[-1 - np.minimum(label, -1)]
        inner = label >= 0
        if inner.any():
            layers = np.searchsorted(self.net.first_line, label.max(), side="right")
            below = piece[inner, : self.net.first_unit[layers - 1]]
            cells, which = np.unique(below, axis=0, return_inverse=True)
            lines = np.concatenate(list(islice(self._by_layer(cells), layers)), axis=2)
            found[inner] = lines[which.ravel(), :, label[inner]]
        return found

    def _by_layer(self, piece: Array) -> Iterator[Array]:
        """Each layer's lines in cells on these pieces, (P, D, lines)."""
        net, one = self.net, self.one
        pieces, unit_one = self.unit
        a = np.repeat(self.start[None], len(piece), axis=0)
        for i, ((weight, bias), layer_one) in enumerate(self.layers):
            z = a @ weight.T
            z[:, -1] += bias * one
            one *= layer_one
            unit = StraightPieces(pieces[0] * one, pieces[1], pieces[2] * one) if pieces else None
            yield lines_of(z * unit_one, unit and unit.kink, net.maxout)
            here = piece[:, net.first_unit[i] : net.first_unit[i + 1]]
            a = activated(z, here, unit, net.maxout)
            one *= unit_one

    def signs(self, piece: Array, corner: Sequence[Array], line: Array) -> Array:
        """−1, 0 or 1: `line` where the lines `corner` meet; all of them by label, (Q,)."""
        *meeting, line = (self.lines(piece, label) for label in (*corner, line))
        place = vertex(*meeting)
        there = sum(x * slope for x, slope in zip(place, line.T, strict=True))
        return _sign(there) * _sign(place[-1])

    def places(self, piece: Array, corner: Sequence[Array]) -> list[list[Fraction]]:
        """The coordinates of where the lines `corner`, by label, (Q,) each, meet."""
        *place, scale = vertex(*(self.lines(piece, label) for label in corner))
        return [[Fraction(x, s) for x in xs] for *xs, s in zip(*place, scale, strict=True)]
