"""A mixture of Gaussians at the end of a network: its parameters, its density, samples from it.

The cost that trains it is `costs.mixture_nll`.
"""

from __future__ import annotations

import numpy as np

from feedforward import _check, graph
from feedforward.costs import mixture_nll
from feedforward.graph import ArrayOrTensor, Tensor
from feedforward.units import softmax

Array = np.ndarray


def mixture_parameters(
    outputs: ArrayOrTensor, components: int, floor: float = 0.0
) -> tuple[ArrayOrTensor, ArrayOrTensor, ArrayOrTensor]:
    """A network's 3K outputs as K Gaussians: (logits, mean, std), each (m, K).

    The logits stay as they are (their softmax are the weights), so do the means; a
    scale must be positive, so it is σ = floor + eˢ. floor ≥ 0 keeps σ from shrinking
    onto a single example.
    Source: Bishop (1994).
    """
    components = _check.count(components, "components")
    floor = _check.nonnegative_number(floor, "floor")
    if not isinstance(outputs, Tensor):
        outputs = _check.real(outputs, "outputs")
    if outputs.ndim != 2 or outputs.shape[1] != 3 * components:
        raise ValueError(
            f"outputs must have shape (m, {3 * components}) for {components} "
            f"components, got {outputs.shape}"
        )
    k = components
    with np.errstate(over="ignore"):  # a scale beyond the dtype's largest number is ∞
        std = floor + graph.exp(outputs[:, 2 * k :])
    return outputs[:, :k], outputs[:, k : 2 * k], std


def mixture_density(logits: Array, mean: Array, std: Array, y: Array) -> Array:
    """p(y) = Σₖ πₖ N(y; μₖ, σₖ²) of m mixtures, (m, K) each, at n points y: shape (m, n).

    Computed as e^−cost, with the cost `costs.mixture_nll` of each point, so that no weight of 0
    meets an infinite density.
    """
    logits, mean, std = _mixtures(logits, mean, std)
    y = _check.dimensions(_check.real(y, "y"), {1: "(n,)"}, "y")
    m, n = len(logits), len(y)
    every = (np.repeat(array, n, axis=0) for array in (logits, mean, std))
    with np.errstate(over="ignore"):
        return np.exp(-mixture_nll(*every, np.tile(y, m))).reshape(m, n)


def sample_mixture(
    logits: Array,
    mean: Array,
    std: Array,
    rng: np.random.Generator,
) -> Array:
    """One draw from each of m mixtures, (m,): a component, then its Gaussian."""
    rng = _check.generator(rng)
    logits, mean, std = _mixtures(logits, mean, std)
    steps = softmax(logits).cumsum(axis=1)
    u = rng.uniform(size=(len(steps), 1)) * steps[:, -1:]
    chosen = (u >= steps).sum(axis=1)
    rows = np.arange(len(steps))
    return rng.normal(mean[rows, chosen], std[rows, chosen])


def _mixtures(logits: Array, mean: Array, std: Array) -> tuple[Array, Array, Array]:
    """The parameters of m mixtures: three arrays of one shape (m, K), the scales positive."""
    logits = _check.dimensions(_check.real(logits, "logits"), {2: "(m, K)"}, "logits")
    mean = _check.shape(_check.real(mean, "mean"), logits.shape, "mean")
    std = _check.positive(_check.shape(_check.real(std, "std"), logits.shape, "std"), "std")
    return logits, mean, std
