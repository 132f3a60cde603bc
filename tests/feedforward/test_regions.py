"""Exact linear regions, against formulas, brute force on fine grids and the networks themselves."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import torch

from feedforward.approximation import folding_network, montufar_network, network_of, sawtooth
from feedforward.network import MLP
from feedforward.regions import (
    fold_batch_norm,
    montufar_lower_bound,
    pieces_on_line,
    region_cap,
    regions_in_window,
    zaslavsky,
)
from feedforward.units import UNITS, Unit, maxout

WINDOW = (-2.0, 2.0, -1.5, 2.5)
STRAIGHT = ("relu", "leaky_relu", "absolute_value", "hard_tanh", "hard_sigmoid")


def layers_of(widths, seed=0, bias=0.5):
    rng = np.random.default_rng(seed)
    return [
        (rng.normal(0, np.sqrt(2 / n_in), (n_out, n_in)), rng.normal(0, bias, n_out))
        for n_in, n_out in pairwise(widths)
    ]


def shallow(weight, bias):
    """One hidden layer, all outputs added up."""
    return [(np.asarray(weight, float), np.asarray(bias, float)), (np.ones((1, len(bias))), [0.0])]


def passed(layers, unit, x, pieces=2):
    """(outputs, patterns) at points x, computed point by point by the definition."""
    a, patterns = x, []
    for weight, bias in layers[:-1]:
        z = a @ weight.T + bias
        if unit == "maxout":
            patterns.append(z.reshape(len(x), -1, pieces).argmax(axis=2))
            a = maxout(z, pieces)
        else:
            patterns.append(np.searchsorted(UNITS[unit].kinks, z))
            a = UNITS[unit](z)
    return a @ layers[-1][0].T + layers[-1][1], np.hstack(patterns)


def grid(window, side=400):
    x_min, x_max, y_min, y_max = window
    # Off any round number, so that no point lies on a line of a hand-made network.
    x, y = np.linspace(x_min, x_max, side + 2)[1:-1], np.linspace(y_min, y_max, side + 2)[1:-1]
    return np.stack(np.meshgrid(x + 1e-7, y + 2e-7), axis=-1).reshape(-1, 2)


def inside(vertices, rng, count):
    """Random points of a convex polygon."""
    return rng.dirichlet(np.ones(len(vertices)), count) @ vertices


def maxout_layers(units, pieces, seed):
    rng = np.random.default_rng(seed)
    sizes = [2, *units]
    layers = [
        (rng.normal(size=(n * pieces, m)), rng.normal(size=n * pieces)) for m, n in pairwise(sizes)
    ]
    return [*layers, (rng.normal(size=(2, units[-1])), rng.normal(size=2))]


NETWORKS = [
    *((layers_of((2, 7, 7, 2), seed), unit, 2) for seed in (0, 1) for unit in STRAIGHT),
    *((maxout_layers((3, 3), k, k), "maxout", k) for k in (2, 3, 4)),
]
NAMES = [f"{unit}-{pieces}-{i}" for i, (_, unit, pieces) in enumerate(NETWORKS)]
every_network = pytest.mark.parametrize(("layers", "unit", "pieces"), NETWORKS, ids=NAMES)


@every_network
def test_the_regions_fill_the_window_and_nothing_else(layers, unit, pieces):
    regions = regions_in_window(layers, WINDOW, unit=unit, pieces=pieces)
    assert (regions.areas > 0).all()
    np.testing.assert_allclose(regions.areas.sum(), 16, rtol=1e-13)
    corners = np.concatenate([r.vertices for r in regions])
    assert corners.min(axis=0) == pytest.approx([-2, -1.5])
    assert corners.max(axis=0) == pytest.approx([2, 2.5])


@every_network
def test_no_point_of_a_fine_grid_has_a_pattern_that_is_lacking(layers, unit, pieces):
    regions = regions_in_window(layers, WINDOW, unit=unit, pieces=pieces)
    exact = {tuple(p) for p in regions.pattern}
    assert len(exact) == len(regions), "two regions on the same pieces"
    brute = {tuple(p) for p in passed(layers, unit, grid(WINDOW), pieces)[1]}
    assert brute <= exact
    # What a grid of this step does not see is small.
    unseen = [
        a for a, p in zip(regions.areas, regions.pattern, strict=True) if tuple(p) not in brute
    ]
    assert max(unseen, default=0) < 2e-3


@every_network
def test_each_regions_affine_map_is_the_network_and_its_gradient(layers, unit, pieces):
    rng = np.random.default_rng(0)
    for region in regions_in_window(layers, WINDOW, unit=unit, pieces=pieces):
        x = inside(region.vertices, rng, 3)
        outputs, patterns = passed(layers, unit, x, pieces)
        assert (patterns == region.pattern).all()
        np.testing.assert_allclose(x @ region.weight.T + region.bias, outputs, atol=1e-12)
        step = 1e-3 * (region.vertices.mean(axis=0) - x)  # towards the middle: stays inside
        moved = passed(layers, unit, x + step, pieces)[0] - outputs
        np.testing.assert_allclose(step @ region.weight.T, moved, atol=1e-12)


def test_the_affine_map_is_pytorchs_gradient():
    layers = layers_of((2, 9, 9, 1))
    regions = regions_in_window(layers, WINDOW)
    x = torch.tensor(regions.centers, requires_grad=True)
    a = x
    for weight, bias in layers[:-1]:
        a = torch.relu(a @ torch.tensor(weight).T + torch.tensor(bias))
    (a @ torch.tensor(layers[-1][0]).T).sum().backward()
    np.testing.assert_allclose(regions.weight[:, 0], x.grad.numpy(), atol=1e-13)


@pytest.mark.parametrize("n", [1, 2, 3, 6, 12, 25])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_one_layer_has_as_many_regions_as_zaslavsky_says(n, seed):
    rng = np.random.default_rng(seed)
    weight, bias = rng.normal(size=(n, 2)), rng.normal(size=n)
    assert len(regions_in_window(shallow(weight, bias), (-1e6, 1e6, -1e6, 1e6))) == zaslavsky(n, 2)
    assert pieces_on_line(shallow(weight, bias), [-1e6, -2e6], [2e6, 1.3e6]).count <= n + 1


@pytest.mark.parametrize(
    ("n", "d", "count"), [(0, 2, 1), (3, 0, 1), (3, 1, 4), (4, 2, 11), (3, 5, 8)]
)
def test_zaslavskys_numbers(n, d, count):
    assert zaslavsky(n, d) == count


def test_the_bounds_of_the_table():
    assert montufar_lower_bound((2, 4, 4)) == 44
    assert region_cap((2, 4, 4)) == 121
    assert region_cap((2, 1, 4)) == 2 * 5  # behind one unit there is only one dimension
    assert montufar_lower_bound((1, 2, 2, 2)) == 2 * 2 * 3


@pytest.mark.parametrize("widths", [(2, 4, 4), (2, 6, 6), (2, 5, 7), (2, 4, 4, 4), (2, 8, 8)])
def test_montufars_construction_has_as_many_regions_as_his_bound_says(widths):
    net = montufar_network(widths)
    assert len(regions_in_window(net, (0, 1, 0, 1))) == montufar_lower_bound(widths)
    assert len(regions_in_window(net, (-1e3, 1e3, -1e3, 1e3))) <= region_cap(widths)


def rotated(layers, angle):
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    (weight, bias), *rest = layers
    return [(weight @ turn, bias), *rest]


def test_rotations_shifts_and_permutations_leave_the_count_alone():
    layers = layers_of((2, 8, 8, 1), bias=0.2)
    wide = (-1e4, 1e4, -1e4, 1e4)
    count = len(regions_in_window(layers, wide))
    for angle in (0.1, 1.0, np.pi / 2, 3.0):
        assert len(regions_in_window(rotated(layers, angle), wide)) == count
    order = np.random.default_rng(1).permutation(8)
    (w1, b1), (w2, b2), last = layers
    assert len(regions_in_window([(w1[order], b1[order]), (w2[:, order], b2), last], wide)) == count
    other = [(w1, b1 + w1 @ [3.0, -7.0]), (w2, b2), last]
    assert len(regions_in_window(other, wide)) == count
    grown = [(w1, 1024 * b1), (w2, 1024 * b2), last]
    assert len(regions_in_window(grown, tuple(1024 * v for v in wide))) == count


def test_a_line_through_the_window_meets_the_regions_that_it_crosses():
    layers = layers_of((2, 9, 9, 1))
    regions = regions_in_window(layers, WINDOW)
    a, b = np.array([-2.0, -1.4]), np.array([2.0, 2.3])
    pieces = pieces_on_line(layers, a, b)
    assert {tuple(p) for p in pieces.pattern} <= {tuple(p) for p in regions.pattern}
    dense = passed(layers, "relu", a + np.linspace(0, 1, 100_001)[:, None] * (b - a))[1]
    assert pieces.count == 1 + (np.diff(dense, axis=0) != 0).any(axis=1).sum()


@every_network
def test_the_pieces_on_a_line_are_the_network(layers, unit, pieces):
    a, b = np.array([-2.0, -1.4]), np.array([2.0, 2.3])
    found = pieces_on_line(layers, a, b, unit=unit, pieces=pieces)
    edge = np.concatenate([[0], found.breakpoints, [1]])
    assert (np.diff(edge) > 0).all()
    for share in (0.01, 0.5, 0.99):
        t = edge[:-1] + share * np.diff(edge)
        outputs, patterns = passed(layers, unit, a + t[:, None] * (b - a), pieces)
        np.testing.assert_array_equal(found.pattern, patterns)
        np.testing.assert_allclose(found.slope * t[:, None] + found.offset, outputs, atol=1e-12)


# -------------------------------------------------------------------------- degenerate networks


def test_a_dead_unit_a_zero_weight_and_a_constant_unit_cut_nothing():
    dead = shallow([[1, 0], [1e-3, 1e-3], [0, 0], [0, 0]], [0, -50, 1, 0])
    assert len(regions_in_window(dead, (-1, 1, -1, 1))) == 2
    # Zeros after a layer that is all dead: the maps above are constant, exactly on their kinks.
    silent = [
        ([[1.0, 0.0]] * 3, [-9.0] * 3),
        (np.ones((4, 3)), np.zeros(4)),
        (np.ones((1, 4)), [0.0]),
    ]
    assert len(regions_in_window(silent, (-1, 1, -1, 1))) == 1
    assert pieces_on_line(silent, [-1.0, 0.0], [1.0, 0.0]).count == 1


def test_two_equal_pieces_of_a_maxout_unit_are_one():
    """A unit max(x, x, −x) is |x|: two regions, and the first of the equal pieces has won."""
    net = [(np.array([[1.0, 0], [1, 0], [-1, 0]]), np.zeros(3)), (np.ones((1, 1)), np.zeros(1))]
    regions = regions_in_window(net, (-1, 1, -1, 1), unit="maxout", pieces=3)
    assert sorted(regions.pattern[:, 0]) == [0, 2]
    assert regions.areas.sum() == 4
    line = pieces_on_line(net, [-1.0, 0.0], [1.0, 0.0], unit="maxout", pieces=3)
    assert line.pattern[:, 0].tolist() == [2, 0]


def test_lines_that_coincide_count_once_whatever_their_scale():
    for factor in (1.0, -3.0, 1e-12, 1e12, 1 / 3):
        net = shallow([[0.1, 0.2], [0.1 * factor, 0.2 * factor]], [0.3, 0.3 * factor])
        count = len(regions_in_window(net, (-9, 9, -9, 9)))
        # 0.1·factor may have been rounded: then the lines do differ, and cross or not.
        w = [[Fraction(0.1 * f), Fraction(0.2 * f), Fraction(0.3 * f)] for f in (1.0, factor)]
        same = all(w[0][i] * w[1][j] == w[0][j] * w[1][i] for i in range(3) for j in range(3))
        assert (count == 2) == same


def test_lines_that_differ_in_the_last_digit_are_two():
    up = np.nextafter(0.3, 1)
    net = shallow([[1.0, 0.0], [1.0, 0.0]], [-0.3, -up])
    assert len(regions_in_window(net, (0, 1, 0, 1))) == 3
    assert pieces_on_line(net, [0.0, 0.0], [1.0, 0.0]).count == 3
    same = shallow([[1.0, 0.0], [1.0, 0.0]], [-0.3, -0.3])
    assert len(regions_in_window(same, (0, 1, 0, 1))) == 2
    assert pieces_on_line(same, [0.0, 0.0], [1.0, 0.0]).count == 2


def arrangement(weight, bias, window):
    """Regions of lines in a window, by Euler: 1 + lines + Σ over crossing points (lines there − 1).

    In fractions. Every line must run through the window, and all must be different.
    """
    lines = [tuple(Fraction(v) for v in (*w, c)) for w, c in zip(weight, bias, strict=True)]
    at = {}
    for i, (a1, b1, c1) in enumerate(lines):
        for j, (a2, b2, c2) in enumerate(lines[:i]):
            if across := a1 * b2 - a2 * b1:
                x, y = (b1 * c2 - b2 * c1) / across, (c1 * a2 - c2 * a1) / across
                if window[0] < x < window[1] and window[2] < y < window[3]:
                    at.setdefault((x, y), set()).update((i, j))
    return 1 + len(lines) + sum(len(meeting) - 1 for meeting in at.values())


@pytest.mark.parametrize("digits", [60, 8, 6])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_many_lines_near_one_point_are_told_apart_as_fractions_tell_them(digits, seed):
    """With all digits the lines miss the common point by a hair; with few they meet in it."""
    direction = np.random.default_rng(seed).normal(size=(20, 2))
    direction = np.round(direction * 2.0**digits) / 2.0**digits if digits < 60 else direction
    bias = -direction @ np.array([0.5, -0.25])
    found = regions_in_window(shallow(direction, bias), (-9, 9, -9, 9))
    distinct = {Fraction(y) / Fraction(x) if x else None for x, y in direction}
    assert len(distinct) == 20
    assert len(found) == arrangement(direction, bias, (-9, 9, -9, 9))
    assert (len(found) > 40) == (digits == 60)


@pytest.mark.parametrize("seed", range(6))
def test_whole_weights_where_everything_meets_everything(seed):
    """Small whole numbers: lines coincide, run through corners, touch. Scaling changes nothing."""
    rng = np.random.default_rng(seed)
    layers = [
        (rng.integers(-2, 3, (n, m)).astype(float), rng.integers(-2, 3, n).astype(float))
        for m, n in ((2, 6), (6, 6), (6, 1))
    ]
    regions = regions_in_window(layers, (-4, 4, -4, 4))
    (w1, b1), (w2, b2), last = layers
    tripled = regions_in_window([(3 * w1, 3 * b1), (3 * w2, 9 * b2), last], (-4, 4, -4, 4))
    assert len(tripled) == len(regions)
    turned = regions_in_window([(w1[:, ::-1], b1), (w2, b2), last], (-4, 4, -4, 4))
    assert len(turned) == len(regions)
    mirrored = regions_in_window([(-w1, b1), (w2, b2), last], (-4, 4, -4, 4))
    assert len(mirrored) == len(regions)
    patterns = {tuple(p) for p in regions.pattern}
    assert {tuple(p) for p in passed(layers, "relu", grid((-4, 4, -4, 4)))[1]} <= patterns
    for region in regions:
        assert (passed(layers, "relu", inside(region.vertices, rng, 4))[1] == region.pattern).all()


def test_lines_along_the_windows_sides_and_through_its_corners_cut_off_nothing():
    net = shallow([[1, 0], [0, 1], [1, 1], [1, -1]], [1, -1, 2, 0])
    # x = −1 and y = 1 are sides; x + y = −2 touches a corner; only x = y cuts.
    assert len(regions_in_window(net, (-1, 1, -1, 1))) == 2


def test_without_biases_all_regions_are_cones():
    layers = [(w, np.zeros(len(w))) for w, _ in layers_of((2, 12, 12, 1))]
    regions = regions_in_window(layers, (-1, 1, -1, 1))
    for region in regions:
        assert np.abs(region.vertices).sum(axis=1).min() == 0, "a region without the origin"
    circle = np.linspace(0, 2 * np.pi, 200_001)
    seen = passed(layers, "relu", np.stack([np.cos(circle), np.sin(circle)], axis=1))[1]
    assert len(regions) == len({tuple(p) for p in seen})


@pytest.mark.parametrize("folds", [1, 2, 3, 4, 5])
def test_folding_doubles_the_regions_in_both_directions(folds):
    regions = regions_in_window(folding_network(folds), (-1, 1, -1, 1))
    assert len(regions) == 4**folds
    assert (regions.areas == 4.0 / 4**folds).all()


@pytest.mark.parametrize("depth", [1, 2, 5, 10])
def test_the_sawtooth_has_two_to_the_depth_pieces_all_alike(depth):
    pieces = pieces_on_line(sawtooth(depth), 0.0, 1.0)
    assert pieces.count == 2**depth
    np.testing.assert_array_equal(pieces.breakpoints, np.arange(1, 2**depth) / 2**depth)
    np.testing.assert_array_equal(np.abs(pieces.slope), 2.0**depth)


def pieces_in_fractions(layers):
    """How many pieces a ReLU network of one input has on [0, 1], interval by interval."""
    exact = [
        ([[Fraction(v) for v in row] for row in w], [Fraction(v) for v in b]) for w, b in layers
    ]
    intervals = [(Fraction(0), Fraction(1), [(Fraction(1), Fraction(0))])]
    for weight, bias in exact[:-1]:
        after = []
        for low, high, a in intervals:
            z = [
                (
                    sum(w * s for w, (s, _) in zip(row, a, strict=True)),
                    sum(w * c for w, (_, c) in zip(row, a, strict=True)) + b,
                )
                for row, b in zip(weight, bias, strict=True)
            ]
            roots = {-c / s for s, c in z if s and low < -c / s < high}
            places = [low, *sorted(roots), high]
            for left, right in pairwise(places):
                middle = (left + right) / 2
                after.append((left, right, [f if f[0] * middle + f[1] > 0 else (0, 0) for f in z]))
        intervals = after
    return len(intervals)


@pytest.mark.parametrize("hair", [0, 2.0**-40, -(2.0**-40), 2.0**-52])
def test_a_sawtooth_that_is_a_hair_off_is_counted_as_fractions_count_it(hair):
    layers = [
        (w.data, b.data) for w, b in zip(sawtooth(7).weights, sawtooth(7).biases, strict=True)
    ]
    layers[3] = (layers[3][0] * (1 + hair), layers[3][1])
    count = pieces_on_line(layers, 0.0, 1.0).count
    assert count == pieces_in_fractions(layers)
    assert (count == 2**7) == (hair <= 0)


@pytest.mark.parametrize("seed", range(8))
def test_pieces_of_whole_weights_are_those_of_fractions(seed):
    rng = np.random.default_rng(seed)
    sizes = [1, 6, 6, 6, 1]
    layers = [
        (rng.integers(-2, 3, (n, m)).astype(float), rng.integers(-4, 5, n) / 8)
        for m, n in pairwise(sizes)
    ]
    assert pieces_on_line(layers, 0.0, 1.0).count == pieces_in_fractions(layers)


# ------------------------------------------------------------------------------ what is accepted


def test_an_mlp_a_list_and_float32_weights_are_read_alike():
    net = MLP((2, 8, 8, 1), "relu", "he", np.random.default_rng(0), dtype=np.float32)
    for b in net.biases[:-1]:
        b.data[:] = np.random.default_rng(1).normal(0, 0.3, b.data.shape)
    before = [p.data.copy() for p in net.parameters()]
    layers = [(w.data, b.data) for w, b in zip(net.weights, net.biases, strict=True)]
    ours, theirs = regions_in_window(net, WINDOW), regions_in_window(layers, WINDOW, unit="relu")
    np.testing.assert_array_equal(ours.pattern, theirs.pattern)
    np.testing.assert_allclose(
        np.einsum("poi,pi->po", ours.weight, ours.centers) + ours.bias,
        net.predict(ours.centers),
        atol=1e-5,
    )
    for p, old in zip(net.parameters(), before, strict=True):
        np.testing.assert_array_equal(p.data, old)


def test_batch_normalization_in_evaluation_mode_folds_into_the_weights():
    torch.manual_seed(0)
    linear, norm = torch.nn.Linear(2, 6).double(), torch.nn.BatchNorm1d(6).double()
    with torch.no_grad():
        for p in (norm.weight, norm.bias, norm.running_mean):
            p.normal_()
        norm.running_var.uniform_(0.5, 2)
    norm.eval()
    w, b = fold_batch_norm(
        *(p.detach().numpy() for p in (linear.weight, linear.bias)),
        *(
            p.detach().numpy()
            for p in (norm.running_mean, norm.running_var, norm.weight, norm.bias)
        ),
        norm.eps,
    )
    x = torch.randn(50, 2, dtype=torch.double)
    np.testing.assert_allclose(x.numpy() @ w.T + b, norm(linear(x)).detach().numpy(), atol=1e-12)
    regions = regions_in_window(shallow(w, b), (-1e4, 1e4, -1e4, 1e4))
    assert len(regions) == zaslavsky(6, 2)


def test_a_plane_of_a_larger_input_space():
    layers = layers_of((5, 8, 8, 2))
    rng = np.random.default_rng(3)
    origin, first, second = rng.normal(size=(3, 5))
    regions = regions_in_window(layers, WINDOW, plane=(origin, first, second))
    at = regions.centers
    x = origin + at[:, :1] * first + at[:, 1:] * second
    outputs, patterns = passed(layers, "relu", x)
    np.testing.assert_array_equal(regions.pattern, patterns)
    np.testing.assert_allclose(
        np.einsum("poi,pi->po", regions.weight, at) + regions.bias, outputs, atol=1e-12
    )


@pytest.mark.parametrize(
    "unit", ["sigmoid", "softplus", "gelu", Unit("square", np.square, lambda z: 2 * z)]
)
def test_a_unit_with_a_bend_is_refused(unit):
    with pytest.raises(ValueError, match="piecewise linear"):
        regions_in_window(layers_of((2, 3, 1)), WINDOW, unit=unit)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(window=(1, 0, 0, 1)), "x_min"),
        (dict(window=(0, 1, 0)), "window"),
        (dict(net=layers_of((3, 4, 1))), "2 inputs"),
        (dict(net=[(np.ones((4, 2)), np.zeros(4)), (np.ones((1, 3)), np.zeros(1))]), "4 columns"),
        (dict(net=[(np.ones((4, 2)), np.zeros(3))]), "bias 0"),
        (dict(net=layers_of((2, 5, 1)), unit="maxout"), "multiple of 2"),
        (dict(net=[(np.full((4, 2), np.nan), np.zeros(4))]), "weight 0"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, message):
    given = {"net": layers_of((2, 4, 1)), "window": WINDOW} | arguments
    with pytest.raises(ValueError, match=message):
        regions_in_window(given.pop("net"), given.pop("window"), **given)


def test_a_network_without_a_hidden_layer_is_one_region():
    net = network_of([(np.array([[1.0, 2.0]]), np.array([3.0]))], "relu")
    (region,) = regions_in_window(net, (0, 1, 0, 1))
    np.testing.assert_array_equal(region.weight, [[1, 2]])
    assert region.pattern.shape == (0,)
    assert pieces_on_line(net, [0.0, 0.0], [1.0, 1.0]).count == 1
