"""Batch and layer normalization against PyTorch: values, gradients, running moments."""

import numpy as np
import pytest
import torch

from feedforward import costs
from feedforward.ensemble import Ensemble, per_member, seeded
from feedforward.graph import Tensor
from feedforward.initializers import he
from feedforward.network import MLP
from feedforward.normalization import BatchNorm, LayerNorm
from feedforward.training import train


def peers(n, rng, **options):
    """Our BatchNorm and PyTorch's, with the same γ and β."""
    ours, theirs = BatchNorm((n,), **options), torch.nn.BatchNorm1d(n, dtype=torch.float64)
    theirs.momentum, theirs.eps = ours.momentum, ours.epsilon
    for mine, other in ((ours.scale, theirs.weight), (ours.shift, theirs.bias)):
        mine.data[:] = rng.normal(size=n)
        other.data = torch.tensor(mine.data)
    return ours, theirs


@pytest.mark.parametrize("options", [{}, {"momentum": 0.5, "epsilon": 0.3}])
def test_batch_normalization_is_the_one_of_pytorch_in_training_and_in_use(options):
    rng = np.random.default_rng(0)
    ours, theirs = peers(4, rng, **options)
    for _ in range(3):  # the running moments remember all three
        batch = rng.normal(3, 2, (6, 4))
        z, peer = Tensor(batch), torch.tensor(batch, requires_grad=True)
        mine, other = ours(z), theirs(peer)
        np.testing.assert_allclose(mine.data, other.detach().numpy(), rtol=1e-10, atol=1e-10)
        gradient = rng.normal(size=(6, 4))
        for p in (ours.scale, ours.shift, theirs.weight, theirs.bias):
            p.grad = None
        mine.backward(gradient)
        other.backward(torch.tensor(gradient))
        for a, b in ((z, peer), (ours.scale, theirs.weight), (ours.shift, theirs.bias)):
            np.testing.assert_allclose(a.grad, b.grad.numpy(), rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(ours.running_mean, theirs.running_mean, rtol=1e-12)
        np.testing.assert_allclose(ours.running_variance, theirs.running_var, rtol=1e-12)
    theirs.eval()
    fresh = rng.normal(size=(5, 4))
    used = ours(Tensor(fresh), training=False).data
    np.testing.assert_allclose(used, theirs(torch.tensor(fresh)).detach().numpy(), rtol=1e-10)


def test_use_leaves_the_running_moments_alone_and_does_not_look_at_the_company():
    rng = np.random.default_rng(0)
    norm = BatchNorm((3,))
    norm(rng.normal(5, 2, (8, 3)))
    before = norm.running_mean.copy()
    z = rng.normal(size=(4, 3))
    together = norm(z, training=False).data
    alone = [norm(row[None], training=False).data[0] for row in z]
    np.testing.assert_array_equal(together, alone)
    np.testing.assert_array_equal(norm.running_mean, before)


def test_layer_normalization_is_the_one_of_pytorch():
    rng = np.random.default_rng(0)
    ours, theirs = LayerNorm((5,)), torch.nn.LayerNorm(5, dtype=torch.float64)
    ours.scale.data[:] = theirs.weight.data[:] = torch.tensor(rng.normal(size=5))
    batch, gradient = rng.normal(3, 2, (6, 5)), rng.normal(size=(6, 5))
    z, peer = Tensor(batch), torch.tensor(batch, requires_grad=True)
    mine, other = ours(z), theirs(peer)
    mine.backward(gradient)
    other.backward(torch.tensor(gradient))
    np.testing.assert_allclose(mine.data, other.detach().numpy(), rtol=1e-10)
    np.testing.assert_allclose(z.grad, peer.grad.numpy(), rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(ours(batch, training=False).data, mine.data)


def test_a_network_with_batch_normalization_is_the_same_in_pytorch():
    rng = np.random.default_rng(0)
    net = MLP((3, 5, 4, 2), "tanh", he, rng, batch_norm=True)
    layers = []
    for weight, bias in zip(net.weights, net.biases, strict=True):
        linear = torch.nn.Linear(*weight.shape[::-1], dtype=torch.float64)
        linear.weight.data, linear.bias.data = torch.tensor(weight.data), torch.tensor(bias.data)
        norm = torch.nn.BatchNorm1d(weight.shape[0], dtype=torch.float64)
        layers += [linear, norm, torch.nn.Tanh()]
    peer = torch.nn.Sequential(*layers[:-2])
    x = rng.normal(size=(7, 3))
    ours, theirs = net(x), peer(torch.tensor(x))
    np.testing.assert_allclose(ours.data, theirs.detach().numpy(), rtol=1e-9)
    (ours**2).mean().backward()
    (theirs**2).mean().backward()
    # Linear, norm, linear, norm, linear: PyTorch lists γ and β where they stand, we at the end.
    linears = [layer for layer in peer if isinstance(layer, torch.nn.Linear)]
    norms = [layer for layer in peer if isinstance(layer, torch.nn.BatchNorm1d)]
    expected = [p for layer in [*linears, *norms] for p in layer.parameters()]
    for p, q in zip(net.parameters(), expected, strict=True):
        np.testing.assert_allclose(p.grad, q.grad.numpy(), rtol=1e-8, atol=1e-12)
    peer.eval()
    np.testing.assert_allclose(net.predict(x), peer(torch.tensor(x)).detach().numpy(), rtol=1e-9)


def test_a_bias_before_batch_normalization_gets_no_gradient():
    rng = np.random.default_rng(0)
    net = MLP((3, 5, 2), "relu", he, rng, batch_norm=True)
    (net(rng.normal(size=(7, 3))) ** 2).mean().backward()
    np.testing.assert_allclose(net.biases[0].grad, 0, atol=1e-14)
    assert (np.abs(net.biases[1].grad) > 1e-3).all()


def test_scaling_the_weights_changes_neither_the_output_nor_what_the_gradient_does():
    """BN(aWu) = BN(Wu), and ∂/∂(aW) = (1/a)·∂/∂W, where ε plays no part."""
    rng = np.random.default_rng(0)
    x, gradients, outputs = rng.normal(size=(9, 6)), [], []
    for a in (1.0, 1000.0):
        net = MLP((6, 5, 3), "sigmoid", he, np.random.default_rng(1), batch_norm=True)
        net.norms[0].epsilon = 1e-200
        net.weights[0].data *= a
        out = net(x)
        (out**2).mean().backward()
        outputs.append(out.data)
        gradients.append(net.weights[0].grad * a)
    np.testing.assert_allclose(*outputs, rtol=1e-10)
    np.testing.assert_allclose(*gradients, rtol=1e-10)


@pytest.mark.parametrize("norm", [BatchNorm, LayerNorm])
def test_members_of_an_ensemble_are_normalized_each_by_itself(norm):
    rng = np.random.default_rng(0)
    x, label = rng.normal(size=(20, 3)), rng.integers(0, 2, 20)
    options = dict(steps=20, learning_rate=0.1, batch_size=8)
    cost = per_member(costs.categorical_nll)

    def trained(seeds):
        net = Ensemble((3, 6, 5, 2), "tanh", seeded(seeds), norm=norm, dtype=np.float64)
        train(net, cost, x, label, rng=np.random.default_rng(2), **options)
        return net

    three = trained([0, 1, 2])
    for s in range(3):
        alone = trained([s])
        np.testing.assert_allclose(three.predict(x)[s], alone.predict(x)[0], rtol=1e-9)
        for p, q in zip(three.parameters(), alone.parameters(), strict=True):
            np.testing.assert_allclose(p.data[s], q.data[0], rtol=1e-8, atol=1e-12)


def test_a_normalized_member_of_an_ensemble_learns_as_the_network_alone():
    rng = np.random.default_rng(0)
    x, label = rng.normal(size=(20, 3)), rng.integers(0, 2, 20)
    options = dict(steps=20, learning_rate=0.1, batch_size=8)
    team = Ensemble(
        (3, 6, 2), "relu", seeded([4]), initializer=he, norm=BatchNorm, dtype=np.float64
    )
    alone = MLP((3, 6, 2), "relu", he, np.random.default_rng(4), batch_norm=True)
    cost = costs.categorical_nll
    train(team, per_member(cost), x, label, rng=np.random.default_rng(2), **options)
    train(alone, cost, x, label, rng=np.random.default_rng(2), **options)
    np.testing.assert_allclose(team.predict(x)[0], alone.predict(x), rtol=1e-9)


def test_float32_stays_float32():
    net = MLP((2, 3, 1), "relu", he, np.random.default_rng(0), batch_norm=True, dtype=np.float32)
    net(np.ones((4, 2))).mean().backward()
    assert net.predict(np.ones((4, 2))).dtype == np.float32
    assert all(p.grad.dtype == np.float32 for p in net.parameters())
    assert net.norms[0].running_variance.dtype == np.float32


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: BatchNorm((3,))(np.ones((1, 3))),
            "z must hold at least 2 examples to normalize over, got shape (1, 3): "
            "of one example nothing is left but 0",
        ),
        (lambda: BatchNorm((3,), momentum=2.0), "momentum must be between 0 and 1, got 2.0"),
        (lambda: BatchNorm((3,), epsilon=0.0), "epsilon must be positive, got 0.0"),
        (lambda: LayerNorm((3,), epsilon=-1.0), "epsilon must be positive, got -1.0"),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message
