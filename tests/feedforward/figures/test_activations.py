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
from scipy import integrate

from explorable.controls import read_control, with_defaults
from feedforward.experiments import activations as experiments
from feedforward.figures import activations as figures
from feedforward.units import UNITS, rectifier

CHAPTER = Path(__file__).parents[3] / "chapters" / "activations.md"
CELL = re.compile(r"^```\{code-cell\} ipython3\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def explorers():
    """Each `explore(figures.…)` of the page: (draw, controls, values that no reader turns)."""
    names = {"experiments": experiments, "figures": figures, "UNITS": UNITS, **vars(ipywidgets)}
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
