"""A bibliography whose entries are called what the pages call them, and read as a list.

Its labels are the citations' own words, "He et al., 2015". Two of one author and year need a letter
behind the year in the .bib file: Sphinx warns about equal labels.

docutils marks it as a list, though what it holds are no list items but bibliography entries
(role="doc-biblioentry"): the roles contradict each other. The entries' own role is enough.
"""

from __future__ import annotations

import re

from pybtex.plugin import register_plugin
from pybtex.style.formatting.plain import Style as Plain
from pybtex.style.labels import BaseLabelStyle
from sphinx.application import Sphinx
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle
from sphinxcontrib.bibtex.style.template import join, year

NAME = "as_cited"
"""For `bibtex_default_style`."""

WRITTEN = '<div role="list" class="citation-list">'
MEANT = '<div class="citation-list">'
TITLED = re.compile(r'(<a class="reference internal" href="[^"]*#[^"]*") title="[^"]*"')


class Labels(BaseLabelStyle):
    def format_labels(self, entries: list) -> list[str]:
        style = AuthorYearReferenceStyle()
        words = join(sep=", ")[style.person.author_or_editor_or_title(full=False), year]
        return [str(words.format_data({"entry": entry, "style": style})) for entry in entries]


class Style(Plain):
    default_label_style = Labels


def tidy(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """One role; and no tooltip with the entry, which previews.py shows better."""
    if "body" in context:
        context["body"] = TITLED.sub(r"\1", context["body"].replace(WRITTEN, MEANT))


def setup(app: Sphinx) -> None:
    register_plugin("pybtex.style.formatting", NAME, Style, force=True)
    app.connect("html-page-context", tidy)
