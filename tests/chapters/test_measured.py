"""What depends on a clock or on the memory in use is marked: cells by a tag, words by comments.

Read from the sources, nothing is run: which functions of the book ask a clock, themselves or
through others, and which cells and {eval} roles use them or what came of them. (`make twice` builds
the book twice, and finds what this does not see.)
"""

import ast
import re
from pathlib import Path

import jupytext
import pytest

from bookbuild.execution import EVAL
from tests.support import book

CLOCKS = {"time.process_time", "time.perf_counter", "os.times", "tracemalloc.start"}
"""Not time.monotonic, which `progress` asks: on a page it leaves no trace."""

MARKED = re.compile(r"<!-- measured -->.*?<!-- /measured -->", re.DOTALL)
FOUND = re.compile(r'\bfound\["(\w+)"\]')


def imported(tree: ast.AST) -> dict[str, str]:
    """The names that the imports of a piece of Python bring, and what they are names of."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    return found


def mentioned(tree: ast.AST, names: dict[str, str], here: str) -> set[str]:
    """Every name and attribute that a piece of Python asks for, in full, but for its own names."""
    nodes = list(ast.walk(tree))
    own = {node.arg for node in nodes if isinstance(node, ast.arg)}
    own |= {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}

    def full(node: ast.AST) -> str:
        if isinstance(node, ast.Attribute):
            return f"{full(node.value)}.{node.attr}"
        if isinstance(node, ast.Name) and node.id not in own:
            return names.get(node.id, f"{here}.{node.id}")
        return ""

    return {full(node) for node in nodes} - {""}


def measuring() -> set[str]:
    """The functions of feedforward that ask a clock. That `kept` notes the time decides nothing."""
    uses = {}
    for path in (book.ROOT / "code" / "feedforward").rglob("*.py"):
        parts = path.relative_to(book.ROOT / "code").with_suffix("").parts
        module = ".".join(part for part in parts if part != "__init__")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                node.decorator_list = []
                uses[f"{module}.{node.name}"] = mentioned(node, imported(tree), module)
    found = set(CLOCKS)
    while more := {name for name, used in uses.items() if used & found} - found:
        found |= more
    return found


MEASURING = measuring()


class Reader:
    """Reads a chapter from top to bottom and remembers which of its variables were measured."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.measured = set(MEASURING)

    def uses(self, tree: ast.AST) -> bool:
        return bool(mentioned(tree, self.names, "chapter") & self.measured)

    def cell(self, source: str) -> bool:
        """Whether a cell uses what was measured."""
        tree, used = ast.parse(source), False
        self.names |= imported(tree)
        statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
        for node in sorted(statements, key=lambda node: node.lineno):
            own = [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt)]
            measured = any(self.uses(child) for child in own)
            used |= measured
            if isinstance(node, ast.FunctionDef):
                self.note([ast.Name(node.name)], self.uses(node))
            elif isinstance(node, ast.Assign):
                self.note(node.targets, measured)
            elif isinstance(node, ast.For):
                self.note([node.target], measured)
        return used

    def note(self, targets: list[ast.expr], measured: bool) -> None:
        """What a name stood for is forgotten, but not where one item gets another value."""
        for node in (node for target in targets for node in ast.walk(target)):
            if isinstance(node, ast.Name) and measured:
                self.measured.add(f"chapter.{node.id}")
            elif isinstance(node, ast.Name) and not isinstance(targets[0], ast.Subscript):
                self.measured.discard(f"chapter.{node.id}")


def wrong(path: Path) -> list[str]:
    """The cells and {eval} roles of a chapter that are marked and not measured, or the reverse."""
    reader, found = Reader(), []
    for cell in jupytext.read(path, fmt="md:myst").cells:
        if cell.cell_type == "code":
            tagged = "measurement" in cell.metadata.get("tags", [])
            if reader.cell(cell.source) != tagged:
                found.append(cell.source)
            continue
        marked = [match.span() for match in MARKED.finditer(cell.source)]
        for role in EVAL.finditer(cell.source):
            # The page of comparisons finds there what this function says.
            said = FOUND.sub(r"reproductions.\1", role[2])
            inside = any(a < role.start() < b for a, b in marked)
            if reader.uses(ast.parse(said)) != inside:
                found.append(role[0])
    return found


CHAPTER = """---
kernelspec:
  display_name: Python 3
  name: python3
---
```{code-cell} ipython3
from feedforward.complexity import mlp_cost
from feedforward.experiments import training_cost as experiments
```

```{code-cell} ipython3
:tags: [hide-input, measurement]

held, counted = {}, mlp_cost((2, 2), 1)
for batch in (1, 16):
    for price in experiments.three_prices(batch):
        held[batch] = price
```

It <!-- measured -->takes {eval}`held[1]`<!-- /measured --> and counts {eval}`counted`.

```{code-cell} ipython3
price = counted
print(price)
```

{eval}`price`
"""


MEASURED_ROLE = "<!-- measured -->takes {eval}`held[1]`<!-- /measured -->"


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("print", "print", []),
        ("hide-input, measurement", "hide-input", ["held, counted = "]),
        ("three_prices", "network_and_batch", ["held, counted = ", "{eval}`held[1]`"]),
        ("print(price)", "print(held)", ["price = counted"]),
        ("price = counted", "print(price)", ["print(price)", "{eval}`price`"]),
        (MEASURED_ROLE, "takes {eval}`held[1]`", ["{eval}`held[1]`"]),
        (MEASURED_ROLE, MEASURED_ROLE.replace("held[1]", "counted"), ["{eval}`counted`"]),
    ],
)
def test_what_is_not_marked_and_what_need_not_be_is_found(tmp_path, old, new, found):
    path = tmp_path / "chapter.md"
    assert old in CHAPTER
    path.write_text(CHAPTER.replace(old, new), encoding="utf-8")
    said = wrong(path)
    assert [words[: len(start)] for words, start in zip(said, found, strict=True)] == found


def test_the_functions_that_ask_a_clock_are_found():
    assert {
        "feedforward.complexity.seconds_in_turn",
        "feedforward.experiments.training_cost.three_prices",
        "feedforward.figures.training_cost.step_budget",
        "feedforward.figures.reproductions.checkpoints",
    } <= MEASURING
    assert not {name for name in MEASURING if name.startswith("feedforward.training.")}


@pytest.mark.parametrize("path", book.notebooks(), ids=lambda path: path.name)
def test_what_a_chapter_measures_is_marked_and_nothing_else(path):
    assert wrong(path) == []


@pytest.mark.parametrize("path", book.notebooks(), ids=lambda path: path.name)
def test_every_mark_of_measured_words_is_on_the_page(site, path):
    marks = path.read_text(encoding="utf-8").count("<!-- measured -->")
    spans = book.html(f"chapters/{path.stem}.html").select("span.measured")
    assert len(spans) == marks and all(span.get_text().strip() for span in spans)
