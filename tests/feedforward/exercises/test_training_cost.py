"""The usual mistakes in chapter 4's exercises, each with words of its answer."""

from fractions import Fraction
from itertools import accumulate, pairwise
from operator import mul

import numpy as np
import pytest

from feedforward.complexity import checkpoint_cost, measure_step, mlp_cost
from feedforward.graph import Tensor

AT = r"(widths|x|g)(=| of shape)"
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
        (replaced(0, lambda x, W, g: g @ W / len(x)), "Do not average here"),
        (replaced(0, lambda x, W, g: -(g @ W)), "The sign is wrong"),
        (
            replaced(0, lambda x, W, g: g @ (W.T if W.shape[0] == W.shape[1] > 1 else W)),
            "it is W, not Wᵀ",
        ),
        (replaced(1, lambda x, W, g: x.T @ g), "∂J/∂W you returned shape"),
        (replaced(1, lambda x, W, g: g.T @ x / len(x)), "∂J/∂W you returned"),
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


def into(name):
    """The right gradients, computed with damage to the argument of this name."""

    def answer(x, W, g):
        arrays = {"x": x, "W": W, "g": g}
        right = back(x.copy(), W.copy(), g.copy())
        arrays[name] *= 2
        return right

    return answer


def judged_by_its_own_damage(x, W, g):
    g /= len(x)
    return g @ W, g.T @ x, g.sum(axis=0)


def filled_in(x, W, g):
    to_W = np.zeros_like(W)
    for one, slope in zip(x, g, strict=True):
        to_W += np.outer(slope, one).astype(W.dtype)
    return g @ W, to_W, g.sum(axis=0)


def by_lists(x, W, g):
    m, n_in, n_out = len(x), len(W[0]), len(W)
    to_x = [[sum(g[e][o] * W[o][i] for o in range(n_out)) for i in range(n_in)] for e in range(m)]
    to_W = [[sum(g[e][o] * x[e][i] for e in range(m)) for i in range(n_in)] for o in range(n_out)]
    return to_x, to_W, [sum(g[e][o] for e in range(m)) for o in range(n_out)]


def one_weight_at_a_time(x, W, g):
    """J is linear in each of the three, so its slope is its value where one entry is 1."""

    def J(x, W, b):
        return float(np.sum(g * (x @ W.T + b)))

    def slopes(shape, value):
        found = np.zeros(shape)
        for at in np.ndindex(shape):
            one = np.zeros(shape)
            one[at] = 1
            found[at] = value(one)
        return found

    none = np.zeros(len(W))
    return (
        slopes(x.shape, lambda one: J(one, W, none)),
        slopes(W.shape, lambda one: J(x, one, none)),
        slopes(none.shape, lambda one: J(x, np.zeros_like(W), one)),
    )


def by_the_engine(x, W, g):
    nodes = [Tensor(np.array(v, float)) for v in (x, W, np.zeros(len(W)))]
    a, weight, bias = nodes
    (a @ weight.T + bias).backward(np.array(g, float))
    return [node.grad for node in nodes]


def in_fractions(x, W, g):
    x, W, g = (np.vectorize(Fraction, otypes=[object])(v.astype(float)) for v in (x, W, g))
    return back(x, W, g)


def in_place_on_copies(x, W, g):
    to_x = g.astype(float)[:, :, None] * W
    to_x[:, 0] += to_x[:, 1:].sum(axis=1)
    x, g = x.copy(), g.copy()
    to_W = g.T @ x
    g[0] += g[1:].sum(axis=0)
    return to_x[:, 0], to_W, g[0]


def first_axis(g, y, x):
    return np.cumsum(g[::-1], axis=0)[::-1]


def two_axes_at_most(g, y, x):
    return reverse_sum(g) if g.ndim < 3 else np.cumsum(g[:, ::-1], axis=1)[:, ::-1]


def made_like_x(g, y, x):
    found = np.zeros_like(x)
    for k in range(g.shape[-1]):
        found[..., k] = g[..., k:].sum(axis=-1)
    return found


def overwritten(g, y, x):
    g[..., ::-1].cumsum(axis=-1, out=g[..., ::-1])
    return g


def from_the_end(g, y, x):
    found = np.array(g)
    for k in range(g.shape[-1] - 2, -1, -1):
        found[..., k] += found[..., k + 1]
    return found


def nested(g, y, x):
    if g.ndim > 1:
        return [nested(*rows) for rows in zip(g, y, x, strict=True)]
    return list(accumulate(g.tolist()[::-1]))[::-1]


def best_of(lengths):
    def answer(widths, batch):
        found = peaks(widths, batch)
        return min(lengths(len(found)), key=lambda s: found[s - 1])

    return answer


def best_by(peak):
    """The best length by another count of what is kept."""

    def answer(widths, batch):
        lengths = range(1, len(widths))
        return min(lengths, key=lambda s: peak(widths, s))

    return answer


def boundaries_and_longest(widths, s):
    starts = range(0, len(widths) - 1, s)
    return sum(widths[k] for k in starts) + max(sum(widths[k + 1 : k + s]) for k in starts)


def with_outputs(widths, s):
    starts = range(0, len(widths) - 1, s)
    return max(sum(widths[: k + 1 : s]) + sum(widths[k + 1 : k + s + 1]) for k in starts)


def kept(widths, s):
    starts = range(0, len(widths) - 1, s)
    last = len(widths) - 1
    return max(sum(widths[:k:s]) + sum(widths[k : min(k + s + 1, last)]) for k in starts)


def downhill(widths, batch):
    found = peaks(widths, batch)
    s = 1
    while s < len(found) and found[s] < found[s - 1]:
        s += 1
    return s


def from_the_longest(widths, batch):
    found = peaks(widths, batch)
    best = len(found)
    for s in range(len(found), 0, -1):
        if found[s - 1] <= found[best - 1]:
            best = s
    return best


def in_dtype(dtype):
    def answer(widths, batch):
        n = np.array(widths, dtype=dtype)
        m = dtype(batch)
        weights = n[:-1] * n[1:]
        forward = m * weights.sum(dtype=dtype)
        return forward, forward + m * weights[1:].sum(dtype=dtype), m * n[:-1].sum(dtype=dtype)

    return answer


def one_by_one(widths, batch):
    forward = backward = waiting = 0
    for layer, (n_in, n_out) in enumerate(pairwise(widths)):
        forward += batch * n_in * n_out
        backward += batch * n_in * n_out * (2 if layer else 1)
        waiting += batch * n_in
    return [forward, backward, waiting]


def by_recursion(widths, batch, first=True):
    if len(widths) == 1:
        return 0, 0, 0
    product = batch * widths[0] * widths[1]
    forward, backward, waiting = by_recursion(widths[1:], batch, False)
    return forward + product, backward + (1 if first else 2) * product, waiting + batch * widths[0]


WRONG = {
    "check_count_step": {
        "counts that wrap at 32 bits": in_dtype(np.int32),
        "counts in float32": in_dtype(np.float32),
        "outer layers only": lambda w, m: (
            m * (w[0] * w[1] + w[-2] * w[-1] * (len(w) > 2)),
            *counts(w, m)[1:],
        ),
        "the backward pass spares the last layer": lambda w, m: (
            counts(w, m)[0],
            2 * counts(w, m)[0] - m * w[-2] * w[-1],
            counts(w, m)[2],
        ),
        "nothing goes back through a network of one layer": lambda w, m: (
            counts(w, m)[0],
            counts(w, m)[1] if len(w) > 2 else 0,
            counts(w, m)[2],
        ),
        "equal widths counted once": lambda w, m: (*counts(w, m)[:2], m * sum(set(w[:-1]))),
        "the minibatch waits once more": with_waiting(lambda n, w, m: n + m * w[0]),
        "pre-activations wait too": with_waiting(lambda n, w, m: n + m * sum(w[1:-1])),
        "biases are weights": lambda w, m: (
            m * sum((a + 1) * b for a, b in pairwise(w)),
            *counts(w, m)[1:],
        ),
        "the widest layer waits": with_waiting(lambda n, w, m: m * max(w[:-1])),
        "the batch enters twice": lambda w, m: (counts(w, m)[0], m * counts(w, m)[1], m),
    },
    "check_layer_backward": {
        "g is overwritten, and the rest computed from it": judged_by_its_own_damage,
        "g is overwritten": into("g"),
        "W is overwritten": into("W"),
        "x is overwritten": into("x"),
        "the first example only": lambda x, W, g: (
            g @ W,
            np.outer(g[0], x[0]),
            g.sum(axis=0),
        ),
        "one axis less for one example": lambda x, W, g: tuple(map(np.squeeze, back(x, W, g))),
        "an axis kept": replaced(2, lambda x, W, g: g.sum(axis=0, keepdims=True)),
        "a sum over the outputs where the shapes allow it": replaced(
            2, lambda x, W, g: g.sum(axis=int(len(x) == g.shape[1] > 2))
        ),
        "an array like W for fractions": filled_in,
        "the inverse instead of the transpose": replaced(
            0, lambda x, W, g: g @ np.linalg.pinv(W).T
        ),
        "gradients clipped": replaced(1, lambda x, W, g: np.clip(g.T @ x, -100, 100)),
        "an epsilon for safety": replaced(1, lambda x, W, g: g.T @ x + 1e-12),
        "averaged over many examples": replaced(
            2, lambda x, W, g: g.sum(axis=0) / max(1, len(g) - 3)
        ),
        "rounded": replaced(0, lambda x, W, g: np.round(g @ W, 6)),
    },
    "check_cumsum_rule": {
        "along the first axis": first_axis,
        "right for two axes at most": two_axes_at_most,
        "an array like x for fractions": made_like_x,
        "g is overwritten": overwritten,
        "without the entry itself": lambda g, y, x: reverse_sum(g) - g,
        "all axes turned around": lambda g, y, x: np.flip(np.cumsum(np.flip(g), axis=-1)).cumsum(0),
        "all entries in one row": lambda g, y, x: (
            np.cumsum(g.ravel()[::-1])[::-1].reshape(g.shape) if len(g) > 2 else reverse_sum(g)
        ),
        "times y over y": lambda g, y, x: reverse_sum(g) * y / y,
        "an epsilon for safety": lambda g, y, x: reverse_sum(g) + 1e-12,
        "nothing back where x is 0": lambda g, y, x: reverse_sum(g) * (x != 0),
        "at most three entries": lambda g, y, x: reverse_sum(g[..., :3]),
        "positive gradients only": lambda g, y, x: reverse_sum(np.maximum(g, -100)),
        "squeezed": lambda g, y, x: np.squeeze(reverse_sum(g)),
    },
    "check_best_segment": {
        "lengths up to 2√L only": best_of(lambda n: range(1, min(n, int(2 * n**0.5)) + 1)),
        "lengths close to √L only": best_of(
            lambda n: range(max(1, int(n**0.5) - 1), min(n, int(n**0.5) + 2) + 1)
        ),
        "divisors of L only": best_of(lambda n: [s for s in range(1, n + 1) if n % s == 0]),
        "powers of two only": best_of(lambda n: [2**k for k in range(n.bit_length())]),
        "not one layer a segment": best_of(lambda n: range(min(n, 2), n + 1)),
        "no network of one layer": best_of(lambda n: range(1, n)),
        "down to the first valley": downhill,
        "all boundaries and the longest inside": best_by(boundaries_and_longest),
        "outputs are kept": best_by(with_outputs),
        "√L rounded up": lambda w, m: int(np.ceil((len(w) - 1) ** 0.5)),
        "at most ten layers a segment": best_of(lambda n: range(1, min(n, 10) + 1)),
        "numbered from 0": lambda w, m: int(np.argmin(peaks(w, m))),
    },
}

UNUSUAL = {
    "check_count_step": {
        "int64 arrays": in_dtype(np.int64),
        "float64 arrays": in_dtype(np.float64),
        "a loop and a list": one_by_one,
        "recursion": by_recursion,
        "an array of objects": lambda w, m: np.array(counts(w, m), dtype=object),
        "fractions": lambda w, m: tuple(map(Fraction, counts(w, m))),
        "a generator of products": lambda w, m: (
            m * sum(map(mul, w[:-1], w[1:])),
            m * (2 * sum(map(mul, w, w[1:])) - w[0] * w[1]),
            (sum(w) - w[-1]) * m,
        ),
        "a matrix of ones counted": lambda w, m: (
            m * int(np.dot(w[:-1], w[1:])),
            m * int(np.dot(w[:-1], w[1:]) + np.dot(w[1:-1], w[2:])),
            m * int(np.sum(w[:-1])),
        ),
    },
    "check_layer_backward": {
        "the book's own": by_the_engine,
        "lists and loops": by_lists,
        "a list of three": lambda x, W, g: list(back(x, W, g)),
        "float32": lambda x, W, g: [v.astype(np.float32) for v in back(x, W, g)],
        "float32 from the start": lambda x, W, g: back(*map(np.float32, (x, W, g))),
        "one weight at a time": one_weight_at_a_time,
        "fractions": in_fractions,
        "einsum": lambda x, W, g: (
            np.einsum("ij,jk", g, W),
            np.einsum("ij,ik->jk", g, x),
            np.einsum("ij->j", g),
        ),
        "sums of outer products": lambda x, W, g: (
            np.stack([W.T @ one for one in g]),
            sum(np.outer(one, a) for one, a in zip(g, x, strict=True)),
            np.ones(len(g)) @ g,
        ),
        "in place on copies": in_place_on_copies,
        "tensordot": lambda x, W, g: (
            np.tensordot(g, W, 1),
            np.tensordot(g, x, (0, 0)),
            np.add.reduce(g),
        ),
    },
    "check_cumsum_rule": {
        "the transposed matrix": lambda g, y, x: g @ np.tril(np.ones(2 * g.shape[-1:])),
        "the total less what came before": lambda g, y, x: (
            g.sum(axis=-1, keepdims=True) - np.cumsum(g, axis=-1) + g
        ),
        "a loop from the end, on a copy": from_the_end,
        "nested lists": nested,
        "float32": lambda g, y, x: reverse_sum(np.float32(g)),
        "flip": lambda g, y, x: np.flip(np.add.accumulate(np.flip(g, -1), axis=-1), -1),
        "fractions": lambda g, y, x: reverse_sum(
            np.vectorize(Fraction, otypes=[object])(g.astype(float))
        ),
        "the first axis of the transpose": lambda g, y, x: np.cumsum(g.T[::-1], axis=0)[::-1].T,
    },
    "check_best_segment": {
        "a count of its own": best_by(kept),
        "argmin": lambda w, m: np.argmin(peaks(w, m)) + 1,
        "a float": lambda w, m: 1.0 + float(np.argmin(peaks(w, m))),
        "an array without axes": lambda w, m: np.array(1 + np.argmin(peaks(w, m))),
        "from the longest down": from_the_longest,
        "sorted pairs": lambda w, m: sorted(zip(peaks(w, 1), range(1, len(w)), strict=True))[0][1],
        "the first that reaches the least": lambda w, m: 1 + peaks(w, m).index(min(peaks(w, m))),
    },
}

EQUIVALENT = {
    "check_count_step": {
        "weights = [n_in * n_out for n_in, n_out in zip(widths[:-1], widths[1:])] → "
        "weights = [n_in * n_out for n_in, n_out in zip(widths[1:], widths[:-1])]": (
            "a product does not mind the order"
        ),
        "weights = [n_in * n_out for n_in, n_out in zip(widths[:-1], widths[1:])] → "
        "weights = [n_in * n_out for n_in, n_out in zip(widths[:], widths[1:])]": (
            "zip ends with the shorter one"
        ),
    },
}
