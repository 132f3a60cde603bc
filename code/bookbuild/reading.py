"""Below a chapter's heading: how long it is to read, and how many of its figures answer."""

from __future__ import annotations

import re

from docutils.nodes import Node
from sphinx.application import Sphinx

HEADING = re.compile(r"(<h1>.*?</h1>)", re.DOTALL)
WORDS_A_MINUTE = 180


def minutes(words: int) -> int:
    """Reading time, to five minutes."""
    return max(5, 5 * round(words / WORDS_A_MINUTE / 5))


def say_length(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Below a chapter's heading: how long it is to read, how many figures answer."""
    body = context.get("body") or ""
    if doctree is None or not app.env.toc_secnumbers.get(pagename):
        return
    count = body.count("data-frames=")
    words = sum(len(paragraph.astext().split()) for paragraph in doctree.findall(_is_prose))
    line = f'<p class="reading-time">{minutes(words)} minutes to read'
    line += f" · {count} figures that answer</p>" if count else "</p>"
    context["body"] = HEADING.sub(rf"\1{line}", body, count=1)


def _is_prose(node: Node) -> bool:
    return node.tagname in ("paragraph", "entry", "math_block")


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", say_length)
