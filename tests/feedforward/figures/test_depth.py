"""What the figures of chapter 5 show: the marks and the words, against what they stand for."""

import re

import numpy as np
import pytest
from matplotlib.collections import PolyCollection

from feedforward.approximation import folding_network, sawtooth
from feedforward.experiments import depth as experiments
from feedforward.figures import depth as figures
from feedforward.regions import regions_in_window, zaslavsky


def polygons(ax):
    (collection,) = (c for c in ax.collections if isinstance(c, PolyCollection))
    return [path.vertices[:-1] for path in collection.get_paths()]


def area(polygon):
    x, y = polygon.T
    return abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


@pytest.mark.parametrize("folds", [1, 2, 3])
@pytest.mark.parametrize("angle", [0, 30])
def test_what_is_drawn_on_the_unfolded_sheet_folds_onto_the_drawing(folds, angle):
    fig, _ = figures.fold_sheet(folds, "a fish", angle)
    net = folding_network(folds, np.deg2rad(angle))
    size = 2.0 ** (1 - folds)
    strokes = np.concatenate(figures.DRAWINGS["a fish"])
    drawn = np.concatenate([line.get_xydata() for line in fig.axes[0].lines])
    folded = net.predict(drawn[np.isfinite(drawn).all(axis=1)]) / size
    distance = np.abs(folded[:, None] - strokes).max(axis=2).min(axis=1)
    np.testing.assert_allclose(distance, 0, atol=1e-12)


def test_half_of_the_copies_are_mirrored():
    fig, text = figures.fold_sheet(3)
    points = [np.isfinite(line.get_xdata()).sum() for line in fig.axes[0].lines]
    assert len(points) == 2 and points[0] == points[1]
    assert "64 regions" in text and "64 times" in text
    assert "Not folded" in figures.fold_sheet(0)[1]


@pytest.mark.parametrize(("depth", "kind"), [(1, "built"), (2, "built"), (3, "random")])
def test_each_region_is_drawn_once(depth, kind):
    fig, text = figures.equal_parameters(depth, kind)
    regions = regions_in_window(experiments.plane_network(depth, kind), experiments.WINDOW)
    drawn = polygons(fig.axes[0])
    assert len(drawn) == len(regions)
    assert sum(map(area, drawn)) == pytest.approx(4)
    assert f": {len(regions)} region" in text
    if depth == 1:
        assert len(regions) == zaslavsky(15, 2)


def test_neighbours_across_one_unit_differ_in_colour():
    """From one side of a line to the other one unit changes, so the number of those that are on."""
    pattern = np.random.default_rng(0).integers(0, 2, (50, 9))
    other = pattern.copy()
    other[:, 4] = 1 - other[:, 4]
    assert (figures.colors_of(pattern)[0] != figures.colors_of(other)[0]).all()


def test_the_colour_is_the_sign_of_the_output():
    fig, _ = figures.plane_training(6, 2)
    net = experiments.member(experiments.plane_film(2)[6], 0)
    regions = regions_in_window(net, experiments.WINDOW)
    output = np.einsum("pi,pi->p", regions.weight[:, 0], regions.centers) + regions.bias[:, 0]
    collection = fig.axes[0].collections[0]
    blue = collection.get_facecolor()[:, 2] > collection.get_facecolor()[:, 0]
    np.testing.assert_array_equal(blue, output > 0)


@pytest.mark.parametrize("depth", [1, 4, 8])
def test_the_drawn_sawtooth_turns_at_every_tooth(depth):
    fig, text = figures.teeth(depth)
    x, y = fig.axes[0].lines[0].get_data()
    assert len(x) == 2**depth + 1
    np.testing.assert_array_equal(y, np.arange(len(x)) % 2)
    assert f"{2**depth:,} straight pieces" in text


def test_the_errors_in_words_are_the_largest_that_are_drawn():
    for kind in figures.BUILT:
        fig, text = figures.by_hand(kind, 16)
        drawn = np.abs(fig.axes[1].lines[0].get_ydata()).max()
        said = float(re.search(r"largest error is ([\d.e-]+)\.$", text)[1])
        assert drawn <= said * 1.001
        assert drawn == pytest.approx(said, rel=0.1)


@pytest.mark.parametrize(
    ("target", "stairs", "chords"), [("a wave", -1, -2), ("a square root", -0.5, -0.5)]
)
def test_measured_slopes_are_those_of_the_theory(target, stairs, chords):
    _, text = figures.rates(target)
    found = [float(v.replace("−", "-")) for v in re.findall(r"[−-][\d.]+\d", text)]
    assert found == pytest.approx([stairs, chords], abs=0.05)


def test_a_trained_networks_curve_is_its_output():
    fig, _ = figures.teeth_training(5, "shallow")
    outputs, error = experiments.teeth_learned("shallow")
    curve = fig.axes[0].lines[1].get_ydata()
    np.testing.assert_allclose(curve, np.clip(outputs[5, 0, ::2], -0.5, 1.5))
    target = sawtooth(experiments.TEETH_DEPTH).predict(experiments.TEETH_X)[:, 0]
    relative = ((outputs[5] - target) ** 2).mean(axis=1) / target.var()
    np.testing.assert_allclose(error[5], relative)


@pytest.mark.parametrize("layers", [0, 1, 2, 3])
def test_a_square_is_drawn_whole_however_many_layers_cut_it(layers):
    fig, text = figures.layer_by_layer(layers)
    drawn = [area(polygon) for polygon in polygons(fig.axes[0])]
    assert sum(drawn) == pytest.approx(4.0)
    assert f"into {len(drawn)} polygon" in text
    assert len(drawn) == 1 if layers == 0 else len(drawn) > 1
