"""Numbers that chapter 4 states in words."""

import itertools
import math

import numpy as np
import pytest
import torch

from feedforward.complexity import measure_step
from feedforward.experiments import training_cost as experiments
from feedforward.graph import Tensor


@pytest.mark.claim("a-sixteenth")
def test_what_waits_in_segments_of_thirty_two(said):
    """PyTorch's saved bytes with and without segments, divided."""
    checkpoints, segment, waiting, layers = said("a-sixteenth")
    starts = range(0, int(layers), int(segment))
    assert len(starts) == checkpoints and waiting == checkpoints + segment
    assert round(layers / waiting) == 16
    # PyTorch's own count, of the same layers with and without: arrays of equal size
    widths = experiments.chain(int(layers))
    kept, cut = (
        measure_step(widths, 16, segment=s).bytes_saved for s in (int(layers), int(segment))
    )
    assert round(kept / cut) == 16


@pytest.mark.claim("biases-add")
def test_what_an_example_takes_beside_its_multiply_adds(said):
    """The sizes of PyTorch's parameters, and the outputs of its ReLUs, counted."""
    *widths, products, additions, evaluations = (int(n) for n in said("biases-add"))
    linear = [torch.nn.Linear(a, b) for a, b in itertools.pairwise(widths)]
    assert sum(layer.weight.numel() for layer in linear) == products
    assert sum(layer.bias.numel() for layer in linear) == additions
    a, evaluated = torch.zeros(widths[0]), 0
    for layer in linear[:-1]:
        a = torch.relu(layer(a))
        evaluated += a.numel()
    assert evaluated == evaluations
    assert products == measure_step(tuple(widths), 1).multiply_adds_forward


@pytest.mark.claim("diamond", "predict-diamonds")
def test_a_diamond_and_what_storing_costs_in_twelve_of_them(said):
    """The gradient rules applied in a chain of twelve diamonds, counted while they run."""
    (factor,) = said("diamond")
    x = Tensor(0.3)
    assert float(experiments.diamonds(x, 1).data) == pytest.approx(factor * 0.3 + math.tanh(0.3))
    assert said("predict-diamonds") == [experiments.rules_applied(12)["stored"]] == [4 * 12]


@pytest.mark.claim("backward-by-hand", "ex-backward-count")
def test_the_way_back_counted_by_pytorch(said):
    """PyTorch's own counter says the same."""
    a, b, b_again, c, weights, batch, also, first, batch_again, below, second = said(
        "backward-by-hand"
    )
    assert a * b + b_again * c == weights == also and batch * weights == first
    assert batch_again * below == second and below == b * c and batch == batch_again
    counted = measure_step((int(a), int(b), int(c)), int(batch)).multiply_adds_backward
    (answer,) = said("ex-backward-count")
    assert counted == answer == first + second


@pytest.mark.claim("tall-jacobian", "ex-which-mode")
def test_a_tall_jacobian_takes_a_pass_for_each_column(said):
    """The passes that build the matrix from PyTorch's products, counted."""
    rows, columns, passes_back = said("tall-jacobian")
    picture = torch.nn.Linear(int(columns), int(rows))
    x, passes = torch.zeros(int(columns)), []
    for direction in torch.eye(int(columns)):
        _, column = torch.autograd.functional.jvp(picture, x, direction)
        passes.append(column.numpy())
    np.testing.assert_allclose(np.stack(passes, axis=1), picture.weight.detach(), atol=1e-6)
    (answer,) = said("ex-which-mode")
    assert len(passes) == answer == columns
    assert len(picture(x)) == passes_back  # reverse mode: one for each number that comes out
