"""The usual mistakes in chapter 3's exercises, each with words of its answer."""

import math

import numpy as np

from feedforward.ensemble import Ensemble, seeded
from feedforward.initializers import fans, lecun
from feedforward.propagation import forward_statistics

AT = r"((z|widths|shape)=|a layer of \d)"
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
        (lambda *a: folded(*a)[0], "raised"),
    ],
}
