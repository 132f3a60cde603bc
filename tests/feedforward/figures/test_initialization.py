"""Chapter 3's experiments and figures: what each claims to show, against something independent."""

import math

import numpy as np
import pytest
import torch

from feedforward.ensemble import Ensemble, seeded
from feedforward.experiments import initialization as experiments
from feedforward.figures import initialization as figures
from feedforward.graph import Tensor, matmul, transpose
from feedforward.initializers import gain, he, lecun, orthogonal
from feedforward.normalization import BatchNorm
from feedforward.propagation import chi, correlation_map, fixed_point, variance_map
from feedforward.units import UNITS


@pytest.mark.parametrize(
    "number, words",
    [
        (0, "0"),
        (1, "1"),
        (0.00123, "0.00123"),
        (999, "999"),
        (1630, "1.6·10³"),
        (9.99e-99, "1.0·10⁻⁹⁸"),
        (2.3e-5, "2.3·10⁻⁵"),
    ],
)
def test_numbers_of_any_size_are_said_in_words(number, words):
    assert figures.near(number) == words


def test_the_hooks_dial_ends_dead_and_exploded_and_halves_in_between():
    stds = [experiments.thirty_layers(100, s)["std"].mean(axis=1) for s in (0.6, 1.0, 1.4, 2.4)]
    assert stds[0][-1] < 1e-10 and stds[3][-1] > 1e5
    assert 0.1 < stds[2][-1] < 2
    # Each layer multiplies by σ_w/√2, within what three networks of width 100 scatter.
    per_layer = (stds[1][-1] / stds[1][0]) ** (1 / 29)
    assert per_layer == pytest.approx(1 / math.sqrt(2), rel=0.03)
    share = experiments.thirty_layers(100, 1.0)["share"]
    np.testing.assert_allclose(share.sum(axis=1), 1)


def test_a_constant_start_stays_a_network_of_one_unit():
    run = experiments.symmetry()
    np.testing.assert_allclose(run["rank"][:, 0], 1, atol=1e-6)
    twins = run["weights"][-1, 0]
    np.testing.assert_array_equal(twins, np.broadcast_to(twins[0], twins.shape))
    assert np.abs(twins - experiments.SYMMETRY_CONSTANT).max() > 0.1  # it did learn
    assert (run["rank"][-1, 1:] > 5).all()
    assert (np.diff(run["redundancy"][-1].mean(axis=-1)) < 0).all()


def test_effective_rank_counts_equal_directions_and_redundancy_finds_copies():
    rng = np.random.default_rng(0)
    q, _ = np.linalg.qr(rng.normal(size=(50, 6)) - rng.normal(size=6))
    q -= q.mean(axis=0)
    q = np.linalg.qr(q)[0]
    assert experiments.effective_rank(q) == pytest.approx(6, rel=1e-6)
    assert experiments.effective_rank(q + 7) == pytest.approx(6, rel=1e-6)  # a mean is no feature
    one = rng.normal(size=(50, 1))
    assert experiments.effective_rank(one @ np.array([[1.0, 2, -3]])) == pytest.approx(1, abs=1e-6)
    assert experiments.redundancy(one @ np.array([[1.0, 2, -3]])) == pytest.approx(1)
    assert experiments.redundancy(q) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("unit, start", [("relu", "He"), ("tanh", "LeCun, Xavier")])
def test_dots_follow_the_line_within_what_width_100_scatters(unit, start):
    """A ReLU layer of n units multiplies q by 1 ± √(5/n); tanh scatters less. Five seeds."""
    found = experiments.through_depth(unit, start)
    passed = np.arange(1, 9)
    error = np.sqrt(5 / experiments.DEEP_WIDTH * passed / 5)
    forward = found["forward"][:8].mean(axis=1) / found["predicted forward"][:8]
    backward = found["backward"][-9:-1].mean(axis=1) / found["predicted backward"][-9:-1]
    assert (np.abs(forward - 1) < 3 * error).all()
    assert (np.abs(backward[::-1] - 1) < 3 * error).all()


@pytest.mark.parametrize("unit, start", [
    ("relu", "LeCun, Xavier"), ("tanh", "the unit's gain"), ("sigmoid", "the unit's gain"),
    ("sigmoid", "σ_w = 10.15"), ("elu", "He"), ("silu", "std 0.01"),
])  # fmt: skip
def test_over_fifty_layers_the_median_stays_within_a_power_of_ten_of_the_line(unit, start):
    found = experiments.through_depth(unit, start)
    for way in ("forward", "backward"):
        off = np.median(found[way], axis=1) / found[f"predicted {way}"]
        assert (np.abs(np.log10(off)) < 1).all()


def test_gelu_with_hes_start_is_the_exception_that_the_page_names():
    """It starts near an unstable point: the networks part, most die, and no line follows them."""
    ends = experiments.through_depth("gelu", "He")["forward"][-1]
    assert ends.max() > 1e6 * ends.min()


@pytest.mark.parametrize("unit", ["gelu", "silu"])
def test_no_scale_is_stable_for_gelu_and_silu(unit):
    """q′/q = σ_w²·E[g²]/q grows with q, so what is below a fixed point dies and above it grows."""
    share = [variance_map(q, unit, 1.0) / q for q in np.geomspace(1e-3, 1e3, 25)]
    assert (np.diff(share) > 0).all()


def test_one_scale_lets_a_gradient_through_sigmoids_and_none_through_softplus():
    def factor(unit, weight_std):
        return chi(fixed_point(unit, weight_std), unit, weight_std)

    assert factor("sigmoid", experiments.SIGMOID_EDGE) == pytest.approx(1, abs=1e-3)
    assert factor("sigmoid", gain("sigmoid")) < factor("sigmoid", 8) < 0.95
    assert factor("sigmoid", 13) > 1.1
    measured = experiments.through_depth("sigmoid", f"σ_w = {experiments.SIGMOID_EDGE}")
    assert (measured["backward"][0] > 0.01).all()
    for weight_std in (0.5, 1.0, 1.4):
        assert factor("softplus", weight_std) < weight_std**2 / 2
    assert fixed_point("softplus", 1.5) == math.inf


def test_what_leaves_the_picture_is_marked_at_its_edge_and_draws_no_plateau():
    fig, _ = figures.through_depth("sigmoid", "the unit's gain")
    back = fig.axes[1]
    lines = {
        line.get_marker(): line.get_ydata() for line in back.lines if len(line.get_xdata()) > 2
    }
    assert np.isnan(lines["None"]).any() and np.nanmin(lines["None"]) > figures.LEAST
    assert np.isnan(lines["o"]).any() and len(lines["v"]) > 1


@pytest.mark.parametrize("mode, forward, backward", [
    ("fan_in", 1, 4), ("fan_out", 0.25, 1), ("average", 0.4, 1.6),
])  # fmt: skip
def test_a_fan_keeps_what_it_is_named_after(mode, forward, backward):
    signal, gradient = experiments.one_layer(mode, 400)
    assert signal.mean() == pytest.approx(forward, rel=0.02)
    assert gradient.mean() == pytest.approx(backward, rel=0.02)


def test_ten_layers_learn_from_both_starts_and_hes_sooner():
    runs = experiments.deep_rectifiers(10, 0.02)
    assert (runs["Xavier"][0] > 2.2).all() and (runs["Xavier"][-1] < 0.5).all()
    assert runs["He"].shape == (len(experiments.RECTIFIER_LOOKS), 3)
    early = slice(1, 4)
    assert runs["He"][early].mean() < runs["Xavier"][early].mean()


@pytest.mark.parametrize("kernel, border, mode", [(3, "wrap", "circular"), (5, "zeros", "zeros")])
def test_the_convolution_is_the_one_of_pytorch(kernel, border, mode):
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 3, 8, 8)), rng.normal(size=(4, 3, kernel, kernel))
    peer = torch.nn.Conv2d(3, 4, kernel, padding="same", padding_mode=mode, bias=False)
    peer.weight.data = torch.tensor(w)
    ours = experiments.convolve(x, w, border)
    np.testing.assert_allclose(ours, peer(torch.tensor(x)).detach().numpy(), rtol=1e-10, atol=1e-10)


def test_a_forgotten_kernel_comes_back_at_every_layer():
    found = experiments.convolutions(3, "wrap")
    depth = experiments.CONVOLUTION_DEPTH
    ratio = found["wrong"] / found["right"]
    # Not the same draws, so the ratio scatters; but not by an order of magnitude per layer.
    np.testing.assert_allclose(np.log(ratio).mean(axis=1), np.arange(1, depth + 1) * math.log(9),
                               atol=1.5)  # fmt: skip


@pytest.mark.parametrize("kernel", [1, 3, 5])
def test_hes_start_keeps_a_convolutions_signal_in_the_mean_unless_a_border_cuts_it(kernel):
    rng = np.random.default_rng(0)
    a, found = np.maximum(rng.normal(size=(2, 4, 6, 6)), 0), {"wrap": [], "zeros": []}
    for _ in range(400):
        weight = he((8, 4, kernel, kernel), rng)
        for border, kept in found.items():
            kept.append((experiments.convolve(a, weight, border) ** 2).mean())
    for border, kept in found.items():
        error = np.std(kept, ddof=1) / math.sqrt(len(kept))
        fell = (2 * (a**2).mean() - np.mean(kept)) / error
        assert fell > 5 if border == "zeros" and kernel > 1 else abs(fell) < 4


@pytest.mark.parametrize("scale", [1.0, 0.1])
def test_a_residual_network_grows_as_predicted(scale):
    forward, backward = experiments.residual(10, scale)
    expected = (1 + scale**2) ** np.arange(11)
    np.testing.assert_allclose(forward.mean(axis=1), expected, rtol=0.25)
    np.testing.assert_allclose(backward.mean(axis=1), expected[::-1], rtol=0.25)


def test_orthogonal_products_keep_every_direction_until_a_unit_throws_it_away():
    linear = experiments.spectra(50, "identity")
    np.testing.assert_allclose(linear["orthogonal"], 1, rtol=1e-10)
    assert np.median(linear["Gaussian"]) < 1e-6
    rectified = experiments.spectra(50, "relu")["orthogonal"]
    assert (rectified[40] < figures.ROUNDING * rectified[0]).all()


def test_mirrored_units_lose_no_direction_though_all_are_rectifiers():
    """relu(z) − relu(−z) = z: Balduzzi et al. (2017)."""
    rng, n = np.random.default_rng(0), 16
    x, jacobian = rng.normal(size=n), np.vstack([np.eye(n), -np.eye(n)])
    z = np.concatenate([x, -x])
    for _ in range(50):
        w = orthogonal((n, n), rng)
        w = np.block([[w, -w], [-w, w]])
        z, jacobian = w @ np.maximum(z, 0), w @ ((z > 0)[:, None] * jacobian)
    jacobian = (z > 0)[:, None] * jacobian
    singular = np.linalg.svd(jacobian, compute_uv=False)
    np.testing.assert_allclose(singular, 1, rtol=1e-10)


def test_correlations_part_on_one_side_of_the_edge_and_merge_on_the_other():
    ordered, chaotic = experiments.correlations(1.0, 0.2236), experiments.correlations(2.0, 0.2236)
    for (predicted, measured), end in ((ordered, (0.999, 1.001)), (chaotic, (0.1, 0.25))):
        assert end[0] < predicted[-1] < end[1]
        spread = measured.std(axis=1, ddof=1) / math.sqrt(3)
        assert (np.abs(measured.mean(axis=1) - predicted) < 5 * spread + 0.05).all()


def trapezoid(unit: str, weight_std: float, bias_std: float, q: float, c: float):
    """(next q, next c) of two inputs, by the trapezoidal rule on a square grid."""
    z = np.arange(-9, 9, 0.05)
    weight = np.exp(-(z**2) / 2)
    weight /= weight.sum()
    g = UNITS[unit]
    first, other = (
        g(math.sqrt(q) * z),
        g(math.sqrt(q) * (c * z[:, None] + math.sqrt(1 - c * c) * z)),
    )
    following = weight_std**2 * (weight @ first**2) + bias_std**2
    return following, (
        weight_std**2 * ((weight * first) @ other @ weight) + bias_std**2
    ) / following


@pytest.mark.parametrize("unit, weight_std, bias_std", experiments.PHASES)
def test_two_inputs_go_through_the_layers_as_an_independent_rule_predicts(
    unit, weight_std, bias_std
):
    predicted = experiments.phase(unit, weight_std, bias_std)
    q = weight_std**2 + bias_std**2
    c = (weight_std**2 * experiments.PHASE_START + bias_std**2) / q
    for layer in range(20):
        tolerance = 1e-3 if unit == "relu" else 1e-6  # the grid steps across a kink
        assert predicted[0][layer] == pytest.approx(q, rel=tolerance)
        assert predicted[1][layer] == pytest.approx(c, abs=tolerance)
        q, c = trapezoid(unit, weight_std, bias_std, q, min(c, 1.0))


def test_a_sigmoid_has_both_phases_without_biases():
    ordered, chaotic = (experiments.phase("sigmoid", s, 0.0) for s in (1.846, 12.0))
    assert ordered[0][-1] == pytest.approx(1, abs=1e-3)  # its signal does not die
    assert chi(ordered[0][-1], "sigmoid", 1.846) == pytest.approx(0.153, abs=5e-4)
    assert ordered[1][-1] == pytest.approx(1, abs=1e-12)
    assert chi(chaotic[0][-1], "sigmoid", 12.0) > 1.1
    assert chaotic[1][-1] == pytest.approx(0.966, abs=5e-4)


def test_without_biases_relu_has_one_map_of_correlations_at_every_scale():
    low, critical, high = (experiments.phase("relu", s, 0.0)[1] for s in (1.0, math.sqrt(2), 2.0))
    np.testing.assert_allclose(low, critical, rtol=1e-12)
    np.testing.assert_allclose(high, critical, rtol=1e-12)
    # Twice as many layers leave about a fourth of the distance: a power, no exponential.
    assert 0.2 < (1 - critical[99]) / (1 - critical[49]) < 0.35
    with_biases = 1 - experiments.phase("relu", 1.0, 0.2236)[1]
    assert with_biases[30] / with_biases[20] == pytest.approx(0.5**10, rel=0.2)


def test_tanh_without_biases_keeps_a_correlation_until_it_forgets_all_of_it():
    for weight_std, least, most in ((0.8, 0.28, 0.3), (1.0, 0.25, 0.27), (2.0, 0.0, 1e-4)):
        assert least <= experiments.phase("tanh", weight_std, 0.0)[1][-1] < most


@pytest.mark.parametrize("bias_std", experiments.CHAOS_BIASES[1:])
def test_the_map_of_correlations_is_curved_upwards(bias_std):
    """So with biases tanh has one fixed point below 1, where χ₁ > 1, and none where χ₁ < 1."""
    c = np.linspace(0, 1, 21)
    for weight_std in (0.8, 1.0, 1.3, 2.0):
        q = fixed_point("tanh", weight_std, bias_std)
        following = [correlation_map(x, q, "tanh", weight_std, bias_std) for x in c]
        assert (np.diff(following, 2) > 0).all() and following[-1] == pytest.approx(1)
        crossings = int((np.diff(np.sign(following[:-1] - c[:-1])) != 0).sum())
        assert crossings == (chi(q, "tanh", weight_std) > 1)


def test_chi_one_is_known_on_and_beside_the_critical_point():
    assert figures.chi_one(1.0, 0.0) == 1
    assert figures.chi_one(0.8, 0.0) == pytest.approx(0.64)
    beside = figures.chi_one(0.999, 0.001)
    assert beside == pytest.approx(1, abs=0.01)
    # Far from the edge q settles soon, and from then on every layer multiplies by χ₁.
    layers = math.log(figures.gradient_factor(2.0, 0.2236)) / math.log(figures.chi_one(2.0, 0.2236))
    assert layers == pytest.approx(39, abs=2)


def test_the_critical_line_starts_at_xaviers_scale():
    weights, biases = figures.critical_line()
    assert weights[0] == 1 and biases[0] == 0
    assert (np.diff(weights) > 0).all() and (np.diff(biases) >= 0).all()
    assert chi(0.57, "tanh", np.interp(math.sqrt(0.05), biases, weights)) == pytest.approx(
        1, abs=0.01
    )


def test_the_mean_singular_value_of_a_layer_is_that_of_the_paper():
    """Glorot and Bengio (2010), section 4.2: around 0.8, and 0.5 with the standard start."""
    found = {name: experiments.glorot(name) for name in ("normalized", "standard")}
    assert round(float(found["normalized"]["singular"].mean()), 1) == 0.8
    assert round(float(found["standard"]["singular"].mean()), 1) == 0.5
    # Of the weights alone it would be 8/3π, and 1/√3 of that; the mean of tanh′ = 1 − a² makes it
    # less (and by a little more where the digit's slopes differ much).
    for name, weights in (
        ("normalized", 8 / (3 * math.pi)),
        ("standard", 8 / (3 * 3**0.5 * math.pi)),
    ):
        slope = 1 - found[name]["activation std"][2] ** 2
        np.testing.assert_allclose(found[name]["singular"], weights * slope, rtol=0.01)
        assert (slope < 0.985).all()


def test_gamma_and_beta_start_at_one_and_zero_and_move():
    film = experiments.scale_and_shift("relu")
    assert (film["scale"][0] == 1).all() and (film["shift"][0] == 0).all()
    assert film["scale"][-1].std() > 0.05 and film["shift"][-1].std() > 0.05
    assert (film["accuracy"][-1] > 0.95).all()


def test_the_last_layers_scale_grows_with_both_units_and_the_lower_ones_keep_theirs_with_relu():
    sigmoid, relu = (experiments.scale_and_shift(u)["scale"][-1] for u in ("sigmoid", "relu"))
    for scale in (sigmoid, relu):
        assert (scale[2].mean(axis=-1) > 1.25).all()
        assert scale[2].mean() > scale[:2].mean(axis=(1, 2)).max() + 0.25
    np.testing.assert_allclose(relu[:2].mean(axis=(1, 2)), 1, atol=0.05)
    assert (sigmoid[:2].mean(axis=(1, 2)) > 1.03).all()


def test_a_normalized_layer_of_a_times_the_weights_learns_as_one_at_a_rate_of_a_squared_less():
    """The cause the page gives for the slow corner of its map, by itself: only W is scaled."""
    rng, paths = np.random.default_rng(0), []
    x, y = rng.normal(size=(20, 5)), rng.normal(size=(20, 3))
    for scale, rate in ((1.0, 0.1), (10.0, 0.1 * 100), (10.0, 0.1)):
        weight = Tensor(scale * lecun((3, 5), np.random.default_rng(1)))
        norm, path = BatchNorm((3,), epsilon=1e-200), []
        for _ in range(5):
            off = norm(matmul(x, transpose(weight, (1, 0)))) - y
            weight.grad = None
            (off * off).mean().backward()
            weight.data -= rate * weight.grad
            path.append(float((off.data**2).mean()))
        paths.append(path)
    np.testing.assert_allclose(paths[1], paths[0], rtol=1e-10)
    assert paths[2][0] - paths[2][-1] < 0.05 * (paths[0][0] - paths[0][-1])


def test_the_map_scales_the_layers_that_are_normalized_and_no_other():
    n_out = experiments.MAP_WIDTHS[-1]
    draw = experiments.start_hidden(30.0, n_out)
    rng = np.random.default_rng(0)
    assert draw((50, 64), rng).std() * 8 == pytest.approx(30, rel=0.05)
    assert draw((n_out, 50), rng).std() * math.sqrt(50) == pytest.approx(1, rel=0.1)
    slow = experiments.starts_and_rates(True)[-1].mean(axis=-1)[3:, 0]
    assert (np.diff(slow) < 0).all()


def test_batch_norm_suffers_in_batches_of_two_and_layer_norm_less():
    batch, layer = (experiments.tiny_batches(norm, 2, 0.03) for norm in ("batch", "layer"))
    assert batch["used"].mean() < layer["used"].mean() - 0.1
    assert batch["as trained"].mean() < batch["used"].mean()
    np.testing.assert_allclose(layer["used"], layer["as trained"], atol=0.005)


def test_a_member_that_diverges_is_counted_wrong_and_harms_no_other():
    net = Ensemble((64, 8, 10), "relu", seeded([0, 1]), initializer=he)
    alone = Ensemble((64, 8, 10), "relu", seeded([1]), initializer=he)
    net.weights[0].data[0] = np.nan
    for each in (net, alone):
        experiments.train_on_digits(each, steps=20, learning_rate=0.1, batch_size=50)
    right = experiments.accuracy(net)
    assert right[0] == 0 and right[1] == experiments.accuracy(alone)[0] > 0.2
    assert np.isnan(experiments.loss(net)[0])
