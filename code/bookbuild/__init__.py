"""The Sphinx extension that makes the book's pages: light, local, readable by everyone.

`PARTS` lists the modules that take part in a build, `STEPS` what is done with the finished site.
"""

from __future__ import annotations

from sphinx.application import Sphinx

from bookbuild import (
    assets,
    citations,
    claims,
    disclosure,
    execution,
    experiments,
    explorables,
    formulas,
    fresh,
    indexes,
    kernels,
    launch,
    lint,
    marks,
    questions,
    reading,
)
from bookbuild.site import Site

PARTS = (
    fresh,
    assets,
    lint,
    formulas,
    explorables,
    experiments,
    kernels,
    execution,
    questions,
    marks,
    claims,
    disclosure,
    citations,
    launch,
    reading,
)

STEPS = (
    assets.drop_unused_links,
    assets.write_icons,
    assets.inline_theme,
    assets.remove_unused_files,
    assets.check_weights,
    explorables.copy_frames,
    indexes.write_figures,
    indexes.write_previews,
    Site.write,
)
"""In this order: files that no page names are removed before others are added."""


def finish(app: Sphinx, exception: Exception | None) -> None:
    """When all pages are written: read them once, and take the steps."""
    if exception is None and app.builder.format == "html":
        site = Site(app)
        for step in STEPS:
            step(site)


def setup(app: Sphinx) -> dict[str, object]:
    for part in PARTS:
        part.setup(app)
    # After other extensions have copied their files into the site.
    app.connect("build-finished", finish, priority=900)
    # Pages are made one after another: formulas go through one process.
    return {"parallel_read_safe": False, "parallel_write_safe": False}
