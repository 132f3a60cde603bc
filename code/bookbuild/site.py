"""The finished site: every page is read and parsed once, and written once.

Steps look at all pages and say what to change in them (`STEPS` in `__init__.py`). A change replaces
tags at their places in the page's text, so that all else stays as it was, byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from posixpath import dirname, join, normpath

from bs4 import BeautifulSoup, Tag
from sphinx.application import Sphinx

from bookbuild import stylesheets

LATE = 900
"""Priority on an event: after the theme and other extensions, which have 500 or a little more."""

STATIC = "_static"
"""The site's folder of stylesheets, scripts and pictures."""


class Page:
    """A page: its text, the text parsed, and the changes that are not written yet."""

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        self.docname = name.removesuffix(".html")
        self.folder = path.parents[name.count("/")]
        self._text = path.read_text("utf-8")
        self._line_starts = [0, *accumulate(len(line) + 1 for line in self._text.split("\n"))]
        self._changes: list[tuple[int, int, str]] = []
        self.soup = BeautifulSoup(self._text, "html.parser")

    @cached_property
    def names(self) -> set[str]:
        """The classes and ids on the page."""
        found: set[str] = set()
        for tag in self.soup.find_all(True):
            found.update(tag.get("class", ()))
            found.update(tag.get("id", "").split())
        return found

    def address(self, tag: Tag) -> str | None:
        """The file of the site that a tag names, by its path from the site's folder."""
        return self._address(tag.get("src") or tag.get("href") or "")

    def _address(self, link: str) -> str | None:
        path = link.partition("#")[0].partition("?")[0]
        return normpath(join(dirname(self.name), path)) if path and ":" not in path else None

    def static(self, tag: Tag) -> str | None:
        """The file that a tag names, by its path from the folder `_static`, if it is in there."""
        return _in_static(self.address(tag))

    def static_files(self) -> set[str]:
        """The files of `_static` that the page's tags and styles name."""
        named = {self.address(tag) for tag in self.soup.select("[src], [href]")}
        for style in self.soup.find_all("style"):
            named |= {self._address(path) for path in stylesheets.files(style.string)}
        return {file for address in named if (file := _in_static(address))}

    @property
    def to_static(self) -> str:
        """The path from the page to the folder `_static`."""
        return "../" * self.name.count("/") + STATIC

    def replace(self, tags: list[Tag], html: str) -> None:
        """Replace tags that follow each other and hold nothing by the single tag in `html`."""
        self._changes.append((self._start(tags[0]), self._end(tags[-1]), html))
        tags[0].insert_before(BeautifulSoup(html, "html.parser").contents[0].extract())
        for tag in tags:
            tag.extract()

    def remove(self, tag: Tag) -> None:
        """Remove a tag that holds nothing, and the space before it."""
        start = len(self._text[: self._start(tag)].rstrip())
        self._changes.append((start, self._end(tag), ""))
        tag.extract()

    def add_checksum(self, tag: Tag, checksum: str) -> None:
        """Add a checksum to a link's address, so that a browser does not use an older file."""
        address = tag["href"]
        end = self._text.index(address, self._start(tag)) + len(address)
        self._changes.append((end, end, f"?v={checksum}"))

    def _start(self, tag: Tag) -> int:
        return self._line_starts[tag.sourceline - 1] + tag.sourcepos

    def _end(self, tag: Tag) -> int:
        end = self._text.index(">", self._start(tag)) + 1
        closing = f"</{tag.name}>"
        return end + len(closing) if self._text.startswith(closing, end) else end

    def text(self) -> str:
        """The page with its changes."""
        text = self._text
        for start, end, new in sorted(self._changes, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def write(self) -> None:
        if self._changes:
            self.path.write_text(self.text(), "utf-8", newline="\n")


def _in_static(address: str | None) -> str | None:
    folder, _, file = (address or "").partition("/")
    return file if folder == STATIC else None


class Site:
    """All pages of a build, by their paths from the site's folder, in a fixed order."""

    def __init__(self, app: Sphinx) -> None:
        self.app, self.folder = app, Path(app.outdir)
        self.static = self.folder / STATIC
        paths = {
            path.relative_to(self.folder).as_posix(): path for path in self.folder.rglob("*.html")
        }
        # The theme puts templates into `_static`.
        self.pages = {
            name: Page(paths[name], name)
            for name in sorted(paths)
            if not name.startswith(f"{STATIC}/")
        }

    def chapters(self) -> Iterator[tuple[str, Page]]:
        """(Sphinx's name, page) of each page in the table of contents, in its order."""
        for docname in self.app.env.collect_relations():
            if page := self.pages.get(self.app.builder.get_target_uri(docname)):
                yield docname, page

    def write_script(self, name: str, function: str, data: object) -> None:
        """Write a script that calls a function of book.js with `data`.

        Not JSON: from a folder on disk, browsers load scripts but no data.
        """
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        (self.static / name).write_text(f"{function}({text});\n", "utf-8", newline="\n")

    def write(self) -> None:
        for page in self.pages.values():
            page.write()
