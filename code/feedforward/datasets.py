"""Small data, made on the spot or shipped with scikit-learn: offline, the same for a given seed.

Inputs have shape (m, n_in). Targets of a regression have shape (m, 1), so that they fit the output
of a network; class labels have shape (m,).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from feedforward import _check
from feedforward.units import sigmoid

Array = np.ndarray


class Split(NamedTuple):
    """Examples to learn from, and others to judge by."""

    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array


def digits(rng: np.random.Generator, test_share: float = 0.25) -> Split:
    """1797 handwritten digits of 8×8 pixels: x (m, 64), labels 0 … 9, split at random.

    Pixels are scaled, all by the same two numbers, to mean 0 and variance 1 over the training set.
    Source: Alpaydin and Kaynak (1998), as shipped with scikit-learn.
    """
    from sklearn.datasets import load_digits  # half a second to import, and needed here only

    rng = _check.generator(rng)
    test_share = _check.number(test_share, "test_share")
    x, label = load_digits(return_X_y=True)
    cut = round(len(x) * test_share) if 0 < test_share < 1 else len(x)
    if cut == len(x):
        raise ValueError(f"test_share must be between 0 and 1, got {test_share}")
    order = rng.permutation(len(x))
    test, training = order[:cut], order[cut:]
    mean, std = x[training].mean(), x[training].std()
    x = (x - mean) / std
    return Split(x[training], label[training], x[test], label[test])


# The ten shapes of MNIST-1D, drawn as heights at twelve places; each starts at 5.
_STROKES = np.array(
    [
        [5, 6, 6.5, 6.75, 7, 7, 7, 7, 6.75, 6.5, 6, 5],
        [5, 3, 3, 3.4, 3.8, 4.2, 4.6, 5, 5.4, 5.8, 5, 5],
        [5, 6, 6.5, 6.5, 6, 5.25, 4.75, 4, 3.5, 3.5, 4, 5],
        [5, 6, 6.5, 6.5, 6, 5, 5, 6, 6.5, 6.5, 6, 5],
        [5, 4.4, 3.8, 3.2, 2.6, 2.6, 5, 5, 5, 5, 5, 5],
        [5, 3, 3, 3, 3, 5, 6, 6.5, 6.5, 6, 4.5, 5],
        [5, 4, 3.5, 3.25, 3, 3, 3, 3, 3.25, 3.5, 4, 5],
        [5, 7, 7, 6.6, 6.2, 5.8, 5.4, 5, 4.6, 4.2, 5, 5],
        [5, 4, 3.5, 3.5, 4, 5, 5, 4, 3.5, 3.5, 4, 5],
        [5, 4, 3.5, 3.5, 4, 5, 5, 5, 5, 4.7, 4.3, 5],
    ]
)


def mnist1d(m: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Ten shapes on a line, padded, stretched, shifted, tilted and noisy: x (m, 40), labels 0 … 9.

    As many of each label as of any other (give or take one), in random order. All numbers share
    mean 0 and variance 1. Made from the published recipe with its default settings; no sample is
    one of the published file's.
    Source: Greydanus and Kobak (2024).
    """
    m, rng = _check.count(m, "m"), _check.generator(rng)
    shapes = (_STROKES - _STROKES.mean(1, keepdims=True)) / _STROKES.std(1, keepdims=True)
    shapes = (shapes - shapes[:, :1]) / 6  # every shape starts at 0
    label = rng.permutation(np.arange(m) % 10)
    x = np.array([_signal(shapes[digit], rng) for digit in label])
    return (x - x.mean()) / x.std(), label


def _signal(shape: Array, rng: np.random.Generator, wide: int = 72, length: int = 40) -> Array:
    """One shape somewhere on a line of noise, `length` samples."""
    padded = np.concatenate([shape, np.zeros(rng.integers(36, 61))])
    place = np.linspace(0, padded.size - 1, wide)
    signal = np.interp(place, np.arange(padded.size), padded)
    is_shape = place < len(shape)
    signal = np.roll(signal * rng.uniform(0.8, 1.2), shift := rng.integers(48))
    smooth = _smoothed(rng.normal(0, 0.25, wide), width=2.0)
    signal = np.where(np.roll(is_shape, shift), signal, smooth) + rng.normal(0, 0.02, wide)
    signal -= rng.uniform(-0.375, 0.375) * np.linspace(-0.5, 0.5, wide)
    return np.interp(np.linspace(0, wide - 1, length), np.arange(wide), signal)


def _smoothed(x: Array, width: float) -> Array:
    """x averaged with Gaussian weights of standard deviation `width`; mirrored at its ends."""
    reach = round(4 * width)
    weight = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    return np.convolve(np.pad(x, reach, "symmetric"), weight / weight.sum(), "valid")


def heteroscedastic(m: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """y = sin 2πx + σ(x)·noise, x uniform in [0, 1]: the noise grows from 0.05 to 0.45.

    Returns x, y of shape (m, 1). The truth: `heteroscedastic_mean`, `heteroscedastic_std`.
    """
    x = _uniform(m, rng, 0, 1)
    return x, rng.normal(heteroscedastic_mean(x), heteroscedastic_std(x))


def heteroscedastic_mean(x: Array) -> Array:
    """E[y|x] = sin 2πx of the heteroscedastic curve."""
    turns = np.fmod(_check.real(x, "x"), 1)  # whole turns change nothing, and could overflow
    return np.sin(2 * np.pi * turns)


def heteroscedastic_std(x: Array) -> Array:
    """σ(x) = 0.05 + 0.4·x of the heteroscedastic curve."""
    return 0.05 + 0.4 * _check.real(x, "x")


def inverse_problem(m: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Given t = x + 0.3·sin 2πx + noise, find x: up to three answers for one t.

    x is uniform in [0, 1], the noise in [−0.1, 0.1]. Returns t, x of shape (m, 1): the *input* of
    the inverse problem first. Swapped, they are the forward problem, which has one answer.
    Source: Bishop (1994).
    """
    x = _uniform(m, rng, 0, 1)
    t = x + 0.3 * np.sin(2 * np.pi * x) + rng.uniform(-0.1, 0.1, x.shape)
    return t, x


def two_classes(m: int, rng: np.random.Generator, distance: float = 2.0) -> tuple[Array, Array]:
    """Two round clouds of points in the plane, as likely one as the other, `distance` apart.

    Returns x of shape (m, 2) and labels of shape (m,). Class 0 is around (−distance/2, 0), class 1
    around (distance/2, 0), both with standard deviation 1. The truth: `two_classes_probability`.
    """
    m, rng = _check.count(m, "m"), _check.generator(rng)
    distance = _check.number(distance, "distance")
    label = rng.integers(0, 2, m)
    x = rng.normal(0, 1, (m, 2))
    x[:, 0] += (label - 0.5) * distance
    return x, label


def two_classes_probability(x: Array, distance: float = 2.0) -> Array:
    """P(class 1 | x) = σ(distance·x₁): the logit is a straight line, by Bayes' rule."""
    x, distance = _check.real(x, "x"), _check.number(distance, "distance")
    if x.ndim != 2 or x.shape[1] != 2:
        raise ValueError(f"x must have shape (m, 2), got {x.shape}")
    with np.errstate(over="ignore"):  # the sigmoid of ±∞ is a probability too
        return sigmoid(distance * x[:, 0])


def _uniform(m: int, rng: np.random.Generator, low: float, high: float) -> Array:
    """m numbers as a column."""
    return _check.generator(rng).uniform(low, high, (_check.count(m, "m"), 1))
