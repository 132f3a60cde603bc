"""A run that the reader stops half way leaves all as it was, and the next one is whole."""

import io
import sys

import numpy as np
import pytest

from feedforward import progress as module
from feedforward.costs import squared_error
from feedforward.graph import Tensor
from feedforward.network import MLP
from feedforward.propagation import backward_statistics
from feedforward.training import OPTIMIZERS, train
from feedforward.units import Unit, tanh

X = np.linspace(-1, 1, 12)[:, None]


class Screen(io.StringIO):
    def isatty(self):
        return True


def network(batch_norm=True):
    return MLP((1, 5, 1), "tanh", "xavier", np.random.default_rng(0), batch_norm=batch_norm)


def run(net, optimizer, cost=squared_error):
    settings = {"steps": 9, "learning_rate": 0.05, "batch_size": 4, "optimizer": optimizer}
    return train(net, cost, X, X**2, rng=np.random.default_rng(1), **settings)


def stopped_at(step):
    """A cost during which somebody presses Ctrl-C."""
    calls = iter(range(100))

    def cost(prediction, target):
        if next(calls) == step:
            raise KeyboardInterrupt
        return squared_error(prediction, target)

    return cost


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_network_is_whole_and_the_next_run_as_if_nothing_had_been(optimizer):
    """Six steps and an interruption are six steps: the optimizer's memory ends with the run."""
    stopped, plain = network(), network()
    with pytest.raises(KeyboardInterrupt):
        run(stopped, optimizer, stopped_at(6))
    train(
        plain, squared_error, X, X**2, steps=6, learning_rate=0.05, batch_size=4,
        rng=np.random.default_rng(1), optimizer=optimizer,
    )  # fmt: skip
    for a, b in zip(stopped.parameters(), plain.parameters(), strict=True):
        np.testing.assert_array_equal(a.data, b.data)
    plain.norms[0].running_mean[:] = stopped.norms[0].running_mean  # the seventh batch was seen
    plain.norms[0].running_variance[:] = stopped.norms[0].running_variance
    np.testing.assert_array_equal(run(stopped, optimizer), run(plain, optimizer))
    np.testing.assert_array_equal(stopped.predict(X), plain.predict(X))


def test_the_bar_is_gone_at_once_though_the_traceback_is_kept(monkeypatch):
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr(module, "PATIENCE", -1.0)
    monkeypatch.setattr(module, "REFRESH", 0.0)
    monkeypatch.delenv("FEEDFORWARD_KEPT", raising=False)
    try:
        run(network(), "sgd", stopped_at(6))
    except KeyboardInterrupt as interruption:
        kept = interruption  # as a notebook does
        shown = screen.getvalue()
    assert kept.__traceback__ is not None
    assert "step 6 of 9" in shown
    assert not shown.rpartition("\r" + " " * 20)[2].strip()


def interrupting():
    raise KeyboardInterrupt


def test_an_interrupted_prediction_leaves_recording_on():
    net = network(batch_norm=False)
    net.unit = Unit("stopped", lambda z: interrupting(), tanh.slope)
    with pytest.raises(KeyboardInterrupt):
        net.predict(X)
    w = Tensor([2.0])
    (w * w).backward()
    assert w.grad == 4


def test_interrupted_statistics_give_a_networks_gradients_back():
    net = network(batch_norm=False)
    squared_error(net(X), X).mean().backward()
    before = [p.grad for p in net.weights]
    net.unit = Unit("stopped", tanh.value, lambda z: interrupting())
    with pytest.raises(KeyboardInterrupt):
        backward_statistics(net, X, np.ones(1))
    assert all(p.grad is g for p, g in zip(net.weights, before, strict=True))
