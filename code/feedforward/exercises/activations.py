"""Checks for the coding exercises of chapter 2, Units and activations."""

from collections.abc import Callable

import numpy as np

from feedforward.exercises import KINDS, Feedback, judge, named, near, numbers, say
from feedforward.units import relu, sigmoid, softmax, softplus, sparsemax

Array = np.ndarray


def check_sharp_softplus(answer: Callable[[Array, float], Array]) -> Feedback:
    """answer(z, beta) → log(1 + e^(βz))/β, at any finite z, for β > 0."""

    def reference(z, beta):
        return np.logaddexp(0, beta * z) / beta

    def draw(rng):
        shape = rng.integers(1, rng.choice([3, 6]), rng.integers(1, 4))
        beta = rng.choice([1.0, 2.0, 0.5, 10.0, 1000.0, 1e-3, 1e6, round(rng.uniform(0.1, 9), 2)])
        # Where βz is of any size, whatever β is.
        return numbers(rng, *shape) / rng.choice([1.0, beta]), float(beta)

    def hint(arguments, given, expected):
        z, beta = arguments
        if not np.isfinite(given).all():
            return (
                "e^(βz) overflows. Take the larger part out first: "
                "log(1 + eᵗ) = max(0, t) + log(1 + e^−|t|)."
            )
        return named(
            [
                (expected * beta, "The result must be divided by β: the slope far right is 1."),
                (softplus(z) / beta, "β belongs inside the exponential too."),
                (softplus(z), "This is softplus for β = 1."),
                (softplus(z / beta) * beta, "You divided by β where it multiplies: β sharpens."),
                (relu(z), "This is ReLU, the limit for β → ∞."),
                (sigmoid(beta * z), "This is the slope, σ(βz)."),
            ],
            given,
        )

    shown = (
        ([0.0], 1.0),
        ([-1.0, 0.5, 2.0], 1.0),
        ([-1.0, 0.5, 2.0], 4.0),
        ([0.0], 0.5),
        ([1000.0, -1000.0], 2.0),
    )
    return judge(
        answer,
        reference,
        [(np.array(z), beta) for z, beta in shown],
        draw,
        hint,
        f"five inputs agree, ±1,000 too. At z = 0 the gap to ReLU is log 2/β: "
        f"{np.log(2) / 4:.3f} for β = 4.",
        inner=lambda z, beta: 1 / beta + np.abs(z).max(),
    )


def check_maxout_backward(answer: Callable[[Array, Array], Array]) -> Feedback:
    """answer(z, g) → ∂J/∂z for a = max over the last axis of z, given g = ∂J/∂a."""

    def reference(z, g):
        gradient = np.zeros(z.shape)
        for unit in np.ndindex(g.shape):
            gradient[(*unit, z[unit].argmax())] = g[unit]
        return gradient

    def draw(rng):
        *shape, k = rng.integers(1, rng.choice([4, 6]), rng.integers(1, 5))
        whole = np.arange(-4.0, 5.0)
        kinds = (
            *(whole, whole - 5, whole + 5, whole / 4, 1e8 * whole),
            *(whole / 1e8, 1 + whole / 1e8, 1 + whole / 1e13),
        )
        pieces = kinds[rng.integers(len(kinds))]
        # Different within a unit; another unit's may be the same.
        z = rng.permuted(np.broadcast_to(pieces, (*shape, 9)), axis=-1)[..., :k]
        return z, numbers(rng, *shape)

    def hint(arguments, given, expected):
        z, g = arguments
        winner = z == z.max(-1, keepdims=True)
        return named(
            [
                (winner * 1.0, "You routed the right piece and forgot to multiply by g."),
                (
                    np.broadcast_to(g[..., None], z.shape),
                    "Every piece got the whole gradient; only the largest one is connected.",
                ),
                (
                    np.broadcast_to(g[..., None], z.shape) / z.shape[-1],
                    "The gradient is not shared: all of it goes to the largest piece.",
                ),
                (
                    softmax(z) * g[..., None],
                    "This is a softmax: soft routing. Max sends everything to one piece.",
                ),
                (
                    (z == z.min(-1, keepdims=True)) * g[..., None],
                    "It went to the smallest piece.",
                ),
                (
                    (z == z.max()) * g[..., None],
                    "You took the maximum of the whole array: it runs over the last axis only.",
                ),
                (
                    winner * z * g[..., None],
                    "The slope of max in its largest entry is 1, not that entry.",
                ),
                ((z > 0) * g[..., None], "This is ReLU's rule: z > 0. Compare the pieces."),
            ],
            given,
        )

    shown = (
        ([[1.0, 3.0, -2.0]], [5.0]),
        ([[-1.0, -3.0]], [2.0]),
        ([[1.0, 3.0, 2.0], [4.0, 0.0, 1.0]], [1.0, -2.0]),
        ([[[0.0, 1.0], [3.0, 2.0]]], [[0.5, -1.0]]),
    )
    return judge(
        answer,
        reference,
        [(np.array(z), np.array(g)) for z, g in shown],
        draw,
        hint,
        "four batches are right: one piece of each unit learns, and the others are not touched.",
    )


def check_sparsemax(answer: Callable[[Array], Array]) -> Feedback:
    """answer(z) → the point of the simplex nearest to z, a vector of k numbers."""

    def reference(z):
        # Of the candidates for τ the right one is the largest: each is the τ of some entries alone,
        # and further entries can only raise it. The shift saves the digits of large entries.
        below = np.sort(z.max() - z)
        tau = (-(np.cumsum(below) + 1) / np.arange(1, len(z) + 1)).max()
        return np.maximum(z - z.max() - tau, 0)

    def draw(rng):
        k = rng.integers(1, rng.choice([4, 7, 25]))
        kinds = (
            numbers(rng, k, kinds=[kind for kind in KINDS if kind != "huge"]),
            np.full(k, float(rng.integers(-3, 4))),
            # Here τ drops one entry at a time, the last.
            -rng.permutation(10.0 ** np.arange(min(k, 9))),
            # Not in float32, which cannot tell 10⁸ − 1 from 10⁸.
            1e8 * rng.integers(-3, 4) + rng.integers(1, 4, k),
            rng.choice([0.1, 0.5, 2.0]) * np.round(rng.normal(size=k), 2),
            rng.integers(-8, 9, k) / 16,
            rng.integers(0, 2, k) + rng.integers(-3, 4, k) / 1e8,  # 1 apart: at the threshold
        )
        return (kinds[rng.integers(len(kinds))],)

    def hint(arguments, given, expected):
        (z,) = arguments
        left = z[z > (z.sum() - 1) / z.size]
        corrected_once = np.maximum(z - (left.sum() - 1) / max(left.size, 1), 0)
        known = named(
            [
                (softmax(z), "This is softmax; sparsemax has no exponential."),
                (
                    np.maximum(z, 0) / max(np.maximum(z, 0).sum(), 1e-12),
                    "You clipped at 0 and rescaled. The projection *shifts* all entries by τ.",
                ),
                (
                    np.maximum(z - (z.sum() - 1) / z.size, 0),
                    "You found τ from all entries. Those that end below 0 must not count: "
                    "look for the largest support whose entries all stay positive.",
                ),
                (
                    corrected_once,
                    "You corrected the support once. Without the entries that end below 0, τ is "
                    "larger, and more of them may end below 0.",
                ),
                (
                    z - (z.sum() - 1) / z.size,
                    "This sums to 1 but has negative entries: the support is too large.",
                ),
            ],
            given,
        )
        if known:
            return known
        if near(np.sort(given), np.sort(expected)):
            return "These are the right probabilities in another order: keep that of z."
        if abs(given.sum() - 1) > 1e-6:
            return f"Your entries sum to {say(given.sum())}; a distribution sums to 1."
        if (given < 0).any():
            return "A probability cannot be negative."
        return None

    shown = (
        [0.2, 0.0],
        [3.0, 0.0],
        [1.0, 0.5, 0.0],
        [0.1, 0.2, 0.3, 0.4],
        [-5.0, -5.5, -9.0],
        [2.0, 2.0, 2.0],
    )
    return judge(
        answer,
        reference,
        [(np.array(z),) for z in shown],
        draw,
        hint,
        "six vectors agree. Two logits give the hard sigmoid: "
        f"({sparsemax(np.array([0.2, 0.0]))[0]:.1f}, …) for z = (0.2, 0).",
        inner=lambda z: np.abs(z).max(),
    )


def check_mixture_moments(answer: Callable[[Array, Array, Array], tuple]) -> Feedback:
    """answer(weight, mean, std) → mean and standard deviation of each mixture, (m, K) arrays in."""

    def reference(weight, mean, std):
        # The variance between the means is half the mean square of their differences.
        apart = mean[:, :, None] - mean[:, None, :]
        between = (weight[:, :, None] * weight[:, None, :] * apart**2).sum((1, 2)) / 2
        return (weight * mean).sum(1), np.sqrt((weight * std**2).sum(1) + between)

    def draw(rng):
        shape = rng.integers(1, rng.choice([4, 7]), 2)
        shares = rng.integers(0, rng.choice([2, 5]), shape) + 0.0
        shares[:, rng.integers(shape[1])] += 1  # not all of them 0
        shares **= rng.choice([1, 6])
        mean = numbers(rng, *shape) + rng.choice([0.0, 1.0]) * numbers(rng, shape[0], 1)
        widths = numbers(rng, *shape, kinds=["positive"]) * rng.choice([1.0, 0.125, 1e-8, 1e8])
        std = rng.choice([widths, rng.uniform(0.1, 2, shape).round(2)])
        return shares / shares.sum(1, keepdims=True), mean, std

    def about_mean(arguments, given, expected):
        _, mean, _ = arguments
        if near(given, mean.mean(1)):
            return "The mean must weigh the components."
        return "The first answer is the mean, Σ πₖ μₖ, one per example."

    def about_std(arguments, given, expected):
        p, m, s = arguments
        center = (p * m).sum(1)
        within = (p * s**2).sum(1)
        between = (p * (m - center[:, None]) ** 2).sum(1)
        if m.min() >= 1e6 and not ((expected / 2 < given) & (given < 2 * expected)).all():
            return (
                "The mean of the squares minus the squared mean is the difference of two huge "
                "numbers: no digit is left. Add σₖ² and (μₖ − mean)², weighted, instead."
            )
        return named(
            [
                (expected**2, "This is the variance; its square root is asked for."),
                (np.sqrt(within), "The spread *between* the means is missing."),
                (np.sqrt(between), "The variance *within* the components is missing."),
                (
                    (p * s).sum(1),
                    "Standard deviations do not average; variances do, plus the variance of the "
                    "means.",
                ),
                (np.sqrt(within + (p * m**2).sum(1)), "Subtract the square of the mean."),
            ],
            given,
        )

    shown = (
        ([[1.0]], [[2.0]], [[0.5]]),
        ([[0.5, 0.5]], [[-1.0, 1.0]], [[0.1, 0.1]]),
        ([[0.2, 0.8]], [[0.0, 10.0]], [[1.0, 2.0]]),
        ([[0.3, 0.7], [0.5, 0.5]], [[1.0, 2.0], [0.0, 0.0]], [[0.1, 0.2], [1.0, 3.0]]),
        ([[0.5, 0.5]], [[1e6, 1e6]], [[1e-3, 1e-3]]),
    )
    return judge(
        answer,
        reference,
        [tuple(map(np.array, arguments)) for arguments in shown],
        draw,
        [about_mean, about_std],
        "five mixtures are right. Two narrow peaks at ±1 have mean 0, where neither of them is, "
        "and standard deviation 1.",
        parts=("mean", "standard deviation"),
    )
