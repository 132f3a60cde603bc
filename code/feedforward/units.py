"""Units: the nonlinearities that stand between two layers, each with its slope.

A `Unit` is a scalar function g. `relu(z)` applies it to every element of an array, and
`relu.derivative(z)` is its slope there; called with a Tensor of `feedforward.graph` it takes part
in a graph. The *vector units* at the end (softmax, hardmax, sparsemax, maxout) look at a whole
vector, the last axis, instead.

The result has the shape and the floating dtype of z (integers become float64). Every unit and every
slope is finite for every finite z, whatever its size, and keeps its leading digits in the tails:
σ(−50) is 1.9e-22, not 0. Where a unit has a kink, its slope there is a convention, the same one as
PyTorch's unless the unit says otherwise; `Unit.kinks` lists the places.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from feedforward import _check, graph
from feedforward.graph import ArrayOrTensor, Tensor

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Unit:
    """A scalar function g, applied to every element, with its slope g′ = dg/dz.

    `formula` is g in one line, for labels and tables; `kinks` the points without a
    derivative. Make your own from two functions of arrays: `Unit("square", np.square,
    lambda z: 2 * z)`.
    """

    name: str
    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    formula: str = ""
    kinks: tuple[float, ...] = ()

    def __call__(self, z: ArrayOrTensor) -> ArrayOrTensor:
        """g(z), of z's shape and dtype; a Tensor for a Tensor."""
        return graph.apply_unit(self, z if isinstance(z, Tensor) else _real(z))

    def derivative(self, z: Array) -> Array:
        """g′(z), of z's shape and dtype."""
        return self.slope(_real(z))

    def __repr__(self) -> str:
        return f"<unit {self.name}>"


def _real(z: object, name: str = "z") -> Array:
    """z as a floating array; NaN and infinity pass through, as they do in NumPy's functions."""
    array = _check.as_array(z, name)
    if array.dtype == bool or np.issubdtype(array.dtype, np.integer) or array.size == 0:
        return array.astype(_check.float_dtype(array), copy=False)
    if not np.issubdtype(array.dtype, np.floating):
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
    return array


# ------------------------------------------------------------------------------ scalar units


def _sigmoid(z: Array) -> Array:
    """1/(1 + e⁻ᶻ), written with e^−|z|, the exponential that cannot overflow."""
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


def _sigmoid_slope(z: Array) -> Array:
    """σ(z)·σ(−z): no digits lost to 1 − σ."""
    small = np.exp(-np.abs(z))
    return small / (1 + small) ** 2


def _softplus(z: Array) -> Array:
    """log(1 + eᶻ) = max(0, z) + log(1 + e^−|z|)."""
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def _step(z: Array) -> Array:
    """1 where z > 0, else 0."""
    return (z > 0).astype(z.dtype)


identity = Unit(
    "identity",
    lambda z: z.copy(),
    np.ones_like,
    formula="z",
)
sigmoid = Unit(
    "sigmoid",
    _sigmoid,
    _sigmoid_slope,
    formula="1/(1 + e⁻ᶻ)",
)
tanh = Unit(
    "tanh",
    np.tanh,
    # tanh z = 2σ(2z) − 1, whose slope is even and zero, to the last digit, well before |z| = 400.
    lambda z: 4 * _sigmoid_slope(2 * np.minimum(np.abs(z), 400)),
    formula="tanh z",
)
relu = Unit(
    "relu",
    lambda z: np.maximum(z, 0),
    _step,
    formula="max(0, z)",
    kinks=(0.0,),
)


def rectifier(alpha: float, name: str = "") -> Unit:
    """The family max(0, z) + α·min(0, z): α = 0 is ReLU, 0.01 leaky ReLU, −1 is |z|.

    At the kink, z = 0, its slope is that of the left side, α, as in PyTorch (whose
    abs has 0 there).
    Source: He et al. (2015), eq. 1; Goodfellow et al. (2016), section 6.3.1.
    """
    alpha = _check.number(alpha, "alpha")
    return Unit(
        name or f"rectifier({alpha:g})",
        lambda z: np.maximum(z, 0) + alpha * np.minimum(z, 0),
        lambda z: np.where(z > 0, 1, alpha).astype(z.dtype),
        formula=f"max(0, z) + {alpha:g}·min(0, z)",
        kinks=() if alpha == 1 else (0.0,),
    )


leaky_relu = rectifier(0.01, "leaky_relu")
absolute_value = Unit(
    "absolute_value",
    np.abs,
    np.sign,  # 0 at the kink: the mean of both sides
    formula="|z|",
    kinks=(0.0,),
)
softplus = Unit(
    "softplus",
    _softplus,
    _sigmoid,
    formula="log(1 + eᶻ)",
)
hard_tanh = Unit(
    "hard_tanh",
    lambda z: np.clip(z, -1, 1),
    lambda z: (np.abs(z) < 1).astype(z.dtype),
    formula="clip(z, −1, 1)",
    kinks=(-1.0, 1.0),
)
#: Slope ½, so that it is the sparsemax of two classes. PyTorch's hardsigmoid has slope 1/6.
hard_sigmoid = Unit(
    "hard_sigmoid",
    lambda z: np.clip((z + 1) / 2, 0, 1),
    lambda z: (np.abs(z) < 1).astype(z.dtype) / 2,
    formula="clip((z + 1)/2, 0, 1)",
    kinks=(-1.0, 1.0),
)
elu = Unit(
    "elu",
    lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
    lambda z: np.exp(np.minimum(z, 0)),
    formula="z if z > 0 else eᶻ − 1",
)


def _normal_pdf(z: Array) -> Array:
    """φ(z) = e^(−z²/2)/√2π; beyond |z| = 40 it is zero in float64, and z² need not overflow."""
    return np.exp(-(np.minimum(np.abs(z), 40) ** 2) / 2) / math.sqrt(2 * math.pi)


def _bounded_below(z: Array) -> Array:
    """z with the lowest finite number in place of −∞, so that −∞ times a factor 0 is 0, not NaN."""
    return np.maximum(z, np.finfo(z.dtype).min)


def _bounded(z: Array) -> Array:
    """z with the largest finite numbers in place of ±∞."""
    return np.clip(z, np.finfo(z.dtype).min, np.finfo(z.dtype).max)


#: z·Φ(z) exactly, not its tanh approximation. NumPy has no Φ; SciPy's is `ndtr`, which has no
#: float16 and answers in a wider dtype.
gelu = Unit(
    "gelu",
    lambda z: (_bounded_below(z) * ndtr(z)).astype(z.dtype),
    lambda z: (ndtr(z) + _bounded(z) * _normal_pdf(z)).astype(z.dtype),
    formula="z·Φ(z)",
)
silu = Unit(
    "silu",
    lambda z: _bounded_below(z) * _sigmoid(z),
    lambda z: _sigmoid(z) + _bounded(z) * _sigmoid_slope(z),
    formula="z·σ(z)",
)

#: Every scalar unit by its name.
UNITS: dict[str, Unit] = {
    unit.name: unit
    for unit in (
        identity,
        sigmoid,
        tanh,
        relu,
        leaky_relu,
        absolute_value,
        softplus,
        hard_tanh,
        hard_sigmoid,
        elu,
        gelu,
        silu,
    )
}


def unit_by_name(unit: Unit | str) -> Unit:
    """The unit itself, or the one of that name in UNITS."""
    if isinstance(unit, Unit):
        return unit
    return UNITS[_check.one_of(unit, UNITS, "unit")]


# ------------------------------------------------------------------------------ vector units


def softmax(z: ArrayOrTensor, temperature: float = 1.0) -> ArrayOrTensor:
    """Probabilities eᶻⁱᐟᵀ / Σⱼ eᶻʲᐟᵀ on the last axis.

    z: shape (..., k), any size; temperature T > 0. Returns shape (..., k). T → 0 gives hardmax,
    T → ∞ the uniform distribution, whether or not T fits in z's dtype; a constant added to every z
    changes nothing.
    Source: Goodfellow et al. (2016), section 6.2.2.3.
    """
    temperature = _check.positive_number(temperature, "temperature")
    z = _vectors(z)
    # In z's own dtype T might be 0 or ∞: divide in float64. Its slope 1/T stays finite, so that a
    # hard choice, whose gradient is 0, gets 0/T = 0.
    divide = Unit(
        "z/T",
        lambda d: (d / np.float64(temperature)).astype(d.dtype),
        lambda d: np.full_like(d, min(1 / temperature, float(np.finfo(d.dtype).max))),
    )
    _check.finite(graph.value(z), "z")
    with np.errstate(over="ignore"):  # −∞ is as good as far below the largest
        scaled = divide(z - graph.value(z).max(axis=-1, keepdims=True))
    return graph.exp(scaled - graph.logsumexp(scaled, axis=-1, keepdims=True))


def hardmax(z: Array) -> Array:
    """1 at the largest z on the last axis, 0 elsewhere; several largest share it evenly.

    z: shape (..., k). Returns shape (..., k). The limit of softmax at temperature 0. Its slope is 0
    wherever it has one, so nothing can be learned through it, and it takes no Tensor.
    """
    if isinstance(z, Tensor):
        raise TypeError("z must be an array, got a Tensor: nothing is learned through a hardmax")
    z = _check.finite(_vectors(z), "z")
    largest = z == z.max(axis=-1, keepdims=True)
    return largest / largest.sum(axis=-1, keepdims=True, dtype=z.dtype)


def sparsemax(z: ArrayOrTensor) -> ArrayOrTensor:
    """The distribution nearest to z on the last axis: max(0, z − τ), of sum 1.

    z: shape (..., k), any size. Returns shape (..., k), with entries that are exactly
    0. Of two classes with z and 0, the first gets hard_sigmoid(z).
    Source: Martins and Astudillo (2016), eq. 2 and algorithm 1.
    """
    z = _vectors(z)
    _check.finite(graph.value(z), "z")
    # The shift leaves the answer as it is and loses no digits at large z; nor does
    # the clip change it: no entry 1 below the largest, or more, is in the support.
    with np.errstate(over="ignore"):
        z = graph.maximum(z - graph.value(z).max(axis=-1, keepdims=True), -1)
    numbers = graph.value(z)
    descending = -np.sort(-numbers, axis=-1)
    rank = np.arange(1, z.shape[-1] + 1, dtype=z.dtype)
    supported = 1 + rank * descending > np.cumsum(descending, axis=-1)
    smallest = np.where(supported, descending, 0).min(axis=-1, keepdims=True)
    support = (numbers >= smallest).astype(z.dtype)
    size = support.sum(axis=-1, keepdims=True)
    tau = (graph.sum(z * support, axis=-1, keepdims=True) - 1) / size
    return relu(z - tau)


def sparsemax_jacobian(z: Array) -> Array:
    """∂pᵢ/∂zⱼ of p = sparsemax(z): Diag(s) − s sᵀ/|s|, with s 1 on the support of p and 0 off it.

    z: shape (..., k). Returns shape (..., k, k). What leaves one supported entry is taken evenly
    from all supported ones; an entry at 0 neither gives nor takes, so it gets no gradient.
    Source: Martins and Astudillo (2016), section 2.5.
    """
    p = sparsemax(_real(graph.value(z)))
    s = (p > 0).astype(p.dtype)
    evenly = s[..., :, None] * s[..., None, :] / s.sum(axis=-1)[..., None, None]
    return s[..., :, None] * np.eye(p.shape[-1], dtype=p.dtype) - evenly


def maxout(z: ArrayOrTensor, pieces: int) -> ArrayOrTensor:
    """The largest of every `pieces` neighbours on the last axis: shape (..., n·pieces) → (..., n).

    Several equal ones share the gradient evenly.
    Source: Goodfellow et al. (2013), section 3.
    """
    z = _vectors(z)
    pieces = _check.count(pieces, "pieces")
    *rest, size = z.shape
    if size % pieces:
        raise ValueError(f"z must have a multiple of {pieces} entries on its last axis, got {size}")
    groups = graph.reshape(z, (*rest, size // pieces, pieces))
    # Pieces first: NumPy compares a few long rows much faster than many short ones.
    return graph.max(graph.transpose(groups, (groups.ndim - 1, *range(groups.ndim - 1))), axis=0)


def maxout_routing(z: Array, pieces: int) -> Array:
    """Which piece of each maxout unit a gradient goes to: 1 for the largest, 0 for the others.

    z: shape (..., n·pieces). Returns shape (..., n, pieces); several largest share the 1 evenly.
    """
    z = _check.finite(_real(graph.value(z)), "z")
    largest = maxout(z, pieces)[..., None]
    won = z.reshape(*largest.shape[:-1], pieces) == largest
    return won / won.sum(axis=-1, keepdims=True, dtype=z.dtype)


def _vectors(z: ArrayOrTensor) -> ArrayOrTensor:
    """z with at least one entry on its last axis."""
    z = z if isinstance(z, Tensor) else _real(z)
    if z.ndim == 0 or z.shape[-1] == 0:
        raise ValueError(f"z must have at least one entry on its last axis, got shape {z.shape}")
    return z
