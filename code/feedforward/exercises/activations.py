"""Checks for the coding exercises of chapter 2, Units and activations."""

from collections.abc import Callable

import numpy as np

from feedforward.exercises import Feedback, compare, say
from feedforward.units import relu, sigmoid, softmax, softplus, sparsemax

Array = np.ndarray


def _near(values: Array, other: Array) -> bool:
    return values.shape == np.shape(other) and bool(
        np.allclose(values, other, rtol=1e-6, atol=1e-9)
    )


def _named(mistakes: list[tuple[Array, str]], given: Array) -> str | None:
    return next((why for wrong, why in mistakes if _near(given, wrong)), None)


def check_sharp_softplus(answer: Callable[[Array, float], Array]) -> Feedback:
    """answer(z, beta) → log(1 + e^(βz))/β, at any finite z."""
    cases = []
    for z, beta in (
        ([0.0], 1.0),
        ([-1.0, 0.5, 2.0], 1.0),
        ([-1.0, 0.5, 2.0], 4.0),
        ([0.0], 0.5),
        ([1000.0, -1000.0], 2.0),
    ):
        array = np.array(z)
        cases.append((f"z={z}, beta={beta:g}", (array, beta), softplus(beta * array) / beta))

    def hint(arguments, given, expected):
        z, beta = arguments
        if not np.isfinite(given).all():
            return (
                "e^(βz) overflows. Take the larger part out first: "
                "log(1 + eᵗ) = max(0, t) + log(1 + e^−|t|)."
            )
        return _named(
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

    return compare(
        answer,
        cases,
        hint,
        f"five inputs agree, ±1000 too. At z = 0 the gap to ReLU is log 2/β: "
        f"{np.log(2) / 4:.3f} for β = 4.",
    )


def check_maxout_backward(answer: Callable[[Array, Array], Array]) -> Feedback:
    """answer(z, g) → ∂J/∂z for a = max over the last axis of z, given g = ∂J/∂a."""
    cases = []
    for z, g in (
        ([[1.0, 3.0, -2.0]], [5.0]),
        ([[-1.0, -3.0]], [2.0]),
        ([[1.0, 3.0, 2.0], [4.0, 0.0, 1.0]], [1.0, -2.0]),
        ([[[0.0, 1.0], [3.0, 2.0]]], [[0.5, -1.0]]),
    ):
        z_array, g_array = np.array(z), np.array(g)
        exact = (z_array == z_array.max(-1, keepdims=True)) * g_array[..., None]
        cases.append((f"z={z}, g={g}", (z_array, g_array), exact))

    def hint(arguments, given, expected):
        z, g = arguments
        winner = z == z.max(-1, keepdims=True)
        return _named(
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

    return compare(
        answer,
        cases,
        hint,
        "four batches are right: one piece of each unit learns, and the others are not touched.",
    )


def check_sparsemax(answer: Callable[[Array], Array]) -> Feedback:
    """answer(z) → the point of the simplex nearest to z, a vector of k numbers."""
    cases = [
        (f"z={z}", (np.array(z),), sparsemax(np.array(z)))
        for z in (
            [0.2, 0.0],
            [3.0, 0.0],
            [1.0, 0.5, 0.0],
            [0.1, 0.2, 0.3, 0.4],
            [-5.0, -5.5, -9.0],
            [2.0, 2.0, 2.0],
        )
    ]

    def hint(arguments, given, expected):
        (z,) = arguments
        known = _named(
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
                    z - (z.sum() - 1) / z.size,
                    "This sums to 1 but has negative entries: the support is too large.",
                ),
            ],
            given,
        )
        if known:
            return known
        if abs(given.sum() - 1) > 1e-6:
            return f"Your entries sum to {say(given.sum())}; a distribution sums to 1."
        if (given < 0).any():
            return "A probability cannot be negative."
        return None

    return compare(
        answer,
        cases,
        hint,
        "six vectors agree. Two logits give the hard sigmoid: "
        f"({sparsemax(np.array([0.2, 0.0]))[0]:.1f}, …) for z = (0.2, 0).",
    )


def check_mixture_moments(answer: Callable[[Array, Array, Array], tuple]) -> Feedback:
    """answer(weight, mean, std) → mean and standard deviation of each mixture, (m, K) arrays in."""
    cases = []
    for weight, mean, std in (
        ([[1.0]], [[2.0]], [[0.5]]),
        ([[0.5, 0.5]], [[-1.0, 1.0]], [[0.1, 0.1]]),
        ([[0.2, 0.8]], [[0.0, 10.0]], [[1.0, 2.0]]),
        ([[0.3, 0.7], [0.5, 0.5]], [[1.0, 2.0], [0.0, 0.0]], [[0.1, 0.2], [1.0, 3.0]]),
        ([[0.5, 0.5]], [[1e6, 1e6]], [[1e-3, 1e-3]]),
    ):
        p, m, s = (np.array(v) for v in (weight, mean, std))
        center = (p * m).sum(1)
        width = np.sqrt((p * (s**2 + (m - center[:, None]) ** 2)).sum(1))
        words = f"weight={weight}, mean={mean}, std={std}"
        cases.append((words, (p, m, s), np.stack([center, width])))

    def hint(arguments, given, expected):
        p, m, s = arguments
        center = expected[0]
        within = (p * s**2).sum(1)
        between = (p * (m - center[:, None]) ** 2).sum(1)
        if _near(given[0], center) and m.min() >= 1e6:
            return (
                "The mean of the squares minus the squared mean is the difference of two huge "
                "numbers: no digit is left. Add σₖ² and (μₖ − mean)², weighted, instead."
            )
        mistakes = [
            (expected[1] ** 2, "This is the variance; its square root is asked for."),
            (np.sqrt(within), "The spread *between* the means is missing."),
            (np.sqrt(between), "The variance *within* the components is missing."),
            ((p * s).sum(1), "Standard deviations do not average; variances do, plus the "
                             "variance of the means."),
            (np.sqrt(within + (p * m**2).sum(1)), "Subtract the square of the mean."),
        ]  # fmt: skip
        if not _near(given[0], center):
            if _near(given[0], m.mean(1)):
                return "The mean must weigh the components."
            return "The first answer is the mean, Σ πₖ μₖ, one per example."
        return next((why for wrong, why in mistakes if _near(given[1], wrong)), None)

    return compare(
        answer,
        cases,
        hint,
        "five mixtures are right. Two narrow peaks at ±1 have mean 0, where neither of them is, "
        "and standard deviation 1.",
    )
