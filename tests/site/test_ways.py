"""Ways through the book: figures, what a link leads to beside it, search, letters, sources."""

import json
import re
from functools import cache
from html import unescape

import pytest

from tests.support import book


def listed(page):
    page.locator("#book-figures-button").click()
    page.wait_for_selector("#book-figures[open]")
    return page.locator("#book-figures a")


def test_the_list_of_figures_leads_to_every_one(visits):
    page = visits.open("chapters/index.html")
    links = [link.get_attribute("href") for link in listed(page).all()]
    found = [tuple(re.sub(r"^.*?(?=chapters/)", "", link).split("#")) for link in links]
    assert sorted(found) == sorted(book.explorers())
    assert visits.errors == [] and visits.foreign == []


def test_a_figure_is_found_by_a_word_and_reached_from_the_keyboard(visits):
    page = visits.open("chapters/cost-functions.html")
    button = page.locator("#book-figures-button")
    button.focus()
    button.press("Enter")
    page.wait_for_selector("#book-figures[open]")
    page.keyboard.type("linear regions")
    shown = page.locator("#book-figures a:visible")
    assert 1 <= shown.count() < 5
    wanted = shown.first.get_attribute("href").split("#")[1]
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/depth.html#{wanted}")
    assert page.locator(f"#{wanted} svg").first.is_visible()
    assert visits.errors == []


def test_the_list_closes_and_opens_again(served_visits):
    page = served_visits.open("chapters/index.html")
    listed(page)
    page.keyboard.press("Escape")
    assert not page.locator("#book-figures").is_visible()
    listed(page)
    page.get_by_role("button", name="Close").click()
    assert not page.locator("#book-figures").is_visible()
    assert page.locator("#book-figures").count() == 1


def test_where_no_figure_is_found_the_list_leads_to_the_search(visits):
    page = visits.open("chapters/cost-functions.html")
    listed(page)
    said = page.locator("#book-figures [role=status]")
    page.keyboard.type("spline")
    assert said.inner_text() == "No figure with these words. The search looks in the text."
    page.locator("#book-figures input").fill("softplus")
    assert said.inner_text() == "" and page.locator("#book-figures a:visible").count() > 0
    page.locator("#book-figures input").fill("spline & co")
    said.get_by_role("link", name="search").click()
    page.wait_for_url("**/search.html?q=spline%20%26%20co")
    assert page.locator(".bd-search-container input").input_value() == "spline & co"
    assert visits.errors == []


# ---------------------------------------------------------------------------------- previews


def placed(page) -> None:
    """The preview comes to rest inside the window, no wider than text should be, and whole."""
    page.wait_for_function(
        """() => {
          const preview = document.getElementById("book-preview");
          const box = preview.getBoundingClientRect();
          return box.left >= 0 && box.top >= 0 && box.width <= 34 * 16 && box.bottom <= innerHeight
            && box.right <= document.documentElement.clientWidth
            && preview.scrollWidth <= preview.clientWidth
            && preview.scrollHeight <= preview.clientHeight;
        }"""
    )


def test_a_formula_shows_itself_beside_the_reference_to_it(served_visits):
    page = served_visits.open("chapters/depth.html")
    link = page.locator('a.reference[href="#equation-eq-montufar"]:visible').first
    link.scroll_into_view_if_needed()
    formula = page.locator("#equation-eq-montufar .katex-display").inner_text()
    for show, hide in (
        (link.hover, lambda: page.mouse.move(5, 5)),
        (link.focus, link.blur),
        (link.focus, lambda: page.keyboard.press("Escape")),
    ):
        show()
        assert page.locator("#book-preview").inner_text() == formula
        placed(page)
        hide()
        assert page.locator("#book-preview").count() == 0
    assert not [url for url in served_visits.requested if url.endswith("previews.js")]


def plain(text: str) -> str:
    return "".join(text.split())


def told(page_name: str, anchor: str) -> str:
    """What is to be shown of what stands at an anchor: a formula, an entry, a source."""
    element = book.html(page_name).find(id=anchor)
    if anchor.startswith("equation-"):
        return plain(element.select_one(".katex-display .katex-html").get_text())
    if anchor.startswith("term-"):
        entry = str(element.find_next("dd")).rpartition('\n<a class="reference')[0]
        entry = re.sub(r'<span class="katex-mathml">.*?</math></span>|<[^>]*>', "", entry)
        return plain(element.find(string=True) + unescape(entry))
    return plain(element.p.get_text())


KINDS = [
    ("chapters/glossary.html", "chapters/activations.html#equation-eq-mixture"),
    ("chapters/activations.html", "chapters/glossary.html#term-softplus"),
    ("chapters/depth.html", "chapters/bibliography.html#"),
]


@pytest.mark.parametrize(("start", "target"), KINDS)
def test_what_stands_on_another_page_shows_itself_beside_the_link(visits, start, target):
    page = visits.open(start)
    name = target.rpartition("/")[2]
    link = page.locator(f'main a[href{"^" if name.endswith("#") else ""}="{name}"]:visible').first
    link.scroll_into_view_if_needed()
    expected = told(target.partition("#")[0], link.get_attribute("href").partition("#")[2])
    assert not link.get_attribute("title")  # no second preview, by the browser
    for show, hide in (
        (link.hover, lambda: page.mouse.move(5, 5)),
        (link.focus, link.blur),
        (link.focus, lambda: page.keyboard.press("Escape")),
    ):
        show()
        preview = page.locator("#book-preview")
        assert plain(preview.text_content()) == expected
        assert preview.get_attribute("aria-hidden") == "true" and preview.locator("a").count() == 0
        placed(page)
        hide()
        assert preview.count() == 0
    assert len([url for url in visits.requested if url.endswith("previews.js")]) == 1
    assert visits.errors == [] and visits.foreign == []


@cache
def previews() -> dict[str, str]:
    script = (book.SITE / "_static" / "previews.js").read_text(encoding="utf-8")
    return json.loads(script.removeprefix("bookPreviews(").removesuffix(");\n"))


def test_every_formula_word_and_source_of_another_page_has_a_preview(site):
    links = {
        f"chapters/{link['href']}"
        for name in book.pages()
        if name.startswith("chapters/")
        for link in book.html(name).select("main a.reference.internal[href*='.html#']")
        if re.search("#equation-|#term-|bibliography.html#", link["href"])
    }
    assert set(previews()) == links
    assert list(previews()) == sorted(links)
    for link, content in previews().items():
        shown = plain(unescape(re.sub("<[^>]*>", "", content)))
        assert shown == told(*link.split("#")), link
        assert "katex-mathml" not in content and "<a" not in content and " id=" not in content


def test_the_widest_formula_is_shown_whole_on_a_phone(served_visits):
    page = served_visits.open("chapters/notation.html", viewport={"width": 390, "height": 844})
    wide = 0
    for link in page.locator('main a[href*=".html#equation-"]').all():
        link.focus()
        page.wait_for_selector("#book-preview")
        placed(page)
        size = page.locator("#book-preview").evaluate(
            "e => parseFloat(getComputedStyle(e).fontSize)"
        )
        wide += size < 16
        assert size > 7
    assert wide > 0  # or this test has seen nothing


def test_previews_leave_touch_alone_but_follow_the_keyboard(served_visits):
    page = served_visits.open(
        "chapters/depth.html",
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    )
    assert page.evaluate("matchMedia('(hover: none)').matches")
    link = page.locator('main a[href^="glossary.html#term-"]:visible').first
    link.scroll_into_view_if_needed()
    link.hover()
    page.wait_for_timeout(400)
    assert page.locator("#book-preview").count() == 0
    link.focus()
    page.wait_for_selector("#book-preview")
    placed(page)


def test_a_page_without_formulas_shows_those_of_an_entry_as_typeset(visits):
    page = visits.open("genindex.html")
    assert page.locator('link[href*="katex"]').count() == 0
    page.locator('main a[href$="#term-softplus"]').first.hover()
    page.wait_for_selector("#book-preview .katex")
    page.wait_for_function(
        """() => getComputedStyle(document.querySelector("#book-preview .katex"))
          .fontFamily.includes("KaTeX")"""
    )
    placed(page)
    assert visits.errors == [] and visits.foreign == []


# ------------------------------------------------------------------------------------ search

WORDS = {
    "He": r"\bHe\b",
    "σ": "σ",
    "softplus": "(?i)softplus",
    "fan-in": "(?i)fan-in",
    "sparsemax": "(?i)sparsemax",
    "entropy": "(?i)entropy",
}
TEX = re.compile(r"\\[a-zA-Z]|[_^]\{|\u2061|On this page|Link to this|\bimport \w")


def search(visits, query: str):
    page = visits.open(f"search.html?q={query}")
    page.wait_for_function("document.querySelector('.search-summary')?.textContent")
    page.wait_for_load_state("networkidle")
    return page


@pytest.mark.parametrize("query", WORDS)
def test_a_search_shows_prose_with_the_words_and_leads_to_its_section(served_visits, query):
    page = search(served_visits, query)
    results = page.locator("ul.search > li")
    shown = [result.inner_text() for result in results.all()]
    assert len(shown) >= 3
    assert [text for text in shown if TEX.search(text)] == []
    with_words = [text for text in shown if re.search(WORDS[query], text)]
    assert len(with_words) >= 3 and with_words[0] == shown[0]
    marks = page.locator("ul.search .context .highlighted").all_inner_texts()
    marked = {"fan-in": "(?i)fan"}.get(query, WORDS[query])  # "in" is in every sentence
    assert marks and all(re.search(marked, mark) for mark in marks)
    section = page.locator("ul.search .context a").first
    title, href = section.inner_text(), section.get_attribute("href")
    name, _, anchor = href.rpartition("/")[2].partition("#")
    heading = book.html(f"chapters/{name}").find(id=anchor).find(re.compile("^h[2-4]$"))
    assert plain(title) == plain(heading.find_all(string=True, recursive=False)[-1])
    assert served_visits.errors == []


def test_a_word_of_the_glossary_is_found_there_by_its_name(visits):
    page = search(visits, "relu")
    first = page.locator("ul.search > li > a").first
    assert first.inner_text() == "Glossary: ReLU"
    first.click()
    page.wait_for_url("**/chapters/glossary.html*#term-ReLU")
    assert visits.errors == []


def test_a_short_word_is_not_marked_inside_of_others(served_visits):
    page = search(served_visits, "He")
    page.goto(served_visits.base + "chapters/glossary.html")
    page.wait_for_timeout(200)
    assert page.locator(".highlighted").count() == 0


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("search.html?q=Huber", ".bd-search-container form"),
        ("chapters/index.html", "#pst-search-dialog form"),
    ],
)
def test_the_magnifier_stands_beside_the_query(served_visits, name, form):
    page = served_visits.open(name)
    page.keyboard.press("Control+k")  # opens the dialog
    assert page.locator(form).evaluate(
        """(form) => {
          const field = form.querySelector("input"), left = field.getBoundingClientRect().left;
          const icon = form.querySelector("i").getBoundingClientRect();
          return icon.width > 0 && left < icon.left
            && icon.right + 2 < left + parseFloat(getComputedStyle(field).paddingLeft);
        }"""
    )


# ------------------------------------------------------------------- glossary and bibliography


def test_the_glossary_has_a_letter_for_each_first_entry(site):
    first = {}
    for meaning in book.html("chapters/glossary.html").select("dl.glossary > dd"):
        names = []
        while (meaning := meaning.find_previous_sibling()) and meaning.name == "dt":
            names.insert(0, meaning)
        first.setdefault(names[0].get_text()[0].upper(), f"#{names[0]['id']}")
    links = book.html("chapters/glossary.html").select("#glossary > p:nth-of-type(2) a")
    assert {link.get_text(): link["href"] for link in links} == first
    assert [link.get_text() for link in links] == sorted(first)


def test_the_glossarys_letters_can_be_touched_on_a_phone(served_visits):
    page = served_visits.open("chapters/glossary.html", viewport={"width": 390, "height": 844})
    boxes = [link.bounding_box() for link in page.locator("#glossary > p:nth-of-type(2) a").all()]
    assert all(box["height"] >= 24 and box["width"] >= 24 for box in boxes)
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)


def test_a_source_is_called_as_the_pages_cite_it(site):
    called = {
        entry["id"]: entry.select_one(".label").get_text().strip("[]")
        for entry in book.html("chapters/bibliography.html").select("div.citation")
    }
    assert len(called) > 50 and len(set(called.values())) == len(called)
    seen = set()
    for name in book.pages():
        for link in book.html(name).select("a.reference.internal[href*='bibliography.html#']"):
            around = link.find_parent(["p", "td", "li"]).get_text()
            who, year = called[link["href"].partition("#")[2]].rsplit(", ", 1)
            assert link.get_text() in (year, f"{who}, {year}"), link
            assert who in " ".join(around.split()), link
            seen.add(link["href"].partition("#")[2])
    assert seen == set(called)


def test_the_bibliography_holds_no_notes_of_its_editors(site):
    assert "No DOI" not in book.html("chapters/bibliography.html").get_text()


# ---------------------------------------------------------------------------------- chapters


def test_a_chapter_says_how_long_it_is_and_how_many_figures_answer(site, page_name):
    soup = book.html(page_name)
    numbered = bool(soup.select("h1 .section-number"))
    said = [p.get_text() for p in soup.select(".reading-time")]
    assert len(said) == numbered
    count = len([name for name, _ in book.explorers() if name == page_name])
    assert all(re.fullmatch(rf"\d+ minutes to read · {count} figures that answer", s) for s in said)


def test_the_list_of_sections_follows_the_reader(served_visits):
    page = served_visits.open(
        "chapters/initialization.html", viewport={"width": 1280, "height": 600}
    )
    for heading in ("exercises", "the-edge-of-chaos"):
        page.evaluate(
            "(id) => document.querySelector(`#${id} > h2`).scrollIntoView({ behavior: 'instant' })",
            heading,
        )
        page.wait_for_function(
            """(id) => {
              const link = document.querySelector("#pst-page-toc-nav a[aria-current]");
              const box = link?.getBoundingClientRect();
              return link?.hash === `#${id}` && box.top >= 0 && box.bottom <= innerHeight;
            }""",
            arg=heading,
        )
