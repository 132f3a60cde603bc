"""Checks for the coding exercises of chapter 4, The cost of training."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from feedforward.complexity import checkpoint_cost, mlp_cost
from feedforward.exercises import Feedback, compare, correct, not_yet

Array = np.ndarray


def _near(values: Array, other: object) -> bool:
    return values.shape == np.shape(other) and bool(
        np.allclose(values, other, rtol=1e-6, atol=1e-9)
    )


def _named(mistakes: list[tuple[object, str]], given: Array) -> str | None:
    return next((why for wrong, why in mistakes if _near(given, wrong)), None)


def check_count_step(answer: Callable[[Sequence[int], int], tuple]) -> Feedback:
    """answer(widths, batch) → (multiply-adds forward, backward, numbers that wait)."""
    cases = []
    for widths, batch in (
        ((3, 2), 1),
        ((3, 5, 2), 1),
        ((3, 5, 2), 10),
        ((4, 6, 5, 3), 2),
        ((784, 256, 256, 10), 128),
    ):
        cost = mlp_cost(widths, batch)
        waiting = cost.bytes_waiting // 4  # of float32
        counts = cost.multiply_adds_forward, cost.multiply_adds_backward, waiting
        cases.append((f"widths={widths}, batch={batch}", (widths, batch), counts))

    def hint(arguments, given, expected):
        widths, batch = arguments
        weights = sum(a * b for a, b in pairwise(widths))
        forward, backward, waiting = expected
        if given[0] != forward:
            return (
                _named(
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
                _named(
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
        return _named(
            [
                (waiting - batch * widths[0], "The minibatch itself waits too: ∂J/∂W₁ needs it."),
                (waiting + batch * widths[-1], "The outputs are not needed on the way back."),
                (waiting / batch, "Each example has its own activations."),
                (weights, "These are the weights; they are there anyway."),
            ],
            given[2],
        ) or "What waits is each layer's input: m·(n₀ + n₁ + …), without the outputs."  # fmt: skip

    return compare(
        answer,
        cases,
        hint,
        "five networks agree.",
        relative=0,
    )


def check_layer_backward(answer: Callable[[Array, Array, Array], tuple]) -> Feedback:
    """answer(x, W, g) → ∂J/∂x, ∂J/∂W, ∂J/∂b of z = x Wᵀ + b, given g = ∂J/∂z."""
    rng = np.random.default_rng(0)
    names = ("∂J/∂x", "∂J/∂W", "∂J/∂b")
    for m, n_in, n_out in ((1, 1, 1), (1, 2, 3), (4, 2, 3), (3, 2, 2)):
        x, W, g = (rng.integers(-3, 4, s) * 1.0 for s in ((m, n_in), (n_out, n_in), (m, n_out)))
        W[W == 0] = 2.0
        words = f"x of shape {x.shape}, W of shape {W.shape}"
        try:
            given = answer(x, W, g)
        except Exception as error:  # a reader's mistake may be anything, and the page must go on
            return not_yet(f"at {words} your function raised {type(error).__name__}: {error}")
        if given is None:
            return not_yet(
                f"at {words} you returned None, expected three arrays. "
                "Does your function end in `return`?"
            )
        if not isinstance(given, tuple | list) or len(given) != 3:
            return not_yet(f"at {words} return three arrays: `return to_x, to_W, to_b`.")
        expected = (g @ W, g.T @ x, g.sum(axis=0))
        for k, name in enumerate(names):

            def one(*_: Array, given=given, k=k) -> object:
                return given[k]

            feedback = compare(
                one, [(f"{words}: {name}", (x, W, g, k), expected[k])], _layer_hint, ""
            )
            if not feedback.passed:
                return feedback
    return correct(
        "four layers agree. Both products are as large as the forward one, and the second is "
        "the transpose of the first at work: no inverse, no division."
    )


def _layer_hint(arguments: tuple, given: Array, expected: Array) -> str | None:
    x, W, g, k = arguments
    m = len(x)
    if k == 0:
        mistakes = [(g @ W / m, "Do not average here: the mean is already in g.")]
        if W.shape[0] == W.shape[1]:
            mistakes.append((g @ W.T, "On the way back it is W, not Wᵀ, since forward it was Wᵀ."))
        mistakes.append((-expected, "The sign is wrong."))
    elif k == 1:
        mistakes = [
            (expected / m, "Do not average here: the mean is already in g."),
            (expected.T, "W has shape (n_out, n_in), and so has its gradient."),
            (-expected, "The sign is wrong."),
        ]
    else:
        mistakes = [
            (g.mean(axis=0), "b is added to every example, so its gradients add up: a sum."),
            (np.ones(g.shape[1]), "∂z/∂b is 1, and it is multiplied by g and summed."),
        ]
    return _named(mistakes, given)


def check_cumsum_rule(answer: Callable[[Array, Array, Array], Array]) -> Feedback:
    """answer(g, y, x) → ∂J/∂x for y = cumsum(x) along the last axis, given g = ∂J/∂y."""
    cases = []
    for g in ([1.0], [2.0, -1.0, 4.0], [0.0, 0.0, 1.0], [[1.0, -1.0], [3.0, 0.5]]):
        array = np.array(g)
        x = np.arange(1.0, array.size + 1).reshape(array.shape)
        exact = np.cumsum(array[..., ::-1], axis=-1)[..., ::-1]
        cases.append((f"g={g}", (array, np.cumsum(x, axis=-1), x), exact))

    def hint(arguments, given, expected):
        g, _, x = arguments
        return _named(
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

    return compare(
        answer,
        cases,
        hint,
        "four gradients agree. The matrix of cumsum has ones below the diagonal, its transpose "
        "above: so back means backwards.",
    )


def check_best_segment(answer: Callable[[Sequence[int], int], int]) -> Feedback:
    """answer(widths, batch) → the segment length with the least peak; the shortest of several."""
    cases = []
    for widths in (
        (8,) * 17,
        (8, 8, 8, 8, 8, 8, 8, 512, 8, 8),
        (8,) * 102,
        (64, 32, 16, 8, 4, 2),
        (1,) * 1001,
    ):
        peaks = [checkpoint_cost(widths, 3, s).bytes_peak for s in range(1, len(widths))]
        words = (
            f"widths={widths}" if len(widths) < 12 else f"{len(widths) - 1} layers of {widths[0]}"
        )
        cases.append((words, (widths, 3), 1 + int(np.argmin(peaks))))

    def hint(arguments, given, expected):
        widths, batch = arguments
        layers = len(widths) - 1
        peaks = [checkpoint_cost(widths, batch, s).bytes_peak for s in range(1, layers + 1)]
        s = int(given) if given == round(float(given)) else 0
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

    return compare(
        answer,
        cases,
        hint,
        "five networks agree. Where all layers are alike it is close to √L; one wide layer moves "
        "the best cut.",
        relative=0,
    )
