"""Each build reads and writes every page: a warm build is what a cold one would be.

What takes long is kept, each under a hash of all that it depends on: executions of chapters,
results of experiments, drawings of figures. What Sphinx and its extensions remember of pages that
they do not read again is thrown away: Sphinx's search, for one, loses such pages' index entries.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from sphinx.application import ENV_PICKLE_FILENAME, Sphinx
from sphinx.config import Config

MARK = ".buildinfo"
"""The file by which a folder can be told to be an earlier site of Sphinx's, and nobody else's."""


def forget(app: Sphinx, config: Config) -> None:
    """Before Sphinx looks for them: remove what it remembers, and the pages of the last build."""
    Path(app.doctreedir, ENV_PICKLE_FILENAME).unlink(missing_ok=True)
    site = Path(app.outdir)
    if (site / MARK).is_file():
        for path in site.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != MARK:  # it stays, also where this build is interrupted
                path.unlink()


def setup(app: Sphinx) -> None:
    app.connect("config-inited", forget, priority=100)
