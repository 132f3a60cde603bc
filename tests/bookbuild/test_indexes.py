"""The lists that a reader asks for: all figures of the book, and what links lead to."""

import json

import pytest
from bs4 import BeautifulSoup

from bookbuild.indexes import figures, previews


def parsed(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


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
    assert figures(parsed(TWO)) == LISTED
    uncaptioned = '<figure class="explorable" id="explore-none"><svg></svg></figure>'
    assert figures(parsed(uncaptioned + TWO)) == LISTED


def figures_of(book):
    script = (book.output / "_static" / "figures.js").read_text("utf-8")
    return json.loads(script.removeprefix("bookFigures(").removesuffix(");\n"))


def test_a_page_stands_in_the_list_with_its_heading(build):
    book = build(f"# 1. Costs\n\n{TWO}\n")
    assert book.error is None
    assert figures_of(book) == [["index.html", "1. Costs", [list(figure) for figure in LISTED]]]


def test_a_book_without_figures_has_an_empty_list(build):
    assert figures_of(build("# A page\n\nNo figure.\n")) == []


FORMULA = (
    '<div class="math math-display" id="equation-eq-one">\n<div class="math-scroll">'
    '<span class="katex-display"><span class="katex"><span class="katex-mathml"><math><mi>x</mi>'
    '</math></span><span class="katex-html">x</span></span></span></div>'
    '<span class="eqno">(1)<a class="headerlink" href="#equation-eq-one">#</a></span></div>\n'
)
ENTRY = (
    '<dt id="term-{0}">{0}<a class="headerlink" href="#term-{0}" title="Link">#</a></dt>{1}'
    "<dd><p>{2}{3}</p>\n</dd>\n"
)
PLACE = (
    '\n<a class="reference internal" href="b.html"><span class="std std-doc">Chapter 2</span></a>,'
    ' <a class="reference internal" href="b.html#equation-eq-one">(1)</a>.'
)
NEURON = '<dt id="term-neuron">neuron<a class="headerlink" href="#term-neuron">#</a></dt>'
SOURCE = (
    '<div class="citation" id="id7" role="doc-biblioentry">\n<span class="label">He, 2015</span>\n'
    '<p>Kaiming He. <em>Rectifiers</em>. <a class="reference external" href="u">doi:1</a>.</p>\n'
    "</div>\n"
)


def test_a_formula_is_shown_without_what_screen_readers_get():
    shown = '<span class="katex-display"><span class="katex"><span class="katex-html">x</span>'
    assert previews(parsed(FORMULA)) == {"equation-eq-one": f"{shown}</span></span>"}


@pytest.mark.parametrize("place", ["", PLACE])
def test_an_entry_is_shown_under_each_of_its_names_without_the_place_it_leads_to(place):
    earlier = 'A <a class="reference internal" href="b.html"><span class="std std-doc">b</span></a>'
    found = previews(parsed(ENTRY.format("unit", NEURON, f"{earlier} node.", place)))
    assert list(found) == ["term-unit", "term-neuron"]
    told = '<p>A <span class="std std-doc">b</span> node.</p>'
    assert found["term-neuron"] == f"<strong>neuron</strong> {told}"


def test_a_source_is_shown_in_full_and_nothing_in_it_is_a_link():
    assert previews(parsed(SOURCE)) == {"id7": "<p>Kaiming He. <em>Rectifiers</em>. doi:1.</p>"}


def shown_in(book):
    script = (book.output / "_static" / "previews.js").read_text("utf-8")
    return json.loads(script.removeprefix("bookPreviews(").removesuffix(");\n"))


def test_only_what_another_page_refers_to_is_kept(build):
    second = "# B\n\n```{math}\n:label: eq-there\ny\n```\n\n```{math}\n:label: eq-alone\nz\n```\n"
    (build.source / "b.md").write_text(second, "utf-8")
    first = "# A\n\n{eq}`eq-here`, {eq}`eq-there`\n\n```{math}\n:label: eq-here\nx\n```\n"
    book = build(f"{first}\n```{{toctree}}\nb\n```\n")
    assert book.error is None
    assert list(shown_in(book)) == ["b.html#equation-eq-there"]
    assert "katex-mathml" not in shown_in(book)["b.html#equation-eq-there"]
