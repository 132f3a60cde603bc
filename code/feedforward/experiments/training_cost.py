"""Experiments of chapter 4, The cost of training.

Two kinds. Counts (operations, bytes, rules applied) are the same on every machine and at every
time. Timings are measurements of the machine that runs them, and what is written about them has to
hold on a slower or a busier one. So they are of the processor's time, on one thread, of everything
that is compared in turn, round after round. Where one number stands for several rounds it is the
least: a busy machine, whose caches are shared, only adds.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import wraps
from typing import NamedTuple

import numpy as np
from scipy.optimize import nnls
from threadpoolctl import threadpool_limits

from feedforward import costs, graph
from feedforward.complexity import (
    measure_bytes,
    measure_step,
    mlp_cost,
    seconds_in_turn,
    torch_mlp,
)
from feedforward.derivatives import (
    applied_rules,
    checkpointed_backward,
    forward_jacobian,
    gradient_over_paths,
    layers_of,
    reverse_jacobian,
)
from feedforward.experiments import kept
from feedforward.graph import Tensor
from feedforward.network import MLP
from feedforward.progress import progress
from feedforward.training import sgd

Array = np.ndarray

# ------------------------------------------------------------------ time for each weight


def on_one_thread(experiment: Callable) -> Callable:
    """Run with one thread for NumPy's products: a core that is busy elsewhere stops no other."""

    @wraps(experiment)
    def run(*args, **kwargs):
        with threadpool_limits(limits=1):
            return experiment(*args, **kwargs)

    return run


TIMED_WIDTHS = (8, 16, 32, 64, 128, 256, 512, 1024)
"""Widths n of the timed networks, each of three layers (n, n, n, n): 192 to 3.1 million weights."""

TIMED_BATCHES = (1, 16, 128)
ROUNDS = 9


def network_and_batch(widths: Sequence[int], batch: int) -> tuple[MLP, Array]:
    """A float32 ReLU network and a minibatch of normal numbers, both from seed 0."""
    rng = np.random.default_rng(0)
    net = MLP(widths, "relu", "he", rng, dtype=np.float32)
    return net, rng.normal(size=(batch, widths[0])).astype(np.float32)


def forward_and_backward(net: MLP, x: Array) -> None:
    """One pass each way; the gradient that starts the way back is all ones."""
    for p in net.parameters():
        p.grad = None
    outputs = net(x)
    outputs.backward(np.ones(outputs.shape, outputs.dtype))


def bare_products(net: MLP, x: Array) -> tuple[Callable, Callable]:
    """The matrix products of a pass forward and of one back, and nothing else."""
    weights = [weight.data for weight in net.weights]
    inputs = [x]
    for w in weights:
        inputs.append(np.maximum(inputs[-1] @ w.T, 0))
    layers = list(zip(weights, inputs[:-1], inputs[1:], strict=True))

    def forward() -> None:
        for w, a, _ in layers:
            a @ w.T

    def backward() -> None:  # δ has the shape of the layer's outputs
        for number, (w, a, delta) in enumerate(layers):
            delta.T @ a
            if number:
                delta @ w

    return forward, backward


class Timing(NamedTuple):
    """Seconds of the passes of three-layer networks, by width, and of their bare products."""

    weights: Array
    units: Array
    forward: Array
    both: Array
    products_forward: Array
    products_backward: Array

    @property
    def ratio(self) -> Array:
        """Time of the backward pass as a multiple of the forward one."""
        return (self.both - self.forward) / self.forward

    @property
    def products_ratio(self) -> Array:
        """The same of the matrix products alone."""
        return self.products_backward / self.products_forward


@kept
@on_one_thread
def timed_passes(batch: int) -> Timing:
    """Measure forward passes, and passes both ways, of networks of TIMED_WIDTHS."""
    runs: list[Callable] = []
    for n in TIMED_WIDTHS:
        net, x = network_and_batch((n,) * 4, batch)
        runs += [lambda net=net, x=x: net(x), lambda net=net, x=x: forward_and_backward(net, x)]
        runs += bare_products(net, x)
    least = seconds_in_turn(runs, rounds=ROUNDS).min(axis=0).reshape(len(TIMED_WIDTHS), 4)
    widths = np.array(TIMED_WIDTHS)
    return Timing(3 * widths**2, 3 * widths, *least.T)


def slope_on_logarithmic_axes(weights: Array, seconds: Array) -> tuple[float, float]:
    """The power p in seconds ∝ weightsᵖ, by least squares, and its standard error."""
    x, y = np.log(weights), np.log(seconds)
    x, y = x - x.mean(), y - y.mean()
    slope = (x @ y) / (x @ x)
    rest = y - slope * x
    return float(slope), float(np.sqrt((rest @ rest) / (len(x) - 2) / (x @ x)))


def three_prices(batch: int) -> tuple[float, float, float]:
    """Seconds for a pass at all, for each neuron and example, and for each weight and example.

    The least-squares fit of a + b·m·n + c·m·w, n neurons, to the measured forward passes, with no
    price below zero. Each pass is counted by its relative error, so that a small network has as
    much to say as a large one. A price of zero: the times are explained no better with it.
    """
    shares = _shares(batch)
    sizes = np.linalg.norm(shares, axis=0)  # ten powers of ten apart, too far for nnls
    fit, _ = nnls(shares / sizes, np.ones(len(shares)))
    return tuple(float(price) for price in fit / sizes)


def off_by(batch: int) -> float:
    """The largest miss of the three prices, as a share of the measured time."""
    return float(np.abs(_shares(batch) @ three_prices(batch) - 1).max())


def _shares(batch: int) -> Array:
    """What is paid for, 1, m·n and m·w, each divided by the measured seconds: a row a size."""
    timing = timed_passes(batch)
    paid_for = [np.ones(len(timing.weights)), batch * timing.units, batch * timing.weights]
    return (np.array(paid_for) / timing.forward).T


MATRIX_SIZES = (64, 256, 1024, 4096)


@kept
@on_one_thread
def matrix_prices(batch: int) -> Array:
    """Nanoseconds for each weight and example of one product, by MATRIX_SIZES."""
    rng, runs = np.random.default_rng(0), []
    for n in MATRIX_SIZES:
        weight, a = (rng.normal(size=s).astype(np.float32) for s in ((n, n), (n, batch)))
        runs.append(lambda w=weight, a=a: w @ a)
    least = seconds_in_turn(runs, rounds=ROUNDS).min(axis=0)
    return 1e9 * least / (batch * np.array(MATRIX_SIZES) ** 2)


SHAPES = ((1024, 1), (512, 4), (256, 16), (128, 64), (64, 256), (32, 1024))
"""(width, layers) of networks with 2²⁰ weights each."""


@kept
@on_one_thread
def equal_counts(batch: int) -> Array:
    """Seconds of a forward pass of each of SHAPES: equal multiply-adds in more and more calls."""
    runs = []
    for n, layers in SHAPES:
        net, x = network_and_batch((n,) * (layers + 1), batch)
        runs.append(lambda net=net, x=x: net(x))
    return seconds_in_turn(runs, rounds=ROUNDS).min(axis=0)


# ------------------------------------------------------------------------ bytes that wait

SWEEPS = {
    "minibatch m": (16, 32, 64, 128, 256, 512),
    "width of each hidden layer": (16, 32, 64, 128, 256, 512),
    "hidden layers": (1, 2, 4, 8, 16, 32),
}
BASE = {"minibatch m": 64, "width of each hidden layer": 64, "hidden layers": 4}
"""What the sweep leaves alone; 64 inputs and 10 outputs."""


def swept_network(varied: str, value: int) -> tuple[tuple[int, ...], int]:
    """(widths, batch) with one of BASE's entries replaced."""
    batch, width, layers = (value if name == varied else BASE[name] for name in BASE)
    return (64, *[width] * layers, 10), batch


@kept
def saved_bytes(varied: str, unit: str) -> tuple[Array, Array]:
    """(counted, measured) bytes that wait for the backward pass, along one of SWEEPS."""
    counted, measured = [], []
    for value in SWEEPS[varied]:
        widths, batch = swept_network(varied, value)
        cost = mlp_cost(widths, batch, unit=unit)
        counted.append(cost.bytes_waiting)
        measured.append(measure_step(widths, batch, unit=unit).bytes_saved)
    return np.array(counted), np.array(measured)


# -------------------------------------------------------------------------- checkpointing

CHAIN_WIDTH, CHAIN_BATCH = 64, 256
CHAIN_ROUNDS = 6
CHAIN_LAYERS = (16, 64, 100, 400, 1000)
MEASURED_LAYERS = (16, 64, 100)
SEGMENTS = (1, 2, 4, 8, 10, 16, 20, 32, 50, 64, 100, 200, 400, 1000)


def chain(layers: int) -> tuple[int, ...]:
    """Widths of a network of `layers` equal layers."""
    return (CHAIN_WIDTH,) * (layers + 1)


@kept
def measured_checkpoints(layers: int) -> dict[int, int]:
    """Most bytes that PyTorch's checkpoints and segments hold at once, by segment length."""
    lengths = [s for s in SEGMENTS if s <= layers]
    return {
        lengths[k]: measure_step(chain(layers), CHAIN_BATCH, segment=lengths[k]).bytes_saved
        for k in progress(len(lengths))
    }


@kept
@on_one_thread
def thousand_layers(segment: int) -> dict[str, float]:
    """Our engine with and without checkpoints, 1000 layers: bytes, seconds, and the gradients.

    "plain" and "checkpointed" bytes are the most there were during the pass, gradients included;
    "same" is whether every bit of every gradient is the same. The "system seconds" are those that
    the operating system spent, mostly to hand out memory; they depend on what it was given back
    before, so that the "seconds" are the others, the mean of CHAIN_ROUNDS taken in turn.
    """
    net, x = network_and_batch(chain(1000), CHAIN_BATCH)
    layers = layers_of(net)

    def cost(outputs: Tensor) -> Tensor:
        return (outputs**2).mean()

    def forget() -> None:
        for p in net.parameters():
            p.grad = None

    def plain() -> None:
        forget()
        cost(net(x)).backward()

    def checkpointed() -> None:
        forget()
        checkpointed_backward(layers, x, cost, segment)

    runs = {"plain": plain, "checkpointed": checkpointed}
    for run in runs.values():
        run()
    spent = np.zeros((len(runs), 2))
    for _ in progress(CHAIN_ROUNDS):
        for k, run in enumerate(runs.values()):
            before = os.times()
            run()
            after = os.times()
            spent[k] += after.user - before.user, after.system - before.system
    found: dict[str, float] = {}
    gradients = []
    for (name, run), (computing, system) in zip(runs.items(), spent / CHAIN_ROUNDS, strict=True):
        found[f"{name} seconds"], found[f"{name} system seconds"] = computing, system
        run()
        gradients.append([p.grad for p in net.parameters()])
        forget()
        found[f"{name} bytes"] = measure_bytes(run)[1]
    found["same"] = all(np.array_equal(a, b) for a, b in zip(*gradients, strict=True))
    found["parameter gradients"] = sum(g.nbytes for g in gradients[0])
    return found


# ------------------------------------------------------------------- paths and directions

DIAMONDS = 12


def diamonds(x: Tensor, length: int) -> Tensor:
    """A chain of `length` diamonds: each splits its input in two, and adds the branches."""
    for _ in range(length):
        x = x * 0.9 + graph.tanh(x)
    return x


@kept
def rules_applied(length: int) -> dict[str, float]:
    """Both ways through a chain of diamonds: how many local derivatives were applied, and dy/dx."""
    x = Tensor(0.3)
    y = diamonds(x, length)
    by_paths, over_paths = gradient_over_paths(y, x)
    with applied_rules() as noted:
        y.backward()
    return {
        "over paths": over_paths,
        "stored": len(noted),
        "slope over paths": float(by_paths),
        "slope stored": float(x.grad),
    }


JACOBIAN_SIZES = (1, 2, 4, 8, 16, 32)
JACOBIAN_HIDDEN = (32, 32)


@kept
def jacobian_counts(inputs: int, outputs: int) -> tuple[int, int, float]:
    """Multiply-adds of the Jacobian forwards and in reverse, and how far the two differ."""
    rng = np.random.default_rng(0)
    net = MLP((inputs, *JACOBIAN_HIDDEN, outputs), "tanh", "he", rng)
    x = rng.normal(size=inputs)
    (by_columns, forward), (by_rows, reverse) = forward_jacobian(net, x), reverse_jacobian(net, x)
    return forward, reverse, float(np.abs(by_columns - by_rows).max())


# --------------------------------------------------------------- the engine beside PyTorch

PEER_WIDTHS = (64, 256, 256, 10)
PEER_BATCH = 128


def engine_step(widths: Sequence[int], batch: int):
    """One training step of our engine, as a function without arguments."""
    net, x = network_and_batch(widths, batch)
    label = np.random.default_rng(1).integers(0, widths[-1], batch)
    parameters = net.parameters()
    take_step = sgd(parameters, 0.01)

    def step() -> None:
        for p in parameters:
            p.grad = None
        costs.categorical_nll(net(x), label).mean().backward()
        take_step()

    return step


def torch_step(widths: Sequence[int], batch: int):
    """The same step in PyTorch, from the same weights."""
    import torch

    ours, x = network_and_batch(widths, batch)
    label = torch.tensor(np.random.default_rng(1).integers(0, widths[-1], batch))
    net, x = torch_mlp(widths), torch.tensor(x)
    for p, q in zip(net.parameters(), ours.parameters(), strict=True):
        p.data.copy_(torch.tensor(q.data))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)

    def step() -> None:
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(net(x), label).backward()
        optimizer.step()

    return step


@kept
@on_one_thread
def seconds_per_step() -> dict[str, Array]:
    """Seconds of a step on PEER_WIDTHS, by round: ours, PyTorch's, and the bare products of one."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    forward, backward = bare_products(*network_and_batch(PEER_WIDTHS, PEER_BATCH))
    runs = {
        "ours": engine_step(PEER_WIDTHS, PEER_BATCH),
        "PyTorch": torch_step(PEER_WIDTHS, PEER_BATCH),
        "products": lambda: (forward(), backward()),
    }
    seconds = seconds_in_turn(list(runs.values()), rounds=ROUNDS, least=0.01)
    torch.set_num_threads(threads)
    return dict(zip(runs, seconds.T, strict=True))
