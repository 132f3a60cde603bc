"""Interactive figures: where the kernel leaves their frames, and how pages get them.

The package `explorable` writes one file of frames per figure into the folder that the
environment variable EXPLORABLE_STATIC names. Pages refer to them by `data-frames`.
"""

from __future__ import annotations

import os
import re
import shutil
from importlib.util import find_spec
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

from bookbuild.lint import report
from bookbuild.site import STATIC, Site

FOLDER = "explorable"
"""In `_static`: what interactive figures load."""


def frames_folder(app: Sphinx) -> Path:
    """Beside the output, so that it outlives a rebuilt page and goes with `_build`."""
    return Path(app.outdir).parent / ".explorable"


def frames(html: str) -> list[str]:
    """The names of the files of frames that a piece of HTML refers to."""
    return re.findall(r'\bdata-frames="([^"]*)"', html)


def announce(app: Sphinx, config: Config) -> None:
    """Kernels inherit this process's environment: say where frames go."""
    os.environ["EXPLORABLE_STATIC"] = str(frames_folder(app).resolve())


def copy_program(app: Sphinx) -> None:
    """Before pages are written, so that Sphinx dates their links by the files' content."""
    target = Path(app.outdir, STATIC, FOLDER)
    target.mkdir(parents=True, exist_ok=True)
    for name in ("explorable.js", "explorable.css"):
        shutil.copyfile(Path(find_spec("explorable").origin).with_name(name), target / name)


def copy_frames(site: Site) -> None:
    """Bring the frames of every figure on every page; a figure without them is a defect."""
    kept, target = frames_folder(site.app), site.static / FOLDER
    for page in site.pages.values():
        for figure in page.soup.select("figure[data-frames]"):
            name = figure["data-frames"]
            if (kept / name).is_file():
                shutil.copyfile(kept / name, target / name)
            else:
                missing = f"figure {figure.get('id')} has no frames file {name} (looked in {kept})"
                report(site.app, missing, page.docname)


def setup(app: Sphinx) -> None:
    app.connect("config-inited", announce)
    app.connect("builder-inited", copy_program)
