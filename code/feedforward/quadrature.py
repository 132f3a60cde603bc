"""Means under the standard normal distribution, to many digits, also of functions with kinks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import cache

import numpy as np

from feedforward import _check

Array = np.ndarray

#: The density beyond 12 standard deviations is below 1e-31.
REACH = 12.0


def gaussian_mean(f: Callable[[Array], Array], breaks: Iterable[float] = ()) -> float:
    """E[f(z)] for z ∼ N(0, 1): Gauss's rule between one break and the next, 100 nodes each.

    f: an array (n,) → (n,). breaks: where f or its slope jumps; 0 is always one of them, since
    some smooth units turn fast there. The Gauss–Hermite rule over the whole line, as good for a
    smooth f, is off by 0.2 % for a clipped one even with 200 nodes.
    """
    z, weight = gaussian_rule([0.0, *_check.sequence(breaks, "breaks", "numbers")])
    values = _check.shape(np.asarray(_check.function(f, "f")(z)), z.shape, "f(z)")
    return float(weight @ values)


def gaussian_rule(breaks: Iterable[float], count: int = 100) -> tuple[Array, Array]:
    """Nodes z and weights, such that Σ weight·f(z) is E[f(z)] for f smooth between the breaks."""
    count = _check.count(count, "count")
    inside = {_break(b) for b in _check.sequence(breaks, "breaks", "numbers")} - {math.inf}
    edges = np.array([-REACH, *sorted(inside), REACH])
    node, weight = legendre(count)
    half = np.diff(edges)[:, None] / 2
    z = (edges[:-1, None] + half) + half * node
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return z.ravel(), (weight * half * density).ravel()


def _break(place: float) -> float:
    """A place within reach, or ∞ for any other."""
    if isinstance(place, float) and math.isinf(place):
        return math.inf
    place = _check.number(place, "each break in breaks")
    return place if abs(place) < REACH else math.inf


@cache
def legendre(count: int) -> tuple[Array, Array]:
    """Nodes and weights of Gauss's rule on [−1, 1]. Finding them takes longer than using them."""
    return np.polynomial.legendre.leggauss(count)
