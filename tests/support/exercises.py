"""The coding exercises as they are printed in a chapter."""

import inspect
import re
from collections.abc import Callable
from types import ModuleType
from typing import Any
from unittest import mock

import numpy as np

from feedforward.exercises import Feedback, judge
from tests.support import book

_CELL = re.compile(r"^```\{code-cell\} ipython3\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def printed(chapter: str, directive: str) -> dict[str, str]:
    """The code between `{directive-start} label` and `{directive-end}`, by the exercise's label."""
    pattern = rf"^```\{{{directive}-start\}}(.*?)^```\{{{directive}-end\}}$"
    text = (book.ROOT / "chapters" / f"{chapter}.md").read_text(encoding="utf-8")
    found = {}
    for block in re.findall(pattern, text, re.DOTALL | re.MULTILINE):
        label = re.search(r"ex-[\w-]+", block)
        found[label.group()] = "\n".join(_CELL.findall(block))
    return found


def feedback_of(code: str, exercises: ModuleType) -> Feedback:
    """Run a cell and return the feedback that it ends in."""
    *_, last = code.strip().splitlines()
    names = {"np": np, "exercises": exercises}
    exec(code, names)
    return eval(last, names)


def function_of(code: str) -> Callable:
    """The function that a cell hands to its check."""
    handed = re.search(r"exercises\.check_\w+\((\w+)\)", code)
    names = {"np": np, "exercises": mock.Mock()}
    exec(code, names)
    return names[handed.group(1)]


def parts_of(exercises: ModuleType, check: str) -> dict[str, Any]:
    """What a check hands to `judge`, by the names of judge's parameters."""
    found = []

    def record(*args: Any, **keywords: Any) -> Feedback:
        found.append(inspect.signature(judge).bind(*args, **keywords))
        return Feedback(True, "")

    with mock.patch.object(exercises, "judge", record):
        getattr(exercises, check)(None)
    (call,) = found
    call.apply_defaults()
    return call.arguments


def random_inputs(
    exercises: ModuleType, check: str, count: int = 100
) -> tuple[Callable, list[tuple]]:
    """What a check expects, as a function, and random inputs as it draws them."""
    parts, rng = parts_of(exercises, check), np.random.default_rng(2)
    return parts["reference"], [parts["draw"](rng) for _ in range(count)]
