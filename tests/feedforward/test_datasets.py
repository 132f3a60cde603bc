"""Data sets against the truth they are drawn from."""

import numpy as np
import pytest
from scipy import stats
from sklearn.datasets import load_digits

from feedforward import datasets
from feedforward.datasets import (
    digits,
    heteroscedastic,
    heteroscedastic_mean,
    heteroscedastic_std,
    inverse_problem,
    two_classes,
    two_classes_probability,
)

CURVES = [heteroscedastic, inverse_problem]


@pytest.mark.parametrize("make", CURVES)
def test_curves_are_columns_and_the_same_for_the_same_seed(make):
    a, b, c = (make(7, np.random.default_rng(s)) for s in (0, 0, 1))
    assert [v.shape for v in a] == [(7, 1), (7, 1)]
    np.testing.assert_array_equal(a, b)
    assert (a[1] != c[1]).all()


def test_digits_are_all_there_once_and_scaled_by_the_training_set_alone():
    split = digits(np.random.default_rng(0))
    assert split.x_train.shape == (1348, 64) and split.x_test.shape == (449, 64)
    assert split.x_train.mean() == pytest.approx(0, abs=1e-12)
    assert split.x_train.std() == pytest.approx(1, rel=1e-12)
    assert split.x_test.std() != pytest.approx(1, rel=1e-12)

    pixels, label = load_digits(return_X_y=True)
    x = np.concatenate([split.x_train, split.x_test])
    y = np.concatenate([split.y_train, split.y_test])
    scale = 16 / np.ptp(x)  # back to pixels 0 … 16
    back = np.round((x - x.min()) * scale).astype(int)
    ours = sorted(zip(map(tuple, back.tolist()), y.tolist(), strict=True))
    theirs = sorted(zip(map(tuple, pixels.astype(int).tolist()), label.tolist(), strict=True))
    assert ours == theirs


def test_digits_are_split_by_the_seed():
    a, b, c = (digits(np.random.default_rng(s), test_share=0.1) for s in (0, 0, 1))
    np.testing.assert_array_equal(a.x_test, b.x_test)
    assert len(a.x_test) == 180
    assert (a.y_test != c.y_test).any()


def test_heteroscedastic_noise_has_the_mean_and_std_that_are_stated():
    x, y = heteroscedastic(5000, np.random.default_rng(0))
    standardized = ((y - heteroscedastic_mean(x)) / heteroscedastic_std(x))[:, 0]
    assert stats.kstest(standardized, stats.norm.cdf).pvalue > 0.01
    assert stats.kstest(x[:, 0], stats.uniform.cdf).pvalue > 0.01
    assert abs(stats.spearmanr(x[:, 0], standardized**2).statistic) < 0.05
    for low, std in [(0.0, 0.06), (0.95, 0.44)]:  # σ grows from 0.05 to 0.45; here its middle
        here = (low <= x) & (x < low + 0.05)
        noise = (y - np.sin(2 * np.pi * x))[here]
        assert noise.std() == pytest.approx(std, rel=4 / (2 * here.sum()) ** 0.5)


def test_the_inverse_problem_is_bishops_with_the_roles_swapped():
    t, x = inverse_problem(4000, np.random.default_rng(0))
    noise = (t - x - 0.3 * np.sin(2 * np.pi * x))[:, 0]
    assert stats.kstest(noise, stats.uniform(-0.1, 0.2).cdf).pvalue > 0.01
    assert stats.kstest(x[:, 0], stats.uniform.cdf).pvalue > 0.01
    middle = x[np.abs(t - 0.5) < 0.02]  # three answers: around 0.1, 0.5 and 0.9 or so
    assert middle.min() < 0.2 < 0.45 < np.median(middle) < 0.55 < 0.8 < middle.max()


def test_two_classes_have_the_posterior_that_is_stated():
    x, label = two_classes(20_000, np.random.default_rng(0), distance=1.5)
    p = two_classes_probability(x, distance=1.5)
    for low in np.arange(0.1, 0.9, 0.2):
        inside = (low <= p) & (p < low + 0.2)
        spread = (p * (1 - p))[inside].sum() ** 0.5
        assert abs((label - p)[inside].sum()) < 4 * spread
    assert set(label) == {0, 1} and label.shape == (20_000,)


@pytest.mark.parametrize("make", [*CURVES, two_classes])
def test_bad_input_is_refused_by_name(make):
    with pytest.raises(ValueError, match="m must be at least 1, got 0"):
        make(0, np.random.default_rng(0))
    with pytest.raises(TypeError, match=r"rng must be a numpy\.random\.Generator"):
        make(3, 0)


def test_digits_refuse_a_share_that_leaves_nothing():
    with pytest.raises(ValueError, match="test_share must be between 0 and 1, got 1"):
        digits(np.random.default_rng(0), test_share=1)
    with pytest.raises(TypeError, match=r"rng must be a numpy\.random\.Generator"):
        datasets.digits(0)
