"""Experiments of chapter 5, Why depth helps."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import pairwise

import numpy as np

from feedforward import costs, graph
from feedforward.approximation import montufar_network, network_of, sawtooth
from feedforward.datasets import Split, digits, mnist1d
from feedforward.ensemble import Ensemble, per_member, seeded
from feedforward.experiments import kept
from feedforward.graph import Tensor
from feedforward.regions import montufar_lower_bound, pieces_on_line, regions_in_window
from feedforward.training import train, train_with_snapshots
from feedforward.units import relu

Array = np.ndarray

WINDOW = (-1.0, 1.0, -1.0, 1.0)
"""The window of the plane that pictures show and counts use."""


def parameters(widths: tuple[int, ...]) -> int:
    """Weights and biases of a dense network."""
    return sum(n_out * (n_in + 1) for n_in, n_out in pairwise(widths))


def widths_for(budget: int, depth: int, n_in: int, n_out: int) -> tuple[int, ...]:
    """`depth` equal hidden layers, with as nearly `budget` parameters as whole units allow."""

    def widths(n: int) -> tuple[int, ...]:
        return (n_in, *[n] * depth, n_out)

    n = 1
    while parameters(widths(n + 1)) <= budget:
        n += 1
    return min(widths(n), widths(n + 1), key=lambda w: abs(parameters(w) - budget))


def train_by_adam(
    net: Ensemble,
    cost: Callable,
    x: Array,
    y: Array,
    *,
    at: tuple[int, ...],
    learning_rate: float,
    batch_size: int | None = None,
) -> list[list[Array]]:
    """Train every member with Adam; all parameters after each number of steps in `at`."""
    return train_with_snapshots(
        net, per_member(cost), x, y, at=at, learning_rate=learning_rate, optimizer="adam",
        batch_size=batch_size, rng=np.random.default_rng(0),
    )  # fmt: skip


def predictions(net: Ensemble, frame: list[Array], x: Array) -> Array:
    """The outputs of all members as they were in a frame, (seeds, m, n_out)."""
    for p, saved in zip(net.parameters(), frame, strict=True):
        p.data[:] = saved
    return net.predict(x)


def member(frame: list[Array], seed: int) -> list[tuple[Array, Array]]:
    """The layers (W, b) of one network of an ensemble in a frame."""
    return [(w[seed], b[seed, 0]) for w, b in zip(frame[::2], frame[1::2], strict=True)]


def with_random_biases(net: Ensemble, seeds: tuple[int, ...], std: float) -> Ensemble:
    """Hidden biases drawn from N(0, std²): with all at 0 every kink runs through the origin."""
    for bias in net.biases[:-1]:
        for i, rng in enumerate(seeded(seeds)):
            bias.data[i] = rng.normal(0, std, bias.data[i].shape)
    return net


# ---------------------------------------------------------------------------- Barron and the grid

BARRON_UNITS = (1, 4, 16, 64, 256, 1024, 4096)


@kept
def random_waves(dimension: int, seeds: tuple[int, ...] = (0, 1, 2, 3, 4)) -> Array:
    """Mean squared error of the mean of n waves cos(w·x), w ∼ N(0, I), against e^(−‖x‖²/2).

    On 500 points, even in [−1, 1]^dimension. Returns (seeds, BARRON_UNITS).
    """
    error = []
    for rng in seeded(seeds):
        x = rng.uniform(-1, 1, (500, dimension))
        waves = np.cos(x @ rng.normal(size=(dimension, BARRON_UNITS[-1])))
        sums = np.cumsum(waves, axis=1)[:, np.array(BARRON_UNITS) - 1]
        difference = sums / BARRON_UNITS - np.exp(-(x**2).sum(axis=1) / 2)[:, None]
        error.append((difference**2).mean(axis=0))
    return np.array(error)


def waves_expected(dimension: int, units: Array) -> Array:
    """What `random_waves` is in the mean: the variance of one wave, averaged over x, over n."""
    node, weight = np.polynomial.legendre.leggauss(40)
    # Var cos(w·x) = ½(1 + e^(−2‖x‖²)) − e^(−‖x‖²); both means are products over the coordinates.
    twice, once = (((np.exp(-s * node**2) * weight).sum() / 2) ** dimension for s in (2, 1))
    return ((1 + twice) / 2 - once) / np.asarray(units, float)


def grid_error(dimension: int, per_axis: Array) -> Array:
    """Mean squared error of the best constant on each of per_axis^dimension equal cubes.

    Of e^(−‖x‖²/2) on [−1, 1]^dimension, exactly: the mean of f² minus that of its cells' means
    squared, and f is a product over the coordinates.
    """
    from scipy.special import erf

    per_axis = np.asarray(per_axis)
    square = np.sqrt(np.pi) * erf(1.0) / 2
    cell_squares = []
    for k in per_axis:
        edge = np.linspace(-1, 1, k + 1)
        mean = np.diff(erf(edge / np.sqrt(2))) * np.sqrt(np.pi / 2) * k / 2
        cell_squares.append((mean**2).mean())
    return square**dimension - np.array(cell_squares) ** dimension


# ------------------------------------------------------------- represent, learn, generalize

LABEL_STEPS = (0, 25, 50, 100, 200, 400, 800, 1600)
LABEL_WIDTHS = (64, 128, 128, 10)
LABEL_RATE = 0.002


@kept
def memorized(labels: str, seeds: tuple[int, ...] = (0, 1, 2)) -> Array:
    """Accuracy on training labels and on true test labels, (LABEL_STEPS, 2, seeds).

    labels: "true", or "random", the training labels shuffled once. Digits, Adam, batches of 100.
    """
    data = digits(np.random.default_rng(0))
    y = data.y_train if labels == "true" else np.random.default_rng(1).permutation(data.y_train)
    net, accuracy = Ensemble(LABEL_WIDTHS, relu, seeded(seeds)), []
    frames = train_by_adam(
        net, costs.categorical_nll, data.x_train, y,
        at=LABEL_STEPS, learning_rate=LABEL_RATE, batch_size=100,
    )  # fmt: skip
    for frame in frames:
        said = [predictions(net, frame, x).argmax(axis=2) for x in (data.x_train, data.x_test)]
        accuracy.append([(said[0] == y).mean(axis=1), (said[1] == data.y_test).mean(axis=1)])
    return np.array(accuracy)


TEETH_STEPS = (0, 500, 2000, 5000, 10_000, 20_000)
TEETH_DEPTH = 4
"""The sawtooth has 2^4 = 16 pieces."""
TEETH_NETWORKS = {"shallow": (1, 128, 1), "deep": (1, 10, 10, 10, 10, 1)}
"""385 and 361 parameters."""
TEETH_RATE = 0.005
TEETH_X = np.linspace(0, 1, 257)[:, None]


def _teeth_start(kind: str, seeds: tuple[int, ...]) -> Ensemble:
    """The first layer's kinks are spread over [0, 1], one in each of as many equal parts."""
    net = Ensemble(TEETH_NETWORKS[kind], relu, seeded(seeds))
    for i, rng in enumerate(seeded(seeds)):
        n = net.biases[0].data.shape[-1]
        place = (np.arange(n) + rng.uniform(0, 1, n)) / n
        net.biases[0].data[i, 0] = -net.weights[0].data[i, :, 0] * place
    return net


@kept
def teeth_learned(kind: str, seeds: tuple[int, ...] = (0, 1, 2)) -> tuple[Array, Array]:
    """Networks trained on the sawtooth of TEETH_DEPTH layers, from random weights, with Adam.

    They see every other point of TEETH_X. Returns the outputs at all of them, (TEETH_STEPS, seeds,
    257), and the mean squared errors over the target's variance, (TEETH_STEPS, seeds).
    """
    target = sawtooth(TEETH_DEPTH).predict(TEETH_X)
    net, x = _teeth_start(kind, seeds), TEETH_X.astype(np.float32)
    frames = train_by_adam(
        net, costs.squared_error, x[::2], target[::2], at=TEETH_STEPS, learning_rate=TEETH_RATE
    )
    outputs = [predictions(net, frame, x)[..., 0].astype(float) for frame in frames]
    outputs = np.array(outputs)
    return outputs, ((outputs - target[:, 0]) ** 2).mean(axis=2) / target.var()


@kept
def teeth_possible(seeds: tuple[int, ...] = (0, 1, 2)) -> Array:
    """The error of the best output weights on the *untrained* shallow hidden layer, (seeds,)."""
    target, net = sawtooth(TEETH_DEPTH).predict(TEETH_X), _teeth_start("shallow", seeds)
    hidden = relu(TEETH_X @ net.weights[0].data.transpose(0, 2, 1) + net.biases[0].data)
    error = []
    for h in hidden:
        features = np.column_stack([h, np.ones(len(h))])
        best = np.linalg.lstsq(features, target, rcond=None)[0]
        error.append(((features @ best - target) ** 2).mean() / target.var())
    return np.array(error)


@kept
def disturbed_teeth(
    depth: int, size: float, seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
) -> tuple[Array, Array]:
    """A sawtooth whose weights are all multiplied by 1 + size·N(0, 1).

    Returns how often it turns to rise or fall, counted exactly as the runs of slopes of one sign,
    and its root mean squared distance from the sawtooth, at 2001 places; (seeds,) each.
    """
    x, runs, error = np.linspace(0, 1, 2001)[:, None], [], []
    for rng in seeded(seeds):
        net = sawtooth(depth)
        for w in net.weights:
            w.data[:] *= 1 + size * rng.normal(size=w.data.shape)
        sign = np.sign(pieces_on_line(net, 0.0, 1.0).slope[:, 0])
        sign = sign[sign != 0]
        runs.append(1 + int((sign[1:] != sign[:-1]).sum()))
        error.append(np.sqrt(((net.predict(x) - sawtooth(depth).predict(x)) ** 2).mean()))
    return np.array(runs), np.array(error)


EXCESS_WIDTHS, EXCESS_EXAMPLES = (0, 10, 100), 60


@kept
def excess(seeds: tuple[int, ...] = (0, 1, 2, 3, 4)) -> dict[int, tuple[Array, Array]]:
    """Training and test error of one hidden layer of 0, 10 or 100 units on a *linear* target.

    60 examples of 10 inputs with noise of standard deviation ½; 0 units are a linear network. The
    test error is against the target without noise. Adam, 800 steps on all examples.
    """
    found = {}
    for width in EXCESS_WIDTHS:
        errors = []
        for rng in seeded(seeds):
            slope = rng.normal(size=(10, 1)) / np.sqrt(10)
            x, x_test = rng.normal(size=(EXCESS_EXAMPLES, 10)), rng.normal(size=(1000, 10))
            y = x @ slope + rng.normal(0, 0.5, (EXCESS_EXAMPLES, 1))
            net = Ensemble((10, width, 1) if width else (10, 1), relu, [rng])
            train(
                net, per_member(costs.squared_error), x, y,
                steps=800, learning_rate=0.01, optimizer="adam",
            )  # fmt: skip
            errors.append(
                [
                    ((net.predict(v)[0] - t) ** 2).mean()
                    for v, t in ((x, y), (x_test, x_test @ slope))
                ]
            )
        found[width] = tuple(np.array(errors).T)
    return found


# ---------------------------------------------------------------------------------- counting

PLANE_WIDTHS = {1: (2, 15, 1), 2: (2, 6, 6, 1), 3: (2, 4, 4, 4, 1), 4: (2, 4, 4, 3, 3, 1)}
"""Depth 1 to 4 with 57 to 67 parameters each."""
PLANE_STEPS = (0, 10, 30, 100, 300, 1000, 3000)
PLANE_RATE = 0.01


def hill(x: Array) -> Array:
    """What the networks of the plane learn: sin 3x · cos 3y."""
    return np.sin(3 * x[:, :1]) * np.cos(3 * x[:, 1:])


@kept
def plane_film(depth: int, seeds: tuple[int, ...] = (0, 1, 2)) -> list:
    """Networks of PLANE_WIDTHS trained on the hill: parameters at each of PLANE_STEPS."""
    net = with_random_biases(Ensemble(PLANE_WIDTHS[depth], relu, seeded(seeds)), seeds, 0.3)
    x = np.random.default_rng(0).uniform(-1, 1, (1000, 2))
    return train_by_adam(
        net, costs.squared_error, x, hill(x),
        at=PLANE_STEPS, learning_rate=PLANE_RATE, batch_size=100,
    )  # fmt: skip


def plane_network(depth: int, kind: str, seed: int = 0) -> list[tuple[Array, Array]]:
    """The layers of a network of PLANE_WIDTHS: "random", "trained", or "built" by Montúfar."""
    if kind == "built":
        net = montufar_network(PLANE_WIDTHS[depth][:-1])
        (w, b), *rest = [(w.data, b.data) for w, b in zip(net.weights, net.biases, strict=True)]
        return [(w / 2, b + w @ [0.5, 0.5]), *rest]  # from [0, 1]² to the window
    return member(plane_film(depth)[0 if kind == "random" else -1], seed)


@kept
def plane_counts(depth: int, kind: str, seeds: tuple[int, ...] = (0, 1, 2)) -> Array:
    """Regions in the window, one number per seed."""
    return np.array(
        [len(regions_in_window(plane_network(depth, kind, seed), WINDOW)) for seed in seeds]
    )


CLIMB = 400


@kept
def most_regions(
    seeds: tuple[int, ...] = (0, 1, 2), tries: int = CLIMB
) -> tuple[Array, list[tuple[Array, ...]]]:
    """The most regions of a (2, 4, 4) network that a climb finds, and the weights, per seed.

    Change some weights at random and keep what does not lower the count; `tries` times.
    """
    counts, networks = [], []
    for rng in seeded(seeds):
        here = [rng.normal(size=shape) for shape in ((4, 2), 4, (4, 4), 4)]
        count = regions_of_four_and_four(here)
        for _ in range(tries):
            there = [v.copy() for v in here]
            which = there[rng.integers(4)]
            size = 10 ** rng.uniform(-2, 0.3)
            which += size * (rng.random(which.shape) < 0.4) * rng.normal(size=which.shape)
            if (found := regions_of_four_and_four(there)) >= count:
                here, count = there, found
        counts.append(count)
        networks.append(tuple(here))
    return np.array(counts), networks


def regions_of_four_and_four(weights: list[Array]) -> int:
    """Regions, in a window that is as good as the plane, of a ReLU network (2, 4, 4)."""
    w1, b1, w2, b2 = weights
    layers = [(w1, b1), (w2, b2), (np.ones((1, 4)), np.zeros(1))]
    return len(regions_in_window(layers, (-1e4, 1e4, -1e4, 1e4)))


NEURONS = 64
NEURON_DEPTHS = (1, 2, 4, 8)
NEURON_STEPS = (0, 30, 100, 300, 1000, 2000)
NEURON_RATE = 0.005
LINES = 4


@kept
def regions_per_neuron(
    depth: int, seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
) -> tuple[Array, Array, Array]:
    """64 neurons in `depth` equal layers, as they learn the hill: how many pieces per neuron?

    Pieces are counted along four segments of length 40 through each network's window. Returns
    pieces per neuron, (NEURON_STEPS, seeds, 4), regions in the window, (NEURON_STEPS, seeds), and
    the mean squared error, (NEURON_STEPS, seeds).
    """
    widths = (2, *[NEURONS // depth] * depth, 1)
    net = with_random_biases(Ensemble(widths, relu, seeded(seeds)), seeds, 0.3)
    x = np.random.default_rng(0).uniform(-1, 1, (2000, 2))
    frames = train_by_adam(
        net, costs.squared_error, x, hill(x),
        at=NEURON_STEPS, learning_rate=NEURON_RATE, batch_size=100,
    )  # fmt: skip
    angle = np.pi * (np.arange(LINES) + 0.3) / LINES
    ends = 20 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    pieces, regions, error = [], [], []
    for frame in frames:
        networks = [member(frame, i) for i in range(len(seeds))]
        pieces.append(
            [[pieces_on_line(n, 0.1 - e, 0.1 + e).count / NEURONS for e in ends] for n in networks]
        )
        regions.append([len(regions_in_window(n, WINDOW)) for n in networks])
        error.append([((network_of(n, relu).predict(x) - hill(x)) ** 2).mean() for n in networks])
    return np.array(pieces), np.array(regions), np.array(error)


def bounds_at(budget: int, depths: tuple[int, ...] = (1, 2, 3, 4, 6, 8)) -> dict[int, int]:
    """Montúfar's bound for ReLU networks of two inputs with about `budget` parameters, by depth."""
    return {depth: montufar_lower_bound(widths_for(budget, depth, 2, 1)[:-1]) for depth in depths}


# ---------------------------------------------------------------------------- does it generalize?

PAIRS = {
    "smooth pairs": lambda a, b: np.tanh(3 * a * b + a - b),
    "wavy pairs": lambda a, b: np.cos(2 * (a - b)),
}
"""h(a, b), of which the tree targets are made: h(h(h(x₁, x₂), h(x₃, x₄)), h(h(…), h(…)))."""
CONTESTS = {
    "a tree of smooth pairs": (2_500, (1, 2, 3, 4)),
    "a tree of wavy pairs": (2_500, (1, 2, 3, 4)),
    "MNIST-1D": (20_000, (1, 2, 3, 4, 8)),
}
"""Parameters, and depths to compare at that number of parameters."""
CONTEST_BUDGETS = {
    "small": {"tree": (4_000, 2_000), "MNIST-1D": (4_000, 500)},
    "large": {"tree": (40_000, 2_000), "MNIST-1D": (4_000, 1_000)},
}
"""Examples and steps: a tree's large budget has more examples, that of MNIST-1D more steps."""
CONTEST_RATE = 0.003
CONTEST_NETWORKS = {
    "plain": (False, False),
    "plain, small weights": (False, True),
    "residual": (True, False),
    "residual, small weights": (True, True),
}
"""Whether layers add to what they got, and whether the weights that do so start small."""


def contest_budget(contest: str, budget: str) -> tuple[int, int]:
    """Examples to learn from, and steps."""
    return CONTEST_BUDGETS[budget]["MNIST-1D" if contest == "MNIST-1D" else "tree"]


def tree(x: Array, pair) -> Array:
    """The binary tree of `pair` over the eight inputs (m, 8): shape (m, 1)."""
    while x.shape[1] > 1:
        x = pair(x[:, 0::2], x[:, 1::2])
    return x


class Residual(Ensemble):
    """Each hidden layer but the first adds to what it got: a ← a + g(W·a + b)."""

    def layers(self, x: Array, training: bool = True) -> list[tuple[Tensor, Tensor]]:
        """(z, a) of every layer, as in Ensemble; none is normalized, so none asks `training`."""
        a, passed = np.asarray(x, self.weights[0].dtype), []
        for i, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            z = graph.affine(a, weight, bias)
            if weight is self.weights[-1]:
                a = z
            else:
                a = self.activate(z) if i == 0 else a + self.activate(z)
            passed.append((z, a))
        return passed


def with_small_weights(net: Ensemble) -> Ensemble:
    """Weights between hidden layers over the root of the layers: a sum of them does not grow."""
    for weight in net.weights[1:-1]:
        weight.data /= np.sqrt(len(net.weights) - 1, dtype=np.float32)
    return net


@cache
def contest_data(contest: str, examples: int = 4_000) -> Split:
    """`examples` to learn from, and 4000 others to judge by (1000 of MNIST-1D)."""
    rng = np.random.default_rng(0)
    if contest == "MNIST-1D":
        x, y = mnist1d(examples + 1000, rng)
    else:
        x = rng.uniform(-1, 1, (examples + 4000, 8))
        y = tree(x, PAIRS[contest.removeprefix("a tree of ")])
        y = (y - y[:examples].mean()) / y[:examples].std()
    x = x.astype(np.float32)
    return Split(x[:examples], y[:examples], x[examples:], y[examples:])


def contest_scores(
    contest: str,
    depth: int,
    budget: str = "small",
    network: str = "plain",
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4),
) -> tuple[Array, Array]:
    """What networks of equal parameters reach, (seeds,), on training and on test examples.

    For a tree the mean squared error, 1 being that of the mean; for MNIST-1D the accuracy.
    """
    examples, steps = contest_budget(contest, budget)
    both = (contest_budget(contest, name) for name in CONTEST_BUDGETS)
    stops = tuple(sorted({count for size, count in both if size == examples}))
    scores = _contest_run(contest, depth, examples, stops, network, seeds)[stops.index(steps)]
    return scores[0], scores[1]


@kept
def _contest_run(
    contest: str,
    depth: int,
    examples: int,
    stops: tuple[int, ...],
    network: str,
    seeds: tuple[int, ...],
) -> Array:
    """Scores after each number of steps in `stops`, (stops, 2, seeds): one run for all budgets."""
    data, labels = contest_data(contest, examples), contest == "MNIST-1D"
    residual, small = CONTEST_NETWORKS[network]
    widths = widths_for(CONTESTS[contest][0], depth, data.x_train.shape[1], 10 if labels else 1)
    net = (Residual if residual else Ensemble)(widths, relu, seeded(seeds))
    net = with_small_weights(net) if small else net
    cost = costs.categorical_nll if labels else costs.squared_error
    frames = train_by_adam(
        net, cost, data.x_train, data.y_train,
        at=stops, learning_rate=CONTEST_RATE, batch_size=100,
    )  # fmt: skip

    def score(frame: list[Array], x: Array, y: Array) -> Array:
        said = predictions(net, frame, x)
        if labels:
            return (said.argmax(axis=2) == y).mean(axis=1)
        return ((said - y) ** 2).mean(axis=(1, 2))

    # 4000 training examples, about as many as are judged: all 40,000 would say the same.
    return np.array(
        [
            [score(f, data.x_train[:4000], data.y_train[:4000]), score(f, data.x_test, data.y_test)]
            for f in frames
        ]
    )


# ----------------------------------------------------------------------------- how curves grow

CURVE_LAYERS = 10
CURVE_WIDTH = 200
CURVE_SCALES = (0.8, 1.5, 2.5, 4.0)
CURVE_POINTS = 4000
CURVE_BIAS = 0.3


@kept
def curve_growth(scale: float, seeds: tuple[int, ...] = (0, 1, 2)) -> tuple[Array, Array, Array]:
    """A circle of radius √200 sent through ten random tanh layers of 200 units.

    scale: σ_w, the weights' standard deviation times √200; biases have standard deviation 0.3.
    Returns the curve's length at each layer over that at layer 0, (seeds, 11), the first seed's
    curve at each layer, 200 points in its first two principal directions, (11, 200, 2), and the
    angle through which the curve turns in all, over the circle's 2π, (seeds, 11).
    """
    angle = np.linspace(0, 2 * np.pi, CURVE_POINTS + 1)
    lengths, pictures, turns = [], [], []
    for seed, rng in zip(seeds, seeded(seeds), strict=True):
        plane = np.linalg.qr(rng.normal(size=(CURVE_WIDTH, 2)))[0].T
        a = np.sqrt(CURVE_WIDTH) * np.stack([np.cos(angle), np.sin(angle)], axis=1) @ plane
        length, turn = [], []
        for layer in range(CURVE_LAYERS + 1):
            if layer:
                weight = rng.normal(0, scale / np.sqrt(CURVE_WIDTH), (CURVE_WIDTH, CURVE_WIDTH))
                a = np.tanh(a @ weight.T + rng.normal(0, CURVE_BIAS, CURVE_WIDTH))
            step = np.diff(a, axis=0)
            length.append(np.linalg.norm(step, axis=1).sum())
            turn.append(_turning(step))
            if seed == seeds[0]:
                pictures.append(_flat(a[:: CURVE_POINTS // 200]))
        lengths.append(np.array(length) / length[0])
        turns.append(turn)
    return np.array(lengths), np.array(pictures), np.array(turns)


def _turning(step: Array) -> float:
    """The sum of the angles between neighbouring steps (m, n) of a closed curve, over 2π.

    Steps of length 0 have no direction and are left out: a curve that is a point does not turn.
    """
    size = np.linalg.norm(step, axis=1, keepdims=True)
    moves = size[:, 0] > 0
    direction = step[moves] / size[moves]
    half = np.linalg.norm(direction - np.roll(direction, 1, axis=0), axis=1) / 2
    return float(2 * np.arcsin(np.minimum(half, 1)).sum() / (2 * np.pi))


def _flat(points: Array) -> Array:
    """Points (m, n) in their first two principal directions, the largest coordinate 1."""
    centered = points - points.mean(axis=0)
    _, _, directions = np.linalg.svd(centered, full_matrices=False)
    flat = centered @ directions[:2].T
    return flat / np.abs(flat).max()
