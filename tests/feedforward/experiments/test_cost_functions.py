"""Chapter 1's experiments: what is computed agrees with SciPy, and what is trained is true."""

import numpy as np
import pytest
import torch
from scipy import integrate, optimize, stats

from feedforward import costs, datasets
from feedforward.experiments import cost_functions as experiments
from feedforward.graph import Tensor
from feedforward.network import MLP
from feedforward.units import sigmoid

# ---------------------------------------------------------------------- the hook


@pytest.mark.parametrize("delta", [0.3, 1.0, 3.0, 7.0, 30.0])
def test_the_huber_minimizer_is_where_a_general_optimizer_finds_it(delta):
    data = np.append(experiments.BUS_WAITS, 22.0)
    found = optimize.minimize_scalar(
        lambda f: costs.huber(f, data, delta).mean(), bounds=(3, 22), options={"xatol": 1e-10}
    )
    ours = experiments.huber_minimizer(data, delta)
    assert costs.huber(ours, data, delta).mean() <= found.fun + 1e-12


# ---------------------------------------------------------------------- likelihood


@pytest.mark.parametrize("mean, std", [(0.0, 0.8), (-3.0, 0.4), (3.0, 2.4), (-0.54, 1.82)])
def test_both_divergences_agree_with_adaptive_quadrature(mean, std):
    def log_p(x):
        return np.log(sum(w * stats.norm.pdf(x, m, s) for w, m, s in experiments.PEAKS))

    def log_q(x):
        return stats.norm.logpdf(x, mean, std)

    covers, _ = integrate.quad(
        lambda x: np.exp(log_p(x)) * (log_p(x) - log_q(x)), -19, 19, limit=400
    )
    picks, _ = integrate.quad(
        lambda x: np.exp(log_q(x)) * (log_q(x) - log_p(x)), -19, 19, limit=400
    )
    assert experiments.gaussian_kl(mean, std) == pytest.approx((covers, picks), abs=2e-6)


# ---------------------------------------------------------------------- learned noise


def test_the_expected_nll_is_the_mean_over_endless_new_data():
    """Against Gauss–Hermite quadrature over y of the cost itself, at each x of the grid."""
    x = experiments.NOISE_GRID[:, 0]
    mean, std = 0.3 * x, 0.2 + 0.5 * x
    nodes, weights = np.polynomial.hermite_e.hermegauss(5)
    true_mean, true_std = (
        f(experiments.NOISE_GRID)[:, 0]
        for f in (datasets.heteroscedastic_mean, datasets.heteroscedastic_std)
    )
    at_x = sum(
        weight * costs.gaussian_nll(mean, true_mean + true_std * node, std)
        for node, weight in zip(nodes, weights, strict=True)
    ) / np.sqrt(2 * np.pi)
    assert experiments.expected_nll(mean, std) == pytest.approx(np.trapezoid(at_x, x), rel=1e-12)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_network_that_may_learn_its_noise_does_and_its_cost_on_new_data_is_lower(seed):
    _, std, nll = experiments.noise_film(True, seed)
    _, one_std, one_nll = experiments.noise_film(False, seed)
    assert std[-1, -1] > 3 * std[-1, 0]
    assert np.ptp(one_std, axis=1).max() == 0
    assert nll[-1] < one_nll[-1] - 0.1


def test_the_film_starts_with_the_untrained_network_and_has_a_frame_per_step_shown():
    rng = np.random.default_rng(0)
    datasets.heteroscedastic(200, rng)  # the data are drawn first, from the same generator
    untrained = MLP((1, 24, 2), "tanh", "xavier", rng).predict(4 * experiments.NOISE_GRID - 2)
    mean, std, nll = experiments.noise_film(True, 0)
    np.testing.assert_array_equal(mean[0], untrained[:, 0])
    np.testing.assert_array_equal(np.log(std[0]).round(12), untrained[:, 1].round(12))
    assert len(mean) == len(nll) == len(experiments.NOISE_FILM)


def test_training_settles_where_its_rate_falls_and_swings_where_it_does_not():
    """What the last step says about a network is chance if the steps before it say otherwise."""
    for seed in (0, 4):
        swinging, settled = (
            experiments.noise_training(True, seed, decay)[1][-60:] for decay in (False, True)
        )
        assert np.ptp(swinging) > 0.05
        assert np.ptp(settled) < 0.002
        assert settled[-1] < np.median(swinging) + 0.01


def test_the_film_ends_with_new_data_costing_more_while_training_data_cost_less():
    _, _, nll = experiments.noise_film(True, 0)
    _, history = experiments.noise_training(True, 0)
    lowest = int(nll.argmin())
    assert lowest < len(nll) - 1
    rise = nll[-1] - nll[lowest]
    fall = history[experiments.NOISE_FILM[lowest]] - history[-1]
    # Both by more than what the last 60 steps still change.
    assert min(rise, fall) > 10 * np.ptp(history[-60:]) > 0


def test_the_network_that_learns_its_noise_is_nearer_to_the_curve_on_the_way_only():
    one, own = (experiments.noise_contest(learned)[1] for learned in (False, True))
    for frame in (10, 13):
        assert (own[:, frame] < one[:, frame]).all()
    last = np.array([one[:, -1], own[:, -1]])
    assert abs(np.diff(last.mean(axis=1))) < last.std(axis=1, ddof=1).max()


# ---------------------------------------------------------------------- classification


@pytest.mark.parametrize("label", [0, 1])
def test_both_slopes_are_the_derivatives_of_the_costs(label):
    z, step = np.linspace(-6, 6, 25), 1e-5
    above, below = (experiments.logit_costs(z + sign * step, label) for sign in (1, -1))
    _, nll_slope, _, square_slope = experiments.logit_costs(z, label)
    np.testing.assert_allclose(nll_slope, (above[0] - below[0]) / (2 * step), atol=1e-9)
    np.testing.assert_allclose(square_slope, (above[2] - below[2]) / (2 * step), atol=1e-9)


def test_the_film_of_recovery_is_gradient_descent():
    """Against the costs' own gradients, by the book's automatic differentiation."""
    x, y = experiments.two_groups(3)
    for cost in ("nll", "squared"):
        run = experiments.recover(cost, 4, seeds=(3,), steps=5)
        weight, bias = Tensor(np.array(-4.0)), Tensor(np.array(0.0))
        for frame in range(6):
            assert run["weight"][frame, 0] == pytest.approx(float(weight.data), rel=1e-12)
            assert run["bias"][frame, 0] == pytest.approx(float(bias.data), abs=1e-12)
            logit = weight * x + bias
            if cost == "nll":
                mean = costs.bernoulli_nll(logit, y).mean()
            else:
                mean = costs.squared_error(sigmoid(logit), y).mean() / 2
            mean.backward()
            for parameter in (weight, bias):
                parameter.data -= experiments.RECOVERY_RATE * parameter.grad
                parameter.grad = None


def test_recovery_takes_exponentially_longer_under_squared_error():
    steps = {
        cost: [
            experiments.recover(cost, s)["recovered"].mean() for s in experiments.RECOVERY_STARTS
        ]
        for cost in ("nll", "squared")
    }
    squared = np.array(steps["squared"])
    assert np.all(squared[1:] / squared[:-1] > 6)
    assert np.all(np.diff(steps["nll"]) < 2)


def test_a_run_that_is_cut_short_says_that_it_did_not_recover():
    assert np.all(experiments.recover("squared", 8, steps=100)["recovered"] == -1)


def test_an_unknown_cost_is_refused_by_name():
    with pytest.raises(ValueError, match=r'cost is \'mse\', expected "nll" or "squared"'):
        experiments.recover("mse", 8)


# ---------------------------------------------------------------------- overflow and failures


def test_what_a_spike_ten_times_narrower_saves_grows_to_a_limit():
    widths = np.array([0.49, *10.0 ** -np.arange(1, 16)])
    falls = np.array(
        [experiments.collapse_nll(w) - experiments.collapse_nll(w / 10) for w in widths]
    )
    limit = np.log(10) / 8
    assert falls[0] < 0
    assert (np.diff(falls[:6]) > 0).all() and (falls < limit + 1e-12).all()
    assert falls[4:] == pytest.approx([limit] * 12, abs=1e-4)


# -------------------------------------------------------------------------------- from the papers


def test_the_efficiency_of_a_median_and_of_hubers_is_that_of_the_theory():
    """Of large samples: 2/π, and the ratio of Fisher informations; of 101 numbers, nearly so."""
    median, huber = experiments.efficiencies().mean(axis=0)
    assert median == pytest.approx(2 / np.pi, abs=0.02)
    assert huber == pytest.approx(experiments.efficiency_of_large_samples(), abs=0.01)


@pytest.mark.parametrize("delta", [0.5, 1.345, 3.0])
def test_the_efficiency_of_large_samples_in_closed_form(delta):
    inside, density = 2 * stats.norm.cdf(delta) - 1, stats.norm.pdf(delta)
    pull = inside - 2 * delta * density + delta**2 * (1 - inside)
    exact = inside**2 / pull
    # The integrand jumps at ±δ, between two points of a grid whose step is 0.0001.
    assert experiments.efficiency_of_large_samples(delta) == pytest.approx(exact, abs=3e-4)


def test_a_plane_is_flat_where_pytorchs_gradient_is_small():
    seed, span = 1, 6.0
    rng, w = np.random.default_rng(seed), torch.linspace(-span, span, 121, dtype=torch.double)
    drawn = rng.normal(size=50), rng.integers(0, 2, 50)
    x, y = (torch.tensor(v, dtype=torch.double) for v in drawn)
    first, second = torch.meshgrid(w, w, indexing="ij")
    first, second = first.clone().requires_grad_(), second.clone().requires_grad_()
    p = torch.sigmoid(second[..., None] * torch.tanh(first[..., None] * x))
    nll = torch.nn.functional.binary_cross_entropy(p, y.expand_as(p), reduction="none").mean(-1)
    surfaces = nll, ((p - y) ** 2).mean(-1) / 2
    for cost, flat in zip(surfaces, experiments.flat_share(seed, span), strict=True):
        slope = torch.hypot(*torch.autograd.grad(cost.sum(), (first, second), retain_graph=True))
        assert float((slope < 0.05 * slope.max()).double().mean()) == pytest.approx(flat, abs=0.02)
