"""The linear regions of a network in a window of a plane."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from feedforward import _check
from feedforward.regions.affine import Affine
from feedforward.regions.cells import Cells, Polygons, joined
from feedforward.regions.cutting import Cut, Walk
from feedforward.regions.exact import Exact
from feedforward.regions.layers import Layers
from feedforward.units import Unit

Array = np.ndarray


class _PolygonCut(Cut):
    def by_kinks(self, cells: Cells) -> tuple[Cells, Array, Array]:
        above, near = self.candidates(cells)
        # In an order that has nothing to do with the lines' places, as it would if they were
        # sorted: then each cut takes a thin slice off, and there are many rounds of them.
        order = np.random.default_rng(0).permutation(near.shape[1])
        pair_cell, place = np.nonzero(near[:, order])
        pair_line = order[place]
        origin = np.arange(len(cells))
        done = []
        while True:
            # A line cuts a cell if a corner is truly above it, and another one truly below.
            sign = self.signs(cells, pair_cell, origin[pair_cell], pair_line)
            high, low = (sign > 0).any(axis=1), (sign < 0).any(axis=1)
            passed = ~(high & low)
            above[pair_cell[passed], pair_line[passed]] = high[passed]
            pair_cell, pair_line, sign = pair_cell[~passed], pair_line[~passed], sign[~passed]
            uncut = np.ones(len(cells), bool)
            uncut[pair_cell] = False
            done.append((cells.rows(uncut), origin[uncut], above[uncut]))
            if not len(pair_cell):
                break
            # Each remaining cell is cut in two by the first of its lines; the others wait.
            is_first = np.diff(pair_cell, prepend=-1) > 0
            cut, line = np.tile(pair_cell[is_first], 2), np.tile(pair_line[is_first], 2)
            sign = np.concatenate([sign[is_first], -sign[is_first]])
            cells, origin = self.halves(cells.rows(cut), sign, origin[cut], line), origin[cut]
            above, half = above[cut], len(cut) // 2
            above[np.arange(len(cut)), line] = np.arange(len(cut)) < half
            waiting = (np.cumsum(~uncut) - 1)[pair_cell[~is_first]]
            pair_cell = np.concatenate([waiting, waiting + half])
            pair_line = np.tile(pair_line[~is_first], 2)
        parts, origin, above = zip(*done, strict=True)
        piece = np.concatenate(above).reshape(sum(map(len, parts)), self.units, -1)
        return joined(parts), np.concatenate(origin), piece.sum(axis=2, dtype=np.int8)


class Region(NamedTuple):
    """One polygon and what the network does on it: output = weight @ x + bias.

    vertices: (k, 2), counterclockwise. pattern: (hidden units,), which piece each is on, layer by
    layer, counted from the left (ReLU: 0 off, 1 on). weight: (n_out, 2). bias: (n_out,).
    """

    vertices: Array
    pattern: Array
    weight: Array
    bias: Array


class Regions(Sequence[Region]):
    """All linear regions of a network in a window: a list of `Region`s, and arrays over all.

    pattern: (regions, hidden units). weight: (regions, n_out, 2). bias: (regions, n_out).
    """

    def __init__(self, cells: Cells, maps: Array) -> None:
        self._cells = cells
        self.pattern = cells.piece
        self.weight = maps[:, :2].transpose(0, 2, 1)
        self.bias = maps[:, 2]

    def __len__(self) -> int:
        return len(self._cells)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        vertices = self._cells.corner[index, : self._cells.sides[index], :2]
        return Region(vertices, self.pattern[index], self.weight[index], self.bias[index])

    @cached_property
    def areas(self) -> Array:
        """Each region's area, (regions,)."""
        x, y = self._cells.corner[..., 0], self._cells.corner[..., 1]
        # Relative to a corner of its own, so that a small region far away keeps its digits. The
        # corners beyond the last one repeat the first one, and add nothing.
        x, y = x - x[:, :1], y - y[:, :1]
        return (x[:, :-1] * y[:, 1:] - x[:, 1:] * y[:, :-1]).sum(axis=1) / 2

    @cached_property
    def centers(self) -> Array:
        """A point inside of each region: the mean of its corners, (regions, 2)."""
        corner, sides = self._cells.corner[..., :2], self._cells.sides[:, None]
        used = np.arange(corner.shape[1]) < sides
        return (corner * used[..., None]).sum(axis=1) / sides


def regions_in_window(
    net: object,
    window: tuple[float, float, float, float],
    *,
    unit: Unit | str | None = None,
    pieces: int = 2,
    plane: tuple[Array, Array, Array] | None = None,
) -> Regions:
    """Every linear region of a network in the window (x_min, x_max, y_min, y_max), exactly.

    net: an `MLP`, or a list of layers (W, b), W of shape (n_out, n_in), b of (n_out,). unit: of the
    hidden layers, a piecewise-linear Unit or its name, or "maxout" with so many `pieces` (W then
    has n·pieces rows); the MLP's own, or ReLU, if None. plane: (origin, first axis, second axis),
    (n_in,) each, for a network with another number of inputs than 2: the point (x, y) of the window
    stands for origin + x·first + y·second.

    Dead units, zero weights and lines that touch a region without crossing it cut nothing.
    Raises ValueError where layers do not fit each other, the window or the plane, where the unit is
    not piecewise linear, and where a number leaves the range of float64.
    Source: the recursion of Hanin and Rolnick (2019), appendix; exact signs as in Shewchuk (1997).

    >>> folds = [([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0]), ([[1.0, 1.0]], [0.0])]
    >>> regions = regions_in_window(folds, (-1, 1, -1, 1), unit="absolute_value")
    >>> len(regions), regions.areas
    (4, array([1., 1., 1., 1.]))
    """
    layers = Layers(net, unit, pieces)
    with _check.in_range(underflow=True, net=net, window=window):
        x_min, x_max, y_min, y_max = _window(window)
        start = _plane(plane, layers.n_in)
        # Sides in the order of the corners, counterclockwise; each is a·x + b·y + c = 0.
        border = np.array([[0, 1, -y_min], [1, 0, -x_max], [0, 1, -y_max], [1, 0, -x_min]])
        corners = [(x_min, y_min, 0), (x_max, y_min, 0), (x_max, y_max, 0), (x_min, y_max, 0)]
        whole = Polygons(
            np.array([corners]),
            np.pad(border, ((0, 0), (0, 2)))[None],
            np.array([[-1, -2, -3, -4]]),
            np.array([4]),
            np.zeros((1, 0), np.int8),
        )
        inputs = Affine(start[None], np.zeros((1, 2, layers.n_in)))
        size = max(map(abs, (x_min, x_max, y_min, y_max)))
        walk = Walk(layers, Exact(layers, start, border), size, _PolygonCut)
        return Regions(*walk.cells(whole, inputs))


def _window(window: Sequence[float]) -> tuple[float, float, float, float]:
    numbers = _check.shape(_check.real(window, "window", np.dtype(np.float64)), (4,), "window")
    x_min, x_max, y_min, y_max = (float(v) for v in numbers)
    if not (x_min < x_max and y_min < y_max):
        raise ValueError(f"window must be (x_min, x_max, y_min, y_max), got {tuple(numbers)}")
    return x_min, x_max, y_min, y_max


def _plane(plane: tuple | None, n_in: int) -> Array:
    """(3, n_in): the inputs as functions of x, y and 1."""
    if plane is None:
        if n_in != 2:
            raise ValueError(
                f"net must have 2 inputs, got {n_in}: name a plane of its input space with plane="
            )
        return np.vstack([np.eye(2), np.zeros(2)])
    names = ("plane's origin", "plane's first axis", "plane's second axis")
    plane = _check.sequence(plane, "plane", "three points")
    if len(plane) != 3:
        raise ValueError(
            f"plane must be (origin, first axis, second axis), got {len(plane)} things"
        )
    origin, first, second = (
        _check.shape(_check.real(v, name, np.dtype(np.float64)), (n_in,), name)
        for v, name in zip(plane, names, strict=True)
    )
    return np.stack([first, second, origin])
