"""The geometry of convex cells, many at once: intervals of a line, and polygons of a plane."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from feedforward.regions.affine import ROUNDING
from feedforward.regions.exact import vertex

Array = np.ndarray

Meet = Callable[[Array, list[Array], list[Array]], Array]
"""meet(piece, sides, labels): the corners, (m, D), where lines of m cells meet, D − 1 in each cell.
Every line is given twice, as a side and by its label; the label leads to its exact coefficients."""


@dataclass
class Cells(ABC):
    """P convex cells of D − 1 dimensions, each on one piece of every unit so far, with K corners.

    corner: (P, K, D), the coordinates and how far off they may be. side: (P, K, D + 2), a line
    whose slopes have the sum 1 without their signs: the slopes, the constant, and how far off a
    slope and the constant may be. label: (P, K), the network's number for that line; below 0 at the
    border. sides: (P,), how many corners are in use. piece: (P, units so far).
    """

    corner: Array
    side: Array
    label: Array
    sides: Array
    piece: Array

    def rows(self, cells: Array | slice) -> Cells:
        every = self.corner, self.side, self.label, self.sides, self.piece
        return type(self)(*(array[cells] for array in every))

    def __len__(self) -> int:
        return len(self.sides)

    def meeting(self, cells: Array, corner: Array) -> list[Array]:
        """The labels of the lines that meet in these corners of these cells."""
        dimensions = self.corner.shape[2] - 1
        return [self.label[cells, (corner - i) % self.sides[cells]] for i in range(dimensions)]

    @abstractmethod
    def halves(self, sign: Array, side: Array, label: Array, meet: Meet) -> Cells:
        """What of each cell lies where `sign`, (P, K), is positive; the cut, `side`, closes it."""


def joined(parts: list[Cells]) -> Cells:
    """All cells of `parts`, padded to the same number of corners."""
    most = max(part.label.shape[1] for part in parts)

    def padded(array: Array) -> Array:
        more = most - array.shape[1]
        if not more:
            return array
        return np.concatenate([array, np.repeat(array[:, :1], more, axis=1)], axis=1)

    return type(parts[0])(
        np.concatenate([padded(p.corner) for p in parts]),
        np.concatenate([padded(p.side) for p in parts]),
        np.concatenate([padded(p.label) for p in parts]),
        np.concatenate([p.sides for p in parts]),
        np.concatenate([p.piece for p in parts]),
    )


class Intervals(Cells):
    """Corner 0 is the left end, corner 1 the right one; a side is the line that is zero there."""

    def halves(self, sign: Array, side: Array, label: Array, meet: Meet) -> Intervals:
        end = meet(self.piece, [side], [label])
        keep = sign > 0
        return Intervals(
            np.where(keep[..., None], self.corner, end[:, None]),
            np.where(keep[..., None], self.side, side[:, None]),
            np.where(keep, self.label, label[:, None]),
            self.sides,
            self.piece,
        )


class Polygons(Cells):
    """Corners counterclockwise; beyond a polygon's last one, its first one again.

    A side is the line from this corner to the next.
    """

    def halves(self, sign: Array, side: Array, label: Array, meet: Meet) -> Polygons:
        """The positive corners of a convex polygon follow each other. Before the first of them the
        new polygon's first corner is where the cut meets the side that leads there; after the last
        one, its last corner, where the cut meets the side that leads away.
        """
        every = np.arange(len(self))
        positive = (sign > 0) & (np.arange(sign.shape[1]) < self.sides[:, None])
        previous = np.roll(sign, 1, axis=1)
        previous[:, 0] = sign[every, self.sides - 1]
        first = np.argmax(positive & (previous <= 0), axis=1)
        last = positive.sum(axis=1) + 1
        take = (first[:, None] - 1 + np.arange(last.max() + 1)) % self.sides[:, None]
        row = every[:, None]
        corner, sides, labels = self.corner[row, take], self.side[row, take], self.label[row, take]
        # Both new corners at once: on the side that leads in, the first, and on the one out.
        ends = np.concatenate([every, every]), np.concatenate([0 * last, last - 1])
        met = meet(
            np.concatenate([self.piece, self.piece]),
            [sides[ends], np.concatenate([side, side])],
            [labels[ends], np.concatenate([label, label])],
        )
        corner[:, 0], corner[every, last] = np.split(met, 2)
        sides[every, last], labels[every, last] = side, label
        spare = np.arange(labels.shape[1]) > last[:, None]
        corner = np.where(spare[..., None], corner[:, :1], corner)
        return Polygons(corner, sides, labels, last + 1, self.piece)


def meet(*sides: Array) -> Array:
    """Where D − 1 sides, (m, D + 2) each, meet: the coordinates, and how far off they are, (m, D).

    With the sum of |slopes| 1, the bounds of products are sums.
    """
    lines = [side[:, :-2] for side in sides]
    slopes = [side[:, -2] for side in sides]
    if len(sides) == 1:
        across_error, above_error = slopes[0], sides[0][:, -1]
    else:
        (s1, s2), (one, other) = slopes, sides
        across_error = s1 + s2 + 2 * s1 * s2 + 3 * ROUNDING
        above_error = (s1 + 3 * ROUNDING) * np.abs(other[:, -3])
        above_error += (s2 + 3 * ROUNDING) * np.abs(one[:, -3])
        above_error += one[:, -1] * (1 + s2) + other[:, -1] * (1 + s1)
    *above, across = vertex(*lines)
    room = np.abs(across) - across_error
    with np.errstate(all="ignore"):
        corner = [x / across for x in above]
        far = np.max(np.abs(corner), axis=0)
        off = (above_error + far * across_error) / room + 2 * ROUNDING * far
    return np.stack([*corner, np.where(room > 0, off, np.inf)], axis=1)
