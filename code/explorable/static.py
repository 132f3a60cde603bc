"""A figure that answers without a kernel: its first state as inline SVG, the rest as deltas.

The page gets `<figure class="explorable">` with native controls; the deltas lie in a script
of their own that the page loads when the reader comes near. A script, not JSON: pages opened
from a folder may not fetch.
"""

import gzip
import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets

from explorable.controls import Control, read_control, with_defaults
from explorable.deltas import encode, merge
from explorable.frames import draw_states

_used_ids: Counter[str] = Counter()


class BudgetError(ValueError):
    """A figure would cost its readers or its builders more than was allowed."""


class StaticFigure:
    """What a cell displays: HTML for the page, words for anything that shows no HTML."""

    def __init__(self, html: str, alternative: str) -> None:
        self.html = html
        self.alternative = alternative

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.alternative


def static_figure(
    draw: Callable,
    controls: Mapping[str, Any],
    *,
    caption: str,
    folder: Path,
    max_states: int,
    max_kilobytes: float,
) -> StaticFigure:
    """Draw every state into `folder` and return the figure's HTML."""
    figure_id = _fresh_id(draw)
    widgets = with_defaults(draw, controls)
    fixed = {name: w.value for name, w in widgets.items() if isinstance(w, ipywidgets.fixed)}
    turned = [read_control(name, w) for name, w in widgets.items() if name not in fixed]
    for widget in widgets.values():
        if isinstance(widget, ipywidgets.Widget):
            widget.close()  # it was read, not shown: nothing of it belongs on the page
    _check_states(draw, turned, max_states)

    drawings = draw_states(draw, turned, fixed, figure_id, folder / "drawings")
    first = _place([control.initial for control in turned], turned)
    root, slots = merge([svg for svg, _ in drawings], first)
    frames = encode(root, slots)
    texts = [text for _, text in drawings]
    frames["texts"] = list(dict.fromkeys(texts))
    frames["text"] = [frames["texts"].index(text) for text in texts]
    script = _write_frames(frames, folder) if turned else None
    if script:
        _check_bytes(draw, script, max_kilobytes)

    alternative = first_line(draw)
    root.attributes = {
        "role": "img",
        "aria-labelledby": f"{figure_id}-alt {figure_id}-text"
        if texts[first]
        else f"{figure_id}-alt",
        **root.attributes,
    }
    html = _html(figure_id, root.markup(), turned, caption, alternative, texts[first], script)
    return StaticFigure(html, f"{alternative} {texts[first]}".strip())


def first_line(draw: Callable) -> str:
    """The first sentence of a docstring: what the figure shows, in words."""
    doc = (draw.__doc__ or "").strip()
    if not doc:
        raise ValueError(
            f"{draw.__name__}: got no docstring, expected one whose first line says what the "
            "figure shows; it is the figure's text alternative"
        )
    return re.sub(r"\s+", " ", doc.split("\n\n")[0])


def _fresh_id(draw: Callable) -> str:
    name = f"explore-{draw.__name__.strip('_').replace('_', '-')}"
    _used_ids[name] += 1
    return name if _used_ids[name] == 1 else f"{name}-{_used_ids[name]}"


def _place(indices: Sequence[int], controls: Sequence[Control]) -> int:
    """The state's number when the last control varies fastest."""
    place = 0
    for index, control in zip(indices, controls, strict=True):
        place = place * len(control.values) + index
    return place


def _check_states(draw: Callable, controls: Sequence[Control], most: int) -> None:
    counts = [len(control.values) for control in controls]
    if math.prod(counts) > most:
        product = " × ".join(f"{c.name} {n}" for c, n in zip(controls, counts, strict=True))
        raise BudgetError(
            f"explore({draw.__name__}): {math.prod(counts)} states ({product}), at most {most} "
            "allowed. Take a larger step or fewer choices, or raise max_states."
        )


def _check_bytes(draw: Callable, script: Path, most: float) -> None:
    kilobytes = len(gzip.compress(script.read_bytes(), mtime=0)) / 1000
    if kilobytes > most:
        raise BudgetError(
            f"explore({draw.__name__}): its states take {kilobytes:.1f} kB gzipped, at most "
            f"{most:g} kB allowed. Draw fewer points in what moves, keep heavy marks the same "
            "in every state, rasterize them, or take fewer states; or raise max_kilobytes."
        )


def _write_frames(frames: dict, folder: Path) -> Path:
    data = json.dumps(frames, ensure_ascii=False, separators=(",", ":"))
    name = hashlib.sha256(data.encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.js"
    partial = path.with_suffix(".partial")
    partial.write_text(f'explorable.frames("{name}",{data})\n', encoding="utf-8")
    partial.replace(path)
    return path


def _html(
    figure_id: str,
    svg: str,
    controls: Sequence[Control],
    caption: str,
    alternative: str,
    text: str,
    script: Path | None,
) -> str:
    kind = "explorable" if controls else "explorable-still"
    frames = f' data-frames="{script.name}"' if script else ""
    panel = "".join(_control_html(figure_id, control) for control in controls)
    panel = f'<div class="explorable-controls">{panel}</div>' if controls else ""
    return (
        f'<figure class="{kind}" id="{figure_id}"{frames}>'
        f'<div class="explorable-drawing">{svg}</div>'
        f"{panel}"
        f'<p class="explorable-text" id="{figure_id}-text" aria-live="polite">{escape(text)}</p>'
        f'<span class="explorable-alt" id="{figure_id}-alt">{escape(alternative)}</span>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def _control_html(figure_id: str, control: Control) -> str:
    own = f"{figure_id}-{control.name}".replace("_", "-")
    text = _with_unit(control, control.initial)
    label = f'<label for="{own}">{escape(control.label)}</label>'
    states = len(control.values)
    if control.kind == "checkbox":
        checked = " checked" if control.values[control.initial] else ""
        field = f'<input type="checkbox" id="{own}"{checked}>'
        return f'<div class="explorable-control is-checkbox">{field}{label}</div>'
    if control.kind == "select":
        options = "".join(
            f'<option value="{i}"{" selected" if i == control.initial else ""}>{escape(t)}</option>'
            for i, t in enumerate(control.texts)
        )
        field = f'<select id="{own}" autocomplete="off">{options}</select>'
        return f'<div class="explorable-control is-select">{label}{field}</div>'
    texts = escape(json.dumps([_with_unit(control, i) for i in range(states)], ensure_ascii=False))
    field = (
        f'<input type="range" id="{own}" min="0" max="{states - 1}" step="1" '
        f'value="{control.initial}" autocomplete="off" aria-valuetext="{escape(text)}" '
        f'data-texts="{texts}">'
    )
    play = ""
    if control.interval:
        play = (
            f'<button type="button" class="explorable-play" data-interval="{control.interval}" '
            f'aria-label="Play {escape(control.label)}"></button>'
        )
    output = f'<output for="{own}">{escape(text)}</output>'
    return f'<div class="explorable-control is-range">{label}{play}{field}{output}</div>'


def _with_unit(control: Control, index: int) -> str:
    text = control.texts[index]
    return f"{text}\N{NO-BREAK SPACE}{control.unit}" if control.unit else text
