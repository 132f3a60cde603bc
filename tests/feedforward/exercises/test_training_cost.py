"""The usual mistakes in chapter 4's exercises, each with words of its answer."""

import numpy as np
import pytest

from feedforward.complexity import checkpoint_cost, measure_step, mlp_cost
from feedforward.derivatives import central_differences
from feedforward.exercises import training_cost as exercises

AT = r"(widths=|x of|g=|\d+ layers)"
"""How a message about a mistake goes on after "at "."""


def counts(widths, batch):
    cost = mlp_cost(widths, batch)
    return cost.multiply_adds_forward, cost.multiply_adds_backward, batch * sum(widths[:-1])


def with_waiting(change):
    def answer(widths, batch):
        forward, backward, waiting = counts(widths, batch)
        return forward, backward, change(waiting, widths, batch)

    return answer


def with_backward(change):
    def answer(widths, batch):
        forward, backward, waiting = counts(widths, batch)
        return forward, change(forward, backward), waiting

    return answer


def weights(widths):
    return mlp_cost(widths, 1).weights


def back(x, W, g):
    return g @ W, g.T @ x, g.sum(axis=0)


def replaced(k, wrong):
    def answer(x, W, g):
        right = list(back(x, W, g))
        right[k] = wrong(x, W, g)
        return right

    return answer


def test_a_way_back_by_small_differences_passes():
    def tried(x, W, g):
        def J(x, W, b):
            return float(np.sum(g * (x @ W.T + b)))

        b = np.zeros(len(W))
        found = (
            central_differences(lambda v: J(v, W, b), x),
            central_differences(lambda v: J(x, v, b), W),
            central_differences(lambda v: J(x, W, v), b),
        )
        return [np.round(d, 6) for d in found]  # the check's numbers are whole

    assert exercises.check_layer_backward(tried).passed


@pytest.mark.parametrize("widths, batch", [((3, 2), 1), ((3, 5, 2), 10), ((4, 6, 5, 3), 2)])
def test_the_counts_that_are_expected_are_pytorchs(widths, batch):
    torch_says = measure_step(widths, batch)
    assert counts(widths, batch) == (
        torch_says.multiply_adds_forward,
        torch_says.multiply_adds_backward,
        torch_says.bytes_saved // 4,
    )


def reverse_sum(g):
    return np.cumsum(g[..., ::-1], axis=-1)[..., ::-1]


def peaks(widths, batch):
    return [checkpoint_cost(widths, batch, s).bytes_peak for s in range(1, len(widths))]


def last_best(widths, batch):
    found = peaks(widths, batch)
    return len(found) - int(np.argmin(found[::-1]))


MISTAKES = {
    "check_count_step": [
        (lambda w, m: (weights(w), *counts(w, m)[1:]), "its own multiply-adds"),
        (lambda w, m: (2 * counts(w, m)[0], *counts(w, m)[1:]), "as one"),
        (lambda w, m: (counts(w, m)[0] + m * sum(w[1:]), *counts(w, m)[1:]), "Adding the bias"),
        (lambda w, m: (7 * counts(w, m)[0], *counts(w, m)[1:]), "used once for each example"),
        (with_backward(lambda f, b: 2 * f), "no activations below"),
        (with_backward(lambda f, b: f), "has two products"),
        (with_backward(lambda f, b: b - f), "∂J/∂W is missing"),
        (with_backward(lambda f, b: 3 * b), "every layer but the first"),
        (with_waiting(lambda n, w, m: n - m * w[0]), "minibatch itself waits"),
        (with_waiting(lambda n, w, m: n + m * w[-1]), "outputs are not needed"),
        (with_waiting(lambda n, w, m: n / m), "its own activations"),
        (with_waiting(lambda n, w, m: weights(w)), "there anyway"),
        (with_waiting(lambda n, w, m: 5 * n), "each layer's input"),
        (lambda w, m: counts(w, m)[:2], "shape (2,)"),
    ],
    "check_layer_backward": [
        (lambda x, W, g: g @ W, "return three arrays"),
        (lambda x, W, g: 1 / 0, "raised ZeroDivisionError"),
        (replaced(0, lambda x, W, g: g @ W / len(x)), "W of shape (3, 2): ∂J/∂x"),
        (replaced(0, lambda x, W, g: -(g @ W)), "The sign is wrong"),
        (
            replaced(0, lambda x, W, g: g @ (W.T if W.shape[0] == W.shape[1] > 1 else W)),
            "it is W, not Wᵀ",
        ),
        (replaced(1, lambda x, W, g: x.T @ g), "∂J/∂W you returned shape"),
        (replaced(1, lambda x, W, g: g.T @ x / len(x)), "W of shape (3, 2): ∂J/∂W"),
        (replaced(2, lambda x, W, g: g.mean(axis=0)), "a sum"),
        (replaced(2, lambda x, W, g: np.ones(g.shape[1])), "∂z/∂b is 1"),
        (replaced(2, lambda x, W, g: g), "∂J/∂b you returned shape"),
    ],
    "check_cumsum_rule": [
        (lambda g, y, x: np.cumsum(g, axis=-1), "This is the forward matrix"),
        (lambda g, y, x: np.diff(g, axis=-1, prepend=0), "the inverse, not"),
        (lambda g, y, x: g, "hears from all of them"),
        (
            lambda g, y, x: np.ones_like(g) * g.sum(axis=-1, keepdims=True),
            "the last entry of x is in the last entry of y alone",
        ),
        (lambda g, y, x: reverse_sum(g) * x, "whatever x is"),
        (lambda g, y, x: np.cumsum(g[..., ::-1], axis=-1), "turn them around again"),
        (lambda g, y, x: np.cumsum(g.ravel()[::-1])[::-1].reshape(g.shape), "not from row to row"),
        (lambda g, y, x: g[..., :1], "shape"),
    ],
    "check_best_segment": [
        (lambda w, m: round((len(w) - 1) ** 0.5), "√L is the answer for equal layers"),
        (last_best, "the shortest"),
        (lambda w, m: 1 + int(np.argmax(peaks(w, m))), "the *worst*"),
        (lambda w, m: 2, "times the least one"),
        (lambda w, m: (len(w) - 1) ** 0.5 + 0.5, "a whole number"),
        (lambda w, m: 0, "1 to 16 layers"),
    ],
}  # fmt: skip
