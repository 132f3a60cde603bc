"""A bibliography that screen readers can follow.

docutils marks it as a list, though what it holds are no list items but bibliography entries
(role="doc-biblioentry"): the roles contradict each other. The entries' own role is enough.
"""

from __future__ import annotations

from sphinx.application import Sphinx

WRITTEN = '<div role="list" class="citation-list">'
MEANT = '<div class="citation-list">'


def unmark(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    if "body" in context:
        context["body"] = context["body"].replace(WRITTEN, MEANT)


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", unmark)
