"""Words that comments mark, which no reader of a page or a notebook sees.

<!-- claim entropy -->about 0.9 nats<!-- /claim --> states a number that a test checks (claims.py).
<!-- measured -->{eval}`seconds`<!-- /measured --> depends on a clock or on the memory in use, so
that two builds may differ in it; of a cell, the tag `measurement` says the same. On a page they are
spans that have an id, and spans that have a class. (Never at the start of a line: there Markdown
takes a comment for a block.)
"""

from __future__ import annotations

import re

from sphinx.application import Sphinx

CLAIM = "claim-"
"""What the id of a claim begins with; its name follows."""

SPANS = {
    re.compile(r"<!-- claim ([\w-]+) -->(.*?)<!-- /claim -->", re.DOTALL): rf"[\2]{{#{CLAIM}\1}}",
    re.compile(r"<!-- measured -->(.*?)<!-- /measured -->", re.DOTALL): r"[\1]{.measured}",
}


def spans(source: str) -> str:
    """A page's source, its marks written as MyST's spans: [words]{#claim-name}."""
    for comments, span in SPANS.items():
        source = comments.sub(span, source)
    return source


def mark(app: Sphinx, docname: str, source: list[str]) -> None:
    source[0] = spans(source[0])


def setup(app: Sphinx) -> None:
    app.connect("source-read", mark)
