"""Where the experiments of a build keep their results, so that each runs once.

The folder's name is a fingerprint of the code that computes them: change the code, and the build
asks in an empty folder. What only shows results, figures, exercises and how numbers are written, is
no part of it.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

from explorable.sources import fingerprint

SHOWN_ONLY = ("figures", "exercises", "typography.py")


def folder(book: Path) -> Path:
    """`_build/.experiments/<fingerprint>` of the book in the folder `book`."""
    code = book / "code" / "feedforward"
    files = [
        path for path in code.rglob("*.py") if path.relative_to(code).parts[0] not in SHOWN_ONLY
    ]
    return book / "_build" / ".experiments" / fingerprint(sorted(files))[:16]


def announce(app: Sphinx, config: Config) -> None:
    """Kernels, and the processes that they start, inherit this process's environment."""
    os.environ["FEEDFORWARD_KEPT"] = str(folder(Path(app.srcdir).resolve()))


def forget(app: Sphinx, exception: Exception | None) -> None:
    """Throw away what earlier code computed."""
    current = folder(Path(app.srcdir).resolve())
    for other in current.parent.glob("*") if exception is None else ():
        if other != current:
            shutil.rmtree(other)


def setup(app: Sphinx) -> None:
    app.connect("config-inited", announce)
    app.connect("build-finished", forget)
