"""Experiments of chapter 1, Cost functions: its data, what it trains and what it measures.

Where something is trained, it is `@kept`: the chapter's cells and its figures share one run.
"""

from functools import cache

import numpy as np

from feedforward import costs, datasets
from feedforward.experiments import kept
from feedforward.graph import Tensor, exp
from feedforward.network import MLP
from feedforward.progress import progress
from feedforward.training import at_steps, train
from feedforward.units import sigmoid

Array = np.ndarray

# --------------------------------------------------------------- which prediction is the best one?

BUS_WAITS = np.array([3.0, 4, 4, 5, 5, 6, 7, 8])
"""Minutes waited for a bus, on eight days. The ninth is the outlier."""
BUS_DELTA = 3.0
"""Where Huber's cost turns from a square into a line, minutes."""


def huber_minimizer(data: Array, delta: float) -> float:
    """The prediction with the least mean Huber cost, by bisection on the cost's slope.

    The slope, Σ clip(c − y, −δ, δ), never falls as c grows, so there is one crossing of zero; where
    it is zero on a whole interval, the interval's middle.
    """

    def crossing(from_left: bool) -> float:
        low, high = float(data.min()), float(data.max())
        for _ in range(60):
            middle = (low + high) / 2
            slope = np.clip(middle - data, -delta, delta).sum()
            right = slope < 0 or (slope == 0 and not from_left)
            low, high = (middle, high) if right else (low, middle)
        return (low + high) / 2

    return (crossing(True) + crossing(False)) / 2


# ------------------------------------------------------------------------ from data to likelihood

SYMBOLS = np.array([0.6, 0.3, 0.1])
"""How often A, B and C occur in the data."""
PEAKS = ((0.65, -1.8, 0.6), (0.35, 1.8, 0.6))
"""The two-peaked target p: (weight, mean, standard deviation) of each peak."""
_LINE = np.linspace(-20, 20, 2001)


def normal_density(x: Array, mean: float, std: float) -> Array:
    """The density of N(mean, std²) at each of x."""
    return np.exp(-costs.gaussian_nll(mean, x, std))


def two_peaks(x: Array) -> Array:
    """The density of the two-peaked target."""
    return sum(weight * normal_density(x, mean, std) for weight, mean, std in PEAKS)


def gaussian_kl(mean: float, std: float) -> tuple[float, float]:
    """(KL(p‖q), KL(q‖p)) for p the two peaks and q = N(mean, std²), by the trapezoidal rule."""
    log_p = np.logaddexp(
        *(np.log(weight) - costs.gaussian_nll(m, _LINE, s) for weight, m, s in PEAKS)
    )
    log_q = -costs.gaussian_nll(mean, _LINE, std)
    covers = np.trapezoid(np.exp(log_p) * (log_p - log_q), _LINE)
    picks = np.trapezoid(np.exp(log_q) * (log_q - log_p), _LINE)
    return float(covers), float(picks)


# --------------------------------------------------------------------- a Gaussian in disguise


@cache
def line_data() -> tuple[Array, Array]:
    """Fourteen points near the line y = x: noise of standard deviation 0.5, seed 0."""
    rng = np.random.default_rng(0)
    x = np.linspace(0.2, 3, 14)
    return x, x + rng.normal(0, 0.5, x.size)


NOISE_EXAMPLES, NOISE_HIDDEN = 200, 24
NOISE_STEPS = 800
NOISE_RATE = 0.02
NOISE_FILM = [0, *sorted({round(step) for step in np.geomspace(2, NOISE_STEPS - 1, 19)})]
"""The training steps in the film of the growing noise."""
NOISE_GRID = np.linspace(0, 1, 81)[:, None]


def learned_noise_cost(output: Tensor, y: Array) -> Tensor:
    """Gaussian NLL where the network's second output is log σ(x)."""
    return costs.gaussian_nll(output[:, 0], y, exp(output[:, 1]))


def expected_nll(mean: Array, std: Array) -> float:
    """The mean NLL on endless new data of `datasets.heteroscedastic`, exact in y, on the grid in x.

    mean, std: a model's predictions at NOISE_GRID, shape (81,).
    """
    true_std = datasets.heteroscedastic_std(NOISE_GRID)[:, 0]
    off = mean - datasets.heteroscedastic_mean(NOISE_GRID)[:, 0]
    # For y = mean* + σ*·ε the expected squared error is σ*² + off².
    inside = (true_std**2 + off**2) / (2 * std**2) + np.log(std) + np.log(2 * np.pi) / 2
    return float(np.trapezoid(inside, NOISE_GRID[:, 0]))


@kept
def noise_training(learned: bool, seed: int = 0, decay: bool = True) -> tuple[Array, Array]:
    """A network's outputs on the grid, (frames, 81, outputs), and its training cost, (steps,).

    learned: σ(x) is a second output, and the cost is the NLL; else the cost is the squared error.
    decay: the learning rate falls to zero, so that the last step is a place where training settles.
    """
    rng = np.random.default_rng(seed)
    x, y = datasets.heteroscedastic(NOISE_EXAMPLES, rng)
    net = MLP((1, NOISE_HIDDEN, 2 if learned else 1), "tanh", "xavier", rng)
    cost = learned_noise_cost if learned else lambda f, y: costs.squared_error(f[:, 0], y)
    film: list[Array] = []
    history = train(
        net, cost, 4 * x - 2, y[:, 0],
        steps=NOISE_STEPS, learning_rate=NOISE_RATE, optimizer="adam", decay=decay,
        callback=at_steps(NOISE_FILM, lambda _: film.append(net.predict(4 * NOISE_GRID - 2))),
    )  # fmt: skip
    return np.array(film), history


@kept
def noise_film(learned: bool, seed: int = 0) -> tuple[Array, Array, Array]:
    """A network's mean and σ on the grid, (frames, 81) each, and its expected NLL, (frames,).

    learned: as in `noise_training`; if not, σ is the root of the training MSE at that step, which
    is its best value.
    """
    film, history = noise_training(learned, seed)
    mean = film[:, :, 0]
    std = np.exp(film[:, :, 1]) if learned else np.sqrt(history[NOISE_FILM])[:, None] + 0 * mean
    nll = np.array([expected_nll(m, s) for m, s in zip(mean, std, strict=True)])
    return mean, std, nll


# ------------------------------------------------------------------------------ classification


def logit_costs(logit: Array, label: float) -> tuple[Array, Array, Array, Array]:
    """(NLL, its slope, half squared error on σ(z), its slope) at each logit, for one label."""
    logit = np.asarray(logit, dtype=float)
    p, target = sigmoid(logit), np.full(logit.shape, float(label))
    error = p - target
    return (
        costs.bernoulli_nll(logit, target),
        error,
        costs.squared_error(p, target) / 2,
        error * p * (1 - p),
    )


RECOVERY_STARTS = (2, 4, 6, 8)
RECOVERY_SEEDS = (0, 1, 2, 3, 4)
RECOVERY_RATE = 1.0
RECOVERY_STEPS = [0, *sorted({round(step) for step in np.geomspace(1, 16_000, 36)})]
"""The training steps in the film of recovery: all at first, then further and further apart."""


def two_groups(seed: int, count: int = 20) -> tuple[Array, Array]:
    """Two groups on a line, easy to tell apart: x ≥ 1 has label 1, x ≤ −1 has label 0."""
    rng = np.random.default_rng(seed)
    label = np.arange(count) % 2
    return (2 * label - 1) * (1 + np.abs(rng.normal(0, 0.5, count))), label.astype(float)


@kept
def recover(
    cost: str,
    start: float,
    seeds: tuple[int, ...] = RECOVERY_SEEDS,
    rate: float = RECOVERY_RATE,
    steps: int = 16_000,
) -> dict[str, Array]:
    """Gradient descent on one sigmoid neuron that starts sure and wrong, one run per seed.

    cost: "nll" or "squared" (half the squared error on the probability). The neuron starts at
    weight −start, bias 0, so every example's logit is at least `start` on the wrong side.
    Returns "weight" and "bias" (frames, seeds) at each of `RECOVERY_STEPS`, and "recovered"
    (seeds,): the first step with every example on its right side, −1 where there was none.
    """
    if cost not in ("nll", "squared"):
        raise ValueError(f'cost is {cost!r}, expected "nll" or "squared"')
    groups = [two_groups(seed) for seed in seeds]
    x, y = np.array([g[0] for g in groups]), np.array([g[1] for g in groups])
    weight, bias = np.full((len(seeds), 1), -float(start)), np.zeros((len(seeds), 1))
    recovered = np.full(len(seeds), -1)
    film = []
    for step in progress(steps + 1):
        p = sigmoid(weight * x + bias)
        if step in RECOVERY_STEPS:
            film.append((weight[:, 0], bias[:, 0]))
        right = ((p > 0.5) == (y > 0.5)).all(axis=1)
        recovered = np.where((recovered < 0) & right, step, recovered)
        pull = p - y if cost == "nll" else (p - y) * p * (1 - p)
        weight = weight - rate * (pull * x).mean(axis=1, keepdims=True)
        bias = bias - rate * pull.mean(axis=1, keepdims=True)
    return {
        "weight": np.array([weight for weight, _ in film]),
        "bias": np.array([bias for _, bias in film]),
        "recovered": recovered,
    }


@kept
def recovery_film(cost: str, start: float) -> tuple[Array, Array, Array, Array]:
    """(probability given to the right label, weights, biases, recovered) of `recover`."""
    run = recover(cost, start)
    given = []
    for weight, bias in zip(run["weight"], run["bias"], strict=True):
        per_seed = []
        for seed, w, b in zip(RECOVERY_SEEDS, weight, bias, strict=True):
            x, y = two_groups(seed)
            p = sigmoid(w * x + b)
            per_seed.append(np.where(y > 0.5, p, 1 - p).mean())
        given.append(per_seed)
    return np.array(given), run["weight"], run["bias"], run["recovered"]


# -------------------------------------------------------------------------- numbers that overflow

PRECISIONS = {"float16": np.float16, "float32": np.float32, "float64": np.float64}


def naive_nll(logits: Array, label: int) -> np.floating:
    """−log(softmax(logits)[label]) exactly as the formula reads: it overflows. Do not
    use.
    """
    with np.errstate(all="ignore"):
        weights = np.exp(logits)
        return -np.log(weights[label] / weights.sum())


# -------------------------------------------------------------------------------- from the papers

PAPER_SEEDS = (0, 1, 2, 3, 4)
FLAT = 0.05
"""A place is flat where the slope is below this share of the plane's largest."""


def flat_share(seed: int, span: float) -> list[float]:
    """How much of the weight plane is flat: under the NLL, and under the squared error."""
    rng, w = np.random.default_rng(seed), np.linspace(-span, span, 121)
    x, y = rng.normal(size=50), rng.integers(0, 2, 50)
    z = w[:, None, None] * np.tanh(np.outer(w, x))  # logit = w₂·tanh(w₁·x)
    p = sigmoid(z)
    surfaces = (np.logaddexp(0, z) - y * z).mean(-1), ((p - y) ** 2).mean(-1) / 2
    slopes = [np.hypot(*np.gradient(J, w, w)) for J in surfaces]
    return [np.mean(slope < FLAT * slope.max()) for slope in slopes]


@kept
def flat_shares(span: float, seeds: tuple[int, ...] = PAPER_SEEDS) -> Array:
    """`flat_share` of each seed: (seeds, 2)."""
    return np.array([flat_share(seed, span) for seed in seeds])


HUBER_DELTA = 1.345
EFFICIENCY_DAYS = 101


def efficiency(seed: int, delta: float = HUBER_DELTA, repeats: int = 10_000):
    """Variance of the mean over that of the median, and over that of Huber's."""
    samples = np.random.default_rng(seed).normal(size=(repeats, EFFICIENCY_DAYS))
    mean, median = samples.mean(axis=1), np.median(samples, axis=1)
    best = median.copy()
    for _ in range(30):  # gradient descent on Huber's cost, all samples at once
        best += np.clip(samples - best[:, None], -delta, delta).mean(axis=1)
    return mean.var() / median.var(), mean.var() / best.var()


@kept
def efficiencies(seeds: tuple[int, ...] = PAPER_SEEDS[:3]) -> Array:
    """`efficiency` of each seed: (seeds, 2)."""
    return np.array([efficiency(seed) for seed in seeds])


def efficiency_of_large_samples(delta: float = HUBER_DELTA) -> float:
    """Huber's on Gaussian data, by integration: P(|x| < δ)² / E[clip(x, −δ, δ)²]."""
    x = np.linspace(-12, 12, 240_001)
    density = normal_density(x, 0.0, 1.0)
    inside = np.trapezoid((np.abs(x) < delta) * density, x)
    return float(inside**2 / np.trapezoid(np.clip(x, -delta, delta) ** 2 * density, x))


def noise_contest(learned: bool) -> tuple[Array, Array]:
    """By seed: `noise_film`'s last NLL, (S,), and squared distance from the curve, (S, frames)."""
    truth = datasets.heteroscedastic_mean(NOISE_GRID)[:, 0]
    films = [noise_film(learned, seed) for seed in PAPER_SEEDS]
    distance = [np.mean((mean - truth) ** 2, axis=1) for mean, _, _ in films]
    return np.array([nll[-1] for _, _, nll in films]), np.array(distance)


# ------------------------------------------------------------------------------ where this fails

SPIKE_DATA = np.array([1.1, 2.0, 2.6, 3.3, 3.9, 4.4, 5.2, 6.1])
"""Eight numbers; the spike of `collapse` stands on the fourth."""


def collapse_nll(width: float) -> float:
    """Mean NLL of the eight numbers under a broad Gaussian plus a spike on one of them."""
    m = SPIKE_DATA.size
    mean = np.tile([SPIKE_DATA.mean(), SPIKE_DATA[3]], (m, 1))
    std = np.tile([SPIKE_DATA.std(), width], (m, 1))
    return float(costs.mixture_nll(np.zeros((m, 2)), mean, std, SPIKE_DATA).mean())


def flipped_label_cost(p: Array, flip: float) -> dict[str, Array]:
    """Expected costs of saying p for label 1 when a share `flip` of the labels is turned to 0."""
    p = np.asarray(p, dtype=float)
    logit = np.log(p) - np.log1p(-p)
    ones, zeros = np.ones_like(p), np.zeros_like(p)

    def expected(cost, said):
        return (1 - flip) * cost(said, ones) + flip * cost(said, zeros)

    return {
        "NLL": expected(costs.bernoulli_nll, logit),
        "squared": expected(costs.squared_error, p),
        "absolute": expected(costs.absolute_error, p),
    }
