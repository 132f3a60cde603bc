"""The same figure in Jupyter: stock ipywidgets, drawn by the kernel, any value."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import ipywidgets
from IPython.display import HTML, display

from explorable.controls import label_and_unit, with_defaults
from explorable.frames import draw_one
from explorable.static import first_line


def live_figure(draw: Callable, controls: Mapping[str, Any], *, caption: str) -> ipywidgets.Widget:
    """Controls above, the drawing below; a later error in `draw` shows under the controls."""
    widgets = with_defaults(draw, controls)
    alternative = escape(first_line(draw))

    # Drawn before output is caught: an experiment that runs for it can say how far it is.
    state = {name: widget.value for name, widget in widgets.items()}
    first = [draw_one(draw, state, draw.__name__)]

    def show(**state: Any) -> None:
        svg, text = first.pop() if first else draw_one(draw, state, draw.__name__)
        svg.attributes |= {"role": "img", "aria-label": alternative}
        svg.attributes["style"] += ";width:100%;max-width:40rem"
        display(HTML(f"{svg.markup()}<p>{escape(text)}</p>"))

    turned = {n: w for n, w in widgets.items() if not isinstance(w, ipywidgets.fixed)}
    rows = [_row(name, widget) for name, widget in turned.items()]
    drawing = ipywidgets.interactive_output(show, widgets)
    note = ipywidgets.HTML(f"<em>{escape(caption)}</em>")
    return ipywidgets.VBox([*rows, drawing, note])


def _row(name: str, widget: ipywidgets.Widget) -> ipywidgets.Widget:
    label, unit = label_and_unit(name, widget)
    if isinstance(widget, ipywidgets.Play):
        # Play shows no value of its own: a slider beside it does, and can be dragged.
        slider = ipywidgets.IntSlider(
            widget.value, min=widget.min, max=widget.max, step=widget.step, description=label
        )
        ipywidgets.jslink((widget, "value"), (slider, "value"))
        return ipywidgets.HBox([widget, _roomy(slider)])
    widget.description = f"{label} [{unit}]" if unit else label
    return _roomy(widget)


def _roomy(widget: ipywidgets.Widget) -> ipywidgets.Widget:
    """Labels as long as they are, instead of ipywidgets' 80 pixels and an ellipsis."""
    widget.style.description_width = "initial"
    widget.layout.width = "min(100%, 32rem)"
    return widget
