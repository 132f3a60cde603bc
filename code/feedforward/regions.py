"""Exact linear regions of networks made of piecewise-linear units: on a line, and in a window.

Inside one region every unit stays on one of its straight pieces, so the network is one affine map
there. A layer's units are affine functions on each region of the layers below; where one of them
meets a kink, a line runs through the region and cuts it. Cutting layer by layer finds all regions.

**Why the count owes nothing to a tolerance.** A cut depends on signs only: is a unit's
pre-activation at this corner above its kink, on it, or below? Floating-point arithmetic computes
each value with a bound on its own error. A value farther from zero than its bound has a certain
sign. For the few others the same sign is computed again in whole numbers: weights are floats, so
they are fractions with a power of two below, a corner is where two lines meet, and the sign is that
of a determinant of integers. A region is cut only where one corner is truly above and one truly
below. So the count is that of the network whose weights are exactly these floats.

Regions are those of Hanin and Rolnick (2019), *activation regions*: two neighbours count as two
even if the layers above happen to make the same affine map of both.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from feedforward import _check
from feedforward.graph import value
from feedforward.units import Unit, unit_by_name

Array = np.ndarray

ROUNDING = 2.0**-53
"""What one floating-point operation may add, relative to its result."""

TOGETHER = 2**16
"""Lines, of all regions that are cut at the same time: many, to share Python's cost, yet few enough
for the processor's cache."""

POOR = 1e-8
"""A corner that may be farther off, relative to the window, is computed in whole numbers."""


# --------------------------------------------------------------------------------- counting theory


def zaslavsky(n: int, d: int) -> int:
    """Σ_{j ≤ d} C(n, j): the regions that n hyperplanes in general position make of d dimensions.

    One layer of n units with one kink each has at most as many, and nearly always exactly as many.
    Source: Zaslavsky (1975).
    """
    n, d = _check.count(n, "n", least=0), _check.count(d, "d", least=0)
    return sum(math.comb(n, j) for j in range(min(n, d) + 1))


def montufar_lower_bound(widths: Sequence[int]) -> int:
    """Regions that some ReLU network reaches: ∏_{l<L} ⌊n_l/n₀⌋^{n₀} · Σ_{j≤n₀} C(n_L, j).

    widths: (n₀, n₁, …, n_L), those of the input and of the hidden layers, each n_l ≥ n₀.
    Source: Montúfar et al. (2014), theorem 4.
    """
    widths = _check.widths(widths)
    n_in, *hidden = widths
    if min(hidden) < n_in:
        raise ValueError(f"widths must have no hidden layer narrower than the input, got {widths}")
    return math.prod((n // n_in) ** n_in for n in hidden[:-1]) * zaslavsky(hidden[-1], n_in)


def region_cap(widths: Sequence[int]) -> int:
    """Regions that no ReLU network exceeds: ∏_l Σ_{j≤d_l} C(n_l, j), d_l the least of n₀ … n_{l−1}.

    widths: (n₀, n₁, …, n_L). Inside one region of the layers below, a layer sees at most d_l
    dimensions, so its n_l units cut it into at most Zaslavsky's number.
    Source: Raghu et al. (2017), with the dimension that a narrow layer leaves.
    """
    widths = _check.widths(widths)
    return math.prod(zaslavsky(n, min(widths[:i])) for i, n in enumerate(widths) if i)


# -------------------------------------------------------------------------------------- the network


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
    shift, with the running mean and variance. weight: (n_out, n_in); all others (n_out,).
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


class _Pieces(NamedTuple):
    """A unit as straight pieces: slope[i]·z + offset[i] between kink[i − 1] and kink[i]."""

    kink: Array
    slope: Array
    offset: Array


def _straight_pieces(unit: Unit) -> _Pieces:
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
    return _Pieces(kink, slope, offset)


class _Network:
    """Weights as exact floats, and what the units' kinks make of pre-activations.

    A *line* of a layer is an affine function that is zero where one of its units changes piece: one
    for each unit and kink, or, for maxout, one for each unit and ordered pair of its pieces.
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
        self.unit = None if self.maxout else _straight_pieces(unit_by_name(unit))
        self.weights, self.biases = [], []
        n_in = None
        for i, layer in enumerate(layers):
            weight, bias = _check.layer(layer, i, "net", n_in)
            bias = bias.reshape(-1)
            self.weights.append(weight)
            self.biases.append(_check.shape(bias, weight.shape[:1], f"bias {i} of net"))
            hidden = i < len(layers) - 1
            if hidden and self.maxout and len(weight) % self.maxout:
                raise ValueError(
                    f"weight {i} of net must have a multiple of {self.maxout} rows for so many "
                    f"pieces, got shape {weight.shape}"
                )
            n_in = len(weight) // self.maxout if hidden and self.maxout else len(weight)
        if not self.weights:
            raise ValueError("net must have at least one layer, got none")

    @property
    def depth(self) -> int:
        """Hidden layers."""
        return len(self.weights) - 1

    @property
    def n_in(self) -> int:
        return self.weights[0].shape[1]

    def units(self, layer: int) -> int:
        return len(self.weights[layer]) // (self.maxout or 1)

    def lines(self, layer: int) -> int:
        per_unit = self.maxout**2 if self.maxout else len(self.unit.kink)
        return self.units(layer) * per_unit

    def label(self, layer: int) -> int:
        """The first of the layer's labels, which number all lines of the network."""
        return sum(self.lines(below) for below in range(layer))

    @cached_property
    def exact(self) -> _Integers:
        return _Integers(self)


@dataclass
class _Maps:
    """Affine functions on each of P cells: coefficients of the D − 1 coordinates, and the constant.

    value: (P, D, n), the constant last. slope_error, constant_error: (P, n), how far off they are.
    """

    value: Array
    slope_error: Array
    constant_error: Array

    def rows(self, cells: Array) -> _Maps:
        return _Maps(self.value[cells], self.slope_error[cells], self.constant_error[cells])

    def affine(self, weight: Array, bias: Array) -> _Maps:
        """W·self + b. The bounds: what came in, and n + 2 roundings of each sum's terms."""
        z = self.value @ weight.T
        z[:, -1] += bias
        often = (weight.shape[1] + 3) * ROUNDING
        size = np.abs(self.value)
        spread = np.abs(weight).T
        slope = (self.slope_error + often * size[:, :-1].max(axis=1)) @ spread
        constant = (self.constant_error + often * size[:, -1]) @ spread
        return _Maps(z, slope, constant + 2 * ROUNDING * np.abs(z[:, -1]))

    def activated(self, net: _Network, piece: Array) -> _Maps:
        """What the units make of pre-activations self, each on its piece, (P, units)."""
        if net.maxout:
            index = np.arange(piece.shape[1]) * net.maxout + piece
            return _Maps(
                np.take_along_axis(self.value, index[:, None], axis=2),
                np.take_along_axis(self.slope_error, index, axis=1),
                np.take_along_axis(self.constant_error, index, axis=1),
            )
        slope, offset = net.unit.slope[piece], net.unit.offset[piece]
        a = self.value * slope[:, None]
        a[:, -1] += offset
        rounding = 2 * ROUNDING * (np.abs(slope) != 1) * (slope != 0)
        return _Maps(
            a,
            self.slope_error * np.abs(slope) + rounding * np.abs(a[:, :-1]).max(axis=1),
            self.constant_error * np.abs(slope)
            + rounding * np.abs(a[:, -1])
            + 2 * ROUNDING * (np.abs(a[:, -1]) + np.abs(offset)) * (offset != 0),
        )

    def lines(self, net: _Network) -> _Maps:
        """The functions that are zero where a unit changes its piece, one for each line."""
        cells, d, n = self.value.shape
        if net.maxout:
            k = net.maxout
            z = self.value.reshape(cells, d, n // k, k)
            slope, constant = (
                e.reshape(cells, n // k, k) for e in (self.slope_error, self.constant_error)
            )
            difference = (z[..., :, None] - z[..., None, :]).reshape(cells, d, -1)
            size = np.abs(difference) * ROUNDING
            return _Maps(
                difference,
                (slope[..., :, None] + slope[..., None, :]).reshape(cells, -1)
                + size[:, :-1].max(axis=1),
                (constant[..., :, None] + constant[..., None, :]).reshape(cells, -1) + size[:, -1],
            )
        kink = net.unit.kink
        line = np.repeat(self.value, kink.size, axis=2)
        shift = np.tile(kink, n)
        line[:, -1] -= shift
        constant = np.repeat(self.constant_error, kink.size, axis=1)
        constant += ROUNDING * np.abs(line[:, -1]) * (shift != 0)
        return _Maps(line, np.repeat(self.slope_error, kink.size, axis=1), constant)


class _Integers:
    """The same maps without any rounding: integers times a power of two that never matters."""

    def __init__(self, net: _Network) -> None:
        self.net = net
        self.layers = []
        for weight, bias in zip(net.weights, net.biases, strict=True):
            (w, b), scale = _whole([weight, bias])
            self.layers.append((w, b, scale))
        if not net.maxout:
            (self.kink, self.slope, self.offset), self.unit_scale = _whole(list(net.unit))

    def lines(self, start: Array, scale: int, pieces: Array, layer: int) -> list[Array]:
        """The lines (P, D, lines) of layers 0 … layer, in cells that are on these `pieces`.

        start: (D, n_in), integers at 2^−scale, the inputs as affine functions of the coordinates.
        pieces: (P, units below `layer`), which piece each unit is on.
        """
        net, found = self.net, []
        a = np.repeat(start[None], len(pieces), axis=0)
        first = 0
        for below in range(layer + 1):
            w, b, bits = self.layers[below]
            z = a @ w.T
            z[:, -1] += b << scale
            scale += bits
            if net.maxout:
                k = net.maxout
                groups = z.reshape(*z.shape[:2], -1, k)
                between = groups[..., :, None] - groups[..., None, :]
                found.append(between.reshape(*z.shape[:2], -1))
            else:
                line = np.repeat(z << self.unit_scale, len(self.kink), axis=2)
                line[:, -1] -= np.tile(self.kink << scale, z.shape[2])
                found.append(line)
            if below == layer:
                return found
            piece = pieces[:, first : first + net.units(below)]
            first += net.units(below)
            if net.maxout:
                index = np.arange(piece.shape[1]) * net.maxout + piece
                a = np.take_along_axis(z, index[:, None], axis=2)
            else:
                a = z * self.slope[piece][:, None]
                a[:, -1] += self.offset[piece] << scale
                scale += self.unit_scale
        return found


def _whole(arrays: list[Array]) -> tuple[list[Array], int]:
    """Floats as Python integers times 2^−scale, with one scale for all."""
    ratios = [[Fraction(float(v)) for v in np.ravel(a)] for a in arrays]
    scale = max((r.denominator.bit_length() - 1 for rs in ratios for r in rs), default=0)
    whole = []
    for array, rs in zip(arrays, ratios, strict=True):
        numbers = np.empty(len(rs), dtype=object)
        numbers[:] = [int(r * 2**scale) for r in rs]
        whole.append(numbers.reshape(np.shape(array)))
    return whole, scale


def _sign(numbers: Array) -> Array:
    """−1, 0 or 1 for each of an array of integers of any size."""
    return (numbers > 0).astype(np.int8) - (numbers < 0).astype(np.int8)


# --------------------------------------------------------------------------- regions in a window


@dataclass
class _Cells:
    """P convex polygons, each on one piece of every unit so far. Rows are padded to K corners.

    corner: (P, K, 3), x, y and how far off they may be; beyond a polygon's last corner, its first
    one again. side: (P, K, 5), the line from this corner to the next, |a| + |b| = 1: a, b, c and
    how far off a or b, and c, may be. label: (P, K), the network's number for that line, or −1 … −4
    for the window's sides. sides: (P,), corners in use. piece: (P, units so far).
    """

    corner: Array
    side: Array
    label: Array
    sides: Array
    piece: Array

    def rows(self, cells: Array) -> _Cells:
        return _Cells(*(getattr(self, f.name)[cells] for f in fields(self)))

    def __len__(self) -> int:
        return len(self.sides)


def _joined(parts: list[_Cells]) -> _Cells:
    """All cells of `parts`, padded to the same number of corners."""
    widest = max(part.label.shape[1] for part in parts)

    def pad(array: Array, part: _Cells) -> Array:
        more = widest - array.shape[1]
        return np.concatenate([array, np.repeat(array[:, :1], more, axis=1)], axis=1)

    return _Cells(
        np.concatenate([pad(p.corner, p) for p in parts]),
        np.concatenate([pad(p.side, p) for p in parts]),
        np.concatenate([pad(p.label, p) for p in parts]),
        np.concatenate([p.sides for p in parts]),
        np.concatenate([p.piece for p in parts]),
    )


def _meet(one: Array, other: Array) -> Array:
    """Where two lines (m, 5) cross: x, y and a bound on the error of either, (m, 3)."""
    a1, b1, c1, s1, t1 = one.T
    a2, b2, c2, s2, t2 = other.T
    across = a1 * b2 - a2 * b1
    # With |a| + |b| = 1 the bounds of products are sums.
    across_error = s1 + s2 + 2 * s1 * s2 + 3 * ROUNDING
    above_error = (s1 + 3 * ROUNDING) * np.abs(c2) + (s2 + 3 * ROUNDING) * np.abs(c1)
    above_error += t1 * (1 + s2) + t2 * (1 + s1)
    room = np.abs(across) - across_error
    corner = np.empty((len(one), 3))
    with np.errstate(all="ignore"):
        x = corner[:, 0] = (b1 * c2 - b2 * c1) / across
        y = corner[:, 1] = (c1 * a2 - c2 * a1) / across
        far = np.maximum(np.abs(x), np.abs(y))
        corner[:, 2] = (above_error + far * across_error) / room + 2 * ROUNDING * far
    corner[~(room > 0), 2] = np.inf
    return corner


class _Window:
    """Cuts a rectangle of a plane in the input space by one layer after another."""

    def __init__(self, net: _Network, window: Sequence[float], plane: tuple | None) -> None:
        self.net = net
        x_min, x_max, y_min, y_max = self.window = _window(window)
        self.start = _plane(plane, net.n_in)
        whole, self.scale = _whole([self.start])
        self.exact_start = whole[0]
        # Sides in the order of the corners, counterclockwise; each is a·x + b·y + c = 0.
        box = np.array([[0, 1, -y_min], [1, 0, -x_max], [0, 1, -y_max], [1, 0, -x_min]], float)
        (sides,), _ = _whole([box])
        self.exact_box = sides
        self.size = max(np.abs(self.window))
        corners = [(x_min, y_min, 0), (x_max, y_min, 0), (x_max, y_max, 0), (x_min, y_max, 0)]
        self.whole = _Cells(
            np.array([corners], float),
            np.pad(box, ((0, 0), (0, 2)))[None],
            np.array([[-1, -2, -3, -4]]),
            np.array([4]),
            np.zeros((1, 0), np.int8),
        )

    def regions(self) -> tuple[_Cells, Array]:
        """All cells after the last hidden layer, and the output's maps (P, 3, n_out)."""
        done: list[tuple[_Cells, Array]] = []
        zero = np.zeros((1, self.net.n_in))
        start = _Maps(self.start[None], zero, zero)
        self._descend(0, self.whole, start.affine(self.net.weights[0], self.net.biases[0]), done)
        return _joined([cells for cells, _ in done]), np.concatenate([out for _, out in done])

    def _descend(self, layer: int, cells: _Cells, z: _Maps, done: list) -> None:
        """Cut `cells`, whose pre-activations are z, by this layer and by all above it."""
        if layer == self.net.depth:
            done.append((cells, z.value))
            return
        parts, origin = self._cut(layer, cells, z)
        weight, bias = self.net.weights[layer + 1], self.net.biases[layer + 1]
        together = max(1, TOGETHER // max(len(weight), self.net.units(layer)))
        for first in range(0, len(parts), together):
            some = parts.rows(slice(first, first + together))
            piece = some.piece[:, -self.net.units(layer) :]
            a = z.rows(origin[first : first + together]).activated(self.net, piece)
            self._descend(layer + 1, some, a.affine(weight, bias), done)

    # ------------------------------------------------------------------------ one layer

    def _cut(self, layer: int, cells: _Cells, z: _Maps) -> tuple[_Cells, Array]:
        """The cells that one layer makes of `cells`, and which of those each one came from."""
        lines = z.lines(self.net)
        if self.net.maxout:
            return self._cut_by_maxout(layer, cells, lines)
        above, pair_cell, pair_line = self._candidates(cells, lines)
        origin = np.arange(len(cells))
        done = []
        while True:
            # A line cuts a cell if a corner is truly above it, and another one truly below.
            sign = self._signs(layer, cells, lines, origin, pair_cell, pair_line)
            high, low = (sign > 0).any(axis=1), (sign < 0).any(axis=1)
            passed = ~(high & low)
            above[pair_cell[passed], pair_line[passed]] = high[passed]
            pair_cell, pair_line, sign = pair_cell[~passed], pair_line[~passed], sign[~passed]
            whole = np.ones(len(cells), bool)
            whole[pair_cell] = False
            done.append((cells.rows(whole), origin[whole], above[whole]))
            if not len(pair_cell):
                break
            # Each remaining cell is cut in two by the first of its lines; the others wait.
            first = np.flatnonzero(np.diff(pair_cell, prepend=-1))
            cut, line = pair_cell[first], pair_line[first]
            rest = np.delete(np.arange(len(pair_cell)), first)
            number = np.cumsum(~whole) - 1
            twice = np.concatenate([cut, cut])
            cells = self._halves(
                cells.rows(twice),
                np.concatenate([sign[first], -sign[first]]),
                *self._sides(layer, lines, origin[twice], np.concatenate([line, line])),
            )
            above = above[twice]
            half = len(cut)
            above[np.arange(half), line], above[np.arange(half, 2 * half), line] = True, False
            origin = origin[twice]
            waiting, pair_line = number[pair_cell[rest]], np.tile(pair_line[rest], 2)
            pair_cell = np.concatenate([waiting, waiting + half])
        parts = _joined([part for part, _, _ in done])
        above = np.concatenate([a for _, _, a in done])
        piece = above.reshape(len(parts), self.net.units(layer), -1).sum(axis=2, dtype=np.int8)
        piece = np.concatenate([parts.piece, piece], axis=1)
        return replace(parts, piece=piece), np.concatenate([o for _, o, _ in done])

    def _candidates(self, cells: _Cells, lines: _Maps) -> tuple[Array, Array, Array]:
        """Pairs (cell, line) that may meet, sorted by cell, and which cells lie above the others.

        A line farther from a cell's middle than its farthest corner does not meet it. The lines of
        one cell come in an order that has nothing to do with their place, as it would if they were
        sorted: then each cut takes a thin slice off, and there are many rounds of them.
        """
        xy = cells.corner[..., :2]
        middle = (xy.max(axis=1) + xy.min(axis=1)) / 2
        reach = np.abs(xy - middle[:, None]).max(axis=(1, 2)) + cells.corner[..., 2].max(axis=1)
        a, b, c = lines.value[:, 0], lines.value[:, 1], lines.value[:, 2]
        x, y = middle[:, :1], middle[:, 1:]
        there = a * x + b * y + c
        slope = np.abs(a) + np.abs(b)
        far = np.abs(x) + np.abs(y) + 2 * reach[:, None]
        bound = slope * (reach[:, None] + 4 * ROUNDING * far) + lines.slope_error * far
        bound += lines.constant_error + 4 * ROUNDING * np.abs(c)
        near = np.abs(there) <= bound * (1 + 1e-12)
        order = np.random.default_rng(0).permutation(near.shape[1])
        pair_cell, place = np.nonzero(near[:, order])
        return there > 0, pair_cell, order[place]

    def _signs(
        self,
        layer: int,
        cells: _Cells,
        lines: _Maps,
        origin: Array,
        pair_cell: Array,
        pair_line: Array,
    ) -> Array:
        """The sign of each pair's line at the corners of its cell, (pairs, K): certain."""
        row = origin[pair_cell]
        a, b, c = (lines.value[row, i, pair_line][:, None] for i in range(3))
        x, y, off = np.moveaxis(cells.corner[pair_cell], -1, 0)
        there = a * x + b * y + c
        slope = np.abs(a) + np.abs(b)
        bound = slope * off
        bound += (lines.slope_error[row, pair_line][:, None] + 4 * ROUNDING * slope) * (
            np.abs(x) + np.abs(y) + 2 * off
        )
        bound += lines.constant_error[row, pair_line][:, None] + 4 * ROUNDING * np.abs(c)
        sign = np.sign(there).astype(np.int8)
        unsure = (np.abs(there) <= bound) & (bound > 0)
        unsure &= np.arange(x.shape[1]) < cells.sides[pair_cell, None]
        if unsure.any():
            pair, corner = np.nonzero(unsure)
            of = pair_cell[pair]
            before = (corner - 1) % cells.sides[of]
            sign[pair, corner] = self._exact_sign(
                layer,
                cells.piece[of],
                cells.label[of, before],
                cells.label[of, corner],
                pair_line[pair] + self.net.label(layer),
            )
            spare = np.arange(x.shape[1]) >= cells.sides[pair_cell, None]
            sign = np.where(spare, sign[:, :1], sign)
        return sign

    def _sides(self, layer: int, lines: _Maps, row: Array, line: Array) -> tuple[Array, Array]:
        """Lines as sides of a cell, scaled to |a| + |b| = 1, and their labels."""
        a, b, c = (lines.value[row, i, line] for i in range(3))
        slope = np.abs(a) + np.abs(b)
        errors = lines.slope_error[row, line], lines.constant_error[row, line]
        with np.errstate(divide="ignore", invalid="ignore"):
            side = np.stack([a, b, c, *errors], axis=1) / slope[:, None]
        side[:, 3] += 2 * ROUNDING
        side[:, 4] += 2 * ROUNDING * np.abs(side[:, 2])
        return side, line + self.net.label(layer)

    def _halves(self, cells: _Cells, sign: Array, side: Array, label: Array) -> _Cells:
        """What of each cell lies where `sign` is positive; the cut, `side`, closes it.

        The positive corners of a convex polygon follow each other. Before the first of them the
        new polygon's first corner is where the cut meets the side that leads there; after the last
        one, its last corner, where the cut meets the side that leads away.
        """
        cells_count, corners = sign.shape
        every = np.arange(cells_count)
        place = np.arange(corners)
        positive = (sign > 0) & (place < cells.sides[:, None])
        previous = np.empty_like(sign)
        previous[:, 1:] = sign[:, :-1]
        previous[:, 0] = sign[every, cells.sides - 1]
        first = np.argmax(positive & (previous <= 0), axis=1)
        count = positive.sum(axis=1)
        sides = count + 2
        take = (first[:, None] - 1 + np.arange(sides.max())) % cells.sides[:, None]
        rows = every[:, None]
        new_side, new_label = cells.side[rows, take], cells.label[rows, take]
        new_corner = cells.corner[rows, take]
        # Both new corners at once: on the side that leads in, the first, and on the one out.
        met = self._corner(
            np.concatenate([cells.piece, cells.piece]),
            np.concatenate([new_side[:, 0], new_side[every, count]]),
            np.concatenate([new_label[:, 0], new_label[every, count]]),
            np.concatenate([side, side]),
            np.concatenate([label, label]),
        )
        last = count + 1
        new_corner[:, 0], new_corner[every, last] = met[:cells_count], met[cells_count:]
        new_side[every, last], new_label[every, last] = side, label
        spare = np.arange(new_label.shape[1]) >= sides[:, None]
        new_corner = np.where(spare[..., None], new_corner[:, :1], new_corner)
        return _Cells(new_corner, new_side, new_label, sides, cells.piece)

    def _corner(self, piece: Array, one: Array, label: Array, other: Array, label2: Array) -> Array:
        """Where two sides meet; from whole numbers where floats would lose too many digits."""
        corner = _meet(one, other)
        poor = np.flatnonzero(~(corner[:, 2] <= POOR * self.size))
        if poor.size:
            first, second = (self._exact_lines(piece[poor], k[poor]) for k in (label, label2))
            for i, (a1, b1, c1), (a2, b2, c2) in zip(poor, first, second, strict=True):
                across = a1 * b2 - a2 * b1
                x = float(Fraction(b1 * c2 - b2 * c1, across))
                y = float(Fraction(c1 * a2 - c2 * a1, across))
                corner[i] = x, y, ROUNDING * max(abs(x), abs(y))
        return corner

    # ------------------------------------------------------------------------ maxout

    def _cut_by_maxout(self, layer: int, cells: _Cells, lines: _Maps) -> tuple[_Cells, Array]:
        """One unit at a time: for each of its pieces, the part of each cell where it is largest."""
        k = self.net.maxout
        origin = np.arange(len(cells))
        won = np.zeros((len(cells), 0), np.int8)
        for unit in range(self.net.units(layer)):
            parts = []
            for j in range(k):
                some, from_cell = cells, np.arange(len(cells))
                for i in range(k):
                    if i == j:
                        continue
                    line = np.full(len(some), (unit * k + j) * k + i)
                    row = origin[from_cell]
                    each = np.arange(len(some))
                    sign = self._signs(layer, some, lines, row, each, line)
                    high, low = (sign > 0).any(axis=1), (sign < 0).any(axis=1)
                    # Two pieces that are the same function: the first of them takes it all.
                    stays = high | (~low & (j < i))
                    cut = high & low
                    kept = stays & ~cut
                    halves = []
                    if cut.any():
                        sides = self._sides(layer, lines, row[cut], line[cut])
                        halves = [self._halves(some.rows(cut), sign[cut], *sides)]
                    some = _joined([some.rows(kept), *halves])
                    from_cell = np.concatenate([from_cell[kept], from_cell[cut]])
                parts.append((some, from_cell, np.full(len(some), j, np.int8)))
            cells = _joined([part for part, _, _ in parts])
            came = np.concatenate([f for _, f, _ in parts])
            piece = np.concatenate([p for _, _, p in parts])
            origin = origin[came]
            won = np.concatenate([won[came], piece[:, None]], axis=1)
        return replace(cells, piece=np.concatenate([cells.piece, won], axis=1)), origin

    # ------------------------------------------------------------------------ whole numbers

    def _exact_lines(self, piece: Array, label: Array) -> Array:
        """The lines with these labels in cells on these pieces, as integers (Q, 3)."""
        found = np.empty((len(label), 3), dtype=object)
        box = label < 0
        found[box] = self.exact_box[-label[box] - 1]
        if not box.all():
            layer = _layer_of(self.net, label.max())
            below = sum(self.net.units(i) for i in range(layer))
            cells, which = _distinct(piece[:, :below])
            lines = self.net.exact.lines(self.exact_start, self.scale, cells, layer)
            for i, line in enumerate(lines):
                first = self.net.label(i)
                here = (label >= first) & (label < first + self.net.lines(i))
                found[here] = line[which[here], :, label[here] - first]
        return found

    def _exact_sign(self, layer: int, piece: Array, one: Array, other: Array, line: Array) -> Array:
        """The sign of `line` where the lines `one` and `other` meet; all by label, (Q,)."""
        count = len(line)
        lines = self._exact_lines(np.tile(piece, (3, 1)), np.concatenate([one, other, line]))
        (a1, b1, c1), (a2, b2, c2), (a, b, c) = (
            lines[i * count : (i + 1) * count].T for i in range(3)
        )
        across = a1 * b2 - a2 * b1
        above = a * (b1 * c2 - b2 * c1) + b * (c1 * a2 - c2 * a1) + c * across
        return _sign(above) * _sign(across)


def _layer_of(net: _Network, label: int) -> int:
    layer = 0
    while label >= net.label(layer + 1):
        layer += 1
    return layer


def _distinct(piece: Array) -> tuple[Array, Array]:
    """The different rows of `piece`, and which of them each row is."""
    if not piece.shape[1]:
        return piece[:1], np.zeros(len(piece), int)
    rows, which = np.unique(piece, axis=0, return_inverse=True)
    return rows, which.reshape(-1)


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


class Region(NamedTuple):
    """One polygon and what the network does on it: output = weight @ x + bias.

    vertices: (k, 2), counterclockwise. pattern: which piece each hidden unit is on, layer by layer,
    counted from the left (ReLU: 0 off, 1 on). weight: (n_out, 2), bias: (n_out,).
    """

    vertices: Array
    pattern: Array
    weight: Array
    bias: Array


class Regions(Sequence[Region]):
    """All linear regions of a network in a window: a list of `Region`s, and arrays over all.

    pattern: (regions, hidden units). weight: (regions, n_out, 2). bias: (regions, n_out).
    """

    def __init__(self, cells: _Cells, maps: Array) -> None:
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

    def __iter__(self) -> Iterator[Region]:
        return (self[i] for i in range(len(self)))

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
        used = np.arange(self._cells.label.shape[1]) < self._cells.sides[:, None]
        return (self._cells.corner[..., :2] * used[..., None]).sum(axis=1) / self._cells.sides[
            :, None
        ]


def regions_in_window(
    net: object,
    window: tuple[float, float, float, float],
    *,
    unit: Unit | str | None = None,
    pieces: int = 2,
    plane: tuple[Array, Array, Array] | None = None,
) -> Regions:
    """Every linear region of a network in the window (x_min, x_max, y_min, y_max), exactly.

    net: an `MLP`, or a list of layers (W, b), weights (n_out, n_in). unit: of the hidden layers, a
    piecewise-linear Unit or its name, or "maxout" with so many `pieces` (W then has n·pieces rows);
    the MLP's own, or ReLU, if None. plane: (origin, first axis, second axis) in the input space,
    for a network with another number of inputs than 2: the point (x, y) of the window stands for
    origin + x·first + y·second.

    Dead units, zero weights and lines that touch a region without crossing it cut nothing.
    Source: the recursion of Hanin and Rolnick (2019), appendix; exact signs as in Shewchuk (1997).
    """
    network = _Network(net, unit, pieces)
    with _check.in_range(underflow=True, net=network, window=window):
        return Regions(*_Window(network, window, plane).regions())


# ------------------------------------------------------------------------------ pieces on a line


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
    """
    network = _Network(net, unit, pieces)
    with _check.in_range(underflow=True, net=network, a=a, b=b):
        return _Segment(network, a, b).pieces()


class _Segment:
    """Breaks a segment at the kinks of one layer after another; t runs from 0 to 1 along it."""

    def __init__(self, net: _Network, a: Array | float, b: Array | float) -> None:
        self.net = net
        ends = [
            _check.shape(
                np.atleast_1d(_check.real(v, name, np.dtype(np.float64))), (net.n_in,), name
            )
            for v, name in ((a, "a"), (b, "b"))
        ]
        if (ends[0] == ends[1]).all():
            raise ValueError(f"a and b must be two points, got {a!r} twice")
        self.start = np.stack([ends[1] - ends[0], ends[0]])
        (first, last), self.scale = _whole(ends)
        self.exact_start = np.stack([last - first, first])
        self.exact_ends = np.array([[1, 0], [1, -1]], dtype=object)

    def pieces(self) -> Pieces:
        """Interval i is between places i and i + 1. A place is where a line of the network is zero,
        known by its label and by the interval's pieces: −1 is the start and −2 the end."""
        net = self.net
        label = np.array([[-1, -2]])
        place, off = np.array([[0.0, 1.0]]), np.zeros((1, 2))
        piece = np.zeros((1, 0), np.int8)
        error = np.stack([ROUNDING * np.abs(self.start[0]), np.zeros(net.n_in)])
        maps = _Maps(self.start[None], error[:1], error[1:])
        for layer in range(net.depth + 1):
            z = maps.affine(net.weights[layer], net.biases[layer])
            if layer == net.depth:
                break
            lines = z.lines(net)
            sign = self._end_signs(layer, lines, place, off, label, piece)
            crossing = sign[:, 0] * sign[:, 1] < 0
            cell, line = np.nonzero(crossing)
            root, root_off = self._roots(lines, cell, line)
            cell, line, root, root_off, new = self._sorted(layer, cell, line, root, root_off, piece)
            # rank: before which of its parent's parts a line's root lies, from 1.
            total = np.cumsum(new)
            begin = np.searchsorted(cell, np.arange(len(piece)))
            before = np.concatenate([[0], total])[begin]
            rank = np.zeros(crossing.shape, int)
            rank[cell, line] = total - before[cell]
            parts = 1 + np.bincount(cell[new], minlength=len(piece))
            parent = np.repeat(np.arange(len(piece)), parts)
            ordinal = np.arange(len(parent)) - np.repeat(np.cumsum(parts) - parts, parts)
            beyond = ordinal[:, None] >= rank[parent]
            low, high = sign[parent, 0], sign[parent, 1]
            above = np.where(crossing[parent], np.where(beyond, high, low), low + high) > 0
            won = self._pieces(layer, above)
            # Each part's ends: the parent's, with the roots between them.
            ends = []
            for values, roots in (
                (place, root[new]), (off, root_off[new]), (label, line[new] + net.label(layer)),
            ):  # fmt: skip
                left, right = values[parent, 0], values[parent, 1]
                left[ordinal > 0] = roots
                right[ordinal < parts[parent] - 1] = roots
                ends.append(np.stack([left, right], axis=1))
            piece = np.concatenate([piece[parent], won], axis=1)
            keep = np.ones(len(parent), bool)
            if net.maxout:  # kinks between two pieces that lose, both of them, break nothing
                same = (parent[1:] == parent[:-1]) & (won[1:] == won[:-1]).all(axis=1)
                keep[1:] = ~same
                last = np.concatenate([np.flatnonzero(keep)[1:] - 1, [len(keep) - 1]])
                ends = [np.stack([e[keep, 0], e[last, 1]], axis=1) for e in ends]
            (place, off, label), piece = ends, piece[keep]
            maps = z.rows(parent[keep]).activated(net, won[keep])
        return Pieces(len(piece), place[1:, 0].copy(), piece, z.value[:, 0], z.value[:, 1])

    def _pieces(self, layer: int, above: Array) -> Array:
        units = self.net.units(layer)
        if not self.net.maxout:
            return above.reshape(len(above), units, -1).sum(axis=2, dtype=np.int8)
        k = self.net.maxout
        beats = above.reshape(len(above), units, k, k)
        # The winner is beaten by nobody; of several that are the same function, the first.
        return (~beats.any(axis=2)).argmax(axis=2).astype(np.int8)

    def _end_signs(
        self, layer: int, lines: _Maps, place: Array, off: Array, label: Array, piece: Array
    ) -> Array:
        """The sign of each line at both ends of each interval, (P, 2, lines): certain."""
        a, c = lines.value[:, None, 0], lines.value[:, None, 1]
        t, off = place[..., None], off[..., None]
        there = a * t + c
        bound = np.abs(a) * off + (lines.slope_error[:, None] + 4 * ROUNDING * np.abs(a)) * (
            np.abs(t) + off
        )
        bound += lines.constant_error[:, None] + 4 * ROUNDING * np.abs(c)
        sign = np.sign(there).astype(np.int8)
        cell, end, line = np.nonzero((np.abs(there) <= bound) & (bound > 0))
        if cell.size:
            label2 = line + self.net.label(layer)
            (a1, c1), (a2, c2) = (
                self._exact_lines(layer, piece, cell, k).T for k in (label[cell, end], label2)
            )
            sign[cell, end, line] = _sign(a1 * c2 - a2 * c1) * _sign(a1)
        return sign

    def _roots(self, lines: _Maps, cell: Array, line: Array) -> tuple[Array, Array]:
        """Where the lines are zero, and how far off that may be."""
        a, c = lines.value[cell, 0, line], lines.value[cell, 1, line]
        slope, constant = lines.slope_error[cell, line], lines.constant_error[cell, line]
        with np.errstate(divide="ignore", invalid="ignore"):
            root = np.clip(-c / a, 0, 1)
            off = (constant + root * slope) / (np.abs(a) - slope) + 2 * ROUNDING
        return np.nan_to_num(root, nan=0.5), np.where(np.abs(a) > slope, np.minimum(off, 1), 1.0)

    def _sorted(
        self, layer: int, cell: Array, line: Array, root: Array, off: Array, piece: Array
    ) -> tuple[Array, Array, Array, Array, Array]:
        """Roots by interval and place, and which of them is not the same as the one before it."""
        order = np.lexsort((root, cell))
        cell, line, root, off = cell[order], line[order], root[order], off[order]
        new = np.ones(len(cell), bool)
        # A run of roots whose error bounds overlap is put in order by their exact places.
        reach = np.maximum.accumulate(cell * 4.0 + root + off)
        close = (cell[1:] == cell[:-1]) & (cell[1:] * 4.0 + root[1:] - off[1:] <= reach[:-1])
        poor = off > POOR
        runs = np.split(np.arange(len(cell)), np.flatnonzero(~close) + 1) if len(cell) else []
        for run in runs if close.any() or poor.any() else []:
            if len(run) == 1 and not poor[run[0]]:
                continue
            exact = self._exact_lines(layer, piece, cell[run], line[run] + self.net.label(layer))
            places = [Fraction(-c, a) for a, c in exact]
            ranked = sorted(range(len(run)), key=places.__getitem__)
            line[run] = line[run[ranked]]
            root[run] = [float(places[i]) for i in ranked]
            off[run] = ROUNDING
            new[run[1:]] = [places[i] != places[j] for i, j in pairwise(ranked)]
        return cell, line, root, off, new

    def _exact_lines(self, layer: int, piece: Array, cell: Array, label: Array) -> Array:
        """The lines with these labels in these intervals, as integers (Q, 2): slope, constant."""
        found = np.empty((len(label), 2), dtype=object)
        ends = label < 0
        found[ends] = self.exact_ends[-label[ends] - 1]
        cells, which = np.unique(cell, return_inverse=True)
        lines = self.net.exact.lines(self.exact_start, self.scale, piece[cells], layer)
        for i, line in enumerate(lines):
            first = self.net.label(i)
            here = (label >= first) & (label < first + self.net.lines(i))
            found[here] = line[which[here], :, label[here] - first]
        return found
