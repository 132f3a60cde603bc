"""A page that keeps what goes wrong on it, in any browser, and the answers that it gives.

WebDriver has no common way to hear a page's errors. So the server puts a script before all others,
which writes them down. The rest of this file asks a page whatever a reader would.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from tests.support.server import Handler

SECONDS = 60  # a busy machine may take its time
WATCH = b"""
window.troubles = [];
(() => {
  const tell = (...words) => troubles.push(words.join(" "));
  addEventListener("error", (event) => tell(event.message ? "uncaught:" : "not loaded:",
    event.message || event.target.src || event.target.href || event.target), true);
  addEventListener("unhandledrejection", (event) => tell("unhandled:", event.reason));
  addEventListener("securitypolicyviolation", (event) =>
    tell("forbidden:", event.violatedDirective, event.blockedURI));
  for (const kind of ["error", "warn"]) {
    const say = console[kind];
    console[kind] = (...words) => {
      tell(`console ${kind}:`, ...words);
      say.apply(console, words);
    };
  }
})();
"""

WRONG = b"""
console.error("a word of the page");
Promise.reject(new Error("nobody waits"));
throw new Error("thrown");
"""
SCRIPTS = {"/watch.js": WATCH, "/wrong.js": WRONG}


class Watched(Handler):
    """Serves the site with the script that watches, and one that errs, to see that it is heard."""

    def do_GET(self):
        if self.path not in SCRIPTS:
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript")
        self.send_header("Content-Length", str(len(SCRIPTS[self.path])))
        self.end_headers()
        self.wfile.write(SCRIPTS[self.path])

    def content(self, path: Path) -> bytes:
        body = super().content(path)
        if path.suffix != ".html":
            return body
        head = re.search(rb"<head[^>]*>", body).end()
        return body[:head] + b'<script src="/watch.js"></script>' + body[head:]


@dataclass
class Answer:
    """What a control showed at its two ends, and back where it had stood."""

    name: str
    pictures: tuple[str, str]
    texts: tuple[str, str]
    restored: bool


@dataclass
class Asked:
    """What a page said when it was asked everything once."""

    troubles: list[str]
    answers: list[Answer] = field(default_factory=list)
    figures: dict[str, tuple[float, float]] = field(default_factory=dict)
    judged: dict[str, list[tuple[str, str, bool]]] = field(default_factory=dict)
    formulas: dict[str, object] = field(default_factory=dict)
    looks: dict[str, object] = field(default_factory=dict)
    themes: list[tuple[str, str]] = field(default_factory=list)
    previewed: tuple[str, bool] | None = None


def until(driver: WebDriver, script: str, *arguments) -> object:
    """Whatever the script returns, as soon as that is something."""
    waiting = WebDriverWait(driver, SECONDS, poll_frequency=0.02)
    return waiting.until(lambda _: driver.execute_script(script, *arguments), script)


def show(driver: WebDriver, element: WebElement) -> None:
    """Into the middle of the window, where nothing covers it."""
    driver.execute_script(
        "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })", element
    )


def ask(driver: WebDriver, url: str) -> Asked:
    driver.get(url)
    asked = Asked(troubles(driver), looks=driver.execute_script(LOOKS))
    for figure in driver.find_elements(By.CSS_SELECTOR, "figure.explorable"):
        asked.answers += turn(driver, figure)
    asked.figures = driver.execute_script(FIGURES)
    for form in driver.find_elements(By.CSS_SELECTOR, "form.question-form"):
        asked.judged[form.get_attribute("id")] = answer(driver, form)
    asked.formulas = driver.execute_script(FORMULAS)
    asked.previewed = preview(driver)
    asked.themes = themes(driver)
    asked.troubles = troubles(driver)
    return asked


def troubles(driver: WebDriver) -> list[str]:
    """What went wrong on the page so far.

    Firefox would fetch the next page beforehand, where the site's policy lets it. The strict policy
    of these tests does not, and nobody misses it.
    """
    following = driver.execute_script("return document.querySelector('link[rel=next]')?.href")
    ahead = {f"forbidden: default-src {following}", f"not loaded: {following}"}
    return [said for said in driver.execute_script("return troubles") if said not in ahead]


# ---------------------------------------------------------------------------------- figures

FIGURES = """
return Object.fromEntries([...document.querySelectorAll(
  "figure:is(.explorable, .explorable-still) .explorable-drawing > svg")].map((svg) => {
    const box = svg.getBoundingClientRect();
    return [svg.closest("figure").id, [box.width, box.height]];
  }));
"""
DRAWING = "return arguments[0].querySelector('svg').outerHTML"
PLACE = """
const control = arguments[0];
if (control.type === "checkbox") return [Number(control.checked), 1];
if (control.type === "range") return [Number(control.value), Number(control.max)];
return [control.selectedIndex, control.options.length - 1];
"""


def turn(driver: WebDriver, figure: WebElement) -> list[Answer]:
    """Each control to its two ends and back, by its keys or its options."""
    show(driver, figure)
    until(driver, "return arguments[0].classList.contains('is-loaded')", figure)
    answers = []
    controls = figure.find_elements(By.CSS_SELECTOR, ".explorable-controls :is(input, select)")
    for control in controls:
        show(driver, control)
        start = driver.execute_script(DRAWING, figure)
        place, last = driver.execute_script(PLACE, control)
        pictures, texts = [], []
        for end in (0, last):
            put(driver, control, end, last)
            pictures.append(driver.execute_script(DRAWING, figure))
            texts.append(spoken(figure, control))
        put(driver, control, place, last)
        restored = driver.execute_script(DRAWING, figure) == start
        answers.append(Answer(control.get_attribute("id"), tuple(pictures), tuple(texts), restored))
    return answers


def put(driver: WebDriver, control: WebElement, place: int, last: int) -> None:
    kind = control.get_attribute("type")
    if kind == "checkbox":
        if driver.execute_script(PLACE, control)[0] != place:
            control.send_keys(Keys.SPACE)
    elif kind == "range":
        low = place <= last / 2
        steps = (Keys.ARROW_RIGHT * place) if low else (Keys.ARROW_LEFT * (last - place))
        control.send_keys((Keys.HOME if low else Keys.END) + steps)
    else:
        Select(control).select_by_index(place)
    assert driver.execute_script(PLACE, control)[0] == place, control.get_attribute("id")


def spoken(figure: WebElement, control: WebElement) -> str:
    """The value that stands beside a slider, or that a choice is called."""
    if control.get_attribute("type") == "range":
        name = control.get_attribute("id")
        return figure.find_element(By.CSS_SELECTOR, f"output[for='{name}']").text
    if control.get_attribute("type") == "checkbox":
        return str(control.is_selected())
    return Select(control).first_selected_option.text


# -------------------------------------------------------------------------------- questions


def answer(driver: WebDriver, form: WebElement) -> list[tuple[str, str, bool]]:
    """(verdict, what is said, whether it is explained) of a wrong, then of the right answer."""
    right = float(form.get_attribute("data-answer"))
    options = form.find_elements(By.CSS_SELECTOR, "label.question-option")
    told = []
    for is_right in (False, True):
        if options:
            index = int(right) - 1 if is_right else int(right == 1)
            show(driver, options[index])
            options[index].click()
        else:
            field = form.find_element(By.CSS_SELECTOR, "input[type=text]")
            show(driver, field)
            field.clear()
            slack = float(form.get_attribute("data-tolerance"))
            field.send_keys(repr(right if is_right else right + 2 * slack + 1) + Keys.ENTER)
        told.append(
            (
                form.get_attribute("data-verdict"),
                form.find_element(By.CSS_SELECTOR, "[role=status]").text,
                form.find_element(By.CSS_SELECTOR, ".question-answer p").is_displayed(),
            )
        )
    return told


# --------------------------------------------------------------------------------- formulas

# A letter in KaTeX's own font is not as wide as one in the font that stands in for it.
FORMULAS = r"""
return document.fonts.ready.then(() => {
  const shown = [...document.querySelectorAll(".katex-html")].filter((e) => e.checkVisibility());
  return {
    count: shown.length,
    errors: document.querySelectorAll(".katex-error").length,
    flat: shown.filter((e) => !e.getBoundingClientRect().height).length,
    fonts: [...document.fonts].filter((f) => f.status === "loaded").map((f) => f.family),
  };
});
"""


# ------------------------------------------------------- what two of the engines drew otherwise

LOOKS = """
const style = (element) => getComputedStyle(element);
const figures = [...document.querySelectorAll("figure:is(.explorable, .explorable-still)")];
return {
  thin: [...document.querySelectorAll("figcaption, caption")]
    .filter((e) => style(e).fontWeight < 400).map((e) => e.textContent),
  fonts: figures.map((figure) => [...new Set([...figure.querySelectorAll(
    ".explorable-drawing > svg, .explorable-control, .explorable-text, figcaption")]
    .map((e) => style(e).fontFamily))]),
  above: -document.querySelector(".skip-link").getBoundingClientRect().bottom,
};
"""

# ---------------------------------------------------------------------- previews and themes

# A word of the page's own shows nothing: it stands there.
PREVIEWED = """
return [...document.querySelectorAll(`main a.reference:is([href*="#equation-"],
  [href*=".html#term-"], [href*="bibliography.html#"])`)]
  .find((link) => link.checkVisibility()) ?? null;
"""


def preview(driver: WebDriver) -> tuple[str, bool] | None:
    """What shows itself beside the first link that has a preview, and whether it goes again."""
    if (link := driver.execute_script(PREVIEWED)) is None:
        return None
    show(driver, link)
    ActionChains(driver, duration=0).move_to_element(link).perform()
    text = until(driver, "return document.getElementById('book-preview')?.textContent.trim()")
    away = ActionBuilder(driver, duration=0)
    away.pointer_action.move_to_location(5, 5)
    away.perform()
    return text, not driver.find_elements(By.ID, "book-preview")


def themes(driver: WebDriver) -> list[tuple[str, str]]:
    """(theme, its paper) after each press of the button that switches, until it is as before."""
    seen = []
    button = driver.find_element(By.CSS_SELECTOR, ".theme-switch-button")
    for _ in range(3):  # light, dark, as the system is
        driver.execute_script("arguments[0].click()", button)
        seen.append(
            tuple(
                driver.execute_script(
                    "return [document.documentElement.dataset.theme,"
                    " getComputedStyle(document.body).backgroundColor]"
                )
            )
        )
    return seen
