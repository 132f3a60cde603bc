"""Every cost against something independent: PyTorch, SciPy, an identity, exact numbers."""

import decimal
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import special, stats

from feedforward import costs
from feedforward.costs import (
    absolute_error,
    bernoulli_nll,
    categorical_nll,
    cross_entropy,
    entropy,
    gaussian_nll,
    huber,
    kl_divergence,
    laplace_nll,
    mixture_nll,
    squared_error,
)
from feedforward.graph import Tensor

DTYPES = [np.float32, np.float64]
#: Agreement asked for: some units in the last place, relative to the largest term of the sum.
ROUNDING = {np.dtype(np.float32): 2e-6, np.dtype(np.float64): 4e-15}


def numbers(dtype, low=-1e4, high=1e4):
    """Finite numbers of a dtype; magnitudes below 1e-30 are rounded to zero, like no data's."""
    width = 8 * np.dtype(dtype).itemsize
    return st.floats(
        float(np.dtype(dtype).type(low)), float(np.dtype(dtype).type(high)), width=width
    ).map(lambda x: x if abs(x) > 1e-30 else 0.0)


@st.composite
def pairs(draw, low=-1e4, high=1e4, target=(-1e4, 1e4)):
    """A prediction and its target: float32 or float64, (m,) or (m, d), an empty batch included."""
    dtype = draw(st.sampled_from(DTYPES))
    shape = draw(st.one_of(st.tuples(st.integers(0, 5)), st.tuples(st.integers(0, 5), st.just(3))))
    first = draw(arrays(dtype, shape, elements=numbers(dtype, low, high)))
    second = draw(arrays(dtype, shape, elements=numbers(dtype, *target)))
    return first, second


@st.composite
def distributions(draw, count=1, zeros=True):
    """Distributions over the same symbols, as float64, with or without zeros."""
    k = draw(st.integers(1, 6))
    weight = st.floats(1e-3, 1.0)
    if zeros:
        weight = st.one_of(st.just(0.0), weight)
    result = []
    for _ in range(count):
        p = draw(arrays(float, (3, k), elements=weight))
        p[:, draw(st.integers(0, k - 1))] += 1.0
        result.append(p / p.sum(axis=-1, keepdims=True))
    return result


def per_example(cost):
    return cost.sum(axis=1) if cost.ndim == 2 else cost


def assert_close(ours, theirs, terms=1.0):
    """Equal but for rounding, where the sum's largest term is `terms`; same shape, same dtype."""
    theirs = theirs.numpy() if isinstance(theirs, torch.Tensor) else np.asarray(theirs)
    assert ours.shape == theirs.shape
    tolerance = ROUNDING[ours.dtype]
    scale = np.maximum(np.abs(terms), np.abs(theirs))
    assert np.isfinite(ours).all()
    np.testing.assert_array_less(np.abs(ours - theirs), tolerance * scale + 1e-300)


# ------------------------------------------------------------------- agreement with an oracle


@given(pairs())
def test_squared_error_agrees_with_pytorch(pair):
    f, y = pair
    theirs = per_example(F.mse_loss(torch.tensor(f), torch.tensor(y), reduction="none"))
    assert_close(squared_error(f, y), theirs)


@given(pairs())
def test_absolute_error_agrees_with_pytorch(pair):
    f, y = pair
    theirs = per_example(F.l1_loss(torch.tensor(f), torch.tensor(y), reduction="none"))
    assert_close(absolute_error(f, y), theirs)


@given(pairs(), st.floats(1e-3, 1e5))
def test_huber_agrees_with_pytorch_on_both_sides_of_delta(pair, delta):
    f, y = pair
    theirs = F.huber_loss(torch.tensor(f), torch.tensor(y), reduction="none", delta=delta)
    assert_close(huber(f, y, delta), per_example(theirs))


@given(pairs(), st.floats(1e-3, 1e3))
def test_gaussian_nll_agrees_with_pytorch_when_its_constant_is_included(pair, std):
    mean, y = pair
    theirs = F.gaussian_nll_loss(
        torch.tensor(mean), torch.tensor(y), torch.full(mean.shape, std, dtype=torch.float64) ** 2,
        full=True, eps=1e-12, reduction="none",
    )  # fmt: skip
    ours = gaussian_nll(mean, y, std)
    assert ours.dtype == mean.dtype
    assert_close(ours, per_example(theirs), terms=30)


@given(pairs(), st.floats(1e-3, 1e3))
def test_gaussian_and_laplace_nll_are_the_log_densities_of_scipy_and_pytorch(pair, scale):
    location, y = (x.astype(np.float64) for x in pair)
    gaussian = per_example(-stats.norm(location, scale).logpdf(y))
    # SciPy takes the logarithm of a Laplace density that underflows; PyTorch does not.
    laplace = torch.distributions.Laplace(torch.tensor(location), scale, validate_args=False)
    laplace = -laplace.log_prob(torch.tensor(y))
    assert_close(gaussian_nll(location, y, scale), gaussian, terms=30)
    assert_close(laplace_nll(location, y, scale), per_example(laplace), terms=30)


@given(pairs(target=(0, 1)))
def test_bernoulli_nll_agrees_with_pytorch_at_any_logit(pair):
    z, y = pair
    theirs = F.binary_cross_entropy_with_logits(torch.tensor(z), torch.tensor(y), reduction="none")
    # PyTorch subtracts y·z from relu(z), so its rounding is that of the logit.
    assert_close(bernoulli_nll(z, y), per_example(theirs), terms=np.abs(z).max(initial=1))


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_categorical_nll_agrees_with_pytorch_at_any_logit(dtype, data):
    m, k = data.draw(st.tuples(st.integers(0, 5), st.integers(1, 6)))
    logits = data.draw(arrays(dtype, (m, k), elements=numbers(dtype)))
    label = data.draw(arrays(np.int64, m, elements=st.integers(0, k - 1)))
    theirs = F.cross_entropy(torch.tensor(logits), torch.tensor(label), reduction="none")
    assert_close(categorical_nll(logits, label), theirs)


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_mixture_nll_agrees_with_the_mixture_distribution_of_pytorch(dtype, data):
    m, k, d = data.draw(st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3)))
    logits = data.draw(arrays(dtype, (m, k), elements=numbers(dtype)))
    mean = data.draw(arrays(dtype, (m, k, d), elements=numbers(dtype)))
    std = data.draw(arrays(dtype, (m, k), elements=numbers(dtype, 0.01, 100)))
    target = data.draw(arrays(dtype, (m, d), elements=numbers(dtype)))
    D = torch.distributions
    wide = [torch.tensor(a, dtype=torch.float64) for a in (logits, mean, std, target)]
    theirs = -D.MixtureSameFamily(
        D.Categorical(logits=wide[0]),
        D.Independent(D.Normal(wide[1], wide[2][..., None].expand(m, k, d)), 1),
    ).log_prob(wide[3])
    # Log-weights of up to 2e4 are added to the components' costs before the sum.
    assert_close(mixture_nll(logits, mean, std, target), theirs, terms=2e4)


@given(distributions(count=2))
def test_entropy_and_kl_divergence_agree_with_scipy_zeros_included(pq):
    p, q = pq
    assert_close(entropy(p), special.entr(p).sum(axis=-1))
    ours, theirs = kl_divergence(p, q), special.rel_entr(p, q).sum(axis=-1)
    np.testing.assert_array_equal(np.isinf(ours), np.isinf(theirs))
    finite = np.isfinite(theirs)
    assert_close(ours[finite], theirs[finite])


# ---------------------------------------------------------------------------- identities


@given(distributions(count=2, zeros=False))
def test_cross_entropy_is_entropy_plus_kl_divergence(pq):
    p, q = pq
    assert_close(cross_entropy(p, q), entropy(p) + kl_divergence(p, q))
    assert (kl_divergence(p, q) >= 0).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_kl_divergence_is_never_negative_however_near_the_two_are(dtype):
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(6), size=500)
    nudge = np.finfo(dtype).eps * rng.normal(size=p.shape)
    q = p * np.exp(nudge - (p * nudge).sum(axis=-1, keepdims=True))
    p, q = p.astype(dtype), q.astype(dtype)
    kl = kl_divergence(p, q)
    assert kl.dtype == dtype
    assert (kl >= 0).all()


@pytest.mark.parametrize("off", [-5e-6, 5e-6])
def test_kl_divergence_of_rows_that_sum_to_almost_1_is_not_that_error(off):
    p, q = np.array([0.5, 0.5 + off]), np.array([0.5, 0.5])
    np.testing.assert_allclose(kl_divergence(p, q), off**2, rtol=1e-4)  # δ²/2q, without ±δ
    np.testing.assert_allclose(kl_divergence(q, p), off**2, rtol=1e-4)
    np.testing.assert_allclose(
        kl_divergence(p, q), special.kl_div(p, q).sum(), rtol=1e-4, atol=1e-16
    )


@given(distributions(count=1))
def test_entropy_lies_between_zero_and_the_logarithm_of_the_number_of_symbols(p):
    h = entropy(p[0])
    assert (h >= 0).all() and (h <= math.log(p[0].shape[-1]) + 1e-15).all()
    np.testing.assert_array_equal(kl_divergence(p[0], p[0]), 0)


@given(arrays(float, (4, 5), elements=st.floats(-20, 20)))
def test_categorical_nll_is_the_cross_entropy_with_a_one_hot_target(logits):
    label = np.array([0, 2, 4, 2])
    softmax = special.softmax(logits, axis=1)
    assert_close(categorical_nll(logits, label), cross_entropy(np.eye(5)[label], softmax), terms=20)


@given(arrays(float, 6, elements=st.floats(-1e4, 1e4)))
def test_bernoulli_nll_is_the_categorical_nll_of_two_classes_with_logits_zero_and_z(z):
    label = np.array([0, 1, 0, 1, 0, 1])
    two = np.column_stack([np.zeros_like(z), z])
    assert_close(bernoulli_nll(z, label), categorical_nll(two, label), terms=0)


@given(pairs(), st.floats(1e-3, 1e3))
def test_gaussian_nll_is_squared_error_in_disguise(pair, std):
    f, y = (x.astype(np.float64) for x in pair)
    d = 1 if f.ndim == 1 else f.shape[1]
    disguise = squared_error(f, y) / (2 * std**2) + d / 2 * math.log(2 * math.pi * std**2)
    assert_close(gaussian_nll(f, y, std), disguise, terms=30)


@given(pairs())
def test_mixture_of_equal_components_is_one_gaussian(pair):
    mean, y = (x.astype(np.float64) for x in pair)
    m = len(mean)
    three = np.repeat(mean[:, None], 3, axis=1)
    assert_close(mixture_nll(np.zeros((m, 3)), three, 0.5, y), gaussian_nll(mean, y, 0.5), terms=3)


def test_huber_is_half_the_squared_error_near_and_a_line_far_away():
    y = np.zeros(4)
    np.testing.assert_array_equal(huber([0.5, -1.0, 2.0, -8.0], y, 1.0), [0.125, 0.5, 1.5, 7.5])
    np.testing.assert_array_equal(huber([3.0, -3.0], [0.0, 0.0], 1e9), [4.5, 4.5])


def test_minima_are_the_mean_the_median_and_between_them_for_huber():
    y = np.array([0.0, 0.1, 0.3, 0.4, 5.0])
    grid = np.linspace(-1, 6, 70_001)
    lowest = {
        cost.__name__: grid[np.argmin([cost(f, y).mean() for f in grid[::10]]) * 10]
        for cost in (squared_error, absolute_error, huber)
    }
    assert lowest["squared_error"] == pytest.approx(y.mean(), abs=1e-3)
    assert lowest["absolute_error"] == pytest.approx(np.median(y), abs=1e-3)
    assert np.median(y) < lowest["huber"] < y.mean()


# ------------------------------------------------------ stable where the naive formula is not


def test_bernoulli_nll_keeps_the_digits_that_a_difference_would_lose():
    with decimal.localcontext(prec=700):
        for z in (50, 700):
            exact = float((1 + decimal.Decimal(-z).exp()).ln())
            ours = bernoulli_nll(np.array([z, -z], float), np.array([1.0, 0.0]))
            np.testing.assert_allclose(ours, exact, rtol=1e-15)


def test_the_formula_without_checks_is_categorical_nll_and_lets_nan_pass():
    rng = np.random.default_rng(0)
    outputs, label = rng.normal(size=(7, 4)), rng.integers(0, 4, 7)
    plain, checked = Tensor(outputs), Tensor(outputs)
    costs.nll_of_logits(plain, label).mean().backward()
    categorical_nll(checked, label).mean().backward()
    np.testing.assert_allclose(
        costs.nll_of_logits(outputs, label), categorical_nll(outputs, label), rtol=1e-12
    )
    np.testing.assert_allclose(plain.grad, checked.grad, rtol=1e-12, atol=1e-15)
    assert np.isnan(costs.nll_of_logits(np.full((2, 3), np.nan), np.array([0, 1]))).all()


def test_categorical_nll_keeps_the_digits_that_a_difference_would_lose():
    logits = np.array([[60.0, 0.0, 1.0]])
    exact = math.exp(-60) + math.exp(-59)  # log(1 + tiny) = tiny
    np.testing.assert_allclose(categorical_nll(logits, [0]), exact, rtol=1e-15)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_certain_and_wrong_model_pays_the_difference_of_its_logits(dtype):
    logits = np.array([[1e4, -1e4, 0]], dtype)
    np.testing.assert_array_equal(categorical_nll(logits, [1]), [2e4])
    np.testing.assert_array_equal(bernoulli_nll(np.array([1e4], dtype), [0]), [1e4])


@pytest.mark.parametrize(
    "dtype, large", [(np.float16, 4e4), (np.float32, 3e38), (np.float64, 1e308)]
)
def test_categorical_nll_beyond_the_largest_number_is_infinite_with_the_right_gradient(
    dtype, large
):
    logits = Tensor(np.array([[large, -large], [large, -large], [large, large]], dtype))
    cost = categorical_nll(logits, [1, 0, 0])  # a warning would fail
    assert cost.dtype == dtype
    np.testing.assert_array_equal(cost.data, [np.inf, 0, dtype(math.log(2))])
    cost.sum().backward()
    np.testing.assert_array_equal(logits.grad, [[1, -1], [0, 0], [-0.5, 0.5]])


def test_mixture_nll_is_finite_where_every_component_underflows():
    far = mixture_nll([[0.0, 0.0]], [[0.0, 1.0]], 0.1, [100.0])
    expected = gaussian_nll([1.0], [100.0], 0.1) + math.log(2)  # the nearer one, with weight ½
    assert_close(far, expected, terms=5e5)


def test_kl_divergence_is_infinite_only_where_the_model_rules_out_what_happens():
    half, sure = [0.5, 0.5], [1.0, 0.0]
    assert kl_divergence(half, sure) == cross_entropy(half, sure) == np.inf
    assert kl_divergence(sure, half) == pytest.approx(math.log(2), rel=1e-15)
    assert entropy(sure) == 0


# -------------------------------------------------------------------------------- gradients

#: Each cost as a function of what a network predicts: (cost, predictions).
_rng = np.random.default_rng(0)
_y, _f, _s = _rng.normal(size=(5, 2)), _rng.normal(size=(5, 2)), _rng.uniform(0.5, 2, size=(5, 2))
_p, _q = _rng.dirichlet(np.ones(4), size=3), _rng.dirichlet(np.ones(4), size=3)
_label = np.array([0, 2, 1, 0, 2])
_means = _rng.normal(size=(5, 3, 2))
DIFFERENTIABLE = {
    "squared_error": (lambda f: squared_error(f, _y), [_f]),
    "absolute_error": (lambda f: absolute_error(f, _y), [_f]),
    "huber": (lambda f: huber(f, _y, 0.7), [_f]),
    "gaussian_nll": (lambda f, s: gaussian_nll(f, _y, s), [_f, _s]),
    "gaussian_nll, one std each": (lambda f, s: gaussian_nll(f, _y, s), [_f, _s[:, 0]]),
    "gaussian_nll, one std in all": (lambda f, s: gaussian_nll(f, _y, s), [_f, np.array(0.8)]),
    "laplace_nll": (lambda f, s: laplace_nll(f, _y, s), [_f, _s]),
    "bernoulli_nll": (lambda z: bernoulli_nll(z, special.expit(_y)), [4 * _f]),
    "categorical_nll": (lambda z: categorical_nll(z, _label), [_rng.normal(size=(5, 3))]),
    "mixture_nll": (
        lambda z, f, s: mixture_nll(z, f, s, _y),
        [_rng.normal(size=(5, 3)), _means, _rng.uniform(0.5, 2, size=(5, 3))],
    ),
}


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_a_cost_of_tensors_has_the_value_it_has_on_arrays(name):
    cost, predictions = DIFFERENTIABLE[name]
    traced = cost(*map(Tensor, predictions))
    assert isinstance(traced, Tensor)
    np.testing.assert_array_equal(traced.data, cost(*predictions))


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_gradients_agree_with_central_differences(name):
    cost, predictions = DIFFERENTIABLE[name]
    tensors = [Tensor(p) for p in predictions]
    cost(*tensors).sum().backward()
    for i, tensor in enumerate(tensors):
        numeric = np.zeros_like(tensor.data)
        for index in np.ndindex(tensor.shape):
            step = np.zeros_like(tensor.data)
            step[index] = 1e-5
            up = [p + step if j == i else p for j, p in enumerate(predictions)]
            down = [p - step if j == i else p for j, p in enumerate(predictions)]
            numeric[index] = (cost(*up).sum() - cost(*down).sum()) / 2e-5
        np.testing.assert_allclose(tensor.grad, numeric, rtol=1e-7, atol=1e-8)


def test_gradients_of_classification_costs_are_prediction_minus_target_even_when_saturated():
    z, y = np.array([-1e4, -8.0, 0.0, 8.0, 1e4]), np.array([1.0, 1.0, 0.0, 0.0, 0.0])
    logit = Tensor(z)
    bernoulli_nll(logit, y).sum().backward()
    np.testing.assert_allclose(logit.grad, special.expit(z) - y, rtol=1e-15)

    logits = Tensor(np.array([[1e4, 0.0, -1e4], [1.0, 2.0, 3.0]]))
    categorical_nll(logits, [2, 0]).sum().backward()
    expected = special.softmax(logits.data, axis=1) - np.eye(3)[[2, 0]]
    np.testing.assert_allclose(logits.grad, expected, rtol=1e-14, atol=1e-16)


def test_gradients_of_entropies_agree_with_pytorch():
    for ours, theirs in [
        (entropy, lambda p, q: -(p * p.log()).sum()),
        (cross_entropy, lambda p, q: -(p * q.log()).sum()),
        (kl_divergence, lambda p, q: (p * (p.log() - q.log())).sum()),
    ]:
        p, q = Tensor(_p), Tensor(_q)
        (ours(p) if ours is entropy else ours(p, q)).sum().backward()
        tp, tq = (torch.tensor(a, requires_grad=True) for a in (_p, _q))
        theirs(tp, tq).backward()
        np.testing.assert_allclose(p.grad, tp.grad, rtol=1e-13)
        if ours is not entropy:
            np.testing.assert_allclose(q.grad, tq.grad, rtol=1e-13)


def test_gradient_of_kl_divergence_is_zero_in_a_model_of_what_never_happens():
    q = Tensor([0.5, 0.5, 0.0])
    kl_divergence([0.5, 0.5, 0.0], q).backward()
    np.testing.assert_array_equal(q.grad, [-1.0, -1.0, 0.0])


@pytest.mark.parametrize("dtype", DTYPES)
def test_gradients_of_kl_divergence_where_neither_gives_an_outcome_a_chance_are_zero(dtype):
    p, q = (Tensor(np.array([[0, 1, 0], [0, 0.5, 0.5]], dtype)) for _ in "pq")
    kl = kl_divergence(p, q)
    np.testing.assert_array_equal(kl.data, [0, 0])
    kl.sum().backward()
    np.testing.assert_array_equal(p.grad, [[0, 1, 0], [0, 1, 1]])
    np.testing.assert_array_equal(q.grad, [[0, -1, 0], [0, -1, -1]])
    assert p.grad.dtype == kl.dtype == dtype


# ------------------------------------------------------------------- shapes, dtypes, bad input

CALLS = {
    "squared_error": lambda t: squared_error(t([1.0, 2.0]), t([0.0, 4.0])),
    "absolute_error": lambda t: absolute_error(t([1.0, 2.0]), t([0.0, 4.0])),
    "huber": lambda t: huber(t([1.0, 2.0]), t([0.0, 4.0]), 0.5),
    "gaussian_nll": lambda t: gaussian_nll(t([1.0, 2.0]), t([0.0, 4.0]), t([0.5, 1.0])),
    "laplace_nll": lambda t: laplace_nll(t([1.0, 2.0]), t([0.0, 4.0]), t([0.5, 1.0])),
    "bernoulli_nll": lambda t: bernoulli_nll(t([1.0, 2.0]), t([0.0, 1.0])),
    "categorical_nll": lambda t: categorical_nll(t([[1.0, 2.0], [0.0, 1.0]]), [1, 0]),
    "mixture_nll": lambda t: mixture_nll(
        t([[0.0, 1.0]] * 2), t([[0.0, 1.0]] * 2), t(0.5), t([1.0, 2.0])
    ),
    "entropy": lambda t: entropy(t([[0.5, 0.5], [0.0, 1.0]])),
    "cross_entropy": lambda t: cross_entropy(t([[0.5, 0.5], [0.0, 1.0]]), t([0.25, 0.75])),
    "kl_divergence": lambda t: kl_divergence(t([[0.5, 0.5], [0.0, 1.0]]), t([0.25, 0.75])),
}


def test_every_cost_is_called_by_the_tests_below():
    assert set(CALLS) == set(costs.__all__)


@pytest.mark.parametrize("name", CALLS)
def test_dtype_in_is_dtype_out_and_one_value_per_example(name):
    for dtype in DTYPES:
        cost = CALLS[name](lambda x, dtype=dtype: np.array(x, dtype))
        assert cost.dtype == dtype
        assert cost.shape == (2,)
    assert CALLS[name](lambda x: x).dtype == np.float64


@pytest.mark.parametrize("name", CALLS)
def test_a_readers_arrays_are_never_changed(name):
    def frozen(x):
        array = np.array(x)
        array.flags.writeable = False  # writing to it would raise
        return array

    CALLS[name](frozen)


def test_the_prediction_decides_the_dtype():
    f = np.zeros(3, np.float32)
    assert squared_error(f, np.ones(3, np.float64)).dtype == np.float32
    assert gaussian_nll(f, np.arange(3), np.float64(2)).dtype == np.float32
    assert squared_error([0, 0, 0], f).dtype == np.float32  # a list has no floating dtype
    traced = gaussian_nll(Tensor(f), np.ones(3), np.ones(3))
    assert traced.dtype == np.float32


def test_a_single_number_stands_for_every_example():
    np.testing.assert_array_equal(squared_error(1.0, [0.0, 1.0, 3.0]), [1.0, 0.0, 4.0])
    np.testing.assert_array_equal(absolute_error([[0.0, 1.0], [3.0, 1.0]], 1.0), [1.0, 2.0])


def test_a_std_of_shape_m_serves_all_numbers_of_its_example():
    mean, y = np.zeros((3, 2)), np.arange(6.0).reshape(3, 2)
    std = np.array([1.0, 2.0, 4.0])
    both = gaussian_nll(mean[:, 0], y[:, 0], std) + gaussian_nll(mean[:, 1], y[:, 1], std)
    np.testing.assert_allclose(gaussian_nll(mean, y, std), both, rtol=1e-15)
    np.testing.assert_array_equal(
        gaussian_nll(mean, y, std), gaussian_nll(mean, y, std[:, None] * np.ones((1, 2)))
    )


@pytest.mark.parametrize("name", CALLS)
def test_an_empty_batch_costs_nothing(name):
    def empty(x):
        x = np.array(x)
        return x[:0] if x.ndim else x

    if name == "categorical_nll":
        assert categorical_nll(np.zeros((0, 4)), []).shape == (0,)
    elif name in ("cross_entropy", "kl_divergence"):
        assert getattr(costs, name)(np.zeros((0, 4)), np.zeros((0, 4))).shape == (0,)
    else:
        assert CALLS[name](empty).shape == (0,)


BAD = {
    "prediction and target must have the same shape, got (2,) and (2, 1)": lambda: squared_error(
        [1.0, 2.0], [[1.0], [2.0]]
    ),
    "mean must have shape (m,) or (m, d), got (1, 1, 1)": lambda: gaussian_nll([[[1]]], [[[1]]], 1),
    "prediction must have shape (m,) or (m, d), got ()": lambda: huber(1.0, 2.0),
    "target must be finite, got nan at index 1": lambda: absolute_error([1, 2], [1, math.nan]),
    "prediction must be finite, got inf at index 0": lambda: absolute_error([math.inf], [1.0]),
    "delta must be positive, got 0.0": lambda: huber([1.0], [1.0], 0),
    "delta must have shape (), got (1,)": lambda: huber([1.0], [1.0], [1.0]),
    "std must be positive, got -1.0 at index 1": lambda: gaussian_nll([1, 2], [1, 2], [1, -1]),
    "std must have shape () or (2,), got (3,)": lambda: gaussian_nll([1, 2], [1, 2], [1, 2, 3]),
    "scale must be positive, got 0.0": lambda: laplace_nll([1.0], [1.0], 0.0),
    "target must be between 0 and 1, got 2.0 at index 0": lambda: bernoulli_nll([1.0], [2.0]),
    "target must be between 0 and 1, got -0.5 at index (0, 1)": lambda: bernoulli_nll(
        [[1.0, 1.0]], [[1.0, -0.5]]
    ),
    "logits must have shape (m, k), got (3,)": lambda: categorical_nll([1.0, 2.0, 3.0], [0]),
    "logits must have at least one column, got shape (2, 0)": lambda: categorical_nll(
        np.zeros((2, 0)), [0, 0]
    ),
    "label must be between 0 and 2, got 3 at index 1": lambda: categorical_nll(
        np.zeros((2, 3)), [0, 3]
    ),
    "label must be between 0 and 2, got -1 at index 0": lambda: categorical_nll(
        np.zeros((2, 3)), [-1, 0]
    ),
    "label must have shape (2,), got (3,)": lambda: categorical_nll(np.zeros((2, 3)), [0, 1, 2]),
    "target must have shape (m,) or (m, d), got ()": lambda: mixture_nll([[0.0]], [[0.0]], 1, 0.0),
    "target must have shape (1,), got (2,)": lambda: mixture_nll([[0.0]], [[0.0]], 1, [0.0, 1.0]),
    "mean must have shape (1, 2), got (1, 3)": lambda: mixture_nll(
        [[0.0, 0.0]], [[0.0, 0.0, 0.0]], 1, [0.0]
    ),
    "std must have shape () or (2, 3), got (3,)": lambda: mixture_nll(
        np.zeros((2, 3)), np.zeros((2, 3)), np.ones(3), np.zeros(2)
    ),
    "p must sum to 1 along its last axis, got a sum of 0.9": lambda: entropy([0.5, 0.4]),
    "q must sum to 1 along its last axis, got a sum of 1.001": lambda: kl_divergence(
        [0.5, 0.5], [0.5, 0.501]
    ),
    "q must be nonnegative, got -0.5 at index 1": lambda: cross_entropy([1, 0], [1.5, -0.5]),
    "p and q must have as many probabilities, got shapes (2,) and (1,)": lambda: kl_divergence(
        [0.5, 0.5], [1.0]
    ),
    "p must hold probabilities on its last axis, got shape ()": lambda: entropy(1.0),
    "p and q must have shapes that broadcast, got (2, 2) and (3, 2)": lambda: kl_divergence(
        np.full((2, 2), 0.5), np.full((3, 2), 0.5)
    ),
    "p and q must have shapes that broadcast, got (4, 1) and (3, 1)": lambda: cross_entropy(
        np.ones((4, 1)), Tensor(np.ones((3, 1)))
    ),
    "target must be in the range of float16, got 70000 at index 1": lambda: squared_error(
        np.float16([1, 2]), [1, 70000]
    ),
    "target must be in the range of float16, got 100000.0 at index 0": lambda: absolute_error(
        np.float16([1]), np.array([1e5])
    ),
    "std must be in the range of float32, got 1e+300": lambda: gaussian_nll(
        np.float32([1]), [1], 1e300
    ),
}


@pytest.mark.parametrize("message", BAD)
def test_bad_values_are_refused_by_name(message):
    with pytest.raises(ValueError) as caught:
        BAD[message]()
    assert str(caught.value) == message


RAGGED = [[1], [0, 1]]


@pytest.mark.parametrize(
    "name, call",
    [
        ("label", lambda: categorical_nll([[1.0, 2.0]], RAGGED)),
        ("logits", lambda: categorical_nll(RAGGED, [0])),
        ("target", lambda: squared_error([1.0, 2.0], RAGGED)),
        ("q", lambda: kl_divergence([1.0], RAGGED)),
    ],
)
def test_rows_of_unequal_length_are_refused_by_name(name, call):
    with pytest.raises(ValueError, match=f"^{name} must be an array of numbers: .*inhomogeneous"):
        call()


WRONG_TYPE = {
    "label must hold integers, got dtype float64": lambda: categorical_nll([[1.0, 2.0]], [0.0]),
    "label must hold integers, got dtype bool": lambda: categorical_nll([[1.0, 2.0]], [True]),
    "label must hold integers, got a Tensor": lambda: categorical_nll([[1.0]], Tensor([0])),
    "prediction must hold real numbers, got dtype complex128": lambda: squared_error([1j], [1.0]),
    "target must hold real numbers, got dtype <U1": lambda: squared_error([1.0], ["a"]),
}


@pytest.mark.parametrize("message", WRONG_TYPE)
def test_wrong_types_are_refused_by_name(message):
    with pytest.raises(TypeError) as caught:
        WRONG_TYPE[message]()
    assert str(caught.value) == message


def test_a_tensor_that_has_diverged_is_refused_like_an_array():
    with pytest.raises(ValueError, match="logit must be finite, got nan at index 0"):
        bernoulli_nll(Tensor([math.nan]), [1.0])
    with pytest.raises(ValueError, match=r"std must be positive, got 0\.0"):
        gaussian_nll([1.0], [1.0], Tensor(0.0))
