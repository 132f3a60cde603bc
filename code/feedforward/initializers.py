"""Initializers: where the weights start.

Each takes the shape of the weights, a generator and, where there is a choice, the distribution, and
returns a float64 array with mean zero and the variance its author derived. The derivations are in
chapter 3; here they are one line each. A `gain` multiplies the standard deviation, to make up for
what a unit takes away: `lecun(shape, rng, gain=gain(relu))` is `he(shape, rng)`.
"""

from __future__ import annotations

import math

import numpy as np

from feedforward import _check
from feedforward.quadrature import gaussian_mean
from feedforward.units import Unit, unit_by_name

Array = np.ndarray

DISTRIBUTIONS = ("normal", "uniform")
MODES = ("fan_in", "average", "fan_out")


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """(fan_in, fan_out): how many inputs feed an output, and outputs an input feeds.

    shape: (fan_out, fan_in) of a dense layer, or (out, in, *kernel) of a convolution,
    where each position of the kernel counts.

    >>> fans((100, 64)), fans((16, 3, 5, 5))
    ((64, 100), (75, 400))
    """
    shape = _shape(shape)
    n_out, n_in, *kernel = shape
    field = math.prod(kernel)
    return n_in * field, n_out * field


def fan(shape: tuple[int, ...], mode: str = "fan_in") -> float:
    """The number to divide by: fan_in keeps the signals' size, fan_out the gradients', average
    neither quite.
    """
    fan_in, fan_out = fans(shape)
    sizes = {"fan_in": fan_in, "average": (fan_in + fan_out) / 2, "fan_out": fan_out}
    return sizes[_check.one_of(mode, MODES, "mode")]


def scaled(
    shape: tuple[int, ...],
    rng: np.random.Generator,
    distribution: str = "normal",
    *,
    gain: float = 1.0,
    mode: str = "fan_in",
) -> Array:
    """Variance gain²/fan: the family of LeCun's, Xavier's and He's start."""
    shape = _shape(shape)
    rng = _check.generator(rng)
    _check.one_of(distribution, DISTRIBUTIONS, "distribution")
    std = _check.positive_number(gain, "gain") / math.sqrt(fan(shape, mode))
    with _check.in_range(gain=gain):
        if distribution == "normal":
            return std * rng.standard_normal(shape)
        limit = math.sqrt(3) * std  # a uniform distribution on ±a has variance a²/3
        return rng.uniform(-limit, limit, shape)


def lecun(
    shape: tuple[int, ...],
    rng: np.random.Generator,
    distribution: str = "normal",
    *,
    gain: float = 1.0,
) -> Array:
    """Variance gain²/fan_in: z = Wx has the second moment of x. Source: LeCun et al. (1998)."""
    return scaled(shape, rng, distribution, gain=gain)


def xavier(
    shape: tuple[int, ...],
    rng: np.random.Generator,
    distribution: str = "normal",
    *,
    gain: float = 1.0,
) -> Array:
    """Variance 2·gain²/(fan_in + fan_out), between what the signals need and what the gradients do.

    Source: Glorot and Bengio (2010), eq. 12 and 16.
    """
    return scaled(shape, rng, distribution, gain=gain, mode="average")


def he(
    shape: tuple[int, ...],
    rng: np.random.Generator,
    distribution: str = "normal",
    *,
    mode: str = "fan_in",
) -> Array:
    """Variance 2/fan_in: makes up for the half of the signal that ReLU removes.

    mode="fan_out" makes up for the half of the gradient instead.
    Source: He et al. (2015), eq. 10 (fan_in) and 14 (fan_out).
    """
    return scaled(shape, rng, distribution, gain=math.sqrt(2), mode=mode)


def orthogonal(
    shape: tuple[int, ...],
    rng: np.random.Generator,
    *,
    gain: float = 1.0,
) -> Array:
    """gain × a matrix with orthonormal rows or columns (the fewer), uniformly drawn.

    A kernel is orthogonal as the matrix (out, in·kernel). All singular values are
    `gain`; a product of many such square matrices neither shrinks nor
    grows if that is 1.
    Source: Saxe et al. (2014).
    """
    shape = _shape(shape)
    rng = _check.generator(rng)
    gain = _check.positive_number(gain, "gain")
    rows, columns = shape[0], math.prod(shape[1:])
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    q *= np.sign(np.diag(r))  # QR alone prefers some rotations; so it prefers none
    return gain * (q if rows >= columns else q.T).reshape(shape)


def gain(unit: Unit | str) -> float:
    """1/√E[g(z)²] for z ∼ N(0, 1): the factor that gives g's output the second moment 1 again.

    √2 for ReLU; 1.59 for tanh, where PyTorch's rule of thumb says 5/3. Exact to 12 digits.
    ValueError where E[g(z)²] is 0 or infinite.
    Source: He et al. (2015), section 2.2, with any unit in the place of ReLU.

    >>> round(gain("relu") ** 2, 12), round(gain("tanh"), 4)
    (2.0, 1.5925)
    """
    unit = unit_by_name(unit)
    second_moment = gaussian_mean(lambda z: unit(z) ** 2, unit.kinks)
    if not (second_moment > 0 and math.isfinite(second_moment)):
        raise ValueError(f"unit must have a second moment to correct, got {unit!r}")
    return 1 / math.sqrt(second_moment)


#: Every initializer by its name.
INITIALIZERS = {f.__name__: f for f in (lecun, xavier, he, orthogonal)}


def _shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """(fan_out, fan_in) or (out, in, *kernel), all positive."""
    try:
        sizes = tuple(shape)
    except TypeError:
        sizes = ()
    if len(sizes) < 2:
        raise ValueError(
            f"shape must be (fan_out, fan_in) or (out, in, *kernel), got {_check.given(shape)}"
        )
    return tuple(_check.count(size, "each size in shape") for size in sizes)
