"""Checks for the coding exercises of chapter 3, Initialization."""

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np

from feedforward.exercises import KINDS, Feedback, judge, named, near, numbers
from feedforward.initializers import fans

Array = np.ndarray


def check_start_std(answer: Callable[[tuple[int, ...], float], float]) -> Feedback:
    """answer(shape, alpha) → the weights' standard deviation that keeps E[z²] behind a rectifier
    max(0, z) + α·min(0, z), for a dense or a convolution's shape.
    """

    def reference(shape, alpha):
        return math.sqrt(2) / math.hypot(1, alpha) / math.sqrt(fans(shape)[0])

    def draw(rng):
        kernel = rng.integers(1, 8, rng.choice([0, 0, 1, 2, 3]))
        sizes = rng.choice([rng.integers(1, 4, 2), rng.integers(1, 600, 2), np.array([2, 70000])])
        if rng.random() < 0.1:  # more weights than 32 bits can count
            sizes, kernel = sizes[:1], np.array([70000, 70000])
        alpha = rng.choice([numbers(rng), 0.001, 0.01, 0.1, 0.25, round(rng.uniform(-2, 2), 2)])
        return (*sizes.tolist(), *kernel.tolist()), float(alpha)

    def hint(arguments, given, expected):
        shape, alpha = arguments
        fan_in, fan_out = fans(shape)
        kept = (1 + alpha**2) / 2
        return named(
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

    shown = [
        ((50, 200), 0.0),
        ((50, 200), 0.5),
        ((50, 200), -1.0),
        ((32, 16, 3, 3), 0.0),
        ((8, 4, 5), 0.1),
    ]
    return judge(
        answer,
        reference,
        shown,
        draw,
        hint,
        "five shapes and slopes are right. α = −1, the absolute value, needs no gain at all.",
    )


def check_second_moments(answer: Callable[[tuple[int, ...], Array, float], Array]) -> Feedback:
    """answer(widths, variances, x_square) → E[z²] of each layer of a wide ReLU network."""

    def reference(widths, variances, x_square):
        # Exact, so that no product of many factors leaves the range of numbers on the way.
        product, found = Fraction(x_square), []
        for n_in, variance in zip(widths, variances.tolist(), strict=False):
            product *= n_in * Fraction(variance)
            found.append(float(product))
            product /= 2
        return np.array(found)

    def draw(rng):
        layers = rng.integers(1, rng.choice([3, 7]))
        if rng.random() < 0.04:  # deep, with weights that keep the mean square in range
            layers = rng.integers(80, 300)
        widths = rng.integers(1, rng.choice([5, 1000]), layers + 1)
        variances = (2 / widths[:-1] * rng.uniform(0.9, 1.1, layers)).round(5)
        if layers < 7 and rng.random() < 0.7:
            variances = numbers(rng, layers, kinds=["whole", "positive", "quarters", "tied"])
        x_square = rng.choice([numbers(rng), 0.0, 0.5, 2.5, 1e-8, 1e8])
        return tuple(widths.tolist()), np.abs(variances), abs(float(x_square))

    def hint(arguments, given, expected):
        widths, variances, x_square = arguments
        n_in, n_out = np.array(widths[:-1]), np.array(widths[1:])
        halves = 0.5 ** np.arange(len(n_in))
        return named(
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

    shown = (
        ((10, 4), [0.1], 1.0),
        ((10, 4), [0.1], 3.0),
        ((100, 100, 100, 100), [0.02, 0.02, 0.02], 1.0),
        ((100, 100, 100), [0.01, 0.01], 1.0),
        ((64, 128, 32, 10), [0.03, 0.01, 0.05], 0.5),
    )
    return judge(
        answer,
        reference,
        [(widths, np.array(variances), x_square) for widths, variances, x_square in shown],
        draw,
        hint,
        "five networks are right. Variance 2/n keeps E[z²]; variance 1/n halves it at each layer.",
    )


def check_batch_norm_backward(
    answer: Callable[[Array, float, Array, float], Array],
) -> Feedback:
    """answer(z, gamma, g, epsilon) → ∂J/∂z of one unit's batch norm, given g = ∂J/∂(its output).

    z and g have shape (m,).
    """

    def reference(z, gamma, g, epsilon):
        # Nothing derived by hand: the derivative by a step along the imaginary axis is exact.
        step = 1e-30
        moved = z + 1j * step * np.eye(len(z))
        centered = moved - moved.mean(1, keepdims=True)
        y = gamma * centered / np.sqrt((centered**2).mean(1, keepdims=True) + epsilon)
        return (y @ g).imag / step

    def inner(z, gamma, g, epsilon):
        """γg/τ, which the means are subtracted from, times how far off ẑ is if z is."""
        std = math.sqrt(z.var() + epsilon)
        return np.abs(gamma * g).max() / std * (1 + np.abs(z).max() / std)

    def draw(rng):
        m = rng.integers(1, rng.choice([4, 15]))
        far = rng.choice([0.0, 0.0, 1e4, 1e8])
        z = far + numbers(rng, m, kinds=["whole", "quarters"] if far else list(KINDS))
        gamma = rng.choice([0.0, 1.0, -1.0, 2.5, -0.5, 1e-8, 3.0])
        epsilon = rng.choice([1e-2, 1e-3, 1e-5, 1e-8, 0.5, 1.0])
        return z, float(gamma), numbers(rng, m), float(epsilon)

    def hint(arguments, given, expected):
        z, gamma, g, epsilon = arguments
        std = np.sqrt(z.var() + epsilon)
        hat = (z - z.mean()) / std
        for other in {1e-2, 1e-3, 1e-5} - {epsilon}:
            if near(given, reference(z, gamma, g, other)):
                return f"This is right for epsilon={other:g}: use the ε that you are given."
        return named(
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

    shown = (
        ([0.0, 1.0, 2.0, 5.0], 1.0, [1.0, 0.0, 0.0, 0.0]),
        ([0.0, 1.0, 2.0, 5.0], 3.0, [0.5, -1.0, 2.0, 0.0]),
        ([-1.0, 1.0], 2.0, [1.0, 0.0]),
        ([3.0, 3.1, 2.9], -1.0, [1.0, 1.0, 4.0]),
    )
    return judge(
        answer,
        reference,
        [(np.array(z), gamma, np.array(g), 0.01) for z, gamma, g in shown],
        draw,
        hint,
        "four batches are right. The gradients of a batch sum to 0: shifting all of z changes "
        "nothing.",
        inner=inner,
    )


def check_fold(answer: Callable[..., tuple[Array, Array]]) -> Feedback:
    """answer(weight, bias, scale, shift, mean, variance, epsilon) → (weight, bias) of one dense
    layer that does what the layer and its batch norm do together in use.
    """

    def reference(weight, bias, scale, shift, mean, variance, epsilon):
        # Both layers in use, of one input at a time and of 0, without what cancels: a step of the
        # input moves the output by neither bias nor mean.
        def normalize(z):
            return z / np.hypot(np.sqrt(variance), math.sqrt(epsilon)) * scale

        steps = [normalize(weight @ x) for x in np.eye(weight.shape[1])]
        return np.column_stack(steps), normalize(bias - mean) + shift

    def draw(rng):
        n_out, n_in = rng.integers(1, rng.choice([3, 6]), 2)
        vectors = (numbers(rng, n_out) for _ in range(4))
        variance = rng.choice(
            [numbers(rng, n_out), numbers(rng, n_out, kinds=["positive"]), np.zeros(n_out)]
        )
        epsilon = rng.choice([1e-2, 1e-3, 1e-5, 1e-8, 0.5, 1.0])
        return numbers(rng, n_out, n_in), *vectors, np.abs(variance), float(epsilon)

    def other_epsilon(part, arguments, given):
        """Words for a right answer to another ε, a fixed one."""
        *arrays, epsilon = arguments
        for other in {1e-2, 1e-3, 1e-5} - {epsilon}:
            if near(given, reference(*arrays, other)[part]):
                return f"This is right for epsilon={other:g}: use the ε that you are given."
        return None

    def about_weight(arguments, given, expected):
        weight, _, scale, _, _, variance, epsilon = arguments
        std = np.sqrt(variance + epsilon)
        return other_epsilon(0, arguments, given) or named(
            [
                (weight, "The weights must be scaled too."),
                (
                    (scale / (variance + epsilon))[:, None] * weight,
                    "Divide by the square root of the variance.",
                ),
                (weight / std[:, None], "The scale γ is missing."),
                (-expected, "γ may be negative, and its sign counts."),
                (np.abs(scale / std)[:, None] * weight, "γ may be negative, and its sign counts."),
            ],
            given,
        )

    def about_bias(arguments, given, expected):
        _, bias, scale, shift, mean, variance, epsilon = arguments
        factor = scale / np.sqrt(variance + epsilon)
        if given.shape == (*expected.shape, 1):
            return "The bias has shape (n_out,), one number for each output."
        return other_epsilon(1, arguments, given) or named(
            [
                (factor * (bias - mean), "The shift β is missing from the bias."),
                (bias - factor * mean + shift, "The old bias is scaled as well."),
                (factor * bias + shift, "The running mean is missing."),
                (shift, "The old bias and the running mean are missing."),
                (factor * (bias + mean) + shift, "The mean is subtracted, not added."),
            ],
            given,
        )

    rng, shown = np.random.default_rng(0), []
    for n_out, n_in in ((1, 2), (2, 2), (3, 4)):
        weight, bias = rng.normal(size=(n_out, n_in)).round(1), rng.normal(size=n_out).round(1)
        scale, shift = rng.uniform(0.5, 2, n_out).round(1), rng.normal(size=n_out).round(1)
        mean, variance = rng.normal(size=n_out).round(1), rng.uniform(0.2, 3, n_out).round(1)
        shown.append((weight, bias, scale, shift, mean, variance, 0.01))
    return judge(
        answer,
        reference,
        shown,
        draw,
        [about_weight, about_bias],
        "three layers are right. In use, a batch norm behind a dense layer costs nothing at all.",
        parts=("new_weight", "new_bias"),
    )
