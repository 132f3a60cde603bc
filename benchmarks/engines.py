"""One training step of the book's engine beside three others: PyTorch, HIPS autograd, micrograd.

`python -m benchmarks.engines` prints a Markdown table. All get the same float32 data and weights,
one thread, plain gradient descent; they take turns, ROUNDS times, and the medians count. The first
costs of all engines have to agree before anything is timed. What is timed is the processor's time:
with one thread that is the time on the clock, less what other programs took of it.

micrograd's engine holds one number a node, as a Python float: it is there for scale, on a single
example of the smaller network, with a squared error, since it has no exponential. A step of 128
examples takes it 128 times as long.
"""

import ctypes
import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.report import machine, table
from feedforward import costs
from feedforward.network import MLP
from feedforward.training import sgd

ROUNDS = 15
BATCH = 128
NETWORKS = ((64, 256, 256, 10), (784, 1024, 1024, 10))
RATE = 0.01

Step = Callable[[], float]


def problem(widths: tuple[int, ...]) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """(W₁, b₁, W₂, …), inputs and labels, the same for every engine."""
    rng = np.random.default_rng(0)
    net = MLP(widths, "relu", "he", rng, dtype=np.float32)
    x = rng.normal(size=(BATCH, widths[0])).astype(np.float32)
    return [p.data for p in net.parameters()], x, rng.integers(0, widths[-1], BATCH)


def ours(widths: tuple[int, ...]) -> Step:
    start, x, label = problem(widths)
    net = MLP(widths, "relu", "he", np.random.default_rng(0), dtype=np.float32)
    parameters = net.parameters()
    for p, numbers in zip(parameters, start, strict=True):
        p.data[...] = numbers
    take_step = sgd(parameters, RATE)

    def step() -> float:
        for p in parameters:
            p.grad = None
        cost = costs.categorical_nll(net(x), label).mean()
        cost.backward()
        take_step()
        return float(cost)

    return step


def pytorch(widths: tuple[int, ...]) -> Step:
    import torch

    from feedforward.complexity import torch_mlp

    torch.set_num_threads(1)
    start, x, label = problem(widths)
    net, x, label = torch_mlp(widths), torch.tensor(x), torch.tensor(label)
    for p, numbers in zip(net.parameters(), start, strict=True):
        p.data.copy_(torch.tensor(numbers))
    optimizer = torch.optim.SGD(net.parameters(), lr=RATE)

    def step() -> float:
        optimizer.zero_grad()
        cost = torch.nn.functional.cross_entropy(net(x), label)
        cost.backward()
        optimizer.step()
        return cost.item()

    return step


def hips_autograd(widths: tuple[int, ...]) -> Step:
    import autograd.numpy as anp
    from autograd import value_and_grad
    from autograd.scipy.special import logsumexp

    parameters, x, label = problem(widths)
    rows = np.arange(BATCH)

    def mean_cost(parameters: list[np.ndarray]):
        a = x
        for k in range(0, len(parameters) - 2, 2):
            a = anp.maximum(anp.dot(a, parameters[k].T) + parameters[k + 1], np.float32(0))
        logits = anp.dot(a, parameters[-2].T) + parameters[-1]
        return anp.mean(logsumexp(logits, axis=1) - logits[rows, label])

    both = value_and_grad(mean_cost)

    def step() -> float:
        cost, gradients = both(parameters)
        for p, g in zip(parameters, gradients, strict=True):
            p -= np.float32(RATE) * g
        return float(cost)

    return step


def micrograd(widths: tuple[int, ...]) -> Step:
    """One example; deeper than Python's recursion limit, hence the larger one."""
    from micrograd.engine import Value

    sys.setrecursionlimit(1_000_000)
    start, x, label = problem(widths)
    layers = [
        ([[Value(float(w)) for w in row] for row in W], [Value(float(c)) for c in b])
        for W, b in zip(start[::2], start[1::2], strict=True)
    ]
    parameters = [v for W, b in layers for v in [*(w for row in W for w in row), *b]]

    def step() -> float:
        a = [float(v) for v in x[0]]
        for k, (W, b) in enumerate(layers):
            z = [
                sum((w * v for w, v in zip(row, a, strict=True)), c)
                for row, c in zip(W, b, strict=True)
            ]
            a = z if k == len(layers) - 1 else [v.relu() for v in z]
        cost = sum(((v - float(j == label[0])) ** 2 for j, v in enumerate(a)), Value(0.0))
        for p in parameters:
            p.grad = 0.0
        cost.backward()
        for p in parameters:
            p.data -= RATE * p.grad
        return cost.data

    return step


ENGINES = {"ours": ours, "PyTorch, eager": pytorch, "HIPS autograd": hips_autograd}


def seconds(step: Step, calls: int) -> float:
    start = time.process_time()
    for _ in range(calls):
        step()
    return (time.process_time() - start) / calls


def compare(widths: tuple[int, ...]) -> dict[str, list[float]]:
    """Seconds a step, one for each round; each engine once a round, in a turning order."""
    steps = {name: make(widths) for name, make in ENGINES.items()}
    first = {name: step() for name, step in steps.items()}
    for name, cost in first.items():
        if abs(cost / first["ours"] - 1) > 1e-5:
            raise SystemExit(f"{name} starts at cost {cost}, ours at {first['ours']}")
    calls = {name: max(1, round(0.1 / seconds(step, 3))) for name, step in steps.items()}
    found: dict[str, list[float]] = {name: [] for name in steps}
    order = list(steps)
    for _ in range(ROUNDS):
        order = order[1:] + order[:1]
        for name in order:
            gc.collect()
            found[name].append(seconds(steps[name], calls[name]))
    return found


MEMORY = Path("/proc/self/status")


def peak(name: str, widths: tuple[int, ...]) -> str:
    """MB that ten steps add, at most, to a fresh process that holds the engine and the data.

    A step of a tiny network comes first, so that the engine's own code is loaded; and memory that
    was freed meanwhile is given back, or the steps would seem to need none.
    """
    if not MEMORY.exists() or not hasattr(ctypes.CDLL(None), "malloc_trim"):
        return "–"
    code = (
        "import ctypes; from pathlib import Path; import benchmarks.engines as b\n"
        f"b.ENGINES[{name!r}]((4, 3, 2))()\n"
        f"step = b.ENGINES[{name!r}]({widths!r})\n"
        "ctypes.CDLL(None).malloc_trim(0)\n"
        "before = b.resident('VmRSS')\n"
        "Path('/proc/self/clear_refs').write_text('5')\n"  # from now on a new high-water mark
        "for _ in range(10): step()\n"
        "print(b.resident('VmHWM') - before)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return f"{float(run.stdout.split()[-1]):.0f}"


def resident(what: str) -> float:
    """VmRSS, this process's memory, or VmHWM, the most it has been: MB."""
    (line,) = (row for row in MEMORY.read_text().splitlines() if row.startswith(what))
    return float(line.split()[1]) / 1000


def main() -> None:
    rows = []
    for widths in NETWORKS:
        found = compare(widths)
        for name, times in found.items():
            ratios = [t / o for t, o in zip(times, found["ours"], strict=True)]
            quartiles = statistics.quantiles(ratios, n=4, method="inclusive")
            rows.append(
                [
                    f"{widths}, {name}",
                    f"{statistics.median(times) * 1e3:.2f}",
                    f"{quartiles[1]:.2f}",
                    f"{quartiles[0]:.2f} to {quartiles[2]:.2f}",
                    peak(name, widths),
                ]
            )
    scalar = micrograd(NETWORKS[0])
    scalar()
    one = statistics.median(seconds(scalar, 1) for _ in range(3))
    ours_too = float(rows[0][1]) / 1e3
    rows.append(
        [
            f"{NETWORKS[0]}, micrograd, 1 example",
            f"{one * 1e3:,.0f}",
            f"{BATCH * one / ours_too:,.0f} (for {BATCH} examples)",
            "",
            "",
        ]
    )
    head = ["one step, 128 examples", "ms", "× ours", "quartiles of ×", "peak memory, MB"]
    print(table(head, rows))
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"\n{machine()}, one thread, median of {ROUNDS} rounds taken in turn, load {load:.1f}")


if __name__ == "__main__":
    with threadpool_limits(limits=1):
        main()
