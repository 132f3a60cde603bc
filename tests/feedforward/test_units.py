"""Every unit and every slope against PyTorch, exact numbers, finite differences and identities."""

import decimal
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import optimize, special

from feedforward.graph import Tensor
from feedforward.units import (
    UNITS,
    Unit,
    absolute_value,
    gelu,
    hard_sigmoid,
    hardmax,
    leaky_relu,
    maxout,
    maxout_routing,
    rectifier,
    relu,
    sigmoid,
    softmax,
    softplus,
    sparsemax,
    sparsemax_jacobian,
    tanh,
    unit_by_name,
)

DTYPES = [np.float32, np.float64]
ROUNDING = {np.float32: 1e-6, np.float64: 4e-15}
PEERS = {
    "identity": lambda z: 1.0 * z,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": F.leaky_relu,
    "absolute_value": torch.abs,
    # F.softplus is z itself from z = 20 on, which is off by up to e⁻²⁰ = 2e-9.
    "softplus": lambda z: torch.logaddexp(z, torch.zeros_like(z)),
    "hard_tanh": F.hardtanh,
    "hard_sigmoid": lambda z: (F.hardtanh(z) + 1) / 2,
    "elu": F.elu,
    "gelu": F.gelu,
    "silu": F.silu,
}


def logits(dtype, shape=(3, 5)):
    bound = st.floats(-1e4, 1e4, width=8 * np.dtype(dtype).itemsize)
    return arrays(dtype, shape, elements=bound.map(lambda x: x if abs(x) > 1e-30 else 0.0))


def with_gradient(function, z):
    """What PyTorch makes of z, and the gradient of its sum."""
    z = torch.tensor(z, requires_grad=True)
    y = function(z)
    y.sum().backward()
    return y.detach().numpy(), z.grad.numpy()


def test_every_scalar_unit_has_a_peer_in_pytorch():
    assert set(UNITS) == set(PEERS)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", UNITS)
@given(data=st.data())
def test_units_and_their_slopes_agree_with_pytorch_at_any_size(name, dtype, data):
    z = data.draw(logits(dtype))
    value, slope = with_gradient(PEERS[name], z)
    ours, derivative = UNITS[name](z), UNITS[name].derivative(z)
    assert ours.dtype == derivative.dtype == dtype
    close = {"rtol": ROUNDING[dtype], "atol": ROUNDING[dtype]}
    np.testing.assert_allclose(ours, value, **close)
    np.testing.assert_allclose(derivative, slope, **close)


@pytest.mark.parametrize("name", UNITS)
def test_slopes_agree_with_central_differences_away_from_kinks(name):
    unit, h = UNITS[name], 1e-5
    z = np.linspace(-6, 6, 1201) + 1e-3
    assert all(np.abs(z - kink).min() > 2 * h for kink in unit.kinks)
    numeric = (unit(z + h) - unit(z - h)) / (2 * h)
    np.testing.assert_allclose(unit.derivative(z), numeric, rtol=1e-8, atol=2e-10)


@pytest.mark.parametrize("name", UNITS)
def test_kinks_are_where_the_one_sided_slopes_differ_and_nowhere_else(name):
    unit = UNITS[name]
    z = np.arange(-4, 4.25, 0.25)
    jump = np.abs(unit.derivative(z + 1e-9) - unit.derivative(z - 1e-9))
    np.testing.assert_array_equal(z[jump > 1e-3], unit.kinks)


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_on_a_tensor_has_the_units_value_and_slope(name):
    z = Tensor(np.linspace(-3, 3, 7, dtype=np.float32))
    y = UNITS[name](z)
    y.sum().backward()
    np.testing.assert_array_equal(y.data, UNITS[name](z.data))
    np.testing.assert_array_equal(z.grad, UNITS[name].derivative(z.data))
    assert z.grad.dtype == np.float32


@pytest.mark.parametrize("name", UNITS)
def test_units_keep_shape_and_dtype_and_leave_the_input_alone(name):
    unit = UNITS[name]
    for shape in [(), (0,), (1,), (2, 3, 4)]:
        z = np.full(shape, -0.5, np.float32)
        z.flags.writeable = False
        for result in (unit(z), unit.derivative(z)):
            assert result.shape == shape
            assert result.dtype == np.float32
            assert not np.shares_memory(result, z)
    assert unit([1, 2]).dtype == unit.derivative([1, 2]).dtype == np.float64
    assert unit(2).dtype == np.float64


def test_the_tails_keep_their_leading_digits():
    with decimal.localcontext(prec=800):
        for z in (-700, -50, 50, 700):
            e = decimal.Decimal(-z).exp()
            exact = {
                sigmoid: 1 / (1 + e),
                sigmoid.derivative: e / (1 + e) ** 2,
                softplus: (1 + 1 / e).ln(),
                softplus.derivative: 1 / (1 + e),
            }
            for function, value in exact.items():
                np.testing.assert_allclose(function(float(z)), float(value), rtol=1e-14)
        e = decimal.Decimal(-40).exp()
        slope_of_tanh = float(4 * e / (1 + e) ** 2)
        np.testing.assert_allclose(tanh.derivative([20.0, -20.0]), slope_of_tanh, rtol=1e-14)
    np.testing.assert_allclose(gelu(-10.0), -10 * special.ndtr(-10.0), rtol=1e-13)


@pytest.mark.parametrize("dtype", [np.float16, *DTYPES])
@pytest.mark.parametrize("name", UNITS)
def test_units_and_slopes_are_finite_up_to_the_largest_number_there_is(name, dtype):
    z = np.finfo(dtype).max * np.array([-1, 1], dtype)
    for result in (UNITS[name](z), UNITS[name].derivative(z)):  # an overflow would warn, so fail
        assert np.isfinite(result).all()


@pytest.mark.parametrize("name", UNITS)
def test_float16_stays_float16_and_is_the_rounded_float64(name):
    z, unit = np.linspace(-3, 3, 13, dtype=np.float16), UNITS[name]
    wide = z.astype(np.float64)
    for ours, exact in [(unit(z), unit(wide)), (unit.derivative(z), unit.derivative(wide))]:
        assert ours.dtype == np.float16
        np.testing.assert_allclose(ours, exact, rtol=3e-3, atol=1e-3)
    tensor = Tensor(z)
    y = unit(tensor)
    y.sum().backward()
    assert y.dtype == tensor.grad.dtype == np.float16


def test_softplus_minus_its_mirror_image_is_the_identity_and_close_to_relu():
    z = np.linspace(-1e4, 1e4, 20_001)
    np.testing.assert_allclose(softplus(z) - softplus(-z), z, rtol=1e-15)
    gap = softplus(z) - relu(z)
    assert gap.max() == softplus(0.0) == pytest.approx(math.log(2), rel=1e-15)
    assert gap.min() >= 0


def test_rectifiers_are_one_family():
    z = np.linspace(-3, 3, 13)
    np.testing.assert_array_equal(rectifier(0)(z), relu(z))
    np.testing.assert_array_equal(rectifier(0.01)(z), leaky_relu(z))
    np.testing.assert_array_equal(rectifier(-1)(z), absolute_value(z))
    np.testing.assert_array_equal(rectifier(1)(z), z)
    off_kink = z[z != 0]
    np.testing.assert_array_equal(
        rectifier(-1).derivative(off_kink), absolute_value.derivative(off_kink)
    )
    assert rectifier(1).kinks == ()


def test_a_readers_own_unit_works_like_ours():
    square = Unit("square", np.square, lambda z: 2 * z)
    z = Tensor([3.0])
    square(z).backward(np.ones(1))
    np.testing.assert_array_equal(z.grad, [6.0])
    assert repr(square) == "<unit square>"


def test_units_are_found_by_name_and_a_wrong_name_lists_them():
    assert unit_by_name("tanh") is tanh
    assert unit_by_name(tanh) is tanh
    with pytest.raises(ValueError, match=r"unit must be one of identity, sigmoid, .*, got 'swish'"):
        unit_by_name("swish")


# ----------------------------------------------------------------------------- vector units


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data(), temperature=st.floats(0.01, 100))
def test_softmax_agrees_with_pytorch_at_any_logit_and_temperature(dtype, data, temperature):
    z = data.draw(logits(dtype))
    wide = torch.tensor(z, dtype=torch.float64)
    ours = softmax(z, temperature)
    assert ours.dtype == dtype
    # z/T is rounded once, which e^(z/T) magnifies by up to 2e4/T for a float32.
    spread = np.ptp(z, axis=-1, keepdims=True) / temperature
    tolerance = np.finfo(dtype).eps * (8 + spread)
    assert (np.abs(ours - torch.softmax(wide / temperature, -1).numpy()) <= tolerance).all()
    np.testing.assert_allclose(ours.sum(axis=-1), 1, rtol=ROUNDING[dtype])


@given(logits(np.float64), st.floats(-1e4, 1e4))
def test_softmax_does_not_feel_a_constant_added_to_every_logit(z, shift):
    np.testing.assert_allclose(softmax(z + shift), softmax(z), rtol=1e-7, atol=1e-300)


def test_hardmax_is_the_limit_of_softmax_at_temperature_zero():
    z = np.array([[1.0, 3.0, 2.0], [5.0, 5.0, -1.0], [-1e4, 1e4, 0.0]])
    expected = [[0, 1, 0], [0.5, 0.5, 0], [0, 1, 0]]
    np.testing.assert_array_equal(hardmax(z), expected)
    np.testing.assert_allclose(softmax(z, 1e-3), expected, atol=1e-300)
    assert hardmax(z.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize(
    "dtype, temperature", [(np.float16, 1e-9), (np.float32, 1e-50), (np.float64, 5e-324)]
)
def test_softmax_is_hardmax_at_a_temperature_that_z_has_no_number_for(dtype, temperature):
    z = np.array([[1, 0, -1], [1, 0, 1], [0, np.finfo(dtype).smallest_subnormal * 32, 0]], dtype)
    p = softmax(z, temperature)
    assert p.dtype == dtype
    np.testing.assert_allclose(p, hardmax(z), atol=2e-14)  # e⁻³² where z differs by 32·5e-324
    tensor = Tensor(z)
    (softmax(tensor, temperature) * np.array([1, 2, 4], dtype)).sum().backward()
    np.testing.assert_array_equal(tensor.grad[0], 0)  # nothing is learned from a hard choice
    assert np.isfinite(tensor.grad).all() and tensor.grad.dtype == dtype


def test_softmax_is_right_where_the_temperature_or_a_difference_overflows():
    z = np.array([6e4, 0], np.float16)
    sigmoid_of = float(z[0]) / 1e5  # 1e5 is no float16
    assert softmax(z, 1e5)[0] == np.float16(special.expit(sigmoid_of))
    np.testing.assert_array_equal(softmax([1e308, -1e308]), [1, 0])


@given(arrays(float, 4, elements=st.floats(-3, 3)))
def test_sparsemax_is_the_nearest_point_of_the_simplex(z):
    # Independent: τ is the root of a decreasing function, found by bisection.
    tau = optimize.brentq(
        lambda t: np.maximum(z - t, 0).sum() - 1, z.min() - 2, z.max(), xtol=1e-15, rtol=1e-14
    )
    np.testing.assert_allclose(sparsemax(z), np.maximum(z - tau, 0), atol=1e-13)


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_sparsemax_is_a_distribution_at_any_size_of_z(dtype, data):
    p = sparsemax(data.draw(logits(dtype)))
    assert p.dtype == dtype
    assert (p >= 0).all()
    np.testing.assert_allclose(p.sum(axis=-1), 1, rtol=ROUNDING[dtype])


@pytest.mark.parametrize("dtype", [np.float16, *DTYPES])
def test_sparsemax_is_right_up_to_the_largest_number_there_is(dtype):
    largest = np.finfo(dtype).max
    z = np.array([[-1, 1, 0], [1, 1, -1], [-1, -1, -1]], dtype) * largest
    p = sparsemax(z)
    assert p.dtype == dtype
    expected = np.array([[0, 1, 0], [0.5, 0.5, 0], [1 / 3, 1 / 3, 1 / 3]])
    np.testing.assert_allclose(p, expected, rtol=2 * np.finfo(dtype).eps)
    tensor = Tensor(z)
    (sparsemax(tensor) * np.array([1, 2, 6], dtype)).sum().backward()
    gradient = [[0, 0, 0], [-0.5, 0.5, 0], [-2, -1, 3]]
    np.testing.assert_allclose(tensor.grad, gradient, rtol=4 * np.finfo(dtype).eps)


@given(arrays(float, 9, elements=st.floats(-2, 2)))
def test_sparsemax_of_two_classes_is_the_hard_sigmoid(z):
    two = np.stack([z, np.zeros_like(z)], axis=-1)
    np.testing.assert_allclose(sparsemax(two)[:, 0], hard_sigmoid(z), atol=1e-15)


@pytest.mark.parametrize("pieces", [1, 2, 3, 6])
def test_maxout_takes_the_largest_of_its_neighbours(pieces):
    z = np.random.default_rng(0).normal(size=(4, 5, 6)).astype(np.float32)
    expected = [
        [[max(row[i : i + pieces]) for i in range(0, 6, pieces)] for row in m] for m in z.tolist()
    ]
    ours = maxout(z, pieces)
    assert ours.dtype == np.float32
    np.testing.assert_array_equal(ours, np.array(expected, np.float32))


def test_maxout_of_z_and_minus_z_is_absolute_value():
    z = np.linspace(-2, 2, 9)
    both = np.stack([z, -z], axis=-1)
    np.testing.assert_array_equal(maxout(both, 2)[:, 0], absolute_value(z))


@pytest.mark.parametrize(
    "ours, theirs",
    [
        (softmax, lambda z: torch.softmax(z, -1)),
        (lambda z: softmax(z, 0.3), lambda z: torch.softmax(z / 0.3, -1)),
        (lambda z: maxout(z, 2), lambda z: z.reshape(5, 3, 2).amax(-1)),
    ],
)
def test_gradients_of_vector_units_agree_with_pytorch(ours, theirs):
    rng = np.random.default_rng(1)
    z = rng.normal(size=(5, 6))
    value, _ = with_gradient(theirs, z)
    weight = rng.normal(size=value.shape)
    _, expected = with_gradient(lambda t: theirs(t) * torch.tensor(weight), z)
    tensor = Tensor(z)
    (ours(tensor) * weight).sum().backward()
    np.testing.assert_allclose(tensor.grad, expected, rtol=1e-12, atol=1e-15)


def test_gradient_of_sparsemax_agrees_with_central_differences():
    rng = np.random.default_rng(2)
    z, weight, h = rng.normal(size=(6, 5)), rng.normal(size=(6, 5)), 1e-6
    tensor = Tensor(z)
    (sparsemax(tensor) * weight).sum().backward()
    numeric = np.zeros_like(z)
    for index in np.ndindex(z.shape):
        step = np.zeros_like(z)
        step[index] = h
        numeric[index] = ((sparsemax(z + step) - sparsemax(z - step)) * weight).sum() / (2 * h)
    np.testing.assert_allclose(tensor.grad, numeric, atol=1e-8)
    assert (sparsemax(z) == 0).any()  # the flat part has been through it too


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: softmax([1.0], 0.0), "temperature must be positive, got 0.0"),
        (lambda: softmax(1.0), "z must have at least one entry on its last axis, got shape ()"),
        (
            lambda: sparsemax([[]]),
            "z must have at least one entry on its last axis, got shape (1, 0)",
        ),
        (
            lambda: maxout([1.0, 2.0, 3.0], 2),
            "z must have a multiple of 2 entries on its last axis, got 3",
        ),
        (lambda: maxout([1.0, 2.0], 0), "pieces must be at least 1, got 0"),
        (lambda: maxout([1.0, 2.0], 1.5), "pieces must be an integer, got 1.5"),
        (
            lambda: hardmax(Tensor([1.0])),
            "z must be an array, got a Tensor: nothing is learned through a hardmax",
        ),
        (lambda: relu(["a"]), "z must hold real numbers, got dtype <U1"),
        (lambda: relu.derivative([1j]), "z must hold real numbers, got dtype complex128"),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    assert str(caught.value) == message


@pytest.mark.parametrize("call", [sigmoid, tanh.derivative, softmax, sparsemax, hardmax])
def test_rows_of_unequal_length_are_refused_by_name(call):
    with pytest.raises(ValueError, match=r"^z must be an array of numbers: .*inhomogeneous"):
        call([[1], [1, 2]])


@pytest.mark.parametrize("unit", [softmax, hardmax, sparsemax, lambda z: maxout(z, 1)])
def test_vector_units_take_empty_batches_and_leave_the_input_alone(unit):
    assert unit(np.zeros((0, 3))).shape == (0, 3)
    z = np.array([[0.0, 2.0, 1.0]])
    z.flags.writeable = False
    assert not np.shares_memory(unit(z), z)


@given(arrays(float, 5, elements=st.floats(-2, 2)))
def test_the_jacobian_of_sparsemax_is_that_of_its_graph(z):
    p = sparsemax(z)
    tau = (z - p)[p > 0].mean()
    # An entry that just touches the support has two one-sided slopes: look elsewhere.
    assume((np.abs(z - tau) > 1e-9).all())
    rows = []
    for i in range(5):
        tensor = Tensor(z)
        sparsemax(tensor)[i].backward()
        rows.append(tensor.grad)
    np.testing.assert_allclose(sparsemax_jacobian(z), rows, atol=1e-12)


def test_the_jacobian_of_sparsemax_agrees_with_central_differences():
    z, h = np.random.default_rng(3).normal(size=(7, 4)), 1e-6
    numeric = np.stack(
        [(sparsemax(z + h * e) - sparsemax(z - h * e)) / (2 * h) for e in np.eye(4)], axis=-1
    )
    np.testing.assert_allclose(sparsemax_jacobian(z), numeric, atol=1e-8)
    assert 1 < (sparsemax(z) > 0).sum(axis=-1).mean() < 4  # supports of several sizes
    assert sparsemax_jacobian(z.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_the_jacobian_of_sparsemax_moves_no_mass_at_any_size_of_z(dtype, data):
    jacobian = sparsemax_jacobian(data.draw(logits(dtype)))
    assert np.isfinite(jacobian).all()
    np.testing.assert_allclose(jacobian.sum(axis=-1), 0, atol=4 * np.finfo(dtype).eps)
    np.testing.assert_array_equal(jacobian, np.swapaxes(jacobian, -1, -2))


def test_a_gradient_through_maxout_goes_where_the_routing_says():
    rng = np.random.default_rng(4)
    z, weight = rng.integers(0, 3, (6, 8)).astype(float), rng.normal(size=(6, 2))
    tensor = Tensor(z)
    (maxout(tensor, 4) * weight).sum().backward()
    routing = maxout_routing(z, 4)
    np.testing.assert_allclose(tensor.grad, (routing * weight[:, :, None]).reshape(6, 8))
    np.testing.assert_allclose(routing.sum(axis=-1), 1)
    assert set(np.unique(routing)) >= {0.0, 0.5, 1.0}  # ties have been through it
