"""Chapter 1's figures: each state draws, differs from its neighbours, and shows what is true."""

import ast
import re
import warnings
from pathlib import Path

import ipywidgets
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from scipy import stats

from explorable.controls import read_control, with_defaults
from feedforward.experiments import cost_functions as experiments
from feedforward.figures import cost_functions as figures
from feedforward.figures import style

CHAPTERS = Path(__file__).parents[3] / "chapters"
CELL = re.compile(r"^```\{code-cell\} ipython3\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def explorers():
    """Each `explore(figures.…)` of the page: (draw, controls read as a static page reads them)."""
    for page in ("cost-functions.md", "index.md"):
        for cell in CELL.findall((CHAPTERS / page).read_text(encoding="utf-8")):
            code = "\n".join(line for line in cell.splitlines() if not line.startswith(":"))
            for node in ast.walk(ast.parse(code)):
                if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "explore":
                    names = {"experiments": experiments, "figures": figures, **vars(ipywidgets)}
                    draw = eval(ast.unparse(node.args[0]), names)
                    given = {
                        keyword.arg: eval(ast.unparse(keyword.value), names)
                        for keyword in node.keywords
                        if keyword.arg not in ("caption", "max_states", "max_kilobytes")
                    }
                    widgets = with_defaults(draw, given)
                    controls = [read_control(name, widget) for name, widget in widgets.items()]
                    yield pytest.param(draw, controls, id=f"{page.split('.')[0]}-{draw.__name__}")


EXPLORERS = list(explorers())


def start(controls):
    return {control.name: control.values[control.initial] for control in controls}


def test_the_chapter_has_at_least_seven_explorers():
    assert sum(row.id.startswith("cost-functions-") for row in EXPLORERS) >= 7


@pytest.mark.parametrize("draw, controls", EXPLORERS)
def test_an_explorer_draws_at_its_start_and_at_the_ends_of_each_control(draw, controls):
    states = [start(controls)]
    for control in controls:
        states += [{**states[0], control.name: control.values[end]} for end in (0, -1)]
    # Every combination of ends too: the corners are where things overflow.
    first, last = ({c.name: c.values[end] for c in controls} for end in (0, -1))
    states += [first, last]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for state in states:
            fig, text = draw(**state)
            assert isinstance(fig, Figure)
            assert text.endswith(".")
            FigureCanvasAgg(fig).draw()


@pytest.mark.parametrize("draw, controls", EXPLORERS)
def test_every_control_changes_the_drawing_and_the_text(draw, controls):
    for control in controls:
        drawn = []
        for end in (0, -1):
            fig, text = draw(**{**start(controls), control.name: control.values[end]})
            canvas = FigureCanvasAgg(fig)
            canvas.draw()
            drawn.append((text, bytes(canvas.buffer_rgba())))
        assert drawn[0][0] != drawn[1][0]
        assert drawn[0][1] != drawn[1][1]


@pytest.mark.parametrize("draw, controls", EXPLORERS)
def test_a_figure_is_deterministic_and_starts_where_its_function_does(draw, controls):
    assert draw(**start(controls))[1] == draw()[1] == draw()[1]


@pytest.mark.parametrize("draw, controls", EXPLORERS)
def test_an_explorer_has_few_enough_states_for_a_page(draw, controls):
    assert np.prod([len(control.values) for control in controls]) <= 250


@pytest.mark.parametrize("draw, controls", EXPLORERS)
def test_axes_stay_fixed_while_a_slider_moves(draw, controls):
    def frames(state):
        return [(ax.get_position().bounds, ax.get_xlim(), ax.get_ylim()) for ax in
                draw(**state)[0].axes]  # fmt: skip

    for control in controls:
        ends = [{**start(controls), control.name: control.values[end]} for end in (0, -1)]
        assert frames(ends[0]) == frames(ends[1])


@pytest.mark.parametrize("draw, controls", EXPLORERS)
def test_a_figure_uses_only_colours_that_a_page_can_replace(draw, controls):
    import matplotlib

    allowed = {to_hex(c) for c in matplotlib.rcParams["axes.prop_cycle"].by_key()["color"]}
    allowed.add(to_hex(matplotlib.rcParams["text.color"]))
    fig, _ = draw(**start(controls))
    for ax in fig.axes:
        for line in ax.lines:
            assert to_hex(line.get_color()) in allowed
        for text in ax.texts:
            assert to_hex(text.get_color()) in allowed


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
    (controls,) = [row.values[1] for row in EXPLORERS if row.values[0] is figures.three_symbols]
    share_a, b_of_rest = ([float(v) for v in control.values] for control in controls)
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


# ---------------------------------------------------------------------- the style


def test_a_figure_needs_room_and_rows_that_match():
    with pytest.raises(ValueError, match="rows is 0, expected at least 1"):
        style.figure(rows=0)
    with pytest.raises(ValueError, match=r"ratios has 2 entries, expected one per row \(3\)"):
        style.figure(height=5, rows=3, ratios=[1, 2])
    with pytest.raises(ValueError, match="too small for 3 rows"):
        style.figure(height=1.5, rows=3)


def test_rows_stand_one_above_the_other_with_the_asked_ratio():
    fig, (top, bottom) = style.figure(height=4, rows=2, ratios=[1, 3])
    assert top.get_position().height * 3 == pytest.approx(bottom.get_position().height)
    assert top.get_position().y0 > bottom.get_position().y1
    assert fig.get_size_inches() == pytest.approx((style.WIDTH, 4))


def test_the_first_colours_keep_a_contrast_of_three_to_one_on_white():
    import matplotlib

    def luminance(color):
        rgb = np.array(matplotlib.colors.to_rgb(color))
        linear = np.where(rgb <= 0.03928, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    for color in matplotlib.rcParams["axes.prop_cycle"].by_key()["color"][:3]:
        assert 1.05 / (luminance(color) + 0.05) >= 3
