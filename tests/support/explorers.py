"""Every `explore(…)` of every chapter, read from its page: the chapter is not run for it."""

import ast
import inspect
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import ipywidgets
import jupytext

from explorable import explore
from explorable.controls import Control, read_control, with_defaults
from tests.support import book

State = dict[str, object]
_OF_EXPLORE = {
    name
    for name, parameter in inspect.signature(explore).parameters.items()
    if parameter.kind is parameter.KEYWORD_ONLY
}


@dataclass(frozen=True)
class Explorer:
    """One call: the figure's function, its controls, and values that no reader turns."""

    page: str
    draw: Callable
    controls: tuple[Control, ...]
    held: State

    @property
    def name(self) -> str:
        return f"{self.page}-{self.draw.__name__}"

    @property
    def count(self) -> int:
        """How many states a page without a kernel has to carry."""
        return math.prod(len(control.values) for control in self.controls)

    def start(self) -> State:
        return self.held | {c.name: c.values[c.initial] for c in self.controls}

    def ends(self, control: Control) -> tuple[State, State]:
        """One control at its first and at its last value, the others at their start."""
        first, last = ({control.name: control.values[end]} for end in (0, -1))
        return self.start() | first, self.start() | last

    def corners(self) -> tuple[State, State]:
        """All controls at their first values, and all at their last: where things overflow."""
        first, last = ({c.name: c.values[end] for c in self.controls} for end in (0, -1))
        return self.held | first, self.held | last

    def states(self) -> list[State]:
        ends = [state for control in self.controls for state in self.ends(control)]
        return [self.start(), *ends, *self.corners()]


def explorers(path: Path) -> list[Explorer]:
    """The explorers of one chapter. Their arguments may name what the chapter imports, no more."""
    cells = [
        ast.parse(cell.source)
        for cell in jupytext.read(path, fmt="md:myst").cells
        if cell.cell_type == "code"
    ]
    imports = [
        node
        for cell in cells
        for node in cell.body
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    names: dict[str, object] = {}
    exec(compile(ast.Module(imports, []), path.name, "exec"), names)
    return [_read(call, names, path) for cell in cells for call in _calls(cell)]


def every_explorer() -> list[Explorer]:
    return [explorer for path in book.notebooks() for explorer in explorers(path)]


def _calls(cell: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(cell):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "explore":
            yield node


def _read(call: ast.Call, names: dict[str, object], path: Path) -> Explorer:
    def value(node: ast.expr) -> object:
        try:
            return eval(compile(ast.Expression(node), path.name, "eval"), names)
        except NameError as error:
            raise NameError(
                f"{path.name}: {error}; explore(…) may use what the chapter imports, and nothing "
                "that its cells compute"
            ) from error

    draw = value(call.args[0])
    given = {k.arg: value(k.value) for k in call.keywords if k.arg not in _OF_EXPLORE}
    widgets = with_defaults(draw, given)
    held = {name: w.value for name, w in widgets.items() if isinstance(w, ipywidgets.fixed)}
    controls = [read_control(name, w) for name, w in widgets.items() if name not in held]
    return Explorer(path.stem, draw, tuple(controls), held)
