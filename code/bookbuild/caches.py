"""What one build leaves to the next: results that take long to compute, and nothing of Sphinx's.

What takes long is kept, each under a hash of all that it depends on: executions of chapters
(execution.py), results of experiments (here), drawings of figures (the package `explorable`). What
Sphinx and its extensions remember of pages that they do not read again is thrown away: Sphinx's
search, for one, loses such pages' index entries. So every build reads and writes every page, and a
warm build is what a cold one would be.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from sphinx.application import ENV_PICKLE_FILENAME, Sphinx
from sphinx.config import Config

from explorable.sources import fingerprint

BUILT_BY_SPHINX = ".buildinfo"
"""The file by which a folder can be told to be an earlier site of Sphinx's, and nobody else's."""


def forget_pages(app: Sphinx, config: Config) -> None:
    """Before Sphinx looks for them: remove what it remembers, and the pages of the last build."""
    Path(app.doctreedir, ENV_PICKLE_FILENAME).unlink(missing_ok=True)
    site = Path(app.outdir)
    if (site / BUILT_BY_SPHINX).is_file():
        for path in site.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != BUILT_BY_SPHINX:  # it stays, also where this build is interrupted
                path.unlink()


def folder(book: Path, code: str, shown_only: Iterable[str]) -> Path:
    """`_build/.experiments/<fingerprint>` of the book in the folder `book`.

    The fingerprint is one of the code that computes, in the book's folder `code`: change it, and
    every experiment runs again. `shown_only` are the files and folders in `code` that only show
    results, so that a change of them changes none.
    """
    root, left_out = book / code, set(shown_only)
    files = [path for path in root.rglob("*.py") if path.relative_to(root).parts[0] not in left_out]
    return book / "_build" / ".experiments" / fingerprint(sorted(files))[:16]


def _folder(app: Sphinx) -> Path:
    code, shown_only = app.config.book_experiments, app.config.book_experiments_shown_by
    return folder(Path(app.srcdir).resolve(), code, shown_only)


def announce_folder(app: Sphinx, config: Config) -> None:
    """Kernels, and the processes that they start, inherit this process's environment."""
    if config.book_experiments_variable:
        os.environ[config.book_experiments_variable] = str(_folder(app))


def forget_old_results(app: Sphinx, exception: Exception | None) -> None:
    """Throw away what earlier code computed."""
    if exception is None and app.config.book_experiments_variable:
        current = _folder(app)
        for other in current.parent.glob("*"):
            if other != current:
                shutil.rmtree(other)


def setup(app: Sphinx) -> None:
    app.add_config_value("book_experiments", "code", "html")
    app.add_config_value("book_experiments_shown_by", [], "html")
    app.add_config_value("book_experiments_variable", "", "html")
    app.connect("config-inited", forget_pages)
    app.connect("config-inited", announce_folder)
    app.connect("build-finished", forget_old_results)
