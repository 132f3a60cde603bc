"""An id once a page: sphinx_exercise gives the same one to the content of every exercise."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx

REPEATED = {"exercise-content", "solution-content"}


def drop_repeated_ids(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for section in doctree.findall(nodes.section):
        section["ids"] = [name for name in section["ids"] if name not in REPEATED]


def setup(app: Sphinx) -> None:
    app.connect("doctree-resolved", drop_repeated_ids)
