"""Checks for the coding exercises of chapter 1, Cost functions."""

from collections.abc import Callable

import numpy as np

from feedforward import costs
from feedforward.exercises import Feedback, compare, not_yet
from feedforward.units import sigmoid

Array = np.ndarray


def _near(values: Array, other: Array) -> bool:
    return values.shape == np.shape(other) and bool(
        np.allclose(values, other, rtol=1e-6, atol=1e-9)
    )


def check_gaussian_cost(answer: Callable[[Array, Array, Array], Array]) -> Feedback:
    """answer(mean, target, log_variance) → the Gaussian NLL of each example, from log σ²."""
    cases = []
    for mean, target, log_variance in (
        ([0.0], [0.0], [0.0]),
        ([1.0], [3.0], [0.0]),
        ([1.0], [3.0], [2.0]),
        ([0.0, -1.0, 2.0], [1.0, 1.0, -40.0], [-3.0, 0.5, 6.0]),
    ):
        arrays = tuple(np.array(v) for v in (mean, target, log_variance))
        words = f"mean={mean}, target={target}, log_variance={log_variance}"
        exact = costs.gaussian_nll(arrays[0], arrays[1], np.exp(arrays[2] / 2))
        cases.append((words, arrays, exact))

    def hint(arguments, given, expected):
        mean, target, s = arguments
        square = (target - mean) ** 2
        constant = np.log(2 * np.pi) / 2
        mistakes = [
            (expected - constant, "The constant ½ log 2π is missing."),
            (
                -expected,
                "The sign is wrong: this is the log-likelihood, and a cost is its negative.",
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
        ]
        return next((why for wrong, why in mistakes if _near(given, wrong)), None)

    return compare(
        answer,
        cases,
        hint,
        "four batches agree with costs.gaussian_nll. A network may now output any real number "
        "as log σ², and σ stays positive.",
    )


def check_stable_nll(answer: Callable[[Array, Array], Array]) -> Feedback:
    """answer(logits, label) → the categorical NLL of each example, at any finite logits."""
    cases = []
    for logits, label in (
        ([[0.0, 0.0]], [0]),
        ([[2.0, 1.0, 0.0]], [2]),
        ([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0]], [0, 1]),
        ([[1000.0, 0.0]], [0]),
        ([[1000.0, 0.0]], [1]),
        ([[-1000.0, -1001.0]], [0]),
        ([[1000.0, 1000.0, -1000.0], [-1000.0, 0.0, 500.0]], [1, 0]),
        ([[1000.0, 0.0], [-1000.0, -1001.0]], [0, 0]),  # rows that need shifts of their own
    ):
        z, y = np.array(logits), np.array(label)
        cases.append((f"logits={logits}, label={label}", (z, y), costs.categorical_nll(z, y)))

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
        mistakes = [
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
        ]
        return next((why for wrong, why in mistakes if _near(given, wrong)), None)

    return compare(
        answer,
        cases,
        hint,
        "eight batches agree with costs.categorical_nll, at logits of ±1000 too.",
    )


def check_quantile_cost(answer: Callable[[float, Array, float], Array]) -> Feedback:
    """answer(prediction, target, level) → the pinball cost, whose minimum is the quantile."""
    cases = []
    for prediction, target, level in (
        (5.0, [5.0], 0.9),
        (5.0, [7.0], 0.9),
        (5.0, [2.0], 0.9),
        (5.0, [2.0, 5.0, 7.0, 30.0], 0.5),
        (-1.0, [-3.0, 4.0], 0.25),
    ):
        y = np.array(target)
        late = y - prediction
        exact = np.where(late > 0, level * late, (level - 1) * late)
        words = f"prediction={prediction}, target={target}, level={level}"
        cases.append((words, (prediction, y, level), exact))

    def hint(arguments, given, expected):
        prediction, target, level = arguments
        late = target - prediction
        mistakes = [
            (
                np.where(late > 0, (1 - level) * late, -level * late),
                "The two slopes are exchanged: a target above the prediction costs `level` per "
                "unit, one below costs 1 − level. Yours has its minimum at the other quantile.",
            ),
            (np.abs(late), "This is the absolute error: the two sides must have different slopes."),
            (2 * expected, "This is twice the cost: the slopes are level and 1 − level."),
            (
                np.where(late > 0, level * late, (1 - level) * late),
                "A cost is never negative: below the prediction y − f is negative; turn its sign.",
            ),
        ]
        return next((why for wrong, why in mistakes if _near(given, wrong)), None)

    verdict = compare(answer, cases, hint, "")
    if not verdict.passed:
        return verdict
    data = np.random.default_rng(0).exponential(size=1999)
    grid = np.linspace(0, 5, 501)
    mean_costs = []
    for f in grid:
        try:
            mean_costs.append(np.mean(answer(f, data, 0.9)))
        except Exception as error:
            return not_yet(
                f"at prediction={f:g} and 1999 targets your function raised "
                f"{type(error).__name__}: {error}"
            )
    return Feedback(
        True,
        "five batches are right. On 1999 exponential waiting times its minimum is at "
        f"{grid[np.argmin(mean_costs)]:.2f}; the 90 % quantile is {np.quantile(data, 0.9):.2f}.",
    )


def check_logit_gradients(answer: Callable[[float, float], tuple[float, float]]) -> Feedback:
    """answer(z, y) → the gradients by z of −log p(y|z) and of ½(σ(z) − y)², in this order."""
    cases = []
    for z, y in ((0.0, 1.0), (2.0, 0.0), (-8.0, 1.0), (4.0, 1.0), (3.0, 0.25)):
        p = sigmoid(np.array([z]))[0]
        exact = [p - y, (p - y) * p * (1 - p)]
        cases.append((f"z={z}, y={y}", (z, y), exact))

    def hint(arguments, given, expected):
        z, y = arguments
        p = sigmoid(np.array([z]))[0]
        nll, half_square = expected
        if _near(given, -expected):
            return "Both signs are turned: the gradient points to where the cost grows."
        if _near(given, expected[::-1]):
            return "The two are exchanged: the NLL's gradient comes first."
        first, second = given
        if np.isclose(first, nll * p * (1 - p)) and not np.isclose(first, nll):
            return "Your first one still has the factor σ′(z); the log cancels it."
        if np.isclose(first, -nll) and not np.isclose(nll, 0):
            return "The first sign is turned: the gradient is p − y."
        if np.isclose(second, 2 * half_square):
            return "Your second one is twice as large: the cost is *half* the squared error."
        if np.isclose(second, p - y):
            return "Your second one lacks the chain rule's factor σ′(z) = σ(z)(1 − σ(z))."
        return None

    return compare(
        answer,
        cases,
        hint,
        "both gradients are right at five logits. Their ratio is 1/σ′(z), which is what the log "
        "cancels.",
    )
