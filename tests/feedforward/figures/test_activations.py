"""Chapter 2's figures: what a state says is true. What they draw is tested with the experiments."""

import re

import numpy as np
import pytest
from scipy import integrate

from feedforward.figures import activations as figures
from feedforward.units import rectifier


@pytest.mark.parametrize("alpha", [-1.0, -0.4, 0.0, 0.3, 1.0])
def test_mean_and_mean_square_of_a_rectified_normal(alpha):
    g = rectifier(alpha)
    _, text = figures.rectifier_family(alpha)
    said = [float(n) for n in re.findall(r"-?\d+\.\d+", text.split("mean", 1)[1])]
    for power, value in zip((1, 2), said, strict=True):
        exact, _ = integrate.quad(
            lambda z, power=power: g(z) ** power * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi),
            -12, 12, points=[0],
        )  # fmt: skip
        assert value == pytest.approx(exact, abs=6e-4)
