"""The network against the same one in PyTorch, and against its formula."""

import numpy as np
import pytest
import torch

from feedforward.graph import Tensor
from feedforward.initializers import he, lecun
from feedforward.network import MLP
from feedforward.normalization import BatchNorm, LayerNorm
from feedforward.units import UNITS

PEERS = {
    "identity": torch.nn.Identity(),
    "sigmoid": torch.nn.Sigmoid(),
    "tanh": torch.nn.Tanh(),
    "relu": torch.nn.ReLU(),
    "leaky_relu": torch.nn.LeakyReLU(),
    "softplus": torch.nn.Softplus(),
    "hard_tanh": torch.nn.Hardtanh(),
    "elu": torch.nn.ELU(),
    "gelu": torch.nn.GELU(),
    "silu": torch.nn.SiLU(),
}


def in_pytorch(net, unit):
    """The same network, with the same weights, in PyTorch."""
    layers = []
    for w, b in zip(net.weights, net.biases, strict=True):
        layer = torch.nn.Linear(*w.shape[::-1], dtype=torch.float64)
        with torch.no_grad():
            layer.weight.copy_(torch.tensor(w.data))
            layer.bias.copy_(torch.tensor(b.data))
        layers += [layer, unit]
    return torch.nn.Sequential(*layers[:-1])


@pytest.mark.parametrize("name", PEERS)
def test_outputs_and_gradients_agree_with_pytorch(name):
    rng = np.random.default_rng(0)
    net = MLP((3, 5, 4, 2), name, he, rng)
    for bias in net.biases:
        bias.data += rng.normal(size=bias.shape)
    x = rng.normal(size=(6, 3))
    peer = in_pytorch(net, PEERS[name])
    ours, theirs = net(x), peer(torch.tensor(x))
    np.testing.assert_allclose(ours.data, theirs.detach().numpy(), rtol=1e-9, atol=1e-9)
    (ours**2).sum().backward()
    (theirs**2).sum().backward()
    for p, q in zip(net.parameters(), peer.parameters(), strict=True):
        np.testing.assert_allclose(p.grad, q.grad.numpy(), rtol=1e-8, atol=1e-8)


def test_the_network_is_its_formula():
    net = MLP((2, 3, 1), "tanh", lecun, np.random.default_rng(0))
    (w1, w2), (b1, b2) = ([t.data for t in ts] for ts in (net.weights, net.biases))
    x = np.array([[0.5, -1.0], [2.0, 0.0]])
    np.testing.assert_allclose(net.predict(x), np.tanh(x @ w1.T + b1) @ w2.T + b2, rtol=1e-15)


def test_parameters_are_weights_fan_out_by_fan_in_and_zero_biases_layer_by_layer():
    net = MLP((4, 3, 2), UNITS["relu"], he, np.random.default_rng(0))
    assert [p.shape for p in net.parameters()] == [(3, 4), (3,), (2, 3), (2,)]
    assert not net.biases[0].data.any() and not net.biases[1].data.any()
    assert net.parameters()[2] is net.weights[1]


def test_weights_come_from_the_initializer_and_the_seed():
    a, b = (MLP((4, 3, 2), "relu", i, np.random.default_rng(0)) for i in (he, "he"))
    rng = np.random.default_rng(0)
    for net in (a, b):
        np.testing.assert_array_equal(net.weights[0].data, a.weights[0].data)
    np.testing.assert_array_equal(a.weights[0].data, he((3, 4), rng))
    np.testing.assert_array_equal(a.weights[1].data, he((2, 3), rng))


def test_a_float32_network_computes_in_float32_whatever_it_is_given():
    net = MLP((2, 3, 1), "relu", he, np.random.default_rng(0), dtype=np.float32)
    for x in (np.ones((4, 2)), np.ones((4, 2), int), [[1.0, 2.0]]):
        y = net(x)
        y.mean().backward()
        assert y.dtype == net.predict(x).dtype == np.float32
    assert all(p.grad.dtype == p.dtype == np.float32 for p in net.parameters())


def test_a_tensor_goes_through_and_gets_a_gradient_back():
    net = MLP((2, 3, 1), "tanh", he, np.random.default_rng(0))
    x = Tensor([[0.3, -0.2]])
    net(x).backward()
    h = 1e-6
    for i in range(2):
        step = h * np.eye(2)[i]
        numeric = (net.predict(x.data + step) - net.predict(x.data - step)) / (2 * h)
        assert x.grad[0, i] == pytest.approx(numeric.item(), rel=1e-7)


def test_predictions_remember_nothing_and_leave_the_input_alone():
    net = MLP((2, 3, 1), "relu", he, np.random.default_rng(0))
    x = np.ones((4, 2))
    x.flags.writeable = False
    y = net.predict(x)
    assert isinstance(y, np.ndarray) and y.shape == (4, 1)
    assert net.predict(x[:0]).shape == (0, 1)


def test_batch_norm_is_short_for_the_norm_of_that_name():
    short = MLP((3, 4, 2), "relu", he, np.random.default_rng(0), batch_norm=True)
    long = MLP((3, 4, 2), "relu", he, np.random.default_rng(0), norm=BatchNorm)
    x = np.random.default_rng(1).normal(size=(5, 3))
    np.testing.assert_array_equal(short(x).data, long(x).data)
    np.testing.assert_array_equal(short.predict(x), long.predict(x))


def test_layer_normalization_leaves_each_example_with_mean_0_and_variance_1_before_the_unit():
    net = MLP((3, 40, 2), "relu", he, np.random.default_rng(0), norm=LayerNorm)
    z, a = net.layers(np.random.default_rng(1).normal(size=(5, 3)))[0]
    np.testing.assert_allclose(z.data.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(z.data.var(axis=1), 1, rtol=1e-3)
    np.testing.assert_array_equal(a.data, np.maximum(z.data, 0))


def test_a_network_without_hidden_layer_is_linear():
    net = MLP((2, 3), "relu", he, np.random.default_rng(0))
    x = np.array([[1.0, 2.0]])
    np.testing.assert_array_equal(net.predict(-x), -net.predict(x))


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda r: MLP((3,), "relu", he, r),
            "widths must be those of input and output at least, got (3,)",
        ),
        (lambda r: MLP((3, 0), "relu", he, r), "each width in widths must be at least 1, got 0"),
        (
            lambda r: MLP((3, 2), "rely", he, r),
            "unit must be one of identity, sigmoid, tanh, relu, ",
        ),
        (
            lambda r: MLP((3, 2), "relu", "kaiming", r),
            "initializer must be one of lecun, xavier, he, orthogonal, got 'kaiming'",
        ),
        (
            lambda r: MLP((3, 2), "relu", he, r, norm=LayerNorm, batch_norm=True),
            "norm must be BatchNorm where batch_norm is True, got ",
        ),
        (
            lambda r: MLP((3, 2), "relu", he, r, norm="batch"),
            "norm must be a function, got 'batch'",
        ),
        (lambda r: MLP((3, 2), "relu", he, 0), "rng must be a numpy.random.Generator"),
        (
            lambda r: MLP((3, 2), "relu", lambda s, r: np.ones(s[::-1]), r),
            "initializer's weights must have shape (2, 3), got (3, 2)",
        ),
        (
            lambda r: MLP((3, 2), "relu", he, r)(np.ones((5, 4))),
            "x must have shape (m, 3), got (5, 4)",
        ),
        (lambda r: MLP((3, 2), "relu", he, r)(np.ones(3)), "x must have shape (m, 3), got (3,)"),
        (lambda r: MLP((3, 2), "relu", he, r)([["a"]]), "x must hold real numbers, got dtype <U1"),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises((ValueError, TypeError)) as caught:
        call(np.random.default_rng(0))
    assert str(caught.value).startswith(message)
