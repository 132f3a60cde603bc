"""The list of all figures of the book."""

import json

from bookbuild.figures import listed

FIGURE = (
    '<figure class="explorable" id="explore-{0}" data-frames="{0}.js">'
    "<figcaption>The <em>{0}</em> figure.</figcaption></figure>"
)


def test_a_pages_figures_are_listed_with_their_captions_in_order():
    heading = '<h1>1. Costs<a class="headerlink" href="#x">#</a></h1>'
    html = heading + FIGURE.format("second") + "<figure></figure>" + FIGURE.format("first")
    assert listed(html) == (
        "1. Costs",
        [
            ("explore-second", "The second figure."),
            ("explore-first", "The first figure."),
        ],
    )


def test_a_book_without_figures_has_an_empty_list(build):
    book = build("# A page\n\nNo figure.\n")
    script = (book.output / "_static" / "figures.js").read_text("utf-8")
    assert json.loads(script.removeprefix("bookFigures(").removesuffix(");\n")) == []
