"""Measured against predicted, and the maps against closed forms, Monte Carlo and derivatives."""

import math
import warnings
from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate
from scipy.special import erf

from feedforward import propagation
from feedforward.ensemble import Ensemble, seeded
from feedforward.initializers import he, lecun, scaled, xavier
from feedforward.network import MLP
from feedforward.propagation import (
    backward_statistics,
    chi,
    correlation_map,
    critical_point,
    fixed_point,
    forward_statistics,
    predicted_backward,
    predicted_forward,
    variance_map,
)
from feedforward.units import UNITS, Unit

ERF = Unit("erf", erf, lambda z: 2 / math.sqrt(math.pi) * np.exp(-z * z))


def test_statistics_are_those_of_the_layers():
    rng = np.random.default_rng(0)
    net = MLP((4, 5, 3, 2), "tanh", he, rng)
    x, gradient = rng.normal(size=(6, 4)), rng.normal(size=(6, 2))
    w1, w2, w3 = (w.data for w in net.weights)
    z1 = x @ w1.T
    z2 = np.tanh(z1) @ w2.T
    forward = forward_statistics(net, x)
    np.testing.assert_allclose(forward.z_square[:2], [(z1**2).mean(), (z2**2).mean()])
    np.testing.assert_allclose(forward.a_std[1], np.tanh(z2).std())
    np.testing.assert_allclose(forward.a_mean[0], np.tanh(z1).mean())
    assert forward.a_square[2] == forward.z_square[2]
    d2 = gradient @ w3 * (1 - np.tanh(z2) ** 2)
    d1 = d2 @ w2 * (1 - np.tanh(z1) ** 2)
    backward = backward_statistics(net, x, gradient)
    np.testing.assert_allclose(
        backward.z_square, [(d1**2).mean(), (d2**2).mean(), (gradient**2).mean()]
    )
    np.testing.assert_allclose(backward.weight_square[0], ((d1.T @ x) ** 2).mean())


def test_measuring_leaves_gradients_as_they_were():
    rng = np.random.default_rng(0)
    net = MLP((4, 5, 2), "tanh", he, rng)
    net(rng.normal(size=(3, 4))).mean().backward()
    before = [w.grad.copy() for w in net.weights]
    backward_statistics(net, rng.normal(size=(6, 4)), np.ones((6, 2)))
    for weight, grad in zip(net.weights, before, strict=True):
        np.testing.assert_array_equal(weight.grad, grad)


def test_an_ensemble_is_measured_member_by_member():
    team = Ensemble((4, 5, 3, 2), "relu", seeded([0, 1]), dtype=np.float64)
    rng = np.random.default_rng(0)
    x, gradient = rng.normal(size=(6, 4)), rng.normal(size=(6, 2))
    forward, backward = forward_statistics(team, x), backward_statistics(team, x, gradient)
    assert forward.z_square.shape == backward.weight_square.shape == (3, 2)
    for s in range(2):
        net = MLP((4, 5, 3, 2), "relu", he, rng)
        for mine, theirs in zip(net.weights, team.weights, strict=True):
            mine.data = theirs.data[s]
        for all_of_them, alone in (
            (forward, forward_statistics(net, x)),
            (backward, backward_statistics(net, x, gradient)),
        ):
            for a, b in zip(all_of_them, alone, strict=True):
                np.testing.assert_allclose(a[:, s], b, rtol=1e-12)


@pytest.mark.parametrize("initializer", [lecun, xavier, he])
@pytest.mark.parametrize("unit", ["identity", "tanh", "relu", "sigmoid", "hard_tanh"])
def test_measured_second_moments_are_the_predicted_ones_within_the_sampling_error(
    unit, initializer
):
    """Ten wide networks that widen and narrow; the mean of ten has a standard error of its own."""
    widths, members = (300, 200, 400, 300, 300), 10
    team = Ensemble(widths, unit, seeded(range(members)), initializer=initializer, dtype=float)
    rng = np.random.default_rng(99)  # no member's seed: else x would be one of its weights' rows
    x, gradient = rng.normal(size=(40, 300)), rng.normal(size=(40, 300))
    fans = list(pairwise(widths))
    variance = {
        lecun: lambda i, o: 1 / i,
        xavier: lambda i, o: 2 / (i + o),
        he: lambda i, o: 2 / i,
    }[initializer]
    q = predicted_forward(unit, [i * variance(i, o) for i, o in fans], (x**2).mean())
    back = predicted_backward(unit, [o * variance(i, o) for i, o in fans], q)
    measured = forward_statistics(team, x).z_square
    returned = backward_statistics(team, x, gradient).z_square
    for given, expected in ((measured, q), (returned, back * (gradient**2).mean())):
        error = given.std(axis=1, ddof=1) / math.sqrt(members)
        assert (np.abs(given.mean(axis=1) - expected) <= 4 * error + 0.01 * expected).all()
        assert (error < 0.03 * expected).all()


def test_the_second_moment_of_relu_halves_under_xavier_and_stays_under_he():
    assert variance_map(3.0, "relu", 1.0) == pytest.approx(1.5, rel=1e-13)
    assert variance_map(3.0, "relu", math.sqrt(2)) == pytest.approx(3.0, rel=1e-13)
    np.testing.assert_allclose(predicted_forward("relu", np.ones(31), 1.0)[-1], 2.0**-30)


SIZES = 10.0 ** np.arange(-12, 13)


@pytest.mark.parametrize("q", SIZES)
def test_the_maps_of_erf_are_arcsines(q):
    """Williams (1997): E[erf(u₁)·erf(u₂)] = (2/π)·arcsin(2qc/(1 + 2q))."""

    def product(c):  # the arcsine by its tangent, which keeps its digits at large q
        return 2 / math.pi * math.atan2(2 * q * c, math.sqrt(1 + 4 * q + 4 * q * q * (1 - c * c)))

    q_next = 1.69 * product(1) + 0.04
    assert variance_map(q, ERF, 1.3, 0.2) == pytest.approx(q_next, rel=1e-12)
    for c in (-1, -0.9, 0, 0.3, 0.99, 0.999999, 1):
        expected = (1.69 * product(c) + 0.04) / q_next
        given = correlation_map(c, q, ERF, 1.3, 0.2)
        assert given == pytest.approx(expected, rel=1e-10, abs=1e-12)
    # erf′(u)² = 4/π·e^(−2u²), whose mean is 1/√(1 + 4q) of its value at 0.
    exact = 1.69 * 4 / math.pi / math.sqrt(1 + 4 * q)
    assert chi(q, ERF, 1.3) == pytest.approx(exact, rel=1e-12)


def mean_by_quad(f, q: float) -> float:
    """E[f(√q·z)] by SciPy's adaptive rule, between ends on the scale of 1 and on that of 1/√q.

    Every kink of our units is at 0 or at ±1, which are among the ends.
    """
    places = [*(u / math.sqrt(q) for u in (0.3, 1, 3, 8, 20, 50)), 1, 4]
    places = sorted({0.0, 12.0, *(place for place in places if place < 12)})
    edges = [-place for place in places[:0:-1]] + places
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", integrate.IntegrationWarning)  # of rounding, where f is 0
        return sum(
            integrate.quad(
                lambda z: float(f(np.array(math.sqrt(q) * z))) * math.exp(-z * z / 2),
                left, right, epsabs=0, epsrel=1e-13, limit=200,
            )[0]
            for left, right in pairwise(edges)
        ) / math.sqrt(2 * math.pi)  # fmt: skip


@pytest.mark.parametrize("name", UNITS)
@pytest.mark.parametrize("q", SIZES[::3])
def test_the_maps_are_exact_for_signals_of_any_size(name, q):
    unit = UNITS[name]
    square = mean_by_quad(lambda u: unit(u) ** 2, q)
    slope_square = mean_by_quad(lambda u: unit.derivative(u) ** 2, q)
    assert variance_map(q, name, 1.0) == pytest.approx(square, rel=1e-10)
    assert chi(q, name, 1.0) == pytest.approx(slope_square, rel=1e-10)


@pytest.mark.parametrize("q", [1e5, 1e6, 1e9, 1e12])
def test_chi_of_large_signals_falls_like_one_over_their_root(q):
    """∫ tanh′² = ∫ (1 − t²) dt = 4/3, under a density that is flat there: 1/√(2πq)."""
    expected = 4 / 3 / math.sqrt(2 * math.pi * q)
    assert chi(q, "tanh", 1.0) == pytest.approx(expected, rel=1 / q)


@pytest.mark.parametrize("q", [1e6, 1e9, 1e12])
def test_two_large_signals_meet_a_step(q):
    """tanh is then the sign: E[sign u₁·sign u₂] = (2/π)·arcsin c."""
    for c in (-0.9, 0.1, 0.6, 0.99):
        expected = 2 / math.pi * math.asin(c)
        given = correlation_map(c, q, "tanh", 1.0) * variance_map(q, "tanh", 1.0)
        assert given == pytest.approx(expected, abs=8 / q / math.sqrt(1 - c * c))


@pytest.mark.parametrize("c", [-1, -0.5, 0, 0.3, 0.9, 0.9999, 1])
def test_the_correlation_map_of_relu_is_the_arc_cosine_kernel(c):
    """Cho and Saul (2009): (√(1 − c²) + (π − arccos c)·c)/π, whatever q and σ_w are."""
    expected = (math.sqrt(1 - c * c) + (math.pi - math.acos(c)) * c) / math.pi
    assert correlation_map(c, 2.3, "relu", 0.7) == pytest.approx(expected, rel=1e-11, abs=1e-12)


@pytest.mark.parametrize("name", [n for n in UNITS if n != "identity"])
def test_the_correlation_map_agrees_with_drawn_numbers(name):
    rng = np.random.default_rng(0)
    c, q, n = 0.6, 1.4, 400_000
    z, y = rng.normal(size=(2, n))
    u, v = math.sqrt(q) * z, math.sqrt(q) * (c * z + math.sqrt(1 - c * c) * y)
    unit = UNITS[name]
    terms = 1.5**2 * unit(u) * unit(v) + 0.3**2
    given = correlation_map(c, q, name, 1.5, 0.3) * variance_map(q, name, 1.5, 0.3)
    assert abs(terms.mean() - given) < 4 * terms.std() / math.sqrt(n)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "softplus", "gelu"])
def test_chi_is_the_slope_of_the_correlation_map_at_one(name):
    q, h = 0.8, 1e-4
    slope = (1 - correlation_map(1 - h, q, name, 1.5)) / h
    slope *= variance_map(q, name, 1.5) / q  # q is no fixed point here
    assert chi(q, name, 1.5) == pytest.approx(slope, rel=1e-3)


def test_depth_leads_to_the_fixed_point():
    q = fixed_point("tanh", 1.5, 0.3)
    assert variance_map(q, "tanh", 1.5, 0.3) == pytest.approx(q, rel=1e-9)
    assert fixed_point("tanh", 0.8) == 0
    assert fixed_point("relu", 1.5) == math.inf
    assert fixed_point("relu", math.sqrt(2), start=7.0) == pytest.approx(7, rel=1e-9)


@pytest.mark.parametrize("start", [1e-200, 1e-14, 1.0, 2e12, 1e200])
def test_where_depth_leads_does_not_depend_on_the_scale_of_the_start(start):
    q = fixed_point("tanh", 1.5)
    assert fixed_point("tanh", 1.5, start=start) == pytest.approx(q, rel=1e-8)
    assert fixed_point("relu", math.sqrt(2), start=start) == pytest.approx(start, rel=1e-12)
    assert fixed_point("relu", 1.0, start=start) == 0
    assert fixed_point("relu", 2.0, start=start) == math.inf
    # Straight and shrinking far from 0, straight and growing near it, and settled between.
    weight_std = math.sqrt(1.5)
    q = fixed_point("elu", weight_std)
    assert variance_map(q, "elu", weight_std) == pytest.approx(q, rel=1e-9) and 0.5 < q < 1
    assert fixed_point("elu", weight_std, start=start) == pytest.approx(q, rel=1e-8)


@pytest.mark.parametrize("bias_std", [1e-9, 1e-7, 1.0, 2e6, 1e9])
def test_where_depth_leads_does_not_depend_on_the_scale_of_the_biases(bias_std):
    """q = σ_w²·q/2 + σ_b² for ReLU, so q = σ_b²/(1 − σ_w²/2), or none."""
    assert fixed_point("relu", 1.0, bias_std) == pytest.approx(2 * bias_std**2, rel=1e-9)
    assert fixed_point("relu", 1.5, bias_std) == math.inf
    # tanh is a straight line for the small ones, and nearly a step for the large ones.
    small, large = bias_std**2 / (1 - 0.25), bias_std**2 + 0.25
    if bias_std != 1:
        expected = small if bias_std < 1 else large
        assert fixed_point("tanh", 0.5, bias_std) == pytest.approx(expected, rel=1e-9)


def test_a_signal_that_creeps_has_reached_no_fixed_point(monkeypatch):
    monkeypatch.setattr(propagation, "PATIENCE", 1000)
    with pytest.raises(ValueError, match=r"weight_std must not be critical, got 1\.0"):
        fixed_point("tanh", 1.0, start=1e-3)


def test_the_edge_of_chaos_is_where_q_stays_and_chi_is_one():
    for q in (0.05, 0.6, 2.0):
        weight_std, bias_std = critical_point(q, "tanh")
        assert variance_map(q, "tanh", weight_std, bias_std) == pytest.approx(q, rel=1e-10)
        assert chi(q, "tanh", weight_std) == pytest.approx(1, rel=1e-12)
    np.testing.assert_allclose(critical_point(2.5, "relu"), (math.sqrt(2), 0), atol=1e-6)
    with pytest.raises(ValueError, match="q must leave a bias variance of at least 0, got -"):
        critical_point(1.0, "sigmoid")


def test_statistics_take_tiny_signals_in_float32():
    net = MLP((8, 8, 2), "identity", lambda s, r: scaled(s, r, gain=1e-15),
              np.random.default_rng(0), dtype=np.float32)  # fmt: skip
    assert forward_statistics(net, np.ones((3, 8))).z_square[-1] > 0


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: variance_map(-1.0, "tanh", 1.0), "q must be positive, got -1.0"),
        (lambda: correlation_map(1.5, 1.0, "tanh", 1.0), "c must be between -1 and 1, got 1.5"),
        (lambda: chi(1.0, "tan", 1.0), "unit must be one of identity, "),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value).startswith(message)
