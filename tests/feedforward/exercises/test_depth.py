"""Every coding exercise of chapter 5: the printed solution passes, and mistakes are told apart."""

from itertools import pairwise

import numpy as np
import pytest

from feedforward.approximation import sawtooth
from feedforward.exercises import depth as exercises
from feedforward.regions import zaslavsky
from tests.support.exercises import feedback_of, printed

SOLUTIONS = printed("depth", "solution")


def saw(x, k):
    return sawtooth(k).predict(np.asarray(x)[:, None])[:, 0]


def slopes(x, y):
    return np.diff(y) / np.diff(x)


WRONG = [
    ("turns", slopes, "change"),
    ("turns", lambda x, y: np.diff(y), "rises"),
    ("turns", lambda x, y: np.diff(np.diff(y), prepend=0), "divide each rise"),
    ("turns", lambda x, y: -np.diff(slopes(x, y), prepend=0), "sign"),
    ("turns", lambda x, y: np.concatenate([[0], np.diff(slopes(x, y))]), "first unit"),
    ("turns", lambda x, y: np.diff(slopes(x, y)), "shape"),
    ("square", lambda x, d: x**2, "itself"),
    ("square", lambda x, d: x - sum(saw(x, k) / 2**k for k in range(1, d + 1)), "4ᵏ"),
    ("square", lambda x, d: x + sum(saw(x, k) / 4**k for k in range(1, d + 1)), "taken away"),
    ("square", lambda x, d: x - sum(saw(x, k) / 4 ** (k - 1) for k in range(1, d + 1)), "¼"),
    ("square", lambda x, d: x - saw(x, d) / 4**d, "Only the last"),
    ("square", lambda x, d: x - sum(saw(x, k) / 4**k for k in range(1, d)), "missing"),
    ("square", lambda x, d: sum(saw(x, k) / 4**k for k in range(1, d + 1)), "Start from x"),
    ("square", lambda x, d: x - d * saw(x, 1) / 4, "tooth before"),
    ("parity", lambda n: np.array([np.arange(1, n + 1), np.ones(n)]), "counts"),
    ("parity", lambda n: np.array([np.arange(1, n + 1), -((-1.0) ** np.arange(n))]), "around"),
    ("parity", lambda n: np.array([np.arange(n), (-1.0) ** np.arange(n)]), "early"),
    ("parity", lambda n: np.array([np.arange(2, n + 2), (-1.0) ** np.arange(n)]), "late"),
    ("parity", lambda n: np.array([np.arange(1, n + 1), (np.arange(n) == 0) * 1.0]), "OR"),
    ("parity", lambda n: np.arange(n), "shape"),
    ("cap", lambda w: np.prod([zaslavsky(n, w[0]) for n in w[1:]]), "narrow"),
    ("cap", lambda w: np.prod([zaslavsky(n, m) for m, n in pairwise(w)]), "all"),
    ("cap", lambda w: sum(zaslavsky(n, w[0]) for n in w[1:]), "multiplied"),
    ("cap", lambda w: 2 ** sum(w[1:]), "tight"),
    *((name, lambda *a: None, "return") for name in ("turns", "square", "parity", "cap")),
]


@pytest.mark.parametrize(("name", "answer", "word"), WRONG)
def test_a_usual_mistake_is_named(name, answer, word):
    feedback = getattr(exercises, f"check_{name}")(answer)
    assert not feedback.passed
    assert word in feedback.message, feedback.message


@pytest.mark.parametrize("label", SOLUTIONS)
def test_the_printed_solution_passes(label):
    feedback = feedback_of(SOLUTIONS[label], exercises)
    assert feedback.passed, feedback.message


def test_every_coding_exercise_has_a_stub_that_is_answered_and_a_solution():
    stubs = printed("depth", "exercise")
    assert set(stubs) == set(SOLUTIONS)
    assert len(stubs) == 4
    for code in stubs.values():
        assert not feedback_of(code, exercises).passed


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
    exec(SOLUTIONS["ex-turns"], scope)
    x, y = np.array([-2.0, -0.5, 0.0, 3.0]), np.array([1.0, -1.0, 4.0, 2.0])
    t = np.linspace(-2, 3, 41)
    hidden = np.maximum(t[:, None] - x[:-1], 0)
    np.testing.assert_allclose(y[0] + hidden @ scope["turns"](x, y), np.interp(t, x, y), atol=1e-12)
