"""Figures of chapter 3, Initialization.

Each figure function takes the values of its sliders and returns (Figure, text): text says in words
and numbers what this state shows. The first line of its docstring describes the figure as a whole.
What they draw is measured and trained in `feedforward.experiments.initialization`.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from feedforward.experiments import initialization as experiments
from feedforward.figures import style
from feedforward.figures.style import ink
from feedforward.propagation import chi, critical_point, fixed_point, variance_map
from feedforward.typography import in_print, near, power

Array = np.ndarray
Drawn = tuple[Figure, str]

DASHED = (0, (5, 2))


def words(unit: str) -> str:
    """A unit's name as a reader writes it."""
    short = {"relu": "ReLU", "leaky_relu": "leaky ReLU", "elu": "ELU", "gelu": "GELU"}
    return (short | {"silu": "SiLU"}).get(unit, unit.replace("_", " "))


def _powers(ax: Axes, exponents: list[int], low: float, high: float) -> None:
    """A logarithmic y axis from low to high with few ticks."""
    ax.set_yscale("log")
    ax.set_ylim(low, high)
    ax.minorticks_off()
    ax.set_yticks([10.0**e for e in exponents], [power(e) for e in exponents])


# -------------------------------------------------------------------------- thirty layers, one dial

SHOWN_LAYERS = (1, 5, 10, 15, 20, 25, 30)


def thirty_layers(weight_std: float = 1.0, width: int = 100) -> Drawn:
    """How large the activations of a thirty-layer ReLU network are, layer by layer."""
    found = experiments.thirty_layers(width, weight_std)
    edges = experiments.HOOK_EDGES
    fig, ax = style.figure(height=4.3, right=0.25)
    for row, layer in enumerate(SHOWN_LAYERS):
        share = found["share"][layer - 1]
        seen = slice(np.flatnonzero(share)[0], np.flatnonzero(share)[-1] + 1)
        height = row + np.minimum(share[seen] / 0.3, 1) * 0.85
        # The outline of the bars that there are: a bar of its own for each would weigh ten times.
        places = np.repeat(edges[:-1][seen], 2)
        places[1::2] = edges[1:][seen]
        outline = [row, *np.repeat(height, 2), row]
        ax.fill([places[0], *places, places[-1]], outline, color="C0", lw=0.8)
        ax.axhline(row, color=ink(0.25), lw=0.7)
    style.rules(ax, x=[0])
    ax.set_xlim(edges[0], edges[-1])
    ax.set_ylim(-0.1, 7)
    ax.set_xticks([-12, -8, -4, 0, 4, 8], [power(e) for e in (-12, -8, -4, 0, 4, 8)])
    ax.set_yticks(range(7), SHOWN_LAYERS)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("size of an activation |a|")
    ax.set_ylabel("layer")
    first, last = (float(np.exp(np.log(row).mean())) for row in found["std"][[0, -1]])
    ax.set_title(f"σ_w = {weight_std:g}. Standard deviation in layer 30: {near(last)}")
    text = (
        f"{width} ReLUs per layer, weights of standard deviation {weight_std:g}/√n: the "
        f"activations' standard deviation is {near(first)} in layer 1 and {near(last)} in layer 30 "
        "(geometric mean of 3 seeds; the histograms are the first seed's, without zeros)."
    )
    return fig, in_print(text)


# --------------------------------------------------------------------------------------- symmetry


def noise_word(noise: float) -> str:
    """ε as it is printed."""
    return near(noise) if noise >= 1e-3 or noise == 0 else power(round(math.log10(noise)))


def symmetry(noise: float = 0.0, frame: int = 3) -> Drawn:
    """The weights of twelve units after a nearly constant start, and how alike they are."""
    run = experiments.symmetry()
    column = experiments.SYMMETRY_NOISE.index(noise)
    step = experiments.SYMMETRY_STEPS[frame]
    fig, (top, bottom) = style.figure(height=4.9, rows=2, ratios=[1, 1.25], gap=0.35, right=0.3)
    top.imshow(mosaic(run["weights"][frame, column]), cmap="gray_r", interpolation="none",
               vmin=-1, vmax=1, aspect="equal")  # fmt: skip
    top.set_axis_off()
    top.set_title(f"weights of the 12 units, step {step}, ε = {noise_word(noise)}")
    places = np.arange(len(experiments.SYMMETRY_NOISE))
    units = experiments.SYMMETRY_UNITS
    rank, alike = run["rank"][frame], run["redundancy"][frame]
    for values, color, dash in ((rank / units, "C0", "-"), (alike, "C1", DASHED)):
        bottom.plot(places, values.mean(axis=1), color=color, linestyle=dash)
        bottom.plot(places, values, "o", color=(color, 0.5), ms=3.5, clip_on=False)
        bottom.plot(places[column], values[column].mean(), "D", color=color, ms=8, clip_on=False)
    bottom.set_xlim(-0.3, places[-1] + 0.3)
    bottom.set_ylim(0, 1.32)
    bottom.set_xticks(places, [noise_word(e) for e in experiments.SYMMETRY_NOISE], fontsize=9)
    style.ticks(bottom, y=[0, 0.5, 1])
    bottom.set_xlabel("noise ε at the start")
    bottom.set_ylabel("rank ÷ 12 or |corr|")
    rank_now, alike_now = float(rank[column].mean()), float(alike[column].mean())
    style.label(bottom, -0.2, 1.25, f"effective rank {rank_now:.1f} of {units}", "C0",
                offset=(0, 0))  # fmt: skip
    style.label(bottom, places[-1] + 0.3, 1.25, f"mean |corr| {alike_now:.2f}", "C1", ha="right",
                offset=(0, 0))  # fmt: skip
    right = float(run["accuracy"][frame, column].mean())
    text = (
        f"ε = {noise_word(noise)}, after {step} steps: the twelve features have effective rank "
        f"{rank_now:.2f} and mean |correlation| {alike_now:.3f}; test accuracy {right:.2f} (mean "
        "of 3 seeds)."
    )
    return fig, in_print(text)


def mosaic(weights: Array) -> Array:
    """Twelve rows of 64 weights as 2 × 6 pictures, each divided by its largest, with gaps.

    In fifteen shades: more of them nobody sees, and they would double what a page has to load.
    """
    size = np.abs(weights).max(axis=1, keepdims=True)
    tiles = np.round(7 * weights / np.maximum(size, 1e-300)).reshape(2, 6, 8, 8) / 7
    picture = np.full((2 * 9 - 1, 6 * 9 - 1), np.nan)
    for row in range(2):
        for column in range(6):
            picture[9 * row : 9 * row + 8, 9 * column : 9 * column + 8] = tiles[row, column]
    return picture


# ---------------------------------------------------------------------- variance in, variance out

DOTS = np.array([1, 10, 20, 30, 40, 50])
"""Layers whose measurement is drawn."""
LEAST, MOST = 1e-20, 1e20
"""What the picture shows; a triangle at its edge stands for what is beyond."""


def through_depth(unit: str = "relu", start: str = "LeCun, Xavier") -> Drawn:
    """Mean squares of signals and gradients through fifty layers, predicted and measured."""
    found = experiments.through_depth(unit, start)
    layers = np.arange(1, experiments.DEEP + 1)
    fig, axes = style.figure(height=4.9, rows=2, gap=0.3, left=0.85)
    for ax, way, color, label in zip(
        axes, ("forward", "backward"), ("C0", "C1"), ("signal E[z²]", "gradient E[δ²]"),
        strict=True,
    ):  # fmt: skip
        ax.plot(layers, _inside(found[f"predicted {way}"]), color=ink(0.7), linewidth=1.4)
        dots = found[way][DOTS - 1]
        ax.plot(DOTS, _inside(dots), "o", color=(color, 0.6), ms=5)
        for lost, edge, mark in ((dots < LEAST, 3 * LEAST, "v"), (dots > MOST, MOST / 3, "^")):
            beyond = DOTS[lost.any(axis=1)]
            ax.plot(beyond, np.full(len(beyond), edge), mark, color=color, ms=6, clip_on=False)
        _powers(ax, [-16, -8, 0, 8, 16], LEAST, MOST)
        ax.set_xlim(0, 51)
        style.ticks(ax, x=[1, 10, 20, 30, 40, 50] if way == "backward" else [])
        style.rules(ax, y=[1])
        ax.set_ylabel(label)
    axes[1].set_xlabel("layer")
    first, last = float(np.median(found["backward"][0])), float(np.median(found["forward"][-1]))
    # Where the line starts, unless it climbs through that corner.
    for ax, said, color, right in (
        (axes[0], f"layer 50: {near(last)}", "C0", found["predicted forward"][19] > MOST),
        (axes[1], f"layer 1: {near(first)}", "C1", not found["predicted backward"][-20] > MOST),
    ):
        style.label(
            ax, 50 if right else 1, 1e16, said, color, ha="right" if right else "left",
            offset=(0, 0),
        )  # fmt: skip
    axes[0].set_title(f"{words(unit)}, {start}")
    text = (
        f"{words(unit)}, {start}. Signal at layer 50: predicted "
        f"{near(found['predicted forward'][-1])}, measured {near(last)}. Gradient at layer 1 as a "
        f"share of layer 50's: predicted {near(found['predicted backward'][0])}, measured "
        f"{near(first)} (medians of 5 seeds)."
    )
    return fig, in_print(text)


def _inside(values: Array) -> Array:
    """Gaps in the place of values that would leave the picture."""
    return np.where((values >= LEAST) & (values <= MOST), values, np.nan)


def fan_modes(mode: str = "average") -> Drawn:
    """What a layer of 100 inputs does to a signal and to a gradient, by its number of outputs."""
    widths = np.array(experiments.FAN_WIDTHS)
    inputs = experiments.FAN_INPUTS
    line = np.geomspace(widths[0], widths[-1], 40)
    divided = {"fan_in": inputs + 0 * line, "average": (inputs + line) / 2, "fan_out": line}[mode]
    fig, ax = style.figure(height=3.3, right=0.2)
    for predicted, which, color, dash in (
        (inputs / divided, 0, "C0", "-"), (line / divided, 1, "C1", DASHED),
    ):  # fmt: skip
        ax.plot(line, predicted, color=color, linestyle=dash)
        measured = np.array([experiments.one_layer(mode, int(n))[which] for n in widths])
        ax.plot(widths, measured, "o", color=(color, 0.6), ms=4.5, clip_on=False)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(widths[0], widths[-1])
    ax.set_ylim(1 / 6, 9)
    ax.minorticks_off()
    ax.set_xticks(widths, widths)
    ax.set_yticks([0.25, 0.5, 1, 2, 4], ["¼", "½", "1", "2", "4"])
    style.rules(ax, y=[1], x=[inputs])
    ax.set_xlabel("number of outputs (100 inputs)")
    ax.set_ylabel("variance × this")
    style.label(ax, widths[0], 7, "signal forward", "C0", offset=(5, 0))
    style.label(ax, widths[-1], 7, "gradient backward", "C1", ha="right", offset=(-2, 0))
    wide = [float(m.mean()) for m in experiments.one_layer(mode, int(widths[-1]))]
    text = (
        f"Weights of variance 1/{experiments.FAN_MODES[mode]}. With 100 inputs and 400 outputs the "
        f"signal's variance is multiplied by {wide[0]:.2f}, the gradient's by {wide[1]:.2f} "
        "(mean of 5 seeds)."
    )
    return fig, in_print(text)


# ------------------------------------------------------------------------------- Xavier with ReLU


def deep_rectifiers(depth: int = 30, rate: float = 0.005) -> Drawn:
    """Training cost of a deep ReLU network from Xavier's start and from He's, three seeds each."""
    runs = experiments.deep_rectifiers(depth, rate)
    steps = np.array(experiments.RECTIFIER_LOOKS)
    fig, ax = style.figure(height=3.6, right=0.2)
    said = []
    for name, color, dash in (("Xavier", "C1", DASHED), ("He", "C0", "-")):
        lost = 0
        for curve in runs[name].T:
            ax.plot(steps, np.minimum(curve, 3.1), color=color, linestyle=dash, linewidth=1.5)
            if np.isnan(curve).any():
                lost += 1
                last = int(np.isfinite(curve).sum()) - 1
                ax.plot(steps[last], min(curve[last], 3.1), "X", color=color, ms=10)
        ends = runs[name][-1][np.isfinite(runs[name][-1])]
        said.append(
            f"{name} ends at {ends.min():.3g} … {ends.max():.3g}"
            + (f", {lost} of 3 seeds diverged" if lost else "")
        )
    style.rules(ax, y=[math.log(10)])
    ax.set_xlim(0, 600)
    ax.set_ylim(0, 3.5)
    style.ticks(ax, x=[0, 200, 400, 600])
    ax.set_yticks([0, 1, math.log(10), 3], ["0", "1", "ln 10", "3"])
    ax.set_xlabel("training step")
    ax.set_ylabel("cost on training digits")
    ax.set_title(f"{depth} layers, learning rate {rate:g}")
    style.label(ax, 10, 3.3, "Xavier (dashed)", "C1", offset=(0, 0))
    style.label(ax, 300, 3.3, "He", "C0", offset=(0, 0))
    text = f"{depth} hidden layers of ReLUs, learning rate {rate:g}, 600 steps: {'; '.join(said)}."
    return fig, in_print(text)


# ------------------------------------------------------------- Glorot and Bengio, layer by layer


def glorot(start: str = "standard", what: str = "activations") -> Drawn:
    """Histograms of activations or gradients in five layers of tanh units, and their spreads."""
    found = experiments.glorot(start)
    edges = experiments.GLOROT_EDGES[what]
    middle = (edges[1:] + edges[:-1]) / 2
    fig, (top, bottom) = style.figure(height=5.4, rows=2, ratios=[1.5, 1], left=0.85)
    for layer, density in enumerate(found[what]):
        height = layer + np.minimum(density, 14) / 6
        top.fill_between(middle, layer, height, color=("C0", 0.35), lw=0, step="mid")
        top.step(middle, height, where="mid", color="C0", lw=1.2)
        top.axhline(layer, color=ink(0.25), lw=0.7)
    top.set_xlim(-1, 1)
    top.set_ylim(-0.1, 5.7)
    top.set_yticks(range(5), range(1, 6))
    top.tick_params(axis="y", length=0)
    top.set_ylabel("layer")
    top.set_title(f"{what}, {start} start")
    if what == "activations":
        style.ticks(top, x=[-1, 0, 1])
        top.set_xlabel("activation")
    else:
        top.set_xticks([-1, 0, 1], ["−3", "0", "3"])
        top.set_xlabel("gradient ÷ std in layer 5")
    key = what[:-1] + " std"
    for name, color, dash in (("standard", "C1", DASHED), ("normalized", "C0", "-")):
        spread = experiments.glorot(name)[key]
        bottom.plot(range(1, 6), spread.mean(axis=1), color=color, linestyle=dash)
        bottom.plot(range(1, 6), spread, "o", color=color, ms=6 if name == start else 3)
        style.label(bottom, 1 if name == "standard" else 5, 1, name, color, offset=(0, 0),
                    ha="left" if name == "standard" else "right")  # fmt: skip
    _powers(bottom, [-3, -2, -1, 0], 6e-4, 2)
    bottom.set_xlim(0.8, 5.2)
    style.ticks(bottom, x=[1, 2, 3, 4, 5])
    bottom.set_xlabel("layer")
    bottom.set_ylabel("standard dev.")
    spread = found[key].mean(axis=1)
    text = (
        f"{start} start, {what} before training: standard deviation "
        + ", ".join(f"{s:.2g}" for s in spread)
        + " in layers 1 to 5 (mean of 3 seeds)."
    )
    return fig, in_print(text)


# ----------------------------------------------------------------------------- the kind of network


def convolutions(kernel: int = 3, border: str = "wrap") -> Drawn:
    """Signals through twelve ReLU convolutions, from two readings of the word fan-in."""
    found = experiments.convolutions(kernel, border)
    layers = np.arange(1, experiments.CONVOLUTION_DEPTH + 1)
    fig, ax = style.figure(height=3.6, left=0.85)
    for name, factor, color, dash in (("right", 1, "C0", "-"), ("wrong", kernel**2, "C1", DASHED)):
        ax.plot(layers, 2.0 * float(factor) ** layers, color=color, linestyle=dash)
        ax.plot(layers, found[name], "o", color=(color, 0.6), ms=4)
    _powers(ax, [0, 5, 10, 15, 20], 1e-3, 1e24)
    ax.set_xlim(0.5, 12.5)
    style.ticks(ax, x=[1, 4, 8, 12])
    ax.set_xlabel("layer")
    ax.set_ylabel("E[z²]")
    ax.set_title(f"kernel {kernel}×{kernel}, {experiments.BORDERS[border]}")
    style.label(ax, 0.8, 1e22, "variance 2/channels", "C1", offset=(0, 0))
    style.label(ax, 12.3, 10**2.2, "variance 2/(k²·channels)", "C0", ha="right", offset=(0, 0))
    right, wrong = (float(np.median(found[name][-1])) for name in ("right", "wrong"))
    text = (
        f"{kernel}×{kernel} kernels, {experiments.BORDERS[border]}: after 12 layers E[z²] is "
        f"{near(right)} with fan-in k²·c and {near(wrong)} with fan-in c (medians of 3 seeds); "
        f"predicted 2 and {near(2.0 * kernel**24)}."
    )
    return fig, in_print(text)


def residual(scale: str = "1", depth: int = 50) -> Drawn:
    """Signals and gradients along a residual network, against the scale of its branches."""
    s = experiments.branch_scale(scale, depth)
    forward, backward = experiments.residual(depth, s)
    blocks = np.arange(depth + 1)
    shown = np.linspace(0, depth, 11).round().astype(int)
    fig, ax = style.figure(height=3.6, left=0.85)
    growth = (1 + s * s) ** blocks.astype(float)
    ax.plot(blocks, growth, color="C0")
    ax.plot(shown, forward[shown], "o", color=("C0", 0.6), ms=4)
    ax.plot(blocks, growth[::-1], color="C1", linestyle=DASHED)
    ax.plot(shown, backward[shown], "s", color=("C1", 0.6), ms=4)
    _powers(ax, [0, 10, 20, 30], 1e-2, 1e36)
    ax.set_xlim(-1, 101)
    style.ticks(ax, x=[0, 10, 50, 100])
    ax.set_xlabel("block")
    ax.set_ylabel("mean square")
    style.label(ax, 1, 1e34, "gradient (dashed)", "C1", offset=(0, 0))
    style.label(ax, 99, 1e34, "signal", "C0", ha="right", offset=(0, 0))
    ax.set_title(f"{depth} blocks, branch × {s:.3g}")
    text = (
        f"{depth} blocks, branches scaled by {s:.3g}: the signal's mean square grows "
        f"{near(float(np.median(forward[-1])))}-fold, the gradient's "
        f"{near(float(np.median(backward[0])))}-fold (medians of 3 seeds); (1 + s²)^L is "
        f"{near(float(growth[-1]))}."
    )
    return fig, in_print(text)


ROUNDING = 1e-14
"""Singular values below this share of the largest one are rounding errors: not drawn."""


def spectrum(depth: int = 50, unit: str = "identity") -> Drawn:
    """All singular values of a deep network's Jacobian, Gaussian and orthogonal weights."""
    found = experiments.spectra(depth, unit)
    order = np.arange(1, experiments.SPECTRUM_WIDTH + 1)
    fig, ax = style.figure(height=3.6, left=0.85)
    for name, color, dash in (("Gaussian", "C1", DASHED), ("orthogonal", "C0", "-")):
        for values in found[name].T:
            seen = np.where(values > ROUNDING * values[0], values, np.nan)
            ax.plot(order, seen, color=color, linestyle=dash, linewidth=1.3)
    _powers(ax, [-15, -10, -5, 0], 1e-16, 1e5)
    ax.set_xlim(1, 64)
    style.ticks(ax, x=[1, 16, 32, 48, 64])
    style.rules(ax, y=[1])
    ax.set_xlabel("singular value, largest first")
    ax.set_ylabel("stretches by")
    style.label(ax, 63, 10**3.6, "orthogonal", "C0", ha="right", offset=(0, 0))
    style.label(ax, 30, 10**3.6, "Gaussian (dashed)", "C1", ha="right", offset=(0, 0))
    layers = f"{depth} layer{'s' * (depth > 1)}"
    ax.set_title(f"{layers}, {words(unit)}")
    said = []
    for name, values in found.items():
        left = int(np.median((values > ROUNDING * values[0]).sum(axis=0)))
        half, most = float(np.median(values[31])), float(np.median(values[0]))
        middle = near(half) if left >= 32 else "0, but for rounding"
        said.append(f"{name}: largest {near(most)}, 32nd {middle}")
    text = (
        f"Singular values after {layers} of {words(unit)}, medians of 3 seeds. {'; '.join(said)}."
    )
    return fig, in_print(text)


# ------------------------------------------------------------------------------ the edge of chaos


@cache
def critical_line() -> tuple[Array, Array]:
    """(σ_w, σ_b) along the edge of chaos of tanh, from (1, 0) on."""
    points = [critical_point(q, "tanh") for q in np.geomspace(1e-4, 3, 60)]
    return np.array([(1.0, 0.0), *points]).T


def chi_one(weight_std: float, bias_std: float) -> float:
    """χ₁ of tanh: χ at the fixed point of q.

    Without biases and with σ_w ≤ 1 that is q = 0, where tanh′ is 1; at σ_w = 1 the signal creeps
    there more slowly than `fixed_point` cares to wait.
    """
    if bias_std == 0 and weight_std <= 1:
        return weight_std**2
    return chi(fixed_point("tanh", weight_std, bias_std), "tanh", weight_std)


def gradient_factor(weight_std: float, bias_std: float) -> float:
    """What the 39 layers between layer 40 and layer 1 make of a gradient's mean square."""
    q, factor = weight_std**2 + bias_std**2, 1.0
    for _ in range(experiments.CHAOS_DEPTH - 1):
        factor *= chi(q, "tanh", weight_std)
        q = variance_map(q, "tanh", weight_std, bias_std)
    return factor


def edge_of_chaos(weight_std: float = 1.3, bias_std: float = 0.2236) -> Drawn:
    """The plane of weight and bias scales for tanh, and what becomes of two inputs at a point."""
    predicted, measured = experiments.correlations(weight_std, bias_std)
    slope = chi_one(weight_std, bias_std)
    returned = gradient_factor(weight_std, bias_std)
    fig, (top, bottom) = style.figure(height=5.3, rows=2, ratios=[1, 1.1], gap=0.9)
    line = critical_line()
    top.plot(*line, color="C2")
    top.fill_betweenx(line[1], line[0], 2.6, color=("C1", 0.16), lw=0)
    top.plot(weight_std, bias_std, "D", color="C0", ms=9, clip_on=False)
    top.set_xlim(0.7, 2.5)
    top.set_ylim(-0.04, 0.74)
    style.ticks(top, x=[1, 1.5, 2, 2.5], y=[0, 0.5])
    top.set_xlabel("weight scale σ_w")
    top.set_ylabel("bias σ_b")
    style.label(top, 0.74, 0.66, "ordered", ink(0.85), offset=(0, 0))
    style.label(top, 2.46, 0.66, "chaotic", "C1", ha="right", offset=(0, 0))
    style.label(top, 1.5, 0.66, "χ₁ = 1", "C2", ha="right", offset=(0, 0))
    layers = np.arange(1, experiments.CHAOS_DEPTH + 1)
    bottom.plot(layers, predicted, color=ink(0.7), linewidth=1.4)
    bottom.plot(layers[::3], measured[::3], "o", color=("C0", 0.6), ms=4)
    bottom.set_xlim(0, 41)
    bottom.set_ylim(-0.05, 1.3)
    style.ticks(bottom, x=[1, 10, 20, 30, 40], y=[0, 0.5, 1])
    bottom.set_xlabel("layer")
    bottom.set_ylabel("correlation")
    bottom.set_title(f"χ₁ = {slope:.2f}: E[δ²] × {near(returned)} in 39 layers")
    end = measured[-1]
    text = (
        f"σ_w = {weight_std:g}, σ_b = {bias_std:.3g}: χ₁ = {slope:.3f}; in 39 layers a gradient's "
        f"mean square is multiplied by {near(returned)}. Two inputs of correlation "
        f"0.6 have {predicted[-1]:.3f} in layer 40 by prediction, {end.mean():.3f} ± "
        f"{end.std(ddof=1):.3f} measured (3 seeds)."
    )
    return fig, in_print(text)


# ---------------------------------------------------------------------------- batch normalization


def starts_and_rates(batch_norm: bool = False, frame: int = 3) -> Drawn:
    """Test accuracy over the scale of the start and the learning rate, as a table of colours."""
    mean = experiments.starts_and_rates(batch_norm)[frame].mean(axis=-1)
    step = experiments.MAP_STEPS[frame]
    fig, ax = style.figure(height=4.0)
    for row, line in enumerate(mean):
        for column, value in enumerate(line):
            ax.fill_between(
                [column - 0.48, column + 0.48], row - 0.46, row + 0.46, color=("C0", 0.5 * value),
                lw=0,
            )  # fmt: skip
            ax.text(column, row, f"{100 * value:.0f}", ha="center", va="center",
                    fontweight="bold" if value >= 0.9 else "normal")  # fmt: skip
    row, column = np.unravel_index(mean.argmax(), mean.shape)
    sides, heights = np.array([-1, 1, 1, -1, -1]), np.array([-1, -1, 1, 1, -1])
    ax.plot(column + 0.48 * sides, row + 0.46 * heights, color="C1", lw=1.8)  # the best one
    ax.set_xlim(-0.5, 5.5)
    ax.set_ylim(-0.5, 5.5)
    ax.set_xticks(range(6), [f"{r:g}" for r in experiments.MAP_RATES])
    ax.set_yticks(range(6), [f"{s:g}" for s in experiments.MAP_WEIGHTS])
    ax.tick_params(length=0)
    ax.set_xlabel("learning rate")
    ax.set_ylabel("σ_w of the hidden layers")
    good = int((mean >= 0.9).sum())
    name = "with" if batch_norm else "without"
    ax.set_title(f"{name} batch norm, {step} steps: test accuracy [%]")
    best = float(mean.max())
    text = (
        f"{step} steps {name} batch normalization: {good} of 36 combinations reach 90 % on the "
        f"test digits; the best, framed, reaches {best:.1%} (means of 3 seeds; σ_w of the hidden "
        "layers)."
    )
    return fig, in_print(text)


def scale_and_shift(frame: int = 7, unit: str = "sigmoid") -> Drawn:
    """The learned scale γ and shift β of every unit in three normalized layers, as they train."""
    run = experiments.scale_and_shift(unit)
    step = experiments.FILM_STEPS[frame]
    fig, ax = style.figure(height=4.2)
    ax.plot([0], [1], "+", color=ink(0.9), ms=14, mew=1.5)
    for layer, (color, marker) in enumerate((("C0", "o"), ("C2", "s"), ("C1", "^"))):
        ax.plot(
            run["shift"][frame, layer, 0], run["scale"][frame, layer, 0], marker,
            color=(color, 0.7), ms=5, lw=0,
        )  # fmt: skip
        style.label(
            ax, 0.98, 2.72 - 0.2 * layer, f"layer {layer + 1} {'●■▲'[layer]}", color, ha="right",
            offset=(0, 0),
        )  # fmt: skip
    ax.set_xlim(-1, 1)
    ax.set_ylim(0.4, 2.9)
    style.ticks(ax, x=[-1, -0.5, 0, 0.5, 1], y=[0.5, 1, 1.5, 2, 2.5])
    ax.set_xlabel("learned shift β")
    ax.set_ylabel("learned scale γ")
    ax.set_title(f"{words(unit)}, step {step}: accuracy {run['accuracy'][frame].mean():.3f}")
    means = run["scale"][frame].mean(axis=(1, 2))
    text = (
        f"{words(unit)}, step {step}: mean γ {means[0]:.2f}, {means[1]:.2f} and {means[2]:.2f} in "
        f"layers 1, 2, 3; spread of β {run['shift'][frame].std():.3f}; test accuracy "
        f"{run['accuracy'][frame].mean():.3f} (3 seeds)."
    )
    return fig, in_print(text)


def tiny_batches(batch_size: int = 2, rate: float = 0.03) -> Drawn:
    """Test accuracy against the size of the training batches, for three kinds of normalization."""
    sizes = experiments.BATCH_SIZES
    here = sizes.index(batch_size)
    places = np.arange(len(sizes))
    fig, ax = style.figure(height=4.2, right=0.2)
    said = []
    lines = (
        ("none", "used", "no norm", ink(0.75), (0, (1, 1.3)), "o"),
        ("layer", "used", "layer norm", "C2", (0, (6, 2, 1, 2)), "s"),
        ("batch", "used", "batch norm, running moments", "C0", "-", "D"),
        ("batch", "as trained", "batch norm, test batch's moments", "C1", DASHED, "^"),
    )
    for row, (norm, key, name, color, dash, marker) in enumerate(lines):
        runs = np.array([experiments.tiny_batches(norm, size, rate)[key] for size in sizes])
        ax.plot(places, runs.mean(axis=1), color=color, linestyle=dash, linewidth=1.6)
        ax.plot(np.full(3, here), runs[here], marker, color=color, ms=5, clip_on=False)
        mean = float(runs[here].mean())
        style.label(
            ax, 4, 0.62 - 0.085 * row, f"{name} {mean:.2f}", color, ha="right", offset=(0, 0)
        )
        said.append(f"{name} {mean:.3f} ± {runs[here].std(ddof=1):.3f}")
    ax.set_xlim(-0.2, 4.2)
    ax.set_ylim(0.1, 1.02)
    ax.set_xticks(places, sizes)
    style.ticks(ax, y=[0.2, 0.4, 0.6, 0.8, 1])
    ax.set_xlabel("examples per batch")
    ax.set_ylabel("test accuracy")
    ax.set_title(f"batches of {batch_size}, learning rate {rate:g}")
    text = (
        f"Batches of {batch_size}, learning rate {rate:g}, {experiments.BATCH_STEPS} steps: "
        + ", ".join(said)
        + " (3 seeds)."
    )
    return fig, in_print(text)
