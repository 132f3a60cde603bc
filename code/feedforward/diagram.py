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
from typing import Any

import numpy as np

from feedforward.graph import Array, Tensor, nodes, value


@dataclass(frozen=True)
class Node:
    """One node of a computational graph, and where to draw it.

    name: the reader's name for it, or "". op: the operation that made it; None for what was given.
    constant: an array or a number, which wants no gradient. value, gradient: arrays; gradient is
    None until `backward()` has reached the node. inputs: positions of the nodes it was computed
    from, in order, with repetitions. column, row: column 0 holds what was given first; a node
    stands to the right of all its inputs; rows count from the top, and may be halves.
    """

    name: str
    op: str | None
    constant: bool
    value: Array
    gradient: Array | None
    inputs: tuple[int, ...]
    column: int
    row: float

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape


def diagram(last: Tensor, *, constants: bool = False, **names: Any) -> list[Node]:
    """The nodes that `last` was computed from, each after its inputs, `last` at the end.

    names: Tensors or arrays, by the name to show. constants: whether arrays and numbers in the
    expression are nodes as well; a named array always is.
    """
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
    rows = _rows(sources, columns)
    return [
        Node(
            name=named.get(id(thing), ""),
            op=getattr(thing, "_op", None),
            constant=not isinstance(thing, Tensor),
            value=np.asarray(value(thing)),
            gradient=getattr(thing, "grad", None),
            inputs=inputs,
            column=column,
            row=row,
        )
        for thing, inputs, column, row in zip(order, sources, columns, rows, strict=True)
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
    if array.size == 1:
        return f"{array.item():.4g}"
    return f"~{np.sqrt(np.mean(np.square(array, dtype=float))):.2g}" if array.size else "none"


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


def _rows(sources: list[tuple[int, ...]], columns: list[int]) -> list[float]:
    """Rows in which few edges cross: each column is ordered by the rows of its neighbours.

    The barycenter method of Sugiyama, Tagawa and Toda (1981), a few sweeps back and forth.
    """
    neighbours: list[list[int]] = [list(inputs) for inputs in sources]
    for node, inputs in enumerate(sources):
        for source in inputs:
            neighbours[source].append(node)
    layers = [
        [n for n, c in enumerate(columns) if c == column] for column in range(max(columns) + 1)
    ]
    row = [0.0] * len(sources)
    for layer in layers:
        for position, node in enumerate(layer):
            row[node] = position - (len(layer) - 1) / 2
    for layer in _sweeps(layers, 4):
        wish = {n: np.mean([row[k] for k in neighbours[n]] or [row[n]]) for n in layer}
        for position, node in enumerate(sorted(layer, key=lambda n: (wish[n], row[n]))):
            row[node] = position - (len(layer) - 1) / 2
    top = min(row)
    return [r - top for r in row]


def _sweeps(layers: list[list[int]], times: int) -> Iterator[list[int]]:
    for _ in range(times):
        yield from layers[::-1]
        yield from layers
