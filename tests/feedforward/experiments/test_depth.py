"""What chapter 5's experiments compute, against formulas and the definitions."""

import numpy as np
import pytest

from feedforward.ensemble import Ensemble, seeded
from feedforward.experiments import depth
from feedforward.regions import regions_in_window, zaslavsky


@pytest.mark.parametrize("dimension", [1, 2, 5, 8])
def test_the_grids_error_is_that_of_the_best_constants(dimension):
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (400_000, dimension))
    f = np.exp(-(x**2).sum(axis=1) / 2)
    cell = np.ravel_multi_index(tuple((x >= 0).astype(int).T), (2,) * dimension)
    mean = np.bincount(cell, f) / np.bincount(cell)
    exact = depth.grid_error(dimension, np.array([1, 2]))
    assert exact[0] == pytest.approx(f.var(), rel=0.02)
    assert exact[1] == pytest.approx(((f - mean[cell]) ** 2).mean(), rel=0.02)


def test_a_grid_of_one_dimension_falls_with_the_square_of_its_cells():
    cells = np.array([64, 128, 256])
    slope = np.diff(np.log(depth.grid_error(1, cells))) / np.log(2)
    np.testing.assert_allclose(slope, -2, atol=0.01)


@pytest.mark.parametrize("dimension", [2, 6])
def test_random_waves_leave_what_their_variance_says(dimension):
    measured = depth.random_waves(dimension, tuple(range(60)))
    expected = depth.waves_expected(dimension, depth.BARRON_UNITS)
    uncertain = measured.std(axis=0, ddof=1) / np.sqrt(60)
    assert (np.abs(measured.mean(axis=0) - expected) < 4 * uncertain).all()
    assert (uncertain < 0.3 * expected).all()


def test_budgets_are_kept():
    assert [depth.parameters(w) for w in depth.TEETH_NETWORKS.values()] == [385, 361]
    for contest, (budget, depths) in depth.CONTESTS.items():
        for d in depths:
            widths = depth.widths_for(budget, d, *((40, 10) if contest == "MNIST-1D" else (8, 1)))
            assert abs(depth.parameters(widths) - budget) < 0.03 * budget
            assert len(widths) == d + 2
    assert depth.parameters((2, 3, 1)) == 2 * 3 + 3 + 3 + 1
    for widths in depth.PLANE_WIDTHS.values():
        assert 55 <= depth.parameters(widths) <= 70


def test_a_residual_network_whose_added_parts_are_zero_is_its_first_layer():
    net = depth.Residual((3, 5, 5, 5, 2), "relu", seeded([0, 1]))
    shallow = Ensemble((3, 5, 2), "relu", seeded([0, 1]))
    for i in (1, 2):
        net.weights[i].data[:] = 0
    for ours, theirs in ((0, 0), (3, 1)):
        shallow.weights[theirs].data[:] = net.weights[ours].data
        shallow.biases[theirs].data[:] = net.biases[ours].data
    x = np.random.default_rng(0).normal(size=(7, 3))
    np.testing.assert_allclose(net.predict(x), shallow.predict(x), rtol=1e-6)


def test_a_tree_is_its_pairs_one_in_another():
    x = np.random.default_rng(0).uniform(-1, 1, (5, 8))
    h = depth.PAIRS["wavy pairs"]
    left = h(h(x[:, 0], x[:, 1]), h(x[:, 2], x[:, 3]))
    right = h(h(x[:, 4], x[:, 5]), h(x[:, 6], x[:, 7]))
    np.testing.assert_array_equal(depth.tree(x, h)[:, 0], h(left, right))


def test_the_climb_reports_the_count_of_the_network_that_it_returns():
    counts, networks = depth.most_regions((0,), 30)
    assert depth.regions_of_four_and_four(networks[0]) == counts[0] <= 121


def test_a_built_network_of_one_layer_reaches_zaslavskys_number_in_the_window():
    regions = regions_in_window(depth.plane_network(1, "built"), depth.WINDOW)
    assert len(regions) == zaslavsky(15, 2)


def test_a_linear_layer_would_scale_the_circle_by_sigma():
    """At small σ tanh is the identity: each layer multiplies the length by σ, nearly."""
    lengths, _, _ = depth.curve_growth(0.02, (0, 1, 2))
    # The biases, of standard deviation 0.3, take tanh's slope to E[1 − tanh²] or so.
    slope = np.mean(1 - np.tanh(np.random.default_rng(0).normal(0, 0.3, 100_000)) ** 2)
    np.testing.assert_allclose(lengths[:, 2] / lengths[:, 1], 0.02 * slope, rtol=0.1)


def test_a_circle_turns_once_and_a_star_as_often_as_its_corners_say():
    angle = 2 * np.pi * np.arange(200) / 200
    assert depth._turning(np.stack([np.cos(angle), np.sin(angle)], axis=1)) == pytest.approx(1)
    # A pentagram turns by 144° at each of five corners, twice around in all.
    corner = 2 * np.pi * 2 * np.arange(5) / 5
    assert depth._turning(np.stack([np.cos(corner), np.sin(corner)], axis=1)) == pytest.approx(2)


def test_an_undisturbed_sawtooth_rises_and_falls_with_every_tooth():
    runs, error = depth.disturbed_teeth(6, 0.0, (0, 1))
    np.testing.assert_array_equal(runs, 64)
    np.testing.assert_array_equal(error, 0)


def test_a_disturbed_sawtooth_is_counted_like_its_values_on_a_fine_grid():
    (runs,), _ = depth.disturbed_teeth(6, 0.01, (3,))
    net, rng = depth.sawtooth(6), np.random.default_rng(3)
    for w in net.weights:
        w.data[:] *= 1 + 0.01 * rng.normal(size=w.data.shape)
    step = np.sign(np.diff(net.predict(np.linspace(0, 1, 200_001)[:, None])[:, 0]))
    step = step[step != 0]
    assert runs == 1 + (step[1:] != step[:-1]).sum()


# What the chapter concludes, at both of its budgets: these hold for every seed, or say so.


def test_the_shallow_network_arrives_at_the_teeth_late_and_the_deep_one_not_on_every_seed():
    shallow, deep = (depth.teeth_learned(kind)[1] for kind in ("shallow", "deep"))
    assert (shallow[depth.TEETH_STEPS.index(2000)] > 0.1).all()
    assert (shallow[-1] < 0.02).all()
    assert deep[-1].max() > 0.1


def test_examples_turn_the_order_of_depths_around_on_the_wavy_tree():
    few, many = (
        [depth.contest_scores("a tree of wavy pairs", d, budget)[1] for d in (1, 4)]
        for budget in ("small", "large")
    )
    assert few[1].min() > few[0].max()
    assert many[1].max() < 0.7 * many[0].min()


def test_eight_layers_are_worse_than_two_on_mnist_1d_at_either_budget():
    for budget in ("small", "large"):
        two, eight = (depth.contest_scores("MNIST-1D", d, budget) for d in (2, 8))
        for part in (0, 1):
            assert eight[part].max() < two[part].min()
