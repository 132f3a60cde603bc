"""Two lists that a reader's browser loads when they are asked for (book.js).

The header of each page has a button "Figures", which opens a list of all interactive figures. A
link to a formula, a word of the glossary or a source on another page shows what it leads to.
"""

from __future__ import annotations

from copy import copy
from posixpath import dirname, join, normpath

from bs4 import BeautifulSoup, NavigableString, Tag

from bookbuild.site import Site


def write_figures(site: Site) -> None:
    """`bookFigures([[page's file, heading, [[id, caption], …]], …])`, in the order of the book."""
    pages = [
        [page.name, site.app.env.titles[docname].astext(), listed]
        for docname, page in site.chapters()
        if (listed := figures(page.soup))
    ]
    site.write_script("figures.js", "bookFigures", pages)


def figures(page: BeautifulSoup) -> list[tuple[str, str]]:
    """(id, caption) of each interactive figure that has a caption."""
    return [
        (figure["id"], caption.get_text())
        for figure in page.select("figure.explorable")
        if (caption := figure.figcaption)
    ]


def write_previews(site: Site) -> None:
    """`bookPreviews({"chapters/one.html#equation-…": its HTML, …})`: what links lead to."""
    linked = {
        normpath(join(dirname(page.name), link["href"]))
        for page in site.pages.values()
        for link in page.soup.select('a.reference.internal[href*="#"]:not([href^="#"])')
    }
    found = {
        f"{page.name}#{name}": content
        for page in site.pages.values()
        for name, content in previews(page.soup).items()
    }
    wanted = {link: found[link] for link in sorted(linked & found.keys())}
    site.write_script("previews.js", "bookPreviews", wanted)


def previews(page: BeautifulSoup) -> dict[str, str]:
    """What can be shown of a page: its formulas, sources and glossary entries, by their ids."""
    found = {}
    for formula in page.select("div.math-display[id] > .math-scroll"):
        found[formula.parent["id"]] = _preview(formula).decode_contents()
    for source in page.select("div.citation[id] > p"):
        found[source.parent["id"]] = str(_preview(source))
    for term in page.select("dt[id]"):
        name = _preview(term).decode_contents()
        meaning = _without_last_line(term.find_next_sibling("dd"))
        found[term["id"]] = f"<strong>{name}</strong> {meaning.decode_contents()}"
    return {name: content.strip() for name, content in found.items()}


def _preview(tag: Tag) -> Tag:
    """A copy without links, which nobody could reach there, and without MathML, which is for screen
    readers: they are not told of previews."""
    preview = copy(tag)
    for left_out in preview.select(".katex-mathml, .headerlink"):
        left_out.decompose()
    for link in preview.select("a"):
        link.unwrap()
    return preview


def _without_last_line(meaning: Tag) -> Tag:
    """A glossary entry without its last line, which links to where the book explains it."""
    meaning = copy(meaning)
    for link in meaning.select("p:last-child > a:has(> .std-doc)")[-1:]:
        before = link.previous_sibling
        if isinstance(before, NavigableString) and before.endswith("\n"):
            for node in [link, *link.next_siblings]:
                node.extract()
            before.replace_with(before.removesuffix("\n"))
    return _preview(meaning)
