"""Numbers that chapter 2 states in words."""

import math

import numpy as np
import pytest
import scipy.optimize
import scipy.stats
import torch

from feedforward import datasets, mixture, units
from feedforward.experiments import activations as experiments
from tests.claims.conftest import PAGES


@pytest.mark.claim("flat-slope")
def test_the_coloured_part_is_where_the_slope_is_below_this(said):
    """The coloured share is the normal tail beyond the place where the sigmoid's slope is this."""
    (threshold,) = said("flat-slope")
    slope = lambda z: 1 / (2 + math.exp(z) + math.exp(-z)) - threshold  # noqa: E731
    edge = scipy.optimize.brentq(slope, 0, 10)
    for spread in (1.0, 2.0, 4.0):
        exact = 2 * scipy.stats.norm.sf(edge / spread)
        assert experiments.flat_share("sigmoid", 0.0, spread)[0] == pytest.approx(exact, abs=2e-3)


@pytest.mark.claim("quarter-power")
def test_nineteen_factors_of_four(said):
    """Four to this power, to two digits."""
    four, steps, front, ten, power = said("quarter-power")
    assert f"{four**steps:.1e}" == f"{front}e+{power:.0f}" and ten == 10


@pytest.mark.claim("thirds-lost")
def test_nineteen_thirds_lost_are_about_two_thousandfold(said):
    """What is left after a third is lost nineteen times, and the option that stands for it."""
    base, steps, times = said("thirds-lost")
    left = math.prod([1 - 1 / 3] * int(steps))
    assert base == pytest.approx(1 / (1 - 1 / 3)) and round(1 / left) == times
    assert steps == experiments.CHAIN_DEPTH - 1 and "2. two thousand\n" in PAGES["activations"]


@pytest.mark.claim("ten-layers", "ex-million")
def test_ten_quarters_are_below_a_millionth_and_nine_are_not(said):
    """Ten quarters multiplied are below a millionth, nine are not."""
    six, ten, four, quotient, base, layers, power, of_two, about = [*said("ten-layers"), 1000]
    assert round(six * math.log(ten) / math.log(four), 2) == quotient
    assert base**layers == power and 4**2 == of_two and round(4**5, -3) == about
    answer = next(n for n in range(1, 100) if 4.0**-n < 1e-6)
    assert [answer] == said("ex-million") == [layers]


@pytest.mark.claim("guessing")
def test_who_guesses_is_right_once_in_as_many_as_there_are_digits(said):
    """One over the number of classes in the digits."""
    label = datasets.digits(np.random.default_rng(0)).y_test
    assert said("guessing") == [100 / len(np.unique(label))]


@pytest.mark.claim("leaky-slope", "leaky-never-silent")
def test_the_leaky_units_slope_is_pytorchs(said):
    """PyTorch's leaky ReLU has the same two slopes."""
    z = torch.tensor([2.0, -3.0], dtype=torch.double, requires_grad=True)
    torch.nn.functional.leaky_relu(z).sum().backward()
    ours = units.leaky_relu.derivative(z.detach().numpy())
    assert ours.tolist() == z.grad.tolist()
    assert said("leaky-slope") == [ours[1]] and 1 / ours[1] == pytest.approx(100)
    assert said("leaky-never-silent") == [*ours, 0] and 0 not in ours


def right_settings(t: float) -> np.ndarray:
    """Every setting of the machine that can give t, out of a fine grid."""
    x = np.linspace(0, 1, 100_001)
    return x[np.abs(t - x - 0.3 * np.sin(2 * np.pi * x)) <= 0.1]


@pytest.mark.claim("inverse-forward")
def test_the_machine_does_what_the_chapter_says(said):
    """20,000 drawn pairs leave noise within this range, and nothing else."""
    factor, two, most = said("inverse-forward")
    t, x = datasets.inverse_problem(20_000, np.random.default_rng(3))
    noise = t - x - factor * np.sin(two * np.pi * x)
    assert 0.99 * most < np.abs(noise).max() <= most
    assert abs(noise.mean()) < 0.002  # 0.0004 is one standard error


@pytest.mark.claim("inverse-settings", "predict-between")
def test_two_groups_of_settings_are_right_and_their_mean_is_not(said):
    """A fine grid of all settings finds the two groups and the mean between them."""
    t, low, high, left, right = said("inverse-settings")
    x = right_settings(t)
    gap = np.diff(x).argmax()
    assert [math.ceil(100 * x[gap]), math.floor(100 * x[gap + 1])] == [100 * left, 100 * right]
    for group, around in ((x[: gap + 1], low), (x[gap + 1 :], high)):
        assert round(group.mean(), 2) == around
    least, most = said("predict-between")
    learned = experiments.mean_answers(np.array([t]))[0]
    assert [round(x.mean(), 1), round(float(learned), 1)] == [least, most]
    assert left < x.mean() < learned < right


@pytest.mark.claim("impossible")
def test_crosses_are_answers_that_no_noise_explains(said):
    """Exactly the crossed answers need more noise than there is."""
    (most,) = said("impossible")
    for model in ("squared error", "K = 3"):
        t, x, crossed = experiments.drawn_answers(model)
        possible = (x >= 0) & (x <= 1) & (np.abs(t - x - 0.3 * np.sin(2 * np.pi * x)) <= most)
        assert (crossed == ~possible).all() and 0 < crossed.mean() < 1


@pytest.mark.claim("floor")
def test_the_floor_is_added_to_the_exponential(said):
    """The width of a component is this plus an exponential."""
    (floor,) = said("floor")
    s = np.array([[-40.0, 0.0, 1.0]])
    outputs = np.concatenate([np.zeros((1, 6)), s], axis=1)
    assert floor in experiments.CURES.values()
    *_, std = mixture.mixture_parameters(outputs, 3, floor)
    np.testing.assert_allclose(std, floor + np.exp(s))


@pytest.mark.claim("torch-softplus")
def test_pytorchs_softplus_gives_up_its_exponential_here(said):
    """PyTorch's softplus returns z itself just above this, and not just below."""
    (threshold,) = said("torch-softplus")
    z = torch.tensor([threshold - 0.5, threshold + 0.5], dtype=torch.double)
    assert (torch.nn.functional.softplus(z) == z).tolist() == [False, True]


@pytest.mark.claim("lifted-pieces", "tangent-pieces", "ex-pieces")
def test_the_fewest_pieces_that_follow_a_parabola_to_a_thousandth(said):
    """Trying one piece more at a time, on a fine grid, stops here."""
    x = np.linspace(-1, 1, 200_001)

    def fewest(lifted: bool) -> int:
        for k in range(1, 100):
            slope, offset = experiments.parabola_pieces(k, lifted)
            unit = np.max([s * x + o for s, o in zip(slope, offset, strict=True)], axis=0)
            if np.abs(unit - x**2).max() <= 0.001 + 1e-12:
                return k
        raise AssertionError("no number of pieces is enough")

    square, root = said("lifted-pieces")
    assert round(math.sqrt(square), 1) == root
    assert [fewest(lifted=True)] == said("ex-pieces") == [math.ceil(root)]
    square, pieces, two = said("tangent-pieces")
    assert fewest(lifted=False) == pieces == math.ceil(math.sqrt(square))
    assert square == two * said("lifted-pieces")[0]
