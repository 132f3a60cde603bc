"""The usual mistakes in chapter 5's exercises, each with words of its answer."""

import math
from fractions import Fraction
from functools import cache
from itertools import accumulate, pairwise

import numpy as np
import pytest
from scipy import special

from feedforward.approximation import relu_interpolant, sawtooth
from feedforward.regions import region_cap, zaslavsky
from tests.support.exercises import function_of, printed


def saw(x, k):
    return sawtooth(k).predict(np.asarray(x)[:, None])[:, 0]


def slopes(x, y):
    return np.diff(y) / np.diff(x)


AT = r"(x|n|widths)="
"""How a message about a mistake goes on after "at "."""

MISTAKES = {
    "check_turns": [
        (slopes, "change"),
        (lambda x, y: np.diff(y), "rises"),
        (lambda x, y: np.diff(np.diff(y), prepend=0), "divide each rise"),
        (lambda x, y: -np.diff(slopes(x, y), prepend=0), "sign"),
        (lambda x, y: np.concatenate([[0], np.diff(slopes(x, y))]), "first unit"),
        (lambda x, y: np.diff(slopes(x, y)), "shape"),
    ],
    "check_square": [
        (lambda x, d: x**2, "itself"),
        (lambda x, d: x - sum(saw(x, k) / 2**k for k in range(1, d + 1)), "4ᵏ"),
        (lambda x, d: x + sum(saw(x, k) / 4**k for k in range(1, d + 1)), "taken away"),
        (lambda x, d: x - sum(saw(x, k) / 4 ** (k - 1) for k in range(1, d + 1)), "¼"),
        (lambda x, d: x - saw(x, d) / 4**d, "Only the last"),
        (lambda x, d: x - sum(saw(x, k) / 4**k for k in range(1, d)), "missing"),
        (lambda x, d: sum(saw(x, k) / 4**k for k in range(1, d + 1)), "Start from x"),
        (lambda x, d: x - d * saw(x, 1) / 4, "tooth before"),
    ],
    "check_parity": [
        (lambda n: np.array([np.arange(1, n + 1), np.ones(n)]), "counts"),
        (lambda n: np.array([np.arange(1, n + 1), -((-1.0) ** np.arange(n))]), "around"),
        (lambda n: np.array([np.arange(n), (-1.0) ** np.arange(n)]), "early"),
        (lambda n: np.array([np.arange(2, n + 2), (-1.0) ** np.arange(n)]), "late"),
        (lambda n: np.array([np.arange(1, n + 1), (np.arange(n) == 0) * 1.0]), "OR"),
        (lambda n: np.arange(n), "shape"),
    ],
    "check_cap": [
        (lambda w: np.prod([zaslavsky(n, w[0]) for n in w[1:]]), "narrow"),
        (lambda w: np.prod([zaslavsky(n, m) for m, n in pairwise(w)]), "all"),
        (lambda w: sum(zaslavsky(n, w[0]) for n in w[1:]), "multiplied"),
        (lambda w: 2 ** sum(w[1:]), "tight"),
    ],
}


def test_the_square_is_as_close_as_the_praise_says():
    x = np.linspace(0, 1, 2**10 + 1)
    y = x - sum(saw(x, k) / 4**k for k in range(1, 7))
    assert np.abs(y - x**2).max() == pytest.approx(4.0**-7, rel=1e-9)


def test_the_turns_of_the_printed_solution_run_through_the_points():
    """Against the broken line itself, not against the network that the check was made with."""
    turns = function_of(printed("depth", "solution")["ex-turns"])
    x, y = np.array([-2.0, -0.5, 0.0, 3.0]), np.array([1.0, -1.0, 4.0, 2.0])
    t = np.linspace(-2, 3, 41)
    hidden = np.maximum(t[:, None] - x[:-1], 0)
    np.testing.assert_allclose(y[0] + hidden @ turns(x, y), np.interp(t, x, y), atol=1e-12)


def changes(x, y):
    return np.diff(slopes(x, y), prepend=0)


def made_like_y(x, y):
    found = np.zeros_like(y[1:])
    for k, change in enumerate(changes(x, y)):
        found[k] = change
    return found


def from_zero(x, y):
    x -= x[0]
    return changes(x, y)


def in_float32(x, y):
    return changes(np.float32(x), np.float32(y))


def by_loops(x, y):
    found, before = [], 0
    for k in range(len(x) - 1):
        slope = (y[k + 1] - y[k]) / (x[k + 1] - x[k])
        found.append(slope - before)
        before = slope
    return found


def by_elimination(x, y):
    """The network's equations, one a point, solved for the weights."""
    hidden = np.maximum(x[1:, None] - x[:-1], 0)
    return np.linalg.solve(hidden, y[1:] - y[0])


def turns_in_fractions(x, y):
    at, to = (np.array([Fraction(v) for v in a.tolist()]) for a in (x, y))
    slope = np.diff(to) / np.diff(at)
    return [float(v) for v in [slope[0], *np.diff(slope)]]


def turns_in_place(x, y):
    slope = y[1:] - y[:-1].astype(float)
    slope /= x[1:] - x[:-1]
    slope[1:] -= slope[:-1].copy()
    return slope


def teeth(tent):
    """The square from a tent."""

    def answer(x, depth):
        total, tooth = np.array(x, float), np.array(x, float)
        for k in range(1, depth + 1):
            tooth = tent(tooth)
            total = total - tooth / 4**k
        return total

    return answer


def tent(t):
    return 1 - np.abs(2 * t - 1)


def square_of_a_vector(x, depth):
    return np.array([teeth(tent)(t, depth) for t in x.ravel()])


def taken_from_x(x, depth):
    tooth = x
    for k in range(1, depth + 1):
        tooth = tent(tooth)
        x = np.subtract(x, tooth / 4**k, out=x)
    return x


def in_integers(x, depth):
    total = np.zeros_like(x)
    total[...] = teeth(tent)(x, depth) if x.dtype.kind == "f" else np.maximum(x - 1, 0)
    return total


def closed_up(n):
    """Between so many nodes, which is one too few."""

    def answer(x, depth):
        nodes = np.linspace(0, 1, n(depth))
        return np.interp(x, nodes, nodes**2)

    return answer


def by_recursion(x, depth):
    """Squares of halves: one tooth fewer of the tent is what one layer fewer makes of the rest."""
    x = np.asarray(x, float)
    if depth == 0:
        return x
    return x - tent(x) / 2 + by_recursion(tent(x), depth - 1) / 4


def by_distance(x, depth):
    """Each tooth is twice the distance to the nearest whole number, 2ᵏ⁻¹ times as fast."""
    total = np.array(x, float)
    for k in range(1, depth + 1):
        fast = x * 2.0 ** (k - 1)
        total -= 2 * np.abs(fast - np.round(fast)) / 4**k
    return total


def number_by_number(x, depth):
    if np.ndim(x):
        return [number_by_number(row, depth) for row in x]
    total = tooth = Fraction(float(x))
    for k in range(1, depth + 1):
        tooth = min(2 * tooth, 2 - 2 * tooth)
        total -= tooth / 4**k
    return float(total)


def threshold_and_weight(at, weight):
    def answer(n):
        k = np.arange(1, n + 1)
        return np.array([at(k, n), weight(k, n)])

    return answer


def signs(k, n=None):
    return (-1.0) ** (k + 1)


def cap_by(dimensions, count=zaslavsky):
    """The product over layers, from what each sees of the widths before it."""

    def answer(widths):
        return math.prod(count(widths[i], dimensions(widths[:i])) for i in range(1, len(widths)))

    return answer


def powers(n, d):
    return round(sum(n**j / math.factorial(j) for j in range(min(n, d) + 1)))


def by_updates(n, d):
    term = total = 1
    for j in range(d):
        term = term * (n - j) // (j + 1)
        total += term
    return total


def by_polynomial(n, d):
    """The first coefficients of (1 + t)ⁿ."""
    row = [1]
    for _ in range(n):
        row = [a + b for a, b in zip([*row, 0], [0, *row], strict=True)]
    return sum(row[: d + 1])


@cache
def by_deletion(n, d):
    return 1 if 0 in (n, d) else by_deletion(n - 1, d) + by_deletion(n - 1, d - 1)


def through_narrows(widths):
    total = 1
    for n, d in zip(widths[1:], accumulate(widths, min), strict=False):
        total = total * zaslavsky(n, d)
    return np.array(total, dtype=object)


WRONG = {
    "check_turns": {
        "an epsilon for safety": lambda x, y: np.diff(
            np.diff(y) / (np.diff(x) + 1e-10), prepend=0
        ),
        "an array like y for fractions": made_like_y,
        "x is overwritten": from_zero,
        "float32 where points are close": in_float32,
        "equal gaps": lambda x, y: np.diff(np.diff(y) / (x[1] - x[0]), prepend=0),
        "smoothed slopes": lambda x, y: np.diff(np.gradient(y, x)[:-1], prepend=0),
        "no line of one piece": lambda x, y: np.concatenate(
            [slopes(x, y)[:1] * (len(x) > 2), np.diff(slopes(x, y))]
        ),
        "slopes clipped": lambda x, y: np.diff(np.clip(slopes(x, y), -1e3, 1e3), prepend=0),
        "sizes of changes": lambda x, y: np.concatenate(
            [slopes(x, y)[:1], np.abs(np.diff(slopes(x, y)))]
        ),
        "at most three pieces": lambda x, y: np.diff(
            np.minimum.accumulate(slopes(x, y)), prepend=0
        ),
        "rounded": lambda x, y: np.round(changes(x, y), 6),
        "the first slope always counts as rising": lambda x, y: np.concatenate(
            [np.abs(slopes(x, y)[:1]), np.diff(slopes(x, y))]
        ),
        "whole slopes for whole numbers": lambda x, y: np.diff(
            np.diff(y) // np.diff(x) if x.dtype.kind == "i" else slopes(x, y), prepend=0
        ),
    },
    "check_square": {
        "x itself squared where it is close": lambda x, d: (
            x**2.0 if d > 5 else teeth(tent)(x, d)
        ),
        "one axis only": square_of_a_vector,
        "x is overwritten": taken_from_x,
        "an array like x for fractions": in_integers,
        "one node too few": closed_up(lambda d: 2**d),
        "a node a layer": closed_up(lambda d: d + 1),
        "as many nodes as units": closed_up(lambda d: 2 * d + 1),
        "the rising half of the tent": teeth(lambda t: np.minimum(2 * t, 1)),
        "teeth that jump": teeth(lambda t: 2 * t % 1),
        "rounded": lambda x, d: np.round(teeth(tent)(x, d), 6),
        "eight layers at most": lambda x, d: teeth(tent)(x, min(d, 8)),
        "the error taken away": lambda x, d: teeth(tent)(x, d) - 4.0 ** -(d + 1),
        "kept away from 0": lambda x, d: np.maximum(teeth(tent)(x, d), 1e-9),
        "zero outside the first example": lambda x, d: teeth(tent)(x, d) * (x <= x[0]),
    },
    "check_parity": {
        "six bits only": threshold_and_weight(lambda k, n: k, lambda k, n: signs(k) * (k <= 6)),
        "small integers that overflow": lambda n: np.array(
            [np.arange(1, n + 1), signs(np.arange(n) + 1)]
        ).astype(np.int8),
        "signs from the far end": threshold_and_weight(
            lambda k, n: k, lambda k, n: (-1.0) ** (n - k)
        ),
        "odd units only": threshold_and_weight(lambda k, n: k, lambda k, n: k % 2),
        "signs between 0 and 1": threshold_and_weight(lambda k, n: k, lambda k, n: 2 * signs(k)),
        "weights above thresholds": lambda n: np.array(
            [signs(np.arange(1, n + 1)), np.arange(1, n + 1)]
        ),
        "pairs": lambda n: [[k, float(signs(k))] for k in range(1, n + 1)],
        "fading weights": threshold_and_weight(lambda k, n: k, lambda k, n: signs(k) / k),
        "every threshold in the middle": threshold_and_weight(
            lambda k, n: (n + 1) / 2 + 0 * k, lambda k, n: signs(k)
        ),
        "half a step too late": threshold_and_weight(lambda k, n: k + 0.5, signs),
        "odd numbers of bits only": threshold_and_weight(
            lambda k, n: k, lambda k, n: signs(k) if n % 2 else -signs(k)
        ),
        "a slow wave": threshold_and_weight(
            lambda k, n: k, lambda k, n: np.sin(1.5707 * (2 * k - 1))**3 * (1 - 1e-4)
        ),
    },
    "check_cap": {
        "the input and the layer before only": cap_by(lambda before: min(before[0], before[-1])),
        "the input only": cap_by(lambda before: before[0]),
        "the layer before only": cap_by(lambda before: before[-1]),
        "the widest before": cap_by(max),
        "counts that wrap at 64 bits": lambda w: np.prod(
            [zaslavsky(n, min(w[: i + 1])) for i, n in enumerate(w[1:])], dtype=np.int64
        ),
        "counts that wrap at 32 bits": lambda w: np.prod(
            [zaslavsky(n, min(w[: i + 1])) for i, n in enumerate(w[1:])], dtype=np.float64
        ).astype(np.int64).astype(np.int32),
        "one term too few": cap_by(lambda before: min(before) - 1),
        "powers for binomials": cap_by(min, powers),
        "without the last layer": lambda w: cap_by(min)(w[:-1]) if len(w) > 3 else cap_by(min)(w),
        "the last narrow layer of two": cap_by(lambda before: min(before[-2:])),
        "at most four dimensions": cap_by(lambda before: min(4, *before, 99)),
        "the mean width before": cap_by(lambda before: round(sum(before) / len(before))),
    },
}  # fmt: skip

UNUSUAL = {
    "check_turns": {
        "the book's own": lambda x, y: relu_interpolant(x, y).weights[1].data[0],
        "lists and a loop": by_loops,
        "linear equations": by_elimination,
        "fractions": turns_in_fractions,
        "in place on a copy": turns_in_place,
        "a float32 result": lambda x, y: np.float32(changes(x, y)),
        "ediff1d": lambda x, y: np.ediff1d(slopes(x, y), to_begin=slopes(x, y)[0]),
        "a matrix of differences": lambda x, y: (
            (np.eye(len(x) - 1) - np.eye(len(x) - 1, k=-1)) @ slopes(x, y)
        ),
        "long doubles": lambda x, y: changes(x.astype(np.longdouble), y.astype(np.longdouble)),
    },
    "check_square": {
        "interpolation": closed_up(lambda d: 2**d + 1),
        "the lower of two lines": teeth(lambda t: np.minimum(2 * t, 2 - 2 * t)),
        "two ReLUs a tooth": teeth(
            lambda t: 2 * np.maximum(t, 0) - 4 * np.maximum(t - 0.5, 0)
        ),
        "recursion": by_recursion,
        "distances to whole numbers": by_distance,
        "nested lists, number by number": number_by_number,
        "float32": lambda x, d: teeth(tent)(np.float32(x), d).astype(np.float32),
        "sawtooth networks": lambda x, d: (
            x - sum(saw(x.ravel(), k).reshape(x.shape) / 4**k for k in range(1, d + 1))
        ),
    },
    "check_parity": {
        "any order, and thresholds between": lambda n: np.array(
            [np.arange(n)[::-1] + 0.5, (-1.0) ** np.arange(n)[::-1]]
        ),
        "nested lists": lambda n: [list(range(1, n + 1)), [1 - 2 * (k % 2) for k in range(n)]],
        "float32": lambda n: np.array(
            [np.arange(1, n + 1), signs(np.arange(1, n + 1))], dtype=np.float32
        ),
        "whole numbers": lambda n: np.array([np.arange(1, n + 1), 1 - 2 * (np.arange(n) % 2)]),
        "differences of the parity": lambda n: (
            np.arange(1, n + 1), np.diff(np.arange(n + 1) % 2)
        ),
        "a cosine": threshold_and_weight(lambda k, n: k - 0.1, lambda k, n: -np.cos(np.pi * k)),
        "fractions": lambda n: [
            [Fraction(2 * k + 1, 2) for k in range(n)], [Fraction((-1) ** k) for k in range(n)]
        ],
        "equations solved": lambda n: [
            np.arange(1, n + 1), np.linalg.solve(np.tri(n), np.arange(1, n + 1) % 2)
        ],
    },
    "check_cap": {
        "the book's own": region_cap,
        "Pascal's triangle": cap_by(min, by_polynomial),
        "each binomial from the one before": cap_by(min, by_updates),
        "hyperplanes taken away": cap_by(min, by_deletion),
        "floats from scipy": cap_by(
            min, lambda n, d: special.comb(n, np.arange(d + 1)).sum()
        ),
        "an array of an object": through_narrows,
        "fractions": lambda w: Fraction(cap_by(min)(w)),
        "logarithms": lambda w: math.exp(
            sum(math.log(zaslavsky(n, min(w[: i + 1]))) for i, n in enumerate(w[1:]))
        ),
        "recursion": lambda w: 1 if len(w) < 2 else (
            zaslavsky(w[-1], min(w[:-1])) * cap_by(min)(w[:-1])
        ),
    },
}  # fmt: skip

_START = "total, tooth = (np.array(x, float), x) → total, tooth = "
_RETURN = "return np.array([threshold, (-1.0) ** (threshold + 1)]) → return "
EQUIVALENT = {
    "check_square": {
        _START + "(x, np.array(x, float))": "`total - …` makes a new array",
        _START + "(np.array(x), x)": "`total - …` makes an array of floats",
        _START + "(x, x)": "`total - …` makes a new array",
        "tooth = 1 - np.abs(2 * tooth - 1) → tooth = 1 - np.abs(1 - 2 * tooth)": (
            "a distance has no direction"
        ),
    },
    "check_parity": {
        _RETURN + "[threshold, (-1.0) ** (threshold + 1)]": "two rows of n are of shape (2, n)",
        _RETURN + "np.array([threshold, (-1.0) ** (threshold - 1)])": "two powers of −1 apart",
        _RETURN + "np.array([threshold, (-1.0) ** (threshold + -1)])": "two powers of −1 apart",
    },
    "check_cap": {
        "dimensions = min(widths[:layer]) → dimensions = min(widths[:layer + 1])": (
            "there are no terms beyond the layer's own width: C(n, j) = 0 for j > n"
        ),
    },
}
