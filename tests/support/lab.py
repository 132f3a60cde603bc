"""A real Jupyter: JupyterLab as `make lab` starts it, Notebook 7, or any other; and its menu."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from tests.support.book import CHAPTERS

STARTUP_SECONDS = 90
RUN_MINUTES = 5

# Nothing waits and nothing runs: every code cell has a number before its colon.
ALL_RAN = """() => {
  const prompts = [...document.querySelectorAll(".jp-CodeCell")]
    .filter((cell) => cell.querySelector(".cm-content")?.textContent.trim())
    .map((cell) => cell.querySelector(".jp-InputPrompt").textContent);
  return prompts.length > 0 && prompts.every((prompt) => /\\[\\d+\\]/.test(prompt));
}"""

ANY_RAN = """() => [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")]
  .some((prompt) => /\\[(\\*|\\d+)\\]/.test(prompt.textContent))"""


@contextmanager
def running(folder: Path, app: str = "jupyterlab") -> Iterator[tuple[str, str]]:
    """(address, token) of a JupyterLab whose files are a copy of chapters/ in `folder`.

    app: "jupyterlab", or "notebook" for Notebook 7.

    Lab saves what it opens: the copy keeps the book as it is. Settings of the person who
    runs the tests play no part, but what a build kept of its experiments is found
    (FEEDFORWARD_KEPT): it is the user interface that is tested, and nothing is trained for it
    again.
    """
    work = folder / "chapters"
    shutil.copytree(CHAPTERS, work, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    homes = {
        name: str(folder / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    environment = os.environ | homes | {"JUPYTER_PREFER_ENV_PATH": "1"}
    command = [sys.executable, "-m", app]
    with serving(command, work, folder, environment) as (address, token, _):
        yield address, token


@contextmanager
def serving(
    command: list[str], files: Path, folder: Path, environment: dict[str, str]
) -> Iterator[tuple[str, str, int]]:
    """(address, token, process number) of the server that `command` starts in the folder `files`.

    Its settings and its log are in `folder`. The server and its kernels are ended whatever happens.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address, token = f"http://127.0.0.1:{port}", "book"
    settings = {
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
    }
    options = [
        *("--no-browser", "--allow-root"),
        *(f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"),
        *(
            f"--ServerApp.root_dir={files}",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        ),
    ]
    # All cells stay in the page, also those far from the window, so that a test can see them.
    tracker = folder / "settings" / "@jupyterlab" / "notebook-extension"
    tracker.mkdir(parents=True)
    (tracker / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    with (folder / "lab.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, *options],
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd=files,
            env=environment | settings,
            start_new_session=True,
        )
    try:
        _wait(address, token, server, folder / "lab.log")
        yield address, token, server.pid
    finally:
        _end(server)


def _wait(address: str, token: str, server: subprocess.Popen, log: Path) -> None:
    until = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/api/status?token={token}", timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError(f"Jupyter did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _end(server: subprocess.Popen) -> None:
    """Ask, then insist; the server's own session takes its kernels with it."""
    if server.poll() is None:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            pass
    if hasattr(os, "killpg"):
        try:
            os.killpg(server.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
    else:
        server.kill()
    server.wait(timeout=20)


def run_all(page: Page) -> None:
    """Run the cells of the open notebook by its menu, and wait until all have run."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_function(ANY_RAN)
    page.wait_for_function(ALL_RAN, timeout=RUN_MINUTES * 60_000)
