"""Fans, variances and gains against PyTorch, SciPy's integrals and linear algebra."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from feedforward import initializers
from feedforward.initializers import (
    INITIALIZERS,
    MODES,
    fan,
    fans,
    gain,
    he,
    lecun,
    orthogonal,
    scaled,
    xavier,
)
from feedforward.units import UNITS, Unit, rectifier

VARIANCES = {
    lecun: lambda n_in, n_out: 1 / n_in,
    xavier: lambda n_in, n_out: 2 / (n_in + n_out),
    he: lambda n_in, n_out: 2 / n_in,
}


@given(st.lists(st.integers(1, 6), min_size=2, max_size=4))
def test_fans_agree_with_pytorch(shape):
    assert fans(shape) == torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))


@pytest.mark.parametrize("distribution", ["normal", "uniform"])
@pytest.mark.parametrize("initializer", VARIANCES)
def test_weights_have_the_distribution_that_was_asked_for(initializer, distribution):
    shape = (40, 20, 5, 5)
    n_in, n_out = 500, 1000
    std = VARIANCES[initializer](n_in, n_out) ** 0.5
    w = initializer(shape, np.random.default_rng(0), distribution)
    assert w.shape == shape
    expected = {
        "normal": stats.norm(0, std),
        "uniform": stats.uniform(-std * 3**0.5, 2 * std * 3**0.5),
    }[distribution]
    # A standard deviation 2 % off, or the other distribution, gives p < 1e-6 at 20 000 weights.
    assert stats.kstest(w.ravel(), expected.cdf).pvalue > 0.01
    assert w.std() == pytest.approx(std, rel=0.015)


@pytest.mark.parametrize("distribution", ["normal", "uniform"])
@pytest.mark.parametrize("shape", [(500, 400), (100, 25, 10, 10)])
@pytest.mark.parametrize("mode, share", [("fan_in", 0.0), ("average", 0.5), ("fan_out", 1.0)])
def test_two_hundred_thousand_weights_have_the_variance_of_their_mode(
    mode, share, shape, distribution
):
    n_in, n_out = torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))
    w = scaled(shape, np.random.default_rng(0), distribution, gain=1.7, mode=mode)
    assert w.size >= 2e5
    assert w.var() == pytest.approx(1.7**2 / ((1 - share) * n_in + share * n_out), rel=0.02)
    assert abs(w.mean()) < 5 * w.std() / w.size**0.5


@pytest.mark.parametrize("mode", ["fan_in", "fan_out"])
def test_he_has_the_standard_deviation_of_pytorchs_kaiming(mode):
    shape = (50, 20, 3, 3)
    theirs = torch.empty(shape)
    torch.nn.init.kaiming_uniform_(theirs, mode=mode, nonlinearity="relu")
    ours = he(shape, np.random.default_rng(0), "uniform", mode=mode)
    # A uniform distribution is known by its ends: 9000 numbers come within a thousandth of them.
    assert np.abs(ours).max() == pytest.approx(float(theirs.abs().max()), rel=2e-3)


def test_xavier_divides_by_the_mean_of_both_fans():
    a, b = (
        f((5, 9), np.random.default_rng(0))
        for f in (xavier, lambda s, r: scaled(s, r, mode="average"))
    )
    np.testing.assert_array_equal(a, b)
    assert [fan((5, 9), mode) for mode in MODES] == [9, 7, 5]


@pytest.mark.parametrize("initializer", [lecun, xavier, orthogonal])
def test_a_gain_multiplies_the_weights(initializer):
    once = initializer((5, 4), np.random.default_rng(3))
    twice = initializer((5, 4), np.random.default_rng(3), gain=2.0)
    np.testing.assert_allclose(twice, 2 * once, rtol=1e-15)


def test_lecun_with_the_gain_of_relu_is_he():
    both = [
        f((5, 4), np.random.default_rng(3))
        for f in (he, lambda shape, rng: lecun(shape, rng, gain=gain("relu")))
    ]
    np.testing.assert_allclose(both[0], both[1], rtol=1e-14)


@pytest.mark.parametrize("shape", [(6, 6), (3, 7), (7, 3), (4, 2, 3, 3)])
def test_orthogonal_weights_have_all_singular_values_equal_to_the_gain(shape):
    w = orthogonal(shape, np.random.default_rng(0), gain=1.5)
    assert w.shape == shape
    singular = np.linalg.svd(w.reshape(shape[0], -1), compute_uv=False)
    np.testing.assert_allclose(singular, 1.5, rtol=1e-13)


def test_orthogonal_matrices_are_drawn_without_a_preferred_rotation():
    # Under the uniform (Haar) distribution the trace of a 2×2 matrix is symmetric about zero, and
    # E[trace²] = 1; QR without the sign correction has a negative diagonal.
    rng = np.random.default_rng(0)
    traces = np.array([np.trace(orthogonal((2, 2), rng)) for _ in range(4000)])
    assert abs(traces.mean()) < 4 / 4000**0.5
    assert (traces**2).mean() == pytest.approx(1, abs=4 * 1.2 / 4000**0.5)


@pytest.mark.parametrize("name", UNITS)
def test_gain_agrees_with_scipys_integral(name):
    unit = UNITS[name]

    def moment(z):
        return float(unit(z)) ** 2 * stats.norm.pdf(z)

    pieces = [(-12, -1), (-1, 0), (0, 1), (1, 12)]
    expected = sum(integrate.quad(moment, a, b, epsabs=1e-14, epsrel=1e-12)[0] for a, b in pieces)
    assert gain(name) == pytest.approx(expected**-0.5, rel=1e-12)


@pytest.mark.parametrize("alpha", [0.0, 0.01, 0.5, -1.0])
def test_gain_of_a_rectifier_is_the_one_of_pytorch(alpha):
    theirs = torch.nn.init.calculate_gain("leaky_relu", alpha)
    assert gain(rectifier(alpha)) == pytest.approx(theirs, rel=1e-14)


def test_gain_of_tanh_is_not_the_rule_of_thumb_of_pytorch():
    assert gain("tanh") == pytest.approx(1.5925374197, abs=1e-10)
    assert torch.nn.init.calculate_gain("tanh") == 5 / 3


def test_the_same_seed_gives_the_same_weights_and_another_seed_others():
    for initializer in INITIALIZERS.values():
        a, b, c = (initializer((3, 4), np.random.default_rng(s)) for s in (0, 0, 1))
        np.testing.assert_array_equal(a, b)
        assert (a != c).all()


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda rng: fans(3), "shape must be (fan_out, fan_in) or (out, in, *kernel), got 3"),
        (
            lambda rng: he((3,), rng),
            "shape must be (fan_out, fan_in) or (out, in, *kernel), got (3,)",
        ),
        (lambda rng: he((3, 0), rng), "each size in shape must be at least 1, got 0"),
        (lambda rng: he((3, 2.5), rng), "each size in shape must be an integer, got 2.5"),
        (
            lambda rng: lecun((3, 2), rng, "gamma"),
            "distribution must be one of normal, uniform, got 'gamma'",
        ),
        (
            lambda rng: he((3, 2), rng, mode="fan"),
            "mode must be one of fan_in, average, fan_out, got 'fan'",
        ),
        (lambda rng: xavier((3, 2), rng, gain=-1), "gain must be positive, got -1.0"),
        (
            lambda rng: orthogonal((3, 2), 0),
            "rng must be a numpy.random.Generator such as np.random.default_rng(0), got 0",
        ),
        (
            lambda rng: gain(Unit("zero", np.zeros_like, np.zeros_like)),
            "unit must have a second moment to correct, got <unit zero>",
        ),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises((ValueError, TypeError)) as caught:
        call(np.random.default_rng(0))
    assert str(caught.value) == message


def test_every_initializer_is_found_by_its_name():
    assert set(INITIALIZERS) == {"lecun", "xavier", "he", "orthogonal"}
    assert all(getattr(initializers, name) is f for name, f in INITIALIZERS.items())
