"""Chapter 2's figures: what a state says is true. What they draw is tested with the experiments."""

import re

import numpy as np
import pytest
from scipy import integrate

from feedforward.experiments import activations as experiments
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


@pytest.mark.parametrize("unit", experiments.HOOK_UNITS)
def test_the_sum_of_eight_units_stays_in_its_picture_from_the_first_step(unit):
    for frame in range(len(experiments.HOOK_STEPS)):
        top = figures.eight_units(unit, frame)[0].axes[0]
        low, high = top.get_ylim()
        drawn = top.lines[1].get_ydata()
        assert low < drawn.min() and drawn.max() < high, frame
        # What is drawn is the sum of the parts in the lower panel, and the output's bias.
        if frame == 0:
            parts = sum(line.get_ydata() for line in figures.eight_units(unit, 0)[0].axes[1].lines)
            np.testing.assert_allclose(drawn, parts, atol=1e-12)


@pytest.mark.parametrize("bias", experiments.DEAD_BIASES)
@pytest.mark.parametrize("rate", experiments.DEAD_RATES)
def test_a_histogram_of_active_shares_shows_all_units(rate, bias):
    bottom = figures.dead_units(rate, bias)[0].axes[1]
    for line in bottom.lines:
        height = line.get_ydata()
        assert height.sum() == pytest.approx(1)
        assert height.max() < bottom.get_ylim()[1]


@pytest.mark.parametrize("contest", experiments.CURVE_STEPS)
def test_learning_curves_show_each_seed_and_rank_the_units(contest):
    for look, steps in enumerate(experiments.CURVE_STEPS[contest]):
        fig, text = figures.learning_curves(contest, look)
        ax, here = fig.axes[0], experiments.curves_at(contest, look)
        dots = [line for line in ax.lines if line.get_marker() == "o"]
        for unit, line in zip(experiments.CURVE_UNITS, dots, strict=True):
            np.testing.assert_allclose(line.get_ydata(), 1 - here[unit])
            assert set(line.get_xdata()) == {steps}
            low, high = ax.get_ylim()
            assert low < line.get_ydata().min() and line.get_ydata().max() < high
        ranked = [re.sub(r"^\d\. | [\d.]+$", "", label.get_text()) for label in ax.texts]
        error = {figures.words(unit): 1 - a.mean() for unit, a in here.items()}
        assert ranked == sorted(error, key=error.get)
        assert f"{steps:,} steps" in text
