"""What each interactive figure of each chapter owes its reader, whatever it shows.

That what it shows is true is tested beside this, in a module per chapter.
"""

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from matplotlib.figure import Figure

from explorable.static import first_line
from explorable.svg import figure_to_svg
from tests.support import book
from tests.support.explorers import Explorer, State, every_explorer

EXPLORERS = every_explorer()
MOST_STATES = 300

# Controls that may move the axes: (figure, control).
AXES_MAY_MOVE = {
    ("which_unit", "contest"),  # another task, with accuracies of another size
    ("learning_curves", "contest"),  # the same
    ("contest", "task"),  # accuracies or errors
}

of_every_figure = pytest.mark.parametrize("explorer", EXPLORERS, ids=lambda e: e.name)


@dataclass(frozen=True)
class Drawn:
    """A state as a page gets it, and of the figure behind it what the page does not show.

    axes: where each stands, (position, x limits, y limits). lost: marks and labels at no finite
    place, which matplotlib leaves out without a word. A gap in a line is no loss.
    """

    svg: str
    text: str
    axes: tuple[tuple, ...]
    lost: tuple[str, ...]


def draw(explorer: Explorer, state: State) -> Drawn:
    """Draw one state; a warning is an error, as in a build."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fig, text = explorer.draw(**state)
        assert isinstance(fig, Figure)
        svg = figure_to_svg(fig, explorer.draw.__name__).markup()
    axes = [(*ax.get_position().bounds, *ax.get_xlim(), *ax.get_ylim()) for ax in fig.axes]
    return Drawn(svg, text, tuple(axes), tuple(lost(fig)))


def lost(fig: Figure) -> Iterator[str]:
    for ax in fig.axes:
        places = [(line.get_marker(), line.get_xydata()) for line in ax.lines]
        places = [(f"mark {name}", points) for name, points in places if len(points) == 1]
        places += [
            (f"label {label.get_text()}", getattr(label, "xy", label.get_position()))
            for label in ax.texts
        ]
        places += [("bar", patch.get_extents().get_points()) for patch in ax.patches]
        yield from (name for name, place in places if not np.isfinite(place).all())


@cache
def _drawn(number: int, values: tuple) -> Drawn:
    return draw(EXPLORERS[number], dict(values))


def drawn(explorer: Explorer, state: State) -> Drawn:
    """The same, once for all tests."""
    return _drawn(EXPLORERS.index(explorer), tuple(state.items()))


def test_every_chapter_has_figures_that_answer_the_hand():
    pages = {path.stem for path in book.notebooks()} - {"reproductions"}  # a table, no figure
    assert {explorer.page for explorer in EXPLORERS} == pages
    names = [explorer.name for explorer in EXPLORERS]
    assert len(set(names)) == len(names)


@of_every_figure
def test_a_figure_is_drawn_at_its_start_at_the_ends_of_each_control_and_at_the_corners(explorer):
    for state in explorer.states():
        svg = drawn(explorer, state).svg
        assert drawn(explorer, state).lost == (), state
        assert "--fig-c" in svg or "<image" in svg, f"{state}: neither a coloured mark nor an image"


@of_every_figure
def test_every_control_changes_the_drawing_and_the_text(explorer):
    for control in explorer.controls:
        first, last = (drawn(explorer, state) for state in explorer.ends(control))
        assert first.svg != last.svg, control.name
        assert first.text != last.text, control.name


@of_every_figure
def test_a_figure_is_the_same_whenever_it_is_drawn(explorer):
    assert draw(explorer, explorer.start()) == drawn(explorer, explorer.start())


@of_every_figure
def test_axes_stay_fixed_while_a_slider_moves(explorer):
    at_start = drawn(explorer, explorer.start()).axes
    for control in explorer.controls:
        if (explorer.draw.__name__, control.name) not in AXES_MAY_MOVE:
            for state in explorer.ends(control):
                assert drawn(explorer, state).axes == at_start, control.name


def test_the_axes_that_may_move_are_those_of_figures_that_are_there():
    there = {(e.draw.__name__, control.name) for e in EXPLORERS for control in e.controls}
    assert AXES_MAY_MOVE <= there


@of_every_figure
def test_a_figure_uses_only_colours_that_a_page_can_replace(explorer):
    """In the drawing, those are var(--fig-…) and currentColor."""
    for state in explorer.states():
        own = re.findall(
            r'\b(?:fill|stroke|color)(?::|=")\s*(#\w+|rgb[^;"]*)', drawn(explorer, state).svg
        )
        assert own == [], state


@of_every_figure
def test_a_state_is_told_in_sentences(explorer):
    for state in explorer.states():
        assert re.search(r"\w.*\.$", drawn(explorer, state).text), state


@of_every_figure
def test_a_figure_says_what_it_shows_to_who_cannot_see_it(explorer):
    assert re.match(r"[A-Z].*\w.*\.$", first_line(explorer.draw), re.DOTALL)


@of_every_figure
def test_a_figure_has_few_enough_states_for_a_page(explorer):
    assert explorer.count <= MOST_STATES
