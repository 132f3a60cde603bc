"""A way to every interactive figure of the book: one list, loaded when a reader asks for it.

The pages' header has a button "Figures" (book.js makes it work). The list is a script, not JSON,
so that it also loads from a folder on disk.
"""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

from sphinx.application import Sphinx

from bookbuild.assets import WRITTEN

NAME = "figures.js"
CAPTIONED = re.compile(
    r'<figure class="explorable" id="([^"]*)"'
    r"(?:(?!</figure>).)*?<figcaption>(.*?)</figcaption>",
    re.DOTALL,
)


def listed(html: str) -> list[tuple[str, str]]:
    """(id, caption) of each interactive figure of a page."""
    return [
        (name, unescape(re.sub("<[^>]*>", "", caption)))
        for name, caption in CAPTIONED.findall(html)
    ]


def write_list(app: Sphinx, exception: Exception | None) -> None:
    """`bookFigures([[page's file, heading, [[id, caption], …]], …])`, in the order of the book."""
    if exception is not None or app.builder.format != "html":
        return
    pages = []
    for docname in app.env.collect_relations():
        page = Path(app.builder.get_outfilename(docname))
        if figures := listed(page.read_text("utf-8") if page.is_file() else ""):
            heading = app.env.titles[docname].astext()
            pages.append([app.builder.get_target_uri(docname), heading, figures])
    text = json.dumps(pages, ensure_ascii=False, separators=(",", ":"))
    target = Path(app.outdir) / "_static" / NAME
    target.write_text(f"bookFigures({text});\n", "utf-8", newline="\n")


def setup(app: Sphinx) -> None:
    app.connect("build-finished", write_list, priority=WRITTEN + 30)
