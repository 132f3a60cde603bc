"""The site in Firefox and in WebKit: a page is asked everything once, and many tests look at that.

`make test` asks one page in each engine, `make test-all` every page. Chromium has all other tests.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from selenium.webdriver import Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

from tests.support import book, watched
from tests.support.engines import ENGINES, missing
from tests.support.server import served

REPRESENTATIVE = "chapters/cost-functions.html"
PAGES = [
    pytest.param(
        (engine, page),
        id=f"{engine}-{page}",
        marks=[] if page == REPRESENTATIVE else pytest.mark.thorough,
    )
    for engine in ENGINES
    # index.html leads to chapters/index.html, no more
    for page in dict.fromkeys([REPRESENTATIVE, *book.pages()])
    if page != "index.html"
]


@pytest.fixture(scope="module")
def drivers() -> Iterator[dict[str, WebDriver]]:
    """The engines that have been started, each once."""
    with ExitStack() as stack:
        yield Drivers(stack)


class Drivers(dict):
    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack

    def __missing__(self, engine: str) -> WebDriver:
        if lack := missing(engine):
            # Who contributes may have no such engine; the machine that decides must.
            (pytest.fail if os.environ.get("CI") else pytest.skip)(lack)
        self[engine] = self.stack.enter_context(ENGINES[engine]())
        return self[engine]


def test_a_machine_without_an_engine_says_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with ExitStack() as stack:
        for ci, outcome in (("", pytest.skip.Exception), ("true", pytest.fail.Exception)):
            monkeypatch.setenv("CI", ci)
            for engine, package in (("Firefox", "firefox-esr"), ("WebKit", "webkit2gtk-driver")):
                with pytest.raises(outcome, match=rf"{engine} is not installed.*{package}"):
                    Drivers(stack)[engine]


@pytest.fixture(scope="module")
def watched_address(site) -> Iterator[str]:
    with served(site, watched.Watched) as url:
        yield url


@pytest.fixture(scope="module", params=ENGINES)
def driver(request, drivers) -> WebDriver:
    return drivers[request.param]


@pytest.fixture(scope="module", params=PAGES)
def asked(request, drivers, watched_address) -> watched.Asked:
    """What a page said in an engine, when it was asked everything once."""
    engine, page = request.param
    return watched.ask(drivers[engine], watched_address + page)


def test_a_page_errs_nowhere(asked):
    assert asked.troubles == []


def test_every_control_changes_the_drawing_and_its_text(asked):
    still = [a.name for a in asked.answers if len({*a.pictures}) < 2 or len({*a.texts}) < 2]
    assert still == []


def test_a_control_brought_back_restores_the_drawing(asked):
    assert [answer.name for answer in asked.answers if not answer.restored] == []


def test_figures_have_their_size(asked):
    assert [f for f, (width, height) in asked.figures.items() if width < 300 or height < 100] == []


def test_a_figure_has_one_font_and_its_caption_no_hairlines(asked):
    assert asked.looks["thin"] == []
    assert [fonts for fonts in asked.looks["fonts"] if len(fonts) != 1] == []


def test_the_link_past_the_menus_is_out_of_sight_until_it_has_the_focus(asked):
    assert asked.looks["above"] >= 1  # whatever fraction of a pixel the page stands at


def test_questions_judge_and_explain(asked):
    for name, (wrong, right) in asked.judged.items():
        assert (wrong[0], right[0]) == ("wrong", "right"), name
        assert wrong[1] and right[1] and wrong[1] != right[1], name
        assert right[2], f"{name} does not explain"


def test_formulas_are_typeset_in_their_fonts(asked):
    formulas = asked.formulas
    assert formulas["errors"] == formulas["flat"] == 0
    assert not formulas["count"] or any("KaTeX" in font for font in formulas["fonts"])


def test_a_preview_shows_itself_beside_its_link_and_goes(asked):
    if asked.previewed is not None:  # some pages have no such link
        text, gone = asked.previewed
        assert len(text) > 5 and gone


def test_the_themes_switch(asked):
    papers = dict(asked.themes)
    assert set(papers) == {"light", "dark"}
    assert papers["light"] != papers["dark"]


@pytest.mark.parametrize("asked", PAGES[:1], indirect=True)
def test_the_representative_page_holds_what_is_asked(asked):
    """Or the tests above would have looked at nothing."""
    assert len(asked.answers) > 5 and len(asked.figures) > 3
    assert len(asked.judged) > 3 and asked.formulas["count"] > 50
    assert asked.previewed is not None


def test_what_goes_wrong_on_a_page_is_heard(driver, watched_address):
    driver.get(watched_address + "chapters/glossary.html")
    driver.execute_script(
        """
        const put = (tag, values) => document.head.append(
          Object.assign(document.createElement(tag), values));
        put("script", { src: "/wrong.js" });
        put("script", { src: "/nowhere.js" });
        put("script", { textContent: "window.inline = true" });
        put("style", { textContent: "body { background: url(https://example.org/paper.png) }" });
        """
    )
    expected = (
        "forbidden: script-src",
        "not loaded: http",
        "forbidden: img-src",
        "console error: a word of the page",
        "uncaught:",
        "unhandled:",
    )
    for what in expected:
        watched.until(driver, "return troubles.some((t) => t.startsWith(arguments[0]))", what)


def test_a_search_finds_and_leads_to_the_place(driver, watched_address):
    driver.get(watched_address + "chapters/index.html")
    buttons = driver.find_elements(By.CSS_SELECTOR, ".search-button__button")
    next(button for button in buttons if button.is_displayed()).click()
    field = watched.until(driver, "return document.querySelector('dialog[open] input')")
    field.send_keys("softplus" + Keys.ENTER)
    marked = watched.until(
        driver,
        "return [...document.querySelectorAll('ul.search .context .highlighted')]"
        ".map((e) => e.textContent.toLowerCase())",
    )
    assert driver.current_url.startswith(watched_address + "search.html?q=softplus")
    assert "softplus" in marked
    assert watched.troubles(driver) == []
    # By script: results that come later move the link away from under a pointer.
    driver.execute_script("document.querySelector('ul.search > li > a').click()")
    watched.until(driver, "return document.querySelector('main h1') && !location.search")
    assert "softplus" in driver.find_element(By.CSS_SELECTOR, "main").text.lower()
    assert watched.troubles(driver) == []


# ------------------------------------------------------------------- coming back, and once more

PLACES = """return [...document.querySelectorAll('figure.explorable')].slice(0, 3).map((figure) => [
  ...[...figure.querySelectorAll('.explorable-controls :is(input, select)')].map((c) =>
    c.type === 'checkbox' ? c.checked : c.type === 'range' ? c.value : c.selectedIndex),
  ...[...figure.querySelectorAll('output, .explorable-text')].map((e) => e.textContent),
  figure.querySelector('svg').outerHTML,
]).concat([...document.forms].map((form) => [form.dataset.verdict ?? "",
  [...form.querySelectorAll("input")].map((e) => e.type === "radio" ? e.checked : e.value).join(),
  form.querySelector("[role=status]")?.textContent ?? ""]))"""


def state(driver: WebDriver) -> list:
    """What stands in the first figures, when their frames are there, and in the questions."""
    for figure in driver.find_elements(By.CSS_SELECTOR, "figure.explorable")[:3]:
        watched.show(driver, figure)
        watched.until(driver, "return arguments[0].classList.contains('is-loaded')", figure)
    return driver.execute_script(PLACES)


def changed(driver: WebDriver, url: str) -> tuple[list, list]:
    """A page's state when it was opened, and after a reader's hand on sliders and questions."""
    driver.get(url)
    before = state(driver)
    for figure in driver.find_elements(By.CSS_SELECTOR, "figure.explorable")[:3]:
        for slider in figure.find_elements(By.CSS_SELECTOR, "input[type=range]"):
            slider.send_keys(Keys.ARROW_RIGHT)
    for kind in ("radio", "text"):  # a question with options, and one that wants a number
        inside = f"form.question-form:has([type={kind}])"
        watched.answer(driver, driver.find_element(By.CSS_SELECTOR, inside))
    return before, state(driver)


def test_a_page_come_back_to_shows_one_state(driver, watched_address):
    """As it was left, or as it was at first, but never a slider that its drawing contradicts.

    Firefox, when it is driven, loads it anew. WebKit brings the very page back, with its sliders as
    they were left or as they were at first.
    """
    before, after = changed(driver, watched_address + REPRESENTATIVE)
    assert before != after
    driver.execute_script("location.href = 'glossary.html'")
    watched.until(driver, "return location.pathname.endsWith('glossary.html')")
    watched.until(driver, "return document.readyState === 'complete'")
    driver.back()
    watched.until(driver, "return location.pathname.endsWith('cost-functions.html')")
    watched.until(driver, "return document.querySelector('figure.explorable.is-alive')")
    assert state(driver) in (before, after)


def test_a_page_loaded_again_forgets_what_was_chosen(driver, watched_address):
    before, after = changed(driver, watched_address + REPRESENTATIVE)
    assert before != after
    driver.execute_script("window.old = true; location.reload()")
    watched.until(driver, "return !window.old && document.readyState === 'complete'")
    assert state(driver) == before
