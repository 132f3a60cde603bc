"""Experiments of chapter 3, Initialization: what signals do in deep networks, and what trains.

An Ensemble's members are seeds, and often settings too: a whole map of starts and learning rates
trains as one array. A member that diverges fills with NaN and harms no other.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from feedforward import costs, graph
from feedforward.datasets import Split, digits
from feedforward.ensemble import Ensemble, per_member, seeded
from feedforward.experiments import kept
from feedforward.graph import Tensor
from feedforward.initializers import gain, he, lecun, orthogonal, scaled, xavier
from feedforward.normalization import BatchNorm, LayerNorm
from feedforward.progress import progress
from feedforward.propagation import (
    backward_statistics,
    correlation_map,
    fixed_point,
    forward_statistics,
    predicted_backward,
    predicted_forward,
    variance_map,
)
from feedforward.training import Callback, at_steps, train
from feedforward.units import UNITS, relu

Array = np.ndarray

SEEDS = (0, 1, 2)
DATA_SEED = 1000
"""No network's seed: a network and its data must not be made of the same random numbers."""


@cache
def digits_data() -> Split:
    """The digits, in float32."""
    data = digits(np.random.default_rng(DATA_SEED))
    return data._replace(
        x_train=data.x_train.astype(np.float32), x_test=data.x_test.astype(np.float32)
    )


def start(weight_std: float) -> Callable:
    """Normal weights of variance σ_w²/n_in."""
    return lambda shape, rng: lecun(shape, rng, gain=weight_std)


def start_hidden(weight_std: float, n_out: int) -> Callable:
    """The same, but layers of n_out units, the output layer, have variance 1/n_in.

    A normalization follows hidden layers only. To scale the output layer along would scale the
    network's answers, and that is another experiment.
    """
    return lambda shape, rng: lecun(shape, rng, gain=1 if shape[0] == n_out else weight_std)


def train_on_digits(
    net: Ensemble,
    *,
    steps: int,
    learning_rate: float | Array,
    batch_size: int,
    optimizer: str = "sgd",
    callback: Callback | None = None,
) -> None:
    """`train` on the digits; a member that diverges is no reason to stop the others."""
    data = digits_data()
    train(
        net, per_member(costs.nll_of_logits), data.x_train, data.y_train,
        steps=steps, learning_rate=learning_rate, optimizer=optimizer, batch_size=batch_size,
        rng=np.random.default_rng(DATA_SEED), callback=callback, check_finite=False,
    )  # fmt: skip


def accuracy(net: Ensemble) -> Array:
    """Share of the test digits that each member reads right; one that diverged reads none."""
    data = digits_data()
    outputs = net.predict(data.x_test)
    right = (outputs.argmax(axis=2) == data.y_test) & np.isfinite(outputs).all(axis=2)
    return right.mean(axis=1)


def loss(net: Ensemble, examples: int = 300) -> Array:
    """Each member's mean cost on the first training digits; NaN for one that diverged."""
    data = digits_data()
    outputs = net.predict(data.x_train[:examples]).astype(np.float64)
    values = [costs.nll_of_logits(o, data.y_train[:examples]).mean() for o in outputs]
    return np.array(values)


# -------------------------------------------------------------------------- thirty layers, one dial

HOOK_DEPTH = 30
HOOK_EDGES = np.linspace(-12, 8, 81)
"""Powers of ten of an activation's size."""


@kept
def thirty_layers(width: int, weight_std: float) -> dict[str, Array]:
    """How large the activations of ReLU layers are: "share" (layers, bins) of log₁₀ a, "std".

    "share" is of the first seed; the zeros, which ReLU makes half of, are left out of it. "std" is
    the standard deviation per layer and seed, (30, S).
    """
    widths = (64, *[width] * HOOK_DEPTH, 10)
    net = Ensemble(widths, "relu", seeded(SEEDS), initializer=start(weight_std), dtype=np.float64)
    layers = net.layers(digits_data().x_train[:100])[:-1]
    share = []
    for _, a in layers:
        size = np.abs(a.data[0])
        power = np.clip(np.log10(size[size > 0]), HOOK_EDGES[0], HOOK_EDGES[-1])
        share.append(np.histogram(power, HOOK_EDGES)[0] / max(1, power.size))
    return {"share": np.array(share), "std": np.array([a.data.std((1, 2)) for _, a in layers])}


# --------------------------------------------------------------------------------------- symmetry

SYMMETRY_UNITS = 12
SYMMETRY_NOISE = (0.0, 1e-6, 1e-4, 1e-2, 0.1, 1.0)
SYMMETRY_STEPS = (0, 100, 200, 400)
SYMMETRY_RATE, SYMMETRY_BATCH = 0.1, 100
SYMMETRY_CONSTANT = 0.05


def nearly_constant(noise: float) -> Callable:
    """All weights 0.05, plus ε times a normal number of variance 1/n_in."""
    return lambda shape, rng: (
        SYMMETRY_CONSTANT + noise * rng.normal(0, 1 / math.sqrt(shape[1]), shape)
    )


def redundancy(features: Array) -> float:
    """Mean |correlation| of two different columns of `features` (m, n)."""
    correlation = np.corrcoef(features.T)
    return float(np.abs(correlation[~np.eye(len(correlation), dtype=bool)]).mean())


def effective_rank(features: Array) -> float:
    """eᴴ, H the entropy of the centered features' singular values taken as shares of their sum.

    Source: Roy and Vetterli (2007).
    """
    singular = np.linalg.svd(features - features.mean(axis=0), compute_uv=False)
    share = singular / singular.sum()
    return float(np.exp(costs.entropy(share)))


@kept
def symmetry() -> dict[str, Array]:
    """Twelve tanh units that start the same but for ε·noise, trained on digits.

    At SYMMETRY_STEPS and for SYMMETRY_NOISE: "redundancy", "rank" and "accuracy" of shape (frames,
    ε, seeds); "weights" (frames, ε, units, 64), those of the first seed.
    """
    noises = np.repeat(SYMMETRY_NOISE, len(SEEDS))
    net = Ensemble(
        (64, SYMMETRY_UNITS, 10), "tanh", seeded(SEEDS * len(SYMMETRY_NOISE)),
        initializer=[nearly_constant(noise) for noise in noises], dtype=np.float64,
    )  # fmt: skip
    seen = {"redundancy": [], "rank": [], "accuracy": [], "weights": []}

    def look(_: int) -> None:
        features = net.layers(digits_data().x_test)[0][1].data
        seen["redundancy"].append([redundancy(f) for f in features])
        seen["rank"].append([effective_rank(f) for f in features])
        seen["accuracy"].append(accuracy(net))
        seen["weights"].append(net.weights[0].data[:: len(SEEDS)].copy())

    train_on_digits(
        net, steps=SYMMETRY_STEPS[-1], learning_rate=SYMMETRY_RATE, batch_size=SYMMETRY_BATCH,
        callback=at_steps(SYMMETRY_STEPS, look),
    )  # fmt: skip
    shape = (len(SYMMETRY_STEPS), len(SYMMETRY_NOISE), len(SEEDS))
    weights = np.array(seen.pop("weights"))
    return {name: np.reshape(values, shape) for name, values in seen.items()} | {"weights": weights}


# ---------------------------------------------------------------------- variance in, variance out

DEEP, DEEP_WIDTH = 50, 100
SIGMOID_EDGE = 10.15
"""σ_w at which χ₁ of the sigmoid is 1."""
STARTS = {
    "std 0.01": lambda unit: lambda shape, rng: rng.normal(0, 0.01, shape),
    "LeCun, Xavier": lambda unit: lecun,
    "He": lambda unit: he,
    "the unit's gain": lambda unit: lambda shape, rng: lecun(shape, rng, gain=gain(unit)),
    "orthogonal × gain": lambda unit: lambda shape, rng: orthogonal(shape, rng, gain=gain(unit)),
    f"σ_w = {SIGMOID_EDGE}": lambda unit: start(SIGMOID_EDGE),
}
"""Every layer has as many inputs as outputs, so that LeCun's start and Xavier's are one."""


def gathered(name: str, unit: str) -> float:
    """n·Var(w) of that start in a layer of DEEP_WIDTH inputs and outputs."""
    known = {"std 0.01": DEEP_WIDTH * 1e-4, "LeCun, Xavier": 1.0, "He": 2.0}
    return (known | {f"σ_w = {SIGMOID_EDGE}": SIGMOID_EDGE**2}).get(name, gain(unit) ** 2)


@kept
def through_depth(unit: str, name: str) -> dict[str, Array]:
    """Mean squares of z and of ∂J/∂z at each of fifty layers, measured (50, S) and predicted (50,).

    Inputs are 100 normal vectors; a normal gradient comes back from the output. Gradients are given
    as shares of the one at the last hidden layer.
    """
    seeds, rng = range(5), np.random.default_rng(DATA_SEED)
    widths = [DEEP_WIDTH] * (DEEP + 2)
    x, gradient = rng.normal(size=(100, DEEP_WIDTH)), rng.normal(size=(100, DEEP_WIDTH))
    found = []
    for k in progress(len(seeds)):
        one, initializer = seeded(seeds[k : k + 1]), STARTS[name](unit)
        net = Ensemble(widths, unit, one, initializer=initializer, dtype=np.float64)
        forward = forward_statistics(net, x).z_square[:-1]
        found.append((forward, backward_statistics(net, x, gradient).z_square[:-1]))
    forward, backward = (np.concatenate(each, axis=1) for each in zip(*found, strict=True))
    share = np.full(DEEP, gathered(name, unit))
    q = predicted_forward(unit, share, float((x**2).mean()))
    return {
        "forward": forward,
        "backward": backward / np.maximum(backward[-1], 1e-300),
        "predicted forward": q,
        "predicted backward": predicted_backward(unit, share, q),
    }


FAN_MODES = {"fan_in": "fan-in (LeCun)", "average": "average (Xavier)", "fan_out": "fan-out"}
FAN_WIDTHS = (25, 50, 100, 200, 400)
FAN_INPUTS = 100


@kept
def one_layer(mode: str, n_out: int) -> tuple[Array, Array]:
    """Factors by which a linear layer of 100 inputs changes a signal's and a gradient's variance.

    Five seeds each, for 200 normal inputs and 200 normal gradients.
    """
    forward, backward = [], []
    for rng in seeded(range(5)):
        w = scaled((n_out, FAN_INPUTS), rng, mode=mode)
        x, g = rng.normal(size=(200, FAN_INPUTS)), rng.normal(size=(200, n_out))
        forward.append(((x @ w.T) ** 2).mean() / (x**2).mean())
        backward.append(((g @ w) ** 2).mean() / (g**2).mean())
    return np.array(forward), np.array(backward)


# ------------------------------------------------------------------------------- Xavier with ReLU

RECTIFIER_DEPTHS = (10, 22, 30)
RECTIFIER_RATES = (0.005, 0.02)
RECTIFIER_STEPS, RECTIFIER_BATCH, RECTIFIER_WIDTH = 600, 64, 64
RECTIFIER_LOOKS = tuple(range(0, RECTIFIER_STEPS + 1, 50))


@kept
def deep_rectifiers(depth: int, rate: float) -> dict[str, Array]:
    """Training cost of a deep ReLU network on digits, "Xavier" and "He": (looks, seeds).

    Gradient descent with momentum 0.9. NaN stands for a network that diverged.
    """
    count = len(SEEDS)
    net = Ensemble(
        (64, *[RECTIFIER_WIDTH] * depth, 10), "relu", seeded(SEEDS * 2),
        initializer=[xavier] * count + [he] * count,
    )  # fmt: skip
    seen: list[Array] = []
    train_on_digits(
        net, steps=RECTIFIER_STEPS, learning_rate=rate, batch_size=RECTIFIER_BATCH,
        optimizer="momentum", callback=at_steps(RECTIFIER_LOOKS, lambda _: seen.append(loss(net))),
    )  # fmt: skip
    both = np.array(seen)
    return {"Xavier": both[:, :count], "He": both[:, count:]}


ADAM_RATE = 0.001


@kept
def deep_rectifiers_with_adam() -> dict[str, Array]:
    """Thirty ReLU layers from Xavier's start, as long as above, but with Adam: "cost", "accuracy".

    (S,) each. Adam divides a gradient by its own size, so that a small one takes steps as large as
    others do.
    """
    depth = RECTIFIER_DEPTHS[-1]
    net = Ensemble(
        (64, *[RECTIFIER_WIDTH] * depth, 10), "relu", seeded(SEEDS), initializer=xavier
    )  # fmt: skip
    train_on_digits(
        net, steps=RECTIFIER_STEPS, learning_rate=ADAM_RATE, batch_size=RECTIFIER_BATCH,
        optimizer="adam",
    )  # fmt: skip
    return {"cost": loss(net), "accuracy": accuracy(net)}


# ------------------------------------------------------------- Glorot and Bengio, layer by layer

GLOROT_WIDTH, GLOROT_LAYERS = 1000, 5
GLOROT_STARTS = {
    "standard": lambda shape, rng: lecun(shape, rng, "uniform", gain=1 / math.sqrt(3)),
    "normalized": lambda shape, rng: xavier(shape, rng, "uniform"),
}
"""Standard: uniform on ±1/√n_in, of variance 1/(3·n_in). Normalized: their equation 16."""

GLOROT_EDGES = {
    "activations": np.linspace(-1, 1, 42),
    "gradients": np.linspace(-1, 1, 42),
}


@kept
def glorot(name: str) -> dict[str, Array]:
    """Five layers of 1000 tanh units before training, on digits.

    "activations" and "gradients": (layers, bins), the first seed's histograms as densities;
    gradients of the cost at z, divided by three standard deviations of the top layer's. Their
    standard deviations "activation std" and "gradient std": (layers, S). "singular": the mean
    singular value of ∂a₃/∂a₂ at one digit, (S,); a are the activations, which Glorot and Bengio
    (2010) call z.
    """
    data, found = digits_data(), {"activation std": [], "gradient std": [], "singular": []}
    for seed, rng in zip(SEEDS, seeded(SEEDS), strict=True):
        net = Ensemble(
            (64, *[GLOROT_WIDTH] * GLOROT_LAYERS, 10),
            "tanh",
            [rng],
            initializer=GLOROT_STARTS[name],
        )
        layers = net.layers(data.x_train[:100])
        per_member(costs.nll_of_logits)(layers[-1][0], data.y_train[:100]).sum().backward()
        hidden = layers[:-1]
        found["activation std"].append([a.data.std() for _, a in hidden])
        found["gradient std"].append([z.grad.std() for z, _ in hidden])
        slope = 1 - hidden[2][1].data[0, 0] ** 2  # tanh′ at the third layer, one digit
        jacobian = slope[:, None] * net.weights[2].data[0]
        found["singular"].append(np.linalg.svd(jacobian, compute_uv=False).mean())
        if seed == SEEDS[0]:
            unit = 3 * hidden[-1][0].grad.std()
            shown = {
                "activations": [a.data for _, a in hidden],
                "gradients": [np.clip(z.grad / unit, -1, 1) for z, _ in hidden],
            }
    return {key: np.array(value).T for key, value in found.items()} | {
        what: np.array([np.histogram(v, GLOROT_EDGES[what], density=True)[0] for v in values])
        for what, values in shown.items()
    }


# ----------------------------------------------------------------------------- the kind of network

CONVOLUTION_DEPTH, CHANNELS, SIDE = 12, 16, 12
KERNELS = (1, 3, 5, 7)
BORDERS = {"wrap": "wraps around", "zeros": "zeros outside"}


def convolve(x: Array, kernel: Array, border: str) -> Array:
    """x (m, in, side, side) with a kernel (out, in, k, k), of the same size."""
    reach = kernel.shape[-1] // 2
    wide = [(0, 0), (0, 0), (reach, reach), (reach, reach)]
    padded = np.pad(x, wide, mode="wrap" if border == "wrap" else "constant")
    windows = sliding_window_view(padded, kernel.shape[2:], axis=(2, 3))
    return np.tensordot(windows, kernel, ([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2)


@kept
def convolutions(kernel: int, border: str) -> dict[str, Array]:
    """Mean square of z in a stack of ReLU convolutions, by layer and seed: "right" and "wrong" fan.

    Right: variance 2/(k²·c_in). Wrong: 2/c_in, the channels alone.
    """
    found = {"right": [], "wrong": []}
    for name, rows in found.items():
        for seed in SEEDS:
            rng, row = np.random.default_rng(seed), []
            a = rng.normal(size=(4, CHANNELS, SIDE, SIDE))
            for _ in range(CONVOLUTION_DEPTH):
                weight = he((CHANNELS, CHANNELS, kernel, kernel), rng)
                z = convolve(a, weight * (kernel if name == "wrong" else 1), border)
                row.append((z**2).mean())
                a = relu(z)
            rows.append(row)
    return {name: np.array(rows).T for name, rows in found.items()}


RESIDUAL_DEPTHS = (10, 50, 100)
BRANCH_SCALES = {"1": 1.0, "1/2": 0.5, "1/√L": None, "0.03": 0.03}


def branch_scale(name: str, depth: int) -> float:
    """The number behind a name of BRANCH_SCALES."""
    return BRANCH_SCALES[name] or 1 / math.sqrt(depth)


@kept
def residual(depth: int, scale: float, width: int = 64) -> tuple[Array, Array]:
    """Mean squares of x_l and of ∂J/∂x_l along x ← x + s·W₂·relu(W₁x): (depth + 1, S) each.

    W₁ starts as He says, W₂ as LeCun does, so that a branch hands on what comes in. A normal
    gradient comes back at the end; it is given as a share of that.
    """
    forward, backward = [], []
    for rng in seeded(SEEDS):
        x = Tensor(rng.normal(size=(50, width)))
        path = [x]
        for _ in range(depth):
            w1, w2 = he((width, width), rng), lecun((width, width), rng)
            x = x + scale * (relu(x @ w1.T) @ w2.T)
            path.append(x)
        x.backward(rng.normal(size=x.shape))
        forward.append([(p.data**2).mean() for p in path])
        backward.append([(p.grad**2).mean() / (x.grad**2).mean() for p in path])
    return np.array(forward).T, np.array(backward).T


SPECTRUM_DEPTHS = (1, 2, 5, 10, 20, 50)
SPECTRUM_UNITS = {"identity": 1.0, "tanh": 1.0, "relu": math.sqrt(2)}
"""Units, and the factor on their weights."""
SPECTRUM_WIDTH = 64


@kept
def spectra(depth: int, unit: str) -> dict[str, Array]:
    """Singular values of ∂(last z)/∂(input) at one digit-sized input, largest first: (64, S)."""
    found = {"Gaussian": [], "orthogonal": []}
    for name, draw in (("Gaussian", lecun), ("orthogonal", orthogonal)):
        for rng in seeded(SEEDS):
            a, jacobian = rng.normal(size=SPECTRUM_WIDTH), np.eye(SPECTRUM_WIDTH)
            for _ in range(depth):
                w = draw((SPECTRUM_WIDTH, SPECTRUM_WIDTH), rng, gain=SPECTRUM_UNITS[unit])
                z = w @ a
                a = UNITS[unit](z)
                jacobian = UNITS[unit].derivative(z)[:, None] * (w @ jacobian)
            found[name].append(np.linalg.svd(jacobian, compute_uv=False))
    return {name: np.array(values).T for name, values in found.items()}


# ------------------------------------------------------------------------------ the edge of chaos

CHAOS_DEPTH, CHAOS_WIDTH, CHAOS_START = 40, 200, 0.6
CHAOS_WEIGHTS = tuple(round(0.8 + 0.1 * k, 1) for k in range(17))
CHAOS_BIASES = (0.0, 0.1, 0.2236, 0.5)
"""σ_b; the third one is √0.05."""


@cache
def _drawn(layer: int, seed: int) -> tuple[Array, Array]:
    """A layer's standard normal weights and biases, the same for every σ_w and σ_b."""
    rng = np.random.default_rng((seed, layer))
    return (
        rng.standard_normal((CHAOS_WIDTH, CHAOS_WIDTH), np.float32) / math.sqrt(CHAOS_WIDTH),
        rng.standard_normal(CHAOS_WIDTH, np.float32),
    )


@kept
def correlations(weight_std: float, bias_std: float) -> tuple[Array, Array]:
    """Correlation of two inputs layer by layer in tanh networks: predicted (40,), measured (40, S).

    The inputs, twenty pairs, start with correlation 0.6 and mean square 1.
    """
    predicted = two_inputs("tanh", weight_std, bias_std, CHAOS_START, CHAOS_DEPTH)[1]
    measured = []
    for seed in SEEDS:
        rng, row = np.random.default_rng(DATA_SEED + seed), []
        first, other = rng.standard_normal((2, 20, CHAOS_WIDTH), np.float32)
        pair = [first, CHAOS_START * first + math.sqrt(1 - CHAOS_START**2) * other]
        for layer in range(CHAOS_DEPTH):
            w, b = _drawn(layer, seed)
            z = [weight_std * (a @ w.T) + bias_std * b for a in pair]
            row.append(float((_unit_length(z[0]) * _unit_length(z[1])).sum(axis=1).mean()))
            pair = [np.tanh(v) for v in z]
        measured.append(row)
    return predicted, np.array(measured).T


@kept
def two_inputs(
    unit: str, weight_std: float, bias_std: float, correlation: float, depth: int
) -> tuple[Array, Array]:
    """(q, c) of every layer, as predicted: second moment and correlation of the pre-activations.

    The two inputs have mean square 1 and the given correlation.
    """
    q = weight_std**2 + bias_std**2
    c = (weight_std**2 * correlation + bias_std**2) / q
    passed = [(q, c)]
    for _ in range(depth - 1):
        c = min(1.0, max(-1.0, correlation_map(c, q, unit, weight_std, bias_std)))
        q = variance_map(q, unit, weight_std, bias_std)
        passed.append((q, c))
    return tuple(np.array(passed).T)


PHASES = (
    ("sigmoid", 1.846, 0.0), ("sigmoid", 12.0, 0.0), ("relu", 1.0, 0.2236), ("relu", 1.0, 0.0),
    ("relu", math.sqrt(2), 0.0), ("relu", 2.0, 0.0), ("tanh", 0.8, 0.0), ("tanh", 1.0, 0.0),
    ("tanh", 2.0, 0.0),
)  # fmt: skip
"""(unit, σ_w, σ_b): units that have the two phases of tanh with biases, and units that do not."""
PHASE_START, PHASE_LAYERS = 0.3, (10, 40, 100)


def phase(unit: str, weight_std: float, bias_std: float) -> tuple[Array, Array]:
    """`two_inputs` through as many layers as the chapter follows them."""
    return two_inputs(unit, weight_std, bias_std, PHASE_START, PHASE_LAYERS[-1])


def last_correlation(weight_std: float, bias_std: float, from_layer_40: float) -> float:
    """Where the map of correlations has led 400 layers later, with q at its fixed point."""
    q, c = fixed_point("tanh", weight_std, bias_std), from_layer_40
    for _ in range(400):
        c = min(1.0, correlation_map(c, q, "tanh", weight_std, bias_std))
    return c


def distance_left(weight_std: float, bias_std: float) -> float:
    """How far the predicted correlation in layer 40 still is from its last value."""
    c = correlations(weight_std, bias_std)[0][-1]
    return abs(c - last_correlation(weight_std, bias_std, c))


def _unit_length(vectors: Array) -> Array:
    wide = vectors.astype(np.float64)
    return wide / np.linalg.norm(wide, axis=1, keepdims=True)


# ---------------------------------------------------------------------------- batch normalization

MAP_WEIGHTS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
MAP_RATES = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
MAP_STEPS = (25, 50, 100, 200)
MAP_WIDTHS, MAP_BATCH = (64, 50, 50, 50, 10), 60


@kept
def starts_and_rates(batch_norm: bool) -> Array:
    """Test accuracy of three layers of 50 sigmoids: (looks, σ_w, learning rate, seeds).

    σ_w is that of the hidden layers; the output layer starts with 1.
    """
    settings = [(s, r, seed) for s in MAP_WEIGHTS for r in MAP_RATES for seed in SEEDS]
    net = Ensemble(
        MAP_WIDTHS, "sigmoid", seeded(seed for *_, seed in settings),
        initializer=[start_hidden(s, MAP_WIDTHS[-1]) for s, *_ in settings],
        norm=BatchNorm if batch_norm else None,
    )  # fmt: skip
    rates = np.array([r for _, r, _ in settings], np.float32)[:, None, None]
    seen: list[Array] = []
    train_on_digits(
        net, steps=MAP_STEPS[-1], learning_rate=rates, batch_size=MAP_BATCH,
        callback=at_steps(MAP_STEPS, lambda _: seen.append(accuracy(net))),
    )  # fmt: skip
    return np.reshape(seen, (len(MAP_STEPS), len(MAP_WEIGHTS), len(MAP_RATES), len(SEEDS)))


FILM_STEPS = (0, 10, 30, 60, 100, 200, 400, 800)
FILM_UNITS = ("sigmoid", "relu")
FILM_WIDTHS, FILM_RATE = (64, 30, 30, 30, 10), 0.3


@kept
def scale_and_shift(unit: str) -> dict[str, Array]:
    """γ and β of a normalized network as it learns the digits: (frames, layers, S, units) each."""
    net = Ensemble(FILM_WIDTHS, unit, seeded(SEEDS), norm=BatchNorm)
    frames: dict[str, list] = {"scale": [], "shift": [], "accuracy": []}

    def look(_: int) -> None:
        frames["scale"].append([norm.scale.data[:, 0].copy() for norm in net.norms])
        frames["shift"].append([norm.shift.data[:, 0].copy() for norm in net.norms])
        frames["accuracy"].append(accuracy(net))

    train_on_digits(
        net, steps=FILM_STEPS[-1], learning_rate=FILM_RATE, batch_size=MAP_BATCH,
        callback=at_steps(FILM_STEPS, look),
    )  # fmt: skip
    return {name: np.array(values) for name, values in frames.items()}


BATCH_SIZES = (2, 4, 8, 16, 64)
NORMS = {"none": None, "batch": BatchNorm, "layer": LayerNorm}
BATCH_STEPS, BATCH_RATES = 300, (0.03, 0.3)


@kept
def tiny_batches(norm: str, batch_size: int, rate: float) -> dict[str, Array]:
    """Two layers of 64 ReLUs trained on batches of that size: test accuracy, (S,).

    "used": with the running moments, one example at a time. "as trained": with the moments of the
    test batch itself, cut into batches as in training; the same thing for the other norms.
    """
    data = digits_data()
    net = Ensemble((64, 64, 64, 10), "relu", seeded(SEEDS), norm=NORMS[norm])
    train_on_digits(net, steps=BATCH_STEPS, learning_rate=rate, batch_size=batch_size)
    used, right = accuracy(net), []
    whole = len(data.x_test) // batch_size * batch_size
    for i in range(0, whole, batch_size):
        with graph.no_grad():
            outputs = net(data.x_test[i : i + batch_size]).data
        right.append(outputs.argmax(axis=2) == data.y_test[i : i + batch_size])
    return {"used": used, "as trained": np.concatenate(right, axis=1).mean(axis=1)}


# ------------------------------------------------------------------------------- narrow networks

NARROW_DEPTH = 50


@kept
def narrow_networks(width: int) -> Array:
    """E[z²] in layer 50 of twenty ReLU networks with He's start, inputs of mean square 1: (20,).

    The maps predict twice the inputs' mean square, for the mean over all such networks.
    """
    x = np.random.default_rng(7).normal(size=(20, 64)).astype(np.float32)
    widths = (64, *[width] * NARROW_DEPTH, 1)
    net = Ensemble(widths, "relu", seeded(range(100, 120)), initializer=he)
    return forward_statistics(net, x).z_square[NARROW_DEPTH - 1]
