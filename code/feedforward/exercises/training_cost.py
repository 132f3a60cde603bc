"""Checks for the coding exercises of chapter 4, The cost of training."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from feedforward.complexity import mlp_cost
from feedforward.exercises import Feedback, judge, named, numbers, shape, sizes

Array = np.ndarray


def check_count_step(answer: Callable[[Sequence[int], int], tuple]) -> Feedback:
    """answer(widths, batch) → (multiply-adds forward, backward, numbers that wait)."""

    def reference(widths, batch):
        cost = mlp_cost(widths, batch)
        waiting = cost.bytes_waiting // 4  # of float32
        return cost.multiply_adds_forward, cost.multiply_adds_backward, waiting

    def draw(rng):
        largest = rng.choice([5, 1000, 40_000])  # whose counts need more than 32 bits
        widths = tuple(rng.integers(1, largest, rng.integers(2, 8)).tolist())
        return widths, int(rng.integers(1, largest))

    def hint(arguments, given, expected):
        widths, batch = arguments
        weights = sum(a * b for a, b in pairwise(widths))
        forward, backward, waiting = expected
        if given[0] != forward:
            return (
                named(
                    [
                        (weights, "Each example of the minibatch needs its own multiply-adds."),
                        (2 * forward, "Count a multiplication and the addition after it as one."),
                        (forward + batch * sum(widths[1:]), "Adding the bias is no multiply-add."),
                    ],
                    given[0],
                )
                or "Forward: each weight is used once for each example."
            )
        if given[1] != backward:
            return (
                named(
                    [
                        (
                            2 * forward,
                            "The first layer has no activations below it: ∂J/∂x is not needed.",
                        ),
                        (forward, "Backward each layer has two products: to W, and to a."),
                        (
                            backward - forward,
                            "This is the way to the activations only; ∂J/∂W is missing.",
                        ),
                    ],
                    given[1],
                )
                or "Backward: m·w for the weights, and as much for every layer but the first."
            )
        return named(
            [
                (waiting - batch * widths[0], "The minibatch itself waits too: ∂J/∂W₁ needs it."),
                (waiting + batch * widths[-1], "The outputs are not needed on the way back."),
                (waiting / batch, "Each example has its own activations."),
                (weights, "These are the weights; they are there anyway."),
            ],
            given[2],
        ) or "What waits is each layer's input: m·(n₀ + n₁ + …), without the outputs."  # fmt: skip

    return judge(
        answer,
        reference,
        [
            ((3, 2), 1),
            ((3, 5, 2), 1),
            ((3, 5, 2), 10),
            ((4, 6, 5, 3), 2),
            ((784, 256, 256, 10), 128),
        ],
        draw,
        hint,
        "five networks agree.",
        relative=0,
    )


def check_layer_backward(answer: Callable[[Array, Array, Array], tuple]) -> Feedback:
    """answer(x, W, g) → ∂J/∂x, ∂J/∂W, ∂J/∂b of z = x Wᵀ + b, given g = ∂J/∂z."""

    def reference(x, W, g):
        # The chain rule entry by entry: z_mo has the slopes W_oi in x_mi, x_mi in W_oi, 1 in b_o.
        return (
            np.einsum("mo,oi->mi", g, W),
            np.einsum("mo,mi->oi", g, x),
            np.einsum("mo->o", g),
        )

    def draw(rng):
        m, n_in, n_out = sizes(rng, 3)
        return numbers(rng, m, n_in), numbers(rng, n_out, n_in), numbers(rng, m, n_out)

    def to_x(arguments, given, expected):
        x, W, g = arguments
        mistakes = [(expected / len(x), "Do not average here: the mean is already in g.")]
        if W.shape[0] == W.shape[1]:
            mistakes.append((g @ W.T, "On the way back it is W, not Wᵀ, since forward it was Wᵀ."))
        return named([*mistakes, (-expected, "The sign is wrong.")], given)

    def to_W(arguments, given, expected):
        mistakes = [
            (expected / len(arguments[0]), "Do not average here: the mean is already in g."),
            (expected.T, "W has shape (n_out, n_in), and so has its gradient."),
            (-expected, "The sign is wrong."),
        ]
        return named(mistakes, given)

    def to_b(arguments, given, expected):
        g = arguments[2]
        mistakes = [
            (g.mean(axis=0), "b is added to every example, so its gradients add up: a sum."),
            (np.ones(g.shape[1]), "∂z/∂b is 1, and it is multiplied by g and summed."),
        ]
        return named(mistakes, given)

    rng = np.random.default_rng(0)
    shown = []
    for m, n_in, n_out in ((1, 1, 1), (1, 2, 3), (4, 2, 3), (3, 2, 2)):
        x, W, g = (rng.integers(-3, 4, s) * 1.0 for s in ((m, n_in), (n_out, n_in), (m, n_out)))
        W[W == 0] = 2.0
        shown.append((x, W, g))
    return judge(
        answer,
        reference,
        shown,
        draw,
        (to_x, to_W, to_b),
        "four layers agree. Both products are as large as the forward one, and the second is "
        "the transpose of the first at work: no inverse, no division.",
        parts=("∂J/∂x", "∂J/∂W", "∂J/∂b"),
    )


def check_cumsum_rule(answer: Callable[[Array, Array, Array], Array]) -> Feedback:
    """answer(g, y, x) → ∂J/∂x for y = cumsum(x) along the last axis, given g = ∂J/∂y."""

    def reference(g, y, x):
        forward = np.tril(np.ones((g.shape[-1], g.shape[-1])))  # the matrix: y_i = Σ_{j ≤ i} x_j
        return g @ forward

    def with_input(g, x):
        return g, np.cumsum(x, axis=-1), x

    def draw(rng):
        axes = shape(rng)
        return with_input(numbers(rng, *axes), numbers(rng, *axes))

    def hint(arguments, given, expected):
        g, _, x = arguments
        return named(
            [
                (np.cumsum(g, axis=-1), "This is the forward matrix; back goes its transpose: "
                                        "from the last entry to the first."),
                (np.diff(g, axis=-1, prepend=0), "This undoes the sum: the inverse, not the "
                                                 "transpose."),
                (g, "x₁ is in every entry of y, so it hears from all of them."),
                (np.ones_like(g) * g.sum(axis=-1, keepdims=True), "Only y₁ … hear of x₁; the last "
                 "entry of x is in the last entry of y alone."),
                (expected * x, "The slopes are 0 or 1, whatever x is."),
                (np.cumsum(g[..., ::-1], axis=-1), "The sums are right; turn them around again."),
                (np.cumsum(g.ravel()[::-1])[::-1].reshape(g.shape), "The sum runs along the last "
                 "axis only, not from row to row."),
            ],
            given,
        )  # fmt: skip

    shown = []
    for values in ([1.0], [2.0, -1.0, 4.0], [0.0, 0.0, 1.0], [[1.0, -1.0], [3.0, 0.5]]):
        g = np.array(values)
        shown.append(with_input(g, np.arange(1.0, g.size + 1).reshape(g.shape)))
    return judge(
        answer,
        reference,
        shown,
        draw,
        hint,
        "four gradients agree. The matrix of cumsum has ones below the diagonal, its transpose "
        "above: so back means backwards.",
    )


def _peaks(widths: Sequence[int]) -> list[int]:
    """For segments of 1 … L layers: the most numbers that one example keeps at a time (ReLU).

    While a segment is gone through backwards, there are the inputs of the segments before it, its
    own, and its units' activations. The outputs need not wait.
    """
    hidden = list(widths[:-1])
    peaks = []
    for length in range(1, len(hidden) + 1):
        starts = range(0, len(hidden), length)
        peaks.append(
            max(
                sum(hidden[:start:length]) + sum(hidden[start : start + length + 1])
                for start in starts
            )
        )
    return peaks


def check_best_segment(answer: Callable[[Sequence[int], int], int]) -> Feedback:
    """answer(widths, batch) → the segment length with the least peak; the shortest of several."""

    def reference(widths, batch):
        return 1 + int(np.argmin(_peaks(widths)))

    def draw(rng):
        widths = rng.integers(1, 6, rng.integers(2, 30))
        wide = rng.random(widths.shape) < 0.1
        widths[wide] *= rng.choice([1, 10, 100])
        return tuple(widths.tolist()), int(rng.integers(1, 200))

    def hint(arguments, given, expected):
        peaks = _peaks(arguments[0])
        layers = len(peaks)
        s = int(given) if given == np.round(given) else 0
        if not 1 <= s <= layers:
            return f"A segment has 1 to {layers} layers, a whole number."
        if peaks[s - 1] == min(peaks):
            return "As good, but not the shortest: of several best lengths return the smallest."
        if s == round(layers**0.5):
            return (
                "√L is the answer for equal layers, up to rounding; here try every length and "
                "compare `checkpoint_cost(…).bytes_peak`."
            )
        if peaks[s - 1] == max(peaks):
            return "This is the *worst* length."
        return f"There the peak is {peaks[s - 1] / min(peaks):.2f} times the least one."

    return judge(
        answer,
        reference,
        [
            ((8,) * 17, 3),
            ((8, 8, 8, 8, 8, 8, 8, 512, 8, 8), 3),
            ((8,) * 102, 3),
            ((64, 32, 16, 8, 4, 2), 3),
            ((1,) * 65, 3),
        ],
        draw,
        hint,
        "five networks agree. Where all layers are alike it is close to √L; one wide layer moves "
        "the best cut.",
        relative=0,
        draws=150,
    )
