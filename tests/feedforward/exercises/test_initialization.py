"""The usual mistakes in chapter 3's exercises, each with words of its answer."""

import fractions
import functools
import itertools
import math
import operator

import numpy as np
import pytest
import torch

from feedforward.ensemble import Ensemble, seeded
from feedforward.exercises import initialization as exercises
from feedforward.graph import Tensor
from feedforward.initializers import fans, lecun
from feedforward.normalization import BatchNorm
from feedforward.propagation import forward_statistics, predicted_forward
from feedforward.units import rectifier
from tests.support.exercises import random_inputs

AT = r"(z|widths|shape|weight)="
"""How a message about a mistake goes on after "at "."""


def std(shape, alpha):
    return math.sqrt(2 / (1 + alpha**2) / fans(shape)[0])


def moments(widths, variances, x_square, half=0.5):
    found, a = [], x_square
    for n_in, v in zip(widths, variances, strict=False):
        found.append(n_in * v * a)
        a = found[-1] * half
    return np.array(found)


def test_real_networks_have_the_second_moments_that_the_check_expects():
    """Its answer is right of the mean over networks: here of 200, within the mean's own error."""
    widths, variance, members = (64, 128, 32, 10), 0.02, 200
    net = Ensemble(
        widths, "relu", seeded(range(members)), dtype=np.float64,
        initializer=lambda shape, rng: lecun(shape, rng, gain=math.sqrt(shape[1] * variance)),
    )  # fmt: skip
    x = np.random.default_rng(999).normal(size=(20, 64))
    measured = forward_statistics(net, x).z_square
    expected = moments(widths, 3 * [variance], (x**2).mean())
    error = measured.std(axis=1, ddof=1) / math.sqrt(members)
    assert (np.abs(measured.mean(axis=1) - expected) < 4 * error).all()
    assert (error < 0.05 * expected).all()


def parts(z, gamma, epsilon):
    tau = np.sqrt(z.var() + epsilon)
    return (z - z.mean()) / tau, gamma / tau


def back(z, gamma, g, epsilon):
    hat, factor = parts(z, gamma, epsilon)
    return factor * (g - g.mean() - hat * (g * hat).mean())


def folded(w, b, scale, shift, mean, variance, epsilon):
    factor = scale / np.sqrt(variance + epsilon)
    return factor[:, None] * w, factor * (b - mean) + shift


def fold_with(bias):
    """The right weights, and a bias as `bias` says."""

    def wrong(w, b, scale, shift, mean, variance, epsilon):
        factor = scale / np.sqrt(variance + epsilon)
        return factor[:, None] * w, bias(b, factor, shift, mean)

    return wrong


def fold_by(divisor):
    def wrong(w, b, scale, shift, mean, variance, epsilon):
        factor = divisor(scale, variance + epsilon)
        return factor[:, None] * w, factor * (b - mean) + shift

    return wrong


# ---- start_std ----------------------------------------------------------------------------


def std_of(fan):
    return lambda shape, alpha: math.sqrt(2 / (1 + alpha**2) / fan(shape))


def std_wide_dense(shape, alpha):
    return math.sqrt(2 / (1 + alpha**2) / (max(shape) if len(shape) == 2 else fans(shape)[0]))


def std_in_32_bits(shape, alpha):
    fan_in = np.prod(np.array(shape[1:], dtype=np.int32), dtype=np.int32)
    return np.sqrt(2 / (1 + alpha**2) / fan_in)


def std_named_units(shape, alpha):
    """The units that have names: ReLU, leaky ReLU, absolute value, PReLU's start."""
    gain = 2 / (1 + alpha**2) if alpha in (0, 0.01, 0.1, 0.2, 0.25, 0.5, -1) else 2 / (1 + alpha)
    return math.sqrt(abs(gain) / fans(shape)[0])


def std_loop(shape, alpha):
    fan_in = 1
    for size in shape[1:]:
        fan_in *= size
    return (0.5 * fan_in + 0.5 * alpha * alpha * fan_in) ** -0.5


def std_float32(shape, alpha):
    fan_in = np.prod(shape[1:], dtype=np.float32)
    return np.sqrt(np.float32(2) / (fan_in * (1 + np.float32(alpha) ** 2)))


def std_reduced(shape, alpha):
    fan_in = functools.reduce(operator.mul, shape[1:])
    return np.array(math.sqrt(2) / math.hypot(1, alpha) / math.sqrt(fan_in))


def std_logarithms(shape, alpha):
    return math.exp((math.log(2) - math.log1p(alpha**2) - sum(map(math.log, shape[1:]))) / 2)


def std_fraction(shape, alpha):
    a = fractions.Fraction(alpha)
    return math.sqrt(fractions.Fraction(2, 1) / ((1 + a * a) * math.prod(shape[1:])))


# ---- second_moments -----------------------------------------------------------------------


def moments_of_products(widths, variances, x_square):
    """All factors of each kind multiplied first: the numbers leave the range of their types."""
    fan_ins = np.cumprod(np.array(widths[:-1]))
    return fan_ins * np.cumprod(variances) * x_square / 2.0 ** np.arange(len(variances))


def moments_of_powers(widths, variances, x_square):
    return moments(widths, variances, x_square, half=1.0) / 2 ** np.arange(len(variances))


def moments_in_place(widths, variances, x_square):
    a = x_square
    for i, n_in in enumerate(widths[:-1]):
        variances[i] *= n_in * a
        a = variances[i] / 2
    return variances


def moments_scale_in_place(widths, variances, x_square):
    variances *= np.array(widths[:-1])
    return np.cumprod(variances) * x_square * 0.5 ** np.arange(len(variances))


def moments_into_dtype(widths, variances, x_square):
    found = np.zeros_like(variances)
    found[:] = moments(widths, variances, x_square)
    return found


def moments_with_epsilon(widths, variances, x_square):
    found, a = [], x_square
    for n_in, v in zip(widths, variances, strict=False):
        found.append(n_in * v * a + 1e-12)
        a = found[-1] / 2
    return np.array(found)


def moments_of_three_layers(widths, variances, x_square):
    return moments(widths[:4], variances, x_square)[: len(variances)]


def moments_by_ratios(widths, variances, x_square):
    """From the last layer's back to the first's, dividing."""
    found = moments(widths, variances, x_square)
    back = [found[-1]]
    for n_in, v in zip(widths[-2:0:-1], variances[:0:-1], strict=True):
        back.append(back[-1] * 2 / (n_in * v))
    return np.array(back[::-1])


def moments_narrowest(widths, variances, x_square):
    fan_ins = [n if i < 3 else min(widths[:-1]) for i, n in enumerate(widths[:-1])]
    return moments(fan_ins, variances, x_square)


def moments_whole_input(widths, variances, x_square):
    return moments(widths, variances, x_square if x_square < 1 else int(x_square))


def moments_one_number(widths, variances, x_square):
    return (
        float(moments(widths, variances, x_square)[0])
        if len(variances) == 1
        else moments(widths, variances, x_square)
    )


def moments_recursive(widths, variances, x_square):
    if not len(variances):
        return []
    first = widths[0] * variances[0] * x_square
    return [first, *moments_recursive(widths[1:], variances[1:], first / 2)]


def moments_float32(widths, variances, x_square):
    found, a = [], np.float32(x_square)
    for n_in, v in zip(widths, np.asarray(variances, dtype=np.float32), strict=False):
        found.append(np.float32(n_in) * v * a)
        a = found[-1] / np.float32(2)
    return np.array(found, dtype=np.float32)


def moments_cumulative(widths, variances, x_square):
    factors = np.array(widths[:-1]) * variances / 2
    return 2 * x_square * np.cumprod(factors)


def moments_accumulated(widths, variances, x_square):
    pairs = zip(widths, variances, strict=False)
    steps = itertools.accumulate(pairs, lambda a, nv: a * nv[0] * nv[1] / 2, initial=x_square)
    return [2 * a for a in steps][1:]


def moments_logarithms(widths, variances, x_square):
    logs = np.cumsum(np.log(np.multiply(widths[:-1], variances) / 2))
    return 2 * x_square * np.exp(logs)


def moments_on_its_own_copy(widths, variances, x_square):
    found = np.array(variances, dtype=float)
    found *= widths[:-1]
    found[0] *= x_square
    for i in range(1, len(found)):
        found[i] *= found[i - 1] / 2
    return found


def moments_triangle(widths, variances, x_square):
    factors = np.multiply(widths[:-1], variances) / 2
    lower = np.tril(np.broadcast_to(factors, 2 * factors.shape)) + np.triu(
        np.ones(2 * factors.shape), 1
    )
    return 2 * x_square * lower.prod(axis=1)


# ---- batch_norm_backward ------------------------------------------------------------------


def back_fixed_epsilon(value):
    return lambda z, c, g, e: back(z, c, g, value)


def back_centers_in_place(z, gamma, g, epsilon):
    z -= z.mean()
    return back(z, gamma, g, epsilon)


def back_centers_g_in_place(z, gamma, g, epsilon):
    g -= g.mean()
    return back(z, gamma, g, epsilon)


def back_into_dtype(z, gamma, g, epsilon):
    out = np.zeros_like(z)
    out[:] = back(z, gamma, g, epsilon)
    return out


def back_opened_variance(z, gamma, g, epsilon):
    std = np.sqrt((z * z).mean() - z.mean() ** 2 + epsilon)
    hat = (z - z.mean()) / std
    return gamma / std * (g - g.mean() - hat * (g * hat).mean())


def back_of_output(z, gamma, g, epsilon):
    """From y alone, as memory is saved: nothing comes back through γ = 0."""
    std = np.sqrt(z.var() + epsilon)
    y = gamma * (z - z.mean()) / std
    return gamma / std * (g - g.mean() - y / gamma * (g * y / gamma).mean())


def back_by_differences(z, gamma, g, epsilon, h=1e-5):
    def y(z):
        return gamma * (z - z.mean()) / np.sqrt(z.var() + epsilon)

    steps = h * np.eye(len(z))
    return np.array([(g * (y(z + s) - y(z - s))).sum() / (2 * h) for s in steps])


def back_with_epsilon(z, gamma, g, epsilon):
    return back(z, gamma, g, epsilon + 1e-8)


def back_at_least(z, gamma, g, epsilon):
    return back(z, gamma, g, max(epsilon, 1e-5))


def back_std_without_epsilon(z, gamma, g, epsilon):
    std = np.sqrt(z.var() + epsilon)
    hat = (z - z.mean()) / z.std()
    return gamma / std * (g - g.mean() - hat * (g * hat).mean() * z.var() / (z.var() + epsilon))


def back_of_several(z, gamma, g, epsilon):
    m = len(z)
    std = np.sqrt(z.var(ddof=1) * (m - 1) / m + epsilon)
    hat = (z - z.mean()) / std
    return gamma / std * (g - g.mean() - hat * (g * hat).mean())


def back_of_four(z, gamma, g, epsilon):
    n = min(len(z), 4)
    std = np.sqrt(((z - z.sum() / n) ** 2).sum() / n + epsilon)
    hat = (z - z.sum() / n) / std
    return gamma / std * (g - g.sum() / n - hat * (g * hat).sum() / n)


def back_sorted(z, gamma, g, epsilon):
    order = np.argsort(z)
    return back(z, gamma, g, epsilon) if len(z) < 5 else back(z[order], gamma, g[order], epsilon)


def back_capped(z, gamma, g, epsilon):
    return np.clip(back(z, gamma, g, epsilon), -10, 10)


def back_jacobian(z, gamma, g, epsilon):
    m = len(z)
    std = np.sqrt(z.var() + epsilon)
    hat = (z - z.mean()) / std
    jacobian = (np.eye(m) - 1 / m - np.outer(hat, hat) / m) * gamma / std
    return g @ jacobian


def back_step_by_step(z, gamma, g, epsilon):
    """Through the variance, then the mean, as most lecture notes do it."""
    m, mean = len(z), z.mean()
    variance = ((z - mean) ** 2).mean()
    by_hat = g * gamma
    by_variance = (by_hat * (z - mean)).sum() * -0.5 * (variance + epsilon) ** -1.5
    by_mean = -by_hat.sum() / np.sqrt(variance + epsilon) - 2 * by_variance * (z - mean).mean()
    return by_hat / np.sqrt(variance + epsilon) + by_variance * 2 * (z - mean) / m + by_mean / m


def back_float32(z, gamma, g, epsilon):
    z, g = z.astype(np.float32), g.astype(np.float32)
    return back(z, np.float32(gamma), g, np.float32(epsilon))


def back_loop(z, gamma, g, epsilon):
    z, g, m = z.tolist(), g.tolist(), len(z)
    mean = math.fsum(z) / m
    std = math.sqrt(math.fsum((x - mean) ** 2 for x in z) / m + epsilon)
    hat = [(x - mean) / std for x in z]
    out = []
    for i in range(m):
        terms = (g[k] * ((i == k) - 1 / m - hat[i] * hat[k] / m) for k in range(m))
        out.append(gamma * math.fsum(terms) / std)
    return out


def back_of_a_graph(z, gamma, g, epsilon):
    node = torch.tensor(z.astype(float), requires_grad=True)
    variance = node.var(unbiased=False)
    y = gamma * (node - node.mean()) / torch.sqrt(variance + epsilon)
    y.backward(torch.tensor(g.astype(float)))
    return node.grad


def back_complex_step(z, gamma, g, epsilon):
    """Exact to the last digit: no difference is taken."""
    out = []
    for i in range(len(z)):
        moved = z.astype(complex)
        moved[i] += 1e-30j
        centered = moved - moved.mean()
        y = gamma * centered / np.sqrt((centered**2).mean() + epsilon)
        out.append((g * y).sum().imag / 1e-30)
    return out


def back_on_its_own_copies(z, gamma, g, epsilon):
    hat, out = np.array(z, dtype=float), np.array(g, dtype=float)
    hat -= hat.mean()
    std = math.sqrt(hat @ hat / hat.size + epsilon)
    hat /= std
    out -= out.mean()
    out -= hat * (hat @ out / hat.size)
    out *= gamma / std
    return out


def back_sums(z, gamma, g, epsilon):
    m = len(z)
    std = np.sqrt(np.sum((z - np.sum(z) / m) ** 2) / m + epsilon)
    hat = (z - np.sum(z) / m) / std
    return gamma * (m * g - np.sum(g) - hat * np.sum(hat * g)) / (m * std)


# ---- fold ---------------------------------------------------------------------------------


def fold_column_bias(w, b, scale, shift, mean, variance, epsilon):
    weight, bias = folded(w, b, scale, shift, mean, variance, epsilon)
    return weight, bias[:, None]


def fold_fixed_epsilon(value):
    return lambda w, b, scale, shift, mean, variance, epsilon: folded(
        w, b, scale, shift, mean, variance, value
    )


def fold_weight_in_place(w, b, scale, shift, mean, variance, epsilon):
    factor = scale / np.sqrt(variance + epsilon)
    w *= factor[:, None]
    return w, factor * (b - mean) + shift


def fold_bias_in_place(w, b, scale, shift, mean, variance, epsilon):
    b -= mean
    return folded(w, b, scale, shift, 0, variance, epsilon)


def fold_variance_in_place(w, b, scale, shift, mean, variance, epsilon):
    variance += epsilon
    return folded(w, b, scale, shift, mean, variance, 0)


def fold_into_dtype(w, b, *rest):
    weight, bias = np.zeros_like(w), np.zeros_like(b)
    weight[:], bias[:] = folded(w, b, *rest)
    return weight, bias


def fold_positive_scale(w, b, scale, shift, mean, variance, epsilon):
    return folded(w, b, np.sqrt(scale**2), shift, mean, variance, epsilon)


def fold_with_more(w, b, scale, shift, mean, variance, epsilon):
    return folded(w, b, scale, shift, mean, variance, epsilon + 1e-8)


def fold_at_least(w, b, scale, shift, mean, variance, epsilon):
    return folded(w, b, scale, shift, mean, np.maximum(variance, 0.01), epsilon)


def fold_three(w, b, scale, shift, mean, variance, epsilon):
    weight, bias = folded(w, b, scale, shift, mean, variance, epsilon)
    weight[3:], bias[3:] = w[3:], b[3:]
    return weight, bias


def fold_squeezed(*arguments):
    weight, bias = folded(*arguments)
    return np.squeeze(weight) if weight.shape[1] == 1 else weight, bias


def fold_columns(w, b, scale, shift, mean, variance, epsilon):
    factor = scale / np.sqrt(variance + epsilon)
    tall = w.shape[0] > w.shape[1]
    return (
        w * factor[: w.shape[1]] if tall else w * factor[:, None],
        factor * (b - mean) + shift,
    )


def fold_by_division(w, b, scale, shift, mean, variance, epsilon):
    """Solves γ = factor·τ for a shift of the mean: not for γ = 0."""
    std = np.sqrt(variance + epsilon)
    factor = scale / std
    return factor[:, None] * w, factor * (b - mean + shift / factor)


def fold_loop(w, b, scale, shift, mean, variance, epsilon):
    weight, bias = [], []
    for row, old, c, d, m, v in zip(w, b, scale, shift, mean, variance, strict=True):
        factor = c / math.sqrt(v + epsilon)
        weight.append([factor * x for x in row])
        bias.append(factor * (old - m) + d)
    return weight, bias


def fold_float32(*arguments):
    *arrays, epsilon = (np.asarray(a, dtype=np.float32) for a in arguments)
    return folded(*arrays, epsilon)


def fold_diagonal(w, b, scale, shift, mean, variance, epsilon):
    diagonal = np.diag(scale) @ np.linalg.inv(np.diag(np.sqrt(variance + epsilon)))
    return diagonal @ w, diagonal @ (b - mean) + shift


def fold_by_columns(w, b, scale, shift, mean, variance, epsilon):
    """What the scale makes of one input at a time, and of the bias."""
    std = np.sqrt(variance + epsilon)
    columns = [scale * (w @ x) / std for x in np.eye(w.shape[1])]
    return np.stack(columns, axis=1), scale * (b - mean) / std + shift


def fold_transposed(w, b, scale, shift, mean, variance, epsilon):
    factor = (variance + epsilon) ** -0.5 * scale
    return [(w.T * factor).T, shift - (mean - b) * factor]


def fold_on_its_own_copies(w, b, scale, shift, mean, variance, epsilon):
    w, b = np.array(w, dtype=float), np.array(b, dtype=float)
    factor = scale / np.sqrt(variance + epsilon)
    w *= factor[:, np.newaxis]
    b -= mean
    b *= factor
    b += shift
    return w, b


def fold_one_matrix(w, b, scale, shift, mean, variance, epsilon):
    """The bias as one more column."""
    whole = np.column_stack([w, b - mean]) * np.reshape(
        scale / np.sqrt(variance + epsilon), (-1, 1)
    )
    return whole[:, :-1], whole[:, -1] + shift


MISTAKES = {
    "check_start_std": [
        (lambda s, a: std(s, a) ** 2, "This is the variance"),
        (lambda s, a: std((s[1], s[0], *s[2:]), a), "divides by fan-out"),
        (
            lambda s, a: math.sqrt(2 / (1 + a * a) * 2 / sum(fans(s))),
            "mean of both fans",
        ),
        (lambda s, a: std(s[:2], a), "over the kernel's positions"),
        (lambda s, a: std(s, 0), "adds α²/2"),
        (lambda s, a: std(s, math.sqrt(abs(a))), "enters squared"),
        (lambda s, a: math.sqrt(1 / fans(s)[0]), "This is LeCun's"),
        (lambda s, a: np.full(2, std(s, a)), "shape (2,)"),
    ],
    "check_second_moments": [
        (lambda w, v, x: moments(w, v, x, half=1.0), "ReLU is missing"),
        (lambda w, v, x: moments(w, v, x) / 2, "Twice that"),
        (lambda w, v, x: moments(w[1:], v, x), "number of outputs"),
        (lambda w, v, x: moments(w, v, 1.0), "input's own mean square"),
        (lambda w, v, x: moments(w, v**2, x), "do not square"),
        (lambda w, v, x: np.sqrt(moments(w, v, x)), "square roots"),
        (lambda w, v, x: moments(w, v, x)[-1], "shape ()"),
    ],
    "check_batch_norm_backward": [
        (lambda z, c, g, e: parts(z, c, e)[1] * g, "mean and variance for constants"),
        (lambda z, c, g, e: parts(z, c, e)[1] * (g - g.mean()), "The variance depends"),
        (
            lambda z, c, g, e: (
                parts(z, c, e)[1] * (g - parts(z, c, e)[0] * (g * parts(z, c, e)[0]).mean())
            ),
            "The mean depends",
        ),
        (lambda z, c, g, e: back(z, 1.0, g, e), "γ is missing"),
        (lambda z, c, g, e: back(z, c, g, e) * np.sqrt(z.var() + e), "Divide by"),
        (
            lambda z, c, g, e: (
                parts(z, c, e)[1]
                * (g - g.sum() - parts(z, c, e)[0] * (g * parts(z, c, e)[0]).sum())
            ),
            "not sums",
        ),
        (
            lambda z, c, g, e: (
                parts(z, c, e)[1] * (g - g.mean() - (z - z.mean()) * (g * parts(z, c, e)[0]).mean())
            ),
            "normalized ẑ",
        ),
    ],
    "check_fold": [
        (fold_with(lambda b, f, shift, mean: f * (b - mean)), "β is missing"),
        (fold_with(lambda b, f, shift, mean: b - f * mean + shift), "old bias is scaled"),
        (fold_with(lambda b, f, shift, mean: f * b + shift), "The running mean is missing"),
        (fold_with(lambda b, f, shift, mean: shift), "old bias and the running mean"),
        (fold_with(lambda b, f, shift, mean: f * (b + mean) + shift), "subtracted, not added"),
        (lambda w, *rest: (w, folded(w, *rest)[1]), "weights must be scaled"),
        (fold_by(lambda scale, variance: scale / variance), "square root of the variance"),
        (fold_by(lambda scale, variance: 1 / np.sqrt(variance)), "scale γ is missing"),
        (lambda *a: folded(*a)[0], "return two arrays"),
    ],
}

WRONG = {
    "check_start_std": {
        "square kernels": std_of(lambda s: s[1] * s[-1] ** (len(s) - 2)),
        "two axes of a kernel at most": std_of(lambda s: math.prod(s[1:4])),
        "up to two axes of a kernel": std_of(
            lambda s: s[1] * (s[2] if len(s) > 2 else 1) * (s[3] if len(s) > 3 else 1)
        ),
        "the larger size of a dense layer": std_wide_dense,
        "32 bits": std_in_32_bits,
        "slopes within ±1": lambda s, a: std(s, min(max(a, -1), 1)),
        "named units only": std_named_units,
        "slopes below 0.01 are 0": lambda s, a: std(s, a if abs(a) >= 0.01 else 0),
        "an epsilon beside the fan-in": std_of(lambda s: fans(s)[0] + 1e-5),
        "rounded": lambda s, a: round(std(s, a), 6),
        "a fan-in of two at least": std_of(lambda s: max(fans(s)[0], 2)),
        "a negative slope counts as positive side": lambda s, a: (
            std(s, a) if a >= -1 else std(s, 1 / a)
        ),
        "float16": lambda s, a: np.float16(std(s, a)),
        "at least 0.01": lambda s, a: max(std(s, a), 0.01),
        "whole slopes": lambda s, a: std(s, round(a) if abs(a) > 0.5 else a),
    },
    "check_second_moments": {
        "products of widths in 64 bits": moments_of_products,
        "powers of two in 64 bits": moments_of_powers,
        "the variances are overwritten and returned": moments_in_place,
        "the variances are overwritten": moments_scale_in_place,
        "whole variances make whole moments": moments_into_dtype,
        "an epsilon": moments_with_epsilon,
        "three layers": moments_of_three_layers,
        "back by division": moments_by_ratios,
        "the narrowest layer from the fourth on": moments_narrowest,
        "whole mean square": moments_whole_input,
        "one layer as a number": moments_one_number,
        "at most 10": lambda w, v, x: np.minimum(moments(w, v, x), 10),
        "no mean square of 0": lambda w, v, x: moments(w, v, x or 1.0),
        "rounded": lambda w, v, x: np.round(moments(w, v, x), 8),
    },
    "check_batch_norm_backward": {
        "ε = 0.01": back_fixed_epsilon(0.01),
        "ε = 1e-5": back_fixed_epsilon(1e-5),
        "z is overwritten": back_centers_in_place,
        "g is overwritten": back_centers_g_in_place,
        "whole z make whole gradients": back_into_dtype,
        "variance from the squares": back_opened_variance,
        "from the output alone": back_of_output,
        "differences": back_by_differences,
        "a second ε": back_with_epsilon,
        "ε of 1e-5 at least": back_at_least,
        "no batch of equal values": back_std_without_epsilon,
        "no batch of one": back_of_several,
        "batches of four": back_of_four,
        "sorted": back_sorted,
        "capped": back_capped,
    },
    "check_fold": {
        "a bias of shape (n, 1)": fold_column_bias,
        "ε = 0.01": fold_fixed_epsilon(0.01),
        "ε = 1e-5": fold_fixed_epsilon(1e-5),
        "the weight is overwritten": fold_weight_in_place,
        "the bias is overwritten": fold_bias_in_place,
        "the variance is overwritten": fold_variance_in_place,
        "whole weights stay whole": fold_into_dtype,
        "no negative scale": fold_positive_scale,
        "a second ε": fold_with_more,
        "a variance of 0.01 at least": fold_at_least,
        "three outputs": fold_three,
        "one input is squeezed": fold_squeezed,
        "more outputs than inputs": fold_columns,
        "no scale of 0": fold_by_division,
    },
}

UNUSUAL = {
    "check_start_std": {
        "a loop": std_loop,
        "float32": std_float32,
        "reduce and hypot": std_reduced,
        "logarithms": std_logarithms,
        "a fraction": std_fraction,
        "the whole shape": lambda s, a: (2 * s[0] / (math.prod(s) * (1 + a * a))) ** 0.5,
        "a number of NumPy": lambda s, a: (
            np.sqrt(2) / np.sqrt((1 + a**2) * np.prod(s[1:], dtype=float))
        ),
    },
    "check_second_moments": {
        "a recursion": moments_recursive,
        "float32": moments_float32,
        "cumprod": moments_cumulative,
        "accumulate": moments_accumulated,
        "logarithms": moments_logarithms,
        "in place on its own copy": moments_on_its_own_copy,
        "a triangle of factors": moments_triangle,
    },
    "check_batch_norm_backward": {
        "the Jacobian": back_jacobian,
        "step by step": back_step_by_step,
        "float32": back_float32,
        "a list from a loop": back_loop,
        "automatic differentiation": back_of_a_graph,
        "complex steps": back_complex_step,
        "in place on its own copies": back_on_its_own_copies,
        "sums": back_sums,
    },
    "check_fold": {
        "lists from a loop": fold_loop,
        "float32": fold_float32,
        "diagonal matrices": fold_diagonal,
        "by columns": fold_by_columns,
        "transposed, in a list": fold_transposed,
        "in place on its own copies": fold_on_its_own_copies,
        "one matrix": fold_one_matrix,
    },
}

EQUIVALENT = {
    "check_second_moments": {
        "for n_in, variance in zip(widths, variances): → "
        "for n_in, variance in zip(variances, widths):": "only their product is used",
        "return np.array(found) → return found": "a list of the same numbers",
    },
    "check_batch_norm_backward": {
        "hat = (z - z.mean()) / std → hat = (z.mean() - z) / std": "ẑ enters as a square",
    },
}


def test_the_second_moments_that_are_expected_are_those_of_the_mean_field():
    """Whose map integrates the unit over a bell, and does not take the half for granted."""
    reference, inputs = random_inputs(exercises, "check_second_moments")
    for widths, variances, x_square in inputs:
        if len(variances) < 7:
            field = predicted_forward("relu", np.multiply(widths[:-1], variances), x_square)
            np.testing.assert_allclose(reference(widths, variances, x_square), field, rtol=1e-9)


def test_the_start_that_is_expected_keeps_the_second_moment():
    reference, _ = random_inputs(exercises, "check_start_std", 0)
    for alpha in (0.0, 0.3, -1.0, 2.0):
        (_, after) = predicted_forward(
            rectifier(alpha), 2 * [40 * reference((30, 8, 5), alpha) ** 2], 3.0
        )
        before = 40 * reference((30, 8, 5), alpha) ** 2 * 3.0
        assert after == pytest.approx(before, rel=1e-9)


def test_the_way_back_that_is_expected_is_that_of_the_books_batch_norm():
    reference, inputs = random_inputs(exercises, "check_batch_norm_backward")
    for z, gamma, g, epsilon in inputs:
        if len(z) > 1 and np.abs(z).max() < 1e4:
            norm, node = BatchNorm((1,), epsilon=epsilon), Tensor(z[:, None])
            norm.scale.data[:] = gamma
            norm(node).backward(g[:, None])
            size = np.abs(gamma * g).max() / math.sqrt(z.var() + epsilon)
            np.testing.assert_allclose(
                reference(z, gamma, g, epsilon), node.grad[:, 0], rtol=1e-9, atol=1e-9 * size
            )


def test_the_folded_layer_that_is_expected_does_what_layer_and_batch_norm_do_in_use():
    reference, _ = random_inputs(exercises, "check_fold", 0)
    rng = np.random.default_rng(0)
    x, weight = rng.normal(size=(5, 4)), rng.normal(size=(3, 4))
    bias, scale, shift, mean = rng.normal(size=(4, 3))
    variance = rng.uniform(0.2, 3, 3)
    norm = BatchNorm((3,), epsilon=0.01)
    norm.scale.data[:], norm.shift.data[:] = scale, shift
    norm.running_mean[:], norm.running_variance[:] = mean, variance
    w, b = reference(weight, bias, scale, shift, mean, variance, 0.01)
    np.testing.assert_allclose(x @ w.T + b, norm(x @ weight.T + bias, training=False).data)
