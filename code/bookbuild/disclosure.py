"""Dropdowns are native: an admonition or a solution of class `dropdown` becomes <details>.

The browser then gives keyboard, screen reader and "find in page" for nothing, and no script
is needed.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.locale import admonitionlabels
from sphinx.transforms.post_transforms import SphinxPostTransform


class disclosure(nodes.General, nodes.Element):
    """<details>"""


class disclosure_summary(nodes.General, nodes.TextElement):
    """<summary>"""


def make(title: nodes.Node, content: list[nodes.Node], classes: list[str]) -> disclosure:
    """A closed <details> headed by the text of `title` (its links become plain text: one
    cannot both follow a link and open the box with the same click)."""
    head = disclosure_summary("", "", *(child.deepcopy() for child in title.children))
    for link in list(head.findall(nodes.reference)):
        link.replace_self(link.children)
    return disclosure("", head, *content, classes=classes)


class Disclose(SphinxPostTransform):
    # After sphinx-exercise has written its titles (22) and myst-nb folded its cells (199).
    default_priority = 420
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        for node in list(self.document.findall(nodes.Admonition)):
            if "dropdown" not in node["classes"]:
                continue
            title, content, classes = node[0], node.children[1:], node["classes"]
            if not isinstance(title, nodes.title):  # a note, a warning: named by its kind
                title = nodes.title("", admonitionlabels[node.tagname])
                content, classes = node.children, [node.tagname, *classes]
            box = make(title, content, ["admonition", *classes])
            box["ids"] = node["ids"]
            node.replace_self(box)


def visit_disclosure(self, node: disclosure) -> None:
    self.body.append(self.starttag(node, "details"))


def depart_disclosure(self, node: disclosure) -> None:
    self.body.append("</details>\n")


def visit_summary(self, node: disclosure_summary) -> None:
    self.body.append(self.starttag(node, "summary", "", CLASS="admonition-title"))


def depart_summary(self, node: disclosure_summary) -> None:
    self.body.append("</summary>\n")


def setup(app: Sphinx) -> None:
    app.add_node(disclosure, html=(visit_disclosure, depart_disclosure))
    app.add_node(disclosure_summary, html=(visit_summary, depart_summary))
    app.add_post_transform(Disclose)
