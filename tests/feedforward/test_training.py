"""The training loop against PyTorch's optimizers, and against what must hold of any run."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from feedforward import costs
from feedforward.ensemble import Ensemble, per_member, seeded
from feedforward.graph import Tensor
from feedforward.initializers import he
from feedforward.network import MLP
from feedforward.training import (
    OPTIMIZERS,
    at_steps,
    minibatches,
    train,
    train_with_snapshots,
    training_loop,
)

THEIRS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.05),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
    "adam": lambda p: torch.optim.Adam(p, lr=0.05),
}


def problem(seed=0, m=40):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(m, 3))
    return x, (x[:, 0] + x[:, 1] ** 2 > 0.5).astype(int)


def network(dtype=np.float64, seed=1):
    return MLP((3, 8, 2), "tanh", he, np.random.default_rng(seed), dtype=dtype)


def test_every_optimizer_has_a_peer():
    assert set(OPTIMIZERS) == set(THEIRS)


@pytest.mark.parametrize("decay", [False, True])
@pytest.mark.parametrize("optimizer", THEIRS)
def test_thirty_steps_follow_those_of_pytorch(optimizer, decay):
    x, y = problem()
    net = network()
    w = [torch.tensor(p.data, requires_grad=True) for p in net.parameters()]
    history = train(
        net, costs.categorical_nll, x, y,
        steps=30, learning_rate=0.05, batch_size=16, rng=np.random.default_rng(5),
        optimizer=optimizer, decay=decay,
    )  # fmt: skip
    peer = THEIRS[optimizer](w)
    rate = torch.optim.lr_scheduler.LambdaLR(peer, lambda k: 1 - k / 30 if decay else 1.0)
    batches = minibatches(40, 16, np.random.default_rng(5))
    expected = []
    for batch, _ in zip(batches, range(30), strict=False):
        a = torch.tanh(F.linear(torch.tensor(x[batch]), w[0], w[1]))
        cost = F.cross_entropy(F.linear(a, w[2], w[3]), torch.tensor(y[batch]))
        peer.zero_grad()
        cost.backward()
        peer.step()
        rate.step()
        expected.append(cost.item())
    np.testing.assert_allclose(history, expected, rtol=1e-10)
    for p, q in zip(net.parameters(), w, strict=True):
        np.testing.assert_allclose(p.data, q.detach().numpy(), rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_training_lowers_the_cost(optimizer):
    x, y = problem()
    history = train(
        network(), costs.categorical_nll, x, y,
        steps=300, learning_rate=0.03, optimizer=optimizer,
    )  # fmt: skip
    assert history.shape == (300,)
    assert history[-1] < 0.75 * history[0]


def test_gradient_descent_on_squared_error_finds_least_squares():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 2))
    y = x @ [[2.0], [-1.0]] + 0.5 + 0.1 * rng.normal(size=(50, 1))
    net = MLP((2, 1), "identity", he, rng)
    train(net, costs.squared_error, x, y, steps=500, learning_rate=0.1)
    solution, *_ = np.linalg.lstsq(np.column_stack([x, np.ones(50)]), y, rcond=None)
    np.testing.assert_allclose(net.weights[0].data.ravel(), solution[:2, 0], rtol=1e-10)
    np.testing.assert_allclose(net.biases[0].data, solution[2], rtol=1e-10)


def test_a_learned_noise_scale_is_the_residuals_standard_deviation():
    rng = np.random.default_rng(0)
    y = rng.normal(3.0, 0.7, size=(200, 1))

    class Gaussian:
        mean, log_std = Tensor([0.0]), Tensor([0.0])

        def __call__(self, x):
            return self.mean + x * 0

        def parameters(self):
            return [self.mean, self.log_std]

    from feedforward.graph import exp

    model = Gaussian()
    train(
        model,
        lambda mean, y: costs.gaussian_nll(mean, y, exp(model.log_std).reshape(())),
        np.zeros((200, 1)), y, steps=3000, learning_rate=0.05,
    )  # fmt: skip
    assert model.mean.data[0] == pytest.approx(y.mean(), rel=1e-9)
    assert math.exp(model.log_std.data[0]) == pytest.approx(y.std(), rel=1e-9)


def test_the_same_seeds_give_the_same_history_to_the_last_digit():
    x, y = problem()
    runs = [
        train(
            network(), costs.categorical_nll, x, y,
            steps=20, learning_rate=0.1, batch_size=7, rng=np.random.default_rng(seed),
        )
        for seed in (0, 0, 1)
    ]  # fmt: skip
    np.testing.assert_array_equal(runs[0], runs[1])
    assert (runs[0] != runs[2]).any()


def test_a_float32_network_stays_float32():
    x, y = problem()
    for optimizer in OPTIMIZERS:
        net = network(np.float32)
        train(net, costs.categorical_nll, x, y, steps=3, learning_rate=0.1, optimizer=optimizer)
        assert {p.dtype for p in net.parameters()} == {np.dtype(np.float32)}


def test_the_history_is_the_cost_before_each_step():
    x, y = problem()
    net = network()
    before = costs.categorical_nll(net.predict(x), y).mean()
    history = train(net, costs.categorical_nll, x, y, steps=2, learning_rate=0.1)
    assert history[0] == pytest.approx(before, rel=1e-15)
    assert train(net, costs.categorical_nll, x, y, steps=0, learning_rate=0.1).shape == (0,)


def test_the_loop_alone_descends_from_batches_that_one_makes_oneself():
    x, y = problem()
    net, same = network(), network()
    take_step = OPTIMIZERS["sgd"](net.parameters(), 0.1)
    batches = [(x[:20], y[:20]), (x[20:], y[20:]), (x[:20], y[:20])]
    looped = training_loop(net, costs.categorical_nll, batches, take_step, lambda step: None)
    steps = [
        train(same, costs.categorical_nll, *batch, steps=1, learning_rate=0.1) for batch in batches
    ]
    np.testing.assert_array_equal(looped, np.concatenate(steps))
    np.testing.assert_array_equal(net.predict(x), same.predict(x))


def test_the_callback_sees_the_start_and_the_network_after_each_step():
    x, y = problem()
    net, seen = network(), []
    start = net.predict(x)
    train(
        net, costs.categorical_nll, x, y, steps=3, learning_rate=0.1,
        callback=lambda step: seen.append((step, net.predict(x))),
    )  # fmt: skip
    assert [step for step, _ in seen] == [0, 1, 2, 3]
    np.testing.assert_array_equal(seen[0][1], start)
    np.testing.assert_array_equal(seen[3][1], net.predict(x))
    after_one = network()
    train(after_one, costs.categorical_nll, x, y, steps=1, learning_rate=0.1)
    np.testing.assert_array_equal(seen[1][1], after_one.predict(x))


def test_a_callback_at_steps_is_called_there_only():
    seen = []
    callback = at_steps((0, 2, 7), seen.append)
    for step in range(6):
        callback(step)
    assert seen == [0, 2]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_snapshots_do_not_disturb_the_training_and_are_copies(optimizer):
    x, y = problem()
    ends, settings = [], {"learning_rate": 0.01, "batch_size": 20, "optimizer": optimizer}
    for at in ((0, 40), (0, 3, 10, 11, 40)):
        net = network()
        frames = train_with_snapshots(
            net, costs.categorical_nll, x, y, at=at, rng=np.random.default_rng(0), **settings
        )
        assert len(frames) == len(at)
        for first, begun in zip(frames[0], network().parameters(), strict=True):
            np.testing.assert_array_equal(first, begun.data)
        ends.append(frames[-1])
    for one, other, trained in zip(*ends, net.parameters(), strict=True):
        np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(one, trained.data)
        assert not np.shares_memory(one, trained.data)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_each_member_of_an_ensemble_may_have_its_own_learning_rate(optimizer):
    x, y = problem()
    rates = np.array([0.01, 0.1])
    together = Ensemble((3, 5, 2), "tanh", seeded([0, 1]), dtype=np.float64)
    cost = per_member(costs.categorical_nll)
    train(together, cost, x, y, steps=5, learning_rate=rates[:, None, None], optimizer=optimizer)
    for member, rate in enumerate(rates):
        alone = Ensemble((3, 5, 2), "tanh", seeded([member]), dtype=np.float64)
        train(alone, cost, x, y, steps=5, learning_rate=float(rate), optimizer=optimizer)
        for p, q in zip(together.parameters(), alone.parameters(), strict=True):
            np.testing.assert_allclose(p.data[member], q.data[0], rtol=1e-12)


def test_without_the_check_a_member_that_diverges_harms_no_other():
    x, y = problem()
    rates = np.array([1e30, 0.1], np.float32)[:, None, None]
    together = Ensemble((3, 5, 2), "relu", seeded([0, 1]))
    settings = {"steps": 20, "check_finite": False}
    cost = per_member(costs.nll_of_logits)
    train(together, cost, x, y, learning_rate=rates, **settings)
    alone = Ensemble((3, 5, 2), "relu", seeded([1]))
    train(alone, cost, x, y, learning_rate=0.1, **settings)
    answers = together.predict(x)
    assert not np.isfinite(answers[0]).any()
    np.testing.assert_allclose(answers[1], alone.predict(x)[0], rtol=1e-5)
    with pytest.raises(FloatingPointError, match="learning_rate of each member"):
        fresh = Ensemble((3, 5, 2), "relu", seeded([0, 1]))
        train(fresh, cost, x, y, steps=20, learning_rate=rates)


def test_every_pass_shows_each_example_once_in_a_new_order():
    batches = minibatches(10, 4, np.random.default_rng(0))
    passes = [[next(batches) for _ in range(3)] for _ in range(2)]
    for one in passes:
        assert [len(b) for b in one] == [4, 4, 2]
        assert sorted(np.concatenate(one)) == list(range(10))
    assert (np.concatenate(passes[0]) != np.concatenate(passes[1])).any()


def test_data_are_not_changed_by_training():
    x, y = problem()
    x.flags.writeable = y.flags.writeable = False
    train(network(), costs.categorical_nll, x, y, steps=2, learning_rate=0.1)


def test_a_run_that_diverges_says_at_which_step_and_learning_rate():
    x, _ = problem()
    net = MLP((3, 8, 1), "relu", he, np.random.default_rng(1))
    y = x[:, :1]
    with pytest.raises(
        FloatingPointError, match=r"became (nan|-?inf) after \d+ steps with learning_rate 1000:"
    ):
        train(net, costs.squared_error, x, y, steps=200, learning_rate=1e3)


def test_the_step_named_is_the_first_at_which_something_is_not_finite():
    class Doubling:
        """θ ← θ − η·(−1e200·θ): explodes after a known number of steps."""

        theta = Tensor([1.0])

        def __call__(self, x):
            return self.theta * x

        def parameters(self):
            return [self.theta]

    def cost(f, y):
        return f * -1.0

    model = Doubling()
    x = np.full((1,), 1e308)
    # Step 1 makes θ about 1e308, whose product with x overflows at the second forward pass.
    with pytest.raises(FloatingPointError, match="the prediction became inf after 1 steps"):
        train(model, cost, x, x, steps=5, learning_rate=1.0)
    model.theta.data[:] = 1.0
    with pytest.raises(FloatingPointError, match="a parameter became inf after 1 steps"):
        train(model, cost, x, x, steps=1, learning_rate=10.0)


BAD = [
    ({"steps": -1}, ValueError, "steps must be at least 0, got -1"),
    ({"steps": 1.5}, TypeError, "steps must be an integer, got 1.5"),
    ({"learning_rate": 0}, ValueError, "learning_rate must be positive, got 0.0"),
    ({"decay": 0.1}, TypeError, "decay must be"),
    ({"callback": 3}, TypeError, "callback must be a function, got 3"),
    ({"check_finite": 1}, TypeError, "check_finite must be bool, got 1"),
    (
        {"learning_rate": np.ones((2, 1, 1))},
        ValueError,
        "learning_rate must be one number, or one for each member of an Ensemble, shape (S, 1, 1),"
        " got shape (2, 1, 1) for a parameter of shape (8, 3)",
    ),
    (
        {"batch_size": 0, "rng": np.random.default_rng(0)},
        ValueError,
        "batch_size must be at least 1",
    ),
    ({"batch_size": 4}, TypeError, "rng must be a numpy.random.Generator"),
    (
        {"optimizer": "rmsprop"},
        ValueError,
        "optimizer must be one of sgd, momentum, adam, got 'rmsprop'",
    ),
    (
        {"y": np.zeros(3, int)},
        ValueError,
        "x and y must hold the same number of examples, got shapes (40, 3) and (3,)",
    ),
    ({"y": np.zeros((40, 2))}, TypeError, "label must hold integers, got dtype float64"),
]


@pytest.mark.parametrize("change, error, message", BAD)
def test_bad_input_is_refused_by_name(change, error, message):
    x, y = problem()
    arguments = {"x": x, "y": y, "steps": 1, "learning_rate": 0.1} | change
    with pytest.raises(error) as caught:
        train(network(), costs.categorical_nll, **arguments)
    assert str(caught.value).startswith(message)
