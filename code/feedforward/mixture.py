"""A mixture of Gaussians at the end of a network: its parameters, its density, samples from it.

The cost that trains it is `costs.mixture_nll`.
"""

from __future__ import annotations

import numpy as np

from feedforward import _check, graph
from feedforward.graph import Either
from feedforward.units import softmax

Array = np.ndarray


def mixture_parameters(
    outputs: Either, components: int, floor: float = 0.0
) -> tuple[Either, Either, Either]:
    """A network's 3K outputs as K Gaussians: (logits, mean, std), each (m, K).

    The logits stay as they are (their softmax are the weights), so do the means; a
    scale must be positive, so it is σ = floor + eˢ. floor ≥ 0 keeps σ from shrinking
    onto a single example.
    Source: Bishop (1994).
    """
    components = _check.count(components, "components")
    if outputs.ndim != 2 or outputs.shape[1] != 3 * components:
        raise ValueError(
            f"outputs must have shape (m, {3 * components}) for {components} "
            f"components, got {outputs.shape}"
        )
    if floor < 0:
        raise ValueError(f"floor must not be negative, got {floor}")
    k = components
    std = floor + graph.exp(outputs[:, 2 * k :])
    return outputs[:, :k], outputs[:, k : 2 * k], std


def mixture_density(logits: Array, mean: Array, std: Array, y: Array) -> Array:
    """p(y) = Σₖ πₖ N(y; μₖ, σₖ²) of m mixtures, (m, K) each, at n points y: shape (m, n)."""
    z = (np.asarray(y)[None, :, None] - mean[:, None, :]) / std[:, None, :]
    bells = np.exp(-(z**2) / 2) / (std[:, None, :] * np.sqrt(2 * np.pi))
    return (softmax(logits)[:, None, :] * bells).sum(axis=-1)


def sample_mixture(
    logits: Array,
    mean: Array,
    std: Array,
    rng: np.random.Generator,
) -> Array:
    """One draw from each of m mixtures, (m,): a component, then its Gaussian."""
    rng = _check.generator(rng)
    steps = softmax(logits).cumsum(axis=1)
    u = rng.uniform(size=(len(steps), 1)) * steps[:, -1:]
    chosen = (u >= steps).sum(axis=1)
    rows = np.arange(len(steps))
    return rng.normal(mean[rows, chosen], std[rows, chosen])
