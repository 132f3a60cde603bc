"""MNIST-1D: what the recipe promises, and that it separates a good model from a linear one."""

import numpy as np
import pytest
from scipy import ndimage
from sklearn.linear_model import LogisticRegression

from feedforward.datasets import _smoothed, mnist1d


def test_the_signals_have_the_shape_and_scale_of_the_recipe():
    x, label = mnist1d(1003, np.random.default_rng(0))
    assert x.shape == (1003, 40)
    assert label.shape == (1003,)
    assert x.mean() == pytest.approx(0, abs=1e-12)
    assert x.std() == pytest.approx(1, rel=1e-12)
    counts = np.bincount(label, minlength=10)
    assert counts.min() == 100
    assert counts.max() == 101
    assert (np.diff(label[:20]) != 1).any()  # shuffled, not 0, 1, 2, …


def test_the_same_seed_makes_the_same_signals_and_another_seed_others():
    x, label = mnist1d(30, np.random.default_rng(1))
    again, label_again = mnist1d(30, np.random.default_rng(1))
    np.testing.assert_array_equal(x, again)
    np.testing.assert_array_equal(label, label_again)
    assert (mnist1d(30, np.random.default_rng(2))[0] != x).all()


def test_a_linear_reader_gets_about_a_third_right_as_the_authors_report():
    x, label = mnist1d(5000, np.random.default_rng(0))
    reader = LogisticRegression(max_iter=2000).fit(x[:4000], label[:4000])
    assert reader.score(x[4000:], label[4000:]) == pytest.approx(0.32, abs=0.04)


def test_the_signals_of_mnist1d_are_smoothed_like_scipys():
    x = np.random.default_rng(0).normal(size=72)
    np.testing.assert_allclose(_smoothed(x, 2.0), ndimage.gaussian_filter(x, 2), atol=1e-12)


def test_bad_input_is_refused_by_name():
    with pytest.raises(ValueError, match="m must be at least 1, got 0"):
        mnist1d(0, np.random.default_rng(0))
    with pytest.raises(TypeError, match=r"rng must be a numpy\.random\.Generator"):
        mnist1d(10, 0)
