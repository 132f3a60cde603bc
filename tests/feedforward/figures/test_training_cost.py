"""Chapter 4's figures and experiments show what is true; timings only what holds on any machine."""

import itertools
import re

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from scipy import stats

from feedforward import graph
from feedforward.complexity import checkpoint_cost, measure_step, mlp_cost
from feedforward.derivatives import central_differences, checkpointed_backward, layers_of
from feedforward.experiments import training_cost as experiments
from feedforward.figures import training_cost as figures

# ----------------------------------------------------------------------- the hook


def words_of(fig):
    return [text.get_text() for ax in fig.axes for text in ax.texts]


def number(text):
    return float(text.replace("−", "-").strip("()"))


@pytest.mark.parametrize("w", [-1.2, 0.8, 2.0])
def test_the_last_step_shows_every_gradient_and_they_are_those_of_small_differences(w):
    def J(v):
        return float((np.tanh(v[0] * figures.X + v[1]) - figures.Y) ** 2 + v[0] ** 2 / 10)

    by_trying = central_differences(J, np.array([w, -0.2]))
    _, names = figures.neuron(w)
    J_ours, names = figures.neuron(w)
    J_ours.backward()
    np.testing.assert_allclose([names["w"].grad, names["b"].grad], by_trying, rtol=1e-6)
    fig, text = figures.backpropagation(figures.NEURON_STEPS, w)
    shown = words_of(fig)
    for name in ("w", "b"):
        assert figures.short(float(names[name].grad)) in shown
    assert shown.count("data") == 2
    assert f"Step {figures.NEURON_STEPS} of {figures.NEURON_STEPS}" in text


@pytest.mark.parametrize("step", range(1, figures.NEURON_STEPS + 1))
def test_the_equation_of_each_step_is_true(step):
    _, text = figures.backpropagation(step, -1.2)
    equation = text.split(": ", 1)[1].rstrip(".")
    *_, made, result = equation.split(" = ")
    if made.startswith("tanh"):
        value = np.tanh(number(made[5:-1]))
    else:
        value = eval(made.replace("−", "-").replace("·", "*")) if len(equation.split(" = ")) > 2 \
            else number(result)  # fmt: skip
    assert value == pytest.approx(number(result), rel=2e-2)


def test_values_fill_in_forwards_and_gradients_backwards_one_a_step():
    steps = range(1, figures.NEURON_STEPS + 1)
    counts = [len(words_of(figures.backpropagation(step)[0])) for step in steps]
    assert np.diff(counts).tolist() == [1] * (figures.NEURON_STEPS - 1)


# ----------------------------------------------------------------------- counts


def test_the_budget_draws_what_is_counted():
    fig, text = figures.step_budget(512, 4, 16)
    cost = mlp_cost((784, 512, 512, 512, 512, 10), 16, optimizer="adam")
    work, held = ([bar.get_width() for bar in ax.patches] for ax in fig.axes)
    assert work == [cost.multiply_adds_forward, cost.multiply_adds_backward]
    assert sum(held) == cost.bytes_total
    assert f"{cost.parameters:,} parameters" in text


@pytest.mark.parametrize("step", range(7))
def test_the_transpose_reads_rows_forwards_and_columns_backwards(step):
    _, text = figures.transpose(step)
    back = step >= 3
    exact = figures.DELTAS @ figures.MATRIX if back else figures.MATRIX @ figures.ACTIVATIONS
    assert number(text.rstrip(".").rsplit(" = ", 1)[1]) == pytest.approx(
        exact[step - 3 * back], rel=5e-3
    )
    assert f"{'column' if back else 'row'} {step - 3 * back + 1} of W" in text


@pytest.mark.parametrize("unit", ["relu", "gelu"])
@pytest.mark.parametrize("varied", experiments.SWEEPS)
def test_what_waits_is_counted_and_saved_to_the_byte(varied, unit):
    counted, measured = experiments.saved_bytes(varied, unit)
    np.testing.assert_array_equal(counted, measured)
    assert (np.diff(counted) > 0).all()


@pytest.mark.parametrize("layers", experiments.MEASURED_LAYERS)
def test_checkpoints_are_counted_and_saved_to_the_byte(layers):
    for segment, measured in experiments.measured_checkpoints(layers).items():
        counted = checkpoint_cost(experiments.chain(layers), experiments.CHAIN_BATCH, segment)
        assert counted.bytes_peak == measured


@pytest.mark.parametrize("layers, segment", [(16, 1), (16, 4), (16, 5), (100, 10), (100, 100)])
def test_the_teeth_end_where_the_work_ends_and_peak_where_the_bytes_do(layers, segment):
    work, waiting = figures.waiting_over_time(layers, segment)
    cost = checkpoint_cost(experiments.chain(layers), experiments.CHAIN_BATCH, segment)
    one = 4 * experiments.CHAIN_WIDTH * experiments.CHAIN_BATCH
    assert waiting.max() == cost.bytes_peak / one
    assert (np.diff(work) >= 0).all() and waiting.min() >= 0
    recomputed = cost.multiply_adds_recomputed / cost.multiply_adds_forward
    assert work[-1] == pytest.approx(3 + recomputed)


@pytest.mark.parametrize("layers", experiments.CHAIN_LAYERS)
def test_the_valley_is_at_the_square_root(layers):
    lengths = figures.lengths_up_to(layers)
    shares = figures.checkpoint_peaks(layers, lengths)
    near = figures.checkpoint_peaks(layers, np.array([round(np.sqrt(layers))]))[0]
    assert near <= shares.min() * 1.02
    assert shares[0] == shares[-1] == 1


@pytest.mark.parametrize("length", range(1, experiments.DIAMONDS + 1))
def test_paths_and_nodes_are_counted_by_running_both(length):
    found = experiments.rules_applied(length)
    assert found["over paths"] == 4 * (2**length - 1)
    assert found["stored"] == 4 * length
    assert found["slope over paths"] == pytest.approx(found["slope stored"], rel=1e-13)


@pytest.mark.parametrize("inputs", experiments.JACOBIAN_SIZES)
@pytest.mark.parametrize("outputs", experiments.JACOBIAN_SIZES)
def test_the_shape_decides_the_direction(inputs, outputs):
    forward, reverse, gap = experiments.jacobian_counts(inputs, outputs)
    assert forward * outputs == reverse * inputs
    assert gap < 1e-12
    _, text = figures.jacobian_shape(inputs, outputs)
    sign = np.sign(outputs - inputs)
    assert {-1: "reverse", 0: "neither", 1: "forward"}[sign] + " is cheaper" in text


def test_a_thousand_layers_in_segments_hold_a_sixteenth():
    widths = experiments.chain(1000)
    plain = mlp_cost(widths, experiments.CHAIN_BATCH)
    waits = plain.bytes_activations + plain.bytes_input
    found = measure_step(widths, experiments.CHAIN_BATCH, segment=32).bytes_saved
    assert found == checkpoint_cost(widths, experiments.CHAIN_BATCH, 32).bytes_peak
    assert 15.5 < waits / found < 16.5
    ours = experiments.thousand_layers(32)
    assert ours["same"]
    assert ours["checkpointed bytes"] < ours["plain bytes"] / 8


@pytest.mark.parametrize("which", figures.EXPRESSIONS)
def test_no_two_boxes_of_an_expression_overlap_and_none_leaves_the_figure(which):
    fig, text = figures.expression(which)
    (ax,) = fig.axes
    boxes = [patch.get_bbox() for patch in ax.patches]
    assert f"{len(boxes)} nodes" in text
    for i, one in enumerate(boxes):
        assert one.x0 >= 0 and one.y0 >= 0
        assert one.x1 <= ax.get_xlim()[1] and one.y1 <= ax.get_ylim()[1]
        for other in boxes[i + 1 :]:
            apart = one.x1 <= other.x0 or other.x1 <= one.x0
            assert apart or one.y1 <= other.y0 or other.y1 <= one.y0
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    for label in ax.texts:  # every word stays inside its box
        extent = label.get_window_extent().transformed(ax.transData.inverted())
        home = min(boxes, key=lambda b, e=extent: abs(b.x0 + b.x1 - e.x0 - e.x1)
                   + abs(b.y0 + b.y1 - e.y0 - e.y1))  # fmt: skip
        assert extent.x0 >= home.x0 and extent.x1 <= home.x1, label.get_text()


def test_every_parameter_of_an_expression_has_a_gradient():
    for which, (cost, names) in figures.expressions().items():
        nodes = figures.diagram(cost, **names)
        given = [n for n in nodes if n.op is None and not n.constant]
        assert given and all(n.gradient is not None and n.name for n in given), which


# ------------------------------------------------------------------------- timings


def test_the_slope_and_its_error_are_those_of_scipy():
    rng = np.random.default_rng(0)
    w = np.geomspace(1e2, 1e6, 9)
    seconds = 1e-9 * w**0.9 * np.exp(rng.normal(0, 0.1, 9))
    slope, error = experiments.slope_on_logarithmic_axes(w, seconds)
    peer = stats.linregress(np.log(w), np.log(seconds))
    assert slope == pytest.approx(peer.slope, rel=1e-12)
    assert error == pytest.approx(peer.stderr, rel=1e-12)


def test_three_prices_are_found_in_times_made_of_three_prices(monkeypatch):
    widths = np.array(experiments.TIMED_WIDTHS)
    weights, units = 3 * widths**2, 3 * widths
    seconds = 2e-5 + 1e-9 * 16 * units + 3e-11 * 16 * weights
    made = experiments.Timing(weights, units, seconds, 3 * seconds, seconds, seconds)
    monkeypatch.setattr(experiments, "timed_passes", lambda batch: made)
    np.testing.assert_allclose(experiments.three_prices(16), (2e-5, 1e-9, 3e-11), rtol=1e-6)
    np.testing.assert_allclose(made.ratio, 2)


def test_no_price_is_negative_and_no_other_prices_of_that_kind_fit_better(monkeypatch):
    """Against every subset of the three prices, by plain least squares."""
    widths = np.array(experiments.TIMED_WIDTHS)
    weights, units = 3 * widths**2, 3 * widths
    # A machine that is faster with middle sizes than a call and a price for each weight say.
    seconds = 2e-5 + 3e-11 * 128 * weights - 2e-9 * 128 * units * (widths < 200)
    made = experiments.Timing(weights, units, seconds, seconds, seconds, seconds)
    monkeypatch.setattr(experiments, "timed_passes", lambda batch: made)
    shares = np.stack([np.ones(len(widths)), 128 * units, 128 * weights], axis=1) / seconds[:, None]
    ones = np.ones(len(shares))
    assert np.linalg.lstsq(shares, ones)[0].min() < 0
    prices = np.array(experiments.three_prices(128))
    assert prices.min() == 0
    misses = []
    for kept in itertools.product([False, True], repeat=3):
        if any(kept):
            found = np.linalg.lstsq(shares[:, kept], ones)[0]
            if found.min() >= 0:
                misses.append(np.linalg.norm(shares[:, kept] @ found - ones))
    assert np.linalg.norm(shares @ prices - ones) == pytest.approx(min(misses), rel=1e-9)


def test_a_small_network_pays_for_its_calls_on_any_machine():
    timing = experiments.timed_passes(128)
    price = timing.forward / timing.weights
    assert price[0] > 3 * price[-1]
    assert (timing.both > timing.forward / 2).all()


def test_a_weight_is_cheaper_when_many_examples_share_the_way_from_memory():
    alone, shared = (experiments.matrix_prices(batch) for batch in (1, 128))
    assert shared[-1] < alone[-1]


def test_the_clocks_ratio_is_near_the_counted_one_and_near_the_bare_products():
    timing = experiments.timed_passes(128)
    whole, bare = (np.median(ratio[4:]) for ratio in (timing.ratio, timing.products_ratio))
    assert 1 < whole < 2.6 and abs(whole - bare) < 0.6


def test_the_bare_products_are_those_of_the_passes_and_no_more():
    net, x = experiments.network_and_batch((5, 4, 3, 2), 7)
    done = []

    class Watched(np.ndarray):
        def __array_ufunc__(self, ufunc, method, *inputs, **options):
            plain = [np.asarray(array) for array in inputs]
            if ufunc is np.matmul:
                done.append(plain[0].size * plain[1].shape[1])
            return getattr(ufunc, method)(*plain, **options).view(Watched)

    for weight in net.weights:
        weight.data = weight.data.view(Watched)
    cost = mlp_cost((5, 4, 3, 2), 7)
    forward, backward = experiments.bare_products(net, x.view(Watched))
    counts = []
    for run in (forward, backward):
        done.clear()
        run()
        counts.append(sum(done))
    assert counts == [cost.multiply_adds_forward, cost.multiply_adds_backward]


@pytest.mark.parametrize("segment", [1, 4, 5, 13])
def test_our_engine_multiplies_as_often_with_checkpoints_as_counted(segment, monkeypatch):
    """And once more: it finds the gradient of the inputs too, which nobody asked for."""
    widths, batch, products = (6,) * 14, 7, []

    def noted(rule):
        def noting(*args):
            products.append(rule)
            return rule(*args)

        return noting

    forward, (to_x, to_weight, to_bias) = graph.OPS["affine"]
    rules = (noted(to_x), noted(to_weight), to_bias)
    monkeypatch.setitem(graph.OPS, "affine", graph.Op(noted(forward), rules))
    net, x = experiments.network_and_batch(widths, batch)

    def cost(outputs):
        return (outputs**2).mean()

    cost(net(x)).backward()
    plain = len(products)
    checkpointed_backward(layers_of(net), x, cost, segment)
    extra = checkpoint_cost(widths, batch, segment).extra_work
    assert len(products) - plain == round(plain * (1 + extra)) + 1


def test_128_examples_cost_more_than_one_but_not_128_times_as_much():
    alone, shared = (experiments.matrix_prices(batch) for batch in (1, 128))
    assert 1 < 128 * shared[-1] / alone[-1] < 64


def test_the_miss_of_three_prices_is_that_of_the_dashed_line():
    timing = experiments.timed_passes(128)
    call, unit, weight = experiments.three_prices(128)
    line = call + unit * 128 * timing.units + weight * 128 * timing.weights
    off = np.abs(line / timing.forward - 1).max()
    assert experiments.off_by(128) == pytest.approx(off, rel=1e-9)


@pytest.mark.parametrize("layers, segment", [(1000, 1), (1000, 4), (1000, 8), (400, 2), (16, 4)])
def test_the_outline_keeps_the_highest_point_and_the_end(layers, segment):
    work, waiting = figures.waiting_over_time(layers, segment)
    seen = figures.outline(waiting)
    assert len(seen) <= 200 and (np.diff(seen) > 0).all()
    assert waiting[seen].max() == waiting.max()
    assert seen[0] == 0 and seen[-1] == len(work) - 1


def test_what_waits_is_told_as_a_share():
    cost = mlp_cost((784, 32, 10), 16, optimizer="adam")
    waits = 4 * 16 * (784 + 32)
    all_of_it = waits + 4 * cost.parameters * 4  # parameters, gradients, two means
    assert (
        figures.share_that_waits(32, 1, 16) == f"{100 * waits / all_of_it:.0f}\N{NO-BREAK SPACE}%"
    )


def test_timings_use_one_thread_and_give_the_others_back():
    from threadpoolctl import threadpool_info

    def threads():
        return [pool["num_threads"] for pool in threadpool_info()]

    before = threads()
    assert set(experiments.on_one_thread(threads)()) == {1}
    assert threads() == before


def test_equal_counts_are_equal_counts():
    assert {width * width * layers for width, layers in experiments.SHAPES} == {2**20}


def test_our_step_and_pytorchs_start_and_step_alike():
    rng = np.random.default_rng(1)
    label = rng.integers(0, 10, experiments.PEER_BATCH)
    assert label.shape == (experiments.PEER_BATCH,)
    ours, theirs = (
        make(experiments.PEER_WIDTHS, experiments.PEER_BATCH)
        for make in (experiments.engine_step, experiments.torch_step)
    )
    for _ in range(3):
        ours()
        theirs()
    mine = [p.data for p in _closed(ours, "parameters")]
    peers = [p.detach().numpy() for p in _closed(theirs, "net").parameters()]
    for p, q in zip(mine, peers, strict=True):
        np.testing.assert_allclose(p, q, rtol=1e-4, atol=1e-6)


def _closed(function, name):
    """What a function made by another one holds by this name."""
    return dict(zip(function.__code__.co_freevars, function.__closure__, strict=True))[
        name
    ].cell_contents


@pytest.mark.parametrize(
    "count, words", [(12, "12 bytes"), (4096, "4.1 kB"), (2.5e6, "2.5 MB"), (3e9, "3 GB")]
)
def test_bytes_are_told_in_thousands(count, words):
    assert figures.bytes_in_words(count) == words


def test_seconds_and_counts_are_told_in_words():
    assert figures.seconds_in_words(4.2e-4) == "420 µs"
    assert figures.seconds_in_words(2e-9) == "2 ns"
    assert figures.short_count(1_234_567) == "1.23 million"
    assert re.fullmatch(r"−0\.5", figures.short(-0.5))
