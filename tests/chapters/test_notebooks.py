"""Every chapter, as a notebook: its cells run, warn of nothing, and are short."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient

from bookbuild.execution import AsksForArrivals, expressions
from feedforward.experiments import FOLDER
from tests.support import book

MOST_LINES = 15
LONGEST_LINE = 88
"""Characters; the page's code box hides what is beyond."""

# Other packages are imported first, so that a deprecation of theirs is not ours; from then
# on every warning, whoever causes it, is an error.
PREPARE = """
import warnings
import matplotlib, numpy, scipy, sklearn, torch, ipywidgets, IPython.display
warnings.simplefilter("error")

import time
from contextlib import ExitStack
from feedforward.experiments import timed
class OfTheTest:
    cell, seconds, unseen = ExitStack(), [], []
    def begin(info):
        OfTheTest.unseen.append(OfTheTest.cell.enter_context(timed()))
        OfTheTest.began = time.process_time()
    def end(result):
        OfTheTest.seconds.append(time.process_time() - OfTheTest.began)
        OfTheTest.cell.close()
OfTheTest.began = time.process_time()
get_ipython().events.register("pre_run_cell", OfTheTest.begin)
get_ipython().events.register("post_run_cell", OfTheTest.end)
"""
# Of each cell: the seconds that it took, and those that it would take from nothing without a bar.
TELL = """
print(*OfTheTest.seconds[1:])
print(*(unseen for _, unseen in OfTheTest.unseen[:-1]))
"""
BAR = re.compile(r"[█·]{24} step ")
PATIENCE = 10.0
"""Seconds of the processor, of all its cores together."""

SOON = "initialization.md"
"""The chapter in which an experiment soon takes long enough to say how far it is."""
ASKS_AGAIN = {"reproductions.md"}
"""Pages that show the other chapters' experiments: those run there, and are only looked up here."""


def read(path: Path) -> nbformat.NotebookNode:
    return jupytext.read(path, fmt="md:myst")


def notebook_ids(path: Path) -> str:
    return path.name


@pytest.fixture(scope="module", params=book.notebooks(), ids=notebook_ids)
def executed(request) -> nbformat.NotebookNode:
    """With the experiments that a build of this very code has run: nothing is trained again."""
    return run_live(request.param, kept=True)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(path, marks=pytest.mark.thorough)
        for path in book.notebooks()
        if path.name not in ASKS_AGAIN
    ],
    ids=notebook_ids,
)
def trained(request) -> nbformat.NotebookNode:
    """With nothing kept: each experiment really runs."""
    return run_live(request.param, kept=False)


class Client(AsksForArrivals, NotebookClient):
    """A client that hears every answer."""


def run(notebook: nbformat.NotebookNode, folder: Path, whole: bool = True) -> None:
    """In a kernel of its own, started in the folder; a busy machine may take its time.

    whole: or only the cells up to the first that shows a bar, and the last.
    """

    def cut(cell: nbformat.NotebookNode, cell_index: int, **_: object) -> None:
        if not whole and BAR.search("".join(out.get("text", "") for out in cell.outputs)):
            del notebook.cells[cell_index + 1 : -1]

    resources = {"metadata": {"path": str(folder)}}
    Client(
        notebook, timeout=1200, startup_timeout=300, resources=resources, on_cell_executed=cut
    ).execute()


@cache  # a worker may set up a fixture again for the next test of the same chapter
def run_live(path: Path, kept: bool, whole: bool = True) -> nbformat.NotebookNode:
    """The chapter after a run from top to bottom in a fresh kernel, with its {eval} roles.

    In live mode, as a reader runs it. The first cell and the last are the test's own.
    """
    notebook = read(path)
    cells = [nbformat.v4.new_code_cell(PREPARE)]
    for cell in notebook.cells:
        cells.append(cell)
        if cell.cell_type == "markdown":
            cells += [
                nbformat.v4.new_code_cell(role, metadata={"tags": ["eval"]})
                for role in expressions(cell)
            ]
    notebook.cells = [*cells, nbformat.v4.new_code_cell(TELL)]
    # A kernel of this very Python, whatever kernels the machine's owner has installed.
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
        patch.delenv("EXPLORABLE_STATIC", raising=False)
        if not kept:
            patch.delenv(FOLDER)
        run(notebook, path.parent, whole)
    return notebook


def outputs(notebook: nbformat.NotebookNode) -> list[tuple[str, nbformat.NotebookNode]]:
    return [
        (cell.source, output)
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    ]


def test_there_are_chapters():
    assert {"cost-functions.md", "index.md"} <= {path.name for path in book.notebooks()}


def aside(notebook: nbformat.NotebookNode) -> list[tuple[str, str]]:
    """What went to the standard error stream: warnings, if they are no errors."""
    return [
        (source, out.text)
        for source, out in outputs(notebook)
        if out.output_type == "stream" and out.name == "stderr"
    ]


def test_a_chapter_runs_from_top_to_bottom_and_warns_of_nothing(executed):
    said = [(source, out) for source, out in outputs(executed) if out.output_type == "error"]
    assert said == []
    assert aside(executed) == []


def test_every_number_in_the_prose_is_computed_by_a_cell(executed):
    """Each {eval} role shows something, and it is no "nan"."""
    for cell in executed.cells:
        if "eval" not in cell.metadata.get("tags", []):
            continue
        (output,) = (out for out in cell.outputs if out.output_type != "stream")  # no bars
        shown = output.data["text/plain"].strip("'")
        assert shown and not re.search(r"\b(nan|None)\b|<.* object at", shown), cell.source


def times(notebook: nbformat.NotebookNode) -> Iterator[tuple[nbformat.NotebookNode, float, float]]:
    """Of the chapter's cells and {eval} roles: the seconds that each took, and those unseen."""
    _, *cells, last = [cell for cell in notebook.cells if cell.cell_type == "code"]
    lines = "".join(out.text for out in last.outputs).splitlines()  # it may come in pieces
    said = [[float(word) for word in line.split()] for line in lines]
    return zip(cells, *said, strict=True)


def test_what_takes_long_says_how_far_it_is(executed):
    """No reader waits long without a bar: so the build's run of the experiments says."""
    unseen = [(cell.source, seconds) for cell, _, seconds in times(executed) if seconds > PATIENCE]
    assert unseen == []


def test_a_chapter_runs_from_nothing_and_shows_the_bars(trained):
    """Also where it is a figure whose experiment runs, or several short runs."""
    assert [out for _, out in outputs(trained) if out.output_type == "error"] == []
    assert aside(trained) == []
    slow = [cell for cell, took, _ in times(trained) if took > PATIENCE]
    shown = ["".join(out.get("text", "") for out in cell.outputs) for cell in slow]
    assert [
        cell.source for cell, text in zip(slow, shown, strict=True) if not BAR.search(text)
    ] == []


def test_a_chapter_runs_from_nothing_to_its_first_bar():
    (path,) = (path for path in book.notebooks() if path.name == SOON)
    notebook = run_live(path, kept=False, whole=False)
    assert [out for _, out in outputs(notebook) if out.output_type == "error"] == []
    assert aside(notebook) == []
    *before, (last, _, _) = times(notebook)
    assert [cell.source for cell, took, _ in before if took > PATIENCE] == []
    assert BAR.search("".join(out.get("text", "") for out in last.outputs))


def test_every_explored_figure_shows_live_controls(executed):
    for cell in executed.cells[1:]:
        if cell.cell_type == "code" and re.search(r"^explore\(", cell.source, re.MULTILINE):
            shown = [output.get("data", {}) for output in cell.outputs]
            assert any("application/vnd.jupyter.widget-view+json" in data for data in shown)


@pytest.mark.parametrize("path", book.notebooks(), ids=notebook_ids)
def test_a_cell_holds_one_idea(path):
    for cell in read(path).cells:
        if cell.cell_type == "code":
            lines = [line.strip() for line in cell.source.splitlines()]
            lines = [line for line in lines if line and not line.startswith("#")]
            assert len(lines) <= MOST_LINES, f"{len(lines)} lines:\n{cell.source}"


@pytest.mark.parametrize("path", book.notebooks(), ids=notebook_ids)
def test_no_line_of_a_cell_runs_out_of_the_pages_code_box(path):
    code = [cell.source for cell in read(path).cells if cell.cell_type == "code"]
    long = [line for source in code for line in source.splitlines() if len(line) > LONGEST_LINE]
    assert long == []


@pytest.mark.parametrize("path", book.notebooks(), ids=notebook_ids)
def test_a_chapter_says_which_kernel_it_needs(path):
    """`python3`, which in .venv and on Binder is the Python that holds the book's packages."""
    assert read(path).metadata.get("kernelspec", {}).get("name") == "python3"


@pytest.mark.parametrize("path", book.notebooks(), ids=notebook_ids)
def test_the_notebook_that_a_page_offers_needs_no_jupytext(site, path):
    """It is a valid .ipynb with the chapter's cells and kernel, and nothing run yet."""
    offered = nbformat.read(site / "_downloads" / f"{path.stem}.ipynb", as_version=4)
    nbformat.validate(offered)
    assert offered.metadata["kernelspec"]["name"] == "python3"
    chapter = read(path)
    assert [(c.cell_type, c.source) for c in offered.cells] == [
        (c.cell_type, c.source) for c in chapter.cells
    ]
    assert all(c.outputs == [] for c in offered.cells if c.cell_type == "code")


def test_the_notebook_that_the_first_page_offers_runs_where_it_was_saved(site, tmp_path):
    """Anywhere on a machine that has the book's packages: here in an empty folder."""
    offered = nbformat.read(site / "_downloads" / "index.ipynb", as_version=4)
    run(offered, tmp_path)
    shown = [out for cell in offered.cells if cell.cell_type == "code" for out in cell.outputs]
    assert any("application/vnd.jupyter.widget-view+json" in out.get("data", {}) for out in shown)
    assert list(tmp_path.iterdir()) == []
