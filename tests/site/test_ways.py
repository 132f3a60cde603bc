"""Ways through the book: the list of all figures, a formula beside its reference, progress."""

import re

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


def test_a_formula_shows_itself_beside_the_reference_to_it(served_visits):
    page = served_visits.open("chapters/depth.html")
    link = page.locator('a.reference[href="#equation-eq-montufar"]:visible').first
    link.scroll_into_view_if_needed()
    formula = page.locator("#equation-eq-montufar .katex-display").inner_text()
    for show, hide in ((link.hover, lambda: page.mouse.move(5, 5)), (link.focus, link.blur)):
        show()
        assert page.locator("#book-preview").inner_text() == formula
        box = page.locator("#book-preview").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 1280
        hide()
        assert page.locator("#book-preview").count() == 0


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
    current = page.locator("#pst-page-toc-nav a[aria-current]")
    for place in ("document.body.scrollHeight", "0", "document.body.scrollHeight / 2"):
        before = current.get_attribute("href") if current.count() else ""
        page.evaluate(f"window.scrollTo({{ top: {place}, behavior: 'instant' }})")
        page.wait_for_function(
            "(before) => (document.querySelector('#pst-page-toc-nav a[aria-current]')"
            "?.getAttribute('href') ?? '') !== before",
            arg=before,
        )
        page.wait_for_timeout(100)
        if place != "0":
            box = current.bounding_box()
            assert 0 <= box["y"] and box["y"] + box["height"] <= 600
