"""The book on paper: all pages of the built site in one PDF, in the order of `_toc.yml`.

    python -m booktools.paper       # reads _build/html, writes _build/<title>.pdf

The pages become one document, whose ids and links are those of their page with the page's name
before them. A browser prints it twice: only then are the page numbers of its contents known. A
figure is printed in the state that it starts in, with the sentence that tells it; what is folded
on screen is open on paper.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path
from posixpath import basename

import yaml
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Page
from pypdf import PdfReader

from booktools.browser import launched

POINTS_AT = ("id", "for", "href", "xlink:href", "aria-labelledby", "aria-describedby", "name")
"""Attributes that hold ids or links to them."""
NOT_PRINTED = "script, .headerlink, button, .explorable-controls, .cell > details.above-input"
"""What only a screen can use, and the code that the page folds away: it draws the figure below."""
INSIDE_STYLE = re.compile(r"url\((['\"]?)#([^)'\"]+)\1\)")

SHEET = """
@page { size: 7in 10in; margin: 0.9in 0.85in 0.85in;
  @bottom-center { content: counter(page); font: 9pt sans-serif; color: #444; } }
@page :first { @bottom-center { content: none; } }
html { font-size: 14px; --book-measure: 100%; --book-wide: 100%; }
body { display: block; }
:is(.bd-main, .bd-content, .bd-article-container, .bd-article) { display: block; margin: 0;
  padding: 0 !important; width: auto; max-width: none !important; }
.paper-page { break-before: page; }
.sd-row { display: block !important; }
.sd-col { max-width: none; width: auto; }
.sd-card { break-inside: avoid; }
.paper-title { text-align: center; padding-top: 2.2in; }
.paper-title h1 { font-size: 34pt; margin-bottom: 0.1in; }
.paper-title p { font-size: 13pt; }
.paper-contents ol { list-style: none; padding: 0; }
.paper-contents li { display: flex; gap: 0.5em; align-items: baseline; margin: 0.15em 0; }
.paper-contents li.part { font-weight: bold; margin-top: 0.7em; }
.paper-contents li:not(.part) { padding-left: 1.6em; font-size: 9.5pt; }
.paper-contents li::after { content: attr(data-page); order: 3; }
.paper-contents li i { flex: 1; border-bottom: 1px dotted #999; order: 2; }
"""


class PaperError(Exception):
    """What is missing, in words for whoever asked for the PDF."""


def order(toc: Path) -> list[str]:
    """The pages of a table of contents, its root first."""
    contents = yaml.safe_load(toc.read_text(encoding="utf-8"))
    parts = contents.get("parts", [{"chapters": contents.get("chapters", [])}])
    return [contents["root"], *(page["file"] for part in parts for page in part["chapters"])]


def page_of(site: Path, name: str) -> BeautifulSoup:
    """A built page."""
    path = site / f"{name}.html"
    if not path.is_file():
        raise PaperError(f"Missing: {path}. Build the site first: make book")
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def article(page: BeautifulSoup, folder: Path, own: str, known: set[str]) -> Tag:
    """The text of the page `own`, its ids and links made unique among the pages `known`."""
    found = page.select_one("article")
    for needless in found.select(NOT_PRINTED):
        needless.decompose()
    for box in found.select("details"):
        box["open"] = ""
    for element in found.find_all(True):
        for attribute in POINTS_AT:
            if attribute in element.attrs:
                element[attribute] = _moved(element, attribute, own, known)
        for attribute, value in element.attrs.items():
            if isinstance(value, str) and "url(" in value:
                element[attribute] = INSIDE_STYLE.sub(rf"url(#{own}--\2)", value)
        if (source := element.get("src")) and not source.startswith("data:"):
            element["src"] = (folder / source).resolve().as_uri()
    found["id"], found["class"] = f"{own}--", "bd-article paper-page"
    return found


def _moved(element: Tag, attribute: str, own: str, known: set[str]) -> str:
    value = element[attribute]
    value = value if isinstance(value, str) else " ".join(value)  # a list of words
    if not attribute.endswith("href"):
        return " ".join(f"{own}--{word}" for word in value.split())
    if value.startswith("#"):
        return f"#{own}--{value[1:]}"
    page, _, target = value.partition("#")
    page = basename(page.removesuffix(".html"))
    return f"#{page}--{target}" if page in known else value


def entries(articles: Iterable[Tag]) -> list[tuple[bool, str, str]]:
    """(a page, not a section; words; id) of each heading for the contents."""
    found = []
    for text in articles:
        for heading in text.select("h1, section > section > h2"):
            section = heading.find_parent("section")
            words = heading.get_text().strip()
            found.append((heading.name == "h1", words, section["id"]))
    return found


def contents(headings: list[tuple[bool, str, str]], pages: dict[str, int]) -> str:
    """A list of links, each with its page where that is known."""
    lines = [
        f'<li class="{"part" if is_page else ""}" data-page="{pages.get(target, "")}">'
        f'<a href="#{target}">{escape(words)}</a><i></i></li>'
        for is_page, words, target in headings
    ]
    return (
        '<section class="paper-page paper-contents"><p role="heading" aria-level="1" '
        f'class="h1">Contents</p><ol>{"".join(lines)}</ol></section>'
    )


def titles(config: Path) -> tuple[str, str]:
    """The book's title and subtitle, as its configuration has them."""
    values = yaml.safe_load(config.read_text(encoding="utf-8"))
    return values["title"], values["sphinx"]["config"]["book_subtitle"]


def document(
    site: Path, names: list[str], title: str, subtitle: str
) -> Callable[[dict[str, int]], str]:
    """The book as one HTML page, given the page on which each heading's id stands, if known."""
    title = escape(title)
    known = {basename(name) for name in names}
    articles: dict[str, Tag] = {}
    styles: dict[str, None] = {}  # those of all pages, each once, in their order
    for name in names:
        page, folder = page_of(site, name), (site / name).parent
        for style in page.select('head :is(link[rel="stylesheet"], style)'):
            if style.name == "link":
                style["href"] = (folder / style["href"].split("?")[0]).resolve().as_uri()
            styles[str(style)] = None
        articles[basename(name)] = article(page, folder, basename(name), known)

    sheet = SHEET + "".join(
        f'@page {own} {{ @top-center {{ content: "{_quoted(text.find("h1").get_text())}"; '
        f"font: 9pt sans-serif; color: #444; }} }} #{own}-- {{ page: {own}; }}"
        for own, text in articles.items()
    )
    head = (
        '<!DOCTYPE html><html lang="en" data-theme="light" data-mode="light"><head>'
        f'<meta charset="utf-8"><title>{title}</title>'
        + f"{''.join(styles)}<style>{sheet}</style></head>"
    )
    front = (
        f'<body><header class="paper-title"><h1>{title}</h1>'
        f"<p>{escape(subtitle)}</p>"
        "<p><small>On the web this book answers: every figure has controls.</small></p></header>"
    )
    body = (
        '<main class="bd-main"><div class="bd-content"><div class="bd-article-container">'
        f"{''.join(map(str, articles.values()))}</div></div></main></body></html>"
    )
    headings = entries(articles.values())
    return lambda pages: head + front + contents(headings, pages) + body


def _quoted(heading: str) -> str:
    """As the content of a CSS string."""
    return heading.strip().replace("\\", "").replace('"', "'")


def printed_on(output: Path) -> dict[str, int]:
    """The page, counted from 1, of each named place of a PDF."""
    reader = PdfReader(output)
    places = reader.named_destinations.items()
    return {name.lstrip("/"): reader.get_destination_page_number(at) + 1 for name, at in places}


def write(page: Page, html: str, output: Path) -> None:
    source = output.with_suffix(".html")
    source.write_text(html, encoding="utf-8")
    page.goto(source.resolve().as_uri())
    page.evaluate("document.fonts.ready")
    page.pdf(path=output, prefer_css_page_size=True, outline=True, tagged=True)
    source.unlink()


def main(book: Path) -> None:
    """Print the book in the folder `book`, whose site is built."""
    title, subtitle = titles(book / "_config.yml")
    site, output = book / "_build" / "html", book / "_build" / f"{title.lower()}.pdf"
    numbered = document(site, order(book / "_toc.yml"), title, subtitle)
    with launched() as browser:
        page = browser.new_page()
        write(page, numbered({}), output)
        write(page, numbered(printed_on(output)), output)
    print(f"{output}: {len(PdfReader(output).pages)} pages, {output.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    try:
        main(Path())
    except (PaperError, RuntimeError) as problem:
        sys.exit(str(problem))
