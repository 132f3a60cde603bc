"""Defects of pages: each is reported with its place, and fails the build at its end.

Accessibility is checked in a browser (tests/site/test_pages.py).
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)


class BookError(SphinxError):
    """What keeps the book from being built."""

    category = "Book error"


def report(app: Sphinx, message: str, docname: str, node: nodes.Node | None = None) -> None:
    """Report what is wrong on page `docname`, and where. The build goes on and fails at its end."""
    has_line = node is not None and node.source is not None and node.line is not None
    LOGGER.error(message, location=node if has_line else (docname, None))
    app.statuscode = 1


def find_comments(app: Sphinx, doctree: nodes.document) -> None:
    """Report lines that start with %, as in "10\\n% of all": MyST takes them for comments."""
    for comment in doctree.findall(nodes.comment):
        message = f"readers would not see this line, it starts with %: {comment.astext()!r}"
        report(app, message, app.env.docname, comment)


REPEATED = {"exercise-content", "solution-content"}


def drop_repeated_ids(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """An id once a page: sphinx_exercise gives the same one to the content of every exercise."""
    for section in doctree.findall(nodes.section):
        section["ids"] = [name for name in section["ids"] if name not in REPEATED]


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", find_comments)
    app.connect("doctree-resolved", drop_repeated_ids)
