"""The Gaussian mixture at a network's end, against SciPy, finite differences and its moments."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import integrate, special, stats

from feedforward.costs import mixture_nll
from feedforward.graph import Tensor
from feedforward.mixture import mixture_density, mixture_parameters, sample_mixture
from feedforward.units import softmax


def scipy_log_density(outputs, y, components, floor=0.0):
    k = components
    logits, mean, scale = outputs[:, :k], outputs[:, k : 2 * k], outputs[:, 2 * k :]
    terms = stats.norm.logpdf(y[:, None], mean, floor + np.exp(scale))
    return special.logsumexp(special.log_softmax(logits, axis=1) + terms, axis=1)


@given(
    arrays(float, (4, 9), elements=st.floats(-3, 3)),
    arrays(float, 4, elements=st.floats(-50, 50)),
    st.sampled_from([0.0, 0.05]),
)
def test_the_nll_of_a_networks_outputs_agrees_with_scipy(outputs, y, floor):
    ours = mixture_nll(*mixture_parameters(outputs, 3, floor), y)
    np.testing.assert_allclose(ours, -scipy_log_density(outputs, y, 3, floor), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("floor", [0.0, 0.1])
def test_the_gradient_by_the_outputs_agrees_with_central_differences(floor):
    rng, h = np.random.default_rng(0), 1e-5
    outputs, y = rng.normal(size=(5, 12)), rng.normal(size=5)
    tensor = Tensor(outputs)
    mixture_nll(*mixture_parameters(tensor, 4, floor), y).sum().backward()
    numeric = np.zeros_like(outputs)
    for index in np.ndindex(outputs.shape):
        step = np.zeros_like(outputs)
        step[index] = h
        high, low = (scipy_log_density(outputs + s * step, y, 4, floor).sum() for s in (1, -1))
        numeric[index] = -(high - low) / (2 * h)
    np.testing.assert_allclose(tensor.grad, numeric, rtol=1e-6, atol=1e-8)


def test_the_density_is_e_to_minus_the_nll_and_integrates_to_one():
    rng = np.random.default_rng(1)
    parameters = mixture_parameters(rng.normal(size=(3, 6)), 2)
    y = np.linspace(-60, 60, 60_001)
    density = mixture_density(*parameters, y)
    assert density.shape == (3, y.size)
    np.testing.assert_allclose(integrate.trapezoid(density, y), 1, rtol=1e-9)
    at = np.array([0.3, -0.2, 1.0])
    nll = mixture_nll(*parameters, at)
    np.testing.assert_allclose(np.diag(mixture_density(*parameters, at)), np.exp(-nll), rtol=1e-12)


def test_samples_have_the_distribution_of_the_mixture():
    logits, mean, std = (
        np.array([[0.0, 1.0, -1.0]]),
        np.array([[-1.0, 0.5, 3.0]]),
        np.full((1, 3), 0.2),
    )
    many = [np.repeat(a, 20_000, axis=0) for a in (logits, mean, std)]
    drawn = sample_mixture(*many, np.random.default_rng(2))
    assert drawn.shape == (20_000,)

    def cdf(x):
        return (softmax(logits) * stats.norm.cdf(np.asarray(x)[:, None], mean, std)).sum(axis=1)

    assert stats.kstest(drawn, cdf).pvalue > 0.01


def test_a_component_without_weight_is_never_drawn():
    logits = np.tile([-1000.0, 0.0, -1000.0], (1000, 1))
    mean = np.tile([-5.0, 0.0, 5.0], (1000, 1))
    drawn = sample_mixture(logits, mean, np.full((1000, 3), 0.1), np.random.default_rng(3))
    assert np.abs(drawn).max() < 1


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: mixture_parameters(np.zeros((2, 5)), 2),
            "outputs must have shape (m, 6) for 2 components, got (2, 5)",
        ),
        (lambda: mixture_parameters(np.zeros((2, 6)), 0), "components must be at least 1, got 0"),
        (
            lambda: mixture_parameters(np.zeros((2, 3)), 1, -0.1),
            "floor must be nonnegative, got -0.1",
        ),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message
