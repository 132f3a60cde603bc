"""Code is coloured without a <span> around text that has the colour of its block anyway.

Names and punctuation are most of a Python program. Spans around them would be a fortieth of what a
page weighs, and change nothing that a reader sees.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TextIO

from pygments.formatters import HtmlFormatter
from pygments.style import Style
from pygments.styles import get_style_by_name
from pygments.token import STANDARD_TYPES, Text, _TokenType
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.highlighting import PygmentsBridge

from bookbuild.site import LATE


def plain_in(styles: list[type[Style]]) -> Callable[[_TokenType], bool]:
    """A function: whether all these styles draw a kind of token as they draw plain text."""

    @cache
    def looks_plain(token: _TokenType) -> bool:
        while token not in STANDARD_TYPES:
            token = token.parent
        return all(style.style_for_token(token) == style.style_for_token(Text) for style in styles)

    return looks_plain


def configure(app: Sphinx, config: Config) -> None:
    """In the styles of the book's two themes."""
    options = [config.html_theme_options[f"pygments_{theme}_style"] for theme in ("light", "dark")]
    looks_plain = plain_in([get_style_by_name(name) for name in options])

    class Formatter(HtmlFormatter):
        def format(self, tokensource: object, outfile: TextIO) -> None:
            shown = ((Text if looks_plain(kind) else kind, text) for kind, text in tokensource)
            super().format(shown, outfile)

    PygmentsBridge.html_formatter = Formatter


def setup(app: Sphinx) -> None:
    app.connect("config-inited", configure, priority=LATE)
