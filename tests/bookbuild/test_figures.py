"""The list of all figures of the book."""

import json

from bookbuild.figures import listed

FIGURE = (
    '<figure class="explorable" id="explore-{0}"><svg></svg>'
    "<figcaption>The <em>{0}</em> figure &lt; 1.</figcaption></figure>\n"
)
TWO = FIGURE.format("second") + "<figure></figure>\n" + FIGURE.format("first")
LISTED = [
    ("explore-second", "The second figure < 1."),
    ("explore-first", "The first figure < 1."),
]


def test_a_pages_figures_are_listed_with_their_captions_in_order():
    assert listed(TWO) == LISTED
    uncaptioned = '<figure class="explorable" id="explore-none"><svg></svg></figure>'
    assert listed(uncaptioned + TWO) == LISTED


def figures_of(book):
    script = (book.output / "_static" / "figures.js").read_text("utf-8")
    return json.loads(script.removeprefix("bookFigures(").removesuffix(");\n"))


def test_a_page_stands_in_the_list_with_its_heading(build):
    book = build(f"# 1. Costs\n\n{TWO}\n")
    assert book.error is None
    assert figures_of(book) == [["index.html", "1. Costs", [list(figure) for figure in LISTED]]]


def test_a_book_without_figures_has_an_empty_list(build):
    assert figures_of(build("# A page\n\nNo figure.\n")) == []
