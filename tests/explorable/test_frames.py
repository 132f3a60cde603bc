"""Every state is drawn once, and again only when something that it depends on changed."""

import importlib
import sys

import ipywidgets
import matplotlib
import pytest

from explorable import explore
from explorable.controls import read_control
from explorable.frames import draw_one, draw_states
from tests.explorable import figures


def time(last):
    return [read_control("time", ipywidgets.IntSlider(0, min=0, max=last))]


def test_many_states_drawn_in_parallel_equal_each_drawn_alone(tmp_path):
    parallel = draw_states(figures.step, time(20), {}, "salt", tmp_path)
    alone = [draw_one(figures.step, {"time": k}, "salt") for k in range(21)]
    assert [(svg.markup(), text) for svg, text in parallel] == [
        (svg.markup(), text) for svg, text in alone
    ]


def test_a_failure_names_the_control_values_whether_parallel_or_not(tmp_path):
    for last in (3, 20):
        with pytest.raises(RuntimeError, match=r"fails_at_two\(time=2\) failed: ZeroDivisionError"):
            draw_states(figures.fails_at_two, time(last), {}, "salt", tmp_path)


def test_a_warning_while_drawing_fails_the_build(tmp_path):
    with pytest.raises(RuntimeError, match=r"warns\(time=0\) failed: RuntimeWarning: divide by"):
        draw_states(figures.warns, time(3), {}, "salt", tmp_path)


def test_what_returns_no_figure_is_named():
    with pytest.raises(TypeError, match="draws_nothing returned str, expected a matplotlib Figure"):
        draw_one(figures.draws_nothing, {}, "salt")


MODULE = """
from pathlib import Path
from matplotlib.figure import Figure
from helper_of_counted import HEIGHT

def counted(time: int = 0):
    '''A figure that leaves a mark each time that it is drawn.'''
    with Path({log!r}).open("a") as log:
        log.write("x")
    figure = Figure(figsize=(2, HEIGHT))
    figure.text(0.5, 0.5, str(time))
    return figure
"""


@pytest.fixture
def counted(tmp_path, monkeypatch):
    """A module of its own whose function counts how often it is drawn."""
    log = tmp_path / "log"
    log.touch()
    (tmp_path / "module_counted.py").write_text(MODULE.format(log=str(log)))
    (tmp_path / "helper_of_counted.py").write_text("HEIGHT = 2")
    monkeypatch.syspath_prepend(tmp_path)
    yield lambda: importlib.import_module("module_counted").counted, tmp_path, log
    for name in ("module_counted", "helper_of_counted"):
        sys.modules.pop(name, None)


def drawn(log):
    count = len(log.read_text())
    log.write_text("")
    return count


def test_an_unchanged_figure_is_not_drawn_again_and_a_changed_one_is(counted, folder):
    module, place, log = counted
    draw = module()
    first = explore(draw, time=(0, 4))
    assert drawn(log) == 5
    again = explore(draw, time=(0, 4))
    # The second figure on a page has ids of its own; everything else is the first's.
    assert again.html != first.html
    drawn(log)
    again = explore(draw, time=(0, 4))
    drawn(log)

    from explorable import static

    static._used_ids.clear()
    assert explore(draw, time=(0, 4)).html == first.html
    assert drawn(log) == 0

    static._used_ids.clear()
    explore(draw, time=(0, 5))
    assert drawn(log) == 6

    static._used_ids.clear()
    (place / "helper_of_counted.py").write_text("HEIGHT = 3")
    explore(draw, time=(0, 4))
    assert drawn(log) == 5

    static._used_ids.clear()
    with matplotlib.rc_context({"font.size": 17}):
        explore(draw, time=(0, 4))
    assert drawn(log) == 5


def test_a_function_typed_into_a_notebook_is_always_drawn(folder):
    calls = []

    def typed(time: int = 0):
        """A figure typed into a notebook."""
        calls.append(time)
        return figures.step(time)

    for _ in range(2):
        explore(typed, time=(0, 2))
    assert len(calls) == 6
