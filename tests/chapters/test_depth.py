"""The two functions with which chapter 5 cuts a polygon, against the package's exact regions."""

from itertools import pairwise

import jupytext
import numpy as np
import pytest

from feedforward.approximation import folding_network
from feedforward.regions import regions_in_window
from tests.support.book import CHAPTERS


@pytest.fixture(scope="module")
def cut():
    names = {"np": np}
    for cell in jupytext.read(CHAPTERS / "depth.md", fmt="md:myst").cells:
        if cell.source.startswith(("def halves(", "def cut(")):
            exec(cell.source, names)
    return names["cut"]


@pytest.mark.parametrize("widths", [(2, 9, 1), (2, 5, 5, 1), (2, 4, 4, 4, 1), (2, 3, 6, 4, 2, 1)])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_square_has_the_parts_that_the_package_finds(cut, widths, seed):
    rng = np.random.default_rng(seed)
    layers = [(rng.normal(size=(n, m)), rng.normal(0, 0.5, n)) for m, n in pairwise(widths)]
    square = np.array([[-2.0, -2], [2, -2], [2, 2], [-2, 2]])
    cells = cut(layers[:-1], square)
    exact = regions_in_window(layers, (-2, 2, -2, 2))
    found = {tuple(pattern): polygon for polygon, *_, pattern in cells}
    assert len(cells) == len(found) == len(exact)
    weight, bias = layers[-1]
    maps = {tuple(pattern): (weight @ w, weight @ b + bias) for _, w, b, pattern in cells}
    for region in exact:
        ours, theirs = (
            np.array(sorted(map(tuple, p.round(9))))
            for p in (found[tuple(region.pattern)], region.vertices)
        )
        np.testing.assert_allclose(ours, theirs, atol=2e-9)
        np.testing.assert_allclose(maps[tuple(region.pattern)][0], region.weight, atol=1e-12)
        np.testing.assert_allclose(maps[tuple(region.pattern)][1], region.bias, atol=1e-12)


def test_a_unit_that_is_zero_everywhere_cuts_nothing(cut):
    square = np.array([[-1.0, -1], [1, -1], [1, 1], [-1, 1]])
    assert len(cut([(np.array([[0.0, 0.0], [1.0, 0.0]]), np.zeros(2))], square)) == 2


def test_the_pattern_of_a_part_says_which_units_are_on(cut):
    square = np.array([[-1.0, -1], [1, -1], [1, 1], [-1, 1]])
    net = folding_network(1)
    weight = np.concatenate([net.weights[0].data, -net.weights[0].data])
    patterns = {tuple(p) for *_, p in cut([(weight, np.zeros(len(weight)))], square)}
    assert patterns == {(x, y, not x, not y) for x in (True, False) for y in (True, False)}
