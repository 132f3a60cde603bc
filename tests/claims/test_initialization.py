"""Numbers that chapter 3 states in words."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch

from feedforward.experiments import initialization as experiments
from feedforward.figures import initialization as figures
from feedforward.graph import Tensor
from feedforward.initializers import lecun
from feedforward.network import MLP
from feedforward.propagation import correlation_map, variance_map
from feedforward.training import momentum, train
from tests.claims.conftest import PAGES


@pytest.mark.claim("root-two")
def test_the_factor_that_undoes_relus_half_is_the_root_of_two(said):
    """With this factor the variance map of ReLU gives back what it gets."""
    two, root = said("root-two")
    assert round(math.sqrt(two), 2) == root
    assert variance_map(1.0, "relu", math.sqrt(two)) == pytest.approx(1.0)


@pytest.mark.claim("predict-halvings", "root-of-thirty-halvings")
def test_after_thirty_halvings_the_standard_deviation_is_this_small(said):
    """Thirty exact halvings of a fraction, and thirty steps of the variance map."""
    q = Fraction(1, 2) ** 30  # what is left of a second moment, exactly
    two, power, one, times = said("root-of-thirty-halvings")
    assert Fraction(two) ** int(power) == Fraction(int(one), int(times))
    assert Fraction(int(one), int(times)) ** 2 == q
    assert said("predict-halvings") == [round(times, -4)]
    predicted = 1.0
    for _ in range(30):
        predicted = variance_map(predicted, "relu", 1.0)
    assert predicted == pytest.approx(float(q))


@pytest.mark.claim("noise-beside-weights")
def test_the_noise_on_a_symmetric_start_is_small_beside_its_weights(said):
    """What is drawn beyond the constant, for a layer of so many inputs."""
    inputs, times = said("noise-beside-weights")
    draw = experiments.nearly_constant(1e-6)
    weight = draw((1000, int(inputs)), np.random.default_rng(0))
    spread = (weight - experiments.SYMMETRY_CONSTANT).std()
    assert inputs == experiments.digits_data().x_train.shape[1]
    assert times == pytest.approx(experiments.SYMMETRY_CONSTANT / spread, rel=0.01)


@pytest.mark.claim("relu-power-law")
def test_two_inputs_of_relu_become_alike_like_one_over_the_square_of_the_depth(said):
    """The arc-cosine kernel of Cho and Saul (2009), step by step, is the law in layer 100,000."""
    nine, pi_power, two, depth_power = said("relu-power-law")
    assert pi_power == depth_power == 2
    apart, layers = 0.7, 100_000  # 1 − c, which keeps its digits
    for _ in range(layers):
        angle = 2 * math.asin(math.sqrt(apart / 2))
        apart = (math.pi * apart - math.sin(angle) + angle * (1 - apart)) / math.pi
    assert apart * two * layers**2 / (nine * math.pi**2) == pytest.approx(1, rel=2e-3)


@pytest.mark.claim("tanh-signal", "tanh-memory", "tanh-remembers")
def test_tanh_at_xaviers_scale_without_biases_does_not_forget(said):
    """By Gauss and Hermite's rule in two dimensions, which the book's maps do not use."""
    node, weight = np.polynomial.hermite_e.hermegauss(40)
    weight = weight / weight.sum()

    def layer(q: float, c: float) -> tuple[float, float]:
        first = math.sqrt(q) * node
        other = c * first[:, None] + math.sqrt((1 - c * c) * q) * node
        square = weight @ np.tanh(first) ** 2
        return square, (weight * np.tanh(first)) @ (np.tanh(other) @ weight) / square

    last, layers = said("tanh-remembers")
    q, c = 1.0, experiments.PHASE_START
    _, predicted = experiments.phase("tanh", 1.0, 0.0)
    for done in range(int(layers)):
        if done < len(predicted):
            assert predicted[done] == pytest.approx(c, abs=1e-6)
        q, c = layer(q, c)
    assert round(c, 3) == round(float(predicted[-1]), 3) == last
    one, two = said("tanh-signal")
    assert q == pytest.approx(one / (two * layers), rel=2e-3)
    upper, lower, power, one, square = said("tanh-memory")
    for c in (0.2, 0.7):
        moved = c - correlation_map(c, 1e-3, "tanh", 1.0)
        law = upper / lower * 1e-3**power * c * (one - c**square)
        assert moved == pytest.approx(law, rel=0.02)


@pytest.mark.claim("momentum")
def test_momentum_follows_the_sum_of_all_gradients_the_older_ones_less(said):
    """Eight steps of the optimizer are the weighted sums of eight random gradients."""
    decay, times = said("momentum")
    assert decay == times
    gradients, p = np.random.default_rng(0).normal(size=8), Tensor(np.zeros(1))
    take_step, places = momentum([p], 1.0), [0.0]
    for gradient in gradients:
        p.grad = np.array([gradient])
        take_step()
        places.append(float(p.data[0]))
    sums = [sum(g * decay ** (k - i) for i, g in enumerate(gradients[: k + 1])) for k in range(8)]
    np.testing.assert_allclose(-np.diff(places), sums)


@pytest.mark.claim("rounding-errors")
def test_what_is_drawn_of_a_spectrum_is_no_rounding_error(said):
    """The least singular value drawn lies above it, and those left out below."""
    ten, power = said("rounding-errors")
    assert ten == 10
    fig, _ = figures.spectrum(50, "relu")
    curves = [line.get_ydata() for line in fig.axes[0].lines if len(line.get_ydata()) == 64]
    shares = np.concatenate([values / values[0] for values in curves])
    found = experiments.spectra(50, "relu").values()
    all_shares = np.concatenate([(values / values[0]).ravel() for values in found])
    assert np.nanmin(shares) > ten**power > all_shares.min()
    assert np.isfinite(shares).sum() == (all_shares > ten**power).sum()


@pytest.mark.claim("narrow-hook")
def test_narrow_networks_end_lower_than_wide_ones_from_the_same_start(said):
    """Narrow networks end less than half as large as wide ones, and scatter twice as far."""
    (narrow,) = (int(width) for width in said("narrow-hook"))
    assert f"width=Dropdown(options=[{narrow}, " in PAGES["initialization"]
    logs = {w: np.log(experiments.thirty_layers(w, 1.4)["std"][-1]) for w in (narrow, 400)}
    assert logs[narrow].mean() < logs[400].mean() - math.log(2)
    assert logs[narrow].std() > 2 * logs[400].std()


@pytest.mark.claim("sixty-four-pixels")
def test_a_digit_has_this_many_pixels(said):
    """The columns of the data."""
    assert said("sixty-four-pixels") == [experiments.digits_data().x_train.shape[1]]


@pytest.mark.claim("twenty-layers", "ex-twenty")
def test_the_first_layer_below_a_thousandth(said):
    """The variance map, step by step, until a thousandth is passed."""
    two, base, thousand, layers = said("twenty-layers")
    assert round(two * math.log(thousand, base), 2) == layers and thousand == 10**3
    q, depth = 1.0, 0
    while math.sqrt(q) >= 1 / thousand:
        q, depth = variance_map(q, "relu", 1.0), depth + 1
    (answer,) = said("ex-twenty")
    assert depth == answer == math.ceil(layers)


@pytest.mark.claim("kernel-range", "fan-out-plays-no-part", "ex-kernel")
def test_a_kernels_range_is_pytorchs_whatever_the_outputs(said):
    """PyTorch's own start of such a kernel has this range, also with twice the outputs."""

    def largest(outputs: int) -> float:
        kernel = torch.empty(outputs, 64, 3, 3)
        torch.nn.init.kaiming_uniform_(kernel, nonlinearity="relu")
        return float(kernel.abs().max())

    torch.manual_seed(0)
    inputs, kernel, fan_in, two, fan, three, again, last, r = said("kernel-range")
    assert (inputs, kernel) == (64, 3 * 3) and fan_in == fan == last == inputs * kernel
    assert (two, again) == (2, 2)
    assert round(math.sqrt(three * two / fan_in), 3) == r == pytest.approx(largest(128), abs=5e-4)
    (outputs,) = said("fan-out-plays-no-part")
    assert largest(int(outputs)) == pytest.approx(largest(2 * int(outputs)), rel=1e-3)
    assert f"{outputs:.0f} output channels" in PAGES["initialization"]
    answer, tolerance = said("ex-kernel")
    assert round(math.sqrt(6 / 576), 3) == answer and tolerance < 0.01


@pytest.mark.claim("ex-twins")
def test_only_where_both_layers_are_constant_do_two_units_stay_equal(said):
    """The four starts, trained for fifty steps."""
    (start,) = said("ex-twins")

    def constant(shape, rng):
        return np.full(shape, start)

    def nothing(shape, rng):
        return np.zeros(shape)

    starts = [(constant, constant), (constant, lecun), (lecun, nothing), (lecun, constant)]
    x, equal = np.random.default_rng(1).normal(size=(20, 3)), []
    for first, second in starts:
        rng, kinds = np.random.default_rng(0), iter((first, second))
        net = MLP((3, 2, 2), "tanh", lambda s, r, kinds=kinds: next(kinds)(s, r), rng)
        train(net, lambda f, y: ((f - y) ** 2).sum(axis=1), x, np.sin(x[:, :2]),
              steps=50, learning_rate=0.1)  # fmt: skip
        weight = net.weights[0].data
        equal.append(bool((weight[0] == weight[1]).all()))
    assert equal == [True, False, False, False]
