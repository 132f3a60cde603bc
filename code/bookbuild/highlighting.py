"""Code is coloured without a <span> around text that has the colour of its block anyway.

Names and punctuation are most of a Python program. Spans around them would be a fortieth of what a
page weighs, and change nothing that a reader sees.
"""

from __future__ import annotations

from functools import cache
from typing import TextIO

from pygments.formatters import HtmlFormatter
from pygments.styles import get_style_by_name
from pygments.token import STANDARD_TYPES, Text, _TokenType
from sphinx.application import Sphinx
from sphinx.highlighting import PygmentsBridge

from bookbuild.assets import THEME_OPTIONS

STYLES = [
    get_style_by_name(THEME_OPTIONS[f"pygments_{theme}_style"]) for theme in ("light", "dark")
]


@cache
def looks_plain(token: _TokenType) -> bool:
    """Whether both themes draw this kind of token as they draw plain text."""
    while token not in STANDARD_TYPES:
        token = token.parent
    return all(style.style_for_token(token) == style.style_for_token(Text) for style in STYLES)


class Formatter(HtmlFormatter):
    def format(self, tokensource: object, outfile: TextIO) -> None:
        shown = ((Text if looks_plain(kind) else kind, text) for kind, text in tokensource)
        super().format(shown, outfile)


def setup(app: Sphinx) -> None:
    PygmentsBridge.html_formatter = Formatter
