"""The Sphinx extension that makes the book's pages: light, local, readable by everyone.

`PARTS` lists the modules that take part in a build, `STEPS` what is done with the finished site.
"""

from __future__ import annotations

from sphinx.application import Sphinx

from bookbuild import (
    assets,
    caches,
    citations,
    claims,
    execution,
    explorables,
    formulas,
    header,
    highlighting,
    indexes,
    lint,
    questions,
)
from bookbuild.site import LATE, Site

PARTS = (
    caches,
    assets,
    lint,
    formulas,
    highlighting,
    explorables,
    execution,
    questions,
    claims,
    citations,
    header,
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
    app.add_config_value("book_subtitle", "", "html")  # for the book on paper (booktools)
    app.connect("build-finished", finish, priority=LATE)
    # Pages are made one after another: formulas go through one process.
    return {"parallel_read_safe": False, "parallel_write_safe": False}
