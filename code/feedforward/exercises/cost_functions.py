"""Checks for the coding exercises of chapter 1, Cost functions."""

from collections.abc import Callable

import numpy as np

from feedforward.exercises import Feedback, judge, named, near, numbers
from feedforward.units import sigmoid

Array = np.ndarray


def check_gaussian_cost(answer: Callable[[Array, Array, Array], Array]) -> Feedback:
    """answer(mean, target, log_variance) → the Gaussian NLL of each example, from log σ²."""

    def reference(mean, target, log_variance):
        standardized = (target - mean) * np.exp(-log_variance / 2)
        return standardized**2 / 2 + log_variance / 2 + np.log(2 * np.pi) / 2

    def draw(rng):
        m = rng.integers(1, rng.choice([4, 14]))
        target = numbers(rng, m)
        # Independent, or close to the target, however large that is.
        mean = rng.choice([0.0, 1.0]) * target + numbers(rng, m)
        ordinary = numbers(rng, m, kinds=("whole", "quarters", "any", "tiny", "tied"))
        far = rng.choice([-40.0, 0.0, 40.0, 800.0, 2000.0], m)
        return mean, target, far if rng.random() < 0.4 else ordinary

    def hint(arguments, given, expected):
        mean, target, s = arguments
        square = (target - mean) ** 2
        constant = np.log(2 * np.pi) / 2
        if not np.isfinite(given).all():
            return (
                "σ² = eˢ leaves the range of floating-point numbers. Nothing but s itself and "
                "e^−s is needed."
            )
        return named(
            [
                (expected - constant, "The constant ½ log 2π is missing."),
                (
                    -expected,
                    "The sign is wrong: this is the log-likelihood, and a cost is its negative.",
                ),
                (
                    np.maximum(expected, 0),
                    "The cost of a density may be negative, where the density is above 1.",
                ),
                (
                    np.abs(expected),
                    "Keep the sign: where the density is above 1, its cost is negative.",
                ),
                (2 * expected, "This is twice the cost: check the two factors ½."),
                (
                    square / (2 * np.exp(s)) + s + constant,
                    "The term log σ is ½ log σ²: you added the whole log-variance.",
                ),
                (
                    square / np.exp(s) + s / 2 + constant,
                    "The squared error is divided by 2σ²; the 2 is missing.",
                ),
                (
                    square / (2 * np.exp(2 * s)) + s + constant,
                    "You took log_variance for log σ. It is log σ² = 2 log σ.",
                ),
                (
                    square / (2 * np.exp(s)) + constant,
                    "The term log σ is missing: without it a huge σ would cost nothing.",
                ),
            ],
            given,
        )

    shown = (
        ([0.0], [0.0], [0.0]),
        ([1.0], [3.0], [0.0]),
        ([1.0], [3.0], [2.0]),
        ([0.0, -1.0, 2.0], [1.0, 1.0, -40.0], [-3.0, 0.5, 6.0]),
        ([1.0], [1.5], [-300.0]),
    )
    return judge(
        answer,
        reference,
        [tuple(map(np.array, arguments)) for arguments in shown],
        draw,
        hint,
        "five batches agree. A network may now output any real number as log σ², and σ stays "
        "positive.",
        inner=1.0,
    )


def check_stable_nll(answer: Callable[[Array, Array], Array]) -> Feedback:
    """answer(logits, label) → the categorical NLL of each example, at any finite logits."""

    def reference(logits, label):
        """log Σⱼ e^(zⱼ − z_y), added up two exponentials at a time."""
        chosen = logits[np.arange(len(label)), label]
        return np.logaddexp.reduce(logits - chosen[:, None], axis=1)

    def draw(rng):
        m, k = rng.integers(1, rng.choice([3, 8])), rng.integers(1, rng.choice([4, 12]))
        rows_apart = rng.choice([0.0, 1.0]) * numbers(rng, m, 1)
        return rows_apart + numbers(rng, m, k), rng.integers(k, size=m)

    def hint(arguments, given, expected):
        logits, label = arguments
        rows = np.arange(len(label))
        log_sum = np.logaddexp.reduce(logits, axis=1)
        if len(label) > 1 and not np.isfinite(given).all() and np.isfinite(given).any():
            return (
                "One row is right and another is not finite: each row needs its own largest "
                "logit, `logits.max(axis=1, keepdims=True)`, not the batch's."
            )
        if np.isnan(given).any():
            return "nan comes from ∞/∞ or ∞ − ∞: subtract each row's largest logit before exp."
        if np.isinf(given).any():
            return (
                "An exponential overflowed, or all of them became zero and you took the log of 0: "
                "subtract each row's largest logit, and take the log of the sum, not of the ratio."
            )
        if ((expected > 100) & (given > 0) & (given < expected / 2)).any():
            return "The probability was kept away from 0, so the cost hides how wrong the model is."
        return named(
            [
                (-expected, "The sign is wrong: a cost is the negative log-likelihood."),
                (np.exp(-expected), "This is the label's probability; its −log is asked for."),
                (log_sum, "This is log Σ exp(z) alone: subtract the label's logit."),
                (
                    np.logaddexp.reduce(logits.ravel()) - logits[rows, label],
                    "You summed over the whole batch: the sum runs over the classes, axis 1.",
                ),
                (
                    expected - logits.max(axis=1),
                    "You subtracted the largest logit and did not add it back.",
                ),
                (
                    log_sum + logits.max(axis=1) - logits[rows, label],
                    "You added the largest logit back without having subtracted it.",
                ),
                (
                    np.full_like(expected, expected.mean()),
                    "One cost per example is asked for, no mean.",
                ),
                (expected / np.log(2), "This is in bits; use the natural logarithm."),
            ],
            given,
        )

    shown = (
        ([[0.0, 0.0]], [0]),
        ([[2.0, 1.0, 0.0]], [2]),
        ([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0]], [0, 1]),
        ([[1000.0, 0.0]], [0]),
        ([[1000.0, 0.0]], [1]),
        ([[-1000.0, -1001.0]], [0]),
        ([[1000.0, 1000.0, -1000.0], [-1000.0, 0.0, 500.0]], [1, 0]),
        ([[1000.0, 0.0], [-1000.0, -1001.0]], [0, 0]),  # rows that need shifts of their own
        ([[-1000.0, 1000.0]], [1]),
    )
    return judge(
        answer,
        reference,
        [(np.array(logits), np.array(label)) for logits, label in shown],
        draw,
        hint,
        "nine batches agree, at logits of ±1,000 too.",
        inner=1.0,
    )


def check_quantile_cost(answer: Callable[[float, Array, float], Array]) -> Feedback:
    """answer(prediction, target, level) → the pinball cost, whose minimum is the quantile."""

    def reference(prediction, target, level):
        slope = np.where(target > prediction, level, 1 - level)
        return slope * np.abs(target - prediction)

    waits = np.random.default_rng(0).exponential(size=1999)

    def draw(rng):
        if rng.random() < 0.02:
            return 2.0, waits, 0.9
        target = numbers(rng, rng.integers(1, rng.choice([4, 20])))
        prediction = rng.choice([target[0], target[0] + 1e-8, numbers(rng), 0.0])
        level = rng.choice([0.5, 0.25, 0.9, 0.125, 0.001, 0.99, round(rng.uniform(), 3)])
        return float(prediction), target, float(level)

    def hint(arguments, given, expected):
        prediction, target, level = arguments
        late = target - prediction
        in_order = len(given) > 1 and near(np.sort(given), np.sort(expected))
        return named(
            [
                (
                    np.where(late > 0, (1 - level) * late, -level * late),
                    "The two slopes are exchanged: a target above the prediction costs `level` per "
                    "unit, one below costs 1 − level. Yours has its minimum at the other quantile.",
                ),
                (
                    np.abs(late),
                    "This is the absolute error: the two sides must have different slopes.",
                ),
                (2 * expected, "This is twice the cost: the slopes are level and 1 − level."),
                (
                    np.where(late > 0, level * late, (1 - level) * late),
                    "A cost is never negative: below the prediction y − f is negative; turn its "
                    "sign.",
                ),
                (given if in_order else np.nan, "Keep the targets' order."),
            ],
            given,
        )

    shown = (
        (5.0, [5.0], 0.9),
        (5.0, [7.0], 0.9),
        (5.0, [2.0], 0.9),
        (5.0, [2.0, 5.0, 7.0, 30.0], 0.5),
        (-1.0, [-3.0, 4.0], 0.25),
    )
    grid = np.linspace(2, 3, 101)
    least = grid[np.argmin([reference(f, waits, 0.9).mean() for f in grid])]
    return judge(
        answer,
        reference,
        [(prediction, np.array(target), level) for prediction, target, level in shown],
        draw,
        hint,
        "five batches are right. On 1,999 exponential waiting times the mean of this cost is least "
        f"at {least:.2f}; their 90 % quantile is {np.quantile(waits, 0.9):.2f}.",
        inner=lambda prediction, target, level: np.abs(target - prediction).max(),
    )


def check_logit_gradients(answer: Callable[[float, float], tuple[float, float]]) -> Feedback:
    """answer(z, y) → the gradients by z of −log p(y|z) and of ½(σ(z) − y)², in this order."""

    def reference(z, y):
        # Both sides of the sigmoid, so that no digits are lost to 1 − σ.
        p, q = sigmoid(np.array([z, -z], dtype=float))
        return np.array([(1 - y) * p - y * q, ((1 - y) * p - y * q) * p * q])

    def draw(rng):
        z = rng.choice(
            [numbers(rng), round(rng.uniform(-20, 20), 2), rng.choice([-15.0, 15.0, 25.0])]
        )
        y = rng.choice([0.0, 1.0, 0.5, 0.75, 1e-8, round(rng.uniform(), 3)])
        return float(z), float(y)

    def hint(arguments, given, expected):
        z, y = arguments
        p = sigmoid(np.array([z]))[0]
        nll, half_square = expected
        if not np.isfinite(given).all():
            return "Keep clear of ∞/∞ and of division by p or 1 − p, which may be 0."
        if near(given, -expected):
            return "Both signs are turned: the gradient points to where the cost grows."
        if near(given, expected[::-1]):
            return "The two are exchanged: the NLL's gradient comes first."
        first, second = given
        if near(first, nll * p * (1 - p)) and not near(first, nll):
            return "Your first one still has the factor σ′(z); the log cancels it."
        if near(first, -nll) and nll:
            return "The first sign is turned: the gradient is p − y."
        if near(second, 2 * half_square):
            return "Your second one is twice as large: the cost is *half* the squared error."
        if near(second, p - y):
            return "Your second one lacks the chain rule's factor σ′(z) = σ(z)(1 − σ(z))."
        return None

    return judge(
        answer,
        reference,
        [(0.0, 1.0), (2.0, 0.0), (-8.0, 1.0), (4.0, 1.0), (3.0, 0.25)],
        draw,
        hint,
        "both gradients are right at five logits. Their ratio is 1/σ′(z), which is what the log "
        "cancels.",
        inner=1.0,
    )
