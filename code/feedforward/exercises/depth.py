"""Checks for the coding exercises of chapter 5, Why depth helps."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from feedforward.approximation import relu_interpolant, sawtooth
from feedforward.exercises import Feedback, compare
from feedforward.regions import region_cap, zaslavsky

Array = np.ndarray


def _near(values: Array, other: Array) -> bool:
    return np.shape(values) == np.shape(other) and bool(
        np.allclose(values, other, rtol=1e-6, atol=1e-9)
    )


def _named(mistakes: list[tuple[Array, str]], given: Array) -> str | None:
    return next((why for wrong, why in mistakes if _near(given, wrong)), None)


def check_turns(answer: Callable[[Array, Array], Array]) -> Feedback:
    """answer(x, y) → output weights of the units relu(t − x[k]), k < len(x) − 1."""
    cases = []
    for x, y in (
        ([0.0, 1.0], [0.0, 3.0]),
        ([0.0, 0.5, 2.0], [0.0, 1.0, 0.0]),
        ([-1.0, 0.0, 0.5, 3.0], [2.0, 1.0, 1.0, -4.0]),
    ):
        net = relu_interpolant(x, y)
        cases.append((f"x={x}, y={y}", (np.array(x), np.array(y)), net.weights[1].data[0]))

    def hint(arguments, given, expected):
        x, y = arguments
        slope = np.diff(y) / np.diff(x)
        return _named(
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

    return compare(
        answer,
        cases,
        hint,
        "three broken lines agree. A hidden layer of ReLUs is a list of places, and its output "
        "weights are the second differences.",
    )


def check_square(answer: Callable[[Array, int], Array]) -> Feedback:
    """answer(x, depth) → x − Σ_{k ≤ depth} saw_k(x)/4ᵏ, which is x² but for 4^−(depth + 1)."""
    cases = []
    for x, depth in (([0.0, 0.25, 0.5, 1.0], 1), ([0.3], 1), ([0.3, 0.7], 2), ([0.1, 0.6], 6)):
        array = np.array(x)
        expected = array - sum(
            sawtooth(k).predict(array[:, None])[:, 0] / 4**k for k in range(1, depth + 1)
        )
        cases.append((f"x={x}, depth={depth}", (array, depth), expected))

    def hint(arguments, given, expected):
        x, depth = arguments
        saws = [sawtooth(k).predict(x[:, None])[:, 0] for k in range(1, depth + 1)]
        return _named(
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

    return compare(
        answer,
        cases,
        hint,
        "four inputs agree. Six layers leave "
        f"{4.0**-7:.0e} at most; every further layer of two ReLUs divides it by four.",
    )


def check_parity(answer: Callable[[int], Array]) -> Feedback:
    """answer(n) → (2, n): thresholds and output weights of the units [number of ones ≥ threshold].

    Any right choice is accepted: the units' outputs are tried on every number of ones.
    """
    cases, given_at = [], {}
    for n in (1, 2, 3, 6):
        ones = np.arange(n + 1)
        cases.append((f"n={n}", (n,), ones % 2))

    def outputs(n: int) -> Array:
        given = np.asarray(answer(n), float)
        given_at[n] = given
        if given.shape != (2, n):
            raise ValueError(f"expected thresholds and weights, shape (2, {n}), got {given.shape}")
        threshold, weight = given
        return (np.arange(n + 1)[:, None] >= threshold) @ weight

    def hint(arguments, given, expected):
        (n,) = arguments
        ones = np.arange(n + 1)
        return (
            "These are the network's outputs for 0, 1, … ones. "
            + (
                _named(
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

    def safely(n: int) -> Array | None:
        return None if answer(n) is None else outputs(n)

    return compare(
        safely,
        cases,
        hint,
        "four sizes agree. n units for n bits, where a table has 2ⁿ rows.",
    )


def check_cap(answer: Callable[[Sequence[int]], int]) -> Feedback:
    """answer(widths) → ∏_l Σ_{j ≤ d_l} C(n_l, j), d_l the smallest width before layer l."""
    cases = [
        (f"widths={widths}", (widths,), region_cap(widths))
        for widths in ((2, 4), (2, 4, 4), (1, 5, 5), (3, 5, 2, 5), (2, 1, 4))
    ]

    def hint(arguments, given, expected):
        (widths,) = arguments
        n_in, *hidden = widths
        return _named(
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

    return compare(answer, cases, hint, "five networks agree, one with a narrow layer among them.")
