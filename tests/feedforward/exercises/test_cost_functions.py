"""The usual mistakes in chapter 1's exercises, each with words of its answer."""

import numpy as np

from feedforward.exercises import Feedback, say
from feedforward.exercises import cost_functions as exercises

AT = r"(logits|mean|prediction|z)="
"""How a message about a mistake goes on after "at "."""


def gaussian(mean, target, s):
    return ((target - mean) ** 2 * np.exp(-s) + s + np.log(2 * np.pi)) / 2


def stable(logits, label):
    return np.logaddexp.reduce(logits, axis=1) - logits[np.arange(len(label)), label]


def pinball(prediction, target, level):
    late = target - prediction
    return np.maximum(level * late, (level - 1) * late)


def gradients(z, y):
    p = 1 / (1 + np.exp(-z))
    return p - y, (p - y) * p * (1 - p)


def naive(logits, label):
    weights = np.exp(logits)
    return -np.log((weights / weights.sum(1, keepdims=True))[np.arange(len(label)), label])


def overflowing(logits, label):
    return np.log(np.exp(logits).sum(1)) - logits[np.arange(len(label)), label]


def not_added_back(logits, label):
    top = logits.max(1)
    return stable(logits, label) - top


def whole_batch(logits, label):
    return np.logaddexp.reduce(logits.ravel()) - logits[np.arange(len(label)), label]


def clipped(logits, label):
    weights = np.exp(logits - logits.max(1, keepdims=True))
    p = (weights / weights.sum(1, keepdims=True))[np.arange(len(label)), label]
    return -np.log(np.maximum(p, 1e-7))


def one_shift_for_all(logits, label):
    with np.errstate(all="ignore"):
        shifted = logits - logits.max()
        log_sum = np.log(np.exp(shifted).sum(1))
    return log_sum - shifted[np.arange(len(label)), label]


def breaks_on_many(prediction, target, level):
    if len(target) > 100:
        raise MemoryError("too many")
    return pinball(prediction, target, level)


MISTAKES = {
    "check_gaussian_cost": [
        (lambda m, t, s: gaussian(m, t, s) - np.log(2 * np.pi) / 2, "½ log 2π is missing"),
        (lambda m, t, s: -gaussian(m, t, s), "sign is wrong"),
        (lambda m, t, s: 2 * gaussian(m, t, s), "twice the cost"),
        (lambda m, t, s: gaussian(m, t, s) + s / 2, "½ log σ²"),
        (lambda m, t, s: gaussian(m, t, s) + (t - m) ** 2 * np.exp(-s) / 2, "divided by 2σ²"),
        (lambda m, t, s: gaussian(m, t, 2 * s), "log σ² = 2 log σ"),
        (lambda m, t, s: gaussian(m, t, s) - s / 2, "log σ is missing"),
        (lambda m, t, s: gaussian(m, t, s).mean(), "shape ()"),
        (lambda m, t, s: gaussian(m, t), "raised TypeError"),
        (lambda m, t, s: "σ", "not a number"),
    ],
    "check_stable_nll": [
        (naive, "nan comes from"),
        (clipped, "kept away from 0"),
        (lambda z, y: -stable(z, y), "sign is wrong"),
        (lambda z, y: np.exp(-stable(z, y)), "label's probability"),
        (lambda z, y: np.logaddexp.reduce(z, axis=1), "subtract the label's logit"),
        (whole_batch, "whole batch"),
        (not_added_back, "did not add it back"),
        (lambda z, y: stable(z, y) + z.max(1), "without having subtracted"),
        (lambda z, y: np.full(len(y), stable(z, y).mean()), "no mean"),
        (lambda z, y: stable(z, y) / np.log(2), "in bits"),
        (overflowing, "exponential overflowed"),
        (one_shift_for_all, "each row needs its own"),
    ],
    "check_quantile_cost": [
        (breaks_on_many, "1999 targets your function raised MemoryError"),
        (lambda f, y, q: pinball(f, y, 1 - q), "two slopes are exchanged"),
        (lambda f, y, q: np.abs(y - f), "the absolute error"),
        (lambda f, y, q: 2 * pinball(f, y, q), "twice the cost"),
        (lambda f, y, q: np.where(y > f, q, 1 - q) * (y - f), "never negative"),
        (lambda f, y, q: pinball(f, y, q).mean(), "shape ()"),
    ],
    "check_logit_gradients": [
        (lambda z, y: tuple(-g for g in gradients(z, y)), "Both signs"),
        (lambda z, y: gradients(z, y)[::-1], "exchanged"),
        (lambda z, y: (gradients(z, y)[1], gradients(z, y)[1]), "factor σ′(z); the log"),
        (lambda z, y: (gradients(z, y)[0], 2 * gradients(z, y)[1]), "*half*"),
        (lambda z, y: (gradients(z, y)[0], gradients(z, y)[0]), "chain rule"),
        (lambda z, y: (-gradients(z, y)[0], gradients(z, y)[1]), "first sign"),
        (lambda z, y: gradients(z, y)[0], "shape ()"),
    ],
}


def test_values_are_said_as_a_reader_would_type_them():
    assert say(None) == "None"
    assert say(-0.0) == "0"
    assert say(np.array([1000.0, 0.5])) == "[1000, 0.5]"
    assert say(([1], [2.5])) == "[[1], [2.5]]"
    assert say("σ") == "'σ'"


def test_feedback_is_a_paragraph_in_a_notebook_with_nothing_taken_for_markup():
    feedback = Feedback(False, "expected 1 < 2, see `return`")
    assert feedback._repr_html_().endswith(
        "<strong>Not yet:</strong> expected 1 &lt; 2, see <code>return</code></p>"
    )


def test_right_answers_pass_in_float32_and_as_lists():
    def float32_gradients(z, y):
        z = np.float32(z)
        p = 1 / (1 + np.exp(-z))
        return p - np.float32(y), (p - np.float32(y)) * p * (1 - p)

    def list_of_costs(prediction, target, level):
        return [max(level * (y - prediction), (level - 1) * (y - prediction)) for y in target]

    assert exercises.check_logit_gradients(float32_gradients).passed
    assert exercises.check_quantile_cost(list_of_costs).passed
