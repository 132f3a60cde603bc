"""Below a chapter's heading: how long it is to read, and how many of its figures answer."""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

HEADING = re.compile(r"(<h1>.*?</h1>)", re.DOTALL)
WORDS_A_MINUTE = 180


def words_to_read(source: str) -> int:
    """Words and formulas of a chapter, its tables and exercises included, its code left out."""
    source = re.sub(r"\A---.*?^---$", "", source, flags=re.DOTALL | re.MULTILINE)
    source = re.sub(r"<!--.*?-->", "", source, flags=re.DOTALL)
    source = re.sub(r"^```\{code-cell\}.*?^```$", "", source, flags=re.DOTALL | re.MULTILINE)
    return len(re.sub(r"\{eval\}(`+).*?\1", "number", source, flags=re.DOTALL).split())


def minutes(words: int) -> int:
    """Reading time, to five minutes."""
    return max(5, 5 * round(words / WORDS_A_MINUTE / 5))


def say_length(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Below a chapter's heading: how long it is to read, how many figures answer."""
    body = context.get("body") or ""
    if doctree is None or not app.env.toc_secnumbers.get(pagename):
        return
    words = words_to_read(Path(app.env.doc2path(pagename)).read_text("utf-8"))
    line = f'<p class="reading-time">{minutes(words)} minutes to read'
    if count := body.count("data-frames="):
        line += f" · {count} figures that answer"
    context["body"] = HEADING.sub(rf"\1{line}</p>", body, count=1)


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", say_length)
