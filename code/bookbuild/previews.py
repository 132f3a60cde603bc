"""What a link to another page leads to, shown beside the link: formulas, words, sources.

One script for the whole book, loaded when a reader first points at such a link (book.js). A script,
not JSON, so that it also loads from a folder on disk. It holds what some other page refers to.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from posixpath import dirname, join, normpath

from sphinx.application import Sphinx

from bookbuild.assets import WRITTEN

NAME = "previews.js"
LINK = re.compile(r'<a class="reference internal" href="([^"#]+#[^"]+)"')
FORMULA = re.compile(
    r'<div class="math math-display" id="([^"]*)">\s*<div class="math-scroll">(.*?)</div>',
    re.DOTALL,
)
TERMS = re.compile(r'((?:<dt id="[^"]*">(?:(?!</dt>).)*</dt>)+)<dd>(.*?)</dd>', re.DOTALL)
TERM = re.compile(r'<dt id="([^"]*)">(.*?)<a class="headerlink"', re.DOTALL)
SOURCE = re.compile(r'<div class="citation" id="([^"]*)".*?(<p>.*?</p>)', re.DOTALL)
PLACE = re.compile(
    r'\n<a class="reference internal" href="[^"#]*"><span class="std std-doc">'
    r"(?:(?!</p>|std-doc).)*(?=</p>\s*\Z)",
    re.DOTALL,
)
"""A glossary entry's last line: where the book explains it."""

LEFT_OUT = re.compile(r'<span class="katex-mathml">.*?</math></span>|</?a\b[^>]*>', re.DOTALL)
"""What is for screen readers, which hear no previews, and links, which nobody can reach there."""


def targets(html: str) -> dict[str, str]:
    """What can be previewed of a page: its formulas, glossary entries and sources, by their ids."""
    found = {**dict(FORMULA.findall(html)), **dict(SOURCE.findall(html))}
    for names, meaning in TERMS.findall(html):
        for name, term in TERM.findall(names):
            found[name] = f"<strong>{term}</strong> {PLACE.sub('', meaning)}"
    return {name: LEFT_OUT.sub("", content).strip() for name, content in found.items()}


def write_previews(app: Sphinx, exception: Exception | None) -> None:
    """`bookPreviews({"chapters/depth.html#equation-…": its HTML, …})`."""
    if exception is not None or app.builder.format != "html":
        return
    pages, wanted = {}, set()
    for docname in app.env.found_docs:
        page, uri = Path(app.builder.get_outfilename(docname)), app.builder.get_target_uri(docname)
        pages[uri] = page.read_text("utf-8") if page.is_file() else ""
        wanted |= {normpath(join(dirname(uri), link)) for link in LINK.findall(pages[uri])}
    found = {
        f"{uri}#{name}": content
        for uri, html in pages.items()
        for name, content in targets(html).items()
    }
    kept = {link: found[link] for link in sorted(wanted & found.keys())}
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    target = Path(app.outdir) / "_static" / NAME
    target.write_text(f"bookPreviews({text});\n", "utf-8", newline="\n")


def setup(app: Sphinx) -> None:
    app.connect("build-finished", write_previews, priority=WRITTEN + 30)
