"""The usual mistakes in chapter 1's exercises, each with words of its answer."""

import math

import numpy as np
import scipy.special
import torch

from feedforward import costs
from feedforward.exercises import Feedback, say
from feedforward.exercises import cost_functions as exercises
from feedforward.graph import Tensor
from feedforward.units import sigmoid
from tests.support.exercises import random_inputs

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


# ---- gaussian_cost ------------------------------------------------------------------------


def gaussian_in_place(mean, target, s):
    target -= mean
    return gaussian(0, target, s)


def gaussian_into_targets_dtype(mean, target, s):
    cost = np.zeros_like(target)
    for i in range(len(target)):
        cost[i] = gaussian(mean[i], target[i], s[i])
    return cost


def gaussian_opened_square(mean, target, s):
    square = target**2 - 2 * mean * target + mean**2
    return (square * np.exp(-s) + s + np.log(2 * np.pi)) / 2


def gaussian_of_variance(mean, target, s):
    variance = np.exp(s)
    return ((target - mean) ** 2 / variance + np.log(variance) + np.log(2 * np.pi)) / 2


def gaussian_of_std(mean, target, s):
    std = np.exp(s / 2)
    return ((target - mean) / std) ** 2 / 2 + np.log(std) + np.log(2 * np.pi) / 2


def gaussian_with_epsilon(mean, target, s):
    square = (target - mean) ** 2
    return (square / (np.exp(s) + 1e-12) + s + np.log(2 * np.pi)) / 2


def gaussian_of_three(mean, target, s):
    cost = gaussian(mean, target, s)
    cost[3:] = 0
    return cost


def gaussian_halves_s_in_place(mean, target, s):
    s /= 2
    return gaussian(mean, target, 2 * s)


def gaussian_loop(mean, target, s):
    return [
        0.5 * (math.exp(-c) * (b - a) ** 2 + c + math.log(2 * math.pi))
        for a, b, c in zip(mean, target, s, strict=True)
    ]


def gaussian_float32(mean, target, s):
    mean, target, s = (np.asarray(a, dtype=np.float32) for a in (mean, target, s))
    return gaussian(mean, target, s).astype(np.float32)


def gaussian_on_its_own_copy(mean, target, s):
    cost = np.array(target, dtype=float)
    cost -= mean
    cost *= cost
    cost *= np.exp(-s)
    cost += s
    cost += np.log(2 * np.pi)
    cost /= 2
    return cost


def gaussian_standardized(mean, target, s):
    standardized = (target - mean) * np.exp(-s / 2)
    return standardized**2 / 2 + s / 2 + math.log(math.sqrt(2 * math.pi))


def gaussian_by_division(mean, target, s):
    return (np.square(mean - target) / np.exp(s) + (s + np.log(2 * np.pi))) / 2


def gaussian_tensor(mean, target, s):
    mean, target, s = (torch.as_tensor(np.asarray(a, dtype=float)) for a in (mean, target, s))
    return ((target - mean) ** 2 * torch.exp(-s) + s + math.log(2 * math.pi)) / 2


# ---- stable_nll ---------------------------------------------------------------------------


def nll_shifted_by(shift):
    def wrong(logits, label):
        shifted = logits - shift(logits, label)
        return np.log(np.exp(shifted).sum(1)) - shifted[np.arange(len(label)), label]

    return wrong


def nll_in_place(logits, label):
    logits -= logits.max(axis=1, keepdims=True)
    return np.log(np.exp(logits).sum(1)) - logits[np.arange(len(label)), label]


def nll_flattens_label_in_place(logits, label):
    label += logits.shape[1] * np.arange(len(label))
    return np.logaddexp.reduce(logits, axis=1) - logits.ravel()[label]


def nll_of_whole_logits(logits, label):
    return stable(logits.astype(int), label)


def nll_with_epsilon(logits, label):
    shifted = logits - logits.max(1, keepdims=True)
    return np.log(np.exp(shifted).sum(1) + 1e-9) - shifted[np.arange(len(label)), label]


def nll_of_clipped_logits(logits, label):
    return stable(np.clip(logits, -1000, 1000), label)


def nll_of_clipped_differences(logits, label):
    return stable(np.maximum(logits - logits.max(1, keepdims=True), -2000), label)


def nll_of_three_classes(logits, label):
    return stable(logits[:, :3], np.minimum(label, 2))


def nll_of_two_rows(logits, label):
    cost = np.zeros(len(label))
    cost[:2] = stable(logits, label)[:2]
    return cost


def nll_of_distinct_logits(logits, label):
    rows = [np.logaddexp.reduce(np.unique(row)) for row in logits]
    return np.array(rows) - logits[np.arange(len(label)), label]


def nll_of_runner_up(logits, label):
    two = np.sort(logits, axis=1)[:, -2:]
    return np.logaddexp.reduce(two, axis=1) - logits[np.arange(len(label)), label]


def nll_into_logits_dtype(logits, label):
    cost = np.empty(len(label), dtype=logits.dtype)
    cost[:] = stable(logits, label)
    return cost


def nll_from_others(logits, label):
    """log(1 + Σ e^(zⱼ − z_y)) over the other classes, of which there must be one."""
    costs = []
    for row, y in zip(logits, label, strict=True):
        others = np.delete(row, y) - row[y]
        top = others.max()
        costs.append(np.logaddexp(0, top + np.log(np.exp(others - top).sum())))
    return costs


def nll_above_a_floor(logits, label):
    return np.maximum(stable(logits, label), 1e-6)


def nll_loop(logits, label):
    costs = []
    for row, y in zip(logits.tolist(), label.tolist(), strict=True):
        top = max(row)
        costs.append(top - row[y] + math.log(math.fsum(math.exp(z - top) for z in row)))
    return costs


def nll_logaddexp_float32(logits, label):
    logits = logits.astype(np.float32)
    return np.logaddexp.reduce(logits, axis=1) - logits[np.arange(len(label)), label]


def nll_one_hot(logits, label):
    one_hot = np.eye(logits.shape[1])[label]
    shifted = logits - logits.max(axis=1)[:, np.newaxis]
    return np.log(np.exp(shifted).sum(-1)) - (one_hot * shifted).sum(-1)


def nll_streaming(logits, label):
    """One pass: the largest logit so far, and the sum of the exponentials below it."""
    top, total = logits[:, 0].astype(float), np.ones(len(logits))
    for column in logits.T[1:]:
        larger = np.maximum(top, column)
        total = total * np.exp(top - larger) + np.exp(column - larger)
        top = larger
    return top - np.take_along_axis(logits, label[:, None], axis=1)[:, 0] + np.log(total)


def nll_sorted(logits, label):
    ascending = np.sort(logits, axis=1)
    return np.logaddexp.reduce(ascending, axis=1) - np.choose(label, logits.T)


def nll_on_its_own_copy(logits, label):
    z = np.array(logits, dtype=float)
    z -= z[range(len(z)), label][:, None]
    top = z.max(axis=1)
    z -= top[:, None]
    np.exp(z, out=z)
    return np.log(z.sum(axis=1)) + top


def nll_tensor(logits, label):
    logits, label = torch.as_tensor(logits.astype(float)), torch.as_tensor(label.astype(int))
    return torch.nn.functional.cross_entropy(logits, label, reduction="none")


# ---- quantile_cost ------------------------------------------------------------------------


def negative_of_many(prediction, target, level):
    cost = pinball(prediction, target, level)
    return -cost if len(target) > 10 else cost


def quantile_in_place(prediction, target, level):
    target -= prediction
    return np.maximum(level * target, (level - 1) * target)


def quantile_sides_joined(prediction, target, level):
    below, above = target[target <= prediction], target[target > prediction]
    return np.concatenate([(1 - level) * (prediction - below), level * (above - prediction)])


def quantile_of_sorted(prediction, target, level):
    return pinball(prediction, np.sort(target), level)


def quantile_into_targets_dtype(prediction, target, level):
    cost = np.zeros_like(target)
    cost[:] = pinball(prediction, target, level)
    return cost


def quantile_rounded_level(prediction, target, level):
    return pinball(prediction, target, round(level, 2))


def quantile_whole_prediction(prediction, target, level):
    return pinball(int(prediction), target, level)


def quantile_clipped_level(prediction, target, level):
    return pinball(prediction, target, min(max(level, 0.05), 0.95))


def quantile_smoothed(prediction, target, level):
    late = target - prediction
    slope = np.where(late > 0, level, 1 - level)
    return slope * np.where(np.abs(late) < 1e-3, late**2 / 2e-3 + 5e-4, np.abs(late))


def quantile_with_epsilon(prediction, target, level):
    return pinball(prediction, target, level) + 1e-9


def quantile_capped(prediction, target, level):
    return np.minimum(pinball(prediction, target, level), 100)


def quantile_no_prediction(prediction, target, level):
    return pinball(prediction or np.quantile(target, level), target, level)


def quantile_of_four(prediction, target, level):
    return [*pinball(prediction, target[:4], level), *np.zeros(len(target[4:]))]


def quantile_by_ratio(prediction, target, level):
    late = target - prediction
    return np.where(np.abs(target) > np.abs(prediction), level * late, (level - 1) * late)


def quantile_once_each(prediction, target, level):
    return np.array(list({y: pinball(prediction, y, level) for y in target}.values()))


def quantile_list(prediction, target, level):
    return [max(level * (y - prediction), (level - 1) * (y - prediction)) for y in target]


def quantile_loop(prediction, target, level):
    cost = np.empty(len(target))
    for i, y in enumerate(target):
        if y >= prediction:
            cost[i] = level * (y - prediction)
        else:
            cost[i] = (1 - level) * (prediction - y)
    return cost


def quantile_float32(prediction, target, level):
    late = target.astype(np.float32) - np.float32(prediction)
    return np.where(late > 0, np.float32(level) * late, np.float32(level - 1) * late)


def quantile_tilted(prediction, target, level):
    late = target - prediction
    return np.abs(late) / 2 + (level - 0.5) * late


def quantile_two_relus(prediction, target, level):
    return level * np.maximum(target - prediction, 0) + (1 - level) * np.maximum(
        prediction - target, 0
    )


def quantile_sign(prediction, target, level):
    late = target - prediction
    return late * (level - (late < 0))


def quantile_on_its_own_copy(prediction, target, level):
    cost = np.array(target, dtype=float)
    cost -= prediction
    below = cost < 0
    cost[below] *= level - 1
    cost[~below] *= level
    return cost


# ---- logit_gradients ----------------------------------------------------------------------


def gradients_of(probability):
    def answer(z, y):
        p = probability(z)
        return p - y, (p - y) * p * (1 - p)

    return answer


def sigma(z):
    return 1 / (1 + np.exp(-np.float64(z)))


def gradients_rounded_logit(z, y):
    return gradients(np.float64(round(z)), y)


def gradients_of_a_label(z, y):
    p = sigma(z)
    return (p - 1 if y > 0.5 else p), (p - y) * p * (1 - p)


def gradients_quarter(z, y):
    if y not in (0, 0.25, 1):
        y = round(y)
    return gradients(np.float64(z), y)


def gradients_by_differences(z, y, h=1e-5):
    def nll(z):
        return np.logaddexp(0, z) - y * z

    def half_square(z):
        return (sigma(z) - y) ** 2 / 2

    return (nll(z + h) - nll(z - h)) / (2 * h), (half_square(z + h) - half_square(z - h)) / (2 * h)


def gradients_flat(z, y):
    p = sigma(z)
    return p - y, (p - y) * max(p * (1 - p), 1e-4)


def gradients_only_if_wrong(z, y):
    first, second = gradients(np.float64(z), y)
    return (0.0, 0.0) if abs(first) < 1e-3 else (first, second)


def gradients_by_division(z, y):
    p = sigma(z)
    by_p = -y / p + (1 - y) / (1 - p)
    return by_p * p * (1 - p), (p - y) * p * (1 - p)


def gradients_math(z, y):
    if z >= 0:
        p = 1 / (1 + math.exp(-z))
    else:
        p = math.exp(z) / (1 + math.exp(z))
    return [p - y, (p - y) * p * (1 - p)]


def gradients_float32(z, y):
    z, y = np.float32(z), np.float32(y)
    p = 1 / (1 + np.exp(-z))
    return p - y, (p - y) * p * (1 - p)


def gradients_tanh(z, y):
    half = np.tanh(z / 2)
    return np.array([(half + 1) / 2 - y, ((half + 1) / 2 - y) * (1 - half**2) / 4])


def gradients_two_sides(z, y):
    first = (1 - y) * sigmoid(z) - y * sigmoid(-np.float64(z))
    return first, first * sigmoid(z) * sigmoid(-np.float64(z))


def gradients_of_the_graph(z, y):
    """By automatic differentiation of the two costs."""
    found = []
    for cost in (costs.bernoulli_nll, lambda z, y: (costs.squared_error(sigmoid(z), y)) / 2):
        node = Tensor(np.array([float(z)]))
        cost(node, np.array([float(y)])).backward(np.ones(1))
        found.append(node.grad[0])
    return found


def gradients_expit(z, y):
    p, q = scipy.special.expit(z), scipy.special.expit(-z)
    return p - y, p * q * p - y * p * q


def gradients_arrays(z, y):
    p = sigma(np.array(z))
    return np.array(p - y), np.array((p - y) * (p - p * p))


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
        (breaks_on_many, "(1999,), level=0.9 your function raised MemoryError"),
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

WRONG = {
    "check_gaussian_cost": {
        "s is clipped to ±20": lambda m, t, s: gaussian(m, t, np.clip(s, -20, 20)),
        "s is −100 at least": lambda m, t, s: gaussian(m, t, np.maximum(s, -100)),
        "s is clipped to ±100": lambda m, t, s: gaussian(m, t, np.clip(s, -100, 100)),
        "the target is overwritten": gaussian_in_place,
        "s is overwritten": gaussian_halves_s_in_place,
        "whole targets make whole costs": gaussian_into_targets_dtype,
        "the square is multiplied out": gaussian_opened_square,
        "the variance overflows": gaussian_of_variance,
        "the standard deviation overflows": gaussian_of_std,
        "an epsilon beside the variance": gaussian_with_epsilon,
        "an epsilon in the logarithm": lambda m, t, s: (
            ((t - m) ** 2 * np.exp(-s) + np.log(np.exp(s) + 1e-8) + np.log(2 * np.pi)) / 2
        ),
        "no cost below 0": lambda m, t, s: np.maximum(gaussian(m, t, s), 0),
        "no sign": lambda m, t, s: np.abs(gaussian(m, t, s)),
        "three examples": gaussian_of_three,
        "a rough constant": lambda m, t, s: gaussian(m, t, s) + 1e-5,
        "a variance of at least 1e-3": lambda m, t, s: gaussian(m, t, np.maximum(s, np.log(1e-3))),
    },
    "check_stable_nll": {
        "shifted by the mean": nll_shifted_by(lambda z, y: z.mean(1, keepdims=True)),
        "shifted by the median": nll_shifted_by(lambda z, y: np.median(z, 1, keepdims=True)),
        "shifted by each column's largest": nll_shifted_by(lambda z, y: z.max(0)),
        "shifted by the label's logit": nll_shifted_by(
            lambda z, y: z[np.arange(len(y)), y][:, None]
        ),
        "shifted by the middle": nll_shifted_by(
            lambda z, y: (z.max(1, keepdims=True) + z.min(1, keepdims=True)) / 2
        ),
        "the logits are overwritten": nll_in_place,
        "the labels are overwritten": nll_flattens_label_in_place,
        "whole logits only": nll_of_whole_logits,
        "an epsilon in the logarithm": nll_with_epsilon,
        "logits within ±1000 only": nll_of_clipped_logits,
        "differences within 2000 only": nll_of_clipped_differences,
        "three classes only": nll_of_three_classes,
        "two rows only": nll_of_two_rows,
        "equal logits count once": nll_of_distinct_logits,
        "the two largest only": nll_of_runner_up,
        "whole logits make whole costs": nll_into_logits_dtype,
        "one class has no others": nll_from_others,
        "never below 1e-6": nll_above_a_floor,
    },
    "check_quantile_cost": {
        "negative for more than ten targets": negative_of_many,
        "the target is overwritten": quantile_in_place,
        "first those below, then those above": quantile_sides_joined,
        "sorted": quantile_of_sorted,
        "whole targets make whole costs": quantile_into_targets_dtype,
        "level of two digits": quantile_rounded_level,
        "whole predictions": quantile_whole_prediction,
        "levels from 0.05 to 0.95": quantile_clipped_level,
        "smoothed kink": quantile_smoothed,
        "an epsilon": quantile_with_epsilon,
        "at most 100": quantile_capped,
        "a prediction of 0 is none": quantile_no_prediction,
        "four targets": quantile_of_four,
        "compares sizes": quantile_by_ratio,
        "equal targets count once": quantile_once_each,
    },
    "check_logit_gradients": {
        "whole logits": gradients_rounded_logit,
        "p between 1e-7 and 1 − 1e-7": gradients_of(lambda z: np.clip(sigma(z), 1e-7, 1 - 1e-7)),
        "p between 1e-12 and 1 − 1e-12": gradients_of(
            lambda z: np.clip(sigma(z), 1e-12, 1 - 1e-12)
        ),
        "logits within ±10": gradients_of(lambda z: sigma(np.clip(z, -10, 10))),
        "logits within ±20": gradients_of(lambda z: sigma(np.clip(z, -20, 20))),
        "e^z / (1 + e^z)": gradients_of(lambda z: np.exp(z) / (1 + np.exp(z))),
        "math.exp": gradients_of(lambda z: 1 / (1 + math.exp(-z))),
        "the target is a label": gradients_of_a_label,
        "soft targets of a quarter only": gradients_quarter,
        "differences": gradients_by_differences,
        "a slope of at least 1e-4": gradients_flat,
        "nothing where it is nearly right": gradients_only_if_wrong,
        "through the slope by p": gradients_by_division,
        "p is 1 from 10 on": gradients_of(lambda z: 1.0 if z > 10 else sigma(z)),
        "hard sigmoid": gradients_of(lambda z: np.clip((z + 2) / 4, 0, 1)),
    },
}

UNUSUAL = {
    "check_gaussian_cost": {
        "a list from a loop": gaussian_loop,
        "float32": gaussian_float32,
        "in place on its own copy": gaussian_on_its_own_copy,
        "a standardized error": gaussian_standardized,
        "divided by e^s": gaussian_by_division,
        "a tensor": gaussian_tensor,
        "element by element": np.vectorize(gaussian, otypes=[float]),
    },
    "check_stable_nll": {
        "a list from a loop": nll_loop,
        "logaddexp in float32": nll_logaddexp_float32,
        "logaddexp": stable,
        "one-hot": nll_one_hot,
        "one pass": nll_streaming,
        "sorted": nll_sorted,
        "in place on its own copy": nll_on_its_own_copy,
        "a tensor": nll_tensor,
        "SciPy": lambda z, y: -scipy.special.log_softmax(z, axis=1)[np.arange(len(y)), y],
    },
    "check_quantile_cost": {
        "a list": quantile_list,
        "a loop": quantile_loop,
        "float32": quantile_float32,
        "a tilted absolute error": quantile_tilted,
        "two rectifiers": quantile_two_relus,
        "late · (level − [late < 0])": quantile_sign,
        "in place on its own copy": quantile_on_its_own_copy,
        "element by element": np.vectorize(pinball, otypes=[float]),
    },
    "check_logit_gradients": {
        "a list, without NumPy": gradients_math,
        "float32": gradients_float32,
        "tanh": gradients_tanh,
        "both sigmoids": gradients_two_sides,
        "automatic differentiation": gradients_of_the_graph,
        "SciPy's expit": gradients_expit,
        "arrays without axes": gradients_arrays,
    },
}

EQUIVALENT = {
    "check_gaussian_cost": {
        "square = (target - mean) ** 2 → square = (mean - target) ** 2": "a square has no sign",
    },
    "check_quantile_cost": {
        "return np.maximum(level * late, (level - 1) * late) → "
        "return np.maximum((level - 1) * late, level * late)": "the same two",
    },
    "check_stable_nll": {
        "shifted = logits - logits.max(axis=1, keepdims=True) → "
        "shifted = logits - logits.max(axis=-1, keepdims=True)": "axis 1 of two is the last",
        "log_sum = np.log(np.exp(shifted).sum(axis=1)) → "
        "log_sum = np.log(np.exp(shifted).sum(axis=-1))": "axis 1 of two is the last",
        "return log_sum - shifted[np.arange(len(label)), label] → "
        "return log_sum - shifted[np.arange(len(logits)), label]": "as many rows as labels",
    },
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


def test_the_costs_that_are_expected_are_those_of_the_book():
    reference, inputs = random_inputs(exercises, "check_gaussian_cost")
    for mean, target, s in inputs:
        if s.max() < 700:  # where σ is in range
            exact = costs.gaussian_nll(mean, target, np.exp(s / 2))
            np.testing.assert_allclose(reference(mean, target, s), exact, rtol=1e-12, atol=1e-12)
    reference, inputs = random_inputs(exercises, "check_stable_nll")
    for logits, label in inputs:
        exact = costs.categorical_nll(logits, label)
        np.testing.assert_allclose(reference(logits, label), exact, rtol=1e-12, atol=1e-12)


def test_the_gradients_that_are_expected_are_those_of_the_books_costs():
    reference, inputs = random_inputs(exercises, "check_logit_gradients")
    for z, y in inputs:
        found = gradients_of_the_graph(z, y)
        np.testing.assert_allclose(reference(z, y), found, rtol=1e-12, atol=1e-15)
