"""A line that starts with % is a comment in MyST: in prose, as in "10\n% of all", it is a loss."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx

from bookbuild.defects import report


def check(app: Sphinx, doctree: nodes.document) -> None:
    for comment in doctree.findall(nodes.comment):
        message = f"readers would not see this line, it starts with %: {comment.astext()!r}"
        report(app, message, app.env.docname, comment)


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", check)
