"""Experiments of chapter 2, Units and activations: what it trains, measures and constructs.

Where something is trained, or measured on digits, it is `@kept`: the chapter's cells and its
figures share one run.
"""

from functools import cache

import numpy as np

from feedforward import costs, graph
from feedforward.datasets import Split, digits, inverse_problem, mnist1d
from feedforward.ensemble import Ensemble, per_member, seeded
from feedforward.experiments import kept
from feedforward.graph import Tensor
from feedforward.mixture import mixture_parameters, sample_mixture
from feedforward.training import at_steps, train, train_with_snapshots
from feedforward.units import (
    UNITS,
    Unit,
    absolute_value,
    identity,
    rectifier,
    relu,
    sigmoid,
    softmax,
    softplus,
)

Array = np.ndarray

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


@kept
def eight_units_film(unit: str, seeds: tuple[int, ...] = (0, 1, 2, 3, 4)) -> list:
    """One hidden layer of eight units on the wavy curve: the weights at each of HOOK_STEPS."""
    x, y = wavy_data()
    network = Ensemble((1, 8, 1), unit, seeded(seeds), dtype=np.float64)
    for member, rng in enumerate(seeded(seeds)):  # slopes of either sign, centers all over the data
        weight = rng.uniform(0.7, 1.5, 8) * rng.choice([-1, 1], 8)
        network.weights[0].data[member, :, 0] = weight
        network.biases[0].data[member, 0] = -weight * rng.uniform(-3, 3, 8)
    return train_with_snapshots(
        network, per_member(costs.squared_error), x, y,
        at=HOOK_STEPS, learning_rate=HOOK_RATE, optimizer="adam",
    )  # fmt: skip


def eight_units_error(unit: str) -> Array:
    """Mean squared error after the last step, one per seed."""
    x, y = wavy_data()
    w1, b1, w2, b2 = eight_units_film(unit)[-1]
    outputs = UNITS[unit](x @ w1.transpose(0, 2, 1) + b1) @ w2.transpose(0, 2, 1) + b2
    return ((outputs - y) ** 2).mean(axis=(1, 2))


def eight_units_shown(unit: str) -> int:
    """The start that is drawn: the one whose error after the last step is the median."""
    error = eight_units_error(unit).round(6)  # starts that end alike keep their order
    return int(np.argsort(error, kind="stable")[len(error) // 2])


# -------------------------------------------------------------- what a unit owes its gradient


def flat_share(unit: str, center: float, spread: float) -> tuple[float, float]:
    """Of pre-activations N(center, spread²): share with |g′| < 0.05, and the mean of g′²."""
    steps = np.linspace(-8, 8, 4000)  # even in number: none falls on a kink
    z = center + spread * steps
    weight = np.exp(-(steps**2) / 2)
    weight /= weight.sum()
    slope = UNITS[unit].derivative(z)
    return float(weight @ (np.abs(slope) < 0.05)), float(weight @ slope**2)


CHAIN_DEPTH, CHAIN_WIDTH = 20, 64
CHAIN_UNITS = (
    "sigmoid", "tanh", "hard_tanh", "hard_sigmoid", "softplus", "relu", "absolute_value",
)  # fmt: skip
STEEPEST = {"sigmoid": 0.25, "hard_sigmoid": 0.5}
"""The largest |g′| of the units for which it is not 1."""


@kept
def chain_gradients(unit: str, scale: float, seeds: tuple[int, ...] = (0, 1, 2, 3, 4)) -> Array:
    """How large a gradient is at each layer of a deep network on digits, as a share of the last.

    Twenty hidden layers of 64 units whose weights are orthogonal matrices times `scale`, so the
    largest factor by which they can stretch is `scale` exactly. Returns the norm of ∂J/∂z, its mean
    over 100 digits, divided by that of the last hidden layer: (seeds, 20), the last layer first.
    """
    data = digits(np.random.default_rng(0))
    widths = (64, *[CHAIN_WIDTH] * CHAIN_DEPTH, 10)
    network = Ensemble(widths, unit, seeded(seeds), dtype=np.float64)
    for weight in network.weights[1:-1]:
        weight.data[:] = [scale * np.linalg.qr(w)[0] for w in weight.data]
    layers = network.layers(data.x_train[:100])
    per_member(costs.categorical_nll)(layers[-1][0], data.y_train[:100]).mean().backward()
    norms = np.array([np.linalg.norm(z.grad, axis=2).mean(axis=1) for z, _ in layers[:-1]])
    return (norms / norms[-1]).T[:, ::-1]


# ---------------------------------------------------------------------- rectifiers as one family

SLOPE_STEPS = 300
SLOPE_STARTS = (-1.0, 0.0, 0.25, 1.0)


class LearnedRectifier(Ensemble):
    """Networks that learn one slope on the left, α, for all their units."""

    def __init__(self, widths, rngs, alpha):
        super().__init__(widths, rectifier(alpha), rngs)
        self.alpha = Tensor(np.full((len(self), 1, 1), alpha, np.float32))

    def activate(self, z):
        return relu(z) - self.alpha * relu(-z)  # −relu(−z) is min(0, z)

    def parameters(self):
        return [*super().parameters(), self.alpha]


@kept
def learned_slopes(
    start: float | None, seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
) -> tuple[Array, Array]:
    """(α after training, test accuracy) on digits, one per seed; None: ReLU, whose α stays 0."""
    data, widths = digits(np.random.default_rng(0)), (64, 64, 64, 10)
    if start is None:
        net = Ensemble(widths, "relu", seeded(seeds))
    else:
        net = LearnedRectifier(widths, seeded(seeds), start)
    train(
        net, per_member(costs.categorical_nll), data.x_train, data.y_train, steps=SLOPE_STEPS,
        learning_rate=0.01, optimizer="adam", batch_size=100, rng=np.random.default_rng(0),
    )  # fmt: skip
    alpha = np.zeros(len(seeds)) if start is None else net.alpha.data.ravel()
    return alpha, (net.predict(data.x_test).argmax(2) == data.y_test).mean(1)


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


EDGE_UNITS = {
    "none": identity,
    "absolute": absolute_value,
    "one ReLU": relu,
    "two ReLUs": lambda z: np.concatenate([relu(z), relu(-z)], axis=-1),
}
"""What stands between a filter and its reader."""


@kept
def edge_reader(unit: str, seeds: tuple[int, ...] = (0, 1, 2, 3, 4)) -> tuple[Array, Array]:
    """Test accuracy of a linear layer on the filters' answers: on ink, and on negatives, (S,)."""
    images, x = digit_images(), {}
    sets = {"train": images.x_train, "ink": images.x_test, "negative": 1 - images.x_test}
    for name, pictures in sets.items():
        x[name] = edge_features(pictures, EDGE_UNITS[unit])
    reader = Ensemble((x["train"].shape[1], 10), "identity", seeded(seeds))
    train(
        reader, per_member(costs.categorical_nll), x["train"], images.y_train, steps=300,
        learning_rate=0.01, optimizer="adam", batch_size=100, rng=np.random.default_rng(0),
    )  # fmt: skip
    return tuple(
        (reader.predict(x[name]).argmax(2) == images.y_test).mean(1) for name in ("ink", "negative")
    )


# --------------------------------------------------------------------------------- dead units

DEAD_BIASES = (-3.0, -2.0, -1.0, 0.0, 1.0)
DEAD_RATES = (0.03, 0.3, 0.7, 1.0, 1.5)
DEAD_UNITS, DEAD_STEPS = 100, 150


@kept
def active_shares(
    learning_rate: float,
    unit: str = "relu",
    optimizer: str = "sgd",
    biases: tuple[float, ...] = DEAD_BIASES,
    seeds: tuple[int, ...] = (0, 1, 2),
) -> tuple[Array, Array]:
    """On how many training digits each hidden unit is active (z > 0), before and after training.

    One hidden layer of 100 units on 1348 digits; batches of 50, DEAD_STEPS steps. Returns two
    arrays (biases, seeds, 100), for each of `biases` as the units' starting bias.
    """
    data = digits(np.random.default_rng(0))
    bias = np.repeat(biases, len(seeds))
    widths = (64, DEAD_UNITS, 10)
    network = Ensemble(widths, unit, seeded(seeds * len(biases)), bias=bias)

    def shares() -> Array:
        with graph.no_grad():
            z = network.layers(data.x_train)[0][0].data
        return (z > 0).mean(axis=1).reshape(len(biases), len(seeds), DEAD_UNITS)

    before = shares()
    train(
        network, per_member(costs.categorical_nll), data.x_train, data.y_train, steps=DEAD_STEPS,
        learning_rate=learning_rate, batch_size=50, rng=np.random.default_rng(0),
        optimizer=optimizer,
    )  # fmt: skip
    return before, shares()


# ------------------------------------------------------------------------------------- maxout


def parabola_pieces(k: int, lifted: bool) -> tuple[Array, Array]:
    """Slopes and offsets of k lines whose maximum follows x² on [−1, 1].

    The tangents at the middles of k equal intervals, x ↦ 2tx − t²; lifted by half of their largest
    error, 1/(2k²), they are the best k pieces there are.
    """
    t = (2 * np.arange(k) + 1) / k - 1
    return 2 * t, -(t**2) + (1 / (2 * k**2) if lifted else 0)


TARGETS = {
    "a wave": lambda x: np.sin(3 * x) + 0.3 * x,
    "a bump with a corner": lambda x: np.exp(-4 * (x - 0.7) ** 2) - np.abs(x + 0.8) / 2,
}
SPAN = 2.0
Lines = tuple[Array, Array]
"""Slopes and offsets."""


def convex_difference(f, pieces: int) -> tuple[Lines, Lines, float]:
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


MAXOUT_STEPS = [0, 10, 20, 40, 80, 150, 300, 600, 1200]
MAXOUT_PIECES = (2, 3, 5, 8)


@kept
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
    return train_with_snapshots(
        network, per_member(costs.squared_error), x, y,
        at=MAXOUT_STEPS, learning_rate=0.01, optimizer="adam",
    )  # fmt: skip


def maxout_parts(frame: list, x: Array, pieces: int) -> tuple[Array, Array]:
    """(S, x, 2, pieces) lines of both units, and the output (S, x)."""
    w1, b1, w2, b2 = frame
    z = x[:, None] @ w1.transpose(0, 2, 1) + b1
    lines = z.reshape(*z.shape[:2], 2, pieces)
    out = lines.max(axis=3) @ w2.transpose(0, 2, 1) + b2
    return lines, out[..., 0]


def maxout_error(pieces: int, start: str = "spread", frame: int = -1) -> Array:
    """Mean squared error of the pair on the wave that it was trained on, one per seed."""
    x = np.linspace(-SPAN, SPAN, 60)
    out = maxout_parts(maxout_film(pieces, start)[frame], x, pieces)[1]
    return ((out - TARGETS["a wave"](x)) ** 2).mean(axis=1)


def straight_line_error() -> float:
    """Mean squared error of the best straight line through the same wave."""
    x = np.linspace(-SPAN, SPAN, 60)
    y = TARGETS["a wave"](x)
    return float(((np.polyval(np.polyfit(x, y, 1), x) - y) ** 2).mean())


# ----------------------------------------------------------------------------------- softplus


def softplus_beta(z: Array, beta: float) -> Array:
    """log(1 + e^(βz))/β: softplus, sharpened."""
    return softplus(beta * z) / beta


# ------------------------------------------------------------- the mixture density network

MDN_SEEDS = (0, 1, 2, 3, 4, 5, 6, 7)
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


@kept
def mixture_weights(components: int, seeds: tuple[int, ...] = MDN_SEEDS) -> list[Array]:
    """Every parameter of `mixture_networks`, trained on the inverse problem."""
    data = inverse_data()
    network = density_network(components, MDN_HIDDEN, seeds)
    train(
        network, per_member(density_cost(components)), centered(data.x_train), data.y_train,
        steps=MDN_STEPS, learning_rate=MDN_RATE, optimizer="adam",
    )  # fmt: skip
    return [p.data for p in network.parameters()]


@kept
def mean_weights(seeds: tuple[int, ...] = MDN_SEEDS) -> list[Array]:
    """Every parameter of `mean_networks`, trained on the inverse problem."""
    data = inverse_data()
    network = Ensemble((1, MDN_HIDDEN, 1), "tanh", seeded(seeds))
    network.biases[0].data[:] = [[rng.uniform(-2, 2, MDN_HIDDEN)] for rng in seeded(seeds)]
    train(
        network, per_member(lambda f, x: costs.squared_error(f[:, 0], x)), centered(data.x_train),
        data.y_train, steps=MDN_STEPS, learning_rate=MDN_RATE, optimizer="adam",
    )  # fmt: skip
    return [p.data for p in network.parameters()]


def with_weights(network: Ensemble, weights: list[Array]) -> Ensemble:
    """The network with these parameters in place of its own."""
    for p, trained in zip(network.parameters(), weights, strict=True):
        p.data[:] = trained
    return network


@cache
def mixture_networks(components: int) -> Ensemble:
    """Mixture density networks for the inverse problem, one per seed, trained."""
    network = density_network(components, MDN_HIDDEN, MDN_SEEDS)
    return with_weights(network, mixture_weights(components))


@cache
def mean_networks() -> tuple[Ensemble, Array]:
    """The same networks with one output and squared error; and their error's size, one per seed."""
    data = inverse_data()
    network = with_weights(Ensemble((1, MDN_HIDDEN, 1), "tanh", seeded(MDN_SEEDS)), mean_weights())
    error = network.predict(centered(data.x_train))[..., 0] - data.y_train
    return network, np.sqrt((error**2).mean(axis=1))


def mean_answers(t: Array) -> Array:
    """What the first seed's network, trained by squared error, answers to inputs t: (m,)."""
    return mean_networks()[0].predict(centered(t))[0, :, 0]


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


def true_mean(t: float) -> float:
    """The mean of p(x|t): what squared error asks for."""
    x = (np.arange(10_000) + 0.5) / 10_000
    density = true_density(t, x)
    return float(density @ x / density.sum())


def least_possible_nll() -> float:
    """What the true p(x|t) itself costs on the test set: −log of its density, on average."""
    fine = (np.arange(4000) + 0.5) / 4000
    t = inverse_data().x_test
    forward = fine + 0.3 * np.sin(2 * np.pi * fine)
    return float(np.log((np.abs(t - forward) <= 0.1).mean(axis=1)).mean())


@cache
def best_member(components: int) -> int:
    """Which seed's network has the least cost on the training data."""
    data = inverse_data()
    learned = mixture_networks(components).predict(centered(data.x_train))
    return int(np.argmin([density_cost(components)(o, data.y_train).mean() for o in learned]))


def best_mixture(components: int, t: Array) -> tuple[Array, Array, Array]:
    """(logits, mean, std) at inputs t of the seed with the least cost on the training data."""
    outputs = mixture_networks(components).predict(centered(t))[best_member(components)]
    return mixture_parameters(outputs.astype(float), components)


COUNTED = 0.05
"""A component with less than this share of the weight is not shown, and not asked for its σ."""


def narrowest(logits: Array, std: Array) -> float:
    """The smallest σ of all components that have at least 5 % of the weight: (m, K) arrays."""
    return float(std[softmax(logits) >= COUNTED].min())


def narrowest_trained(components: int) -> Array:
    """`narrowest` at the training inputs, for each seed's network."""
    outputs = mixture_networks(components).predict(centered(inverse_data().x_train)).astype(float)
    made = [mixture_parameters(member, components) for member in outputs]
    return np.array([narrowest(logits, std) for logits, _, std in made])


SAMPLED = {"squared error": 0, "K = 1": 1, "K = 2": 2, "K = 3": 3, "K = 5": 5}
"""The models that answers are drawn from, and their components; 0 stands for squared error."""


def drawn_answers(model: str) -> tuple[Array, Array, Array]:
    """Inputs of 250 test examples, an answer drawn for each, and which of these are impossible.

    Impossible: no setting in [0, 1], or one whose forward value is more than 0.1 away from the
    input that was asked for.
    """
    t, rng = inverse_data().x_test[:250, 0], np.random.default_rng(0)
    components = SAMPLED[model]
    if components == 0:
        answers = rng.normal(mean_answers(t), mean_networks()[1][0])
    else:
        answers = sample_mixture(*best_mixture(components, t), rng)
    impossible = np.abs(t - answers - 0.3 * np.sin(2 * np.pi * answers)) > 0.1
    return t, answers, impossible | (answers < 0) | (answers > 1)


COLLAPSE_STEPS = [0, 20, 50, 100, 150, 200, 300, 400, 500, 600, 800, 1000]


def collapse_grid() -> Array:
    """Inputs to draw the collapsing mixture at: even ones, and those of its thirty examples."""
    return np.sort(np.concatenate([np.linspace(0, 1, 61), inverse_data().x_train[:30, 0]]))


CURES = {"nothing": 0.0, "σ ≥ 0.05": 0.05}


@kept
def collapse_run(floor: float, seeds: tuple[int, ...] = (0, 1, 2)) -> dict[str, Array]:
    """A mixture of five on thirty examples, trained too long: what happens to σ and to the test.

    Returns the mean "train" and "test" NLL, the "worst" NLL of any test example, and `narrowest`
    at the training inputs, each of shape (frames, seeds), at COLLAPSE_STEPS; and "mixture", the
    outputs on collapse_grid() of the seed whose σ ends smallest.
    """
    data = inverse_data()
    t, x = data.x_train[:30], data.y_train[:30]
    network = density_network(5, 10, seeds)
    cost = density_cost(5, floor)
    measured = {"train": [], "test": [], "worst": [], "narrowest": [], "mixture": []}
    frames = train_with_snapshots(
        network, per_member(cost), centered(t), x,
        at=COLLAPSE_STEPS, learning_rate=0.003, optimizer="adam",
    )  # fmt: skip
    for weights in frames:
        with_weights(network, weights)
        outputs = network.predict(centered(t)).astype(float)
        measured["train"].append([cost(member, x).mean() for member in outputs])
        made = [mixture_parameters(member, 5, floor) for member in outputs]
        measured["narrowest"].append([narrowest(logits, std) for logits, _, std in made])
        outputs = network.predict(centered(data.x_test)).astype(float)
        nll = [cost(member, data.y_test) for member in outputs]
        measured["test"].append(np.mean(nll, axis=1))
        measured["worst"].append(np.max(nll, axis=1))
        grid = collapse_grid()[:, None]
        measured["mixture"].append(network.predict(centered(grid)).astype(float))
    worst = int(np.argmin(measured["narrowest"][-1]))
    measured["mixture"] = [members[worst] for members in measured["mixture"]]
    return {name: np.array(values) for name, values in measured.items()}


@kept
def five_alike(seeds: tuple[int, ...] = MDN_SEEDS[:3]) -> tuple[Array, Array]:
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
        network, per_member(density_cost(5)), centered(data.x_train), data.y_train,
        steps=MDN_STEPS, learning_rate=MDN_RATE, optimizer="adam",
    )  # fmt: skip
    outputs = network.predict(centered(data.x_test))
    nll = np.array([density_cost(5)(member, data.y_test).mean() for member in outputs])
    means = [mixture_parameters(member, 5)[1] for member in outputs]
    return nll, np.array([np.ptp(m, axis=1).max() for m in means])


# ---------------------------------------------------------------------------- which unit?

COMPARED = (*UNITS, "maxout")
SHIFTED_SIGMOIDS = {
    "4σ": Unit("4σ", lambda z: 4 * sigmoid(z), lambda z: 4 * sigmoid.derivative(z)),
    "σ − ½": Unit("σ − ½", lambda z: sigmoid(z) - 0.5, sigmoid.derivative),
}
"""To ask what holds the sigmoid back: one has tanh's largest slope, the other its mean."""
COMPARISON_SEEDS = (0, 1, 2, 3, 4, 5)
COMPARISON_WIDTH, COMPARISON_MAXOUT, COMPARISON_BATCH = 64, 40, 64
COMPARISON_EXAMPLES = 2000
CONTESTS = {
    "digits, rate 0.003": ("digits", 0.003, 200),
    "MNIST-1D, rate 0.003": ("mnist1d", 0.003, 300),
    "MNIST-1D, rate 0.01": ("mnist1d", 0.01, 300),
}
"""Data, learning rate, and the budget: how many steps a unit gets before it is judged."""
CURVE_UNITS = ("relu", "softplus", "sigmoid", "identity")
CURVE_STEPS = {
    "digits, rate 0.003": (25, 50, 100, 200, 400, 800, 1500, 3000),
    "MNIST-1D, rate 0.01": (25, 50, 100, 200, 300, 500, 750, 1000),
}
"""These units go on beyond the budget in these contests; when each is looked at."""


@cache
def contest_data(name: str) -> Split:
    """Digits, or MNIST-1D: 2000 signals to learn from and 1000 to judge by."""
    if name == "digits":
        return digits(np.random.default_rng(0))
    x, label = mnist1d(COMPARISON_EXAMPLES + 1000, np.random.default_rng(0))
    n = COMPARISON_EXAMPLES
    return Split(x[:n], label[:n], x[n:], label[n:])


def accuracies(contest: str, unit: str, seeds: tuple[int, ...] = COMPARISON_SEEDS) -> Array:
    """Test accuracy of two hidden layers of 64 such units, one number per seed.

    Adam, batches of 64, at the contest's learning rate and length; the same for every unit. Maxout
    gets 40 units of two pieces, which is about as many weights.
    """
    budget = CONTESTS[contest][2]
    if unit in CURVE_UNITS and contest in CURVE_STEPS:
        return learning_curve(contest, unit, seeds)[CURVE_STEPS[contest].index(budget)]
    return _trained(contest, unit, (budget,), seeds)[0]


def learning_curve(contest: str, unit: str, seeds: tuple[int, ...] = COMPARISON_SEEDS) -> Array:
    """The same at each of the contest's CURVE_STEPS: (looks, seeds)."""
    return _trained(contest, unit, CURVE_STEPS[contest], seeds)


@kept
def _trained(contest: str, unit: str, looks: tuple[int, ...], seeds: tuple[int, ...]) -> Array:
    """Test accuracies after each of `looks` steps, (looks, seeds)."""
    name, rate, _ = CONTESTS[contest]
    data = contest_data(name)
    width = COMPARISON_MAXOUT if unit == "maxout" else COMPARISON_WIDTH
    widths = (data.x_train.shape[1], width, width, 10)
    network = Ensemble(widths, SHIFTED_SIGMOIDS.get(unit, unit), seeded(seeds))
    found: list[Array] = []

    def look(_: int) -> None:
        said = network.predict(data.x_test).argmax(axis=2)
        found.append((said == data.y_test).mean(axis=1))

    train(
        network, per_member(costs.categorical_nll), data.x_train.astype(np.float32), data.y_train,
        steps=looks[-1], learning_rate=rate, optimizer="adam", batch_size=COMPARISON_BATCH,
        rng=np.random.default_rng(0), callback=at_steps(looks, look),
    )  # fmt: skip
    return np.array(found)


def curves_at(contest: str, look: int) -> dict[str, Array]:
    """Test accuracies of the CURVE_UNITS after that many of CURVE_STEPS, one per seed."""
    return {unit: learning_curve(contest, unit)[look] for unit in CURVE_UNITS}


def contest_table(contest: str) -> dict[str, Array]:
    """Every unit's test accuracies, one per seed."""
    return {unit: accuracies(contest, unit) for unit in COMPARED}


def beats(a: Array, b: Array) -> bool:
    """Whether a's mean is above b's by more than twice the standard error of the difference."""
    error = np.sqrt(a.var(ddof=1) / a.size + b.var(ddof=1) / b.size)
    return bool(a.mean() - b.mean() > 2 * error)


def not_beaten(table: dict[str, Array]) -> list[str]:
    """The units that the best one does not beat beyond the noise.

    With one seed there is no noise to see, and whoever is best on it "wins", alone or in a tie.
    """
    top = max(table.values(), key=np.mean)
    if top.size < 2:
        return [unit for unit, a in table.items() if a.mean() == top.mean()]
    return [unit for unit, a in table.items() if not beats(top, a)]


def reversals(one: dict[str, Array], other: dict[str, Array]) -> list[tuple[str, str]]:
    """Pairs of units of which the first wins beyond the noise in `one`, the second in `other`."""
    return [(a, b) for a in one for b in one if beats(one[a], one[b]) and beats(other[b], other[a])]
