"""The graph of an expression, listed and laid out: complete, in order, and without collisions."""

import doctest

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedforward import diagram as module
from feedforward.costs import categorical_nll
from feedforward.diagram import diagram, listing
from feedforward.graph import Tensor, nodes, tanh
from feedforward.network import MLP


def neuron():
    w, b, x, y = Tensor(0.5), Tensor(-0.2), np.array(2.0), np.array(0.3)
    e = tanh(w * x + b) - y
    return e * e + 0.1 * (w * w), {"w": w, "b": b, "x": x, "y": y, "e": e}


def test_every_node_is_there_once_after_its_inputs_with_its_value_and_gradient():
    J, names = neuron()
    before = diagram(J, **names)
    assert all(node.gradient is None for node in before)
    J.backward()
    drawn = diagram(J, **names)
    assert [n.op for n in drawn if not n.constant] == [t._op for t in nodes(J)]
    assert {n.name for n in drawn} == {*names, ""}
    for place, node in enumerate(drawn):
        assert all(i < place for i in node.inputs)
        assert (node.gradient is None) == node.constant
    (y,) = (n for n in drawn if n.name == "y")
    assert y.column == 3  # beside tanh: what is given stands just before its first use
    (w,) = (n for n in drawn if n.name == "w")
    assert w.gradient == names["w"].grad and w.value == 0.5


def test_a_node_used_twice_has_two_edges():
    J, names = neuron()
    drawn = diagram(J, **names)
    (square,) = (n for n in drawn if n.op == "mul" and len(set(n.inputs)) == 1 and n.column == 5)
    assert [drawn[i].name for i in square.inputs] == ["e", "e"]


def test_constants_are_shown_when_named_or_asked_for():
    J, names = neuron()
    few = diagram(J)
    all_of_them = diagram(J, constants=True)
    assert not any(n.constant for n in few)
    assert sorted(float(n.value) for n in all_of_them if n.constant) == [0.1, 0.3, 2.0]
    named = {n.name for n in diagram(J, **names) if n.constant}
    assert named == {"x", "y"}


def random_expression(choices):
    """Any graph: each step makes a node of two earlier ones."""
    made = [Tensor(1.0), Tensor(2.0)]
    for left, right in choices:
        made.append(made[left % len(made)] + made[right % len(made)])
    return made[-1]


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=30))
def test_a_node_stands_right_of_its_inputs_and_on_no_other(choices):
    drawn = diagram(random_expression(choices))
    places = [(n.column, n.row) for n in drawn]
    assert len(set(places)) == len(places)
    lanes = places + [stop for n in drawn for route in n.routes for stop in route]
    assert min(c for c, _ in places) == 0 and min(r for _, r in lanes) == 0
    for node in drawn:
        assert all(drawn[i].column < node.column for i in node.inputs)
        for source, route in zip(node.inputs, node.routes, strict=True):
            passed = range(drawn[source].column + 1, node.column)
            assert [column for column, _ in route] == list(passed)
            assert not set(route) & set(places)
    peer = nx.DiGraph((i, k) for k, node in enumerate(drawn) for i in node.inputs)
    assert nx.is_directed_acyclic_graph(peer)
    assert max(c for c, _ in places) == nx.dag_longest_path_length(peer)


def test_a_tree_is_drawn_without_crossings():
    leaves = [Tensor(float(i)) for i in range(8)]
    while len(leaves) > 1:
        leaves = [a * b for a, b in zip(leaves[::2], leaves[1::2], strict=True)]
    drawn = diagram(leaves[0])
    edges = [(drawn[i], node) for node in drawn for i in node.inputs]
    for a, b in edges:
        for c, d in edges:
            if a.column == c.column and a.row < c.row:
                assert b.row <= d.row


def test_a_network_of_arrays_is_listed_by_shape_and_size():
    net = MLP((4, 3, 2), "relu", "he", np.random.default_rng(0))
    J = categorical_nll(net(np.ones((5, 4))), np.array([0, 1, 0, 1, 0])).mean()
    J.backward()
    text = listing(J, W1=net.weights[0], b1=net.biases[0], J=J)
    lines = text.splitlines()
    assert "shape (3, 4)" in next(line for line in lines if " W1 " in line)
    assert f"gradient ~{np.sqrt((net.weights[0].grad ** 2).mean()):.2g}" in text
    assert lines[-1].split()[1:3] == ["J", "="]
    assert len({line.index("value") for line in lines}) == 1


def test_a_unit_is_called_by_its_name():
    net = MLP((2, 3, 1), "softplus", "he", np.random.default_rng(0))
    assert [n.op for n in diagram(net(np.ones((1, 2)))) if n.op] == ["affine", "softplus", "affine"]


def test_a_long_chain_is_laid_out_without_recursion():
    y = Tensor(0.0)
    for _ in range(3000):
        y = y + 1.0
    assert [n.column for n in diagram(y)] == list(range(3001))


def test_a_result_without_memory_is_a_graph_of_one_node():
    (node,) = diagram(Tensor([1.0, 2.0]))
    assert (node.op, node.column, node.row, node.shape) == (None, 0, 0, (2,))
    assert listing(Tensor(3.0)) == "0  given  shape ()  value 3  no gradient"


@pytest.mark.parametrize(
    "array, words", [([2.0], "2"), ([3.0, 4.0], "~3.5"), ([], "none"), (-0.12345, "-0.1235")]
)
def test_a_value_is_told_in_few_letters(array, words):
    assert module.brief(np.asarray(array)) == words


def test_the_example_in_the_documentation_is_true():
    failed, tried = doctest.testmod(module)
    assert tried >= 4 and failed == 0
