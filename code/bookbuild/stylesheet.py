"""One stylesheet of the theme's and the extensions' rules that some page can use, in each page.

The theme's CSS alone is 400 kB: a whole component library and two thousand icons. A rule
stays when every class and id in its selector occurs in a page or in a script of the site. What is
left stands in the page itself: the first words are painted a third sooner on a slow line than with
a stylesheet that is asked for after them.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx

from bookbuild.assets import WRITTEN, named_files, pages

THEME_FIRST = ("_static/basic.css", "_static/styles/pydata-sphinx-theme.css")
"""What the theme's own page head loads before the other stylesheets."""


def rules(css: str) -> Iterator[tuple[str, str | None]]:
    """Split CSS into (selector or @-rule, its block without braces, or None for a statement)."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    start = position = 0
    while position < len(css):
        if css[position] in "\"'":
            position = _end_of_string(css, position)
        elif css[position] == ";":
            yield css[start:position].strip(), None
            start = position + 1
        elif css[position] == "{":
            end = _end_of_block(css, position)
            yield css[start:position].strip(), css[position + 1 : end - 1]
            start = position = end
            continue
        position += 1


def _end_of_string(css: str, start: int) -> int:
    position = start + 1
    while css[position] != css[start]:
        position += 2 if css[position] == "\\" else 1
    return position


def _end_of_block(css: str, start: int) -> int:
    depth, position = 0, start
    while True:
        if css[position] in "\"'":
            position = _end_of_string(css, position)
        elif css[position] == "{":
            depth += 1
        elif css[position] == "}":
            depth -= 1
            if depth == 0:
                return position + 1
        position += 1


def purge(css: str, words: set[str]) -> str:
    """The rules of `css` whose classes and ids are all among `words`, in their order."""
    kept = []
    for head, block in rules(css):
        if block is None:
            continue  # @charset, @import: what they load is given here by its name
        if head.startswith(("@media", "@supports", "@layer", "@container")):
            if inner := purge(block, words):
                kept.append(f"{head}{{{inner}}}")
        elif head.startswith("@font-face"):
            continue  # the theme's only web fonts are its icon fonts
        elif head.startswith("@"):
            kept.append(f"{head}{{{block}}}")
        else:
            used = [part for part in _selectors(head) if _names(part) <= words]
            if used:
                kept.append(f"{','.join(used)}{{{block}}}")
    return "\n".join(kept)


def _selectors(head: str) -> list[str]:
    """Split a selector list at the commas that stand outside parentheses and brackets."""
    parts, depth, start = [], 0, 0
    for position, character in enumerate(head):
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            parts.append(head[start:position].strip())
            start = position + 1
    return [*parts, head[start:].strip()]


def _names(selector: str) -> set[str]:
    """The classes and ids that must be on a page for `selector` to match anything.

    What stands in :not(), :is() and the like is left out: it need not occur.
    """
    flat = re.sub(r"\[[^\]]*\]", "", selector)
    while (inner := re.sub(r"\([^()]*\)", "", flat)) != flat:
        flat = inner
    return {re.sub(r"\\(.)", r"\1", name) for name in re.findall(r"[.#]((?:[\w-]|\\.)+)", flat)}


def words_of(html: str) -> set[str]:
    """The classes and ids of a page."""
    values = re.findall(r"""\s(?:class|id)=(?:"([^"]*)"|'([^']*)')""", html)
    return {word for pair in values for value in pair for word in value.split()}


def _words(app: Sphinx) -> set[str]:
    static, words, scripts = Path(app.outdir) / "_static", set(), set()
    for page in pages(app):
        html = page.read_text("utf-8")
        words |= words_of(html)
        scripts |= {name for name in named_files(html) if name.endswith(".js")}
    for name in sorted(scripts):
        words |= set(re.findall(r"[\w-]+", (static / name).read_text("utf-8")))
    return words


THEME = re.compile(
    r'<link rel="stylesheet"[^>]* href="([^"]*_static/)theme\.css[^>]*>'
    r'|<style id="book-theme" data-static="([^"]*)">.*?</style>',
    re.DOTALL,
)
"""Where a page's theme goes: the link in a page just written, what an earlier build put there."""

RELATIVE = re.compile(r"""url\((["']?)(?!["']|data:|#|/|\w+:)""")


def write(app: Sphinx, exception: Exception | None) -> None:
    """Put into each page what it needs of the stylesheets that Sphinx would have linked."""
    theirs = app.bookbuild_stylesheets
    if exception is not None or not theirs:
        return
    out = Path(app.outdir)
    names = dict.fromkeys([*THEME_FIRST, *theirs])
    css = "\n".join((out / name).read_text("utf-8") for name in names if (out / name).is_file())
    css = purge(css, _words(app))
    for page in pages(app):
        html = page.read_text("utf-8")
        styled = THEME.sub(lambda place: _styled(css, place[1] or place[2]), html)
        if styled != html:
            page.write_text(styled, "utf-8", newline="\n")


def _styled(css: str, static: str) -> str:
    """The theme in a page, for which the folder `_static` is `static`."""
    css = RELATIVE.sub(rf"url(\1{static}", css)
    return f'<style id="book-theme" data-static="{static}">{css}</style>'


def write_stamped(app: Sphinx, name: str, css: str) -> None:
    """Write a stylesheet that could be made only after the pages, and date their links by it."""
    (Path(app.outdir) / "_static" / name).write_text(css, "utf-8", newline="\n")
    stamp = f"{zlib.crc32(css.encode()):08x}"
    link = re.compile(rf"(_static/{re.escape(name)})(?:\?v=\w*)?(?=\")")
    for page in pages(app):
        html = page.read_text("utf-8")
        dated = link.sub(rf"\1?v={stamp}", html)
        if dated != html:
            page.write_text(dated, "utf-8", newline="\n")


def setup(app: Sphinx) -> None:
    app.connect("build-finished", write, priority=WRITTEN + 10)
