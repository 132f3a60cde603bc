"""Chapter 2's experiments: what is constructed is exact, and what is trained shows what is true."""

import numpy as np
import pytest
from scipy import integrate, optimize, signal

from feedforward import costs
from feedforward.ensemble import Ensemble, per_member, seeded
from feedforward.experiments import activations as experiments
from feedforward.experiments.activations import beats
from feedforward.training import train
from feedforward.units import UNITS, absolute_value, relu

# ------------------------------------------------------------- what a unit owes its gradient


@pytest.mark.parametrize("unit", experiments.CHAIN_UNITS)
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_no_gradient_is_larger_than_its_bound(unit, scale):
    factor = scale * experiments.STEEPEST.get(unit, 1.0)
    bound = factor ** np.arange(experiments.CHAIN_DEPTH)
    assert (experiments.chain_gradients(unit, scale) <= bound * (1 + 1e-9)).all()


def test_the_absolute_value_under_orthogonal_weights_keeps_every_length():
    np.testing.assert_allclose(experiments.chain_gradients("absolute_value", 1.0), 1, rtol=1e-12)


@pytest.mark.parametrize("unit", UNITS)
def test_the_steepest_slope_is_what_the_bound_uses(unit):
    if unit in experiments.CHAIN_UNITS:
        steepest = np.abs(UNITS[unit].derivative(np.linspace(-60, 60, 24_001))).max()
        assert steepest == pytest.approx(experiments.STEEPEST.get(unit, 1.0), rel=1e-12)


def test_the_flat_share_of_a_sigmoid_is_that_of_its_tails():
    # σ(1 − σ) < 0.05 where |z| is beyond the logit of the root of p(1 − p) = 0.05
    p = (1 - np.sqrt(1 - 0.2)) / 2
    edge = np.log((1 - p) / p)
    outside, _ = integrate.quad(lambda z: np.exp(-(z**2) / 8) / np.sqrt(8 * np.pi), edge, 40)
    share, square = experiments.flat_share("sigmoid", 0.0, 2.0)
    assert share == pytest.approx(2 * outside, abs=2e-3)
    assert 0 < square < 1 / 16


@pytest.mark.parametrize("center", [-2.0, 0.0, 2.0])
def test_the_absolute_value_is_flat_nowhere(center):
    assert experiments.flat_share("absolute_value", center, 2.0)[0] == 0


# ----------------------------------------------------------------------- rectifiers


@pytest.mark.parametrize("edge", experiments.EDGES)
def test_the_edge_detector_is_blind_to_polarity_on_every_digit(edge):
    data = experiments.digit_images()
    images = np.concatenate([data.x_train, data.x_test])
    z, turned = (experiments.edge_response(x, edge) for x in (images, 1 - images))
    peer = signal.correlate2d(images[5], experiments.EDGES[edge], mode="valid")
    np.testing.assert_allclose(z[5], peer, atol=1e-12)
    np.testing.assert_allclose(absolute_value(turned), absolute_value(z), atol=1e-12)
    np.testing.assert_allclose(relu(z) + relu(-z), absolute_value(z), atol=1e-12)
    lost = np.abs(relu(turned) - relu(z)).sum(axis=(1, 2)) / relu(z).sum(axis=(1, 2))
    assert (lost > 0.5).all()


def test_dead_units_stay_dead_and_a_low_bias_or_a_large_step_makes_more():
    before, after = experiments.active_shares(0.3)
    assert (after[before == 0] == 0).all()
    dead = {rate: (experiments.active_shares(rate)[1] == 0).mean() for rate in (0.3, 1.5)}
    assert dead[1.5] > 2 * dead[0.3]
    by_bias = (before == 0).mean(axis=(1, 2))
    assert (np.diff(by_bias) <= 0).all()
    assert by_bias[0] > 0.8 > 0 == by_bias[-1]


def test_adam_wakes_leaky_units_that_gradient_descent_leaves_silent():
    silent = {}
    for optimizer, rate in (("sgd", 0.3), ("adam", 0.003)):
        before, after = experiments.active_shares(rate, "leaky_relu", optimizer, (-3.0,))
        silent[optimizer] = (before == 0).mean(), (after == 0).mean()
    assert silent["sgd"][1] > silent["sgd"][0] - 0.05
    assert silent["adam"][1] < 0.5 * silent["adam"][0]


# -------------------------------------------------------------------------- maxout


@pytest.mark.parametrize("k", range(1, 13))
def test_the_largest_error_of_k_tangents_is_one_over_k_squared_and_lifted_half_of_it(k):
    x = np.linspace(-1, 1, 2 * k * 500 + 1)  # holds every place where two tangents meet
    for lifted, exact in ((False, 1 / k**2), (True, 1 / (2 * k**2))):
        slope, offset = experiments.parabola_pieces(k, lifted)
        error = x**2 - (slope * x[:, None] + offset).max(axis=1)
        assert np.abs(error).max() == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize("k", [1, 2])
def test_no_search_finds_k_pieces_that_are_better(k):
    x = np.linspace(-1, 1, 241)

    def largest(parameters):
        slope, offset = np.reshape(parameters, (2, k))
        return np.abs(x**2 - (slope * x[:, None] + offset).max(axis=1)).max()

    found = optimize.differential_evolution(
        largest, [(-2, 2)] * k + [(-1.5, 1.5)] * k, seed=0, maxiter=400, tol=1e-8
    ).fun
    assert 0.98 / (2 * k**2) < found < 1.1 / (2 * k**2)


@pytest.mark.parametrize("target", experiments.TARGETS)
@pytest.mark.parametrize("pieces", [2, 5, 24])
def test_two_convex_units_make_the_broken_line_through_any_curve(target, pieces):
    f = experiments.TARGETS[target]
    first, second, worst = experiments.convex_difference(f, pieces)
    x, knots = np.linspace(-2, 2, 2001), np.linspace(-2, 2, pieces + 1)
    up, down = ((x[:, None] * s + o).max(axis=1) for s, o in (first, second))
    broken = np.interp(x, knots, f(knots))
    np.testing.assert_allclose(up - down, broken, atol=1e-12)
    assert worst == pytest.approx(np.abs(broken - f(x)).max(), rel=1e-12)
    for slopes, _ in (first, second):
        assert (np.diff(slopes) > 0).all()


def test_spread_pieces_learn_the_wave_and_two_random_ones_may_not():
    straight = np.polynomial.Polynomial.fit(
        x := np.linspace(-2, 2, 60), y := experiments.TARGETS["a wave"](x), 1
    )
    of_a_line = ((straight(x) - y) ** 2).mean()
    assert experiments.straight_line_error() == pytest.approx(of_a_line, rel=1e-12)
    assert (experiments.maxout_error(8) < 0.05 * of_a_line).all()
    assert experiments.maxout_error(8, "random").max() > 0.5 * of_a_line


# -------------------------------------------------------------- the mixture density network


def test_the_true_density_integrates_to_one_and_gives_the_least_cost():
    x = np.linspace(-0.2, 1.2, 14_001)
    densities = [experiments.true_density(t, x) for t in (0.02, 0.3, 0.5, 0.65, 0.98)]
    for density in densities:
        assert density.sum() * (x[1] - x[0]) == pytest.approx(1, rel=1e-12)
    data = experiments.inverse_data()
    nll = [
        -np.log(np.interp(answer, x, experiments.true_density(t, x)))
        for t, answer in zip(data.x_test[:200, 0], data.y_test[:200], strict=True)
        if experiments.true_density(t, x)[np.argmin(np.abs(x - answer))] > 0
    ]
    assert len(nll) > 195  # an answer next to an edge may fall off the grid
    assert np.mean(nll) == pytest.approx(experiments.least_possible_nll(), abs=0.1)


def test_more_components_cost_less_and_none_beats_the_truth():
    nll = {k: experiments.inverse_test_nll(k) for k in (0, 1, 3, 5)}
    assert nll[0].min() > nll[1].max() > nll[3].max()
    assert nll[3].mean() > nll[5].mean()
    assert all((values > experiments.least_possible_nll()).all() for values in nll.values())


def test_at_0_65_the_right_answers_are_where_the_chapter_says():
    x = np.linspace(0, 1, 100_001)
    possible = x[experiments.true_density(0.65, x) > 0]
    gap = np.argmax(np.diff(possible))
    assert possible[0] == pytest.approx(0.25, abs=0.005)
    assert possible[gap] < 0.45 and possible[gap + 1] > 0.81
    assert (possible[0] + possible[gap]) / 2 == pytest.approx(0.35, abs=0.01)
    assert (possible[gap + 1] + possible[-1]) / 2 == pytest.approx(0.87, abs=0.01)
    assert experiments.true_mean(0.65) == pytest.approx(possible.mean(), abs=1e-3)
    assert 0.5 < experiments.true_mean(0.65) < experiments.mean_answers(np.array([0.65]))[0] < 0.62


def test_a_component_without_weight_is_not_the_narrowest():
    logits, std = np.log([[0.96, 0.04], [0.5, 0.5]]), np.array([[0.3, 0.001], [0.2, 0.4]])
    assert experiments.narrowest(logits, std) == 0.2


def test_squared_error_answers_where_no_answer_is():
    network, _ = experiments.mean_networks()
    guess = network.predict(experiments.centered(np.array([0.65])))[:, 0, 0]
    forward = guess + 0.3 * np.sin(2 * np.pi * guess)
    assert (np.abs(0.65 - forward) > 0.1).all()


def test_equal_components_stay_equal_and_are_worth_one():
    nll, apart = experiments.five_alike()
    assert (apart == 0).all()
    assert np.abs(nll.mean() - experiments.inverse_test_nll(1).mean()) < 0.1


def test_sigma_collapses_without_a_floor_and_not_with_one():
    free, floored = (experiments.collapse_run(floor) for floor in experiments.CURES.values())
    assert free["narrowest"][-1].min() < 0.005
    assert free["test"][-1].mean() > free["test"].mean(axis=1).min() + 3
    assert floored["narrowest"].min() >= 0.05
    assert floored["test"][-1].mean() > floored["test"].mean(axis=1).min()  # stop early, too


# -------------------------------------------------------------------------- which unit?


def test_the_best_beats_only_those_beyond_the_noise():
    noise = 0.01 * np.array([-1, 1, -1, 1, -1, 1, -1, 1])
    # Standard error of a difference of two such means: 0.00535, so twice that is 0.0107.
    table = {"best": 0.9 + noise, "as good": 0.8895 + noise, "beaten": 0.889 + noise}
    assert experiments.not_beaten(table) == ["best", "as good"]
    assert experiments.not_beaten({unit: a[:1] for unit, a in table.items()}) == ["best"]


def test_who_is_best_on_one_seed_may_share_it():
    one = {"a": np.array([0.9]), "b": np.array([0.8]), "c": np.array([0.9])}
    assert experiments.not_beaten(one) == ["a", "c"]


def test_a_reversal_is_a_win_beyond_the_noise_in_one_table_and_a_loss_in_the_other():
    noise = 0.01 * np.array([-1, 1, -1, 1, -1, 1])
    one = {"a": 0.9 + noise, "b": 0.8 + noise, "c": 0.801 + noise}
    other = {"a": 0.7 + noise, "b": 0.8 + noise, "c": 0.799 + noise}
    # b and c change places too, but within the noise
    assert experiments.reversals(one, other) == [("a", "b"), ("a", "c")]
    assert experiments.reversals(one, one) == []


def test_a_curve_is_the_contest_gone_on():
    """As `train` runs it: the same weights, batches and steps."""
    name, rate, budget = experiments.CONTESTS["digits, rate 0.003"]
    data, seeds = experiments.contest_data(name), experiments.COMPARISON_SEEDS
    network = Ensemble((64, 64, 64, 10), "identity", seeded(seeds))
    train(
        network, per_member(costs.categorical_nll), data.x_train.astype(np.float32), data.y_train,
        steps=budget, learning_rate=rate, batch_size=experiments.COMPARISON_BATCH,
        rng=np.random.default_rng(0), optimizer="adam",
    )  # fmt: skip
    right = (network.predict(data.x_test).argmax(axis=2) == data.y_test).mean(axis=1)
    np.testing.assert_array_equal(experiments.accuracies("digits, rate 0.003", "identity"), right)


def test_the_order_of_units_on_digits_turns_round_with_the_budget():
    """What the chapter says of the identity, softplus and the sigmoid, beyond the noise."""
    digits = {
        steps: experiments.curves_at("digits, rate 0.003", look)
        for look, steps in enumerate(experiments.CURVE_STEPS["digits, rate 0.003"])
    }
    first = digits[25]
    assert all(beats(first["identity"], a) for unit, a in first.items() if unit != "identity")
    soon = digits[200]
    assert beats(soon["identity"], soon["softplus"]) and beats(soon["softplus"], soon["sigmoid"])
    for steps in (1500, 3000):
        late = digits[steps]
        assert beats(late["sigmoid"], late["identity"])
        assert beats(late["softplus"], late["identity"])
        assert not beats(late["softplus"], late["sigmoid"])
    assert all(beats(found["relu"], found["softplus"]) for found in digits.values())
    signals = {
        steps: experiments.curves_at("MNIST-1D, rate 0.01", look)
        for look, steps in enumerate(experiments.CURVE_STEPS["MNIST-1D, rate 0.01"])
    }
    for steps in (100, 200, 300, 500, 750, 1000):
        found = signals[steps]
        assert beats(found["relu"], found["softplus"]) == (steps < 500)
        others = {found[unit].mean() for unit in found if unit != "identity"}
        assert found["identity"].mean() < min(others)


def test_softplus_beats_relu_on_the_first_curve():
    softplus, relu = (experiments.eight_units_error(unit) for unit in ("softplus", "relu"))
    assert np.median(softplus) < np.median(relu) and softplus.min() < relu.min()


@pytest.mark.parametrize("unit", experiments.HOOK_UNITS)
def test_the_start_that_is_drawn_is_the_middle_one(unit):
    error = experiments.eight_units_error(unit)
    assert error[experiments.eight_units_shown(unit)] == pytest.approx(np.median(error), abs=1e-6)


def test_rectified_edges_are_read_better_than_edges():
    plain, rectified = (experiments.edge_reader(unit)[0] for unit in ("none", "absolute"))
    assert beats(rectified, plain)


@pytest.mark.parametrize("name", experiments.SHIFTED_SIGMOIDS)
def test_the_sigmoids_relatives_have_the_slope_of_their_value(name):
    unit, z = experiments.SHIFTED_SIGMOIDS[name], np.linspace(-6, 6, 101)
    numeric = (unit(z + 1e-5) - unit(z - 1e-5)) / 2e-5
    np.testing.assert_allclose(unit.derivative(z), numeric, atol=1e-9)


def test_units_are_compared_at_about_the_same_number_of_weights():
    def weights(inputs, width, pieces):
        rows = width * pieces
        return inputs * rows + width * rows + width * 10

    for inputs in (64, 40):
        assert weights(inputs, 40, 2) == pytest.approx(weights(inputs, 64, 1), rel=0.08)
