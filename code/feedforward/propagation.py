"""What becomes of signals and gradients with depth: measured, and predicted for wide networks.

The predictions are *mean-field* maps: in a wide layer the pre-activations of one input are a sum of
many independent terms, so they are Gaussian, and one number, their second moment q, says all. A
layer turns q into the next q (`variance_map`), and the correlation c of two inputs into the next c
(`correlation_map`). Weights are N(0, σ_w²/n_in), `weight_std` σ_w, and biases N(0, σ_b²).

Sources: Poole et al. (2016); Schoenholz et al. (2017).
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np

from feedforward import _check, graph
from feedforward.graph import Tensor
from feedforward.quadrature import REACH, gaussian_mean, gaussian_rule, legendre
from feedforward.units import Unit, unit_by_name

Array = np.ndarray


class Layered(Protocol):
    """An MLP, or an Ensemble, for which every array below gets a last axis of its members."""

    weights: list[Tensor]

    def layers(self, x: Array) -> list[tuple[Tensor, Tensor]]: ...


# --------------------------------------------------------------------------------- measured


class ForwardStatistics(NamedTuple):
    """One row per layer, over all its units and the whole batch.

    z_square, a_square: mean squares before and after the unit; a_mean, a_std: the activations'
    mean and standard deviation. The last layer is the linear one, where a = z.
    """

    z_square: Array
    a_square: Array
    a_mean: Array
    a_std: Array


class BackwardStatistics(NamedTuple):
    """One row per layer: the mean squares of ∂J/∂z, over units and batch, and of ∂J/∂W."""

    z_square: Array
    weight_square: Array


def forward_statistics(net: Layered, x: Array) -> ForwardStatistics:
    """How large the signals are in each layer of `net` for a batch x (m, n_in)."""
    _check.has_attributes(net, ("layers",), "net")
    x = _check.examples(_check.real(x, "x"), "x")
    with graph.no_grad(), _check.in_range(x=x):
        passed = net.layers(x)
        both = [(graph.value(z), graph.value(a)) for z, a in passed]
        rows = [(_square(z), _square(a), a.mean((-2, -1)), a.std((-2, -1))) for z, a in both]
    return ForwardStatistics(*(np.array(column) for column in zip(*rows, strict=True)))


def backward_statistics(net: Layered, x: Array, gradient: Array) -> BackwardStatistics:
    """How large the gradients are in each layer of `net`, if `gradient` comes back at its output.

    x: (m, n_in). gradient: ∂J/∂output of every example, (m, n_out), or an array that broadcasts to
    the outputs. The network's own gradients are left as they were.
    """
    _check.has_attributes(net, ("layers", "weights"), "net")
    x, gradient = _check.examples(_check.real(x, "x"), "x"), _check.real(gradient, "gradient")
    kept = [weight.grad for weight in net.weights]
    for weight in net.weights:
        weight.grad = None
    try:
        with _check.in_range(x=x):
            layers = net.layers(x)
        outputs = layers[-1][0]
        if _check.broadcast(gradient=gradient, outputs=outputs) != outputs.shape:
            raise ValueError(
                f"gradient must broadcast to the outputs, {outputs.shape}, got {gradient.shape}"
            )
        with _check.in_range(x=x, gradient=gradient):
            outputs.backward(np.broadcast_to(gradient, outputs.shape))
            rows = [
                (_square(z.grad), _square(weight.grad))
                for (z, _), weight in zip(layers, net.weights, strict=True)
            ]
    finally:
        for weight, grad in zip(net.weights, kept, strict=True):
            weight.grad = grad
    return BackwardStatistics(*(np.array(column) for column in zip(*rows, strict=True)))


def _square(array: Array) -> Array:
    """Mean of the squares over the last two axes, in float64: they may be tiny or huge."""
    return (array.astype(np.float64) ** 2).mean((-2, -1))


# -------------------------------------------------------------------------------- predicted


def variance_map(
    q: float,
    unit: Unit | str,
    weight_std: float,
    bias_std: float = 0.0,
) -> float:
    """The next layer's q′ = σ_w²·E[g(√q·z)²] + σ_b², z ∼ N(0, 1), where q was E[z²].

    Source: Poole et al. (2016), section 2.
    """
    unit, root = unit_by_name(unit), math.sqrt(_check.positive_number(q, "q"))
    weight_std, bias_std = _stds(weight_std, bias_std)
    with _check.in_range(q=q, weight_std=weight_std, bias_std=bias_std):
        mean_square = gaussian_mean(lambda z: unit(root * z) ** 2, _breaks(unit, root))
        return weight_std**2 * mean_square + bias_std**2


def chi(q: float, unit: Unit | str, weight_std: float) -> float:
    """χ₁ = σ_w²·E[g′(√q·z)²]: by how much a layer multiplies a gradient's mean square.

    At the fixed point of q it is also the slope of the correlation map at c = 1: above 1, inputs
    that are close are driven apart. Source: Poole et al. (2016), section 2.
    """
    unit, root = unit_by_name(unit), math.sqrt(_check.positive_number(q, "q"))
    weight_std, _ = _stds(weight_std)
    with _check.in_range(q=q, weight_std=weight_std):
        slope_square = gaussian_mean(lambda z: unit.derivative(root * z) ** 2, _breaks(unit, root))
        return weight_std**2 * slope_square


def correlation_map(
    c: float, q: float, unit: Unit | str, weight_std: float, bias_std: float = 0.0
) -> float:
    """The next layer's correlation of two inputs that have q in common and correlation c.

    c′ = (σ_w²·E[g(u₁)·g(u₂)] + σ_b²)/q′ for u₁, u₂ Gaussian with variance q and correlation c. As
    in the sources "correlation" means E[u₁u₂]/q; no mean is taken away.
    Source: Poole et al. (2016), section 2.
    """
    c = float(_check.within(np.asarray(_check.number(c, "c")), -1, 1, "c"))
    unit, root = unit_by_name(unit), math.sqrt(_check.positive_number(q, "q"))
    weight_std, bias_std = _stds(weight_std, bias_std)
    following = variance_map(q, unit, weight_std, bias_std)
    with _check.in_range(q=q, weight_std=weight_std, bias_std=bias_std):
        return (weight_std**2 * _mean_product(c, root, unit) + bias_std**2) / following


def fixed_point(
    unit: Unit | str, weight_std: float, bias_std: float = 0.0, start: float = 1.0
) -> float:
    """The q that depth leads to: variance_map applied until q stays within 1e-10 of itself.

    0 where the signal dies, and ∞ where it explodes, whatever the scale of `start` and the biases.
    Near the edge of chaos it creeps: ValueError after 100,000 layers.
    """
    q, unit = _check.positive_number(start, "start"), unit_by_name(unit)
    weight_std, bias_std = _stds(weight_std, bias_std)
    with _check.in_range(weight_std=weight_std, bias_std=bias_std):
        # What a layer adds to any signal, however small, keeps q above 0.
        added = weight_std**2 * float(unit(np.zeros(1))[0]) ** 2 + bias_std**2
    for _ in range(PATIENCE):
        following = variance_map(q, unit, weight_std, bias_std)
        if following == 0 or (added == 0 and q < _TINY and following < (1 - _CLEARLY) * q):
            return 0.0
        if q > _HUGE and following - bias_std**2 > (1 + _CLEARLY) * q:
            return math.inf
        if abs(following - q) <= 1e-10 * q:
            return following
        q = following
    raise ValueError(
        f"weight_std must not be critical, got {weight_std}: "
        f"q still moves after {PATIENCE:,} layers, at {q:g}"
    )


PATIENCE = 100_000
"""Layers after which `fixed_point` gives up."""
_TINY, _HUGE, _CLEARLY = 1e-12, 1e12, 1e-5
"""Below and above these q a unit is straight on each side of 0, to one part in a million.

There every layer multiplies q by the same factor, give or take that part. So a factor that differs
from 1 by ten such parts decides.
"""


def critical_point(q: float, unit: Unit | str) -> tuple[float, float]:
    """The one (σ_w, σ_b) at which q is a fixed point and χ₁ = 1: a point of the edge of chaos.

    σ_w² = 1/E[g′²] and σ_b² = q − σ_w²·E[g²]. Walking through q draws the whole critical line, with
    nothing to solve. ValueError where σ_b² would be negative: no bias makes that q stay.
    """
    with _check.in_range(unit=unit, q=q):
        weight_std = 1 / math.sqrt(chi(q, unit, 1.0))
    bias_square = q - variance_map(q, unit, weight_std)
    if bias_square < -1e-12 * q:
        raise ValueError(
            f"q must leave a bias variance of at least 0, got {bias_square:g} at {q:g}"
        )
    return weight_std, math.sqrt(max(bias_square, 0.0))


def predicted_forward(unit: Unit | str, fan_in_variances: Array, input_square: float) -> Array:
    """E[z²] of every layer of a wide network without biases.

    fan_in_variances: n_in·Var(w), layer by layer. input_square: the inputs' mean square.
    """
    fan_in_variances = _variances(fan_in_variances, "fan_in_variances")
    input_square = _check.nonnegative_number(input_square, "input_square")
    with _check.in_range(fan_in_variances=fan_in_variances, input_square=input_square):
        q, unit = [fan_in_variances[0] * input_square], unit_by_name(unit)
    for gathered in fan_in_variances[1:]:
        q.append(variance_map(q[-1], unit, math.sqrt(gathered)) if q[-1] > 0 else 0.0)
    return np.array(q)


def predicted_backward(unit: Unit | str, fan_out_variances: Array, q: Array) -> Array:
    """E[(∂J/∂z)²] of every layer as a share of the last one's: what comes back from the output.

    fan_out_variances: n_out·Var(w), layer by layer. q: each layer's E[z²], as from
    `predicted_forward`. It takes the gradient as independent of the weights that it passes, which
    it is in wide layers only: δ holds g′(z), and z holds each weight as one term among n_in.
    """
    fan_out_variances = _variances(fan_out_variances, "fan_out_variances")
    q = _check.shape(_variances(q, "q"), fan_out_variances.shape, "q")
    share, unit = [1.0], unit_by_name(unit)
    for spread, below in zip(fan_out_variances[:0:-1], q[-2::-1], strict=True):
        share.append(share[-1] * (chi(below, unit, math.sqrt(spread)) if below > 0 else 0.0))
    return np.array(share[::-1])


def _stds(weight_std: float, bias_std: float = 0.0) -> tuple[float, float]:
    return (
        _check.nonnegative_number(weight_std, "weight_std"),
        _check.nonnegative_number(bias_std, "bias_std"),
    )


def _variances(value: Array, name: str) -> Array:
    """One variance per layer, of one layer at least."""
    variances = _check.real(value, name, np.dtype(np.float64))
    _check.nonnegative(_check.dimensions(variances, {1: "(layers,)"}, name), name)
    if not variances.size:
        raise ValueError(f"{name} must hold one variance per layer, got none")
    return variances


SCALES = (12.0, 48.0)
"""|z| where a smooth unit's turn is nearly over, and where it is: beyond, straight to 20 digits."""


def _breaks(unit: Unit, root: float) -> list[float]:
    """Where, in z, to part the mean of a function of g(√q·z).

    At g's kinks; and where the part ends in which a smooth unit turns. That part is 1/√q wide: at a
    large q the nodes of one piece over the whole line would step across it.
    """
    return [place / root for place in (*unit.kinks, *SCALES, *(-scale for scale in SCALES))]


def _mean_product(c: float, root: float, unit: Unit) -> float:
    """E[g(√q·z₁)·g(√q·z₂)] for standard normal z₁ and z₂ with correlation c.

    z₂ = c·z₁ + s·y with y independent. For every z₁ the inner mean, over y, is parted where z₂ is
    at a break; the outer one at z₁'s own breaks, and finely, within s, where |z₁| is at z₂'s kinks.
    """
    s = math.sqrt(max(0.0, 1 - c * c))
    breaks = _breaks(unit, root)
    mirrored = [*breaks, *(-place for place in breaks)]
    if s == 0:
        return gaussian_mean(lambda z: unit(root * z) * unit(root * c * z), mirrored)
    near = [0.0, *(sign * kink / root for kink in unit.kinks for sign in (1, -1))]
    fine = [place + step * s for place in near for step in (-6, -2, 0, 2, 6)]
    outer, weight = gaussian_rule([*fine, *mirrored], 40)
    # The same number of pieces for all z₁: breaks that are out of reach leave a piece of length 0.
    edges = [np.full_like(outer, -REACH)]
    edges += [np.clip((place - c * outer) / s, -REACH, REACH) for place in sorted({0.0, *breaks})]
    edges += [np.full_like(outer, REACH)]
    node, share = legendre(60)
    inner = np.zeros_like(outer)
    for left, right in pairwise(edges):
        some = right > left
        half = (right - left)[some, None] / 2
        y = (left + right)[some, None] / 2 + half * node
        density = np.exp(-(y**2) / 2) / math.sqrt(2 * math.pi)
        second = unit(root * (c * outer[some, None] + s * y))
        inner[some] += (share * half * density * second).sum(axis=1)
    return float(weight @ (unit(root * outer) * inner))
