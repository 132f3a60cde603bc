"""The usual mistakes in chapter 5's exercises, each with words of its answer."""

from itertools import pairwise

import numpy as np
import pytest

from feedforward.approximation import sawtooth
from feedforward.exercises import depth as exercises
from feedforward.regions import zaslavsky
from tests.support.exercises import printed


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


def test_another_way_to_compute_parity_is_right_too():
    # In any order, and with thresholds between the whole numbers.
    def shuffled(n):
        at = np.arange(n)[::-1]
        return np.array([at + 0.5, (-1.0) ** at])

    assert exercises.check_parity(shuffled).passed


def test_the_square_is_as_close_as_the_praise_says():
    x = np.linspace(0, 1, 2**10 + 1)
    y = x - sum(saw(x, k) / 4**k for k in range(1, 7))
    assert np.abs(y - x**2).max() == pytest.approx(4.0**-7, rel=1e-9)


def test_the_turns_of_the_printed_solution_run_through_the_points():
    """Against the broken line itself, not against the network that the check was made with."""
    scope = {"np": np, "exercises": exercises}
    exec(printed("depth", "solution")["ex-turns"], scope)
    x, y = np.array([-2.0, -0.5, 0.0, 3.0]), np.array([1.0, -1.0, 4.0, 2.0])
    t = np.linspace(-2, 3, 41)
    hidden = np.maximum(t[:, None] - x[:-1], 0)
    np.testing.assert_allclose(y[0] + hidden @ scope["turns"](x, y), np.interp(t, x, y), atol=1e-12)
