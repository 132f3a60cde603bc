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

from bookbuild.assets import WRITTEN, digest
from bookbuild.defects import BookError

FIGURE = re.compile(r'<figure\b[^>]*\bdata-frames="[^"]*"[^>]*>')


def package() -> Path:
    return Path(find_spec("explorable").origin).parent


def frames_folder(app: Sphinx) -> Path:
    """Beside the output, so that it outlives a rebuilt page and goes with `_build`."""
    return Path(app.outdir).parent / ".explorable"


def announce(app: Sphinx, config: Config) -> None:
    """Kernels inherit this process's environment: say where frames go, add our assets."""
    os.environ["EXPLORABLE_STATIC"] = str(frames_folder(app).resolve())
    config.book_explorable_digest = digest(package())


def figures(html: str) -> list[tuple[str, str]]:
    """(id, name of the frames file) of each interactive figure on a page."""
    found = []
    for tag in FIGURE.findall(html):
        frames = re.search(r'\bdata-frames="([^"]*)"', tag)[1]
        name = re.search(r'\bid="([^"]*)"', tag)
        found.append((name[1] if name else "without id", frames))
    return found


def copy_assets(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Before the page's links are written, so that Sphinx dates them by content."""
    target = Path(app.outdir) / "_static" / "explorable"
    if 'class="explorable' in (context.get("body") or ""):
        target.mkdir(parents=True, exist_ok=True)
        for name in ("explorable.js", "explorable.css"):
            shutil.copyfile(package() / name, target / name)


def copy_frames(app: Sphinx, exception: Exception | None) -> None:
    """Bring the frames of every figure on every page; a figure without them is an error."""
    if exception is not None or app.builder.format != "html":
        return
    target = Path(app.outdir) / "_static" / "explorable"
    used, missing = {"explorable.js", "explorable.css"}, []
    for docname in sorted(app.env.found_docs):
        page = Path(app.builder.get_outfilename(docname))
        for name, frames in figures(page.read_text("utf-8") if page.is_file() else ""):
            used.add(frames)
            source = frames_folder(app) / frames
            if source.is_file():
                target.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target / frames)
            elif not (target / frames).is_file():
                missing.append(f"{docname}: figure {name} has no frames file {frames}")
    if missing:
        raise BookError("; ".join(missing) + f" (looked in {frames_folder(app)})")
    for path in target.glob("*") if target.is_dir() else ():
        if path.name not in used:
            path.unlink()


def setup(app: Sphinx) -> None:
    app.add_config_value("book_explorable_digest", "", "html")
    app.connect("config-inited", announce)
    app.connect("html-page-context", copy_assets, priority=940)
    app.connect("build-finished", copy_frames, priority=WRITTEN)
