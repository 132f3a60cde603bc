"""Chapter 1's figures: each shows what is true."""

import numpy as np
import pytest
from scipy import stats

from feedforward.experiments import cost_functions as experiments
from feedforward.figures import cost_functions as figures
from tests.support import book
from tests.support.explorers import explorers


def markers(ax, marker):
    """The points drawn with a marker, as an array (count, 2)."""
    return np.array([line.get_xydata()[0] for line in ax.lines if line.get_marker() == marker])


# ---------------------------------------------------------------------- the hook


@pytest.mark.parametrize("outlier", [8.0, 14.0, 22.0])
def test_the_triangles_stand_at_the_mean_the_median_and_between(outlier):
    fig, _ = figures.three_costs(5.0, outlier)
    squared, absolute, huber = markers(fig.axes[1], "^")[:, 0]
    data = np.append(experiments.BUS_WAITS, outlier)
    assert squared == pytest.approx(data.mean(), abs=1e-12)
    assert absolute == np.median(data)
    assert np.median(data) <= huber <= data.mean()


def test_each_curve_of_the_hook_lies_above_its_triangle():
    fig, _ = figures.three_costs(5.0, 22.0)
    curves = [line.get_ydata() for line in fig.axes[1].lines if len(line.get_xdata()) > 50]
    assert len(curves) == 3
    for curve in curves:
        assert curve.min() > -1e-12
        assert curve.max() == pytest.approx(1.0)


def test_hubers_cost_slides_from_the_median_to_the_mean():
    fig, _ = figures.between_mean_and_median(3.0)
    (curve,) = [line for line in fig.axes[1].lines if len(line.get_xdata()) == 60]
    best = curve.get_ydata()
    assert np.all(np.diff(best) > -1e-9)
    assert best[0] == pytest.approx(5.0, abs=0.1)
    assert best[-1] == pytest.approx(np.append(experiments.BUS_WAITS, 22.0).mean(), abs=1e-9)


# ---------------------------------------------------------------------- likelihood


def test_the_bars_add_up_to_the_cross_entropy():
    fig, text = figures.three_symbols(0.2, 0.4)
    entropy_bar, kl_bar = fig.axes[1].patches
    model = np.array([0.2, 0.32, 0.48])
    assert entropy_bar.get_width() == pytest.approx(stats.entropy(experiments.SYMBOLS))
    assert kl_bar.get_width() == pytest.approx(stats.entropy(experiments.SYMBOLS, model))
    assert kl_bar.get_x() == pytest.approx(entropy_bar.get_width())
    assert f"{-(experiments.SYMBOLS * np.log(model)).sum():.3f} nats" in text


def test_a_reader_can_reach_the_distribution_of_the_data():
    (explorer,) = [
        one
        for one in explorers(book.CHAPTERS / "cost-functions.md")
        if one.draw is figures.three_symbols
    ]
    share_a, b_of_rest = ([float(v) for v in control.values] for control in explorer.controls)
    best = min(
        (float(figures.three_symbols(a, b)[0].axes[1].patches[1].get_width()), a, b)
        for a in share_a
        for b in b_of_rest
        if abs(a - 0.6) < 0.06 and abs(b - 0.75) < 0.11
    )
    assert best == pytest.approx((0.0, 0.6, 0.75), abs=1e-12)
    assert "KL 0.000" in figures.three_symbols(*best[1:])[1]


def test_the_line_has_one_best_slope_whatever_the_noise_scale():
    fig, _ = figures.gaussian_in_disguise(0.4, 0.5)
    curves = [line for line in fig.axes[1].lines if len(line.get_xdata()) == 81]
    x, y = experiments.line_data()
    best = stats.linregress(np.append(x, -x), np.append(y, -y)).slope  # a line through 0
    assert len(curves) == 5
    for curve in curves:
        assert curve.get_xdata()[curve.get_ydata().argmin()] == pytest.approx(best, abs=0.0126)


# ---------------------------------------------------------------------- classification


def test_the_ratio_of_the_slopes_is_one_over_the_sigmoids_slope():
    _, nll_slope, _, square_slope = experiments.logit_costs(np.array([-8.0]), 1)
    assert nll_slope / square_slope == pytest.approx(np.exp(8) + 2 + np.exp(-8), rel=1e-12)
    assert "2,983.0 times" in figures.pull_on_the_logit(-8.0, 1)[1]


# ---------------------------------------------------------------------- overflow and failures


@pytest.mark.parametrize("precision, end", [("float16", 11), ("float32", 88), ("float64", 709)])
def test_the_naive_cost_ends_where_the_figure_says(precision, end):
    dtype = experiments.PRECISIONS[precision]
    assert np.isfinite(experiments.naive_nll(np.array([end, 0], dtype=dtype), 1))
    assert np.isinf(experiments.naive_nll(np.array([end + 1, 0], dtype=dtype), 1))
    assert np.isnan(experiments.naive_nll(np.array([end + 1, 0], dtype=dtype), 0))
    (cross,) = markers(figures.overflow(1, precision)[0].axes[0], "X")
    assert end < cross[0] < end + 1


@pytest.mark.parametrize("exponent, word", [(0, "raises"), (-1, "lowers"), (-16, "lowers")])
def test_the_text_of_the_spike_says_what_the_next_narrowing_does(exponent, word):
    def nll(width):  # the mixture's density, by SciPy
        x = experiments.SPIKE_DATA
        broad = stats.norm.logpdf(x, x.mean(), x.std())
        spike = stats.norm.logpdf(x, x[3], width)
        return np.log(2) - np.logaddexp(broad, spike).mean()

    here, narrower = nll(10.0**exponent), nll(10.0 ** (exponent - 1))
    assert (narrower > here) == (word == "raises")
    text = figures.collapse(exponent)[1]
    said = f"{word} it by {abs(narrower - here):.3f}, to {narrower:.3f}."
    assert text.endswith(said.replace("-", "\N{MINUS SIGN}"))
    assert f"mean NLL is {here:.3f} nats".replace("-", "\N{MINUS SIGN}") in text


@pytest.mark.parametrize("flip", [0.0, 0.1, 0.3, 0.45])
def test_proper_costs_state_the_share_of_ones_and_the_absolute_error_does_not(flip):
    fig, _ = figures.wrong_labels(flip)
    nll, squared, absolute = markers(fig.axes[0], "v")[:, 0]
    assert nll == pytest.approx(1 - flip, abs=0.004)
    assert squared == pytest.approx(1 - flip, abs=0.004)
    assert absolute == pytest.approx(0.998)
