"""The usual mistakes in chapter 2's exercises, each with words of its answer."""

import numpy as np

from feedforward.units import relu, sigmoid, softmax, softplus, sparsemax

AT = r"(z|weight)="
"""How a message about a mistake goes on after "at "."""


def sharp(z, beta):
    return softplus(beta * z) / beta


def routed(z, g):
    return (z == z.max(-1, keepdims=True)) * g[..., None]


def everywhere(z, g):
    return np.broadcast_to(g[..., None], z.shape)


def moments(p, m, s):
    center = (p * m).sum(1)
    return center, np.sqrt((p * (s**2 + (m - center[:, None]) ** 2)).sum(1))


def cancelling(p, m, s):
    center = (p * m).sum(1)
    return center, np.sqrt((p * (s**2 + m**2)).sum(1) - center**2)


def rescaled(z):
    positive = np.maximum(z, 0)
    return positive / max(positive.sum(), 1e-12)


def all_shifted(z):
    return z - (z.sum() - 1) / z.size


MISTAKES = {
    "check_sharp_softplus": [
        (lambda z, b: np.log(1 + np.exp(b * z)) / b, "overflows"),
        (lambda z, b: softplus(b * z), "divided by β: the slope"),
        (lambda z, b: softplus(z) / b, "inside the exponential"),
        (lambda z, b: softplus(z), "softplus for β = 1"),
        (lambda z, b: b * softplus(z / b), "divided by β where it multiplies"),
        (lambda z, b: relu(z), "This is ReLU"),
        (lambda z, b: sigmoid(b * z), "This is the slope"),
        (lambda z, b: sharp(z, b).sum(), "shape ()"),
    ],
    "check_maxout_backward": [
        (lambda z, g: 1.0 * (z == z.max(-1, keepdims=True)), "forgot to multiply by g"),
        (everywhere, "Every piece got the whole"),
        (lambda z, g: everywhere(z, g) / z.shape[-1], "not shared"),
        (lambda z, g: softmax(z) * g[..., None], "This is a softmax"),
        (lambda z, g: -routed(-z, -g), "smallest piece"),
        (lambda z, g: (z == z.max()) * g[..., None], "whole array"),
        (lambda z, g: routed(z, g) * z, "The slope of max"),
        (lambda z, g: (z > 0) * g[..., None], "ReLU's rule"),
        (lambda z, g: g, "shape"),
    ],
    "check_sparsemax": [
        (softmax, "This is softmax"),
        (rescaled, "clipped at 0 and rescaled"),
        (lambda z: np.maximum(all_shifted(z), 0), "found τ from all entries"),
        (all_shifted, "has negative entries"),
        (lambda z: sparsemax(z) / 2, "sum to 0.5"),
    ],
    "check_mixture_moments": [
        (lambda p, m, s: (m.mean(1), moments(p, m, s)[1]), "must weigh"),
        (lambda p, m, s: (s[:, 0], moments(p, m, s)[1]), "The first answer is the mean"),
        (lambda p, m, s: (moments(p, m, s)[0], moments(p, m, s)[1] ** 2), "square root"),
        (
            lambda p, m, s: (moments(p, m, s)[0], np.sqrt((p * s**2).sum(1))),
            "spread *between* the means",
        ),
        (
            lambda p, m, s: (
                moments(p, m, s)[0],
                np.sqrt(np.maximum(moments(p, m, s)[1] ** 2 - (p * s**2).sum(1), 0)),
            ),
            "variance *within*",
        ),
        (
            lambda p, m, s: (moments(p, m, s)[0], np.sqrt((p * (s**2 + m**2)).sum(1))),
            "Subtract the square",
        ),
        (cancelling, "no digit is left"),
        (lambda p, m, s: moments(p, m, s)[0], "shape"),
    ],
}
