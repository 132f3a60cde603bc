"""Figures of chapter 2, Units and activations.

Each figure function takes the values of its sliders and returns (Figure, text): text says in words
and numbers what this state shows. The first line of its docstring describes the figure as a whole.
What they show is computed in `feedforward.experiments.activations`.
"""

import numpy as np
from matplotlib.figure import Figure

from feedforward.experiments import activations as experiments
from feedforward.experiments.activations import SPAN
from feedforward.figures import style
from feedforward.figures.style import ink
from feedforward.mixture import mixture_density, mixture_parameters
from feedforward.typography import counted, in_print
from feedforward.typography import spread as spread  # for the chapter
from feedforward.units import (
    UNITS,
    hard_sigmoid,
    hardmax,
    rectifier,
    relu,
    sigmoid,
    softmax,
    sparsemax,
)

Array = np.ndarray
Drawn = tuple[Figure, str]


def words(unit: str) -> str:
    """A unit's name as a reader writes it."""
    return {
        "relu": "ReLU",
        "leaky_relu": "leaky ReLU",
        "elu": "ELU",
        "gelu": "GELU",
        "silu": "SiLU",
    }.get(unit, unit.replace("_", " "))


# ------------------------------------------------------------------------- eight units, one curve


def eight_units(unit: str = "relu", frame: int = 4) -> Drawn:
    """Eight hidden units add up to a curve; below, what each of them contributes."""
    x, y = experiments.wavy_data()
    shown = experiments.eight_units_shown(unit)
    w1, b1, w2, b2 = (p[shown] for p in experiments.eight_units_film(unit)[frame])
    line = np.linspace(-3, 3, 61)[:, None]
    parts = UNITS[unit](line @ w1.T + b1) * w2
    error = float(((UNITS[unit](x @ w1.T + b1) @ w2.T + b2 - y) ** 2).mean())

    fig, (top, bottom) = style.figure(height=4.4, rows=2, gap=0.25)
    top.plot(x, y, "o", color=ink(0.5), ms=3)
    top.plot(line, parts.sum(axis=1) + b2[0], color="C0")
    top.set_ylim(-3.6, 4)
    style.ticks(top, x=[], y=[-2, 0, 2])
    top.set_ylabel("sum")
    style.label(top, -2.95, 3.5, f"step {experiments.HOOK_STEPS[frame]:,}: error {error:.4f}", "C0")
    for j in range(8):
        bottom.plot(
            line,
            np.clip(parts[:, j], -9, 9),
            color=f"C{j % 4}",
            linestyle=style.DASHES[j // 4],
            linewidth=1.3,
        )
    bottom.set_ylim(-6, 6)
    style.ticks(bottom, x=[-3, -2, -1, 0, 1, 2, 3], y=[-5, 0, 5])
    bottom.set_ylabel("each unit's part")
    bottom.set_xlabel("input x")
    for ax in (top, bottom):
        ax.set_xlim(-3, 3)
    text = (
        f"Eight {words(unit)} units after {experiments.HOOK_STEPS[frame]:,} training steps: "
        f"mean squared error {error:.4f} on a curve of mean square {float((y**2).mean()):.2f}."
    )
    return fig, in_print(text)


# -------------------------------------------------------------- what a unit owes its gradient


def value_and_slope(unit: str = "sigmoid", spread: float = 2.0, center: float = 0.0) -> Drawn:
    """A unit's value and slope, over the distribution of the pre-activations that reach it."""
    flat, mean_square = experiments.flat_share(unit, center, spread)
    g = UNITS[unit]
    # No point on a kink but those that are put there, each between two neighbours: so that the
    # value turns in a corner, the slope jumps, and a convention at one point is not drawn as flat.
    around = [kink + side for kink in g.kinks for side in (-1e-6, 0, 1e-6)]
    z = np.sort(np.concatenate([np.linspace(-8, 8, 160), around]))
    fig, (top, middle, bottom) = style.figure(height=5.0, rows=3, ratios=[1.4, 1, 0.8], gap=0.2)
    top.plot(z, g(z), color="C0")
    top.set_ylim(-2.3, 4.3)
    style.ticks(top, x=[], y=[-2, 0, 2, 4])
    top.set_ylabel("g(z)")
    # Below on the right no unit has values.
    style.label(top, 7.9, -0.8, words(unit), "C0", ha="right", offset=(0, 0), bold=True)
    style.label(top, 7.9, -1.7, g.formula, ink(0.8), ha="right", offset=(0, 0))
    slope = np.where(np.isin(z, g.kinks), np.nan, g.derivative(z))
    middle.plot(z, slope, color="C1")
    middle.set_ylim(-1.2, 1.3)
    style.ticks(middle, x=[], y=[-1, 0, 1])
    style.rules(middle, y=[0])
    middle.set_ylabel("g′(z)")
    density = np.exp(-(((z - center) / spread) ** 2) / 2) / (spread * np.sqrt(2 * np.pi))
    bottom.fill_between(z, density, color=ink(0.25), linewidth=0)
    on_flat = np.abs(slope) < 0.05
    bottom.fill_between(z, np.where(on_flat, density, 0), color="C3", linewidth=0, step="mid")
    bottom.set_ylim(0, 0.85)
    style.ticks(bottom, x=[-8, -4, 0, 4, 8], y=[0, 0.5])
    bottom.set_ylabel("density")
    bottom.set_xlabel("pre-activation z")
    style.label(bottom, 7.9, 0.7, f"flat for {flat:.0%}", "C3", ha="right", offset=(0, 0))
    for ax in (top, middle, bottom):
        ax.set_xlim(-8, 8)
    text = (
        f"{words(unit)} with pre-activations of mean {center:g} and standard deviation "
        f"{spread:g}: for {flat:.1%} of them |g′| is below 0.05; the mean of g′² is "
        f"{mean_square:.3f}."
    )
    return fig, in_print(text)


def vanishing_chain(unit: str = "sigmoid", scale: float = 1.0) -> Drawn:
    """The size of the gradient on its way back through twenty layers, under its upper bound."""
    measured = experiments.chain_gradients(unit, scale)
    factor = scale * experiments.STEEPEST.get(unit, 1.0)
    back = np.arange(experiments.CHAIN_DEPTH)
    fig, ax = style.figure(height=3.4)
    ax.plot(back, factor ** back.astype(float), color="C1", ls=(0, (5, 2)))
    ax.plot(back, measured.T, "o", color=("C0", 0.6), ms=4)
    ax.set_yscale("log")
    ax.set_ylim(1e-18, 1e12)
    ax.minorticks_off()
    ax.set_yticks([1e-15, 1e-10, 1e-5, 1, 1e5, 1e10],
                  ["10⁻¹⁵", "10⁻¹⁰", "10⁻⁵", "1", "10⁵", "10¹⁰"])  # fmt: skip
    ax.set_xlim(-0.5, 19.5)
    style.ticks(ax, x=[0, 5, 10, 15, 19])
    style.rules(ax, y=[1])
    ax.set_xlabel("layers that the gradient has passed")
    ax.set_ylabel("size of the gradient")
    style.label(ax, 0, 3e-17, f"measured, 5 seeds: {words(unit)}", "C0", offset=(0, 0))
    style.label(ax, 0, 1e-14, f"bound: {factor:g} per layer", "C1", offset=(0, 0))
    last = measured[:, -1]
    text = (
        f"{words(unit)}, weights that stretch by {scale:g}: after 19 layers the gradient is "
        f"{np.exp(np.log(last).mean()):.2g} times what it was (geometric mean of 5 seeds); "
        f"the bound is {factor**19:.2g}."
    )
    return fig, in_print(text)


# ---------------------------------------------------------------------- rectifiers as one family


def rectifier_family(alpha: float = 0.0) -> Drawn:
    """One slider from the absolute value over ReLU to the identity, and what comes out of it."""
    g = rectifier(alpha)
    z = np.linspace(-3, 3, 121)
    mean = (1 - alpha) / np.sqrt(2 * np.pi)
    square = (1 + alpha**2) / 2
    fig, (top, bottom) = style.figure(height=4.2, rows=2)
    top.plot(z, g(z), color="C0")
    top.set_xlim(-3, 3)
    top.set_ylim(-3.1, 3.1)
    style.rules(top, y=[0], x=[0])
    style.ticks(top, x=[-3, 0, 3], y=[-3, 0, 3])
    top.set_xlabel("pre-activation z")
    top.set_ylabel("g(z)")
    names = {-1.0: "absolute value", 0.0: "ReLU", 1.0: "identity"}
    name = names.get(round(alpha, 6), "leaky" if 0 < alpha < 1 else "")
    style.label(top, 0, 2.6, f"α = {alpha:.2f}  {name}", "C0", ha="center", offset=(0, 0))

    out = np.linspace(-3, 3, 121)
    normal = np.exp(-(out**2) / 2) / np.sqrt(2 * np.pi)
    density = np.where(out > 0, normal, 0)
    if abs(alpha) > 1e-9:
        folded = np.exp(-((out / alpha) ** 2) / 2) / (abs(alpha) * np.sqrt(2 * np.pi))
        density = density + np.where(np.sign(out) == -np.sign(alpha), folded, 0)
    density = np.minimum(density, 1.25)
    bottom.fill_between(out, density, color=("C0", 0.35), linewidth=0, step="mid")
    if abs(alpha) < 1e-9:
        bottom.plot([0, 0], [0, 1.2], color="C0", linewidth=4)
        style.label(bottom, 0, 1.1, "half of them exactly 0", "C0", ha="right", offset=(-6, 0))
    bottom.plot([mean], [0], "^", color="C1", ms=9, clip_on=False)
    style.label(bottom, 2.95, 1.1, f"mean {mean:.2f}", "C1", ha="right", offset=(0, 0))
    style.label(bottom, 2.95, 0.9, f"mean square {square:.2f}", ink(0.8), ha="right", offset=(0, 0))
    bottom.set_xlim(-3, 3)
    bottom.set_ylim(0, 1.25)
    style.ticks(bottom, x=[-3, 0, 3], y=[0, 1])
    bottom.set_xlabel("activation, for standard normal z")
    bottom.set_ylabel("density")
    text = (
        f"α = {alpha:g}. For standard normal pre-activations the activations have mean {mean:.3f} "
        f"and mean square (1 + α²)/2 = {square:.3f}."
    )
    return fig, in_print(text)


def polarity(digit: int = 4, alpha: float = -1.0, edge: str = "vertical") -> Drawn:
    """A digit and its negative, and what an edge detector makes of both."""
    data = experiments.digit_images()
    image = data.x_train[np.flatnonzero(data.y_train == digit)[0]]
    g = rectifier(alpha)
    responses = [g(experiments.edge_response(picture, edge)) for picture in (image, 1 - image)]
    height = 4.4
    fig = Figure(figsize=(style.WIDTH, height))
    for column, (picture, response, name) in enumerate(
        zip((image, 1 - image), responses, ("ink on paper", "its negative"), strict=True)
    ):
        left = (0.35 + 2.45 * column) / style.WIDTH
        for row, (what, low, high) in enumerate(((picture, 0, 1), (response, -0.5, 0.5))):
            ax = fig.add_axes((left, (2.35 - 2.2 * row) / height, 1.9 / style.WIDTH, 1.75 / height))
            ax.imshow(what, cmap="gray_r", vmin=low, vmax=high, interpolation="none")
            style.ticks(ax, x=[], y=[])
            ax.set_title(name if row == 0 else in_print(f"response {response.sum():.2f}"))
    change = float(np.abs(responses[0] - responses[1]).sum() / np.abs(responses[0]).sum())
    text = (
        f"Digit {digit}, {edge} edges, α = {alpha:g}. Summed response {responses[0].sum():.3f} to "
        f"the image and {responses[1].sum():.3f} to its negative; the two maps differ by "
        f"{change:.0%} of the first."
    )
    return fig, in_print(text)


# --------------------------------------------------------------------------------- dead units


def dead_units(learning_rate: float = 1.0, bias: float = 0.0) -> Drawn:
    """How many units are dead after training, and on how many inputs the others are active."""
    before, after = experiments.active_shares(learning_rate)
    row = experiments.DEAD_BIASES.index(bias)
    fig, (top, bottom) = style.figure(height=4.4, rows=2)
    for rate in experiments.DEAD_RATES:
        dead = (experiments.active_shares(rate)[1] == 0).mean(axis=2)
        here = rate == learning_rate
        top.plot(
            experiments.DEAD_BIASES,
            dead.mean(axis=1),
            color="C0" if here else ink(0.25),
            lw=2 if here else 1,
        )
        if here:
            top.plot(
                np.repeat(experiments.DEAD_BIASES, 3), dead.ravel(), "o", color=("C0", 0.5), ms=4
            )
    top.plot(bias, (after[row] == 0).mean(), "D", color="C1", ms=8, clip_on=False)
    top.set_xlim(-3.1, 1.1)
    top.set_ylim(-0.03, 1.03)
    style.ticks(top, x=experiments.DEAD_BIASES, y=[0, 0.5, 1])
    top.set_xlabel("bias at the start")
    top.set_ylabel("share of dead units")
    style.label(top, 1.1, 0.93, f"learning rate {learning_rate:g}", "C0", ha="right", offset=(0, 0))
    style.label(top, 1.1, 0.8, "other rates", ink(0.8), ha="right", offset=(0, 0))

    edges = np.linspace(0, 1, 21)
    middles = (edges[1:] + edges[:-1]) / 2
    for shares, color, named, name, height in (
        (before, ink(0.35), ink(0.8), "before", 0.92), (after, "C1", "C1", "after training", 0.75),
    ):  # fmt: skip
        count, _ = np.histogram(shares[row].ravel(), edges)
        bottom.step(middles, count / shares[row].size, where="mid", color=color, lw=1.6)
        style.label(bottom, 0.98, height, name, named, ha="right", offset=(0, 0))
    bottom.set_xlim(0, 1)
    bottom.set_ylim(0, 1.03)
    style.ticks(bottom, x=[0, 0.5, 1], y=[0, 0.5, 1])
    bottom.set_xlabel("share of the digits on which a unit is active")
    bottom.set_ylabel("share of units")
    text = (
        f"Starting bias {bias:g}, learning rate {learning_rate:g}: {(before[row] == 0).mean():.1%} "
        f"of the units are dead before training and {(after[row] == 0).mean():.1%} after "
        f"{experiments.DEAD_STEPS} steps (3 seeds, 100 units each)."
    )
    return fig, in_print(text)


# ------------------------------------------------------------------------------------- maxout


def tangents(k: int = 3, lifted: bool = False) -> Drawn:
    """A maxout unit of k lines under a parabola, and its error, whose largest value is 1/k²."""
    slope, offset = experiments.parabola_pieces(k, lifted)
    x = np.linspace(-1, 1, 241)
    lines = slope * x[:, None] + offset
    error = x**2 - lines.max(axis=1)
    fig, (top, bottom) = style.figure(height=4.4, rows=2, ratios=[1.7, 1], gap=0.2)
    for j in range(k):
        top.plot(
            [-1, 1], [offset[j] - slope[j], offset[j] + slope[j]], color=ink(0.25), linewidth=0.8
        )
    top.plot(x, x**2, color="C1", linestyle=(0, (5, 2)))
    top.plot(x, lines.max(axis=1), color="C0")
    top.set_ylim(-0.55, 1.1)
    style.ticks(top, x=[], y=[0, 1])
    top.set_ylabel("value")
    style.label(top, 0, 0.95, f"maxout of {k} line{'s' * (k != 1)}", "C0", ha="center")
    style.label(top, 0, 0.75, "x²", "C1", ha="center")
    bottom.plot(x, np.clip(error, -0.55, 1.05), color="C0", linewidth=1.4)
    worst = float(np.abs(error).max())
    style.rules(bottom, y=[0])
    bottom.axhline(worst, color="C3", linewidth=1)
    if lifted:
        bottom.axhline(-worst, color="C3", linewidth=1)
    bottom.set_ylim(-0.55, 1.1)
    style.ticks(bottom, x=[-1, -0.5, 0, 0.5, 1], y=[-0.5, 0, 0.5, 1])
    bottom.set_xlabel("input x")
    bottom.set_ylabel("error")
    law = f"1/(2·{k}²)" if lifted else f"1/{k}²"
    exact = 1 / (2 * k**2) if lifted else 1 / k**2
    style.label(bottom, 1, 0.9, f"largest {exact:.4g} = {law}", "C3", ha="right", offset=(0, 0))
    for ax in (top, bottom):
        ax.set_xlim(-1, 1)
    text = (
        f"{counted(k, 'lifted line' if lifted else 'tangent')}: the largest error on [−1, 1] is "
        f"{exact:.6g}, which is {law}."
    )
    return fig, in_print(text)


def two_maxouts(pieces: int = 6, target: str = "a wave") -> Drawn:
    """The difference of two maxout units, each of them convex, follows a curve that is not."""
    f = experiments.TARGETS[target]
    first, second, worst = experiments.convex_difference(f, pieces)
    x = np.linspace(-SPAN, SPAN, 161)
    up, down = ((x[:, None] * s + o).max(axis=1) for s, o in (first, second))
    fig, (top, bottom) = style.figure(height=4.4, rows=2, gap=0.2)
    top.plot(x, up, color="C0")
    top.plot(x, down, color="C2", linestyle=style.DASHES[1])
    top.set_ylim(-3, 20)
    style.ticks(top, x=[], y=[0, 10, 20])
    top.set_ylabel("two maxout units")
    style.label(top, -1.95, 18.5, f"first, {counted(len(first[0]), 'piece')}", "C0", offset=(0, 0))
    style.label(top, -1.95, 16, f"second, {counted(len(second[0]), 'piece')}", "C2", offset=(0, 0))
    bottom.plot(x, f(x), color="C1", linestyle=(0, (5, 2)))
    bottom.plot(x, up - down, color="C0", linewidth=1.5)
    bottom.set_ylim(-2.2, 2.4)
    style.ticks(bottom, x=[-2, -1, 0, 1, 2], y=[-2, 0, 2])
    bottom.set_xlabel("input x")
    bottom.set_ylabel("first − second")
    style.label(bottom, 1.95, 2.1, f"largest error {worst:.3f}", ha="right", offset=(0, 0))
    for ax in (top, bottom):
        ax.set_xlim(-SPAN, SPAN)
    text = (
        f"{target.capitalize()}, {pieces} straight pieces: one maxout unit of "
        f"{counted(len(first[0]), 'line')} minus another of {len(second[0])}. "
        f"Largest error {worst:.4f}."
    )
    return fig, in_print(text)


def trained_maxout(frame: int = 8, pieces: int = 8) -> Drawn:
    """Two maxout units learn their own activation functions: their pieces, as they move."""
    x = np.linspace(-SPAN, SPAN, 121)
    run = experiments.maxout_film(pieces)
    lines, out = experiments.maxout_parts(run[frame], x, pieces)
    target = experiments.TARGETS["a wave"](x)
    error = experiments.maxout_error(pieces, frame=frame)[0]
    fig, (top, bottom) = style.figure(height=4.4, rows=2, gap=0.2)
    used = []
    for unit, color in ((0, "C0"), (1, "C2")):
        for j in range(pieces):
            ends = lines[0, [0, -1], unit, j]
            top.plot([-SPAN, SPAN], ends, color=(color, 0.35), linewidth=0.8)
        top.plot(
            x, lines[0, :, unit].max(axis=1), color=color, linestyle=style.DASHES[unit], lw=2.2
        )
        used.append(len(np.unique(lines[0, :, unit].argmax(axis=1))))
    top.set_ylim(-3, 8)
    style.ticks(top, x=[], y=[0, 4, 8])
    top.set_ylabel("two maxout units")
    style.label(top, 0, 7.3, "unit 1", "C0", ha="right", offset=(-4, 0))
    style.label(top, 0, 7.3, "unit 2", "C2", offset=(4, 0))
    bottom.plot(x, target, color="C1", linestyle=(0, (5, 2)))
    bottom.plot(x, out[0], color="C0", linewidth=1.5)
    bottom.set_ylim(-2.6, 2.6)
    style.ticks(bottom, x=[-2, -1, 0, 1, 2], y=[-2, 0, 2])
    bottom.set_xlabel("input x")
    bottom.set_ylabel("output")
    style.label(
        bottom, -1.95, 2.3, f"step {experiments.MAXOUT_STEPS[frame]:,}: error {error:.4f}", "C0"
    )
    for ax in (top, bottom):
        ax.set_xlim(-SPAN, SPAN)
    text = (
        f"After {experiments.MAXOUT_STEPS[frame]:,} steps the two units use {used[0]} and "
        f"{used[1]} of their {pieces} pieces; mean squared error {error:.4f} (the first seed)."
    )
    return fig, in_print(text)


# ----------------------------------------------------------------------------------- softplus


def softplus_gap(beta: float = 1.0) -> Drawn:
    """Softplus above ReLU, the gap between them, and the slope that it has instead of a step."""
    z = np.linspace(-4, 4, 161)
    gap = experiments.softplus_beta(z, beta) - relu(z)
    peak = np.log(2) / beta
    fig, (top, bottom) = style.figure(height=4.4, rows=2, gap=0.2)
    top.fill_between(z, relu(z), experiments.softplus_beta(z, beta), color=("C3", 0.4), linewidth=0)
    top.plot(z, relu(z), color="C1", linestyle=(0, (5, 2)))
    top.plot(z, experiments.softplus_beta(z, beta), color="C0")
    top.set_ylim(-0.2, 4.3)
    style.ticks(top, x=[], y=[0, 2, 4])
    top.set_ylabel("value")
    style.label(top, -3.9, 3.9, f"softplus, β = {beta:g}", "C0", offset=(0, 0))
    style.label(top, -3.9, 3.3, "ReLU", "C1", offset=(0, 0))
    style.label(top, -3.9, 2.7, f"gap at 0: log 2/β = {peak:.3f}", "C3", offset=(0, 0))
    bottom.plot(z, sigmoid(beta * z), color="C0")
    bottom.plot(z[z < 0], relu.derivative(z[z < 0]), color="C1", linestyle=(0, (5, 2)))
    bottom.plot(z[z > 0], relu.derivative(z[z > 0]), color="C1", linestyle=(0, (5, 2)))
    bottom.set_ylim(-0.05, 1.08)
    style.ticks(bottom, x=[-4, -2, 0, 2, 4], y=[0, 0.5, 1])
    bottom.set_ylabel("slope")
    bottom.set_xlabel("pre-activation z")
    for ax in (top, bottom):
        ax.set_xlim(-4, 4)
    text = (
        f"β = {beta:g}: softplus is above ReLU by at most log 2/β = {peak:.4f}, at z = 0 "
        f"(drawn: {gap.max():.4f}). Its slope is the sigmoid of βz."
    )
    return fig, in_print(text)


# ------------------------------------------------------------------------------ hard units


def hard_units() -> Drawn:
    """The sigmoid, our hard sigmoid of slope 1/2, and PyTorch's of slope 1/6."""
    z = np.linspace(-5, 5, 201)
    fig, ax = style.figure(height=3.0)
    ax.plot(z, sigmoid(z), color=ink(0.5), linewidth=1.4)
    ax.plot(z, hard_sigmoid(z), color="C0")
    ax.plot(z, np.clip(z / 6 + 0.5, 0, 1), color="C1", linestyle=(0, (5, 2)))
    ax.set_xlim(-5, 5)
    ax.set_ylim(-0.05, 1.08)
    style.ticks(ax, x=[-5, -3, -1, 0, 1, 3, 5], y=[0, 0.5, 1])
    ax.set_xlabel("pre-activation z")
    ax.set_ylabel("value")
    style.label(ax, -4.9, 0.95, "clip((z + 1)/2, 0, 1)", "C0", offset=(0, 0))
    style.label(ax, -4.9, 0.82, "PyTorch: clip(z/6 + 1/2, 0, 1)", "C1", offset=(0, 0))
    style.label(ax, -4.9, 0.69, "sigmoid", ink(0.8), offset=(0, 0))
    theirs = np.clip(z / 6 + 0.5, 0, 1)
    away = [float(np.abs(h - sigmoid(z)).max()) for h in (hard_sigmoid(z), theirs)]
    text = (
        f"The hard sigmoid of slope 1/2 is at most {away[0]:.2f} away from the sigmoid, "
        f"PyTorch's of slope 1/6 at most {away[1]:.2f}."
    )
    return fig, in_print(text)


SIMPLEX_TEMPERATURES = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0)


def _corner(p: Array) -> Array:
    """Points of the 3-simplex in the plane: corners 1, 2, 3 at left, right and top."""
    return p @ np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(3) / 2]])


def simplex(temperature: float = 1.0, first: float = 1.0, second: float = 0.5) -> Drawn:
    """Softmax, sparsemax and hardmax of three logits, as points in a triangle and as bars."""
    z = np.array([first, second, 0.0])
    made = {
        "softmax": softmax(z, temperature),
        "sparsemax": sparsemax(z / temperature),
        "hardmax": hardmax(z),
    }
    colors = {"softmax": "C0", "sparsemax": "C1", "hardmax": "C2"}
    marks = {"softmax": "o", "sparsemax": "D", "hardmax": "s"}
    fig, (top, bottom) = style.figure(height=5.2, rows=2, ratios=[2.3, 1], gap=0.35, left=0.5)
    outline = _corner(np.eye(3)[[0, 1, 2, 0]])
    top.plot(outline[:, 0], outline[:, 1], color=ink(0.5), linewidth=1)
    path = np.geomspace(0.05, 50, 60)
    for name, function in (
        ("softmax", softmax), ("sparsemax", lambda z, t: sparsemax(z / t)),
    ):  # fmt: skip
        way = _corner(np.array([function(z, t) for t in path]))
        top.plot(way[:, 0], way[:, 1], color=(colors[name], 0.5), linewidth=1.2)
    for name in ("hardmax", "sparsemax", "softmax"):
        here = _corner(made[name])
        top.plot(*here, marks[name], color=colors[name], ms=9, clip_on=False)
    for p, text, ha, dy in (
        ([1, 0, 0], "1", "right", -2), ([0, 1, 0], "2", "left", -2), ([0, 0, 1], "3", "center", 9),
    ):  # fmt: skip
        style.label(
            top, *_corner(np.array(p)), f"class {text}", ha=ha,
            offset=(0 if ha == "center" else 8 if ha == "left" else -8, dy),
        )  # fmt: skip
    top.set_aspect("equal")
    top.set_xlim(-0.45, 1.45)
    top.set_ylim(-0.06, 0.95)
    top.set_axis_off()
    for row, name in enumerate(made):
        style.label(top, -0.45, 0.9 - 0.1 * row, name, colors[name], offset=(0, 0))
        bottom.bar(np.arange(3) + 0.27 * (row - 1), made[name], width=0.25, color=colors[name])
        for place, value in enumerate(made[name]):
            style.label(
                bottom, place + 0.27 * (row - 1), value, "0" if value == 0 else f"{value:.2f}",
                colors[name], ha="center", va="bottom", offset=(0, 1),
            ).set_fontsize(8)  # fmt: skip
    bottom.set_xlim(-0.5, 2.5)
    bottom.set_ylim(0, 1.18)
    names = [in_print(f"class {k + 1}: z = {logit:g}") for k, logit in enumerate(z)]
    bottom.set_xticks([0, 1, 2], names)
    style.ticks(bottom, y=[0, 1])
    said = "; ".join(f"{name} ({', '.join(f'{v:.3f}' for v in p)})" for name, p in made.items())
    zeros = int((made["sparsemax"] == 0).sum())
    text = (
        f"Logits ({first:g}, {second:g}, 0) at temperature {temperature:g}: {said}. "
        f"Sparsemax gives exactly 0 to {zeros} of 3 classes."
    )
    return fig, in_print(text)


# ------------------------------------------------------------- the mixture density network


def conditional_density(components: int = 3, t: float = 0.65) -> Drawn:
    """A mixture density network's answer to one input: a slice through the data, as a density."""
    data = experiments.inverse_data()
    grid = np.linspace(-0.05, 1.05, 56)
    logits, mean, _ = experiments.best_mixture(components, grid)
    weight = softmax(logits)
    middle = experiments.mean_answers(grid)

    fig, (top, bottom) = style.figure(height=5.2, rows=2, ratios=[1.35, 1])
    top.plot(data.x_train[:100], data.y_train[:100], "o", color=ink(0.25), ms=2.5)
    for k in range(components):
        shown = np.where(weight[:, k] > experiments.COUNTED, mean[:, k], np.nan)
        if np.isfinite(shown).any():  # a spare component may be idle everywhere
            top.plot(grid, np.clip(shown, -0.2, 1.2), color=f"C{(0, 2, 3, 4, 5)[k]}", linewidth=2)
    top.plot(grid, middle, color="C1", linestyle=(0, (5, 2)), linewidth=1.5)
    top.axvline(t, color=ink(0.6), linewidth=1)
    top.set_xlim(-0.05, 1.05)
    top.set_ylim(-0.1, 1.1)
    style.ticks(top, x=[0, 0.5, 1], y=[0, 0.5, 1])
    top.set_xlabel("input t")
    top.set_ylabel("answer x")
    style.label(top, -0.03, 1.02, "squared error", "C1", offset=(0, 0))
    style.label(top, -0.03, 0.91, "means of the mixture", "C0", offset=(0, 0))

    x = np.linspace(-0.1, 1.1, 241)
    here = experiments.best_mixture(components, np.array([t]))
    density = mixture_density(*here, x)[0]
    bottom.fill_between(
        x, np.minimum(experiments.true_density(t, x), 6), color=ink(0.22), linewidth=0, step="mid"
    )
    bottom.plot(x, np.minimum(density, 6.5), color="C0")
    guess = float(experiments.mean_answers(np.array([t]))[0])
    bottom.plot([guess], [0], "^", color="C1", ms=10, clip_on=False)
    bottom.set_xlim(-0.1, 1.1)
    bottom.set_ylim(0, 6)
    style.ticks(bottom, x=[0, 0.5, 1], y=[0, 3, 6])
    bottom.set_xlabel("answer x")
    bottom.set_ylabel(f"p(x | t = {t:.2f})")
    style.label(bottom, 0.6, 5.6, f"network, K = {components}", "C0", ha="center", offset=(0, 0))
    style.label(bottom, 0.6, 4.9, "truth", ink(0.8), ha="center", offset=(0, 0))
    said = ", ".join(
        f"{p:.2f} at {m:.2f} ± {s:.2f}"
        for p, m, s in zip(softmax(here[0])[0], here[1][0], here[2][0], strict=True)
    )
    text = (
        f"At t = {t:.2f} the network with K = {components} answers: {said}. "
        f"Squared error answers {guess:.2f}."
    )
    return fig, in_print(text)


def sampled(model: str = "K = 3") -> Drawn:
    """Data of the inverse problem, and as many answers drawn; crosses mark impossible ones."""
    t, drawn, off = experiments.drawn_answers(model)
    x = experiments.inverse_data().y_test[: t.size]
    fig, (top, bottom) = style.figure(height=5.0, rows=2, gap=0.25)
    top.plot(t, x, "o", color=ink(0.45), ms=2.5)
    bottom.plot(t[~off], np.clip(drawn, -0.35, 1.35)[~off], "o", color="C0", ms=2.5)
    bottom.plot(t[off], np.clip(drawn, -0.35, 1.35)[off], "x", color="C1", ms=4, mew=1)
    for ax, name, color in ((top, "data", ink(0.7)), (bottom, f"drawn: {model}", "C0")):
        ax.set_xlim(-0.12, 1.12)
        ax.set_ylim(-0.4, 1.4)
        style.ticks(ax, x=[], y=[0, 1])
        ax.set_ylabel("answer x")
        style.label(ax, -0.1, 1.28, name, color, offset=(0, 0))
    style.ticks(bottom, x=[0, 0.5, 1])
    bottom.set_xlabel("input t")
    style.label(
        bottom, 1.1, -0.28, f"{off.mean():.0%} impossible (×)", "C1", ha="right", offset=(0, 0)
    )
    text = (
        f"{model}: of 250 answers drawn, {off.mean():.0%} are impossible: outside [0, 1], or "
        "with a forward value more than 0.1 away from the input that was asked for."
    )
    return fig, in_print(text)


def sigma_collapse(frame: int = 11, cure: str = "nothing") -> Drawn:
    """A mixture trained too long on thirty examples: narrow spikes, and a test that fails."""
    run = experiments.collapse_run(experiments.CURES[cure])
    step = experiments.COLLAPSE_STEPS[frame]
    shown = np.maximum(experiments.COLLAPSE_STEPS, 10)
    data = experiments.inverse_data()
    fig, (top, bottom) = style.figure(height=5.0, rows=2, right=0.25)
    logits, mean, std = mixture_parameters(run["mixture"][frame], 5, experiments.CURES[cure])
    grid, weight = experiments.collapse_grid(), softmax(logits)
    for k in range(5):
        on = weight[:, k] > experiments.COUNTED
        if not on.any():  # a spare component may be idle everywhere
            continue
        color = f"C{(0, 2, 3, 4, 5)[k]}"
        low, high = (np.clip(mean[:, k] + sign * 2 * std[:, k], -0.3, 1.3) for sign in (-1, 1))
        top.fill_between(grid, low, high, where=on, color=(color, 0.25), linewidth=0)
        top.plot(grid, np.where(on, np.clip(mean[:, k], -0.3, 1.3), np.nan), color=color, lw=1.2)
    top.plot(data.x_train[:30], data.y_train[:30], "o", color=ink(0.85), ms=3)
    top.set_xlim(0, 1)
    top.set_ylim(-0.3, 1.3)
    style.ticks(top, x=[0, 0.5, 1], y=[0, 1])
    top.set_xlabel("input t")
    top.set_ylabel("answer x")
    for name, color, dash, height in (
        ("train", "C0", "-", 14.6), ("test", "C1", (0, (5, 2)), 12.6),
    ):  # fmt: skip
        curve = np.clip(run[name].mean(axis=1), -3.9, 15.9)
        bottom.plot(shown, curve, color=color, linestyle=dash)
        bottom.plot(shown[frame], curve[frame], "o", color=color, ms=7, clip_on=False)
        style.label(
            bottom, 11, height, f"{name} NLL {run[name][frame].mean():.2f}", color, offset=(0, 0)
        )
    style.label(bottom, 11, 10.6, f"smallest σ {run['narrowest'][frame].min():.2g}", offset=(0, 0))
    bottom.set_xscale("log")
    bottom.set_xlim(10, 1000)
    bottom.set_ylim(-4, 16)
    bottom.set_xticks([10, 100, 1000], ["10", "100", "1,000"])
    bottom.minorticks_off()
    style.ticks(bottom, y=[0, 5, 10, 15])
    style.rules(bottom, y=[0])
    bottom.set_xlabel("training step")
    bottom.set_ylabel("NLL, mean of 3 seeds")
    text = (
        f"Step {step:,}, {'no cure' if cure == 'nothing' else cure}: training NLL "
        f"{run['train'][frame].mean():.2f}, test NLL {run['test'][frame].mean():.2f}; smallest σ "
        f"of any component with at least 5 % of the weight {run['narrowest'][frame].min():.2g}."
    )
    return fig, in_print(text)


# ---------------------------------------------------------------------------- which unit?


def which_unit(contest: str = "MNIST-1D, rate 0.01", seeds: int = 6) -> Drawn:
    """Test accuracy of every unit, seed by seed, and which of them the data cannot tell apart."""
    table = {unit: a[:seeds] for unit, a in experiments.contest_table(contest).items()}
    leaders = experiments.not_beaten(table)
    low, high = (0.93, 1.0) if contest.startswith("digits") else (0.2, 0.7)
    fig, ax = style.figure(height=4.6, left=1.35, right=0.25)
    for row, (unit, a) in enumerate(table.items()):
        y = len(table) - 1 - row
        color = "C0" if unit in leaders else ink(0.45)
        ax.plot(np.clip(a, low, high), np.full(a.size, y), "o", color=color, ms=3.5, alpha=0.5)
        ax.plot([max(a.mean(), low)], [y], "|", color=color, ms=15, mew=2.5)
    ax.set_xlim(low, high)
    ax.set_ylim(-0.7, len(table) - 0.3)
    ax.set_yticks(range(len(table)), [words(unit) for unit in reversed(list(table))])
    ax.tick_params(axis="y", length=0)
    style.ticks(ax, x=[0.94, 0.96, 0.98, 1.0] if low > 0.5 else [0.2, 0.3, 0.4, 0.5, 0.6, 0.7])
    ax.set_xlabel("test accuracy")
    some = len(leaders)
    ax.set_title(
        f"{seeds} seed{'s' * (seeds > 1)}: "
        + (
            f"{words(leaders[0])} first"
            if some == 1
            else f"{some} units {'tie' if seeds == 1 else 'not told apart'}"
        )
    )
    said = ", ".join(f"{words(u)} {table[u].mean():.3f}" for u in leaders)
    text = (
        f"{contest}, {experiments.CONTESTS[contest][2]} steps, {seeds} seed{'s' * (seeds > 1)}. "
        + ("Best: " if seeds == 1 or some == 1 else "Within the noise of the best: ")
        + said
        + "."
    )
    return fig, in_print(text)


def learning_curves(contest: str = "digits, rate 0.003", look: int = 3) -> Drawn:
    """Test error of four units as they train, and who is ahead at the chosen step."""
    steps = experiments.CURVE_STEPS[contest]
    here = experiments.curves_at(contest, look)
    fig, ax = style.figure(height=4.2, left=0.8, right=0.2)
    ranked = sorted(here, key=lambda unit: -here[unit].mean())
    for k, unit in enumerate(experiments.CURVE_UNITS):
        error = 1 - experiments.learning_curve(contest, unit)
        color = f"C{k}"
        ax.plot(steps, error.mean(axis=1), color=color, linestyle=style.DASHES[k])
        ax.plot(np.full(error.shape[1], steps[look]), error[look], "o", color=(color, 0.6), ms=4)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(20, 4000)
    low, high, marks = (
        (0.005, 1, [0.01, 0.03, 0.1, 0.3, 1])
        if contest.startswith("digits")
        else (0.4, 1, [0.4, 0.5, 0.6, 0.8, 1])
    )
    ax.set_ylim(low, high)
    ax.set_xticks([25, 100, 300, 1000, 3000], ["25", "100", "300", "1,000", "3,000"])
    ax.set_yticks(marks, [f"{mark:g}" for mark in marks])
    ax.minorticks_off()
    ax.set_xlabel("training step")
    ax.set_ylabel("test error")
    ax.set_title(f"{contest}: after {steps[look]:,} steps")
    for row, unit in enumerate(ranked):
        height = high * (low / high) ** (0.06 + 0.075 * row)
        style.label(
            ax, 3800, height, f"{row + 1}. {words(unit)} {1 - here[unit].mean():.3f}",
            f"C{experiments.CURVE_UNITS.index(unit)}", ha="right", offset=(0, 0),
        )  # fmt: skip
    said = ", ".join(f"{words(unit)} {spread(here[unit])}" for unit in ranked)
    tied = [words(unit) for unit in experiments.not_beaten(here)]
    text = (
        f"{contest}, {steps[look]:,} steps, test accuracy, {here['relu'].size} seeds: {said}. "
        + ("Best: " if len(tied) == 1 else "Within the noise of the best: ")
        + ", ".join(tied)
        + "."
    )
    return fig, in_print(text)
