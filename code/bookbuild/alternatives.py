"""Every image says what it shows: an <img> without words for it is a defect."""

from __future__ import annotations

import re
from html import unescape
from pathlib import PurePosixPath

from sphinx.application import Sphinx

from bookbuild.defects import report

FILE_NAME = re.compile(r"\S+\.(?:png|jpe?g|gif|svg|webp)", re.IGNORECASE)


def wanting(body: str) -> list[str]:
    """What is wrong with the images of a page's body, one line each."""
    lines = []
    for tag in re.findall(r"<img\b[^>]*>", body):
        if 'role="presentation"' in tag:
            continue
        name = PurePosixPath(_attribute(tag, "src")).name
        alt = _attribute(tag, "alt").strip()
        if not alt:
            lines.append(f"image {name} has no text alternative (mystnb: image: alt: …)")
        elif FILE_NAME.fullmatch(alt):
            lines.append(f"image {name} has a file name for its text alternative: {alt!r}")
    return lines


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf"""\s{name}=(?:"([^"]*)"|'([^']*)')""", tag)
    return unescape(found[1] or found[2] or "") if found else ""


def check(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    if doctree is not None:
        for line in wanting(context["body"]):
            report(app, line, pagename)


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", check)
