"""Numbers that chapter 5 states in words."""

import math

import numpy as np
import pytest

from feedforward.approximation import (
    bump_network,
    folding_network,
    network_of,
    relu_interpolant,
    sawtooth,
)
from feedforward.experiments import depth as experiments
from feedforward.regions import pieces_on_line, regions_in_window


@pytest.mark.claim("sixty-four-fish")
def test_three_folds_draw_one_drawing_this_often_half_of_them_mirrored(said):
    """20,000 random points meet this many combinations of folded sides; half of the maps mirror."""
    drawn, places = said("sixty-four-fish")
    net = folding_network(3)
    x = np.random.default_rng(0).uniform(-1, 1, (20_000, 2))
    # An independent count: where every |·| is on the same side, the map is the same.
    signs, a = [], x
    for weight, bias in zip(net.weights[:-1], net.biases[:-1], strict=True):
        z = a @ weight.data.T + bias.data
        signs.append(z > 0)
        a = np.abs(z)
    patterns = {tuple(row) for row in np.concatenate(signs, axis=1)}
    assert len(patterns) == drawn == places
    regions = regions_in_window(net, (-1, 1, -1, 1))
    assert len(regions) == drawn
    assert sum(np.linalg.det(region.weight) < 0 for region in regions) == drawn / 2


@pytest.mark.claim("bumps-cost-two")
def test_a_bump_costs_two_units_and_a_chord_one(said):
    """The units of the two networks, counted."""
    units, bumps, relus = (int(n) for n in said("bumps-cost-two"))
    x = np.linspace(0, 1, relus + 1)
    built = (bump_network(np.sin, bumps, 100.0), relu_interpolant(x, np.sin(x)))
    assert [len(net.biases[0].data) for net in built] == [units, relus] and units == relus


@pytest.mark.claim("on-the-teeth")
def test_the_shallow_network_is_on_the_teeth_the_deep_one_on_some_seeds(said):
    """All shallow networks end below this error, of the deep ones some."""
    (percent,) = said("on-the-teeth")
    on = {k: experiments.teeth_learned(k)[1][-1] < percent / 100 for k in ("shallow", "deep")}
    assert on["shallow"].all()
    assert on["deep"].any() and not on["deep"].all()


@pytest.mark.claim("sliver")
def test_a_sliver_of_this_width_is_counted(said):
    """A region of this width is counted, and one of width zero is not."""
    ten, power = said("sliver")
    assert ten == 10 and ten**power < np.finfo(float).eps / 10
    for width, regions in ((ten**power, 3), (0.0, 2)):
        hidden = np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([0.0, -width])
        net = [hidden, (np.ones((1, 2)), np.zeros(1))]
        assert len(regions_in_window(net, (-1, 1, -1, 1))) == regions


@pytest.mark.claim("forty-four")
def test_montufars_bound_for_two_layers_of_four(said):
    """The bound's factors, multiplied."""
    folds, inputs, pieces, bound = said("forty-four")
    assert (folds, inputs) == (4 // 2, 2)
    assert pieces == math.comb(4, 0) + math.comb(4, 1) + math.comb(4, 2)
    assert folds**inputs * pieces == bound


def rises_and_falls(net, points: int) -> int:
    """Straight pieces of a network on [0, 1], by the changes of slope between many points."""
    y = net.predict(np.linspace(0, 1, points)[:, None])[:, 0]
    return 1 + int((np.abs(np.diff(y, 2)) > 1e-6).sum())


@pytest.mark.claim("two-fifty-six")
def test_eight_layers_of_two_make_this_many_pieces(said):
    """The changes of slope between 1,025 points of the network."""
    assert said("two-fifty-six") == [rises_and_falls(sawtooth(8), 1025)]


@pytest.mark.claim("ten-layers-of-teeth", "ex-shallow-teeth")
def test_ten_layers_make_pieces_that_one_layer_needs_a_unit_for_each(said):
    """Deep pieces are counted, and a shallow network built with a unit for each but one."""
    two, layers, pieces, one, least, units = said("ten-layers-of-teeth")
    net = sawtooth(int(layers))
    assert rises_and_falls(net, 4097) == pieces == two**layers
    assert sum(len(bias.data) for bias in net.biases[:-1]) == units
    # n kinks make n + 1 pieces at most, and at that price it can be done:
    x = np.linspace(0, 1, int(pieces) + 1)
    shallow = relu_interpolant(x[1:], net.predict(x[1:, None])[:, 0])
    assert pieces_on_line(shallow, x[1], 1.0).count == len(shallow.biases[0].data) == least
    (answer,) = said("ex-shallow-teeth")
    assert answer == least == pieces - one


@pytest.mark.claim("carried-sum")
def test_a_plain_chain_of_layers_squares_with_one_more_relu_a_layer(said):
    """The chain is built and compared with NumPy's broken line through the squares."""
    second, units, fewer = (int(n) for n in said("carried-sum"))
    tent, x = np.array([2.0, -4.0]), np.linspace(0, 1, 4097)
    for depth in range(1, 7):
        # Units relu(t), relu(t − ½) and, from the second layer on, the sum so far (x at first).
        layers = [(np.ones((2, 1)), np.array([0.0, -0.5]))]
        tooth, total = tent, np.array([1.0, 0.0]) - tent / 4
        for k in range(second, depth + 1):
            layers.append((np.stack([tooth, tooth, total]), np.array([0.0, -0.5, 0.0])))
            tooth = np.append(tent, 0.0)
            total = np.array([0.0, 0.0, 1.0]) - tooth / 4**k
        net = network_of([*layers, (total[None], np.zeros(1))], "relu")
        assert sum(len(bias.data) for bias in net.biases[:-1]) == units * depth - fewer
        corners = np.linspace(0, 1, 2**depth + 1)
        squared = net.predict(x[:, None])[:, 0]
        np.testing.assert_allclose(squared, np.interp(x, corners, corners**2), atol=1e-12)
        assert np.abs(squared - x**2).max() == pytest.approx(4.0 ** -(depth + 1))


@pytest.mark.claim("two-best")
def test_the_best_and_the_worst_depth_on_mnist_1d(said):
    """The mean test accuracies of all depths, at both budgets."""
    best, worst = said("two-best")
    for budget in experiments.CONTEST_BUDGETS:
        accuracy = {
            depth: experiments.contest_scores("MNIST-1D", depth, budget)[1].mean()
            for depth in experiments.CONTESTS["MNIST-1D"][1]
        }
        assert max(accuracy, key=accuracy.get) == best
        assert min(accuracy, key=accuracy.get) == worst


@pytest.mark.claim("predict-pieces")
def test_a_line_crosses_about_one_piece_for_each_neuron(said):
    """The mean over starts of counted pieces lies within two standard errors of it."""
    (neurons,) = said("predict-pieces")
    pieces = experiments.regions_per_neuron(8)[0][0] * experiments.NEURONS
    assert neurons == experiments.NEURONS
    error = pieces.mean(axis=1).std(ddof=1) / math.sqrt(len(pieces))
    assert abs(pieces.mean() - neurons) < 2 * error < 0.4 * neurons


@pytest.mark.claim("unrelated-teeth")
def test_how_far_two_unrelated_sawtooths_are_apart(said):
    """Two sawtooths at 200,000 unrelated points each."""
    one, six, distance = said("unrelated-teeth")
    rng = np.random.default_rng(0)
    a, b = (sawtooth(12).predict(rng.uniform(0, 1, (200_000, 1))) for _ in range(2))
    found = np.sqrt(np.mean((a - b) ** 2))
    assert found == pytest.approx(math.sqrt(one / six), abs=0.003)
    assert round(found, 2) == distance


@pytest.mark.claim("sixteen-patterns", "ex-five-lines")
def test_five_lines_leave_half_of_all_patterns_out(said):
    """400,000 random points see this many patterns of five random lines."""
    one, five, over_two, regions, two, power, patterns = said("sixteen-patterns")
    assert over_two == 52  # \binom52
    assert one + five + math.comb(5, 2) == regions and two**power == patterns == 2 * regions
    rng = np.random.default_rng(1)
    angle = np.pi * (np.arange(5) + rng.uniform(0, 0.6, 5)) / 5
    x = rng.normal(0, 20, (400_000, 2))
    on = x @ np.stack([np.cos(angle), np.sin(angle)]) > rng.normal(0, 5, 5)
    assert len(np.unique(on @ 2 ** np.arange(5))) == regions
    (answer,) = said("ex-five-lines")
    assert answer == regions
