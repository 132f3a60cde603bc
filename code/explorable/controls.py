"""What the reader can turn: ipywidgets' abbreviations, read as lists of values.

A slider on a page without a kernel is a finite thing: a label, a unit, and the list of
values it can take. `read_controls` turns the keyword arguments of `explore` into that.
"""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

import ipywidgets

RANGES = (
    ipywidgets.IntSlider,
    ipywidgets.FloatSlider,
    ipywidgets.FloatLogSlider,
    ipywidgets.BoundedIntText,
    ipywidgets.BoundedFloatText,
)
CHOICES = (
    ipywidgets.Dropdown,
    ipywidgets.RadioButtons,
    ipywidgets.ToggleButtons,
    ipywidgets.Select,
)
MOST_VALUES = 100_000
"""Of one control: more is a slip of the step, and would fill the memory before it is counted."""

_LABEL = re.compile(r"^(?P<label>.*?)\s*(?:\[(?P<unit>[^\]]+)\])?\s*$")


@dataclass(frozen=True)
class Control:
    """One parameter of a figure and everything a page must know to offer it.

    kind: "range" (ordered), "select" or "checkbox". values and texts run in parallel;
    texts are what the reader sees, without the unit. initial is an index into them.
    interval: milliseconds between steps if the parameter is time and can be played.
    """

    name: str
    label: str
    unit: str
    kind: str
    values: tuple[Any, ...]
    texts: tuple[str, ...]
    initial: int
    interval: int | None = None


def with_defaults(draw: Callable, controls: Mapping[str, Any]) -> dict[str, ipywidgets.Widget]:
    """One ipywidgets widget for each control, starting at `draw`'s own default.

    Raises TypeError when `draw` has no parameter of that name or the abbreviation is unknown.
    """
    parameters = inspect.signature(draw).parameters
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    if unknown := [name for name in controls if name not in parameters and not takes_any]:
        raise TypeError(
            f"explore({draw.__name__}): got a control {unknown[0]!r}, but the function takes "
            f"{', '.join(parameters) or 'no parameters'}"
        )
    required = {
        name
        for name, p in parameters.items()
        if p.default is p.empty and p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
    }
    if missing := sorted(required - set(controls)):
        raise TypeError(f"explore({draw.__name__}): no control for its parameter {missing[0]!r}")
    return {
        name: _widget(name, given, parameters[name].default if name in parameters else None)
        for name, given in controls.items()
    }


def read_control(name: str, widget: ipywidgets.Widget) -> Control:
    """The finite list of values behind a widget, with the words a reader needs."""
    label, unit = label_and_unit(name, widget)
    interval = None
    if isinstance(widget, ipywidgets.Checkbox | ipywidgets.ToggleButton | ipywidgets.Valid):
        kind, values, texts = "checkbox", (False, True), ("off", "on")
    elif isinstance(widget, ipywidgets.SelectionSlider):
        kind = "range"
        texts, values = zip(*_options(name, widget), strict=True)
    elif isinstance(widget, CHOICES):
        kind = "select"
        texts, values = zip(*_options(name, widget), strict=True)
    elif isinstance(widget, ipywidgets.Play):
        kind, interval = "range", int(widget.interval)
        values = _range_values(name, widget)
        texts = tuple(_text(value) for value in values)
    elif isinstance(widget, RANGES):
        kind = "range"
        values = _range_values(name, widget)
        texts = _texts(widget, values)
    else:
        raise TypeError(
            f"control {name!r}: a page without a kernel cannot offer a {type(widget).__name__}; "
            "expected a number, a range, a list, a dict, a boolean, or a slider, selection, "
            "checkbox or Play widget"
        )
    return Control(
        name, label, unit, kind, values, texts, _index(name, values, widget.value), interval
    )


def label_and_unit(name: str, widget: ipywidgets.Widget) -> tuple[str, str]:
    """`description="noise scale σ [cm]"` is the label "noise scale σ" in the unit "cm"."""
    description = getattr(widget, "description", "") or name
    match = _LABEL.match(description.replace("_", " ") if description == name else description)
    return match["label"], match["unit"] or ""


def _widget(name: str, given: Any, default: Any) -> ipywidgets.Widget:
    """Read an abbreviation as `ipywidgets.interact` does; a widget passes through."""
    if isinstance(given, ipywidgets.Widget | ipywidgets.fixed):
        return given
    if isinstance(given, list | tuple | dict) and not given:
        raise ValueError(f"control {name!r}: got {given!r}, expected at least one value")
    default = inspect.Parameter.empty if default is None else default
    expected = "a number, (min, max[, step]), a list, a dict, a boolean or an ipywidgets widget"
    try:
        widget = ipywidgets.interactive.widget_from_abbrev(given, default)
    except Exception as error:  # whatever ipywidgets meets on its way
        raise ValueError(
            f"control {name!r}: got {given!r}, expected {expected}: {error}"
        ) from error
    if widget is None:
        raise TypeError(f"control {name!r}: got {given!r}, expected {expected}")
    return widget


def _options(name: str, widget: ipywidgets.Widget) -> list[tuple[str, Any]]:
    """(text, value) pairs, whichever way ipywidgets was given its options."""
    options = widget.options
    if not options:
        raise ValueError(f"control {name!r}: got no options, expected at least one")
    pairs = list(options.items() if isinstance(options, Mapping) else options)
    if all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs):
        return [(str(text), value) for text, value in pairs]
    return [(_text(value), value) for value in pairs]


def _text(value: Any, spec: str = ",") -> str:
    """A value as readers see it: of a number, its thousands in groups, and a minus, no hyphen."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return str(value)
    return format(value, spec).replace("-", "\N{MINUS SIGN}", 1)


def _range_values(name: str, widget: ipywidgets.Widget) -> tuple[float, ...]:
    if not widget.step or not widget.step > 0:
        raise ValueError(f"control {name!r}: got step={widget.step!r}, expected a step > 0")
    steps = (widget.max - widget.min) / widget.step
    if not steps < MOST_VALUES:
        raise ValueError(
            f"control {name!r}: got min={widget.min!r}, max={widget.max!r}, step={widget.step!r}, "
            f"expected a range of at most {MOST_VALUES:,} steps"
        )
    count = int(steps + 1e-9) + 1
    if isinstance(widget, ipywidgets.IntSlider | ipywidgets.BoundedIntText | ipywidgets.Play):
        return tuple(widget.min + k * widget.step for k in range(count))
    # 12 decimals: 0.1 + 0.1 + 0.1 is to read as 0.3
    exact = [round(widget.min + k * widget.step, 12) for k in range(count)]
    if isinstance(widget, ipywidgets.FloatLogSlider):
        return tuple(widget.base**exponent for exponent in exact)
    return tuple(exact)


def _texts(widget: ipywidgets.Widget, values: tuple[float, ...]) -> tuple[str, ...]:
    """Values as readers see them: the widget's own format, else the decimals of its step."""
    spec = getattr(widget, "readout_format", None)
    if spec in (None, ".2f", "d") and not isinstance(widget, ipywidgets.FloatLogSlider):
        decimals = max(_decimals(widget.step), _decimals(widget.min))
        spec = f",.{decimals}f"
    return tuple(_text(value, spec) for value in values)


def _decimals(number: float) -> int:
    text = f"{number:.6f}".rstrip("0")
    return len(text.partition(".")[2])


def _index(name: str, values: tuple[Any, ...], initial: Any) -> int:
    for index, value in enumerate(values):
        if value is initial or _equal(value, initial):
            return index
        if isinstance(value, float) and abs(value - initial) <= 1e-9 * max(1.0, abs(value)):
            return index
    raise ValueError(
        f"control {name!r}: the initial value {initial!r} is not one of the values "
        f"that it can take ({values[0]!r} … {values[-1]!r}, {len(values)} in all)"
    )


def _equal(value: Any, other: Any) -> bool:
    """Whether both are the same choice; arrays, say, which have no one answer, are not."""
    try:
        return bool(value == other)
    except (ValueError, TypeError):
        return False
