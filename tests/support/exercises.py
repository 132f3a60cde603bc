"""The coding exercises as they are printed in a chapter."""

import re
from types import ModuleType

import numpy as np

from feedforward.exercises import Feedback
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
