"""Networks built by hand: every weight is set, none is trained, each does what its theorem says.

They show what a network of a certain size *can* represent. Whether training would find such weights
is another question, which chapter 5 asks too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from feedforward import _check
from feedforward.network import MLP
from feedforward.units import Unit, absolute_value, relu, sigmoid

Array = np.ndarray

threshold = Unit(
    "threshold",
    lambda z: (z >= 0).astype(z.dtype),
    np.zeros_like,
    formula="1 if z ≥ 0 else 0",
    kinks=(0.0,),
)
"""The unit of McCulloch and Pitts (1943): on or off. Its slope is 0, so nothing trains it."""


def network_of(layers: Sequence[tuple[Array, Array]], unit: Unit | str) -> MLP:
    """The MLP that has these layers (W, b), weights (n_out, n_in)."""
    layers = _check.layers(layers, "layers")
    widths = [layers[0][0].shape[1], *(len(weight) for weight, _ in layers)]
    net = MLP(widths, unit, lambda shape, rng: np.zeros(shape), np.random.default_rng(0))
    for i, (weight, bias) in enumerate(layers):
        net.weights[i].data[:] = weight
        net.biases[i].data[:] = bias
    return net


def bump_network(
    f: Callable[[Array], Array],
    bumps: int,
    steepness: float,
    interval: tuple[float, float] = (0.0, 1.0),
) -> MLP:
    """One hidden layer of 2·bumps sigmoids: side by side, bumps as high as f at their middles.

    A bump is a step up and a step down, σ(s·(x − left)) − σ(s·(x − right)), with s = steepness
    divided by a bump's width. f: a function of arrays. The steeper, the closer to a staircase,
    whose error is at most what f changes over half a bump.
    Source: the construction in Nielsen (2015), chapter 4.
    """
    edges = _even(interval, _check.count(bumps, "bumps"))
    steepness = _check.positive_number(steepness, "steepness")
    height = _values(f, (edges[1:] + edges[:-1]) / 2)
    place = np.stack([edges[:-1], edges[1:]], axis=1).ravel()
    with _check.in_range(steepness=steepness, interval=interval):
        steepness = steepness / (edges[1] - edges[0])
        # The first step up and the last step down stay outside of the interval, out of sight.
        place[0], place[-1] = edges[0] - 40 / steepness, edges[-1] + 40 / steepness
        bias = -steepness * place
    weight = np.full((2 * bumps, 1), steepness)
    out = np.stack([height, -height], axis=1).reshape(1, -1)
    return network_of([(weight, bias), (out, np.zeros(1))], sigmoid)


def relu_interpolant(x: Array, y: Array) -> MLP:
    """One hidden layer of ReLUs through the points (x, y): len(x) − 1 units, one for each slope.

    x: (m,), increasing; y: (m,). The network is y[0] left of x[0], joins the points by straight
    lines, and goes on straight right of the last one. For a function with |f″| ≤ M and gaps of h
    the error between the points is at most h²·M/8.
    """
    x = _check.dimensions(_check.real(x, "x", np.dtype(np.float64)), {1: "(m,)"}, "x")
    y = _check.shape(_check.real(y, "y", np.dtype(np.float64)), x.shape, "y")
    if len(x) < 2 or not (x[1:] > x[:-1]).all():
        raise ValueError(f"x must hold at least two increasing places, got {x}")
    with _check.in_range(x=x, y=y):
        slope = np.diff(y) / np.diff(x)
        turn = np.diff(slope, prepend=0.0)
    return network_of(
        [(np.ones((len(turn), 1)), -x[:-1]), (turn[None], y[:1])],
        relu,
    )


def sawtooth(depth: int) -> MLP:
    """`depth` hidden layers of two ReLUs each: 2^depth straight pieces on [0, 1], up and down.

    The tent m(x) = 2·relu(x) − 4·relu(x − ½) maps [0, ½] onto [0, 1], and [½, 1] back. After
    itself it runs through each of its pieces twice, so each layer doubles the number of teeth.
    Source: Telgarsky (2016), section 3.
    """
    depth = _check.count(depth, "depth")
    bias = np.array([0.0, -0.5])
    tent = np.array([[2.0, -4.0]])
    first = (np.ones((2, 1)), bias)
    again = [(np.repeat(tent, 2, axis=0), bias)] * (depth - 1)
    return network_of([first, *again, (tent, np.zeros(1))], relu)


def parity_network(bits: int) -> MLP:
    """One hidden layer of `bits` threshold units: 1 for an odd number of ones among the bits.

    Unit k says whether at least k bits are one; their alternating sum is the parity. Inputs 0 or 1.
    Source: Rumelhart, Hinton and Williams (1986), "Learning internal representations by error
    propagation", section "Parity".
    """
    bits = _check.count(bits, "bits")
    at_least = np.arange(1, bits + 1)
    sign = np.where(at_least % 2 == 1, 1.0, -1.0)
    return network_of(
        [(np.ones((bits, bits)), 0.5 - at_least), (sign[None], np.zeros(1))], threshold
    )


def folding_network(folds: int, angle: float = 0.0) -> MLP:
    """`folds` layers of two |·| units: the sheet [−1, 1]² folded twice by each, down to a corner.

    Each layer turns what it gets by `angle` (in radians) about its middle, folds both axes over,
    and the next one starts from the middle of the folded sheet. With angle 0 a point of the last
    layer, in [0, 2^(1 − folds)]², comes from 4^folds points of the sheet. The outputs are the last
    layer's two units. Source: Montúfar et al. (2014), section 3.
    """
    folds, angle = _check.count(folds, "folds"), _check.number(angle, "angle")
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    layers = []
    for fold in range(folds):
        middle = np.full(2, 0.5**fold) if fold else np.zeros(2)
        layers.append((turn, -turn @ middle))
    return network_of([*layers, (np.eye(2), np.zeros(2))], absolute_value)


def montufar_network(widths: Sequence[int]) -> MLP:
    """A ReLU network with as many regions in [0, 1]² as `montufar_lower_bound(widths)` says.

    In the whole plane it has more: (2, 4, 4) has 44 regions in the square and 56 in the plane.
    widths: (2, n₁, …, n_L), each n_l ≥ 2. Below the last layer, ⌊n/2⌋ units fold each axis like an
    accordion, relu(p·x) − 2·relu(p·x − 1) + 2·relu(p·x − 2) − …, from [0, 1]² onto [0, 1]²; the
    last layer's lines all cross each other inside it. Source: Montúfar et al. (2014), section 3.1.
    """
    widths = _check.widths(widths)
    n_in, *hidden = widths
    if n_in != 2 or min(hidden) < 2:
        raise ValueError(f"widths must be (2, n₁, …) with each n at least 2, got {widths}")
    layers, back = [], np.eye(2)
    for n in hidden[:-1]:
        p = n // 2
        weight, bias = np.zeros((n, 2)), np.zeros(n)
        weight[:p, 0] = weight[p : 2 * p, 1] = p
        bias[: 2 * p] = -np.tile(np.arange(p), 2)
        layers.append((weight @ back, bias))
        sign = np.where(np.arange(p) == 0, 1.0, 2.0 * (-1.0) ** np.arange(p))
        back = np.zeros((2, n))
        back[0, :p] = back[1, p : 2 * p] = sign
    lines = _crossing_lines(hidden[-1])
    layers.append((lines[:, :2] @ back, lines[:, 2]))
    return network_of([*layers, (np.ones((1, hidden[-1])), np.zeros(1))], relu)


def _crossing_lines(n: int) -> Array:
    """n lines a·x + b·y + c = 0 whose n(n − 1)/2 crossings are different points inside (0, 1)²."""
    # Tangents of a circle whose directions stay within 120°: two of them meet at most twice as far
    # from its middle as they touch it.
    angle = 2 * np.pi / 3 * (np.arange(n) + 0.5) / n
    a, b = np.cos(angle), np.sin(angle)
    return np.stack([a, b, -(0.5 * a + 0.5 * b + 0.22)], axis=1)


def _even(interval: tuple[float, float], parts: int) -> Array:
    low, high = _check.shape(
        _check.real(interval, "interval", np.dtype(np.float64)), (2,), "interval"
    )
    with _check.in_range(interval=interval):
        edges = np.linspace(low, high, parts + 1)
    if not (edges[1:] > edges[:-1]).all():
        raise ValueError(f"interval must be (low, high) with room for {parts}, got {interval}")
    return edges


def _values(f: Callable[[Array], Array], x: Array) -> Array:
    values = _check.real(_check.function(f, "f")(x), "f(x)", np.dtype(np.float64))
    return _check.shape(values, x.shape, "f(x)")
