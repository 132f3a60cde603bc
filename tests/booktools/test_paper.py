"""The book as a PDF, made of two small pages that share ids and link to each other."""

import unicodedata
from pathlib import Path

import pytest
from pypdf import PdfReader

from booktools import paper

TOC = """
format: jb-book
root: chapters/index
parts:
  - chapters:
      - file: chapters/second
"""
CONFIG = "title: A Small Book\nsphinx: {config: {book_subtitle: How small books are}}\n"
FIGURE = """
<figure class="explorable" id="explore-f">
<div class="explorable-drawing"><svg viewBox="0 0 100 40" width="100">
<clipPath id="clip"><path id="shape" d="M0 0H100V10H0Z"/></clipPath>
<text x="1" y="8" clip-path="url(#clip)">drawn</text>
<text x="1" y="36" clip-path="url(#clip)">cut off</text></svg></div>
<div class="explorable-controls"><label for="explore-f-x">slide me</label>
<input type="range" id="explore-f-x"></div>
<p class="explorable-text">The slope is 2.</p></figure>
"""
PAGE = """<!DOCTYPE html><html><head><title>{title} — Elsewhere</title>
<link rel="stylesheet" href="../_static/book.css?v=1"></head><body>
<nav>beside the page</nav>
<article class="bd-article"><section id="{id}"><h1>{title}<a class="headerlink" href="#x">#</a></h1>
<section id="summary"><h2>Summary of {id}</h2><p>{text}</p></section></section></article>
</body></html>"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tmp_path = tmp_path_factory.mktemp("book")
    (tmp_path / "_toc.yml").write_text(TOC, "utf-8")
    (tmp_path / "_config.yml").write_text(CONFIG, "utf-8")
    chapters = tmp_path / "_build" / "html" / "chapters"
    chapters.mkdir(parents=True)
    static = tmp_path / "_build" / "html" / "_static"
    static.mkdir()
    (static / "book.css").write_text("h1 { text-transform: uppercase; }", "utf-8")
    folded = (
        '<div class="cell"><details class="above-input"><summary>code</summary>'
        "explore(draw)</details></div>"
        "<details><summary>Answer</summary>forty-two</details>"
    )
    there = '<a id="link" href="second.html#summary">over there</a>'
    first = PAGE.format(title="First", id="first", text=there + folded)
    second = PAGE.format(title="Second", id="second", text=FIGURE)
    (chapters / "index.html").write_text(first, "utf-8")
    (chapters / "second.html").write_text(second, "utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def pdf(site: Path) -> PdfReader:
    paper.main(site)
    assert {path.name for path in (site / "_build").iterdir()} == {"html", "a small book.pdf"}
    return PdfReader(site / "_build" / "a small book.pdf")


def pages(pdf: PdfReader) -> list[str]:
    """The words of each sheet, ligatures taken apart."""
    return [unicodedata.normalize("NFKC", page.extract_text()) for page in pdf.pages]


def test_a_title_contents_and_a_sheet_for_each_page_in_the_order_of_the_book(pdf):
    title, contents, first, second = pages(pdf)
    assert "A SMALL BOOK" in title  # the pages' stylesheet holds
    assert "How small books are" in title
    assert "Summary of first" in contents and "Summary of second" in contents
    assert "FIRST" in first and "SECOND" in second
    assert "beside the page" not in "".join(pages(pdf))


def test_the_contents_name_the_page_where_a_heading_stands(pdf):
    words = " ".join(pages(pdf)[1].split())
    assert "Summary of first 3" in words and "Summary of second 4" in words


def test_what_only_a_screen_can_use_is_left_out_and_what_is_folded_is_open(pdf):
    text = "".join(pages(pdf))
    assert "forty-two" in text
    assert "The slope is 2." in text and "drawn" in text
    assert "cut off" not in text  # the clip path is found under its new id
    assert "slide me" not in text and "explore(draw)" not in text and "#" not in text


def test_a_link_to_another_page_leads_to_its_sheet(pdf):
    """Both pages have a section `summary`: the link means the second one."""
    (link,) = [
        annotation.get_object()
        for annotation in pdf.pages[2]["/Annots"]
        if annotation.get_object()["/Subtype"] == "/Link"
    ]
    name = link["/Dest"].lstrip("/")
    assert pdf.get_destination_page_number(pdf.named_destinations["/" + name]) == 3


def test_a_running_title_and_a_number_stand_on_every_sheet_but_the_first(pdf):
    title, _, first, second = (text.split() for text in pages(pdf))
    assert "1" not in title
    assert "3" in first and "First" in first
    assert "4" in second and "Second" in second


def test_a_page_that_was_not_built_is_named(tmp_path):
    (tmp_path / "_toc.yml").write_text(TOC, "utf-8")
    (tmp_path / "_config.yml").write_text(CONFIG, "utf-8")
    with pytest.raises(paper.PaperError, match=r"index\.html\. Build the site first: make book"):
        paper.main(tmp_path)
