"""Costs: what a wrong prediction costs, one value per example, in nats where it is a probability.

Each function is a formula with a name. Called with arrays it returns an array of shape (m,), one
cost for each of the m examples (a batch may be empty); called with a Tensor of `feedforward.graph`
it returns a Tensor, so the cost you plot and the cost you train are the same line of code. The mean
over the examples is left to you, where a reader can see it.

For the pointwise costs the prediction and its target have the same shape, (m,) or (m, d); the
latter is summed over d. A single number stands for all examples: `squared_error(0.5, y)`.

The result has the dtype of the first floating array among the arguments (the prediction, in
practice), float64 if there is none. Whatever cannot be (a shape that does not match, NaN, a label
that is no class, a scale that is not positive) raises ValueError or TypeError naming the argument.
"""

from __future__ import annotations

import math

import numpy as np

from feedforward import _check, graph
from feedforward.graph import ArrayOrTensor, Tensor, log, logsumexp, minimum, value, x_log_y
from feedforward.units import softplus

Array = np.ndarray

__all__ = [
    "absolute_error",
    "bernoulli_nll",
    "categorical_nll",
    "cross_entropy",
    "entropy",
    "gaussian_nll",
    "huber",
    "kl_divergence",
    "laplace_nll",
    "mixture_nll",
    "squared_error",
]

LOG_2 = math.log(2)
LOG_2PI = math.log(2 * math.pi)

#: A distance or a cost beyond the dtype's largest number is ∞, as it should be, without a warning.
overflow_is_infinite = np.errstate(over="ignore")

# ------------------------------------------------------------------- distance to the target


@overflow_is_infinite
def squared_error(prediction: ArrayOrTensor, target: ArrayOrTensor) -> ArrayOrTensor:
    """Squared distance (y − f)², without the ½ that some books put before it.

    prediction, target: shape (m,) or (m, d). Returns shape (m,), in the target's unit squared.
    Its minimum over f is the mean of the targets.
    Source: Goodfellow et al. (2016), section 5.1.4.
    """
    prediction, target = _pair(prediction=prediction, target=target)
    residual = target - prediction
    return _per_example(residual * residual)


@overflow_is_infinite
def absolute_error(prediction: ArrayOrTensor, target: ArrayOrTensor) -> ArrayOrTensor:
    """Absolute distance |y − f|.

    prediction, target: shape (m,) or (m, d). Returns shape (m,), in the target's unit. Its minimum
    over f is a median of the targets; at y = f, where it has a kink, the gradient is taken as 0.
    Source: Goodfellow et al. (2016), section 6.2.1.2.
    """
    prediction, target = _pair(prediction=prediction, target=target)
    return _per_example(abs(target - prediction))


@overflow_is_infinite
def huber(prediction: ArrayOrTensor, target: ArrayOrTensor, delta: float = 1.0) -> ArrayOrTensor:
    """Huber's cost of r = y − f: ½r² where |r| ≤ δ, and δ(|r| − ½δ), a line, beyond.

    prediction, target: shape (m,) or (m, d); delta: a positive number in the target's
    unit. Returns shape (m,), in that unit squared. Small errors pull as their square
    does, an outlier no harder than δ. (It has the ½ that `squared_error` has not.)
    Source: Huber (1964).
    """
    prediction, target = _pair(prediction=prediction, target=target)
    delta = _check.positive_number(delta, "delta")
    distance = abs(target - prediction)
    near = minimum(distance, delta)
    return _per_example(near * (distance - near / 2))  # both branches in one formula


# --------------------------------------------------- negative log-likelihoods of a number


@overflow_is_infinite
def gaussian_nll(mean: ArrayOrTensor, target: ArrayOrTensor, std: ArrayOrTensor) -> ArrayOrTensor:
    """−log N(y; μ, σ²) = (y − μ)²/2σ² + log σ + ½ log 2π, summed over the d numbers
    of an example.

    mean, target: shape (m,) or (m, d); std: the standard deviation σ > 0, one number,
    one per example (m,), or one per number (m, d). Returns shape (m,), in nats; it is
    a density's, so it may be negative. The constant ½ log 2π is included (`full=True`
    in PyTorch's gaussian_nll_loss, whose third argument is the variance σ²).
    Source: Goodfellow et al. (2016), section 3.9.3.
    """
    mean, target = _pair(mean=mean, target=target)
    std = _scale(std, like=(mean, target), name="std")
    standardized = (target - mean) / std
    return _per_example(standardized * standardized / 2 + log(std) + LOG_2PI / 2)


@overflow_is_infinite
def laplace_nll(
    median: ArrayOrTensor, target: ArrayOrTensor, scale: ArrayOrTensor
) -> ArrayOrTensor:
    """−log Laplace(y; median, b) = |y − median|/b + log 2b, summed over an example's d numbers.

    median, target: shape (m,) or (m, d); scale: b > 0, one number, (m,), or (m, d). Returns shape
    (m,), in nats. The distribution's standard deviation is b√2.
    Source: Goodfellow et al. (2016), section 3.9.4.
    """
    median, target = _pair(median=median, target=target)
    scale = _scale(scale, like=(median, target), name="scale")
    return _per_example(abs(target - median) / scale + log(scale) + LOG_2)


# ------------------------------------------------ negative log-likelihoods of a class, from logits


@overflow_is_infinite
def bernoulli_nll(logit: ArrayOrTensor, target: ArrayOrTensor) -> ArrayOrTensor:
    """Negative log-likelihood of a coin with log-odds z: softplus(z) − y·z.

    logit, target: shape (m,) or (m, k), target in [0, 1]. Returns shape (m,), in nats. Finite for
    every finite logit. Computed as y·softplus(−z) + (1 − y)·softplus(z), the same number without
    the difference of two large ones: at z = 50, y = 1 it is e⁻⁵⁰, not 0. Its gradient is σ(z) − y.
    Source: Goodfellow et al. (2016), section 6.2.2.2.
    """
    logit, target = _pair(logit=logit, target=target)
    _check.within(value(target), 0, 1, "target")
    return _per_example(target * softplus(-logit) + (1 - target) * softplus(logit))


def categorical_nll(logits: ArrayOrTensor, label: Array) -> ArrayOrTensor:
    """Negative log-likelihood of a class: −log softmax(z)_y = log Σⱼ e^(zⱼ − z_y).

    logits: shape (m, k); label: integers of shape (m,), each in 0 … k − 1. Returns
    shape (m,), in nats; infinite only where the cost itself exceeds the dtype's
    largest number (1.8e308 in float64). Its gradient is softmax(z) − onehot(label),
    even there.
    Source: Goodfellow et al. (2016), section 6.2.2.3.
    """
    (logits,) = _floats(logits=logits)
    m, k = _matrix(logits, "logits", "(m, k)")
    if isinstance(label, Tensor):
        raise TypeError("label must hold integers, got a Tensor")
    label = _check.labels(label, m, k, "label")
    with np.errstate(over="ignore"):  # e^−∞ = 0, as it should be
        return nll_of_logits(logits - value(logits).max(axis=1, keepdims=True), label)


def nll_of_logits(logits: ArrayOrTensor, label: Array) -> ArrayOrTensor:
    """The formula of `categorical_nll` alone: log Σⱼ e^zⱼ − z_y, of logits that need no check.

    logits: shape (m, k); label: shape (m,). Returns shape (m,). NaN and infinity pass through, so
    an Ensemble can be trained on although a member has diverged.
    """
    return logsumexp(logits, axis=1) - logits[np.arange(len(label)), label]


# ------------------------------------------------------------------ a mixture of Gaussians


@overflow_is_infinite
def mixture_nll(
    logits: ArrayOrTensor, mean: ArrayOrTensor, std: ArrayOrTensor, target: ArrayOrTensor
) -> ArrayOrTensor:
    """−log Σₖ πₖ N(y; μₖ, σₖ²), a mixture of K Gaussians with weights π = softmax(logits).

    logits: shape (m, K), or log-weights, which are logits too; mean: (m, K) for targets (m,), or
    (m, K, d) for targets (m, d); std: σ > 0, one number, one per component (m, K), or (m, K, d).
    Returns shape (m,), in nats; it is a density's, so it may be negative. Finite even where every
    term of the sum underflows to zero.
    Source: Bishop (1994).
    """
    logits, mean, std, target = _floats(logits=logits, mean=mean, std=std, target=target)
    m, components = _matrix(logits, "logits", "(m, K)")
    _check.dimensions(value(target), {1: "(m,)", 2: "(m, d)"}, "target")
    d = target.shape[1:]
    _check.shape(value(target), (m, *d), "target")
    _check.shape(value(mean), (m, components, *d), "mean")
    every_component = graph.reshape(target, (m, 1, *d))
    std = _spread(std, mean.shape, (m, components), "std")

    log_weight = logits - logsumexp(logits, axis=1, keepdims=True)
    standardized = (every_component - mean) / std
    nll = standardized * standardized / 2 + log(std) + LOG_2PI / 2
    if d:
        nll = graph.sum(nll, axis=2)
    return -logsumexp(log_weight - nll, axis=1)


# ---------------------------------------------------------------- between two distributions


def entropy(p: ArrayOrTensor) -> ArrayOrTensor:
    """H(p) = −Σ p log p: the cost of p under the best model there is, p itself.

    p: probabilities on the last axis, shape (..., k), each row summing to 1. Returns shape (...),
    in nats, between 0 and log k. 0·log 0 = 0.
    Source: Goodfellow et al. (2016), section 3.13.
    """
    p = _distribution(p=p)[0]
    return 0 - graph.sum(x_log_y(p, p), axis=-1)  # `0 −`, so that no doubt costs 0, not −0


def cross_entropy(p: ArrayOrTensor, q: ArrayOrTensor) -> ArrayOrTensor:
    """H(p, q) = −Σ p log q: the cost of data from p under the model q.

    p, q: probabilities on the last axis, shape (..., k); the axes before it broadcast. Returns
    shape (...), in nats. Infinite where q rules out what happens: p > 0 = q.
    Source: Goodfellow et al. (2016), section 3.13.
    """
    p, q = _distribution(p=p, q=q)
    return -graph.sum(x_log_y(p, q), axis=-1)


def kl_divergence(p: ArrayOrTensor, q: ArrayOrTensor) -> ArrayOrTensor:
    """KL(p‖q) = Σ p log(p/q) = H(p, q) − H(p): the extra cost of believing q when p is true.

    p, q: probabilities on the last axis, shape (..., k); the axes before it broadcast. Returns
    shape (...), in nats: never negative, zero where p = q, infinite where p > 0 = q, and not
    symmetric. Rows whose sums are off by rounding cost Σ (p log(p/q) − p + q), which is not
    negative either; the gradient is that of Σ p log(p/q). An outcome with p = q = 0 has none.
    Source: Goodfellow et al. (2016), section 3.13.
    """
    p, q = _distribution(p=p, q=q)
    off = value(q).sum(axis=-1) - value(p).sum(axis=-1)  # zero but for rounding
    nowhere = (value(p) == 0) & (value(q) == 0)
    p, q = (graph.where(nowhere, 1, x) for x in (p, q))  # 1·log(1/1) = 0, with no gradient
    kl = graph.sum(x_log_y(p, p) - x_log_y(p, q), axis=-1)
    return kl + np.maximum(off, -value(kl))


# --------------------------------------------------------------------------------- checks


def _floats(**arguments: ArrayOrTensor) -> list[ArrayOrTensor]:
    """The arguments as finite floating arrays of one dtype; Tensors stay Tensors."""
    dtype = _check.float_dtype(*arguments.values())
    floats = []
    for name, argument in arguments.items():
        if isinstance(argument, Tensor):
            _check.finite(argument.data, name)
        else:
            argument = _check.real(argument, name, dtype)
        floats.append(argument)
    return floats


def _pair(**arguments: ArrayOrTensor) -> list[ArrayOrTensor]:
    """A prediction and its target: of one shape, (m,) or (m, d), or one of them a single number."""
    (first, a), (second, b) = zip(arguments, _floats(**arguments), strict=True)
    if a.shape != b.shape and a.shape != () != b.shape:
        raise ValueError(
            f"{first} and {second} must have the same shape, got {a.shape} and {b.shape}"
        )
    name, larger = (second, b) if b.ndim > a.ndim else (first, a)
    _check.dimensions(value(larger), {1: "(m,)", 2: "(m, d)"}, name)
    return [a, b]


def _scale(
    scale: ArrayOrTensor, like: tuple[ArrayOrTensor, ArrayOrTensor], name: str
) -> ArrayOrTensor:
    """A positive scale for a prediction and its target of shape (m,) or (m, d)."""
    if isinstance(scale, Tensor):
        _check.finite(scale.data, name)
    else:
        scale = _check.real(scale, name, _check.float_dtype(*like))
    shape = np.broadcast_shapes(*(x.shape for x in like))
    return _spread(scale, shape, shape[:1], name)


def _spread(
    scale: ArrayOrTensor, full: tuple[int, ...], one_each: tuple[int, ...], name: str
) -> ArrayOrTensor:
    """A positive scale, ready to broadcast: one number, `one_each`, or of the `full` shape."""
    _check.positive(value(scale), name)
    if scale.shape not in ((), one_each, full):
        words = " or ".join(map(str, dict.fromkeys([(), one_each, full])))
        raise ValueError(f"{name} must have shape {words}, got {scale.shape}")
    if scale.shape in ((), full):
        return scale
    return graph.reshape(scale, (*one_each, 1))


def _matrix(logits: ArrayOrTensor, name: str, words: str) -> tuple[int, int]:
    """Rows and columns of the logits: any number of examples, at least one class."""
    _check.dimensions(value(logits), {2: words}, name)
    m, classes = logits.shape
    if classes == 0:
        raise ValueError(f"{name} must have at least one column, got shape {logits.shape}")
    return m, classes


def _distribution(**arguments: ArrayOrTensor) -> list[ArrayOrTensor]:
    """Probabilities on the last axis, as many in one argument as in the other."""
    distributions = _floats(**arguments)
    for name, p in zip(arguments, distributions, strict=True):
        _check.distribution(value(p), name)
    if len({p.shape[-1] for p in distributions}) > 1:
        shapes = " and ".join(str(p.shape) for p in distributions)
        raise ValueError(
            f"{' and '.join(arguments)} must have as many probabilities, got shapes {shapes}"
        )
    _check.broadcast(**dict(zip(arguments, distributions, strict=True)))
    return distributions


def _per_example(cost: ArrayOrTensor) -> ArrayOrTensor:
    """One cost per example: the sum over d of costs (m, d)."""
    return graph.sum(cost, axis=1) if cost.ndim == 2 else cost
