"""Numbers that chapter 1 and the first page state in words."""

import math

import numpy as np
import pytest
import scipy.linalg
import scipy.stats
import torch

from feedforward.experiments import cost_functions as experiments


@pytest.mark.claim("hook-network")
def test_the_network_of_the_first_page_has_these_units_and_saw_these_points(said, monkeypatch):
    """What the first page's training is given, intercepted."""
    seen = {}

    def train(net, cost, x, y, **settings):
        seen["units"], seen["points"] = net.weights[0].data.shape[0], len(x)
        raise StopIteration

    monkeypatch.setattr(experiments, "train", train)
    monkeypatch.delenv("FEEDFORWARD_KEPT", raising=False)
    with pytest.raises(StopIteration):
        experiments.noise_training.__wrapped__(True)
    assert said("hook-network") == [seen["units"], seen["points"]]


@pytest.mark.claim("three-symbols", "predict-entropy")
def test_what_remains_of_the_three_symbols_is_their_entropy(said):
    """SciPy's entropy of the three probabilities."""
    p = said("three-symbols")
    assert p == list(experiments.SYMBOLS)
    assert said("predict-entropy") == [round(scipy.stats.entropy(p), 1)]


@pytest.mark.claim("fitted-noise")
def test_fitting_explains_a_small_part_of_a_noise_found_too_small(said):
    """200,000 draws of fourteen points, each fitted by SciPy's least squares."""
    true, found, explained, points, kept, of, two, points_again, scatter = said("fitted-noise")
    x, y = experiments.line_data()
    assert len(x) == points == points_again == of == kept + 1
    rng = np.random.default_rng(1)
    draws = x + rng.normal(0, true, (200_000, len(x)))
    slopes, squares, *_ = scipy.linalg.lstsq(x[:, None], np.vstack([y, draws]).T)
    assert slopes.shape == (1, 200_001)
    sigmas = np.sqrt(squares / points)
    assert round(sigmas[0], 3) == found
    on_average = np.mean(sigmas[1:] ** 2)
    assert on_average == pytest.approx(true**two * kept / of, rel=0.01)
    assert true - np.sqrt(on_average) == pytest.approx(explained, abs=0.001)
    assert round(sigmas[1:].std(), 2) == scatter
    assert explained < (true - found) / 4


@pytest.mark.claim("first-narrowing")
def test_the_first_narrowings_of_a_spike(said):
    """The density of the two hills by SciPy."""
    wide, narrow, rise, tenth, hundredth, fall, again, thousandth, next_fall = said(
        "first-narrowing"
    )

    def nll(width):
        x = experiments.SPIKE_DATA
        broad, spike = (
            scipy.stats.norm.logpdf(x, *hill) for hill in ((x.mean(), x.std()), (x[3], width))
        )
        return np.log(2) - np.logaddexp(broad, spike).mean()

    for one, other in ((wide, narrow), (tenth, hundredth), (again, thousandth)):
        assert other == pytest.approx(one / 10)
    assert again == hundredth
    changes = [nll(narrow) - nll(wide), nll(hundredth) - nll(tenth), nll(thousandth) - nll(again)]
    assert [round(change, 3) for change in changes] == [rise, -fall, -next_fall]
    assert fall < next_fall < np.log(10) / 8


@pytest.mark.claim("predict-ratio")
def test_the_squared_errors_gradient_is_smaller_by_e_to_the_eighth(said):
    """PyTorch's gradients of the two costs, divided."""
    about, power = said("predict-ratio")
    z = torch.tensor(-power, dtype=torch.double, requires_grad=True)
    slopes = [
        torch.autograd.grad(cost, z)[0]
        for cost in (-torch.nn.functional.logsigmoid(z), (torch.sigmoid(z) - 1) ** 2 / 2)
    ]
    ratio = float(slopes[0] / slopes[1])
    assert round(ratio, -3) == about
    assert ratio == pytest.approx(math.exp(power), rel=1e-3)


@pytest.mark.claim("clamped")
def test_pytorch_clamps_the_log(said):
    """PyTorch's own cross-entropy of a certain mistake."""
    never, happened = torch.tensor([0.0]), torch.tensor([1.0])
    cost = torch.nn.functional.binary_cross_entropy(never, happened)
    assert said("clamped") == [-float(cost)]


@pytest.mark.claim("certainty", "factor-of-ten", "ex-price-of-certainty")
def test_a_probability_ten_times_smaller_costs_log_ten_more(said):
    """SciPy's log-probabilities, ten times apart each."""
    p, twice, ten, cost = said("certainty")
    assert round(-math.log(p), 2) == round(twice * math.log(ten), 2) == cost
    ten, each, high, middle, low_from, low = said("factor-of-ten")
    assert (middle, low_from) == (p, p)
    nll = -scipy.stats.bernoulli.logpmf(1, [high, middle, low])
    assert np.diff(nll) == pytest.approx([math.log(ten)] * 2)
    assert round(math.log(ten), 2) == pytest.approx(each)
    answer, tolerance = said("ex-price-of-certainty")
    assert round(nll[1], 3) == answer and 0.001 < tolerance < 0.1


@pytest.mark.claim("ex-which-statistic")
def test_the_couriers_cheapest_promise_is_this_quantile(said):
    """Of 99 quantiles promised for 20,001 drawn times, this one costs least."""
    (percent,) = (number for number in said("ex-which-statistic"))
    late = np.random.default_rng(0).gamma(3, 10, 20_001)
    promises = np.quantile(late, np.arange(1, 100) / 100)
    costs = [np.where(late < p, p - late, 9 * (late - p)).mean() for p in promises]
    assert 1 + int(np.argmin(costs)) == percent
