"""Chapters are executed side by side, each once, and pages show what they put out."""

import asyncio
import json
import sys

import jupytext
import nbformat
import pytest
import zmq
import zmq.asyncio
from nbclient import NotebookClient

from bookbuild.execution import AsksForArrivals, ask_for_arrivals, sources
from tests.support.book import ROOT

HEAD = """---
kernelspec: {name: python3, display_name: Python 3, language: python}
jupytext: {text_representation: {extension: .md, format_name: myst}}
---
# Page

"""
INLINE = {"nb_execution_mode": "inline", "nb_execution_raise_on_error": True}


def cell(code: str) -> str:
    return f"```{{code-cell}} ipython3\n{code}\n```\n\n"


@pytest.fixture
def run(build, monkeypatch):
    """Build a page with cells, in our own kernel; keywords are further pages."""
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def built(text, **others):
        for name, more in others.items():
            text += f"\n```{{toctree}}\n{name}\n```\n"
            (build.source / f"{name}.md").write_text(HEAD + more, "utf-8")
        return build(HEAD + text, **INLINE, nb_eval_name_regex=r"^[\s\S]+$")

    return built


def test_an_expression_in_prose_has_the_value_of_its_place(run):
    text = cell("n = 1") + "First {eval}`n`, " + "then {eval}`n + 1`.\n\n" + cell("n = 7")
    page = run(text + "Now {eval}`n`.\n").page()
    said = [p.text for p in page.select("article p")]
    assert "First 1, then 2." in said and "Now 7." in said


def test_a_page_is_executed_again_when_a_cell_changes_and_not_when_its_prose_does(run, tmp_path):
    count = f"print(len(open({str(tmp_path / 'log')!r}, 'a').write('x') * 'x'))"
    log = tmp_path / "log"
    run(cell(count) + "Prose.\n")
    run(cell(count) + "Other prose.\n")
    assert log.read_text() == "x"
    run(cell(count + " ") + "Other prose, {eval}`1`.\n")
    assert log.read_text() == "xx"


def test_a_page_is_executed_again_when_its_figures_frames_are_gone(run, tmp_path):
    text = cell("from explorable import explore\nfrom tests.explorable import figures")
    text += cell("explore(figures.step, time=(0, 2))")
    assert run(text).error is None
    for frames in (tmp_path / ".explorable").glob("*.js"):
        frames.unlink()
    assert run(text).error is None
    assert list((tmp_path / ".explorable").glob("*.js")) != []


def test_what_a_cell_prints_in_two_pieces_is_one_line(run):
    text = cell("import time\nprint('half', end='', flush=True)\ntime.sleep(1)\nprint(' and half')")
    (output,) = run(text).page().select(".cell_output pre")
    assert output.text == "half and half\n"


def test_a_cell_that_fails_fails_the_build_and_the_other_chapters_are_kept(run, tmp_path):
    failed = run(cell("1 / 0"), other=cell("print(1)"))
    assert "ExecutionError" in failed.error and "index.md" in failed.error
    assert json.loads((tmp_path / ".executed" / "other.json").read_text())["outputs"]
    assert not (tmp_path / ".executed" / "index.json").exists()


MEET = """import time
from pathlib import Path
Path({here!r}).touch()
until = time.monotonic() + 60
while not Path({there!r}).exists():
    assert time.monotonic() < until, "the other chapter was not executed meanwhile"
    time.sleep(0.05)"""


def test_two_chapters_run_at_the_same_time(run, tmp_path, monkeypatch):
    """Each waits until the other has begun."""
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    built = run(
        cell(MEET.format(here=one, there=two)), other=cell(MEET.format(here=two, there=one))
    )
    assert built.error is None


def test_each_kernel_has_one_thread_for_linear_algebra(run):
    shown = run(cell("import os\nprint(os.environ['OPENBLAS_NUM_THREADS'])")).page()
    assert shown.select_one(".cell_output pre").text == "1\n"


def test_the_chapter_that_took_longest_is_executed_first(run, tmp_path, monkeypatch):
    """Where it is not known yet, the one with the most lines of code."""
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    log = tmp_path / "log"
    mark = f"open({str(log)!r}, 'a').write('{{}} ')"
    short, long = mark.format("short"), "\n" * 40 + mark.format("long")
    run(cell(short), other=cell(long))
    assert log.read_text() == "long short "
    for docname, seconds in (("index", 60), ("other", 1)):
        file = tmp_path / ".executed" / f"{docname}.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | {"seconds": seconds}))
    run(cell(short + "\n0"), other=cell(long + "\n0"))
    assert log.read_text() == "long short short long "


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A package of the test's own: coins, which are of zinc; paper, which no coin needs."""
    root = tmp_path / "shop"
    root.mkdir()
    (root / "__init__.py").touch()
    (root / "coins.py").write_text("from .zinc import plate\n")
    (root / "zinc.py").write_text("plate = 1\n")
    (root / "paper.py").write_text("notes = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield root
    for name in [name for name in sys.modules if name.partition(".")[0] == "shop"]:
        del sys.modules[name]


def test_a_chapter_depends_on_what_it_imports_and_on_their_imports(shop):
    text = HEAD + cell("%matplotlib inline\nfrom shop import coins")
    chapter = jupytext.reads(text, fmt="md:myst")
    assert {path.name for path in sources(chapter)} == {"__init__.py", "coins.py", "zinc.py"}


async def lost_and_found() -> tuple[bool, bool]:
    """Whether a waiting client has its message: once the announcement is lost, and once it asks."""
    context = zmq.asyncio.Context()
    kernel, client = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
    port = kernel.bind_to_random_port("tcp://127.0.0.1")
    client.connect(f"tcp://127.0.0.1:{port}")
    raw = zmq.Socket.shadow(client.underlying)
    waiting = asyncio.ensure_future(client.poll(None))
    await asyncio.sleep(0.2)
    await kernel.send(b"the reply")
    while not raw.get(zmq.EVENTS) & zmq.POLLIN:  # this reads the announcement away
        pass
    await asyncio.sleep(0.5)
    lost = waiting.done()
    ask_for_arrivals(client)
    await asyncio.sleep(0.5)
    found = waiting.done()
    waiting.cancel()
    context.destroy(linger=0)
    return lost, found


def test_a_reply_whose_announcement_is_lost_is_found_by_asking():
    assert asyncio.run(lost_and_found()) == (False, True)


def test_a_client_asks_its_two_sockets_once_a_second(monkeypatch):
    class Client(AsksForArrivals, NotebookClient):
        pass

    asked = []
    monkeypatch.setattr("bookbuild.execution.ask_for_arrivals", lambda *s: asked.append(len(s)))
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    cell = nbformat.v4.new_code_cell("import time; time.sleep(2.5)")
    Client(nbformat.v4.new_notebook(cells=[cell]), kernel_name="python3").execute()
    assert asked and set(asked) == {2}
