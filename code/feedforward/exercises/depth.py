"""Checks for the coding exercises of chapter 5, Why depth helps."""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache

import numpy as np

from feedforward.approximation import sawtooth
from feedforward.exercises import Feedback, judge, named, numbers, shape
from feedforward.regions import zaslavsky

Array = np.ndarray


def check_turns(answer: Callable[[Array, Array], Array]) -> Feedback:
    """answer(x, y) → output weights of the units relu(t − x[k]), k < len(x) − 1."""

    def reference(x, y):
        # One point after the other, in exact arithmetic: the units before k + 1 are known, and the
        # one that starts at x[k] has to bring the network from there to y[k + 1].
        at, to = (list(map(Fraction, v.tolist())) for v in (x, y))
        weights: list[Fraction] = []
        for k in range(len(at) - 1):
            so_far = to[0] + sum(w * (at[k + 1] - at[j]) for j, w in enumerate(weights))
            weights.append((to[k + 1] - so_far) / (at[k + 1] - at[k]))
        return np.array(weights, dtype=float)

    def draw(rng):
        gaps = rng.choice([1, 0.25, 1e-8, 1e8]) * rng.integers(1, 4, rng.integers(1, 6))
        x = np.cumsum([rng.choice([0.0, 1.0, -3.0, rng.normal()]), *gaps])
        return x, numbers(rng, len(x))

    def hint(arguments, given, expected):
        x, y = arguments
        slope = np.diff(y) / np.diff(x)
        return named(
            [
                (
                    slope,
                    "These are the slopes. Every unit stays on once it is on, so each has to add "
                    "the *change* of slope.",
                ),
                (np.diff(y), "These are rises; divide by the widths, then take changes."),
                (
                    np.diff(np.diff(y), prepend=0),
                    "Changes of the rises: divide each rise by its width first.",
                ),
                (-expected, "The sign is turned around."),
                (
                    np.concatenate([[0.0], np.diff(slope)]),
                    "The first unit makes the first slope: before it the network is flat.",
                ),
            ],
            given,
        )

    shown = (
        ([0.0, 1.0], [0.0, 3.0]),
        ([0.0, 0.5, 2.0], [0.0, 1.0, 0.0]),
        ([-1.0, 0.0, 0.5, 3.0], [2.0, 1.0, 1.0, -4.0]),
    )
    return judge(
        answer,
        reference,
        [(np.array(x), np.array(y)) for x, y in shown],
        draw,
        hint,
        "three broken lines agree. A hidden layer of ReLUs is a list of places, and its output "
        "weights are the second differences.",
    )


def check_square(answer: Callable[[Array, int], Array]) -> Feedback:
    """answer(x, depth) → x − Σ_{k ≤ depth} saw_k(x)/4ᵏ, which is x² but for 4^−(depth + 1)."""

    def reference(x, depth):
        # Not by teeth: the chord of the parabola between the two nodes around x.
        width = 0.5**depth
        left = np.floor(x / width) * width
        return left**2 + (x - left) * (2 * left + width)

    def draw(rng):
        axes = shape(rng)
        depth = int(rng.integers(1, rng.choice([4, 13])))
        places = (
            rng.integers(0, 2, axes) * 1.0,
            rng.integers(0, 9, axes) / 8,
            rng.uniform(size=axes),
            rng.integers(0, 9, axes) / 1e8,
            1 - rng.integers(0, 9, axes) / 1e8,
        )
        return places[rng.integers(len(places))], depth

    def hint(arguments, given, expected):
        x, depth = arguments
        at = x.reshape(-1, 1)
        saws = [sawtooth(k).predict(at).reshape(x.shape) for k in range(1, depth + 1)]
        return named(
            [
                (x**2, "This is x² itself; write the network's approximation."),
                (x - sum(s / 2**k for k, s in enumerate(saws, 1)), "Divide by 4ᵏ, not by 2ᵏ."),
                (x + sum(s / 4**k for k, s in enumerate(saws, 1)), "The teeth are taken away."),
                (x - sum(s / 4**k for k, s in enumerate(saws)), "The first tooth counts ¼."),
                (x - saws[-1] / 4**depth, "Only the last sawtooth: take away those before it too."),
                (
                    x - sum(s / 4**k for k, s in enumerate(saws[:-1], 1)),
                    "The last sawtooth is missing.",
                ),
                (sum(s / 4**k for k, s in enumerate(saws, 1)), "Start from x."),
                (
                    x - depth * saws[0] / 4 if depth > 1 else np.nan * x,
                    "Each tooth is the tent of the tooth before, not of x.",
                ),
            ],
            given,
        )

    shown = (([0.0, 0.25, 0.5, 1.0], 1), ([0.3], 1), ([0.3, 0.7], 2), ([0.1, 0.6], 6))
    return judge(
        answer,
        reference,
        [(np.array(x), depth) for x, depth in shown],
        draw,
        hint,
        "four inputs agree. Six layers leave "
        f"{4.0**-7:.0e} at most; every further layer of two ReLUs divides it by four.",
        inner=1.0,
    )


def check_parity(answer: Callable[[int], Array]) -> Feedback:
    """answer(n) → (2, n): thresholds and output weights of the units [number of ones ≥ threshold].

    Any right choice is accepted: the units' outputs are tried on every number of ones.
    """

    def outputs(n: int) -> Array | None:
        given = answer(n)
        if given is None:
            return None
        given = np.asarray(given, float)
        if given.shape != (2, n):
            raise ValueError(f"expected thresholds and weights, shape (2, {n}), got {given.shape}")
        threshold, weight = given
        return (np.arange(n + 1)[:, None] >= threshold) @ weight

    def reference(n):
        return np.arange(n + 1) % 2

    def draw(rng):
        return (int(rng.integers(1, rng.choice([20, 300]))),)

    def hint(arguments, given, expected):
        (n,) = arguments
        ones = np.arange(n + 1)
        return (
            "These are the network's outputs for 0, 1, … ones. "
            + (
                named(
                    [
                        (ones, "All weights are +1, so it counts; let them alternate."),
                        (-expected, "The signs are turned around: the first unit adds."),
                        (
                            np.minimum(ones + 1, n) % 2,
                            "The units fire one too early: at 0 ones none may be on.",
                        ),
                        (
                            np.maximum(ones - 1, 0) % 2,
                            "The units fire one too late: the first at one 1 already.",
                        ),
                        ((ones > 0) * 1.0, "This is OR."),
                    ],
                    given,
                )
                or ""
            )
        ).strip()

    return judge(
        outputs,
        reference,
        [(1,), (2,), (3,), (6,)],
        draw,
        hint,
        "four sizes agree. n units for n bits, where a table has 2ⁿ rows.",
    )


def check_cap(answer: Callable[[Sequence[int]], int]) -> Feedback:
    """answer(widths) → ∏_l Σ_{j ≤ d_l} C(n_l, j), d_l the smallest width before layer l."""

    @cache
    def pieces(n: int, d: int) -> int:
        # A new hyperplane cuts as many regions in two as the others make of itself.
        return 1 if n == 0 or d == 0 else pieces(n - 1, d) + pieces(n - 1, d - 1)

    def reference(widths):
        return math.prod(pieces(n, min(widths[:i])) for i, n in enumerate(widths) if i)

    def draw(rng):
        widths = rng.integers(1, rng.choice([4, 7, 40]), rng.integers(2, 7))
        return (tuple(widths.tolist()),)

    def hint(arguments, given, expected):
        (widths,) = arguments
        n_in, *hidden = widths
        return named(
            [
                (
                    math.prod(zaslavsky(n, n_in) for n in hidden),
                    "A layer after a narrow one sees fewer dimensions than the input has: take the "
                    "smallest width before it.",
                ),
                (
                    math.prod(zaslavsky(n, m) for m, n in zip(widths, hidden, strict=False)),
                    "Not the width just before: the smallest of *all* before, the input's too.",
                ),
                (sum(zaslavsky(n, n_in) for n in hidden), "The layers' numbers are multiplied."),
                (2 ** sum(hidden), "2 to the number of units: true, but far from tight."),
                (
                    math.prod(math.comb(n, n_in) for n in hidden),
                    "Sum C(n, j) over j = 0 … d, not the last term only.",
                ),
            ],
            given,
        )

    return judge(
        answer,
        reference,
        [((2, 4),), ((2, 4, 4),), ((1, 5, 5),), ((3, 5, 2, 5),), ((2, 1, 4),)],
        draw,
        hint,
        "five networks agree, one with a narrow layer among them.",
        relative=1e-9,
    )
