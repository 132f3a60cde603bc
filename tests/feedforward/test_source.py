"""The code that a page shows is the code that runs."""

import ast
import inspect

import numpy as np
import pytest

from feedforward import training
from feedforward.graph import Tensor, core
from feedforward.source import source, source_between


def test_the_code_shown_is_the_code_of_the_file():
    shown = source(core.nodes, core.unbroadcast)
    file = inspect.getsource(core)
    assert shown.startswith("def nodes(") and "\n\n\ndef unbroadcast(" in shown
    for line in shown.splitlines():
        assert line in file.splitlines()


def test_the_code_shown_of_the_training_loop_trains():
    names = {"np": np, "Trainable": None, "Cost": None, "Step": None, "Callback": None,
             "Iterable": dict, "Array": np.ndarray, "tuple": dict}  # fmt: skip
    exec(source(training.training_loop), names)

    class Mean:
        theta = Tensor([0.0])

        def __call__(self, x):
            return self.theta * x

        def parameters(self):
            return [self.theta]

    net, x = Mean(), np.ones(4)
    take_step = training.sgd(net.parameters(), 0.5)
    history = names["training_loop"](
        net, lambda f, y: (f - y) ** 2, [(x, 3 * x)] * 2, take_step, lambda step: None
    )
    np.testing.assert_array_equal(history, [9, 0])


def test_a_method_is_shown_without_its_indentation_and_marked_as_python():
    shown = source(Tensor.backward)
    assert ast.parse(shown).body[0].name == "backward"
    assert shown._repr_markdown_() == f"```python\n{shown}```"
    assert repr(shown) == shown


def test_lines_are_shown_from_one_beginning_to_another():
    table = source_between(core, "OPS", "# fmt: on")
    assert table.startswith("OPS: dict[str, Op] = {\n") and table.endswith("\n}\n")
    assert all(f'"{op}":' in table for op in core.OPS)


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: source(len), TypeError, "each of things must have its code in a file"),
        (lambda: source(3), TypeError, "each of things must have its code in a file"),
        (lambda: source_between(core, "nowhere", "OPS"), ValueError,
         "start must be the beginning of a line, got 'nowhere'"),
        (lambda: source_between(core, "OPS", '"""The core'), ValueError,
         "end must be the beginning of a line"),
        (lambda: source_between(core, 1, "OPS"), TypeError, "start must be str, got 1"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_by_name(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(message)
