"""Figures that are awkward on purpose: their structure differs from state to state."""

import numpy as np
from matplotlib.figure import Figure

X = np.linspace(-3, 3, 120)


def panel():
    figure = Figure(figsize=(3, 2))
    return figure, figure.add_subplot()


def wave(slope: float = 1.0, unit: str = "sin") -> tuple[Figure, str]:
    """A wave whose frequency the slope sets."""
    figure, axes = panel()
    axes.plot(X, getattr(np, unit)(slope * X))
    axes.set_ylim(-1.5, 1.5)
    return figure, f"{unit} at slope {slope:.1f}"


def moving_ticks(top: float = 1.0) -> Figure:
    """A line under an axis whose tick labels, and their number, change."""
    figure, axes = panel()
    axes.plot(X, top * np.tanh(X))
    axes.set_ylim(-top, top)
    axes.set_title(f"up to {top:g} & <beyond>")
    return figure


def many_lines(lines: int = 2, legend: bool = False) -> Figure:
    """As many lines as the reader asks for, with or without a legend."""
    figure, axes = panel()
    for k in range(lines):
        axes.plot(X, np.sin(X + k), label=f"line {k}", linestyle=["-", "--", ":"][k % 3])
    axes.axhline(0, color="0.5")
    if legend and lines:
        axes.legend()
    return figure


def markers(count: int = 5, shape: str = "o") -> Figure:
    """Markers of two shapes, some of which leave the canvas."""
    figure, axes = panel()
    axes.set(xlim=(0, 4), ylim=(0, 4))
    axes.plot(np.arange(count), np.arange(count), shape, linestyle="none")
    axes.scatter(np.arange(count), np.arange(count)[::-1], s=20 * np.arange(count), alpha=0.5)
    return figure


def image(size: int = 4, smooth: bool = False) -> Figure:
    """An image whose pixels change, with a filled band and an annotation."""
    figure, axes = panel()
    values = np.add.outer(np.arange(size), np.arange(size)) % 3
    axes.imshow(values, interpolation="bilinear" if smooth else "nearest", extent=(0, 1, 0, 1))
    axes.fill_between([0, 1], [0, size / 10], color="C1", alpha=0.4)
    axes.annotate("here", (0.5, 0.5), (0.1, size / 10), arrowprops={"arrowstyle": "->"})
    return figure


def step(time: int = 0) -> Figure:
    """A dot that walks as time passes."""
    figure, axes = panel()
    axes.plot([time], [0], "o")
    axes.set_xlim(-1, 6)
    return figure


def fails_at_two(time: int = 0) -> Figure:
    """A figure that cannot be drawn at time two."""
    if time == 2:
        raise ZeroDivisionError("nothing is there")
    return step(time)


def warns(time: int = 0) -> Figure:
    """A figure that divides by zero and only warns."""
    np.array([1.0]) / np.array([0.0])
    return step(time)


def draws_nothing(time: int = 0) -> str:
    """A function that returns no figure."""
    return "no figure"


AWKWARD = [
    (wave, {"slope": (0.0, 2.0, 0.5), "unit": ["sin", "cos"]}),
    (moving_ticks, {"top": [0.01, 1.0, 3.0, 1000.0]}),
    (many_lines, {"lines": (0, 5), "legend": False}),
    (markers, {"count": (1, 8), "shape": ["o", "^"]}),
    (image, {"size": (2, 6), "smooth": True}),
    (step, {"time": (0, 5)}),
]
