"""A bibliography whose entries are called what the pages call them, and read as a list.

Its labels are the citations' own words, "He et al., 2015". Two of one author and year need a letter
behind the year in the .bib file: Sphinx warns about equal labels.
"""

from __future__ import annotations

from docutils import nodes
from pybtex.plugin import register_plugin
from pybtex.style.formatting.plain import Style as Plain
from pybtex.style.labels import BaseLabelStyle
from sphinx.application import Sphinx
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle
from sphinxcontrib.bibtex.style.template import join, year

NAME = "as_cited"
"""For `bibtex_default_style`."""


class Labels(BaseLabelStyle):
    def format_labels(self, entries: list) -> list[str]:
        style = AuthorYearReferenceStyle()
        words = join(sep=", ")[style.person.author_or_editor_or_title(full=False), year]
        return [str(words.format_data({"entry": entry, "style": style})) for entry in entries]


class Style(Plain):
    default_label_style = Labels


def visit_citation(translator, node: nodes.citation) -> None:
    """As docutils, but for a role: it marks the whole as a list, though what that holds are no list
    items but bibliography entries. The entries' own role is enough."""
    if not isinstance(node.previous_sibling(), nodes.citation):
        translator.body.append('<div class="citation-list">\n')
    entry = translator.starttag(node, "div", classes=["citation"], role="doc-biblioentry")
    translator.body.append(entry)


def depart_citation(translator, node: nodes.citation) -> None:
    translator.body.append("</div>\n")
    if not isinstance(node.next_node(descend=False, siblings=True), nodes.citation):
        translator.body.append("</div>\n")


def drop_tooltips(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """A link to an entry shows it as a preview (indexes.py), so it needs no tooltip."""
    for link in doctree.findall(nodes.reference):
        if "refid" in link or "#" in link.get("refuri", ""):
            link.attributes.pop("reftitle", None)


def setup(app: Sphinx) -> None:
    register_plugin("pybtex.style.formatting", NAME, Style, force=True)
    app.add_node(nodes.citation, override=True, html=(visit_citation, depart_citation))
    app.connect("doctree-resolved", drop_tooltips)
