"""One figure function, three places: `explore`."""

import numbers
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets

from explorable.live import live_figure
from explorable.static import StaticFigure, first_line, static_figure


def explore(
    draw: Callable,
    /,
    *,
    caption: str | None = None,
    max_states: int = 300,
    max_kilobytes: float = 80,
    **controls: Any,
) -> ipywidgets.Widget | StaticFigure:
    """Let the reader turn the parameters of `draw`, and show the figure that it returns.

    draw: a function of the controls that returns a matplotlib Figure, or (Figure, text) with
      a sentence on this state. The first paragraph of its docstring is the text alternative.
    caption: what stands under the figure; the text alternative if None.
    max_states, max_kilobytes: what a page without a kernel may carry: combinations of the
      controls' values, and gzipped kB of all their drawings. More raises BudgetError.
    controls: `ipywidgets.interact`'s abbreviations, or ipywidgets: (min, max, step), a list,
      a dict, a boolean, a number, `fixed(value)`, `Play(...)` for time. Ranges, lists and dicts
      start at `draw`'s own defaults, widgets at their own value.
      `description="noise scale σ [cm]"` names a control and its unit.

    Returns something that a cell displays: widgets, or, where the environment variable
    EXPLORABLE_STATIC names a folder, a figure that needs no kernel.
    """
    if not callable(draw):
        raise TypeError(f"draw: got {draw!r}, expected a function that returns a Figure")
    _check_options(caption, max_states, max_kilobytes)
    caption = first_line(draw) if caption is None else caption
    folder = os.environ.get("EXPLORABLE_STATIC")
    if not folder:
        return live_figure(draw, controls, caption=caption)
    return static_figure(
        draw,
        controls,
        caption=caption,
        folder=Path(folder),
        max_states=max_states,
        max_kilobytes=max_kilobytes,
    )


def _check_options(caption: object, max_states: object, max_kilobytes: object) -> None:
    if not isinstance(caption, str | None):
        raise TypeError(f"caption: got {caption!r}, expected text or None")
    for name, most in (("max_states", max_states), ("max_kilobytes", max_kilobytes)):
        if not isinstance(most, numbers.Real) or isinstance(most, bool) or not most > 0:
            raise TypeError(f"{name}: got {most!r}, expected a number above zero")
