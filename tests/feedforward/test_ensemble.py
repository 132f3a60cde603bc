"""An ensemble is nothing but its members, computed together."""

import numpy as np
import pytest

from feedforward import costs
from feedforward.ensemble import Ensemble, per_member, seeded
from feedforward.initializers import lecun, xavier
from feedforward.network import MLP
from feedforward.training import train
from feedforward.units import UNITS, maxout

WIDTHS = (3, 5, 4, 2)


def member(ensemble: Ensemble, s: int) -> MLP:
    """Member s as a network of its own."""
    net = MLP(WIDTHS, ensemble.unit, lecun, np.random.default_rng(0))
    for layer, (weight, bias) in enumerate(zip(ensemble.weights, ensemble.biases, strict=True)):
        net.weights[layer].data = weight.data[s].astype(float)
        net.biases[layer].data = bias.data[s, 0].astype(float)
    return net


@pytest.mark.parametrize("unit", UNITS)
def test_each_member_answers_as_it_would_alone(unit):
    ensemble = Ensemble(WIDTHS, unit, seeded(range(4)), bias=[0.1, 0.2, 0.3, 0.4], dtype=np.float64)
    x = np.random.default_rng(9).normal(size=(6, 3))
    together = ensemble.predict(x)
    assert together.shape == (4, 6, 2)
    assert len(ensemble) == 4
    for s in range(4):
        np.testing.assert_allclose(together[s], member(ensemble, s).predict(x), atol=1e-12)
    assert ensemble.biases[0].data[2, 0, 0] == 0.3
    assert not ensemble.biases[-1].data.any()


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_each_member_learns_as_it_would_alone(optimizer):
    ensemble = Ensemble(WIDTHS, "tanh", seeded(range(3)), dtype=np.float64)
    alone = [member(ensemble, s) for s in range(3)]
    rng = np.random.default_rng(1)
    x, label = rng.normal(size=(20, 3)), rng.integers(0, 2, 20)
    options = dict(steps=30, learning_rate=0.05, batch_size=8, optimizer=optimizer)
    history = train(
        ensemble,
        per_member(costs.categorical_nll),
        x,
        label,
        rng=np.random.default_rng(2),
        **options,
    )
    lonely = [
        train(net, costs.categorical_nll, x, label, rng=np.random.default_rng(2), **options)
        for net in alone
    ]
    np.testing.assert_allclose(history, np.sum(lonely, axis=0), rtol=1e-9)
    for s, net in enumerate(alone):
        np.testing.assert_allclose(ensemble.predict(x)[s], net.predict(x), atol=1e-9)


def test_maxout_units_are_the_largest_of_their_pieces():
    ensemble = Ensemble((3, 4, 1), "maxout", seeded([0, 1]), pieces=3, dtype=np.float64)
    assert ensemble.weights[0].shape == (2, 12, 3)
    assert ensemble.weights[1].shape == (2, 1, 4)
    x = np.random.default_rng(3).normal(size=(5, 3))
    for s in range(2):
        z = x @ ensemble.weights[0].data[s].T + ensemble.biases[0].data[s]
        expected = maxout(z, 3) @ ensemble.weights[1].data[s].T
        np.testing.assert_allclose(ensemble.predict(x)[s], expected, atol=1e-12)


@pytest.mark.parametrize("unit", [*UNITS, "maxout"])
def test_every_unit_starts_with_signals_of_about_the_same_size(unit):
    ensemble = Ensemble((400, 400, 400), unit, seeded([0]), pieces=3)
    x = np.random.default_rng(4).normal(size=(200, 400))
    for z, _ in ensemble.layers(x):
        assert np.mean(z.data**2) == pytest.approx(1, rel=0.1)


def test_the_same_seed_is_the_same_member_in_any_company():
    one, two = (Ensemble(WIDTHS, "relu", seeded(seeds)) for seeds in ([7], [3, 7]))
    for a, b in zip(one.parameters(), two.parameters(), strict=True):
        np.testing.assert_array_equal(a.data[0], b.data[1])


def test_an_initializer_draws_each_members_weights():
    net = Ensemble(WIDTHS, "relu", seeded([7, 8]), initializer=xavier, dtype=np.float64)
    np.testing.assert_array_equal(net.weights[0].data[1], xavier((5, 3), np.random.default_rng(8)))


def test_members_may_start_in_different_ways():
    def zeros(shape, rng):
        return np.zeros(shape)

    net = Ensemble(WIDTHS, "relu", seeded([7, 7]), initializer=[zeros, xavier])
    assert not net.weights[2].data[0].any()
    assert net.weights[2].data[1].all()


def test_targets_of_several_numbers_are_handed_to_each_member():
    ensemble = Ensemble((3, 4, 2), "relu", seeded([0, 1]), dtype=np.float64)
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    values = per_member(costs.squared_error)(ensemble.predict(x), y)
    expected = sum(costs.squared_error(out, y) for out in ensemble.predict(x))
    np.testing.assert_allclose(values, expected, rtol=1e-12)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: Ensemble((3,), "relu", seeded([0])), "widths must be those of input and output"),
        (lambda: Ensemble((3, 0), "relu", seeded([0])), "each width in widths must be at least 1"),
        (lambda: Ensemble((3, 2), "relu", []), "rngs must hold one generator per member, got none"),
        (lambda: Ensemble((3, 2), "swish", seeded([0])), "unit must be one of identity"),
        (lambda: Ensemble((3, 2), "maxout", seeded([0]), pieces=0), "pieces must be at least 1"),
        (
            lambda: Ensemble((3, 2), "relu", seeded([0]), initializer=[xavier, xavier]),
            "initializer must be one function, or a list of one per member (1), got 2",
        ),
        (lambda: Ensemble((3, 2), "relu", [0]), "each of rngs must be a numpy.random.Generator"),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    assert message in str(caught.value)
