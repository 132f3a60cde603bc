"""What this book found where others published something: one function for each comparison.

A function asks the experiments and puts their numbers into words. The chapter that tells the story
and the page that lists all of them show the same words. After ± stands the standard deviation over
seeds, with n − 1. The first words say how it went, and are computed as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from feedforward.approximation import montufar_network, sawtooth
from feedforward.complexity import checkpoint_cost, mlp_cost
from feedforward.experiments import activations, cost_functions, depth, initialization, seconds_of
from feedforward.experiments import training_cost as training
from feedforward.figures.training_cost import bytes_in_words
from feedforward.progress import progress
from feedforward.regions import (
    montufar_lower_bound,
    pieces_on_line,
    region_cap,
    regions_in_window,
    zaslavsky,
)
from feedforward.typography import in_print, near, spread
from feedforward.units import hard_sigmoid, sparsemax

FOUND: dict[str, Callable[[], str]] = {}
"""Every comparison by its name."""


def comparison(function: Callable[[], str]) -> Callable[[], str]:
    """List `function` among the book's comparisons."""
    FOUND[function.__name__] = function
    return function


def every_comparison() -> Iterator[tuple[str, str, float]]:
    """(name, what was found, the processor's seconds for it) of each; slow without a build."""
    names = list(FOUND)
    for k in progress(len(names)):
        said, seconds = seconds_of(FOUND[names[k]])
        yield names[k], said, seconds


def in_seconds(seconds: float) -> str:
    """12.3 → "12", 0.42 → "0.4", 0.004 → "< 0.1"."""
    if seconds < 0.1:
        return "< 0.1"
    return f"{seconds:.1f}" if seconds < 10 else f"{seconds:.0f}"


def numbers(values, form: str) -> str:
    """Several numbers in a row."""
    return ", ".join(f"{value:{form}}" for value in values)


def agrees(holds: bool, said: str) -> str:
    """What was found for the very thing that was published."""
    return in_print(f"{'Agrees' if holds else 'Disagrees'}: {said}")


def in_kind(holds: bool, said: str) -> str:
    """What was found for a smaller or another task, of which the claim should hold as well."""
    return in_print(f"{'Agrees in kind' if holds else 'Not confirmed'}: {said}")


def clearly_less(a: np.ndarray, b: np.ndarray) -> bool:
    """The book's rule: the means of two sets of seeds lie twice their standard error apart."""
    error = np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    return bool(b.mean() - a.mean() >= 2 * error)


# ------------------------------------------------------------------------------- 1, Cost functions


@comparison
def plateaus() -> str:
    shares = cost_functions.flat_shares(8).T
    wide, narrow = (
        [spread(share, ".2f") for share in found]
        for found in (shares, cost_functions.flat_shares(4).T)
    )
    return in_kind(
        clearly_less(*shares),
        f"flat share of the weight plane within ±8: {wide[0]} (NLL), {wide[1]} (squared), "
        f"{len(cost_functions.PAPER_SEEDS)} seeds. Within ±4, where little saturates, no such "
        f"difference: {narrow[0]}, {narrow[1]}",
    )


@comparison
def huber_efficiency() -> str:
    found, limit = cost_functions.efficiencies(), cost_functions.efficiency_of_large_samples()
    return agrees(
        round(limit, 3) == 0.95,
        f"large samples, by integration: {limit:.2%}; "
        f"{cost_functions.EFFICIENCY_DAYS} numbers, simulated: {spread(found[:, 1], '.1%')}, "
        f"{len(found)} seeds",
    )


@comparison
def median_efficiency() -> str:
    found = cost_functions.efficiencies()[:, 0]
    return agrees(
        abs(found.mean() - 2 / np.pi) <= 2 * found.std(ddof=1) / np.sqrt(len(found)),
        f"{cost_functions.EFFICIENCY_DAYS} numbers, simulated: {spread(found, '.1%')}, "
        f"{len(found)} seeds",
    )


@comparison
def learned_noise() -> str:
    one, own = (cost_functions.noise_contest(learned) for learned in (False, True))
    better = int(np.sum(own[0] < one[0]))
    return in_kind(
        clearly_less(own[1][:, -1], one[1][:, -1]),
        "on our curve, at a learning rate that falls to zero, squared distance of the mean from "
        f"the truth {spread(own[1][:, -1], '.4f')} with σ(x), {spread(one[1][:, -1], '.4f')} "
        f"without. The NLL does improve, from {one[0].mean():.2f} to {own[0].mean():.2f} nats, "
        f"in {better} of {len(own[0])} seeds",
    )


# ---------------------------------------------------------------------- 2, Units and activations


@comparison
def rectified_edges() -> str:
    plain, rectified = (activations.edge_reader(unit)[0] for unit in ("none", "absolute"))
    return in_kind(
        clearly_less(plain, rectified),
        f"four edge filters and a linear classifier on digits, {len(plain)} seeds, no contrast "
        f"normalization: test accuracy {spread(rectified)} with the absolute value of what "
        f"the filters return, {spread(plain)} without",
    )


@comparison
def edges_and_negatives() -> str:
    absolute, relu = (activations.edge_reader(unit) for unit in ("absolute", "one ReLU"))
    return in_kind(
        clearly_less(relu[1], absolute[1]),
        "four edge filters and a linear classifier, trained on digits, tested on new digits "
        f"with black and white exchanged: accuracy {spread(absolute[1])} with the absolute value, "
        f"{spread(relu[1])} with ReLU ({spread(relu[0])} on digits as they are), "
        f"{len(relu[1])} seeds",
    )


@comparison
def relu_against_tanh() -> str:
    contests = ("digits, rate 0.003", "MNIST-1D, rate 0.003")
    digits, signals = (
        [activations.accuracies(contest, unit) for unit in ("relu", "tanh")] for contest in contests
    )
    steps = [activations.CONTESTS[contest][2] for contest in contests]
    return in_kind(
        not any(clearly_less(relu, tanh) for relu, tanh in (digits, signals)),
        f"test accuracy of ReLU and tanh, two hidden layers, rate 0.003, {len(digits[0])} seeds: "
        f"on digits {spread(digits[0])} and {spread(digits[1])} after {steps[0]} steps, on "
        f"MNIST-1D {spread(signals[0])} and {spread(signals[1])} after {steps[1]}",
    )


@comparison
def two_maxout_units() -> str:
    sizes = (6, 24, 96)
    off = [activations.convex_difference(activations.TARGETS["a wave"], k)[2] for k in sizes]
    return in_kind(
        sorted(off, reverse=True) == off,
        f"built, not trained: largest error on a wave {numbers(off, '.4f')} with "
        f"{numbers(sizes, 'd')} pieces",
    )


@comparison
def learned_slope() -> str:
    learned, fixed = (1 - activations.learned_slopes(start)[1] for start in (0.25, None))
    return in_kind(
        clearly_less(learned, fixed),
        "digits, two hidden layers, one slope per network, started at 0.25, "
        f"{len(fixed)} seeds: {spread(learned, '.1%')} test error, with ReLU "
        f"{spread(fixed, '.1%')}",
    )


@comparison
def sparsemax_of_two() -> str:
    z = np.linspace(-3, 3, 6001)
    off = np.abs(sparsemax(np.stack([z, np.zeros_like(z)], axis=1))[:, 0] - hard_sigmoid(z)).max()
    return agrees(off < 1e-12, f"largest difference {near(off)}")


@comparison
def inverse_problem() -> str:
    square, three, five = (activations.inverse_test_nll(k) for k in (0, 3, 5))
    return agrees(
        clearly_less(three, square) and clearly_less(five, square),
        f"test NLL {spread(square, '.2f')} for squared error, "
        f"{spread(three, '.2f')} for K = 3, {spread(five, '.2f')} for K = 5, "
        f"{len(five)} seeds",
    )


@comparison
def signals_in_one_dimension() -> str:
    linear, relu = (
        activations.accuracies("MNIST-1D, rate 0.01", unit) for unit in ("identity", "relu")
    )
    steps = activations.CONTESTS["MNIST-1D, rate 0.01"][2]
    return in_kind(
        clearly_less(linear, relu),
        f"{activations.COMPARISON_EXAMPLES:,} examples and {steps:,} steps, {len(relu)} seeds: "
        f"test accuracy {spread(linear, '.1%')} without units, {spread(relu, '.1%')} with two "
        "layers of ReLUs: the order of the two, not the level",
    )


# ------------------------------------------------------------------------------ 3, Initialization


@comparison
def singular_values() -> str:
    ours = [initialization.glorot(start)["singular"] for start in ("normalized", "standard")]
    normalized, standard = map(spread, ours)
    return agrees(
        [round(float(found.mean()), 1) for found in ours] == [0.8, 0.5],
        f"{normalized} and {standard}: one digit, third layer, {len(initialization.SEEDS)} seeds",
    )


@comparison
def through_five_layers() -> str:
    found = [initialization.glorot(start) for start in ("standard", "normalized")]
    activation, gradient = (
        [f[what].mean(axis=1)[order] for f in found]
        for what, order in (("activation std", [0, -1]), ("gradient std", [-1, 0]))
    )
    steeper = [first / last for ends in (activation, gradient) for first, last in ends]
    return in_kind(
        min(steeper[0], steeper[2]) > 2 * max(steeper[1], steeper[3]),
        f"standard and normalized, means of {len(initialization.SEEDS)} seeds. Activations, "
        "layer 1 to 5: "
        + " and ".join(f"{a:.3f} → {b:.3f}" for a, b in activation)
        + "; gradients, layer 5 to 1: "
        + " and ".join(f"{a:.4f} → {b:.4f}" for a, b in gradient),
    )


@comparison
def twenty_two_and_thirty() -> str:
    rate, said, ends_at = initialization.RECTIFIER_RATES[0], [], {}
    for layers in (22, 30):
        curves = initialization.deep_rectifiers(layers, rate)
        ends_at |= {(layers, name): curve[-1].max() for name, curve in curves.items()}
        ends = (f"{c[-1].min():.2f}–{c[-1].max():.2f} ({name})" for name, c in curves.items())
        said.append(f"{layers} layers " + ", ".join(ends))
    guessing = np.log(10) - 0.01
    stalled = [start for start, cost in ends_at.items() if not cost < guessing]
    return in_kind(
        stalled == [(30, "Xavier")],
        f"digits, width {initialization.RECTIFIER_WIDTH}, rate {rate}, "
        f"{len(initialization.SEEDS)} seeds, cost after {initialization.RECTIFIER_STEPS} steps: "
        + "; ".join(said)
        + f". Guessing costs {np.log(10):.2f}",
    )


@comparison
def orthogonal_products() -> str:
    found = initialization.spectra(50, "identity")
    medians, worst = np.median(found["Gaussian"], axis=0), np.abs(found["orthogonal"] - 1).max()
    return agrees(
        worst < 1e-12,
        f"50 layers, {len(initialization.SEEDS)} seeds: all of them 1 to {near(worst)}; with "
        f"Gaussian weights the median is {near(medians.min())} to {near(medians.max())}",
    )


@comparison
def correlations_settle() -> str:
    bias_std, scales = initialization.CHAOS_BIASES[2], (1.0, 1.3, 2.0)
    left = [initialization.distance_left(scale, bias_std) for scale in scales]
    return agrees(
        left[1] > 10 * max(left[0], left[2]),
        "by the formula, tanh: after 40 layers the correlation of two inputs is still "
        f"{near(left[1])} from its last value at σ_w = {scales[1]:g}, near the edge, but "
        f"{near(left[0])} at {scales[0]:g} and {near(left[2])} at {scales[2]:g}, on its two sides "
        f"(σ_b² = {bias_std**2:.2f})",
    )


@comparison
def batch_normalization() -> str:
    with_it, without = (initialization.starts_and_rates(on)[-1] for on in (True, False))
    best = [a.reshape(-1, a.shape[-1])[a.mean(axis=-1).argmax()] for a in (with_it, without)]
    good = [int((a.mean(axis=-1) >= 0.9).sum()) for a in (with_it, without)]
    return in_kind(
        clearly_less(best[1], best[0]),
        f"digits, three layers of {initialization.MAP_WIDTHS[1]}, {initialization.MAP_STEPS[-1]} "
        f"steps, {len(best[0])} seeds: test accuracy at the best of "
        f"{with_it[..., 0].size} settings {spread(best[0])} with, {spread(best[1])} without. But "
        f"{good[0]} settings reach 90% with it, {good[1]} without",
    )


@comparison
def residual_blocks() -> str:
    blocks, said, most = 100, [], []
    for name in ("1", "1/√L"):
        scale = initialization.branch_scale(name, blocks)
        signal = initialization.residual(blocks, scale)[0][-1]
        most.append(signal.max())
        said.append(f"× {near(signal.min())} to {near(signal.max())} for s = {name}")
    return agrees(
        most[0] > 1.5**blocks and most[1] < 10,
        f"{blocks} blocks of ReLUs, branches times s, {len(signal)} seeds, mean square of the "
        "signal " + ", ".join(said),
    )


@comparison
def narrow_networks_lose() -> str:
    medians = [np.median(initialization.narrow_networks(width)) for width in (10, 30, 100)]
    return agrees(
        sorted(medians) == medians and medians[0] < 0.01,
        "layer 50, 20 networks, median of the mean square where the mean is predicted to be 2: "
        + ", ".join(f"{near(m)} at width {w}" for w, m in zip((10, 30, 100), medians, strict=True)),
    )


# ----------------------------------------------------------------------- 4, The cost of training

EIGHT_LAYERS = (256,) * 9


@comparison
def forward_count() -> str:
    timing = training.timed_passes(128)
    power, error = training.slope_on_logarithmic_axes(timing.weights[4:], timing.forward[4:])
    cost = mlp_cost(EIGHT_LAYERS, 1)
    return agrees(
        cost.multiply_adds_forward == cost.weights,
        "counted, one for each weight and example; time grows like the number of weights to the "
        f"power {power:.2f} ± {error:.2f} (standard error of the slope through four points) above "
        f"{timing.weights[3]:,} weights",
    )


@comparison
def backward_count() -> str:
    cost = mlp_cost(EIGHT_LAYERS, 1)
    ratio = cost.multiply_adds_backward / cost.multiply_adds_forward
    return in_kind(
        round(ratio) == 2,
        f"eight layers of {EIGHT_LAYERS[0]}, counted: backward {ratio:.3f} times forward, "
        f"{2 * cost.multiply_adds / cost.weights:.2f} operations for each weight and example (a "
        "multiply-add is two)",
    )


@comparison
def checkpoints() -> str:
    widths, batch, segment = training.chain(1000), training.CHAIN_BATCH, 32
    plain, cut = mlp_cost(widths, batch), checkpoint_cost(widths, batch, segment=segment)
    run = training.thousand_layers(segment)
    longer = run["checkpointed seconds"] / run["plain seconds"] - 1
    return in_kind(
        cut.bytes_peak < plain.bytes_waiting / 10 and cut.extra_work < 0.5,
        f"1,000 dense layers: {bytes_in_words(plain.bytes_waiting)} to "
        f"{bytes_in_words(cut.bytes_peak)} of activations, {cut.extra_work:.0%} more "
        f"multiply-adds, {longer:+.0%} time spent computing in our engine",
    )


@comparison
def cheap_gradient() -> str:
    cost = mlp_cost(EIGHT_LAYERS, 1)
    both = 1 + cost.multiply_adds_backward / cost.multiply_adds_forward
    return agrees(
        both <= 3,
        f"both passes are {both:.2f} forward passes, counted, for {cost.parameters:,} derivatives",
    )


# ---------------------------------------------------------------------------- 5, Why depth helps


@comparison
def random_waves() -> str:
    units, error = depth.BARRON_UNITS[1:], depth.random_waves(8)[:, 1:]
    slopes = np.array([np.polyfit(np.log(units), np.log(e), 1)[0] for e in error])
    return in_kind(
        abs(slopes.mean() + 1) < 0.1,
        f"cosine units on a Gaussian bump, {len(error)} seeds, d = 8: from {units[0]} to "
        f"{units[-1]:,} units the error falls like n to the power {spread(slopes, '.2f')}",
    )


@comparison
def teeth() -> str:
    count = pieces_on_line(sawtooth(14), 0.0, 1.0).count
    return agrees(count == 2**14, f"counted: {count:,} for L = 14, 28 ReLUs")


@comparison
def four_and_four() -> str:
    built = montufar_network((2, 4, 4))
    square, plane = (
        len(regions_in_window(built, (low, high, low, high))) for low, high in ((0, 1), (-1e3, 1e3))
    )
    best = depth.most_regions()[0]
    return agrees(
        plane >= square >= montufar_lower_bound((2, 4, 4)) == 44,
        f"built and counted: {square} in the unit square, {plane} in the plane. A search that only "
        f"climbs finds networks with {numbers(best, 'd')}, from {len(best)} seeds. More than "
        f"{region_cap((2, 4, 4))} no such network can have",
    )


@comparison
def lines_in_a_plane() -> str:
    counts = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        first = (rng.normal(size=(6, 2)), rng.normal(size=6))
        net = [first, (np.ones((1, 6)), np.zeros(1))]
        counts.append(len(regions_in_window(net, (-1e3, 1e3, -1e3, 1e3))))
    return agrees(
        set(counts) == {zaslavsky(6, 2)},
        f"six random lines, 3 seeds: {numbers(counts, 'd')} regions counted, "
        f"{zaslavsky(6, 2)} by the formula",
    )


@comparison
def per_neuron() -> str:
    depths = depth.NEURON_DEPTHS
    starts = [depth.regions_per_neuron(d)[0][0].mean(axis=1) for d in depths]
    means = [start.mean() for start in starts]
    return agrees(
        max(means) < 1.1 * min(means),
        f"pieces per neuron, {len(starts[0])} seeds: "
        f"{', '.join(spread(start, '.2f') for start in starts)} for {numbers(depths, 'd')} layers "
        f"of {depth.NEURONS} neurons",
    )


@comparison
def random_labels() -> str:
    fitted, test = depth.memorized("random")[-1]
    return in_kind(
        fitted.mean() > 0.99,
        f"digits, {len(test)} seeds: accuracy {spread(fitted, '.1%')} on the random labels, "
        f"{spread(test, '.1%')} on new digits",
    )


@comparison
def growing_curve() -> str:
    lengths = depth.curve_growth(4.0)[0]
    each = (lengths[:, 10] / lengths[:, 4]) ** (1 / 6)
    return agrees(
        bool((lengths[:, 5:11] > 1.2 * lengths[:, 4:10]).all()),
        f"σ = 4, {len(each)} seeds: × {spread(each, '.2f')} per layer",
    )


@comparison
def residual_connections() -> str:
    plain, connected, remedy = (
        depth.contest_scores("MNIST-1D", 8, "large", network)[0]
        for network in ("plain", "residual", "residual, small weights")
    )
    steps = depth.contest_budget("MNIST-1D", "large")[1]
    return in_kind(
        clearly_less(plain, remedy),
        f"one dense layer a branch, no normalization; training accuracy on MNIST-1D, eight layers, "
        f"{steps:,} steps, {len(plain)} seeds: {spread(plain)} plain, {spread(connected)} with "
        f"connections, {spread(remedy)} with connections and small weights",
    )


@comparison
def best_depth() -> str:
    said, deepest = [], []
    for budget in depth.CONTEST_BUDGETS:
        scores = {
            layers: depth.contest_scores("MNIST-1D", layers, budget)[1]
            for layers in depth.CONTESTS["MNIST-1D"][1]
        }
        best = max(scores, key=lambda layers: scores[layers].mean())
        deepest.append(best == max(scores))
        steps = depth.contest_budget("MNIST-1D", budget)[1]
        said.append(f"best at {best} layers after {steps:,} steps, {spread(scores[best])}")
    seeds = len(scores[best])
    return in_kind(
        all(deepest),
        f"dense networks of up to {max(scores)} layers on MNIST-1D, test accuracy, {seeds} seeds: "
        + "; ".join(said),
    )
