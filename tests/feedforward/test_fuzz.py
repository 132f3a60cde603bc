"""Whatever is passed to a public function, it answers rightly or says what is wrong with what.

One row a function: how to call it rightly. Each argument in turn is replaced by whatever there is,
see `tests.support.fuzz`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, seed, settings
from hypothesis import strategies as st

from feedforward import (
    approximation,
    complexity,
    costs,
    datasets,
    derivatives,
    diagram,
    ensemble,
    graph,
    initializers,
    mixture,
    network,
    normalization,
    progress,
    propagation,
    quadrature,
    regions,
    training,
    units,
)
from tests.support import fuzz

RNG = np.random.default_rng(0)
V = np.array([0.5, -1.25, 2.0])
M = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])
LABEL = np.array([2, 0])
P = np.array([[0.25, 0.25, 0.5], [0.0, 0.125, 0.875]])
Q = np.array([0.5, 0.25, 0.25])
W, B = np.array([[1.0, -0.5, 0.25], [0.5, 2.0, -1.0]]), np.array([0.5, -0.25])
WIDTHS = (3, 4, 2)


def net(widths: Any = WIDTHS, **options: Any) -> network.MLP:
    return network.MLP(widths, "relu", "he", np.random.default_rng(0), **options)


def many(widths: Any = WIDTHS, **options: Any) -> ensemble.Ensemble:
    return ensemble.Ensemble(widths, "relu", ensemble.seeded([0, 1]), **options)


class Row(NamedTuple):
    """A right call. `only`: the arguments to be replaced, all of them if empty."""

    call: Callable
    right: dict[str, Any]
    only: tuple[str, ...] = ()
    moderate: bool = False
    """Answers as NumPy does where a number leaves the range of its dtype: with a warning."""
    changed: tuple[str, ...] = ()
    """Arguments that it is there to change."""
    also: tuple[str, ...] = ()
    """Other names that an error may use."""


def built(make: Callable) -> Callable:
    """Make a network, and use it."""

    def call(x: Any = M, **arguments: Any) -> Any:
        return make(**arguments)(x)

    return call


def backward(gradient: Any) -> Any:
    z = graph.Tensor(V)
    (z * 2).backward(gradient)
    return z.grad


ROWS: dict[str, Row] = {
    "squared_error": Row(costs.squared_error, {"prediction": V, "target": V + 1}),
    "absolute_error": Row(costs.absolute_error, {"prediction": M, "target": M + 1}),
    "huber": Row(costs.huber, {"prediction": V, "target": V * 2, "delta": 0.5}),
    "gaussian_nll": Row(costs.gaussian_nll, {"mean": M, "target": M + 1, "std": W**2 + 1}),
    "laplace_nll": Row(costs.laplace_nll, {"median": V, "target": V + 1, "scale": V**2}),
    "bernoulli_nll": Row(costs.bernoulli_nll, {"logit": V, "target": np.array([0, 1, 0.5])}),
    "categorical_nll": Row(costs.categorical_nll, {"logits": M, "label": LABEL}),
    "mixture_nll": Row(
        costs.mixture_nll, {"logits": M, "mean": M + 1, "std": M**2, "target": V[:2]}
    ),
    "entropy": Row(costs.entropy, {"p": P}),
    "cross_entropy": Row(costs.cross_entropy, {"p": P, "q": Q}),
    "kl_divergence": Row(costs.kl_divergence, {"p": P, "q": Q}),
    **{name: Row(unit, {"z": V}) for name, unit in units.UNITS.items()},
    **{f"{name}.derivative": Row(unit.derivative, {"z": M}) for name, unit in units.UNITS.items()},
    "rectifier": Row(
        lambda alpha, z: units.rectifier(alpha)(z), {"alpha": 0.5, "z": V}, moderate=True
    ),
    "unit_by_name": Row(units.unit_by_name, {"unit": "tanh"}),
    "softmax": Row(units.softmax, {"z": M, "temperature": 2.0}),
    "hardmax": Row(units.hardmax, {"z": M}),
    "sparsemax": Row(units.sparsemax, {"z": M}),
    "sparsemax_jacobian": Row(units.sparsemax_jacobian, {"z": M}),
    "maxout": Row(units.maxout, {"z": M, "pieces": 3}),
    "maxout_routing": Row(units.maxout_routing, {"z": M, "pieces": 3}),
    "fans": Row(initializers.fans, {"shape": (4, 3, 2)}),
    "fan": Row(initializers.fan, {"shape": (4, 3), "mode": "average"}),
    **{
        name: Row(
            getattr(initializers, name),
            {"shape": (4, 3), "rng": RNG, "distribution": "uniform", option: value},
        )
        for name, option, value in [
            ("scaled", "gain", 2.0), ("lecun", "gain", 2.0), ("xavier", "gain", 0.5),
            ("he", "mode", "fan_out"),
        ]
    },
    "orthogonal": Row(initializers.orthogonal, {"shape": (4, 3), "rng": RNG, "gain": 2.0}),
    "gain": Row(initializers.gain, {"unit": "tanh"}),
    "gaussian_mean": Row(quadrature.gaussian_mean, {"f": np.square, "breaks": (0.5, -1.0)}),
    "gaussian_rule": Row(quadrature.gaussian_rule, {"breaks": (0.5, -1.0), "count": 5}),
    "digits": Row(datasets.digits, {"rng": RNG, "test_share": 0.25}),
    "mnist1d": Row(datasets.mnist1d, {"m": 4, "rng": RNG}),
    "heteroscedastic": Row(datasets.heteroscedastic, {"m": 4, "rng": RNG}),
    "heteroscedastic_mean": Row(datasets.heteroscedastic_mean, {"x": V}),
    "heteroscedastic_std": Row(datasets.heteroscedastic_std, {"x": V}),
    "inverse_problem": Row(datasets.inverse_problem, {"m": 4, "rng": RNG}),
    "two_classes": Row(datasets.two_classes, {"m": 4, "rng": RNG, "distance": 2.0}),
    "two_classes_probability": Row(
        datasets.two_classes_probability, {"x": M[:, :2], "distance": 2.0}
    ),
    "mixture_parameters": Row(
        mixture.mixture_parameters, {"outputs": M, "components": 1, "floor": 0.5}
    ),
    "mixture_density": Row(
        mixture.mixture_density, {"logits": M, "mean": M + 1, "std": M**2, "y": V}
    ),
    "sample_mixture": Row(
        mixture.sample_mixture, {"logits": M, "mean": M + 1, "std": M**2, "rng": RNG}
    ),
    "bump_network": Row(
        approximation.bump_network,
        {"f": np.square, "bumps": 3, "steepness": 10.0, "interval": (0.0, 2.0)},
        moderate=True,
    ),
    "network_of": Row(approximation.network_of, {"layers": [(W, B)], "unit": "relu"}),
    "relu_interpolant": Row(
        approximation.relu_interpolant, {"x": np.array([0.0, 0.5, 2.0]), "y": V}
    ),
    "sawtooth": Row(approximation.sawtooth, {"depth": 2}),
    "parity_network": Row(approximation.parity_network, {"bits": 3}),
    "folding_network": Row(approximation.folding_network, {"folds": 2, "angle": 0.5}),
    "montufar_network": Row(approximation.montufar_network, {"widths": (2, 4, 3)}),
    "mlp_cost": Row(
        complexity.mlp_cost,
        {"widths": WIDTHS, "batch": 2, "unit": "relu", "optimizer": "adam", "dtype": np.float32},
    ),
    "checkpoint_cost": Row(
        complexity.checkpoint_cost,
        {"widths": WIDTHS, "batch": 2, "segment": 1, "unit": "relu", "dtype": np.float32},
    ),
    "torch_mlp": Row(
        complexity.torch_mlp, {"widths": WIDTHS, "unit": "relu", "dtype": np.float32}
    ),
    "measure_step": Row(
        complexity.measure_step,
        {"widths": WIDTHS, "batch": 2, "segment": 1, "unit": "relu", "dtype": np.float32},
    ),
    "measure_bytes": Row(complexity.measure_bytes, {"run": lambda: None}),
    "seconds_in_turn": Row(
        complexity.seconds_in_turn,
        {"runs": [lambda: None], "rounds": 1, "least": 1e-6},
        only=("runs", "rounds"),
    ),
    "central_differences": Row(
        derivatives.central_differences,
        {"f": lambda x: (x * x).sum(), "x": V, "step": 1e-6},
        moderate=True,
    ),
    "gradient_over_paths": Row(
        derivatives.gradient_over_paths, {"last": (t := graph.Tensor(V)) * t, "first": t}
    ),
    "forward_jacobian": Row(derivatives.forward_jacobian, {"net": net(), "x": V}),
    "reverse_jacobian": Row(derivatives.reverse_jacobian, {"net": net(), "x": V}),
    "checkpointed_backward": Row(
        derivatives.checkpointed_backward,
        {
            "layers": derivatives.layers_of(net()),
            "x": M,
            "cost": lambda outputs: (outputs * outputs).mean(),
            "segment": 1,
        },
        moderate=True,
    ),
    "layers_of": Row(derivatives.layers_of, {"net": net()}),
    "diagram": Row(diagram.diagram, {"last": t * t}),
    "listing": Row(diagram.listing, {"last": t * t}),
    "brief": Row(diagram.brief, {"array": V}),
    "MLP": Row(
        built(network.MLP),
        {
            "widths": WIDTHS, "unit": "relu", "initializer": "he", "rng": RNG,
            "dtype": np.float64, "x": M,
        },
        moderate=True,
    ),
    "MLP.predict": Row(lambda x: net().predict(x), {"x": M}),
    "MLP with batch_norm": Row(
        lambda x: net(batch_norm=True)(x), {"x": M}, moderate=True, also=("z",)
    ),
    "Ensemble": Row(
        built(ensemble.Ensemble),
        {
            "widths": WIDTHS, "unit": "maxout", "rngs": ensemble.seeded([0, 1]), "pieces": 2,
            "bias": 0.5, "initializer": initializers.he, "norm": normalization.LayerNorm,
            "dtype": np.float64, "x": M,
        },
        moderate=True,
    ),
    "Ensemble.predict": Row(lambda x: many(dtype=np.float64).predict(x), {"x": M}),
    "seeded": Row(ensemble.seeded, {"seeds": [0, 1]}),
    "per_member": Row(
        lambda cost, outputs, y: ensemble.per_member(cost)(outputs, y),
        {"cost": costs.squared_error, "outputs": np.stack([M, M + 1]), "y": M - 1},
        also=("prediction", "target"),
    ),
    "standardized": Row(
        normalization.standardized, {"z": V, "mean": V - 1, "variance": V**2, "epsilon": 1e-5}
    ),
    "moments": Row(normalization.moments, {"z": M, "axis": 0}),
    "BatchNorm": Row(
        lambda z, **given: normalization.BatchNorm(**given)(z),
        {"shape": (3,), "momentum": 0.1, "epsilon": 1e-5, "dtype": np.float64, "z": M},
        moderate=True,
    ),
    "LayerNorm": Row(
        lambda z, **given: normalization.LayerNorm(**given)(z),
        {"shape": (3,), "epsilon": 1e-5, "dtype": np.float64, "z": M},
        moderate=True,
    ),
    "forward_statistics": Row(propagation.forward_statistics, {"net": net(), "x": M}),
    "backward_statistics": Row(
        propagation.backward_statistics, {"net": net(), "x": M, "gradient": np.ones(2)}
    ),
    "variance_map": Row(
        propagation.variance_map, {"q": 1.5, "unit": "tanh", "weight_std": 1.5, "bias_std": 0.5}
    ),
    "chi": Row(propagation.chi, {"q": 1.5, "unit": "tanh", "weight_std": 1.5}),
    "correlation_map": Row(
        propagation.correlation_map,
        {"c": 0.5, "q": 1.5, "unit": "tanh", "weight_std": 1.5, "bias_std": 0.5},
    ),
    "fixed_point": Row(
        propagation.fixed_point,
        {"unit": "relu", "weight_std": 1.0, "bias_std": 0.5, "start": 1.5},
        also=("q",),
    ),
    "critical_point": Row(propagation.critical_point, {"q": 0.5, "unit": "tanh"}),
    "predicted_forward": Row(
        propagation.predicted_forward,
        {"unit": "relu", "fan_in_variances": V**2, "input_square": 1.5},
        also=("q",),
    ),
    "predicted_backward": Row(
        propagation.predicted_backward,
        {"unit": "relu", "fan_out_variances": V**2, "q": V**2 + 1},
    ),
    "zaslavsky": Row(regions.zaslavsky, {"n": 3, "d": 2}),
    "montufar_lower_bound": Row(regions.montufar_lower_bound, {"widths": (2, 4, 3)}),
    "region_cap": Row(regions.region_cap, {"widths": (2, 4, 3)}),
    "fold_batch_norm": Row(
        regions.fold_batch_norm,
        {
            "weight": W, "bias": B, "mean": B + 1, "variance": B**2, "scale": B - 1, "shift": B,
            "epsilon": 1e-5,
        },
    ),
    "regions_in_window": Row(
        regions.regions_in_window,
        {
            "net": [(W, B), (B[None], np.zeros(1))], "window": (-2.0, 2.0, -1.0, 1.0),
            "unit": "relu", "plane": (V, V + 1, V**2),
        },
    ),
    "regions_in_window of maxout": Row(
        regions.regions_in_window,
        {
            "net": [(W[:, :2], B), (np.ones((1, 1)), np.zeros(1))], "unit": "maxout",
            "window": (-2.0, 2.0, -1.0, 1.0), "pieces": 2,
        },
    ),
    "pieces_on_line": Row(
        regions.pieces_on_line,
        {"net": [(W, B), (B[None], np.zeros(1))], "a": V, "b": V**2 + 1, "unit": "relu"},
    ),
    "minibatches": Row(
        lambda m, batch_size, rng: next(training.minibatches(m, batch_size, rng)),
        {"m": 5, "batch_size": 2, "rng": RNG},
    ),
    **{
        f"train with {optimizer}": Row(
            training.train,
            {
                "net": net(), "cost": costs.squared_error, "x": M, "y": M[:, :2], "steps": 2,
                "learning_rate": 0.01, "batch_size": 1, "rng": RNG, "optimizer": optimizer,
            },
            only=() if optimizer == "sgd" else ("learning_rate",),
            changed=("net",),
            also=("prediction", "target"),
        )
        for optimizer in training.OPTIMIZERS
    },
    "progress": Row(lambda steps: list(progress.progress(steps)), {"steps": 3}),
    "Tensor": Row(graph.Tensor, {"data": M}),
    "backward": Row(backward, {"gradient": V}, moderate=True),
    **{
        f"graph.{name}": Row(getattr(graph, name), arguments, moderate=True, also=(name,))
        for names, arguments in [
            ("exp log sqrt tanh", {"x": V + 2}),
            ("sum mean max logsumexp", {"x": M, "axis": 0}),
            ("maximum minimum", {"a": V + 2, "b": V + 3}),
            ("x_log_y", {"x": V + 2, "y": V + 3}),
            ("where", {"condition": V > 0, "a": V, "b": V + 1}),
            ("matmul", {"a": M, "b": M.T}),
            ("affine", {"x": M, "weight": W, "bias": B}),
            ("reshape", {"x": M, "shape": (3, 2)}),
            ("transpose", {"x": M, "axes": (1, 0)}),
        ]
        for name in names.split()
    },
}  # fmt: skip

CASES = [
    pytest.param(row, name, id=f"{function}-{name}")
    for function, row in ROWS.items()
    for name in row.only or row.right
]


@pytest.mark.parametrize("row, name", CASES)
@seed(1)
@given(data=st.data())
@settings(max_examples=30)
def test_a_right_answer_or_an_error_that_names_the_argument(row, name, data):
    right = fuzz.copied(row.right)
    value = data.draw(fuzz.anything(right[name]), label=name)
    fuzz.answer(
        row.call,
        right | {name: value},
        name,
        quiet=row.moderate,
        changed=row.changed,
        also=row.also,
    )


ARRAYS = [case for case in CASES if isinstance(case.values[0].right[case.values[1]], np.ndarray)]


@pytest.mark.parametrize("row, name", ARRAYS)
@given(data=st.data())
@settings(max_examples=8)
def test_the_same_numbers_get_the_same_answer_however_they_lie_in_memory(row, name, data):
    """As a list, read-only, with gaps, backwards, column by column, with swapped bytes."""
    value = data.draw(fuzz.same_numbers(row.right[name]), label=name)
    answers = [
        fuzz.answer(row.call, fuzz.copied(row.right) | given, name, changed=row.changed)
        for given in ({}, {name: value})
    ]
    for right, found in zip(*answers, strict=True):
        np.testing.assert_allclose(found, right, rtol=1e-12)


def half_square(y, f, scale):
    return ((y - f) / scale) ** 2 / 2 + mpmath.log(scale) + mpmath.log(2 * mpmath.pi) / 2


def softplus(z):
    return z if z > 1000 else mpmath.log1p(mpmath.exp(z))


#: With fifty digits and no largest number: target y, prediction f, a positive scale.
EXACT = {
    "squared_error": lambda y, f, scale: (y - f) ** 2,
    "absolute_error": lambda y, f, scale: abs(y - f),
    "huber": lambda y, f, scale: (
        (y - f) ** 2 / 2 if abs(y - f) <= scale else scale * (abs(y - f) - scale / 2)
    ),
    "gaussian_nll": half_square,
    "laplace_nll": lambda y, f, scale: abs(y - f) / scale + mpmath.log(2 * scale),
    "bernoulli_nll": lambda y, f, scale: y * softplus(-f) + (1 - y) * softplus(f),
}
finite = st.sampled_from(fuzz.NUMBERS + fuzz.EXTREMES) | st.floats(allow_nan=False, width=64)


@pytest.mark.parametrize("name", EXACT)
@given(y=finite, f=finite, scale=finite)
def test_costs_of_huge_and_tiny_numbers_are_those_of_fifty_digits(name, y, f, scale):
    """A cost beyond the largest number is ∞."""
    largest = np.finfo(float).max
    scale = abs(scale)
    assume(max(abs(f), abs(y), scale) <= largest and scale > 0)
    y = abs(y) % 1.0 if name == "bernoulli_nll" else y
    assume(name == "bernoulli_nll" or abs(y / 2 - f / 2) <= largest / 2)
    scaled = {"huber": {"delta": scale}, "gaussian_nll": {"std": scale}}
    scaled["laplace_nll"] = {"scale": scale}
    (found,) = getattr(costs, name)([f], [y], **scaled.get(name, {}))
    with mpmath.workdps(50):
        exact = EXACT[name](mpmath.mpf(y), mpmath.mpf(f), mpmath.mpf(scale))
        nearest = float(exact) if abs(exact) <= largest else np.inf
    slack = 1e-9 * max(1, abs(np.log(scale)))
    np.testing.assert_allclose(found, nearest, rtol=1e-9, atol=slack if "nll" in name else 0)
