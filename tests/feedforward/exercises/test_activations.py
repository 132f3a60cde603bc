"""The usual mistakes in chapter 2's exercises, each with words of its answer."""

import math

import numpy as np
import scipy.optimize
import torch

from feedforward.exercises import activations as exercises
from feedforward.units import maxout_routing, relu, sigmoid, softmax, softplus, sparsemax
from tests.support.exercises import random_inputs

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


# ---- sharp_softplus -----------------------------------------------------------------------


def softplus_in_place(z, beta):
    z *= beta
    return softplus(z) / beta


def softplus_into_dtype(z, beta):
    out = np.zeros_like(z)
    out[...] = sharp(z, beta)
    return out


def softplus_above(threshold):
    """As PyTorch does it, which counts e^−t as nothing above a threshold."""

    def wrong(z, beta):
        t = beta * z
        return np.where(t > threshold, z, np.log1p(np.exp(np.minimum(t, threshold))) / beta)

    return wrong


def softplus_threshold_on_z(z, beta):
    return np.where(z > 30, z, np.log1p(np.exp(beta * np.minimum(z, 30))) / beta)


def softplus_but_for_thousand(z, beta):
    return np.where(np.abs(z) >= 1000, relu(z), np.log1p(np.exp(beta * z)) / beta)


def softplus_shifted_by_the_largest(z, beta):
    t = beta * z
    top = max(t.max(), 0)
    return (top + np.log(np.exp(-top) + np.exp(t - top))) / beta


def softplus_with_epsilon(z, beta):
    t = beta * z
    return (np.maximum(t, 0) + np.log(1 + np.exp(-np.abs(t)) + 1e-8)) / beta


def softplus_over_more(z, beta):
    return sharp(z, beta) * beta / (beta + 1e-8)


def softplus_relu_when_sharp(z, beta):
    return relu(z) if beta > 50 else sharp(z, beta)


def softplus_of_one_axis(z, beta):
    return np.array([max(x, 0) + math.log1p(math.exp(-abs(beta * x))) / beta for x in z])


def softplus_of_whole_beta(z, beta):
    return sharp(z, max(round(beta), beta if beta < 1 else 1))


def softplus_sorted(z, beta):
    return sharp(np.sort(z), beta)


def softplus_taylor(z, beta):
    t = beta * z
    near = np.log(2) + t / 2 + t**2 / 8
    return np.where(np.abs(t) < 0.5, near, softplus(t)) / beta


def softplus_loop(z, beta):
    out = np.empty(z.shape)
    for where in np.ndindex(z.shape):
        t = beta * float(z[where])
        out[where] = (max(t, 0) + math.log1p(math.exp(-abs(t)))) / beta
    return out


def softplus_float32(z, beta):
    t = np.float32(beta) * z.astype(np.float32)
    return np.logaddexp(np.float32(0), t) / np.float32(beta)


def softplus_two_sides(z, beta):
    t = beta * z
    out = np.array(t, dtype=float)
    above = t > 0
    out[above] += np.log1p(np.exp(-t[above]))
    out[~above] = np.log1p(np.exp(t[~above]))
    return out / beta


def softplus_on_its_own_copy(z, beta):
    t = np.array(z, dtype=float)
    t *= -beta
    np.logaddexp(0, t, out=t)
    t /= beta
    t += z
    return t


def softplus_plain_log(z, beta):
    t = beta * z
    return np.maximum(z, 0) + np.log(1 + np.exp(-np.abs(t))) / beta


def softplus_nested_lists(z, beta):
    return softplus_loop(z, beta).tolist()


# ---- maxout_backward ----------------------------------------------------------------------


def largest(z):
    return z == z.max(-1, keepdims=True)


def maxout_two_axes(z, g):
    return largest(z) * g.reshape(-1, 1)


def maxout_stacked(z, g):
    return largest(z) * np.vstack([g] * z.shape[-1]).T


def maxout_into_dtype(z, g):
    out = np.zeros_like(z)
    np.put_along_axis(out, z.argmax(-1)[..., None], g[..., None], axis=-1)
    return out


def maxout_overwrites_z(z, g):
    winner = largest(z)
    z[...] = 0
    z[winner] = g.ravel()
    return z


def maxout_overwrites_g(z, g):
    g = np.broadcast_to(g[..., None], z.shape)
    mask = largest(z)
    g = g * mask
    z[~mask] = 0
    return g


def maxout_soft(z, g):
    return softmax(1000 * z) * g[..., None]


def maxout_close(z, g):
    return np.isclose(z, z.max(-1, keepdims=True)) * g[..., None]


def maxout_by_ratio(z, g):
    return (z / z.max(-1, keepdims=True) == 1) * g[..., None]


def maxout_above_neighbours(z, g):
    return ((z >= np.roll(z, 1, -1)) & (z >= np.roll(z, -1, -1))) * g[..., None]


def maxout_anywhere(z, g):
    return np.isin(z, z.max(-1)) * g[..., None]


def maxout_rounded(z, g):
    return largest(np.round(z, 6)) * g[..., None]


def maxout_of_positive(z, g):
    return (z == np.maximum(z.max(-1, keepdims=True), 0)) * g[..., None]


def maxout_square(z, g):
    return np.eye(len(z))[z.argmax(-1)] * g[..., None]


def maxout_rows_only(z, g):
    out = np.zeros(z.shape)
    out[np.arange(len(z)), z.argmax(-1)] = g
    return out


def maxout_three_axes(z, g):
    out = np.zeros(z.shape)
    if z.ndim == 3:
        for i, j in np.ndindex(z.shape[:2]):
            out[i, j, z[i, j].argmax()] = g[i, j]
    else:
        out[np.arange(len(z)), z.argmax(-1)] = g
    return out


def maxout_by_size(z, g):
    return (np.abs(z) == np.abs(z).max(-1, keepdims=True)) * g[..., None]


def maxout_two_pieces(z, g):
    if z.shape[-1] == 2:
        first = z[..., 0] > z[..., 1]
        return np.stack([first * g, ~first * g], axis=-1)
    return (z == z[..., :3].max(-1, keepdims=True)) * g[..., None]


def maxout_loop(z, g):
    out = np.zeros(z.shape)
    for where in np.ndindex(g.shape):
        out[(*where, int(np.argmax(z[where])))] = g[where]
    return out


def maxout_one_hot(z, g):
    return np.eye(z.shape[-1])[np.argmax(z, axis=-1)] * np.expand_dims(g, -1)


def maxout_put(z, g):
    out = np.zeros(z.shape)
    np.put_along_axis(out, np.argmax(z, -1)[..., None], np.asarray(g)[..., None], -1)
    return out


def maxout_float32(z, g):
    # The winner is found in the numbers as they came; float32 could not tell close ones apart.
    return np.where(largest(z), g[..., None].astype(np.float32), np.float32(0))


def maxout_transposed(z, g):
    return ((z.T == z.max(-1).T) * g.T).T


def maxout_ranks(z, g):
    rank = np.argsort(np.argsort(z, axis=-1), axis=-1)
    return np.where(rank == z.shape[-1] - 1, g[..., None], 0.0)


def maxout_flat_lists(z, g):
    rows = [
        [float(d) if x == max(row) else 0.0 for x in row]
        for row, d in zip(z.reshape(-1, z.shape[-1]).tolist(), g.ravel().tolist(), strict=True)
    ]
    return np.reshape(rows, z.shape)


def maxout_pairwise(z, g):
    """A piece wins if it loses to no other."""
    return (z[..., :, None] >= z[..., None, :]).all(-1) * g[..., None]


def maxout_tensor(z, g):
    node = torch.tensor(z.astype(float), requires_grad=True)
    node.max(dim=-1).values.backward(torch.tensor(g.astype(float)))
    return node.grad


# ---- sparsemax ----------------------------------------------------------------------------


def support_corrected(times):
    """τ from all entries, then again from those that were above it, `times` times."""

    def wrong(z):
        support = np.ones(len(z), dtype=bool)
        tau = (z.sum() - 1) / z.size
        for _ in range(times):
            support = z > tau
            tau = (z[support].sum() - 1) / support.sum()
        return np.maximum(z - tau, 0)

    return wrong


def sparsemax_of_sizes(sizes):
    """The right rule, searched for these numbers of supported entries only."""

    def wrong(z):
        descending = np.sort(z)[::-1]
        tau = descending[0] - 1
        for r in sizes(len(z)):
            if r <= len(z):
                candidate = (descending[:r].sum() - 1) / r
                if descending[r - 1] > candidate:
                    tau = candidate
        return np.maximum(z - tau, 0)

    return wrong


def sparsemax_sorts_in_place(z):
    entries = z.copy()
    z.sort()
    return sparsemax(entries)


def sparsemax_shifts_in_place(z):
    z -= z.max()
    return sparsemax(z)


def sparsemax_into_dtype(z):
    out = np.zeros_like(z)
    out[...] = sparsemax(z)
    return out


def sparsemax_bisection(low, high, steps):
    def answer(z):
        a, b = low(z), high(z)
        for _ in range(steps):
            tau = (a + b) / 2
            if np.maximum(z - tau, 0).sum() > 1:
                a = tau
            else:
                b = tau
        return np.maximum(z - (a + b) / 2, 0)

    return answer


def sparsemax_within_one(z):
    support = z > z.max() - 1
    tau = (z[support].sum() - 1) / support.sum()
    return np.maximum(z - tau, 0)


def sparsemax_normalized(z):
    p = sparsemax(z)
    return p / (p.sum() + 1e-8)


def sparsemax_distinct(z):
    descending = np.unique(z)[::-1]
    taus = (np.cumsum(descending) - 1) / np.arange(1, len(descending) + 1)
    p = np.maximum(z - taus[descending > taus][-1], 0)
    return p / p.sum()


def sparsemax_sorted(z):
    return np.sort(sparsemax(z))[::-1] if (np.diff(z) <= 0).all() or len(z) > 4 else sparsemax(z)


def sparsemax_nearly_hard(z):
    p = sparsemax(z)
    return np.where(p < 1e-4, 0, p)


def sparsemax_clipped(z):
    return sparsemax(np.clip(z, -100, 100))


def sparsemax_rescaled_after_shift(z):
    p = np.maximum(all_shifted(z), 0)
    return sparsemax(z) if len(z) < 5 else p / p.sum()


def sparsemax_michelot(z):
    support = np.ones(len(z), dtype=bool)
    while True:
        tau = (z[support].sum() - 1) / support.sum()
        smaller = support & (z > tau)
        if (smaller == support).all():
            return np.maximum(z - tau, 0)
        support = smaller


def sparsemax_largest_tau(z):
    """τ of r largest entries rises while they are supported and falls from there on."""
    totals = np.cumsum(sorted(z, reverse=True))
    return np.clip(z - np.max((totals - 1) / np.arange(1, len(z) + 1)), 0, None)


def sparsemax_loop(z):
    entries = sorted(z.tolist(), reverse=True)
    for r in range(len(entries), 0, -1):
        tau = (math.fsum(entries[:r]) - 1) / r
        if entries[r - 1] > tau:
            return [max(x - tau, 0.0) for x in z.tolist()]


def sparsemax_float32(z):
    z = z.astype(np.float32) - np.float32(z.max())
    descending = -np.sort(-z)
    taus = (np.cumsum(descending) - 1) / np.arange(1, len(z) + 1, dtype=np.float32)
    return np.maximum(z - taus[descending > taus][-1], np.float32(0))


def sparsemax_largest_face(z):
    """The projections onto all faces of the simplex, the last that has no negative entry."""
    entries, best = z.astype(float), None
    order = np.argsort(-entries)
    for r in range(1, len(z) + 1):
        face, p = order[:r], np.zeros(len(z))
        p[face] = entries[face] - entries[face].mean() + 1 / r
        best = p if (p >= 0).all() else best
    return best


def sparsemax_by_root(z):
    top = z.max()
    tau = scipy.optimize.brentq(
        lambda tau: np.maximum(z - top - tau, 0).sum() - 1, -1, 0, xtol=1e-15
    )
    return np.maximum(z - top - tau, 0)


def sparsemax_on_its_own_copy(z):
    p = np.array(z, dtype=float)
    p -= p.max()
    left = p.size
    while left:
        taus = (p[p > -np.inf].sum() - 1) / left
        lost = (p > -np.inf) & (p <= taus)
        if not lost.any():
            p -= taus
            p[p < 0] = 0
            return p
        p[lost] = -np.inf
        left -= lost.sum()


# ---- mixture_moments ----------------------------------------------------------------------


def moments_of_two(p, m, s):
    center = (p * m).sum(1)
    return center, np.sqrt((p * s**2).sum(1) + p.prod(1) * np.ptp(m, axis=1) ** 2)


def moments_normalize_in_place(p, m, s):
    p /= p.sum(1, keepdims=True)
    return moments(p, m, s)


def moments_center_in_place(p, m, s):
    center = (p * m).sum(1)
    m -= center[:, None]
    return center, np.sqrt((p * (s**2 + m**2)).sum(1))


def moments_square_in_place(p, m, s):
    s **= 2
    return moments(p, m, np.sqrt(s))


def moments_with(epsilon):
    def wrong(p, m, s):
        center, std = moments(p, m, s)
        return center, np.sqrt(std**2 + epsilon)

    return wrong


def moments_at_least(floor):
    def wrong(p, m, s):
        return moments(p, m, np.maximum(s, floor))

    return wrong


def moments_of_log_weights(p, m, s):
    center = (p * m).sum(1)
    logs = np.log(p)
    spread = np.exp(logs + np.log(s**2 + (m - center[:, None]) ** 2)).sum(1)
    return (np.exp(logs) * m).sum(1) + 0 * logs.sum(1), np.sqrt(spread)


def moments_shifted_by_batch(p, m, s):
    shift = m.mean()
    center, std = cancelling(p, m - shift, s)
    return center + shift, std


def moments_into_dtype(p, m, s):
    center, std = np.zeros_like(m[:, 0]), np.zeros_like(s[:, 0])
    center[:], std[:] = moments(p, m, s)
    return center, std


def moments_of_two_components(p, m, s):
    return moments(p[:, :2], m[:, :2], s[:, :2])


def moments_of_two_examples(p, m, s):
    center, std = moments(p, m, s)
    center[2:], std[2:] = 0, 0
    return center, std


def moments_of_sorted(p, m, s):
    return moments(p, np.sort(m, axis=1), s)


def moments_center_above_zero(p, m, s):
    center, std = moments(p, m, s)
    return np.where(center < -0.5, -center, center), std


def moments_of_the_likeliest(p, m, s):
    center, std = moments(p, m, s)
    sure = p.max(1) > 0.95
    first = np.arange(len(p)), p.argmax(1)
    return np.where(sure, m[first], center), np.where(sure, s[first], std)


def moments_normalized(p, m, s):
    center, std = moments(p / (p.sum(1, keepdims=True) + 1e-6), m, s)
    return center, std


def moments_loop(p, m, s):
    centers, stds = [], []
    for weights, means, widths in zip(p.tolist(), m.tolist(), s.tolist(), strict=True):
        center = sum(w * a for w, a in zip(weights, means, strict=True))
        variance = sum(
            w * (b**2 + (a - center) ** 2) for w, a, b in zip(weights, means, widths, strict=True)
        )
        centers.append(center)
        stds.append(math.sqrt(variance))
    return centers, stds


def moments_float32(p, m, s):
    p, m, s = (a.astype(np.float32) for a in (p, m, s))
    return moments(p, m, s)


def moments_two_variances(p, m, s):
    center = np.average(m, axis=1, weights=p)
    within = np.average(s**2, axis=1, weights=p)
    between = np.average((m - center[:, None]) ** 2, axis=1, weights=p)
    return np.array([center, np.sqrt(within + between)])


def moments_pairs(p, m, s):
    """The variance between the means is half the mean square of their differences."""
    between = np.einsum("mi,mj,mij->m", p, p, (m[:, :, None] - m[:, None, :]) ** 2) / 2
    return np.einsum("mk,mk->m", p, m), np.sqrt(np.einsum("mk,mk->m", p, s**2) + between)


def moments_running(p, m, s):
    """West's update, one component after the other."""
    total, center, spread = (np.zeros(len(p)) for _ in range(3))
    for weight, mean, std in zip(p.T, m.T, s.T, strict=True):
        total = total + weight
        share = np.divide(weight, total, out=np.zeros(len(p)), where=total > 0)
        step = mean - center
        center = center + share * step
        spread = spread + weight * (std**2 + step * (mean - center))
    return center, np.sqrt(spread / total)


def moments_root_of_squares(p, m, s):
    center = (p[:, None, :] @ m[:, :, None])[:, 0, 0]
    root = np.sqrt(p)
    return center, np.linalg.norm(root * np.hypot(s, m - center[:, None]), axis=1)


def moments_on_their_own_copies(p, m, s):
    m, s = np.array(m, dtype=float), np.array(s, dtype=float)
    center = (p * m).sum(axis=1)
    m -= center[:, None]
    m *= m
    s *= s
    m += s
    m *= p
    return [center, np.sqrt(m.sum(axis=1))]


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
        (lambda p, m, s: moments(p, m, s)[0], "return two arrays"),
    ],
}

WRONG = {
    "check_sharp_softplus": {
        "z is overwritten": softplus_in_place,
        "whole z make whole values": softplus_into_dtype,
        "linear above t = 10": softplus_above(10),
        "linear above t = 5": softplus_above(5),
        "a threshold on z": softplus_threshold_on_z,
        "±1000 apart": softplus_but_for_thousand,
        "shifted by the largest": softplus_shifted_by_the_largest,
        "t clipped to ±700": lambda z, b: np.where(
            np.abs(z) == 1000, relu(z), np.log1p(np.exp(np.clip(b * z, -700, 700))) / b
        ),
        "an epsilon in the logarithm": softplus_with_epsilon,
        "an epsilon beside β": softplus_over_more,
        "ReLU where β is large": softplus_relu_when_sharp,
        "one axis": softplus_of_one_axis,
        "whole β": softplus_of_whole_beta,
        "sorted": softplus_sorted,
        "a polynomial near 0": softplus_taylor,
        "β is at most 4": lambda z, b: sharp(z, min(b, 4)),
        "rounded": lambda z, b: np.round(sharp(z, b), 6),
    },
    "check_maxout_backward": {
        "g as a column": maxout_two_axes,
        "g stacked": maxout_stacked,
        "whole pieces make whole gradients": maxout_into_dtype,
        "z is overwritten and returned": maxout_overwrites_z,
        "z is overwritten": maxout_overwrites_g,
        "a sharp softmax": maxout_soft,
        "nearly the largest": maxout_close,
        "by the ratio": maxout_by_ratio,
        "above both neighbours": maxout_above_neighbours,
        "any unit's largest": maxout_anywhere,
        "rounded": maxout_rounded,
        "a tolerance of 1e-12": lambda z, g: (z >= z.max(-1, keepdims=True) - 1e-12) * g[..., None],
        "not below 0": maxout_of_positive,
        "as many units as pieces": maxout_square,
        "two axes": maxout_rows_only,
        "two or three axes": maxout_three_axes,
        "largest in size": maxout_by_size,
        "two or three pieces": maxout_two_pieces,
    },
    "check_sparsemax": {
        "support corrected once": support_corrected(1),
        "support corrected twice": support_corrected(2),
        "support corrected five times": support_corrected(5),
        "support of four at most": sparsemax_of_sizes(lambda k: range(1, 5)),
        "never all": sparsemax_of_sizes(lambda k: range(1, max(k, 4))),
        "never one of one": sparsemax_of_sizes(
            lambda k: range(1, k) if k == 1 or k > 4 else range(1, k + 1)
        ),
        "z is sorted in place": sparsemax_sorts_in_place,
        "z is shifted in place": sparsemax_shifts_in_place,
        "whole z make whole probabilities": sparsemax_into_dtype,
        "bisection from −20 to 20": sparsemax_bisection(lambda z: -20.0, lambda z: 20.0, 100),
        "bisection of 20 steps": sparsemax_bisection(
            lambda z: z.max() - 1.0, lambda z: z.max(), 20
        ),
        "all entries within 1 of the largest": sparsemax_within_one,
        "an epsilon beside the sum": sparsemax_normalized,
        "equal entries count once": sparsemax_distinct,
        "sorted": sparsemax_sorted,
        "small probabilities are 0": sparsemax_nearly_hard,
        "logits within ±100": sparsemax_clipped,
        "rescaled beyond four": sparsemax_rescaled_after_shift,
    },
    "check_mixture_moments": {
        "two components, in closed form": moments_of_two,
        "the weights are overwritten": moments_normalize_in_place,
        "the means are overwritten": moments_center_in_place,
        "the standard deviations are overwritten": moments_square_in_place,
        "an epsilon in the root": moments_with(1e-10),
        "a floor of the standard deviation": moments_at_least(1e-3),
        "no weight is 0": moments_of_log_weights,
        "shifted by the batch's mean": moments_shifted_by_batch,
        "whole means make whole answers": moments_into_dtype,
        "the first two components": moments_of_two_components,
        "two examples": moments_of_two_examples,
        "sorted means": moments_of_sorted,
        "no negative mean": moments_center_above_zero,
        "the likeliest component alone": moments_of_the_likeliest,
        "an epsilon beside the weights": moments_normalized,
    },
}

UNUSUAL = {
    "check_sharp_softplus": {
        "a loop": softplus_loop,
        "nested lists": softplus_nested_lists,
        "float32": softplus_float32,
        "each side by itself": softplus_two_sides,
        "in place on its own copy, from the other side": softplus_on_its_own_copy,
        "log where log1p is better": softplus_plain_log,
        "logaddexp": lambda z, b: np.logaddexp(0, b * z) / b,
        "linear above t = 37": softplus_above(37),
    },
    "check_maxout_backward": {
        "a loop": maxout_loop,
        "one-hot": maxout_one_hot,
        "put_along_axis": maxout_put,
        "float32": maxout_float32,
        "transposed": maxout_transposed,
        "ranks": maxout_ranks,
        "lists": maxout_flat_lists,
        "each pair of pieces": maxout_pairwise,
        "automatic differentiation": maxout_tensor,
    },
    "check_sparsemax": {
        "drops entries until none is below 0": sparsemax_michelot,
        "the largest τ": sparsemax_largest_tau,
        "a list, from the largest support down": sparsemax_loop,
        "float32": sparsemax_float32,
        "the largest face": sparsemax_largest_face,
        "a root finder": sparsemax_by_root,
        "in place on its own copy": sparsemax_on_its_own_copy,
        "bisection of 200 steps": sparsemax_bisection(
            lambda z: z.max() - 1.0, lambda z: float(z.max()), 200
        ),
    },
    "check_mixture_moments": {
        "lists from a loop": moments_loop,
        "float32": moments_float32,
        "two variances, in one array": moments_two_variances,
        "pairs of components": moments_pairs,
        "one component after the other": moments_running,
        "the length of a vector": moments_root_of_squares,
        "in place on their own copies": moments_on_their_own_copies,
    },
}

EQUIVALENT = {
    "check_sharp_softplus": {
        "return (np.maximum(t, 0) + np.log1p(np.exp(-np.abs(t)))) / beta → "
        "return (np.maximum(0, t) + np.log1p(np.exp(-np.abs(t)))) / beta": "the same two",
    },
    "check_maxout_backward": {
        "largest = z == z.max(axis=-1, keepdims=True) → "
        "largest = z >= z.max(axis=-1, keepdims=True)": "no piece is above the largest",
    },
    "check_sparsemax": {
        "tau = taus[descending > taus][-1] → tau = taus[descending >= taus][-1]": (
            "an entry that is equal to its τ leaves τ as it is, and gets 0"
        ),
        "return np.maximum(z - tau, 0) → return np.maximum(0, z - tau)": "the same two",
    },
    "check_mixture_moments": {
        "center = (weight * mean).sum(axis=1) → center = (weight * mean).sum(axis=-1)": (
            "axis 1 of two is the last"
        ),
        "variance = (weight * (std ** 2 + (mean - center[:, None]) ** 2)).sum(axis=1) → "
        "variance = (weight * (std ** 2 + (mean - center[:, None]) ** 2)).sum(axis=-1)": (
            "axis 1 of two is the last"
        ),
        "variance = (weight * (std ** 2 + (mean - center[:, None]) ** 2)).sum(axis=1) → "
        "variance = (weight * (std ** 2 + (center[:, None] - mean) ** 2)).sum(axis=1)": (
            "a square has no sign"
        ),
    },
}


def test_what_is_expected_of_units_is_what_those_of_the_book_answer():
    reference, inputs = random_inputs(exercises, "check_sharp_softplus")
    for z, beta in inputs:
        np.testing.assert_allclose(reference(z, beta), sharp(z, beta), rtol=1e-12)
    reference, inputs = random_inputs(exercises, "check_sparsemax")
    for (z,) in inputs:
        np.testing.assert_allclose(reference(z), sparsemax(z), atol=1e-12)
    reference, inputs = random_inputs(exercises, "check_maxout_backward")
    for z, g in inputs:
        routed = maxout_routing(z, z.shape[-1])[..., 0, :]
        np.testing.assert_array_equal(reference(z, g), routed * g[..., None])


def test_the_moments_that_are_expected_are_those_of_many_samples():
    rng = np.random.default_rng(0)
    weight, mean, std = np.array([[0.2, 0.5, 0.3]]), np.array([[-2.0, 0.0, 5.0]]), np.ones((1, 3))
    k = rng.choice(3, 200_000, p=weight[0])
    x = rng.normal(mean[0, k], std[0, k])
    reference, _ = random_inputs(exercises, "check_mixture_moments", 0)
    (center,), (spread,) = reference(weight, mean, std)
    assert abs(x.mean() - center) < 4 * spread / math.sqrt(len(x))
    assert abs(x.std() / spread - 1) < 0.01


def test_the_random_vectors_of_sparsemax_need_several_corrections_of_the_support():
    """Michelot's rounds, each of which drops the entries below τ: some have many."""
    rounds = []
    for (z,) in random_inputs(exercises, "check_sparsemax", 300)[1]:
        support, count = np.ones(len(z), dtype=bool), 0
        while (z[support] <= (tau := (z[support].sum() - 1) / support.sum())).any():
            support, count = support & (z > tau), count + 1
        rounds.append(count)
    assert {0, 1, 2, 3, 4, 8} <= set(rounds)
