"""The engine against PyTorch and finite differences, and what must hold of any graph."""

import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays, mutually_broadcastable_shapes

from feedforward import graph
from feedforward.graph import OPS, Tensor, affine, no_grad, where

DTYPES = [np.float32, np.float64]
CLOSE = {np.float32: {"rtol": 2e-5, "atol": 1e-5}, np.float64: {"rtol": 1e-13, "atol": 1e-13}}

real = st.floats(-3, 3, width=32).map(lambda x: x if abs(x) > 1e-3 else 0.0)
positive = st.floats(0.125, 3, width=32)

#: name: (ours, PyTorch's, elements)
UNARY = {
    "neg": (lambda x: -x, lambda x: -x, real),
    "abs": (abs, torch.abs, real),
    "exp": (graph.exp, torch.exp, real),
    "log": (graph.log, torch.log, positive),
    "sqrt": (graph.sqrt, torch.sqrt, positive),
    "tanh": (graph.tanh, torch.tanh, real),
    "square": (lambda x: x**2, lambda x: x**2, real),
    "cube root": (lambda x: x ** (1 / 3), lambda x: x ** (1 / 3), positive),
    "reciprocal": (lambda x: 1 / x, lambda x: 1 / x, positive),
    "power of two": (lambda x: 2**x, lambda x: 2**x, real),
    "one minus": (lambda x: 1 - x, lambda x: 1 - x, real),
    "maximum with 0": (
        lambda x: graph.maximum(x, 0), lambda x: torch.maximum(x, torch.zeros_like(x)), real
    ),
    "index twice": (lambda x: x[[0, 0, 1]], lambda x: x[[0, 0, 1]], real),
    "slice": (lambda x: x[:, 1:], lambda x: x[:, 1:], real),
    "new axis": (lambda x: x[..., None, 0], lambda x: x[..., None, 0], real),
    "mask": (lambda x: x[np.eye(2, 3) > 0], lambda x: x[torch.eye(2, 3) > 0], real),
    "reshape": (lambda x: x.reshape(3, 2), lambda x: x.reshape(3, 2), real),
    "T": (lambda x: x.T, lambda x: x.T, real),
    "logsumexp": (lambda x: graph.logsumexp(x, 1), lambda x: torch.logsumexp(x, 1), real),
    "logsumexp 0": (
        lambda x: graph.logsumexp(x, 0, keepdims=True),
        lambda x: torch.logsumexp(x, 0, keepdim=True),
        real,
    ),
}  # fmt: skip

BINARY = {
    "add": (lambda a, b: a + b, real),
    "sub": (lambda a, b: a - b, real),
    "mul": (lambda a, b: a * b, real),
    "div": (lambda a, b: a / b, positive),
    "pow": (lambda a, b: a**b, positive),
    "maximum": (None, real),
    "minimum": (None, real),
}


def check_against_torch(ours, theirs, *inputs, dtype, seed=0):
    """Value, gradient and dtype of Σ weight · f(inputs) in both; the weights tell outputs apart."""
    tensors = [Tensor(x) for x in inputs]
    theirs_in = [torch.tensor(x, requires_grad=True) for x in inputs]
    y, expected = ours(*tensors), theirs(*theirs_in)
    np.testing.assert_allclose(y.data, expected.detach().numpy(), **CLOSE[dtype])
    assert y.dtype == dtype
    weight = np.random.default_rng(seed).uniform(0.5, 1.5, y.shape).astype(dtype)
    (y * weight).sum().backward()
    (expected * torch.tensor(weight)).sum().backward()
    for tensor, peer in zip(tensors, theirs_in, strict=True):
        assert tensor.grad.dtype == dtype
        assert tensor.grad.shape == tensor.shape
        np.testing.assert_allclose(tensor.grad, peer.grad.numpy(), **CLOSE[dtype])


# -------------------------------------------------------------------- rules of the table


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", UNARY)
@given(data=st.data())
def test_functions_of_one_input_agree_with_pytorch(name, dtype, data):
    ours, theirs, elements = UNARY[name]
    x = data.draw(arrays(dtype, (2, 3), elements=elements))
    check_against_torch(ours, theirs, x, dtype=dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", BINARY)
@given(data=st.data())
def test_functions_of_two_inputs_agree_with_pytorch_when_broadcast(name, dtype, data):
    both, elements = BINARY[name]
    ours = both or getattr(graph, name)
    theirs = both or getattr(torch, name)
    shapes = data.draw(mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3))
    a, b = (data.draw(arrays(dtype, s, elements=elements)) for s in shapes.input_shapes)
    check_against_torch(ours, theirs, a, b, dtype=dtype)


@given(data=st.data())
def test_where_agrees_with_pytorch_when_broadcast(data):
    shapes = data.draw(mutually_broadcastable_shapes(num_shapes=3, max_dims=3, max_side=3))
    at, a, b = shapes.input_shapes
    at = data.draw(arrays(bool, at))
    a, b = (data.draw(arrays(float, s, elements=real)) for s in (a, b))
    check_against_torch(
        lambda a, b: where(at, a, b),
        lambda a, b: torch.where(torch.tensor(at), a, b),
        a, b, dtype=np.float64,
    )  # fmt: skip


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 2), (0, 1, 2)])
@pytest.mark.parametrize("name", ["sum", "mean", "max"])
def test_reductions_agree_with_pytorch_over_any_axes(name, axis, keepdims):
    x = np.random.default_rng(0).integers(-2, 3, size=(2, 3, 4)).astype(float)  # ties for max
    axes = (0, 1, 2) if axis is None else axis
    theirs = {"sum": torch.sum, "mean": torch.mean, "max": torch.amax}[name]
    check_against_torch(
        lambda t: getattr(graph, name)(t, axis=axis, keepdims=keepdims),
        lambda t: theirs(t, dim=axes, keepdim=keepdims),
        x, dtype=np.float64,
    )  # fmt: skip
    method = getattr(Tensor(x), name)(axis=axis, keepdims=keepdims)
    np.testing.assert_array_equal(method.data, getattr(np, name)(x, axis=axis, keepdims=keepdims))


@pytest.mark.parametrize(
    "a, b",
    [
        ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)), ((5, 2, 3), (5, 3, 4)),
        ((2, 3), (5, 3, 4)), ((5, 2, 3), (3, 4)), ((5, 1, 2, 3), (6, 3, 4)), ((5, 2, 3), (3,)),
        ((3,), (5, 3, 4)), ((0, 3), (3, 2)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("dtype", DTYPES)
def test_matmul_agrees_with_pytorch_for_vectors_matrices_and_stacks(a, b, dtype):
    rng = np.random.default_rng(0)
    a, b = (rng.normal(size=s).astype(dtype) for s in (a, b))
    check_against_torch(lambda a, b: a @ b, lambda a, b: a @ b, a, b, dtype=dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("m", [0, 1, 5])
def test_affine_agrees_with_pytorch(m, dtype):
    rng = np.random.default_rng(0)
    x, w, b = (rng.normal(size=s).astype(dtype) for s in ((m, 3), (4, 3), (4,)))
    check_against_torch(affine, torch.nn.functional.linear, x, w, b, dtype=dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("x_shape", [(5, 3), (2, 5, 3)])
def test_a_stack_of_affine_maps_agrees_with_pytorch(x_shape, dtype):
    rng = np.random.default_rng(0)
    x, w, b = (rng.normal(size=s).astype(dtype) for s in (x_shape, (2, 4, 3), (2, 1, 4)))
    check_against_torch(affine, lambda x, w, b: x @ w.mT + b, x, w, b, dtype=dtype)


@pytest.mark.parametrize("axes", [(1, 2, 0), (0, 2, 1), (-1, 0, 1), (2, 1, 0)])
def test_transpose_agrees_with_pytorch_for_any_permutation(axes):
    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    check_against_torch(
        lambda t: t.transpose(*axes), lambda t: t.permute(*axes), x, dtype=np.float64
    )


def test_x_log_y_is_zero_at_zero_and_so_is_its_slope_in_y():
    x, y = Tensor([0.0, 0.0, 2.0]), Tensor([0.0, 3.0, 4.0])
    z = graph.x_log_y(x, y)
    z.sum().backward()
    np.testing.assert_array_equal(z.data, [0, 0, 2 * np.log(4)])
    np.testing.assert_array_equal(x.grad, [-np.inf, np.log(3), np.log(4)])
    np.testing.assert_array_equal(y.grad, [0, 0, 0.5])
    assert graph.x_log_y(np.array([1.0]), np.array([0.0])) == -np.inf


def test_every_op_of_the_table_is_reached_by_a_function_or_an_operator():
    x, y = Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor([[0.5, 2.0], [1.0, 3.0]])
    from feedforward.units import relu

    made = [
        x + y, x - y, x * y, x / y, x**y, -x, abs(x), graph.exp(x), graph.log(x), graph.sqrt(x),
        graph.tanh(x), graph.maximum(x, y), graph.minimum(x, y), where(x.data > 2, x, y),
        graph.x_log_y(x, y), relu(x), x @ y, affine(x, y, Tensor([0.0, 0.0])), x.sum(), x.mean(),
        x.max(), graph.logsumexp(x), x.reshape(4), x.T, x[0],
    ]  # fmt: skip
    assert [t._op for t in made] == list(OPS)


@given(arrays(float, (3, 4), elements=st.floats(-1e4, 1e4)))
def test_logsumexp_is_finite_and_its_gradient_a_distribution_at_any_logit(x):
    t = Tensor(x)
    y = graph.logsumexp(t, axis=1)
    y.sum().backward()
    assert (y.data >= x.max(axis=1)).all()
    assert (y.data <= x.max(axis=1) + np.log(4) + 1e-11).all()
    np.testing.assert_allclose(t.grad.sum(axis=1), 1, rtol=1e-11)


def test_logsumexp_of_nothing_possible_is_minus_infinity():
    np.testing.assert_array_equal(graph.logsumexp(np.array([[-np.inf, -np.inf]])), [-np.inf])
    np.testing.assert_array_equal(graph.logsumexp(np.array([-np.inf, 3.0])), 3.0)


# ----------------------------------------------------------------- what holds of any graph


def test_gradients_of_a_small_network_agree_with_central_differences():
    rng = np.random.default_rng(0)
    x, shapes = rng.normal(size=(5, 3)), [(4, 3), (4,), (2, 4), (2,)]
    parameters = [rng.normal(size=s) for s in shapes]

    def cost(w1, b1, w2, b2):
        return (affine(graph.tanh(affine(x, w1, b1)), w2, b2) ** 2).mean()

    tensors = [Tensor(p) for p in parameters]
    cost(*tensors).backward()
    for i, tensor in enumerate(tensors):
        for index in np.ndindex(tensor.shape):
            step = np.zeros(tensor.shape)
            step[index] = 1e-6
            up, down = (
                cost(*[p + s * step if j == i else p for j, p in enumerate(parameters)])
                for s in (1, -1)
            )
            assert tensor.grad[index] == pytest.approx((up - down) / 2e-6, rel=1e-6, abs=1e-9)


def test_a_chain_longer_than_the_recursion_limit_goes_back_and_is_freed():
    x = Tensor(1.0)
    y = x
    for _ in range(10_000):
        y = y + 1e-4 * y
    assert 10_000 > sys.getrecursionlimit()
    y.backward()
    assert x.grad == pytest.approx(1.0001**10_000, rel=1e-11)
    y = None  # releasing the chain must not recurse either


def test_a_chain_of_diamonds_costs_one_visit_a_node_not_one_a_path():
    x = Tensor(1.0)
    y = x
    for _ in range(60):  # 2⁶⁰ paths
        y = y * 0.5 + y * 0.25
    y.backward()
    assert x.grad == pytest.approx(0.75**60, rel=1e-13)


def test_a_node_used_several_times_sums_what_comes_from_each_use():
    x = Tensor([2.0, 3.0])
    y = x * x + x + x * 5.0 + x
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, 2 * x.data + 7)


def test_a_late_use_of_an_early_node_is_counted_before_the_node_is_passed():
    x = Tensor(3.0)
    early = x * x
    late = graph.exp(early * 0.1) * early
    late.backward()
    e = np.exp(0.9)
    assert x.grad == pytest.approx((0.1 * e * 9 + e) * 6, rel=1e-14)


def test_gradients_accumulate_until_they_are_cleared():
    x = Tensor([1.0, 2.0])
    y = (x * x).sum()
    y.backward()
    y.backward()
    np.testing.assert_array_equal(x.grad, [4.0, 8.0])
    assert y.grad == 2
    (3 * x).sum().backward()
    np.testing.assert_array_equal(x.grad, [7.0, 11.0])
    x.grad = None
    (3 * x).sum().backward()
    np.testing.assert_array_equal(x.grad, [3.0, 3.0])


def test_every_node_on_the_way_holds_its_gradient():
    x = Tensor([1.0, 2.0])
    square = x * x
    cost = square.sum() * 3.0
    cost.backward()
    np.testing.assert_array_equal(square.grad, [3.0, 3.0])
    assert cost.grad == 1


def test_a_leafs_gradient_can_be_scaled_without_changing_anothers():
    a, b, w = Tensor([1.0, 2.0]), Tensor([3.0, 4.0]), Tensor([[1.0, 2.0]])
    y = a + b + w.T.reshape(2)
    y.backward([1.0, 1.0])
    a.grad *= 10
    w.grad *= 100
    np.testing.assert_array_equal(b.grad, [1.0, 1.0])
    np.testing.assert_array_equal(y.grad, [1.0, 1.0])


def test_backward_takes_the_gradient_of_a_later_cost():
    x = Tensor([1.0, 2.0, 3.0])
    seed = np.array([1.0, 10.0, 100.0])
    (x * 2.0).backward(seed)
    np.testing.assert_array_equal(x.grad, 2 * seed)
    np.testing.assert_array_equal(seed, [1.0, 10.0, 100.0])


def test_arrays_are_constants_and_results_of_arrays_are_arrays():
    constant = np.array([1.0, 2.0])
    t = Tensor([3.0, 4.0])
    left, right = constant * t, t * constant
    assert isinstance(left, Tensor) and isinstance(right, Tensor)
    assert isinstance(constant @ t, Tensor)
    assert isinstance(graph.exp(constant), np.ndarray)
    assert isinstance(graph.sum(constant), np.float64)


def test_without_gradients_nothing_is_remembered_even_after_an_error():
    x = Tensor([1.0])
    with no_grad():
        y = x * 2.0
        with no_grad():
            pass
        z = x * 3.0
    assert y._inputs == z._inputs == ()
    np.testing.assert_array_equal(y.data, [2.0])
    with pytest.raises(KeyError), no_grad():
        raise KeyError
    (x * 2.0).backward()
    np.testing.assert_array_equal(x.grad, [2.0])


def test_float32_stays_float32_beside_python_numbers_and_float64_gradients_come_back_as_float32():
    x = Tensor(np.ones(3, np.float32))
    y = 2 * x + 1.5 - x / 3 + x**2 - x**0.5
    assert y.dtype == np.float32
    wide = (y * np.ones(3)).sum()  # a float64 array promotes, as in NumPy
    assert wide.dtype == np.float64
    wide.backward()
    assert x.grad.dtype == np.float32
    assert Tensor([1, 2]).dtype == Tensor([True]).dtype == np.float64


def test_a_list_is_a_constant_like_an_array_forward_and_back():
    t = Tensor([1.0, 2.0])
    (t ** [2, 3]).sum().backward()
    np.testing.assert_array_equal(t.grad, [2, 12])


def test_a_tensor_owns_its_numbers():
    mine = np.array([1.0, 2.0])
    t = Tensor(mine)
    t.data -= 5
    np.testing.assert_array_equal(mine, [1.0, 2.0])


def test_a_tensor_behaves_like_an_array_where_it_should():
    t = Tensor([[1.0, 2.0], [3.0, 4.0]])
    assert (t.shape, t.ndim, t.size, len(t)) == ((2, 2), 2, 4, 2)
    assert [row.data.tolist() for row in t] == [[1.0, 2.0], [3.0, 4.0]]
    assert float(t[0, 1]) == 2.0
    assert float(Tensor([7.0])) == 7.0
    assert repr(Tensor([1.0, 2.0])) == "Tensor([1., 2.])"
    assert repr(Tensor([1.0, 2.0]) * 2.0) == "Tensor([2., 4.], op='mul')"


EYE = np.eye(2)
BAD = [
    (lambda t: t.backward(), ValueError, "backward() starts from a Tensor that was computed"),
    (lambda t: (t * 2).backward(), ValueError, "this Tensor has shape (2,): take its mean()"),
    (lambda t: (t * 2).backward([1.0]), ValueError, "gradient must have shape (2,), got (1,)"),
    (lambda t: t + np.ones(3), ValueError, "cannot compute add of (2,) and (3,): "),
    (lambda t: t @ np.ones((3, 2)), ValueError, "cannot compute matmul of (2,) and (3, 2): "),
    (lambda t: affine(t, EYE, t), ValueError, "x must have shape (m, 2), got (2,)"),
    (lambda t: affine(EYE, EYE, t[:1]), ValueError, "bias must have shape (2,), got (1,)"),
    (lambda t: affine(t, EYE[None], t), ValueError, "x must have shape (m, 2), got (2,)"),
    (lambda t: affine(np.ones((3, 2, 2)), np.ones((4, 2, 2)), np.ones((4, 1, 2))), ValueError,
     "x must have shape (m, 2), got (3, 2, 2)"),
    (lambda t: affine(EYE, EYE[None], t), ValueError, "bias must have shape (1, 1, 2), got (2,)"),
    (lambda t: affine(EYE, t, t), ValueError, "weight must have shape (n_out, n_in), got (2,)"),
    (lambda t: Tensor(t), TypeError, "data must be numbers, got a Tensor"),
    (lambda t: Tensor(["a"]), TypeError, "data must hold real numbers, got dtype <U1"),
    (lambda t: Tensor([1j]), TypeError, "data must hold real numbers, got dtype complex128"),
    (lambda t: Tensor([[1], [1, 2]]), ValueError, "data must be an array of numbers: "),
    (lambda t: t + "a", TypeError, "an input of add must hold real numbers, got 'a'"),
    (lambda t: "a" * t, TypeError, "an input of mul must hold real numbers, got 'a'"),
    (lambda t: t - None, TypeError, "an input of sub must hold real numbers, got None"),
    (lambda t: t + (1 + 2j), TypeError, "an input of add must hold real numbers, got (1+2j)"),
    (lambda t: t * np.array([1j]), TypeError, "must hold real numbers, got dtype complex128"),
    (lambda t: t * [[1], [1, 2]], ValueError, "an input of mul must be an array of numbers: "),
    (lambda t: np.asarray(t), TypeError, "a Tensor is not an array: use its .data"),
    (lambda t: np.exp(t), TypeError, "operand 'Tensor' does not support ufuncs"),
    (lambda t: bool(t), TypeError, "a Tensor is neither true nor false"),
    (lambda t: where(t, t, t), TypeError, "condition must be an array of booleans"),
    (lambda t: list(Tensor(1.0)), TypeError, "len() of unsized object"),
]  # fmt: skip


@pytest.mark.parametrize("call, error, message", BAD)
def test_bad_input_is_refused_by_name(call, error, message):
    with pytest.raises(error) as caught:
        call(Tensor([1.0, 2.0]))
    assert message in str(caught.value)
