"""One look for every figure: size, margins, colours and direct labels.

Importing this module loads `feedforward.mplstyle` for the whole process. It has to be global: a
figure takes some settings when it is made and others (such as "keep text as text") only when it is
saved, and it is saved elsewhere.

Colours: use only the cycle "C0" … "C6" for data, and `ink(alpha)` for all else. A page can then
replace the ink by its own text colour, and each cycle colour by one tuned for its background.
"""

from collections.abc import Iterable, Sequence
from importlib.resources import files

import matplotlib
import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator

from feedforward.typography import in_print

matplotlib.style.use(str(files(__package__).joinpath("feedforward.mplstyle")))

WIDTH = 5.2
"""Width of a figure, inches: its 11-point text can still be read on a 360-pixel screen."""

# Fixed margins, inches. A layout engine would place them anew for each frame: slower, and the axes
# would jump as a slider moves.
LEFT, RIGHT, TOP, BOTTOM, GAP = 0.72, 0.12, 0.30, 0.52, 0.66

# Line styles in the order of the colours, so that lines differ in grey print as well.
DASHES = ("-", (0, (5, 2)), (0, (1, 1.3)), (0, (6, 2, 1, 2)))


def figure(
    height: float = 3.0,
    rows: int = 1,
    ratios: Sequence[float] | None = None,
    *,
    left: float = LEFT,
    right: float = RIGHT,
    gap: float = GAP,
) -> tuple[Figure, Axes | list[Axes]]:
    """A figure of the book's width with `rows` axes, one above the other.

    height, left, right, gap (between rows): inches. ratios: relative heights of the rows.
    Returns (figure, axes): one Axes when rows is 1, else a list from top to bottom.
    """
    if rows < 1:
        raise ValueError(f"rows is {rows}, expected at least 1")
    ratios = [1.0] * rows if ratios is None else list(ratios)
    if len(ratios) != rows:
        raise ValueError(f"ratios has {len(ratios)} entries, expected one per row ({rows})")
    room = height - TOP - BOTTOM - gap * (rows - 1)
    if room <= 0:
        raise ValueError(f"height is {height} in, too small for {rows} rows and their margins")

    fig = Figure(figsize=(WIDTH, height))
    axes, top = [], height - TOP
    for ratio in ratios:
        tall = room * ratio / sum(ratios)
        box = (
            left / WIDTH,
            (top - tall) / height,
            (WIDTH - left - right) / WIDTH,
            tall / height,
        )
        axes.append(fig.add_axes(box))
        top -= tall + gap
    return fig, axes[0] if rows == 1 else axes


def ink(alpha: float = 1.0) -> tuple[str, float]:
    """The text colour at a given opacity: the book's greys."""
    return (matplotlib.rcParams["text.color"], alpha)


def ticks(ax: Axes, x: Iterable[float] | None = None, y: Iterable[float] | None = None) -> None:
    """Set few ticks, at the given places. Each tick costs time and bytes in every frame.

    A locator, not `set_xticks`: that one also makes the tick objects at once, which the limits
    set later throw away.
    """
    if x is not None:
        ax.xaxis.set_major_locator(FixedLocator(list(x)))
    if y is not None:
        ax.yaxis.set_major_locator(FixedLocator(list(y)))


def rules(ax: Axes, y: Iterable[float] = (), x: Iterable[float] = ()) -> None:
    """Thin lines to read values against, at the given heights and places."""
    for height in y:
        ax.axhline(height, color=ink(0.2), linewidth=0.7, zorder=0)
    for place in x:
        ax.axvline(place, color=ink(0.2), linewidth=0.7, zorder=0)


def label(
    ax: Axes,
    x: float,
    y: float,
    text: str,
    color: str | tuple[str, float] | None = None,
    *,
    ha: str = "left",
    va: str = "center",
    offset: tuple[float, float] = (4, 0),
    bold: bool = False,
) -> Text:
    """Write `text` beside the point (x, y) in data units, `offset` points away. No legend needed.

    The text is not clipped by the axes: keep (x, y) inside them.
    """
    return ax.annotate(
        in_print(text),
        (x, y),
        xytext=offset,
        textcoords="offset points",
        color=ink() if color is None else color,
        ha=ha,
        va=va,
        fontweight="bold" if bold else "normal",
        annotation_clip=False,
    )
