"""A real JupyterLab, as `make lab` starts it, or Notebook 7, on a copy of the chapters."""

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

from tests.support.book import CHAPTERS

STARTUP_SECONDS = 90


@contextmanager
def running(folder: Path, app: str = "jupyterlab") -> Iterator[tuple[str, str]]:
    """(address, token) of a JupyterLab whose files are a copy of chapters/ in `folder`.

    app: "jupyterlab", or "notebook" for Notebook 7.

    Lab saves what it opens: the copy keeps the book as it is. Settings of the person who
    runs the tests play no part, but what a build kept of its experiments is found
    (FEEDFORWARD_KEPT): it is the user interface that is tested, and nothing is trained for it
    again. The server and its kernels are ended whatever happens.
    """
    work = folder / "chapters"
    shutil.copytree(CHAPTERS, work, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address, token = f"http://127.0.0.1:{port}", "book"
    homes = {
        name: str(folder / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    settings = {
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
    }
    command = [
        *(sys.executable, "-m", app, "--no-browser", "--allow-root"),
        *(f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"),
        *(
            f"--ServerApp.root_dir={work}",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        ),
    ]
    # All cells stay in the page, also those far from the window, so that a test can see them.
    tracker = folder / "settings" / "@jupyterlab" / "notebook-extension"
    tracker.mkdir(parents=True)
    (tracker / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    with (folder / "lab.log").open("wb") as log:
        server = subprocess.Popen(
            command,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=os.environ | homes | settings | {"JUPYTER_PREFER_ENV_PATH": "1"},
            start_new_session=True,
        )
    try:
        _wait(address, token, server, folder / "lab.log")
        yield address, token
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
