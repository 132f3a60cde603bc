"""Defects that fail the build: all of them are said, then the build ends with an error.

A page with a defect is deleted, so that the next build meets it again instead of finding
a page that looks up to date.
"""

from __future__ import annotations

import logging as stdlib_logging
from pathlib import Path

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


class _OtherWarnings(stdlib_logging.Handler):
    """Remembers whether anyone but this module has warned."""

    met = False

    def emit(self, record) -> None:
        self.met = self.met or record.name != LOGGER.logger.name


def _has_line(node: nodes.Node | None) -> bool:
    return node is not None and node.source is not None and node.line is not None


def _fail(app: Sphinx, exception: Exception | None) -> None:
    stdlib_logging.getLogger(logging.NAMESPACE).removeHandler(app.bookbuild_others)
    if exception is not None:
        return
    defects = app.bookbuild_defects
    for docname, _ in defects:
        Path(app.builder.get_outfilename(docname)).unlink(missing_ok=True)
    if app.warningiserror and app.bookbuild_others.met and app._warncount:
        # Sphinx forgets the warnings of pages that it does not read again.
        Path(app.doctreedir, "environment.pickle").unlink(missing_ok=True)
    if defects:
        pages = ", ".join(sorted({docname for docname, _ in defects}))
        raise BookError(f"{len(defects)} defect(s), listed above, in: {pages}")


def setup(app: Sphinx) -> None:
    app.bookbuild_defects = []
    app.bookbuild_others = _OtherWarnings(level=stdlib_logging.WARNING)
    stdlib_logging.getLogger(logging.NAMESPACE).addHandler(app.bookbuild_others)
    app.connect("build-finished", _fail, priority=LAST)
