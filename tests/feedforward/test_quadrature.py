"""Means under a standard normal against moments that are known exactly."""

import math

import numpy as np
import pytest

from feedforward.quadrature import gaussian_mean, gaussian_rule


@pytest.mark.parametrize("power", range(9))
def test_moments_of_the_normal_distribution(power):
    known = 0 if power % 2 else math.prod(range(power - 1, 0, -2))
    assert gaussian_mean(lambda z: z**power) == pytest.approx(known, rel=1e-13, abs=1e-13)


def test_a_jump_is_met_where_it_is_named():
    expected = math.erfc(0.7 / math.sqrt(2)) / 2
    assert gaussian_mean(lambda z: z > 0.7, [0.7]) == pytest.approx(expected, rel=1e-13)
    assert abs(gaussian_mean(lambda z: z > 0.7) - expected) > 1e-5


def test_breaks_out_of_reach_and_named_twice_change_nothing():
    plain, given = gaussian_rule([0.5]), gaussian_rule([0.5, 0.5, -40.0, np.inf])
    np.testing.assert_array_equal(plain, given)
