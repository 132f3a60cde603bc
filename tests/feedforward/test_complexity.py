"""Counts against PyTorch's own counter and hooks, exactly; measurements against arithmetic."""

import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from feedforward import complexity
from feedforward.complexity import (
    NEEDED_BY_UNIT,
    OPTIMIZER_STATE,
    checkpoint_cost,
    measure_bytes,
    measure_step,
    mlp_cost,
    seconds_in_turn,
    torch_mlp,
)
from feedforward.network import MLP
from feedforward.training import OPTIMIZERS
from feedforward.units import UNITS

networks = st.lists(st.integers(1, 20), min_size=2, max_size=7).map(tuple)
batches = st.integers(1, 9)
units = st.sampled_from(sorted(NEEDED_BY_UNIT))
dtypes = st.sampled_from([np.float32, np.float64])


@given(networks, batches, units, dtypes)
def test_counts_are_those_of_pytorchs_flop_counter_and_hooks(widths, batch, unit, dtype):
    cost = mlp_cost(widths, batch, unit=unit, dtype=dtype)
    measured = measure_step(widths, batch, unit=unit, dtype=dtype)
    assert measured.multiply_adds_forward == cost.multiply_adds_forward
    assert measured.multiply_adds_backward == cost.multiply_adds_backward
    assert measured.bytes_saved == cost.bytes_activations + cost.bytes_input


@given(networks, batches, st.integers(1, 7), units)
def test_counts_with_checkpoints_are_those_of_pytorch(widths, batch, segment, unit):
    cost = checkpoint_cost(widths, batch, segment, unit=unit)
    measured = measure_step(widths, batch, segment=segment, unit=unit)
    assert measured.multiply_adds_forward == cost.multiply_adds_forward
    back = cost.multiply_adds_backward + cost.multiply_adds_recomputed
    plain = mlp_cost(widths, batch).multiply_adds
    assert plain * (1 + cost.extra_work) == pytest.approx(cost.multiply_adds_forward + back)
    assert measured.multiply_adds_backward == back
    assert measured.bytes_saved == cost.bytes_peak


@given(networks, batches)
def test_parameters_gradients_and_optimizer_state_are_those_of_pytorch(widths, batch):
    makers = {
        "sgd": lambda p: torch.optim.SGD(p, lr=0.1),
        "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
        "adam": lambda p: torch.optim.Adam(p, lr=0.1),
    }
    for name, make in makers.items():
        net = torch_mlp(widths)
        optimizer = make(net.parameters())
        net(torch.ones(batch, widths[0])).sum().backward()
        optimizer.step()
        state = [
            t for s in optimizer.state.values() for k, t in s.items() if torch.is_tensor(t)
            and k != "step"
        ]  # fmt: skip
        cost = mlp_cost(widths, batch, optimizer=name)
        assert cost.bytes_parameters == sum(p.nbytes for p in net.parameters())
        assert cost.bytes_gradients == sum(p.grad.nbytes for p in net.parameters())
        assert cost.bytes_optimizer == sum(t.nbytes for t in state)
        assert cost.weights == sum(p.numel() for p in net.parameters() if p.ndim == 2)
        assert cost.parameters == sum(p.numel() for p in net.parameters())
        parts = cost.bytes_parameters + cost.bytes_gradients + cost.bytes_optimizer
        assert cost.bytes_waiting == cost.bytes_activations + cost.bytes_input
        assert cost.multiply_adds == cost.multiply_adds_forward + cost.multiply_adds_backward
        assert cost.bytes_total == parts + cost.bytes_activations + cost.bytes_input


def test_every_optimizer_and_unit_of_the_book_is_counted_or_refused_by_name():
    assert set(OPTIMIZER_STATE) == set(OPTIMIZERS)
    assert set(NEEDED_BY_UNIT) <= set(UNITS)


def test_torch_mlp_is_the_same_network_as_ours():
    for unit in NEEDED_BY_UNIT:
        ours = MLP((3, 5, 4, 2), unit, "he", np.random.default_rng(0))
        theirs = torch_mlp((3, 5, 4, 2), unit, np.float64)
        for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
            q.data.copy_(torch.tensor(p.data))
        x = np.random.default_rng(1).normal(size=(6, 3))
        expected = theirs(torch.tensor(x)).detach().numpy()
        np.testing.assert_allclose(ours.predict(x), expected, rtol=1e-7, atol=1e-9)


@given(st.integers(1, 400), st.integers(1, 400))
def test_checkpoints_of_equal_layers_keep_segments_plus_one_segment(layers, segment):
    widths = (8,) * (layers + 1)
    segment = min(segment, layers)
    kept = checkpoint_cost(widths, 1, segment).bytes_peak / (4 * 8)
    segments = -(-layers // segment)
    assert kept <= segments + segment
    assert kept >= segments + min(segment, layers - (segments - 1) * segment) - 1


def test_the_square_root_is_the_best_segment_of_a_square():
    widths = (8,) * 401
    peaks = [checkpoint_cost(widths, 1, s).bytes_peak for s in range(1, 401)]
    assert 1 + int(np.argmin(peaks)) in (20, 21)
    assert min(peaks) < peaks[-1] / 9


def test_one_segment_is_no_checkpointing():
    for unit in NEEDED_BY_UNIT:
        plain = mlp_cost((5, 7, 3), 4, unit=unit)
        whole = checkpoint_cost((5, 7, 3), 4, 2, unit=unit)
        assert whole.bytes_peak == plain.bytes_activations + plain.bytes_input
        assert whole.multiply_adds_recomputed == 0


@settings(max_examples=20)
@given(networks, batches, dtypes)
def test_our_engine_keeps_z_and_a_and_after_backward_their_gradients(widths, batch, dtype):
    net = MLP(widths, "relu", "he", np.random.default_rng(0), dtype=dtype)
    x = np.ones((batch, widths[0]), dtype)
    size = np.dtype(dtype).itemsize
    graph = size * batch * (2 * sum(widths[1:-1]) + widths[-1])

    def step():
        outputs = net(x)
        outputs.backward(np.ones(outputs.shape))
        return outputs

    alive, peak = measure_bytes(lambda: net(x))
    assert alive == graph <= peak
    alive, _ = measure_bytes(step)
    assert alive == 2 * graph + mlp_cost(widths, batch, dtype=dtype).bytes_gradients


def test_bytes_that_are_let_go_count_in_the_peak_only():
    alive, peak = measure_bytes(lambda: np.ones(10_000).sum())
    assert alive <= 64
    assert 80_000 <= peak < 90_000


def busy(seconds):
    """Work that takes so much of the processor's time."""
    start = time.process_time()
    while time.process_time() < start + seconds:
        pass


def test_a_measured_second_is_a_second_of_work_and_waiting_is_none():
    seconds = seconds_in_turn([lambda: busy(0.004), lambda: time.sleep(0.004)], rounds=3, least=0)
    assert seconds.shape == (3, 2)
    assert (seconds[:, 0] >= 0.004).all() and seconds[:, 0].min() < 0.006
    assert seconds[:, 1].min() < 0.002


def test_programs_that_are_timed_take_turns():
    calls = []
    seconds_in_turn([lambda: calls.append("a"), lambda: calls.append("b")], rounds=2, least=0)
    assert "".join(calls) == "aabb" + "abab"  # a warm-up and a trial each, then the rounds


def test_short_calls_are_timed_many_at_once():
    calls = []
    seconds_in_turn([lambda: calls.append(1)], rounds=2, least=0.001)
    assert len(calls) > 100


BAD = [
    (lambda: mlp_cost((3,), 1), ValueError, "widths must be those of input and output at least"),
    (lambda: mlp_cost((3, 0), 1), ValueError, "each width in widths must be at least 1, got 0"),
    (lambda: mlp_cost((3, 2.5), 1), TypeError, "each width in widths must be an integer"),
    (lambda: mlp_cost((3, 2), 0), ValueError, "batch must be at least 1, got 0"),
    (lambda: mlp_cost((3, 2), 1, unit="cube"), ValueError, "unit must be one of relu, "),
    (lambda: mlp_cost((3, 2), 1, optimizer="x"), ValueError, "optimizer must be one of sgd, "),
    (lambda: checkpoint_cost((3, 2), 1, 0), ValueError, "segment must be at least 1, got 0"),
    (lambda: measure_step((3, 2), 1, segment=0), ValueError, "segment must be at least 1, got 0"),
    (lambda: measure_step((3, 2), 0), ValueError, "batch must be at least 1, got 0"),
    (lambda: seconds_in_turn([int], rounds=0), ValueError, "rounds must be at least 1, got 0"),
]


@pytest.mark.parametrize("call, error, message", BAD)
def test_bad_input_is_refused_by_name(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert message in str(caught.value)


def test_counting_needs_no_pytorch():
    import ast
    import inspect

    tree = ast.parse(inspect.getsource(complexity))
    outside = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
    assert not [n for n in outside if "torch" in ast.unparse(n)]
