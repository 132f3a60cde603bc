"""Figures of chapter 5, Why depth helps.

Each figure function takes the values of its sliders and returns (Figure, text): text says in words
and numbers what this state shows. The first line of its docstring describes the figure as a whole.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from feedforward.approximation import (
    bump_network,
    folding_network,
    network_of,
    relu_interpolant,
    sawtooth,
)
from feedforward.experiments import depth as experiments
from feedforward.experiments.depth import WINDOW
from feedforward.figures import style
from feedforward.figures.style import ink
from feedforward.regions import Regions, pieces_on_line, regions_in_window
from feedforward.typography import counted, in_print, spread
from feedforward.units import relu

Array = np.ndarray
Drawn = tuple[Figure, str]


def square(fig: Figure, left: float, bottom: float, side: float) -> Axes:
    """Axes of the same length on both sides, in inches from the figure's lower left corner."""
    width, height = fig.get_size_inches()
    return fig.add_axes((left / width, bottom / height, side / width, side / height))


# ------------------------------------------------------------------------------- fold a sheet

DRAWINGS = {
    "a fish": [
        [(0.12, 0.72), (0.3, 0.5), (0.12, 0.28), (0.12, 0.72)],
        [(0.3, 0.5), (0.5, 0.68), (0.75, 0.66), (0.9, 0.5), (0.75, 0.38), (0.5, 0.34), (0.3, 0.5)],
    ],
    "a letter": [
        [(0.3, 0.15), (0.3, 0.85), (0.78, 0.85)],
        [(0.3, 0.52), (0.65, 0.52)],
    ],
}
"""Strokes on the folded sheet, whose corners are (0, 0) and (1, 1)."""


def unfolded(region, strokes: list[Array]) -> list[Array]:
    """Where in the sheet each stroke comes from, as far as it lies in this region."""
    back = np.linalg.inv(region.weight)
    edges = np.roll(region.vertices, -1, axis=0) - region.vertices
    lines = []
    for stroke in strokes:
        at = (stroke - region.bias) @ back.T
        off = at[:, None] - region.vertices
        inside = (edges[:, 0] * off[..., 1] - edges[:, 1] * off[..., 0] >= -1e-9).all(axis=1)
        lines.append(np.where(inside[:, None], at, np.nan))
    return lines


def fold_sheet(folds: int = 3, drawing: str = "a fish", angle: int = 0) -> Drawn:
    """A drawing on a folded sheet of paper, and the same sheet unfolded."""
    size = 2.0 ** (1 - folds) if folds else 2.0
    if folds:
        net = folding_network(folds, np.deg2rad(angle))
        regions = list(regions_in_window(net, WINDOW))
    else:
        plain = network_of([(np.eye(2), np.zeros(2))], relu)
        regions = list(regions_in_window(plain, WINDOW))
    corner = np.zeros(2) if folds else -np.ones(2)
    strokes = [corner + size * np.array(stroke) for stroke in DRAWINGS[drawing]]

    fig = Figure(figsize=(style.WIDTH, 3.75))
    sheet, folded = square(fig, 1.9, 0.15, 3.2), square(fig, 0.08, 1.0, 1.75)
    sheet.add_collection(
        PolyCollection(
            [r.vertices for r in regions], facecolor="none", edgecolor=ink(0.35), linewidth=0.7
        )
    )
    copies = 0
    for mirrored, color in ((False, "C0"), (True, "C1")):
        lines = []
        for region in regions:
            if (np.linalg.det(region.weight) < 0) == mirrored:
                found = unfolded(region, strokes)
                copies += any(np.isfinite(line).any() for line in found)
                lines += [line for line in found if np.isfinite(line).any()]
        if lines:
            gap = np.full((1, 2), np.nan)
            path = np.concatenate([piece for line in lines for piece in (line, gap)])
            sheet.plot(path[:, 0], path[:, 1], color=color, linewidth=2.4 - 0.4 * folds)
    images = [(r.vertices @ r.weight.T + r.bias - corner) / size for r in regions]
    folded.add_collection(
        PolyCollection(images[:16], facecolor="none", edgecolor=ink(0.3), linewidth=0.7)
    )
    for stroke in DRAWINGS[drawing]:
        folded.plot(*zip(*stroke, strict=True), color=ink(0.9), linewidth=1.6)
    for ax, low, high in ((sheet, -1.02, 1.02), (folded, -0.3, 1.8)):
        ax.set_xlim(low, high)
        ax.set_ylim(low, high)
        ax.set_axis_off()
    fig.text(0.1 / style.WIDTH, 0.93, f"folded {folds}×", fontweight="bold")
    fig.text(1.95 / style.WIDTH, 0.93, f"unfolded: {counted(len(regions), 'region')}")
    if not folds:
        return fig, f"Not folded: one region, and {drawing} once."
    text = (
        f"{counted(folds, 'layer')} of two |·| units, {2 * folds} units in all: the sheet is in "
        f"{counted(len(regions), 'region')}, and {drawing} appears {copies} times, whole or cut."
    )
    return fig, in_print(text)


# ---------------------------------------------------------------------------- one layer, by hand


def wave(x: Array) -> Array:
    """sin 2πx + x on [0, 1], the curve to build."""
    return np.sin(2 * np.pi * x) + x


TARGETS = {
    "a wave": wave,
    "a corner": lambda x: np.abs(x - 1 / np.pi),
    "a square root": np.sqrt,
}
BUILT = {
    "flat bumps": 1.0,
    "bumps": 6.0,
    "steep bumps": 100.0,
    "ReLU": None,
}
"""How a hidden layer is set by hand: the steepness of its bumps, or ReLUs."""


def built(f, kind: str, units: int):
    """The network of `units` hidden units that follows f on [0, 1]."""
    if kind == "ReLU":
        x = np.linspace(0, 1, units + 1)
        return relu_interpolant(x, f(x))
    return bump_network(f, units // 2, BUILT[kind])


def by_hand(kind: str = "steep bumps", units: int = 16) -> Drawn:
    """A curve, the network that was built to follow it, and the error between them."""
    x = np.linspace(0, 1, 257)
    net = built(wave, kind, units)
    y = net.predict(x[:, None])[:, 0]
    worst = sup_error(wave, kind, units)
    fig, (top, bottom) = style.figure(height=4.4, rows=2, ratios=[1.7, 1], gap=0.2)
    top.plot(x[::4], wave(x[::4]), color="C1", linestyle=(0, (5, 2)))
    top.plot(x, y, color="C0", linewidth=1.6)
    top.set_ylim(-0.8, 1.9)
    style.ticks(top, x=[], y=[0, 1])
    top.set_ylabel("value")
    name = "ReLUs" if kind == "ReLU" else f"units, {kind}"
    style.label(top, 0.99, 1.7, f"{units} {name}", "C0", ha="right", offset=(0, 0))
    style.label(top, 0.99, 1.4, "target", "C1", ha="right", offset=(0, 0))
    bottom.plot(x, y - wave(x), color="C0", linewidth=1.2)
    style.rules(bottom, y=[0])
    bottom.set_ylim(-1.75, 1.75)
    style.ticks(bottom, x=[0, 0.5, 1], y=[-1, 0, 1])
    bottom.set_ylabel("error")
    bottom.set_xlabel("input x")
    style.label(bottom, 0.99, 1.4, f"largest {worst:.3g}", ha="right", offset=(0, 0))
    for ax in (top, bottom):
        ax.set_xlim(0, 1)
    text = f"{units} hidden {name}, set by hand: the largest error is {worst:.4g}."
    return fig, in_print(text)


RATE_UNITS = (8, 16, 32, 64, 128, 256, 512)


def sup_error(f, kind: str, units: int) -> float:
    """The largest error on [0, 1], at 20,001 places."""
    x = np.linspace(0, 1, 20_001)
    return float(np.abs(built(f, kind, units).predict(x[:, None])[:, 0] - f(x)).max())


def slope_of(error: list[float], units: tuple[int, ...] = RATE_UNITS) -> float:
    """The slope of a straight line through log error against log units."""
    return float(np.polyfit(np.log(units), np.log(error), 1)[0])


def rates(target: str = "a wave") -> Drawn:
    """The largest error against the number of units, both on logarithmic axes."""
    f = TARGETS[target]
    fig, ax = style.figure(height=3.4)
    said = []
    for kind, color, marker in (("steep bumps", "C1", "s"), ("ReLU", "C0", "o")):
        error = [sup_error(f, kind, n) for n in RATE_UNITS]
        slope = slope_of(error)
        ax.plot(RATE_UNITS, error, color=color, marker=marker, ms=5, linewidth=1.3)
        height = 1e-4 if kind == "ReLU" else 4e-4
        style.label(ax, 8, height, f"{kind}: slope {slope:.2f}", color, offset=(0, 0))
        said.append(f"{kind} {slope:.2f}")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.minorticks_off()
    ax.set_xlim(7, 600)
    ax.set_ylim(8e-6, 2)
    ax.set_xticks([8, 32, 128, 512], ["8", "32", "128", "512"])
    ax.set_yticks([1e-4, 1e-2, 1], ["10⁻⁴", "10⁻²", "1"])
    style.rules(ax, y=[1e-2, 1])
    ax.set_xlabel("hidden units")
    ax.set_ylabel("largest error")
    text = f"{target.capitalize()}: slopes on logarithmic axes: {', '.join(said)}."
    return fig, in_print(text)


# ------------------------------------------------------------------------------- Barron, grid


def barron(dimension: int = 6) -> Drawn:
    """Squared error of a layer of n waves, and of a grid of n cells, against n."""
    units = np.array(experiments.BARRON_UNITS)
    waves = experiments.random_waves(dimension)
    most = max(1, int(4096 ** (1 / dimension)))
    per_axis = np.unique(np.round(np.geomspace(1, most, 7)).astype(int))
    cells = per_axis.astype(float) ** dimension
    grid = experiments.grid_error(dimension, per_axis)
    fig, ax = style.figure(height=3.6)
    ax.plot(units, experiments.waves_expected(dimension, units), color="C0", linewidth=1.2)
    ax.plot(np.tile(units, len(waves)), waves.ravel(), "o", color=("C0", 0.5), ms=4)
    ax.plot(cells, np.maximum(grid, 1e-9), "s", ls=(0, (5, 2)), color="C1", ms=5, linewidth=1.2)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.minorticks_off()
    ax.set_xlim(0.8, 6000)
    ax.set_ylim(1e-9, 3)
    ax.set_xticks([1, 16, 256, 4096], ["1", "16", "256", "4,096"])
    ax.set_yticks([1e-8, 1e-6, 1e-4, 1e-2, 1], ["10⁻⁸", "10⁻⁶", "10⁻⁴", "10⁻²", "1"])
    style.rules(ax, y=[1e-8, 1e-6, 1e-4, 1e-2, 1])
    ax.set_xlabel("units, or cells, n")
    ax.set_ylabel("mean squared error")
    ax.set_title(f"{counted(dimension, 'dimension')}")
    style.label(ax, 1, 1e-7, "n waves: slope −1", "C0", offset=(0, 0))
    style.label(ax, 1, 2.5e-9, f"grid: at best −{2 / dimension:.2g}", "C1", offset=(0, 0))
    text = (
        f"In {counted(dimension, 'dimension')}: 4,096 waves leave {spread(waves[:, -1], '.1e')} "
        f"(5 seeds), a grid of {int(cells[-1]):,} cells {grid[-1]:.2g}."
    )
    return fig, in_print(text)


# ------------------------------------------------------------- represent, learn, generalize


def labels(frame: int = 7, kind: str = "random") -> Drawn:
    """Accuracy during training, on the labels that were trained and on the true test labels."""
    accuracy = experiments.memorized(kind)
    steps = experiments.LABEL_STEPS
    place = np.arange(len(steps))
    fig, ax = style.figure(height=3.2)
    train, test = accuracy[frame].mean(axis=1)
    for part, name, color, dash, value in (
        (0, "training labels", "C0", "-", train), (1, "test", "C1", (0, (5, 2)), test),
    ):  # fmt: skip
        ax.plot(place, accuracy[:, part].mean(axis=1), color=(color, 0.45), ls=dash, linewidth=1.2)
        ax.plot(place[: frame + 1], accuracy[: frame + 1, part].mean(axis=1), color=color, ls=dash)
        ax.plot(np.full(3, place[frame]), accuracy[frame, part], "o", color=color, ms=6)
        height = 0.39 if part == 0 else 0.29
        style.label(ax, 7.1, height, f"{name} {value:.1%}", color, ha="right", offset=(0, 0))
    style.rules(ax, y=[0.1])
    style.label(ax, 7, 0.16, "chance", ink(0.75), ha="right", offset=(0, 0))
    ax.set_xlim(-0.1, 7.2)
    ax.set_ylim(0, 1.04)
    ax.set_xticks(place, [f"{s:,}" for s in steps])
    style.ticks(ax, y=[0, 0.5, 1])
    ax.set_xlabel("training step")
    ax.set_ylabel("accuracy")
    ax.set_title(f"{kind} labels")
    text = (
        f"{kind.capitalize()} labels, {steps[frame]:,} steps: {train:.1%} of the training labels "
        f"and {test:.1%} of the true test labels are right (3 seeds)."
    )
    return fig, in_print(text)


# ------------------------------------------------------------------------------------ sawtooth


def teeth(depth: int = 4) -> Drawn:
    """A sawtooth from two ReLUs a layer, and how many pieces it has beside a shallow network's."""
    x = np.linspace(0, 1, 2 ** min(depth, 8) + 1)
    pieces = pieces_on_line(sawtooth(depth), 0.0, 1.0).count
    fig, (top, bottom) = style.figure(height=4.6, rows=2, ratios=[1, 1.2])
    top.plot(x, sawtooth(depth).predict(x[:, None])[:, 0], color="C0", lw=1.6 if depth < 6 else 0.8)
    top.set_xlim(0, 1)
    top.set_ylim(0, 1.02)
    style.ticks(top, x=[0, 0.5, 1], y=[0, 1])
    top.set_xlabel("input x")
    top.set_ylabel("output")
    depths = np.arange(1, 11)
    bottom.plot(2 * depths, 2.0**depths, "o", color=("C0", 0.4), ms=4)
    bottom.plot(2 * depths, 2 * depths + 1, "s", color=("C1", 0.4), ms=4)
    bottom.plot([2 * depth], [pieces], "o", color="C0", ms=9)
    bottom.plot([2 * depth], [2 * depth + 1], "s", color="C1", ms=9)
    bottom.set_yscale("log")
    bottom.minorticks_off()
    bottom.set_xlim(1, 21)
    bottom.set_ylim(1, 2000)
    style.ticks(bottom, x=[2, 8, 14, 20])
    bottom.set_yticks([1, 10, 100, 1000], ["1", "10", "100", "1,000"])
    bottom.set_xlabel("ReLUs")
    bottom.set_ylabel("pieces")
    style.label(bottom, 1.5, 1000, f"{counted(depth, 'layer')}: {pieces:,}", "C0", offset=(0, 0))
    style.label(bottom, 1.5, 400, f"one layer: {2 * depth + 1}", "C1", offset=(0, 0))
    text = (
        f"{2 * depth} ReLUs in {counted(depth, 'layer')} make {pieces:,} straight pieces; in one "
        f"layer they make at most {2 * depth + 1}."
    )
    return fig, in_print(text)


def teeth_training(frame: int = 5, kind: str = "shallow") -> Drawn:
    """A network trained on a sawtooth that it could represent, and the sawtooth."""
    depth = experiments.TEETH_DEPTH
    outputs, error = experiments.teeth_learned(kind)
    x = np.linspace(0, 1, 2**depth + 1)
    step = experiments.TEETH_STEPS[frame]
    best = experiments.teeth_possible()
    fig, (top, bottom) = style.figure(height=4.4, rows=2, ratios=[1.3, 1])
    top.plot(x, sawtooth(depth).predict(x[:, None])[:, 0], color="C1", linewidth=1, ls=(0, (4, 1)))
    top.plot(
        experiments.TEETH_X[::2, 0], np.clip(outputs[frame, 0, ::2], -0.5, 1.5), color="C0", lw=1.6
    )
    top.set_xlim(0, 1)
    top.set_ylim(-0.3, 1.6)
    style.ticks(top, x=[0, 0.5, 1], y=[0, 1])
    top.set_xlabel("input x")
    top.set_ylabel("output")
    style.label(top, 0.01, 1.45, f"step {step:,}", "C0", offset=(0, 0))
    style.label(top, 0.99, 1.45, f"target, {2**depth} pieces", "C1", ha="right", offset=(0, 0))
    place = np.arange(len(experiments.TEETH_STEPS))
    shown = np.clip(error, 2e-5, 2)
    bottom.plot(place, shown, color=("C0", 0.35), linewidth=1)
    bottom.plot(np.full(3, frame), shown[frame], "o", color="C0", ms=6)
    if kind == "shallow":
        bottom.axhline(max(best.mean(), 2e-5), color="C2", ls=(0, (5, 2)), linewidth=1.5)
        style.label(
            bottom, 0, best.mean(), "this hidden layer can", "C2", va="top", offset=(0, -3),
        )  # fmt: skip
    bottom.set_yscale("log")
    bottom.minorticks_off()
    bottom.set_xlim(-0.1, 5.15)
    bottom.set_ylim(1e-5, 3)
    bottom.set_xticks(place, [f"{s:,}" for s in experiments.TEETH_STEPS])
    bottom.set_yticks([1e-4, 1e-2, 1], ["10⁻⁴", "10⁻²", "1"])
    style.rules(bottom, y=[1e-4, 1e-2, 1])
    bottom.set_xlabel("training step")
    bottom.set_ylabel("error")
    said = ", ".join(f"{e:.3g}" for e in error[frame])
    text = (
        f"The {kind} network, {2**depth} pieces, after {step:,} steps: error relative to the "
        f"target's variance {said} (3 seeds)."
    )
    if kind == "shallow":
        text += f" The best output weights on its untrained hidden layer leave {best.mean():.2g}."
    return fig, in_print(text)


# ------------------------------------------------------------------------------------- regions


def region_map(regions: Regions, title: str, hue: Array, shade: Array) -> Figure:
    """Regions in the first colours, each `hue` 0 … 3, as opaque as `shade`, with full edges."""
    fig = Figure(figsize=(style.WIDTH, 4.1))
    ax = square(fig, 0.75, 0.15, 3.5)
    ax.add_collection(
        PolyCollection(
            [r.vertices for r in regions],
            facecolors=[(f"C{h}", float(s)) for h, s in zip(hue, shade, strict=True)],
            edgecolors=[f"C{h}" for h in hue],
            linewidths=0.7,
        )
    )
    ax.set_xlim(WINDOW[0], WINDOW[1])
    ax.set_ylim(WINDOW[2], WINDOW[3])
    style.ticks(ax, x=[], y=[])
    ax.set_title(title)
    return fig


def colors_of(pattern: Array) -> tuple[Array, Array]:
    """A hue and a shade for each region, from its units that are on: neighbours differ."""
    on = pattern.sum(axis=1)
    weighted = pattern @ (np.arange(pattern.shape[1]) + 1)
    return on % 4, np.array([0.2, 0.35, 0.55])[weighted % 3]


def layer_by_layer(layers: int = 3) -> Drawn:
    """A square, cut into polygons by one layer of a trained network after the other."""
    net = experiments.plane_network(3, "trained", seed=1)
    regions = regions_in_window(net[: layers + 1], WINDOW)
    title = f"cut by {counted(layers, 'layer')}: {counted(len(regions), 'polygon')}"
    fig = region_map(regions, title, *colors_of(regions.pattern))
    text = (
        f"{counted(layers, 'layer')} of a trained network cut the square into "
        f"{counted(len(regions), 'polygon')}."
    )
    return fig, in_print(text)


def equal_parameters(depth: int = 2, kind: str = "built") -> Drawn:
    """The linear regions of a small network in a window of the plane, each in a colour."""
    widths = experiments.PLANE_WIDTHS[depth]
    regions = regions_in_window(experiments.plane_network(depth, kind), WINDOW)
    layers = "–".join(str(n) for n in widths)
    title = f"{layers}, {kind}: {counted(len(regions), 'region')}"
    fig = region_map(regions, title, *colors_of(regions.pattern))
    text = (
        f"{kind.capitalize()} network {layers}, {experiments.parameters(widths)} parameters: "
        f"{counted(len(regions), 'region')} in the window."
    )
    return fig, in_print(text)


def plane_training(frame: int = 5, depth: int = 2) -> Drawn:
    """A network's linear regions while it learns; the colour is its output, high or low."""
    net = experiments.member(experiments.plane_film(depth)[frame], 0)
    regions = regions_in_window(net, WINDOW)
    output = np.einsum("pi,pi->p", regions.weight[:, 0], regions.centers) + regions.bias[:, 0]
    x = np.random.default_rng(0).uniform(-1, 1, (1000, 2))
    error = float(((network_of(net, relu).predict(x) - experiments.hill(x)) ** 2).mean())
    step = experiments.PLANE_STEPS[frame]
    shade = np.round(np.clip(np.abs(output), 0, 1.2) / 1.2 * 8) / 8 * 0.6 + 0.03
    title = f"step {step:,}: {counted(len(regions), 'region')}, error {error:.3f}"
    fig = region_map(regions, title, np.where(output > 0, 0, 1), shade)
    text = (
        f"{counted(depth, 'hidden layer')}, step {step:,}: {counted(len(regions), 'region')} in "
        f"the window, mean squared error {error:.4f} (the target's mean square is "
        f"{float((experiments.hill(x) ** 2).mean()):.2f})."
    )
    return fig, in_print(text)


def per_neuron(frame: int = 0, depth: int = 8) -> Drawn:
    """Pieces per neuron along lines, for 64 neurons in 1 to 8 layers, while they learn."""
    steps = experiments.NEURON_STEPS
    fig, (top, bottom) = style.figure(height=4.6, rows=2)
    place = np.arange(len(experiments.NEURON_DEPTHS))
    means = []
    for i, d in enumerate(experiments.NEURON_DEPTHS):
        pieces, _, _ = experiments.regions_per_neuron(d)
        here = d == depth
        seeds = pieces[frame].mean(axis=1)
        means.append(seeds.mean())
        top.plot(np.full(5, i), seeds, "o", color="C0" if here else ("C0", 0.35), ms=5)
    top.plot(place, means, color=("C0", 0.5), linewidth=1)
    style.rules(top, y=[1])
    top.set_xlim(-0.4, 3.4)
    top.set_ylim(0, 2)
    top.set_xticks(place, [str(d) for d in experiments.NEURON_DEPTHS])
    style.ticks(top, y=[0, 1, 2])
    top.set_xlabel("layers that the 64 neurons are in")
    top.set_ylabel("pieces per neuron")
    top.set_title(f"step {steps[frame]:,}")
    pieces, regions, error = experiments.regions_per_neuron(depth)
    at = np.arange(len(steps))
    bottom.plot(at, pieces.mean(axis=(1, 2)), color="C0")
    bottom.plot(at, error.mean(axis=1) * 2, color="C1", linestyle=(0, (5, 2)))
    bottom.plot([frame], [pieces[frame].mean()], "o", color="C0", ms=7)
    bottom.plot([frame], [error[frame].mean() * 2], "o", color="C1", ms=7)
    bottom.set_xlim(-0.1, 5.15)
    bottom.set_ylim(0, 2)
    bottom.set_xticks(at, [f"{s:,}" for s in steps])
    style.ticks(bottom, y=[0, 1, 2])
    style.rules(bottom, y=[1])
    bottom.set_xlabel("training step")
    bottom.set_ylabel("pieces, error")
    style.label(
        bottom, 5, 1.72, f"{counted(depth, 'layer')}: pieces per neuron", "C0", ha="right",
        offset=(0, 0),
    )  # fmt: skip
    style.label(bottom, 5, 0.45, "2 × error", "C1", ha="right", offset=(0, 0))
    text = (
        f"64 neurons in {counted(depth, 'layer')}, step {steps[frame]:,}: "
        f"{pieces[frame].mean():.2f} pieces per neuron on a line (5 seeds, 4 lines each), "
        f"{spread(regions[frame], ',.0f')} regions in the window, error "
        f"{error[frame].mean():.4f}."
    )
    return fig, in_print(text)


# -------------------------------------------------------------------- does depth generalize?


def contest(task: str = "a tree of wavy pairs", budget: str = "small") -> Drawn:
    """Training and test scores against depth, at equal parameters, one dot per seed."""
    size, depths = experiments.CONTESTS[task]
    examples, steps = experiments.contest_budget(task, budget)
    scores = [experiments.contest_scores(task, d, budget) for d in depths]
    accuracy = task == "MNIST-1D"
    fig, ax = style.figure(height=3.6)
    place = np.arange(len(depths))
    for part, name, color, dash, marker in (
        (0, "training", "C1", (0, (5, 2)), "s"), (1, "test", "C0", "-", "o"),
    ):  # fmt: skip
        dots = np.array([s[part] for s in scores])
        ax.plot(place, dots.mean(axis=1), color=color, linestyle=dash, linewidth=1.3)
        shift = 0.06 * (part - 0.5)
        ax.plot(
            np.repeat(place + shift, dots.shape[1]), dots.ravel(), marker, color=(color, 0.6), ms=4
        )
        height = {True: (0.48, 0.42), False: (1.2, 1.33)}[accuracy][part]
        style.label(ax, -0.2, height, name, color, offset=(0, 0))
    ax.set_xlim(-0.3, len(depths) - 0.7)
    low, high = (0.38, 1.02) if accuracy else (0, 1.42)
    ax.set_ylim(low, high)
    style.ticks(ax, y=[0.5, 0.75, 1.0] if accuracy else [0, 0.5, 1.0])
    ax.set_xticks(place, [str(d) for d in depths])
    ax.set_xlabel("hidden layers")
    ax.set_ylabel("accuracy" if accuracy else "squared error")
    tests = [s[1] for s in scores]
    best = int(np.argmax([t.mean() if accuracy else -t.mean() for t in tests]))
    ax.set_title(f"{examples:,} examples, {steps:,} steps")
    said = ", ".join(f"{d}: {t.mean():.3f}" for d, t in zip(depths, tests, strict=True))
    text = (
        f"{task[0].upper()}{task[1:]}, {examples:,} examples, {steps:,} steps, about {size:,} "
        f"parameters. Test {'accuracy' if accuracy else 'error'} by depth {said} "
        f"({len(tests[0])} seeds); best at {depths[best]}."
    )
    return fig, in_print(text)


# ------------------------------------------------------------------------------- curve length

CURVE_SHOWN = (0, 1, 2, 3, 4, 6, 8, 10)


def curve(frame: int = 4, scale: float = 2.5) -> Drawn:
    """A circle on its way through random tanh layers, and its length at each of them."""
    layer = CURVE_SHOWN[frame]
    lengths, pictures, _ = experiments.curve_growth(scale)
    fig = Figure(figsize=(style.WIDTH, 5.0))
    top = square(fig, 1.2, 2.25, 2.5)
    bottom = fig.add_axes((style.LEFT / style.WIDTH, 0.105, 4.3 / style.WIDTH, 0.31))
    path = pictures[layer]
    top.plot(path[:, 0], path[:, 1], color="C0", linewidth=1)
    top.set_xlim(-1.05, 1.05)
    top.set_ylim(-1.05, 1.05)
    top.set_axis_off()
    top.set_title(f"layer {layer}, enlarged to fit")
    layers = np.arange(experiments.CURVE_LAYERS + 1)
    bottom.plot(np.tile(layers, (3, 1)).T, lengths.T, color=("C0", 0.5), linewidth=1.2)
    bottom.plot(np.full(3, layer), lengths[:, layer], "o", color="C0", ms=6)
    bottom.set_yscale("log")
    bottom.minorticks_off()
    bottom.set_xlim(-0.2, 10.2)
    bottom.set_ylim(0.01, 150)
    style.ticks(bottom, x=[0, 2, 4, 6, 8, 10])
    bottom.set_yticks([0.01, 1, 100], ["0.01", "1", "100"])
    style.rules(bottom, y=[1])
    bottom.set_xlabel("layer")
    bottom.set_ylabel("length")
    now = lengths[:, layer]
    high = 50 if scale < 2 else 0.05
    style.label(
        bottom, 10, high, f"σ = {scale:g}: {now.mean():.2g} × the circle", "C0", ha="right",
        offset=(0, 0),
    )  # fmt: skip
    text = (
        f"Weights of standard deviation {scale:g}/√200: at layer {layer} the curve is "
        f"{spread(now, '.3f' if now.mean() < 10 else '.1f')} times as long as the circle "
        "(3 seeds). The picture is enlarged to fill its frame."
    )
    return fig, in_print(text)
