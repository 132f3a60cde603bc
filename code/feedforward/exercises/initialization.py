"""Checks for the coding exercises of chapter 3, Initialization."""

import math
from collections.abc import Callable

import numpy as np

from feedforward.exercises import Feedback, compare
from feedforward.graph import Tensor
from feedforward.initializers import fans
from feedforward.normalization import BatchNorm
from feedforward.propagation import predicted_forward

Array = np.ndarray


def _near(values: Array, other: object) -> bool:
    other = np.asarray(other, dtype=float)
    return values.shape == other.shape and bool(np.allclose(values, other, rtol=1e-6, atol=1e-9))


def _named(mistakes: list[tuple[object, str]], given: Array) -> str | None:
    return next((why for wrong, why in mistakes if _near(given, wrong)), None)


def check_start_std(answer: Callable[[tuple[int, ...], float], float]) -> Feedback:
    """answer(shape, alpha) → the weights' standard deviation that keeps E[z²] behind a rectifier
    max(0, z) + α·min(0, z), for a dense or a convolution's shape.
    """
    cases = []
    for shape, alpha in (
        ((50, 200), 0.0),
        ((50, 200), 0.5),
        ((50, 200), -1.0),
        ((32, 16, 3, 3), 0.0),
        ((8, 4, 5), 0.1),
    ):
        fan_in, _ = fans(shape)
        words = f"shape={shape}, alpha={alpha:g}"
        cases.append((words, (shape, alpha), math.sqrt(2 / ((1 + alpha**2) * fan_in))))

    def hint(arguments, given, expected):
        shape, alpha = arguments
        fan_in, fan_out = fans(shape)
        kept = (1 + alpha**2) / 2
        return _named(
            [
                (expected**2, "This is the variance; its square root is asked for."),
                (math.sqrt(1 / (kept * fan_out)), "This divides by fan-out: z sums over inputs."),
                (
                    math.sqrt(1 / (kept * (fan_in + fan_out) / 2)),
                    "This divides by the mean of both fans, as Xavier does. Keep E[z²]: fan-in.",
                ),
                (
                    math.sqrt(1 / (kept * shape[1])),
                    "One output of a convolution sums over the kernel's positions as well.",
                ),
                (math.sqrt(2 / fan_in), "This is He's for ReLU: the left side, α, adds α²/2."),
                (
                    math.sqrt(2 / ((1 + alpha) * fan_in)) if alpha > -1 else math.nan,
                    "The left side's slope enters squared: E[g²] = (1 + α²)/2.",
                ),
                (
                    math.sqrt(1 / fan_in),
                    "This is LeCun's: it keeps E[z²] only if the unit keeps all of it.",
                ),
            ],
            given,
        )

    return compare(
        answer,
        cases,
        hint,
        "five shapes and slopes are right. α = −1, the absolute value, needs no gain at all.",
    )


def check_second_moments(answer: Callable[[tuple[int, ...], Array, float], Array]) -> Feedback:
    """answer(widths, variances, x_square) → E[z²] of each layer of a wide ReLU network."""
    cases = []
    for widths, variances, x_square in (
        ((10, 4), [0.1], 1.0),
        ((10, 4), [0.1], 3.0),
        ((100, 100, 100, 100), [0.02, 0.02, 0.02], 1.0),
        ((100, 100, 100), [0.01, 0.01], 1.0),
        ((64, 128, 32, 10), [0.03, 0.01, 0.05], 0.5),
    ):
        # Not by the formula asked for: the mean-field map integrates the unit over a bell.
        expected = predicted_forward("relu", np.multiply(widths[:-1], variances), x_square)
        words = f"widths={widths}, variances={variances}, x_square={x_square:g}"
        cases.append((words, (widths, np.array(variances), x_square), expected))

    def hint(arguments, given, expected):
        widths, variances, x_square = arguments
        n_in, n_out = np.array(widths[:-1]), np.array(widths[1:])
        halves = 0.5 ** np.arange(len(n_in))
        return _named(
            [
                (
                    np.cumprod(n_in * variances) * x_square,
                    "ReLU is missing: E[a²] is half of E[z²].",
                ),
                (
                    np.cumprod(n_in * variances) * x_square * halves / 2,
                    "Twice that: these are E[a²], after the unit, or the input was halved too.",
                ),
                (
                    np.cumprod(n_out * variances) * x_square * halves,
                    "You multiplied by the number of outputs: z sums over the inputs.",
                ),
                (
                    np.cumprod(n_in * variances) * halves,
                    "Where is the input's own mean square?",
                ),
                (
                    np.cumprod(n_in * variances**2) * x_square * halves,
                    "These are the variances already, not standard deviations: do not square.",
                ),
                (expected[-1], "All layers are asked for, not the last one only."),
                (np.sqrt(expected), "These are the square roots."),
            ],
            given,
        )

    return compare(
        answer,
        cases,
        hint,
        "five networks are right. Variance 2/n keeps E[z²]; variance 1/n halves it at each layer.",
    )


def check_batch_norm_backward(
    answer: Callable[[Array, float, Array, float], Array],
) -> Feedback:
    """answer(z, gamma, g, epsilon) → ∂J/∂z of one unit's batch norm, given g = ∂J/∂(its output).

    z and g have shape (m,).
    """
    cases = []
    for z, gamma, g in (
        ([0.0, 1.0, 2.0, 5.0], 1.0, [1.0, 0.0, 0.0, 0.0]),
        ([0.0, 1.0, 2.0, 5.0], 3.0, [0.5, -1.0, 2.0, 0.0]),
        ([-1.0, 1.0], 2.0, [1.0, 0.0]),
        ([3.0, 3.1, 2.9], -1.0, [1.0, 1.0, 4.0]),
    ):
        norm, epsilon = BatchNorm((1,), epsilon=0.01), 0.01
        norm.scale.data[:] = gamma
        node = Tensor(np.array(z)[:, None])
        norm(node).backward(np.array(g)[:, None])
        words = f"z={z}, gamma={gamma:g}, g={g}, epsilon={epsilon:g}"
        cases.append((words, (np.array(z), gamma, np.array(g), epsilon), node.grad[:, 0]))

    def hint(arguments, given, expected):
        z, gamma, g, epsilon = arguments
        std = np.sqrt(z.var() + epsilon)
        hat = (z - z.mean()) / std
        return _named(
            [
                (gamma * g / std, "You took the batch's mean and variance for constants."),
                (gamma * (g - g.mean()) / std, "The variance depends on z as well."),
                (gamma * (g - hat * (g * hat).mean()) / std, "The mean depends on z as well."),
                (expected / gamma, "The learned scale γ is missing."),
                (expected * std, "Divide by √(variance + ε): the output moves by dz/std."),
                (
                    gamma * (g - g.sum() - hat * (g * hat).sum()) / std,
                    "These must be means over the batch, not sums.",
                ),
                (
                    gamma * (g - g.mean() - (z - z.mean()) * (g * hat).mean()) / std,
                    "The last term needs the normalized ẑ, not z − mean.",
                ),
            ],
            given,
        )

    return compare(
        answer,
        cases,
        hint,
        "four batches are right. The gradients of a batch sum to 0: shifting all of z changes "
        "nothing.",
    )


def check_fold(answer: Callable[..., tuple[Array, Array]]) -> Feedback:
    """answer(weight, bias, scale, shift, mean, variance, epsilon) → (weight, bias) of one dense
    layer that does what the layer and its batch norm do together in use.
    """
    rng = np.random.default_rng(0)
    cases = []
    for n_out, n_in in ((1, 2), (2, 2), (3, 4)):
        weight, bias = rng.normal(size=(n_out, n_in)).round(1), rng.normal(size=n_out).round(1)
        scale, shift = rng.uniform(0.5, 2, n_out).round(1), rng.normal(size=n_out).round(1)
        mean, variance = rng.normal(size=n_out).round(1), rng.uniform(0.2, 3, n_out).round(1)
        norm = BatchNorm((n_out,), epsilon=0.01)
        norm.scale.data[:], norm.shift.data[:] = scale, shift
        norm.running_mean[:], norm.running_variance[:] = mean, variance
        # What layer and normalization make of 0, and of one input at a time: bias and weights.
        basis = np.vstack([np.zeros(n_in), np.eye(n_in)])
        origin, *steps = norm(basis @ weight.T + bias, training=False).data
        folded = np.column_stack([*(step - origin for step in steps), origin])
        names = f"a layer of {n_in} inputs and {n_out} output{'s' * (n_out > 1)}"
        arguments = (weight, bias, scale, shift, mean, variance, 0.01)
        cases.append((names, arguments, folded))

    def packed(*arguments):
        given = answer(*arguments)
        if given is None:
            return None
        weight, bias = given
        return np.column_stack([weight, bias])

    def hint(arguments, given, expected):
        weight, bias, scale, shift, mean, variance, epsilon = arguments
        std = np.sqrt(variance + epsilon)
        factor = scale / std
        right = factor[:, None] * weight

        def both(w, b):
            return np.column_stack([w, b])

        return _named(
            [
                (both(right, factor * (bias - mean)), "The shift β is missing from the bias."),
                (both(right, bias - factor * mean + shift), "The old bias is scaled as well."),
                (both(right, factor * bias + shift), "The running mean is missing."),
                (both(right, shift), "The old bias and the running mean are missing."),
                (both(right, factor * (bias + mean) + shift), "The mean is subtracted, not added."),
                (both(weight, expected[:, -1]), "The weights must be scaled too."),
                (
                    both(
                        (scale / (variance + epsilon))[:, None] * weight,
                        scale / (variance + epsilon) * (bias - mean) + shift,
                    ),
                    "Divide by the square root of the variance.",
                ),
                (
                    both(
                        weight / std[:, None],
                        (bias - mean) / std + shift,
                    ),
                    "The scale γ is missing.",
                ),
            ],
            given,
        )

    return compare(
        packed,
        cases,
        hint,
        "three layers are right. In use, a batch norm behind a dense layer costs nothing at all. "
        "(Above, each row would show the weights and, last, the bias.)",
    )
