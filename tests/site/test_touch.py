"""The site under a finger: what is pressed is large enough, and a swipe over a slider scrolls."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

# What can be pressed, but for links among words, and less than 44 CSS px high or wide: neither is
# its box so large, nor that of its label, nor does a press at the corners of such a box hit it. (A
# pixel is left for rounding.) A card of links is pressed as a whole.
TOO_SMALL = """(within) => {
  const SIDE = 44, HALF = SIDE / 2 - 0.5;
  const AMONG_WORDS = ":is(p, li, dt, dd, td, figcaption) a, .headerlink, .skip-link a";
  const small = [];
  const pressed = `${within} :is(a[href], button, input, select, summary)`;
  for (const element of document.querySelectorAll(pressed)) {
    if (getComputedStyle(element).display === "inline" && element.matches(AMONG_WORDS)) continue;
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const own = element.matches(".sd-stretched-link") ? element.offsetParent : element;
    const parts = [own, ...(element.labels ?? [])];
    const boxes = () => parts.map((part) => part.getBoundingClientRect());
    if (boxes().some((box) => box.width >= SIDE && box.height >= SIDE)) continue;
    element.scrollIntoView({ block: "center", behavior: "instant" });
    const middle = (low, high) => (Math.min(...boxes().map((b) => b[low]))
      + Math.max(...boxes().map((b) => b[high]))) / 2;
    const [x, y] = [middle("left", "right"), middle("top", "bottom")];
    const hits = [[0, 0], [-1, -1], [-1, 1], [1, -1], [1, 1]].every(([i, j]) => {
      const hit = document.elementFromPoint(x + i * HALF, y + j * HALF);
      return parts.some((part) => part.contains(hit));
    });
    const sizes = boxes().map((b) => `${b.width.toFixed(1)} x ${b.height.toFixed(1)}`);
    if (!hits) small.push(`${sizes}: ${element.outerHTML.slice(0, 120)}`);
  }
  return small;
}"""


@pytest.fixture
def phone(served_visits) -> Callable[[str], Page]:
    """`phone(name)`: a page on a phone."""

    def opened(name: str) -> Page:
        page = served_visits.open(name, **PHONE)
        assert page.evaluate("matchMedia('(pointer: coarse) and (hover: none)').matches")
        return page

    return opened


def test_what_is_pressed_on_a_page_has_44_pixels(phone, page_name):
    assert phone(page_name).evaluate(TOO_SMALL, "body") == []


@pytest.mark.parametrize(
    ("opener", "opened"),
    [
        (".primary-toggle", "dialog[open]"),
        (".secondary-toggle", "dialog[open]"),
        ("#book-figures-button", "#book-figures"),
        (".article-header-buttons .search-button", "#pst-search-dialog"),
    ],
)
def test_what_opens_over_a_page_has_44_pixels(phone, opener, opened):
    page = phone("chapters/depth.html")
    page.locator(opener).click()
    page.locator(opened).wait_for()
    assert page.locator(f"{opened} :is(a, input, button):visible").count() > 0
    assert page.evaluate(TOO_SMALL, opened) == []


def test_what_is_too_small_to_press_is_found(phone):
    page = phone("chapters/cost-functions.html")
    page.add_style_tag(path=None, content=".question-response button { min-height: 43px; }")
    found = page.evaluate(TOO_SMALL, "body")
    assert len(found) == page.locator(".question-response button").count() > 0


# ------------------------------------------------------------------------------------ swipes


def slider(page: Page) -> Locator:
    """The page's first slider, in the middle of the window; its drawing counts its changes."""
    figure = page.locator("figure.explorable:has(input[type=range])").first
    figure.scroll_into_view_if_needed()
    page.locator("figure.explorable.is-loaded").first.wait_for(state="attached")
    figure.evaluate(
        """(figure) => {
          window.drawn = 0;
          new MutationObserver(() => window.drawn++).observe(figure.querySelector("svg"),
            { subtree: true, childList: true, characterData: true, attributes: true });
        }"""
    )
    found = figure.locator("input[type=range]").first
    centre(found)
    return found


def centre(element: Locator) -> None:
    element.evaluate("(e) => e.scrollIntoView({ block: 'center', behavior: 'instant' })")


def swipe(page: Page, start: Locator, across: float, down: float, at: float = 0.9) -> float:
    """A finger from a point on an element; returns how far the page has scrolled."""
    before = page.evaluate("scrollY")
    box = start.bounding_box()
    x, y = box["x"] + at * box["width"], box["y"] + box["height"] / 2
    fingers = page.context.new_cdp_session(page)

    def send(kind: str, *points: dict) -> None:
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    send("touchStart", {"x": x, "y": y})
    for part in range(1, 11):
        send("touchMove", {"x": x + across * part / 10, "y": y + down * part / 10})
    send("touchEnd")
    page.wait_for_function(
        """() => new Promise((resolve) => {
          const before = scrollY;
          requestAnimationFrame(() => requestAnimationFrame(() => resolve(scrollY === before)));
        })"""
    )
    return page.evaluate("scrollY") - before


@pytest.mark.parametrize("down", [-200, 200])
def test_a_swipe_up_or_down_over_a_slider_scrolls_and_moves_nothing(phone, down):
    page = phone("chapters/cost-functions.html")
    touched = slider(page)
    before = touched.input_value()
    assert swipe(page, touched, 20, down) * down < 0
    assert touched.input_value() == before
    assert page.evaluate("drawn") == 0


def test_a_swipe_along_a_slider_moves_it_and_does_not_scroll(phone):
    page = phone("chapters/cost-functions.html")
    touched = slider(page)
    figure = page.locator("figure.explorable:has(input[type=range])").first
    before = touched.input_value()
    assert swipe(page, touched, -100, 10) == 0
    assert touched.input_value() != before
    assert page.evaluate("drawn") > 0
    value = touched.evaluate("(e) => JSON.parse(e.dataset.texts)[e.value]")
    assert figure.locator("output").first.inner_text() == value


def test_a_tap_on_a_slider_moves_it(phone):
    page = phone("chapters/cost-functions.html")
    touched = slider(page)
    before = int(touched.input_value())
    box = touched.bounding_box()
    page.touchscreen.tap(box["x"] + 0.95 * box["width"], box["y"] + box["height"] / 2)
    assert int(touched.input_value()) > before
    value = touched.evaluate("(e) => JSON.parse(e.dataset.texts)[e.value]")
    assert touched.locator("xpath=..").locator("output").inner_text() == value


def test_a_tap_beside_a_checkbox_ticks_it(phone):
    page = phone("chapters/index.html")
    box = page.locator(".explorable-control input[type=checkbox]").first
    centre(box)
    before = box.is_checked()
    place = box.bounding_box()
    page.touchscreen.tap(place["x"] + 2, place["y"] - 8)
    assert box.is_checked() != before


# ---------------------------------------------------------------------------------- previews


def test_a_preview_that_shrinks_to_fit_a_phone_errs_nowhere(phone):
    """A ResizeObserver that resizes what it observes is an error of the page in every engine."""
    page = phone("chapters/notation.html")
    page.evaluate(
        "() => { window.said = []; addEventListener('error', (e) => said.push(e.message)); }"
    )
    shrunk = 0
    for link in page.locator('main a[href*=".html#equation-"]').all():
        link.focus()
        page.wait_for_selector("#book-preview")
        page.evaluate("() => new Promise((r) => requestAnimationFrame(() => setTimeout(r)))")
        shrunk += page.locator("#book-preview").evaluate("(e) => e.style.fontSize !== ''")
    assert shrunk > 0  # or this test has seen nothing
    assert page.evaluate("said") == []


# ------------------------------------------------------------------ coming back, and once more


def places(page: Page) -> list[object]:
    return page.evaluate(
        """() => [...document.querySelectorAll("figure :is(input, select), form input")].map(
          (c) => c.matches("[type=checkbox], [type=radio]") ? c.checked : c.value)"""
    )


def test_what_a_browser_resets_in_a_page_come_back_to_is_written_again(served_visits):
    """As Safari does with what has autocomplete="off": in a task after it has shown the page.

    Safari's engine itself is asked by test_engines.py, where it is installed.
    """
    page = served_visits.open("chapters/activations.html")
    for figure in page.locator("figure.explorable").all():
        for control in figure.locator("input[type=range]").all():
            control.press("ArrowRight")
        for control in figure.locator("select").all():
            control.press("ArrowDown")
    left = places(page)
    reset = page.evaluate(
        """() => new Promise((resolve) => {
          const controls = [...document.querySelectorAll("figure :is(input, select)")];
          dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
          setTimeout(() => {
            controls.forEach((c) => { c.value = c.defaultValue ?? 0; });
            window.atDefaults = controls.map((c) => c.value);
          });
          dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
          setTimeout(() => resolve(atDefaults.join() !== controls.map((c) => c.value).join()));
        })"""
    )
    assert reset
    assert places(page) == left


def test_a_page_loaded_again_forgets_what_was_chosen(served_visits):
    page = served_visits.open("chapters/cost-functions.html")
    before = places(page)
    page.locator("label.question-option").first.click()
    page.locator("input[type=text]").first.fill("12")
    page.locator(".explorable-controls input[type=range]").first.press("ArrowRight")
    assert places(page) != before
    page.reload()
    page.wait_for_load_state("networkidle")
    assert places(page) == before
    assert page.locator("[data-verdict]").count() == 0
