"""A build that is stopped half way, by Ctrl-C or without a word, spoils nothing for the next."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil  # comes with ipykernel
import pytest

from tests.support.book import ROOT

CONF = """
extensions = ["myst_nb", "sphinx_book_theme", "bookbuild"]
html_theme = "sphinx_book_theme"
nb_execution_mode = "inline"
nb_execution_raise_on_error = True
html_use_index = False
exclude_patterns = ["_build"]
book_experiments = "."
book_experiments_variable = "FEEDFORWARD_KEPT"
"""

PAGE = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {name: python3, display_name: Python 3}
---
# Title

```{code-cell} ipython3
from explorable import explore
import slow
print(slow.experiment(3))
```

```{code-cell} ipython3
explore(slow.picture, slope=(0, 9))
```
"""

#: An experiment and a figure that tell when they begin, and take their time over it.
SLOW = """
import os, time
from pathlib import Path
from matplotlib.figure import Figure
from feedforward.experiments import kept

def begin(what):
    if os.environ.get("SLOW"):
        Path(os.environ["SLOW"], what).touch()
        time.sleep(1)

@kept
def experiment(width):
    begin("experiment")
    return [width] * width

def picture(slope=0):
    "A line that rises."
    begin("drawing")
    figure = Figure(figsize=(1, 1))
    figure.add_subplot().plot([0, slope])
    return figure, f"slope {slope}, of experiment {experiment(2)}"
"""


def hears_interrupts() -> None:
    """What a shell starts in the background, and all its children, ignores Ctrl-C otherwise."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start(folder: Path, **environment: str) -> subprocess.Popen:
    """Build the book in `folder`, as the leader of a session of its own."""
    folder.mkdir(exist_ok=True)
    for name, text in (("conf.py", CONF), ("index.md", PAGE), ("slow.py", SLOW)):
        if not (folder / name).exists():
            (folder / name).write_text(text, "utf-8")
    path = os.pathsep.join([str(folder), str(ROOT / "code")])
    with (folder / "said").open("w") as said:  # no pipe: drawing processes would keep it open
        return subprocess.Popen(
            [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", ".", "_build/html"],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": path, "JUPYTER_PREFER_ENV_PATH": "1"} | environment,
            start_new_session=True,
            preexec_fn=hears_interrupts,
            stderr=said,
        )


def built(folder: Path) -> dict[str, bytes]:
    """The site that a whole build of `folder` leaves, file by file."""
    process = start(folder)
    assert process.wait(timeout=240) == 0, (folder / "said").read_text()
    site = folder / "_build" / "html"
    return {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in sorted(site.rglob("*"))
        if path.suffix in (".html", ".js", ".css", ".ipynb")
    }


def end_processes_of(folder: Path) -> None:
    """Those that drew for a build which was killed wait for more work, for minutes."""
    for process in psutil.process_iter():
        try:
            if process.environ().get("SLOW") == str(folder):
                process.kill()
        except psutil.Error:  # ended meanwhile, or somebody else's
            continue


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return built(tmp_path_factory.mktemp("whole") / "book")


@pytest.mark.parametrize(
    "during, how",
    [
        pytest.param("experiment", signal.SIGINT, marks=pytest.mark.thorough),
        ("drawing", signal.SIGKILL),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_the_next_build_is_that_of_an_empty_folder(whole, tmp_path, during, how):
    book = tmp_path / "book"
    process = start(book, SLOW=str(tmp_path))
    until = time.monotonic() + 120
    while not (tmp_path / during).exists():
        assert process.poll() is None and time.monotonic() < until, (book / "said").read_text()
        time.sleep(0.02)
    try:
        os.killpg(process.pid, how)
        assert process.wait(timeout=60) != 0
        assert built(book) == whole
    finally:
        end_processes_of(tmp_path)
