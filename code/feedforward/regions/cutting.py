"""Walking the layers: each of them cuts the cells that the layers below have left."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace

import numpy as np

from feedforward.regions.affine import ROUNDING, Affine, value_at
from feedforward.regions.cells import Cells, joined, meet
from feedforward.regions.exact import Exact
from feedforward.regions.layers import Layers

Array = np.ndarray

TOGETHER = 2**16
"""Lines, of all cells that are cut at the same time: many lines share the price of a call from
Python, and few enough of them stay in the processor's cache."""

POOR = 1e-8
"""A corner that may be farther off, relative to the window, is computed in whole numbers."""


class Walk:
    """Cuts a `whole` cell by one layer after another.

    start: the inputs as functions of the whole's coordinates; exact: the same without rounding.
    size: the largest coordinate. cut: how the cells of one layer are cut, a class.
    """

    def __init__(self, net: Layers, exact: Exact, size: float, cut: type[Cut]) -> None:
        self.net, self.exact, self.size, self.cut = net, exact, size, cut
        self.done: list[tuple[Cells, Array]] = []

    def cells(self, whole: Cells, start: Affine) -> tuple[Cells, Array]:
        """All cells, and on each of them the output, (P, D, n_out), the constant last."""
        self._descend(0, whole, start.layer(self.net.weights[0], self.net.biases[0]))
        cells, outputs = zip(*self.done, strict=True)
        return joined(cells), np.concatenate(outputs)

    def _descend(self, layer: int, cells: Cells, z: Affine) -> None:
        """Cut `cells`, whose pre-activations are z, by this layer and by all above it."""
        if layer == self.net.depth:
            self.done.append((cells, z.value))
            return
        cut = self.cut(self, layer, z.lines(self.net))
        parts, origin, piece = cut.by_maxout(cells) if self.net.maxout else cut.by_kinks(cells)
        parts = replace(parts, piece=np.concatenate([parts.piece, piece], axis=1))
        weight, bias = self.net.weights[layer + 1], self.net.biases[layer + 1]
        together = max(1, TOGETHER // max(len(weight), self.net.units[layer]))
        for first in range(0, len(parts), together):
            some = slice(first, first + together)
            a = z.rows(origin[some]).activated(self.net, piece[some])
            self._descend(layer + 1, parts.rows(some), a.layer(weight, bias))


class Cut(ABC):
    """Cuts cells by the lines of one layer.

    lines: row r has those of the r-th cell. A part of a cell keeps that row.
    """

    def __init__(self, walk: Walk, layer: int, lines: Affine) -> None:
        self.exact, self.size, self.maxout = walk.exact, walk.size, walk.net.maxout
        self.first_line = walk.net.first_line[layer]
        self.units = walk.net.units[layer]
        self.lines = lines

    @abstractmethod
    def by_kinks(self, cells: Cells) -> tuple[Cells, Array, Array]:
        """Cut by a layer of scalar units.

        Returns the parts, (Q cells); the index of the cell that each came from, (Q,); and the piece
        that each unit is on, (Q, units).
        """

    def by_maxout(self, cells: Cells) -> tuple[Cells, Array, Array]:
        """Cut by a layer of maxout units, one at a time: a part for each piece that is largest."""
        origin = np.arange(len(cells))
        won = np.zeros((len(cells), 0), np.int8)
        for unit in range(self.units):
            parts = []
            for j in range(self.maxout):
                some, source = cells, np.arange(len(cells))
                for i in range(self.maxout):
                    if i == j:
                        continue
                    line = np.full(len(some), (unit * self.maxout + j) * self.maxout + i)
                    row = origin[source]
                    sign = self.signs(some, np.arange(len(some)), row, line)
                    high, low = (sign > 0).any(axis=1), (sign < 0).any(axis=1)
                    # Two pieces that are the same function: the first of them takes it all.
                    cut, uncut = high & low, ~low & (high | (j < i))
                    halves = []
                    if cut.any():
                        halves = [self.halves(some.rows(cut), sign[cut], row[cut], line[cut])]
                    some = joined([some.rows(uncut), *halves])
                    source = np.concatenate([source[uncut], source[cut]])
                parts.append((some, source, np.full(len(some), j, np.int8)))
            each, source, piece = zip(*parts, strict=True)
            cells, source = joined(each), np.concatenate(source)
            origin = origin[source]
            won = np.concatenate([won[source], np.concatenate(piece)[:, None]], axis=1)
        return cells, origin, won

    def candidates(self, cells: Cells) -> tuple[Array, Array]:
        """Which cells lie above which lines, and which may meet them, (P, lines) each.

        A line farther from a cell's middle than its farthest corner does not meet it.
        """
        at, off = cells.corner[..., :-1], cells.corner[..., -1]
        middle = (at.max(axis=1) + at.min(axis=1)) / 2
        reach = np.abs(at - middle[:, None]).max(axis=(1, 2)) + off.max(axis=1)
        line, error = np.moveaxis(self.lines.value, 1, 0), np.moveaxis(self.lines.error, 1, 0)
        there, bound = value_at(line, error, middle.T[..., None], reach[:, None])
        return there > 0, np.abs(there) <= bound * (1 + 1e-12)

    def signs(self, cells: Cells, cell: Array, row: Array, line: Array) -> Array:
        """The sign of each line at the corners of each cell, (pairs, K): certain."""
        *at, off = np.moveaxis(cells.corner[cell], -1, 0)
        value, error = self.lines.value[row, :, line], self.lines.error[row, :, line]
        there, bound = value_at(value.T[..., None], error.T[..., None], at, off)
        sign = np.sign(there).astype(np.int8)
        unsure = (np.abs(there) <= bound) & (bound > 0)
        if unsure.any():
            used = np.arange(sign.shape[1]) < cells.sides[cell, None]
            pair, corner = np.nonzero(unsure & used)
            cell, line = cell[pair], line[pair] + self.first_line
            sign[pair, corner] = self.exact.signs(
                cells.piece[cell], cells.meeting(cell, corner), line
            )
            sign = np.where(used, sign, sign[:, :1])
        return sign

    def sides(self, row: Array, line: Array) -> tuple[Array, Array]:
        """Lines as sides of cells, (pairs, D + 2), and their labels."""
        value, error = self.lines.value[row, :, line], self.lines.error[row, :, line]
        slope = np.abs(value[:, :-1]).sum(axis=1, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            side = np.concatenate([value, error], axis=1) / slope
        side[:, -2] += 2 * ROUNDING
        side[:, -1] += 2 * ROUNDING * np.abs(side[:, -3])
        return side, line + self.first_line

    def halves(self, cells: Cells, sign: Array, row: Array, line: Array) -> Cells:
        """What of each cell lies where the sign of its line is positive."""
        return cells.halves(sign, *self.sides(row, line), self.meet)

    def meet(self, piece: Array, sides: list[Array], labels: list[Array]) -> Array:
        """Where sides meet; from whole numbers where floats would lose too many digits."""
        corner = meet(*sides)
        poor = np.flatnonzero(~(corner[:, -1] <= POOR * self.size))
        if poor.size:
            places = np.array(self.exact.places(piece[poor], [k[poor] for k in labels]), float)
            off = ROUNDING * np.abs(places).max(axis=1, keepdims=True)
            corner[poor] = np.concatenate([places, off], axis=1)
        return corner
