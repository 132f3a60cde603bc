"""Other ways to the same derivatives: each agrees with backward(), and costs what it says."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import approx_fprime

from feedforward import graph
from feedforward.costs import categorical_nll
from feedforward.derivatives import (
    applied_rules,
    central_differences,
    checkpointed_backward,
    forward_jacobian,
    gradient_over_paths,
    layers_of,
    reverse_jacobian,
)
from feedforward.graph import OPS, Tensor
from feedforward.network import MLP

networks = st.lists(st.integers(1, 9), min_size=2, max_size=7).map(tuple)


def diamonds(x, length):
    for _ in range(length):
        x = x * 0.9 + graph.tanh(x)
    return x


@pytest.mark.parametrize("length", range(1, 9))
def test_paths_double_with_each_diamond_and_stored_gradients_do_not(length):
    x = Tensor(0.3)
    y = diamonds(x, length)
    gradient, applied = gradient_over_paths(y, x)
    with applied_rules() as noted:
        y.backward()
    assert gradient == pytest.approx(x.grad, rel=1e-13)
    assert len(noted) == 4 * length  # two branches, and two that meet
    assert applied == sum(4 * 2**k for k in range(length))


def test_the_table_is_as_before_after_rules_were_noted_even_after_an_error():
    before = dict(OPS)
    with pytest.raises(KeyError), applied_rules() as noted:
        (Tensor(1.0) * 2.0).backward()
        raise KeyError
    assert noted == ["mul"]
    assert before == OPS


def test_paths_of_arrays_sum_to_the_gradient_as_well():
    x = Tensor([[0.2, -1.0], [0.5, 2.0]])
    y = graph.tanh(x) * x + x
    y.backward(np.ones((2, 2)))
    gradient, applied = gradient_over_paths(y, x)
    np.testing.assert_allclose(gradient, x.grad, rtol=1e-14)
    assert applied == 5


@given(networks, st.sampled_from(["relu", "tanh", "softplus"]))
def test_both_jacobians_are_pytorchs_and_cost_weights_times_inputs_or_outputs(widths, unit):
    rng = np.random.default_rng(0)
    net = MLP(widths, unit, "he", rng)
    for bias in net.biases:
        bias.data += rng.normal(size=bias.shape)
    x = rng.normal(size=widths[0])
    f = {"relu": torch.relu, "tanh": torch.tanh, "softplus": torch.nn.functional.softplus}[unit]

    def peer(a):
        for w, b in zip(net.weights[:-1], net.biases[:-1], strict=True):
            a = f(torch.tensor(w.data) @ a + torch.tensor(b.data))
        return torch.tensor(net.weights[-1].data) @ a + torch.tensor(net.biases[-1].data)

    expected = torch.autograd.functional.jacobian(peer, torch.tensor(x)).numpy()
    weights = sum(w.size for w in net.weights)
    for mode, passes in ((forward_jacobian, widths[0]), (reverse_jacobian, widths[-1])):
        jacobian, multiply_adds = mode(net, x)
        np.testing.assert_allclose(jacobian, expected, rtol=1e-9, atol=1e-12)
        assert multiply_adds == passes * weights


@pytest.mark.parametrize("segment", [1, 2, 3, 5, 8, 9, 20])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_checkpointed_gradient_is_the_plain_one_to_the_last_bit(segment, dtype):
    rng = np.random.default_rng(0)
    net = MLP((4, 6, 6, 5, 6, 6, 6, 6, 3), "tanh", "he", rng, dtype=dtype)
    x, label = rng.normal(size=(7, 4)).astype(dtype), rng.integers(0, 3, 7)

    def cost(outputs):
        return categorical_nll(outputs, label).mean()

    plain = cost(net(x))
    plain.backward()
    expected = [p.grad for p in net.parameters()]
    for p in net.parameters():
        p.grad = None
    assert checkpointed_backward(layers_of(net), x, cost, segment) == float(plain)
    for p, g in zip(net.parameters(), expected, strict=True):
        np.testing.assert_array_equal(p.grad, g)


def test_a_checkpointed_gradient_accumulates_like_the_plain_one():
    net = MLP((2, 3, 1), "tanh", "he", np.random.default_rng(0))
    x = np.ones((4, 2))
    for _ in range(2):
        checkpointed_backward(layers_of(net), x, lambda out: (out**2).mean(), 1)
    twice = [p.grad.copy() for p in net.parameters()]
    for p in net.parameters():
        p.grad = None
    (net(x) ** 2).mean().backward()
    for p, g in zip(net.parameters(), twice, strict=True):
        np.testing.assert_allclose(g, 2 * p.grad, rtol=1e-14)


def test_central_differences_agree_with_scipys_on_an_array_of_any_shape():
    def f(x):
        return float(np.sum(np.sin(x) * x))

    x = np.random.default_rng(0).normal(size=(2, 3))
    peer = approx_fprime(x.ravel(), lambda v: f(v), 1e-8).reshape(2, 3)
    np.testing.assert_allclose(central_differences(f, x), peer, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(
        central_differences(f, x), np.cos(x) * x + np.sin(x), rtol=1e-8, atol=1e-9
    )


def test_bad_input_is_refused_by_name():
    net = MLP((2, 3, 1), "tanh", "he", np.random.default_rng(0))
    with pytest.raises(ValueError, match="segment must be at least 1, got 0"):
        checkpointed_backward(layers_of(net), np.ones((1, 2)), lambda out: out.sum(), 0)
    with pytest.raises(ValueError, match="step must be positive, got 0"):
        central_differences(np.sum, np.ones(2), 0)
