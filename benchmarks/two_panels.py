"""The figure that is measured: two panels of lines in the book's style, 200 states."""

import numpy as np
from matplotlib.figure import Figure

from feedforward.figures import style

SLOPES = [round(0.05 * k, 2) for k in range(1, 41)]
UNITS = ["tanh", "sigmoid", "relu", "softplus", "sine"]
Z = np.linspace(-4, 4, 161)


def value(unit: str, z: np.ndarray) -> np.ndarray:
    return {
        "tanh": np.tanh,
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "relu": lambda z: np.maximum(z, 0),
        "softplus": lambda z: np.logaddexp(0, z),
        "sine": np.sin,
    }[unit](z)


def two_panels(slope: float = 1.0, unit: str = "tanh") -> Figure:
    """A unit's value above, its slope below, as its input is scaled."""
    figure, (above, below) = style.figure(4.6, rows=2)
    y = value(unit, slope * Z)
    above.plot(Z, y)
    above.plot(Z, Z, "--")
    below.plot(Z, np.gradient(y, Z), color="C2")
    above.set(xlim=(-4, 4), ylim=(-2, 3), ylabel="g(az)")
    below.set(xlim=(-4, 4), ylim=(-2.2, 2.2), ylabel="slope", xlabel="z")
    for axes in (above, below):
        style.ticks(axes, (-4, 0, 4), (-2, 0, 2))
    return figure
