"""Defects that fail the build: all of them are said, then the build ends with an error."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)
LAST = 900
"""Priority on `build-finished`: after every part of this extension has had its say."""


class BookError(SphinxError):
    """The book must not be published as it is."""

    category = "Book error"


def report(app: Sphinx, message: str, docname: str, node: nodes.Node | None = None) -> None:
    """Say what is wrong on page `docname`, where, and let the build fail at its end."""
    app.bookbuild_defects.append((docname, message))
    LOGGER.error(message, location=node if _has_line(node) else (docname, None))


def _has_line(node: nodes.Node | None) -> bool:
    return node is not None and node.source is not None and node.line is not None


def _fail(app: Sphinx, exception: Exception | None) -> None:
    defects = app.bookbuild_defects
    if exception is None and defects:
        pages = ", ".join(sorted({docname for docname, _ in defects}))
        raise BookError(f"{len(defects)} defect(s), listed above, in: {pages}")


def setup(app: Sphinx) -> None:
    app.bookbuild_defects = []
    app.connect("build-finished", _fail, priority=LAST)
