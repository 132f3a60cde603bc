"""The straight pieces of a network along a line."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from feedforward import _check
from feedforward.regions.affine import ROUNDING, Affine
from feedforward.regions.cells import Cells, Intervals
from feedforward.regions.cutting import Cut, Walk
from feedforward.regions.exact import Exact
from feedforward.regions.layers import Layers
from feedforward.units import Unit

Array = np.ndarray


class Pieces(NamedTuple):
    """A network along a segment from a to b: between two breakpoints it is one straight line.

    count: how many straight pieces. breakpoints: (count − 1,), increasing, strictly between 0 (at
    a) and 1 (at b). pattern: (count, hidden units), as in `Region`. slope, offset: (count, n_out),
    the output is slope·t + offset at a + t·(b − a).
    """

    count: int
    breakpoints: Array
    pattern: Array
    slope: Array
    offset: Array


def pieces_on_line(
    net: object,
    a: Array | float,
    b: Array | float,
    *,
    unit: Unit | str | None = None,
    pieces: int = 2,
) -> Pieces:
    """The straight pieces of a network on the segment from a to b, counted exactly.

    net, unit, pieces: as in `regions_in_window`, with any number of inputs. a, b: two points of
    shape (n_in,), or two numbers for one input. Units that meet a kink at the very same place break
    the line once; one that touches its kink and turns back, not at all.

    Raises ValueError where a and b are the same or of another shape, and otherwise as
    `regions_in_window`.
    Source: the recursion of Hanin and Rolnick (2019), along a line.

    >>> tent = [([[1.0], [1.0]], [0.0, -0.5]), ([[2.0, -4.0]], [0.0])]
    >>> found = pieces_on_line(tent, 0.0, 1.0)
    >>> found.count, found.breakpoints, found.slope[:, 0]
    (2, array([0.5]), array([ 2., -2.]))
    """
    layers = Layers(net, unit, pieces)
    with _check.in_range(underflow=True, net=net, a=a, b=b):
        ends = [
            _check.shape(
                np.atleast_1d(_check.real(v, name, np.dtype(np.float64))), (layers.n_in,), name
            )
            for v, name in ((a, "a"), (b, "b"))
        ]
        if (ends[0] == ends[1]).all():
            raise ValueError(f"a and b must be two points, got {a!r} twice")
        start = np.stack([ends[1] - ends[0], ends[0]])
        error = np.stack([ROUNDING * np.abs(start[0]), np.zeros(layers.n_in)])
        first, last = ([Fraction(x) for x in end] for end in ends)
        exact_start = [[y - x for x, y in zip(first, last, strict=True)], first]
        border = np.array([[1.0, 0.0], [1.0, -1.0]])
        segment = Intervals(
            np.array([[[0.0, 0.0], [1.0, 0.0]]]),
            np.pad(border, ((0, 0), (0, 2)))[None],
            np.array([[-1, -2]]),
            np.array([2]),
            np.zeros((1, 0), np.int8),
        )
        exact = Exact(layers, np.array(exact_start, object), border)
        walk = Walk(layers, exact, 1.0, _IntervalCut)
        cells, maps = walk.cells(segment, Affine(start[None], error[None]))
        one = np.zeros(len(cells), int)
        order, left, _ = _ordered(exact, one, cells.corner[:, 0], cells.piece, cells.label[:, 0])
    maps = maps[order]
    breakpoints = np.clip(left[1:, 0], 0, 1)
    return Pieces(len(cells), breakpoints, cells.piece[order], maps[:, 0], maps[:, 1])


class _IntervalCut(Cut):
    def by_kinks(self, cells: Cells) -> tuple[Cells, Array, Array]:
        above, near = self.candidates(cells)
        cell, line = np.nonzero(near)
        sign = self.signs(cells, cell, cell, line)
        above[cell, line] = (sign > 0).any(axis=1)
        cut = sign[:, 0] * sign[:, 1] < 0
        cell, line, rising = cell[cut], line[cut], sign[cut, 1] > 0
        side, label = self.sides(cell, line)
        end = self.meet(cells.piece[cell], [side], [label])
        order, end, new = _ordered(self.exact, cell, end, cells.piece[cell], label)
        cell, line, rising = cell[order], line[order], rising[order]
        # Of the parts, numbered from left to right, the one that begins at this end.
        part = np.cumsum(new) + cell
        origin = np.repeat(np.arange(len(cells)), 1 + np.bincount(cell[new], minlength=len(cells)))
        # Beyond its zero a rising line is above 0; the others, as before, on all parts of a cell.
        beyond = np.zeros(above.shape, int)
        beyond[cell, line], above[cell, line] = part, rising
        above = (np.arange(len(origin))[:, None] >= beyond[origin]) == above[origin]
        parts, part = cells.rows(origin), part[new]
        for ends, values in zip(
            (parts.corner, parts.side, parts.label),
            (end[new], side[order][new], label[order][new]),
            strict=True,
        ):
            ends[part, 0] = ends[part - 1, 1] = values
        piece = above.reshape(len(parts), self.units, -1).sum(axis=2, dtype=np.int8)
        return parts, origin, piece


def _ordered(
    exact: Exact, interval: Array, place: Array, piece: Array, label: Array
) -> tuple[Array, Array, Array]:
    """Sort places by interval, and within one from left to right, exactly where bounds overlap.

    interval: (Q,), numbered from left to right. place: (Q, 2), where the line `label` is zero in a
    cell on these pieces, and how far off that may be. Returns the order, (Q,); the sorted places;
    and whether each of them differs from the one before it.
    """
    order = np.lexsort((place[:, 0], interval))
    place, new = place[order], np.ones(len(order), bool)
    at, off = place.T
    apart = at[1:] - off[1:] > np.maximum.accumulate(at + off)[:-1]
    apart |= interval[order[1:]] != interval[order[:-1]]
    runs = np.split(np.arange(len(order)), np.flatnonzero(apart) + 1) if not apart.all() else []
    for run in (run for run in runs if len(run) > 1):
        some = order[run]
        exactly = [at for (at,) in exact.places(piece[some], [label[some]])]
        ranked = sorted(range(len(run)), key=exactly.__getitem__)
        order[run] = some[ranked]
        place[run] = [(float(exactly[i]), ROUNDING) for i in ranked]
        new[run[1:]] = [exactly[i] != exactly[j] for i, j in pairwise(ranked)]
    return order, place, new
