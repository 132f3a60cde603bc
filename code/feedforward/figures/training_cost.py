"""Figures of chapter 4, The cost of training.

Each figure function takes the values of its sliders and returns (Figure, text): text says in words
and numbers what this state shows. What is counted and measured comes from the experiments.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from feedforward import costs, graph
from feedforward.complexity import checkpoint_cost, mlp_cost
from feedforward.diagram import Node, brief, diagram
from feedforward.experiments import training_cost as experiments
from feedforward.figures import style
from feedforward.figures.style import ink
from feedforward.graph import Tensor, local_gradients, tanh
from feedforward.network import MLP
from feedforward.typography import counted, in_print, percent

Array = np.ndarray
Drawn = tuple[Figure, str]

FORWARD, BACKWARD = "C0", "C1"
"""Values and what goes forward; gradients and what goes back. The same in every figure."""


def canvas(height: float) -> tuple[Figure, Axes]:
    """An empty sheet, in inches from the lower left corner."""
    fig = Figure(figsize=(style.WIDTH, height))
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set_xlim(0, style.WIDTH)
    ax.set_ylim(0, height)
    ax.axis("off")
    return fig, ax


def box(ax: Axes, x: float, y: float, width: float, height: float, edge: Any, fill: Any) -> None:
    """A node around the point (x, y)."""
    corner = (x - width / 2, y - height / 2)
    thick = 2 if isinstance(edge, str) else 0.8
    ax.add_patch(Rectangle(corner, width, height, edgecolor=edge, facecolor=fill, linewidth=thick))


def short(number: float) -> str:
    """Three digits at most, with a real minus sign."""
    return in_print(f"{number:.3g}")


def bytes_in_words(count: float) -> str:
    """4096 → "4.1 kB"; kilo is 1000."""
    for size, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count:.0f} bytes"


def seconds_in_words(seconds: float) -> str:
    """0.00042 → "420 µs"."""
    for size, unit in ((1, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


# --------------------------------------------------------------- one node a step, there and back

SYMBOLS = {"mul": "·", "add": "+", "sub": "−", "div": "/"}
X, Y = 2.0, 0.3
"""The one example of the hook: input and target."""


def neuron(w: float, b: float = -0.2) -> tuple[Tensor, dict[str, Any]]:
    """J = (tanh(wx + b) − y)² + w²/10, and its nodes by name."""
    weight, bias, x, y = Tensor(w), Tensor(b), np.array(X), np.array(Y)
    product = weight * x
    z = product + bias
    a = tanh(z)
    e = a - y
    square = e * e
    size = weight * weight
    penalty = size / 10.0
    J = square + penalty
    names = {
        "w": weight, "b": bias, "x": x, "y": y, "wx": product, "z": z, "a": a, "e": e,
        "e²": square, "w²": size, "w²/10": penalty, "J": J,
    }  # fmt: skip
    return J, names


NEURON_PLACES = {
    "x": (0, 0), "w": (0, 1), "b": (1, 0), "wx": (1, 1), "w²": (1, 2.2), "z": (2, 0.5),
    "a": (3, 0.5), "y": (3, 1.5), "e": (4, 1), "w²/10": (4, 2.2), "e²": (5, 1), "J": (6, 1.6),
}  # fmt: skip
"""(column, row) in the drawing of the hook, where a general layout would be less tidy."""

NEURON_STEPS = 18
"""Eight nodes forward, ten back: the constants x and y get no gradient."""


def local_slopes(nodes: list[Node], tensors: list[Any], target: int) -> list[tuple[int, float]]:
    """For each use of a node: who uses it, and ∂user/∂node there."""
    return [
        (user, float(slope))
        for user, node in enumerate(nodes)
        if node.inputs
        for source, slope in local_gradients(tensors[user], np.ones(()))
        if source is tensors[target]
    ]


def backpropagation(step: int = 13, w: float = 0.8) -> Drawn:
    """A neuron and its cost as a graph: values fill in forwards, gradients backwards."""
    done = step - 1  # whole steps before this one
    J, names = neuron(w)
    J.backward()
    nodes = diagram(J, **names)
    tensors = [names[node.name] for node in nodes]
    computed = [i for i, node in enumerate(nodes) if node.op is not None]
    back = [i for i in reversed(range(len(nodes))) if not nodes[i].constant]
    here = computed[done] if done < len(computed) else back[done - len(computed)]
    backwards = done >= len(computed)
    valued = {i for i, n in enumerate(nodes) if n.op is None} | set(computed[:step])
    reached = set(back[: step - len(computed)]) if backwards else set()

    fig, ax = canvas(3.75)
    places = {}
    for i, node in enumerate(nodes):
        column, row = NEURON_PLACES[node.name]
        places[i] = (0.36 + 0.746 * column, 3.28 - 0.98 * row)
    for i, node in enumerate(nodes):
        for source in sorted(set(node.inputs)):
            (x0, y0), (x1, y1) = places[source], places[i]
            into, out_of = not backwards and i == here, backwards and source == here
            color = FORWARD if into else BACKWARD if out_of else ink(0.45)
            wide = 2.6 if into or out_of else 1
            ax.plot([x0 + 0.31, x1 - 0.31], [y0, y1], color=color, linewidth=wide)
    for i, node in enumerate(nodes):
        x, y = places[i]
        active = (BACKWARD if backwards else FORWARD) if i == here else ink(0.6)
        fill = (active, 0.15) if i == here else "none"
        box(ax, x, y, 0.62, 0.78, active, fill)
        op = {"add": ": +", "sub": ": −", "tanh": ": tanh"}.get(node.op or "", "")
        ax.text(x, y + 0.24, node.name + op, ha="center", va="center", fontsize=10)
        if i in valued:
            ax.text(x, y, short(node.value), color=FORWARD, ha="center", va="center", fontsize=10)
        if node.constant:
            ax.text(x, y - 0.25, "data", color=ink(0.75), ha="center", va="center", fontsize=10)
        elif i in reached:
            told = short(node.gradient)
            ax.text(x, y - 0.25, told, color=BACKWARD, ha="center", va="center", fontsize=10)

    node = nodes[here]
    if not backwards:
        given = [short(nodes[i].value) for i in node.inputs]
        sign = SYMBOLS.get(node.op, "")
        given = given if node.op != "div" else [*given, "10"]
        made = f" {sign} ".join(given) if sign else f"{node.op}({given[0]})"
        line = f"{node.name} = {made} = {short(node.value)}"
    elif here == len(nodes) - 1:
        line = "∂J/∂J = 1"
    else:
        parts = local_slopes(nodes, tensors, here)
        told = [f"{short(nodes[user].gradient)}·{in_brackets(slope)}" for user, slope in parts]
        line = f"∂J/∂{node.name} = {' + '.join(told)} = {short(node.gradient)}"
    ax.text(0.08, 0.3, line, color=BACKWARD if backwards else FORWARD, fontsize=11, va="center")
    ax.text(5.12, 3.5, "value", color=FORWARD, fontsize=11, ha="right")
    ax.text(5.12, 3.25, "gradient ∂J/∂node", color=BACKWARD, fontsize=11, ha="right")
    way = "back" if backwards else "forward"
    return fig, f"Step {step} of {NEURON_STEPS}, {way}: {line}."


def in_brackets(number: float) -> str:
    """A factor; in brackets if it is negative."""
    return f"({short(number)})" if number < 0 else short(number)


# ----------------------------------------------------------------------- what a step takes

BUDGET_WIDTHS = (32, 64, 128, 256, 512, 1024)
BUDGET_LAYERS = (1, 2, 4, 8, 16)
BUDGET_BATCHES = (1, 16, 128, 1024)


def step_budget(width: int = 256, layers: int = 2, batch: int = 128) -> Drawn:
    """Multiply-adds and bytes of one training step of a network from 784 inputs to 10 outputs."""
    cost = mlp_cost((784, *[width] * layers, 10), batch, optimizer="adam")
    fig, (top, bottom) = style.figure(height=4.3, rows=2, ratios=[1, 2.1], left=1.3, gap=0.95)
    work = {"forward": cost.multiply_adds_forward, "backward": cost.multiply_adds_backward}
    held = {
        "parameters": cost.bytes_parameters,
        "gradients": cost.bytes_gradients,
        "Adam's state": cost.bytes_optimizer,
        "activations": cost.bytes_activations,
        "minibatch": cost.bytes_input,
    }
    for row, (name, count) in enumerate(work.items()):
        top.barh(-row, count, color=(FORWARD, BACKWARD)[row], height=0.6)
        style.label(top, count, -row, short_count(count), ink(0.85))
        style.label(top, 1e4, -row, name, ha="right", offset=(-6, 0))
    for row, (name, count) in enumerate(held.items()):
        waits = name in ("activations", "minibatch")
        bottom.barh(-row, count, color="C3" if waits else "C2", height=0.6)
        style.label(bottom, count, -row, bytes_in_words(count), ink(0.85))
        style.label(bottom, 1e2, -row, name, ha="right", offset=(-6, 0))
    for ax, rows, limits, label in (
        (top, 2, (1e4, 5e13), "multiply-adds"), (bottom, 5, (1e2, 2e10), "bytes"),
    ):  # fmt: skip
        ax.set_xscale("log")
        ax.set_xlim(*limits)
        ax.set_ylim(-rows + 0.4, 0.6)
        ax.minorticks_off()
        style.ticks(ax, y=[])
        ax.set_xlabel(label)
    top.set_xticks([1e4, 1e6, 1e8, 1e10, 1e12], ["10⁴", "10⁶", "10⁸", "10¹⁰", "10¹²"])
    bottom.set_xticks([1e3, 1e6, 1e9], ["1 kB", "1 MB", "1 GB"])
    timing = experiments.timed_passes(128)
    price = timing.products_forward[-1] / (128 * timing.weights[-1])
    seconds = price * cost.multiply_adds
    ratio = cost.multiply_adds_backward / cost.multiply_adds_forward
    text = (
        f"784 inputs, {counted(layers, 'hidden layer')} of {width:,}, 10 outputs, "
        f"{counted(batch, 'example')}: {cost.parameters:,} parameters; the backward pass counts "
        f"{ratio:.2f} times the forward one; {bytes_in_words(cost.bytes_total)} in all. The "
        f"multiply-adds would take {seconds_in_words(seconds)} at the price of a large product of "
        "128 examples; calls and smaller matrices cost more."
    )
    return fig, in_print(text)


def share_that_waits(width: int, layers: int, batch: int) -> str:
    """Activations and minibatch as a share of all bytes of a step of the budget's network."""
    cost = mlp_cost((784, *[width] * layers, 10), batch, optimizer="adam")
    share = cost.bytes_waiting / cost.bytes_total
    return percent(share, 0 if share > 0.01 else 2)


def short_count(count: float) -> str:
    """1234567 → "1.23 million"."""
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if count >= size:
            return f"{count / size:.3g} {word}"
    return f"{count:.0f}"


# ----------------------------------------------------------------------- time for a weight


def price_of_a_weight(batch: int = 128, passes: str = "forward") -> Drawn:
    """Time for each weight and example, from a few hundred weights to three million."""
    timing = experiments.timed_passes(batch)
    seconds = timing.forward if passes == "forward" else timing.both
    shown = 1e9 * seconds / (batch * timing.weights)
    color = FORWARD if passes == "forward" else BACKWARD
    fig, ax = style.figure(height=3.3, right=0.2)
    ax.plot(timing.weights, np.clip(shown, 0.004, 2e4), "o-", color=color, ms=6, linewidth=1.2)
    call, unit, weight = experiments.three_prices(batch)
    if passes == "forward":
        w = np.geomspace(150, 4e6, 40)
        model = call / (batch * w) + unit * np.sqrt(3 / w) + weight
        ax.plot(w, np.clip(1e9 * model, 0.004, 2e4), color=ink(0.7), ls=(0, (5, 2)), linewidth=1.2)
        style.label(ax, 4e6, 2.2e3, "dashed: three prices, fitted", ink(0.8), ha="right")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(100, 6e6)
    ax.set_ylim(0.004, 2e4)
    ax.minorticks_off()
    ax.set_xticks([1e2, 1e3, 1e4, 1e5, 1e6], ["100", "1,000", "10⁴", "10⁵", "10⁶"])
    ax.set_yticks([0.01, 0.1, 1, 10, 100, 1000], ["0.01", "0.1", "1", "10", "100", "1,000"])
    style.rules(ax, y=[0.01, 0.1, 1, 10, 100, 1000])
    ax.set_xlabel("weights w")
    ax.set_ylabel("ns / (weight · example)")
    what = "forward pass" if passes == "forward" else "both passes"
    told = f"{what}, {counted(batch, 'example')}"
    style.label(ax, 4e6, 8e3, told, color, ha="right", bold=True)
    slope, _ = experiments.slope_on_logarithmic_axes(timing.weights, seconds)
    text = (
        f"{told}: {shown[0]:.3g} ns for each weight and example with {timing.weights[0]:,.0f} "
        f"weights, {shown[-1]:.2g} ns with {timing.weights[-1]:,.0f}. Time grows as w to the power "
        f"{slope:.2f} over the whole range."
    )
    return fig, in_print(text)


# ---------------------------------------------------------------------------- the transpose

MATRIX = np.array([[0.5, -1.0, 0.2, 0.8], [1.2, 0.4, -0.6, 0.0], [-0.3, 0.9, 1.1, -0.7]])
ACTIVATIONS = np.array([1.0, 0.5, -1.0, 2.0])
DELTAS = np.array([0.4, -1.0, 0.5])
SUBSCRIPTS = "₁₂₃₄"


def transpose(step: int = 3) -> Drawn:
    """One weight matrix, read by rows on the way forward and by columns on the way back."""
    back = step >= len(DELTAS)
    k = step - len(DELTAS) if back else step
    n_out, n_in = MATRIX.shape
    fig, ax = canvas(3.5)
    left = [(0.45, 2.95 - 0.62 * j) for j in range(n_in)]
    right = [(2.15, 2.64 - 0.62 * i) for i in range(n_out)]
    color = BACKWARD if back else FORWARD
    for i in range(n_out):
        for j in range(n_in):
            (x0, y0), (x1, y1) = left[j], right[i]
            used = (j if back else i) == k
            ax.plot(
                [x0 + 0.3, x1 - 0.3], [y0, y1], color=color if used else ink(0.25),
                linewidth=0.6 + 2.2 * abs(MATRIX[i, j]) if used else 0.8,
            )  # fmt: skip
    results = MATRIX @ ACTIVATIONS, MATRIX.T @ DELTAS
    for j, (x, y) in enumerate(left):
        active = back and j == k
        box(ax, x, y, 0.6, 0.5, color if active else ink(0.6), (color, 0.15) if active else "none")
        told = f"∂J/∂a{SUBSCRIPTS[j]}" if back else f"a{SUBSCRIPTS[j]}"
        shown = (short(results[1][j]) if active else "") if back else short(ACTIVATIONS[j])
        ax.text(x, y + 0.11, told, ha="center", va="center", fontsize=10)
        ax.text(x, y - 0.12, shown, ha="center", va="center", fontsize=10, color=color)
    for i, (x, y) in enumerate(right):
        active = not back and i == k
        box(ax, x, y, 0.6, 0.5, color if active else ink(0.6), (color, 0.15) if active else "none")
        told = f"δ{SUBSCRIPTS[i]}" if back else f"z{SUBSCRIPTS[i]}"
        shown = short(DELTAS[i]) if back else (short(results[0][i]) if active else "")
        ax.text(x, y + 0.11, told, ha="center", va="center", fontsize=10)
        ax.text(x, y - 0.12, shown, ha="center", va="center", fontsize=10, color=color)
    for i in range(n_out):
        for j in range(n_in):
            used = (j if back else i) == k
            x, y = 3.08 + 0.6 * j, 2.5 - 0.5 * i
            box(ax, x, y, 0.6, 0.5, ink(0.4), (color, 0.2) if used else "none")
            ax.text(
                x, y, short(MATRIX[i, j]), ha="center", va="center", fontsize=10,
                fontweight="bold" if used else "normal",
            )  # fmt: skip
    ax.text(2.78, 2.95, "W", fontsize=11)
    ax.text(2.78, 1.02, "back: columns" if back else "forward: rows", color=color, fontsize=11)
    factors = DELTAS if back else ACTIVATIONS
    weights = MATRIX[:, k] if back else MATRIX[k]
    name = f"∂J/∂a{SUBSCRIPTS[k]}" if back else f"z{SUBSCRIPTS[k]}"
    terms = " + ".join(
        f"{in_brackets(w)}·{in_brackets(f)}" for w, f in zip(weights, factors, strict=True)
    )
    total = short(float(weights @ factors))
    ax.text(0.12, 0.5, f"{name} = {terms}", color=color, fontsize=10, va="center")
    ax.text(0.12, 0.2, f"= {total}", color=color, fontsize=10, va="center")
    way = f"Backward, column {k + 1} of W" if back else f"Forward, row {k + 1} of W"
    return fig, f"{way}: {name} = {terms} = {total}."


TRANSPOSE_STEPS = {
    **{f"forward to z{SUBSCRIPTS[i]}": i for i in range(3)},
    **{f"back to a{SUBSCRIPTS[j]}": 3 + j for j in range(4)},
}

# ---------------------------------------------------------------------------- what waits

UNITS_COMPARED = {"ReLU": "relu", "GELU": "gelu"}


def waiting_bytes(varied: str = "minibatch m", unit: str = "relu") -> Drawn:
    """Bytes that wait for the backward pass, counted and measured, as one size grows."""
    counted, measured = experiments.saved_bytes(varied, unit)
    sizes = np.array(experiments.SWEEPS[varied])
    fig, ax = style.figure(height=3.3, right=0.3)
    ax.plot(sizes, counted / 1e3, color="C3")
    ax.plot(sizes, measured / 1e3, "o", color="C0", ms=7)
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    ax.set_xlim(0.9, 600)
    ax.set_ylim(10, 3000)
    ax.minorticks_off()
    ax.set_xticks([1, 4, 16, 64, 256], ["1", "4", "16", "64", "256"])
    ax.set_yticks([10, 100, 1000], ["10", "100", "1,000"])
    style.rules(ax, y=[10, 100, 1000])
    ax.set_xlabel(varied)
    ax.set_ylabel("waiting [kB]")
    style.label(ax, 1, 2200, "line: counted", "C3", offset=(0, 0))
    style.label(ax, 1, 1400, "dots: saved by PyTorch", "C0", offset=(0, 0))
    arrays = "two arrays" if unit == "gelu" else "one array"
    text = (
        f"{varied} from {sizes[0]} to {sizes[-1]}: {bytes_in_words(counted[0])} to "
        f"{bytes_in_words(counted[-1])}, counted and measured alike to the byte. "
        f"{'GELU' if unit == 'gelu' else 'ReLU'} leaves {arrays} for each hidden layer."
    )
    return fig, in_print(text)


# --------------------------------------------------------------------------- checkpointing


def waiting_over_time(layers: int, segment: int) -> tuple[Array, Array]:
    """How many activations wait, as the work of a step goes on.

    Work in forward passes: one forward, two backward, and what is computed twice. Corners of a
    polygon: forward only the checkpoints are kept; on the way back, segment after segment is
    computed again, all of it kept, and given back layer by layer.
    """
    starts = list(range(0, layers, segment))
    work, waiting = [0.0], [1.0]
    for s in starts[1:]:
        work += [s / layers, s / layers]
        waiting += [waiting[-1], waiting[-1] + 1]
    done = starts[-1] / layers
    for kept, s in zip(range(len(starts), 0, -1), reversed(starts), strict=True):
        stop = min(s + segment, layers)
        length = (stop - s) / layers
        inside = stop - s - (stop == layers)  # nobody needs the network's own outputs
        work += [done, done + length, done + 3 * length]
        waiting += [kept, kept + inside, kept - 1]
        done += 3 * length
    return np.array(work), np.array(waiting)


def outline(heights: Array, stretches: int = 70) -> Array:
    """Which points to draw where there are too many: of each stretch its lowest and highest."""
    if len(heights) <= 200:
        return np.arange(len(heights))
    seen = {0, len(heights) - 1}
    for stretch in np.array_split(np.arange(len(heights)), stretches):
        seen |= {stretch[np.argmin(heights[stretch])], stretch[np.argmax(heights[stretch])]}
    return np.array(sorted(seen))


def checkpoint_peaks(layers: int, lengths: Array) -> Array:
    """Peak bytes by segment length, as a share of keeping everything."""
    widths = experiments.chain(layers)
    plain = checkpoint_cost(widths, experiments.CHAIN_BATCH, layers).bytes_peak
    peaks = [checkpoint_cost(widths, experiments.CHAIN_BATCH, int(s)).bytes_peak for s in lengths]
    return np.array(peaks) / plain


def lengths_up_to(layers: int) -> Array:
    """Segment lengths from 1 to `layers`, evenly spread on a logarithmic axis."""
    return np.unique(np.geomspace(1, layers, 60).round().astype(int))


def checkpointing(segment: int = 10, layers: int = 100) -> Drawn:
    """Activations that wait during one step, and the most of them, by the length of a segment."""
    segment = min(segment, layers)
    widths = experiments.chain(layers)
    cost = checkpoint_cost(widths, experiments.CHAIN_BATCH, segment)
    plain = checkpoint_cost(widths, experiments.CHAIN_BATCH, layers)
    fig, (top, bottom) = style.figure(height=4.9, rows=2, gap=0.75, left=0.85)
    for length, color, wide in ((layers, ink(0.6), 1.2), (segment, "C3", 1.6)):
        work, waiting = waiting_over_time(layers, length)
        seen = outline(waiting)
        top.plot(work[seen], waiting[seen] / layers, color=color, linewidth=wide)
    top.set_xlim(0, 4.05)
    top.set_ylim(0, 1.18)
    style.ticks(top, x=[0, 1, 2, 3, 4], y=[0, 0.5, 1])
    top.set_yticklabels(["0", percent(0.5), percent(1)])
    top.set_xlabel("work done [forward passes]")
    top.set_ylabel("waiting")
    style.label(top, 1.1, 1.09, "everything kept", ink(0.8), offset=(0, 0))
    named = f"segments of {segment}" if segment < layers else f"one segment of all {layers:,}"
    style.label(top, 4.0, 0.9, named, "C3", ha="right", offset=(0, 0))

    lengths = lengths_up_to(layers)
    shares = checkpoint_peaks(layers, lengths)
    share = cost.bytes_peak / plain.bytes_peak
    bottom.plot(lengths, shares, color="C3", linewidth=1.5)
    if layers in experiments.MEASURED_LAYERS:
        measured = experiments.measured_checkpoints(layers)
        dots = np.array(list(measured.values())) / plain.bytes_peak
        bottom.plot(list(measured), dots, "o", color="C0", ms=4)
        style.label(bottom, 1100, 0.045, "dots: PyTorch", "C0", ha="right", offset=(0, 0))
    bottom.plot([segment], [share], "o", color="C3", ms=9)
    bottom.axvline(np.sqrt(layers), color=ink(0.5), linewidth=0.8, linestyle=(0, (5, 2)))
    style.label(bottom, np.sqrt(layers), 1.35, "√L", ink(0.8))
    bottom.set_xscale("log")
    bottom.set_yscale("log")
    bottom.set_xlim(0.9, 1200)
    bottom.set_ylim(0.03, 1.7)
    bottom.minorticks_off()
    bottom.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1,000"])
    bottom.set_yticks([0.03, 0.1, 0.3, 1], [percent(share) for share in (0.03, 0.1, 0.3, 1)])
    style.rules(bottom, y=[0.1, 0.3, 1])
    bottom.set_xlabel("layers in a segment")
    bottom.set_ylabel("most at once")
    text = (
        f"{layers:,} layers in {'segments' if segment < layers else 'one segment'} of {segment:,}: "
        f"at most {bytes_in_words(cost.bytes_peak)} "
        f"wait, {share:.1%} of {bytes_in_words(plain.bytes_peak)}, for "
        f"{cost.extra_work:.0%} more multiply-adds."
    )
    return fig, in_print(text)


# ----------------------------------------------------------------------- paths and nodes


def paths(length: int = 6) -> Drawn:
    """A chain of diamonds, and the local derivatives applied in two ways of going back."""
    fig, (top, bottom) = style.figure(height=4.1, rows=2, ratios=[1, 2.9], gap=0.2, left=0.9)
    for k in range(length):
        x = np.array([k, k + 0.5, k + 1.0])
        top.plot(x, [0, 0.5, 0], color="C0", linewidth=1.4)
        top.plot(x, [0, -0.5, 0], color="C0", linewidth=1.4)
        top.plot([k + 0.5, k + 0.5], [0.5, -0.5], "o", color=ink(0.7), ms=4)
    top.plot(np.arange(length + 1), np.zeros(length + 1), "o", color=ink(1), ms=6)
    top.set_xlim(-0.3, 12.3)
    top.set_ylim(-1, 1)
    top.axis("off")
    over, stored = (
        [experiments.rules_applied(k)[name] for k in range(1, experiments.DIAMONDS + 1)]
        for name in ("over paths", "stored")
    )
    every = np.arange(1, experiments.DIAMONDS + 1)
    for counts, color, name, height in (
        (over, BACKWARD, "path by path", 4e5), (stored, FORWARD, "gradients stored at nodes", 6e4),
    ):  # fmt: skip
        bottom.plot(every, counts, color=color, linewidth=1)
        bottom.plot(every[:length], counts[:length], "o", color=color, ms=6)
        style.label(bottom, 0.1, height, f"{name}: {counts[length - 1]:,}", color, offset=(0, 0))
    bottom.set_yscale("log")
    bottom.set_xlim(-0.3, 12.3)
    bottom.set_ylim(1, 1e6)
    bottom.minorticks_off()
    style.ticks(bottom, x=[1, 4, 8, 12])
    bottom.set_yticks([1, 100, 10_000], ["1", "100", "10,000"])
    style.rules(bottom, y=[1, 100, 10_000])
    bottom.set_xlabel("diamonds in the chain")
    bottom.set_ylabel("rules applied")
    found = experiments.rules_applied(length)
    text = (
        f"{counted(length, 'diamond')}, {2**length:,} paths: {over[length - 1]:,} local "
        f"derivatives path by path, {stored[length - 1]} with stored gradients; both find the "
        f"slope {found['slope stored']:.6f}."
    )
    return fig, in_print(text)


def jacobian_shape(inputs: int = 32, outputs: int = 1) -> Drawn:
    """A Jacobian filled by columns or by rows, and what either way costs."""
    forward, reverse, _ = experiments.jacobian_counts(inputs, outputs)
    fig, (top, bottom) = style.figure(height=4.0, rows=2, ratios=[1.7, 1], gap=0.35, left=1.0)
    top.set_xlim(0, 84)
    top.set_ylim(37, -11)
    top.axis("off")
    for left, color, name, passes, cuts in (
        (0, FORWARD, "forward mode", inputs, "columns"),
        (45, BACKWARD, "reverse mode", outputs, "rows"),
    ):
        box(top, left + inputs / 2, outputs / 2, inputs, outputs, color, (color, 0.15))
        x, y = [], []
        for k in range(1, passes):
            if cuts == "columns":
                x, y = [*x, left + k, left + k, np.nan], [*y, 0, outputs, np.nan]
            else:
                x, y = [*x, left, left + inputs, np.nan], [*y, k, k, np.nan]
        top.plot(x, y, color=color, linewidth=0.8)
        word = cuts if passes > 1 else cuts[:-1]
        style.label(top, left, -8, name, color, offset=(0, 0), bold=True)
        style.label(top, left, -3.2, f"{passes} {word}", color, offset=(0, 0))
    for row, (name, count, color) in enumerate(
        (("forward", forward, FORWARD), ("reverse", reverse, BACKWARD))
    ):
        bottom.barh(-row, count, color=color, height=0.6)
        style.label(bottom, count, -row, f"{count:,}", ink(0.85))
        style.label(bottom, 500, -row, name, ha="right", offset=(-6, 0))
    bottom.set_xscale("log")
    bottom.set_xlim(500, 1e6)
    bottom.set_ylim(-1.6, 0.6)
    bottom.minorticks_off()
    style.ticks(bottom, y=[])
    bottom.set_xticks([1e3, 1e4, 1e5, 1e6], ["1,000", "10⁴", "10⁵", "10⁶"])
    bottom.set_xlabel("multiply-adds")
    better = "forward" if forward < reverse else "reverse" if reverse < forward else "neither"
    text = (
        f"{counted(inputs, 'input')}, {counted(outputs, 'output')}: forward mode "
        f"{forward:,} multiply-adds, reverse mode {reverse:,}; {better} is cheaper."
    )
    return fig, in_print(text)


# ------------------------------------------------------------------------ real expressions


def expressions() -> dict[str, tuple[Tensor, dict[str, Any]]]:
    """Costs of this book as graphs: each with its nodes' names, after a backward pass."""
    rng = np.random.default_rng(0)
    x, label = rng.normal(size=(32, 4)).astype(np.float32), rng.integers(0, 3, 32)
    w, b = Tensor(rng.normal(size=(1, 4))), Tensor(np.zeros(1))
    line = graph.affine(x, w, b)
    net = MLP((4, 8, 3), "relu", "he", rng, dtype=np.float32)
    W1, W2 = net.weights
    b1, b2 = net.biases
    squared = costs.squared_error(line[:, 0], rng.normal(size=32)).mean()
    mean, log_width = Tensor(rng.normal(size=32)), Tensor(np.zeros(32))
    gaussian = costs.gaussian_nll(mean, rng.normal(size=32), graph.exp(log_width)).mean()
    found = {
        "two layers, categorical": (
            costs.categorical_nll(net(x), label).mean(),
            {"W₁": W1, "b₁": b1, "W₂": W2, "b₂": b2, "x": x},
        ),
        "a line, squared error": (squared, {"W": w, "b": b, "x": x}),
        "a Gaussian that learns its width": (gaussian, {"mean": mean, "log σ": log_width}),
        "the neuron above": neuron(0.8),
    }
    for cost, _ in found.values():
        cost.backward()
    return found


EXPRESSIONS = (
    "two layers, categorical", "a line, squared error", "a Gaussian that learns its width",
    "the neuron above",
)  # fmt: skip


def expression(which: str = "two layers, categorical") -> Drawn:
    """The graph of a real expression, from what was given on top to the cost."""
    return graph_of(*expressions()[which])


def graph_of(last: Tensor, names: dict[str, Any], height: float = 5.6) -> Drawn:
    """The graph of any expression: operation, shape, and size of the gradient at each node."""
    nodes = diagram(last, **names)
    depth = max(node.column for node in nodes)
    lanes = [(n.column, n.row) for n in nodes] + [p for n in nodes for r in n.routes for p in r]
    widest = max(row for _, row in lanes)
    fig, ax = canvas(height)
    step = (height - 0.75) / max(depth, 1)
    tall = min(0.5, 0.8 * step)
    apart = min(1.4, (style.WIDTH - 1.3) / max(widest, 1))

    def place(column: int, row: float) -> tuple[float, float]:
        return style.WIDTH / 2 + apart * (row - widest / 2), height - 0.35 - step * column

    places = [place(node.column, node.row) for node in nodes]
    for i, node in enumerate(nodes):
        for source, route in dict(zip(node.inputs, node.routes, strict=True)).items():
            passed = [place(*stop) for stop in route]
            x = [places[source][0], *(x for x, _ in passed for _ in "ab"), places[i][0]]
            y = [places[source][1] - tall / 2, places[i][1] + tall / 2]
            y[1:1] = [y + side * tall / 2 for _, y in passed for side in (1, -1)]
            ax.plot(x, y, color=ink(0.45), linewidth=1)
    for i, node in enumerate(nodes):
        x, y = places[i]
        edge = FORWARD if node.op is None and not node.constant else ink(0.6)
        box(ax, x, y, 1.2, tall, edge, "none")
        shape = "×".join(map(str, node.shape))
        name = node.name or SYMBOLS.get(node.op or "", node.op)
        ax.text(
            x, y + 0.22 * tall, f"{name}  {shape}".strip(), ha="center", va="center", fontsize=10
        )
        told = "data" if node.gradient is None else in_print(brief(node.gradient))
        color = ink(0.75) if node.gradient is None else BACKWARD
        ax.text(x, y - 0.24 * tall, told, ha="center", va="center", fontsize=10, color=color)
    given = sum(node.op is None and not node.constant for node in nodes)
    text = (
        f"{len(nodes)} nodes, {given} of them parameters: "
        f"{', '.join(n.name for n in nodes if n.op is None and not n.constant)}. Under each name "
        "stands its gradient; of an array, ~ the root mean square of its entries."
    )
    return fig, in_print(text)
