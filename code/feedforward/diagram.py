"""The computational graph of any expression: listed, and laid out to be drawn.

    >>> from feedforward.graph import Tensor, exp
    >>> w = Tensor(2.0)
    >>> J = exp(w) * w
    >>> J.backward()
    >>> print(listing(J, w=w, J=J))
    0  w              shape ()  value 2      gradient 22.17
    1  exp(0)         shape ()  value 7.389  gradient 2
    2  J = mul(1, 0)  shape ()  value 14.78  gradient 1

This module computes; it draws nothing. `diagram` gives each node a column and a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from feedforward import _check
from feedforward.graph import Array, Tensor, nodes, value


@dataclass(frozen=True)
class Node:
    """One node of a computational graph, and where to draw it.

    name: the reader's name for it, or "". op: the operation that made it, of a unit its name; None
    for what was given. constant: an array or a number, which wants no gradient. value, gradient:
    arrays; gradient is None until `backward()` has reached the node. inputs: positions of the nodes
    it was computed from, in order, with repetitions.

    column, row: column 0 holds what was given first; a node stands to the right of all its inputs;
    rows count from the top, and may be halves. routes: for each input, the (column, row) that its
    edge passes between the two, one for each column, where no node stands.
    """

    name: str
    op: str | None
    constant: bool
    value: Array
    gradient: Array | None
    inputs: tuple[int, ...]
    column: int
    row: float
    routes: tuple[tuple[tuple[int, float], ...], ...]

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape


def diagram(last: Tensor, *, constants: bool = False, **names: Any) -> list[Node]:
    """The nodes that `last` was computed from, each after its inputs, `last` at the end.

    names: Tensors or arrays, by the name to show. constants: whether arrays and numbers in the
    expression are nodes as well; a named array always is.
    """
    last = _check.kind(last, Tensor, "last")
    named = {id(thing): name for name, thing in names.items()}
    order: list[Any] = []
    place: dict[int, int] = {}
    sources: list[tuple[int, ...]] = []
    for node in nodes(last):
        inputs = []
        for x in node._inputs:
            if not isinstance(x, Tensor) and id(x) not in place:
                if not constants and id(x) not in named:
                    continue
                place[id(x)] = len(order)
                order.append(x)
                sources.append(())
            inputs.append(place[id(x)])
        place[id(node)] = len(order)
        order.append(node)
        sources.append(tuple(inputs))
    columns = _columns(sources)
    rows, routes = _rows(sources, columns)
    return [
        Node(
            name=named.get(id(thing), ""),
            op=_operation(thing),
            constant=not isinstance(thing, Tensor),
            value=np.asarray(value(thing)),
            gradient=getattr(thing, "grad", None),
            inputs=inputs,
            column=column,
            row=row,
            routes=route,
        )
        for thing, inputs, column, row, route in zip(
            order, sources, columns, rows, routes, strict=True
        )
    ]


def listing(last: Tensor, **names: Any) -> str:
    """The graph as a table of text: one node a line, inputs before what is made of them."""
    rows = []
    for i, node in enumerate(diagram(last, constants=True, **names)):
        made = node.name or ("constant" if node.constant else "given")
        if node.op is not None:
            made = f"{node.op}({', '.join(map(str, node.inputs))})"
            made = f"{node.name} = {made}" if node.name else made
        gradient = "no gradient" if node.gradient is None else f"gradient {brief(node.gradient)}"
        rows.append((str(i), made, f"shape {node.shape}", f"value {brief(node.value)}", gradient))
    widths = [max(len(row[k]) for row in rows) for k in range(4)]
    return "\n".join(
        "  ".join([*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), row[4]])
        for row in rows
    )


def brief(array: Array) -> str:
    """One number as it is, of several the root of their mean square."""
    array = _check.as_array(array, "array")
    if array.size == 0:
        return "none"
    if array.dtype.kind not in "biuf":
        raise TypeError(f"array must hold real numbers, got dtype {array.dtype}")
    if array.size == 1:
        return f"{array.item():.4g}"
    size = np.abs(array.astype(float))
    largest = size.max()
    if not 0 < largest < np.inf:
        return f"~{largest:.2g}"
    return f"~{largest * np.sqrt(np.mean((size / largest) ** 2)):.2g}"  # no square overflows


def _columns(sources: list[tuple[int, ...]]) -> list[int]:
    """How many steps lie before each node; what was given stands just before its first use."""
    columns: list[int] = []
    first_use: dict[int, int] = {}
    for inputs in sources:
        column = 1 + max((columns[i] for i in inputs), default=-1)
        columns.append(column)
        for i in inputs:
            first_use[i] = min(column, first_use.get(i, column))
    return [
        column if inputs or node not in first_use else first_use[node] - 1
        for node, (column, inputs) in enumerate(zip(columns, sources, strict=True))
    ]


def _rows(
    sources: list[tuple[int, ...]], columns: list[int]
) -> tuple[list[float], list[tuple[tuple[tuple[int, float], ...], ...]]]:
    """Rows in which few edges cross, and a lane for each edge through the columns that it passes.

    The method of Sugiyama, Tagawa and Toda (1981): an edge that passes a column gets a stand-in
    there, so that all edges join neighbouring columns; then each column is ordered by the mean row
    of its neighbours, a few sweeps back and forth.
    """
    column = list(columns)
    neighbours: list[list[int]] = [[] for _ in sources]
    lanes: dict[tuple[int, int], list[int]] = {}  # (source, user): the edge's stand-ins
    for user, inputs in enumerate(sources):
        for source in dict.fromkeys(inputs):
            stops = range(columns[source] + 1, columns[user])
            lane = list(range(len(column), len(column) + len(stops)))
            lanes[source, user] = lane
            column += stops
            neighbours += [[] for _ in stops]
            for a, b in pairwise([source, *lane, user]):
                neighbours[a].append(b)
                neighbours[b].append(a)

    layers: list[list[int]] = [[] for _ in range(max(column) + 1)]
    for node, c in enumerate(column):
        layers[c].append(node)
    row = [0.0] * len(column)

    def order(layer: list[int], wish: dict[int, float]) -> None:
        for position, node in enumerate(sorted(layer, key=lambda n: (wish[n], row[n]))):
            row[node] = position - (len(layer) - 1) / 2

    for layer in layers:
        order(layer, {node: k for k, node in enumerate(layer)})
    for layer in _sweeps(layers, 4):
        order(
            layer, {n: float(np.mean([row[k] for k in neighbours[n]] or [row[n]])) for n in layer}
        )
    top = min(row)
    routes = [
        tuple(tuple((column[k], row[k] - top) for k in lanes[source, user]) for source in inputs)
        for user, inputs in enumerate(sources)
    ]
    return [r - top for r in row[: len(sources)]], routes


def _sweeps(layers: list[list[int]], times: int) -> Iterator[list[int]]:
    for _ in range(times):
        yield from layers[::-1]
        yield from layers


def _operation(thing: Any) -> str | None:
    op = getattr(thing, "_op", None)
    return thing._options["unit"].name if op == "unit" else op
