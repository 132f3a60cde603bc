"""A way to every interactive figure of the book: one list, loaded when a reader asks for it.

The pages' header has a button "Figures" (book.js makes it work). The list is a script, not JSON,
so that it also loads from a folder on disk.
"""

from __future__ import annotations

import json
from pathlib import Path

from bs4 import BeautifulSoup
from sphinx.application import Sphinx

from bookbuild.assets import WRITTEN

NAME = "figures.js"


def listed(html: str) -> tuple[str, list[tuple[str, str]]]:
    """A page's heading, and (id, caption) of each of its interactive figures."""
    page = BeautifulSoup(html, "html.parser")
    for link in page.select("h1 .headerlink"):
        link.decompose()
    return page.h1.get_text() if page.h1 else "", [
        (figure["id"], figure.figcaption.get_text(" ", strip=True))
        for figure in page.select("figure.explorable[id]:has(figcaption)")
    ]


def write_list(app: Sphinx, exception: Exception | None) -> None:
    """`bookFigures([[page's file, heading, [[id, caption], …]], …])`, in the order of the book."""
    if exception is not None or app.builder.format != "html":
        return
    pages = []
    for docname in in_order(app):
        page = Path(app.builder.get_outfilename(docname))
        html = page.read_text("utf-8") if page.is_file() else ""
        heading, figures = listed(html) if "data-frames=" in html else ("", [])
        if figures:
            pages.append([app.builder.get_target_uri(docname), heading, figures])
    text = json.dumps(pages, ensure_ascii=False, separators=(",", ":"))
    target = Path(app.outdir) / "_static" / NAME
    target.write_text(f"bookFigures({text});\n", "utf-8", newline="\n")


def in_order(app: Sphinx) -> list[str]:
    """The first page, then those of the tables of contents, as a reader meets them."""
    found = [app.config.root_doc]
    for docname in found:
        found += [d for d in app.env.toctree_includes.get(docname, []) if d not in found]
    return found


def setup(app: Sphinx) -> None:
    app.connect("build-finished", write_list, priority=WRITTEN + 30)
