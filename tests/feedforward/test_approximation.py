"""Networks built by hand do exactly what their formulas say."""

import itertools

import numpy as np
import pytest

from feedforward.approximation import (
    bump_network,
    folding_network,
    montufar_network,
    network_of,
    parity_network,
    relu_interpolant,
    sawtooth,
)
from feedforward.network import MLP
from feedforward.regions import montufar_lower_bound, pieces_on_line, regions_in_window

LINE = np.linspace(0, 1, 20_001)


def wave(x):
    return np.sin(2 * np.pi * x) + x


def along(net, x=LINE):
    return net.predict(x[:, None])[:, 0]


@pytest.mark.parametrize("bumps", [1, 4, 16, 64])
def test_steep_bumps_are_a_staircase_within_what_f_changes_over_half_a_step(bumps):
    net = bump_network(wave, bumps, steepness=1e6)
    assert net.widths == (1, 2 * bumps, 1)
    steepest = 2 * np.pi + 1
    away = np.abs(LINE * bumps - np.round(LINE * bumps)) > 1e-3  # off the steps themselves
    stairs = wave((np.floor(LINE[away] * bumps) + 0.5) / bumps)
    np.testing.assert_allclose(along(net)[away], stairs, atol=1e-9)
    assert np.abs(along(net) - wave(LINE)).max() <= steepest / (2 * bumps) + 1e-3


def test_bumps_add_up_to_a_constant_however_flat_they_are():
    for steepness in (0.5, 3.0, 100.0):
        net = bump_network(lambda x: np.full_like(x, 2.5), 7, steepness)
        np.testing.assert_allclose(along(net), 2.5, atol=1e-12)


def test_an_interpolant_is_numpys_and_keeps_the_theorems_bound():
    for m in (2, 3, 9, 33):
        x = np.linspace(0, 1, m)
        net = relu_interpolant(x, wave(x))
        assert net.widths == (1, m - 1, 1)
        np.testing.assert_allclose(along(net), np.interp(LINE, x, wave(x)), atol=1e-12)
        bound = (2 * np.pi) ** 2 / 8 / (m - 1) ** 2
        assert np.abs(along(net) - wave(LINE)).max() <= bound
    uneven = np.array([-1.0, 0.1, 0.3, 2.0])
    net = relu_interpolant(uneven, uneven**2)
    np.testing.assert_allclose(along(net, uneven), uneven**2, atol=1e-14)
    assert along(net, np.array([-5.0])) == 1.0


def test_the_interpolants_error_falls_with_the_square_of_the_units():
    error = []
    for m in (17, 33, 65, 129):
        x = np.linspace(0, 1, m)
        error.append(np.abs(along(relu_interpolant(x, wave(x))) - wave(LINE)).max())
    slopes = np.diff(np.log(error)) / np.log(2)
    np.testing.assert_allclose(slopes, -2, atol=0.05)


@pytest.mark.parametrize("depth", [1, 2, 3, 6])
def test_the_sawtooth_is_the_tent_iterated(depth):
    net, expected = sawtooth(depth), LINE
    for _ in range(depth):
        expected = np.minimum(2 * expected, 2 - 2 * expected)
    np.testing.assert_array_equal(along(net), expected)
    assert sum(net.widths[1:-1]) == 2 * depth


@pytest.mark.parametrize("bits", [1, 2, 3, 8])
def test_as_many_threshold_units_as_bits_compute_their_parity(bits):
    net = parity_network(bits)
    every = np.array(list(itertools.product([0, 1], repeat=bits)))
    np.testing.assert_array_equal(net.predict(every)[:, 0], every.sum(axis=1) % 2)
    assert net.widths == (bits, bits, 1)


def test_folding_brings_mirror_images_together():
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (100, 2))
    for folds in (1, 2, 3):
        net = folding_network(folds)
        at = net.predict(x)
        assert at.min() >= 0 and at.max() <= 2.0 ** (1 - folds)
        for mirror in ([1, -1], [-1, 1], [-1, -1]):
            np.testing.assert_allclose(net.predict(x * mirror), at, atol=1e-15)
        if folds > 1:  # the second layer folds each quarter about its own middle, ½
            np.testing.assert_allclose(net.predict(1 - np.abs(x)), at, atol=1e-15)


@pytest.mark.parametrize("angle", [0.0, 0.3, 1.0])
def test_crooked_folds_keep_all_lengths(angle):
    """Each region is a rigid motion of the sheet, reflected or not: |det| = 1, W orthogonal."""
    for region in regions_in_window(folding_network(2, angle), (-1, 1, -1, 1)):
        np.testing.assert_allclose(region.weight @ region.weight.T, np.eye(2), atol=1e-12)


@pytest.mark.parametrize("widths", [(2, 4), (2, 4, 4), (2, 6, 4), (2, 4, 4, 4)])
def test_montufars_network_has_the_bounds_regions_in_the_square_and_no_fewer_outside(widths):
    net = montufar_network(widths)
    square, plane = (
        len(regions_in_window(net, (low, high, low, high))) for low, high in ((0, 1), (-1e3, 1e3))
    )
    assert square == montufar_lower_bound(widths) <= plane
    if f"{widths} has" in montufar_network.__doc__:
        assert f"has {square} regions in the square and {plane} in the" in montufar_network.__doc__


def test_montufars_layers_map_each_cell_onto_the_whole_square():
    net = montufar_network((2, 6, 4))
    w1, b1 = net.weights[0].data, net.biases[0].data
    accordion = [1, -2, 2]
    back = np.array([[*accordion, 0, 0, 0], [0, 0, 0, *accordion]])
    folded = network_of([(w1, b1), (back, np.zeros(2))], "relu")
    regions = regions_in_window(folded, (0, 1, 0, 1))
    assert len(regions) == 9
    for region in regions:
        corners = region.vertices @ region.weight.T + region.bias
        assert {tuple(c) for c in np.round(corners, 9) + 0.0} == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_they_are_networks_like_any_other():
    for net in (
        sawtooth(3),
        parity_network(4),
        folding_network(2),
        relu_interpolant([0, 1], [0, 1]),
    ):
        assert isinstance(net, MLP)
        assert all(np.isfinite(p.data).all() for p in net.parameters())
    assert pieces_on_line(sawtooth(4), 0.0, 1.0).count == 16


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: relu_interpolant([0, 0, 1], [1, 2, 3]), "increasing"),
        (lambda: relu_interpolant([0, 1], [1, 2, 3]), "y must have shape"),
        (lambda: bump_network(wave, 4, 0.0), "steepness"),
        (lambda: bump_network(wave, 4, 1.0, (1, 0)), "interval"),
        (lambda: bump_network(lambda x: 1.0, 4, 1.0), "f\\(x\\)"),
        (lambda: sawtooth(0), "depth"),
        (lambda: montufar_network((3, 4)), "widths"),
    ],
)
def test_what_makes_no_sense_is_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()
