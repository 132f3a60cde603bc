"""Chapter 2's figures and experiments: each state draws, and shows what is true."""

import ast
import re
import warnings
from pathlib import Path

import ipywidgets
import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from scipy import integrate, ndimage, optimize, signal

from explorable.controls import read_control, with_defaults
from feedforward.figures import activations as figures
from feedforward.units import UNITS, absolute_value, rectifier, relu

CHAPTER = Path(__file__).parents[3] / "chapters" / "activations.md"
CELL = re.compile(r"^```\{code-cell\} ipython3\n(.*?)^```$", re.DOTALL | re.MULTILINE)

# What the chapter measures in half a minute, made up: the figure only has to draw it.
TABLES = {
    contest: {
        unit: level + np.random.default_rng(row).normal(0, 0.01, 6)
        for row, unit in enumerate(figures.COMPARED)
    }
    for contest, level in zip(figures.CONTESTS, (0.97, 0.45, 0.5), strict=True)
}


def explorers():
    """Each `explore(figures.…)` of the page: (draw, controls, values that no reader turns)."""
    names = {"figures": figures, "tables": TABLES, "UNITS": UNITS, **vars(ipywidgets)}
    for cell in CELL.findall(CHAPTER.read_text(encoding="utf-8")):
        code = "\n".join(line for line in cell.splitlines() if not line.startswith(":"))
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "explore":
                draw = eval(ast.unparse(node.args[0]), names)
                given = {
                    keyword.arg: eval(ast.unparse(keyword.value), names)
                    for keyword in node.keywords
                    if keyword.arg != "caption"
                }
                held = {k: w.value for k, w in given.items() if isinstance(w, ipywidgets.fixed)}
                widgets = with_defaults(draw, given)
                controls = [read_control(k, w) for k, w in widgets.items() if k not in held]
                yield pytest.param(draw, controls, held, id=draw.__name__)


EXPLORERS = list(explorers())


def start(controls, held):
    return {**held, **{control.name: control.values[control.initial] for control in controls}}


def test_the_chapter_has_every_explorer_of_this_module():
    with_controls = [row.id for row in EXPLORERS if row.values[1]]
    assert len(with_controls) >= 6
    assert len(set(with_controls)) == len(with_controls)


@pytest.mark.parametrize("draw, controls, held", EXPLORERS)
def test_an_explorer_draws_at_the_ends_of_each_control_and_at_the_corners(draw, controls, held):
    states = [start(controls, held)]
    for control in controls:
        states += [{**states[0], control.name: control.values[end]} for end in (0, -1)]
    states += [{**held, **{c.name: c.values[end] for c in controls}} for end in (0, -1)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for state in states:
            fig, text = draw(**state)
            assert isinstance(fig, Figure)
            assert text.endswith(".")
            FigureCanvasAgg(fig).draw()


@pytest.mark.parametrize("draw, controls, held", EXPLORERS)
def test_every_control_changes_the_drawing_and_the_text(draw, controls, held):
    for control in controls:
        drawn = []
        for end in (0, -1):
            fig, text = draw(**{**start(controls, held), control.name: control.values[end]})
            canvas = FigureCanvasAgg(fig)
            canvas.draw()
            drawn.append((text, bytes(canvas.buffer_rgba())))
        assert drawn[0][0] != drawn[1][0]
        assert drawn[0][1] != drawn[1][1]


@pytest.mark.parametrize("draw, controls, held", EXPLORERS)
def test_an_explorer_has_few_enough_states_for_a_page(draw, controls, held):
    assert np.prod([len(control.values) for control in controls]) <= 250


@pytest.mark.parametrize("draw, controls, held", EXPLORERS)
def test_axes_stay_fixed_while_a_slider_moves(draw, controls, held):
    def frames(state):
        axes = draw(**state)[0].axes
        return [(ax.get_position().bounds, ax.get_xlim(), ax.get_ylim()) for ax in axes]

    for control in controls:
        if control.name == "contest":  # another task has another scale
            continue
        ends = [{**start(controls, held), control.name: control.values[end]} for end in (0, -1)]
        assert frames(ends[0]) == frames(ends[1])


@pytest.mark.parametrize("draw, controls, held", EXPLORERS)
def test_a_figure_uses_only_colours_that_a_page_can_replace(draw, controls, held):
    allowed = {to_hex(c) for c in matplotlib.rcParams["axes.prop_cycle"].by_key()["color"]}
    allowed.add(to_hex(matplotlib.rcParams["text.color"]))
    fig, _ = draw(**start(controls, held))
    for ax in fig.axes:
        assert {to_hex(line.get_color()) for line in ax.lines} <= allowed
        assert {to_hex(text.get_color()) for text in ax.texts} <= allowed


# ------------------------------------------------------------- what a unit owes its gradient


@pytest.mark.parametrize("unit", figures.CHAIN_UNITS)
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_no_gradient_is_larger_than_its_bound(unit, scale):
    factor = scale * figures.STEEPEST.get(unit, 1.0)
    bound = factor ** np.arange(figures.CHAIN_DEPTH)
    assert (figures.chain_gradients(unit, scale) <= bound * (1 + 1e-9)).all()


def test_the_absolute_value_under_orthogonal_weights_keeps_every_length():
    np.testing.assert_allclose(figures.chain_gradients("absolute_value", 1.0), 1, rtol=1e-12)


@pytest.mark.parametrize("unit", UNITS)
def test_the_steepest_slope_is_what_the_bound_uses(unit):
    if unit in figures.CHAIN_UNITS:
        steepest = np.abs(UNITS[unit].derivative(np.linspace(-60, 60, 24_001))).max()
        assert steepest == pytest.approx(figures.STEEPEST.get(unit, 1.0), rel=1e-12)


def test_the_flat_share_of_a_sigmoid_is_that_of_its_tails():
    # σ(1 − σ) < 0.05 where |z| is beyond the logit of the root of p(1 − p) = 0.05
    p = (1 - np.sqrt(1 - 0.2)) / 2
    edge = np.log((1 - p) / p)
    outside, _ = integrate.quad(lambda z: np.exp(-(z**2) / 8) / np.sqrt(8 * np.pi), edge, 40)
    share, square = figures.flat_share("sigmoid", 0.0, 2.0)
    assert share == pytest.approx(2 * outside, abs=2e-3)
    assert 0 < square < 1 / 16


# ----------------------------------------------------------------------- rectifiers


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


@pytest.mark.parametrize("edge", figures.EDGES)
def test_the_edge_detector_is_blind_to_polarity_on_every_digit(edge):
    data = figures.digit_images()
    images = np.concatenate([data.x_train, data.x_test])
    z, turned = (figures.edge_response(x, edge) for x in (images, 1 - images))
    peer = signal.correlate2d(images[5], figures.EDGES[edge], mode="valid")
    np.testing.assert_allclose(z[5], peer, atol=1e-12)
    np.testing.assert_allclose(absolute_value(turned), absolute_value(z), atol=1e-12)
    np.testing.assert_allclose(relu(z) + relu(-z), absolute_value(z), atol=1e-12)
    lost = np.abs(relu(turned) - relu(z)).sum(axis=(1, 2)) / relu(z).sum(axis=(1, 2))
    assert (lost > 0.5).all()


def test_dead_units_stay_dead_and_a_low_bias_or_a_large_step_makes_more():
    before, after = figures.active_shares(0.3)
    assert (after[before == 0] == 0).all()
    dead = {rate: (figures.active_shares(rate)[1] == 0).mean() for rate in (0.3, 1.5)}
    assert dead[1.5] > 2 * dead[0.3]
    by_bias = (before == 0).mean(axis=(1, 2))
    assert (np.diff(by_bias) <= 0).all()
    assert by_bias[0] > 0.8 > 0 == by_bias[-1]


# -------------------------------------------------------------------------- maxout


@pytest.mark.parametrize("k", range(1, 13))
def test_the_largest_error_of_k_tangents_is_one_over_k_squared_and_lifted_half_of_it(k):
    x = np.linspace(-1, 1, 2 * k * 500 + 1)  # holds every place where two tangents meet
    for lifted, exact in ((False, 1 / k**2), (True, 1 / (2 * k**2))):
        slope, offset = figures.parabola_pieces(k, lifted)
        error = x**2 - (slope * x[:, None] + offset).max(axis=1)
        assert np.abs(error).max() == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize("k", [1, 2])
def test_no_search_finds_k_pieces_that_are_better(k):
    x = np.linspace(-1, 1, 241)

    def largest(parameters):
        slope, offset = np.reshape(parameters, (2, k))
        return np.abs(x**2 - (slope * x[:, None] + offset).max(axis=1)).max()

    found = optimize.differential_evolution(
        largest, [(-2, 2)] * k + [(-1.5, 1.5)] * k, seed=0, maxiter=400, tol=1e-8
    ).fun
    assert 0.98 / (2 * k**2) < found < 1.1 / (2 * k**2)


@pytest.mark.parametrize("target", figures.TARGETS)
@pytest.mark.parametrize("pieces", [2, 5, 24])
def test_two_convex_units_make_the_broken_line_through_any_curve(target, pieces):
    f = figures.TARGETS[target]
    first, second, worst = figures.convex_difference(f, pieces)
    x, knots = np.linspace(-2, 2, 2001), np.linspace(-2, 2, pieces + 1)
    up, down = ((x[:, None] * s + o).max(axis=1) for s, o in (first, second))
    broken = np.interp(x, knots, f(knots))
    np.testing.assert_allclose(up - down, broken, atol=1e-12)
    assert worst == pytest.approx(np.abs(broken - f(x)).max(), rel=1e-12)
    for slopes, _ in (first, second):
        assert (np.diff(slopes) > 0).all()


def test_spread_pieces_learn_the_wave_and_two_random_ones_may_not():
    straight = np.polynomial.Polynomial.fit(
        x := np.linspace(-2, 2, 60), y := figures.TARGETS["a wave"](x), 1
    )
    of_a_line = ((straight(x) - y) ** 2).mean()
    assert (figures.maxout_error(8) < 0.05 * of_a_line).all()
    assert figures.maxout_error(8, "random").max() > 0.5 * of_a_line


# -------------------------------------------------------------- the mixture density network


def test_the_true_density_integrates_to_one_and_gives_the_least_cost():
    x = np.linspace(-0.2, 1.2, 14_001)
    densities = [figures.true_density(t, x) for t in (0.02, 0.3, 0.5, 0.65, 0.98)]
    for density in densities:
        assert density.sum() * (x[1] - x[0]) == pytest.approx(1, rel=1e-12)
    data = figures.inverse_data()
    nll = [
        -np.log(np.interp(answer, x, figures.true_density(t, x)))
        for t, answer in zip(data.x_test[:200, 0], data.y_test[:200], strict=True)
        if figures.true_density(t, x)[np.argmin(np.abs(x - answer))] > 0
    ]
    assert len(nll) > 195  # an answer next to an edge may fall off the grid
    assert np.mean(nll) == pytest.approx(figures.least_possible_nll(), abs=0.1)


def test_more_components_cost_less_and_none_beats_the_truth():
    nll = {k: figures.inverse_test_nll(k) for k in (0, 1, 3, 5)}
    assert nll[0].min() > nll[1].max() > nll[3].max()
    assert nll[3].mean() > nll[5].mean()
    assert all((values > figures.least_possible_nll()).all() for values in nll.values())


def test_squared_error_answers_where_no_answer_is():
    network, _ = figures.mean_networks()
    guess = network.predict(figures.centered(np.array([0.65])))[:, 0, 0]
    forward = guess + 0.3 * np.sin(2 * np.pi * guess)
    assert (np.abs(0.65 - forward) > 0.1).all()


def test_equal_components_stay_equal_and_are_worth_one():
    nll, apart = figures.five_alike()
    assert (apart == 0).all()
    assert np.abs(nll.mean() - figures.inverse_test_nll(1).mean()) < 0.1


def test_sigma_collapses_without_a_floor_and_not_with_one():
    free, floored = (figures.collapse_run(floor) for floor in figures.CURES.values())
    assert free["narrowest"][-1].min() < 0.005
    assert free["test"][-1].mean() > free["test"].mean(axis=1).min() + 3
    assert floored["narrowest"].min() >= 0.05
    assert floored["test"][-1].mean() > floored["test"].mean(axis=1).min()  # stop early, too


# -------------------------------------------------------------------------- which unit?


def test_the_best_beats_only_those_beyond_the_noise():
    noise = 0.01 * np.array([-1, 1, -1, 1, -1, 1, -1, 1])
    # Standard error of a difference of two such means: 0.00535, so twice that is 0.0107.
    table = {"best": 0.9 + noise, "as good": 0.8895 + noise, "beaten": 0.889 + noise}
    assert figures.not_beaten(table) == ["best", "as good"]
    assert figures.not_beaten({unit: a[:1] for unit, a in table.items()}) == ["best"]


def test_units_are_compared_at_about_the_same_number_of_weights():
    def weights(inputs, width, pieces):
        rows = width * pieces
        return inputs * rows + width * rows + width * 10

    for inputs in (64, 40):
        assert weights(inputs, 40, 2) == pytest.approx(weights(inputs, 64, 1), rel=0.08)


def test_the_signals_of_mnist1d_are_smoothed_like_scipys():
    from feedforward.datasets import _smoothed

    x = np.random.default_rng(0).normal(size=72)
    np.testing.assert_allclose(_smoothed(x, 2.0), ndimage.gaussian_filter(x, 2), atol=1e-12)
