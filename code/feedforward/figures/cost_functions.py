"""Figures of chapter 1, Cost functions.

Each figure function takes the values of its sliders and returns (Figure, text): text says in words
and numbers what this state shows. The first line of its docstring describes the figure as a whole.
What they show is computed in `feedforward.experiments.cost_functions`.
"""

from functools import cache

import numpy as np
from matplotlib.figure import Figure

from feedforward import costs, datasets
from feedforward.experiments import cost_functions as experiments
from feedforward.figures import style
from feedforward.figures.style import ink
from feedforward.typography import in_print
from feedforward.typography import spread as spread  # for the chapter
from feedforward.units import sigmoid

Array = np.ndarray
Drawn = tuple[Figure, str]

# One colour per cost, the same in each figure of the chapter.
NLL, SQUARED, HUBER, ABSOLUTE = "C0", "C1", "C2", "C3"

# --------------------------------------------------------------- which prediction is the best one?


def _mean_cost(cost, predictions: Array, data: Array) -> Array:
    """The mean cost of predicting each of `predictions`, a single number, for all of `data`."""
    return np.array([cost(prediction, data).mean() for prediction in predictions])


def three_costs(prediction: float = 5.0, outlier: float = 22.0) -> Drawn:
    """Nine bus waits, one of them late, and how three costs rate a single prediction for all."""
    data = np.append(experiments.BUS_WAITS, outlier)
    window = np.linspace(2, 12, 101)
    rows = [
        ("squared", "squared", SQUARED, costs.squared_error, float(data.mean())),
        ("absolute", "absolute", ABSOLUTE, costs.absolute_error, float(np.median(data))),
        (
            f"Huber, δ {experiments.BUS_DELTA:g}",
            f"Huber (δ = {experiments.BUS_DELTA:g} min)",
            HUBER,
            lambda f, y: costs.huber(f, y, experiments.BUS_DELTA),
            experiments.huber_minimizer(data, experiments.BUS_DELTA),
        ),
    ]

    fig, (top, bottom) = style.figure(height=3.9, rows=2, ratios=[1, 2.6], gap=0.28, left=0.5)
    for ax in (top, bottom):
        ax.set_xlim(2, 23)
        ax.axvline(prediction, color=ink(0.6), linewidth=1)
    for value in np.unique(data):
        for row in range(int(np.sum(data == value))):
            late = value == outlier and row == 0
            top.plot(value, row, "D" if late else "o", color=ink(1 if late else 0.55), ms=6)
    top.set_ylim(-0.7, 3.6)
    top.spines["left"].set_visible(False)
    style.ticks(top, x=[], y=[])
    style.label(top, prediction, 3.2, "your prediction", offset=(5, 0))
    # Under the axis: above it stand dots, and the line of the prediction passes.
    style.label(top, outlier, -0.7, "late bus", ha="center", va="top", offset=(0, -3))

    told = []
    for row, (name, told_name, color, cost, least_at) in enumerate(rows):
        curve = _mean_cost(cost, window, data)
        here, least = _mean_cost(cost, np.array([prediction, least_at]), data)
        highest = curve.max()
        bottom.plot(
            window,
            (curve - least) / (highest - least),
            color=color,
            linestyle=style.DASHES[row],
        )
        bottom.plot(prediction, (here - least) / (highest - least), "o", color=color, ms=6)
        bottom.plot(least_at, 0, "^", color=color, ms=9, clip_on=False)
        style.label(
            bottom, 12.5, 0.85 - 0.2 * row, f"{name}: least at {least_at:.2f}", color, offset=(0, 0)
        )
        told.append(f"{told_name} {here:.2f}, least {least:.2f} at {least_at:.2f}")
    bottom.set_ylim(-0.04, 1.04)
    style.ticks(bottom, x=[5, 10, 15, 20], y=[0, 1])
    bottom.set_ylabel("(cost − least) ÷ range")
    bottom.set_xlabel("waiting time [min]")
    text = (
        f"Predicting {prediction:g} min with the late bus at {outlier:g} min, the mean costs are: "
        + "; ".join(told)
        + ". Each curve is rescaled: its least value is drawn at 0, its largest in 2 … 12 min at 1."
    )
    return fig, in_print(text)


@cache
def _huber_curve() -> tuple[Array, Array]:
    """The best prediction for the nine waits at each δ: the same curve in every frame."""
    data, deltas = np.append(experiments.BUS_WAITS, 22.0), np.geomspace(0.1, 20, 60)
    return deltas, np.array([experiments.huber_minimizer(data, delta) for delta in deltas])


def between_mean_and_median(delta: float = 3.0) -> Drawn:
    """Huber's cost of one error, and its best prediction sliding from the median to the mean."""
    data = np.append(experiments.BUS_WAITS, 22.0)
    mean, median = float(data.mean()), float(np.median(data))
    best = experiments.huber_minimizer(data, delta)

    fig, (top, bottom) = style.figure(height=4.2, rows=2, gap=0.66)
    errors = np.linspace(-20, 20, 161)
    top.plot(errors, costs.squared_error(errors, np.zeros_like(errors)) / 2, color=SQUARED, lw=1)
    top.plot(errors, costs.huber(errors, np.zeros_like(errors), delta), color=HUBER)
    if delta**2 / 2 <= 120:  # else the ends of the square are above the picture
        top.plot([-delta, delta], [delta**2 / 2] * 2, "o", color=HUBER, ms=5, clip_on=False)
    top.set_xlim(-20, 20)
    top.set_ylim(0, 120)
    style.ticks(top, x=[-20, -10, 0, 10, 20], y=[0, 50, 100])
    top.set_xlabel("error y − f [min]")
    top.set_ylabel("cost [min²]")
    style.label(top, -13.8, 108, "½·error²", SQUARED, ha="left")
    style.label(top, 0, 100, "Huber", HUBER, ha="center", offset=(0, 0))

    bottom.plot(*_huber_curve(), color=HUBER)
    bottom.plot(delta, best, "o", color=HUBER, ms=8, clip_on=False)
    style.rules(bottom, y=[mean, median])
    style.label(bottom, 0.1, mean, f"mean {mean:.2f}", SQUARED, va="bottom", offset=(4, 1))
    style.label(bottom, 20, median, f"median {median:g}", ABSOLUTE, ha="right", va="bottom")
    bottom.set_xscale("log")
    bottom.set_xlim(0.1, 20)
    bottom.set_ylim(4.7, 7.7)
    bottom.set_xticks([0.1, 1, 10], ["0.1", "1", "10"])
    bottom.minorticks_off()
    style.ticks(bottom, y=[5, 6, 7])
    bottom.set_xlabel("δ, where the square ends [min]")
    bottom.set_ylabel("best prediction [min]")
    pulled = int(np.sum(np.abs(data - best) > delta))
    text = (
        f"At δ = {delta:g} min the best prediction is {best:.2f} min; the median is {median:g}, "
        f"the mean {mean:.2f}. {pulled} of the {len(data)} days are far enough off to be on the "
        "straight part."
    )
    return fig, in_print(text)


# ------------------------------------------------------------------------ from data to likelihood


def three_symbols(share_a: float = 0.2, b_of_rest: float = 0.35) -> Drawn:
    """A model of three symbols beside the data, and its cost split into entropy and KL."""
    model = np.array([share_a, (1 - share_a) * b_of_rest, (1 - share_a) * (1 - b_of_rest)])
    data = experiments.SYMBOLS
    entropy = float(costs.entropy(data))
    extra = max(0.0, float(costs.kl_divergence(data, model)))  # rounding may leave −1e-17
    total = float(costs.cross_entropy(data, model))

    fig, (top, bottom) = style.figure(height=3.9, rows=2, ratios=[2.2, 1], gap=0.66, left=0.55)
    places = np.arange(3)
    top.bar(places - 0.2, data, width=0.36, color=ink(0.45))
    top.bar(places + 0.2, model, width=0.36, color="C0")
    for place in places:
        style.label(
            top, place - 0.2, data[place], f"{data[place]:.2f}", ink(0.8),
            ha="center", va="bottom", offset=(0, 1),
        )  # fmt: skip
        style.label(
            top, place + 0.2, model[place], f"{model[place]:.2f}", "C0",
            ha="center", va="bottom", offset=(0, 1),
        )  # fmt: skip
    top.set_xlim(-0.6, 2.6)
    top.set_ylim(0, 1.08)
    top.set_xticks(places, ["A", "B", "C"])
    style.ticks(top, y=[0, 0.5, 1])
    top.set_ylabel("probability")
    # Above the axes: no bar and no number comes there.
    style.label(top, 2.6, 1.08, "model q", "C0", ha="right", va="bottom", offset=(0, 3))
    style.label(top, 1.9, 1.08, "data p̂", ink(0.8), ha="right", va="bottom", offset=(0, 3))

    bottom.barh([0], [entropy], color=ink(0.45), height=0.7)
    bottom.barh(
        [0], [extra], left=[entropy], color="C1", height=0.7, hatch="//", edgecolor=ink(0.5)
    )
    bottom.set_xlim(0, 2.6)
    bottom.set_ylim(-0.5, 1.35)
    style.ticks(bottom, x=[0, 0.5, 1, 1.5, 2, 2.5], y=[])
    bottom.spines["left"].set_visible(False)
    bottom.set_xlabel("cost per symbol, cross-entropy H(p̂, q) [nats]")
    style.label(bottom, 0, 0.85, f"entropy H(p̂) = {entropy:.3f}", offset=(0, 0))
    style.label(bottom, 2.6, 0.85, f"KL = {extra:.3f}", "C1", ha="right", offset=(0, 0))
    text = (
        f"The model gives A, B, C the probabilities {model[0]:.2f}, {model[1]:.2f} and "
        f"{model[2]:.2f}; the data have 0.60, 0.30 and 0.10. Cross-entropy {total:.3f} nats = "
        f"entropy {entropy:.3f} + KL {extra:.3f}."
    )
    return fig, in_print(text)


@cache
def _kl_curves(std: float) -> tuple[Array, Array, Array]:
    means = np.linspace(-3, 3, 49)
    pairs = np.array([experiments.gaussian_kl(mean, std) for mean in means])
    return means, pairs[:, 0], pairs[:, 1]


def one_gaussian(mean: float = 0.0, std: float = 1.0) -> Drawn:
    """One Gaussian laid over a target with two peaks, and both KL divergences between them."""
    mean, std = float(mean), float(std)
    covers, picks = experiments.gaussian_kl(mean, std)

    fig, (top, bottom) = style.figure(height=4.2, rows=2, gap=0.2)
    x = np.linspace(-5, 6.5, 116)
    top.fill_between(x, experiments.two_peaks(x), color=ink(0.25), linewidth=0)
    top.plot(x, experiments.normal_density(x, mean, std), color="C0")
    top.set_ylim(0, 0.85)
    style.ticks(top, x=[], y=[0, 0.4, 0.8])
    top.set_ylabel("density")
    style.label(top, -4.9, 0.75, "target p", ink(0.75), offset=(0, 0))
    style.label(top, 6.4, 0.75, "your Gaussian q", "C0", ha="right", offset=(0, 0))

    means, cover_curve, pick_curve = _kl_curves(std)
    # Each name stands where its curve ends, or where that is above the picture, at the top.
    heights = np.clip([cover_curve[-1], pick_curve[-1]], 0.4, 5.6)
    near = max(0, 0.8 - abs(heights[0] - heights[1])) / 2
    heights += np.where(heights == heights.max(), near, -near)
    for curve, here, name, color, dash, height in (
        (cover_curve, covers, "KL(p‖q)", "C1", "-", heights[0]),
        (pick_curve, picks, "KL(q‖p)", "C2", (0, (5, 2)), heights[1]),
    ):
        bottom.plot(means, curve, color=color, linestyle=dash)
        off_scale = here > 6
        bottom.plot(mean, min(here, 6), "^" if off_scale else "o", color=color, ms=8, clip_on=False)
        style.label(bottom, 6.6, height, f"{name} = {here:.2f}", color, ha="right", offset=(0, 0))
    bottom.set_ylim(0, 6)
    style.ticks(bottom, x=[-4, -2, 0, 2, 4], y=[0, 2, 4, 6])
    bottom.set_xlabel("x, and the mean μ of q")
    bottom.set_ylabel("divergence [nats]")
    for ax in (top, bottom):
        ax.set_xlim(-5, 6.5)  # room for the labels on the right, where no curve comes
    text = (
        f"q has mean {mean:g} and standard deviation {std:g}. "
        f"KL(p‖q) = {covers:.3f} nats, KL(q‖p) = {picks:.3f} nats."
    )
    return fig, in_print(text)


# --------------------------------------------------------------------- a Gaussian in disguise


def gaussian_in_disguise(slope: float = 0.4, noise_scale: float = 0.5) -> Drawn:
    """A line with a noise band through data, and its Gaussian cost against the slope."""
    x, y = experiments.line_data()
    mse = float(costs.squared_error(slope * x, y).mean())
    nll = float(costs.gaussian_nll(slope * x, y, noise_scale).mean())
    best = float((x @ y) / (x @ x))

    fig, (top, bottom) = style.figure(height=4.9, rows=2, gap=0.84, right=0.42)
    ends = np.array([0.0, 3.2])
    top.fill_between(
        ends,
        slope * ends - 2 * noise_scale,
        slope * ends + 2 * noise_scale,
        color=("C0", 0.16),
        lw=0,
    )
    top.plot(ends, slope * ends, color="C0")
    top.plot(x, y, "o", color=ink(0.75), ms=4)
    top.set_xlim(0, 3.2)
    top.set_ylim(-3, 6.5)
    style.ticks(top, x=[0, 1, 2, 3], y=[-2, 0, 2, 4, 6])
    top.set_xlabel("input x")
    top.set_ylabel("target y")
    style.label(top, 0.05, 5.6, "line slope·x, band ±2σ", "C0")

    slopes = np.linspace(0, 2, 81)
    curves = np.array([costs.squared_error(s * x, y).mean() for s in slopes])
    constant = np.log(2 * np.pi) / 2
    for other in (0.25, 0.5, 1.0, 2.0):
        curve = curves / (2 * other**2) + np.log(other) + constant
        bottom.plot(slopes, curve, color=ink(0.3), lw=0.8)
        color = "C0" if other == noise_scale else ink(0.8)
        if curve[-1] > 6:  # named where it leaves the picture
            leaves = slopes[np.flatnonzero(curve < 6)[-1]]
            style.label(
                bottom, leaves, 6, f"σ {other:g}", color, ha="center", va="bottom", offset=(5, 1)
            )
        else:
            style.label(
                bottom, 2, curve[-1], f"σ {other:g}", color, va="bottom" if other == 1 else "top"
            )
    bottom.plot(slopes, curves / (2 * noise_scale**2) + np.log(noise_scale) + constant, color="C0")
    bottom.axvline(best, color=ink(0.6), linewidth=1, linestyle=(0, (2, 2)))
    bottom.plot(slope, min(nll, 6), "^" if nll > 6 else "o", color="C0", ms=8, clip_on=False)
    bottom.set_xlim(0, 2)
    bottom.set_ylim(0, 6)
    style.ticks(bottom, x=[0, 0.5, 1, 1.5, 2], y=[0, 2, 4, 6])
    bottom.set_xlabel("slope")
    bottom.set_ylabel("mean NLL [nats]")
    style.label(
        bottom, best, 6, f"best slope {best:.2f}", ink(0.8), ha="right", va="bottom", offset=(12, 1)
    )
    rmse = np.sqrt(mse)
    text = (
        f"Slope {slope:g}, σ = {noise_scale:g}: mean squared error {mse:.3f}, mean NLL {nll:.3f} "
        f"nats. Whatever σ, the best slope is {best:.3f}; for this slope the best σ is {rmse:.3f}."
    )
    return fig, in_print(text)


def growing_noise(frame: int = len(experiments.NOISE_FILM) - 1, learned: bool = True) -> Drawn:
    """A network learns a curve and how noisy it is, step by step, from 200 points."""
    films = {kind: experiments.noise_film(kind, 0) for kind in (True, False)}
    mean, std, nll = (film[frame] for film in films[learned])
    x, y = (column[:, 0] for column in datasets.heteroscedastic(200, np.random.default_rng(0)))
    line = experiments.NOISE_GRID[:, 0]

    fig, (top, bottom) = style.figure(height=4.7, rows=2, ratios=[2, 1], gap=0.66, right=0.18)
    own = NLL if learned else SQUARED
    top.plot(x, y, ".", color=ink(0.6), ms=4)
    top.fill_between(line, mean - 2 * std, mean + 2 * std, color=(own, 0.2), linewidth=0)
    top.plot(line, mean, color=own)
    truth = datasets.heteroscedastic_mean(line)
    for sign in (-2, 2):
        edge = truth + sign * datasets.heteroscedastic_std(line)
        top.plot(line, edge, color=ink(0.7), linewidth=1, linestyle=(0, (3, 2)))
    top.set_xlim(0, 1)
    top.set_ylim(-2.3, 2.3)
    style.ticks(top, x=[0, 0.5, 1], y=[-2, -1, 0, 1, 2])
    top.set_xlabel("input x")
    top.set_ylabel("target y")
    style.label(top, 0.36, 1.95, "network: mean, band ±2σ", own, offset=(0, 0))
    style.label(top, 0.36, 1.5, "dashed: true ±2σ(x)", ink(0.8), offset=(0, 0))

    shown = np.maximum(experiments.NOISE_FILM, 1)  # a logarithmic axis has no place for step 0
    for kind, name, color, dash, height in (
        (False, "one σ for all", SQUARED, (0, (5, 2)), 1.75),
        (True, "σ(x) learned", NLL, "-", 1.3),
    ):
        curve = films[kind][2]
        bottom.plot(shown, curve, color=color, linestyle=dash, linewidth=1.5)
        if kind == learned:
            bottom.plot(shown[frame], curve[frame], "o", color=color, ms=8, clip_on=False)
        style.label(
            bottom, 800, height, f"{name}: {curve[frame]:.2f}", color, ha="right", offset=(0, 0)
        )
    bottom.set_xscale("log")
    bottom.set_xlim(1, 830)
    bottom.set_ylim(-0.35, 2)
    bottom.set_xticks([1, 10, 100], ["1", "10", "100"])
    bottom.minorticks_off()
    style.ticks(bottom, y=[0, 1, 2])
    bottom.set_xlabel("training step")
    bottom.set_ylabel("NLL, new data")
    ends = f"from {std[0]:.2f} at x = 0 to {std[-1]:.2f} at x = 1"
    text = (
        f"After {experiments.NOISE_FILM[frame]} steps the network's σ "
        + (f"goes {ends}" if learned else f"is {std[0]:.2f} everywhere")
        + f"; the truth goes from 0.05 to 0.45. Expected NLL on new data: {nll:.3f} nats."
    )
    return fig, in_print(text)


# ------------------------------------------------------------------------------ classification


def pull_on_the_logit(logit: float = -8, label: int = 1) -> Drawn:
    """Two costs of one logit, and how hard each pulls on it: the size of its gradient."""
    z = np.linspace(-10, 10, 161)
    nll, nll_slope, half_square, square_slope = experiments.logit_costs(z, label)
    here = [float(v[0]) for v in experiments.logit_costs(np.array([logit]), label)]

    fig, (top, bottom) = style.figure(height=4.4, rows=2, gap=0.36)
    top.plot(z, nll, color=NLL)
    top.plot(z, half_square, color=SQUARED, linestyle=style.DASHES[1])
    top.plot(logit, here[0], "o", color=NLL, ms=7)
    top.plot(logit, here[2], "o", color=SQUARED, ms=7)
    top.set_ylim(-0.3, 10.5)
    style.ticks(top, x=[], y=[0, 5, 10])
    top.set_ylabel("cost")
    # Names above the axes and the ratio between them: the line at z crosses everything inside.
    style.label(top, -10.4, 10.5, "−log p(y|z)", NLL, va="bottom", offset=(0, 3))
    style.label(top, 10.4, 10.5, "½(σ(z) − y)²", SQUARED, ha="right", va="bottom", offset=(0, 3))

    bottom.semilogy(z, np.abs(nll_slope), color=NLL)
    bottom.semilogy(z, np.abs(square_slope), color=SQUARED, linestyle=style.DASHES[1])
    for slope, color in ((here[1], NLL), (here[3], SQUARED)):
        below = abs(slope) < 1e-5
        bottom.plot(
            logit, max(abs(slope), 1e-5), "v" if below else "o", color=color, ms=7, clip_on=False
        )
    bottom.set_ylim(1e-5, 3)
    bottom.minorticks_off()
    bottom.set_yticks([1e-4, 1e-2, 1], ["10⁻⁴", "10⁻²", "1"])
    bottom.set_ylabel("|gradient|")
    bottom.set_xlabel("logit z")
    style.ticks(bottom, x=[-10, -5, 0, 5, 10])
    ratio = here[1] / here[3]
    style.label(
        bottom, 0, 3, f"ratio of the gradients: {ratio:,.0f}",
        ha="center", va="bottom", offset=(0, 4), bold=True,
    )  # fmt: skip
    for ax in (top, bottom):
        ax.set_xlim(-10.4, 10.4)
        ax.axvline(logit, color=ink(0.35), linewidth=1)
    p = float(sigmoid(np.array([logit]))[0])
    text = (
        f"At z = {logit:g} the model gives label 1 the probability {p:.6f}; the label is {label}. "
        f"The gradient is {here[1]:.3g} for the NLL and {here[3]:.3g} for half the squared error: "
        f"{ratio:,.1f} times smaller."
    )
    return fig, in_print(text)


def recovery(frame: int = 0, start: int = 8) -> Drawn:
    """A neuron that starts sure and wrong learns under two costs, step by step."""
    step = experiments.RECOVERY_STEPS[frame]
    # A logarithmic axis has no place for step 0.
    shown = np.maximum(experiments.RECOVERY_STEPS, 0.5)
    x, y = experiments.two_groups(experiments.RECOVERY_SEEDS[0])
    fig, (top, bottom) = style.figure(height=4.5, rows=2, gap=0.66)
    top.plot(x[y == 1], np.ones(int(y.sum())), "s", color=ink(0.7), ms=5, clip_on=False)
    top.plot(x[y == 0], np.zeros(int((1 - y).sum())), "o", color=ink(0.7), ms=5, clip_on=False)
    line = np.linspace(-2.6, 2.6, 79)
    told = []
    for cost, name, color, dash in (
        ("nll", "NLL", NLL, "-"),
        ("squared", "squared error", SQUARED, (0, (5, 2))),
    ):
        given, weights, biases, recovered = experiments.recovery_film(cost, start)
        top.plot(
            line, sigmoid(weights[frame, 0] * line + biases[frame, 0]), color=color, linestyle=dash
        )
        bottom.plot(shown, given[:, 1:], color=(color, 0.25), linewidth=0.8)
        bottom.plot(shown[: frame + 1], given[: frame + 1, 0], color=color, linestyle=dash)
        bottom.plot(shown[frame], given[frame, 0], "o", color=color, ms=7, clip_on=False)
        style.label(
            bottom, 0.5 if cost == "nll" else 3e4, 1.25, name, color,
            ha="left" if cost == "nll" else "right", offset=(0, 0),
        )  # fmt: skip
        when = int(recovered[0])
        state = f"recovered at step {when:,}" if step >= when >= 0 else "not recovered"
        told.append(f"{name} gives the right label {given[frame, 0]:.1%} ({state})")
    top.set_xlim(-2.6, 2.6)
    top.set_ylim(-0.05, 1.05)
    style.ticks(top, x=[-2, -1, 0, 1, 2], y=[0, 0.5, 1])
    style.label(
        top, 2.6, 1.05, f"training step {step:,}",
        ha="right", va="bottom", offset=(0, 4), bold=True,
    )  # fmt: skip
    top.set_xlabel("input x")
    top.set_ylabel("P(label 1)")
    bottom.set_xscale("log")
    bottom.set_xlim(0.5, 3e4)
    bottom.set_ylim(-0.02, 1.4)  # room above the curves for their names
    bottom.set_xticks([1, 10, 100, 1000, 10000], ["1", "10", "100", "1,000", "10,000"])
    bottom.minorticks_off()
    style.ticks(bottom, y=[0, 0.5, 1])
    bottom.set_xlabel("training step")
    bottom.set_ylabel("P(right label)")
    text = f"Step {step:,}, started {start} logits on the wrong side: " + "; ".join(told) + "."
    return fig, in_print(text)


# -------------------------------------------------------------------------- numbers that overflow


def overflow(gap: int = 100, precision: str = "float32") -> Drawn:
    """The cost of two logits, by the formula as written and by log-sum-exp."""
    dtype = experiments.PRECISIONS[precision]
    logits = np.array([gap, 0], dtype=dtype)
    naive = float(experiments.naive_nll(logits, 1))
    naive_right = float(experiments.naive_nll(logits, 0))
    stable = float(costs.categorical_nll(logits[None], np.array([1]))[0])
    limit = float(np.log(np.finfo(dtype).max))

    fig, ax = style.figure(height=3.3)
    z = np.geomspace(1, 1200, 60)
    before = np.geomspace(1, limit, 40)
    ax.axvspan(limit, 1200, color=ink(0.08), linewidth=0)
    ax.loglog(before, np.logaddexp(0, before), color=ink(0.4), linewidth=5)
    ax.loglog(z, np.logaddexp(0, z), color=NLL, linewidth=1.2)
    ax.plot(limit, limit, "X", color=ink(), ms=10)
    ax.plot([gap, gap], [0.9, stable], color=ink(0.35), linewidth=1)
    ax.plot(gap, stable, "o", color=NLL, ms=8, clip_on=False)
    ax.set_xlim(1, 1200)
    ax.set_ylim(0.9, 5000)
    ax.minorticks_off()
    ax.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1,000"])
    ax.set_yticks([1, 10, 100, 1000], ["1", "10", "100", "1,000"])
    ax.set_xlabel("logit z of the wrong class (the right one has 0)")
    ax.set_ylabel("cost of the label [nats]")
    style.label(ax, 1, 2700, f"log-sum-exp: {stable:,.6g}", NLL, offset=(6, 0))
    style.label(ax, 1, 1200, f"formula as written: {naive:,.6g}", offset=(6, 0))
    style.label(
        ax, 1200, 5000, f"tinted: eᶻ overflows, z > {limit:.1f}",
        ha="right", va="bottom", offset=(0, 3),
    )  # fmt: skip
    text = (
        f"Logits ({gap}, 0) in {precision}. Label 1: the formula as written gives {naive:,.6g}, "
        f"log-sum-exp gives {stable:,.6g}. Label 0: as written, {naive_right:.3g}. "
        f"e to the z overflows beyond z = {limit:.1f}."
    )
    return fig, in_print(text)


# ------------------------------------------------------------------------------ where this fails


@cache
def _collapse_curve() -> tuple[Array, Array]:
    """The mean NLL at every width of the spike: the same curve in every frame."""
    exponents = np.linspace(-16, 0, 65)
    return exponents, np.array([experiments.collapse_nll(10.0**e) for e in exponents])


def collapse(exponent: int = -3) -> Drawn:
    """A spike of density narrows onto one data point; the cost falls, and there is no floor."""
    width = 10.0**exponent
    nll, narrower = experiments.collapse_nll(width), experiments.collapse_nll(width / 10)
    fig, (top, bottom) = style.figure(height=4.2, rows=2, gap=0.66)
    data = experiments.SPIKE_DATA
    spike = data[3]
    # Out to 9 widths, so that the lines to the next points start at the hill and not on the spike.
    near = spike + width * np.linspace(-9, 9, 37)
    beside = spike + max(width, 1e-12) * np.array([-9, 9])
    x = np.unique(np.concatenate([np.linspace(0, 7.5, 76), near, beside]))
    broad = experiments.normal_density(x, data.mean(), data.std())
    top.plot(x, (broad + experiments.normal_density(x, spike, width)) / 2, color=NLL, linewidth=1.2)
    # Linear up to 0.5, where the broad hill is; logarithmic above, where the spike ends.
    top.set_yscale("symlog", linthresh=0.5, linscale=9)
    top.plot(data, np.full(data.size, -0.04), "|", color=ink(0.9), ms=9, clip_on=False)
    top.set_xlim(0, 7.5)
    top.set_ylim(-0.08, 1e17)
    top.set_yticks([0, 0.5, 1e8, 1e16], ["0", "½", "10⁸", "10¹⁶"])
    top.minorticks_off()
    style.ticks(top, x=[0, 2, 4, 6])
    top.set_xlabel("x, with eight data points")
    top.set_ylabel("density, log above ½")
    peak = float((broad + experiments.normal_density(x, spike, width)).max() / 2)
    style.label(top, 7.4, 1e14, f"height {peak:.3g}", NLL, ha="right", offset=(0, 0))

    bottom.plot(*_collapse_curve(), color=ink(0.4), linewidth=1)
    bottom.plot(exponent, nll, "o", color=NLL, ms=8)
    bottom.set_xlim(-16.4, 0.4)
    bottom.set_ylim(-3.2, 2.6)
    bottom.set_xticks([-16, -12, -8, -4, 0], ["10⁻¹⁶", "10⁻¹²", "10⁻⁸", "10⁻⁴", "1"])
    style.ticks(bottom, y=[-2, 0, 2])
    bottom.set_xlabel("width σ of the spike")
    bottom.set_ylabel("mean NLL [nats]")
    change = narrower - nll
    text = (
        f"With a spike of width {width:.0e} on one of eight points the mean NLL is {nll:.3f} nats; "
        f"a spike ten times narrower {'raises' if change > 0 else 'lowers'} it by "
        f"{abs(change):.3f}, to {narrower:.3f}."
    )
    return fig, in_print(text)


def wrong_labels(flip: float = 0.2) -> Drawn:
    """Three costs of one stated probability when some labels are wrong, each with its minimum."""
    p = np.linspace(0.002, 0.998, 250)
    fig, ax = style.figure(height=3.2, right=0.2)
    told = []
    for row, (name, curve) in enumerate(experiments.flipped_label_cost(p, flip).items()):
        color = (NLL, SQUARED, ABSOLUTE)[row]
        least = int(np.argmin(curve))
        ax.plot(p, curve, color=color, linestyle=style.DASHES[row])
        ax.plot(p[least], curve[least], "v", color=color, ms=8, clip_on=False)
        style.label(
            ax, 0.3, 1.92 - 0.17 * row, f"{name}: least at {p[least]:.2f}", color, offset=(0, 0)
        )
        told.append(f"{name} {p[least]:.2f}")
    ax.axvline(1 - flip, ymax=0.7, color=ink(0.5), linewidth=1, linestyle=(0, (2, 2)))
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 2.05)
    style.ticks(ax, x=[0, 0.25, 0.5, 0.75, 1], y=[0, 1, 2])
    ax.set_xlabel("probability p that the model states for label 1")
    ax.set_ylabel("expected cost")
    text = (
        f"{flip:.0%} of the labels are wrong, so label 1 occurs {1 - flip:.0%} of the time. "
        "The stated probability with the least expected cost: " + ", ".join(told) + "."
    )
    return fig, in_print(text)
