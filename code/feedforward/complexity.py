"""What a training step costs: multiply-adds and bytes, counted, and their measured counterparts.

`mlp_cost` and `checkpoint_cost` count from the widths alone. The functions named `measure_…` run
something and look: PyTorch's own flop counter and saved-tensor hooks, Python's `tracemalloc`.
`seconds_in_turn` reads the processor's clock. Counts and measurements of operations and of saved
bytes agree exactly, not nearly.

PyTorch is imported where it is measured, and nowhere else.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from feedforward import _check
from feedforward.graph import Array

#: Arrays of a parameter's size that an optimizer remembers from step to step.
OPTIMIZER_STATE = {"sgd": 0, "momentum": 1, "adam": 2}

#: What PyTorch's unit needs on the way back: its own output a, its input z, or nothing.
NEEDED_BY_UNIT = {
    "relu": "a", "tanh": "a", "sigmoid": "a",
    "leaky_relu": "z", "softplus": "z", "elu": "z", "gelu": "z", "silu": "z", "hard_tanh": "z",
    "identity": None,
}  # fmt: skip


@dataclass(frozen=True)
class Cost:
    """What one training step of a multilayer perceptron takes.

    Multiply-adds are those of the matrix products, one multiplication and one addition each; the
    backward ones lead to the weights and to the hidden activations, but not to the input. Bytes of
    activations are what waits between the forward and the backward pass: the hidden layers', and
    beside them `bytes_input`, the minibatch itself.
    """

    multiply_adds_forward: int
    multiply_adds_backward: int
    weights: int
    parameters: int
    bytes_parameters: int
    bytes_gradients: int
    bytes_optimizer: int
    bytes_activations: int
    bytes_input: int

    @property
    def multiply_adds(self) -> int:
        """Of both passes."""
        return self.multiply_adds_forward + self.multiply_adds_backward

    @property
    def bytes_waiting(self) -> int:
        """What is kept from the forward pass for the backward one: activations and minibatch."""
        return self.bytes_activations + self.bytes_input

    @property
    def bytes_total(self) -> int:
        """All of it at once: the most that a step needs."""
        of_weights = self.bytes_parameters + self.bytes_gradients + self.bytes_optimizer
        return of_weights + self.bytes_waiting


def mlp_cost(
    widths: Sequence[int],
    batch: int,
    *,
    unit: str = "relu",
    optimizer: str = "sgd",
    dtype: Any = np.float32,
) -> Cost:
    """Count what one step with a minibatch of `batch` examples costs.

    widths: (inputs, hidden …, outputs), with a bias for each unit. unit: decides whether one array
    per hidden layer has to wait for the backward pass, or two (see NEEDED_BY_UNIT).
    """
    widths, batch = _check.widths(widths), _check.count(batch, "batch")
    _check.one_of(optimizer, OPTIMIZER_STATE, "optimizer")
    weights = [n_in * n_out for n_in, n_out in pairwise(widths)]
    parameters = sum(weights) + sum(widths[1:])
    size = _check.floating(dtype).itemsize
    saved = _saved(widths, unit, 0, len(weights))
    return Cost(
        multiply_adds_forward=batch * sum(weights),
        multiply_adds_backward=batch * (sum(weights) + sum(weights[1:])),
        weights=sum(weights),
        parameters=parameters,
        bytes_parameters=size * parameters,
        bytes_gradients=size * parameters,
        bytes_optimizer=size * parameters * OPTIMIZER_STATE[optimizer],
        bytes_activations=size * batch * sum(widths[layer] for _, layer in saved if layer > 0),
        bytes_input=size * batch * widths[0],
    )


def _saved(widths: Sequence[int], unit: str, start: int, stop: int) -> set[tuple[str, int]]:
    """Which arrays layers start+1 … stop leave for the backward pass: ("a" or "z", layer).

    A layer needs its input, for the gradient of its weights, and what its unit needs. A set, since
    what a unit gives is what the next layer takes: one array, saved once.
    """
    needed = NEEDED_BY_UNIT[_check.one_of(unit, NEEDED_BY_UNIT, "unit")]
    last = len(widths) - 1
    inputs = {("a", layer - 1) for layer in range(start + 1, stop + 1)}
    of_units = {(needed, layer) for layer in range(start + 1, stop + 1) if needed and layer < last}
    return inputs | of_units


# ------------------------------------------------------------------------------ checkpointing


@dataclass(frozen=True)
class CheckpointCost:
    """What a step costs when only every `segment`-th activation is kept.

    bytes_peak: the most that waits for the backward pass at one time: the checkpoints, of which the
    input is the first, and the inside of one segment. segments: how many there are.
    """

    multiply_adds_forward: int
    multiply_adds_recomputed: int
    multiply_adds_backward: int
    segments: int
    bytes_peak: int

    @property
    def extra_work(self) -> float:
        """Recomputed multiply-adds, as a share of those of a step that keeps everything."""
        plain = self.multiply_adds_forward + self.multiply_adds_backward
        return self.multiply_adds_recomputed / plain


def checkpoint_cost(
    widths: Sequence[int],
    batch: int,
    segment: int,
    *,
    unit: str = "relu",
    dtype: Any = np.float32,
) -> CheckpointCost:
    """Count a step whose layers are cut into segments of `segment` layers, the last one shorter.

    All but the last segment are computed twice: the last one's inside is still there when the way
    back begins. With one segment nothing is recomputed, and everything is kept.
    Source: Chen et al. (2016).
    """
    widths, batch = _check.widths(widths), _check.count(batch, "batch")
    segment = _check.count(segment, "segment")
    plain = mlp_cost(widths, batch, unit=unit, dtype=dtype)
    layers = len(widths) - 1
    starts = range(0, layers, segment)
    peak = 0
    for start in starts:
        stop = min(start + segment, layers)
        alive = {("a", s) for s in starts if s <= start} | _saved(widths, unit, start, stop)
        peak = max(peak, sum(widths[layer] for _, layer in alive))
    twice = sum(n_in * n_out for n_in, n_out in list(pairwise(widths))[: starts[-1]])
    return CheckpointCost(
        multiply_adds_forward=plain.multiply_adds_forward,
        multiply_adds_recomputed=batch * twice,
        multiply_adds_backward=plain.multiply_adds_backward,
        segments=len(starts),
        bytes_peak=np.dtype(dtype).itemsize * batch * peak,
    )


# --------------------------------------------------------------------------------- measured


def torch_mlp(widths: Sequence[int], unit: str = "relu", dtype: Any = np.float32) -> Any:
    """The same network as a `torch.nn.Sequential` of Linear layers and units."""
    import torch

    units = {
        "relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid,
        "leaky_relu": torch.nn.LeakyReLU, "softplus": torch.nn.Softplus, "elu": torch.nn.ELU,
        "gelu": torch.nn.GELU, "silu": torch.nn.SiLU, "hard_tanh": torch.nn.Hardtanh,
        "identity": torch.nn.Identity,
    }  # fmt: skip
    make = units[_check.one_of(unit, NEEDED_BY_UNIT, "unit")]
    layers = []
    for n_in, n_out in pairwise(_check.widths(widths)):
        linear = torch.nn.Linear(n_in, n_out, dtype=getattr(torch, _check.floating(dtype).name))
        layers += [linear, make()]
    return torch.nn.Sequential(*layers[:-1])


@dataclass(frozen=True)
class Measured:
    """What PyTorch itself counted in one step: multiply-adds, and the most bytes saved at once.

    The bytes are those of the minibatch and of activations, each storage once; parameters, which
    are saved as well, are there anyway.
    """

    multiply_adds_forward: int
    multiply_adds_backward: int
    bytes_saved: int


def measure_step(
    widths: Sequence[int],
    batch: int,
    *,
    segment: int | None = None,
    unit: str = "relu",
    dtype: Any = np.float32,
) -> Measured:
    """Let PyTorch count one step: its flop counter, and its hooks on tensors that are saved.

    The cost is the sum of the outputs, which itself saves nothing. segment: checkpoint every so
    many layers; the recomputed multiply-adds then belong to the backward pass.
    """
    import torch
    from torch.utils.checkpoint import checkpoint
    from torch.utils.flop_counter import FlopCounterMode

    net = torch_mlp(widths, unit, dtype)
    x = torch.ones(_check.count(batch, "batch"), widths[0], dtype=net[0].weight.dtype)
    meter = _Meter(p.untyped_storage().data_ptr() for p in net.parameters())
    layers = [net[i : i + 2] for i in range(0, len(net), 2)]
    size = len(layers) if segment is None else _check.count(segment, "segment")
    parts = [layers[s : s + size] for s in range(0, len(layers), size)]

    with torch.autograd.graph.saved_tensors_hooks(meter.pack, meter.unpack):
        with FlopCounterMode(display=False) as forward:
            a = x
            for part in parts[:-1]:  # a checkpoint wants to see that there is something to learn
                a = checkpoint(_through, part, a.requires_grad_(), use_reentrant=True)
            cost = _through(parts[-1], a).sum()
        with FlopCounterMode(display=False) as backward:
            cost.backward()
    to_input = batch * widths[0] * widths[1] if x.requires_grad else 0  # not part of the count
    return Measured(
        multiply_adds_forward=forward.get_total_flops() // 2,
        multiply_adds_backward=backward.get_total_flops() // 2 - to_input,
        bytes_saved=meter.peak,
    )


def _through(layers: Sequence[Callable], a: Any) -> Any:
    for layer in layers:
        a = layer(a)
    return a


class _Meter:
    """Counts bytes as tensors are saved and let go, each storage once; some are not counted."""

    def __init__(self, ignored: Iterator[int]) -> None:
        self.ignored = set(ignored)
        self.uses: dict[int, int] = {}
        self.now = self.peak = 0

    def pack(self, tensor: Any) -> _Held:
        return _Held(self, tensor)

    def unpack(self, held: _Held) -> Any:
        return held.tensor


class _Held:
    """One saved tensor; deleted together with the node of PyTorch's graph that it waits for."""

    def __init__(self, meter: _Meter, tensor: Any) -> None:
        storage = tensor.untyped_storage()
        self.tensor, self.meter = tensor, meter
        self.key, self.bytes = storage.data_ptr(), storage.nbytes()
        if self.key in meter.ignored:
            return
        meter.uses[self.key] = meter.uses.get(self.key, 0) + 1
        if meter.uses[self.key] == 1:
            meter.now += self.bytes
            meter.peak = max(meter.peak, meter.now)

    def __del__(self) -> None:
        if self.key in self.meter.ignored:
            return
        self.meter.uses[self.key] -= 1
        if self.meter.uses[self.key] == 0:
            self.meter.now -= self.bytes


NUMPY_DOMAIN = np.lib.tracemalloc_domain


def measure_bytes(run: Callable[[], Any]) -> tuple[int, int]:
    """Bytes of arrays that are still alive after `run()`, and the most there were meanwhile.

    The first counts NumPy's arrays alone, and exactly, as long as the result of `run` refers to
    them; the second also counts Python's own objects, a few hundred bytes a node.
    """
    _check.function(run, "run")
    tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        result = run()
        _, peak = tracemalloc.get_traced_memory()
        arrays = tracemalloc.take_snapshot().filter_traces(
            [tracemalloc.DomainFilter(True, NUMPY_DOMAIN)]
        )
        del result
    finally:
        tracemalloc.stop()
    return sum(trace.size for trace in arrays.traces), peak - before


def seconds_in_turn(
    runs: Sequence[Callable[[], Any]], *, rounds: int = 11, least: float = 0.003
) -> Array:
    """Processor seconds of one call of each of `runs`, shape (rounds, len(runs)).

    Every run gets one timing a round, so that a busy moment of the machine meets one timing of
    many runs and not all of one. Processor time leaves out what other programs took of the clock,
    and counts every thread of this one: compare with one thread. Calls too short for the clock are
    timed several at once, so that each timing lasts at least `least` seconds.
    """
    runs = [_check.function(run, "each run in runs") for run in _check.sequence(runs, "runs")]
    rounds, least = _check.count(rounds, "rounds"), _check.number(least, "least")
    _check.within(np.asarray(least), 0, 60, "least")
    calls = []
    for run in runs:
        run()  # the first call has memory to ask for, and code to load
        once = _processor_seconds(run, 1)
        calls.append(max(1, int(np.ceil(least / max(once, 1e-6)))))
    return np.array(
        [
            [_processor_seconds(run, n) / n for run, n in zip(runs, calls, strict=True)]
            for _ in range(rounds)
        ]
    )


def _processor_seconds(run: Callable[[], Any], calls: int) -> float:
    start = time.process_time()
    for _ in range(calls):
        run()
    return time.process_time() - start
