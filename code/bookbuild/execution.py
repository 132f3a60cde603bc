"""Chapters are executed side by side before Sphinx reads them, and again only when they changed.

Sphinx reads one page after another, and MyST-NB would execute each chapter while it is read. Here
all chapters that are about to be read are executed first, as many at once as there are cores, the
longest first. What their cells and {eval} roles put out is kept in `_build/.executed`, under a key
that holds whatever it can depend on: the cells, the roles, the code that they import, the packages.
A chapter whose prose alone has changed is read again with the outputs that it had.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import platform
import re
import tempfile
import time
import warnings
from collections.abc import Iterator
from functools import cache, partial
from importlib.metadata import distributions
from pathlib import Path

import myst_nb.sphinx_
import nbformat
import zmq
from filelock import FileLock
from myst_nb.core.execute import ExecutionError, NotebookClientBase, create_client
from myst_nb.core.execute.inline import ModifiedNotebookClient
from myst_nb.core.read import create_nb_reader
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from bookbuild.explorables import frames, frames_folder
from explorable.frames import CORES
from explorable.sources import fingerprint, imported_modules, local_sources

LOGGER = logging.getLogger(__name__)
EVAL = re.compile(r"\{eval\}(`+)(.+?)\1", re.DOTALL)
"""An expression in prose, whose value the page shows."""

ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
"""Each chapter has one core: threads of two chapters would only wait for each other."""


def ask_for_arrivals(*sockets: zmq.Socket) -> None:
    """Have what has arrived at these asyncio sockets delivered to whoever waits for it."""
    for socket in sockets:
        if not socket.closed:
            socket.get(zmq.EVENTS)


class AsksForArrivals:
    """A notebook client of nbclient's that asks its sockets for messages once a second.

    On a busy machine, about one chapter in a hundred never ended: the kernel had answered and was
    idle, its reply lay in the client's socket (ZMQ_EVENTS said so), and the client went on waiting
    for the socket's file descriptor, which announces an arrival once and had been read. nbclient
    looks each second whether the kernel is alive; here it then asks for arrivals as well.
    """

    async def _async_check_alive(self) -> None:
        await super()._async_check_alive()
        channels = (self.kc.shell_channel, self.kc.iopub_channel)
        ask_for_arrivals(*(channel.socket for channel in channels))


class Client(AsksForArrivals, ModifiedNotebookClient):
    """MyST-NB's client, which evaluates expressions as well."""


class Record:
    """What one chapter's execution put out, and the file that keeps it for later builds."""

    def __init__(self, app: Sphinx, docname: str, notebook: NotebookNode) -> None:
        self.docname, self.notebook = docname, notebook
        self.chapter = Path(app.env.doc2path(docname))
        self.frames = frames_folder(app)
        self.file = Path(app.outdir).parent / ".executed" / f"{docname}.json"
        self.failure: Exception | None = None
        self.key = _key(notebook)
        kept = json.loads(self.file.read_text("utf-8")) if self.file.is_file() else {}
        self.seconds: float | None = kept.get("seconds")
        self.outputs: dict | None = kept["outputs"] if self._is_current(kept) else None

    def _is_current(self, kept: dict) -> bool:
        """Whether a kept execution is one of this very chapter, and its figures' frames exist."""
        if kept.get("key") != self.key:
            return False
        shown = (
            "".join(output.get("data", {}).get("text/html", ""))
            for cell in kept["outputs"]["cells"]
            for output in cell["outputs"]
        )
        return all((self.frames / name).is_file() for html in shown for name in frames(html))

    @property
    def work(self) -> float:
        """How long the execution takes: the seconds of the last one, else a guess."""
        lines = sum(cell.source.count("\n") + 1 for cell in _code(self.notebook))
        return lines / 4 if self.seconds is None else self.seconds

    async def execute(self, timeout: float) -> None:
        """Run all cells and {eval} roles in the order in which they stand, and keep the outputs.

        A cell that fails is remembered: reading the chapter raises it again.
        """
        began = time.monotonic()
        client = Client(
            self.notebook,
            record_timing=False,
            resources={"metadata": {"path": str(self.chapter.parent)}},
            timeout=timeout,
        )
        values = []
        client.reset_execution_trackers()
        client.km = client.create_kernel_manager()
        try:
            # Not async_setup_kernel: it would keep Ctrl-C to itself.
            await client.async_start_new_kernel(env=os.environ | ONE_THREAD)
            await client.async_start_new_kernel_client()
            info = await client.async_wait_for_reply(client.kc.kernel_info())
            for index, cell in enumerate(self.notebook.cells):
                if cell.cell_type == "code":
                    await client.async_execute_cell(
                        cell, index, execution_count=client.code_cells_executed + 1
                    )
                for expression in expressions(cell):
                    outputs = await client.async_eval_expression(expression)
                    values.append([expression, outputs])
            client.set_widgets_metadata()
        except Exception as failure:
            self.failure = failure
            return
        finally:
            await client._async_cleanup_kernel()
        self.seconds = time.monotonic() - began
        cells = [
            {"execution_count": cell.execution_count, "outputs": _joined(cell.outputs)}
            for cell in _code(self.notebook)
        ]
        self.outputs = {
            "cells": cells,
            "values": values,
            "widgets": self.notebook.metadata.get("widgets"),
            "language_info": info["content"]["language_info"],
        }
        kept = {"key": self.key, "seconds": self.seconds, "outputs": self.outputs}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        partial = self.file.with_suffix(".partial")
        partial.write_text(json.dumps(kept, ensure_ascii=False), "utf-8")
        partial.replace(self.file)  # an interrupted build leaves no half file under this name
        LOGGER.info("executed %s in %.1f seconds", self.docname, self.seconds)


class Replayed(NotebookClientBase):
    """Gives a page the outputs of its chapter's execution, in place of a kernel."""

    record: Record

    def start_client(self) -> None:
        if self.record.failure is not None:
            raise ExecutionError(str(self.path)) from self.record.failure
        outputs = self.record.outputs
        for cell, kept in zip(_code(self.notebook), outputs["cells"], strict=True):
            cell.execution_count = kept["execution_count"]
            cell.outputs = nbformat.from_dict(kept["outputs"])
        self.notebook.metadata["language_info"] = nbformat.from_dict(outputs["language_info"])
        if outputs["widgets"]:
            self.notebook.metadata["widgets"] = nbformat.from_dict(outputs["widgets"])
        self.values: dict[str, list] = {}
        for expression, value in outputs["values"]:
            self.values.setdefault(expression, []).append(nbformat.from_dict(value))

    def eval_variable(self, name: str) -> list[NotebookNode]:
        """The value of an {eval} role. The same expression may stand in several places."""
        if not self.values.get(name):
            raise LookupError(f"{name!r} was not evaluated: expected it in a role {{eval}}`{name}`")
        return self.values[name].pop(0)


def expressions(cell: NotebookNode) -> Iterator[str]:
    """The expressions of the {eval} roles in a cell of prose, in their order."""
    if cell.cell_type == "markdown":
        yield from (match[2] for match in EVAL.finditer(cell.source))


def _code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _key(notebook: NotebookNode) -> str:
    """A hash of everything that the outputs can depend on."""
    order = [
        cell.source if cell.cell_type == "code" else list(expressions(cell))
        for cell in notebook.cells
    ]
    parts = (order, notebook.metadata.get("kernelspec"), fingerprint(sources(notebook)))
    return hashlib.sha256(repr((parts, _environment())).encode()).hexdigest()


def sources(notebook: NotebookNode) -> list[Path]:
    """The files of the book's own packages that a chapter's cells import, directly or not.

    Its cells are parsed, not run, without IPython's own commands.
    """
    code = [
        "\n".join(line for line in cell.source.splitlines() if line[:1] not in "%!")
        for cell in _code(notebook)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # the kernel will say it
        names = [name for source in code for name in imported_modules(source)]
    return local_sources(names)


@cache
def _environment() -> tuple[str, ...]:
    """The versions of Python and of every package that is installed."""
    packages = {f"{package.name} {package.version}" for package in distributions()}
    return (platform.python_version(), *sorted(packages))


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Pieces of one stream as one: where it is cut depends on how fast the machine is."""
    joined: list[NotebookNode] = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if output.output_type == "stream" and last.get("name") == output.name:
            last.text += output.text
        else:
            joined.append(output)
    return joined


def execute(
    app: Sphinx, env: BuildEnvironment, docnames: list[str], records: dict[str, Record]
) -> None:
    """Put into `records` an execution of every chapter that Sphinx is about to read."""
    records.clear()
    if env.mystnb_config.execution_mode != "inline":
        return
    for docname in docnames:
        path = Path(env.doc2path(docname))
        text = path.read_text("utf-8")
        reader = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text)
        if reader is not None:
            records[docname] = Record(app, docname, reader.read(text))
    waiting = [record for record in records.values() if record.outputs is None]
    waiting.sort(key=lambda record: -record.work)
    if waiting:
        asyncio.run(_side_by_side(waiting, env.mystnb_config.execution_timeout))


async def _side_by_side(records: list[Record], timeout: float) -> None:
    """Execute chapters, each on a core of its own; one that is left over draws figures."""
    waiting = iter(records)

    async def work(core: Path) -> None:
        with FileLock(core, thread_local=False):
            for record in waiting:
                await record.execute(timeout)

    with tempfile.TemporaryDirectory() as folder:
        os.environ[CORES] = folder
        cores = [Path(folder, f"core{i}") for i in range(os.cpu_count() or 1)]
        for core in cores:
            core.touch()
        try:
            await asyncio.gather(*map(work, cores))
        finally:
            del os.environ[CORES]


def setup(app: Sphinx) -> None:
    records: dict[str, Record] = {}
    app.connect("env-before-read-docs", partial(execute, records=records))

    def client(notebook, source, nb_config, logger, read_fmt=None) -> NotebookClientBase:
        record = records.get(app.env.path2doc(source))
        if record is None:
            return create_client(notebook, source, nb_config, logger, read_fmt)
        replayed = Replayed(notebook, Path(source), nb_config, logger)
        replayed.record = record
        return replayed

    myst_nb.sphinx_.create_client = client
