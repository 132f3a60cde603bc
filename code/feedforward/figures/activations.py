"""Figures of chapter 2, Units and activations, and the experiments that they show.

Each figure function takes the values of its sliders and returns (Figure, text): text says in words
and numbers what this state shows. The first line of its docstring describes the figure as a whole.
Experiments are cached: the chapter's cells and the figures share one run.
"""

from functools import cache

import numpy as np
from matplotlib.figure import Figure

from feedforward import costs, graph
from feedforward.datasets import Split, digits, inverse_problem, mnist1d
from feedforward.ensemble import Ensemble, of_each, seeded
from feedforward.figures import style
from feedforward.figures.style import ink
from feedforward.mixture import mixture_density, mixture_parameters, sample_mixture
from feedforward.training import adam, train
from feedforward.units import (
    UNITS,
    hard_sigmoid,
    hardmax,
    rectifier,
    relu,
    sigmoid,
    softmax,
    softplus,
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

HOOK_UNITS = (
    "relu", "absolute_value", "sigmoid", "tanh", "softplus", "hard_tanh", "silu", "identity",
)  # fmt: skip
HOOK_STEPS = [0, 20, 80, 300, 1200]
"""Training steps in the film of the eight units."""
HOOK_RATE = 0.02


@cache
def wavy_data() -> tuple[Array, Array]:
    """Forty points of sin 2x + x/3 on [−3, 3]: no noise, the units are the question."""
    x = np.linspace(-3, 3, 40)[:, None]
    return x, np.sin(2 * x) + x / 3


def film(network: Ensemble, cost, x: Array, y: Array, steps: list[int], rate: float) -> list:
    """Train with Adam on all data; a copy of every parameter at each of `steps`, the first 0."""
    take_step, frames = adam(network.parameters(), rate), []
    for step in range(steps[-1] + 1):
        if step in steps:
            frames.append([p.data.copy() for p in network.parameters()])
        of_each(cost)(network(x), y).mean().backward()
        take_step()
        for p in network.parameters():
            p.grad = None
    return frames


@cache
def eight_units_film(unit: str, seeds: tuple[int, ...] = (0, 1, 2, 3, 4)) -> list:
    """One hidden layer of eight units on the wavy curve: the weights at each of HOOK_STEPS."""
    x, y = wavy_data()
    network = Ensemble((1, 8, 1), unit, seeded(seeds), dtype=np.float64)
    for member, rng in enumerate(seeded(seeds)):  # slopes of either sign, centers all over the data
        weight = rng.uniform(0.7, 1.5, 8) * rng.choice([-1, 1], 8)
        network.weights[0].data[member, :, 0] = weight
        network.biases[0].data[member, 0] = -weight * rng.uniform(-3, 3, 8)
    return film(network, costs.squared_error, x, y, HOOK_STEPS, HOOK_RATE)


def eight_units_error(unit: str) -> Array:
    """Mean squared error after the last step, one per seed."""
    x, y = wavy_data()
    w1, b1, w2, b2 = eight_units_film(unit)[-1]
    outputs = UNITS[unit](x @ w1.transpose(0, 2, 1) + b1) @ w2.transpose(0, 2, 1) + b2
    return ((outputs - y) ** 2).mean(axis=(1, 2))


def eight_units(unit: str = "relu", frame: int = 4) -> Drawn:
    """Eight hidden units add up to a curve; below, what each of them contributes."""
    x, y = wavy_data()
    w1, b1, w2, b2 = (p[0] for p in eight_units_film(unit)[frame])
    line = np.linspace(-3, 3, 61)[:, None]
    parts = UNITS[unit](line @ w1.T + b1) * w2
    error = float(((UNITS[unit](x @ w1.T + b1) @ w2.T + b2 - y) ** 2).mean())

    fig, (top, bottom) = style.figure(height=4.4, rows=2, gap=0.25)
    top.plot(x, y, "o", color=ink(0.5), ms=3)
    top.plot(line, np.clip(parts.sum(axis=1) + b2[0], -3, 3), color="C0")
    top.set_ylim(-2.4, 2.4)
    style.ticks(top, x=[], y=[-2, 0, 2])
    top.set_ylabel("sum")
    style.label(top, -2.95, 2.1, f"step {HOOK_STEPS[frame]:,}: error {error:.4f}", "C0")
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
        f"Eight {words(unit)} units after {HOOK_STEPS[frame]:,} training steps: "
        f"mean squared error {error:.4f} on a curve of mean square {float((y**2).mean()):.2f}."
    )
    return fig, text


# -------------------------------------------------------------- what a unit owes its gradient


def flat_share(unit: str, center: float, spread: float) -> tuple[float, float]:
    """Of pre-activations N(center, spread²): share with |g′| < 0.05, and the mean of g′²."""
    z = center + spread * np.linspace(-8, 8, 4001)
    weight = np.exp(-(np.linspace(-8, 8, 4001) ** 2) / 2)
    weight /= weight.sum()
    slope = UNITS[unit].derivative(z)
    return float(weight @ (np.abs(slope) < 0.05)), float(weight @ slope**2)


def value_and_slope(unit: str = "sigmoid", spread: float = 2.0, center: float = 0.0) -> Drawn:
    """A unit's value and slope, over the distribution of the pre-activations that reach it."""
    flat, mean_square = flat_share(unit, center, spread)
    z = np.linspace(-8, 8, 161)
    g = UNITS[unit]
    fig, (top, middle, bottom) = style.figure(height=5.0, rows=3, ratios=[1.4, 1, 0.8], gap=0.2)
    top.plot(z, g(z), color="C0")
    top.set_ylim(-2.3, 4.3)
    style.ticks(top, x=[], y=[-2, 0, 2, 4])
    top.set_ylabel("g(z)")
    style.label(top, -7.9, 3.8, words(unit), "C0", offset=(0, 0), bold=True)
    style.label(top, -7.9, 2.9, g.formula, ink(0.8), offset=(0, 0))
    # A kink is a jump of the slope: draw it as one.
    slope, broken = g.derivative(z), z.copy()
    for kink in g.kinks:
        at = int(np.argmin(np.abs(z - kink)))
        broken[at] = np.nan
    middle.plot(broken, slope, color="C1")
    middle.set_ylim(-1.2, 1.3)
    style.ticks(middle, x=[], y=[-1, 0, 1])
    style.rules(middle, y=[0])
    middle.set_ylabel("g′(z)")
    density = np.exp(-(((z - center) / spread) ** 2) / 2) / (spread * np.sqrt(2 * np.pi))
    bottom.fill_between(z, density, color=ink(0.25), linewidth=0)
    on_flat = np.abs(g.derivative(z)) < 0.05
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
    return fig, text


CHAIN_DEPTH = 20
CHAIN_UNITS = (
    "sigmoid", "tanh", "hard_tanh", "hard_sigmoid", "softplus", "relu", "absolute_value",
)  # fmt: skip
STEEPEST = {"sigmoid": 0.25, "hard_sigmoid": 0.5}
"""The largest |g′| of the units for which it is not 1."""


@cache
def chain_gradients(unit: str, scale: float, seeds: tuple[int, ...] = (0, 1, 2, 3, 4)) -> Array:
    """How large a gradient is at each layer of a deep network on digits, as a share of the last.

    Twenty hidden layers of 64 units whose weights are orthogonal matrices times `scale`, so the
    largest factor by which they can stretch is `scale` exactly. Returns the norm of ∂J/∂z, its mean
    over 100 digits, divided by that of the last hidden layer: (seeds, 20), the last layer first.
    """
    data = digits(np.random.default_rng(0))
    widths = (64, *[64] * CHAIN_DEPTH, 10)
    network = Ensemble(widths, unit, seeded(seeds), dtype=np.float64)
    for weight in network.weights[1:-1]:
        weight.data[:] = [scale * np.linalg.qr(w)[0] for w in weight.data]
    layers = network.layers(data.x_train[:100])
    of_each(costs.categorical_nll)(layers[-1][0], data.y_train[:100]).mean().backward()
    norms = np.array([np.linalg.norm(z.grad, axis=2).mean(axis=1) for z, _ in layers[:-1]])
    return (norms / norms[-1]).T[:, ::-1]


def vanishing_chain(unit: str = "sigmoid", scale: float = 1.0) -> Drawn:
    """The size of the gradient on its way back through twenty layers, under its upper bound."""
    measured = np.maximum(chain_gradients(unit, scale), 1e-16)
    factor = scale * STEEPEST.get(unit, 1.0)
    back = np.arange(CHAIN_DEPTH)
    fig, ax = style.figure(height=3.4)
    ax.plot(back, np.clip(factor ** back.astype(float), 1e-16, 1e7), color="C1", ls=(0, (5, 2)))
    ax.plot(back, np.clip(measured.T, 1e-16, 1e7), "o", color=("C0", 0.6), ms=4)
    ax.set_yscale("log")
    ax.set_ylim(1e-16, 1e7)
    ax.minorticks_off()
    ax.set_yticks([1e-15, 1e-10, 1e-5, 1, 1e5], ["10⁻¹⁵", "10⁻¹⁰", "10⁻⁵", "1", "10⁵"])
    ax.set_xlim(-0.5, 19.5)
    style.ticks(ax, x=[0, 5, 10, 15, 19])
    style.rules(ax, y=[1])
    ax.set_xlabel("layers that the gradient has passed")
    ax.set_ylabel("size of the gradient")
    style.label(ax, 0, 3e-15, f"measured, 5 seeds: {words(unit)}", "C0", offset=(0, 0))
    style.label(ax, 0, 1e-13, f"bound: {factor:g} per layer", "C1", offset=(0, 0))
    last = measured[:, -1]
    text = (
        f"{words(unit)}, weights that stretch by {scale:g}: after 19 layers the gradient is "
        f"{np.exp(np.log(last).mean()):.2g} times what it was (geometric mean of 5 seeds); "
        f"the bound is {factor**19:.2g}."
    )
    return fig, text


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
    return fig, text


EDGES = {
    "vertical": np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 8,
    "horizontal": np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]]) / 8,
    "rising": np.array([[-2, -1, 0], [-1, 0, 1], [0, 1, 2]]) / 8,
    "falling": np.array([[0, 1, 2], [-1, 0, 1], [-2, -1, 0]]) / 8,
}
"""Four 3×3 edge filters: each sums to 0, so a constant added to the image changes nothing."""


@cache
def digit_images() -> Split:
    """Handwritten digits 8×8, grey levels 0 (paper) to 1 (ink)."""
    data = digits(np.random.default_rng(0))
    low = min(data.x_train.min(), data.x_test.min())
    high = max(data.x_train.max(), data.x_test.max())

    def scaled(x: Array) -> Array:
        return ((x - low) / (high - low)).reshape(-1, 8, 8)

    return Split(scaled(data.x_train), data.y_train, scaled(data.x_test), data.y_test)


def edge_response(images: Array, edge: str) -> Array:
    """Pre-activations of one filter at each of the 6×6 places where it fits: (m, 6, 6)."""
    patches = np.lib.stride_tricks.sliding_window_view(images, (3, 3), axis=(-2, -1))
    return np.einsum("...ijkl,kl->...ij", patches, EDGES[edge])


def edge_features(images: Array, unit) -> Array:
    """What `unit` makes of all four filters: (m, 144) for images (m, 8, 8)."""
    z = np.stack([edge_response(images, edge) for edge in EDGES], axis=1)
    return unit(4 * z.reshape(len(images), -1))


def polarity(digit: int = 4, alpha: float = -1.0, edge: str = "vertical") -> Drawn:
    """A digit and its negative, and what an edge detector makes of both."""
    data = digit_images()
    image = data.x_train[np.flatnonzero(data.y_train == digit)[0]]
    g = rectifier(alpha)
    responses = [g(edge_response(picture, edge)) for picture in (image, 1 - image)]
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
            ax.set_title(name if row == 0 else f"response {response.sum():.2f}")
    change = float(np.abs(responses[0] - responses[1]).sum() / np.abs(responses[0]).sum())
    text = (
        f"Digit {digit}, {edge} edges, α = {alpha:g}. Summed response {responses[0].sum():.3f} to "
        f"the image and {responses[1].sum():.3f} to its negative; the two maps differ by "
        f"{change:.0%} of the first."
    )
    return fig, text


# --------------------------------------------------------------------------------- dead units

DEAD_BIASES = (-3.0, -2.0, -1.0, 0.0, 1.0)
DEAD_RATES = (0.03, 0.3, 0.7, 1.0, 1.5)
DEAD_STEPS = 150


@cache
def active_shares(
    learning_rate: float, unit: str = "relu", seeds: tuple[int, ...] = (0, 1, 2)
) -> tuple[Array, Array]:
    """On how many training digits each hidden unit is active (z > 0), before and after training.

    One hidden layer of 100 units on 1348 digits; plain gradient descent, batches of 50, 150 steps.
    Returns two arrays (biases, seeds, 100), for each of DEAD_BIASES as the units' starting bias.
    """
    data = digits(np.random.default_rng(0))
    bias = np.repeat(DEAD_BIASES, len(seeds))
    network = Ensemble((64, 100, 10), unit, seeded(seeds * len(DEAD_BIASES)), bias=bias)

    def shares() -> Array:
        with graph.no_grad():
            z = network.layers(data.x_train)[0][0].data
        return (z > 0).mean(axis=1).reshape(len(DEAD_BIASES), len(seeds), 100)

    before = shares()
    train(
        network, of_each(costs.categorical_nll), data.x_train, data.y_train, steps=DEAD_STEPS,
        learning_rate=learning_rate, batch_size=50, rng=np.random.default_rng(0),
    )  # fmt: skip
    return before, shares()


def dead_units(learning_rate: float = 1.0, bias: float = 0.0) -> Drawn:
    """How many units are dead after training, and on how many inputs the others are active."""
    before, after = active_shares(learning_rate)
    row = DEAD_BIASES.index(bias)
    fig, (top, bottom) = style.figure(height=4.4, rows=2)
    for rate in DEAD_RATES:
        dead = (active_shares(rate)[1] == 0).mean(axis=2)
        here = rate == learning_rate
        top.plot(
            DEAD_BIASES, dead.mean(axis=1), color="C0" if here else ink(0.25), lw=2 if here else 1
        )
        if here:
            top.plot(np.repeat(DEAD_BIASES, 3), dead.ravel(), "o", color=("C0", 0.5), ms=4)
    top.plot(bias, (after[row] == 0).mean(), "D", color="C1", ms=8, clip_on=False)
    top.set_xlim(-3.1, 1.1)
    top.set_ylim(-0.03, 1.03)
    style.ticks(top, x=DEAD_BIASES, y=[0, 0.5, 1])
    top.set_xlabel("bias at the start")
    top.set_ylabel("share of dead units")
    style.label(top, 1.1, 0.93, f"learning rate {learning_rate:g}", "C0", ha="right", offset=(0, 0))
    style.label(top, 1.1, 0.8, "other rates", ink(0.5), ha="right", offset=(0, 0))

    edges = np.linspace(0, 1, 21)
    middles = (edges[1:] + edges[:-1]) / 2
    for shares, color, name, height in (
        (before, ink(0.35), "before", 0.62), (after, "C1", "after training", 0.5),
    ):  # fmt: skip
        count, _ = np.histogram(shares[row].ravel(), edges)
        bottom.step(middles, np.minimum(count / 300, 0.7), where="mid", color=color, lw=1.6)
        style.label(bottom, 0.98, height, name, color, ha="right", offset=(0, 0))
    bottom.set_xlim(0, 1)
    bottom.set_ylim(0, 0.72)
    style.ticks(bottom, x=[0, 0.5, 1], y=[0, 0.5])
    bottom.set_xlabel("share of the digits on which a unit is active")
    bottom.set_ylabel("share of units")
    text = (
        f"Starting bias {bias:g}, learning rate {learning_rate:g}: {(before[row] == 0).mean():.1%} "
        f"of the units are dead before training and {(after[row] == 0).mean():.1%} after "
        f"{DEAD_STEPS} steps (3 seeds, 100 units each)."
    )
    return fig, text


# ------------------------------------------------------------------------------------- maxout


def parabola_pieces(k: int, lifted: bool) -> tuple[Array, Array]:
    """Slopes and offsets of k lines whose maximum follows x² on [−1, 1].

    The tangents at the middles of k equal intervals, x ↦ 2tx − t²; lifted by half of their largest
    error, 1/(2k²), they are the best k pieces there are.
    """
    t = (2 * np.arange(k) + 1) / k - 1
    return 2 * t, -(t**2) + (1 / (2 * k**2) if lifted else 0)


def tangents(k: int = 3, lifted: bool = False) -> Drawn:
    """A maxout unit of k lines under a parabola, and its error, whose largest value is 1/k²."""
    slope, offset = parabola_pieces(k, lifted)
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
    style.label(top, 0, 0.95, f"maxout of {k} line{'s' * (k > 1)}", "C0", ha="center")
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
        f"{k} {'lifted lines' if lifted else 'tangents'}: the largest error on [−1, 1] is "
        f"{exact:.6g}, which is {law}."
    )
    return fig, text


TARGETS = {
    "a wave": lambda x: np.sin(3 * x) + 0.3 * x,
    "a bump with a corner": lambda x: np.exp(-4 * (x - 0.7) ** 2) - np.abs(x + 0.8) / 2,
}
SPAN = 2.0


def convex_difference(f, pieces: int) -> tuple[tuple[Array, Array], tuple[Array, Array], float]:
    """Two maxout units whose difference joins f's values at `pieces` + 1 even places
    by lines.

    Walk along the broken line through f. Where it turns up, the turn goes to the
    first unit; where it turns down, to the second. Both are then convex, so each is
    the maximum of its own pieces. Returns (slopes, offsets) of both units, and the
    largest distance to f on [−2, 2].
    """
    x = np.linspace(-SPAN, SPAN, pieces + 1)
    y = f(x)
    slope = np.diff(y) / np.diff(x)
    turn = np.diff(slope)
    units = []
    for sign, start, height in ((1, slope[0], y[0]), (-1, 0.0, 0.0)):
        slopes, offsets = [start], [height - start * x[0]]
        for place, jump in zip(x[1:-1], np.maximum(sign * turn, 0), strict=True):
            if jump > 1e-12:  # less is rounding, where the line goes straight on
                slopes.append(slopes[-1] + jump)
                offsets.append(offsets[-1] - jump * place)
        units.append((np.array(slopes), np.array(offsets)))
    fine = np.linspace(-SPAN, SPAN, 2001)
    up, down = ((fine[:, None] * s + o).max(axis=1) for s, o in units)
    return units[0], units[1], float(np.abs(up - down - f(fine)).max())


def two_maxouts(pieces: int = 6, target: str = "a wave") -> Drawn:
    """The difference of two maxout units, each of them convex, follows a curve that is not."""
    f = TARGETS[target]
    first, second, worst = convex_difference(f, pieces)
    x = np.linspace(-SPAN, SPAN, 161)
    up, down = ((x[:, None] * s + o).max(axis=1) for s, o in (first, second))
    fig, (top, bottom) = style.figure(height=4.4, rows=2, gap=0.2)
    top.plot(x, up, color="C0")
    top.plot(x, down, color="C2", linestyle=style.DASHES[1])
    top.set_ylim(-3, 20)
    style.ticks(top, x=[], y=[0, 10, 20])
    top.set_ylabel("two maxout units")
    style.label(top, -1.95, 18.5, f"first, {len(first[0])} pieces", "C0", offset=(0, 0))
    style.label(top, -1.95, 16, f"second, {len(second[0])} pieces", "C2", offset=(0, 0))
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
        f"{target.capitalize()}, {pieces} straight pieces: one maxout unit of {len(first[0])} "
        f"lines minus another of {len(second[0])}. Largest error {worst:.4f}."
    )
    return fig, text


MAXOUT_STEPS = [0, 10, 20, 40, 80, 150, 300, 600, 1200]
MAXOUT_PIECES = (2, 3, 5, 8)


@cache
def maxout_film(pieces: int, start: str = "spread", seeds: tuple[int, ...] = (0, 1, 2)) -> list:
    """Two maxout units and an output, trained on the wave: weights at each of MAXOUT_STEPS.

    start: "spread", the lines begin as tangents of a parabola, so that each is the largest
    somewhere; or "random", slopes and offsets are standard normal.
    """
    x = np.linspace(-SPAN, SPAN, 60)[:, None]
    network = Ensemble((1, 2, 1), "maxout", seeded(seeds), pieces=pieces, dtype=np.float64)
    t = SPAN * parabola_pieces(pieces, False)[0] / 2
    for member, rng in enumerate(seeded(seeds)):
        noise = rng.normal(0, 1, (2, 2 * pieces))
        slope, offset = noise if start == "random" else 0.1 * noise + np.tile([t, -(t**2) / 2], 2)
        network.weights[0].data[member, :, 0] = slope
        network.biases[0].data[member, 0] = offset
    network.weights[-1].data[:] = [[1.0, -1.0]]
    y = TARGETS["a wave"](x)
    return film(network, costs.squared_error, x, y, MAXOUT_STEPS, 0.01)


def _maxout_parts(frame: list, x: Array, pieces: int) -> tuple[Array, Array]:
    """(S, x, 2, pieces) lines of both units, and the output (S, x)."""
    w1, b1, w2, b2 = frame
    z = x[:, None] @ w1.transpose(0, 2, 1) + b1
    lines = z.reshape(*z.shape[:2], 2, pieces)
    out = lines.max(axis=3) @ w2.transpose(0, 2, 1) + b2
    return lines, out[..., 0]


def maxout_error(pieces: int, start: str = "spread") -> Array:
    """Mean squared error of the trained pair on the wave, one per seed."""
    x = np.linspace(-SPAN, SPAN, 60)
    out = _maxout_parts(maxout_film(pieces, start)[-1], x, pieces)[1]
    return ((out - TARGETS["a wave"](x)) ** 2).mean(axis=1)


def trained_maxout(frame: int = 8, pieces: int = 8) -> Drawn:
    """Two maxout units learn their own activation functions: their pieces, as they move."""
    x = np.linspace(-SPAN, SPAN, 121)
    run = maxout_film(pieces)
    lines, out = _maxout_parts(run[frame], x, pieces)
    target = TARGETS["a wave"](x)
    error = float(((out[0] - target) ** 2).mean())
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
    style.label(bottom, -1.95, 2.3, f"step {MAXOUT_STEPS[frame]:,}: error {error:.4f}", "C0")
    for ax in (top, bottom):
        ax.set_xlim(-SPAN, SPAN)
    text = (
        f"After {MAXOUT_STEPS[frame]:,} steps the two units use {used[0]} and {used[1]} of their "
        f"{pieces} pieces; mean squared error {error:.4f}."
    )
    return fig, text


# ----------------------------------------------------------------------------------- softplus


def softplus_beta(z: Array, beta: float) -> Array:
    """log(1 + e^(βz))/β: softplus, sharpened."""
    return softplus(beta * z) / beta


def softplus_gap(beta: float = 1.0) -> Drawn:
    """Softplus above ReLU, the gap between them, and the slope that it has instead of a step."""
    z = np.linspace(-4, 4, 161)
    gap = softplus_beta(z, beta) - relu(z)
    peak = np.log(2) / beta
    fig, (top, bottom) = style.figure(height=4.4, rows=2, gap=0.2)
    top.fill_between(z, relu(z), softplus_beta(z, beta), color=("C3", 0.4), linewidth=0)
    top.plot(z, relu(z), color="C1", linestyle=(0, (5, 2)))
    top.plot(z, softplus_beta(z, beta), color="C0")
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
    return fig, text


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
    style.label(ax, -4.9, 0.69, "sigmoid", ink(0.6), offset=(0, 0))
    theirs = np.clip(z / 6 + 0.5, 0, 1)
    away = [float(np.abs(h - sigmoid(z)).max()) for h in (hard_sigmoid(z), theirs)]
    text = (
        f"The hard sigmoid of slope 1/2 is at most {away[0]:.2f} away from the sigmoid, "
        f"PyTorch's of slope 1/6 at most {away[1]:.2f}."
    )
    return fig, text


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
    names = [f"class {k + 1}: z = {logit:g}" for k, logit in enumerate(z)]
    bottom.set_xticks([0, 1, 2], names)
    style.ticks(bottom, y=[0, 1])
    said = "; ".join(f"{name} ({', '.join(f'{v:.3f}' for v in p)})" for name, p in made.items())
    zeros = int((made["sparsemax"] == 0).sum())
    text = (
        f"Logits ({first:g}, {second:g}, 0) at temperature {temperature:g}: {said}. "
        f"Sparsemax gives exactly 0 to {zeros} of 3 classes."
    )
    return fig, text


# ------------------------------------------------------------- the mixture density network

MDN_SEEDS = (0, 1, 2)
MDN_TRAIN, MDN_TEST, MDN_HIDDEN, MDN_STEPS, MDN_RATE = 400, 2000, 16, 1000, 0.01


@cache
def inverse_data() -> Split:
    """Bishop's inverse problem, from t to x: 400 examples to learn from, 2000 to judge by."""
    t, x = inverse_problem(MDN_TRAIN, np.random.default_rng(0))
    t_test, x_test = inverse_problem(MDN_TEST, np.random.default_rng(1))
    return Split(t, x[:, 0], t_test, x_test[:, 0])


def centered(t: Array) -> Array:
    """Inputs 0 … 1 as the networks take them, −2 … 2."""
    return 4 * np.reshape(t, (-1, 1)) - 2


def density_network(
    components: int, hidden: int, seeds: tuple[int, ...], dtype: type = np.float32
) -> Ensemble:
    """One hidden layer of tanh units; outputs 3K, with the K means spread out at the start."""
    network = Ensemble((1, hidden, 3 * components), "tanh", seeded(seeds), dtype=dtype)
    network.biases[0].data[:] = [[rng.uniform(-2, 2, hidden)] for rng in seeded(seeds)]
    k = components
    network.biases[1].data[:, 0, k : 2 * k] = (np.arange(k) + 0.5) / k
    network.biases[1].data[:, 0, 2 * k :] = np.log(0.3)
    return network


def density_cost(components: int, floor: float = 0.0):
    """The mean NLL of a mixture of K Gaussians, as a cost of the network's 3K outputs."""

    def cost(outputs, y):
        return costs.mixture_nll(*mixture_parameters(outputs, components, floor), y)

    return cost


@cache
def mixture_networks(components: int, seeds: tuple[int, ...] = MDN_SEEDS) -> Ensemble:
    """Mixture density networks for the inverse problem, one per seed, trained."""
    data = inverse_data()
    network = density_network(components, MDN_HIDDEN, seeds)
    train(
        network, of_each(density_cost(components)), centered(data.x_train), data.y_train,
        steps=MDN_STEPS, learning_rate=MDN_RATE, optimizer="adam",
    )  # fmt: skip
    return network


@cache
def mean_networks(seeds: tuple[int, ...] = MDN_SEEDS) -> tuple[Ensemble, Array]:
    """The same networks with one output and squared error; and their error's size, one per seed."""
    data = inverse_data()
    network = Ensemble((1, MDN_HIDDEN, 1), "tanh", seeded(seeds))
    network.biases[0].data[:] = [[rng.uniform(-2, 2, MDN_HIDDEN)] for rng in seeded(seeds)]
    train(
        network, of_each(lambda f, x: costs.squared_error(f[:, 0], x)), centered(data.x_train),
        data.y_train, steps=MDN_STEPS, learning_rate=MDN_RATE, optimizer="adam",
    )  # fmt: skip
    error = network.predict(centered(data.x_train))[..., 0] - data.y_train
    return network, np.sqrt((error**2).mean(axis=1))


def inverse_test_nll(components: int) -> Array:
    """Mean test NLL of each seed's network; 0 components stands for squared error."""
    data = inverse_data()
    inputs = centered(data.x_test)
    if components == 0:
        network, size = mean_networks()
        means = network.predict(inputs)[..., 0]
        pairs = zip(means, size, strict=True)
        return np.array([costs.gaussian_nll(f, data.y_test, s).mean() for f, s in pairs])
    cost = density_cost(components)
    outputs = mixture_networks(components).predict(inputs)
    return np.array([cost(member, data.y_test).mean() for member in outputs])


def true_density(t: float, x: Array) -> Array:
    """p(x|t) of the inverse problem itself: even over all x whose forward value is near t."""
    possible = np.abs(t - x - 0.3 * np.sin(2 * np.pi * x)) <= 0.1
    possible &= (x >= 0) & (x <= 1)
    return possible / (possible.sum() * (x[1] - x[0]))


def least_possible_nll() -> float:
    """What the true p(x|t) itself costs on the test set: −log of its density, on average."""
    fine = (np.arange(4000) + 0.5) / 4000
    t = inverse_data().x_test
    forward = fine + 0.3 * np.sin(2 * np.pi * fine)
    return float(np.log((np.abs(t - forward) <= 0.1).mean(axis=1)).mean())


def _member_mixture(components: int, t: Array) -> tuple[Array, Array, Array]:
    """(logits, mean, std) at inputs t of the seed with the least cost on the training data."""
    network, data = mixture_networks(components), inverse_data()
    learned = network.predict(centered(data.x_train))
    best = np.argmin([density_cost(components)(o, data.y_train).mean() for o in learned])
    return mixture_parameters(network.predict(centered(t))[best].astype(float), components)


def conditional_density(components: int = 3, t: float = 0.65) -> Drawn:
    """A mixture density network's answer to one input: a slice through the data, as a density."""
    data = inverse_data()
    grid = np.linspace(-0.05, 1.05, 56)
    logits, mean, _ = _member_mixture(components, grid)
    weight = softmax(logits)
    middle = mean_networks()[0].predict(centered(grid))[0, :, 0]

    fig, (top, bottom) = style.figure(height=5.2, rows=2, ratios=[1.35, 1])
    top.plot(data.x_train[:200], data.y_train[:200], "o", color=ink(0.25), ms=2.5)
    for k in range(components):
        shown = np.where(weight[:, k] > 0.05, mean[:, k], np.nan)
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
    here = _member_mixture(components, np.array([t]))
    density = mixture_density(*here, x)[0]
    bottom.fill_between(
        x, np.minimum(true_density(t, x), 6), color=ink(0.22), linewidth=0, step="mid"
    )
    bottom.plot(x, np.minimum(density, 6.5), color="C0")
    guess = float(mean_networks()[0].predict(centered(np.array([t])))[0, 0, 0])
    bottom.plot([guess], [0], "^", color="C1", ms=10, clip_on=False)
    bottom.set_xlim(-0.1, 1.1)
    bottom.set_ylim(0, 6)
    style.ticks(bottom, x=[0, 0.5, 1], y=[0, 3, 6])
    bottom.set_xlabel("answer x")
    bottom.set_ylabel(f"p(x | t = {t:.2f})")
    style.label(bottom, 0.6, 5.6, f"network, K = {components}", "C0", ha="center", offset=(0, 0))
    style.label(bottom, 0.6, 4.9, "truth", ink(0.6), ha="center", offset=(0, 0))
    said = ", ".join(
        f"{p:.2f} at {m:.2f} ± {s:.2f}"
        for p, m, s in zip(softmax(here[0])[0], here[1][0], here[2][0], strict=True)
    )
    text = (
        f"At t = {t:.2f} the network with K = {components} answers: {said}. "
        f"Squared error answers {guess:.2f}."
    )
    return fig, text


SAMPLED = {"squared error": 0, "K = 1": 1, "K = 2": 2, "K = 3": 3, "K = 5": 5}


def sampled(model: str = "K = 3") -> Drawn:
    """Data of the inverse problem, and as many answers drawn from a network."""
    data = inverse_data()
    t, x = data.x_test[:250, 0], data.y_test[:250]
    components, rng = SAMPLED[model], np.random.default_rng(0)
    if components == 0:
        network, size = mean_networks()
        drawn = rng.normal(network.predict(centered(t))[0, :, 0], size[0])
    else:
        drawn = sample_mixture(*_member_mixture(components, t), rng)
    off = np.abs(t - drawn - 0.3 * np.sin(2 * np.pi * drawn)) > 0.1
    off |= (drawn < 0) | (drawn > 1)
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
        f"{model}: of 250 answers drawn, {off.mean():.0%} are impossible: their forward value is "
        "more than 0.1 away from the input that was asked for."
    )
    return fig, text


COLLAPSE_STEPS = [0, 20, 50, 100, 150, 200, 300, 400, 500, 600, 800, 1000]
CURES = {"nothing": 0.0, "σ ≥ 0.05": 0.05}


@cache
def collapse_run(floor: float, seeds: tuple[int, ...] = (0, 1, 2)) -> dict[str, Array]:
    """A mixture of five on thirty examples, trained too long: what happens to σ and to the test.

    Returns "train" and "test" NLL and the smallest σ at any training input, "narrowest", each of
    shape (frames, seeds), at COLLAPSE_STEPS; and "mixture", the first seed's outputs on a grid.
    """
    data = inverse_data()
    t, x = data.x_train[:30], data.y_train[:30]
    network = density_network(5, 10, seeds)
    cost = density_cost(5, floor)
    grid = np.linspace(0, 1, 61)
    kept = {"train": [], "test": [], "narrowest": [], "mixture": []}
    for weights in film(network, cost, centered(t), x, COLLAPSE_STEPS, 0.003):
        for p, saved in zip(network.parameters(), weights, strict=True):
            p.data[:] = saved
        for name, inputs, target in (("train", t, x), ("test", data.x_test, data.y_test)):
            outputs = network.predict(centered(inputs)).astype(float)
            kept[name].append([cost(member, target).mean() for member in outputs])
        outputs = network.predict(centered(t)).astype(float)
        kept["narrowest"].append([mixture_parameters(o, 5, floor)[2].min() for o in outputs])
        kept["mixture"].append(network.predict(centered(grid))[0].astype(float))
    return {name: np.array(values) for name, values in kept.items()}


def sigma_collapse(frame: int = 11, cure: str = "nothing") -> Drawn:
    """A mixture trained too long on thirty examples: narrow spikes, and a test that fails."""
    run = collapse_run(CURES[cure])
    step = COLLAPSE_STEPS[frame]
    shown = np.maximum(COLLAPSE_STEPS, 10)
    data = inverse_data()
    fig, (top, bottom) = style.figure(height=5.0, rows=2, right=0.25)
    logits, mean, std = mixture_parameters(run["mixture"][frame], 5, CURES[cure])
    grid, weight = np.linspace(0, 1, 61), softmax(logits)
    for k in range(5):
        on = weight[:, k] > 0.05
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
        ("train", "C0", "-", 7.2), ("test", "C1", (0, (5, 2)), 6.0),
    ):  # fmt: skip
        curve = np.clip(run[name].mean(axis=1), -3.9, 7.9)
        bottom.plot(shown, curve, color=color, linestyle=dash)
        bottom.plot(shown[frame], curve[frame], "o", color=color, ms=7, clip_on=False)
        style.label(
            bottom, 11, height, f"{name} NLL {run[name][frame].mean():.2f}", color, offset=(0, 0)
        )
    style.label(bottom, 11, 4.8, f"smallest σ {run['narrowest'][frame].min():.2g}", offset=(0, 0))
    bottom.set_xscale("log")
    bottom.set_xlim(10, 1000)
    bottom.set_ylim(-4, 8)
    bottom.set_xticks([10, 100, 1000], ["10", "100", "1000"])
    bottom.minorticks_off()
    style.ticks(bottom, y=[-4, 0, 4, 8])
    style.rules(bottom, y=[0])
    bottom.set_xlabel("training step")
    bottom.set_ylabel("NLL, mean of 3 seeds")
    text = (
        f"Step {step:,}, {'no cure' if cure == 'nothing' else cure}: training NLL "
        f"{run['train'][frame].mean():.2f}, test NLL {run['test'][frame].mean():.2f}, smallest σ "
        f"at any example {run['narrowest'][frame].min():.2g}."
    )
    return fig, text


@cache
def five_alike(seeds: tuple[int, ...] = MDN_SEEDS) -> tuple[Array, Array]:
    """A mixture of five whose components start with the same weights, trained like the others.

    Returns, per seed, the test NLL and the largest distance between two of the five means at any
    test input. In float64, since rounding is all that can tell the five apart.
    """
    data = inverse_data()
    network = density_network(5, MDN_HIDDEN, seeds, np.float64)
    # The outputs are K logits, K means, K scales: copy each group's first to the whole group.
    for p in (network.weights[1].data, network.biases[1].data):
        groups = p.reshape(len(seeds), 3, 5, -1)
        groups[:] = groups[:, :, :1]
    train(
        network, of_each(density_cost(5)), centered(data.x_train), data.y_train,
        steps=MDN_STEPS, learning_rate=MDN_RATE, optimizer="adam",
    )  # fmt: skip
    outputs = network.predict(centered(data.x_test))
    nll = np.array([density_cost(5)(member, data.y_test).mean() for member in outputs])
    means = [mixture_parameters(member, 5)[1] for member in outputs]
    return nll, np.array([np.ptp(m, axis=1).max() for m in means])


# ---------------------------------------------------------------------------- which unit?

COMPARED = (*UNITS, "maxout")
COMPARISON_SEEDS = (0, 1, 2, 3, 4, 5)
CONTESTS = {
    "digits, rate 0.003": ("digits", 0.003, 200),
    "MNIST-1D, rate 0.003": ("mnist1d", 0.003, 300),
    "MNIST-1D, rate 0.01": ("mnist1d", 0.01, 300),
}


@cache
def contest_data(name: str) -> Split:
    """Digits, or MNIST-1D: 2000 signals to learn from and 1000 to judge by."""
    if name == "digits":
        return digits(np.random.default_rng(0))
    x, label = mnist1d(3000, np.random.default_rng(0))
    return Split(x[:2000], label[:2000], x[2000:], label[2000:])


@cache
def accuracies(contest: str, unit: str, seeds: tuple[int, ...] = COMPARISON_SEEDS) -> Array:
    """Test accuracy of two hidden layers of 64 such units, one number per seed.

    Adam, batches of 64, at the contest's learning rate and length; the same for every unit. Maxout
    gets 40 units of two pieces, which is about as many weights.
    """
    name, rate, steps = CONTESTS[contest]
    data = contest_data(name)
    width = 40 if unit == "maxout" else 64
    network = Ensemble((data.x_train.shape[1], width, width, 10), unit, seeded(seeds))
    train(
        network, of_each(costs.categorical_nll), data.x_train.astype(np.float32), data.y_train,
        steps=steps, learning_rate=rate, batch_size=64, rng=np.random.default_rng(0),
        optimizer="adam",
    )  # fmt: skip
    said = network.predict(data.x_test).argmax(axis=2)
    return (said == data.y_test).mean(axis=1)


def contest_table(contest: str) -> dict[str, Array]:
    """Every unit's test accuracies, one per seed."""
    return {unit: accuracies(contest, unit) for unit in COMPARED}


def not_beaten(table: dict[str, Array]) -> list[str]:
    """The units that the best one does not beat beyond the noise.

    Beyond the noise: a difference of means of more than twice its standard error. With one seed
    there is no standard error, and the best of that seed "wins".
    """
    best = max(table, key=lambda unit: table[unit].mean())
    top = table[best]
    if top.size < 2:
        return [best]

    def error(a: Array) -> float:
        return a.var(ddof=1) / a.size

    return [
        unit
        for unit, a in table.items()
        if unit == best or top.mean() - a.mean() <= 2 * np.sqrt(error(top) + error(a))
    ]


def which_unit(tables: dict, contest: str = "MNIST-1D, rate 0.01", seeds: int = 6) -> Drawn:
    """Test accuracy of every unit, seed by seed, and which of them the data cannot tell apart."""
    table = {unit: a[:seeds] for unit, a in tables[contest].items()}
    leaders = not_beaten(table)
    low, high = (0.93, 1.0) if contest.startswith("digits") else (0.2, 0.7)
    fig, ax = style.figure(height=4.6, left=1.35)
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
        + (f"{words(leaders[0])} first" if some == 1 else f"{some} units not told apart")
    )
    said = ", ".join(f"{words(u)} {table[u].mean():.3f}" for u in leaders)
    text = (
        f"{contest}, {seeds} seed{'s' * (seeds > 1)}. "
        + ("Best: " if some == 1 else "Within the noise of the best: ")
        + said
        + "."
    )
    return fig, text
