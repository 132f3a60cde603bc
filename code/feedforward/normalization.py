"""Normalization layers: each signal gets mean 0 and variance 1, then a learned scale and shift.

Both work on pre-activations of shape (m, n), or (S, m, n) for an `Ensemble` of S networks, as
arrays or as Tensors of `feedforward.graph`, which derives the way back.
"""

from __future__ import annotations

import numpy as np

from feedforward import _check, graph
from feedforward.graph import ArrayOrTensor, Tensor

Array = np.ndarray

EPSILON = 1e-5


def standardized(
    z: ArrayOrTensor, mean: ArrayOrTensor, variance: ArrayOrTensor, epsilon: float = EPSILON
) -> ArrayOrTensor:
    """(z − mean)/√(variance + ε)."""
    z, mean = _check.real_or_tensor(z, "z"), _check.real_or_tensor(mean, "mean")
    variance, epsilon = (
        _check.real_or_tensor(variance, "variance"),
        _check.positive_number(epsilon, "epsilon"),
    )
    _check.nonnegative(graph.value(variance), "variance")
    _check.broadcast(z=z, mean=mean, variance=variance)
    with _check.in_range(z=z, mean=mean, variance=variance):
        return _standardized(z, mean, variance, epsilon)


def moments(z: ArrayOrTensor, axis: int) -> tuple[ArrayOrTensor, ArrayOrTensor]:
    """Mean and variance along `axis`, which stays as an axis of length 1."""
    z = _check.real_or_tensor(z, "z")
    if not (isinstance(axis, int) and -z.ndim <= axis < z.ndim and z.shape[axis]):
        raise ValueError(f"axis must be one of z's, not empty, got {axis!r} for shape {z.shape}")
    with _check.in_range(z=z):
        return _moments(z, axis)


def _standardized(
    z: ArrayOrTensor, mean: ArrayOrTensor, variance: ArrayOrTensor, epsilon: float
) -> ArrayOrTensor:
    return (z - mean) / graph.sqrt(variance + epsilon)


def _moments(z: ArrayOrTensor, axis: int) -> tuple[ArrayOrTensor, ArrayOrTensor]:
    mean = graph.mean(z, axis, keepdims=True)
    centered = z - mean
    return mean, graph.mean(centered * centered, axis, keepdims=True)


def _signals(z: ArrayOrTensor, shape: tuple[int, ...]) -> ArrayOrTensor:
    """z, an array or a Tensor, checked: (…, m, n) for parameters of shape (…, n)."""
    z = z if isinstance(z, graph.Tensor) else _check.real(z, "z")
    if z.ndim < 2 or z.shape[:-2] != shape[:-2] or z.shape[-1] != shape[-1]:
        expected = ", ".join(map(str, (*shape[:-2], "m", shape[-1])))
        raise ValueError(f"z must have shape ({expected}), got {z.shape}")
    return z


def _parameter_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    sizes = _check.sequence(shape, "shape", "integers")
    shape = tuple(_check.count(size, "each size in shape") for size in sizes)
    if len(shape) not in (1, 3) or shape[-2:-1] not in ((), (1,)):
        raise ValueError(f"shape must be (n,) or (S, 1, n), got {shape}")
    return shape


class BatchNorm:
    """Batch normalization: γ·(z − mean)/√(variance + ε) + β, by the batch's moments.

    shape: of one parameter, (n,) for n units; γ, `scale`, starts at 1, β, `shift`, at
    0. A pass with training=True moves `running_mean` and `running_variance` by the
    share `momentum` towards this batch's moments; one with training=False uses those,
    so that an example's answer does not depend on its company.

    The running variance is the unbiased one, Σ/(m − 1), as in PyTorch; the batch is
    divided by its own, Σ/m. Source: Ioffe and Szegedy (2015), algorithms 1 and 2.

    >>> z = np.array([[1.0], [3.0]])
    >>> BatchNorm((1,))(z).data.round(3).ravel()
    array([-1.,  1.])
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        *,
        momentum: float = 0.1,
        epsilon: float = EPSILON,
        dtype: type[np.floating] = np.float64,
    ) -> None:
        shape, dtype = _parameter_shape(shape), _check.floating(dtype)
        self.scale = Tensor(np.ones(shape, dtype))
        self.shift = Tensor(np.zeros(shape, dtype))
        self.running_mean = np.zeros(shape, dtype)
        self.running_variance = np.ones(shape, dtype)
        momentum = _check.number(momentum, "momentum")
        self.momentum = float(_check.within(np.asarray(momentum), 0, 1, "momentum"))
        self.epsilon = _check.positive_number(epsilon, "epsilon")

    def __call__(self, z: ArrayOrTensor, training: bool = True) -> ArrayOrTensor:
        """z (…, m, n) normalized over its m examples, or by the running moments."""
        z = _signals(z, self.scale.shape)
        if training:
            mean, variance = self._batch_moments(z)
        else:
            mean, variance = self.running_mean, self.running_variance
        return self.scale * _standardized(z, mean, variance, self.epsilon) + self.shift

    def parameters(self) -> list[Tensor]:
        """γ and β."""
        return [self.scale, self.shift]

    def _batch_moments(self, z: ArrayOrTensor) -> tuple[ArrayOrTensor, ArrayOrTensor]:
        m = z.shape[-2]
        if m < 2:
            raise ValueError(
                f"z must hold at least 2 examples to normalize over, got shape "
                f"{z.shape}: of one example nothing is left but 0"
            )
        mean, variance = _moments(z, axis=-2)
        for running, now in (
            (self.running_mean, graph.value(mean)),
            (self.running_variance, graph.value(variance) * (m / (m - 1))),
        ):
            running += self.momentum * (now.reshape(running.shape) - running)
        return mean, variance


class LayerNorm:
    """Layer normalization: the same, with the moments of one example's n units.

    Training and prediction are the same thing: no batch, no running moments.
    Source: Ba, Kiros and Hinton (2016), eq. 3 and 4.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        *,
        epsilon: float = EPSILON,
        dtype: type[np.floating] = np.float64,
    ) -> None:
        shape, dtype = _parameter_shape(shape), _check.floating(dtype)
        self.scale, self.shift = Tensor(np.ones(shape, dtype)), Tensor(np.zeros(shape, dtype))
        self.epsilon = _check.positive_number(epsilon, "epsilon")

    def __call__(self, z: ArrayOrTensor, training: bool = True) -> ArrayOrTensor:
        """z (…, m, n), each example normalized over its n units."""
        mean, variance = _moments(_signals(z, self.scale.shape), axis=-1)
        return self.scale * _standardized(z, mean, variance, self.epsilon) + self.shift

    def parameters(self) -> list[Tensor]:
        """γ and β."""
        return [self.scale, self.shift]
